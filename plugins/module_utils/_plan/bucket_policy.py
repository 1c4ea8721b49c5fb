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

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket_policy_principals import (
    dead_by_statement,
    drop_dead,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.canonical import equivalent
from ansible_collections.perimeter.s3.plugins.module_utils._policy.diff import diff
from ansible_collections.perimeter.s3.plugins.module_utils._policy.document import Raw
from ansible_collections.perimeter.s3.plugins.module_utils._policy.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.limits import bucket_policy_size
from ansible_collections.perimeter.s3.plugins.module_utils._policy.merge import merge

PUT = "s3:PutBucketPolicy"
DELETE = "s3:DeleteBucketPolicy"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the policy of one bucket shall be.

    Exactly one kind of ownership: ``policy`` owns the whole document, ``statements`` and ``sids`` own those Sids and
    nothing else. With ``state`` absent, ``statements`` and ``sids`` name what goes; without either, all of it goes.
    """

    bucket: str
    state: Literal["present", "absent"] = "present"
    policy: Raw | None = None
    statements: tuple[Raw, ...] | None = None
    sids: tuple[str, ...] = ()
    purge_statements: bool = False
    drop_deleted_principals: bool = False

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

    ``dead`` maps the label of a statement of ``after`` to the ids of deleted users and roles among its principals.
    """

    bucket: str
    before: Raw | None
    after: Raw | None
    action: Literal["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"] | None
    statements: StatementChanges
    dead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return self.action is not None

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(_dead_warning(self, label, ids) for label, ids in self.dead.items())


def decide(current: Mapping[str, Any] | None, declaration: Declaration) -> Plan:
    """The plan for the live document ``current`` (``None``: the bucket has no policy).

    :raises PolicyError: the statements do not merge with the live ones, or the result is over AWS's size limit.
    """
    before = dict(current) if current is not None else None
    after = _after(before, declaration)
    if declaration.drop_deleted_principals and after is not None:
        after = drop_dead(after)
    if equivalent(before, after):
        after = before
    changes = _changes(before, after)
    plan = Plan(
        bucket=declaration.bucket,
        before=before,
        after=after,
        action=None if after is before else DELETE if after is None else PUT,
        statements=changes,
        dead=dead_by_statement(after),
    )
    _refuse_oversized(plan)
    return plan


def _after(before: Raw | None, declaration: Declaration) -> Raw | None:
    if declaration.owns_document:
        return declaration.policy if declaration.state == "present" else None
    statements = declaration.statements or ()
    if declaration.state == "absent":
        going = [*declaration.sids, *(str(one.get("Sid")) for one in statements)]
        return merge(before, remove_sids=going).document
    return merge(before, statements, declaration.sids, declaration.purge_statements).document


def _changes(before: Raw | None, after: Raw | None) -> StatementChanges:
    """From the documents rather than from the way they came about, so that every kind of ownership reports alike."""
    found: dict[str, list[str]] = {"added": [], "changed": [], "removed": [], "same": []}
    for change in diff(before, after):
        found[change.kind].append(change.label)
    return StatementChanges(
        tuple(found["added"]), tuple(found["changed"]), tuple(found["removed"]), tuple(found["same"])
    )


def _refuse_oversized(plan: Plan) -> None:
    problems = bucket_policy_size(plan.after) if plan.action == PUT and plan.after is not None else []
    if problems:
        raise PolicyError(problems, f"policy of bucket {plan.bucket}")


def _dead_warning(plan: Plan, label: str, ids: tuple[str, ...]) -> str:
    listed = ", ".join(ids)
    hint = (
        "AWS refuses a document with them, so the write of this task will most likely fail: "
        "remove or redeclare the statement, or set drop_deleted_principals"
        if plan.action == PUT
        else "They grant nothing to anyone, and AWS will refuse the next write that keeps them"
    )
    return f"Bucket {plan.bucket}: statement {label} of its policy names deleted users or roles ({listed}). {hint}."
