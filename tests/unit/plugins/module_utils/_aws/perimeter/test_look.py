# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read of a perimeter, and what is not."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.perimeter import look
from ansible_collections.perimeter.s3.plugins.module_utils._aws.perimeter.look import LOOK_OPTIONS, run_perimeter_info
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import (
    ACCOUNT,
    ME,
    REGION,
    FakeModule,
    Refused,
    endpoint,
    fail,
    filtered,
    policies,
    run,
)

VPC, OTHER = "vpc-0aaaaaaa", "vpc-0bbbbbbb"
POLICY = {"Version": "2012-10-17", "Statement": []}
NAMING = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "arn:aws:s3:::named/*"}]}
TABLE = {"RouteTableId": "rtb-1", "VpcId": VPC, "Associations": [], "Routes": [], "Tags": []}
LIVE = {"logs-a": POLICY, "logs-b": None, "named": POLICY, "new": POLICY, "odd": Refused("AccessDenied")}


def module_of(*endpoints, vpcs=(VPC,), **given):
    answers = {
        "DescribeVpcEndpoints": filtered(*endpoints),
        "DescribeRouteTables": {"RouteTables": [TABLE]},
        "DescribeVpcs": {"Vpcs": [{"VpcId": one} for one in vpcs]},
        "GetBucketPolicy": policies(LIVE),
        "HeadBucket": {},
    }
    return FakeModule(LOOK_OPTIONS, answers, **({"vpc_id": VPC} if "vpc_name" not in given else {}), **given)


def looked(module):
    result = run(run_perimeter_info, module)
    return result, json.loads(result["perimeter"])


def asked(module):
    return sorted({name for name, _asked in module.asked})


OWN = endpoint("vpce-0a", NAMING, VpcId=VPC)
FAR = endpoint("vpce-0b", VpcId=OTHER)
DYNAMO = endpoint("vpce-0c", NAMING, VpcId=VPC, ServiceName=f"com.amazonaws.{REGION}.dynamodb")
GONE = endpoint("vpce-0d", NAMING, VpcId=VPC, State="deleted")


def test_all_of_a_perimeter_is_read_once():
    module = module_of(FAR, OWN, buckets=["logs-b", "logs-a", "logs-b"])
    result, found = looked(module)
    assert (result["changed"], result["region"], result["vpc_ids"]) == (False, REGION, [VPC])
    assert (result["caller"]["account"], result["caller"]["arn"]) == (ACCOUNT, ME)
    # By VPC, then by their names.
    assert result["endpoint_ids"] == ["vpce-0a", "vpce-0b"]
    assert result["problems"] == []
    assert datetime.strptime(result["at"], "%Y-%m-%dT%H:%M:%SZ")
    assert set(found) == {"caller", "region", "vpc_ids", "endpoints", "route_tables", "buckets"}
    assert [one["id"] for one in found["route_tables"]] == ["rtb-1"]
    assert found["buckets"] == {
        "logs-b": {"policy": None, "region": REGION, "problem": "", "kind": ""},
        "logs-a": {"policy": POLICY, "region": REGION, "problem": "", "kind": ""},
    }
    assert found["caller"] == result["caller"]
    assert [one["Filters"] for name, one in module.asked if name == "DescribeVpcEndpoints"] == [
        [{"Name": "vpc-endpoint-type", "Values": ["Gateway"]}]
    ]


# More options; the endpoints there are; the buckets that are read
BUCKETS = [
    ({}, [OWN], ["logs-a"]),
    ({"buckets_of_new_endpoint": ["new"]}, [OWN, FAR], ["logs-a"]),
    ({"buckets_of_new_endpoint": ["new"]}, [FAR], ["logs-a", "new"]),
    ({"buckets_of_new_endpoint": ["new"]}, [DYNAMO], ["logs-a", "new"]),
    ({"buckets_of_new_endpoint": ["new"]}, [GONE], ["logs-a", "new"]),
    ({"endpoint_buckets": True}, [OWN, FAR], ["logs-a", "named"]),
    ({"endpoint_buckets": True}, [DYNAMO], ["logs-a"]),
    ({"endpoint_buckets": True, "buckets_of_new_endpoint": ["named"]}, [OWN], ["logs-a"]),
    ({"endpoint_buckets": True, "aws_services": ["ssm"]}, [OWN], ["logs-a", "named"]),
]


@pytest.mark.parametrize("given, endpoints, read", BUCKETS)
def test_which_buckets_are_read(given, endpoints, read):
    _result, found = looked(module_of(*endpoints, buckets=["logs-a"], **given))
    assert list(found["buckets"]) == read


def test_buckets_of_aws_are_not_read():
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.presets import aws_service_statements

    policy = {"Statement": [*NAMING["Statement"], *aws_service_statements(["ssm"], REGION)]}
    _result, found = looked(
        module_of(endpoint("vpce-0a", policy, VpcId=VPC), endpoint_buckets=True, aws_services=["ssm"])
    )
    assert list(found["buckets"]) == ["named"]


