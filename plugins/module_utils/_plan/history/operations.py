# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which actions AWS authorizes for an operation of S3, as CloudTrail and server access logs call operations.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from ..._policy.language.vocabulary import OBJECT, find_action

#: Operations that nothing is authorized for. A preflight asks for CORS rules, not for an object.
WITHOUT_AUTHORIZATION = frozenset(("PreflightRequest", "BucketPreflightRequest"))
#: One record for the whole, beside one of DeleteObject for each key.
BATCH_DELETES = frozenset(("DeleteObjects", "DeleteMultipleObjects"))
COPIES = frozenset(("CopyObject", "UploadPartCopy"))

# Where the action has another name than the operation.
_ACTIONS = {
    "HeadObject": "GetObject",
    "SelectObjectContent": "GetObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "PostObject": "PutObject",
    "DeleteObjects": "DeleteObject",
    "DeleteMultipleObjects": "DeleteObject",
    "ListParts": "ListMultipartUploadParts",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListBuckets": "ListAllMyBuckets",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketPublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
    "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "CreateBucketMetadataConfiguration": "CreateBucketMetadataTableConfiguration",
    "GetBucketMetadataConfiguration": "GetBucketMetadataTableConfiguration",
    "DeleteBucketMetadataConfiguration": "DeleteBucketMetadataTableConfiguration",
}
# What a header of an upload asks for besides.
_BY_HEADER = {
    "x-amz-tagging": "PutObjectTagging",
    "x-amz-acl": "PutObjectAcl",
    "x-amz-grant-full-control": "PutObjectAcl",
    "x-amz-grant-read": "PutObjectAcl",
    "x-amz-grant-read-acp": "PutObjectAcl",
    "x-amz-grant-write-acp": "PutObjectAcl",
    "x-amz-object-lock-mode": "PutObjectRetention",
    "x-amz-object-lock-retain-until-date": "PutObjectRetention",
    "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
    "x-amz-object-lock-legal-hold-status": "PutObjectLegalHold",
}
_UPLOADS = frozenset(("PutObject", "CreateMultipartUpload", "CopyObject", "PostObject"))

# Operations of server access logs: the part behind the last dot -> the operation of the API, without its verb. What
# ends in "*" is about the object if the line has a key, and about the bucket otherwise.
_LOGGED = {
    "REST.GET.OBJECT": "GetObject",
    "REST.HEAD.OBJECT": "HeadObject",
    "WEBSITE.GET.OBJECT": "GetObject",
    "WEBSITE.HEAD.OBJECT": "HeadObject",
    "REST.SELECT.OBJECT": "SelectObjectContent",
    "REST.GET.OBJECT_ATTRIBUTES": "GetObjectAttributes",
    "REST.PUT.OBJECT": "PutObject",
    "REST.POST.OBJECT": "PutObject",
    "REST.POST.UPLOADS": "CreateMultipartUpload",
    "REST.PUT.PART": "UploadPart",
    "REST.POST.UPLOAD": "CompleteMultipartUpload",
    "REST.COPY.OBJECT": "PutObject",
    "REST.COPY.PART": "PutObject",
    "REST.COPY.OBJECT_GET": "GetObject",
    "REST.COPY.PART_GET": "GetObject",
    "REST.DELETE.OBJECT": "DeleteObject",
    "BATCH.DELETE.OBJECT": "DeleteObject",
    "REST.DELETE.UPLOAD": "AbortMultipartUpload",
    "REST.GET.UPLOAD": "ListParts",
    "REST.GET.UPLOADS": "ListMultipartUploads",
    "REST.GET.BUCKET": "ListObjects",
    "REST.HEAD.BUCKET": "HeadBucket",
    "REST.GET.BUCKETVERSIONS": "ListObjectVersions",
    "REST.GET.LOCATION": "GetBucketLocation",
    "REST.POST.RESTORE": "RestoreObject",
    "REST.GET.BUCKETPOLICY": "GetBucketPolicy",
    "REST.PUT.BUCKETPOLICY": "PutBucketPolicy",
    "REST.DELETE.BUCKETPOLICY": "DeleteBucketPolicy",
    "REST.GET.BUCKETPOLICYSTATUS": "GetBucketPolicyStatus",
    "REST.GET.POLICY_STATUS": "GetBucketPolicyStatus",
    "REST.GET.ACL": "Get*Acl",
    "REST.PUT.ACL": "Put*Acl",
    "REST.GET.OBJECT_TAGGING": "GetObjectTagging",
    "REST.PUT.OBJECT_TAGGING": "PutObjectTagging",
    "REST.DELETE.OBJECT_TAGGING": "DeleteObjectTagging",
    "REST.GET.TAGGING": "GetBucketTagging",
    "REST.PUT.TAGGING": "PutBucketTagging",
    "REST.DELETE.TAGGING": "DeleteBucketTagging",
    "REST.GET.OBJECT_LOCK_RETENTION": "GetObjectRetention",
    "REST.PUT.OBJECT_LOCK_RETENTION": "PutObjectRetention",
    "REST.GET.OBJECT_LOCK_LEGALHOLD": "GetObjectLegalHold",
    "REST.PUT.OBJECT_LOCK_LEGALHOLD": "PutObjectLegalHold",
    "REST.GET.OBJECT_LOCK_CONFIGURATION": "GetObjectLockConfiguration",
    "REST.PUT.OBJECT_LOCK_CONFIGURATION": "PutObjectLockConfiguration",
    "REST.GET.VERSIONING": "GetBucketVersioning",
    "REST.PUT.VERSIONING": "PutBucketVersioning",
    "REST.GET.LIFECYCLE": "GetBucketLifecycle",
    "REST.PUT.LIFECYCLE": "PutBucketLifecycle",
    "REST.DELETE.LIFECYCLE": "DeleteBucketLifecycle",
    "REST.GET.ENCRYPTION": "GetBucketEncryption",
    "REST.PUT.ENCRYPTION": "PutBucketEncryption",
    "REST.DELETE.ENCRYPTION": "DeleteBucketEncryption",
    "REST.GET.REPLICATION": "GetBucketReplication",
    "REST.PUT.REPLICATION": "PutBucketReplication",
    "REST.DELETE.REPLICATION": "DeleteBucketReplication",
    "REST.GET.CORS": "GetBucketCors",
    "REST.PUT.CORS": "PutBucketCors",
    "REST.DELETE.CORS": "DeleteBucketCors",
    "REST.GET.WEBSITE": "GetBucketWebsite",
    "REST.PUT.WEBSITE": "PutBucketWebsite",
    "REST.DELETE.WEBSITE": "DeleteBucketWebsite",
    "REST.GET.NOTIFICATION": "GetBucketNotification",
    "REST.PUT.NOTIFICATION": "PutBucketNotification",
    "REST.GET.LOGGING_STATUS": "GetBucketLogging",
    "REST.PUT.LOGGING_STATUS": "PutBucketLogging",
    "REST.GET.ACCELERATE": "GetBucketAccelerateConfiguration",
    "REST.PUT.ACCELERATE": "PutBucketAccelerateConfiguration",
    "REST.GET.REQUEST_PAYMENT": "GetBucketRequestPayment",
    "REST.PUT.REQUEST_PAYMENT": "PutBucketRequestPayment",
    "REST.GET.PUBLIC_ACCESS_BLOCK": "GetPublicAccessBlock",
    "REST.PUT.PUBLIC_ACCESS_BLOCK": "PutPublicAccessBlock",
    "REST.DELETE.PUBLIC_ACCESS_BLOCK": "DeletePublicAccessBlock",
    "REST.GET.OWNERSHIP_CONTROLS": "GetBucketOwnershipControls",
    "REST.PUT.OWNERSHIP_CONTROLS": "PutBucketOwnershipControls",
    "REST.DELETE.OWNERSHIP_CONTROLS": "DeleteBucketOwnershipControls",
    "REST.GET.ANALYTICS": "GetBucketAnalyticsConfiguration",
    "REST.GET.INVENTORY": "GetBucketInventoryConfiguration",
    "REST.PUT.INVENTORY": "PutBucketInventoryConfiguration",
    "REST.GET.METRICS": "GetBucketMetricsConfiguration",
    "REST.GET.INTELLIGENT_TIERING": "GetBucketIntelligentTieringConfiguration",
    "REST.DELETE.BUCKET": "DeleteBucket",
    "REST.PUT.BUCKET": "CreateBucket",
}
#: Lines of which each key has one of its own, and what S3 does by itself.
LOGGED_WITHOUT_AUTHORIZATION = ("S3.", "REST.OPTIONS.", "WEBSITE.OPTIONS.", "REST.POST.MULTI_OBJECT_DELETE")


