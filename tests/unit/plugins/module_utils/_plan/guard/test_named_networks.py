# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The endpoints and VPCs that a statement names."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.named_networks import (
    endpoints_of,
    named_before,
    vpc_arns_of,
    vpcs_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import parse

VPCE, OTHER_VPCE = "vpce-0123456789abcdef0", "vpce-0fedcba9876543210"
VPC, OTHER_VPC = "vpc-0123456789abcdef0", "vpc-0fedcba9876543210"
ARN = f"arn:aws:ec2:eu-central-1:111122223333:vpc/{VPC}"
GOV_ARN = f"arn:aws-us-gov:ec2:us-gov-west-1:111122223333:vpc/{OTHER_VPC}"


def document(condition):
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


# condition, its endpoints, VPCs, and ARNs of VPCs with their Regions
NAMED = [
    ({"StringEquals": {"aws:SourceVpce": VPCE}}, [VPCE], [], {}),
    ({"StringNotEquals": {"AWS:SOURCEVPCE": [OTHER_VPCE, VPCE]}}, [OTHER_VPCE, VPCE], [], {}),
    (
        {"StringNotEquals": {"aws:SourceVpce": VPCE}, "StringNotLike": {"aws:SourceVpce": [VPCE, OTHER_VPCE]}},
        [VPCE, OTHER_VPCE],
        [],
        {},
    ),
    ({"StringNotLike": {"aws:SourceVpce": ["vpce-0*", f"{VPCE}*"], "aws:SourceVpc": "vpc-*"}}, [], [], {}),
    ({"StringEquals": {"aws:SourceVpc": [VPC, OTHER_VPC, VPC]}}, [], [VPC, OTHER_VPC], {}),
    ({"StringEquals": {"aws:SourceVpc": VPCE, "aws:SourceVpce": VPC}}, [], [], {}),
    ({"ArnEquals": {"aws:SourceVpcArn": [ARN, GOV_ARN]}}, [], [], {ARN: "eu-central-1", GOV_ARN: "us-gov-west-1"}),
    ({"ArnLike": {"aws:SourceVpcArn": f"arn:aws:ec2:*:111122223333:vpc/{VPC}"}}, [], [], {}),
    ({"StringEquals": {"aws:PrincipalTag/network": [VPCE, VPC, ARN]}}, [], [], {}),
    ({"Null": {"aws:SourceVpce": "true", "aws:SourceVpc": "true", "aws:SourceVpcArn": "true"}}, [], [], {}),
]


@pytest.mark.parametrize("condition, endpoints, vpcs, arns", NAMED)
def test_what_a_statement_names(condition, endpoints, vpcs, arns):
    (statement,) = parse(document(condition)).statements
    assert (endpoints_of(statement), vpcs_of(statement), vpc_arns_of(statement)) == (endpoints, vpcs, arns)


def test_what_a_document_in_force_names_of_whatever_form_it_is():
    live = document({"StringEquals": {"aws:SourceVpce": VPCE, "aws:SourceVpcArn": GOV_ARN, "Surprise": [VPC]}})
    assert named_before(live) == {VPCE, VPC, OTHER_VPC}
    assert named_before(None) == frozenset()
