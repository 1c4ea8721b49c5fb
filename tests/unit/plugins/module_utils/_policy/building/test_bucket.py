# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bucket perimeters that come out of declarations, and buckets that several declarations share."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given

from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.perimeter import (
    PERIMETER_SIDS,
    Perimeter,
    perimeter_statements,
    read_perimeter,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.arns import PARTITIONS
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical import equivalent
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.building.perimeters import PERIMETERS

ADMIN = "arn:aws:iam::111122223333:role/admin"
AUTOMATION = "arn:aws:sts::111122223333:assumed-role/automation/run-1"
AUTOMATION_ROLE = ["arn:aws:iam::111122223333:role/*/automation", "arn:aws:iam::111122223333:role/automation"]
VPC_ARN = "arn:aws:ec2:eu-central-1:111122223333:vpc/vpc-111bbb22"
BOTH = ["arn:aws:s3:::examplebucket", "arn:aws:s3:::examplebucket/*"]
REPAIR = [
    "s3:DeleteBucketPolicy",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:PutBucketPolicy",
]


def deny(condition, resource=None, **covered):
    return {"Effect": "Deny", "Principal": "*", "Resource": resource or BOTH, "Condition": condition} | (
        covered or {"Action": "s3:*"}
    )


#: name, options, the statements. The first three are AWS's own:
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html
MEANINGS = [
    (
        "one endpoint",
        {"endpoints": ["vpce-1a2b3c4d"]},
        [deny({"StringNotEquals": {"aws:sourceVpce": "vpce-1a2b3c4d"}})],
    ),
    ("one VPC", {"vpcs": ["vpc-111bbb22"]}, [deny({"StringNotEquals": {"aws:sourceVpc": "vpc-111bbb22"}})]),
    ("one VPC by its ARN", {"vpcs": [VPC_ARN]}, [deny({"ArnNotEquals": {"aws:SourceVpcArn": VPC_ARN}})]),
    (
        "endpoints and VPCs side by side spare either",
        {"endpoints": ["vpce-0000000a", "vpce-1a2b3c4d"], "vpcs": ["vpc-111bbb22", VPC_ARN]},
        [
            deny(
                {
                    "StringNotEquals": {
                        "aws:SourceVpce": ["vpce-1a2b3c4d", "vpce-0000000a"],
                        "aws:SourceVpc": "vpc-111bbb22",
                    },
                    "ArnNotEquals": {"aws:SourceVpcArn": VPC_ARN},
                }
            )
        ],
    ),
    ("TLS alone", {"tls_only": True}, [deny({"Bool": {"aws:SecureTransport": "false"}})]),
    (
        "TLS with the services that S3 does not say it of",
        {"tls_only": True, "allow_aws_services": True},
        [
            deny(
                {
                    "Bool": {"aws:SecureTransport": "false"},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                }
            )
        ],
    ),
    (
        "exceptions stand in the same statement",
        {
            "endpoints": ["vpce-1a2b3c4d"],
            "break_glass_principals": [ADMIN],
            "excepted_accounts": ["127311923021"],
            "allow_aws_services": True,
            "allow_forwarded_access": True,
        },
        [
            deny(
                {
                    "StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d", "aws:PrincipalAccount": "127311923021"},
                    "ArnNotLike": {"aws:PrincipalArn": ADMIN},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": False, "aws:ViaAWSService": False},
                }
            )
        ],
    ),
    (
        "managers are spared for the policy only",
        {"endpoints": ["vpce-1a2b3c4d"], "break_glass_principals": [ADMIN], "manager_principals": [AUTOMATION, ADMIN]},
        [
            deny(
                {
                    "StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"},
                    "ArnNotLike": {"aws:PrincipalArn": ADMIN},
                },
                NotAction=REPAIR,
            ),
            deny(
                {
                    "StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"},
                    "ArnNotLike": {"aws:PrincipalArn": [ADMIN, *AUTOMATION_ROLE]},
                },
                resource=BOTH[0],
                Action=REPAIR,
            ),
        ],
    ),
    (
        "objects only, as in the guide of PrivateLink",
        {"endpoints": ["vpce-1a2b3c4d"], "actions": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]},
        [
            deny(
                {"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}},
                Action=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            )
        ],
    ),
]
REFUSALS = [
    ({}, "No endpoint and no VPC is named"),
    ({"endpoints": ["vpc-111bbb22"]}, r"endpoints\[0\]: 'vpc-111bbb22' is not the id of a VPC endpoint"),
    ({"endpoints": ["vpce-*"]}, r"endpoints\[0\]"),
    ({"vpcs": ["vpce-1a2b3c4d"]}, r"vpcs\[0\]: 'vpce-1a2b3c4d' is neither the id nor the ARN of a VPC"),
    ({"vpcs": [VPC_ARN.replace("arn:aws:", "arn:aws-cn:")]}, r"vpcs\[0\]: .* is not in the partition 'aws'"),
    (
        {"endpoints": ["vpce-1a2b3c4d"], "break_glass_principals": ["*"]},
        r"break_glass_principals\[0\]: '\*' does not name",
    ),
    ({"endpoints": ["vpce-1a2b3c4d"], "manager_principals": ["x"]}, r"manager_principals\[0\]: 'x' does not name"),
    ({"endpoints": ["vpce-1a2b3c4d"], "excepted_accounts": ["1"]}, r"excepted_accounts\[0\]: '1' is not an account id"),
    ({"endpoints": ["vpce-1a2b3c4d"], "actions": []}, "actions: The list is empty"),
    (
        {"endpoints": ["vpce-1a2b3c4d"], "actions": ["s3:GetObject"], "manager_principals": [ADMIN]},
        "manager_principals: Managers are exempted where every action is denied only",
    ),
    ({"tls_only": True, "break_glass_principals": [ADMIN]}, "There are exceptions, but no endpoint and no VPC"),
    ({"bucket": "arn:aws:s3:::b", "tls_only": True}, "bucket: 'arn:aws:s3:::b' is not the name of a bucket"),
    ({"partition": "aws-x", "tls_only": True}, "partition: 'aws-x' is not an AWS partition"),
]


