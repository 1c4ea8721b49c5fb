# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans of the role to the last letter, but for what is proved of them, as they were read beside what is given.

``WRITE_WHOLE=1`` writes ``whole.json`` anew. Read the difference before you commit it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.question import ask
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.result import plan_of

WHOLE = Path(__file__).parent / "whole.json"
ACCOUNT, OTHER = "111122223333", "444455556666"
VPC, OTHER_VPC = "vpc-0aaa0000000000001", "vpc-0bbb0000000000001"
OWN, PEER = "vpce-0aaa0000000000001", "vpce-0bbb0000000000001"
ONE, TWO = "first-bucket", "second-bucket"
GLASS, APP = f"arn:aws:iam::{ACCOUNT}:role/glass", f"arn:aws:iam::{ACCOUNT}:role/app"
FOREIGN = {
    "Sid": "Foreign", "Effect": "Allow", "Principal": {"AWS": APP}, "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{ONE}/*",
}  # fmt: skip
OPEN = {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


def endpoint(name=OWN, vpc=VPC, policy=None, tables=("rtb-0aaa1",), **more):
    return {
        "vpc_endpoint_id": name, "vpc_endpoint_type": "Gateway", "vpc_id": vpc,
        "service_name": "com.amazonaws.eu-central-1.s3", "state": "available",
        "policy_document": OPEN if policy is None else policy,
        "route_table_ids": list(tables), "ip_address_type": "ipv4", "dns_record_ip_type": "service-defined", "tags": {},
        "owner_id": ACCOUNT, "creation_timestamp": None, "requester_managed": False, "last_error": None, **more,
    }  # fmt: skip


def table(name, **more):
    return {"id": name, "vpc_id": VPC, "main": False, "subnets": [], "edge": False, "ipv6": False, **more}


def found(*endpoints, policies=None, problems=None):
    buckets = {
        name: {"policy": policy, "problem": "", "kind": "", "region": "eu-central-1"}
        for name, policy in (policies or {}).items()
    }
    for name, (kind, why) in (problems or {}).items():
        buckets[name] = {"policy": None, "problem": why, "kind": kind, "region": None}
    return json.dumps(
        {
            "caller": {"account": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:user/automation", "user_id": "AIDA"},
            "region": "eu-central-1",
            "vpc_ids": [VPC],
            "endpoints": list(endpoints),
            "route_tables": [
                table("rtb-0aaa1", main=True), table("rtb-0aaa2", subnets=["subnet-1"]), table("rtb-0edge", edge=True),
            ],
            "buckets": buckets,
        }
    )  # fmt: skip


LEAST = {"vpc_id": VPC, "buckets": [ONE, TWO]}
MOST = {
    "vpc_id": VPC,
    "buckets": [{"name": ONE, "access": "read", "prefixes": ["reports/"], "principals": [APP]}, TWO],
    "access": "read_write",
    "route_tables": ["rtb-0aaa2"],
    "tags": {"Name": "s3"},
    "aws_services": ["ssm"],
    "additional_endpoints": [PEER],
    "break_glass_principals": [GLASS],
    "manager_principals": [APP],
    "allow_aws_services": False,
    "allow_forwarded_access": True,
    "require_tls": True,
    "minimum_tls": "1.2",
    "protected_principals": [GLASS],
    "arriving_through": "internet",
    "dependent_buckets": ["third-bucket"],
    "request_context": {"aws:SourceIp": "203.0.113.7"},
    "allow_lockout": True,
    "allow_cutoff": True,
    "allow_public": True,
    "allow_unknown_endpoints": True,
    "wait_timeout": 60,
    "concurrency": 4,
    "prove": False,
}
FOREIGN_POLICY = {"Version": "2012-10-17", "Statement": [FOREIGN]}
NONE_YET = {ONE: None, TWO: None}
MISSING = {TWO: ("missing_bucket", "There is no bucket of that name.")}
ONE_MISSING = found(endpoint(), policies={ONE: None}, problems=MISSING)
#: Variables, what is found, what else is told.
PLANS = {
    "everything is new": (LEAST, found(policies=NONE_YET), {}),
    "beside statements of others": (LEAST, found(endpoint(), policies={ONE: FOREIGN_POLICY, TWO: None}), {}),
    "all options": (MOST, found(policies=NONE_YET), {}),
    "all options, looked at": (MOST, found(endpoint(), policies=NONE_YET), {"looking": True}),
    "a bucket that is not there": (LEAST, ONE_MISSING, {}),
    "a bucket that is not there, the rest all the same": (LEAST, ONE_MISSING, {"best_effort": True}),
    "a limit": ({**LEAST, "limit": [ONE]}, found(endpoint(), policies={ONE: None}), {}),
    "removal": ({**LEAST, "state": "absent"}, found(endpoint(), policies={ONE: FOREIGN_POLICY, TWO: None}), {}),
    "two endpoints of the VPC": (
        LEAST, found(endpoint(), endpoint("vpce-0aaa0000000000002", tables=["rtb-0aaa2"]), policies=NONE_YET), {},
    ),
    "for the account": ({**LEAST, "endpoint_scope": "account"}, found(endpoint(), policies=NONE_YET), {}),
}  # fmt: skip
#: What other tests look at.
LEFT_OUT = ("reach", "changes", "looked", "documents")


def told(name):
    variables, there, more = PLANS[name]
    plan = plan_of(variables, found=there, **more)
    plan = {key: value for key, value in plan.items() if key not in LEFT_OUT}
    plan["result"] = {key: value for key, value in plan["result"].items() if key not in LEFT_OUT}
    return {"asked": ask(variables).get("ask"), "plan": plan}


@pytest.fixture(scope="module")
def plans():
    made = json.loads(json.dumps({name: told(name) for name in PLANS}))
    if os.environ.get("WRITE_WHOLE"):
        WHOLE.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    return made


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_as_it_was_read(plans, name):
    assert plans[name] == json.loads(WHOLE.read_text(encoding="utf-8"))[name]
