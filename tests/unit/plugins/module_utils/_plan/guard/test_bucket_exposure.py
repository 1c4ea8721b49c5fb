# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What makes a bucket public, and which endpoints a policy may answer to."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.input import declare
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import decide
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.bucket_exposure import (
    EndpointsGuard,
    PublicGuard,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.guard import PLACEHOLDER_ENDPOINT
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.known_endpoints import (
    KnownEndpoint,
    KnownVpc,
    Remembered,
)

VPC, OTHER_VPC = "vpc-0123456789abcdef0", "vpc-0fedcba9876543210"
VPCE, GONE, DYNAMODB, MISSING, FIPS, ELSEWHERE = (f"vpce-{digit}123456789abcdef" for digit in "012345")
KNOWN = {
    VPCE: KnownEndpoint(VPCE, "com.amazonaws.eu-central-1.s3", VPC, "available"),
    GONE: KnownEndpoint(GONE, "com.amazonaws.eu-central-1.s3", VPC, "deleting"),
    FIPS: KnownEndpoint(FIPS, "com.amazonaws.us-gov-west-1.s3-fips", VPC, "Available"),
    DYNAMODB: KnownEndpoint(DYNAMODB, "com.amazonaws.eu-central-1.dynamodb", VPC, "available"),
    ELSEWHERE: KnownEndpoint(ELSEWHERE, "com.amazonaws.eu-central-1.s3", OTHER_VPC, "available"),
}


def statement(effect, condition=None, principal="*", **elements):
    found = {"Sid": "Ours", "Effect": effect, "Principal": principal, "Action": "s3:GetObject", **elements}
    found["Resource"] = "arn:aws:s3:::logs/*"
    return {**found, "Condition": condition} if condition else found


def plan_of(wanted, live=None):
    before = {"Version": "2012-10-17", "Statement": live} if live else None
    return decide(before, declare({"bucket": "logs", "statements": [wanted]}, "aws"))


PUBLIC_CASES = [
    ("everybody", statement("Allow"), None, True),
    ("an endpoint", statement("Allow", {"StringEquals": {"aws:SourceVpce": VPCE}}), None, False),
    ("any endpoint", statement("Allow", {"StringLike": {"aws:SourceVpce": "vpce-*"}}), None, True),
    ("an organization", statement("Allow", {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}), None, False),
    ("an account", statement("Allow", principal={"AWS": "111122223333"}), None, False),
    ("a denial", statement("Deny"), None, False),
    ("public before", statement("Deny"), [statement("Allow", Sid="Theirs")], False),
    ("still public", statement("Allow"), [statement("Allow")], False),
]


@pytest.mark.parametrize(
    "wanted, live, public", [row[1:] for row in PUBLIC_CASES], ids=[row[0] for row in PUBLIC_CASES]
)
def test_public(wanted, live, public):
    found = PublicGuard()(plan_of(wanted, live))
    assert [one.statement for one in found] == (["Ours"] if public else [])
    assert all("bucket logs public" in one.reason and "allow_public" in one.remedy for one in found)
    assert [one.overridden_by for one in PublicGuard(True)(plan_of(wanted, live))] == ["allow_public"] * len(found)
    anybody = {"principal": "anonymous", "action": "s3:GetObject", "through": "internet"}
    assert all(one.request == anybody for one in found)


def test_the_action_of_a_statement_about_all_but_some():
    but = {name: value for name, value in statement("Allow").items() if name != "Action"}
    (found,) = PublicGuard()(plan_of({**but, "NotAction": "s3:PutObject"}))
    assert found.request["action"] == "s3:*"
    grant = {**but, "NotAction": "s3:PutObject", "Principal": {"AWS": "111122223333"}}
    (found,) = guard_of()(plan_of({**grant, "Condition": {"StringEquals": {"aws:SourceVpce": MISSING}}}))
    assert found.request == {"action": "s3:*", "bucket": "logs", "through": MISSING}
    (found,) = guard_of()(plan_of({**but, **unless(MISSING), "Action": ["s3:PutObject", "s3:GetObject"]}))
    assert found.request == {"action": "s3:PutObject", "bucket": "logs", "through": MISSING}


# E8: what AWS's page on public lists, and what it does not
CERTAIN = [
    ({"StringEquals": {"aws:PrincipalTag/team": "web"}}, True),
    ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-x/r-y/ou-z/*"}}, False),
    ({"StringEquals": {"aws:VpceAccount": "111122223333"}}, False),
    ({"StringLike": {"aws:SourceVpce": "vpce-*"}}, True),
    (None, True),
]


@pytest.mark.parametrize("condition, certain", CERTAIN)
def test_what_aws_does_not_list_is_taken_for_public_and_said_so(condition, certain):
    grant = statement("Allow", condition) if condition else statement("Allow")
    (found,) = PublicGuard()(plan_of(grant, None))
    assert ("AWS does not list that key" in found.reason) is not certain


def unless(*endpoints):
    return statement("Deny", {"StringNotEquals": {"aws:SourceVpce": list(endpoints)}})


def unless_vpc(*vpcs, key="aws:SourceVpc"):
    return statement("Deny", {"StringNotEquals": {key: list(vpcs)}})


NO_VPC = "vpc-09999999999999999"
ENDPOINT_CASES = [
    ("a VPC that is there", unless_vpc(VPC, OTHER_VPC), None, {}, None),
    ("a VPC that is not there", unless_vpc(NO_VPC), None, {}, f"{NO_VPC}, which does not exist in this account"),
    ("a VPC that was named before", unless_vpc(VPC, NO_VPC), [unless_vpc(NO_VPC)], {}, None),
    (
        "the ARN of a VPC that is not there",
        unless_vpc(f"arn:aws:ec2:eu-central-1:111122223333:vpc/{NO_VPC}", key="aws:SourceVpcArn"),
        None,
        {},
        f"answers to {NO_VPC}, which does not exist",
    ),
    (
        "the ARN of a VPC in a Region that is not asked",
        unless_vpc(f"arn:aws:ec2:us-east-1:111122223333:vpc/{NO_VPC}", key="aws:SourceVpcArn"),
        None,
        {},
        None,
    ),
    (
        "the id of a VPC as endpoint",
        unless(VPC),
        None,
        {},
        f"{VPC!r}: it is the id of a VPC, and aws:SourceVpce holds ids of endpoints",
    ),
    ("a number as endpoint", unless("3312345678"), None, {}, "'3312345678': aws:SourceVpce holds ids of endpoints"),
    ("an endpoint as VPC", unless_vpc(VPCE), None, {}, "it is the id of an endpoint, and aws:SourceVpc holds ids of"),
    (
        "a VPC as ARN of a VPC",
        unless_vpc(VPC, key="aws:SourceVpcArn"),
        None,
        {},
        "it is the id of a VPC, and aws:SourceVpcArn holds ARNs of VPCs",
    ),
    ("an account as endpoint", unless("111122223333"), None, {}, "it is the id of an account"),
    ("an organization as VPC", unless_vpc("o-a1b2c3d4e5"), None, {}, "it is the id of an organization"),
    ("the id of a VPC as endpoint, before", unless(VPC), [unless(VPC)], {}, None),
    (
        "a pattern that no endpoint fits",
        statement("Deny", {"StringNotLike": {"aws:SourceVpce": "vpc-0*"}}),
        None,
        {},
        "aws:SourceVpce holds ids of endpoints",
    ),
    ("there", unless(VPCE), None, {}, None),
    ("an interface endpoint for FIPS hosts", unless(FIPS), None, {}, None),
    ("not there", unless(VPCE, MISSING), None, {}, f"{MISSING}, which does not exist in this account in eu-central-1"),
    ("going", unless(GONE), None, {}, "whose state is deleting"),
    ("of another service", unless(DYNAMODB), None, {}, "which serves com.amazonaws.eu-central-1.dynamodb, not S3"),
    ("named before", unless(VPCE, MISSING), [unless(MISSING)], {}, None),
    ("a pattern", statement("Allow", {"StringLike": {"aws:SourceVpce": "vpce-0*"}}), None, {}, None),
    ("the placeholder in check mode", unless(PLACEHOLDER_ENDPOINT), None, {"check": True}, None),
    ("the placeholder for real", unless(PLACEHOLDER_ENDPOINT), None, {}, "does not exist"),
    (
        "in another VPC than is asked for as well",
        statement("Allow", {"StringEquals": {"aws:SourceVpce": VPCE, "aws:SourceVpc": OTHER_VPC}}),
        None,
        {},
        f"which is in {VPC}, and also asks for {OTHER_VPC}",
    ),
    (
        "in the VPC that is asked for as well",
        statement("Allow", {"StringEquals": {"aws:SourceVpce": VPCE, "aws:SourceVpc": VPC}}),
        None,
        {},
        None,
    ),
    (
        "in a VPC, whichever it is",
        statement("Allow", {"StringEquals": {"aws:SourceVpce": VPCE}, "Null": {"aws:SourceVpc": "false"}}),
        None,
        {},
        None,
    ),
    (
        "spared beside another that is in the VPC",
        statement(
            "Deny",
            {
                "StringEquals": {"aws:SourceVpce": FIPS, "aws:SourceVpc": VPC},
                "StringNotEqualsIfExists": {"aws:SourceVpce": ELSEWHERE},
            },
        ),
        None,
        {},
        None,
    ),
    (
        "either is spared",
        statement("Deny", {"StringNotEquals": {"aws:SourceVpce": VPCE, "aws:SourceVpc": OTHER_VPC}}),
        None,
        {},
        None,
    ),
]


def guard_of(**options):
    return EndpointsGuard(
        lambda ids: {name: KNOWN[name] for name in ids if name in KNOWN},
        lambda ids: {name: KnownVpc(name, "eu-central-1") for name in ids if name in (VPC, OTHER_VPC)},
        ["eu-central-1"],
        **options,
    )


@pytest.mark.parametrize(
    "wanted, live, options, words", [row[1:] for row in ENDPOINT_CASES], ids=[row[0] for row in ENDPOINT_CASES]
)
def test_endpoints(wanted, live, options, words):
    found = guard_of(**options)(plan_of(wanted, live))
    assert len(found) == bool(words)
    for finding in found:
        assert words in finding.reason
        assert "'Ours' for bucket logs" in finding.reason
        assert "allow_unknown_endpoints" in finding.remedy
        assert finding.request["bucket"] == "logs"
        assert finding.request.get("through", "") in finding.reason


def test_an_endpoint_is_looked_up_once_and_only_for_a_write():
    asked = []
    look_up = Remembered(lambda ids: asked.append(list(ids)) or {VPCE: KNOWN[VPCE]})
    guard = EndpointsGuard(look_up, look_up, ["eu-central-1"])
    assert guard(plan_of(unless(VPCE), [unless(VPCE)])) == []
    assert asked == []
    assert guard(plan_of(unless(VPCE))) == []
    assert len(guard(plan_of(unless(VPCE, MISSING)))) == 1
    assert len(guard(plan_of(unless(MISSING)))) == 1
    assert asked == [[VPCE], [MISSING]]


@pytest.mark.parametrize(
    "wanted, key",
    [(unless(VPC), "aws:SourceVpc"), (unless("111122223333"), "aws:VpceAccount"), (unless_vpc(VPCE), "aws:SourceVpce")],
)
def test_the_key_to_use_instead(wanted, key):
    (found,) = guard_of()(plan_of(wanted))
    assert found.remedy.startswith(f"Use {key}. Or set allow_unknown_endpoints")
    (found,) = guard_of(overridden=True)(plan_of(wanted))
    assert found.overridden_by == "allow_unknown_endpoints"


def test_a_vpc_is_looked_up_once_and_only_for_a_write():
    asked = []
    look_up = Remembered(lambda ids: asked.append(list(ids)) or {VPC: KnownVpc(VPC, "eu-central-1")})
    guard = EndpointsGuard(lambda _ids: {}, look_up, ["eu-central-1"])
    assert guard(plan_of(unless_vpc(VPC), [unless_vpc(VPC)])) == []
    assert asked == []
    assert guard(plan_of(unless_vpc(VPC))) == []
    assert guard(plan_of(unless_vpc(VPC))) == []
    assert asked == [[VPC]]


def test_who_may_not_ask_is_not_refused():
    look_up = Remembered(lambda _ids: None)
    assert EndpointsGuard(look_up, look_up, ["eu-central-1"])(plan_of(unless(MISSING))) == []
    assert EndpointsGuard(look_up, look_up, ["eu-central-1"])(plan_of(unless_vpc(NO_VPC))) == []
    # That needs no question.
    assert len(EndpointsGuard(look_up, look_up, ["eu-central-1"])(plan_of(unless_vpc(VPCE)))) == 1
