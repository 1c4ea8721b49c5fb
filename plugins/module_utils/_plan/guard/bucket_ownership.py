# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What speaks against a bucket policy: it takes out of a shared perimeter what another declaration may have put there.

A statement does not say who put a value there. Where the network of another declaration is found, or may be, what is
found and not declared is neither kept nor taken out: people have to say which.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..._policy.building.perimeter import NETWORK_SID
from ..bucket.plan import Plan
from .guard import OWNERSHIP, Finding

EXCLUSIVE = "exclusive"
#: More of them than a message takes.
_MAX_LISTED = 20
_REMEDY = (
    "Declare it: networks among the statements or in peers (private_access_additional_endpoints), exceptions in "
    "accepted_exceptions (private_access_accepted_exceptions). Or set exclusive (private_access_exclusive) to take it "
    "out."
)


@dataclass(frozen=True, slots=True)
class OwnershipGuard:
    """:ivar overridden: the task says that all that is not declared goes."""

    overridden: bool = False

    def __call__(self, plan: Plan) -> list[Finding]:
        if not plan.contested:
            return []
        listed = [str(one) for one in plan.undeclared]
        more = f"; and {len(listed) - _MAX_LISTED} more" if len(listed) > _MAX_LISTED else ""
        return [
            Finding(
                OWNERSHIP,
                f"The perimeter of bucket {plan.bucket} exempts what is not declared: "
                f"{'; '.join(listed[:_MAX_LISTED])}{more}. Another declaration shares it, or may "
                f"({', '.join(plan.owners)}), and may have put that there.",
                _REMEDY,
                EXCLUSIVE if self.overridden else None,
                NETWORK_SID,
            )
        ]
