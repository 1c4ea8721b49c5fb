# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of an endpoint, and which route tables they mean."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.input import declare
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.routes import (
    RouteTable,
    choose,
    doubtful_subnets,
    tables_needed,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import Endpoint, Wanted
from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

VPC = "vpc-1a"
STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*"}
POLICY = {"Version": "2012-10-17", "Statement": [STATEMENT]}


def test_declare():
    wanted = declare(
        {
            "state": "present",
            "vpc_id": VPC,
            "endpoint_id": None,
            "service": "s3",
            "route_table_ids": ["rtb-2", "rtb-1", "rtb-2"],
            "subnet_ids": None,
            "all_route_tables": False,
            "purge_route_tables": False,
            "policy": json.dumps(POLICY),
            "reset_policy": False,
            "tags": {"Name": "s3", "Count": 3},
            "purge_tags": False,
        }
    )
    assert wanted == Wanted(
        vpc_id=VPC,
        route_table_ids=("rtb-1", "rtb-2"),
        purge_route_tables=False,
        policy=POLICY,
        tags={"Name": "s3", "Count": "3"},
        purge_tags=False,
    )
    assert wanted.subject == "gateway endpoint for s3 in vpc-1a"


def test_what_is_not_said_stays_open():
    assert declare({"vpc_id": VPC}) == Wanted(vpc_id=VPC)
    assert declare({"endpoint_id": "vpce-1", "service": "dynamodb"}) == Wanted(endpoint_id="vpce-1", service="dynamodb")
    assert declare({"vpc_id": VPC, "all_route_tables": True}) == Wanted(vpc_id=VPC, all_route_tables=True)
    subnets = ["subnet-2", "subnet-1", "subnet-2"]
    assert declare({"vpc_id": VPC, "subnet_ids": subnets}) == Wanted(vpc_id=VPC, subnet_ids=("subnet-1", "subnet-2"))
    assert len(declare({"vpc_id": VPC, "tags": {f"k{n}": "v" * 256 for n in range(50)}}).tags) == 50
    assert declare({"vpc_id": VPC, "reset_policy": True}) == Wanted(vpc_id=VPC, reset_policy=True)
    assert declare({"vpc_id": VPC, "tags": {"k": "v", "k" * 128: ""}}).tags == {"k": "v", "k" * 128: ""}
    assert declare({"vpc_id": VPC, "tags": {}, "route_table_ids": []}) == Wanted(
        vpc_id=VPC, tags={}, route_table_ids=()
    )


def test_absent_does_not_look_at_the_declaration():
    options = {"state": "absent", "vpc_id": VPC, "policy": "{", "reset_policy": True, "tags": {"aws:x": True}}
    wanted = declare(options)
    assert (wanted.state, wanted.policy, wanted.tags) == ("absent", None, None)


# name, options beside the VPC, words of the message
PROBLEMS = [
    ("no VPC", {"vpc_id": None}, "Nothing says which endpoint is meant. Give vpc_id, or endpoint_id, or both."),
    (
        "a name for a VPC",
        {"vpc_id": "production"},
        "vpc_id: 'production' is not an id. Ids here look like vpc-1a2b3c4d.",
    ),
    (
        "an ARN for an endpoint",
        {"endpoint_id": "arn:aws:ec2:us-east-1:1:vpc-endpoint/vpce-1"},
        "endpoint_id: 'arn:aws:ec2:us-east-1:1:vpc-endpoint/vpce-1' is not an id. Ids here look like vpce-1a2b3c4d.",
    ),
    ("an endpoint for a table", {"route_table_ids": ["rtb-1", "vpce-1"]}, "route_table_ids: 'vpce-1' is not an id."),
    ("a table for a subnet", {"subnet_ids": ["rtb-1"]}, "subnet_ids: 'rtb-1' is not an id."),
    (
        "two ways to name tables",
        {"route_table_ids": [], "all_route_tables": True},
        "route_table_ids and all_route_tables exclude each other.",
    ),
    (
        "three ways to name tables",
        {"route_table_ids": ["rtb-1"], "subnet_ids": ["subnet-1"], "all_route_tables": True},
        "route_table_ids and subnet_ids and all_route_tables exclude each other.",
    ),
    ("no subnet", {"subnet_ids": []}, "subnet_ids: An empty list names no route table. To leave the route tables as"),
    (
        "policy and none",
        {"policy": json.dumps(POLICY), "reset_policy": True},
        "policy: policy and reset_policy exclude each other.",
    ),
    ("not JSON", {"policy": "{"}, "policy: The document is not valid JSON"),
    ("empty text", {"policy": ""}, "policy: The document is not valid JSON"),
    ("not an object", {"policy": "[]"}, "policy: "),
    ("no statement", {"policy": "{}"}, "policy"),
    (
        "an unknown element",
        {"policy": json.dumps({"Statement": [{**STATEMENT, "Condtion": {}}]})},
        "policy.Statement[0]",
    ),
    (
        "a principal that is not everybody",
        {"policy": json.dumps({"Statement": [{**STATEMENT, "Principal": {"AWS": "111122223333"}}]})},
        "policy.Statement[0].Principal",
    ),
    (
        "no principal",
        {"policy": json.dumps({"Statement": [{key: STATEMENT[key] for key in STATEMENT if key != "Principal"}]})},
        "policy.Statement[0]",
    ),
    (
        "duplicate Sids",
        {"policy": json.dumps({"Statement": [{**STATEMENT, "Sid": "A"}, {**STATEMENT, "Sid": "A"}]})},
        "policy.Statement[1].Sid",
    ),
    (
        "a policy over its limit",
        {
            "policy": json.dumps(
                {"Statement": [{**STATEMENT, "Resource": f"arn:aws:s3:::logs/{n:06}*"} for n in range(250)]}
            )
        },
        "20,480",
    ),
    (
        "addresses that do not go together",
        {"ip_address_type": "ipv4", "dns_record_ip_type": "dualstack"},
        "dns_record_ip_type: An endpoint of address type ipv4 does not go with DNS records of type dualstack",
    ),
    ("a tag of AWS", {"tags": {"aws:Name": "x"}}, "tags.aws:Name: Keys that begin with 'aws:' belong to AWS."),
    ("a tag that is no text", {"tags": {"Live": True}}, "tags.Live: The value True is not text. Put it in quotes."),
    ("a tag that is a number", {"tags": {"Version": 1.10}}, "tags.Version: The value 1.1 is not text."),
    ("a tag that is nothing", {"tags": {"Name": None}}, "tags.Name: The value None is not text."),
    ("a tag that is a list", {"tags": {"Name": ["x"]}}, "is not text"),
    ("a long key", {"tags": {"k" * 129: "x"}}, f"tags: The key {'k' * 129!r} has 129 characters. AWS takes 1 to 128."),
    ("no key", {"tags": {"": "x"}}, "has 0 characters"),
    ("a long value", {"tags": {"Name": "v" * 257}}, "tags.Name: The value has 257 characters. AWS takes 256."),
    ("many tags", {"tags": {f"k{n}": "x" for n in range(51)}}, "tags: There are 51 tags. AWS takes 50."),
]


@pytest.mark.parametrize("options, words", [case[1:] for case in PROBLEMS], ids=[case[0] for case in PROBLEMS])
def test_problems(options, words):
    with pytest.raises(PolicyError) as caught:
        declare({"vpc_id": VPC, **options})
    assert words in str(caught.value)
    place = options.get("endpoint_id") or options.get("vpc_id", VPC)
    assert " ".join(["options of the gateway endpoint", *([place] if place else [])]) + ": " in str(caught.value)


def test_every_problem_is_told():
    with pytest.raises(PolicyError) as caught:
        declare({"vpc_id": "x", "policy": "{", "tags": {"aws:x": True}})
    assert len(caught.value.problems) == 4


def test_warnings_of_the_policy_are_kept():
    odd = {**STATEMENT, "Action": "s3:GetObjekt"}
    warnings = declare({"vpc_id": VPC, "policy": json.dumps({"Statement": [odd]})}).warnings
    assert len(warnings) == 1
    assert warnings[0].startswith("Policy of the gateway endpoint vpc-1a: Statement[0]")
    assert "s3:GetObjekt" in warnings[0]


MAIN = RouteTable("rtb-0", VPC, main=True, subnets=("subnet-0",))
PRIVATE = RouteTable("rtb-1", VPC, subnets=("subnet-1", "subnet-2"))
UNUSED = RouteTable("rtb-2", VPC)
EDGE = RouteTable("rtb-3", VPC, edge=True)
TABLES = (MAIN, PRIVATE, UNUSED, EDGE)

# name, wanted, subnets that the VPC has, ids
CHOICES = [
    ("not said", Wanted(vpc_id=VPC), (), None),
    ("by id", Wanted(vpc_id=VPC, route_table_ids=("rtb-1", "rtb-2")), (), ("rtb-1", "rtb-2")),
    ("none", Wanted(vpc_id=VPC, route_table_ids=()), (), ()),
    ("all but edges", Wanted(vpc_id=VPC, all_route_tables=True), (), ("rtb-0", "rtb-1", "rtb-2")),
    ("of a subnet", Wanted(vpc_id=VPC, subnet_ids=("subnet-1",)), (), ("rtb-1",)),
    ("of two subnets with one table", Wanted(vpc_id=VPC, subnet_ids=("subnet-1", "subnet-2")), (), ("rtb-1",)),
    ("of subnets", Wanted(vpc_id=VPC, subnet_ids=("subnet-0", "subnet-1")), (), ("rtb-0", "rtb-1")),
    ("of a subnet without a table", Wanted(vpc_id=VPC, subnet_ids=("subnet-9",)), ("subnet-9",), ("rtb-0",)),
]


@pytest.mark.parametrize("wanted, subnets, ids", [case[1:] for case in CHOICES], ids=[case[0] for case in CHOICES])
def test_choose(wanted, subnets, ids):
    assert choose(wanted, VPC, TABLES, subnets) == ids


# name, wanted, tables, words
REFUSED = [
    (
        "unknown VPC",
        Wanted(vpc_id=VPC),
        (),
        "There is no VPC vpc-1a in this region and account. Check vpc_id and region.",
    ),
    (
        "table of another VPC",
        Wanted(vpc_id=VPC, route_table_ids=("rtb-1", "rtb-9")),
        (MAIN, PRIVATE),
        "rtb-9 is not a route table of vpc-1a: there is none, or it belongs to another VPC. vpc-1a has rtb-0, rtb-1.",
    ),
    (
        "subnet of another VPC",
        Wanted(vpc_id=VPC, subnet_ids=("subnet-1", "subnet-9")),
        TABLES,
        "subnet-9 is not a subnet of vpc-1a",
    ),
]


@pytest.mark.parametrize("wanted, tables, words", [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(wanted, tables, words):
    with pytest.raises(Refusal) as caught:
        choose(wanted, VPC, tables)
    assert words in str(caught.value)


def test_no_main_table():
    with pytest.raises(Refusal, match="shows no main route table"):
        choose(Wanted(vpc_id=VPC, subnet_ids=("subnet-9",)), VPC, (PRIVATE,), ("subnet-9",))


def test_doubtful_subnets():
    assert doubtful_subnets(Wanted(subnet_ids=("subnet-1", "subnet-9")), TABLES) == ("subnet-9",)
    assert doubtful_subnets(Wanted(), TABLES) == ()


LIVE = Endpoint("vpce-1", VPC, "com.amazonaws.us-east-1.s3", None, ("rtb-1",))
# wanted, live, whether the tables of the VPC have to be read
NEEDS = [
    (Wanted(), LIVE, False),
    (Wanted(route_table_ids=("rtb-1",)), LIVE, False),
    (Wanted(route_table_ids=()), LIVE, False),
    (Wanted(route_table_ids=("rtb-1", "rtb-2")), LIVE, True),
    (Wanted(subnet_ids=("subnet-1",)), LIVE, True),
    (Wanted(all_route_tables=True), LIVE, True),
    (Wanted(), None, True),
    (Wanted(state="absent", all_route_tables=True), LIVE, False),
    (Wanted(state="absent"), None, False),
]


@pytest.mark.parametrize("wanted, live, needed", NEEDS)
def test_tables_needed(wanted, live, needed):
    assert tables_needed(wanted, live) is needed


def test_from_description():
    table = RouteTable.from_description(
        {
            "RouteTableId": "rtb-1",
            "VpcId": VPC,
            "Associations": [{"Main": True}, {"Main": False, "SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}],
            "Routes": [{"DestinationCidrBlock": "10.0.0.0/16"}, {"DestinationIpv6CidrBlock": "2600::/56"}],
        }
    )
    assert table == RouteTable("rtb-1", VPC, main=True, subnets=("subnet-1", "subnet-2"), ipv6=True)
    edge = {"RouteTableId": "rtb-2", "VpcId": VPC, "Associations": [{"Main": False, "GatewayId": "igw-1"}]}
    assert RouteTable.from_description(edge) == RouteTable("rtb-2", VPC, edge=True)


#: https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-dns-record-ip-type
TOGETHER = {
    "ipv4": {"ipv4", "service-defined"},
    "ipv6": {"ipv6", "service-defined"},
    "dualstack": {"ipv4", "ipv6", "dualstack", "service-defined"},
}


@pytest.mark.parametrize("addresses", TOGETHER)
@pytest.mark.parametrize("records", ["ipv4", "ipv6", "dualstack", "service-defined"])
def test_addresses_and_records_that_go_together(addresses, records):
    options = {"vpc_id": VPC, "ip_address_type": addresses, "dns_record_ip_type": records}
    if records in TOGETHER[addresses]:
        assert declare(options) == Wanted(vpc_id=VPC, ip_address_type=addresses, dns_record_ip_type=records)
    else:
        with pytest.raises(
            PolicyError, match=f"address type {addresses} does not go with DNS records of type {records}"
        ):
            declare(options)


@pytest.mark.parametrize("option, value", [("ip_address_type", "ipv6"), ("dns_record_ip_type", "ipv6")])
def test_one_of_the_two_types_says_nothing_of_the_other(option, value):
    wanted = declare({"vpc_id": VPC, option: value})
    assert getattr(wanted, option) == value
