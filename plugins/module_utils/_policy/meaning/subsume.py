# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which entries of a list say nothing because a wildcard beside them says it already.

Only inclusion that holds for every request counts: where in doubt two entries both stay, since a false "equal" is
worse than a false drift.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from ..language.variables import VARIABLE

Covers = Callable[[str, str], bool]

_WILDCARDS = re.compile(r"[*?]+")
_ARN_FIELDS = 6
# Stands for a policy variable: any text at all, that which it has in a document of Version 2008-10-17 included.
_ANY_TEXT = "*"


def tidy_wildcards(pattern: str) -> str:
    """One spelling of a run of wildcards: ``**`` is ``*``, and ``*?`` is ``?*``; policy variables stay as they are."""
    if "${" in pattern:
        return pattern
    return _WILDCARDS.sub(lambda run: "?" * run[0].count("?") + ("*" if "*" in run[0] else ""), pattern)


@lru_cache(maxsize=4096)
def _head(pattern: str) -> str:
    """What all texts begin with that a pattern matches."""
    return _WILDCARDS.split(pattern, maxsplit=1)[0]


def _may_cover(pattern: str, other: str) -> bool:
    """Whether the beginnings leave it open: lists of hundreds of prefixes are told apart by them alone."""
    return pattern == other or ("${" not in pattern and other.startswith(_head(pattern)))


@lru_cache(maxsize=4096)
def text_covers(pattern: str, other: str) -> bool:
    """Whether everything that ``other`` matches is matched by ``pattern``; both may hold ``*`` and ``?``.

    A ``*`` of ``other`` can be taken only by a ``*`` of ``pattern``, a ``?`` by ``?`` or ``*``. A policy variable in
    ``other`` is covered by what covers every value of it; one in ``pattern`` covers nothing but itself, because what it
    stands for is not known here.
    """
    if pattern == other:
        return True
    if not _may_cover(pattern, other):
        return False
    other = VARIABLE.sub(_ANY_TEXT, other)
    # The states of the usual wildcard match, advanced over the characters of `other`.
    states = _skip_stars(pattern, {0})
    for character in other:
        reached = set()
        for state in states:
            if state == len(pattern):
                continue
            expected = pattern[state]
            if expected == "*":
                reached.add(state)
            elif character != "*" and (expected == "?" or (expected == character and character != "?")):
                reached.add(state + 1)
        states = _skip_stars(pattern, reached)
        if not states:
            return False
    return len(pattern) in states


def arn_covers(pattern: str, other: str) -> bool:
    """:func:`text_covers` for ARNs, whose first five fields a wildcard does not cross.

    A variable in one of these fields may stand for several of them, so that only a lone ``*`` covers it.
    """
    if pattern in ("*", other):
        return True
    # A variable of the pattern is in one field, and the other fields are compared all the same.
    if "${" not in pattern and not _may_cover(pattern, other):
        return False
    start = VARIABLE.search(other)
    if start and other.count(":", 0, start.start()) < _ARN_FIELDS - 1:
        return False
    ours, theirs = pattern.split(":", _ARN_FIELDS - 1), other.split(":", _ARN_FIELDS - 1)
    if len(ours) != _ARN_FIELDS or len(theirs) != _ARN_FIELDS:
        return False
    return all(text_covers(mine, its) for mine, its in zip(ours, theirs, strict=True))


def essential(values: Iterable[str], covers: Covers) -> list[str]:
    """The values, sorted and without repetition, that no other value of the list covers."""
    unique = sorted(set(values))
    if not any("*" in value or "?" in value for value in unique):
        return unique
    kept: list[str] = []
    for index, value in enumerate(unique):
        # Of two that cover each other the first one stays.
        covered = any(
            covers(other, value) and not (covers(value, other) and index < place)
            for place, other in enumerate(unique)
            if place != index
        )
        if not covered:
            kept.append(value)
    return kept


def _skip_stars(pattern: str, states: set[int]) -> set[int]:
    """A ``*`` may also match nothing: the states that are reached by stepping over it."""
    for state in list(states):
        while state < len(pattern) and pattern[state] == "*":
            state += 1
            states.add(state)
    return states
