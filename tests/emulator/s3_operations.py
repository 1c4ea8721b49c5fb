# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which operation of Amazon S3 a method, path and query mean.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

from collections.abc import Mapping

# Sub-resource in the query -> what AWS calls it; the method gives Get, Put or Delete.
_BUCKET = {
    "accelerate": "BucketAccelerateConfiguration",
    "acl": "BucketAcl",
    "cors": "BucketCors",
    "encryption": "BucketEncryption",
    "lifecycle": "BucketLifecycleConfiguration",
    "location": "BucketLocation",
    "logging": "BucketLogging",
    "notification": "BucketNotificationConfiguration",
    "object-lock": "ObjectLockConfiguration",
    "ownershipControls": "BucketOwnershipControls",
    "policy": "BucketPolicy",
    "policyStatus": "BucketPolicyStatus",
    "publicAccessBlock": "PublicAccessBlock",
    "replication": "BucketReplication",
    "requestPayment": "BucketRequestPayment",
    "tagging": "BucketTagging",
    "versioning": "BucketVersioning",
    "website": "BucketWebsite",
}
_OBJECT = {
    "acl": "ObjectAcl",
    "legal-hold": "ObjectLegalHold",
    "retention": "ObjectRetention",
    "tagging": "ObjectTagging",
    "attributes": "ObjectAttributes",
}
_VERBS = {"GET": "Get", "PUT": "Put", "DELETE": "Delete"}
# AWS deletes this one under a shorter name.
_EXCEPTIONS = {"DeleteBucketLifecycleConfiguration": "DeleteBucketLifecycle"}
# (level, method, sub-resource or "") -> operation
_OTHERS = {
    ("service", "GET", ""): "ListBuckets",
    ("bucket", "GET", ""): "ListObjects",
    ("bucket", "GET", "list-type"): "ListObjectsV2",
    ("bucket", "GET", "versions"): "ListObjectVersions",
    ("bucket", "GET", "uploads"): "ListMultipartUploads",
    ("bucket", "HEAD", ""): "HeadBucket",
    ("bucket", "PUT", ""): "CreateBucket",
    ("bucket", "DELETE", ""): "DeleteBucket",
    ("bucket", "POST", "delete"): "DeleteObjects",
    ("object", "GET", ""): "GetObject",
    ("object", "GET", "uploadId"): "ListParts",
    ("object", "HEAD", ""): "HeadObject",
    ("object", "PUT", ""): "PutObject",
    ("object", "PUT", "uploadId"): "UploadPart",
    ("object", "DELETE", ""): "DeleteObject",
    ("object", "DELETE", "uploadId"): "AbortMultipartUpload",
    ("object", "POST", "uploads"): "CreateMultipartUpload",
    ("object", "POST", "uploadId"): "CompleteMultipartUpload",
}


def operation_of(method: str, bucket: str, key: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The operation in AWS's spelling; ``METHOD level`` when the tables do not know it."""
    level = "object" if key else "bucket" if bucket else "service"
    for name, noun in {"bucket": _BUCKET, "object": _OBJECT, "service": {}}[level].items():
        if name in query and method in _VERBS:
            operation = _VERBS[method] + noun
            return _EXCEPTIONS.get(operation, operation)
    for (at, verb, name), operation in _OTHERS.items():
        if name and (at, verb) == (level, method) and name in query:
            return operation
    operation = _OTHERS.get((level, method, ""), f"{method} {level}")
    return "CopyObject" if operation == "PutObject" and "x-amz-copy-source" in headers else operation
