# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each rule of the world is needed: a claim holds because of it, and no more once it is taken out."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    HOLDS,
    REFUTED,
    Bucket,
    Claim,
    Declaration,
    Endpoint,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import Options, prove
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.world import (
    ALL_RULES,
    RULES,
    SHAPES,
    belongs_to_actions,
)

OWN = "111122223333"
VPCE, VPC = "vpce-0aaaaaaaaaaaaaaa1", "vpc-0aaaaaaaaaaaaaaa1"
BUCKET, OBJECTS = "arn:aws:s3:::reports", "arn:aws:s3:::reports/*"
WORLD = World(
    account=OWN,
    organization="o-own",
    region="eu-central-1",
    endpoints=(Endpoint(VPCE, VPC, OWN, "eu-central-1"),),
    buckets=(Bucket("reports", OWN),),
)


def allow(condition, **elements):
    return {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": OBJECTS,
        "Condition": condition,
        **elements,
    }


def service(condition):
    return allow(condition, Principal={"Service": "logging.s3.amazonaws.com"})


#: Rule -> statements that allow, and those that declare it all. Each claim holds for this rule only.
NEEDED = {
    "shapes": (
        [allow({"StringLike": {"aws:SourceVpce": "*"}})],
        [allow({"StringLike": {"aws:SourceVpce": "vpce-*"}})],
    ),
    "source account": (
        [service({"ArnLike": {"aws:SourceArn": f"arn:aws:cloudtrail:*:{OWN}:trail/*"}})],
        [
            service({"StringEquals": {"aws:SourceAccount": OWN}}),
            service({"Null": {"aws:SourceAccount": "true"}}),
        ],
    ),
    "vpc of arn": (
        [allow({"ArnLike": {"aws:SourceVpcArn": f"arn:aws:ec2:*:*:vpc/{VPC}"}})],
        [allow({"StringEquals": {"aws:SourceVpc": VPC}})],
    ),
    "organization of path": (
        [allow({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-own/*"}})],
        [allow({"StringEquals": {"aws:PrincipalOrgID": "o-own"}})],
    ),
    "organization of account": (
        [allow({"StringEquals": {"aws:PrincipalAccount": OWN}})],
        [allow({"StringEquals": {"aws:PrincipalOrgID": "o-own"}})],
    ),
    "endpoint": (
        [allow({"StringEquals": {"aws:SourceVpce": VPCE}})],
        [allow({"StringEquals": {"aws:SourceVpc": VPC}})],
    ),
    "one instant": (
        [allow({"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}})],
        [allow({"DateLessThan": {"aws:EpochTime": "1767225600"}})],
    ),
    "tls": (
        [allow({"Bool": {"aws:SecureTransport": "false"}, "StringNotLike": {"aws:PrincipalServiceName": "*"}})],
        [allow({"Null": {"s3:TlsVersion": "true"}})],
    ),
    "resource account": (
        [allow({}, Resource="arn:aws:s3:::*")],
        [allow({"Null": {"aws:ResourceAccount": "false"}}, Resource="arn:aws:s3:::*")],
    ),
    "account of resource": ([allow({})], [allow({"StringEquals": {"aws:ResourceAccount": OWN}})]),
    "keys of action": ([allow({"StringLike": {"s3:prefix": "*"}})], [allow({"Null": {"s3:prefix": "true"}})]),
    "keys of caller": (
        [allow({"StringEquals": {"aws:PrincipalTag/team": "red", "aws:PrincipalType": "Account"}})],
        [allow({"StringNotEquals": {"aws:PrincipalType": "Account"}})],
    ),
    "principal of service": (
        [service({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/app"}})],
        [service({"Null": {"aws:PrincipalIsAWSService": "true"}})],
    ),
    "region": (
        [allow({"StringLike": {"aws:RequestedRegion": "*"}})],
        [allow({"StringEquals": {"aws:RequestedRegion": "eu-central-1"}})],
    ),
    "user id": (
        [allow({"StringLike": {"aws:userid": "*"}, "StringEquals": {"aws:PrincipalType": "User"}})],
        [allow({"StringLike": {"aws:userid": "AIDA*"}})],
    ),
}


def test_every_rule_is_here():
    assert NEEDED.keys() == RULES.keys() == ALL_RULES


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_needed(rule):
    asked = Claim("declared", *map(Declaration, NEEDED[rule]), WORLD)
    assert prove(asked).status == HOLDS
    without = prove(asked, Options(rules=ALL_RULES - {rule}))
    assert without.status == REFUTED or "cannot be" in without.reason


#: Keys -> how the value begins that examples have for none of those that policies name.
BEGINNINGS = {
    "aws:sourcevpce": "vpce-0f",
    "aws:sourcevpc": "vpc-0f",
    "aws:ec2instancesourcevpc": "vpc-0f",
    **dict.fromkeys(("aws:vpceaccount", "aws:sourceaccount", "aws:resourceaccount", "aws:principalaccount"), "99"),
    **dict.fromkeys(("s3:resourceaccount", "s3:dataaccesspointaccount", "aws:sourceowner"), "99"),
    **dict.fromkeys(("aws:vpceorgid", "aws:sourceorgid", "aws:resourceorgid", "aws:principalorgid"), "o-"),
    **dict.fromkeys(("aws:vpceorgpaths", "aws:sourceorgpaths", "aws:resourceorgpaths", "aws:principalorgpaths"), "o-"),
    "aws:requestedregion": "eu-central-1",
    **dict.fromkeys(("aws:principalservicename", "aws:principalservicenameslist"), "any-other-service.amazonaws.com"),
    **dict.fromkeys(("aws:calledvia", "aws:calledviafirst", "aws:calledvialast"), "any-other-service.amazonaws.com"),
    "aws:sourcearn": "any-service:eu-central-1:",
    "aws:sourcevpcarn": "eu-central-1:999999999999:vpc/vpc-0f",
    "aws:principalarn": "iam::999999999999:role/",
    "s3:dataaccesspointarn": "eu-central-1:999999999999:accesspoint/",
}


def test_of_which_keys_the_values_have_a_form():
    assert {key: shape.nicer[0][: len(BEGINNINGS[key])] for key, shape in SHAPES.items()} == BEGINNINGS


#: Key -> whether a request for an action that does not know it lacks it.
OF_ACTIONS = {
    **dict.fromkeys(("s3:prefix", "s3:delimiter", "s3:max-keys", "s3:versionid", "s3:locationconstraint"), True),
    **dict.fromkeys(("s3:x-amz-acl", "s3:object-lock-mode", "s3:requestobjecttagkeys"), True),
    **dict.fromkeys(("s3:existingobjecttag/team", "s3:requestobjecttag/team"), True),
    **dict.fromkeys(("s3:tlsversion", "s3:authtype", "s3:signatureage", "s3:resourceaccount"), False),
    **dict.fromkeys(("s3:existingobjecttags", "s3:xamz", "s3:buckettag/a", "aws:sourcevpce"), False),
}


@pytest.mark.parametrize("key, of_actions", OF_ACTIONS.items())
def test_which_keys_only_some_actions_carry(key, of_actions):
    assert belongs_to_actions(key) is of_actions
