# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of access_check: by supplied documents without AWS, and by what is in force."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.functional.module_run import run_module

ACCOUNT = "123456789012"
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
BUCKET = "functional-access"
VPCE = "vpce-1a2b3c4d"
OBJECT = f"arn:aws:s3:::{BUCKET}/report.csv"


def policy(**elements):
    statement = {
        "Sid": "OnlyThroughEndpoint",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": VPCE}},
        **elements,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def request(**parts):
    return {"principal": APP, "action": "s3:GetObject", "resource": OBJECT, **parts}


def run_alone(**options):
    """Without AWS: no credentials, no region, and an address that nobody answers at."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    finished = subprocess.run(
        [sys.executable, "-m", "ansible_collections.perimeter.s3.plugins.modules.access_check"],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": {"endpoint_url": "http://127.0.0.1:9", **options}}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**environment, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert finished.stdout, finished.stderr
    return json.loads(finished.stdout)


SUPPLIED = {
    "bucket_policies": {BUCKET: policy()},
    "endpoint_policies": {VPCE: None},
    "resource_accounts": {BUCKET: ACCOUNT},
}


def test_supplied_documents_need_no_aws():
    found = run_alone(
        **SUPPLIED,
        assume_identity_allows=True,
        requests=[request(through=VPCE, expect="allow"), request(through="internet", expect="deny"), request()],
    )
    assert [one["decision"] for one in found["decisions"]] == ["allow", "explicit_deny", "unknown"]
    assert found["decisions"][1]["layer"] == "bucket_policy"
    assert found["decisions"][2]["missing_keys"] == ["aws:SourceVpce", "endpoint policy"]
    assert found["summary"] == {
        "requests": 3,
        "allow": 1,
        "explicit_deny": 1,
        "implicit_deny": 0,
        "unknown": 1,
        "unmet": 0,
    }
    assert found["changed"] is False


def test_the_failure_lists_every_expectation_that_is_not_met():
    failed = run_alone(
        **SUPPLIED,
        requests=[
            request(through="internet", expect="allow"),
            request(through=VPCE, expect="allow"),
            request(through="internet", expect="deny"),
        ],
    )
    assert failed["failed"] is True
    assert "2 of 3 requests are not as expected" in failed["msg"]
    assert "expected allow, found explicit_deny. Bucket policy statement 'OnlyThroughEndpoint' denies" in failed["msg"]
    assert "expected allow, found unknown" in failed["msg"]
    assert "identity policies" in failed["msg"]
    assert [one["met"] for one in failed["decisions"]] == [False, False, True]


def test_every_layer_is_heard():
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    listing = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}]}
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:Get*", "Resource": "*"}]}
    layers = {
        "allow": {},
        # Without an Allow it takes both to lack one.
        None: {"identity_policies": {APP: [listing]}},
        "permissions_boundary": {"permissions_boundaries": {APP: listing}},
        "session_policy": {"session_policies": {APP: [listing]}},
        "service_control_policy": {"service_control_policies": [[allow, deny]]},
        "resource_control_policy": {"resource_control_policies": [[{**policy(Condition={}), "Version": "2012-10-17"}]]},
        "endpoint_policy": {"endpoint_policies": {VPCE: policy(Effect="Allow", Action="s3:PutObject", Condition={})}},
    }
    for layer, options in layers.items():
        found = run_alone(
            **{**SUPPLIED, "identity_policies": {APP: [allow]}, **options}, requests=[request(through=VPCE)]
        )
        (decision,) = found["decisions"]
        assert (decision["decision"] == "allow") is (layer == "allow"), found
        assert decision["layer"] == ("identity_policy" if layer == "allow" else layer), decision


# name, options, words of the message
BAD_INPUT = [
    (
        "a bucket's action on an object",
        {"requests": [request(), request(action="s3:ListBucket")]},
        "requests[1].resource",
    ),
    (
        "an address and an endpoint",
        {"requests": [request(through=VPCE, context={"aws:SourceIp": "203.0.113.9"})]},
        "requests[0].context.aws:SourceIp",
    ),
    ("no principal", {"requests": [request(principal="everybody!")]}, "requests[0].principal"),
    ("an unknown part", {"requests": [request(bucket="x")]}, "bucket"),
    ("an expectation that cannot be", {"requests": [request(expect="maybe")]}, "allow, deny"),
    (
        "an unknown element",
        {"requests": [request()], "bucket_policies": {BUCKET: policy(Efect="Deny")}},
        f"bucket_policies[{BUCKET}].Statement[0].Efect",
    ),
    (
        "an unknown operator",
        {
            "requests": [request()],
            "bucket_policies": {BUCKET: policy(Condition={"StringEqual": {"aws:SourceVpc": "x"}})},
        },
        f"bucket_policies[{BUCKET}].Statement[0].Condition.StringEqual",
    ),
    (
        "no document",
        {"requests": [request()], "identity_policies": {APP: ["{"]}},
        f"identity_policies[{APP}]",
    ),
]


@pytest.mark.parametrize("options, words", [row[1:] for row in BAD_INPUT], ids=[row[0] for row in BAD_INPUT])
def test_bad_input(options, words):
    failed = run_alone(**{**SUPPLIED, **options})
    assert failed["failed"] is True
    assert words in failed["msg"]
    assert "Traceback" not in failed["msg"]


def test_what_is_in_force_is_read_once(emulator, s3, ec2):
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3")["VpcEndpoint"][
        "VpcEndpointId"
    ]
    s3.create_bucket(Bucket=BUCKET)
    document = policy(Condition={"StringNotEquals": {"aws:SourceVpc": vpc}})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(document))
    requests = [
        request(through=endpoint, expect="allow"),
        request(through="internet", expect="deny"),
        request(through=endpoint, action="s3:PutObject", expect="allow"),
    ]
    found = run_module(emulator, "access_check", requests=requests, assume_identity_allows=True)
    # The endpoint tells its VPC, which is what the bucket asks for.
    assert [one["decision"] for one in found["decisions"]] == ["allow", "explicit_deny", "allow"]
    assert sorted(found.calls) == ["DescribeVpcEndpoints", "GetBucketPolicy", "GetCallerIdentity"]
    assert found.writes == []


def test_what_cannot_be_read_is_unknown(emulator):
    found = run_module(emulator, "access_check", requests=[request(through=VPCE)], assume_identity_allows=True)
    (decision,) = found["decisions"]
    assert decision["decision"] == "unknown"
    assert {"bucket policy", "endpoint policy"} <= set(decision["missing_keys"])
    assert any(BUCKET in text for text in map(str, found["warnings"]))
    assert any(VPCE in text for text in map(str, found["warnings"]))


def test_an_endpoint_of_another_region_carries_nothing(emulator):
    """By what S3 and EC2 tell, and nobody supplies."""
    endpoints = {}
    for region in ("us-east-1", "us-west-2"):
        ec2 = emulator.client("ec2", region_name=region)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{region}.s3")
        endpoints[region] = made["VpcEndpoint"]["VpcEndpointId"]
    emulator.client("s3", region_name="us-west-2").create_bucket(
        Bucket="far", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    for region, decision, layer in (
        ("us-east-1", "implicit_deny", "network_path"),
        ("us-west-2", "allow", None),
    ):
        asked = {
            "principal": "arn:aws:iam::123456789012:user/alice",
            "action": "s3:GetObject",
            "resource": "arn:aws:s3:::far/a",
            "through": endpoints[region],
        }
        found = run_module(emulator, "access_check", requests=[asked], assume_identity_allows=True, region=region)
        (one,) = found["decisions"]
        assert (one["decision"], one["layer"]) == (decision, layer), one["reason"]
