# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role, run against the emulator: its options, its calls, what it refuses."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.filter.automation_policy import build
from tests.functional.robot import Robot
from tests.functional.role_run import Step, play

BUCKET, OTHER = "role-data", "role-archive"


@pytest.fixture
def vpc(ec2, s3):
    for bucket in (BUCKET, OTHER):
        s3.create_bucket(Bucket=bucket)
    return ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def networks(outcome, bucket=BUCKET):
    """The condition keys and values that spare a network in the perimeter of a bucket."""
    condition = outcome.statement(bucket, "PerimeterS3Network")["Condition"]
    found = {**condition.get("StringNotEquals", {}), **condition.get("StringNotEqualsIfExists", {})}
    return {key: sorted([value] if isinstance(value, str) else value) for key, value in found.items()}


def granted(outcome):
    """The endpoint policy: what is allowed, and on what, by Sid."""
    document = outcome.result["endpoint"]["policy_document"]
    return {one["Sid"]: one for one in document["Statement"]}


def test_nothing_drifted_takes_few_calls(emulator, ec2, s3, vpc):
    declared = {"vpc_id": vpc, "buckets": [BUCKET, {"name": OTHER, "access": "read"}]}
    first, second, checked = play(emulator, Step(declared), Step(declared), Step(declared, check=True)).outcomes
    assert first.message == ""
    assert sorted(first.result["actions"]) == ["ec2:CreateVpcEndpoint", "s3:PutBucketPolicy", "s3:PutBucketPolicy"]
    for again in (second, checked):
        assert again.result["actions"] == []
        assert sorted(again.calls) == [
            "DescribeRouteTables",
            "DescribeVpcEndpoints",  # those of the region, for peers, and that of the VPC
            "GetBucketPolicy",
            "GetBucketPolicy",
            "GetCallerIdentity",
        ]


def test_options(emulator, ec2, s3, vpc):
    """What each option does, one after the other on the same endpoint and buckets."""
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "one"}])
    twins = [ec2.create_vpc(CidrBlock=f"10.{n}.0.0/16")["Vpc"]["VpcId"] for n in (1, 2)]
    ec2.create_tags(Resources=twins, Tags=[{"Key": "Name", "Value": "two"}])
    chosen = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3")["VpcEndpoint"]["VpcEndpointId"]
    ec2.create_tags(Resources=[made], Tags=[{"Key": "Old", "Value": "yes"}, {"Key": "Owner", "Value": "nobody"}])
    peer = ec2.create_vpc_endpoint(VpcId=twins[0], ServiceName="com.amazonaws.us-east-1.s3")["VpcEndpoint"]
    glass, elsewhere = "arn:aws:iam::123456789012:role/break-glass", "vpce-0aaaaaaaaaaaaaaaa"
    by_name = {
        "vpc_name": "one",
        "region": "us-east-1",
        "buckets": [
            {"name": BUCKET, "access": "read_write", "prefixes": ["invoices/"]},
            {"name": OTHER, "access": ["s3:GetObject"], "principals": ["arn:aws:iam::123456789012:role/reader"]},
        ],
        "route_tables": [chosen],
        "aws_services": ["amazon_linux"],
        "break_glass_principals": [glass],
        "require_tls": False,
        "tags": {"Owner": "platform"},
        "purge_tags": True,
    }
    plain = {"vpc_id": vpc, "buckets": [BUCKET, OTHER]}
    shared = {**plain, "additional_endpoints": [peer["VpcEndpointId"], elsewhere]}
    none, two, full, by_vpc, back, more, refused, alone = play(
        emulator,
        Step({**by_name, "vpc_name": "three"}),
        Step({**by_name, "vpc_name": "two"}),
        Step(by_name),
        Step({**plain, "restrict_by": "vpc"}),
        Step(plain),
        Step(shared),
        Step(plain),
        Step({**plain, "exclusive": True}),
    ).outcomes

    assert none.message == (
        "private_access_vpc_name: No VPC is named three in this region. "
        "Say which one is meant with private_access_vpc_id."
    )
    assert two.message == (
        f"private_access_vpc_name: 2 VPCs are named two in this region ({', '.join(sorted(twins))}). "
        "Say which one is meant with private_access_vpc_id."
    )
    assert none.writes == two.writes == []

    assert full.message == ""
    found = full.result["endpoint"]
    assert (found["vpc_endpoint_id"], found["route_table_ids"]) == (made, [chosen])
    assert found["tags"] == {"Owner": "platform"}
    allowed = granted(full)
    assert allowed["PerimeterS3AllowReadWrite"]["Resource"] == "arn:aws:s3:::role-data/invoices/*"
    assert allowed["PerimeterS3AllowReadWriteListing"]["Condition"] == {"StringLike": {"s3:prefix": "invoices/*"}}
    assert allowed["PerimeterS3AllowCustom"]["Action"] == "s3:GetObject"
    assert "arn:aws:iam::123456789012:role/reader" in json.dumps(allowed["PerimeterS3AllowCustom"]["Condition"])
    assert "al2023-repos-us-east-1" in json.dumps(found["policy_document"])
    assert networks(full) == {"aws:SourceVpce": [made]}
    assert glass in json.dumps(full.statement(BUCKET, "PerimeterS3Network")["Condition"])
    assert full.statement(BUCKET, "PerimeterS3Tls") is None

    assert networks(by_vpc) == {"aws:SourceVpc": [vpc]}
    assert by_vpc.statement(BUCKET, "PerimeterS3Tls")
    assert glass not in json.dumps(by_vpc.policies)
    assert networks(back) == {"aws:SourceVpce": [made]}
    assert len(back.result["endpoint"]["route_table_ids"]) == 2
    assert back.result["endpoint"]["tags"] == {"Owner": "platform"}

    both = sorted([made, peer["VpcEndpointId"], elsewhere])
    assert networks(more) == {"aws:SourceVpce": both}
    # Beside the network of another declaration of this account, what is not declared may be that declaration's.
    for each in (elsewhere, "private_access_additional_endpoints", "private_access_exclusive"):
        assert each in refused.message
    assert refused.writes == []
    assert networks(alone) == {"aws:SourceVpce": [made]}


