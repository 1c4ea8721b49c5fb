# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Partial requests as statements."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.requests import (
    as_list,
    network_condition,
    read_partial,
)

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
        (
            {
                "context": {
                    "aws:SourceArn": "arn:aws:s3:::other",
                    "aws:CurrentTime": "2026-01-01T00:00:00Z",
                    "aws:referer": ["https://a.example/*", "https://b.example/*"],
                    "NEW:Key": "x",
                    # AWS does not say of which type it is.
                    "aws:ViaCustomerDomain": "x.example",
                }
            },
            {
                "ArnLike": {"aws:SourceArn": ["arn:aws:s3:::other"]},
                "DateEquals": {"aws:CurrentTime": ["2026-01-01T00:00:00Z"]},
                "StringLike": {
                    "aws:referer": ["https://a.example/*", "https://b.example/*"],
                    "new:key": ["x"],
                    "aws:ViaCustomerDomain": ["x.example"],
                },
            },
        ),
        # Principal, path and context together; what is said twice in the same way is said once.
        (
            {
                "principal": "111122223333",
                "through": "vpce-1a2b3c4d",
                "called_via": ["athena.amazonaws.com", "kms.amazonaws.com"],
                "context": {"aws:SourceAccount": "444455556666", "aws:SecureTransport": True},
            },
            {
                "StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d", "aws:PrincipalAccount": ["111122223333"]},
                "Bool": {"aws:ViaAWSService": "true", "aws:SecureTransport": ["true"]},
                "ForAnyValue:StringEquals": {"aws:CalledVia": ["athena.amazonaws.com", "kms.amazonaws.com"]},
                "StringLike": {"aws:SourceAccount": ["444455556666"]},
            },
        ),
        (
            {"through": "internet", "context": {"aws:SourceVpce": None}},
            {"Null": {"aws:SourceVpce": "true"}, "Bool": {"aws:ViaAWSService": "false"}},
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


@pytest.mark.parametrize(
    "buckets, partition, resource, resources",
    [
        (["b"], "aws-cn", None, ["arn:aws-cn:s3:::b", "arn:aws-cn:s3:::b/*"]),
        (["b", "c"], "aws", [], [*B, "arn:aws:s3:::c", "arn:aws:s3:::c/*"]),
        ([], "aws", None, ["*"]),
        (["b"], "aws", "*", ["*"]),
        (["b"], "aws", ["arn:aws:s3:::b/x", "*"], ["arn:aws:s3:::b/x", "*"]),
    ],
)
def test_where_no_resource_is_named_it_is_of_the_buckets(buckets, partition, resource, resources):
    problems = []
    [found] = read_partial({"resource": resource}, "requests[0]", buckets, partition, problems)
    assert (found["Resource"], problems) == (resources, [])


def test_actions_are_of_any_case():
    raw = {"action": "S3:getobject"}
    assert read(raw) == ([statement(Action=["S3:getobject"])], [])


def test_principals_of_another_partition():
    found = read_partial({"principal": "arn:aws-cn:iam::111122223333:role/app"}, "", ["b"], "aws-cn", [])
    assert found[0]["Condition"] == {"ArnLike": {"aws:PrincipalArn": ["arn:aws-cn:iam::111122223333:role/app"]}}


def test_each_kind_of_principal_has_the_same_path():
    found, problems = read({"principal": ["anonymous", "o-exampleorgid", "444455556666"], "through": "vpce-1a2b3c4d"})
    assert problems == []
    assert [one["Condition"]["StringEquals"] for one in found] == [
        {"aws:SourceVpce": "vpce-1a2b3c4d", "aws:PrincipalType": ["Anonymous"]},
        {"aws:SourceVpce": "vpce-1a2b3c4d", "aws:PrincipalOrgID": ["o-exampleorgid"]},
        {"aws:SourceVpce": "vpce-1a2b3c4d", "aws:PrincipalAccount": ["444455556666"]},
    ]


@pytest.mark.parametrize(
    "principals, left", [(["nobody"], []), (["nobody", "444455556666"], [["444455556666"]]), (7, [])]
)
def test_who_is_nobody_makes_no_request(principals, left):
    found, problems = read({"principal": principals})
    assert [one["Condition"]["StringEquals"]["aws:PrincipalAccount"] for one in found] == left
    assert len(problems) == 1
    assert "Or give an account id, in quotes" in problems[0]


@pytest.mark.parametrize(
    "value, listed",
    [
        (None, []),
        ("x", ["x"]),
        (7, [7]),
        (False, [False]),
        ({"a": 1}, [{"a": 1}]),
        (("x", "y"), ["x", "y"]),
        ([], []),
    ],
)
def test_a_lone_value_is_a_list_of_one(value, listed):
    assert as_list(value) == listed


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
        (
            "anything",
            "requests[0]",
            "A partial request is a mapping of principal, action, resource, through, called_via, context.",
        ),
        (
            {"who": "x"},
            "requests[0].who",
            "A request has no 'who'. It has principal, action, resource, through, called_via, context.",
        ),
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
        ({"resource": 7}, "requests[0].resource", "7 is no resource of S3"),
        ({"action": 7}, "requests[0].action", "7 is no action of S3"),
        ({"action": "ec2:RunInstances"}, "requests[0].action", "'ec2:RunInstances' is no action of S3"),
        ({"called_via": 7}, "requests[0].called_via", "7 is no service"),
        ({"called_via": "arn:aws:iam::111122223333:role/x"}, "requests[0].called_via", "role/x' is no service"),
        ({"through": 7}, "requests[0].through", "7 is no network path"),
        ({"context": {"sourceip": "203.0.113.7"}}, "requests[0].context.sourceip", "Write one such as 'aws:SourceIp'"),
        ({"context": {"aws:SourceIp": []}}, "requests[0].context.aws:SourceIp", "The value of 'aws:SourceIp' is not"),
        (
            {"context": {"aws:SourceIp": "203.0.113.7", "AWS:sourceip": "203.0.113.8"}},
            "requests[0].context.AWS:sourceip",
            "aws:SourceIp is said twice",
        ),
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
def test_what_cannot_be_read_is_said_once_with_its_place(raw, place, said):
    _found, problems = read(raw)
    assert len(problems) == bool(said)
    assert all(one.startswith(f"{place}: ") and said in one for one in problems), problems


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
