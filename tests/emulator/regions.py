# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3 is a service of a Region: where a request was sent to, and what another Region than the bucket's answers.

A client signs for the Region whose host it calls. On loopback one host stands for all of them, so the signature tells
which one is meant. An unsigned request tells none: it is taken to be sent to the Region of the bucket, or of the
endpoint on its way.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html, .../UsingRouting.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from moto.backends import get_backend

from tests.emulator.answers import Answer, Refused
from tests.emulator.call import Call
from tests.emulator.network import Network
from tests.emulator.state import Settings

HEADER = "x-amz-bucket-region"
# Launched before 20 March 2019. Requests to another Region's host are sent on from there for buckets in these alone.
_SENT_ON = frozenset(
    [
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "us-gov-east-1", "us-gov-west-1", "ca-central-1"),
        *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "cn-north-1"),
        *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
        "cn-northwest-1",
    ]
)
#: Its host is the one of old, which knows the buckets of all Regions; a signature for it is what is wrong there.
_GLOBAL = "us-east-1"
# What is not about a bucket that exists.
_ANYWHERE = ("ListBuckets", "CreateBucket")
#: The codes of redirects.
REDIRECTS = (
    *("PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed"),
    "IllegalLocationConstraintException",
)
#: Answers that say where the bucket is, besides all errors.
_TELLING = ("HeadBucket", "ListObjects", "ListObjectsV2")


def check(call: Call, network: Network, settings: Settings) -> None:
    """Let a call reach its bucket; raises ``Refused`` with S3's redirect, and ``ConnectionAbortedError`` where no way
    leads from the endpoint to the Region that the client has called."""
    place, asked = region_of(call.bucket), call.region if call.key else None
    if network.region is not None:
        if asked not in (None, network.region):
            raise ConnectionAbortedError(f"{call.through} carries requests to S3 of {network.region} only, not {asked}")
        asked = network.region
        _check_source(call, network.region)
    if place is None or call.operation in _ANYWHERE or asked in (None, place):
        return
    raise _redirect(call.bucket, place, str(asked), settings)


def told(call: Call, answer: Answer) -> Answer:
    """The answer, with the Region of the bucket where S3 tells it."""
    place = region_of(call.bucket)
    if place is None or (call.operation not in _TELLING and answer.status < 300):
        return answer
    return Answer(answer.status, answer.body, {**answer.headers, HEADER: place})


def region_of(bucket: str) -> str | None:
    """Where a bucket is; ``None``: there is none of that name."""
    found = get_backend("s3").bucket_accounts.get(bucket)
    if found is None:
        return None
    partition, owner = found
    kept: Any = get_backend("s3")[owner][partition].buckets.get(bucket)
    return str(kept.region_name) if kept is not None else None


def _check_source(call: Call, region: str) -> None:
    """The error is what S3 answers to a copy from another Region by way of an endpoint."""
    source = unquote(call.headers.get("x-amz-copy-source", "")).lstrip("/").partition("/")[0]
    if source and region_of(source) not in (None, region):
        raise Refused("AccessDenied", "VPC endpoints do not support cross-region requests", 403)


def _redirect(bucket: str, place: str, asked: str, settings: Settings) -> Refused:
    host = f"<Endpoint>{bucket}.s3.{place}.amazonaws.com</Endpoint><Bucket>{bucket}</Bucket>"
    if settings.take("temporary_redirects"):
        message = "Please re-send this request to the specified temporary endpoint."
        return Refused("TemporaryRedirect", message, 307, host)
    if place not in _SENT_ON:
        message = f"The {place} location constraint is incompatible for the region specific endpoint this request was"
        return Refused("IllegalLocationConstraintException", f"{message} sent to.", 400)
    if asked == _GLOBAL:
        message = f"The authorization header is malformed; the region '{asked}' is wrong; expecting '{place}'"
        return Refused("AuthorizationHeaderMalformed", message, 400, f"<Region>{place}</Region>")
    message = (
        "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all "
        "future requests to this endpoint."
    )
    return Refused("PermanentRedirect", message, 301, host)
