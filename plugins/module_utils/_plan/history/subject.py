# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a record of CloudTrail is about: the bucket, the access point on the way to it, and what a copy reads.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-monitoring-logging.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html for aliases,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html for the header of a copy
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

#: AWS has spelled the type in both ways.
_ACCESS_POINTS = ("AWS::S3::AccessPoint", "AWS::S3::Access Point")
#: How aliases of access points end, those for several Regions among them; names of buckets do not.
_ALIASES = ("-s3alias", "--ol-s3", "--op-s3", ".mrap")
_OBJECT = "/object/"


class Copied(NamedTuple):
    """What a copy reads; ``bucket`` is empty where only its access ``point`` is told, or nothing is."""

    bucket: str = ""
    key: str = ""
    versioned: bool = False
    point: str = ""


#: A copy of which the record does not tell what it reads.
UNTOLD = Copied()


def plain_parameters(given: Any) -> dict[str, str]:
    """The parameters of a request as texts; old records have lists of one."""
    if not isinstance(given, dict):
        return {}
    for value in given.values():
        if value.__class__ is not str:
            break
    else:
        return given
    found = {}
    for name, value in given.items():
        if isinstance(value, str):
            found[name] = value
        elif isinstance(value, list):
            found[name] = str(value[0]) if value else ""
        elif value is not None:
            found[name] = str(value) if isinstance(value, (int, float)) else ""
    return found


def is_access_point(name: str) -> bool:
    """Whether what a record calls a bucket is the ARN or the alias of an access point."""
    return ":" in name or name.endswith(_ALIASES)


def bucket_of_resources(given: Any) -> str:
    """The bucket that the element ``resources`` names; empty if it names none."""
    for kind in ("AWS::S3::Bucket", "AWS::S3::Object"):
        for one in _of_kind(given, kind):
            name = str(one.get("ARN") or one.get("ARNPrefix") or "").partition(":::")[2].partition("/")[0]
            if name:
                return name
    return ""


def owner_and_point(given: Any) -> tuple[str, str]:
    """The account that owns the bucket, and the ARN of the access point, if any."""
    owner = point = ""
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict):
            kind = one.get("type")
            if kind == "AWS::S3::Bucket":
                owner = str(one.get("accountId") or "")
            elif kind in _ACCESS_POINTS:
                point = str(one.get("ARN") or "")
    return owner, point


def copied_by(parameters: Mapping[str, str], resources: Any, bucket: str) -> Copied:
    """What a copy into a bucket reads."""
    header = parameters.get("x-amz-copy-source")
    if header:
        return _read_header(header)
    target = f"{bucket}/{parameters.get('key', '')}"
    for one in _of_kind(resources, "AWS::S3::Object"):
        source = str(one.get("ARN") or "").partition(":::")[2]
        name, _slash, key = source.partition("/")
        if key and source != target:
            return Copied(name, key)
    return UNTOLD


@lru_cache(maxsize=4096)
def _read_header(header: str) -> Copied:
    path, _mark, query = header.lstrip("/").partition("?")
    path, versioned = unquote(path), "versionId=" in query
    if path.startswith("arn:"):
        point, _object, key = path.partition(_OBJECT)
        return Copied("", key, versioned, point)
    bucket, _slash, key = path.partition("/")
    if not bucket or not key:
        return UNTOLD
    return Copied("", key, versioned, bucket) if is_access_point(bucket) else Copied(bucket, key, versioned)


def _of_kind(given: Any, kind: str) -> list[dict[str, Any]]:
    return (
        [one for one in given if isinstance(one, dict) and one.get("type") == kind] if isinstance(given, list) else []
    )
