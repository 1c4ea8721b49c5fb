# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Values of conditions that no request can have under their key: another kind of id, or text where a wildcard is meant.

AWS takes all of them. A positive operator is then never true, a negated one always.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from ..language.document import Condition, Statement
from ..language.errors import Problem
from ..language.global_keys import SYSTEM_IDENTIFIER_KEYS
from ..language.operators import OPERATORS, split_operator
from ..language.scalars import network
from ..language.vocabulary import spell_key
from .resources import Scope
from .value_kinds import ACCOUNT_ID, NETWORK_KEYS, Form, another_kind, form_of

#: Networks of which no address comes from the internet.
#: https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
)


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that its key never has, ``why`` as the end of a sentence about it, and what to write instead."""

    value: str
    why: str
    remedy: str


def misfits(condition: Condition) -> Iterator[Misfit]:
    """The values of a condition that its key cannot have; what is not known of a key is taken for possible."""
    parts = split_operator(condition.operator)
    operator = OPERATORS.get(parts["base"]) if parts else None
    if operator is None:
        return
    if operator.type == "IPAddress" and condition.key.lower() == "aws:sourceip":
        yield from _private_addresses(condition)
    form = form_of(condition.key)
    if form is None or operator.type not in ("String", "ARN"):
        return
    wild = operator.type == "ARN" or "Like" in operator.name
    for value in condition.values:
        if "${" not in value and (found := _misfit(value, form, condition, wild)):
            yield found


def _misfit(value: str, form: Form, condition: Condition, wild: bool) -> Misfit | None:
    folds = "IgnoreCase" in condition.operator
    key = spell_key(condition.key)
    if set("*?") & set(value) and form.can_meet(value, folds):
        if wild:
            return None
        like = condition.operator.replace("IgnoreCase", "").replace("Equals", "Like")
        return Misfit(
            value,
            f"{condition.operator} compares the signs '*' and '?' as they are, and {key} never has one",
            f"Use {like}, or write the values in full.",
        )
    if form.fits(value, folds):
        return None
    kind = another_kind(value, condition.key)
    if kind is not None:
        return Misfit(value, f"it is {kind.called}, and {key} holds {form.holds}", kind.remedy)
    return Misfit(value, f"{key} holds {form.holds}", form.remedy)


def _private_addresses(condition: Condition) -> Iterator[Misfit]:
    for value in condition.values:
        try:
            wanted = network(value)
        except ValueError:
            continue  # This is refused elsewhere.
        if any(wanted.version == one.version and wanted.subnet_of(one) for one in _NOT_PUBLIC):  # type: ignore[arg-type]
            yield Misfit(
                value,
                "aws:SourceIp is the public address of a request, and one that comes through an endpoint has none",
                "Use aws:VpcSourceIp for addresses in a VPC, beside aws:SourceVpc or aws:SourceVpce.",
            )


def accounts_have_twelve_digits(statement: Statement, scope: Scope) -> Iterator[Problem]:
    """An account id without quotes is a number to YAML, and one with a leading zero another number."""
    for condition in statement.conditions:
        if (form := form_of(condition.key)) and form.kind is ACCOUNT_ID:
            for one in misfits(condition):
                if not set("*?") & set(one.value):
                    remedy = "Give its 12 digits, in quotes." if one.value.isalnum() else one.remedy
                    yield Problem(condition.path, f"{one.value!r} is not the id of an account: {one.why}.", remedy)


def values_can_match(statement: Statement, scope: Scope) -> Iterator[Problem]:
    """One sentence for each kind of value that no request has."""
    for condition in statement.conditions:
        if scope.bucket is not None and condition.key.lower() in NETWORK_KEYS:
            continue  # The guard of endpoints says so, and refuses.
        form = form_of(condition.key)
        is_account = form is not None and form.kind is ACCOUNT_ID
        # Each of these is a problem of its own.
        told = (is_account, spell_key(condition.key) in SYSTEM_IDENTIFIER_KEYS)
        found = [one for one in misfits(condition) if not told[bool(set("*?") & set(one.value))]]
        for why in dict.fromkeys(one.why for one in found):
            same = [one for one in found if one.why == why]
            yield Problem(
                condition.path,
                f"No request has {' or '.join(repr(one.value) for one in same)} as {spell_key(condition.key)}: {why}. "
                + _consequence(condition, len(found) == len(condition.values)),
                same[0].remedy,
            )


def _consequence(condition: Condition, all_of_them: bool) -> str:
    negated = "Not" in condition.operator
    if not all_of_them:
        return f"{condition.operator} {'spares' if negated else 'matches'} nobody by it."
    return f"{condition.operator} is {'always' if negated else 'never'} true of a request that carries the key."
