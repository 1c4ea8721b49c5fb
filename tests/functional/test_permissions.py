# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs by a user who has nothing but a policy of automation_policy: it is enough, and nothing in it can be left out."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.session import get_session

from ansible_collections.perimeter.s3.plugins.filter.automation_policy import build
from ansible_collections.perimeter.s3.plugins.module_utils._plan.automation.permissions import OPTIONAL, uses_of
from ansible_collections.perimeter.s3.tests.functional.module_run import READS, run_module
from ansible_collections.perimeter.s3.tests.functional.robot import Robot, actions_of, without
from tests.functional.warm_ansible import run_ansible

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
ACCOUNT, REGION = "123456789012", "us-east-1"
BUCKET, OTHER_BUCKET = "payroll", "payroll-of-others"
ARN = f"arn:aws:s3:::{BUCKET}"
EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
#: What a fleet discovers, and the permissions that this takes.
DISCOVER = {"prefix": BUCKET, "tags": {"team": "blue"}}
DISCOVERY = ["s3:GetBucketTagging", "s3:ListAllMyBuckets"]


def policy_of(vpc: str) -> dict:
    condition = {"StringNotEquals": {"aws:SourceVpc": vpc}}
    statement = {"Sid": "Ours", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [{**statement, "Resource": f"{ARN}/*"}]}


ENDPOINT_POLICY = {
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [ARN, f"{ARN}/*"]}]
}


@pytest.fixture
def place(emulator, ec2, s3):
    """A VPC with a subnet and two route tables, and two buckets; `user` gives a user a policy."""
    vpc = ec2.create_vpc(
        CidrBlock="10.0.0.0/16",
        TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "main"}]}],
    )["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    for bucket in (BUCKET, OTHER_BUCKET):
        s3.create_bucket(Bucket=bucket)

    def endpoint(**options) -> str:
        made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3", **options)
        return made["VpcEndpoint"]["VpcEndpointId"]

    return SimpleNamespace(vpc=vpc, subnet=subnet, table=table, user=Robot(emulator).may, endpoint=endpoint)


@pytest.fixture
def tagged(place, s3):
    """The bucket, the only one, has the tags by which it is discovered."""
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "team", "Value": "blue"}]})
    s3.delete_bucket(Bucket=OTHER_BUCKET)


def for_endpoints(mode: str = "remove", **options) -> dict:
    """With the policies of dependent buckets."""
    return automation(mode, "gateway_endpoint", optional=["s3:GetBucketPolicy"], **options)


def automation(mode: str, content: str, **options) -> dict:
    return build([BUCKET], ACCOUNT, REGION, mode, content, **options)


# step -> whether there is an endpoint before it, and the options of its run
ENDPOINT_STEPS = {
    "create": (False, {"subnet_ids": ["{subnet}"], "policy": ENDPOINT_POLICY, "tags": {"a": "1"}}),
    "see": (True, {"prefix_lists": True}),
    "change": (True, {"all_route_tables": True, "policy": ENDPOINT_POLICY, "dependent_buckets": [BUCKET]}),
    "tag": (True, {"tags": {"b": "2"}}),
    "remove": (True, {"state": "absent"}),
}
# permission -> step of the endpoint that it takes
ENDPOINT_PERMISSIONS = {
    "ec2:CreateTags": "tag",
    "ec2:CreateVpcEndpoint": "create",
    "ec2:DeleteTags": "tag",
    "ec2:DeleteVpcEndpoints": "remove",
    "ec2:DescribeManagedPrefixLists": "see",
    "ec2:DescribeRouteTables": "change",
    "ec2:DescribeSubnets": "create",
    "ec2:DescribeVpcEndpointServices": "create",
    "ec2:DescribeVpcEndpoints": "see",
    "ec2:DescribeVpcs": "create",
    "ec2:ModifyVpcEndpoint": "change",
    "s3:GetBucketPolicy": "change",
}


def run_endpoint(emulator, place, step: str, document: dict, check: bool = False):
    there, options = ENDPOINT_STEPS[step]
    if there and not emulator.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]:
        place.endpoint(TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "a", "Value": "1"}]}])
    filled = {name: [place.subnet] if value == ["{subnet}"] else value for name, value in options.items()}
    return run_module(
        emulator, "gateway_endpoint", check, vpc_id=place.vpc, **filled, **place.user(document), wait_timeout=5
    )