@pytest.mark.parametrize("vpcs", [(), (VPC, OTHER)])
def test_nothing_else_is_read_if_no_vpc_or_several_are_meant(vpcs):
    module = module_of(OWN, vpcs=vpcs, vpc_name="prod", buckets=["logs-a"])
    result, found = looked(module)
    assert (result["vpc_ids"], found["route_tables"], found["buckets"]) == (list(vpcs), [], {})
    assert asked(module) == ["DescribeVpcEndpoints", "DescribeVpcs", "GetCallerIdentity"]


def test_a_vpc_is_found_by_its_name():
    module = module_of(OWN, vpc_name="prod", buckets=["logs-a"], route_tables=False)
    result, found = looked(module)
    assert (result["vpc_ids"], list(found["buckets"]), found["route_tables"]) == ([VPC], ["logs-a"], [])
    assert "DescribeRouteTables" not in asked(module)
    assert ("DescribeVpcs", {"Filters": [{"Name": "tag:Name", "Values": ["prod"]}]}) in module.asked


def test_names_are_looked_up_for_those_who_ask(monkeypatch):
    warned = []
    monkeypatch.setattr(look, "warn_user", warned.extend)
    named = {"Key": "Name", "Value": "production"}
    answers = {
        "DescribeVpcs": {"Vpcs": [{"VpcId": VPC, "CidrBlock": "10.0.0.0/16", "Tags": [named]}]},
        "DescribeSubnets": {"Subnets": [{"SubnetId": "subnet-1", "Tags": [named]}]},
        "DescribeRouteTables": {"RouteTables": [{**TABLE, "Tags": [named]}]},
    }
    module = module_of(OWN, names=True)
    module.answers |= answers
    assert run(run_perimeter_info, module)["names"] == {
        "vpc": {"name": "production", "cidr_blocks": ["10.0.0.0/16"]},
        "subnets": [{"id": "subnet-1", "name": "production", "cidr_block": "", "availability_zone": ""}],
        "route_tables": {"rtb-1": "production"},
    }
    assert warned == []
    assert asked(module) == [
        "DescribeRouteTables", "DescribeSubnets", "DescribeVpcEndpoints", "DescribeVpcs", "GetCallerIdentity",
    ]  # fmt: skip
    # Nothing is decided by them.
    module = module_of(OWN, names=True)
    module.answers |= {**answers, "DescribeSubnets": Refused("UnauthorizedOperation")}
    assert run(run_perimeter_info, module)["names"] == {}
    [said] = warned
    assert said.startswith("Cannot read the subnets of ")
    assert said.endswith("The report shows ids instead of names.")
    assert "names" not in run(run_perimeter_info, module_of(OWN))


@pytest.mark.parametrize("given, owner", [({}, ACCOUNT), ({"expected_bucket_owner": "444455556666"}, "444455556666")])
def test_buckets_are_read_as_their_owners(given, owner):
    module = module_of(OWN, buckets=["logs-a"], **given)
    looked(module)
    assert ("GetBucketPolicy", {"Bucket": "logs-a", "ExpectedBucketOwner": owner}) in module.asked


def test_what_cannot_be_read_is_part_of_what_is_found():
    result, found = looked(module_of(OWN, buckets=["odd", "logs-a"]))
    [problem] = result["problems"]
    assert problem["bucket"] == "odd"
    assert problem["msg"] == found["buckets"]["odd"]["problem"]
    assert (found["buckets"]["odd"]["policy"], found["buckets"]["odd"]["kind"]) == (None, "denied")
    assert found["buckets"]["logs-a"]["policy"] == POLICY


# Options, the complaint
WRONG = [
    ({"vpc_name": "prod", "vpc_id": VPC}, "Give vpc_id or vpc_name, and not both."),
    ({"vpc_name": "", "vpc_id": ""}, "Give vpc_id or vpc_name, and not both."),
    ({"vpc_id": "subnet-1"}, "vpc_id"),
    ({"vpc_id": VPC, "buckets": ["A/b"]}, "A/b"),
    ({"vpc_id": VPC, "buckets_of_new_endpoint": ["A/b"]}, "A/b"),
    ({"vpc_id": VPC, "concurrency": 0}, "concurrency"),
    ({"vpc_id": VPC, "buckets": ["logs-a"], "expected_bucket_owner": "12"}, "12"),
]


@pytest.mark.parametrize("given, said", WRONG)
def test_what_is_wrong_with_the_task_is_said_before_aws_is_asked(given, said):
    module = FakeModule(LOOK_OPTIONS, {}, **given)
    assert said in fail(run_perimeter_info, module)["msg"]
    assert module.asked == []
