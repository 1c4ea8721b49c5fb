# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests in plain words."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.words import (
    bucket_of,
    is_service,
    network_path,
    principal,
    sentence,
)

ROLE = "arn:aws:iam::111122223333:role/app"
REQUEST = {"principal": ROLE, "action": "s3:GetObject", "resource": "arn:aws:s3:::reports/x"}


@pytest.mark.parametrize(
    "text, said",
    [
        (ROLE, ROLE),
        ("arn:aws:iam::111122223333:role/any-other-principal", "any principal of account 111122223333"),
        ("arn:aws:sts::111122223333:assumed-role/any-other/x", "any principal of account 111122223333"),
        ("arn:aws:sts::111122223333:assumed-role/x/any-session", "any principal of account 111122223333"),
        ("arn:aws:sts::111122223333:assumed-role/app/any-session", "role app of account 111122223333"),
        ("arn:aws:sts::111122223333:assumed-role/app/me", "arn:aws:sts::111122223333:assumed-role/app/me"),
        ("arn:aws:iam::111122223333:user/any-other", "any user of account 111122223333"),
        ("arn:aws:iam::111122223333:root", "the root user of account 111122223333"),
        ("anonymous", "anonymous"),
        ("logging.s3.amazonaws.com", "the AWS service logging.s3.amazonaws.com"),
        ("any-other.amazonaws.com", "any AWS service"),
    ],
)
def test_who(text, said):
    assert principal(text) == said
    assert not is_service("111122223333")
    assert is_service(text) == ("amazonaws" in text)


@pytest.mark.parametrize(
    "parts, said",
    [
        ({}, ""),
        ({"through": "internet"}, "from the internet"),
        ({"through": "vpce-1a2b3c4d"}, "through vpce-1a2b3c4d"),
        ({"through": {"vpce": "vpce-1a2b3c4d", "vpc": "vpc-1a2b3c4d"}}, "through vpce-1a2b3c4d"),
        ({"through": {"vpc": "vpc-1a2b3c4d"}}, "through vpc-1a2b3c4d"),
        ({"through": {"account": "111122223333"}}, "through an endpoint"),
        ({"through": "internet", "called_via": ["athena.amazonaws.com"]}, "forwarded by athena.amazonaws.com"),
    ],
)
def test_network_paths(parts, said):
    assert network_path({**REQUEST, **parts}) == said


@pytest.mark.parametrize(
    "context, said",
    [
        ({}, ""),
        ({"aws:SecureTransport": False}, " without TLS"),
        ({"aws:SecureTransport": "true", "s3:TlsVersion": "1.2"}, " over TLS 1.2"),
        ({"aws:SecureTransport": True}, ""),
        (
            {"aws:SourceIp": "203.0.113.7", "aws:PrincipalTag/team": None, "aws:PrincipalAccount": "111122223333"},
            " with aws:SourceIp '203.0.113.7' without aws:PrincipalTag/team",
        ),
        ({"aws:PrincipalOrgPaths": ["o-a/r-b/", "o-a/r-c/"]}, " with aws:PrincipalOrgPaths 'o-a/r-b/' and 'o-a/r-c/'"),
    ],
)
def test_what_distinguishes_a_request_is_in_its_sentence(context, said):
    found = sentence({**REQUEST, "through": "internet", "context": context})
    assert found == f"s3:GetObject on arn:aws:s3:::reports/x by {ROLE} from the internet{said}"


#: What the sentence says already: who, and on which path.
SAID = (
    "aws:PrincipalArn aws:PrincipalAccount aws:PrincipalType aws:PrincipalIsAWSService aws:PrincipalServiceName "
    "aws:SourceVpce aws:SourceVpc aws:SourceVpcArn aws:VpceAccount aws:VpceOrgID aws:ViaAWSService aws:CalledVia "
    "aws:CalledViaFirst aws:CalledViaLast aws:ResourceAccount s3:ResourceAccount aws:userid aws:username"
)


@pytest.mark.parametrize("key", SAID.split())
@pytest.mark.parametrize("value", ["x", None])
def test_what_is_said_already_is_not_said_again(key, value):
    plain = sentence({**REQUEST, "through": "internet"})
    assert sentence({**REQUEST, "through": "internet", "context": {key: value}}) == plain


@pytest.mark.parametrize(
    "resource, bucket",
    [("arn:aws:s3:::b/k/l", "b"), ("arn:aws:s3:::b", "b"), ("*", "*")],
)
def test_buckets(resource, bucket):
    assert bucket_of(resource) == bucket
