# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Rules about the conditions of a statement."""

from __future__ import annotations

import difflib
import ipaddress
import itertools
import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation

from ..language.document import Condition, Statement
from ..language.errors import Problem
from ..language.global_keys import SYSTEM_IDENTIFIER_KEYS
from ..language.limits import WILDCARD_NEIGHBOURS
from ..language.operators import OPERATORS, split_operator
from ..language.vocabulary import (
    common_keys,
    expand_action,
    find_key,
    keys_of,
    spell_key,
)
from .resources import (
    Scope,
    account_portion_problems,
)
from .value_kinds import form_of

# Seconds since 1970, or one of https://www.w3.org/TR/NOTE-datetime.
_INSTANT = re.compile(r"\d+|\d{4}-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?", re.ASCII)
_WILDCARDS = re.compile(r"[*?]+")

#: Key types that an operator of a type can compare; operators that are not here take any.
_COMPARABLE = {
    "ARN": ("ARN",),
    "Numeric": ("Numeric", "Date"),
    "Date": ("Date",),
    "IPAddress": ("IPAddress",),
    "Bool": ("Bool",),
}
# Keys of web identity and SAML federation, which stay in the context of the sessions that they led to.
_FEDERATION = ("saml", "cognito-identity.amazonaws.com", "accounts.google.com", "graph.facebook.com", "www.amazon.com")
# Keys of the resource or of the way to it, which the table of actions does not list for every action that has them.
_OF_ANY_ACTION = (
    "s3:AccessGrantsInstanceArn",
    "s3:AccessPointNetworkOrigin",
    "s3:AccessPointTag/",
    "s3:BucketTag/",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
)


