# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is refused, and what is warned of, in bucket policies and endpoint policies."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.presets import (
    aws_service_names,
    aws_service_statements,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.arns import PARTITIONS
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import parse
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.vocabulary import expand_action
from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.api_calls import actions_of_call
from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.validate import (
    validate_bucket_policy,
    validate_endpoint_policy,
    warn_bucket_policy,
    warn_endpoint_policy,
)

ROLE = "arn:aws:iam::111122223333:role/app"
BUCKET, OBJECTS = "arn:aws:s3:::examplebucket", "arn:aws:s3:::examplebucket/*"
STATEMENT = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "s3:GetObject", "Resource": OBJECTS}
MISSING = object()


def document(changes, base=None, version="2012-10-17"):
    statement = {name: value for name, value in {**(base or STATEMENT), **changes}.items() if value is not MISSING}
    return {"Version": version, "Statement": [statement]}


def condition(operator, key, value, **changes):
    return {"Condition": {operator: {key: value}}, **changes}


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
ALLOW_ALL = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
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


def shown(problems):
    return [str(problem) for problem in problems]


#: Calls of the API that are no actions, and what they take.
CALLS = [
    ("s3:ListObjects", "The call takes 's3:ListBucket'."),
    ("s3:listobjectsv2", "The call takes 's3:ListBucket'."),
    ("s3:HeadBucket", "The call takes 's3:ListBucket'."),
    ("s3:HeadObject", "The call takes 's3:GetObject'."),
    ("s3:GetBucketReplication", "The call takes 's3:GetReplicationConfiguration'."),
    ("s3:UploadPart", "The call takes 's3:PutObject'."),
    ("s3:CopyObject", "The call takes 's3:GetObject' and 's3:PutObject'."),
    ("s3:CreateSession", "The call takes 's3express:CreateSession'."),
]


@pytest.mark.parametrize("action, remedy", CALLS)
def test_a_call_is_no_action(action, remedy):
    for effect in ("Action", "NotAction"):
        changes = {"Action": MISSING, effect: action}
        for found in (
            warn_bucket_policy(document(changes), "examplebucket"),
            warn_endpoint_policy(document(changes, ALLOW_ALL)),
        ):
            assert [(one.rule, one.remedy) for one in found] == [
                (f"{action!r} is a call of S3, not an action.", remedy)
            ]


def test_every_call_of_botocore_is_an_action_or_has_some():
    """The second source of the table: what boto3 calls."""
    session = pytest.importorskip("botocore.session").get_session()
    calls = session.get_service_model("s3").operation_names
    lacking = [call for call in calls if not expand_action(f"s3:{call}") and not actions_of_call(call)]
    # New calls of botocore may come here before they come into the table.
    assert lacking == []
    both = [call for call in calls if expand_action(f"s3:{call}") and actions_of_call(call)]
    assert both == []


def test_what_calls_take_is_known():
    session = pytest.importorskip("botocore.session").get_session()
    for call in session.get_service_model("s3").operation_names:
        taken = [one for one in actions_of_call(call) if one.startswith("s3:")]
        assert all(map(expand_action, taken)), call


