# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A write that lets anything new pass, where a task forbids it."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import Declaration
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import decide as decide_bucket
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.identity import Found
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.plan import Surroundings, decide
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import DEFAULT_POLICY, Endpoint, Wanted
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.new_access import (
    BucketAccessGuard,
    EndpointAccessGuard,
)

ACCOUNT, REGION = "111122223333", "us-east-1"
VPCE, VPC = "vpce-0123456789abcdef0", "vpc-0123456789abcdef0"
SERVICE = "com.amazonaws.us-east-1.s3"


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action, who="*", resource="arn:aws:s3:::logs/*", effect="Allow"):
    return {"Sid": "Ours", "Effect": effect, "Principal": who, "Action": action, "Resource": resource}


READ, READ_ALL = document(allow("s3:GetObject")), document(allow("s3:Get*"))
DENY = document(allow("s3:*", effect="Deny"))


@pytest.mark.parametrize(
    "before, after, opens",
    [
        (None, READ, True),
        (READ, None, False),
        (READ, READ_ALL, True),
        (READ_ALL, READ, False),
        (DENY, None, True),
        (None, DENY, False),
        (None, document(allow("s3:GetObject", {"AWS": ACCOUNT})), False),
    ],
)
def test_buckets(before, after, opens):
    declared = Declaration("logs", policy=after) if after else Declaration("logs", state="absent")
    found = BucketAccessGuard("aws", REGION, ACCOUNT)(decide_bucket(before, declared))
    assert bool(found) is opens
    for one in found:
        assert (one.guard, one.overridden_by) == ("no_new_access", None)
        assert "lets pass what did not before: s3:" in one.reason
        assert one.request["resource"].startswith("arn:aws:s3:::logs")


def plan_of(before, after):
    wanted = Wanted(state="present" if after else "absent", vpc_id=VPC, policy=after)
    live = None
    if before:
        live = Endpoint(VPCE, VPC, SERVICE, before, ("rtb-1",), state="available", facts={"owner_id": ACCOUNT})
    return decide(Found(live), wanted, Surroundings(VPC, SERVICE, None))


@pytest.mark.parametrize(
    "before, after, opens",
    [
        (None, READ, False),
        (READ, None, False),
        (READ, READ_ALL, True),
        (READ_ALL, READ, False),
        (READ, DEFAULT_POLICY, True),
        (DEFAULT_POLICY, READ, False),
    ],
)
def test_endpoints(before, after, opens):
    found = EndpointAccessGuard("aws", REGION, lambda: ACCOUNT)(plan_of(before, after))
    assert len(found) == opens
    for one in found:
        assert "The new policy of endpoint vpce-0123456789abcdef0 (s3 in" in one.reason
        assert f"{one.request['action']} on {one.request['resource']} by " in one.reason
        assert "leave out no_new_access" in one.remedy
        assert one.request["through"]["vpce"] == VPCE


def test_what_is_not_decided_is_refused():
    after = document(allow("s3:GetObject", {"CanonicalUser": "a" * 64}))
    plan = decide_bucket(None, Declaration("logs", policy=after))
    (found,) = BucketAccessGuard("aws", REGION, ACCOUNT)(plan)
    assert found.guard == "no_new_access"
    assert "new policy of bucket logs lets anything new pass is not decided: It is not known whether" in found.reason
    assert "Leave out no_new_access" in found.remedy
    assert (found.overridden_by, found.statement, found.request) == (None, None, None)


def test_what_cannot_be_read_is_refused():
    unread = document({**allow("s3:GetObject"), "Surprise": 1})
    plan = decide_bucket(None, Declaration("logs", policy=READ))
    object.__setattr__(plan, "before", unread)
    (found,) = BucketAccessGuard("aws", REGION, ACCOUNT)(plan)
    assert "cannot be told" in found.reason
    guard = EndpointAccessGuard("aws", REGION, lambda: ACCOUNT)
    (found,) = guard(plan_of(READ, unread))
    assert "cannot be told" in found.reason
    # What AWS has in force is taken for letting everything pass.
    assert guard(plan_of(unread, READ)) == []
