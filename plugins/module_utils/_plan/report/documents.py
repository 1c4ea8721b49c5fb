# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Two documents side by side, and tasks to paste, as lines."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..._policy.language.document import Raw
from ..pasted import pasted
from .text import pretty, visible

SAME, ONLY = "", "only"
_MOST_LINES = 160


def side_by_side(found: Any, declared: Any) -> tuple[list[Raw], list[Raw]]:
    """The lines of both, each with what the other has not marked; too long ones are cut."""
    left, right = (pretty(each) if each is not None else [] for each in (found, declared))
    lines: tuple[list[Raw], list[Raw]] = ([], [])
    matcher = difflib.SequenceMatcher(a=left, b=right, autojunk=False)
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        mark = SAME if kind == "equal" else ONLY
        lines[0].extend({"text": text, "mark": mark} for text in left[start:end])
        lines[1].extend({"text": text, "mark": mark} for text in right[other_start:other_end])
    return _cut(lines[0]), _cut(lines[1])


def _cut(lines: list[Raw]) -> list[Raw]:
    if len(lines) <= _MOST_LINES:
        return lines
    return [*lines[:_MOST_LINES], {"text": f"… {len(lines) - _MOST_LINES} more lines", "mark": SAME}]


def correction(resources: Iterable[str]) -> str:
    """A task that puts back what is declared for these and nothing else."""
    names = ", ".join(map(_scalar, resources))
    return "\n".join(
        [
            "- name: Put back what is declared",
            "  ansible.builtin.include_role:",
            "    name: perimeter.s3.private_access",
            "  vars:",
            "    # Beside the variables of your declaration",
            f"    private_access_limit: [{names}]",
        ]
    )


def as_yaml(value: Any) -> str:
    """A task, given as text or as what YAML makes of it."""
    if isinstance(value, str):
        return "\n".join(visible(line) for line in value.rstrip().split("\n"))
    return "\n".join(_lines(value if isinstance(value, list) else [value]))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            if isinstance(inner, (Mapping, list, tuple)) and inner:
                yield f"{visible(key)}:"
                yield from (f"  {line}" for line in _lines(inner))
            else:
                yield f"{visible(key)}: {_scalar(inner)}"
    elif isinstance(value, (list, tuple)) and value:
        for inner in value:
            first, *rest = _lines(inner)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield _scalar(value)


def _scalar(value: Any) -> str:
    """As JSON, which is YAML, unless it is plain text that YAML takes for nothing else; see :func:`pasted`."""
    if isinstance(value, str) and value.replace("_", "").replace(" ", "").isalpha() and value.lower() not in _NOT_TEXT:
        return value
    return visible(pasted(value))


_NOT_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
