# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ARNs, partitions and bucket names."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language import arns
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

REGIONS = [
    ("eu-central-1", "aws"),
    ("us-east-1", "aws"),
    ("mx-central-1", "aws"),
    ("ap-southeast-7", "aws"),
    ("cn-north-1", "aws-cn"),
    ("cn-northwest-1", "aws-cn"),
    ("us-gov-west-1", "aws-us-gov"),
    ("us-iso-east-1", "aws-iso"),
    ("us-isob-east-1", "aws-iso-b"),
    ("eu-isoe-west-1", "aws-iso-e"),
    ("us-isof-south-1", "aws-iso-f"),
    ("eusc-de-east-1", "aws-eusc"),
]
BUCKETS = [
    ("examplebucket", True),
    ("my.bucket-1", True),
    ("my_secure_bucket", True),
    ("MyOldBucket", True),
    ("a" * 255, True),
    ("a" * 256, False),
    ("ab", False),
    ("bucket*", False),
    ("bucket/key", False),
    ("arn:aws:s3:::bucket", False),
    ("", False),
    ("bücket", False),
]
ACCOUNT = "arn:aws:iam::111122223333"
PRINCIPALS = [
    (f"{ACCOUNT}:role/path/app", (f"{ACCOUNT}:role/path/app",)),
    (f"{ACCOUNT}:role/admin-*", (f"{ACCOUNT}:role/admin-*",)),
    (f"{ACCOUNT}:user/alice", (f"{ACCOUNT}:user/alice",)),
    (f"{ACCOUNT}:root", (f"{ACCOUNT}:root",)),
    (
        "arn:aws-cn:sts::111122223333:assumed-role/app/session",
        ("arn:aws-cn:iam::111122223333:role/app", "arn:aws-cn:iam::111122223333:role/*/app"),
    ),
    ("arn:aws:sts::111122223333:federated-user/bob", ("arn:aws:sts::111122223333:federated-user/bob",)),
]
NOT_PRINCIPALS = [
    "*",
    "111122223333",
    "arn:aws:iam::*:role/admin",
    "arn:aws:iam::1111*:role/admin",
    "arn:aws:iam::111122223333:role/",
    "arn:aws:iam::111122223333:group/admins",
    "arn:aws:sts::111122223333:assumed-role/app",
    "arn:other:iam::111122223333:role/app",
    "arn:aws:s3:::bucket",
    "AROAEXAMPLEID",
]


@pytest.mark.parametrize("region, partition", REGIONS)
def test_partition_of_region(region, partition):
    assert arns.partition_of_region(region) == partition


@pytest.mark.parametrize("region", ["", "europe", "eu-central", "us-gov-1x", "xx-north-1", "eu-central-1 "])
def test_partition_of_no_region(region):
    with pytest.raises(PolicyError, match="is not an AWS Region"):
        arns.partition_of_region(region)


@pytest.mark.parametrize("name, valid", BUCKETS)
def test_is_bucket_name(name, valid):
    assert arns.is_bucket_name(name) is valid


def test_parse_arn():
    text = "arn:aws:s3:eu-west-1:111122223333:accesspoint/name/object/a:b"
    arn = arns.parse_arn(text)
    assert (arn.service, arn.region, arn.account) == ("s3", "eu-west-1", "111122223333")
    assert arn.resource == "accesspoint/name/object/a:b"
    assert str(arn) == text


@pytest.mark.parametrize("text", ["", "*", "arn:aws:s3:::", "arn:aws:s3", "urn:aws:s3:::bucket", "arn::s3:::bucket"])
def test_parse_no_arn(text):
    assert arns.parse_arn(text) is None


@pytest.mark.parametrize("partition", arns.PARTITIONS)
def test_resource_arns(partition):
    assert arns.bucket_arn("b", partition) == f"arn:{partition}:s3:::b"
    assert arns.object_arn("b", partition) == f"arn:{partition}:s3:::b/*"
    assert arns.object_arn("b", partition, "logs/*") == f"arn:{partition}:s3:::b/logs/*"
    assert arns.vpc_arn("vpc-1", partition, "r", "111122223333") == f"arn:{partition}:ec2:r:111122223333:vpc/vpc-1"


@pytest.mark.parametrize("principal, patterns", PRINCIPALS)
def test_principal_arn_patterns(principal, patterns):
    assert arns.principal_arn_patterns(principal) == patterns


USERS = [
    ("arn:aws:sts::123456789012:user/moto", "arn:aws:iam::123456789012:user/moto"),
    ("arn:aws-cn:sts::123456789012:user/team/me", "arn:aws-cn:iam::123456789012:user/team/me"),
    ("arn:aws:iam::123456789012:user/me", "arn:aws:iam::123456789012:user/me"),
    ("arn:aws:sts::123456789012:assumed-role/user/me", "arn:aws:sts::123456789012:assumed-role/user/me"),
    ("arn:aws:sts::123456789012:federated-user/me", "arn:aws:sts::123456789012:federated-user/me"),
    ("user/moto", "user/moto"),
]


@pytest.mark.parametrize("text, user", USERS)
def test_a_user_of_what_imitates_aws_is_a_user(text, user):
    assert arns.user_arn(text) == user


def test_what_imitates_aws_can_manage_buckets():
    moto = "arn:aws:sts::123456789012:user/moto"
    assert arns.principal_arn_patterns(moto) == ("arn:aws:iam::123456789012:user/moto",)


@pytest.mark.parametrize("principal", NOT_PRINCIPALS)
def test_no_principal(principal):
    with pytest.raises(PolicyError, match="does not name principals of one account"):
        arns.principal_arn_patterns(principal)
