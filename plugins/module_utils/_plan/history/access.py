# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a record of an access says, whichever log it is from: the form that all readers give.

A record is one request; it is one access for each action and resource that AWS authorizes for it, so a copy is two.
What a record does not tell is empty, and stays unknown when it is decided.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple, TypeAlias

from ..._policy.language.arns import partition_of_region
from ..._policy.language.errors import PolicyError

#: Where a record is from.
DATA, MANAGEMENT, NETWORK, ACCESS_LOG = "data", "management", "network_activity", "access_log"
#: What a path can be besides the id of an endpoint; the second is the internet from a public address of ours.
INTERNET, OWN_ADDRESS, PRIVATE, UNTOLD = "internet", "own_address", "private", "untold"
PUBLIC = (INTERNET, OWN_ADDRESS)
#: Error codes that are denials; all others passed the authorization, or never came to it.
ACCESS_DENIED, VPCE_ACCESS_DENIED = "AccessDenied", "VpceAccessDenied"
DENIALS = (ACCESS_DENIED, VPCE_ACCESS_DENIED)
#: Error codes of requests that were not authorized, because they failed before that.
#: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
BEFORE_AUTHORIZATION = frozenset(
    (
        "AuthorizationHeaderMalformed",
        "AuthorizationQueryParametersError",
        "ExpiredToken",
        "InternalError",
        "InvalidAccessKeyId",
        "InvalidSecurity",
        "InvalidToken",
        "NoSuchBucket",
        "NotSignedUp",
        "PermanentRedirect",
        "Redirect",
        "RequestTimeTooSkewed",
        "RequestTimeout",
        "ServiceUnavailable",
        "SignatureDoesNotMatch",
        "SlowDown",
        "TemporaryRedirect",
        "TokenRefreshRequired",
    )
)
#: Ways of making a request that matter for what is said about it.
CONSOLE, PRESIGNED, COPY_SOURCE, BATCH, ACL_REQUIRED, AWS_INTERNAL, KEYS_UNTOLD, PUBLIC_ADDRESS, AGGREGATED_ROW = (
    "console",
    "presigned",
    "copy_source",
    "batch_delete",
    "acl_required",
    "aws_internal",
    "keys_untold",
    "public_address",
    "aggregated",
)

#: S3 has been there since the year 2006; what is of the year 2100 or later has a clock that is wrong.
FIRST, LAST = 1_136_073_600, 4_102_444_800

#: Reasons for leaving out a record.
OTHER_SERVICE = "of other services"
OTHER_BUCKET = "about other buckets"
NO_BUCKET = "about no bucket"
NO_AUTHORIZATION = "without authorization"
OUTSIDE = "outside of the window"
INSIGHT = "insights"
AGGREGATED = "aggregated events"
DIGEST = "digests"
ALLOWED_NETWORK = "network activity that was allowed"

#: Stands for the beginnings of keys where they are too many to be shown.
MANY = "*"

_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)(?:[.,]\d+)?\s*(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
#: How CloudTrail writes times: 2026-11-23T10:15:00Z.
_USUAL = 20
_SIXTY = {f"{number:02d}": number for number in range(60)}


class Access(NamedTuple):
    """One kind of access, as far as records tell it apart.

    ``principal`` is as a request of the evaluator takes it, and empty where only the ``unique_id`` or the ``account``
    is told; ``kind`` is what it is. ``via``: the service that acted for it. ``prefix`` is what keys begin with, as it
    is shown (``None``: not about keys), ``key`` one that stands for all of the kind. ``path``: the id of an endpoint,
    or one of :data:`INTERNET`, :data:`OWN_ADDRESS`, :data:`PRIVATE` and :data:`UNTOLD`. ``tls``: a version, ``TLS``,
    ``none`` or empty.
    ``layer``: which policies denied, as the message says. ``context``: further condition keys with their values, which
    are empty for a key that is known to be absent.
    """

    source: str
    principal: str
    unique_id: str
    account: str
    kind: str
    via: str
    operation: str
    action: str
    bucket: str
    bucket_account: str
    access_point: str
    prefix: str | None
    key: str | None
    path: str
    path_account: str
    region: str
    address: str
    tls: str
    denied: str
    layer: str
    flags: tuple[str, ...]
    context: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def resource(self) -> str:
        """The ARN of the bucket or the object."""
        whole = f"arn:{partition_of(self.region)}:s3:::{self.bucket}"
        return whole if self.key is None else f"{whole}/{self.key}"


#: One request that was recorded: its accesses, seconds since 1970, two numbers of 64 bits that tell the record and the
#: request (0 if it has no such id), whether the first is that of copies for several accounts, of which the one with the
#: lowest rank, which follows, says most; what the record is called in its log, and the address of the caller.
Told: TypeAlias = tuple[tuple[Access, ...], int, int, int, bool, int, str, str]


class Row(NamedTuple):
    """Many requests of one kind that were counted before: from ``first`` to ``last``, on so many days if it is told."""

    accesses: tuple[Access, ...]
    first: int
    last: int
    identity: int
    requests: int
    days: int
    addresses: int
    event: str
    address: str


@lru_cache(maxsize=256)
def partition_of(region: str) -> str:
    """That of a Region that a record names; of what is no Region, the one that most are in."""
    try:
        return partition_of_region(region)
    except PolicyError:
        return "aws"


@lru_cache(maxsize=4096)
def _day(text: str) -> int | None:
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())
    except ValueError:
        return None


