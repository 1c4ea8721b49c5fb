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

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import CallError, aws_errors
from .s3_errors import REGION_HEADER, from_aws, from_transport

#: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html#API_ListBuckets_RequestSyntax
LIST_PAGE = 1000


#: Where an answer tells for which Region its request was signed.
_SIGNED_FOR = "SignedFor"


@dataclass(frozen=True, slots=True)
class BucketPolicy:
    """``text``: ``None`` when the bucket has no policy; ``region``: the bucket's, ``None`` if S3 does not tell it."""

    text: str | None
    region: str | None


def once_only(client: Any) -> Any:
    """The client, made to send each request once (apart from following a bucket to its region).

    Its answers tell for which Region they were signed.

    botocore repeats a Put whose answer was lost without looking. Between the two another writer may have come, whose
    change the repetition would undo; so whoever calls here decides about repeating. Only the handler that repeats is
    taken away: the rate limiter of the retry mode ``adaptive``, if the user asked for that, stays.
    """
    client.meta.events.unregister("needs-retry.s3", unique_id="retry-config-s3")
    client.meta.events.register("after-call.s3", _note_region, unique_id="perimeter-s3-region")
    return client


def _note_region(parsed: dict[str, Any], context: Mapping[str, Any], **_rest: Any) -> None:
    region = (context.get("signing") or {}).get("region") or context.get("client_region")
    parsed.setdefault("ResponseMetadata", {})[_SIGNED_FOR] = region


def get_bucket_policy(client: Any, bucket: str, owner: str | None) -> BucketPolicy:
    """The policy, and where the bucket is.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
    """
    found, told = _told("GetBucketPolicy", client.get_bucket_policy, bucket, owner, absent="NoSuchBucketPolicy")
    return BucketPolicy(found["Policy"] if found else None, _region(told))


def _region(answer: Mapping[str, Any]) -> str | None:
    """The Region of a bucket, from an answer that is about something in it.

    S3 tells it in a header of some answers. Others were given by the bucket's own Region, for no other can decide about
    it (a wrong one redirects, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html), and each takes
    signatures for itself only (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html).
    """
    metadata = answer.get("ResponseMetadata") or {}
    region: str | None = (metadata.get("HTTPHeaders") or {}).get(REGION_HEADER) or metadata.get(_SIGNED_FOR)
    return region


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
    return _told(operation, method, bucket, owner, absent, **parameters)[0]


def _told(
    operation: str,
    method: Callable[..., dict[str, Any]],
    bucket: str,
    owner: str | None,
    absent: str | None = None,
    **parameters: str,
) -> tuple[dict[str, Any] | None, Mapping[str, Any]]:
    """As :func:`_call`, and all that S3 answered."""
    expected = {"ExpectedBucketOwner": owner} if owner else {}
    try:
        found = method(Bucket=bucket, **expected, **parameters)
        return found, found or {}
    except aws_errors() as error:
        answer = getattr(error, "response", None)
        if answer is None:
            raise from_transport(error, operation, bucket) from error
        if absent is not None and answer["Error"].get("Code") == absent:
            return None, answer
        raise from_aws(answer, operation, bucket) from error
