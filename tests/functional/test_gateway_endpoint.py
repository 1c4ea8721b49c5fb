# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of gateway_endpoint and gateway_endpoint_info: results, differences, and every call that they make."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.perimeter.s3.tests.functional.module_run import run_module

LOOK, TABLES, SERVICES = "DescribeVpcEndpoints", "DescribeRouteTables", "DescribeVpcEndpointServices"
SERVICE = "com.amazonaws.us-east-1.s3"
FULL = {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


def allowing(*actions: str) -> dict:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Ours",
                "Effect": "Allow",
                "Principal": "*",
                "Action": list(actions),
                "Resource": ["arn:aws:s3:::my_secure_bucket", "arn:aws:s3:::my_secure_bucket/*"],
            }
        ],
    }


@pytest.fixture
def vpc(ec2):
    """A VPC with its main table, and two more, each with a subnet."""
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    main = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["RouteTables"][0]["RouteTableId"]
    tables, subnets = [], []
    for number in range(3):
        cidr = f"10.0.{number}.0/24"
        subnets.append(ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr)["Subnet"]["SubnetId"])
        if number < 2:
            tables.append(ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"])
            ec2.associate_route_table(RouteTableId=tables[-1], SubnetId=subnets[-1])
    return SimpleNamespace(id=vpc_id, main=main, tables=tables, subnets=subnets)


@pytest.fixture
def endpoint(emulator, vpc):
    """Runs gateway_endpoint on the VPC."""

    def run(check: bool = False, **options):
        return run_module(emulator, "gateway_endpoint", check, **{"vpc_id": vpc.id, "wait_timeout": 20, **options})

    return run


def make(ec2, vpc, *tables: str, service: str = SERVICE) -> str:
    """The id of an endpoint that somebody else makes."""
    made = ec2.create_vpc_endpoint(
        VpcId=vpc.id, ServiceName=service, VpcEndpointType="Gateway", RouteTableIds=list(tables)
    )
    return made["VpcEndpoint"]["VpcEndpointId"]


def live(ec2) -> list[dict]:
    return [one for one in ec2.describe_vpc_endpoints()["VpcEndpoints"] if one["State"].lower() == "available"]


def routed(ec2, vpc) -> set[str]:
    """The tables that have a route to an endpoint."""
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc.id]}])["RouteTables"]
    return {
        one["RouteTableId"] for one in tables if any(str(r.get("GatewayId")).startswith("vpce-") for r in one["Routes"])
    }


def test_create_modify_delete_each_twice_and_in_check_mode(ec2, vpc, endpoint):
    first, second = vpc.tables
    # name, options, reads before the writes, writes, lines of the difference
    steps = [
        (
            "create",
            {"route_table_ids": [first], "policy": allowing("s3:GetObject"), "tags": {"Name": "s3", "Team": "blue"}},
            [LOOK, TABLES, SERVICES],
            ["CreateVpcEndpoint"],
            {"after": [f"  - {first}", "  Name: s3", '          "s3:GetObject"']},
        ),
        (
            "modify",
            {
                "route_table_ids": [second],
                "policy": allowing("s3:GetObject", "s3:PutObject"),
                "tags": {"Name": "new"},
            },
            [LOOK, TABLES],
            ["ModifyVpcEndpoint", "CreateTags", "DeleteTags"],
            {
                "before": [f"  - {first}", "  Name: s3", "  Team: blue"],
                "after": [f"  - {second}", "  Name: new", '          "s3:PutObject"'],
            },
        ),
        (
            "delete",
            {"state": "absent"},
            [LOOK, LOOK],
            ["DeleteVpcEndpoints"],
            {"before": [f"  - {second}", "  Name: new"]},
        ),
    ]
    for name, options, reads, writes, lines in steps:
        before, routes = ec2.describe_vpc_endpoints()["VpcEndpoints"], routed(ec2, vpc)
        predicted = endpoint(check=True, **options)
        assert predicted.calls == reads, name
        assert (ec2.describe_vpc_endpoints()["VpcEndpoints"], routed(ec2, vpc)) == (before, routes), name

        done = endpoint(**options)
        assert done.calls == [*reads, *writes, LOOK], (name, done)
        for result in (predicted, done):
            assert result["changed"] is True
            assert result["actions"] == [f"ec2:{write}" for write in writes]
            for side, expected in lines.items():
                other = result["diff"]["before" if side == "after" else "after"].splitlines()
                assert [one for one in expected if one not in result["diff"][side].splitlines()] == []
                assert [one for one in expected if one in other] == []
        assert predicted.keys() == done.keys()
        assert predicted["diff"] == done["diff"]
        assert predicted.get("warnings") == done.get("warnings")

        for check in (True, False):
            again = endpoint(check=check, **options)
            assert again.calls == [LOOK], name
            assert again["changed"] is False
            assert again["actions"] == []
            assert again["diff"]["before"] == again["diff"]["after"]
            assert again["endpoint"] == done["endpoint"]
            assert again.keys() - {"warnings"} == done.keys() - {"warnings"}
        if done["endpoint"] is None:
            assert live(ec2) == []
            assert routed(ec2, vpc) == set()
        else:
            assert routed(ec2, vpc) == set(options["route_table_ids"])
            assert done["endpoint"]["route_table_ids"] == options["route_table_ids"]
            assert done["endpoint"]["policy_document"] == options["policy"]
            assert done["endpoint"]["tags"] == options["tags"]
            assert done["endpoint"]["state"] == "available"


