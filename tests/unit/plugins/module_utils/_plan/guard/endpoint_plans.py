# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An endpoint that gets a policy or goes, as the tests of its guards share it."""

from __future__ import annotations

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.identity import Found
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.plan import Surroundings, decide
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import (
    DEFAULT_POLICY,
    Endpoint,
    Wanted,
)

ACCOUNT, OTHER_ACCOUNT, REGION = "111122223333", "444455556666", "us-east-1"
VPCE, VPC = "vpce-0123456789abcdef0", "vpc-0123456789abcdef0"
OTHER_VPCE, OTHER_VPC = "vpce-0bad0bad0bad0bad0", "vpc-0bad0bad0bad0bad0"
SERVICE = "com.amazonaws.us-east-1.s3"
USER = f"arn:aws:iam::{ACCOUNT}:user/automation"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run-7"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
BUCKET, OBJECTS = "arn:aws:s3:::logs", "arn:aws:s3:::logs/*"


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(*actions, resource=(BUCKET, OBJECTS), sid="Ours", **condition):
    statement = {"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": list(actions), "Resource": list(resource)}
    return {**statement, "Condition": condition} if condition else statement


def deny(*actions, resource=(BUCKET, OBJECTS), sid="Not", **condition):
    return {**allow(*actions, resource=resource, sid=sid, **condition), "Effect": "Deny"}


def plan_of(new, old=None, tables=("rtb-1",), wanted_tables=None):
    """The plan for a live endpoint (or, with ``old`` False, a new one) that gets a policy; ``new`` None: it goes."""
    wanted = Wanted(state="absent" if new is None else "present", vpc_id=VPC, policy=new, route_table_ids=wanted_tables)
    live = None
    if old is not False:
        live = Endpoint(
            VPCE, VPC, SERVICE, old or DEFAULT_POLICY, tables, state="available", facts={"owner_id": ACCOUNT}
        )
    return decide(Found(live), wanted, Surroundings(VPC, SERVICE, wanted_tables))


def never():
    raise AssertionError("asked without need")


READ_WRITE = document(allow("s3:GetObject", "s3:PutObject"))
EVERYTHING = document(allow("s3:*"))
ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}
FOR_ROLE = {"ArnEquals": {"aws:PrincipalArn": ROLE}}
FOR_USER = {"ArnEquals": {"aws:PrincipalArn": USER}}