#: Whether a version is named, and what else is asked for: all that the parameters of a request change.
Details: TypeAlias = tuple[bool, tuple[str, ...]]


def actions_of(operation: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """The actions on the bucket or object that a request names; empty for an operation that nobody knows.

    :param parameters: the parameters of the request by their names, of which only the names count.
    """
    return _actions_of(operation, *details_of(operation, parameters))


def details_of(operation: str, parameters: Mapping[str, Any]) -> Details:
    """What of the parameters changes the actions."""
    more: tuple[str, ...] = ()
    if operation in _UPLOADS and not _BY_HEADER.keys().isdisjoint(parameters):
        more = tuple(sorted({action for header, action in _BY_HEADER.items() if header in parameters}))
    return "versionId" in parameters, more


@lru_cache(maxsize=4096)
def _actions_of(operation: str, versioned: bool, more: tuple[str, ...]) -> tuple[str, ...]:
    name = _ACTIONS.get(operation, operation)
    names = [name, *more]
    if operation == "GetObjectAttributes":
        names = ["GetObject", "GetObjectAttributes"]
    if versioned and operation not in COPIES:
        names = [_of_version(one) for one in names]
    known = [find_action(f"s3:{one}") for one in names]
    return tuple(action.name for action in known if action is not None)


def _of_version(name: str) -> str:
    """The action that a request about one version of an object needs instead, where there is one."""
    versioned = name.replace("Object", "ObjectVersion")
    return versioned if find_action(f"s3:{versioned}") else name


@lru_cache(maxsize=4096)
def about_objects(action: str) -> bool:
    known = find_action(action)
    return known is not None and OBJECT in known.resource_types


def reads_objects(action: str) -> bool:
    """Whether an action is what a copy needs for what it reads."""
    return action.startswith("s3:GetObject")


@lru_cache(maxsize=4096)
def logged_operation(name: str, with_key: bool) -> str | None:
    """The operation that a server access log calls ``REST.GET.OBJECT``; empty: nothing was authorized.

    ``None``: an operation that nobody knows.
    """
    if name.startswith(LOGGED_WITHOUT_AUTHORIZATION):
        return ""
    found = _LOGGED.get(name)
    return found.replace("*", "Object" if with_key else "Bucket") if found else None
