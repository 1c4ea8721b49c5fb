# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The canonical form of a Condition block.

Source of the rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ..language.document import Raw
from ..language.operators import split_operator
from ..language.patterns import fold_case
from ..language.scalars import condition_values
from ..language.vocabulary import spell_key
from .subsume import (
    arn_covers,
    essential,
    text_covers,
    tidy_wildcards,
)

# Narrower than what Python's own readers take: they know spellings that AWS may not (1_000, masks as addresses).
_DECIMAL = re.compile(r"(?P<sign>[-+]?)(?P<whole>[0-9]+)(\.(?P<fraction>[0-9]+))?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{3}([0-9]{3})?)?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_CIDR = re.compile(r"[0-9A-Fa-f.:]+(/[0-9]{1,3})?")


def _keeping_variables(covers: Callable[[str, str], bool]) -> Callable[[Iterable[str]], list[str]]:
    """For negated operators: values with a variable stay, since a variable without a value may decide by itself
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value)."""

    def values_of(values: Iterable[str]) -> list[str]:
        unique = set(values)
        kept = {value for value in unique if "${" in value}
        return sorted({*kept, *essential(map(tidy_wildcards, unique - kept), covers)})

    return values_of


def _as_list(values: Iterable[str]) -> list[str]:
    return sorted(set(values))


def _as_patterns(values: Iterable[str]) -> list[str]:
    return essential(map(tidy_wildcards, values), text_covers)


def _as_arns(values: Iterable[str]) -> list[str]:
    return essential(map(tidy_wildcards, values), arn_covers)


def _as_lower(values: Iterable[str]) -> list[str]:
    """``${...}`` keeps its case: the text of a variable's default is not ours to fold."""
    return sorted({value if "${" in value else fold_case(value) for value in values})


_NOT_PATTERNS, _NOT_ARNS = _keeping_variables(text_covers), _keeping_variables(arn_covers)


def _each(convert: Callable[[str], str]) -> Callable[[Iterable[str]], list[str]]:
    return lambda values: sorted({convert(value) for value in values})


def _number(text: str) -> str:
    """``+1.50`` is ``1.5``; every digit counts, however many there are."""
    found = _DECIMAL.fullmatch(text)
    if not found:
        return text
    whole, fraction = found["whole"].lstrip("0") or "0", (found["fraction"] or "").rstrip("0")
    size = f"{whole}.{fraction}" if fraction else whole
    return f"-{size}" if found["sign"] == "-" and size != "0" else size


def _network(text: str) -> str:
    """``10.0.0.0`` is ``10.0.0.0/32``; a prefix with host bits set is left alone: how AWS reads it is nowhere said."""
    if not _CIDR.fullmatch(text):
        return text
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        return text


def _instant(text: str) -> str:
    """ISO 8601 and epoch seconds name the same instant; a time without a zone is left alone."""
    if text.isascii() and text.isdigit():
        return text.lstrip("0") or "0"
    if not _MOMENT.fullmatch(text):
        return text
    try:
        moment = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
    except ValueError:
        return text
    if moment.microsecond:
        return text
    return str(int(moment.astimezone(timezone.utc).timestamp()))


@dataclass(frozen=True, slots=True)
class _Family:
    """How the values of an operator compare, and the operator's other spelling with the same meaning, if any."""

    values: Callable[[Iterable[str]], list[str]]
    same_as: str | None = None


_NUMBERS, _DATES, _NETWORKS = _Family(_each(_number)), _Family(_each(_instant)), _Family(_each(_network))
_ORDERED = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
#: An operator that is not here is one AWS does not know: its block stays as it is.
_FAMILIES: dict[str, _Family] = {
    "StringEquals": _Family(_as_list),
    "StringNotEquals": _Family(_as_list),
    "StringEqualsIgnoreCase": _Family(_as_lower),
    "StringNotEqualsIgnoreCase": _Family(_as_lower),
    # Without a wildcard the Like operators compare as the Equals ones do.
    "StringLike": _Family(_as_patterns, "StringEquals"),
    "StringNotLike": _Family(_NOT_PATTERNS, "StringNotEquals"),
    # ArnEquals takes wildcards too and behaves as ArnLike does.
    "ArnLike": _Family(_as_arns),
    "ArnNotLike": _Family(_NOT_ARNS),
    "ArnEquals": _Family(_as_arns, "ArnLike"),
    "ArnNotEquals": _Family(_NOT_ARNS, "ArnNotLike"),
    **{f"Numeric{name}": _NUMBERS for name in _ORDERED},
    **{f"Date{name}": _DATES for name in _ORDERED},
    "IpAddress": _NETWORKS,
    "NotIpAddress": _NETWORKS,
    "Bool": _Family(_as_list),
    "BinaryEquals": _Family(_as_list),
    "Null": _Family(_as_list),
}
_SPELLINGS: dict[str, tuple[str, ...]] = {
    family.same_as: (family.same_as, name) for name, family in _FAMILIES.items() if family.same_as
}


def canonical_condition(block: Any) -> Any:
    """The canonical Condition; ``{}`` for one that holds no condition; anything not understood as it is."""
    if not isinstance(block, Mapping):
        return block
    form: Raw = {}
    triples: list[tuple[str, str, list[str]]] = []
    for operator, keys in block.items():
        if keys == {}:
            continue
        for key, value in keys.items() if isinstance(keys, Mapping) else ():
            triple = _triple(str(operator), str(key), value)
            if triple is None:
                form.setdefault(operator, {})[key] = value
            else:
                triples.append(triple)
        if not isinstance(keys, Mapping):
            form[operator] = keys
    placed: list[tuple[str, str, list[str]]] = []
    for triple in sorted(triples):
        if triple in placed:
            continue
        placed.append(triple)
        operator, key, values = triple
        name, spelled = next(place for place in _places(operator, key) if place[1] not in form.get(place[0], {}))
        form.setdefault(name, {})[spelled] = values
    return form


def _triple(operator: str, key: str, value: Any) -> tuple[str, str, list[str]] | None:
    parts, values = split_operator(operator), condition_values(value)
    family = _FAMILIES.get(parts["base"]) if parts else None
    if parts is None or family is None or values is None:
        return None
    base, kept = parts["base"], family.values(values)
    if (
        family.same_as
        and not _in_doubt(parts)
        and (family.values in (_as_arns, _NOT_ARNS) or not any(_is_pattern(text) for text in kept))
    ):
        base = family.same_as
    return f"{parts['set']}{base}{parts['suffix']}", _key(key), kept


def _key(key: str) -> str:
    """AWS's spelling; the tag key in it is compared without regard to case too, so it goes to lower case."""
    name, slash, tag = spell_key(key).partition("/")
    return name + slash + fold_case(tag)


def _in_doubt(parts: re.Match[str]) -> bool:
    """AWS's table of operators has ForAllValues:StringNotLike fail where its other operators match an absent key."""
    return parts["set"] == "ForAllValues:" and parts["base"] in ("StringNotLike", "StringNotEquals")


def _is_pattern(text: str) -> bool:
    """What a policy variable stands for is not known, so text with one may hold a wildcard."""
    return "*" in text or "?" in text or "${" in text


def _places(operator: str, key: str) -> Iterator[tuple[str, str]]:
    """Where two conditions on one key, which both must hold, find room: other spellings that mean the same."""
    parts = split_operator(operator)
    base = parts["base"] if parts else operator
    spellings = (base,) if parts is None or _in_doubt(parts) else _SPELLINGS.get(base, (base,))
    names = [f"{parts['set']}{name}{parts['suffix']}" if parts else name for name in spellings]
    for spelled in (key, *(key[:end].swapcase() + key[end:] for end in range(1, len(key) + 1))):
        for name in names:
            yield name, spelled
