# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a write does to a bucket policy, as the guards look at it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

from ..._policy.language.document import Raw
from ..bucket.plan import Plan
from ..bucket.principals import labelled
from .guard import Finding

Guard: TypeAlias = Callable[[Plan], Sequence[Finding]]

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
    statements = [
        statement if label in plan.new and statement["Effect"] in effects else _IDLE
        for label, statement in labelled(after)
    ]
    return {**after, "Statement": statements} if any(one is not _IDLE for one in statements) else None
