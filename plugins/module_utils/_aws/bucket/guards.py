# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The guards of bucket policies, with the evaluator behind them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ..._plan.guard.administrators import Administrator, administrators_of
from ..._plan.guard.bucket import Guard
from ..._plan.guard.bucket_exposure import (
    EndpointsGuard,
    PublicGuard,
)
from ..._plan.guard.bucket_lockout import LockoutGuard
from ..._plan.guard.bucket_ownership import OwnershipGuard
from ..._plan.guard.bucket_region import RegionGuard
from ..._plan.guard.guard import ENDPOINTS, LOCKOUT, NEW_ACCESS, OWNERSHIP, PUBLIC, REGION
from ..._plan.guard.new_access import BucketAccessGuard
from .guard_context import GuardContext


def bucket_guards(
    options: Mapping[str, Any], partition: str, owner: str, guard_context: GuardContext, region: str | None = None
) -> dict[str, Guard]:
    """The guards of one bucket, for :func:`buckets.converge`.

    :param options: those of :data:`GUARD_OPTIONS`.
    :param owner: the account of the bucket.
    :param region: where the bucket is, ``None`` if S3 does not tell.
    """
    context = dict(options.get("request_context") or {})

    def administrators() -> list[Administrator]:
        return administrators_of(guard_context.caller, options.get("protected_principals") or (), context)

    opening = {NEW_ACCESS: BucketAccessGuard(partition, region or "", owner)} if options.get("no_new_access") else {}
    return {
        **opening,
        LOCKOUT: LockoutGuard(
            administrators,
            partition,
            owner,
            options.get("arriving_through"),
            bool(options.get("allow_lockout")),
            guard_context.full_arn,
        ),
        OWNERSHIP: OwnershipGuard(bool(options.get("exclusive"))),
        PUBLIC: PublicGuard(bool(options.get("allow_public"))),
        ENDPOINTS: EndpointsGuard(
            partial(guard_context.endpoints, region=region),
            partial(guard_context.vpcs, region=region),
            guard_context.places(region),
            guard_context.check,
            bool(options.get("allow_unknown_endpoints")),
        ),
        REGION: RegionGuard(
            region,
            partial(guard_context.endpoints, region=region),
            partial(guard_context.vpcs, region=region),
            bool(options.get("allow_other_region")),
        ),
    }
