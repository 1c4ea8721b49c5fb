# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""More about an error than S3 says by itself."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.s3_errors import from_aws
from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket.diagnosis import explained
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import (
    ACCOUNT,
    FakeModule,
    Refused,
)

DENIED = Refused("AccessDenied")


def said(code, message="", operation="GetBucketPolicy", owner=ACCOUNT, deleted=None, **answers):
    """What is said of an error, and what S3 is asked on top."""
    module = FakeModule({}, answers)
    error = from_aws({"Error": {"Code": code, "Message": message}}, operation, "logs")
    return str(explained(module.client("s3"), owner, error, deleted)), module.asked


def heads(anyone, expected):
    return lambda asked: expected if "ExpectedBucketOwner" in asked else anyone


# Whether anybody's bucket may be listed, and one of the account; the words
OWNED = [
    ({}, DENIED, f"it does not belong to account {ACCOUNT}. If that is right, set expected_bucket_owner"),
    ({}, {}, "the caller has no permission for s3:GetBucketPolicy on it (AccessDenied: no). Allow that"),
    (DENIED, {}, "the caller has no permission for s3:GetBucketPolicy on it (AccessDenied: no). Allow that"),
    (DENIED, DENIED, f"or it does not belong to account {ACCOUNT} (expected_bucket_owner); S3 does not say which"),
]


@pytest.mark.parametrize("anyone, expected, words", OWNED)
def test_a_denial_that_may_be_for_another_owner(anyone, expected, words):
    text, asked = said("AccessDenied", "no", HeadBucket=heads(anyone, expected))
    assert words in text
    assert asked == [
        ("HeadBucket", {"Bucket": "logs"}),
        ("HeadBucket", {"Bucket": "logs", "ExpectedBucketOwner": ACCOUNT}),
    ]


@pytest.mark.parametrize(
    "may_list, words", [(DENIED, "or its owner does not let it (AccessDenied: no)"), ({}, "Allow")]
)
def test_a_denial_where_no_owner_is_expected(may_list, words):
    assert words in said("AccessDenied", "no", owner=None, HeadBucket=may_list)[0]


def test_a_reason_that_aws_gives_is_enough():
    user = "arn:aws:iam::111122223333:user/robot"
    message = f"User: {user} is not authorized to perform: s3:GetBucketPolicy with an explicit deny in a policy"
    text, asked = said("AccessDenied", message)
    assert f"{user} has no permission for s3:GetBucketPolicy on bucket logs with an explicit deny" in text
    assert asked == []


# The call, the permission that it takes
PERMISSIONS = [
    ("PutBucketPolicy", "s3:PutBucketPolicy"),
    ("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("HeadBucket", "s3:ListBucket"),
]


@pytest.mark.parametrize("operation, permission", PERMISSIONS)
def test_the_permission_is_named_as_iam_does(operation, permission):
    assert f"no permission for {permission} on it" in said("AccessDenied", "no", operation, HeadBucket={})[0]


# What the bucket's own settings are, whose setting it is
BLOCKS = [
    ({"PublicAccessBlockConfiguration": {"BlockPublicPolicy": True}}, "BlockPublicPolicy of the bucket refuses"),
    (
        {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": False, "BlockPublicAcls": True}},
        "BlockPublicPolicy of the account or organization (the bucket's own is off) refuses",
    ),
    (Refused("NoSuchPublicAccessBlockConfiguration", status=404), "(the bucket's own is off)"),
    (DENIED, "BlockPublicPolicy of the bucket, its account or its organization refuses"),
]


@pytest.mark.parametrize("settings, words", BLOCKS)
def test_whose_block_public_access_it_is(settings, words):
    text, asked = said("AccessDenied", "BlockPublicPolicy", "PutBucketPolicy", GetPublicAccessBlock=settings)
    assert words in text
    assert asked == [("GetPublicAccessBlock", {"Bucket": "logs", "ExpectedBucketOwner": ACCOUNT})]


@pytest.mark.parametrize(
    "deleted, known", [({"A": ["AROA1", "AIDA2"], "B": ["AROA3"]}, True), ({}, False), (None, False)]
)
def test_deleted_principals_are_named(deleted, known):
    text, asked = said("MalformedPolicy", "Invalid principal in policy", "PutBucketPolicy", deleted=deleted)
    assert ("(A: AROA1, AIDA2; B: AROA3)" in text) is known
    assert ("drop_deleted_principals" in text) is known
    assert asked == []


def test_what_else_fails_is_left_as_it_is():
    text, asked = said("NoSuchBucket", "none", deleted={"A": ["AROA1"]})
    assert text.startswith("Cannot read the policy of bucket logs: there is no bucket of that name.")
    assert asked == []