def read_at(text: str) -> tuple[int, bool] | None:
    """Seconds since 1970 and whether the text says its zone (it is UTC otherwise); ``None`` if it is no time."""
    found = _TIME.fullmatch(text.strip()) if len(text) < 64 else None
    day = _day(found["day"]) if found else None
    if found is None or day is None:
        return None
    hours, minutes, seconds = int(found["h"]), int(found["m"]), int(found["s"])
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    zone = (found["zone"] or "").upper()
    shift = 0
    if zone not in ("", "Z", "UTC"):
        shift = (int(zone[1:3]) * 60 + int(zone[-2:])) * (-60 if zone[0] == "-" else 60)
    return day + hours * 3600 + minutes * 60 + seconds - shift, bool(zone)


def recorded_at(text: str) -> tuple[int, bool]:
    """As :func:`read_at`, of a record.

    :raises ValueError: it is no time, or one of which no record can be.
    """
    if len(text) == _USUAL and text[13] == text[16] == ":" and text[19] == "Z":
        hours, minutes, seconds = _SIXTY.get(text[11:13], 24), _SIXTY.get(text[14:16]), _SIXTY.get(text[17:19])
        if hours < 24 and minutes is not None and seconds is not None and (midnight := _midnight(text[:11])):
            return midnight + hours * 3600 + minutes * 60 + seconds, True
    found = read_at(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no time such as 2026-11-23T10:15:00Z")
    check_time(found[0])
    return found


@lru_cache(maxsize=4096)
def _midnight(text: str) -> int:
    """When a day began such as ``2026-11-23T``; 0 if it is none of which a record can be."""
    found = read_at(f"{text}00:00:00Z")
    return found[0] if found and FIRST <= found[0] < LAST else 0


def check_time(seconds: int) -> None:
    """:raises ValueError: no record can be of this time."""
    if not FIRST <= seconds < LAST:
        raise ValueError(f"it is of {shown_time(seconds)[:10]}, when nobody made a record of S3")


def shown_time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def shown_prefix(key: str) -> str:
    """The first two segments of a key, which are what people call its folder."""
    end = key.find("/")
    if end < 0:
        return ""
    further = key.find("/", end + 1)
    return key[: (further if further > 0 else end) + 1]


def number_of(text: str) -> int:
    """64 bits that tell texts apart, the same in all processes that a process makes by fork."""
    return hash(text) & 0xFFFFFFFFFFFFFFFF or 1


@lru_cache(maxsize=65536)
def is_private(address: str) -> bool:
    """Whether an address is none of the public internet: RFC 1918, RFC 6598, RFC 4193."""
    if address.startswith(("10.", "192.168.", "fc", "fd")):
        return True
    first, _dot, rest = address.partition(".")
    second = rest.partition(".")[0]
    if not second.isdigit():
        return False
    return (first == "172" and 16 <= int(second) <= 31) or (first == "100" and 64 <= int(second) <= 127)


@lru_cache(maxsize=65536)
def is_address(text: str) -> bool:
    """Whether a source is an address, and not the name of a service or anything else."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
