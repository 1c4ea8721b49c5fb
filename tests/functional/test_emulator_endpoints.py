# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the emulator corrects moto's gateway endpoints."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

SERVICE = "com.amazonaws.us-east-1.s3"
OPEN = {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
NARROW = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"},
    ],
}


class Network:
    def __init__(self, client):
        self.client = client
        self.vpc = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.tables = [client.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"] for _number in range(2)]

    def create(self, *tables, **options):
        options = {"VpcId": self.vpc, "ServiceName": SERVICE, "RouteTableIds": list(tables), **options}
        return self.client.create_vpc_endpoint(**options)["VpcEndpoint"]["VpcEndpointId"]

    def describe(self, endpoint):
        return self.client.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]

    def routes(self, table):
        found = self.client.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
        return [route["GatewayId"] for route in found if "DestinationPrefixListId" in route]


@pytest.fixture
def network(ec2):
    return Network(ec2)


def refused(code, call, *arguments, **options):
    with pytest.raises(ClientError) as caught:
        call(*arguments, **options)
    assert caught.value.response["Error"]["Code"] == code
    return caught.value.response["Error"]["Message"]


def test_routes_follow_the_route_tables(network):
    first, second = network.tables
    endpoint = network.create(first)
    assert (network.routes(first), network.routes(second)) == ([endpoint], [])
    network.client.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[second], RemoveRouteTableIds=[first])
    assert (network.routes(first), network.routes(second)) == ([], [endpoint])
    assert network.describe(endpoint)["RouteTableIds"] == [second]
    assert network.client.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"] == []
    assert network.routes(second) == []


def test_reset_policy(network):
    endpoint = network.create(PolicyDocument=json.dumps(NARROW))
    assert json.loads(network.describe(endpoint)["PolicyDocument"]) == NARROW
    network.client.modify_vpc_endpoint(VpcEndpointId=endpoint, ResetPolicy=True)
    assert json.loads(network.describe(endpoint)["PolicyDocument"]) == OPEN


def test_second_endpoint_of_the_service_on_a_table(network):
    table, other = network.tables
    network.create(table)
    message = refused("RouteAlreadyExists", network.create, table)
    assert message.startswith(f"route table {table} already has a route with destination-prefix-list-id pl-")
    second = network.create(other)
    change = {"VpcEndpointId": second, "AddRouteTableIds": [table], "PolicyDocument": json.dumps(NARROW)}
    refused("RouteAlreadyExists", network.client.modify_vpc_endpoint, **change)
    assert json.loads(network.describe(second)["PolicyDocument"]) == OPEN


def test_unknown_endpoint_is_listed_as_unsuccessful(network):
    endpoint = network.create()
    items = network.client.delete_vpc_endpoints(VpcEndpointIds=["vpce-0123456789abcdef0", endpoint])["Unsuccessful"]
    assert [(item["ResourceId"], item["Error"]["Code"]) for item in items] == [
        ("vpce-0123456789abcdef0", "InvalidVpcEndpoint.NotFound")
    ]
    assert network.client.describe_vpc_endpoints()["VpcEndpoints"] == []
    again = network.client.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"]
    assert [item["Error"]["Code"] for item in again] == ["InvalidVpcEndpoint.NotFound"]


def test_filter_by_id(network):
    wanted, _other = network.create(), network.create()
    filters = [{"Name": "vpc-endpoint-id", "Values": [wanted]}]
    found = network.client.describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]
    assert [endpoint["VpcEndpointId"] for endpoint in found] == [wanted]


def test_unknown_service(network):
    message = refused("InvalidServiceName", network.create, ServiceName="com.amazonaws.us-east-1.s4")
    assert message == "The Vpc Endpoint Service 'com.amazonaws.us-east-1.s4' does not exist"


BAD_POLICIES = {
    "not JSON": "{",
    "too long": json.dumps(NARROW) + " " * 20_480,
    "a principal": json.dumps(NARROW).replace('"Principal": "*"', '"Principal": {"AWS": "111122223333"}'),
    "no action": json.dumps(NARROW).replace('"Action"', '"Aktion"'),
}


@pytest.mark.parametrize("policy", BAD_POLICIES.values(), ids=BAD_POLICIES)
def test_bad_policy(network, policy):
    refused("InvalidPolicyDocument", network.create, PolicyDocument=policy)
    endpoint = network.create()
    refused("InvalidPolicyDocument", network.client.modify_vpc_endpoint, VpcEndpointId=endpoint, PolicyDocument=policy)


def test_route_table_of_another_vpc(network):
    other = Network(network.client)
    refused("InvalidParameter", network.create, other.tables[0])
    refused("InvalidRouteTableID.NotFound", network.create, "rtb-0123456789abcdef0")
    assert network.client.describe_vpc_endpoints()["VpcEndpoints"] == []


def test_client_token(network):
    first = network.create(ClientToken="once")
    assert network.create(ClientToken="once") == first
    assert len(network.client.describe_vpc_endpoints()["VpcEndpoints"]) == 1
    refused("IdempotentParameterMismatch", network.create, network.tables[0], ClientToken="once")


def test_dry_run(network):
    refused("DryRunOperation", network.create, DryRun=True)
    assert network.client.describe_vpc_endpoints()["VpcEndpoints"] == []


def test_what_is_given_is_kept(network):
    options = {"IpAddressType": "ipv4", "DnsOptions": {"DnsRecordIpType": "ipv4"}}
    endpoint = network.create(**options)
    found = network.describe(endpoint)
    assert found["VpcEndpointType"] == "Gateway"
    assert {name: found[name] for name in options} == options
    network.client.modify_vpc_endpoint(VpcEndpointId=endpoint, IpAddressType="dualstack")
    assert network.describe(endpoint)["IpAddressType"] == "dualstack"
    filters = [{"Name": "vpc-endpoint-type", "Values": ["Gateway"]}]
    assert len(network.client.describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]) == 1


def test_what_cannot_be_is_refused(network):
    describe = network.client.describe_vpc_endpoints
    refused("InvalidVpcEndpointId.Malformed", describe, VpcEndpointIds=["vpce-typo"])
    refused("InvalidVpcEndpointId.Malformed", network.client.modify_vpc_endpoint, VpcEndpointId="vpc-0123abcd")
    message = refused("InvalidParameterValue", describe, Filters=[{"Name": "vpcid", "Values": ["x"]}])
    assert message == "The filter 'vpcid' is invalid"


def test_what_imitates_aws_shows_no_default_policy(emulator, ec2):
    emulator.settings(no_default_endpoint_policy=True)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3")["VpcEndpoint"]
    assert "PolicyDocument" not in made
    policy = json.dumps(
        {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]}
    )
    for change, shown in (({"PolicyDocument": policy}, True), ({"ResetPolicy": True}, False)):
        ec2.modify_vpc_endpoint(VpcEndpointId=made["VpcEndpointId"], **change)
        (found,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])["VpcEndpoints"]
        assert ("PolicyDocument" in found) is shown
