# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is right and wrong in a bucket policy, statement by statement."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.validate import (
    validate_bucket_policy,
    warn_bucket_policy,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.rules.statements import (
    BUCKET,
    MISSING,
    OBJECTS,
    ROLE,
    condition,
    document,
    shown,
)

#: What is changed in a statement that is right; nothing is found.
BUCKET_RIGHT = [
    {},
    {"Principal": "*"},
    {"Principal": {"AWS": ["*", "111122223333", "arn:aws:iam::111122223333:root"]}},
    {"Principal": {"AWS": "arn:aws:iam::111122223333:user/path/alice"}},
    {"Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/app/session"}},
    {"Principal": {"AWS": "arn:aws:sts::111122223333:federated-user/bob"}},
    {"Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EH1HDMB1FH2TC"}},
    {"Principal": {"Service": ["logging.s3.amazonaws.com", "s3.ap-east-1.amazonaws.com"]}},
    {"Principal": {"CanonicalUser": "0123456789abcdef" * 4}},
    {"Action": "s3:*", "Resource": [BUCKET, OBJECTS]},
    {"Action": "*", "Resource": BUCKET},
    {"Action": ["S3:getobject", "s3:List*"]},
    {"Action": "s3:ListBucket", "Resource": BUCKET},
    {"Action": "s3:ListBucket", "Resource": f"{BUCKET}?"},
    {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [BUCKET, OBJECTS]},
    {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::examplebucket*"},
    {"Resource": "arn:aws:s3:::examplebucket/home/${aws:username}/*"},
    {"Action": MISSING, "NotAction": "s3:PutBucketPolicy", "Effect": "Deny", "Resource": BUCKET},
    {"Resource": MISSING, "NotResource": "arn:aws:s3:::examplebucket/public/*", "Effect": "Deny"},
    condition("StringEquals", "AWS:sourcevpce", "vpce-1a2b3c4d"),
    condition("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1234567890/*"),
    condition("Bool", "aws:SecureTransport", False),
    condition("Bool", "aws:SecureTransport", "${aws:PrincipalTag/tls}"),
    condition("Null", "aws:SourceVpce", True),
    condition("Null", "aws:CalledVia", "true"),
    condition("Null", "aws:ViaCustomerDomain", "true"),
    condition("Bool", "aws:ViaCustomerDomain", "true"),
    condition("NumericEquals", "aws:ViaCustomerDomain", "1"),
    condition("NumericLessThanIfExists", "s3:TlsVersion", 1.2),
    condition("DateGreaterThan", "aws:CurrentTime", ["2026-01-31T00:00:00Z", "2026-01-31", "1767225600"]),
    condition("NumericGreaterThan", "aws:EpochTime", 1767225600),
    condition("NotIpAddress", "aws:SourceIp", ["203.0.113.0/24", "203.0.113.7", "203.0.113.7/24", "2001:db8::/32"]),
    condition("ArnLike", "aws:PrincipalArn", ["arn:aws:iam::111122223333:role/*", "*"]),
    condition("StringLike", "s3:prefix", "a*", Action="s3:ListBucket", Resource=BUCKET),
    condition("StringEquals", "s3:DataAccessPointAccount", "111122223333", Action="*", Resource=[BUCKET, OBJECTS]),
    condition("StringEquals", "s3:ExistingObjectTag/team", "a"),
    condition("StringEquals", "saml:sub", "somebody"),
]
#: changes, path of the problem, what it says
BUCKET_PROBLEMS = [
    ({"Principal": MISSING}, "Statement[0]", "Missing required field Principal. Give one"),
    ({"Resource": MISSING}, "Statement[0]", "Missing required field Resource. Give the ARN of the bucket"),
    ({"Condtion": {}}, "Statement[0].Condtion", "Unknown element 'Condtion'. Did you mean 'Condition'?"),
    (
        {"Principal": {"AWS": "arn:aws:iam::111122223333:role/*"}},
        "Statement[0].Principal.AWS",
        "takes no wildcard but a lone",
    ),
    ({"Principal": {"AWS": "arn:aws:iam::*:root"}}, "Statement[0].Principal.AWS", "takes no wildcard"),
    ({"Principal": {"AWS": "11112222"}}, "Statement[0].Principal.AWS", "Invalid principal in policy: '11112222'"),
    ({"Principal": {"AWS": "alice"}}, "Statement[0].Principal.AWS", "Invalid principal in policy: 'alice'"),
    (
        {"Principal": {"AWS": "arn:aws:iam::111122223333:group/g"}},
        "Statement[0].Principal.AWS",
        "a group is no principal",
    ),
    (
        {"Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/app"}},
        "Statement[0].Principal.AWS",
        "Invalid principal",
    ),
    ({"Principal": {"AWS": "arn:aws:s3:::examplebucket"}}, "Statement[0].Principal.AWS", "Invalid principal"),
    (
        {"Principal": {"AWS": "arn:aws-cn:iam::111122223333:root"}},
        "Statement[0].Principal.AWS",
        "in the partition 'aws-cn', not in 'aws'",
    ),
    ({"Principal": {"Service": "*"}}, "Statement[0].Principal.Service", "Name one service"),
    ({"Principal": {"Service": "s3"}}, "Statement[0].Principal.Service", "Name one service"),
    (
        {"Principal": {"Federated": "cognito-identity.amazonaws.com"}},
        "Statement[0].Principal.Federated",
        "trust policy of a role only",
    ),
    (
        {"Principal": MISSING, "NotPrincipal": {"AWS": "alice"}, "Effect": "Deny"},
        "Statement[0].NotPrincipal.AWS",
        "Invalid principal in policy: 'alice'",
    ),
    ({"Principal": {"CanonicalUser": "abc"}}, "Statement[0].Principal.CanonicalUser", "64 hexadecimal digits"),
    (
        {"Principal": MISSING, "NotPrincipal": {"AWS": ROLE}},
        "Statement[0].NotPrincipal",
        "NotPrincipal goes with Deny only",
    ),
    (
        {"Action": "kms:Decrypt"},
        "Statement[0].Action",
        "Policy has invalid action: 'kms:Decrypt' is not an action of S3",
    ),
    ({"Action": MISSING, "NotAction": "ec2:*"}, "Statement[0].NotAction", "Policy has invalid action: 'ec2:*'"),
    ({"Resource": "*"}, "Statement[0].Resource", "Policy has invalid resource: '*' is not the ARN of a bucket"),
    ({"Resource": "arn:aws:s3:::*"}, "Statement[0].Resource", "is not of the bucket 'examplebucket'"),
    ({"Resource": "arn:aws:s3:::examplebucket2/*"}, "Statement[0].Resource", "Write 'arn:aws:s3:::examplebucket', or "),
    ({"Resource": "arn:aws:s3:::Examplebucket/*"}, "Statement[0].Resource", "is not of the bucket 'examplebucket'"),
    ({"Resource": "examplebucket/*"}, "Statement[0].Resource", "is not the ARN of a bucket"),
    (
        {"Resource": "arn:aws:s3:eu-west-1:111122223333:accesspoint/a/object/*"},
        "Statement[0].Resource",
        "is not the ARN of a bucket",
    ),
    (
        {"Resource": [OBJECTS, "arn:aws-cn:s3:::examplebucket/*"]},
        "Statement[0].Resource",
        "is not in the partition 'aws'",
    ),
    ({"Resource": MISSING, "NotResource": "arn:aws:s3:::other/*"}, "Statement[0].NotResource", "is not of the bucket"),
    (
        {"Resource": BUCKET},
        "Statement[0].Action",
        "Action does not apply to any resource(s) in statement: 's3:GetObject' is about objects. "
        "Add the objects' ARN, 'arn:aws:s3:::examplebucket/*'",
    ),
    (
        {"Action": "s3:ListBucket"},
        "Statement[0].Action",
        "'s3:ListBucket' is about the bucket itself. Add the bucket's ARN, 'arn:aws:s3:::examplebucket',",
    ),
    (
        {"Action": "s3:ListAllMyBuckets"},
        "Statement[0].Action",
        "is about the account as a whole. It cannot stand in the policy of a bucket",
    ),
    ({"Action": "s3:GetAccessPointPolicy"}, "Statement[0].Action", "about a resource of the type accesspoint"),
    (
        condition("StringEqual", "aws:SourceVpce", "vpce-1"),
        "Statement[0].Condition.StringEqual",
        "Invalid Condition type : StringEqual Did you mean 'StringEquals'?",
    ),
    (
        condition("stringequals", "aws:SourceVpce", "vpce-1"),
        "Statement[0].Condition.stringequals",
        "Invalid Condition type : stringequals Did you mean",
    ),
    (condition("NullIfExists", "aws:SourceVpce", "true"), "Statement[0].Condition.NullIfExists", "no IfExists"),
    (
        condition("ForEachValue:StringEquals", "aws:TagKeys", "a"),
        "Statement[0].Condition.ForEachValue:StringEquals",
        "Invalid Condition type",
    ),
    (
        condition("StringEquals", "ec2:Vpc", "vpc-1"),
        "Statement[0].Condition.StringEquals.ec2:Vpc",
        "Policy has an invalid condition key",
    ),
    (
        condition("StringEquals", "SourceVpce", "vpce-1"),
        "Statement[0].Condition.StringEquals.SourceVpce",
        "Keys begin with 'aws:' or 's3:'",
    ),
    (
        condition("StringEquals", "s3:prefix", "a"),
        "Statement[0].Condition.StringEquals.s3:prefix",
        "Conditions do not apply to combination of actions and resources in statement: "
        "no request for these actions carries 's3:prefix'",
    ),
    (
        condition("StringEquals", "s3:x-amz-acl", "private"),
        "Statement[0].Condition.StringEquals.s3:x-amz-acl",
        "Conditions do not apply",
    ),
    (
        condition("IpAddress", "aws:SourceIp", "10.0.0.0/40"),
        "Statement[0].Condition.IpAddress.aws:SourceIp",
        "Invalid IP address in Conditions: '10.0.0.0/40'",
    ),
    (
        condition("IpAddress", "aws:SourceIp", "10.0.*"),
        "Statement[0].Condition.IpAddress.aws:SourceIp",
        "Invalid IP address",
    ),
    (
        condition("Bool", "aws:SecureTransport", "no"),
        "Statement[0].Condition.Bool.aws:SecureTransport",
        "'no' is neither 'true' nor 'false'",
    ),
    (
        condition("Null", "aws:SourceVpce", "vpce-1"),
        "Statement[0].Condition.Null.aws:SourceVpce",
        "Write 'true' for a key that is absent",
    ),
    (
        condition("NumericLessThan", "s3:TlsVersion", "TLSv1.2"),
        "Statement[0].Condition.NumericLessThan.s3:TlsVersion",
        "'TLSv1.2' is not a number",
    ),
    (
        condition("DateLessThan", "aws:CurrentTime", "31.01.2026"),
        "Statement[0].Condition.DateLessThan.aws:CurrentTime",
        "'31.01.2026' is not a date",
    ),
    (
        condition("StringNotEquals", "aws:SourceVpce", []),
        "Statement[0].Condition.StringNotEquals.aws:SourceVpce",
        "There is no value to compare",
    ),
]
BUCKET_WARNINGS = [
    ({"Action": "s3:GetObjects"}, "'s3:GetObjects' is not a known action of S3. Did you mean 's3:GetObject'?"),
    ({"Action": ["s3:GetObject", "s3:Frobnicate"]}, "'s3:Frobnicate' is not a known action of S3. S3 refuses it if"),
    ({"Principal": {"AWS": [ROLE, "AROAEXAMPLEEXAMPLE12"]}}, "'AROAEXAMPLEEXAMPLE12' is the id of a principal"),
    (
        {"Principal": MISSING, "NotPrincipal": {"AWS": ROLE}, "Effect": "Deny"},
        "denies every principal that has a permissions boundary",
    ),
    ({"Resource": [OBJECTS, "arn:aws:s3:::examplebucket/"]}, "names no object. Write 'arn:aws:s3:::examplebucket/*'"),
    (
        condition("StringEquals", "aws:SourceVpcee", "vpce-1"),
        "'aws:SourceVpcee' is not a known condition key. AWS takes it and never finds it",
    ),
    (condition("StringEquals", "s3:new-key", "a"), "'s3:new-key' is not a known condition key. S3 refuses it if"),
    (
        condition("IpAddress", "aws:SourceVpce", "10.0.0.0/8"),
        "IpAddress compares values of the type IPAddress, 'aws:SourceVpce' is a String",
    ),
    (
        condition("ArnLike", "aws:UserAgent", "arn:aws:iam::111122223333:root"),
        "'aws:UserAgent' is a String",
    ),
    (condition("ArnLike", "aws:ChatbotSourceArn", "chat/app"), "'chat/app' is not an ARN"),
    (
        condition("StringEquals", "aws:CalledVia", "athena.amazonaws.com"),
        "A request carries several values of 'aws:CalledVia'. Write 'ForAnyValue:StringEquals'",
    ),
    (
        condition("ForAllValues:StringEquals", "aws:SourceVpce", "vpce-1a2b3c4d"),
        "ForAllValues is also true for a request without",
    ),
    (condition("StringLike", "aws:SourceVpce", "vpce-*"), "'vpce-*' has a wildcard, 'aws:SourceVpce' holds ids"),
]


@pytest.mark.parametrize("changes", BUCKET_RIGHT)
def test_bucket_right(changes):
    assert shown(validate_bucket_policy(document(changes), "examplebucket")) == []
    assert shown(warn_bucket_policy(document(changes), "examplebucket", "aws")) == []


@pytest.mark.parametrize("changes, path, text", BUCKET_PROBLEMS)
def test_bucket_problem(changes, path, text):
    found = validate_bucket_policy(document(changes), "examplebucket", "aws")
    assert [problem.path for problem in found] == [path]
    assert text in str(found[0])


@pytest.mark.parametrize("changes, text", BUCKET_WARNINGS)
def test_bucket_warning(changes, text):
    found = warn_bucket_policy(document(changes), "examplebucket")
    assert len(found) == 1
    assert text in str(found[0])
    assert shown(validate_bucket_policy(document(changes), "examplebucket")) == []


@pytest.mark.parametrize("name", ["my_secure_bucket", "MyOldBucket", "a.b-c", "x" * 255])
def test_legacy_bucket_names(name):
    changes = {"Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]}
    assert shown(validate_bucket_policy(document(changes), name)) == []
