# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of EC2 in each call, and which permission on what is missing where EC2 denies it."""

from __future__ import annotations

import uuid

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api import ec2
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import (
    REGION,
    FakeModule,
    Refused,
    endpoint,
)

VPC, VPCE = "vpc-0aaaaaaa", "vpce-0aaaaaaa"
ARNS = f"arn:aws:ec2:{REGION}:*"


def by(name, *values):
    return {"Filters": [{"Name": name, "Values": list(values)}]}


# What is called, the request, what AWS answers, the result, of what a denial speaks
READS = {
    "endpoints by filters": (
        lambda client: ec2.describe_vpc_endpoints(client, vpc_id=VPC, service_name="s"),
        ("DescribeVpcEndpoints", {"Filters": [*by("vpc-id", VPC)["Filters"], *by("service-name", "s")["Filters"]]}),
        {"VpcEndpoints": [{"VpcEndpointId": VPCE}]},
        [{"VpcEndpointId": VPCE}],
        "list the endpoints",
    ),
    "endpoints by ids": (
        lambda client: ec2.describe_vpc_endpoints_by_id(client, [VPCE, "vpce-2"]),
        ("DescribeVpcEndpoints", {"VpcEndpointIds": [VPCE, "vpce-2"]}),
        {"VpcEndpoints": [{"VpcEndpointId": VPCE}]},
        [{"VpcEndpointId": VPCE}],
        f"read endpoint {VPCE}, vpce-2",
    ),
    "endpoints for readers": (
        lambda client: ec2.find_vpc_endpoints(client, [VPCE], by("vpc-id", VPC)["Filters"]),
        ("DescribeVpcEndpoints", {"VpcEndpointIds": [VPCE], **by("vpc-id", VPC)}),
        {"VpcEndpoints": []},
        [],
        "list the endpoints",
    ),
    "all endpoints": (
        lambda client: ec2.find_vpc_endpoints(client, [], []),
        ("DescribeVpcEndpoints", {}),
        {"VpcEndpoints": []},
        [],
        "list the endpoints",
    ),
    "several endpoints that may be there": (
        lambda client: ec2.vpc_endpoints_with_ids(client, [VPCE, "vpce-2"]),
        ("DescribeVpcEndpoints", by("vpc-endpoint-id", VPCE, "vpce-2")),
        {"VpcEndpoints": [{"VpcEndpointId": VPCE}]},
        [{"VpcEndpointId": VPCE}],
        "list the endpoints",
    ),
    "VPCs that may be there": (
        lambda client: ec2.vpcs_with_ids(client, [VPC]),
        ("DescribeVpcs", by("vpc-id", VPC)),
        {"Vpcs": [{"VpcId": VPC}]},
        [{"VpcId": VPC}],
        "list the VPCs",
    ),
    "VPCs by their name": (
        lambda client: ec2.vpcs_named(client, "production"),
        ("DescribeVpcs", by("tag:Name", "production")),
        {"Vpcs": [{"VpcId": "vpc-2"}, {"VpcId": "vpc-1"}]},
        ["vpc-1", "vpc-2"],
        "look up the VPC named production",
    ),
    "a VPC": (
        lambda client: ec2.describe_vpc(client, VPC),
        ("DescribeVpcs", by("vpc-id", VPC)),
        {"Vpcs": []},
        [],
        f"read {VPC}",
    ),
    "services": (
        ec2.gateway_service_names,
        ("DescribeVpcEndpointServices", by("service-type", "Gateway")),
        {
            "ServiceDetails": [
                {"ServiceName": "com.amazonaws.x.s3", "ServiceType": [{"ServiceType": "Gateway"}]},
                {
                    "ServiceName": "com.amazonaws.x.both",
                    "ServiceType": [{"ServiceType": "Interface"}, {"ServiceType": "Gateway"}],
                },
                {"ServiceName": "com.amazonaws.x.sqs", "ServiceType": [{"ServiceType": "Interface"}]},
                {"ServiceName": "com.amazonaws.x.odd"},
            ]
        },
        ["com.amazonaws.x.s3", "com.amazonaws.x.both"],
        "list the services that have gateway endpoints",
    ),
    "route tables": (
        lambda client: ec2.describe_route_tables(client, VPC),
        ("DescribeRouteTables", by("vpc-id", VPC)),
        {"RouteTables": [{"RouteTableId": "rtb-1"}]},
        [{"RouteTableId": "rtb-1"}],
        f"read the route tables of {VPC}",
    ),
    "subnets": (
        lambda client: ec2.describe_subnets(client, VPC),
        ("DescribeSubnets", by("vpc-id", VPC)),
        {"Subnets": [{"SubnetId": "subnet-1"}]},
        [{"SubnetId": "subnet-1"}],
        f"read the subnets of {VPC}",
    ),
    "some subnets": (
        lambda client: ec2.describe_subnets(client, VPC, ["subnet-1"]),
        ("DescribeSubnets", {"Filters": [*by("vpc-id", VPC)["Filters"], *by("subnet-id", "subnet-1")["Filters"]]}),
        {"Subnets": []},
        [],
        f"read the subnets of {VPC}",
    ),
    "prefix lists": (
        lambda client: ec2.describe_managed_prefix_lists(client, ["com.amazonaws.x.s3"]),
        ("DescribeManagedPrefixLists", by("prefix-list-name", "com.amazonaws.x.s3")),
        {"PrefixLists": [{"PrefixListId": "pl-1"}]},
        [{"PrefixListId": "pl-1"}],
        "read the prefix lists",
    ),
}


