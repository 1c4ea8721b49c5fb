# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The calls to S3, one function each. They take a client of :func:`once_only` and raise :class:`BucketError`.

Every call names the account that the bucket must belong to (``ExpectedBucketOwner``), so that a name which somebody
else holds by now is never read or written.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import CallError, aws_errors
from .s3_errors import from_aws, from_transport

#: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html#API_ListBuckets_RequestSyntax
LIST_PAGE = 1000


def once_only(client: Any) -> Any:
    """The client, made to send each request once (apart from following a bucket to its region).

    botocore repeats a Put whose answer was lost without looking. Between the two another writer may have come, whose
    change the repetition would undo; so whoever calls here decides about repeating. Only the handler that repeats is
    taken away: the rate limiter of the retry mode ``adaptive``, if the user asked for that, stays.
    """
    client.meta.events.unregister("needs-retry.s3", unique_id="retry-config-s3")
    return client


def get_bucket_policy(client: Any, bucket: str, owner: str | None) -> str | None:
    """The text of the policy; ``None`` when the bucket has none.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
    """
    found = _call("GetBucketPolicy", client.get_bucket_policy, bucket, owner, absent="NoSuchBucketPolicy")
    return found["Policy"] if found else None


def put_bucket_policy(client: Any, bucket: str, owner: str | None, text: str) -> None:
    """Replace the policy by ``text``.

    ``ConfirmRemoveSelfBucketAccess`` is left alone: what exactly it refuses is not documented, and it has let complete
    lock-outs pass. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    """
    _call("PutBucketPolicy", client.put_bucket_policy, bucket, owner, Policy=text)


def delete_bucket_policy(client: Any, bucket: str, owner: str | None) -> None:
    """Remove the policy; a bucket without one is no error.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
    """
    _call("DeleteBucketPolicy", client.delete_bucket_policy, bucket, owner, absent="NoSuchBucketPolicy")


def get_public_access_block(client: Any, bucket: str, owner: str | None) -> dict[str, bool]:
    """The bucket's own settings of Block Public Access (account and organization have theirs); empty without any.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html
    """
    absent = "NoSuchPublicAccessBlockConfiguration"
    found = _call("GetPublicAccessBlock", client.get_public_access_block, bucket, owner, absent=absent)
    return found["PublicAccessBlockConfiguration"] if found else {}


def get_bucket_tagging(client: Any, bucket: str, owner: str | None) -> dict[str, str]:
    """The tags of the bucket; empty without any.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html
    """
    found = _call("GetBucketTagging", client.get_bucket_tagging, bucket, owner, absent="NoSuchTagSet")
    return {tag["Key"]: tag["Value"] for tag in found["TagSet"]} if found else {}


def list_buckets(client: Any, prefix: str | None, region: str | None) -> list[dict[str, Any]]:
    """The caller's account's general purpose buckets: their C(Name), and C(BucketRegion).

    ``region``, if given, has to be the client's. Takes a client that repeats requests by itself, for this has no bucket
    to say in an error. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html

    :raises CallError: mostly for want of the permission s3:ListAllMyBuckets.
    """
    filters = {"Prefix": prefix, "BucketRegion": region}
    parameters: dict[str, Any] = {name: value for name, value in filters.items() if value}
    found: list[dict[str, Any]] = []
    try:
        while True:
            # Regions are told only in pages, and accounts with more than 10,000 buckets have to ask for pages.
            answer = client.list_buckets(MaxBuckets=LIST_PAGE, **parameters)
            found += answer.get("Buckets", [])
            parameters["ContinuationToken"] = answer.get("ContinuationToken")
            if not parameters["ContinuationToken"]:
                return found
    except aws_errors() as error:
        raise CallError("list the buckets", "s3:ListAllMyBuckets", "*", error) from error


def head_bucket(client: Any, bucket: str, owner: str | None) -> None:
    """Raises when the bucket is not there, or the caller may not list it, or it is not ``owner``'s.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
    """
    _call("HeadBucket", client.head_bucket, bucket, owner)


def _call(
    operation: str,
    method: Callable[..., dict[str, Any]],
    bucket: str,
    owner: str | None,
    absent: str | None = None,
    **parameters: str,
) -> dict[str, Any] | None:
    """The answer; ``None`` for the error code ``absent``, which says that the thing asked for is not there."""
    expected = {"ExpectedBucketOwner": owner} if owner else {}
    try:
        return method(Bucket=bucket, **expected, **parameters)
    except aws_errors() as error:
        answer = getattr(error, "response", None)
        if answer is None:
            raise from_transport(error, operation, bucket) from error
        if absent is not None and answer["Error"].get("Code") == absent:
            return None
        raise from_aws(answer, operation, bucket) from error
