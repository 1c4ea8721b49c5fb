# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What operations are authorized for, held against what boto3 can call and against the table of validation.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html and, of what logs call them,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
"""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import operations
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.vocabulary import expand_action, find_action
from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.api_calls import actions_of_call

#: What a copy reads is an access of its own, by what the record says of it.
READ_BY_COPIES = {"s3:GetObject"}
OTHERS = {"GetObjectAttributes": {"s3:GetObject", "s3:GetObjectAttributes"}}
#: Names of records that no call has.
OF_RECORDS = {
    "PostObject": "s3:PutObject",
    "DeleteMultipleObjects": "s3:DeleteObject",
    "DeleteBucketPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "GetBucketCors": "s3:GetBucketCORS",
    "PutBucketCors": "s3:PutBucketCORS",
}


def calls():
    session = pytest.importorskip("botocore.session").get_session()
    return session.get_service_model("s3").operation_names


def test_every_call_takes_what_validation_says():
    for call in calls():
        known = find_action(f"s3:{call}")
        wanted = set(actions_of_call(call)) or ({known.name} if known else set())
        # Other services of S3 have no records of this kind.
        wanted = OTHERS.get(call, {one for one in wanted if one.startswith("s3:")})
        if call in operations.COPIES:
            wanted -= READ_BY_COPIES
        assert set(operations.actions_of(call, {})) == wanted, call


@pytest.mark.parametrize("name, action", OF_RECORDS.items())
def test_names_of_records(name, action):
    assert operations.actions_of(name, {}) == (action,)


def test_what_nobody_knows():
    assert operations.actions_of("InventedOperation", {"versionId": "1"}) == ()


def test_calls_of_each_kind():
    """That these are names of calls or of records is all that can be said of them twice."""
    known = {*calls(), *OF_RECORDS}
    assert known >= operations.BATCH_DELETES
    assert {"CopyObject", "UploadPartCopy"} == operations.COPIES
    assert {"PreflightRequest", "BucketPreflightRequest"} == operations.WITHOUT_AUTHORIZATION


@pytest.mark.parametrize("action", sorted(one.name for one in expand_action("s3:*ObjectVersion*")))
def test_a_version_takes_an_action_of_its_own(action):
    name = action.removeprefix("s3:")
    plain = name.replace("ObjectVersion", "Object")
    if name.endswith("ForReplication"):
        return  # Replication has no records of its own.
    assert action in operations.actions_of(plain, {"versionId": "3"})
    assert action not in operations.actions_of(plain, {})
    assert f"s3:{plain}" not in operations.actions_of(plain, {"versionId": "3"})


def test_a_version_that_has_no_action_of_its_own():
    assert operations.actions_of("GetObjectRetention", {"versionId": "3"}) == ("s3:GetObjectRetention",)
    # The version is that of what is read.
    assert operations.actions_of("CopyObject", {"versionId": "3"}) == ("s3:PutObject",)


#: Header of an upload -> what it takes besides.
HEADERS = {
    "s3:PutObjectTagging": "x-amz-tagging",
    "s3:PutObjectAcl": (
        "x-amz-acl x-amz-grant-full-control x-amz-grant-read x-amz-grant-read-acp x-amz-grant-write-acp"
    ),
    "s3:PutObjectRetention": "x-amz-object-lock-mode x-amz-object-lock-retain-until-date",
    "s3:PutObjectLegalHold": "x-amz-object-lock-legal-hold x-amz-object-lock-legal-hold-status",
}


@pytest.mark.parametrize(
    "header, action", [(header, action) for action, headers in HEADERS.items() for header in headers.split()]
)
@pytest.mark.parametrize("upload", ["PutObject", "CreateMultipartUpload", "CopyObject", "PostObject"])
def test_headers_of_an_upload(upload, header, action):
    assert operations.actions_of(upload, {header: "x", "key": "a"}) == ("s3:PutObject", action)


def test_other_headers_and_other_calls_take_no_more():
    assert operations.actions_of("PutObject", {"x-amz-meta-a": "b", "x-amz-storage-class": "c"}) == ("s3:PutObject",)
    assert operations.actions_of("UploadPart", {"x-amz-acl": "private"}) == ("s3:PutObject",)
    both = {"x-amz-tagging": "a=b", "x-amz-acl": "private", "x-amz-grant-read": "c"}
    assert operations.actions_of("PutObject", both) == ("s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging")


#: What logs call parts of a bucket or an object -> as the API calls them, and whether it is got, put and deleted.
LOGGED = {
    "BUCKETPOLICY": ("BucketPolicy", "gpd"),
    "CORS": ("BucketCors", "gpd"),
    "ENCRYPTION": ("BucketEncryption", "gpd"),
    "LIFECYCLE": ("BucketLifecycle", "gpd"),
    "OBJECT_TAGGING": ("ObjectTagging", "gpd"),
    "OWNERSHIP_CONTROLS": ("BucketOwnershipControls", "gpd"),
    "PUBLIC_ACCESS_BLOCK": ("PublicAccessBlock", "gpd"),
    "REPLICATION": ("BucketReplication", "gpd"),
    "TAGGING": ("BucketTagging", "gpd"),
    "WEBSITE": ("BucketWebsite", "gpd"),
    "ACCELERATE": ("BucketAccelerateConfiguration", "gp"),
    "ACL": ("ObjectAcl", "gp"),
    "INVENTORY": ("BucketInventoryConfiguration", "gp"),
    "LOGGING_STATUS": ("BucketLogging", "gp"),
    "NOTIFICATION": ("BucketNotification", "gp"),
    "OBJECT_LOCK_CONFIGURATION": ("ObjectLockConfiguration", "gp"),
    "OBJECT_LOCK_LEGALHOLD": ("ObjectLegalHold", "gp"),
    "OBJECT_LOCK_RETENTION": ("ObjectRetention", "gp"),
    "REQUEST_PAYMENT": ("BucketRequestPayment", "gp"),
    "VERSIONING": ("BucketVersioning", "gp"),
    "ANALYTICS": ("BucketAnalyticsConfiguration", "g"),
    "BUCKETPOLICYSTATUS": ("BucketPolicyStatus", "g"),
    "INTELLIGENT_TIERING": ("BucketIntelligentTieringConfiguration", "g"),
    "LOCATION": ("BucketLocation", "g"),
    "METRICS": ("BucketMetricsConfiguration", "g"),
    "OBJECT": ("Object", "gpd"),
    "OBJECT_ATTRIBUTES": ("ObjectAttributes", "g"),
    "POLICY_STATUS": ("BucketPolicyStatus", "g"),
}
#: Those that are called otherwise.
ODD = {
    "REST.HEAD.OBJECT": "HeadObject",
    "WEBSITE.GET.OBJECT": "GetObject",
    "WEBSITE.HEAD.OBJECT": "HeadObject",
    "REST.SELECT.OBJECT": "SelectObjectContent",
    "REST.POST.OBJECT": "PutObject",
    "REST.POST.UPLOADS": "CreateMultipartUpload",
    "REST.PUT.PART": "UploadPart",
    "REST.POST.UPLOAD": "CompleteMultipartUpload",
    "REST.DELETE.UPLOAD": "AbortMultipartUpload",
    "REST.GET.UPLOAD": "ListParts",
    "REST.GET.UPLOADS": "ListMultipartUploads",
    "REST.COPY.OBJECT": "PutObject",
    "REST.COPY.PART": "PutObject",
    "REST.COPY.OBJECT_GET": "GetObject",
    "REST.COPY.PART_GET": "GetObject",
    "BATCH.DELETE.OBJECT": "DeleteObject",
    "REST.POST.RESTORE": "RestoreObject",
    "REST.GET.BUCKET": "ListObjects",
    "REST.HEAD.BUCKET": "HeadBucket",
    "REST.PUT.BUCKET": "CreateBucket",
    "REST.DELETE.BUCKET": "DeleteBucket",
    "REST.GET.BUCKETVERSIONS": "ListObjectVersions",
}
VERBS = {"g": ("GET", "Get"), "p": ("PUT", "Put"), "d": ("DELETE", "Delete")}
EVERY = {
    **ODD,
    **{
        f"REST.{VERBS[verb][0]}.{name}": f"{VERBS[verb][1]}{part}"
        for name, (part, verbs) in LOGGED.items()
        for verb in verbs
    },
}


@pytest.mark.parametrize("name, operation", EVERY.items())
def test_what_logs_call_operations(name, operation):
    assert operations.logged_operation(name, True) == operation
    assert len(operations.actions_of(operation, {})) >= 1
    # An ACL is that of the object if the line has a key, and otherwise that of the bucket.
    of_bucket = operation.replace("ObjectAcl", "BucketAcl")
    assert operations.logged_operation(name, False) == of_bucket


def test_no_name_of_logs_is_left_out():
    verbs = ("GET", "PUT", "DELETE", "HEAD", "POST", "COPY", "SELECT")
    parts = {name.split(".", 2)[2] for name in EVERY}
    for start in ("REST", "WEBSITE", "BATCH"):
        for verb in verbs:
            for part in parts:
                name = f"{start}.{verb}.{part}"
                if name not in EVERY:
                    assert operations.logged_operation(name, True) is None, name


@pytest.mark.parametrize(
    "name", ["S3.EXPIRE.OBJECT", "REST.OPTIONS.PREFLIGHT", "WEBSITE.OPTIONS.PREFLIGHT", "REST.POST.MULTI_OBJECT_DELETE"]
)
def test_what_nothing_is_authorized_for(name):
    assert operations.logged_operation(name, False) == operations.logged_operation(name, True) == ""


# Action; whether it is about objects, whether a copy needs it for what it reads
ACTIONS = [
    ("s3:GetObject", True, True),
    ("s3:GetObjectVersion", True, True),
    ("s3:PutObject", True, False),
    ("s3:ListBucket", False, False),
    ("s3:Invented", False, False),
]


@pytest.mark.parametrize("action, of_objects, reads", ACTIONS)
def test_what_an_action_is_about(action, of_objects, reads):
    assert operations.about_objects(action) is of_objects
    assert operations.reads_objects(action) is reads
