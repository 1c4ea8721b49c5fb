# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The calls to S3 that read evidence: which objects there are, and what is in one.

They take a client that repeats requests by itself, for reading twice does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .errors import CallError, aws_errors

_CHUNK = 262_144


def list_level(
    client: Any, bucket: str, prefix: str, delimiter: str = ""
) -> Iterator[tuple[list[dict[str, Any]], list[str]]]:
    """Pages of the objects with a prefix, and of the prefixes one level below it.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html

    :raises CallError: AWS does not say.
    """
    more = {"Delimiter": delimiter} if delimiter else {}
    try:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, **more):
            yield page.get("Contents") or [], [one["Prefix"] for one in page.get("CommonPrefixes") or ()]
    except aws_errors() as error:
        raise CallError(f"list s3://{bucket}/{prefix}", "s3:ListBucket", f"bucket {bucket}", error) from error


def get_object(client: Any, bucket: str, key: str) -> Iterator[bytes]:
    """The bytes of an object, piece by piece.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html

    :raises CallError: AWS does not give it, or not all of it.
    """
    try:
        body = client.get_object(Bucket=bucket, Key=key)["Body"]
        try:
            while piece := body.read(_CHUNK):
                yield piece
        finally:
            body.close()
    except aws_errors() as error:
        raise CallError(f"read s3://{bucket}/{key}", "s3:GetObject", f"s3://{bucket}/{key}", error) from error
