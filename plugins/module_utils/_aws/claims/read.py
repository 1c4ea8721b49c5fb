# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Reading the policies of many buckets and endpoints, to hold requests and claims against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..._policy.language.errors import PolicyError
from ..api import ec2, s3
from ..api.pace import Pace, drive
from ..api.s3_errors import BucketError
from ..bucket.read import Live, read_live
from ..module import Session

#: How many buckets are read at the same time.
_WORKERS = 16


def read_buckets(
    session: Session, buckets: Sequence[str], owners: Mapping[str, str]
) -> dict[str, Live | BucketError | PolicyError]:
    """By bucket its live policy and its Region, or why they cannot be read.

    :param owners: accounts of the buckets that are not of the caller's.
    :raises CallError: AWS does not say who calls.
    """
    client = s3.once_only(session.client("s3"))
    account = session.caller.account

    def read(bucket: str) -> Any:
        try:
            return drive(read_live(client, bucket, owners.get(bucket, account), Pace()))
        except (BucketError, PolicyError) as error:
            return error

    with ThreadPoolExecutor(max_workers=min(_WORKERS, len(buckets))) as pool:
        return dict(zip(buckets, pool.map(read, buckets), strict=True))


def read_endpoints(session: Session, endpoints: Sequence[str]) -> dict[str, Any]:
    """By id what AWS says of those endpoints that it knows in this account and Region.

    :raises CallError: AWS does not say.
    """
    return {one["VpcEndpointId"]: one for one in ec2.vpc_endpoints_with_ids(session.client("ec2"), endpoints)}
