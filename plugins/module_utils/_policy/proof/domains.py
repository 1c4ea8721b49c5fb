# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The values of a condition key that a set of checks tells apart, one of each kind.

For numbers, instants and addresses these are the end points that policies name and what lies between them; for text see
:mod:`texts.automaton`; for keys with several values, each set of answers that some set of values brings about.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ..evaluation.conditions import NULL, Check
from ..language.operators import DoubtfulBool, ParsedTerm, TextTerm
from ..language.patterns import Wild, joined
from ..language.values import Value
from ..language.variables import Variable
from ..language.vocabulary import find_key
from ..texts.automaton import Cell, Tokens, TooMany, arn_tokens, cells, text_tokens
from .world import ANY_TEXT, BOOLEANS, SHAPES, SOME_TEXT, TLS_VERSION, TLS_VERSIONS, Shape

#: More renderings of one text with variables than this are not told apart.
_MAX_RENDERINGS = 32
#: More sets of values of one key than this are not told apart.
_MAX_SETS = 512
_PARSED = {"Numeric", "Date", "IPAddress"}
#: Networks from which no request comes over the internet:
#: https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/ipv6-address-space
_NOT_PUBLIC = tuple(
    (one.version, int(one.network_address), int(one.broadcast_address))
    for one in map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.168.0.0/16", "224.0.0.0/3", "::/3", "4000::/2", "8000::/1",
        ),
    )
)  # fmt: skip
_NICE_ADDRESSES = ("203.0.113.7", "198.51.100.7", "192.0.2.7", "10.0.0.7", "2001:db8::7")


@dataclass(slots=True)
class Values:
    """Representatives of a key's values; ``exact``: together they stand for all values that there are."""

    several: list[tuple[str, ...]] = field(default_factory=list)
    exact: bool = True


def tokens_of(check: Check, singles: Mapping[str, Sequence[str]]) -> list[Tokens]:
    """The patterns that a check compares text with; a variable is each value that pins it down, or anything."""
    found: list[Tokens] = []
    for term in check.terms:
        text = term.text if isinstance(term, DoubtfulBool) else term
        if not isinstance(text, TextTerm):
            continue
        for parts in renderings(text.parts, singles):
            tokens = arn_tokens(parts) if text.arns else text_tokens(parts, text.fold)
            if tokens is not None:
                found.append(tokens)
    return found


def renderings(
    parts: Iterable[str | Wild | Variable], singles: Mapping[str, Sequence[str]]
) -> list[tuple[str | Wild, ...]]:
    """What a text becomes for the values of its variables that are pinned down, and for all others."""
    choices: list[list[str | Wild]] = []
    count = 1
    for part in parts:
        if not isinstance(part, Variable):
            choices.append([part])
            continue
        values: list[str | Wild] = [Wild.RUN, *singles.get(part.key.lstrip("~"), ())]
        if part.default is not None:
            values.append(part.default)
        count *= len(values)
        choices.append(values)
    if count > _MAX_RENDERINGS:
        return []
    return [joined(tuple(one)) for one in itertools.product(*choices)]


def values_of(
    key: str,
    checks: Sequence[Check],
    tokens: Sequence[Tokens],
    shape: Shape | None,
    budget: int,
    public: bool = False,
) -> Values:
    """The values of a key.

    :param tokens: all patterns that must be told apart, those of ``checks`` among them.
    :param public: of addresses only those that there are on the internet.
    """
    found = find_key(key)
    types = {check.operator.type for check in checks if check.operator.name != NULL}
    if key == TLS_VERSION:
        return Values([(version,) for version in TLS_VERSIONS])
    if found and found.type == "Bool":
        return Values([(value,) for value in BOOLEANS])
    singles: list[str] = []
    exact = True
    parsed = types & _PARSED
    if parsed:
        for type_ in sorted(parsed):
            of_type = (check for check in checks if check.operator.type == type_)
            terms = [term for check in of_type for term in check.terms if isinstance(term, ParsedTerm)]
            singles += _points(type_, [one.value for one in terms], public)
    if not parsed or types - parsed:
        multi = bool(found and found.multi)
        shape = shape or SHAPES.get(key) or (SOME_TEXT if multi else ANY_TEXT)
        try:
            singles += [one.text for one in text_cells(tokens, shape, budget)]
        except TooMany:
            exact = False
    # What is compared both as text and as a number, an instant or an address has more kinds of values than these.
    exact = exact and not (parsed and types - parsed) and len(parsed) < 2 and "Binary" not in types
    result = Values([(value,) for value in dict.fromkeys(singles)], exact)
    if found and found.multi:
        _close(result, checks)
    return result