def test_what_is_not_said_stays(vpc, endpoint):
    made = endpoint(route_table_ids=vpc.tables, policy=allowing("s3:GetObject"), tags={"Name": "s3"})
    again = endpoint()
    assert (again.calls, again["changed"], again["endpoint"]) == ([LOOK], False, made["endpoint"])


def test_one_that_somebody_else_made_is_adopted(ec2, vpc, endpoint):
    theirs = make(ec2, vpc, vpc.tables[0])
    done = endpoint(route_table_ids=vpc.tables, policy=allowing("s3:GetObject"))
    assert done["endpoint"]["vpc_endpoint_id"] == theirs
    assert done.writes == ["ModifyVpcEndpoint"]
    assert len(live(ec2)) == 1
    assert routed(ec2, vpc) == set(vpc.tables)


def test_the_policy_is_reset_once(vpc, endpoint):
    endpoint(route_table_ids=[], policy=allowing("s3:GetObject"))
    done = endpoint(reset_policy=True)
    assert done.writes == ["ModifyVpcEndpoint"]
    assert done["endpoint"]["policy_document"]["Statement"] == FULL["Statement"]
    for options in ({"reset_policy": True}, {"policy": {"Statement": FULL["Statement"][0]}}):
        assert endpoint(**options).calls == [LOOK]


def test_tables_of_subnets(ec2, vpc, endpoint):
    done = endpoint(subnet_ids=[vpc.subnets[0]])
    assert routed(ec2, vpc) == {vpc.tables[0]}
    assert done["endpoint"]["route_table_ids"] == [vpc.tables[0]]
    assert endpoint(subnet_ids=[vpc.subnets[0]]).calls == [LOOK, TABLES]
    done = endpoint(subnet_ids=vpc.subnets[1:])
    assert routed(ec2, vpc) == {vpc.tables[1], vpc.main}
    assert done.calls == [LOOK, TABLES, "DescribeSubnets", "ModifyVpcEndpoint", LOOK]


def test_all_tables(ec2, vpc, endpoint):
    endpoint(all_route_tables=True)
    assert routed(ec2, vpc) == {vpc.main, *vpc.tables}
    assert endpoint(all_route_tables=True).calls == [LOOK, TABLES]
    new = ec2.create_route_table(VpcId=vpc.id)["RouteTable"]["RouteTableId"]
    assert endpoint(all_route_tables=True)["actions"] == ["ec2:ModifyVpcEndpoint"]
    assert new in routed(ec2, vpc)


def test_tables_are_added_without_purging(ec2, vpc, endpoint):
    endpoint(route_table_ids=[vpc.tables[0]])
    endpoint(route_table_ids=[vpc.tables[1]], purge_route_tables=False)
    assert routed(ec2, vpc) == set(vpc.tables)
    endpoint(route_table_ids=[])
    assert routed(ec2, vpc) == set()


def test_tags_all_go(endpoint):
    endpoint(route_table_ids=[], tags={"Name": "s3"})
    assert endpoint(tags={}, purge_tags=False)["changed"] is False
    done = endpoint(tags={})
    assert (done["actions"], done["endpoint"]["tags"]) == (["ec2:DeleteTags"], {})


def test_two_endpoints_of_a_vpc(ec2, vpc, endpoint):
    ids = [make(ec2, vpc, table) for table in vpc.tables]
    refused = endpoint(reset_policy=True)
    assert refused["failed"] is True
    assert all(one in refused["msg"] for one in [*ids, *vpc.tables, "Say which by endpoint_id"])
    assert refused["actions"] == []

    taken = endpoint(endpoint_id=ids[0], route_table_ids=vpc.tables)
    assert f"Route table {vpc.tables[1]} holds the route of endpoint {ids[1]}" in taken["msg"]
    assert taken.writes == []
    # Without the VPC, the other endpoint is seen only when AWS refuses.
    taken = endpoint(vpc_id=None, endpoint_id=ids[0], route_table_ids=vpc.tables)
    assert f"oute table {vpc.tables[1]} holds the route of endpoint {ids[1]}" in taken["msg"]
    assert taken["changed"] is False

    done = endpoint(endpoint_id=ids[0], policy=allowing("s3:GetObject"))
    assert done["endpoint"]["vpc_endpoint_id"] == ids[0]
    assert endpoint(endpoint_id=ids[1], state="absent")["changed"] is True
    assert [one["VpcEndpointId"] for one in live(ec2)] == [ids[0]]


