# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statements of an endpoint policy for networks whose requests never come to it."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.endpoint_networks import NetworksGuard
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.guard.endpoint_plans import (
    ACCOUNT,
    ORG,
    OTHER_VPC,
    OTHER_VPCE,
    REGION,
    VPC,
    VPCE,
    allow,
    deny,
    document,
    never,
    plan_of,
)

# what, statement of the new policy, words of the finding (none: no finding)
NETWORKS = [
    ("this endpoint", allow("s3:*", StringEquals={"aws:SourceVpce": VPCE}), None),
    ("this endpoint and another", allow("s3:*", StringEquals={"aws:SourceVpce": [OTHER_VPCE, VPCE]}), None),
    ("another endpoint", allow("s3:*", StringEquals={"aws:SourceVpce": OTHER_VPCE}), "lets nothing pass"),
    ("this VPC", allow("s3:*", StringEquals={"AWS:sourcevpc": VPC}), None),
    ("another VPC", allow("s3:*", StringEqualsIfExists={"aws:SourceVpc": OTHER_VPC}), "lets nothing pass"),
    ("this VPC's ARN", allow("s3:*", ArnLike={"aws:SourceVpcArn": f"arn:aws:ec2:*:{ACCOUNT}:vpc/{VPC}"}), None),
    (
        "another VPC's ARN",
        allow("s3:*", ArnLike={"aws:SourceVpcArn": f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/{OTHER_VPC}"}),
        "lets nothing pass",
    ),
    ("another account's endpoints", allow("s3:*", StringEquals={"aws:VpceAccount": "444455556666"}), "lets nothing"),
    ("a denial for another endpoint", deny("s3:*", StringEquals={"aws:SourceVpce": OTHER_VPCE}), "denies nothing"),
    ("a denial for all but this", deny("s3:*", StringNotEquals={"aws:SourceVpce": VPCE}), None),
    ("a denial for all but another", deny("s3:*", StringNotEquals={"aws:SourceVpce": OTHER_VPCE}), "denies all that"),
    ("not through another", allow("s3:*", StringNotEquals={"aws:SourceVpce": OTHER_VPCE}), None),
    ("no network", allow("s3:*", **ORG), None),
]


@pytest.mark.parametrize("statement, words", [row[1:] for row in NETWORKS], ids=[row[0] for row in NETWORKS])
def test_statements_for_other_networks(statement, words):
    plan = plan_of(document(allow("s3:GetObject", sid="Other"), statement))
    findings = NetworksGuard(never, "aws", REGION)(plan)
    assert len(findings) == (words is not None)
    for one in findings:
        assert words in one.reason
        assert one.statement == statement["Sid"]
        assert one.overridden_by is None
        assert (one.request["action"], one.request["through"]["vpce"]) == ("s3:*", VPCE)
        assert one.request.keys() == {"action", "through"}
    assert all(one.overridden_by == "allow_cutoff" for one in NetworksGuard(never, "aws", REGION, True)(plan))


@pytest.mark.parametrize(
    "elements, action",
    [({"Action": ["s3:GetObject", "s3:PutObject"]}, "s3:GetObject"), ({"NotAction": "s3:DeleteObject"}, "s3:*")],
)
def test_the_request_that_a_finding_is_about(elements, action):
    elsewhere = allow("s3:*", sid="Elsewhere", StringEquals={"aws:SourceVpce": OTHER_VPCE})
    del elsewhere["Action"]
    (found,) = NetworksGuard(never, "aws", REGION)(plan_of(document(allow("s3:GetObject"), {**elsewhere, **elements})))
    assert found.request["action"] == action


def test_what_is_in_force_is_not_examined():
    stale = allow("s3:*", sid="Stale", StringEquals={"aws:SourceVpce": OTHER_VPCE})
    plan = plan_of(document(stale, allow("s3:GetObject")), document({**stale, "Sid": "Older"}))
    assert NetworksGuard(never, "aws", REGION)(plan) == []
    assert NetworksGuard(never, "aws", REGION)(plan_of(None, document(stale))) == []


def test_a_new_endpoint_has_an_id_that_nobody_knows():
    ours = document(allow("s3:*", StringEquals={"aws:SourceVpce": VPCE}))
    guard = NetworksGuard(lambda: ACCOUNT, "aws", REGION)
    assert "lets nothing pass" in guard(plan_of(ours, False))[0].reason
    assert guard(plan_of(document(allow("s3:*", StringEquals={"aws:SourceVpc": VPC})), False)) == []
