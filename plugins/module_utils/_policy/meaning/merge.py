# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One document out of the statements that are ours, told by their Sid, and everybody else's, which stay as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..language.document import (
    DEFAULT_VERSION,
    VERSIONS,
    Raw,
    statement_list,
)
from ..language.errors import PolicyError, Problem
from .canonical import document_partition, same_statement


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The merged document (``None`` when no statement is left) and what became of each statement, by its label."""

    document: Raw | None
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]


def merge(
    current: Mapping[str, Any] | None,
    statements: Sequence[Mapping[str, Any]] = (),
    remove_sids: Iterable[str] = (),
    purge: bool = False,
) -> MergeResult:
    """``current`` with ``statements`` put in or replaced by Sid, those of ``remove_sids`` taken out, the rest as is.

    A statement of ours that is there already and means the same stays as it stands, in its place. Where the Sid
    stands more than once, the first is replaced and the others go: whoever writes by Sid owns all that bear it.

    :param purge: take out every statement that is not among ``statements``.
    :raises PolicyError: one of ``statements`` has no Sid or one that stands twice among them, a Sid is both wanted and
        to be removed, or variables of the two sides would be read by different policy versions.
    """
    wanted = _by_sid(statements)
    unwanted = set(remove_sids)
    both = sorted(unwanted & set(wanted))
    if both:
        raise PolicyError(
            [Problem("", f"The Sid {sid!r} is both wanted and to be removed.") for sid in both], "statements"
        )
    existing = statement_list(current or {}) or []
    merged: list[Any] = []
    kept: list[str] = []
    removed: list[str] = []
    changed: list[str] = []
    placed: set[str] = set()
    for index, statement in enumerate(existing):
        sid = statement.get("Sid") if isinstance(statement, Mapping) else None
        label = sid or f"Statement[{index}]"
        if sid in placed:
            changed.append(sid)
        elif sid in wanted:
            placed.add(sid)
            same = same_text(statement, wanted[sid]) or same_statement(
                statement, wanted[sid], document_partition({"Statement": [*existing, *wanted.values()]})
            )
            merged.append(statement if same else wanted[sid])
            (kept if same else changed).append(sid)
        elif purge or sid in unwanted:
            removed.append(label)
        else:
            merged.append(statement)
            kept.append(label)
    added = [sid for sid in wanted if sid not in placed]
    merged += [wanted[sid] for sid in added]
    document = _document(current, merged, wanted) if merged else None
    return MergeResult(
        document=document,
        added=tuple(added),
        changed=tuple(dict.fromkeys(changed)),
        removed=tuple(removed),
        kept=tuple(label for label in kept if label not in changed),
    )


def same_text(one: Any, other: Any) -> bool:
    """Whether two documents are the same as JSON text, which tells 1 from true. They may mean the same if not; but in
    most buckets of a fleet nothing has drifted, and to see that takes far less than to compare what they mean."""
    return json.dumps(one) == json.dumps(other)


def _by_sid(statements: Sequence[Mapping[str, Any]]) -> dict[str, Raw]:
    wanted: dict[str, Raw] = {}
    problems: list[Problem] = []
    for index, statement in enumerate(statements):
        sid = statement.get("Sid")
        if not isinstance(sid, str) or not sid:
            problems.append(
                Problem(
                    f"statements[{index}]", "The statement has no Sid.", "Statements are owned by Sid: give it one."
                )
            )
        elif sid in wanted:
            problems.append(Problem(f"statements[{index}].Sid", f"The Sid {sid!r} stands twice.", "Give each its own."))
        else:
            wanted[sid] = dict(statement)
    if problems:
        raise PolicyError(problems, "statements")
    return wanted


def _document(current: Mapping[str, Any] | None, merged: list[Any], ours: Mapping[str, Raw]) -> Raw:
    """The document around the statements: the current one's own elements stay, a new one gets today's version.

    ``Version`` decides how ``${...}`` is read, and our statements are written for today's. A document of the old
    version is raised to it when they need it and nobody else's statement would be read differently for it.
    """
    if current is None:
        return {"Version": VERSIONS[0], "Statement": merged}
    document = {**current, "Statement": merged}
    if current.get("Version", DEFAULT_VERSION) == DEFAULT_VERSION and _has_variables(list(ours.values())):
        foreign = [one for one in merged if not (isinstance(one, Mapping) and one.get("Sid") in ours)]
        if _has_variables(foreign):
            raise PolicyError(
                [
                    Problem(
                        "Version",
                        f"The document is of version {DEFAULT_VERSION}, in which the '${{...}}' of statements of other "
                        "owners is plain text; the wanted statements use policy variables, which need "
                        f"{VERSIONS[0]}.",
                        "Agree with the other owners on a version, or write the statements without variables.",
                    )
                ],
                "statements",
            )
        document.pop("Version", None)
        document = {"Version": VERSIONS[0], **document}
    return document


def _has_variables(statements: list[Any]) -> bool:
    return "${" in json.dumps(statements)