@pytest.mark.parametrize("step", ENDPOINT_STEPS)
def test_what_an_endpoint_takes(emulator, place, step):
    done = run_endpoint(emulator, place, step, for_endpoints(vpcs=[place.vpc]))
    assert not done.get("failed"), done
    assert done["changed"] is (step != "see")


@pytest.mark.parametrize("permission, step", ENDPOINT_PERMISSIONS.items(), ids=ENDPOINT_PERMISSIONS)
def test_no_permission_for_an_endpoint_is_too_many(emulator, place, permission, step):
    refused = run_endpoint(emulator, place, step, without(for_endpoints(), permission))
    assert refused.get("failed"), refused
    assert permission in refused["msg"]
    assert "user/robot" in refused["msg"]


def test_every_permission_for_an_endpoint_is_examined():
    assert actions_of(for_endpoints()) == set(ENDPOINT_PERMISSIONS)


def test_detect_is_enough_to_detect_and_for_no_more(emulator, place):
    for step, write in {"create": "CreateVpcEndpoint", "remove": "DeleteVpcEndpoints"}.items():
        document = automation("detect", "gateway_endpoint")
        seen = run_endpoint(emulator, place, step, document, check=True)
        assert (seen["changed"], seen["actions"], seen.writes) == (True, [f"ec2:{write}"], [])
        refused = run_endpoint(emulator, place, step, document)
        assert refused["failed"], refused
        assert f"user/robot has no permission for ec2:{write} on {EC2}:" in refused["msg"]
        assert (refused["changed"], refused["actions"]) == (False, [])

    keys = place.user(automation("detect", "bucket_policy"))
    options = {"bucket": BUCKET, "policy": policy_of(place.vpc), **keys}
    assert run_module(emulator, "bucket_policy", True, **options)["actions"] == ["s3:PutBucketPolicy"]
    refused = run_module(emulator, "bucket_policy", **options)
    assert refused["msg"] == (
        f"Cannot write the policy of bucket {BUCKET}: arn:aws:iam::{ACCOUNT}:user/robot has no permission for "
        f"s3:PutBucketPolicy on {ARN} because no identity-based policy allows the s3:PutBucketPolicy action. "
        "Allow s3:PutBucketPolicy for that identity."
    )
    assert (refused["changed"], refused["actions"]) == (False, [])


BUCKET_STEPS = {
    "s3:GetBucketPolicy": {},
    "s3:PutBucketPolicy": {},
    "s3:DeleteBucketPolicy": {"state": "absent", "policy": None},
}


@pytest.mark.parametrize("permission, options", BUCKET_STEPS.items(), ids=BUCKET_STEPS)
def test_what_a_bucket_policy_takes(emulator, place, s3, permission, options):
    if "state" in options:
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy_of(place.vpc)))
    mode = "remove" if "state" in options else "correct"
    full = automation(mode, "bucket_policy")
    given = {"bucket": BUCKET, "policy": policy_of(place.vpc), **options}
    refused = run_module(emulator, "bucket_policy", **given, **place.user(without(full, permission)))
    assert f"user/robot has no permission for {permission} on {ARN} because" in refused["msg"]
    done = run_module(emulator, "bucket_policy", **given, **place.user(full))
    assert done.get("changed"), done


def test_without_the_endpoints_a_bucket_policy_is_written_with_a_warning(emulator, place):
    """The one permission without which a run goes on: what it would have examined is said."""
    endpoint = place.endpoint()
    policy = policy_of(place.vpc)
    policy["Statement"][0]["Condition"] = {"StringNotEquals": {"aws:SourceVpce": endpoint}}
    full = automation("correct", "bucket_policy")
    assert actions_of(full) == {
        "s3:GetBucketPolicy",
        "s3:PutBucketPolicy",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
    }
    keys = place.user(without(full, "ec2:DescribeVpcEndpoints"))
    done = run_module(emulator, "bucket_policy", bucket=BUCKET, policy=policy, **keys)
    assert done["changed"], done
    (warning,) = done["warnings"]
    # A text up to ansible-core 2.18, then a mapping with the text in it.
    assert "was not examined" in str(warning)
    assert "no permission for ec2:DescribeVpcEndpoints" in str(warning)


