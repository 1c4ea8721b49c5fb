# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator decides requests by identity, bucket and endpoint policy and by the network path."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

ACCOUNT, OTHER = "123456789012", "210987654321"
OWN = ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def only_through(endpoint: str, action="s3:*") -> dict:
    condition = {"StringNotEquals": {"aws:SourceVpce": endpoint}}
    return {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": OWN, "Condition": condition}


def outcome(call, **parameters) -> str:
    """``ok``, or the code and message of the error."""
    try:
        call(**parameters)
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error'].get('Message', '')}"
    return "ok"


@pytest.fixture
def place(emulator, ec2, s3):
    """A bucket with an object, and an endpoint with a route."""
    s3.create_bucket(Bucket="reports")
    s3.put_object(Bucket="reports", Key="a", Body=b"x")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    (table,) = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    made = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table["RouteTableId"]]
    )
    return made["VpcEndpoint"]["VpcEndpointId"], vpc, table["RouteTableId"]


def read(client) -> str:
    return outcome(client.get_object, Bucket="reports", Key="a")


def test_the_network_path_decides(emulator, s3, place):
    endpoint, vpc, _table = place
    for key, value in (("aws:SourceVpce", endpoint), ("aws:SourceVpc", vpc)):
        deny = {**only_through(endpoint, "s3:GetObject"), "Condition": {"StringNotEquals": {key: value}}}
        s3.put_bucket_policy(Bucket="reports", Policy=document(deny))
        assert read(emulator.s3()).endswith(
            'user/automation is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::reports/a" '
            "with an explicit deny in a resource-based policy"
        )
        assert read(emulator.s3(endpoint)) == "ok"
    assert read(s3) != "ok"
    emulator.settings(through=endpoint)
    assert read(s3) == "ok"


def test_the_endpoint_policy_decides(emulator, ec2, place):
    endpoint = place[0]
    policy = document(allow(["s3:GetObject"], OWN, Principal="*"))
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=policy)
    inside = emulator.s3(endpoint)
    assert read(inside) == "ok"
    for client in (inside, emulator.s3(endpoint, root=ACCOUNT)):
        assert "because no VPC endpoint policy allows the s3:DeleteObject action" in outcome(
            client.delete_object, Bucket="reports", Key="a"
        )
    assert outcome(emulator.s3().delete_object, Bucket="reports", Key="a") == "ok"


def test_an_endpoint_without_a_route_carries_nothing(emulator, ec2, place):
    endpoint, _vpc, table = place
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, RemoveRouteTableIds=[table])
    for name in (endpoint, "vpce-0123456789abcdef0"):
        with pytest.raises(ConnectionClosedError):
            emulator.s3(name).get_object(Bucket="reports", Key="a")


def test_anonymous(emulator, s3, place):
    stranger = emulator.s3(unsigned=True)
    assert read(stranger) == "AccessDenied: Access Denied"
    s3.put_bucket_policy(Bucket="reports", Policy=document(allow("s3:GetObject", OWN[1], Principal="*")))
    assert read(stranger) == "ok"
    blocked = {"RestrictPublicBuckets": True}
    s3.put_public_access_block(Bucket="reports", PublicAccessBlockConfiguration=blocked)
    assert read(stranger) != "ok"
    assert read(s3) == "ok"


def test_a_locked_out_bucket_is_recovered_by_root(emulator, s3, place):
    everything = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": OWN}
    s3.put_bucket_policy(Bucket="reports", Policy=document(everything))
    for client in (s3, emulator.s3(root=OTHER)):
        assert outcome(client.delete_bucket_policy, Bucket="reports").startswith("AccessDenied")
    root = emulator.s3(root=ACCOUNT)
    assert read(root) != "ok"
    assert outcome(root.delete_bucket_policy, Bucket="reports") == "ok"
    assert read(s3) == "ok"


def keys(made: dict) -> dict[str, str]:
    names = {"aws_access_key_id": "AccessKeyId", "aws_secret_access_key": "SecretAccessKey"}
    names |= {"aws_session_token": "SessionToken"} if "SessionToken" in made else {}
    return {option: made[name] for option, name in names.items()}


