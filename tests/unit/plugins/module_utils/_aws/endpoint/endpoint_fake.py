# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An EC2 in memory with what endpoints need of it. Requests are checked against the model of the API that boto3 has."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import botocore.session
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.waiters import Pace
from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint.converge import Outcome, converge
from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint.guards import standard_guards
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import Wanted

VPC = "vpc-1a"
SERVICE = "com.amazonaws.us-east-1.s3"
DEFAULT = {
    "Version": "2008-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
TIGHT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*"}],
}

_MODEL = botocore.session.get_session().get_service_model("ec2")


def client_error(code: str, message: str = "AWS says so.", retries: int = 0) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"RetryAttempts": retries}}, "Any"
    )


def described(name: str = "vpce-1", **changes: object) -> dict:
    policy = changes.pop("policy", DEFAULT)
    return {
        "VpcEndpointId": name,
        "VpcEndpointType": "Gateway",
        "VpcId": VPC,
        "ServiceName": SERVICE,
        "State": "available",
        "PolicyDocument": json.dumps(policy),
        "RouteTableIds": [],
        "IpAddressType": "ipv4",
        "DnsOptions": {"DnsRecordIpType": "service-defined"},
        "Tags": [],
        "OwnerId": "111122223333",
        **changes,
    }


class FakeEc2:
    """``events`` maps an operation to what happens at its next calls, one after the other: an exception is raised
    instead of the call, a function is called with the fake before it, ``None`` lets it through."""

    class meta:  # noqa: N801
        partition = "aws"
        region_name = "us-east-1"

    def __init__(self, *endpoints: dict, events: dict[str, list] | None = None) -> None:
        self.endpoints = {one["VpcEndpointId"]: one for one in endpoints}
        self.tables = [
            {"RouteTableId": "rtb-0", "VpcId": VPC, "Associations": [{"Main": True}], "Routes": []},
            {"RouteTableId": "rtb-1", "VpcId": VPC, "Associations": [{"SubnetId": "subnet-1"}], "Routes": []},
            {"RouteTableId": "rtb-2", "VpcId": VPC, "Associations": [], "Routes": []},
        ]
        self.subnets = [{"SubnetId": "subnet-1", "VpcId": VPC}, {"SubnetId": "subnet-2", "VpcId": VPC}]
        self.services = [SERVICE, "com.amazonaws.us-east-1.dynamodb"]
        self.events = events or {}
        self.calls: list[str] = []
        self.requests: list[dict] = []

    def get_paginator(self, method: str):
        fake = self

        class Paginator:
            def paginate(self, **parameters: object):
                self.parameters = parameters
                return self

            def build_full_result(self):
                return getattr(fake, method)(**self.parameters)

        return Paginator()

    def __getattr__(self, method: str) -> Callable[..., dict]:
        operation = "".join(word.capitalize() for word in method.split("_"))
        if operation not in _MODEL.operation_names:
            raise AttributeError(method)

        def call(**parameters: object) -> dict:
            report = ParamValidator().validate(parameters, _MODEL.operation_model(operation).input_shape)
            assert not report.has_errors(), report.generate_report()
            self.calls.append(operation)
            self.requests.append(parameters)
            events = self.events.get(operation)
            event = events.pop(0) if events else None
            if isinstance(event, Exception):
                raise event
            if event is not None:
                event(self)
            return getattr(self, f"_{method}")(**parameters)

        return call

    def _describe_vpc_endpoints(self, VpcEndpointIds=None, Filters=()):  # noqa: N803
        if VpcEndpointIds and not set(VpcEndpointIds) <= set(self.endpoints):
            raise client_error("InvalidVpcEndpointId.NotFound")
        names = {"vpc-id": "VpcId", "vpc-endpoint-type": "VpcEndpointType", "service-name": "ServiceName"}
        found = [one for one in self.endpoints.values() if not VpcEndpointIds or one["VpcEndpointId"] in VpcEndpointIds]
        for one in Filters:
            found = [endpoint for endpoint in found if endpoint[names[one["Name"]]] in one["Values"]]
        return {"VpcEndpoints": [json.loads(json.dumps(one)) for one in found]}

    def _describe_route_tables(self, Filters):  # noqa: N803
        return {"RouteTables": [one for one in self.tables if one["VpcId"] in Filters[0]["Values"]]}

    def _describe_subnets(self, Filters):  # noqa: N803
        vpc, ids = Filters[0]["Values"], Filters[1]["Values"]
        return {"Subnets": [one for one in self.subnets if one["VpcId"] in vpc and one["SubnetId"] in ids]}

    def _describe_vpc_endpoint_services(self, Filters):  # noqa: N803
        assert Filters == [{"Name": "service-type", "Values": ["Gateway"]}]
        kind = [{"ServiceType": "Gateway"}]
        return {"ServiceDetails": [{"ServiceName": name, "ServiceType": kind} for name in self.services]}

    def _describe_managed_prefix_lists(self, Filters):  # noqa: N803
        lists = [
            {"PrefixListId": "pl-4", "PrefixListName": SERVICE, "OwnerId": "AWS"},
            {"PrefixListId": "pl-6", "PrefixListName": "com.amazonaws.us-east-1.ipv6.s3", "OwnerId": "AWS"},
            {"PrefixListId": "pl-9", "PrefixListName": SERVICE, "OwnerId": "111122223333"},
        ]
        return {"PrefixLists": [one for one in lists if one["PrefixListName"] in Filters[0]["Values"]]}

    def _create_vpc_endpoint(self, VpcId, ServiceName, VpcEndpointType, ClientToken, **more):  # noqa: N803
        assert VpcEndpointType == "Gateway"
        assert len(ClientToken) <= 64
        tags = more.pop("TagSpecifications", [{"Tags": []}])[0]["Tags"]
        more.setdefault("PolicyDocument", json.dumps(DEFAULT))
        created = {**described("vpce-9"), "VpcId": VpcId, "ServiceName": ServiceName, "Tags": tags, **more}
        self.endpoints["vpce-9"] = created
        return {"VpcEndpoint": json.loads(json.dumps(created))}

    def _modify_vpc_endpoint(self, VpcEndpointId, **more):  # noqa: N803
        if VpcEndpointId not in self.endpoints:
            raise client_error("InvalidVpcEndpointId.NotFound")
        endpoint = self.endpoints[VpcEndpointId]
        if more.pop("ResetPolicy", False):
            endpoint["PolicyDocument"] = json.dumps(DEFAULT)
        added, removed = more.pop("AddRouteTableIds", []), more.pop("RemoveRouteTableIds", [])
        endpoint["RouteTableIds"] = [one for one in endpoint["RouteTableIds"] if one not in removed] + added
        endpoint.update(more)
        return {"Return": True}

    def _delete_vpc_endpoints(self, VpcEndpointIds):  # noqa: N803
        for name in VpcEndpointIds:
            self.endpoints.pop(name, None)
        return {"Unsuccessful": []}

    def _create_tags(self, Resources, Tags):  # noqa: N803
        tags = {one["Key"]: one["Value"] for one in [*self.endpoints[Resources[0]]["Tags"], *Tags]}
        self.endpoints[Resources[0]]["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        return {}

    def _delete_tags(self, Resources, Tags):  # noqa: N803
        gone = {one["Key"] for one in Tags}
        endpoint = self.endpoints[Resources[0]]
        endpoint["Tags"] = [one for one in endpoint["Tags"] if one["Key"] not in gone]
        return {}


class Time:
    """A clock that only sleeping moves."""

    def __init__(self, every_pause=lambda: None) -> None:
        self.now = 0.0
        self.every_pause = every_pause

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.every_pause()

    def pace(self, wait: bool = True) -> Pace:
        return Pace(wait=wait, timeout=60, clock=lambda: self.now, sleep=self.sleep)


def run(
    ec2: FakeEc2, wait: bool = True, check: bool = False, guarded: bool = False, pauses=lambda: None, **options
) -> Outcome:
    """Converge an endpoint of ``VPC``; ``pauses`` is called whenever the run would sleep."""
    actions: list[str] = []
    guards = partial(standard_guards, ec2) if guarded else dict
    wanted = Wanted(**{"vpc_id": VPC, **options})
    outcome = converge(ec2, wanted, actions=actions, check=check, guards=guards, pace=Time(pauses).pace(wait))
    if not check:
        assert list(outcome.actions) == actions
    return outcome
