# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is found of a VPC, its endpoint and two buckets: the tests of a plan share it."""

from __future__ import annotations

import json

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.result import plan_of

ACCOUNT, ARN = "111122223333", "arn:aws:iam::111122223333:user/automation"
VPC, OTHER_VPC = "vpc-0aaa0000000000001", "vpc-0bbb0000000000001"
OWN, SIBLING, PEER = "vpce-0aaa0000000000001", "vpce-0aaa0000000000002", "vpce-0bbb0000000000001"
TABLES = ("rtb-0aaa1", "rtb-0aaa2")
ONE, TWO = "first-bucket", "second-bucket"
DECLARED = {"vpc_id": VPC, "buckets": [ONE, TWO]}
OPEN = {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
FOREIGN = {
    "Sid": "Foreign",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::{ONE}/*",
}


def endpoint(name=OWN, vpc=VPC, policy=None, tables=TABLES, state="available", **more):
    return {
        "vpc_endpoint_id": name,
        "vpc_endpoint_type": "Gateway",
        "vpc_id": vpc,
        "service_name": "com.amazonaws.eu-central-1.s3",
        "state": state,
        "policy_document": OPEN if policy is None else policy,
        "route_table_ids": list(tables),
        "ip_address_type": "ipv4",
        "dns_record_ip_type": "service-defined",
        "tags": {},
        "owner_id": ACCOUNT,
        "creation_timestamp": None,
        "requester_managed": False,
        "last_error": None,
        **more,
    }


def table(name, edge=False):
    return {"id": name, "vpc_id": VPC, "main": False, "subnets": [], "edge": edge, "ipv6": False}


def found(*endpoints, policies=None, problems=None, **more):
    buckets = {name: {"policy": policy, "problem": "", "kind": ""} for name, policy in (policies or {}).items()}
    for name, why in (problems or {}).items():
        buckets[name] = {"policy": None, "problem": why, "kind": "missing_bucket"}
    return json.dumps(
        {
            "caller": {"account": ACCOUNT, "arn": ARN, "user_id": "AIDA"},
            "region": "eu-central-1",
            "vpc_ids": [VPC],
            "endpoints": list(endpoints),
            "route_tables": [*map(table, TABLES), table("rtb-0edge", edge=True)],
            "buckets": buckets,
            **more,
        }
    )


NONE_YET = {ONE: None, TWO: None}


def as_declared():
    """What is found when all is as declared: the endpoint and the policies of the buckets."""
    plan = plan_of(DECLARED, found=found(endpoint(), policies=NONE_YET))
    assert plan["refused"] == ""
    changes = json.loads(plan["changes"])
    return changes["endpoint"]["endpoint"], {name: one["policy"] for name, one in changes["buckets"].items()}


def statement(policy, sid):
    return next(one for one in policy["Statement"] if one.get("Sid") == sid)


def shared(kept, *networks):
    """All is as declared, and the perimeter of one bucket lets these networks in as well."""
    own, policies = kept
    text = json.dumps(policies[ONE]).replace(json.dumps(OWN), json.dumps([OWN, *networks]))
    return own, {**policies, ONE: json.loads(text)}


def of_others(*buckets):
    resources = [f"arn:aws:s3:::{name}/*" for name in buckets]
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resources}],
    }