def test_users_and_roles_are_bound_by_their_policies(emulator, place):
    iam = emulator.client("iam")
    iam.create_user(UserName="alice")
    alice = keys(iam.create_access_key(UserName="alice")["AccessKey"])
    assert emulator.client("sts", **alice).get_caller_identity()["Arn"].endswith(":user/alice")
    assert "because no identity-based policy allows the s3:GetObject action" in read(emulator.s3(**alice))
    iam.put_user_policy(
        UserName="alice", PolicyName="read", PolicyDocument=document(allow(["s3:GetObject", "sts:AssumeRole"]))
    )
    assert read(emulator.s3(**alice)) == "ok"
    role = iam.create_role(RoleName="app", Path="/team/", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    managed = iam.create_policy(PolicyName="list", PolicyDocument=document(allow("s3:ListBucket", OWN[0])))["Policy"]
    iam.attach_role_policy(RoleName="app", PolicyArn=managed["Arn"])
    session = emulator.client("sts", **alice).assume_role(RoleArn=role, RoleSessionName="job")["Credentials"]
    app = emulator.s3(**keys(session))
    assert outcome(app.list_objects_v2, Bucket="reports") == "ok"
    assert "assumed-role/app/job is not authorized" in read(app)


def test_the_role_of_a_session_is_excepted(emulator, s3, place):
    role = f"arn:aws:iam::{ACCOUNT}:role/team/app"
    iam = emulator.client("iam")
    iam.create_role(RoleName="app", Path="/team/", AssumeRolePolicyDocument="{}")
    iam.put_role_policy(RoleName="app", PolicyName="all", PolicyDocument=document(allow("s3:*")))
    condition = {"ArnNotEquals": {"aws:PrincipalArn": role}}
    s3.put_bucket_policy(Bucket="reports", Policy=document({**only_through("-"), "Condition": condition}))
    session = emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="job")["Credentials"]
    assert read(emulator.s3(**keys(session))) == "ok"
    assert read(s3) != "ok"


def test_the_control_plane_is_bound_by_identity_policies(emulator, place):
    endpoint = place[0]
    iam = emulator.client("iam")
    iam.create_user(UserName="bob")
    bob = keys(iam.create_access_key(UserName="bob")["AccessKey"])
    iam.put_user_policy(UserName="bob", PolicyName="see", PolicyDocument=document(allow(["ec2:Describe*"])))
    ec2 = emulator.client("ec2", **bob)
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"]
    arn = f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc-endpoint/{endpoint}"
    refused = outcome(ec2.modify_vpc_endpoint, VpcEndpointId=endpoint, ResetPolicy=True)
    assert refused.startswith("UnauthorizedOperation: You are not authorized to perform this operation. User: ")
    assert refused.endswith(
        f":user/bob is not authorized to perform: ec2:ModifyVpcEndpoint on resource: {arn} "
        "because no identity-based policy allows the ec2:ModifyVpcEndpoint action"
    )
    for service, call in (("organizations", "list_accounts"), ("iam", "list_users")):
        assert outcome(getattr(emulator.client(service, **bob), call)).startswith("AccessDenied")
    iam.put_user_policy(
        UserName="bob", PolicyName="change", PolicyDocument=document(allow("ec2:ModifyVpcEndpoint", arn))
    )
    assert outcome(ec2.modify_vpc_endpoint, VpcEndpointId=endpoint, ResetPolicy=True) == "ok"


def test_many_objects_are_decided_one_by_one(emulator, s3, place):
    s3.put_object(Bucket="reports", Key="kept", Body=b"x")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::reports/kept"}
    s3.put_bucket_policy(Bucket="reports", Policy=document(deny))
    done = s3.delete_objects(Bucket="reports", Delete={"Objects": [{"Key": "a"}, {"Key": "kept"}]})
    assert [one["Key"] for one in done["Deleted"]] == ["a"]
    assert [(one["Key"], one["Code"]) for one in done["Errors"]] == [("kept", "AccessDenied")]
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="reports")["Contents"]] == ["kept"]


PUBLIC_POLICIES = [
    ("by a condition", {"StringLike": {"aws:SourceVpc": "vpc-*"}}, False),
    ("not by a fixed one", {"StringEquals": {"aws:SourceVpc": "vpc-0123456789abcdef0"}}, True),
]


@pytest.mark.parametrize(
    "condition, accepted", [row[1:] for row in PUBLIC_POLICIES], ids=[r[0] for r in PUBLIC_POLICIES]
)
def test_block_public_policy(s3, place, condition, accepted):
    blocked = {"BlockPublicPolicy": True}
    s3.put_public_access_block(Bucket="reports", PublicAccessBlockConfiguration=blocked)
    policy = document(allow("s3:GetObject", OWN[1], Principal="*", Condition=condition))
    assert (outcome(s3.put_bucket_policy, Bucket="reports", Policy=policy) == "ok") is accepted
