# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Texts with wildcards: ``*`` stands for any run of characters, also an empty one, ``?`` for exactly one.

A pattern is a tuple of parts, because a policy variable may put an asterisk in that is no wildcard. Wildcards know
neither "/" nor line breaks; in an ARN they end at a colon, but for the last field, which takes the rest.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
"""

from __future__ import annotations

import enum
import itertools
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeAlias

ARN_FIELDS = 6
_MANY_RUNS = 3


class Wild(enum.Enum):
    """A wildcard, as a part of a pattern beside literal text."""

    RUN = "*"
    ONE = "?"


Pattern: TypeAlias = tuple[str | Wild, ...]
Matches: TypeAlias = Callable[[str], bool]

_WILDCARD = re.compile(r"([*?])")


@lru_cache(maxsize=4096)
def pattern(text: str) -> Pattern:
    """The parts of a text in which ``*`` and ``?`` are wildcards."""
    return tuple(Wild(part) if part in ("*", "?") else part for part in _WILDCARD.split(text) if part)


def joined(parts: Pattern) -> Pattern:
    """The same pattern with neighbouring texts joined and repeated runs reduced to one."""
    result: list[str | Wild] = []
    for part in parts:
        last = result[-1] if result else None
        if isinstance(part, str) and isinstance(last, str):
            result[-1] = last + part
        elif not (part is Wild.RUN and last is Wild.RUN):
            result.append(part)
    return tuple(part for part in result if part)


@lru_cache(maxsize=4096)
def fold_case(text: str) -> str:
    """A text as operators compare it that disregard case.

    Assumed, for AWS does not say: letters fold one for one, and only where each is the other's only counterpart. So
    ``\u0130`` (a capital i with a dot), ``\u0131`` (a small one without) and ``\u212a`` (the sign of Kelvin) are like
    themselves alone.
    """
    return text.lower() if text.isascii() else "".join(map(_fold_letter, text))


def _fold_letter(letter: str) -> str:
    lower = letter.lower()
    return lower if len(lower) == 1 and lower.upper() == letter else letter


def folded(parts: Pattern) -> Pattern:
    """The pattern for texts of which the case is folded."""
    return tuple(fold_case(part) if isinstance(part, str) else part for part in parts)


def text_matcher(parts: Pattern) -> Matches:
    """A function that tells whether a whole text fits."""
    return any_matcher((parts,))


def any_matcher(patterns: Iterable[Pattern], arns: bool = False) -> Matches:
    """A function that tells whether a whole text fits one of the patterns; the usual shapes need no regular expression.

    :param arns: they are compared as :func:`arn_matcher` does.
    """
    exact: set[str] = set()
    starts: list[str] = []
    others: list[Matches] = []
    for parts in map(joined, patterns):
        if arns and not _is_plain_arn(parts):
            others.append(arn_matcher(parts))
            continue
        match parts:
            case ():
                exact.add("")
            case (str() as text,):
                exact.add(text)
            case (Wild.RUN,):
                return lambda text: True
            case (str() as start, Wild.RUN):
                starts.append(start)
            case _:
                others.append(_expression_matcher(parts))
    return _matcher(frozenset(exact), tuple(starts), tuple(others))


def _matcher(exact: frozenset[str], starts: tuple[str, ...], others: tuple[Matches, ...]) -> Matches:
    if not others and not starts:
        return exact.__contains__
    if not others:
        return lambda text: text in exact or text.startswith(starts)
    if len(others) == 1 and not exact and not starts:
        return others[0]

    def fits(text: str) -> bool:
        if text in exact or text.startswith(starts):
            return True
        for matches in others:  # noqa: SIM110 - takes half the time of any()
            if matches(text):
                return True
        return False

    return fits


def _expression_matcher(parts: Pattern) -> Matches:
    compiled = re.compile(_expression(parts), re.DOTALL)
    return lambda text: compiled.fullmatch(text) is not None


def _expression(parts: Pattern) -> str:
    """A regular expression that needs time in proportion to the text, however many runs the pattern has.

    What stands between two runs may be taken at its first place without ever trying another one; Python spells that as
    a lookahead whose result is then referred to.
    """
    pieces = [re.escape(part) if isinstance(part, str) else part for part in parts]
    if sum(piece is Wild.RUN for piece in pieces) < _MANY_RUNS:
        return "".join({Wild.RUN: ".*", Wild.ONE: "."}[piece] if isinstance(piece, Wild) else piece for piece in pieces)
    segments: list[str] = [""]
    for piece in pieces:
        if piece is Wild.RUN:
            segments.append("")
        else:
            segments[-1] += "." if isinstance(piece, Wild) else piece
    middle = "".join(f"(?=(?P<g{number}>.*?{segment}))(?P=g{number})" for number, segment in enumerate(segments[1:-1]))
    return f"{segments[0]}{middle}.*{segments[-1]}"


def arn_fields(parts: Pattern) -> list[Pattern] | None:
    """The patterns of the six fields of an ARN; ``None`` if there are fewer."""
    fields: list[list[str | Wild]] = [[]]
    for part in parts:
        if not isinstance(part, str):
            fields[-1].append(part)
            continue
        first, *others = part.split(":", ARN_FIELDS - len(fields))
        fields[-1].append(first)
        fields.extend([other] for other in others)
    return [joined(tuple(field)) for field in fields] if len(fields) == ARN_FIELDS else None


def arn_matcher(parts: Pattern) -> Matches:
    """A function that tells whether an ARN fits, field by field; a lone ``*`` fits everything."""
    if _is_plain_arn(parts):
        return text_matcher(parts)
    fields = arn_fields(parts)
    if fields is None:
        return lambda text: False
    matchers = [text_matcher(field) for field in fields]

    def matches(text: str) -> bool:
        given = text.split(":", ARN_FIELDS - 1)
        return len(given) == ARN_FIELDS and all(matcher(field) for matcher, field in zip(matchers, given, strict=True))

    return matches


def _is_plain_arn(parts: Pattern) -> bool:
    """Whether an ARN is compared as any text: in the usual shape no wildcard comes before the last field."""
    colons = 0
    for part in parts:
        if isinstance(part, Wild):
            break
        colons += part.count(":")
    return colons >= ARN_FIELDS - 1 or parts == (Wild.RUN,)


def completed(parts: Pattern) -> Pattern:
    """The pattern of a resource in an identity policy, where AWS completes an ARN of fewer than six fields."""
    if parts and arn_fields(parts) is None and isinstance(parts[0], str) and parts[0].startswith("arn:"):
        given = sum(part.count(":") for part in parts if isinstance(part, str))
        return joined((*parts, *((":", Wild.RUN) * (ARN_FIELDS - 1 - given))))
    return parts


def resource_matcher(parts: Pattern) -> Matches:
    """As :func:`arn_matcher`, for a resource of an identity policy."""
    return arn_matcher(completed(parts))


def reaches_over_colons(parts: Pattern) -> bool:
    """Whether an asterisk ends one of the first five fields of an ARN, of which AWS says two things."""
    colons = 0
    for part, following in itertools.pairwise(parts):
        colons += part.count(":") if isinstance(part, str) else 0
        if colons >= ARN_FIELDS - 1:
            return False
        if part is Wild.RUN and isinstance(following, str) and following.startswith(":"):
            return True
    return False


def can_meet(one: Pattern, other: Pattern) -> bool:
    """Whether there is a text that fits both patterns."""
    begun = _begin_alike(one, other)
    if begun is None:
        return False
    first, second = _letters(one), _letters(other)
    # Pairs of places that both patterns can have reached by the same text.
    seen: set[tuple[int, int]] = set()
    todo = [(begun, begun)]
    while todo:
        place = todo.pop()
        if place in seen:
            continue
        seen.add(place)
        i, j = place
        left = first[i] if i < len(first) else None
        right = second[j] if j < len(second) else None
        if left is None and right is None:
            return True
        if left is Wild.RUN:
            todo.append((i + 1, j))
        if right is Wild.RUN:
            todo.append((i, j + 1))
        if left is None or right is None:
            continue
        if isinstance(left, Wild) or isinstance(right, Wild) or left == right:
            todo.append((i if left is Wild.RUN else i + 1, j if right is Wild.RUN else j + 1))
    return False


def _begin_alike(one: Pattern, other: Pattern) -> int | None:
    """How many letters two patterns begin with that are the same; ``None``: they begin, or end, with different ones."""
    if not one or not other:
        return 0
    head, start = one[0], other[0]
    tail, end = one[-1], other[-1]
    if isinstance(tail, str) and isinstance(end, str) and not tail.endswith(end) and not end.endswith(tail):
        return None
    if not isinstance(head, str) or not isinstance(start, str):
        return 0
    shorter = min(len(head), len(start))
    return shorter if head[:shorter] == start[:shorter] else None


def covers(wide: Pattern, narrow: Pattern) -> bool:
    """Whether every text that fits ``narrow`` fits ``wide`` as well; ``??*`` is not found to cover ``?*?``."""
    letters, goal = _letters(narrow), _letters(wide)
    states = _past_runs(goal, {0})
    for letter in letters:
        reached = set()
        for state in states:
            if state == len(goal):
                continue
            expected = goal[state]
            if expected is Wild.RUN:
                reached.add(state)
            elif letter is not Wild.RUN and (expected is Wild.ONE or expected == letter):
                reached.add(state + 1)
        states = _past_runs(goal, reached)
    return len(goal) in states


def _letters(parts: Pattern) -> list[str | Wild]:
    return [letter for part in parts for letter in (part if isinstance(part, str) else (part,))]


def _past_runs(goal: list[str | Wild], states: set[int]) -> set[int]:
    for state in list(states):
        while state < len(goal) and goal[state] is Wild.RUN:
            state += 1
            states.add(state)
    return states
