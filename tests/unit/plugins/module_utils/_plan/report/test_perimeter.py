# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.perimeter import perimeter

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}
TABLES = [
    {
        "route_table_id": "rtb-1",
        "tags": {"Name": "private"},
        "associations": [{"subnet_id": "subnet-1", "main": False}],
    },
    {"route_table_id": "rtb-2", "tags": {}, "associations": [{"main": True}]},
]
SUBNETS = [
    {"subnet_id": "subnet-2", "cidr_block": "10.0.2.0/24", "availability_zone": "eu-west-1b", "tags": {}},
    {"subnet_id": "subnet-1", "cidr_block": "10.0.1.0/24", "availability_zone": "eu-west-1a", "tags": {"Name": "app"}},
]


def looked(before=("rtb-1",), after=("rtb-1", "rtb-9"), endpoint_id="vpce-1"):
    shape = {"vpc_endpoint_id": endpoint_id, "vpc_id": "vpc-1", "tags": {}, "policy_document": {"Statement": [ALLOW]}}
    return {
        "before": {**shape, "route_table_ids": list(before)} if before is not None else None,
        "endpoint": {**shape, "route_table_ids": list(after)},
        "changed": True,
        "actions": ["ec2:ModifyVpcEndpoint"],
    }


def test_route_tables_have_their_subnets():
    seen = perimeter("h", "1", "eu-west-1", "vpc-1", looked(), [], route_tables=TABLES, subnets=SUBNETS)
    drawn = {each["id"]: each for each in seen["route_tables"]}
    assert [(each["found"], each["declared"], each["main"]) for each in drawn.values()] == [
        (True, True, False), (False, False, True), (False, True, False),
    ]  # fmt: skip
    assert [each["id"] for each in drawn["rtb-1"]["subnets"]] == ["subnet-1"]
    # It names no route table, so it has the main one.
    assert [each["id"] for each in drawn["rtb-2"]["subnets"]] == ["subnet-2"]
    assert drawn["rtb-9"]["subnets"] == []


def test_subnets_of_one_route_table_stand_in_the_order_of_their_addresses():
    seen = perimeter("h", "1", "eu-west-1", "vpc-1", looked(), [], route_tables=TABLES[1:], subnets=SUBNETS)
    assert seen["route_tables"][0]["subnets"] == [
        {"id": "subnet-1", "name": "app", "cidr": "10.0.1.0/24", "zone": "eu-west-1a"},
        {"id": "subnet-2", "name": "", "cidr": "10.0.2.0/24", "zone": "eu-west-1b"},
    ]


def test_route_tables_as_perimeter_info_returns_them():
    tables = [
        {"id": "rtb-1", "vpc_id": "vpc-1", "main": True, "subnets": [], "edge": False},
        {"id": "rtb-2", "vpc_id": "vpc-1", "main": False, "subnets": ["subnet-2", "subnet-1"], "edge": False},
    ]
    seen = perimeter("h", "1", "eu-west-1", "vpc-1", looked(), [], route_tables=tables)
    assert [(each["id"], each["main"]) for each in seen["route_tables"]][:2] == [("rtb-1", True), ("rtb-2", False)]
    # Those that name no route table are not known.
    assert [[one["id"] for one in each["subnets"]] for each in seen["route_tables"]][:2] == [
        [],
        ["subnet-1", "subnet-2"],
    ]


def test_names_as_perimeter_info_returns_them():
    tables = [{"id": "rtb-1", "vpc_id": "vpc-1", "main": True, "subnets": [], "edge": False}]
    names = {
        "vpc": {"name": "production", "cidr_blocks": ["10.0.0.0/16"]},
        "subnets": [{"id": "subnet-1", "name": "app", "cidr_block": "10.0.1.0/24", "availability_zone": "eu-west-1a"}],
        "route_tables": {"rtb-1": "private"},
    }
    seen = perimeter("h", "1", "eu-west-1", "vpc-1", looked(), [], route_tables=tables, names=names)
    assert seen["vpc"] == {"id": "vpc-1", "name": "production", "cidrs": ["10.0.0.0/16"]}
    table = seen["route_tables"][0]
    assert table["name"] == "private"
    # It names no route table, so it has the main one.
    assert table["subnets"] == [{"id": "subnet-1", "name": "app", "cidr": "10.0.1.0/24", "zone": "eu-west-1a"}]
    # Whoever may not ask gets ids.
    bare = perimeter("h", "1", "eu-west-1", "vpc-1", looked(), [], route_tables=tables, names={})
    assert (bare["vpc"]["name"], bare["route_tables"][0]["name"]) == ("", "")


def test_an_endpoint_that_is_missing_is_where_the_finding_says():
    seen = perimeter("h", "1", "eu-west-1", "vpc-1", looked(before=None, endpoint_id=""), [])
    assert (seen["endpoint"]["id"], seen["endpoint"]["exists"], seen["endpoint"]["existed"]) == ("vpc-1", False, False)
    assert perimeter("h", "1", "eu-west-1", "vpc-1", None, [])["endpoint"] is None


def test_what_policies_say_in_vain_is_kept():
    hint = {
        "buckets": ["a"],
        "finding": "repeated",
        "statement": "S",
        "by": ["T"],
        "value": None,
        "message": "In vain.",
    }
    seen = perimeter("h", "1", "eu-west-1", "vpc-1", None, [], hints=[{**hint, "more": 1}])
    assert seen["hints"] == [hint]
    assert perimeter("h", "1", "eu-west-1", "vpc-1", None, [])["hints"] == []


def test_the_same_words_are_said_once():
    def result(name):
        return {
            "bucket": name, "changed": False, "actions": [], "before": None,
            "policy": {"Statement": [{**ALLOW, "Resource": f"arn:aws:s3:::{name}/*"}]},
        }  # fmt: skip

    other = {"bucket": "odd", "changed": True, "actions": ["s3:PutBucketPolicy"], "policy": {"Statement": "x"}}
    failed = {"bucket": "gone", "failed": True, "msg": "no such bucket", "actions": []}
    seen = perimeter("h", "1", "eu-west-1", "vpc-1", None, [result("a"), result("b-2"), other, failed])
    [said] = seen["words"]["buckets"]
    assert (said["what"], said["buckets"]) == ("GetObject on {bucket}/*", ["a", "b-2"])
    [alone] = perimeter("h", "1", "eu-west-1", "vpc-1", None, [result("a")])["words"]["buckets"]
    assert (alone["what"], alone["buckets"]) == ("GetObject on a/*", ["a"])
    assert seen["buckets"][2:] == [
        {"name": "odd", "changed": True}, {"name": "gone", "changed": False, "failed": True, "msg": "no such bucket"},
    ]  # fmt: skip
    assert seen["actions"] == ["s3:PutBucketPolicy"]
