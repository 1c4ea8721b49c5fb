# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What single policies decide of a request, and the same request from the internet."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.denial import decision_of, from_the_internet

APP = "arn:aws:iam::111122223333:role/app"
VPCE = "vpce-1a2b3c4d"


def request(**more):
    return {"principal": APP, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/a", "through": VPCE, **more}


def policy(effect, **condition):
    made = {"Effect": effect, "Principal": "*", "Action": "s3:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [{**made, "Condition": condition} if condition else made]}


HERE = {"StringEquals": {"aws:SourceVpce": VPCE}}
# Policies, the decision, the layer
DECISIONS = [
    ({}, "allow", None),
    ({"bucket": policy("Deny")}, "explicit_deny", "bucket_policy"),
    ({"endpoint": policy("Deny")}, "explicit_deny", "endpoint_policy"),
    ({"endpoint": policy("Allow", StringEquals={"aws:SourceVpce": "vpce-2"})}, "implicit_deny", "endpoint_policy"),
    ({"endpoint": policy("Allow")}, "allow", None),
    ({"identity": [policy("Deny", **HERE)]}, "explicit_deny", "identity_policy"),
]


@pytest.mark.parametrize("policies, decision, layer", DECISIONS)
def test_what_is_missing_allows(policies, decision, layer):
    for one in policies.get("identity", ()):
        del one["Statement"][0]["Principal"]
    found = decision_of(request(), {**policies, "resource_account": "111122223333"})
    assert found.decision == decision
    if layer is not None:
        assert found.layer == layer


def test_a_request_that_cannot_be_is_decided_by_nobody():
    assert decision_of(request(context={"aws:SourceVpce": "vpce-2"}), {}) is None


def test_the_same_request_from_the_internet():
    known = {"aws:PrincipalTag/team": "web", "s3:TlsVersion": "1.3"}
    of_endpoints = {
        "aws:SourceVpce": VPCE,
        "aws:SourceVpc": "vpc-1a2b3c4d",
        "AWS:sourcevpcarn": "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1a2b3c4d",
        "aws:VpcSourceIp": "10.0.0.1",
        "aws:VpceAccount": "111122223333",
        "aws:VpceOrgID": "o-exampleorgid",
        "aws:VpceOrgPaths": ["o-exampleorgid/"],
    }
    asked = request(context={**known, **of_endpoints})
    assert from_the_internet(asked) == {**asked, "through": "internet", "context": known}
    # The request that is given stays as it is.
    assert len(asked["context"]) == 9
    assert from_the_internet(request()) == request(through="internet", context={})
    assert decision_of(
        from_the_internet(request()), {"bucket": policy("Deny", StringNotEquals=HERE["StringEquals"])}
    ).denied
