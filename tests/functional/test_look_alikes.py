# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What imitates AWS, and differs from it where nobody would expect it."""

from __future__ import annotations

import json

import pytest

from tests.functional.module_run import run_module
from tests.functional.role_run import Step, play

# Who calls, in moto's words and in those of AWS.
MOTO, USER = (f"arn:aws:{service}::123456789012:user/automation" for service in ("sts", "iam"))
OBJECT = "arn:aws:s3:::look-alike/a"
READ = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::look-alike/*"}


@pytest.fixture
def place(emulator, ec2, s3):
    """A VPC with an endpoint that is shown without its policy, and a bucket; callers are moto's."""
    emulator.settings(no_default_endpoint_policy=True, moto_caller=True)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    (table,) = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    made = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table["RouteTableId"]]
    )["VpcEndpoint"]
    assert "PolicyDocument" not in made
    s3.create_bucket(Bucket="look-alike")
    return vpc, made["VpcEndpointId"]


def test_an_endpoint_without_a_policy_has_the_default_one(emulator, place):
    vpc, endpoint = place
    (found,) = run_module(emulator, "gateway_endpoint_info", vpc_id=vpc)["endpoints"]
    assert found["policy_document"]["Statement"][0]["Resource"] == "*"
    kept = run_module(emulator, "gateway_endpoint", vpc_id=vpc, reset_policy=True)
    assert not kept["changed"], kept
    asked = {"principal": USER, "action": "s3:GetObject", "resource": OBJECT, "through": endpoint}
    decided = run_module(emulator, "access_check", requests=[asked], assume_identity_allows=True)
    assert decided["summary"]["allow"] == 1, decided
    policy = json.dumps({"Version": "2012-10-17", "Statement": [READ]})
    changed = run_module(emulator, "gateway_endpoint", vpc_id=vpc, policy=policy, allow_lockout=True)
    assert changed["actions"] == ["ec2:ModifyVpcEndpoint"], changed


def test_the_caller_of_moto_is_a_user(emulator, place):
    only = {
        "Sid": "Ours",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::look-alike", "arn:aws:s3:::look-alike/*"],
        "Condition": {"StringNotEquals": {"aws:SourceVpce": place[1]}},
    }
    locked = run_module(emulator, "bucket_policy", bucket="look-alike", statements=[only])
    assert USER in locked["msg"]
    for named in (USER, MOTO):
        spared = {**only, "Condition": {**only["Condition"], "ArnNotLike": {"aws:PrincipalArn": USER}}}
        kept = run_module(
            emulator, "bucket_policy", bucket="look-alike", statements=[spared], protected_principals=[named]
        )
        assert not kept.get("failed"), kept
    asked = {
        "principal": MOTO,
        "action": "s3:GetObject",
        "resource": OBJECT,
        "through": "internet",
    }
    (one,) = run_module(emulator, "access_check", requests=[asked], assume_identity_allows=True)["decisions"]
    assert one["decision"] == "allow", one["reason"]


@pytest.mark.surroundings
def test_the_role(emulator, place):
    declared = {"vpc_id": place[0], "buckets": ["look-alike"]}
    played = play(emulator, Step(declared), Step(declared), Step({**declared, "state": "absent"}))
    closed, again, opened = played.outcomes
    assert closed.result, closed.message
    assert USER in json.dumps(closed.policies)
    assert "ModifyVpcEndpoint" in closed.writes
    assert again.writes == [], again.message
    assert opened.result, opened.message