def test_limit(emulator, ec2, s3, vpc):
    declared = {"vpc_id": vpc, "buckets": [BUCKET, OTHER]}
    [first] = play(emulator, Step(declared)).outcomes
    made = first.result["endpoint"]["vpc_endpoint_id"]
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.delete_bucket_policy(Bucket=OTHER)
    ec2.modify_vpc_endpoint(VpcEndpointId=made, ResetPolicy=True)
    nothing, bucket, endpoint, unknown = play(
        emulator,
        Step({**declared, "limit": ["not-ours", "vpc-0123456789abcdef0"]}),
        Step({**declared, "limit": [OTHER, "not-ours"]}),
        Step({**declared, "limit": f"{made},not-ours"}),
        Step({**declared, "limit": ["vpce-0123456789abcdef0"]}),
    ).outcomes
    for idle in (nothing, unknown):
        assert (idle.message, idle.writes) == ("", [])
        assert idle.result == {"endpoint": None, "buckets": {}, "actions": []}
    assert nothing.calls == []  # Not even a question.
    assert bucket.result["actions"] == ["s3:PutBucketPolicy"]
    assert list(bucket.result["buckets"]) == [OTHER]
    assert "DescribeRouteTables" not in bucket.calls
    assert endpoint.result["actions"] == ["ec2:ModifyVpcEndpoint"]
    assert endpoint.result["buckets"] == {}

    # A deleted endpoint comes back under another id, which all buckets have to know; a bucket alone cannot be closed.
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made])
    stranded, again = play(emulator, Step({**declared, "limit": [OTHER]}), Step({**declared, "limit": [vpc]})).outcomes
    assert stranded.message == (
        f"{vpc}: It has no S3 gateway endpoint, so the buckets cannot be closed around the one. Nothing was changed. "
        "Run without private_access_limit."
    )
    assert sorted(again.result["actions"]) == ["ec2:CreateVpcEndpoint", "s3:PutBucketPolicy", "s3:PutBucketPolicy"]
    assert networks(again, OTHER) == {"aws:SourceVpce": [again.result["endpoint"]["vpc_endpoint_id"]]}


def test_a_role_of_another_account_is_assumed_and_its_account_checked(emulator, sts):
    role = "arn:aws:iam::111122223333:role/perimeter"
    given = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    keys = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    emulator.client("s3", **keys).create_bucket(Bucket=BUCKET)
    vpc = emulator.client("ec2", **keys).create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    declared = {"vpc_id": vpc, "buckets": [BUCKET]}
    assumed = {**declared, "assume_role_arn": role, "assume_role_external_id": "external", "account_id": "111122223333"}
    played = play(
        emulator, Step({**declared, "account_id": "111122223333"}), Step(assumed), verbose="-vvv", with_secrets=True
    )
    wrong, right = played.outcomes
    assert wrong.writes == []
    assert wrong.message.startswith(
        "private_access_account_id: The credentials are those of arn:aws:iam::123456789012:user/automation in the "
        "account 123456789012, but "
        "private_access_account_id says 111122223333. Nothing was changed."
    )
    assert right.message == ""
    assert right.calls[0] == "AssumeRole"
    assert right.result["endpoint"]["owner_id"] == "111122223333"
    assert "arn:aws:iam::111122223333:role/perimeter" in json.dumps(right.policies)
    assert len(played.secrets) >= 3
    for name in ("secret_key", "session_token"):
        assert played.secrets[name] not in played.output


