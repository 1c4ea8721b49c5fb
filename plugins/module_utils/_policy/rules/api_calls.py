# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Calls of the S3 API whose names are no actions, and the actions that they take.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html, and the page of each
call in https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html
"""

from __future__ import annotations

from functools import cache

#: One call a line, then the actions that it takes; those of S3 without the service.
_CALLS = """
CompleteMultipartUpload PutObject
CopyObject GetObject PutObject
CreateBucketMetadataConfiguration CreateBucketMetadataTableConfiguration
CreateMultipartUpload PutObject
DeleteBucketAnalyticsConfiguration PutAnalyticsConfiguration
DeleteBucketCors PutBucketCORS
DeleteBucketEncryption PutEncryptionConfiguration
DeleteBucketIntelligentTieringConfiguration PutIntelligentTieringConfiguration
DeleteBucketInventoryConfiguration PutInventoryConfiguration
DeleteBucketLifecycle PutLifecycleConfiguration
DeleteBucketLifecycleConfiguration PutLifecycleConfiguration
DeleteBucketMetadataConfiguration DeleteBucketMetadataTableConfiguration
DeleteBucketMetricsConfiguration PutMetricsConfiguration
DeleteBucketOwnershipControls PutBucketOwnershipControls
DeleteBucketReplication PutReplicationConfiguration
DeleteBucketTagging PutBucketTagging
DeleteObjects DeleteObject
DeletePublicAccessBlock PutBucketPublicAccessBlock
GetBucketAccelerateConfiguration GetAccelerateConfiguration
GetBucketAnalyticsConfiguration GetAnalyticsConfiguration
GetBucketEncryption GetEncryptionConfiguration
GetBucketIntelligentTieringConfiguration GetIntelligentTieringConfiguration
GetBucketInventoryConfiguration GetInventoryConfiguration
GetBucketLifecycle GetLifecycleConfiguration
GetBucketLifecycleConfiguration GetLifecycleConfiguration
GetBucketMetadataConfiguration GetBucketMetadataTableConfiguration
GetBucketMetricsConfiguration GetMetricsConfiguration
GetBucketNotificationConfiguration GetBucketNotification
GetBucketReplication GetReplicationConfiguration
GetObjectLockConfiguration GetBucketObjectLockConfiguration
GetPublicAccessBlock GetBucketPublicAccessBlock
HeadBucket ListBucket
HeadObject GetObject
ListBucketAnalyticsConfigurations GetAnalyticsConfiguration
ListBucketIntelligentTieringConfigurations GetIntelligentTieringConfiguration
ListBucketInventoryConfigurations GetInventoryConfiguration
ListBucketMetricsConfigurations GetMetricsConfiguration
ListBuckets ListAllMyBuckets
ListMultipartUploads ListBucketMultipartUploads
ListObjectVersions ListBucketVersions
ListObjects ListBucket
ListObjectsV2 ListBucket
ListParts ListMultipartUploadParts
PutBucketAccelerateConfiguration PutAccelerateConfiguration
PutBucketAnalyticsConfiguration PutAnalyticsConfiguration
PutBucketEncryption PutEncryptionConfiguration
PutBucketIntelligentTieringConfiguration PutIntelligentTieringConfiguration
PutBucketInventoryConfiguration PutInventoryConfiguration
PutBucketLifecycle PutLifecycleConfiguration
PutBucketLifecycleConfiguration PutLifecycleConfiguration
PutBucketMetricsConfiguration PutMetricsConfiguration
PutBucketNotificationConfiguration PutBucketNotification
PutBucketReplication PutReplicationConfiguration
PutObjectLockConfiguration PutBucketObjectLockConfiguration
PutPublicAccessBlock PutBucketPublicAccessBlock
SelectObjectContent GetObject
UploadPart PutObject
UploadPartCopy GetObject PutObject
WriteGetObjectResponse s3-object-lambda:WriteGetObjectResponse
CreateSession s3express:CreateSession
RenameObject s3express:CreateSession
ListDirectoryBuckets s3express:ListAllMyDirectoryBuckets
GetAccessPointScope s3express:GetAccessPointScope
PutAccessPointScope s3express:PutAccessPointScope
DeleteAccessPointScope s3express:DeleteAccessPointScope
ListAccessPointsForDirectoryBuckets s3express:ListAccessPointsForDirectoryBuckets
GetBucket s3-outposts:GetBucket
ListRegionalBuckets s3-outposts:ListRegionalBuckets
"""


@cache
def _calls() -> dict[str, tuple[str, ...]]:
    found = {}
    for line in _CALLS.split("\n"):
        call, *actions = line.split() or [""]
        if call:
            found[call.lower()] = tuple(one if ":" in one else f"s3:{one}" for one in actions)
    return found


def actions_of_call(name: str) -> tuple[str, ...]:
    """The actions that a call of the S3 API takes, given with or without ``s3:``; none where the name is no call's, or
    is that of its action."""
    return _calls().get(name.lower().removeprefix("s3:"), ())
