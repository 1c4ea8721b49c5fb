# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS calls a public bucket policy.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import parse
from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.public import public_statements

ALLOW = {"Sid": "S", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
#: what a statement has beyond ALLOW -> public (True), not (False), or not told by AWS's page (None)
STATEMENTS = [
    ({}, True),
    ({"Principal": {"AWS": "*"}}, True),
    ({"Principal": {"AWS": ["111122223333", "*"]}}, True),
    ({"Principal": {"AWS": "111122223333"}}, False),
    ({"Principal": {"Service": "logging.s3.amazonaws.com"}}, False),
    ({"Principal": {"CanonicalUser": "a" * 64}}, False),
    ({"Principal": {"AWS": "arn:aws:iam::*:root"}}, True),
    ({"Effect": "Deny"}, False),
    ({"Action": "s3:GetObjectHologram"}, True),
    ({"Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}, False),
    ({"Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}}}, True),
    ({"Condition": {"IpAddress": {"aws:SourceIp": "2001:db8::/31"}}}, True),
    ({"Condition": {"IpAddress": {"aws:SourceIp": "2001:d00::/32"}}}, False),
    ({"Condition": {"IpAddress": {"aws:SourceIp": "203.0.0.0/8"}}}, False),
    ({"Condition": {"IpAddress": {"aws:SourceIp": "202.0.0.0/7"}}}, True),
    ({"Condition": {"IpAddress": {"aws:SourceIp": "anywhere"}}}, True),
    ({"Condition": {"IpAddress": {"aws:SourceIp": "${aws:PrincipalTag/address}"}}}, True),
    ({"Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]}}}, False),
    ({"Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}, True),
    ({"Condition": {"IpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"}}}, True),
    ({"Condition": {"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}}, True),
    ({"Condition": {"StringEquals": {"AWS:sourcevpce": ["vpce-1", "vpce-2"]}}}, False),
    ({"Condition": {"StringLike": {"aws:SourceVpce": "vpce-1"}}}, False),
    ({"Condition": {"StringLike": {"aws:SourceVpce": ["vpce-1", "vpce-?"]}}}, True),
    ({"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-*"}}}, False),
    ({"Condition": {"StringEqualsIgnoreCase": {"aws:SourceVpce": "vpce-?"}}}, False),
    ({"Condition": {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}}, True),
    ({"Condition": {"ForAllValues:StringEquals": {"aws:SourceVpce": "vpce-1"}}}, True),
    ({"Condition": {"ForAnyValue:StringEquals": {"aws:SourceVpce": "vpce-1"}}}, False),
    ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}}, True),
    ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:topic"}}}, False),
    ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:topic"}}}, True),
    ({"Condition": {"StringLike": {"aws:userid": "AROADBQP57FF2AEXAMPLE:*"}}}, True),
    ({"Condition": {"StringEquals": {"aws:userid": "AROADBQP57FF2AEXAMPLE:i"}}}, False),
    ({"Condition": {"StringLike": {"aws:userid": "AIDA*"}}}, True),
    ({"Condition": {"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:111122223333:accesspoint/*"}}}, False),
    ({"Condition": {"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:*:accesspoint/a"}}}, True),
    ({"Condition": {"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}}}, False),
    ({"Condition": {"StringEquals": {"aws:UserAgent": "x"}}}, True),
    ({"Condition": {"StringEquals": {"aws:UserAgent": "x", "aws:SourceVpc": "vpc-1"}}}, False),
    ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
    ({"Condition": {"StringEquals": {"aws:VpceOrgID": "o-a"}}}, None),
    ({"Condition": {"ArnEquals": {"aws:SourceVpcArn": "arn:aws:ec2:r:111122223333:vpc/vpc-1"}}}, None),
    ({"Condition": {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}}, None),
    ({"Condition": {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}}, True),
    ({"Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-x/r-y/ou-z/*"}}}, None),
    ({"Condition": {"ForAnyValue:StringEquals": {"aws:VpceOrgPaths": "o-x/r-y/"}}}, None),
    ({"Condition": {"ForAnyValue:StringLike": {"aws:SourceOrgPaths": ["o-x/*", "o-y/r-z/*"]}}}, None),
    ({"Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*"}}}, True),
    ({"Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "*/r-y/*"}}}, True),
    ({"Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "r-y/ou-z/*"}}}, True),
    ({"Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-x/*", "o-?/*"]}}}, True),
    ({"Condition": {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-x/*"}}}, True),
    ({"Condition": {"ArnLike": {"aws:SourceVpcArn": "arn:aws:ec2:*:111122223333:vpc/*"}}}, None),
    ({"Condition": {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/app"}}}, None),
]


@pytest.mark.parametrize("more, public", STATEMENTS)
def test_statement(more, public):
    found = public_statements(parse({"Version": "2012-10-17", "Statement": {**ALLOW, **more}}))
    assert len(found) == (public is not False)
    for finding in found:
        assert (finding.label, finding.certain) == ("S", public is True)
        assert finding.reason.startswith("Statement 'S' allows everybody")
        assert finding.reason.endswith(".")


@pytest.mark.parametrize("key", ["aws:SourceOwner", "aws:SourceAccount", "aws:SourceVpc", "aws:SourceVpce"])
def test_a_key_of_the_page(key):
    limited = {**ALLOW, "Condition": {"StringEquals": {key: "x"}}}
    assert public_statements(parse({"Statement": limited})) == ()
    limited["Condition"] = {"StringLike": {key: "x*"}}
    assert len(public_statements(parse({"Statement": limited}))) == 1


@pytest.mark.parametrize(
    "key",
    ["aws:PrincipalAccount", "aws:PrincipalServiceName", "aws:SourceOrgID", "aws:VpceAccount", "aws:VpceOrgID"],
)
def test_a_key_that_the_page_does_not_have(key):
    (found,) = public_statements(parse({"Statement": {**ALLOW, "Condition": {"StringEquals": {key: "x"}}}}))
    assert not found.certain


def test_what_does_not_limit_a_statement_is_named():
    loose = {"StringLike": {"aws:useragent": "x", "AWS:SourceVpce": "*"}, "Bool": {"aws:SecureTransport": "true"}}
    (found,) = public_statements(parse({"Statement": {**ALLOW, "Condition": loose}}))
    shown = "(StringLike on aws:UserAgent, StringLike on aws:SourceVpce, Bool on aws:SecureTransport)"
    assert f"its condition {shown} does not limit it" in found.reason


def test_an_allow_for_all_but_some_is_public():
    statement = {key: value for key, value in ALLOW.items() if key != "Principal"}
    found = public_statements(parse({"Statement": {**statement, "NotPrincipal": {"AWS": "111122223333"}}}))
    assert "everybody but the principals that it excepts" in found[0].reason


def test_each_public_statement_is_told():
    limited = {**ALLOW, "Sid": "Limited", "Principal": {"AWS": "111122223333"}}
    document = parse({"Statement": [ALLOW, limited, {**ALLOW, "Sid": "T"}]})
    assert [finding.label for finding in public_statements(document)] == ["S", "T"]
