# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What becomes of the policy of one bucket: (live document, declaration) -> plan.

Check mode, diff mode, the guards and the write all read the same plan. Nothing here knows AWS, so a plan can be made
again for a document that another writer has put there in the meantime.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..._policy.building.perimeter import PERIMETER_SIDS
from ..._policy.building.sharing import (
    Exemption,
    Shared,
    Terms,
    share_perimeter,
    withdraw_perimeter,
)
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError, Problem
from ..._policy.language.limits import bucket_policy_bytes, bucket_policy_size
from ..._policy.meaning.canonical import equivalent, meaning
from ..._policy.meaning.diff import diff
from ..._policy.meaning.merge import merge, same_text
from .principals import (
    deleted_by_statement,
    drop_deleted,
    labelled,
)

Action = Literal["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]
PUT: Action = "s3:PutBucketPolicy"
DELETE: Action = "s3:DeleteBucketPolicy"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the policy of one bucket shall be.

    Exactly one kind of ownership: ``policy`` owns the whole document, ``statements`` and ``sids`` own those Sids and
    nothing else. With ``state`` absent, ``statements`` and ``sids`` name what goes; without either, all of it goes.
    ``sharing``, if not ``None``, says what of other declarations may stay in the perimeter among ``statements``.
    ``restore``: the policy was in force before, so it is not too long. ``warnings`` is what AWS takes of it though it
    hardly is meant.
    """

    bucket: str
    state: Literal["present", "absent"] = "present"
    policy: Raw | None = None
    statements: tuple[Raw, ...] | None = None
    sids: tuple[str, ...] = ()
    purge_statements: bool = False
    drop_deleted_principals: bool = False
    sharing: Terms | None = None
    restore: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def owns_document(self) -> bool:
        """The whole document is ours, not single statements of it."""
        return self.statements is None and not self.sids


@dataclass(frozen=True, slots=True)
class StatementChanges:
    """Labels of statements (the Sid, or ``Statement[2]``), each in the order of its document."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, list[str]]:
        return {
            "added": list(self.added),
            "changed": list(self.changed),
            "removed": list(self.removed),
            "kept": list(self.kept),
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """``action`` is the one write that turns ``before`` into ``after``; ``None`` when they mean the same.

    ``new``: the labels of the statements of ``after`` that mean what none of ``before`` does, if it is to be written.
    ``deleted_principals`` maps the label of a statement of ``after`` to the ids of deleted users and roles among its
    principals. ``undeclared``: whom the perimeter exempts in ``before`` though nobody here knows of it; ``owners``: the
    networks of other declarations in that perimeter, who may. ``contested``: ``after`` is without the
    undeclared, which another declaration may have put there.
    """

    bucket: str
    before: Raw | None
    after: Raw | None
    action: Action | None
    statements: StatementChanges
    new: frozenset[str]
    deleted_principals: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...]
    undeclared: tuple[Exemption, ...] = ()
    owners: tuple[str, ...] = ()
    contested: bool = False

    @property
    def changed(self) -> bool:
        return self.action is not None


def decide(current: Mapping[str, Any] | None, declaration: Declaration) -> Plan:
    """The plan for the live document ``current`` (``None``: the bucket has no policy).

    :raises PolicyError: the statements do not merge with the live ones, or the result is over AWS's size limit.
    """
    before = dict(current) if current is not None else None
    after, shared = _after(before, declaration)
    if declaration.drop_deleted_principals and after is not None:
        after = drop_deleted(after)
    if same_text(before, after) or equivalent(before, after):
        after = before
    action: Action | None = None if after is before else DELETE if after is None else PUT
    over = bucket_policy_size(after) if action == PUT and after is not None else []
    shorter = bool(over) and before is not None and bucket_policy_bytes(after or {}) < bucket_policy_bytes(before)
    if over and not shorter and not declaration.restore:
        raise PolicyError(over, f"policy of bucket {declaration.bucket}")
    deleted_principals = deleted_by_statement(after)
    statements = _changes(before, after)
    return Plan(
        bucket=declaration.bucket,
        before=before,
        after=after,
        action=action,
        statements=statements,
        new=_new(before, after, statements) if action == PUT else frozenset(),
        deleted_principals=deleted_principals,
        warnings=(
            *declaration.warnings,
            *_deleted_warnings(declaration.bucket, deleted_principals, action),
            *(_size_warning(declaration.bucket, problem) for problem in over),
            *_undeclared_warnings(declaration, shared),
        ),
        undeclared=shared.undeclared,
        owners=shared.owners,
        contested=shared.contested and declaration.state == "present",
    )


def _after(before: Raw | None, declaration: Declaration) -> tuple[Raw | None, Shared]:
    """The document, and what of it is shared with other declarations."""
    alone = Shared((), ())
    if declaration.owns_document:
        return (declaration.policy if declaration.state == "present" else None), alone
    statements = declaration.statements or ()
    if declaration.sharing is None:
        if declaration.state == "absent":
            return merge(before, remove_sids=[*declaration.sids, *map(_sid, statements)]).document, alone
        return merge(before, statements, declaration.sids, declaration.purge_statements).document, alone
    if declaration.state == "absent":
        shared = withdraw_perimeter(before, statements, declaration.sharing)
        others = [sid for sid in map(_sid, statements) if sid not in PERIMETER_SIDS]
        return merge(before, shared.statements, [*declaration.sids, *shared.sids, *others]).document, shared
    shared = share_perimeter(before, statements, declaration.sharing)
    going = (*declaration.sids, *shared.sids)
    return merge(before, shared.statements, going, declaration.purge_statements).document, shared


def _sid(statement: Mapping[str, Any]) -> str:
    return str(statement.get("Sid"))


def _changes(before: Raw | None, after: Raw | None) -> StatementChanges:
    """From the documents rather than from the way they came about, so that every kind of ownership reports alike."""
    if after is before:
        return StatementChanges(kept=tuple(label for label, _statement in labelled(before)))
    found: dict[str, list[str]] = {"added": [], "changed": [], "removed": [], "same": []}
    for change in diff(before, after):
        found[change.kind].append(change.label)
    return StatementChanges(
        tuple(found["added"]), tuple(found["changed"]), tuple(found["removed"]), tuple(found["same"])
    )


def _new(before: Raw | None, after: Raw | None, changes: StatementChanges) -> frozenset[str]:
    """Another Sid is no other meaning."""
    known = {meaning(statement) for _label, statement in labelled(before)}
    other_version = before is not None and before.get("Version") != (after or {}).get("Version")
    return frozenset(
        label
        for label, statement in labelled(after)
        # Policy variables are variables in one version, and text in the other.
        if (other_version and "${" in repr(statement))
        or (label in (*changes.added, *changes.changed) and meaning(statement) not in known)
    )


def _deleted_warnings(
    bucket: str, deleted_principals: Mapping[str, tuple[str, ...]], action: Action | None
) -> Iterator[str]:
    if action == PUT:
        hint = (
            "AWS refuses a document with them, so the write of this task will most likely fail: remove or redeclare "
            "the statement, or set drop_deleted_principals"
        )
    else:
        hint = "They match nobody, and AWS will refuse the next write that keeps them"
    for label, ids in deleted_principals.items():
        yield (
            f"Bucket {bucket}: statement {label} of its policy names deleted users or roles ({', '.join(ids)}). {hint}."
        )


def _size_warning(bucket: str, problem: Problem) -> str:
    """What makes a policy shorter is never refused here, nor what was in force: S3 may count in another way."""
    return f"Bucket {bucket}: {problem.rule} It is sent all the same, and S3 has the last word."


def _undeclared_warnings(declaration: Declaration, shared: Shared) -> Iterator[str]:
    """What is found and not declared is never kept, and never taken out, without a word.

    Where another declaration may have put it there, that word is the guard's (``guard/bucket_ownership``).
    """
    if not shared.undeclared:
        return
    exclusive = declaration.sharing is not None and declaration.sharing.exclusive
    listed = "; ".join(map(str, shared.undeclared))
    start = f"Bucket {declaration.bucket}: its perimeter exempts what is not declared: {listed}."
    if declaration.state == "absent" and not exclusive:
        yield (
            f"{start} It stays, because the perimeter is shared with another declaration ({', '.join(shared.owners)}) "
            "that may have put it there."
        )
    elif exclusive or not shared.contested:
        yield f"{start} That is taken out. {_hint(shared)}".rstrip()


def _hint(shared: Shared) -> str:
    """Most often it is the identity of a colleague, or of the pipeline, that runs the same declaration."""
    if not any(one.kind == "manager" for one in shared.undeclared):
        return ""
    return "If others run this declaration too, name them all in manager_principals."