#: What is declared -> what the user reads.
BAD = {
    "misspelt": (
        {"limits": [BUCKET]},
        "private_access_limits: There is no such variable. Did you mean private_access_",
    ),
    "no VPC": ({"vpc_id": ""}, "Give private_access_vpc_id or private_access_vpc_name, and not both."),
    "two VPCs": ({"vpc_name": "one"}, "Give private_access_vpc_id or private_access_vpc_name, and not both."),
    "no bucket": ({"buckets": []}, "private_access_buckets is empty."),
    "no name": ({"buckets": [{"access": "read"}]}, "has no name. Give each the key"),
    "twice": ({"buckets": [BUCKET, {"name": BUCKET}]}, "names a bucket twice."),
    "an ARN": ({"buckets": ["arn:aws:s3:::role-data"]}, "what is not the name of a bucket: arn:aws:s3:::role-data."),
    "account": ({"account_id": "1234"}, "private_access_account_id is not an account id. Give its twelve digits"),
    "no organization": ({"endpoint_scope": "organization"}, "Say which, with private_access_organization."),
    "no patterns": ({"endpoint_scope": "pattern"}, "Give private_access_bucket_patterns"),
    "scope": ({"endpoint_scope": "world"}, "value of private_access_endpoint_scope must be one of: buckets, pattern"),
    "restriction": ({"restrict_by": "subnet"}, "value of private_access_restrict_by must be one of: vpce, vpc"),
    "access": ({"buckets": [{"name": BUCKET, "access": "look"}]}, "buckets[0].access: 'look' is not an access level"),
    "prefix": ({"buckets": [{"name": BUCKET, "prefixes": ["*"]}]}, "prefixes[0]: '*' is not a prefix"),
    "option": ({"buckets": [{"name": BUCKET, "acces": "read"}]}, "Unknown option 'acces'. Known are name, access"),
    "network": ({"additional_endpoints": ["here"]}, "'here' is neither the id nor the ARN of a VPC"),
    "principal": ({"break_glass_principals": ["*"]}, "break_glass_principals[0]: '*' does not name principals"),
    "service": ({"aws_services": ["amazon_unix"], "region": "us-east-1"}, "'amazon_unix'"),
    "no such role": ({"assume_role_arn": "perimeter"}, "Cannot assume the role perimeter"),
    "too many": (
        {"buckets": [f"a-bucket-with-a-long-name-{number:04}" for number in range(400)]},
        "characters long for 400 named buckets",
    ),
}


def test_bad_declarations_write_nothing_and_say_why(emulator, vpc):
    role = "arn:aws:iam::123456789012:role/perimeter"
    nobody = {**emulator.connection, **Robot(emulator).keys}
    bad = {
        **BAD,
        "no permission": (
            {"connection": nobody, "assume_role_arn": role},
            f"to perform: sts:AssumeRole on resource: {role}",
        ),
    }
    steps = [Step({"vpc_id": vpc, "buckets": [BUCKET], **given}) for given, _message in bad.values()]
    outcomes = play(emulator, *steps).outcomes
    for name, (_given, message), outcome in zip(bad, bad.values(), outcomes, strict=True):
        assert message in outcome.message, name
        assert outcome.writes == [], name


def test_workloads_are_not_cut_off(emulator, ec2, s3, vpc):
    managers = [f"arn:aws:iam::123456789012:user/{name}" for name in ("automation", "robot")]
    both = {"vpc_id": vpc, "buckets": [BUCKET, OTHER], "manager_principals": managers}
    one = {**both, "buckets": [BUCKET]}
    # Whoever has the policy for what is declared cannot read that of another bucket.
    blind = {**emulator.connection, **Robot(emulator).may(build([BUCKET], "123456789012", "us-east-1"))}
    played = play(
        emulator,
        Step(both),
        Step({**one, "connection": blind}, check=True),
        Step(one),
        Step({**one, "allow_cutoff": True}, check=True),
        Step({**both, "state": "absent", "limit": [OTHER]}),
        Step(one),
        Step({**one, "state": "absent"}, check=True),
    )
    first, unread, refused, overridden, left, narrowed, planned = played.outcomes
    assert unread.message == ""
    said = " ".join(played.output.split())
    assert unread.result["actions"] == ["ec2:ModifyVpcEndpoint"]
    assert f"user/robot has no permission for s3:GetBucketPolicy on arn:aws:s3:::{OTHER} because" in said
    assert said.count("Whether workloads lose a bucket that the endpoint does not let through any more") == 1
    made = first.result["endpoint"]["vpc_endpoint_id"]
    assert f"Workloads would lose bucket {OTHER}" in refused.message
    assert "or set allow_cutoff if that is meant" in refused.message
    assert refused.writes == []
    assert overridden.result["actions"] == ["ec2:ModifyVpcEndpoint"]
    # The way to leave: out of the perimeter first, then out of the declaration.
    assert (left.result["actions"], left.policies) == (["s3:DeleteBucketPolicy"], {OTHER: None})
    assert narrowed.result["actions"] == ["ec2:ModifyVpcEndpoint"]
    # The statements that demand the endpoint would be gone by then.
    assert sorted(planned.result["actions"]) == ["ec2:DeleteVpcEndpoints", "s3:DeleteBucketPolicy"]
    # Once to decide, and once more before it is written.
    assert planned.calls.count("GetBucketPolicy") == 2

    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    policy["Statement"].append({**policy["Statement"][0], "Sid": "Theirs"})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    [theirs] = play(emulator, Step({**one, "state": "absent"}, check=True)).outcomes
    assert f"Workloads would lose bucket {BUCKET}, which lets in only through " in theirs.message
    assert "statement 'Theirs'): the endpoint is to be removed." in theirs.message
    assert made in theirs.message
