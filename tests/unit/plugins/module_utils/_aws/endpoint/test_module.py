# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole run of gateway_endpoint that writes, with boto3's own client."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint import module as endpoint_module
from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint.module import (
    ENDPOINT_OPTIONS,
    run_gateway_endpoint,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import (
    REGION,
    FakeModule,
    Refused,
    endpoint,
    fail,
    run,
)

VPC, VPCE = "vpc-0aaaaaaa", "vpce-0aaaaaaa"
SERVICE = f"com.amazonaws.{REGION}.s3"
TIGHT = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "T", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::a*"}],
}


class Network:
    """A VPC that keeps what it is told."""

    def __init__(self, **there):
        self.endpoints = {VPCE: endpoint(VPCE, VpcId=VPC, **there)} if there else {}

    def answers(self):
        table = {"RouteTableId": "rtb-1", "VpcId": VPC, "Associations": [{"Main": True}], "Routes": [], "Tags": []}
        service = {"ServiceName": SERVICE, "ServiceType": [{"ServiceType": "Gateway"}]}
        return {
            "DescribeVpcEndpoints": lambda _asked: {"VpcEndpoints": list(self.endpoints.values())},
            "DescribeRouteTables": {"RouteTables": [table, {**table, "RouteTableId": "rtb-2", "Associations": []}]},
            "DescribeVpcEndpointServices": {"ServiceDetails": [service]},
            "DescribeVpcs": {"Vpcs": [{"VpcId": VPC}]},
            "CreateVpcEndpoint": self.create,
            "ModifyVpcEndpoint": self.modify,
            "DeleteVpcEndpoints": self.delete,
            "CreateTags": {},
        }

    def create(self, asked):
        made = endpoint(VPCE, VpcId=asked["VpcId"], RouteTableIds=asked.get("RouteTableIds", []))
        made["PolicyDocument"] = asked.get("PolicyDocument", made.get("PolicyDocument", json.dumps(TIGHT)))
        self.endpoints[VPCE] = made
        return {"VpcEndpoint": made}

    def modify(self, asked):
        there = self.endpoints[asked["VpcEndpointId"]]
        there["PolicyDocument"] = asked.get("PolicyDocument", there["PolicyDocument"])
        there["RouteTableIds"] = [*there["RouteTableIds"], *asked.get("AddRouteTableIds", ())]
        return {"Return": True}

    def delete(self, asked):
        for name in asked["VpcEndpointIds"]:
            del self.endpoints[name]
        return {"Unsuccessful": []}


@pytest.fixture
def warned(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(endpoint_module, "warn_user", said.extend)
    return said


def module_of(network, diff=False, check=False, **options):
    module = FakeModule(ENDPOINT_OPTIONS, network.answers(), **{"vpc_id": VPC, **options})
    module._diff, module.check_mode = diff, check
    return module


def writes(module):
    return [name for name, _asked in module.asked if not name.startswith(("Describe", "Get"))]


@pytest.mark.parametrize("check", [True, False])
def test_an_endpoint_is_made(warned, check):
    network = Network()
    module = module_of(network, check=check, diff=True, policy=TIGHT, route_table_ids=["rtb-1"], allow_lockout=True)
    result = run(run_gateway_endpoint, module)
    assert (result["changed"], result["actions"], result["before"]) == (True, ["ec2:CreateVpcEndpoint"], None)
    assert result["endpoint"]["vpc_endpoint_id"] == (None if check else VPCE)
    assert result["endpoint"]["policy_document"] == TIGHT
    assert result["endpoint"]["route_table_ids"] == ["rtb-1"]
    assert sorted(result) == ["actions", "before", "changed", "diff", "endpoint", "guard"]
    assert writes(module) == ([] if check else ["CreateVpcEndpoint"])
    assert list(network.endpoints) == ([] if check else [VPCE])


def test_the_policy_is_changed_and_a_table_added(warned):
    network = Network(policy=None, PolicyDocument=json.dumps(TIGHT))
    wider = {"Version": "2012-10-17", "Statement": [{**TIGHT["Statement"][0], "Resource": "*"}]}
    module = module_of(network, policy=wider, route_table_ids=["rtb-1", "rtb-2"])
    result = run(run_gateway_endpoint, module)
    assert (result["changed"], result["actions"]) == (True, ["ec2:ModifyVpcEndpoint"])
    assert "diff" not in result
    assert (result["before"]["policy_document"], result["endpoint"]["policy_document"]) == (TIGHT, wider)
    assert result["endpoint"]["route_table_ids"] == ["rtb-1", "rtb-2"]
    [sent] = [asked for name, asked in module.asked if name == "ModifyVpcEndpoint"]
    assert sent["AddRouteTableIds"] == ["rtb-2"]


def test_an_endpoint_goes(warned):
    network = Network(PolicyDocument=json.dumps(TIGHT))
    module = module_of(network, state="absent", diff=True, dependent_buckets=[])
    result = run(run_gateway_endpoint, module)
    assert (result["changed"], result["actions"], result["endpoint"]) == (True, ["ec2:DeleteVpcEndpoints"], None)
    assert result["before"]["vpc_endpoint_id"] == VPCE
    assert network.endpoints == {}
    again = run(run_gateway_endpoint, module_of(network, state="absent", diff=True))
    assert (again["changed"], again["endpoint"], again["before"]) == (False, None, None)
    assert again["diff"]["before"] == again["diff"]["after"]


def test_what_aws_does_not_take_is_said_with_what_is_odd(warned):
    odd = {**TIGHT["Statement"][0], "Condition": {"StringEquals": {"aws:PrincipalOrg": "o-1234567890"}}}
    network = Network(PolicyDocument=json.dumps(TIGHT))
    module = module_of(
        network, policy={"Version": "2012-10-17", "Statement": [odd]}, allow_lockout=True, allow_cutoff=True
    )
    module.answers["ModifyVpcEndpoint"] = Refused("InvalidPolicyDocument", "no", 400)
    result = fail(run_gateway_endpoint, module)
    assert (result["changed"], result["actions"]) == (False, [])
    assert any("'aws:PrincipalOrg' is not a known condition key" in one for one in warned)


def test_a_guard_refuses(warned):
    network = Network(PolicyDocument=json.dumps({**TIGHT, "Statement": [{**TIGHT["Statement"][0], "Resource": "*"}]}))
    module = module_of(network, policy=TIGHT, arriving_through=VPC)
    result = fail(run_gateway_endpoint, module)
    assert "allow_lockout" in result["msg"]
    assert writes(module) == []
    module = module_of(network, policy=TIGHT, arriving_through=VPC, allow_lockout=True)
    result = run(run_gateway_endpoint, module)
    assert {one["overridden_by"] for one in result["guard"]["overridden"]} == {"allow_lockout"}