def text_cells(tokens: Iterable[Tokens], shape: Shape, budget: int) -> tuple[Cell, ...]:
    """:raises TooMany: there are too many to tell apart."""
    return cells(tuple(dict.fromkeys(tokens)), shape.language, budget, shape.start, shape.nicer)


def _close(values: Values, checks: Sequence[Check]) -> None:
    """Add the sets of several values that the checks answer differently from all that are there."""
    closed = [check for check in checks if not check.open_terms]
    if len(closed) < len(checks):
        values.exact = False
    letters = list(values.several)
    known: dict[tuple[object, ...], tuple[str, ...]] = {}
    todo = []
    for one in letters:
        if known.setdefault(answers(closed, one), one) is one:
            todo.append(one)
    # Two sets with the same answers have, with one more value, the same answers again: they are "some" and "all".
    done = 0
    while done < len(todo):
        one = todo[done]
        done += 1
        for letter in letters:
            if letter[0] in one:
                continue
            more = (*one, *letter)
            if known.setdefault(answers(closed, more), more) is more:
                todo.append(more)
        if len(todo) > _MAX_SETS:
            values.exact = False
            break
    values.several = list(dict.fromkeys((*letters, *todo)))


def answers(checks: Iterable[Check], value: Value) -> tuple[object, ...]:
    """What checks without variables say of a value."""
    return tuple(check.ask(value, {}) for check in checks)


def _numbers(wanted: Sequence[Decimal]) -> Iterator[str]:
    # Where no value is named, all are alike: any of them will do.
    points = sorted(set(wanted)) or [Decimal(0)]
    for point in points:
        yield _shown(point)
    for low, high in itertools.pairwise(points):
        middle = (low + high) / 2
        whole = middle.to_integral_value()
        yield _shown(whole if low < whole < high else middle)
    yield "0" if points[0] > 0 else _shown(points[0] - 1)
    yield _shown(points[-1].to_integral_value() + 1)


def _shown(number: Decimal) -> str:
    return format(number, "f")


def _instants(wanted: Sequence[Decimal]) -> Iterator[str]:
    # As seconds since 1970, in which AWS gives instants too. There are none before: all are after what is named there.
    for text in _numbers([max(one, Decimal(0)) for one in wanted]):
        if not text.startswith("-"):
            yield text.partition(".")[0] if float(text).is_integer() else text


def _addresses(wanted: Sequence[tuple[int, int, int]], public: bool) -> Iterator[str]:
    for version, make in ((4, ipaddress.IPv4Address), (6, ipaddress.IPv6Address)):
        limit = 2 ** (32 if version == 4 else 128)
        nice = [int(make(text)) for text in _NICE_ADDRESSES if (":" in text) == (version == 6)]
        spans = [(first, last) for one, first, last in wanted if one == version]
        left_out = [(first, last) for one, first, last in _NOT_PUBLIC if one == version] if public else []
        edges = sorted({0, limit, *(edge for first, last in (*spans, *left_out) for edge in (first, last + 1))})
        seen = set()
        for low, high in itertools.pairwise(edges):
            if any(first <= low <= last for first, last in left_out):
                continue
            inside = frozenset(number for number, (first, last) in enumerate(spans) if first <= low <= last)
            if inside in seen:
                continue
            seen.add(inside)
            number = next((one for one in nice if low <= one < high), None)
            if number is None:
                number = low + (1 if high - low > 2 else 0)
            yield str(make(number))


def _points(type_: str, wanted: Sequence[Any], public: bool) -> Iterator[str]:
    """End points and what lies between them, of values of one type."""
    if type_ == "IPAddress":
        return _addresses(wanted, public)
    return _instants(wanted) if type_ == "Date" else _numbers(wanted)
