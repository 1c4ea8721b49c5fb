# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which buckets of the account a task is about, when it does not name them."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..._policy.language.errors import PolicyError, Problem
from ..api import s3
from ..api.pace import Steps, pace_of, patiently
from ..api.s3_errors import BucketError, Kind
from ..bucket.diagnosis import explained
from .clients import CountedSession, RegionalClients
from .pool import Fleet

DISCOVER_OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str"},
    "prefix": {"type": "str"},
    "tags": {"type": "dict"},
    "region": {"type": "str"},
}
#: Stands for all regions.
ALL = "all"
NONE_FOUND = "discover describes no bucket of this account, so nothing was done."
#: The release of botocore that knows the filters of ListBuckets, 2024-10-16.
BOTOCORE_WITH_FILTERS = "1.35.42"


@dataclass(frozen=True, slots=True)
class Found:
    """A bucket; ``error`` says why its tags, which decide whether it is meant, could not be read."""

    bucket: str
    region: str
    error: BucketError | None = None


def discover(
    wanted: Mapping[str, Any], session: CountedSession, regional: RegionalClients, owner: str | None, workers: int
) -> list[Found]:
    """The buckets that ``wanted`` (see :data:`DISCOVER_OPTIONS`) describes, by name.

    :raises CallError: they cannot be listed.
    :raises PolicyError: botocore is too old for it.
    """
    region = wanted.get("region") or regional.home
    elsewhere = None if region in (ALL, regional.home) else region
    client = session.client("s3", elsewhere)
    if "Prefix" not in client.meta.service_model.operation_model("ListBuckets").input_shape.members:
        raise PolicyError(
            [Problem("discover", f"needs botocore {BOTOCORE_WITH_FILTERS} or later on the host that runs the module.")],
            "options",
        )
    name, prefix = wanted.get("name") or "*", wanted.get("prefix") or ""
    listed = s3.list_buckets(client, max(prefix, _literal(name), key=len), None if region == ALL else region)
    found = [
        Found(one["Name"], one.get("BucketRegion") or regional.home)
        for one in sorted(listed, key=lambda one: str(one["Name"]))
        if one["Name"].startswith(prefix) and fnmatch.fnmatchcase(one["Name"], name)
    ]
    tags = {str(key): str(value) for key, value in (wanted.get("tags") or {}).items()}
    return _tagged(found, tags, regional, owner, workers) if tags else found


def _literal(pattern: str) -> str:
    """What every name begins with that the shell pattern matches."""
    return re.split(r"[*?\[]", pattern, maxsplit=1)[0]


def _tagged(
    found: Sequence[Found], tags: Mapping[str, str], regional: RegionalClients, owner: str | None, workers: int
) -> list[Found]:
    """Those that have the tags. Each bucket is asked for its own, which is what S3 knows at this moment; an index such
    as that of the Resource Groups Tagging API may not have heard of a new bucket, which would then be passed over."""
    kept: list[Found | None] = [None] * len(found)

    def finished(number: int, has: dict[str, str] | None, error: Exception | None) -> bool:
        one = found[number]
        if isinstance(error, BucketError):
            # A bucket that has been deleted since it was listed is none of ours.
            gone = error.kind is Kind.MISSING_BUCKET
            kept[number] = None if gone else Found(one.bucket, one.region, error)
        elif error is not None:
            raise error
        elif has is not None and tags.items() <= has.items():
            kept[number] = one
        return True

    with regional.spread([one.region for one in found]):
        clients = {region: regional.at(region) for region in {one.region for one in found}}
        jobs = [partial(_read_tags, clients[one.region], one.bucket, owner) for one in found]
        Fleet(jobs, finished).run(workers)
    return [one for one in kept if one is not None]


def _read_tags(client: Any, bucket: str, owner: str | None) -> Steps[dict[str, str]]:
    """:raises BucketError: explained as far as further calls can."""
    try:
        return (yield from patiently(partial(s3.get_bucket_tagging, client, bucket, owner), pace_of(client, {})))
    except BucketError as error:
        raise explained(client, owner, error) from error
