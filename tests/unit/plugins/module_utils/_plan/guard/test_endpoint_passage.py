# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What passes an endpoint before a write and after it."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.plan import Plan
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import DEFAULT_POLICY, Endpoint
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.endpoint_passage import (
    changes_passage,
    deciding_keys,
    documents,
    network_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import Counterexample

ACCOUNT, REGION = "111122223333", "us-east-1"
VPCE, VPC = "vpce-0123456789abcdef0", "vpc-0123456789abcdef0"
READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}],
}
READ_AGAIN = {**READ, "Statement": {**READ["Statement"][0], "Action": ["S3:getobject"]}}
UNREAD = {**READ, "Surprise": 1}


def endpoint(policy, name=VPCE, owner=ACCOUNT):
    return Endpoint(name, VPC, "com.amazonaws.us-east-1.s3", policy, facts={"owner_id": owner})


def plan(before, after):
    return Plan("endpoint", before, after)


# before, after, whether other requests pass
PASSAGES = [
    (endpoint(READ), endpoint(DEFAULT_POLICY), True),
    (endpoint(DEFAULT_POLICY), endpoint(READ), True),
    (endpoint(READ), endpoint(READ_AGAIN), False),
    (endpoint(None), endpoint(DEFAULT_POLICY), False),
    (endpoint(READ), endpoint(None), True),
    (None, endpoint(READ), True),
    (None, endpoint(DEFAULT_POLICY), False),
    (endpoint(READ), None, False),
]


@pytest.mark.parametrize("before, after, changes", PASSAGES)
def test_whether_a_plan_changes_what_passes(before, after, changes):
    assert changes_passage(plan(before, after)) is changes


def test_what_passes_where_there_is_no_policy_or_none_that_can_be_read():
    assert documents(plan(endpoint(READ), endpoint(UNREAD))) == (READ, UNREAD)
    assert documents(plan(endpoint(UNREAD), endpoint(READ))) == (DEFAULT_POLICY, READ)
    assert documents(plan(None, endpoint(None))) == (DEFAULT_POLICY, DEFAULT_POLICY)


def never():
    raise AssertionError("asked without need")


def test_the_network_is_that_of_the_endpoint():
    known = {"vpce": VPCE, "vpc": VPC, "account": ACCOUNT, "region": REGION}
    assert network_of(plan(endpoint(READ), None), REGION, never) == known
    assert network_of(plan(endpoint(READ, owner=None), None), REGION, lambda: "444455556666") == {
        **known,
        "account": "444455556666",
    }
    new = network_of(plan(None, endpoint(READ, name=None)), REGION, never)
    assert new == {**known, "vpce": "vpce-00000000000000000"}


def test_the_keys_that_nobody_has_told():
    context = {"aws:SecureTransport": "true", "S3:ResourceAccount": ACCOUNT, "aws:PrincipalOrgID": "o-1", "AWS:a": "b"}
    example = Counterexample({"action": "s3:GetObject", "context": context}, "denied", "")
    assert deciding_keys(example, {}) == ["aws:PrincipalOrgID", "AWS:a"]
    assert deciding_keys(example, {"AWS:PRINCIPALORGID": "o-1"}) == ["AWS:a"]
    assert deciding_keys(Counterexample({"action": "s3:GetObject"}, "denied", ""), {}) == []
