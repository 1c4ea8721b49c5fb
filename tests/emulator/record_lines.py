# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3 requests as lines of server access logs.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html; what an endpoint policy refuses is not in them
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html), and neither is the id of an endpoint.
"""

from __future__ import annotations

import hashlib
import re
import time
from urllib.parse import quote

from tests.emulator.callers import ANONYMOUS
from tests.emulator.record_events import CIPHER, TLS, Access

# Operation -> what comes after REST and the method; others are named by what they are about.
_NAMES = {
    "GetObject": "OBJECT",
    "HeadObject": "OBJECT",
    "PutObject": "OBJECT",
    "DeleteObject": "OBJECT",
    "ListObjects": "BUCKET",
    "ListObjectsV2": "BUCKET",
    "HeadBucket": "BUCKET",
    "ListObjectVersions": "BUCKETVERSIONS",
    "ListMultipartUploads": "UPLOADS",
    "CreateMultipartUpload": "UPLOADS",
    "CompleteMultipartUpload": "UPLOAD",
    "AbortMultipartUpload": "UPLOAD",
    "ListParts": "UPLOAD",
    "UploadPart": "PART",
    "DeleteObjects": "MULTI_OBJECT_DELETE",
    "GetBucketPolicy": "BUCKETPOLICY",
    "PutBucketPolicy": "BUCKETPOLICY",
    "DeleteBucketPolicy": "BUCKETPOLICY",
}


def line(access: Access, batch: bool = False) -> str | None:
    """The line of a request; ``None`` where there is none. ``batch``: it is one of the keys of a DeleteObjects."""
    if access.layer == "endpoint_policy":
        return None
    call, key = access.call, access.call.resource.partition("/")[2]
    uri = f"{call.method} /{call.resource}{'?' + '&'.join(call.query) if call.query else ''} HTTP/1.1"
    auth = ("QueryString" if access.presigned else "AuthHeader") if call.key else "-"
    fields = [
        _canonical(access.owner),
        call.bucket,
        time.strftime("[%d/%b/%Y:%H:%M:%S +0000]", time.gmtime()),
        access.address,
        _requester(access),
        access.request_id,
        "BATCH.DELETE.OBJECT" if batch else _operation(access),
        quote(key) or "-",
        "-" if batch else f'"{uri}"',
        str(access.status),
        access.error[0] if access.error else "-",
        str(access.size or "-"),
        "-",
        "12",
        "11",
        '"-"',
        f'"{call.headers.get("user-agent", "-")}"',
        call.query.get("versionId", "-"),
        _canonical(access.request_id)[:44],
        "SigV4" if call.key else "-",
        CIPHER,
        auth,
        f"{call.bucket}.s3.{access.place}.amazonaws.com",
        TLS,
        "-",
        "-",
        access.place,
    ]
    return " ".join(fields)


def _operation(access: Access) -> str:
    call = access.call
    if call.operation == "CopyObject":
        return "REST.COPY.OBJECT"
    about = _NAMES.get(call.operation) or re.sub(r"^(Get|Put|Delete|Create|List)(Bucket)?", "", call.operation)
    return f"REST.{call.method}.{re.sub(r'(?<=[a-z])(?=[A-Z])', '_', about).upper()}"


def _requester(access: Access) -> str:
    arn = access.caller.arn
    if arn == ANONYMOUS:
        return "-"
    return _canonical(access.caller.account) if arn.endswith(":root") else arn


def _canonical(account: str) -> str:
    """The canonical user id of an account: 64 hexadecimal digits that tell nobody which."""
    return hashlib.sha256(account.encode()).hexdigest()