#: Value under a key that no request has there -> why, and what to do.
STRAY = [
    (
        "StringNotEquals",
        "aws:PrincipalArn",
        "arn:aws:iam::111122223333:role/app-*",
        "compares the signs '*' and '?' as they are",
        "Use StringNotLike",
    ),
    (
        "StringEqualsIgnoreCase",
        "aws:PrincipalTag/team",
        "op?",
        "compares the signs '*' and '?' as they are",
        "Use StringLike, or",
    ),
    (
        "ForAnyValue:StringEqualsIfExists",
        "aws:PrincipalOrgPaths",
        "o-a1b2c3d4e5/*",
        "as they are",
        "Use ForAnyValue:StringLikeIfExists",
    ),
    ("NotIpAddress", "aws:SourceIp", "10.0.0.0/16", "the public address of a request", "Use aws:VpcSourceIp"),
    ("IpAddress", "aws:SourceIp", "192.168.1.7", "the public address of a request", "Use aws:VpcSourceIp"),
    ("IpAddress", "aws:SourceIp", "fd00::/8", "the public address of a request", "Use aws:VpcSourceIp"),
    (
        "ArnNotLike",
        "aws:PrincipalArn",
        "arn:aws:sts::111122223333:assumed-role/app/*",
        "aws:PrincipalArn holds ARNs of root users",
        "",
    ),
    (
        "StringEquals",
        "aws:PrincipalArn",
        "arn:aws:sts::111122223333:assumed-role/app/s",
        "it is the ARN of a session",
        "the ARN of the role",
    ),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:group/admins", "it is an ARN", ""),
    ("StringLike", "aws:PrincipalArn", "role/app*", "aws:PrincipalArn holds ARNs of", ""),
    (
        "StringEquals",
        "aws:PrincipalOrgID",
        "r-ab12",
        "it is the id of a root of an organization",
        "Use aws:PrincipalOrgPaths",
    ),
    (
        "StringEquals",
        "aws:ResourceOrgID",
        "ou-ab12-11111111",
        "it is the id of an organizational unit",
        "Use aws:ResourceOrgPaths",
    ),
    ("StringEquals", "aws:VpceOrgID", "111122223333", "it is the id of an account", "Use aws:VpceAccount"),
    (
        "StringEquals",
        "aws:SourceOrgID",
        "o-a1b2c3d4e5/r-ab12/",
        "it is a path in an organization",
        "Use aws:SourceOrgPaths",
    ),
    ("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111", "end in '/'", ""),
    (
        "ForAnyValue:StringLike",
        "aws:PrincipalOrgPaths",
        "ou-ab12-11111111",
        "it is the id of an organizational unit",
        "",
    ),
    ("StringLike", "aws:userid", "AROAEXAMPLEEXAMPLE12", "aws:userid holds unique ids", ""),
    (
        "StringEquals",
        "aws:userid",
        "arn:aws:iam::111122223333:user/alice",
        "it is the ARN of a principal",
        "Use aws:PrincipalArn",
    ),
    (
        "StringEquals",
        "aws:username",
        "arn:aws:iam::111122223333:user/alice",
        "it is the ARN of a principal",
        "Use aws:PrincipalArn",
    ),
    (
        "StringEquals",
        "aws:PrincipalType",
        "Role",
        "aws:PrincipalType holds",
        "Write 'Account', 'Anonymous', 'AssumedRole'",
    ),
    ("StringLike", "aws:RequestedRegion", "eu-centra?", "aws:RequestedRegion holds Regions", ""),
    ("StringEquals", "aws:RequestedRegion", "eu-central-1a", "aws:RequestedRegion holds Regions", ""),
    ("StringEquals", "aws:PrincipalServiceName", "logging", "names of services", ""),
    ("StringNotEquals", "s3:x-amz-server-side-encryption", "AES-256", "holds 'AES256'", "Write 'AES256'"),
]


@pytest.mark.parametrize("operator, key, value, why, remedy", STRAY)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_a_value_that_no_request_has(effect, operator, key, value, why, remedy):
    changes = condition(operator, key, value, Effect=effect, Action="s3:PutObject")
    assert shown(validate_bucket_policy(document(changes), "examplebucket")) == []
    (found,) = warn_bucket_policy(document(changes), "examplebucket")
    assert found.path == f"Statement[0].Condition.{operator}.{key}"
    assert f"No request has {value!r} as {key}" in found.rule and why in found.rule
    assert ("always true" if "Not" in operator else "never true") in found.rule
    assert remedy in found.remedy


#: Networks of which no address comes from the internet, and those just beside them.
#: https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
INNER = [
    ("10.0.0.0/8", "11.0.0.0/8"),
    ("100.64.0.0/10", "100.128.0.0/10"),
    ("127.0.0.0/8", "126.0.0.0/8"),
    ("169.254.0.0/16", "169.253.0.0/16"),
    ("172.16.0.0/12", "172.32.0.0/12"),
    ("192.168.0.0/16", "192.169.0.0/16"),
    ("fc00::/7", "fa00::/7"),
    ("fe80::/10", "fec0::/10"),
]


@pytest.mark.parametrize("inner, outer", INNER)
def test_addresses_that_are_not_public(inner, outer):
    for network, found in ((inner, 1), (outer, 0), (f"{inner.partition('/')[0]}/4", 0)):
        changes = condition("IpAddress", "aws:SourceIp", network)
        assert len(warn_bucket_policy(document(changes), "examplebucket")) == found


