# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the form of a request says about its keys, and what it refuses beyond the table of invalid requests."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.request import Request
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import RequestError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.principals import Kind
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import RoleOfSession, State, find

ABSENT, PRESENT, UNKNOWN = State.ABSENT, State.PRESENT, State.UNKNOWN
ACCOUNT = "111122223333"
BUCKET = "arn:aws:s3:::b"
LIST = {"principal": f"arn:aws:iam::{ACCOUNT}:user/x/alice", "action": "s3:ListBucket", "resource": BUCKET}

#: changes of the request, key, what is known of it
KEYS = [
    ({}, "aws:username", ("alice",)),
    ({}, "aws:PrincipalType", ("User",)),
    ({}, "aws:userid", PRESENT),
    ({}, "aws:SecureTransport", PRESENT),
    ({}, "aws:PrincipalOrgID", UNKNOWN),
    ({}, "aws:PrincipalTag/a", UNKNOWN),
    ({}, "aws:SourceVpce", UNKNOWN),
    ({}, "aws:ViaAWSService", ("false",)),
    ({"principal": ACCOUNT}, "aws:PrincipalArn", (f"arn:aws:iam::{ACCOUNT}:root",)),
    ({"principal": ACCOUNT}, "aws:userid", (ACCOUNT,)),
    (
        {"principal": ACCOUNT, "action": "s3:ListAllMyBuckets", "resource": "*"},
        "aws:PrincipalArn",
        (f"arn:aws:iam::{ACCOUNT}:root",),
    ),
    ({"principal": f"arn:aws:sts::{ACCOUNT}:user/moto"}, "aws:PrincipalArn", (f"arn:aws:iam::{ACCOUNT}:user/moto",)),
    (
        {"principal": ACCOUNT, "resource": "arn:aws-cn:s3:::b"},
        "aws:PrincipalArn",
        (f"arn:aws-cn:iam::{ACCOUNT}:root",),
    ),
    (
        {"principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i"},
        "aws:PrincipalArn",
        RoleOfSession("aws", ACCOUNT, "app"),
    ),
    ({"principal": "anonymous"}, "aws:PrincipalArn", ABSENT),
    ({"principal": "anonymous"}, "aws:PrincipalTag/a", ABSENT),
    ({"principal": "anonymous"}, "aws:PrincipalAccount", ("anonymous",)),
    ({"principal": "logging.s3.amazonaws.com"}, "aws:PrincipalServiceName", ("logging.s3.amazonaws.com",)),
    ({"principal": "logging.s3.amazonaws.com"}, "aws:SecureTransport", UNKNOWN),
    ({"principal": "logging.s3.amazonaws.com", "through": "internet"}, "aws:SourceIp", UNKNOWN),
    ({"principal": "logging.s3.amazonaws.com", "through": "vpce-1"}, "aws:SourceIp", ABSENT),
    ({"through": "internet"}, "aws:SourceVpce", ABSENT),
    ({"through": "internet"}, "aws:SourceIp", PRESENT),
    ({"through": "vpce-1"}, "aws:SourceVpce", ("vpce-1",)),
    ({"through": "vpce-1"}, "aws:SourceVpc", PRESENT),
    ({"through": "vpce-1"}, "aws:VpceOrgID", UNKNOWN),
    ({"through": "vpc-1"}, "aws:SourceVpce", PRESENT),
    ({"through": {"account": ACCOUNT}}, "aws:VpceAccount", (ACCOUNT,)),
    ({"through": {"account": ACCOUNT}}, "aws:SourceIp", ABSENT),
    ({"through": {"vpce": "vpce-1", "org": None}}, "aws:VpceOrgPaths", ABSENT),
    (
        {"through": {"vpc": "vpc-1", "account": ACCOUNT, "region": "eu-west-1"}},
        "aws:SourceVpcArn",
        (f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/vpc-1",),
    ),
    ({"through": "vpce-1", "called_via": ["athena.amazonaws.com"]}, "aws:SourceVpce", ABSENT),
    ({"called_via": "athena.amazonaws.com"}, "aws:CalledViaLast", ("athena.amazonaws.com",)),
    ({"context": {"aws:SourceVpc": "vpc-1"}}, "aws:SourceIp", ABSENT),
    ({"context": {"aws:SourceIp": "203.0.113.1"}}, "aws:SourceVpce", ABSENT),
    ({"context": {"aws:SourceIp": None}}, "aws:SourceVpce", UNKNOWN),
    ({"context": {"aws:resourceaccount": ACCOUNT}}, "s3:ResourceAccount", (ACCOUNT,)),
    ({"context": {"s3:x": []}}, "s3:x", ABSENT),
    ({"context": {"s3:x": [1, True, "a"]}}, "s3:x", ("1", "true", "a")),
]
#: changes of the request, whether it passes an endpoint
ENDPOINTS = [
    ({}, None),
    ({"through": "internet"}, False),
    ({"through": "vpce-1"}, True),
    ({"through": "vpce-1", "called_via": ["athena.amazonaws.com"]}, False),
    ({"context": {"aws:SourceVpce": "vpce-1"}}, True),
    ({"context": {"aws:VpceOrgID": "o-a"}}, True),
    ({"context": {"aws:SourceVpce": None}}, False),
    ({"context": {"aws:SourceIp": "203.0.113.1"}}, False),
    ({"context": {"aws:SourceIp": None}}, None),
]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i"
INVALID = [
    ({"context": {"aws:SecureTransport": None}}, "context.aws:SecureTransport", "every such request carries it"),
    ({"context": {"aws:SourceVpce": "vpce-1", "aws:SourceVpc": None}}, "context.aws:SourceVpc", "carry both"),
    (
        {"context": {"aws:ResourceAccount": "1", "s3:ResourceAccount": "2"}},
        "context.s3:ResourceAccount",
        "not the same",
    ),
    ({"principal": SESSION, "context": {"aws:PrincipalArn": f"{ROLE}x"}}, "context.aws:PrincipalArn", "a role 'app'"),
    ({"principal": f"arn:aws:iam::{ACCOUNT}:root/x"}, "principal", "root/x"),
    ({"principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i/j"}, "principal", "i/j"),
    ({"principal": f"arn:aws-mars:iam::{ACCOUNT}:root"}, "principal", "aws-mars"),
    ({"principal": "logging.s3.amazonaws.com", "called_via": ["athena.amazonaws.com"]}, "called_via", "logging"),
    ({"resource": "*"}, "resource", "one resource"),
    ({"resource": "arn:aws:s3:eu-west-1:111122223333:accesspoint/a/object/x"}, "resource", "accesspointobject"),
    ({"resource": "arn:aws-mars:s3:::b"}, "resource", "aws-mars"),
    ({"through": {"vpce": None}}, "through.vpce", "None"),
    ({"through": 7}, "through", "7"),
    ({"called_via": 7}, "called_via", "7"),
    ({"action": None, "resource": ""}, "action", "None"),
]


@pytest.mark.parametrize("changes, key, known", KEYS)
def test_key(changes, key, known):
    assert find(Request.from_mapping({**LIST, **changes}).context, key.lower()) == known


@pytest.mark.parametrize("changes, passes", ENDPOINTS)
def test_endpoint(changes, passes):
    assert Request.from_mapping({**LIST, **changes}).endpoint is passes


@pytest.mark.parametrize("changes, path, said", INVALID)
def test_invalid(changes, path, said):
    with pytest.raises(RequestError) as caught:
        Request.from_mapping({**LIST, **changes})
    assert path in [problem.path for problem in caught.value.problems]
    assert said in str(caught.value)


def test_a_request_is_a_mapping():
    with pytest.raises(RequestError, match="is a mapping"):
        Request.from_mapping(["s3:ListBucket"])


def test_the_context_tells_role_and_session_of_a_caller():
    known = Request.from_mapping({**LIST, "principal": SESSION, "context": {"aws:PrincipalArn": ROLE}}).caller
    assert (known.kind, known.role_arn, known.session) == (Kind.SESSION, ROLE, "i")
    assert Request.from_mapping({**LIST, "principal": ROLE, "context": {"aws:userid": "AROAX"}}).caller.session is None
    named = Request.from_mapping({**LIST, "principal": ROLE, "context": {"aws:userid": "AROAX:i"}}).caller
    assert (named.kind, named.role_arn, named.session) == (Kind.ROLE, ROLE, "i")


def test_account_level_and_foreign_actions_name_no_bucket():
    everything = {**LIST, "action": "s3:ListAllMyBuckets", "resource": "*"}
    assert Request.from_mapping(everything).resource == "*"
    assert Request.from_mapping(everything).called_via == ()
    # The ARN of a multi-Region access point has no Region.
    point = f"arn:aws:s3::{ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap"
    assert Request.from_mapping({**LIST, "resource": point}).resource == point
    vpc = {**LIST, "action": "ec2:ModifyVpcEndpoint", "resource": f"arn:aws:ec2:r:{ACCOUNT}:vpc-endpoint/vpce-1"}
    assert Request.from_mapping(vpc).action_key == "ec2:modifyvpcendpoint"