def operators_exist(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for operator in dict.fromkeys(condition.operator for condition in statement.conditions):
        parts = split_operator(operator)
        base = parts["base"] if parts else operator
        path = f"{statement.path}.Condition.{operator}"
        if base not in OPERATORS:
            near = difflib.get_close_matches(base, OPERATORS)
            remedy = f"Did you mean {near[0]!r}?" if near else "Operators are written as in AWS's documentation."
            yield Problem(path, f"Invalid Condition type : {operator}", remedy)
        elif base == "Null" and parts and parts["suffix"]:
            yield Problem(path, f"Invalid Condition type : {operator}", "Null asks for the key itself: no IfExists.")


def keys_of_s3(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for condition in statement.conditions:
        service, colon, _name = condition.key.partition(":")
        if not colon or service.lower() not in ("aws", "s3", "s3express", "s3tables", *_FEDERATION):
            yield Problem(
                condition.path,
                f"Policy has an invalid condition key: {condition.key!r} is neither a global key nor one of S3.",
                "Keys begin with 'aws:' or 's3:'.",
            )


def keys_are_known(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for condition in statement.conditions:
        service = condition.key.partition(":")[0].lower()
        if service not in ("aws", "s3") or find_key(condition.key):
            continue
        effect = "S3 refuses it if it does not know it either."
        if service == "aws":
            effect = (
                "AWS takes it and never finds it in a request: negated operators are then always true, others never."
            )
        yield Problem(condition.path, f"{condition.key!r} is not a known condition key.", effect)


def keys_apply(statement: Statement, scope: Scope) -> Iterator[Problem]:
    """A key of certain requests says nothing in a statement about other ones, and S3 refuses it."""
    if statement.actions is None:
        return
    if not all(map(expand_action, statement.actions)):
        return
    supported = frozenset[str]().union(*map(keys_of, statement.actions))
    for condition in statement.conditions:
        found = find_key(condition.key)
        if found is None or not found.name.startswith("s3:"):
            continue
        if found.name not in supported and found.name not in common_keys() and found.name not in _OF_ANY_ACTION:
            yield Problem(
                condition.path,
                "Conditions do not apply to combination of actions and resources in statement: no request for these "
                f"actions carries {spell_key(condition.key)!r}.",
                "Move the actions that do into a statement of their own.",
            )


def values_are_well_formed(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for condition in statement.conditions:
        if not condition.values:
            yield Problem(
                condition.path,
                f"There is no value to compare {condition.key!r} with.",
                "Give one: without any a negated operator is always true, and any other one never.",
            )
        kind = _type(condition)
        rule = _FORMS.get(kind)
        for value in condition.values if rule else ():
            is_variable = kind == "Bool" and "${" in value
            if rule and not is_variable and not rule[0](value):
                yield Problem(condition.path, rule[1].format(value=value), rule[2])


def types_fit(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for condition in statement.conditions:
        found, kind = find_key(condition.key), _type(condition)
        types = _COMPARABLE.get(kind)
        if found and types and found.type not in (*types, "Any"):
            yield Problem(
                condition.path,
                f"{condition.operator} compares values of the type {kind}, {found.name!r} is a {found.type}.",
                f"Use an operator for {found.type}.",
            )
        # What values of other keys are to look like is told elsewhere.
        for value in condition.values if kind == "ARN" and form_of(condition.key) is None else ():
            if not value.startswith(("arn:", "*", "${")):
                yield Problem(condition.path, f"{value!r} is not an ARN, so that no ARN matches it.", "Write an ARN.")


def set_operators_fit(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for condition in statement.conditions:
        found, parts = find_key(condition.key), split_operator(condition.operator)
        if not found or not parts or _type(condition) == "Null":
            continue
        if found.multi and not parts["set"]:
            yield Problem(
                condition.path,
                f"A request carries several values of {found.name!r}.",
                f"Write 'ForAnyValue:{condition.operator}' or 'ForAllValues:{condition.operator}'.",
            )
        elif not found.multi and parts["set"] == "ForAllValues:" and statement.effect == "Allow":
            yield Problem(
                condition.path,
                f"ForAllValues is also true for a request without {found.name!r}, and so allows it.",
                "Leave ForAllValues out: the key has one value.",
            )


def identifiers_are_whole(statement: Statement, scope: Scope) -> Iterator[Problem]:
    """Ids that AWS makes up have no parts that mean something."""
    for condition in statement.conditions:
        if spell_key(condition.key) not in SYSTEM_IDENTIFIER_KEYS or _type(condition) == "Null":
            continue
        for value in condition.values:
            if "*" in value or "?" in value:
                yield Problem(
                    condition.path,
                    f"{value!r} has a wildcard, {spell_key(condition.key)!r} holds ids that AWS makes up.",
                    "Write the ids in full; to ask whether there is one at all, use Null.",
                )


def identifiers_are_no_numbers(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for condition in statement.conditions:
        if spell_key(condition.key) in SYSTEM_IDENTIFIER_KEYS and _type(condition) == "Numeric":
            yield Problem(
                condition.path,
                f"An endpoint policy does not compare {spell_key(condition.key)!r} as a number.",
                "Use StringEquals or StringNotEquals.",
            )


def wildcards_have_neighbours(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for condition in statement.conditions:
        if "Like" not in condition.operator or _type(condition) != "String":
            continue
        for value in condition.values:
            texts = _WILDCARDS.split(value)
            if any(max(map(len, pair)) < WILDCARD_NEIGHBOURS for pair in itertools.pairwise(texts)):
                yield Problem(
                    condition.path,
                    f"{value!r} has a wildcard with fewer than {WILDCARD_NEIGHBOURS} other signs before and after it.",
                    f"An endpoint policy wants {WILDCARD_NEIGHBOURS} in a row on one side of each.",
                )


def account_portions_are_whole(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for condition in statement.conditions:
        for value in condition.values:
            yield from account_portion_problems(value, condition.path)


def _type(condition: Condition) -> str:
    parts = split_operator(condition.operator)
    operator = OPERATORS.get(parts["base"]) if parts else None
    return operator.type if operator else ""


def _is_boolean(value: str) -> bool:
    return value.lower() in ("true", "false")


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _is_instant(value: str) -> bool:
    return _INSTANT.fullmatch(value) is not None


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


#: Type of the values -> how they look, what is said of one that does not, and what to write.
_FORMS: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "Bool": (_is_boolean, "{value!r} is neither 'true' nor 'false'.", "Write one of the two."),
    "Null": (
        _is_boolean,
        "{value!r} is neither 'true' nor 'false'.",
        "Write 'true' for a key that is absent, 'false' for one that is there.",
    ),
    "Numeric": (_is_number, "{value!r} is not a number.", "Write an integer or a decimal number."),
    "Date": (_is_instant, "{value!r} is not a date.", "Write '2026-01-31T00:00:00Z', or seconds since 1970."),
    "IPAddress": (
        _is_network,
        "Invalid IP address in Conditions: {value!r}.",
        "Write an address or a network such as '203.0.113.0/24' or '2001:db8::/32'.",
    ),
}
