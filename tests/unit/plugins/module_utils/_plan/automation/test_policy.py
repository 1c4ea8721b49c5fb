# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The identity policy of whoever runs the collection."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.automation.permissions import permission_of
from ansible_collections.perimeter.s3.plugins.module_utils._plan.automation.policy import (
    CONTENT,
    MODES,
    Reach,
    automation_policy,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import ALLOW, decide
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.arns import PARTITIONS
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

ACCOUNT, REGION = "111122223333", "eu-central-1"
EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
REACH = Reach(ACCOUNT, REGION, ["payroll"])
NARROW = Reach(ACCOUNT, REGION, ["payroll"], ["vpc-0a"], ["vpce-0a"], ["rtb-0a", "rtb-0b"])
REGIONS = {
    "aws": "eu-central-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
    "aws-eusc": "eusc-de-east-1",
}


def listed(value):
    return value if isinstance(value, list) else [value]


def statements(document):
    return {statement["Sid"]: statement for statement in document["Statement"]}


def actions(document):
    return {action for statement in document["Statement"] for action in listed(statement["Action"])}


def test_detect_cannot_write():
    found = actions(automation_policy(REACH, content=CONTENT))
    assert [
        action for action in found if not action.split(":")[1].startswith(("Describe", "Get", "List", "LookupEvents"))
    ] == []


def test_each_mode_includes_those_before():
    for content in CONTENT:
        detect, correct, remove = (actions(automation_policy(REACH, mode=mode, content=[content])) for mode in MODES)
        assert detect <= correct <= remove
        assert not any("Delete" in action and action != "ec2:DeleteTags" for action in correct)


def test_everything_is_limited():
    """Only reads of EC2 have no resource; they have a region."""
    for sid, statement in statements(automation_policy(NARROW, mode="remove")).items():
        assert statement["Effect"] == "Allow"
        if statement["Resource"] == "*":
            assert sid == "ReadInRegion"
            assert statement["Condition"] == {"StringEquals": {"aws:RequestedRegion": REGION}}
            assert all(action.startswith("ec2:Describe") for action in statement["Action"])
        else:
            assert all(arn.startswith((f"{EC2}:", "arn:aws:s3:::payroll")) for arn in listed(statement["Resource"]))


def test_ids():
    found = statements(automation_policy(NARROW, mode="remove"))
    assert {sid: one["Resource"] for sid, one in found.items() if sid not in ("ReadInRegion", "BucketPolicies")} == {
        "CreateEndpoints": f"{EC2}:vpc-endpoint/*",
        "TagNewEndpoints": f"{EC2}:vpc-endpoint/*",
        "CreateEndpointsInVpcs": f"{EC2}:vpc/vpc-0a",
        "RouteToEndpoints": [f"{EC2}:route-table/rtb-0a", f"{EC2}:route-table/rtb-0b"],
        "ChangeEndpoints": f"{EC2}:vpc-endpoint/vpce-0a",
        "RemoveEndpoints": f"{EC2}:vpc-endpoint/vpce-0a",
    }
    of_service = {"StringLike": {"ec2:VpceServiceName": f"*.{REGION}.s3"}}
    assert {sid: one["Condition"] for sid, one in found.items() if "Condition" in one} == {
        "ReadInRegion": {"StringEquals": {"aws:RequestedRegion": REGION}},
        "BucketPolicies": {"StringEquals": {"aws:ResourceAccount": ACCOUNT}},
        "CreateEndpoints": of_service,
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
        "TagNewEndpoints": {"StringEquals": {"ec2:CreateAction": "CreateVpcEndpoint"}},
        "RemoveEndpoints": of_service,
    }
    # Whoever may tag every endpoint need not be allowed to tag new ones.
    assert "TagNewEndpoints" not in statements(automation_policy(REACH, mode="correct"))


@pytest.mark.parametrize("partition", PARTITIONS)
def test_partitions(partition):
    region = REGIONS[partition]
    reach = Reach(ACCOUNT, region, ["payroll"], roles=["robot"], services=["s3", "s3express"])
    found = statements(automation_policy(reach, mode="remove", optional=["iam:GetRole"]))
    arns = {arn for one in found.values() for arn in listed(one["Resource"]) if arn != "*"}
    assert {arn.split(":")[1] for arn in arns} == {partition}
    assert found["SeePathsOfRoles"]["Resource"] == [
        f"arn:{partition}:iam::{ACCOUNT}:role/*/robot",
        f"arn:{partition}:iam::{ACCOUNT}:role/robot",
    ]
    services = [f"*.{region}.s3", f"*.{region}.s3express"]
    assert found["CreateEndpoints"]["Condition"] == {"StringLike": {"ec2:VpceServiceName": services}}


# permission, resource, the account that owns the bucket, whether it is allowed
BUCKET_REQUESTS = [
    ("s3:PutBucketPolicy", "payroll", ACCOUNT, True),
    ("s3:PutBucketPolicy", "payroll", "444455556666", False),
    ("s3:PutBucketPolicy", "payroll2", ACCOUNT, False),
    ("s3:DeleteBucketPolicy", "payroll", ACCOUNT, False),
    ("s3:GetObject", "payroll/a", ACCOUNT, False),
]


@pytest.mark.parametrize("action, resource, owner, allowed", BUCKET_REQUESTS)
def test_what_a_policy_lets_do(action, resource, owner, allowed):
    request = {
        "principal": f"arn:aws:iam::{ACCOUNT}:user/robot",
        "action": action,
        "resource": f"arn:aws:s3:::{resource}",
        "through": "internet",
    }
    policies = {"identity": [automation_policy(REACH, mode="correct")], "bucket": None, "resource_account": owner}
    assert (decide(request, policies).decision == ALLOW) is allowed


def test_optional_permissions_are_asked_for():
    document = automation_policy(REACH, optional=["s3:ListBucket", "iam:GetRole", "ec2:DescribeVpcs"])
    assert {"s3:ListBucket", "iam:GetRole"} <= actions(document)
    assert not {"s3:ListBucket", "iam:GetRole"} & actions(automation_policy(REACH, mode="remove", content=CONTENT))


def test_paths_of_any_role_are_seen_where_none_is_named():
    found = statements(automation_policy(REACH, optional=["iam:GetRole"]))
    assert found["SeePathsOfRoles"]["Resource"] == f"arn:aws:iam::{ACCOUNT}:role/*"


def test_every_problem_of_a_declaration_is_said_at_once():
    with pytest.raises(PolicyError) as caught:
        automation_policy(Reach("1234", "mars", ["x"]), mode="fix")
    assert [one.path for one in caught.value.problems] == ["account", "region", "buckets[0]", "mode"]


def test_roles_that_are_assumed():
    roles = ["arn:aws:iam::*:role/perimeter"]
    reach = Reach(ACCOUNT, REGION, assume_roles=roles)
    found = statements(automation_policy(reach, content=["accounts"]))
    assert found["AssumeRoles"] == {
        "Sid": "AssumeRoles",
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": roles[0],
    }
    assert found["ReadInAccount"]["Resource"] == "*"
    assert "AssumeRoles" not in statements(automation_policy(Reach(ACCOUNT, REGION), content=["accounts"]))


def test_content_without_buckets_names_none():
    for content in ("gateway_endpoint", "gateway_endpoint_info"):
        found = statements(automation_policy(Reach(ACCOUNT, REGION), content=[content]))
        assert found.keys() == {"ReadInRegion"}
    with pytest.raises(PolicyError, match="No bucket is named"):
        automation_policy(Reach(ACCOUNT, REGION), content=["gateway_endpoint"], optional=["s3:GetBucketPolicy"])


# what is wrong with it, what is given, words of the message
WRONG = {
    "an account": ({"account": "1234"}, "account: '1234' is not the id of an AWS account. Give its 12 digits, quoted."),
    "a region": ({"region": "mars"}, "region: 'mars' is not an AWS Region."),
    "no bucket": ({"buckets": []}, "buckets: No bucket is named."),
    "an ARN": ({"buckets": ["arn:aws:s3:::a"]}, "buckets[0]: 'arn:aws:s3:::a' is not the name of a bucket, nor a pat"),
    "no name": ({"buckets": [None]}, "buckets[0]: None is not the name of a bucket"),
    "a VPC": ({"vpcs": ["main"]}, "vpcs[0]: 'main' is not an id that begins with 'vpc-'."),
    "an endpoint": ({"endpoints": ["vpc-0a"]}, "endpoints[0]: 'vpc-0a' is not an id that begins with 'vpce-'."),
    "a route table": (
        {"route_tables": ["rtb-0a", "0b"]},
        "route_tables[1]: '0b' is not an id that begins with 'rtb-'.",
    ),
    "a second bucket": ({"buckets": ["payroll", "x"]}, "buckets[1]: 'x' is not the name of a bucket"),
    "a long role": ({"roles": ["robot", "r" * 65]}, "roles[1]: 'rrr"),
    "a user to assume": (
        {"assume_roles": ["arn:aws:iam::*:role/x", "arn:aws:iam::*:user/x"]},
        "assume_roles[1]: 'arn:aws:iam::*:user/x' is not the ARN of a role",
    ),
    "evidence of no name": ({"evidence": ["trail", None]}, "evidence[1]: None is not the name of a bucket."),
    "a role": ({"roles": ["team/robot"]}, "roles[0]: 'team/robot' is not the name of a role. Give it without path and"),
    "a service": ({"services": ["ec2"]}, "services: 'ec2' is not known here. Known are s3, s3express."),
    "a mode": ({"mode": "fix"}, "mode: 'fix' is not known here. Known are detect, correct, remove."),
    "content": ({"content": ["roles"]}, "content: 'roles' is not known here. Known are access_check, "),
    "nobody to assume": ({"content": ["accounts"], "optional": ["sts:AssumeRole"]}, "Name them in assume_roles."),
    "no role to assume": (
        {"content": ["accounts"], "assume_roles": ["perimeter"]},
        "assume_roles[0]: 'perimeter' is not the ARN of a role",
    ),
    "a permission": (
        {"optional": ["s3:PutObject"]},
        "optional: 's3:PutObject' is not known here. Known are ec2:DescribeSubnets, iam:GetRole, s3:GetBucketPublic",
    ),
    "evidence of nowhere": ({"optional": ["s3:GetObject"]}, "Name them in evidence, which is enough."),
    "evidence that is no bucket": ({"evidence": ["s3://trail/"]}, "evidence[0]: 's3://trail/' is not the name of a bu"),
    "too much": (
        {"buckets": [f"{'b' * 50}{number}" for number in range(99)]},
        "IAM accepts 6,144 in a managed policy.",
    ),
}


def test_evidence_is_read_where_it_is_and_nowhere_else():
    reach = Reach(account=ACCOUNT, region=REGION, buckets=["payroll"], evidence=["trail"])
    found = automation_policy(reach, content=["access_replay"])["Statement"]
    (reading,) = [one for one in found if one["Sid"] == "ReadEvidence"]
    assert reading["Action"] == ["s3:GetObject", "s3:ListBucket"]
    assert reading["Resource"] == ["arn:aws:s3:::trail", "arn:aws:s3:::trail/*"]
    without = automation_policy(Reach(account=ACCOUNT, region=REGION, buckets=["payroll"]), content=["access_replay"])
    assert "ReadEvidence" not in {one["Sid"] for one in without["Statement"]}


@pytest.mark.parametrize("options, words", WRONG.values(), ids=WRONG)
def test_wrong_declarations(options, words):
    given = {"account": ACCOUNT, "region": REGION, "buckets": ["payroll"], **options}
    rest = {name: given.pop(name) for name in ("mode", "content", "optional") if name in given}
    with pytest.raises(PolicyError) as caught:
        automation_policy(Reach(**given), **rest)
    assert words in str(caught.value)


@pytest.mark.parametrize("bucket", ["payroll-*", "*", "my_old.Bucket", "log?"])
def test_patterns_of_buckets(bucket):
    found = statements(automation_policy(Reach(ACCOUNT, REGION, [bucket])))
    assert found["BucketPolicies"]["Resource"] == f"arn:aws:s3:::{bucket}"


def test_permissions_of_calls():
    assert permission_of("s3:HeadBucket") == "s3:ListBucket"
    assert permission_of("ec2:ModifyVpcEndpoint") == "ec2:ModifyVpcEndpoint"
    assert permission_of("sts:GetCallerIdentity") == "sts:GetCallerIdentity"
