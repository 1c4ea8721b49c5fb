# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The options of access_replay, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..._policy.language.errors import PolicyError, Problem
from ..errors import Refusal
from ..history.access import read_at
from ..history.reader import AUTO, FORMATS

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DAY = 86_400
_IGNORABLE = ("principal", "action", "bucket", "through")


def read_moment(text: str | None, name: str, whole_day: bool = False) -> int | None:
    """Seconds since 1970 of a date (of UTC) or a time with its zone.

    :param whole_day: a date stands for the end of its day.
    :raises Refusal: it is neither.
    """
    if not text:
        return None
    remedy = "Write a date such as 2026-11-01, which is in UTC, or a time such as 2026-11-01T08:00:00Z."
    if _DATE.fullmatch(text):
        found = read_at(f"{text}T00:00:00Z")
        if found:
            return found[0] + (_DAY if whole_day else 0)
    else:
        found = read_at(text)
        if found and not found[1]:
            raise Refusal(name, f"{text!r} does not say in which time zone.", remedy)
        if found:
            return found[0]
    raise Refusal(name, f"{text!r} is no date and no time.", remedy)


def read_evidence(given: Sequence[Any]) -> list[tuple[str, str]]:
    """Each piece of evidence as its path and its format.

    :raises PolicyError: with every entry that is none.
    """
    problems: list[Problem] = []
    found = []
    for index, entry in enumerate(given):
        one: Mapping[str, Any] = {"path": entry} if isinstance(entry, str) else entry
        place = f"evidence[{index}]"
        if not isinstance(one, Mapping) or not isinstance(one.get("path"), str) or not one["path"]:
            problems.append(Problem(place, f"{entry!r} is no evidence.", "Give a path, or a dictionary with 'path'."))
            continue
        if unknown := sorted(set(one) - {"path", "format"}):
            problems.append(Problem(place, f"Evidence has no {unknown[0]!r}.", "It has 'path' and 'format'."))
        form = one.get("format") or AUTO
        if form not in FORMATS:
            problems.append(Problem(f"{place}.format", f"{form!r} is not known.", f"Known are {', '.join(FORMATS)}."))
        found.append((one["path"], form))
    if problems:
        raise PolicyError(problems, "evidence")
    return found


def check_ignored(given: Sequence[Mapping[str, Any]]) -> None:
    """:raises PolicyError: an entry fits everything, or says no reason."""
    problems = [
        Problem(f"ignore[{index}]", "It fits everything.", f"Give one of {', '.join(_IGNORABLE)}, with a reason.")
        for index, one in enumerate(given)
        if not any(one.get(key) for key in _IGNORABLE)
    ]
    if problems:
        raise PolicyError(problems, "ignore")
