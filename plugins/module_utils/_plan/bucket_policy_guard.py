# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a write does to a bucket policy, as the guards look at it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket_policy import Plan
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket_policy_principals import labelled
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard import Finding, same_statement
from ansible_collections.perimeter.s3.plugins.module_utils._policy.document import Raw

Guard = Callable[[Plan], Sequence[Finding]]

#: Takes the place of a statement: it denies nothing, makes nothing public and names no network.
_IDLE: Raw = {
    "Effect": "Allow",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Action": "s3:GetBucketPolicy",
    "Resource": "*",
}


def touched_document(plan: Plan, effects: Collection[str] = ("Allow", "Deny")) -> Raw | None:
    """The document that the plan writes, less what is in force already and what has another effect.

    The statements that are left keep their places, so that messages name the right one. ``None``: none is left. What
    other owners have in force is not examined: AWS has taken it, of whatever form it is.
    """
    after = plan.after or {}
    touched = {label for label, statement in labelled(after) if _is_new(plan, label, statement)}
    statements = [
        statement if label in touched and statement["Effect"] in effects else _IDLE
        for label, statement in labelled(after)
    ]
    return {**after, "Statement": statements} if any(one is not _IDLE for one in statements) else None


def _is_new(plan: Plan, label: str, statement: Mapping[str, Any]) -> bool:
    """Whether a statement of the new document means what none of the old one does; another Sid is no other meaning."""
    versions = {(one or {}).get("Version") for one in (plan.before or plan.after, plan.after)}
    if len(versions) > 1 and "${" in repr(statement):
        return True  # Policy variables are variables in one version, and text in the other.
    if label not in plan.statements.added and label not in plan.statements.changed:
        return False
    return not any(same_statement(statement, other) for _label, other in labelled(plan.before))
