# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a VPC, its subnets and its route tables are called."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError
from ansible_collections.perimeter.s3.plugins.module_utils._aws.perimeter.names import read_names
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import FakeModule, Refused

VPC = "vpc-0aaaaaaa"
OF_VPC = {"Filters": [{"Name": "vpc-id", "Values": [VPC]}]}


def tags(**given):
    return [{"Key": key, "Value": value} for key, value in given.items()]


def named(vpcs=(), subnets=(), tables=()):
    """The names that are read, and the requests that it takes."""
    module = FakeModule({}, {"DescribeVpcs": {"Vpcs": list(vpcs)}, "DescribeSubnets": {"Subnets": list(subnets)}})
    return read_names(module.client("ec2"), VPC, tables), module.asked


def test_what_there_is_and_what_it_is_called():
    names, asked = named(
        [
            {
                "VpcId": VPC,
                "CidrBlock": "10.0.0.0/16",
                "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16"}, {"CidrBlock": "10.1.0.0/16"}],
                "Tags": tags(Team="web", Name="production"),
            }
        ],
        [
            {"SubnetId": "subnet-2", "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "eu-west-1b", "Tags": []},
            {
                "SubnetId": "subnet-1",
                "CidrBlock": "10.0.1.0/24",
                "AvailabilityZone": "eu-west-1a",
                "Tags": tags(Name="app"),
            },
        ],
        [
            {"RouteTableId": "rtb-2", "Tags": tags(Name="private")},
            {"RouteTableId": "rtb-1", "Tags": tags(name="not it")},
            {"RouteTableId": "rtb-3"},
        ],
    )
    assert names == {
        "vpc": {"name": "production", "cidr_blocks": ["10.0.0.0/16", "10.1.0.0/16"]},
        # By their ids, whatever the order of AWS.
        "subnets": [
            {"id": "subnet-1", "name": "app", "cidr_block": "10.0.1.0/24", "availability_zone": "eu-west-1a"},
            {"id": "subnet-2", "name": "", "cidr_block": "10.0.2.0/24", "availability_zone": "eu-west-1b"},
        ],
        # Those that have a name.
        "route_tables": {"rtb-2": "private"},
    }
    assert asked == [("DescribeVpcs", OF_VPC), ("DescribeSubnets", OF_VPC)]


# What AWS says of the VPC, its blocks
BLOCKS = [
    ({"CidrBlock": "10.0.0.0/16"}, ["10.0.0.0/16"]),
    ({"CidrBlock": "10.0.0.0/16", "CidrBlockAssociationSet": []}, ["10.0.0.0/16"]),
    ({"CidrBlock": "10.0.0.0/16", "CidrBlockAssociationSet": [{"CidrBlock": "10.1.0.0/16"}]}, ["10.1.0.0/16"]),
    ({"CidrBlockAssociationSet": [{"CidrBlock": "10.1.0.0/16"}, {"AssociationId": "a"}]}, ["10.1.0.0/16"]),
    ({"CidrBlock": ""}, []),
    ({}, []),
]


@pytest.mark.parametrize("said, blocks", BLOCKS)
def test_the_blocks_of_a_vpc(said, blocks):
    names, _asked = named([{"VpcId": VPC, **said}])
    assert names["vpc"] == {"name": "", "cidr_blocks": blocks}


def test_a_vpc_that_is_gone_by_now_has_no_names():
    assert named()[0] == {"vpc": {"name": "", "cidr_blocks": []}, "subnets": [], "route_tables": {}}


def test_of_what_aws_says_the_least_of_the_id_is_left():
    names, _asked = named(subnets=[{"SubnetId": "subnet-1"}])
    assert names["subnets"] == [{"id": "subnet-1", "name": "", "cidr_block": "", "availability_zone": ""}]


@pytest.mark.parametrize("refused", ["DescribeVpcs", "DescribeSubnets"])
def test_who_may_not_look_is_told(refused):
    answers = {"DescribeVpcs": {"Vpcs": []}, "DescribeSubnets": {"Subnets": []}}
    module = FakeModule({}, {**answers, refused: Refused("UnauthorizedOperation")})
    with pytest.raises(CallError) as caught:
        read_names(module.client("ec2"), VPC, [])
    assert caught.value.code == "UnauthorizedOperation"