@pytest.mark.parametrize("call, request_, answer, result, task", READS.values(), ids=READS)
def test_reads(call, request_, answer, result, task):
    module = FakeModule({}, {request_[0]: answer})
    assert call(module.client("ec2")) == result
    assert module.asked == [request_]
    with pytest.raises(CallError) as caught:
        call(FakeModule({}, {request_[0]: Refused("UnauthorizedOperation")}).client("ec2"))
    assert (caught.value.task, caught.value.call, caught.value.resource) == (task, f"ec2:{request_[0]}", "*")


# Parameters of a write, what it answers, of what a denial speaks
WRITES = {
    "ec2:CreateVpcEndpoint": (
        {"VpcId": VPC, "ServiceName": "com.amazonaws.x.s3"},
        {"VpcEndpoint": {"VpcEndpointId": VPCE}},
        f"create the endpoint for com.amazonaws.x.s3 in {VPC}",
        f"{ARNS}:vpc/{VPC}, its route tables and {ARNS}:vpc-endpoint/*",
    ),
    "ec2:ModifyVpcEndpoint": (
        {"VpcEndpointId": VPCE, "AddRouteTableIds": ["rtb-1"]},
        None,
        f"change endpoint {VPCE}",
        f"{ARNS}:vpc-endpoint/{VPCE} and its route tables",
    ),
    "ec2:DeleteVpcEndpoints": (
        {"VpcEndpointIds": [VPCE, "vpce-2"]},
        None,
        f"remove endpoint {VPCE}, vpce-2",
        f"{ARNS}:vpc-endpoint/{VPCE}, vpce-2",
    ),
    "ec2:CreateTags": (
        {"Resources": [VPCE, "vpce-2"], "Tags": [{"Key": "a", "Value": "b"}]},
        None,
        f"tag endpoint {VPCE}, vpce-2",
        f"{ARNS}:vpc-endpoint/{VPCE}, vpce-2",
    ),
    "ec2:DeleteTags": (
        {"Resources": [VPCE, "vpce-2"], "Tags": [{"Key": "a"}]},
        None,
        f"untag endpoint {VPCE}, vpce-2",
        f"{ARNS}:vpc-endpoint/{VPCE}, vpce-2",
    ),
}


def test_no_write_is_left_out():
    assert list(ec2.WRITES) == list(WRITES)


@pytest.mark.parametrize("name", WRITES)
def test_writes(name):
    parameters, answer, task, resource = WRITES[name]
    operation = name.partition(":")[2]
    module = FakeModule({}, {operation: answer or {}})
    assert ec2.WRITES[name](module.client("ec2"), **parameters) == (answer and answer["VpcEndpoint"])
    [(asked, sent)] = module.asked
    token = sent.pop("ClientToken", None)
    assert (asked, sent) == (operation, parameters)
    # What makes a new thing is sent with a token, by which AWS knows the request again.
    assert (token is not None and str(uuid.UUID(token)) == token) is (operation == "CreateVpcEndpoint")
    with pytest.raises(CallError) as caught:
        ec2.WRITES[name](FakeModule({}, {operation: Refused("UnauthorizedOperation")}).client("ec2"), **parameters)
    assert (caught.value.task, caught.value.call, caught.value.resource) == (task, name, resource)