def test_other_buckets_and_accounts_are_out_of_reach(emulator, place, s3):
    keys = place.user(automation("remove", "bucket_policy"))
    refused = run_module(emulator, "bucket_policy", bucket=OTHER_BUCKET, state="absent", **keys)
    assert f"s3:GetBucketPolicy on arn:aws:s3:::{OTHER_BUCKET} because" in refused["msg"]
    everything = build(["*"], "210987654321", REGION, "remove", "bucket_policy")
    refused = run_module(
        emulator, "bucket_policy", bucket=BUCKET, policy=policy_of(place.vpc), **place.user(everything)
    )
    assert f"s3:GetBucketPolicy on {ARN} because" in refused["msg"]


# what is narrowed, to what, and what the step is then refused on
NARROWED = [
    ("create", {"vpcs": ["vpc-0bad"]}, "ec2:CreateVpcEndpoint on {EC2}:vpc/vpc-"),
    ("create", {"services": ["s3express"]}, "ec2:CreateVpcEndpoint on {EC2}:vpc-endpoint/*"),
    ("change", {"route_tables": ["rtb-0bad"]}, "ec2:ModifyVpcEndpoint on {EC2}:route-table/rtb-"),
    ("change", {"endpoints": ["vpce-0bad"]}, "ec2:ModifyVpcEndpoint on {EC2}:vpc-endpoint/vpce-"),
    ("tag", {"endpoints": ["vpce-0bad"]}, "ec2:CreateTags on {EC2}:vpc-endpoint/vpce-"),
    ("remove", {"services": ["s3express"]}, "ec2:DeleteVpcEndpoints on {EC2}:vpc-endpoint/vpce-"),
]


@pytest.mark.parametrize("step, narrower, refused", NARROWED)
def test_ids_and_services_narrow(emulator, place, step, narrower, refused):
    result = run_endpoint(emulator, place, step, for_endpoints(**narrower))
    assert result["failed"], result
    assert refused.format(EC2=EC2) in result["msg"]


def test_new_endpoints_get_tags_where_others_do_not(emulator, place):
    document = automation("correct", "gateway_endpoint", endpoints=["vpce-0bad"])
    done = run_endpoint(emulator, place, "create", document)
    assert not done.get("failed"), done
    assert done["endpoint"]["tags"] == {"a": "1"}


def play(emulator, playbook, keys, **variables) -> tuple[int, str, set[str]]:
    """Status, output and calls of a playbook; it makes no other call than the table has."""
    given = {
        "private_access_vpc_name": "main",
        "private_access_buckets": [BUCKET],
        "private_access_tags": {"a": "1"},
        "private_access_purge_tags": True,
        "private_access_connection": {"endpoint_url": emulator.url},
        **variables,
    }
    emulator.reset_calls()
    finished = run_ansible(
        *("ansible-playbook", "-i", "localhost,", PLAYBOOKS / f"{playbook}.yml", "-e", json.dumps(given)),
        environment={
            "AWS_ACCESS_KEY_ID": keys["access_key"],
            "AWS_SECRET_ACCESS_KEY": keys["secret_key"],
            "AWS_REGION": REGION,
            "ANSIBLE_LOCALHOST_WARNING": "false",
        },
    )
    calls = {f"{call['service']}:{call['operation']}" for call in emulator.calls()}
    assert calls - set(uses_of(playbook)) == set()
    return finished.returncode, " ".join((finished.stdout + finished.stderr).split()), calls


def writes(calls: set[str]) -> set[str]:
    return {call for call in calls if not call.partition(":")[2].startswith(READS)}


def test_the_playbooks(emulator, place, ec2):
    detect, correct, remove = (automation(mode, "private_access") for mode in ("detect", "correct", "remove"))
    asking = automation("detect", "drift", optional=["cloudtrail:LookupEvents"])
    status, output, calls = play(emulator, "drift", place.user(asking), drift_who=True)
    assert (status, writes(calls)) == (0, set()), output
    assert "cloudtrail:LookupEvents" in calls
    assert "not known" not in output
    seen = calls

    status, output, calls = play(emulator, "drift", place.user(detect), drift_correct=True)
    assert status != 0
    assert f"user/robot has no permission for ec2:CreateVpcEndpoint on {EC2}:vpc/{place.vpc} because" in output
    assert "Allow ec2:CreateVpcEndpoint for that identity." in output
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []

    keys = place.user(without(correct, "s3:PutBucketPolicy"))
    status, output, calls = play(emulator, "private_access", keys)
    assert status != 0
    assert f"user/robot has no permission for s3:PutBucketPolicy on {ARN} because" in output

    # The endpoint is there now: it gets another tag, another policy and loses a route.
    status, output, calls = play(
        emulator,
        "private_access",
        place.user(correct),
        private_access_tags={"b": "2"},
        private_access_access="read",
        private_access_route_tables=[place.table],
    )
    assert status == 0, output
    seen |= calls

    status, output, calls = play(emulator, "private_access", place.user(remove), private_access_state="absent")
    assert status == 0, output
    seen |= calls
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []

    # Each permission has had its call.
    needed = {call for call, mode in uses_of("private_access").items() if mode is not OPTIONAL}
    assert needed - seen == {"ec2:CreateVpcEndpoint"}


