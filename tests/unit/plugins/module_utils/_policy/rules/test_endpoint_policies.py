# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is right and wrong in an endpoint policy, statement by statement."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.validate import (
    validate_endpoint_policy,
    warn_bucket_policy,
    warn_endpoint_policy,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.rules.statements import (
    ALLOW_ALL,
    BUCKET,
    MISSING,
    OBJECTS,
    ROLE,
    STATEMENT,
    condition,
    document,
    shown,
)

ENDPOINT_RIGHT = [
    {},
    {"Principal": {"AWS": "*"}},
    {"Principal": {"AWS": ["*"]}},
    {"Action": ["s3:GetObject", "s3express:CreateSession"]},
    {"Action": ["s3tables:GetTable", "s3-object-lambda:GetObject", "s3-outposts:GetObject"]},
    {"Action": "s3:ListAllMyBuckets"},
    {"Action": "s3:GetObject", "Resource": "arn:aws:s3:eu-west-1:111122223333:accesspoint/name/object/*"},
    {"Action": "s3:ListBucket", "Resource": "arn:aws:s3:eu-west-1:111122223333:accesspoint/name"},
    {"Action": "s3:ListBucket", "Resource": "arn:aws:s3:*:*:accesspoint/*"},
    {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::logs-*"},
    {"Action": "s3express:CreateSession", "Resource": "arn:aws:s3express:eu-west-1:111122223333:bucket/a--x-s3"},
    condition("StringEquals", "aws:PrincipalOrgID", "o-1234567890"),
    condition("ArnLike", "aws:PrincipalArn", ["arn:aws:iam::111122223333:role/*", "arn:aws:iam::*:role/app"]),
    condition("StringLike", "s3:prefix", ["home/alice/*", "*/public"], Action="s3:ListBucket"),
    condition("StringLike", "aws:username", "alicia*"),
    condition("StringEquals", "aws:UserAgent", "curl*"),
    condition("ArnLike", "aws:ChatbotSourceArn", "*"),
    {"Action": "s3:ListBucket", "Resource": "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap"},
    {"Action": "s3:DescribeJob", "Resource": "arn:aws:s3:eu-west-1:111122223333:job/a"},
    {"Action": "s3:GetStorageLensDashboard", "Resource": "arn:aws:s3:eu-west-1:111122223333:storage-lens/a"},
    condition("Null", "aws:SourceVpc", "false"),
]
ENDPOINT_PROBLEMS = [
    ({"Principal": MISSING}, "Statement[0]", 'Missing required field Principal. Write "Principal": "*"'),
    (
        {"Principal": {"AWS": "111122223333"}},
        "Statement[0].Principal",
        "The Principal of a gateway endpoint's policy is '*'. Write",
    ),
    ({"Principal": {"AWS": ROLE}}, "Statement[0].Principal", "The Principal of a gateway endpoint's policy is '*'"),
    (
        {"Principal": {"Service": "s3.amazonaws.com"}},
        "Statement[0].Principal",
        "The Principal of a gateway endpoint's policy is '*'",
    ),
    ({"Principal": MISSING, "NotPrincipal": {"AWS": ROLE}, "Effect": "Deny"}, "Statement[0].NotPrincipal", "is '*'"),
    ({"Resource": MISSING}, "Statement[0]", "Missing required field Resource. Give one, such as '*'"),
    ({"Resource": "examplebucket"}, "Statement[0].Resource", "'examplebucket' is not an ARN"),
    ({"Resource": "arn:*:s3:::examplebucket"}, "Statement[0].Resource", "with partition and service"),
    (
        {"Resource": "arn:aws:s3:eu-west-1:1111*:accesspoint/a"},
        "Statement[0].Resource",
        "has a wildcard beside other signs in its account",
    ),
    (
        condition("ArnLike", "aws:PrincipalArn", "arn:aws:iam::1111*:role/a"),
        "Statement[0].Condition.ArnLike.aws:PrincipalArn",
        "has a wildcard beside other signs",
    ),
    (
        condition("StringLike", "aws:PrincipalOrgID", "o-12345*"),
        "Statement[0].Condition.StringLike.aws:PrincipalOrgID",
        "has a wildcard",
    ),
    (
        condition("NumericEquals", "aws:PrincipalAccount", "111122223333"),
        "Statement[0].Condition.NumericEquals.aws:PrincipalAccount",
        "does not compare 'aws:PrincipalAccount' as a number",
    ),
    (
        condition("StringLike", "aws:username", "al*"),
        "Statement[0].Condition.StringLike.aws:username",
        "'al*' has a wildcard with fewer than 6",
    ),
    (
        condition("StringLike", "aws:username", "alice*"),
        "Statement[0].Condition.StringLike.aws:username",
        "'alice*' has a wildcard with fewer than 6",
    ),
    (
        condition("Null", "aws:SourceVpc", "vpc-*"),
        "Statement[0].Condition.Null.aws:SourceVpc",
        "Write 'true' for a key that is absent",
    ),
    (
        condition("StringNotLike", "aws:username", "*"),
        "Statement[0].Condition.StringNotLike.aws:username",
        "'*' has a wildcard with fewer than 6",
    ),
    (
        condition("StringLike", "aws:username", "service-*-x-*"),
        "Statement[0].Condition.StringLike.aws:username",
        "'service-*-x-*' has a wildcard",
    ),
    (
        condition("StringEqualz", "aws:username", "a"),
        "Statement[0].Condition.StringEqualz",
        "Invalid Condition type : StringEqualz",
    ),
    (
        condition("IpAddress", "aws:VpcSourceIp", "ten"),
        "Statement[0].Condition.IpAddress.aws:VpcSourceIp",
        "Invalid IP address",
    ),
]
ENDPOINT_WARNINGS = [
    ({"Action": "s3:GetObjct"}, "Did you mean 's3:GetObject'?"),
    ({"Action": "dynamodb:GetItem"}, "No request for 'dynamodb:GetItem' comes through an endpoint of S3"),
    ({"Action": "s3:ListBucket", "Resource": OBJECTS}, "Add the bucket's ARN, 'arn:aws:s3:::bucket', to"),
    ({"Action": "s3:GetObject", "Resource": BUCKET}, "Add the objects' ARN, 'arn:aws:s3:::bucket/*', to Resource."),
    ({"Action": "s3:ListAllMyBuckets", "Resource": BUCKET}, "Give it a statement of its own with the Resource '*'"),
    (
        {"Action": "s3:GetObject", "Resource": "arn:aws:s3:eu-west-1:111122223333:accesspoint/name"},
        "'s3:GetObject' is about objects",
    ),
    (condition("StringEquals", "s3:prefix", "a", Action="s3:GetObject"), "Conditions do not apply to combination"),
    (condition("StringEquals", "ec2:Vpc", "vpc-1"), "'ec2:Vpc' is neither a global key nor one of S3"),
    (condition("StringEquals", "aws:PrincipalOrg", "o-1"), "'aws:PrincipalOrg' is not a known condition key"),
    (condition("StringEquals", "aws:ResourceOrgPaths", "o-a1b2c3d4e5/r-ab12/"), "A request carries several values"),
    (condition("NumericEquals", "aws:username", "1"), "'aws:username' is a String"),
    (condition("Bool", "aws:CalledViaAWSMCP", "true"), "'aws:CalledViaAWSMCP' is a String"),
    ({"Action": "s3-extra:GetObject"}, "No request for 's3-extra:GetObject' comes through an endpoint of S3"),
    (condition("NumericEquals", "aws:ViaAWSMCPService", "1"), "'aws:ViaAWSMCPService' is a Bool"),
    (condition("DateLessThan", "aws:ismcpserviceaction", "1"), "'aws:IsMcpServiceAction' is a Bool"),
]


def test_an_endpoint_policy_that_only_denies():
    deny = {**ALLOW_ALL, "Effect": "Deny"}
    assert shown(validate_endpoint_policy({"Statement": [deny]})) == []
    (found,) = warn_endpoint_policy({"Statement": [deny, {**deny, "Action": "s3:PutObject"}]})
    assert (found.path, found.rule[:45]) == ("Statement", "There is no Allow: the policy lets nothing pa")
    assert shown(warn_endpoint_policy({"Statement": [deny, ALLOW_ALL]})) == []
    assert shown(warn_bucket_policy({"Statement": [{**STATEMENT, "Effect": "Deny"}]}, "examplebucket")) == []


@pytest.mark.parametrize("changes", ENDPOINT_RIGHT)
def test_endpoint_right(changes):
    assert shown(validate_endpoint_policy(document(changes, ALLOW_ALL))) == []
    assert shown(warn_endpoint_policy(document(changes, ALLOW_ALL))) == []


@pytest.mark.parametrize("changes, path, text", ENDPOINT_PROBLEMS)
def test_endpoint_problem(changes, path, text):
    found = validate_endpoint_policy(document(changes, ALLOW_ALL))
    assert [problem.path for problem in found] == [path]
    assert text in str(found[0])


@pytest.mark.parametrize("changes, text", ENDPOINT_WARNINGS)
def test_endpoint_warning(changes, text):
    found = warn_endpoint_policy(document(changes, ALLOW_ALL))
    assert len(found) == 1
    assert text in str(found[0])
    assert shown(validate_endpoint_policy(document(changes, ALLOW_ALL))) == []


@pytest.mark.parametrize(
    "default",
    [
        {"Statement": [ALLOW_ALL]},
        {"Version": "2008-10-17", "Statement": [{"Sid": "", **ALLOW_ALL}]},
        {"Version": "2008-10-17", "Statement": [ALLOW_ALL]},
        {"Statement": ALLOW_ALL},
    ],
)
def test_default_endpoint_policy(default):
    assert shown(validate_endpoint_policy(default)) == []
    assert shown(warn_endpoint_policy(default)) == []
