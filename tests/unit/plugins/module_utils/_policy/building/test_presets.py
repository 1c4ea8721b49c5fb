# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statements for AWS's own buckets."""

from __future__ import annotations

import re

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.presets import (
    aws_service_names,
    aws_service_statements,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.presets_data import GROUPS, PRESETS, TABLES
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical import equivalent

GET, GET_PUT, GET_LIST = "s3:GetObject", ["s3:GetObject", "s3:PutObject"], ["s3:GetObject", "s3:ListBucket"]
BY_SERVICE = {"Bool": {"aws:PrincipalIsAWSService": "true"}}


def allow(action, resources, condition=None, partition="aws"):
    arns = [f"arn:{partition}:s3:::{resource}" for resource in resources]
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": arns}
    return {**statement, "Condition": condition} if condition else statement


#: services, region, statements
MEANINGS = [
    (["ecr"], "eu-central-1", [allow(GET, ["prod-eu-central-1-starport-layer-bucket/*"])]),
    (["ecr"], "cn-north-1", [allow(GET, ["prod-cn-north-1-starport-layer-bucket/*"], partition="aws-cn")]),
    (
        ["amazon_linux"],
        "us-gov-west-1",
        [
            allow(
                GET,
                [
                    "amazonlinux.us-gov-west-1.amazonaws.com/*",
                    "amazonlinux-2-repos-us-gov-west-1/*",
                    "al2023-repos-us-gov-west-1-de612dc2/*",
                    "al2023-us-gov-west-1/*",
                ],
                partition="aws-us-gov",
            )
        ],
    ),
    (
        ["ssm_patch_manager", "ecr"],
        "me-south-1",
        [
            allow(
                GET,
                [
                    "aws-patch-manager-me-south-1-a53fc9dce/*",
                    "patch-baseline-snapshot-me-south-1-uduvl7q8/*",
                    "prod-me-south-1-starport-layer-bucket/*",
                ],
            )
        ],
    ),
    (
        ["ssm_patch_manager"],
        "us-east-1",
        [allow(GET, ["aws-patch-manager-us-east-1-1970c647d/*", "patch-baseline-snapshot-us-east-1/*"])],
    ),
    (
        ["ssm"],
        "eu-west-1",
        [
            allow(
                GET,
                [
                    "aws-windows-downloads-eu-west-1/*",
                    "amazon-ssm-eu-west-1/*",
                    "aws-ssm-eu-west-1/*",
                    "eu-west-1-birdwatcher-prod/*",
                    "amazon-ssm-packages-eu-west-1/*",
                    "aws-ssm-distributor-file-eu-west-1/*",
                    "aws-ssm-document-attachments-eu-west-1/*",
                    "ssm-document-categories/*",
                    "session-manager-downloads/*",
                ],
            )
        ],
    ),
    (["codeartifact"], "eu-west-1", [allow(GET, ["assets-438097961670-eu-west-1/*"])]),
    (
        ["cloudformation", "lambda_packages"],
        "eu-west-1",
        [
            allow(
                GET_PUT,
                ["cloudformation-waitcondition-eu-west-1/*", "cloudformation-custom-resource-response-euwest1/*"],
                BY_SERVICE,
            ),
            allow(GET, ["prod-04-2014-tasks/*", "awslambda-eu-west-1-tasks/*"], BY_SERVICE),
        ],
    ),
    (
        ["sagemaker_jumpstart"],
        "eu-west-1",
        [allow(GET_LIST, ["jumpstart-cache-prod-eu-west-1", "jumpstart-cache-prod-eu-west-1/*"])],
    ),
    (["emr_logs"], "us-east-1", [allow("s3:Put*", ["aws157-logs-prod/*"])]),
    (["emr_logs"], "us-east-2", [allow("s3:Put*", ["aws157-logs-prod-us-east-2/*"])]),
    (
        ["emr_8"],
        "ap-southeast-2",
        [
            allow(
                GET,
                [
                    "aws157-instance-data-bucket-0-prod-ap-southeast-2/*",
                    "aws157-instance-data-bucket-1-prod-ap-southeast-2/*",
                ],
            )
        ],
    ),
    (
        ["elastic_beanstalk"],
        "cn-north-1",
        [
            allow(
                GET,
                [
                    "elasticbeanstalk-samples-cn-north-1/*",
                    "elasticbeanstalk-platform-assets-public-beta-cn-north-1/*",
                    "elasticbeanstalk-env-resources-cn-north-1/*",
                    "elasticbeanstalk-cn-north-1/*",
                ],
                partition="aws-cn",
            )
        ],
    ),
    (
        ["elastic_beanstalk"],
        "me-central-1",
        [
            allow(
                GET,
                [
                    "elasticbeanstalk-samples-me-central-1/*",
                    "elasticbeanstalk-platform-assets-me-central-1-f08b818c/*",
                    "elasticbeanstalk-env-resources-me-central-1-f08b818c/*",
                    "elasticbeanstalk-me-central-1/*",
                ],
            )
        ],
    ),
    ([], "eu-west-1", []),
]
REFUSALS = [
    (
        ["ecr", "ecs"],
        "eu-west-1",
        r"aws_services\[1\]: 'ecs' is no service with known buckets\. Known are acm_enclaves, .* ecr",
    ),
    (
        ["codeartifact"],
        "sa-east-1",
        r"AWS documents no bucket of 'codeartifact' for 'sa-east-1'\. There is one in ap-nor",
    ),
    (["ssm_patch_manager"], "us-gov-west-1", "AWS documents no bucket of 'ssm_patch_manager' for 'us-gov-west-1'"),
    (["ecr"], "europe", "'europe' is not an AWS Region"),
]


@pytest.mark.parametrize("services, region, statements", MEANINGS)
def test_meaning(services, region, statements):
    document = {"Version": "2012-10-17", "Statement": aws_service_statements(services, region)}
    assert equivalent(document, {"Version": "2012-10-17", "Statement": statements}, labels=False)


@pytest.mark.parametrize("services, region, message", REFUSALS)
def test_refusal(services, region, message):
    with pytest.raises(PolicyError, match=message):
        aws_service_statements(services, region)


def test_problems_name_their_service_and_each_is_told():
    with pytest.raises(PolicyError) as caught:
        aws_service_statements(["ecs", "ecr", "codeartifact", "ssm_patch_manager_macos"], "eu-south-2")
    assert [one.path for one in caught.value.problems] == ["aws_services[0]", "aws_services[2]"]
    assert caught.value.problems[1].remedy.startswith("There is one in ap-northeast-1, ap-south-1, ")


def test_sids():
    found = aws_service_statements(["ecr", "sagemaker_jumpstart", "lambda_packages", "cloudformation"], "eu-west-1")
    assert {one["Sid"]: "Condition" in one for one in found} == {
        "PerimeterS3AllowAwsBuckets": False,
        "PerimeterS3AllowAwsBuckets2": False,
        "PerimeterS3AllowAwsServices": True,
        "PerimeterS3AllowAwsServices2": True,
    }


def test_everything_at_once_has_unique_sids_and_one_order():
    statements = aws_service_statements(aws_service_names(), "eu-west-1")
    sids = [statement["Sid"] for statement in statements]
    assert len(set(sids)) == len(sids)
    assert aws_service_statements(aws_service_names()[::-1], "eu-west-1") == statements


@pytest.mark.parametrize("name", PRESETS)
def test_data_leave_no_placeholder_and_no_open_bucket_name(name):
    region = "eu-west-1"
    for statement in aws_service_statements([name], region):
        resources = [statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"]
        for resource in resources:
            assert re.fullmatch(r"arn:aws:s3:::[a-z0-9.*-]+(/[a-z*/]+)?", resource)
            # A wildcard in the name of a bucket lets through strangers' buckets, unless only AWS services pass.
            assert "*" not in resource.split("/")[0] or "Condition" in statement


def test_exceptions_replace_what_is_there():
    stray = [
        template
        for preset in PRESETS.values()
        for replaced in preset.exceptions.values()
        for template in replaced
        if template not in preset.resources
    ]
    assert stray == []


def test_groups_and_tables_are_whole():
    assert {name for names in GROUPS.values() for name in names} <= set(PRESETS)
    assert not set(GROUPS) & set(PRESETS)
    assert all(re.fullmatch(r"\d{12}", account) for account in TABLES["codeartifact"].values())
    assert all(re.fullmatch(r"[0-9a-f]{9}", suffix) for suffix in TABLES["patch_manager"].values())
