# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What S3 answers when it does not do what it was asked, as kinds that the callers decide by.

The API model of S3 has no errors for the policy calls, so the kinds are told by error code and, where one code means
several things, by the message.
Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from .errors import Reason, reason_of

#: Says where the bucket is, with errors too.
REGION_HEADER = "x-amz-bucket-region"


class Kind(enum.Enum):
    """``UNCERTAIN`` is the one where the call may have been carried out although no good answer came."""

    MISSING_BUCKET = enum.auto()
    DENIED = enum.auto()
    PUBLIC_BLOCKED = enum.auto()
    FOREIGN_ACCOUNT = enum.auto()
    WRONG_REGION = enum.auto()
    MALFORMED = enum.auto()
    INVALID_PRINCIPAL = enum.auto()
    CONFLICT = enum.auto()
    THROTTLED = enum.auto()
    UNCERTAIN = enum.auto()
    UNREACHABLE = enum.auto()
    CREDENTIALS = enum.auto()
    UNSUPPORTED = enum.auto()
    OTHER = enum.auto()


_CODES = {
    Kind.MISSING_BUCKET: ("NoSuchBucket", "404"),
    Kind.DENIED: ("AccessDenied", "AllAccessDisabled", "AccountProblem", "403"),
    Kind.FOREIGN_ACCOUNT: ("MethodNotAllowed", "405"),
    Kind.WRONG_REGION: (
        "PermanentRedirect",
        "TemporaryRedirect",
        "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
        "301",
        "307",
    ),
    Kind.MALFORMED: ("MalformedPolicy", "PolicyTooLarge", "EntityTooLarge", "InvalidPolicyDocument"),
    Kind.CONFLICT: ("OperationAborted", "409"),
    # Refused before it was carried out.
    Kind.THROTTLED: (
        "SlowDown",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "BandwidthLimitExceeded",
        "503",
        "429",
    ),
    Kind.UNCERTAIN: ("InternalError", "InternalFailure", "RequestTimeout", "500", "502", "504"),
    Kind.CREDENTIALS: (
        "ExpiredToken",
        "TokenRefreshRequired",
        "InvalidAccessKeyId",
        "InvalidToken",
        "SignatureDoesNotMatch",
        "RequestTimeTooSkewed",
        "NotSignedUp",
    ),
    Kind.UNSUPPORTED: ("NotImplemented", "501"),
}
_KIND_OF_CODE = {code: kind for kind, codes in _CODES.items() for code in codes}

#: What a call means for which there is no answer of S3.
_KIND_OF_REASON = {
    Reason.NO_CREDENTIALS: Kind.CREDENTIALS,
    Reason.BAD_CREDENTIALS: Kind.CREDENTIALS,
    Reason.EXPIRED: Kind.CREDENTIALS,
    Reason.UNREACHABLE: Kind.UNREACHABLE,
    Reason.UNCERTAIN: Kind.UNCERTAIN,
}

_VERB = {
    "GetBucketPolicy": "read the policy of",
    "PutBucketPolicy": "write the policy of",
    "DeleteBucketPolicy": "remove the policy of",
    "GetPublicAccessBlock": "read the Block Public Access settings of",
    "GetBucketTagging": "read the tags of",
    "HeadBucket": "look up",
}

_EXPLAINED = {
    Kind.MISSING_BUCKET: "there is no bucket of that name. Buckets are never created here: check the spelling",
    Kind.FOREIGN_ACCOUNT: "the bucket belongs to another account than the caller, and only identities of its owner's "
    "account may manage its policy. Use credentials of that account",
    Kind.WRONG_REGION: "the bucket is in {region}, and the request could not be sent on there. Set region to it",
    Kind.PUBLIC_BLOCKED: "the policy is public, and BlockPublicPolicy of S3 Block Public Access refuses such policies",
    Kind.INVALID_PRINCIPAL: "AWS does not know a principal of the policy{detail}. If it was created just now, give it "
    "time (wait_timeout); otherwise check the name, the path and the account",
    Kind.MALFORMED: "AWS refuses the document: {message}{detail}",
    Kind.CONFLICT: "another change to the bucket's configuration was under way all the time",
    Kind.THROTTLED: "S3 turned the request down for too many requests, again and again",
    Kind.UNCERTAIN: "S3 failed or its answer was lost, again and again ({message})",
    Kind.UNREACHABLE: "S3 cannot be reached ({message}). Check region, endpoint_url and the network",
    Kind.CREDENTIALS: "the credentials are missing, wrong or expired ({message})",
    Kind.UNSUPPORTED: "this kind of bucket does not have that call ({message})",
}


class BucketError(Exception):
    """A call about one bucket failed. ``detail`` is what S3 says beyond the message, such as the principal it refuses.

    ``region`` is where the bucket is, if S3 tells that. ``done`` is the list of writes that AWS had carried out before
    (see ``BucketOutcome.actions``).
    """

    def __init__(
        self,
        kind: Kind,
        bucket: str,
        operation: str,
        why: str,
        message: str = "",
        detail: str = "",
        region: str | None = None,
    ) -> None:
        self.kind = kind
        self.bucket = bucket
        self.operation = operation
        self.message = message
        self.detail = detail
        self.region = region
        self.done: tuple[str, ...] = ()
        super().__init__(f"Cannot {_VERB[operation]} bucket {bucket}: {why}.")

    def because(self, why: str) -> BucketError:
        """The same error with a better explanation."""
        return BucketError(self.kind, self.bucket, self.operation, why, self.message, self.detail, self.region)


def from_aws(response: Mapping[str, Any], operation: str, bucket: str) -> BucketError:
    """The error that the ``response`` of a botocore ``ClientError`` means."""
    error = response.get("Error", {})
    code, message = str(error.get("Code", "")), str(error.get("Message") or "")
    kind = _KIND_OF_CODE.get(code) or _KIND_OF_CODE.get(str(_status(response)), Kind.OTHER)
    if kind is Kind.DENIED and "BlockPublicPolicy" in message:
        kind = Kind.PUBLIC_BLOCKED
    if kind is Kind.MALFORMED and "invalid principal" in message.lower():
        kind = Kind.INVALID_PRINCIPAL
    return _error(kind, operation, bucket, f"{code}: {message}", str(error.get("Detail") or ""), _region(response))


def from_transport(error: BaseException, operation: str, bucket: str) -> BucketError:
    """The error that an exception of botocore means which carries no answer of S3."""
    kind = _KIND_OF_REASON.get(reason_of(error), Kind.OTHER)
    return _error(kind, operation, bucket, str(error).rstrip("."), "", None)


def _error(kind: Kind, operation: str, bucket: str, message: str, detail: str, region: str | None) -> BucketError:
    place = f"region {region}" if region else "another region"
    why = _EXPLAINED.get(kind, "{message}").format(
        message=message, detail=f" ({detail})" if detail else "", region=place
    )
    return BucketError(kind, bucket, operation, why, message, detail, region)


def _status(response: Mapping[str, Any]) -> int | None:
    status: int | None = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status


def _region(response: Mapping[str, Any]) -> str | None:
    headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    region: str | None = headers.get(REGION_HEADER) or response.get("Error", {}).get("Region")
    return region
