# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module change_events_info against the event history of the emulator."""

from __future__ import annotations

import json

from tests.functional.module_run import run_module
from tests.functional.robot import Robot

STATEMENT = {
    "Sid": "ReadByAccount",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::reports/*",
}
NOBODY = {"resource": "archive", "events": [], "complete": True, "error": None}
NO_LOOKUP = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def test_who_changed_what(emulator, ec2, s3):
    s3.create_bucket(Bucket="reports")
    s3.put_bucket_policy(Bucket="reports", Policy=json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]}))
    for _number in range(60):
        s3.get_bucket_policy(Bucket="reports")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3")["VpcEndpoint"][
        "VpcEndpointId"
    ]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, ResetPolicy=True)

    result = run_module(emulator, "change_events_info", resources=["reports", endpoint, "archive", "reports"])
    assert result["changed"] is False
    reports, changed, archive = result["resources"]
    assert archive == NOBODY
    assert [each["event"] for each in reports["events"]] == ["s3:PutBucketPolicy"]
    assert reports["events"][0]["who"] == "arn:aws:iam::123456789012:user/automation"
    assert reports["events"][0]["source_address"] == "127.0.0.1"
    assert [each["event"] for each in changed["events"]] == ["ec2:ModifyVpcEndpoint"]
    # The reads fill a page of their own.
    assert result.calls == ["LookupEvents"] * 4

    both = run_module(emulator, "change_events_info", resources=["reports"], max_events=5)["resources"][0]
    assert [each["event"] for each in both["events"]] == ["s3:PutBucketPolicy", "s3:CreateBucket"]
    named = run_module(emulator, "change_events_info", resources=["reports"], event_names=["CreateBucket"])
    assert [each["event"] for each in named["resources"][0]["events"]] == ["s3:CreateBucket"]
    short = run_module(emulator, "change_events_info", resources=["reports"], max_lookups=1)["resources"][0]
    assert (short["events"], short["complete"]) == ([], False)
    before = run_module(emulator, "change_events_info", resources=["reports"], until="2020-01-01T00:00:00Z")
    assert before["resources"][0] == {**NOBODY, "resource": "reports"}


def test_without_permission(emulator, s3):
    s3.create_bucket(Bucket="reports")
    asked = {"resources": ["reports", "archive"], **Robot(emulator).may(NO_LOOKUP)}
    result = run_module(emulator, "change_events_info", **asked)
    assert result["failed"]
    assert "no permission for cloudtrail:LookupEvents" in result["msg"]
    result = run_module(emulator, "change_events_info", strict=False, **asked)
    assert not result.get("failed")
    assert ["no permission for cloudtrail:LookupEvents" in each["error"] for each in result["resources"]] == [
        True,
        True,
    ]
    assert "Who changed what is not known." in str(result["warnings"])
    assert result.calls == ["LookupEvents"]


def test_wrong_options(emulator):
    for wrong in ({"until": "yesterday"}, {"max_events": 0}, {"max_lookups": -1}):
        result = run_module(emulator, "change_events_info", resources=["reports"], **wrong)
        assert result["failed"]
        assert next(iter(wrong)) in result["msg"]
        assert result.calls == []
