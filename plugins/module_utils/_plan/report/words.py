# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Statements of policies in words, as short as a person says them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..._policy.language.document import Raw, statement_list
from .text import some

#: Condition key in lower case -> how a person says it of its values.
_SAID: dict[str, Callable[[list[str]], str]] = {
    "aws:sourcevpce": lambda values: f"through {_or(values)}",
    "aws:sourcevpc": lambda values: f"from {_or(values)}",
    "aws:sourceip": lambda values: f"from {_or(values)}",
    "aws:vpcsourceip": lambda values: f"from {_or(values)}",
    "aws:principalarn": lambda values: f"by {_or(sorted({_short_arn(value) for value in values}))}",
    "aws:principalaccount": lambda values: f"by account {_or(values)}",
    "aws:principalorgid": lambda values: f"by organization {_or(values)}",
    "aws:sourceaccount": lambda values: f"for account {_or(values)}",
    "aws:sourceorgid": lambda values: f"for organization {_or(values)}",
    "aws:sourcearn": lambda values: f"for {_or(values)}",
    "aws:resourceaccount": lambda values: f"in account {_or(values)}",
    "aws:resourceorgid": lambda values: f"in organization {_or(values)}",
    "s3:tlsversion": lambda values: f"with TLS {_or(values)}",
}
#: Keys that are true or false -> what is so if they are true.
_YES = {
    "aws:principalisawsservice": "by an AWS service",
    "aws:viaawsservice": "forwarded by an AWS service",
    "aws:securetransport": "over TLS",
    "aws:multifactorauthpresent": "with MFA",
}
_LESS = {
    "NumericLessThan": "below",
    "NumericLessThanEquals": "at most",
    "NumericGreaterThan": "above",
    "NumericGreaterThanEquals": "at least",
    "DateLessThan": "before",
    "DateGreaterThan": "after",
}
_MOST = 3
_MANAGING = "s3:putbucketpolicy"


def in_words(statement: Mapping[str, Any]) -> Raw:
    """``effect``, ``sid``, ``who``, ``what`` and ``condition``; what goes without saying is empty."""
    return {
        "effect": str(statement.get("Effect", "")),
        "sid": str(statement.get("Sid", "")),
        "who": _who(statement),
        "what": _what(statement),
        "condition": _condition(statement),
    }


def line(said: Mapping[str, str]) -> str:
    """The words of a statement in one line."""
    who = f" by {said['who']}" if said["who"] else ""
    return f"{said['effect']} {said['what']}{who} {said['condition']}".strip()


def statements(document: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Those that are there; what is none (AWS takes no such document) is left out."""
    return [each for each in statement_list(document or {}) or [] if isinstance(each, Mapping)]


def _who(statement: Mapping[str, Any]) -> str:
    for element, prefix in (("Principal", ""), ("NotPrincipal", "all but ")):
        given = statement.get(element)
        if given is None or given == "*":
            continue
        if not isinstance(given, Mapping):
            return prefix + str(given)
        names = [_short_arn(value) for values in given.values() for value in _list(values)]
        return "" if names == ["*"] else prefix + _or(names)
    return ""


def _what(statement: Mapping[str, Any]) -> str:
    actions = _list(statement.get("Action", statement.get("NotAction", [])))
    if any(action.lower() == _MANAGING for action in actions) and len(actions) > 1:
        said = "managing the policy"
    elif actions in (["*"], ["s3:*"]):
        said = "everything"
    else:
        said = some([action.removeprefix("s3:") for action in actions], _MOST)
    said = f"everything but {said}" if "NotAction" in statement else said
    if "NotResource" in statement:
        return f"{said} on all but {_or(map(_short_resource, _list(statement['NotResource'])))}"
    named = list(dict.fromkeys(map(_short_resource, _list(statement.get("Resource", [])))))
    return said if named in ([], ["*"]) else f"{said} on {some(named, _MOST)}"


def _condition(statement: Mapping[str, Any]) -> str:
    """A Deny holds if all of its conditions do, so a negated one is an exception of it."""
    met: list[str] = []
    exceptions: list[str] = []
    for operator, block in (statement.get("Condition") or {}).items():
        for key, given in block.items():
            negated, said = _comparison(operator, key, _list(given))
            (exceptions if negated else met).append(said)
    parts = [f"if {' and '.join(met)}"] if met else []
    parts += [f"unless {' or '.join(exceptions)}"] if exceptions else []
    return " ".join(parts)


def _comparison(operator: str, key: str, values: list[str]) -> tuple[bool, str]:
    base = operator.rpartition(":")[2].removesuffix("IfExists")
    name = key.lower()
    if name in _YES and base in ("Bool", "StringEquals"):
        return [value.lower() for value in values] == ["false"], _YES[name]
    if base == "Null":
        return [value.lower() for value in values] == ["false"], f"there is no {key}"
    if base in _LESS:
        return False, f"{key} is {_LESS[base]} {_or(values)}"
    negated = "Not" in base
    return negated, _SAID[name](values) if name in _SAID else f"{key} is {_or(values)}"


def _or(values: Any) -> str:
    names = list(values)
    return some(names, _MOST) if len(names) > _MOST else " or ".join(names)


def _list(given: Any) -> list[str]:
    values = given if isinstance(given, (list, tuple)) else [given]
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]


def _short_arn(arn: str) -> str:
    """``role/app`` of one of ours and ``444455556666:role/app`` alike: the account says whose it is."""
    parts = arn.split(":", 5)
    if len(parts) < len(["arn", "aws", "iam", "", "account", "name"]) or parts[0] != "arn":
        return arn
    return f"{parts[4]}:{parts[5]}" if parts[4] else parts[5]


def _short_resource(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[5] if len(parts) == len(["arn", "aws", "s3", "", "", "name"]) and not parts[4] else arn