DISCOVERING = pytest.mark.skipif(
    "Prefix" not in get_session().get_service_model("s3").operation_model("ListBuckets").input_shape.members,
    reason="this botocore lists no buckets by prefix",
)
#: Closed around an endpoint and a VPC, which the guards look up.
CLOSED = {
    "Sid": "Ours",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::{bucket}/*",
    "Condition": {"StringNotEquals": {"aws:SourceVpce": "{endpoint}", "aws:SourceVpc": "{vpc}"}},
}
REQUEST = {
    "principal": f"arn:aws:iam::{ACCOUNT}:role/app",
    "action": "s3:GetObject",
    "resource": f"{ARN}/a",
    "through": "{endpoint}",
}
#: Nobody lets another account in.
STRANGER = {**REQUEST, "principal": "arn:aws:iam::999988887777:role/any"}
# module -> the mode of its policy, the permissions that it takes besides, and what it does
OTHER_MODULES = [
    pytest.param("access_check", "detect", [], {"requests": [REQUEST]}, id="access_check"),
    pytest.param(
        "access_replay",
        "detect",
        [],
        {
            "evidence": [],
            "planned_bucket_policies": {BUCKET: None},
            "planned_endpoint_policies": {"{endpoint}": None},
        },
        id="access_replay",
    ),
    pytest.param(
        "bucket_policies",
        "correct",
        DISCOVERY,
        {"discover": DISCOVER, "statements": [CLOSED]},
        id="bucket_policies",
        marks=DISCOVERING,
    ),
    pytest.param(
        "bucket_policy_info", "detect", DISCOVERY, {"discover": DISCOVER}, id="bucket_policy_info", marks=DISCOVERING
    ),
    pytest.param("change_events_info", "detect", [], {"resources": [BUCKET]}, id="change_events_info"),
    pytest.param("gateway_endpoint_info", "detect", [], {"prefix_lists": True}, id="gateway_endpoint_info"),
    pytest.param(
        "perimeter_proof",
        "detect",
        [],
        {
            "claims": [
                {"claim": "never", "buckets": [BUCKET], "requests": [STRANGER]},
                {"claim": "always", "endpoint": "{endpoint}", "requests": [REQUEST]},
            ]
        },
        id="perimeter_proof",
    ),
    pytest.param(
        "perimeter_info",
        "detect",
        ["ec2:DescribeSubnets"],
        {"vpc_name": "main", "names": True, "buckets": [BUCKET]},
        id="perimeter_info",
    ),
]


@pytest.mark.parametrize("module, mode, optional, options", OTHER_MODULES)
def test_what_other_modules_take(emulator, place, tagged, module, mode, optional, options):
    """Each permission is missed, in an error or in a warning of what stays unknown; nothing is when all are there."""
    filled = json.loads(json.dumps(options).replace("{endpoint}", place.endpoint()).replace("{vpc}", place.vpc))
    full = automation(mode, module, optional=optional)
    for permission in actions_of(full):
        reads = not permission.startswith("s3:Put")
        done = run_module(emulator, module, reads, **filled, **place.user(without(full, permission)))
        assert f"user/robot has no permission for {permission} on " in json.dumps(done), done
        assert f"Allow {permission} for that identity." in json.dumps(done)
    done = run_module(emulator, module, **filled, **place.user(full))
    assert not done.get("failed"), done
    assert "no permission" not in json.dumps(done)
    assert done["changed"] is (mode != "detect")


def test_every_module_is_examined():
    apart = {"bucket_policy", "gateway_endpoint"}
    assert {param.values[0] for param in OTHER_MODULES} | apart == {
        path.stem for path in (PLAYBOOKS.parent / "plugins" / "modules").glob("[!_]*.py")
    }
