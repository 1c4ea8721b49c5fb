# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole run of bucket_policy, with boto3's own client."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket import module as bucket_module
from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket.module import (
    BUCKET_OPTIONS,
    run_bucket_policy,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import (
    ACCOUNT,
    FakeModule,
    Refused,
    fail,
    run,
)

READ = {
    "Sid": "Read",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::logs/*",
}
THEIRS = {**READ, "Sid": "Theirs", "Action": "s3:PutObject"}
OPTIONS = {"bucket": {"type": "str"}, **BUCKET_OPTIONS}


class Bucket:
    """One that keeps what it is given."""

    def __init__(self, *statements):
        self.policy = policy(*statements) if statements else None

    def get(self, _asked):
        return Refused("NoSuchBucketPolicy", status=404) if self.policy is None else {"Policy": json.dumps(self.policy)}

    def put(self, asked):
        self.policy = json.loads(asked["Policy"])
        return {}

    def delete(self, _asked):
        self.policy = None
        return {}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.fixture
def warned(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(bucket_module, "warn_user", said.extend)
    return said


def module_of(bucket, diff=False, check=False, answers=None, **given):
    known = {
        "GetBucketPolicy": bucket.get,
        "PutBucketPolicy": bucket.put,
        "DeleteBucketPolicy": bucket.delete,
        **(answers or {}),
    }
    module = FakeModule(OPTIONS, known, bucket="logs", **given)
    module._diff, module.check_mode = diff, check
    return module


def calls(module):
    return [name for name, _asked in module.asked if name != "GetCallerIdentity"]


def test_a_statement_is_put_beside_those_of_others(warned):
    bucket = Bucket(THEIRS)
    module = module_of(bucket, diff=True, statements=[READ])
    result = run(run_bucket_policy, module)
    assert sorted(result) == [
        "actions", "backup_files", "before", "changed", "diff", "guard", "policy", "statements", "undeclared",
    ]  # fmt: skip
    assert (result["changed"], result["actions"], result["backup_files"]) == (True, ["s3:PutBucketPolicy"], [])
    assert (result["before"], result["policy"]) == (policy(THEIRS), policy(THEIRS, READ))
    assert result["statements"]["added"] == ["Read"]
    assert bucket.policy == policy(THEIRS, READ)
    assert calls(module) == ["GetBucketPolicy", "PutBucketPolicy", "GetBucketPolicy"]
    assert result["diff"]["before_header"] == "policy of bucket logs"
    assert result["diff"]["after_header"] == "policy of bucket logs (added: Read)"
    assert result["diff"]["before"] != result["diff"]["after"]
    assert warned == []


def test_a_second_run_has_nothing_to_do(warned):
    module = module_of(Bucket(THEIRS, READ), diff=True, statements=[READ], expected_bucket_owner=ACCOUNT)
    result = run(run_bucket_policy, module)
    assert (result["changed"], result["actions"]) == (False, [])
    assert result["diff"]["after_header"] == "policy of bucket logs"
    assert result["diff"]["before"] == result["diff"]["after"]
    # Whose bucket it is was given, so that nobody is asked who calls.
    assert module.asked == [("GetBucketPolicy", {"Bucket": "logs", "ExpectedBucketOwner": ACCOUNT})]


@pytest.mark.parametrize("given", [{"state": "absent"}, {"state": "absent", "sids": ["Read"]}])
def test_what_goes(warned, given):
    bucket = Bucket(READ)
    module = module_of(bucket, **given)
    result = run(run_bucket_policy, module)
    assert (result["changed"], result["actions"], result["policy"]) == (True, ["s3:DeleteBucketPolicy"], None)
    assert "diff" not in result
    assert bucket.policy is None


def test_whom_nobody_declared_is_returned(warned):
    ours, stranger = "vpce-11111111111111111", "vpce-0bad0bad0bad0bad0"
    declared = bucket_perimeter("logs", endpoints=[ours])["Statement"]
    found = bucket_perimeter("logs", endpoints=[ours, stranger], excepted_accounts=["999988887777"])["Statement"]
    peer = {
        "vpc_endpoint_id": "vpce-22222222222222222",
        "vpc_id": "vpc-2",
        "policy_document": endpoint_policy(["logs"]),
    }
    given = {"statements": declared, "peers": [peer], "exclusive": True, "allow_lockout": True}
    result = run(run_bucket_policy, module_of(Bucket(*found), check=True, **given))
    assert result["undeclared"] == [
        {"kind": "network", "value": stranger},
        {"kind": "account", "value": "999988887777"},
    ]
    result = run(run_bucket_policy, module_of(Bucket(*declared), check=True, **given))
    assert (result["changed"], result["undeclared"]) == (False, [])


def test_check_mode_writes_nothing(warned, tmp_path):
    bucket = Bucket(THEIRS)
    module = module_of(bucket, check=True, statements=[READ], backup=str(tmp_path / "kept"))
    result = run(run_bucket_policy, module)
    assert (result["changed"], result["actions"]) == (True, ["s3:PutBucketPolicy"])
    assert result["policy"] == policy(THEIRS, READ)
    assert calls(module) == ["GetBucketPolicy"]
    assert bucket.policy == policy(THEIRS)
    assert list(tmp_path.iterdir()) == []


def test_what_was_in_force_is_kept(warned, tmp_path):
    result = run(run_bucket_policy, module_of(Bucket(THEIRS), statements=[READ], backup=str(tmp_path)))
    [path] = result["backup_files"]
    with open(path, encoding="utf-8") as file:
        assert json.load(file) == policy(THEIRS)


def test_what_is_hardly_meant_is_a_warning(warned):
    odd = {**READ, "Condition": {"StringEquals": {"aws:PrincipalOrg": "o-1"}}}
    run(run_bucket_policy, module_of(Bucket(), statements=[odd]))
    assert any("'aws:PrincipalOrg' is not a known condition key" in one for one in warned)


def test_a_failure_says_what_is_odd_as_well(warned):
    odd = {**READ, "Condition": {"StringEquals": {"aws:PrincipalOrg": "o-1"}}}
    refused = Refused("MalformedPolicy", "Policy has invalid action", 400)
    result = fail(run_bucket_policy, module_of(Bucket(), answers={"PutBucketPolicy": refused}, statements=[odd]))
    assert "MalformedPolicy: Policy has invalid action" in result["msg"]
    assert (result["changed"], result["actions"]) == (False, [])
    assert any("aws:PrincipalOrg" in one for one in warned)


def test_a_guard_refuses_and_says_so_in_the_result(warned):
    public = {**READ, "Principal": "*"}
    bucket = Bucket()
    result = fail(run_bucket_policy, module_of(bucket, statements=[public]))
    assert [one["guard"] for one in result["guard"]["refused"]] == ["public"]
    assert (result["changed"], bucket.policy) == (False, None)
    result = run(run_bucket_policy, module_of(bucket, statements=[public], allow_public=True))
    assert [one["guard"] for one in result["guard"]["overridden"]] == ["public"]


@pytest.mark.parametrize(
    "given, said",
    [
        ({"statements": [{**READ, "Effect": "allow"}]}, "Effect"),
        ({"expected_bucket_owner": "me", "statements": [READ]}, "12 digits"),
        ({"arriving_through": "the office", "statements": [READ]}, "arriving_through"),
        ({}, "policy"),
    ],
)
def test_what_is_wrong_is_said_before_aws_is_asked(warned, given, said):
    module = module_of(Bucket(), **given)
    result = fail(run_bucket_policy, module)
    assert said in result["msg"]
    assert (result["changed"], result["actions"], calls(module)) == (False, [], [])
