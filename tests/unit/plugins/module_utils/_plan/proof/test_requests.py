# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Partial requests as statements."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.requests import network_condition, read_partial

B = ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]


def read(raw):
    problems = []
    return read_partial(raw, "requests[0]", ["b"], "aws", problems), [str(one) for one in problems]


def statement(**more):
    return {"Effect": "Allow", "Principal": "*", "Action": ["s3:*"], "Resource": B, **more}


@pytest.mark.parametrize(
    "raw, condition",
    [
        ({}, None),
        ({"principal": "*"}, None),
        ({"principal": "anonymous"}, {"StringEquals": {"aws:PrincipalType": ["Anonymous"]}}),
        ({"principal": "111122223333"}, {"StringEquals": {"aws:PrincipalAccount": ["111122223333"]}}),
        ({"principal": "o-exampleorgid"}, {"StringEquals": {"aws:PrincipalOrgID": ["o-exampleorgid"]}}),
        (
            {"principal": "logging.s3.amazonaws.com"},
            {"StringEquals": {"aws:PrincipalServiceName": ["logging.s3.amazonaws.com"]}},
        ),
        (
            {"principal": "arn:aws:iam::111122223333:role/app-*"},
            {"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::111122223333:role/app-*"]}},
        ),
        ({"through": "internet"}, {"Null": {"aws:SourceVpce": "true"}, "Bool": {"aws:ViaAWSService": "false"}}),
        ({"through": "vpce-1a2b3c4d"}, {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}),
        (
            {"called_via": "athena.amazonaws.com"},
            {
                "Bool": {"aws:ViaAWSService": "true"},
                "ForAnyValue:StringEquals": {"aws:CalledVia": ["athena.amazonaws.com"]},
            },
        ),
        (
            {
                "context": {
                    "aws:securetransport": False,
                    "aws:SourceIp": "203.0.113.0/24",
                    "s3:TlsVersion": 1.2,
                    "aws:PrincipalTag/team": None,
                    "aws:PrincipalOrgPaths": "o-a/*",
                }
            },
            {
                "Bool": {"aws:SecureTransport": ["false"]},
                "IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]},
                "NumericEquals": {"s3:TlsVersion": ["1.2"]},
                "Null": {"aws:PrincipalTag/team": "true"},
                "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-a/*"]},
            },
        ),
    ],
)
def test_what_is_left_out_may_be_anything(raw, condition):
    assert read(raw) == ([statement(**({"Condition": condition} if condition else {}))], [])


@pytest.mark.parametrize("principal", [None, [], "*", ["anonymous", "*"]])
def test_nobody_named_is_everybody(principal):
    assert read({"principal": principal}) == ([statement()], [])


@pytest.mark.parametrize(
    "principal, key",
    [
        ("arn:aws:iam::111122223333:role/app", "aws:PrincipalArn"),
        ("arn:aws:iam::111122223333:user/me", "aws:principalarn"),
    ],
)
def test_what_follows_from_the_principal_is_not_to_be_said(principal, key):
    _found, problems = read({"principal": principal, "context": {key: "arn:aws:iam::111122223333:role/x"}})
    assert problems == ["requests[0].context: aws:PrincipalArn follows from the principal. Leave the key out."]


def test_actions_and_resources():
    raw = {"action": ["s3:Get*", "s3:ListBucket"], "resource": "arn:aws:s3:::b/reports/*"}
    assert read(raw) == ([statement(Action=raw["action"], Resource=[raw["resource"]])], [])


def test_each_kind_of_principal_has_a_statement():
    found, problems = read({"principal": ["anonymous", "111122223333", "444455556666"]})
    assert problems == []
    assert [one["Condition"]["StringEquals"] for one in found] == [
        {"aws:PrincipalType": ["Anonymous"]},
        {"aws:PrincipalAccount": ["111122223333", "444455556666"]},
    ]


@pytest.mark.parametrize(
    "raw, place, said",
    [
        ("anything", "requests[0]", "A partial request is a mapping"),
        ({"who": "x"}, "requests[0].who", "A request has no 'who'"),
        ({"principal": "nobody"}, "requests[0].principal", "'nobody' does not name principals of one account"),
        ({"action": "GetObject"}, "requests[0].action", "is no action of S3"),
        ({"action": "s3:GetObjekt"}, "requests[0].action", "No action of S3 is known"),
        ({"resource": "b/key"}, "requests[0].resource", "is no resource of S3"),
        ({"through": "home"}, "requests[0].through", "is no network path"),
        ({"called_via": "athena"}, "requests[0].called_via", "is no service"),
        ({"context": ["aws:SourceIp"]}, "requests[0].context", "is a mapping of condition keys"),
        ({"context": {"aws:SourceIpp": "203.0.113.7"}}, "requests[0].context.aws:SourceIpp", "Did you mean"),
        (
            {"context": {"aws:PrincipalTags/Team": "x"}},
            "requests[0].context.aws:PrincipalTags/Team",
            "Did you mean 'aws:PrincipalTag/Team'?",
        ),
        ({"resource": "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1"}, "requests[0].resource", "is no resource of S3"),
        ({"context": {"aws:SourceIp": {}}}, "requests[0].context.aws:SourceIp", "is not a string"),
        (
            {"through": "vpce-1a2b3c4d", "context": {"aws:SourceVpce": "vpce-2b3c4d5e"}},
            "",
            "",
        ),
        (
            {"through": "internet", "context": {"aws:SourceVpce": None, "aws:ViaAWSService": True}},
            "requests[0].context.aws:ViaAWSService",
            "is said twice",
        ),
        (
            {"principal": "111122223333", "context": {"aws:PrincipalOrgID": "o-exampleorgid"}},
            "",
            "",
        ),
    ],
)
def test_what_cannot_be_read(raw, place, said):
    _found, problems = read(raw)
    assert len(problems) == bool(said)
    assert all(one.startswith(place) and said in one for one in problems), problems


@pytest.mark.parametrize(
    "name, condition",
    [
        ("vpce-1a2b3c4d", {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}),
        ("vpc-1a2b3c4d", {"StringEquals": {"aws:SourceVpc": "vpc-1a2b3c4d"}}),
        (
            "arn:aws:ec2:eu-central-1:111122223333:vpc/vpc-1a2b3c4d",
            {"ArnEquals": {"aws:SourceVpcArn": "arn:aws:ec2:eu-central-1:111122223333:vpc/vpc-1a2b3c4d"}},
        ),
        ("internet", None),
        (7, None),
    ],
)
def test_networks(name, condition):
    assert network_condition(name) == condition