@pytest.mark.parametrize("options, statements", [row[1:] for row in MEANINGS], ids=[row[0] for row in MEANINGS])
def test_meaning(options, statements):
    document = bucket_perimeter("examplebucket", **options)
    assert equivalent(document, {"Version": "2012-10-17", "Statement": statements}, labels=False)


@pytest.mark.parametrize("partition", PARTITIONS)
def test_every_partition(partition):
    arn = VPC_ARN.replace("arn:aws:", f"arn:{partition}:")
    statement = bucket_perimeter("My_Old_Bucket", partition, vpcs=[arn])["Statement"][0]
    assert statement["Resource"] == [f"arn:{partition}:s3:::My_Old_Bucket", f"arn:{partition}:s3:::My_Old_Bucket/*"]
    assert statement["Condition"] == {"ArnNotEquals": {"aws:SourceVpcArn": arn}}


@pytest.mark.parametrize("options, message", REFUSALS)
def test_refusal(options, message):
    with pytest.raises(PolicyError, match=message):
        bucket_perimeter(**{"bucket": "examplebucket", **options})


TWO = bucket_perimeter("examplebucket", endpoints=["vpce-0000000b"])["Statement"]


def test_reading_passes_over_what_does_not_belong_there():
    damaged = copy.deepcopy(TWO)
    damaged[0]["Condition"] = {
        "StringNotLike": {"AWS:SOURCEVPCE": ["vpce-*", "vpce-0000000b"], "aws:PrincipalArn": "*"},
        "StringEquals": {"aws:SourceVpc": "vpc-111bbb22"},
        "Null": {"aws:SourceVpce": "false"},
    }
    assert read_perimeter(damaged) == Perimeter(endpoints=("vpce-0000000b",))


def test_reading_survives_what_is_not_a_statement():
    assert read_perimeter(["text", {"Sid": 5}, None]) is None
    assert read_perimeter([{"Sid": PERIMETER_SIDS[0], "Condition": "text"}]) == Perimeter()
    assert read_perimeter([{"Sid": PERIMETER_SIDS[0], "Condition": {"StringNotEquals": ["text"]}}]) == Perimeter()


# --- properties ---


def statements_of(perimeter):
    return perimeter_statements(perimeter, "examplebucket", "aws")


@given(PERIMETERS)
def test_what_is_built_is_read_again(perimeter):
    read = read_perimeter(statements_of(perimeter))
    managers = tuple(manager for manager in perimeter.managers if manager not in perimeter.principals)
    assert (read.networks, read.principals, read.managers) == (perimeter.networks, perimeter.principals, managers)
    assert statements_of(read) == statements_of(perimeter)
