# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentence that says why a request is decided as it is."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import (
    decide,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.evaluation.decided import (
    ACCOUNT,
    BUCKET,
    EVERYTHING,
    ONLY_ENDPOINT,
    PUT_POLICY,
)

SESSION = {**PUT_POLICY, "principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s", "through": "internet"}


def denied_by(**condition):
    statement = {"Sid": "D", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    return {"bucket": {"Version": "2012-10-17", "Statement": {**statement, "Condition": condition}}}


REASONS = [
    (
        SESSION,
        {"identity": [EVERYTHING], **denied_by(ArnNotLike={"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/other"})},
        f"Bucket policy statement 'D' denies s3:PutBucketPolicy: aws:PrincipalArn is a role 'app' of the account "
        f"{ACCOUNT}, for which ArnNotLike 'arn:aws:iam::{ACCOUNT}:role/other' is true.",
    ),
    (
        SESSION,
        {"identity": [EVERYTHING], **denied_by(Null={"aws:userid": "false"})},
        "Bucket policy statement 'D' denies s3:PutBucketPolicy: aws:userid is there, for which Null 'false' is true.",
    ),
    (
        {**PUT_POLICY, "through": "internet"},
        {"bucket": ONLY_ENDPOINT, "identity": [EVERYTHING]},
        "Bucket policy statement 'OnlyEndpoint' denies s3:PutBucketPolicy: aws:SourceVpce is absent on requests from "
        "the internet, and StringNotEquals is true for an absent key.",
    ),
    (
        {**PUT_POLICY, "through": "vpce-99999999"},
        {"bucket": ONLY_ENDPOINT, "identity": [EVERYTHING], "endpoint": None},
        "Bucket policy statement 'OnlyEndpoint' denies s3:PutBucketPolicy: aws:SourceVpce is 'vpce-99999999', for "
        "which StringNotEquals 'vpce-1a2b3c4d' is true.",
    ),
    (
        {**PUT_POLICY, "called_via": ["cloudformation.amazonaws.com"]},
        {"bucket": ONLY_ENDPOINT, "identity": [EVERYTHING]},
        "Bucket policy statement 'OnlyEndpoint' denies s3:PutBucketPolicy: aws:SourceVpce is absent on requests that a "
        "service makes on behalf of a caller, and StringNotEquals is true for an absent key.",
    ),
    (
        PUT_POLICY,
        {"bucket": ONLY_ENDPOINT, "identity": [EVERYTHING], "endpoint": None},
        "It is not known whether s3:PutBucketPolicy is allowed: bucket policy statement 'OnlyEndpoint' may deny it "
        "(aws:SourceVpce is not known, which StringNotEquals 'vpce-1a2b3c4d' needs).",
    ),
    (
        {**PUT_POLICY, "through": "vpce-1a2b3c4d"},
        {"bucket": ONLY_ENDPOINT, "endpoint": None},
        "It is not known whether s3:PutBucketPolicy is allowed: the identity policies were not supplied.",
    ),
    (
        {**PUT_POLICY, "through": "internet"},
        {"bucket": None, "identity": []},
        f"s3:PutBucketPolicy on {BUCKET} is not allowed: there is no identity policy, and there is no bucket policy.",
    ),
    (
        {**PUT_POLICY, "through": "internet"},
        {
            "bucket": None,
            "identity": [
                {
                    "Version": "2012-10-17",
                    "Statement": {
                        "Sid": "Own",
                        "Effect": "Allow",
                        "Action": "s3:*",
                        "Resource": "arn:aws:s3:::${aws:username}",
                    },
                }
            ],
        },
        f"s3:PutBucketPolicy on {BUCKET} is not allowed: no statement of the identity policy allows it ('Own' would, "
        f"but {BUCKET} is not among its resources), and there is no bucket policy.",
    ),
    (
        {**PUT_POLICY, "principal": "arn:aws:iam::444455556666:user/eve", "through": "internet"},
        {"identity": [EVERYTHING], "bucket": {"Statement": {**EVERYTHING["Statement"], "Principal": "*"}}},
        "s3:PutBucketPolicy is for principals of the account that owns the bucket only: S3 answers others with 405 "
        "MethodNotAllowed.",
    ),
    (
        {**PUT_POLICY, "through": "internet"},
        {"bucket": None, "identity": [EVERYTHING, EVERYTHING]},
        "Identity policy statement 'identity[0].Statement[0]' allows s3:PutBucketPolicy, and no layer denies it.",
    ),
    (
        {**PUT_POLICY, "principal": ACCOUNT, "through": "internet"},
        {"bucket": ONLY_ENDPOINT},
        "The root user may do everything in its own account, and no policy denies s3:PutBucketPolicy.",
    ),
    (
        {**PUT_POLICY, "through": "internet", "context": {"aws:PrincipalTag/home": "a"}},
        {
            "identity": [EVERYTHING],
            "bucket": {
                "Version": "2012-10-17",
                "Statement": {
                    "Sid": "Own",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": BUCKET,
                    "Condition": {"StringNotEquals": {"aws:PrincipalTag/home": "${aws:username}"}},
                },
            },
        },
        "Bucket policy statement 'Own' denies s3:PutBucketPolicy: aws:PrincipalTag/home is 'a', for which "
        "StringNotEquals '${aws:username}' (${aws:username} is 'alice') is true.",
    ),
    (
        {**PUT_POLICY, "action": "s3:GetObject", "resource": f"{BUCKET}/x", "principal": "anonymous"},
        {
            "bucket": {"Statement": {**EVERYTHING["Statement"], "Principal": "*", "Sid": "All"}},
            "block_public_access": {"RestrictPublicBuckets": True},
        },
        "RestrictPublicBuckets of Block Public Access denies s3:GetObject to all but the account of the bucket and AWS "
        "services, because the bucket policy is public: Statement 'All' allows everybody, without a condition.",
    ),
    (
        {**PUT_POLICY, "through": "internet"},
        {
            "identity": [EVERYTHING],
            "bucket": {
                "Statement": {
                    "Effect": "Deny",
                    "Sid": "Loose",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": f"arn:aws:s3:*:{BUCKET.rpartition(':')[2]}",
                },
            },
        },
        "It is not known whether s3:PutBucketPolicy is allowed: bucket policy statement 'Loose' may deny it "
        f"({BUCKET} is not known to be among its resources (AWS's page on Resource keeps wildcards within the segments "
        "of an ARN, and lets an asterisk that ends a segment reach over colons)).",
    ),
    (
        {**PUT_POLICY, "through": "internet", "principal": f"arn:aws:iam::{ACCOUNT}:user/aws"},
        {
            "identity": [EVERYTHING],
            "bucket": {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Deny",
                    "Sid": "Early",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": f"arn:${{aws:username}}:s3:::{BUCKET.rpartition(':')[2]}",
                },
            },
        },
        "It is not known whether s3:PutBucketPolicy is allowed: bucket policy statement 'Early' may deny it "
        f"({BUCKET} is not known to be among its resources (AWS's page on variables says that none can stand before "
        "the fifth colon of a resource, not what one does that stands there)).",
    ),
]


@pytest.mark.parametrize("request_, policies, reason", REASONS)
def test_reason(request_, policies, reason):
    assert decide(request_, {"resource_account": ACCOUNT, **policies}).reason == reason
