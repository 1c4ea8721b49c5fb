# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator as a process: its call log, settings, and end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error

import pytest

from tests.emulator.client import MAIN, running_emulator


def test_log_names_operations_as_aws_does(emulator, ec2, s3, sts):
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    sts.get_caller_identity()
    s3.create_bucket(Bucket="reports")
    s3.put_object(Bucket="reports", Key="a/b", Body=b"x")
    assert s3.get_object(Bucket="reports", Key="a/b")["Body"].read() == b"x"
    s3.head_bucket(Bucket="reports")
    s3.list_objects_v2(Bucket="reports")
    s3.list_buckets()
    with pytest.raises(s3.exceptions.ClientError):
        s3.get_bucket_policy(Bucket="reports")
    with pytest.raises(s3.exceptions.ClientError):
        s3.get_public_access_block(Bucket="reports")
    ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    assert [(call["service"], call["operation"], call["resource"], call["status"]) for call in emulator.calls()] == [
        ("ec2", "CreateVpc", "", 200),
        ("sts", "GetCallerIdentity", "", 200),
        ("s3", "CreateBucket", "reports", 200),
        ("s3", "PutObject", "reports/a/b", 200),
        ("s3", "GetObject", "reports/a/b", 200),
        ("s3", "HeadBucket", "reports", 200),
        ("s3", "ListObjectsV2", "reports", 200),
        ("s3", "ListBuckets", "", 200),
        ("s3", "GetBucketPolicy", "reports", 404),
        ("s3", "GetPublicAccessBlock", "reports", 404),
        ("ec2", "DescribeVpcEndpoints", "", 200),
    ]
    emulator.reset_calls()
    assert emulator.calls() == []


def test_reset_forgets_resources(emulator, s3):
    s3.create_bucket(Bucket="reports")
    emulator.reset()
    assert s3.list_buckets()["Buckets"] == []


def test_unknown_setting_is_refused(emulator):
    with pytest.raises(urllib.error.HTTPError, match="400"):
        emulator.settings(latncy_ms=1)


def test_latency(emulator, sts):
    emulator.settings(latency_ms=300)
    started = time.monotonic()
    sts.get_caller_identity()
    assert time.monotonic() - started >= 0.3


def test_ends_with_the_block():
    with running_emulator() as emulator:
        os.kill(emulator.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(emulator.pid, 0)


@pytest.mark.parametrize("limit", ["parent", "time"])
def test_ends_by_itself(tmp_path, limit):
    parent = subprocess.Popen(["sleep", "60"])
    ready = tmp_path / "ready.json"
    words = [sys.executable, str(MAIN), "--ready-file", str(ready), "--parent-pid", str(parent.pid)]
    words += ["--max-seconds", "1" if limit == "time" else "60"]
    # From elsewhere, so that nothing of the repository is on the path of imports.
    process = subprocess.Popen(words, cwd=tmp_path)
    try:
        while not ready.exists():
            assert process.poll() is None
            time.sleep(0.05)
        assert json.loads(ready.read_text())["pid"] == process.pid
        if limit == "parent":
            parent.kill()
            parent.wait()
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
        parent.kill()
        parent.wait()


def test_unknown_keys_are_those_of_a_user(emulator):
    assert emulator.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/automation"


def test_the_caller_in_the_form_of_plain_moto(emulator, sts):
    assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/automation"
    emulator.settings(moto_caller=True)
    assert sts.get_caller_identity()["Arn"] == "arn:aws:sts::123456789012:user/automation"