#: Text -> whether it is a date: https://www.w3.org/TR/NOTE-datetime, or seconds since 1970.
DATES = [
    ("2026-01", True),
    ("2026-01-31", True),
    ("2026-01-31T10:00Z", True),
    ("2026-01-31T10:00:00Z", True),
    ("2026-01-31T10:00:00.123Z", True),
    ("2026-01-31T10:00:00+01:00", True),
    ("1767225600", True),
    ("2026-1-31", False),
    ("2026-01-31T10Z", False),
    ("2026-01-31 10:00Z", False),
    ("\u0661", False),
    ("-1", False),
    ("", False),
]


@pytest.mark.parametrize("text, good", DATES)
def test_dates(text, good):
    found = validate_bucket_policy(document(condition("DateLessThan", "aws:CurrentTime", text)), "examplebucket")
    assert (found == []) is good


#: Values that a request may have, though they are near those above.
NOT_STRAY = [
    ("StringNotLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/app-*"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:sts::111122223333:federated-user/*"),
    ("ArnEquals", "aws:PrincipalArn", "*"),
    ("StringEquals", "aws:PrincipalArn", "arn:aws:iam::${aws:PrincipalAccount}:root"),
    ("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "0.0.0.0/0", "8.0.0.0/5"]),
    ("IpAddress", "aws:VpcSourceIp", "10.0.0.0/16"),
    ("StringLike", "aws:RequestedRegion", "eu-central-*"),
    ("StringLike", "aws:RequestedRegion", "*-1"),
    ("StringEqualsIgnoreCase", "s3:x-amz-server-side-encryption", "aes256"),
    ("StringLike", "s3:x-amz-server-side-encryption", "aws:kms*"),
    ("StringEquals", "aws:PrincipalTag/team", "ops / web:\u00e4"),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"),
    ("StringLike", "aws:userid", "AROAEXAMPLEEXAMPLE12:*"),
    ("StringEquals", "aws:PrincipalAccount", "anonymous"),
    ("StringEquals", "aws:SourceArn", "arn:aws:s3:::inventory"),
    ("StringEquals", "s3:x-amz-acl", "*"),
]


@pytest.mark.parametrize("operator, key, value", NOT_STRAY)
def test_a_value_that_a_request_may_have(operator, key, value):
    changes = condition(operator, key, value, Action="s3:PutObject")
    assert shown(validate_bucket_policy(document(changes), "examplebucket")) == []
    assert shown(warn_bucket_policy(document(changes), "examplebucket")) == []


def test_values_of_one_kind_are_told_of_at_once():
    values = [
        "arn:aws:iam::111122223333:role/a*",
        "arn:aws:iam::111122223333:role/b*",
        "arn:aws:iam::111122223333:role/c",
    ]
    (found,) = warn_bucket_policy(document(condition("StringNotEquals", "aws:PrincipalArn", values)), "examplebucket")
    assert "role/a*' or 'arn:aws:iam::111122223333:role/b*'" in found.rule
    assert "StringNotEquals spares nobody by it." in found.rule


ACCOUNT_KEYS = [
    "aws:PrincipalAccount",
    "aws:ResourceAccount",
    "aws:SourceAccount",
    "aws:SourceOwner",
    "aws:VpceAccount",
    "s3:ResourceAccount",
    "s3:DataAccessPointAccount",
]


@pytest.mark.parametrize("key", ACCOUNT_KEYS)
@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "StringNotLikeIfExists"])
# 012345670123 without quotes, a number without its zeros, and one digit too much
@pytest.mark.parametrize("value", [0o12345670123, 12345670123, "1111222233334"])
def test_an_account_that_yaml_made_a_number(key, operator, value):
    changes = condition(operator, key, value)
    for found in (
        validate_bucket_policy(document(changes), "examplebucket"),
        validate_endpoint_policy(document(changes, ALLOW_ALL)),
    ):
        assert [one.path for one in found] == [f"Statement[0].Condition.{operator}.{key}"]
        assert f"'{value}' is not the id of an account" in found[0].rule
        assert found[0].remedy == "Give its 12 digits, in quotes."


@pytest.mark.parametrize("value", [111122223333, "111122223333", "${aws:PrincipalAccount}"])
def test_an_account_as_a_number_of_twelve_digits_is_one(value):
    changes = condition("StringEquals", "aws:ResourceAccount", value)
    assert shown(validate_bucket_policy(document(changes), "examplebucket")) == []


def test_a_principal_that_yaml_made_a_number():
    (found,) = validate_bucket_policy(document({"Principal": {"AWS": 0o12345670123}}), "examplebucket")
    assert found.path == "Statement[0].Principal.AWS"
    assert found.remedy == "Give the 12 digits of an account in quotes."


def test_an_endpoint_policy_that_only_denies():
    deny = {**ALLOW_ALL, "Effect": "Deny"}
    assert shown(validate_endpoint_policy({"Statement": [deny]})) == []
    (found,) = warn_endpoint_policy({"Statement": [deny, {**deny, "Action": "s3:PutObject"}]})
    assert (found.path, found.rule[:45]) == ("Statement", "There is no Allow: the policy lets nothing pa")
    assert shown(warn_endpoint_policy({"Statement": [deny, ALLOW_ALL]})) == []
    assert shown(warn_bucket_policy({"Statement": [{**STATEMENT, "Effect": "Deny"}]}, "examplebucket")) == []


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


@pytest.mark.parametrize("name", ["my_secure_bucket", "MyOldBucket", "a.b-c", "x" * 255])
def test_legacy_bucket_names(name):
    changes = {"Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]}
    assert shown(validate_bucket_policy(document(changes), name)) == []


@pytest.mark.parametrize("validate", [lambda it: validate_bucket_policy(it, "examplebucket"), validate_endpoint_policy])
def test_duplicate_sids(validate):
    statement = {"Sid": "A", **ALLOW_ALL, "Resource": OBJECTS}
    problems = validate({"Statement": [statement, {**statement, "Sid": "B"}, statement]})
    assert shown(problems) == [
        "Statement[2].Sid: The Sid 'A' is that of Statement[0] already. Give each statement a Sid of its own."
    ]


@pytest.mark.parametrize("validate", [lambda it: validate_bucket_policy(it, "examplebucket"), validate_endpoint_policy])
@pytest.mark.parametrize("source", ["{", "[]", {}, {"Statement": []}, {"Statement": [5]}, {"Statment": [ALLOW_ALL]}])
def test_grammar(validate, source):
    assert validate(source)


def test_text_and_parsed_documents_are_taken_too():
    raw = document({"Action": "kms:Decrypt"})
    expected = shown(validate_bucket_policy(raw, "examplebucket"))
    assert expected
    assert shown(validate_bucket_policy(json.dumps(raw), "examplebucket")) == expected
    assert shown(validate_bucket_policy(parse(raw), "examplebucket")) == expected
    with pytest.raises(PolicyError):
        warn_endpoint_policy("{")


def test_every_problem_is_found_at_once():
    raw = document({"Principal": MISSING, "Action": "kms:Decrypt", "Resource": "*", **condition("Foo", "bar", "x")})
    assert [problem.path for problem in validate_bucket_policy(raw, "examplebucket")] == [
        "Statement[0]",
        "Statement[0].Action",
        "Statement[0].Resource",
        "Statement[0].Condition.Foo",
        "Statement[0].Condition.Foo.bar",
    ]


def padded(statement, size, measure):
    """A document of exactly this size: a Sid of the right length makes up what is missing."""
    raw = {"Statement": [{"Sid": "", **copy.deepcopy(statement)}]}
    raw["Statement"][0]["Sid"] = "x" * (size - measure(json.dumps(raw, separators=(",", ":"), ensure_ascii=False)))
    return raw


def test_bucket_policy_is_measured_in_bytes_without_white_space():
    statement = {**STATEMENT, "Resource": [OBJECTS, "arn:aws:s3:::examplebucket/größe/*"]}

    def bytes_of(text):
        return len(text.encode())

    assert shown(validate_bucket_policy(padded(statement, 20_480, bytes_of), "examplebucket")) == []
    problems = validate_bucket_policy(padded(statement, 20_481, bytes_of), "examplebucket")
    assert "takes 20,481 bytes without white space, S3 accepts 20,480" in str(problems[0])
    blown_up = json.dumps(padded(statement, 20_480, bytes_of), indent=200)
    assert shown(validate_bucket_policy(blown_up, "examplebucket")) == []


def test_endpoint_policy_is_measured_in_characters():
    statement = {**ALLOW_ALL, "Resource": ["*", "arn:aws:s3:::examplebucket/größe/*"]}
    assert shown(validate_endpoint_policy(padded(statement, 20_480, len))) == []
    problems = validate_endpoint_policy(padded(statement, 20_481, len))
    assert "is 20,481 characters long without white space" in str(problems[0])


def test_variables_in_the_old_version():
    changes = {"Resource": "arn:aws:s3:::examplebucket/${aws:username}/*"}
    found = warn_bucket_policy(document(changes, version="2008-10-17"), "examplebucket")
    assert len(found) == 1
    assert "is plain text in version 2008-10-17" in str(found[0])
    raw = document({**changes, "Principal": "*"}, version="2008-10-17")
    assert len(warn_endpoint_policy(raw)) == 1
    changes = condition("StringLike", "aws:UserAgent", "${aws:username}-agent")
    (found,) = warn_bucket_policy(document(changes, version="2008-10-17"), "examplebucket")
    assert "'${aws:username}-agent' is plain text" in found.rule


@pytest.mark.parametrize("partition, named", [(None, "aws"), ("aws", "aws"), ("aws-cn", "aws-cn")])
def test_remedies_are_of_the_partition(partition, named):
    own = f"arn:{named}:s3:::examplebucket"
    found = validate_bucket_policy(document({"Resource": "arn:aws:s3:::another/*"}), "examplebucket", partition)
    assert f"Write {own!r}, or '{own}/*' for its objects." in [one.remedy for one in found]
    listing = {"Action": "s3:ListBucket", "Resource": f"{own}/*"}
    reading = {"Action": "s3:GetObject", "Resource": own}
    for changes, arn in ((listing, own), (reading, f"{own}/*")):
        found = validate_bucket_policy(document(changes), "examplebucket", partition)
        assert any(f"'{arn}', to Resource." in one.remedy for one in found), shown(found)


@pytest.mark.parametrize("element", ["Resource", "NotResource"])
def test_the_partition_is_that_of_the_first_resource(element):
    resources = ["*", "arn:aws-cn:s3:::examplebucket", OBJECTS]
    changes = {"Principal": "*", "Effect": "Deny", "Action": "*", "Resource": MISSING, element: resources}
    found = validate_bucket_policy(document(changes), "examplebucket")
    assert [(one.path, one.rule.partition("resource: ")[2]) for one in found] == [
        (f"Statement[0].{element}", "'*' is not the ARN of a bucket or of its objects."),
        (f"Statement[0].{element}", f"{OBJECTS!r} is not in the partition 'aws-cn'."),
    ]


def test_the_usual_partition_where_nothing_says_another():
    (found,) = validate_bucket_policy(document({"Resource": "*"}), "examplebucket")
    assert found.remedy == "Write 'arn:aws:s3:::examplebucket', or 'arn:aws:s3:::examplebucket/*' for its objects."


@pytest.mark.parametrize("element", ["Principal", "NotPrincipal"])
def test_where_a_deleted_principal_stands(element):
    changes = {"Principal": MISSING, "Effect": "Deny", element: {"AWS": [ROLE, "AIDAEXAMPLEEXAMPLE12"]}}
    found = warn_bucket_policy(document(changes), "examplebucket")
    assert [one.path for one in found if "AIDAEXAMPLEEXAMPLE12" in one.rule] == [f"Statement[0].{element}.AWS"]


def test_a_wildcard_in_the_id_of_an_account_is_told_once():
    changes = condition("StringEquals", "aws:ResourceAccount", "1111*")
    assert shown(validate_bucket_policy(document(changes), "examplebucket")) == []
    (found,) = warn_bucket_policy(document(changes), "examplebucket")
    assert found.rule == "'1111*' has a wildcard, 'aws:ResourceAccount' holds ids that AWS makes up."


def test_the_guard_of_endpoints_looks_at_the_networks_of_a_bucket_policy():
    changes = condition("StringEquals", "aws:SourceVpc", "vpce-1a2b3c4d")
    assert shown(warn_bucket_policy(document(changes), "examplebucket")) == []
    (found,) = warn_endpoint_policy(document(changes, ALLOW_ALL))
    assert "it is the id of an endpoint, and aws:SourceVpc holds ids of VPCs" in found.rule
    assert found.remedy == "Use aws:SourceVpce."


@pytest.mark.parametrize("partition", PARTITIONS)
def test_partitions(partition):
    raw = json.loads(json.dumps(document({})).replace("arn:aws:", f"arn:{partition}:"))
    assert shown(validate_bucket_policy(raw, "examplebucket", partition)) == []
    assert shown(validate_bucket_policy(raw, "examplebucket")) == []
    other = "aws-cn" if partition == "aws" else "aws"
    assert {problem.path for problem in validate_bucket_policy(raw, "examplebucket", other)} == {
        "Statement[0].Principal.AWS",
        "Statement[0].Resource",
    }


@pytest.mark.parametrize("partition", PARTITIONS)
@pytest.mark.parametrize("access", ["get_put", "list", "read", "write", "read_write", "all"])
@pytest.mark.parametrize("prefixes", [None, ["logs/2024/", "home/${aws:username}/"]])
def test_built_endpoint_policies_are_valid(partition, access, prefixes):
    if access == "all" and prefixes:
        prefixes = None
    session = f"arn:{partition}:sts::111122223333:assumed-role/app/session"
    built = endpoint_policy(
        ["my_secure_bucket", {"name": "other", "prefixes": prefixes, "principals": [session]}],
        partition,
        access=access,
        scope="organization",
        organization="o-1234567890",
        manager_principals=[session],
    )
    assert shown(validate_endpoint_policy(built)) == []
    assert shown(warn_endpoint_policy(built)) == []


@pytest.mark.parametrize("partition", PARTITIONS)
def test_built_perimeters_are_valid(partition):
    built = bucket_perimeter(
        "My_Old_Bucket",
        partition,
        endpoints=["vpce-1a2b3c4d"],
        vpcs=["vpc-111bbb22", f"arn:{partition}:ec2:eu-west-1:111122223333:vpc/vpc-111bbb22"],
        break_glass_principals=[f"arn:{partition}:iam::111122223333:root"],
        manager_principals=[f"arn:{partition}:sts::111122223333:assumed-role/app/session"],
        excepted_accounts=["127311923021"],
        allow_aws_services=True,
        allow_forwarded_access=True,
        tls_only=True,
    )
    assert shown(validate_bucket_policy(built, "My_Old_Bucket", partition)) == []
    assert shown(warn_bucket_policy(built, "My_Old_Bucket", partition)) == []


LEVELS = st.sampled_from(["get_put", "list", "read", "write", "read_write"])
NAMED_ACTIONS = st.lists(
    st.sampled_from(
        [action.name for action in expand_action("s3:*") if action.resource_types & frozenset(("bucket", "object"))]
    ),
    min_size=1,
)
DECLARED_BUCKETS = st.fixed_dictionaries(
    {"name": st.from_regex(r"[a-zA-Z0-9_-]{3,20}", fullmatch=True)},
    optional={
        "access": LEVELS | NAMED_ACTIONS,
        "prefixes": st.lists(st.from_regex(r"[a-zA-Z0-9/_.-]{6,20}", fullmatch=True), min_size=1, max_size=3),
        "principals": st.lists(
            st.from_regex(r"arn:aws:iam::[0-9]{12}:role/[a-z*]{1,10}", fullmatch=True), min_size=1, max_size=3
        ),
    },
)


@given(st.lists(DECLARED_BUCKETS, min_size=1, max_size=5), LEVELS)
def test_whatever_is_built_for_an_endpoint_is_valid(buckets, access):
    built = endpoint_policy(buckets, access=access)
    assert shown(validate_endpoint_policy(built)) == []
    assert shown(warn_endpoint_policy(built)) == []


def test_presets_are_valid():
    built = {"Version": "2012-10-17", "Statement": aws_service_statements(aws_service_names(), "eu-west-1")}
    assert shown(validate_endpoint_policy(built)) == []
    assert shown(warn_endpoint_policy(built)) == []


#: A key of each type, an operator of each type with a value that it takes.
KEYS_BY_TYPE = {
    "ARN": "aws:SourceArn",
    "Bool": "aws:SecureTransport",
    "Date": "aws:CurrentTime",
    "IPAddress": "aws:VpcSourceIp",
    "Numeric": "s3:TlsVersion",
    "String": "aws:username",
}
OPERATORS_BY_TYPE = {
    "ARN": ("ArnLike", "arn:aws:s3:::logs"),
    "Bool": ("Bool", "true"),
    "Date": ("DateLessThan", "2026-01-01T00:00:00Z"),
    "IPAddress": ("IpAddress", "203.0.113.0/24"),
    "Numeric": ("NumericEquals", "1"),
    "String": ("StringEquals", "1"),
}
#: What else goes together: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
BESIDES = {("Numeric", "Date"), *(("String", kind) for kind in KEYS_BY_TYPE)}


@pytest.mark.parametrize("compared", OPERATORS_BY_TYPE)
@pytest.mark.parametrize("kind", KEYS_BY_TYPE)
@pytest.mark.parametrize("suffix", ["", "IfExists"])
def test_operators_and_the_types_of_keys(compared, kind, suffix):
    operator, value = OPERATORS_BY_TYPE[compared]
    changes = condition(operator + suffix, KEYS_BY_TYPE[kind], value)
    found = [
        one
        for one in (
            *validate_bucket_policy(document(changes), "examplebucket"),
            *warn_bucket_policy(document(changes), "examplebucket"),
        )
        if "compares values of the type" in one.rule
    ]
    fits = compared == kind or (compared, kind) in BESIDES
    assert bool(found) is not fits
    for one in found:
        assert f"of the type {compared}, {KEYS_BY_TYPE[kind]!r} is a {kind}." in one.rule
        assert one.remedy == f"Use an operator for {kind}."


@pytest.mark.parametrize("key", KEYS_BY_TYPE.values())
def test_whether_a_key_is_there_is_asked_of_any_type(key):
    changes = condition("Null", key, "true")
    assert not any("compares values" in one.rule for one in warn_bucket_policy(document(changes), "examplebucket"))


#: Keys that the table of actions does not list for each action that has them, and some that it does.
EVERYWHERE = [
    ("s3:AccessGrantsInstanceArn", True),
    ("s3:AccessPointNetworkOrigin", True),
    ("s3:AccessPointTag/team", True),
    ("s3:BucketTag/team", True),
    ("s3:DataAccessPointAccount", True),
    ("s3:DataAccessPointArn", True),
    ("s3:TlsVersion", True),
    ("s3:prefix", False),
    ("s3:LocationConstraint", False),
    ("s3:x-amz-acl", False),
]


@pytest.mark.parametrize("key, applies", EVERYWHERE)
def test_keys_that_requests_for_objects_carry(key, applies):
    said = shown(validate_bucket_policy(document(condition("StringEquals", key, "x")), "examplebucket"))
    assert any("Conditions do not apply to combination" in one for one in said) is not applies


#: Keys of sessions that began elsewhere, which stay with them.
FEDERATED = ["saml:sub", "cognito-identity.amazonaws.com:sub", "accounts.google.com:aud", "graph.facebook.com:id",
             "www.amazon.com:user_id"]  # fmt: skip


@pytest.mark.parametrize("key", [*FEDERATED, "s3express:SessionMode", "s3tables:namespace", "SAML:sub"])
def test_keys_of_other_services_that_s3_has(key):
    said = shown(validate_bucket_policy(document(condition("StringEquals", key, "x")), "examplebucket"))
    assert not any("is neither a global key nor one of S3" in one for one in said)


@pytest.mark.parametrize("key", ["ec2:Vpc", "iam:PassedToService", "sub", "saml2:sub", ":x"])
def test_keys_of_other_services_that_s3_has_not(key):
    said = shown(validate_bucket_policy(document(condition("StringEquals", key, "x")), "examplebucket"))
    assert any("is neither a global key nor one of S3" in one for one in said)
