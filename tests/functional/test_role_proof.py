# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role proves its result, of what it has written and of what it would write."""

from __future__ import annotations

import json

import pytest

from tests.functional.role_run import Step, play

BUCKET, OTHER = "proven-data", "proven-archive"


@pytest.fixture
def vpc(ec2, s3):
    for bucket in (BUCKET, OTHER):
        s3.create_bucket(Bucket=bucket)
    return ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def put(s3, *statements):
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def foreign(effect, action, **more):
    own = f"arn:aws:s3:::{BUCKET}/*"
    return {"Sid": "Foreign", "Effect": effect, "Principal": "*", "Action": action, "Resource": own, **more}


def test_what_was_declared_is_proved_checked_and_for_real(emulator, s3, vpc):
    declared = {"vpc_id": vpc, "buckets": [BUCKET, {"name": OTHER, "access": "read"}]}
    steps = (Step(declared, check=True), Step(declared), Step(declared), Step({**declared, "state": "absent"}))
    checked, done, again, absent = play(emulator, *steps).outcomes
    assert checked.writes == []
    for outcome in (checked, done, again):
        assert outcome.message == ""
        assert outcome.result["reach"]["holds"] is True
        assert {one["theorem"]: one["verdict"] for one in outcome.result["reach"]["theorems"]} == dict.fromkeys(
            (
                "nothing_else_reaches_the_bucket",
                "nothing_else_passes_the_endpoint",
                "what_is_declared_passes",
                "it_stays_repairable",
            ),
            "holds",
        )
        assert outcome.result["reach"]["theorems"][0]["buckets"] == {"holds": [BUCKET, OTHER]}
    assert again.result["actions"] == []
    assert "reach" not in absent.result


def test_what_others_take_from_some_is_said_and_what_they_open_refutes(emulator, s3, vpc):
    unencrypted = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    put(s3, {**foreign("Deny", "s3:PutObject", Condition=unencrypted), "Sid": "Unencrypted"})
    declared = {"vpc_id": vpc, "buckets": [BUCKET], "allow_public": True}
    [narrowed] = play(emulator, Step(declared)).outcomes
    assert narrowed.message == ""
    assert [one["statement"] for one in narrowed.result["reach"]["narrowed"]] == ["Unencrypted"]
    put(s3, foreign("Allow", "s3:GetObject"))
    [refuted] = play(emulator, Step(declared)).outcomes
    assert f"s3:GetObject on arn:aws:s3:::{BUCKET}/any-object by anonymous through vpce-" in refuted.message
    assert refuted.writes == []


def test_what_others_deny_refutes(emulator, s3, vpc):
    put(s3, foreign("Deny", "s3:PutObject"))
    declared = {"vpc_id": vpc, "buckets": [BUCKET, OTHER]}
    steps = (Step(declared, check=True), Step(declared), Step({**declared, "prove": False}))
    checked, done, unproved = play(emulator, *steps).outcomes
    for outcome in (checked, done):
        assert outcome.writes == []
        assert outcome.message.startswith(
            "What the policies let pass is not what was declared. s3:PutObject on "
            f"arn:aws:s3:::{BUCKET}/any-object by any principal of account 123456789012 through vpce-"
        )
        for said in (
            "is declared and does not pass",
            "Bucket policy statement 'Foreign' denies s3:PutObject",
            "Change statement 'Foreign' of the bucket policy, or declare only what it leaves.",
            "set private_access_prove to false.",
        ):
            assert said in outcome.message
    assert "PutBucketPolicy" in unproved.writes
    assert unproved.message == ""
    assert "reach" not in unproved.result
