# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What differs between two documents: statement by statement, and as text that a person reads in ``--diff``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..language.document import (
    DOCUMENT_ELEMENTS,
    STATEMENT_ELEMENTS,
    Raw,
    sorted_text,
    statement_list,
)
from .canonical import (
    canonical_statement,
    document_partition,
)

Kind = Literal["added", "removed", "changed", "same"]


@dataclass(frozen=True, slots=True)
class StatementChange:
    """One statement of either document; ``before`` or ``after`` is ``None`` where the document has no such statement.

    ``elements`` names what differs in a changed one (``Action``, ``Condition``, ...), in AWS's usual order.
    """

    kind: Kind
    label: str
    before: Raw | None
    after: Raw | None
    elements: tuple[str, ...] = ()

    def as_dict(self) -> Raw:
        return {
            "kind": self.kind,
            "statement": self.label,
            "elements": list(self.elements),
            "before": self.before,
            "after": self.after,
        }


def diff(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[StatementChange, ...]:
    """Every statement of both documents, in the order of ``after``, the removed ones where they stood.

    Statements are paired by meaning first, then by Sid, and last, when one without a Sid is left on each side, as the
    two forms of that one.
    """
    old, new = _statements(before), _statements(after)
    pairs = _pair(old, new)
    changes: list[StatementChange] = []
    # Removed statements follow the statement that they followed before.
    followers: dict[int | None, list[int]] = {}
    anchor: int | None = None
    paired = {was: now for now, was in pairs.items()}
    for index in range(len(old)):
        if index in paired:
            anchor = paired[index]
        else:
            followers.setdefault(anchor, []).append(index)

    def removed(place: int | None) -> Iterator[StatementChange]:
        for index in followers.get(place, []):
            yield StatementChange("removed", _label(old[index], index), old[index], None)

    changes += removed(None)
    partitions = [document_partition(document or {}) for document in (before, after)]
    for index, statement in enumerate(new):
        label = _label(statement, index)
        if index not in pairs:
            changes.append(StatementChange("added", label, None, statement))
        else:
            previous = old[pairs[index]]
            elements = _elements(previous, statement, partitions)
            kind: Kind = "changed" if elements else "same"
            changes.append(StatementChange(kind, label, previous, statement, elements))
        changes += removed(index)
    return tuple(changes)


def render(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, str]:
    """``{"before": text, "after": text}``: JSON laid out so that a line diff shows only what differs in meaning.

    Both sides have the same order of statements and elements, lists are sorted, and a statement that means the same is
    shown in the same words on both sides. A missing document is an empty text.
    """
    changes = diff(before, after)
    sides: dict[str, str] = {}
    for side, document in (("before", before), ("after", after)):
        if document is None:
            sides[side] = ""
            continue
        shown: Raw = {
            name: document[name] for name in ("Version", "Id") if document.get(name) and not _moot(name, before, after)
        }
        shown.update({name: document[name] for name in sorted(document) if name not in DOCUMENT_ELEMENTS})
        statements = [
            change.after if change.kind == "same" else getattr(change, side)
            for change in changes
            if getattr(change, side) is not None
        ]
        shown["Statement"] = [_tidy(statement) for statement in statements]
        sides[side] = json.dumps(shown, indent=2, ensure_ascii=False) + "\n"
    return sides


def _moot(name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    """A Version that differs without any ``${...}`` that it could change the reading of is not shown."""
    if name != "Version" or before is None or after is None or before.get(name) == after.get(name):
        return False
    return "${" not in json.dumps([before, after])


def _statements(document: Mapping[str, Any] | None) -> list[Raw]:
    return [one if isinstance(one, Mapping) else {"Statement": one} for one in statement_list(document or {}) or []]  # type: ignore[misc]


def _pair(old: list[Raw], new: list[Raw]) -> dict[int, int]:
    """Index in ``new`` -> index in ``old``."""
    partition = document_partition({"Statement": [*old, *new]})
    forms_old, forms_new = ([sorted_text(canonical_statement(one, partition)) for one in side] for side in (old, new))
    pairs: dict[int, int] = {}
    free = set(range(len(old)))

    def match(keys_old: list[str | None], keys_new: list[str | None]) -> None:
        for index, key in enumerate(keys_new):
            if index not in pairs and key is not None:
                found = next((place for place in sorted(free) if keys_old[place] == key), None)
                if found is not None:
                    pairs[index] = found
                    free.discard(found)

    match([*forms_old], [*forms_new])
    match([one.get("Sid") or None for one in old], [one.get("Sid") or None for one in new])
    unnamed_old = [place for place in sorted(free) if not old[place].get("Sid")]
    unnamed_new = [place for place in range(len(new)) if place not in pairs and not new[place].get("Sid")]
    if len(unnamed_old) == len(unnamed_new) == 1:
        pairs[unnamed_new[0]] = unnamed_old[0]
    return pairs


def _elements(before: Raw, after: Raw, partitions: list[str | None]) -> tuple[str, ...]:
    if partitions[0] == partitions[1] and sorted_text(before) == sorted_text(after):
        return ()
    forms = [canonical_statement(one, partition) for one, partition in zip((before, after), partitions, strict=True)]
    names = [*STATEMENT_ELEMENTS, *sorted({*forms[0], *forms[1]} - set(STATEMENT_ELEMENTS))]
    return tuple(name for name in names if sorted_text(forms[0].get(name)) != sorted_text(forms[1].get(name)))


def _tidy(statement: Any) -> Any:
    """AWS's usual order of elements, and sorted lists; a list of one stays a list, so that a second adds a line."""
    names = [
        *(name for name in STATEMENT_ELEMENTS if name in statement),
        *sorted(set(statement) - set(STATEMENT_ELEMENTS)),
    ]
    return {name: _sorted_lists(statement[name], name) for name in names}


def _sorted_lists(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted_lists(value[key], "") for key in sorted(value)}
    if isinstance(value, list):
        return sorted(value, key=sorted_text)
    return value if name in ("Sid", "Effect", "Principal", "NotPrincipal") else [value]


def _label(statement: Raw, index: int) -> str:
    sid = statement.get("Sid")
    return sid if isinstance(sid, str) and sid else f"Statement[{index}]"
