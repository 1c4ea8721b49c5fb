# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user reads who got something wrong, and that nothing was written by then.

Every row is a real run of a module. ``{...}`` in options and messages stands for what the fixture made.
"""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ansible_collections.perimeter.s3.tests.functional.module_run import run_module

BUCKET = "bad-input"
GOOD = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
PASS = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
LONG = [{**PASS, "Resource": [f"arn:aws:s3:::{BUCKET}/{number:04}/*" for number in range(900)]}]


def policy(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def without(name: str) -> dict:
    return {element: value for element, value in PASS.items() if element != name}


def closed(compared: dict) -> dict:
    """A Deny of what is not like this."""
    return {**GOOD, "Sid": "Closed", "Condition": {"StringNotEquals": compared}}


# What is wrong -> options beside the bucket, and what the message says
BUCKET_POLICY = {
    "policy not JSON": ({"policy": "{'Version'"}, ["not valid JSON"]),
    "policy not an object": ({"policy": "[]"}, ["a list", "object"]),
    "missing Principal": ({"policy": policy(without("Principal"))}, ["Statement[0]", "Principal"]),
    "missing Action": ({"policy": policy(without("Action"))}, ["Statement[0]", "Missing required field Action"]),
    "unknown element": (
        {"policy": policy({**PASS, "Condtion": {}})},
        ["Statement[0].Condtion", "Unknown element 'Condtion'", "Did you mean 'Condition'?"],
    ),
    "unknown operator": (
        {"policy": policy({**PASS, "Condition": {"StringEqual": {"aws:SourceVpce": "vpce-1"}}})},
        ["Statement[0].Condition.StringEqual", "StringEquals"],
    ),
    "duplicate Sids": ({"statements": [GOOD, GOOD]}, ["TlsOnly"]),
    "statement without a Sid": ({"statements": [PASS]}, ["statements[0]", "Sid"]),
    "resource of another bucket": (
        {"policy": policy({**PASS, "Resource": "arn:aws:s3:::other/*"})},
        ["Statement[0].Resource", "arn:aws:s3:::other/*", BUCKET],
    ),
    "action that cannot apply to the resource": (
        {"policy": policy({**PASS, "Action": "s3:ListBucket"})},
        ["Statement[0]", "s3:ListBucket"],
    ),
    "document over its limit": ({"policy": policy(*LONG)}, ["20"]),
    "policy and statements together": ({"policy": policy(PASS), "statements": [GOOD]}, ["policy", "statements"]),
    "neither policy nor statements": ({}, ["policy", "statements"]),
    "missing bucket": ({"bucket": "no-such-bucket", "statements": []}, ["no-such-bucket"]),
    "not a bucket's name": ({"bucket": "arn:aws:s3:::bad-input", "policy": policy(PASS)}, ["arn:aws:s3:::bad-input"]),
    "VPC under the key of an endpoint": (
        {"statements": [closed({"aws:SourceVpce": "{vpc}"})], "allow_lockout": True},
        ["'{vpc}': it is the id of a VPC, and aws:SourceVpce holds ids of endpoints"],
    ),
    "endpoint under the key of a VPC": (
        {"statements": [closed({"aws:SourceVpc": "vpce-0123456789abcdef0"})], "allow_lockout": True},
        ["'vpce-0123456789abcdef0': it is the id of an endpoint, and aws:SourceVpc holds ids of VPCs"],
    ),
    "number under the key of an endpoint": (
        {"statements": [closed({"aws:SourceVpce": "3312345678"})], "allow_lockout": True},
        ["'3312345678': aws:SourceVpce holds ids of endpoints"],
    ),
    "VPC that is not there": (
        {"statements": [closed({"aws:SourceVpc": "vpc-0123456789abcdef0"})]},
        ["vpc-0123456789abcdef0", "allow_unknown_endpoints"],
    ),
    # 012345670123 without quotes is a number of another base in YAML.
    "account that YAML has read as a number": (
        {"statements": [closed({"aws:PrincipalAccount": 1402433619})]},
        ["aws:PrincipalAccount", "1402433619", "Give its 12 digits, in quotes"],
    ),
    "account of eleven digits": (
        {"statements": [closed({"aws:SourceAccount": "12345670123"})]},
        ["aws:SourceAccount", "12345670123", "12 digits"],
    ),
    "owner that is no account": (
        {"policy": policy(PASS), "expected_bucket_owner": "my-account"},
        ["expected_bucket_owner", "my-account"],
    ),
}
GATEWAY_ENDPOINT = {
    "policy not JSON": ({"vpc_id": "{vpc}", "policy": "{'Version'"}, ["not valid JSON"]),
    "policy not an object": ({"vpc_id": "{vpc}", "policy": "[]"}, ["a list", "object"]),
    "missing Principal": ({"vpc_id": "{vpc}", "policy": policy(without("Principal"))}, ["Statement[0]", "Principal"]),
    "Principal other than *": (
        {"vpc_id": "{vpc}", "policy": policy({**PASS, "Principal": {"AWS": "111122223333"}})},
        ["Statement[0].Principal", "aws:PrincipalArn"],
    ),
    "unknown element": (
        {"vpc_id": "{vpc}", "policy": policy({**PASS, "Condtion": {}})},
        ["Statement[0].Condtion", "Did you mean 'Condition'?"],
    ),
    "document over its limit": ({"vpc_id": "{vpc}", "policy": policy(*LONG)}, ["20,480"]),
    "policy and reset_policy together": (
        {"vpc_id": "{vpc}", "policy": policy(PASS), "reset_policy": True},
        ["policy", "reset_policy"],
    ),
    "neither vpc_id nor endpoint_id": ({}, ["vpc_id", "endpoint_id"]),
    "unknown VPC": ({"vpc_id": "vpc-0123456789abcdef0", "all_route_tables": True}, ["vpc-0123456789abcdef0"]),
    "route table of another VPC": (
        {"vpc_id": "{vpc}", "route_table_ids": ["{foreign_table}"]},
        ["{foreign_table}", "{vpc}"],
    ),
    "unknown route table": (
        {"vpc_id": "{vpc}", "route_table_ids": ["rtb-0123456789abcdef0"]},
        ["rtb-0123456789abcdef0"],
    ),
    "endpoint of another service": ({"endpoint_id": "{dynamodb}"}, ["{dynamodb}", "dynamodb"]),
    "unknown endpoint": ({"endpoint_id": "vpce-0123456789abcdef0"}, ["vpce-0123456789abcdef0"]),
}
# The way to AWS, the same for every module.
WAYS = {
    "no credentials": ({"access_key": None, "secret_key": None}, ["credentials"]),
    "no region": ({"region": None, "endpoint_url": None}, ["region"]),
    "endpoint unreachable": ({"endpoint_url": "http://127.0.0.1:9"}, ["http://127.0.0.1:9"]),
    "expired token": ({"endpoint_url": "{expired}", "session_token": "old"}, ["expired"]),
}
MODULES = {
    "access_check": {
        "requests": [
            {
                "principal": "arn:aws:iam::123456789012:role/app",
                "action": "s3:GetObject",
                "resource": f"arn:aws:s3:::{BUCKET}/a",
            }
        ]
    },
    "access_replay": {"evidence": [], "planned_bucket_policies": {BUCKET: None}},
    "bucket_policy": {"bucket": BUCKET, "policy": policy(PASS)},
    "bucket_policy_info": {"buckets": [BUCKET]},
    "gateway_endpoint": {"vpc_id": "{vpc}"},
    "gateway_endpoint_info": {"vpc_id": "{vpc}"},
}


class Expired(BaseHTTPRequestHandler):
    """Says to every request what AWS says to those that are signed with the credentials of a session that is over."""

    def do_any(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        error = "<Code>{}</Code><Message>The provided token has expired.</Message>"
        if "/ec2/" in self.headers["Authorization"]:
            body = f"<Response><Errors><Error>{error.format('RequestExpired')}</Error></Errors></Response>"
        elif "/sts/" in self.headers["Authorization"]:
            body = f"<ErrorResponse><Error>{error.format('ExpiredToken')}</Error></ErrorResponse>"
        else:
            body = f"<Error>{error.format('ExpiredToken')}</Error>"
        self.send_response(400)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_HEAD = do_POST = do_PUT = do_any  # noqa: N815 - the names that the class is asked for

    def log_message(self, *args):
        """Keep quiet."""


@pytest.fixture(scope="module")
def expired():
    server = HTTPServer(("127.0.0.1", 0), Expired)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def aws(emulator_process):
    emulator_process.reset()
    emulator_process.client("s3").create_bucket(Bucket=BUCKET)
    return emulator_process


@pytest.fixture(scope="module")
def names(aws, expired):
    """What the rows call ``{vpc}`` and the like."""
    ec2 = aws.client("ec2")
    vpc, other = (ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"] for block in ("10.0.0.0/16", "10.1.0.0/16"))
    table = ec2.create_route_table(VpcId=other)["RouteTable"]["RouteTableId"]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.dynamodb")["VpcEndpoint"]
    return {"vpc": vpc, "foreign_table": table, "dynamodb": endpoint["VpcEndpointId"], "expired": expired}


def filled(value, names):
    return json.loads(
        re.sub(r"\{(vpc|foreign_table|dynamodb|expired)\}", lambda name: names[name[1]], json.dumps(value))
    )


def refused(aws, names, module, options, words):
    result = run_module(aws, module, **filled(options, names))
    assert result.get("failed"), result
    assert [word for word in filled(words, names) if word not in result["msg"]] == [], result["msg"]
    assert "Traceback" not in result["msg"]
    assert not result.get("actions")
    assert [call for call in result.calls if call.startswith(("Put", "Delete", "Create", "Modify"))] == []


@pytest.mark.parametrize("options, words", BUCKET_POLICY.values(), ids=BUCKET_POLICY)
def test_bucket_policy(aws, names, options, words):
    refused(aws, names, "bucket_policy", {"bucket": BUCKET, **options}, words)


@pytest.mark.parametrize("options, words", GATEWAY_ENDPOINT.values(), ids=GATEWAY_ENDPOINT)
def test_gateway_endpoint(aws, names, options, words):
    refused(aws, names, "gateway_endpoint", options, words)


@pytest.mark.parametrize(
    "module, options",
    [("bucket_policy", {"bucket": BUCKET}), ("gateway_endpoint", {"endpoint_id": "vpce-0123456789abcdef0"})],
)
def test_what_is_odd_is_told_beside_the_refusal(aws, module, options):
    """AWS may have actions that this collection does not know, so that one is only warned of, even when AWS refuses."""
    odd = policy(
        {**PASS, "Action": "s3:GetObjct", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}}
    )
    failed = run_module(aws, module, policy=odd, **options)
    assert failed["failed"], failed
    assert "Did you mean 's3:GetObject'?" in str(failed["warnings"])


#: What AWS takes, and nobody can mean -> the module, the statement, and words of the one warning.
ODD = {
    "a pattern that is compared as it is": (
        "bucket_policy",
        {**GOOD, "Condition": {"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/app-*"}}},
        ["aws:PrincipalArn", "role/app-*", "StringNotLike"],
    ),
    "a private address from the internet": (
        "bucket_policy",
        {**GOOD, "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/16"}}},
        ["aws:SourceIp", "10.0.0.0/16", "aws:VpcSourceIp"],
    ),
    "a session where AWS has the role": (
        "bucket_policy",
        {
            **GOOD,
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:sts::123456789012:assumed-role/app/*"}},
        },
        ["aws:PrincipalArn", "assumed-role/app", ":role/app"],
    ),
    "a root under the key of an organization": (
        "bucket_policy",
        {**GOOD, "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "r-ab12"}}},
        ["aws:PrincipalOrgID", "r-ab12", "o-"],
    ),
    "the name of an API call": (
        "bucket_policy",
        {**PASS, "Action": "s3:ListObjects"},
        ["s3:ListObjects", "s3:ListBucket"],
    ),
    "the name of another API call": (
        "bucket_policy",
        {**PASS, "Action": "s3:GetBucketReplication"},
        ["s3:GetBucketReplication", "s3:GetReplicationConfiguration"],
    ),
    "a part of an upload": ("bucket_policy", {**PASS, "Action": "s3:UploadPart"}, ["s3:UploadPart", "s3:PutObject"]),
    "an endpoint that lets nothing pass": (
        "gateway_endpoint",
        {**PASS, "Effect": "Deny"},
        ["There is no Allow: the policy lets nothing pass"],
    ),
}


@pytest.mark.parametrize("module, statement, words", ODD.values(), ids=ODD)
def test_what_nobody_can_mean_is_told(aws, names, module, statement, words):
    given = {"vpc_id": names["vpc"]} if module == "gateway_endpoint" else {"bucket": BUCKET, "allow_lockout": True}
    result = run_module(aws, module, check=True, policy=policy(statement), **given)
    warnings = [one for one in result.get("warnings", []) if all(word in str(one) for word in words)]
    assert len(warnings) == 1, result
    assert result.writes == []


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("options, words", WAYS.values(), ids=WAYS)
def test_the_way_to_aws(aws, names, module, options, words, monkeypatch, tmp_path):
    for variable in (
        "AWS_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_URL",
    ):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    refused(aws, names, module, {**MODULES[module], **options}, words)