def test_an_endpoint_that_is_gone_is_absent(endpoint):
    made = endpoint(route_table_ids=[])
    endpoint(state="absent")
    gone = endpoint(state="absent", endpoint_id=made["endpoint"]["vpc_endpoint_id"])
    assert gone["changed"] is False
    assert endpoint(vpc_id=None, state="absent", endpoint_id="vpce-0123456789abcdef0")["changed"] is False


def test_an_interface_endpoint_beside_it_is_another_thing(ec2, vpc, endpoint):
    other = ec2.create_vpc_endpoint(
        VpcId=vpc.id, ServiceName=SERVICE, VpcEndpointType="Interface", SubnetIds=[vpc.subnets[0]]
    )["VpcEndpoint"]["VpcEndpointId"]
    assert endpoint(state="absent")["changed"] is False
    made = endpoint(route_table_ids=[])
    assert made["endpoint"]["vpc_endpoint_id"] != other
    assert "It is of type Interface" in endpoint(endpoint_id=other)["msg"]


def test_s3express_is_a_service_of_its_own_on_the_same_table(ec2, vpc, endpoint):
    table = vpc.tables[0]
    s3 = endpoint(route_table_ids=[table], tags={"Name": "s3"})["endpoint"]
    passing = {"Effect": "Allow", "Principal": "*", "Action": "s3express:CreateSession", "Resource": "*"}
    express = {"service": "s3express", "route_table_ids": [table], "policy": {"Statement": [passing]}}
    made = endpoint(**express)
    assert made["endpoint"]["service_name"] == "com.amazonaws.us-east-1.s3express", made
    assert made["endpoint"]["vpc_endpoint_id"] != s3["vpc_endpoint_id"]
    assert endpoint(**express).calls == [LOOK]
    refused = endpoint(**{**express, "endpoint_id": s3["vpc_endpoint_id"]})
    assert s3["vpc_endpoint_id"] in refused["msg"]
    assert "s3express" in refused["msg"]
    assert refused.writes == []
    assert endpoint(service="s3express", state="absent")["actions"] == ["ec2:DeleteVpcEndpoints"]
    assert [one["VpcEndpointId"] for one in live(ec2)] == [s3["vpc_endpoint_id"]]
    assert routed(ec2, vpc) == {table}


def test_prefix_lists(endpoint):
    made = endpoint(route_table_ids=[], prefix_lists=True)
    assert [name[:3] for name in made["endpoint"]["prefix_list_ids"]] == ["pl-"]
    again = endpoint(prefix_lists=True)
    assert again.calls == [LOOK, "DescribeManagedPrefixLists"]
    assert endpoint()["endpoint"]["prefix_list_ids"] is None


def test_info(ec2, emulator, vpc, endpoint):
    made = endpoint(route_table_ids=vpc.tables, tags={"Name": "s3"}, policy=allowing("s3:GetObject"))["endpoint"]
    dynamodb = make(ec2, vpc, service="com.amazonaws.us-east-1.dynamodb")
    ec2.create_vpc_endpoint(VpcId=vpc.id, ServiceName=SERVICE, VpcEndpointType="Interface", SubnetIds=[vpc.subnets[0]])
    found = run_module(emulator, "gateway_endpoint_info", vpc_id=vpc.id)
    assert found.calls == [LOOK]
    assert found["changed"] is False
    assert sorted(one["vpc_endpoint_id"] for one in found["endpoints"]) == sorted([made["vpc_endpoint_id"], dynamodb])
    narrowed = [
        {"endpoint_ids": [made["vpc_endpoint_id"]]},
        {"filters": {"service-name": SERVICE}},
        {"filters": {"service-name": [SERVICE], "vpc-endpoint-state": "available"}, "vpc_id": vpc.id},
        {"filters": {"tag:Name": "s3"}},
    ]
    for options in narrowed:
        assert run_module(emulator, "gateway_endpoint_info", **options)["endpoints"] == [made], options
    assert run_module(emulator, "gateway_endpoint_info", vpc_id="vpc-0123456789abcdef0")["endpoints"] == []
    looked_up = run_module(emulator, "gateway_endpoint_info", filters={"service-name": SERVICE}, prefix_lists=True)
    assert looked_up["endpoints"][0]["prefix_list_ids"]
    assert "caller" not in looked_up
    by_whom = run_module(emulator, "gateway_endpoint_info", vpc_id=vpc.id, caller=True)
    assert by_whom["endpoints"] == found["endpoints"]
    assert by_whom["caller"].keys() == {"account", "arn", "user_id"}
    assert by_whom["caller"]["arn"].startswith(f"arn:aws:iam::{by_whom['caller']['account']}:")
    assert sorted(by_whom.calls) == [LOOK, "GetCallerIdentity"]
    missing = run_module(emulator, "gateway_endpoint_info", endpoint_ids=["vpce-0123456789abcdef0"])
    assert missing["failed"] is True
    assert "InvalidVpcEndpointId.NotFound" in missing["msg"]
