# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Buckets of another Region than the endpoint that they are to be reached through.

A gateway endpoint carries requests to S3 of its own Region only, so such a bucket is cut off once it is closed to all
but the endpoint. https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..._policy.language.errors import Problem

#: Names of buckets in the namespace of an account and a Region end so, and nobody else can have one.
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
_REGIONAL_NAME = re.compile(r".+-\d{12}-(?P<region>[a-z]+(-[a-z]+)+-\d+)-an")
#: How many buckets a message names.
_NAMED = 10


def region_of_name(bucket: str) -> str | None:
    """The Region that the name of a bucket tells; ``None`` for the names that tell none, which are most."""
    found = _REGIONAL_NAME.fullmatch(bucket)
    return found["region"] if found else None


def elsewhere(regions: Mapping[str, str | None], region: str) -> dict[str, str]:
    """The buckets that are known to be of another Region than ``region``, each with its own, by name.

    :param regions: bucket -> its Region, or ``None`` where S3 did not tell it.
    """
    known = {bucket: place or region_of_name(bucket) for bucket, place in regions.items()}
    return {bucket: place for bucket, place in sorted(known.items()) if place not in (None, region)}


def region_problems(regions: Mapping[str, str | None], region: str, option: str, place: str = "") -> list[Problem]:
    """What speaks against closing these buckets to an endpoint in ``region``, as one problem or none.

    :param option: the option or variable that allows it all the same.
    :param place: where the problem is in what the user declared.
    """
    found = elsewhere(regions, region)
    if not found:
        return []
    named = ", ".join(f"{bucket} ({where})" for bucket, where in list(found.items())[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    buckets = "bucket is" if len(found) == 1 else "buckets are"
    return [
        Problem(
            place,
            f"{len(found)} {buckets} not in {region}, the Region of the endpoint: {named}{more}. A gateway endpoint "
            "carries requests to S3 of its own Region only, so nobody would reach them any more.",
            "Declare each bucket with an endpoint of its own Region, in a run for that Region, or set "
            f"{option} if they are reached in another way.",
        )
    ]