MISSING = ["InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"]


@pytest.mark.parametrize("code", MISSING)
def test_an_endpoint_that_is_not_there_is_nothing(code):
    module = FakeModule({}, {"DescribeVpcEndpoints": Refused(code), "DeleteVpcEndpoints": Refused(code)})
    client = module.client("ec2")
    assert ec2.describe_vpc_endpoints_by_id(client, [VPCE]) == []
    assert ec2.vpc_endpoints_with_ids(client, [VPCE]) == []
    assert ec2.delete_vpc_endpoints(client, VpcEndpointIds=[VPCE]) is None
    # Who reads by an id wants to know.
    with pytest.raises(CallError):
        ec2.find_vpc_endpoints(client, [VPCE], [])


@pytest.mark.parametrize("code, there", [("InvalidVpcEndpointId.Malformed", False), ("InternalError", None)])
def test_what_is_no_id_is_not_there(code, there):
    client = FakeModule({}, {"DescribeVpcEndpoints": Refused(code)}).client("ec2")
    if there is None:
        with pytest.raises(CallError):
            ec2.vpc_endpoints_with_ids(client, ["vpce-x"])
        return
    assert ec2.vpc_endpoints_with_ids(client, ["vpce-x"]) == []
    with pytest.raises(CallError):
        ec2.describe_vpc_endpoints_by_id(client, ["vpce-x"])


# What DeleteVpcEndpoints lists, the code of the error
UNSUCCESSFUL = [
    ([], None),
    ([{"ResourceId": VPCE, "Error": {"Code": code, "Message": "gone"}} for code in MISSING], None),
    ([{"ResourceId": VPCE, "Error": {"Code": "InvalidParameter", "Message": "in use"}}], "InvalidParameter"),
    ([{"ResourceId": VPCE}], "UnsuccessfulError"),
    (
        [
            {"ResourceId": VPCE, "Error": {"Code": MISSING[0]}},
            {"ResourceId": "vpce-2", "Error": {"Code": "OperationNotPermitted"}},
        ],
        "OperationNotPermitted",
    ),
]


@pytest.mark.parametrize("items, code", UNSUCCESSFUL)
def test_a_success_that_lists_what_it_did_not_delete(items, code):
    client = FakeModule({}, {"DeleteVpcEndpoints": {"Unsuccessful": items}}).client("ec2")
    if code is None:
        assert ec2.delete_vpc_endpoints(client, VpcEndpointIds=[VPCE]) is None
        return
    with pytest.raises(CallError) as caught:
        ec2.delete_vpc_endpoints(client, VpcEndpointIds=[VPCE])
    assert caught.value.code == code
    assert (caught.value.call, caught.value.resource) == ("ec2:DeleteVpcEndpoints", f"{ARNS}:vpc-endpoint/{VPCE}")
    assert ("AWS gives no reason" in str(caught.value)) is (code in ("UnsuccessfulError", "OperationNotPermitted"))


def test_more_ids_than_a_filter_takes_are_asked_for_in_parts():
    ids = [f"vpc-{number:08x}" for number in range(ec2.MAX_FILTER_VALUES + 1)]
    module = FakeModule({}, {"DescribeVpcs": lambda asked: {"Vpcs": [{"VpcId": asked["Filters"][0]["Values"][0]}]}})
    found = ec2.vpcs_with_ids(module.client("ec2"), ids)
    assert [one["VpcId"] for one in found] == [ids[0], ids[-1]]
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Using_Filtering.html
    assert [len(sent["Filters"][0]["Values"]) for _name, sent in module.asked] == [200, 1]


def test_all_pages_are_read():
    pages = {None: ("a", "t"), "t": ("b", None)}

    def answer(asked):
        name, more = pages[asked.get("NextToken")]
        return {"VpcEndpoints": [endpoint(name)], **({"NextToken": more} if more else {})}

    module = FakeModule({}, {"DescribeVpcEndpoints": answer})
    found = ec2.describe_vpc_endpoints(module.client("ec2"), vpc_id=VPC)
    assert [one["VpcEndpointId"] for one in found] == ["a", "b"]
