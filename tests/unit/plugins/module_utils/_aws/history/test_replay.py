# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What access_replay reads that the task does not supply, and how it ends."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.history import replay
from ansible_collections.perimeter.s3.plugins.module_utils._aws.history.replay import (
    ACCESS_REPLAY_OPTIONS,
    run_access_replay,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import (
    ACCOUNT,
    REGION,
    FakeModule,
    Refused,
    endpoint,
    fail,
    filtered,
    policies,
    policy,
    run,
)

BUCKET, VPCE = "payroll-reports", "vpce-0aaaaaaa"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
ALLOW = {"Effect": "Allow", "Principal": {"AWS": BOB}, "Action": "s3:*", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
OUTSIDE = {
    "Sid": "Outside",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    "Condition": {"StringNotEquals": {"aws:SourceVpce": VPCE}},
}


def record(number, name="GetObject", through=None):
    return {
        "eventSource": "s3.amazonaws.com",
        "eventName": name,
        "eventTime": f"2026-11-2{number}T10:15:00Z",
        "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.7",
        "userIdentity": {"type": "IAMUser", "arn": BOB, "accountId": ACCOUNT},
        "requestParameters": {"bucketName": BUCKET, "key": f"k{number}"},
        "resources": [{"type": "AWS::S3::Bucket", "accountId": ACCOUNT, "ARN": f"arn:aws:s3:::{BUCKET}"}],
        "eventID": f"e-{number}",
        **({"vpcEndpointId": through} if through else {}),
    }


@pytest.fixture
def evidence(tmp_path):
    """From the internet on the 20th and 21st, through the endpoint on the 22nd."""
    path = tmp_path / "trail.json"
    path.write_text(json.dumps({"Records": [record(0), record(1, "PutObject"), record(2, through=VPCE)]}))
    return [str(path)]


@pytest.fixture
def warned(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(replay, "warn_user", said.extend)
    return said


def module_of(evidence, live=None, there=(), planned=None, **given):
    answers = {"GetBucketPolicy": policies(live or {}), "DescribeVpcEndpoints": filtered(*there), "HeadBucket": {}}
    answers |= given.pop("answers", {})
    return FakeModule(
        ACCESS_REPLAY_OPTIONS,
        answers,
        evidence=evidence,
        planned_bucket_policies={BUCKET: planned or policy(ALLOW, OUTSIDE)},
        **given,
    )


def names(module):
    return sorted({name for name, _asked in module.asked})


def test_what_is_in_force_is_read(evidence, warned):
    module = module_of(evidence, {BUCKET: policy(ALLOW)}, [endpoint(VPCE)])
    result = run(run_access_replay, module)
    assert (result["changed"], warned) == (False, [])
    assert result["summary"]["loses"] == 2
    assert BUCKET in result["page"]
    assert names(module) == ["DescribeVpcEndpoints", "GetBucketPolicy", "GetCallerIdentity"]
    assert ("GetBucketPolicy", {"Bucket": BUCKET, "ExpectedBucketOwner": ACCOUNT}) in module.asked
    [asked] = [asked for name, asked in module.asked if name == "DescribeVpcEndpoints"]
    services = [f"com.amazonaws.{REGION}.s3", f"cn.com.amazonaws.{REGION}.s3"]
    assert asked["Filters"] == [{"Name": "service-name", "Values": services}]


def test_nothing_is_read_if_the_task_says_so(evidence, warned):
    module = module_of(evidence, read_missing=False)
    assert run(run_access_replay, module)["summary"]["loses"] == 2
    assert module.asked == []


def test_a_supplied_policy_and_supplied_endpoints_are_not_read(evidence, warned):
    module = module_of(evidence, current_bucket_policies={BUCKET: policy(ALLOW)}, endpoints=[{"id": VPCE}])
    assert run(run_access_replay, module)["summary"]["loses"] == 2
    assert module.asked == []


@pytest.mark.parametrize(
    "fail_on, said",
    [
        ("never", ""),
        ("loses", "Recorded accesses of 2 kinds stop:\n- "),
        ("unknown", "Recorded accesses of 2 kinds stop or cannot be decided:\n- "),
    ],
)
def test_losses_fail_the_task_that_wants_it(evidence, warned, fail_on, said):
    module = module_of(evidence, {BUCKET: policy(ALLOW)}, [endpoint(VPCE)], fail_on=fail_on)
    if not said:
        assert "msg" not in run(run_access_replay, module)
        return
    result = fail(run_access_replay, module)
    assert result["msg"].startswith(said)
    assert result["msg"].count("\n- ") == 2
    assert f"- {BOB} s3:GetObject {BUCKET} (" in result["msg"]
    assert (result["changed"], result["summary"]["loses"]) == (False, 2)


# fail_on, what is said of what stops, and of which accesses
UNDECIDED = [
    ("loses", "Recorded accesses of 1 kind stop:", ["s3:PutObject"]),
    (
        "unknown",
        "Recorded accesses of 3 kinds stop or cannot be decided:",
        ["s3:GetObject", "s3:GetObject", "s3:PutObject"],
    ),
]


@pytest.mark.parametrize("fail_on, said, actions", UNDECIDED)
def test_what_cannot_be_decided_fails_the_task_that_wants_it(evidence, warned, fail_on, said, actions):
    # A record does not tell the tags of who asked.
    tagged = {**OUTSIDE, "Action": "s3:GetObject", "Condition": {"StringNotEquals": {"aws:PrincipalTag/team": "pay"}}}
    planned = policy(ALLOW, {**OUTSIDE, "Action": "s3:PutObject"}, {**tagged, "Sid": "Tagged"})
    module = module_of(evidence, {BUCKET: policy(ALLOW)}, [endpoint(VPCE)], planned=planned, fail_on=fail_on)
    result = fail(run_access_replay, module)
    assert (result["summary"]["loses"], result["summary"]["unknown"]) == (1, 2)
    first, *lines = result["msg"].splitlines()
    assert first == said
    assert sorted(line.split()[2] for line in lines) == actions


def test_a_message_names_some_losses_and_counts_the_others(evidence, warned, monkeypatch):
    monkeypatch.setattr(replay, "_NAMED", 1)
    module = module_of(evidence, {BUCKET: policy(ALLOW)}, [endpoint(VPCE)], fail_on="loses")
    first, *lines = fail(run_access_replay, module)["msg"].splitlines()
    assert first == "Recorded accesses of 2 kinds stop:"
    assert (len(lines), lines[-1]) == (2, "- and 1 more")


@pytest.mark.parametrize("given, losses", [({"since": "2026-11-21"}, 1), ({"until": "2026-11-20"}, 1), ({}, 2)])
def test_the_window(evidence, warned, given, losses):
    module = module_of(evidence, read_missing=False, **given)
    assert run(run_access_replay, module)["summary"]["loses"] == losses


def test_a_window_of_nothing_is_refused(evidence, warned):
    module = module_of(evidence, since="2026-11-21", until="2026-11-20")
    assert fail(run_access_replay, module)["msg"] == "until: It is not after since. Give a later one."


@pytest.mark.parametrize("allowed", [False, True])
def test_a_bucket_without_evidence_fails_the_task_that_wants_to_know(evidence, warned, allowed):
    module = module_of(evidence, read_missing=False, fail_on="loses", allow_no_evidence=allowed)
    module.params["planned_bucket_policies"] = {
        "other-bucket": policy({**ALLOW, "Resource": "arn:aws:s3:::other-bucket/*"})
    }
    if allowed:
        assert "msg" not in run(run_access_replay, module)
    else:
        said = fail(run_access_replay, module)["msg"]
        assert said.startswith("There is no evidence of who uses other-bucket, so that nobody knows who loses access.")


# What AWS answers, what is warned of
UNREAD = [
    ({"GetBucketPolicy": policies({BUCKET: Refused("AccessDenied")})}, f"The policy of bucket {BUCKET} is taken for"),
    ({"DescribeVpcEndpoints": Refused("UnauthorizedOperation")}, "Endpoints are taken for unknown. "),
]


@pytest.mark.parametrize("answers, said", UNREAD)
def test_what_may_not_be_read_is_unknown(evidence, warned, answers, said):
    module = module_of(evidence, {BUCKET: policy(ALLOW)}, answers=answers)
    run(run_access_replay, module)
    [warning] = warned
    assert warning.startswith(said)


@pytest.mark.parametrize("known, said", [(True, 0), (False, 1)])
def test_the_policy_of_a_planned_endpoint_is_read(evidence, warned, known, said):
    tight = policy({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::nothing/*"})
    module = module_of(
        evidence,
        {BUCKET: policy(ALLOW)},
        [endpoint(VPCE, policy({**ALLOW, "Principal": "*"}))] if known else [],
        planned=policy(ALLOW),
        planned_endpoint_policies={VPCE: tight},
    )
    result = run(run_access_replay, module)
    assert result["summary"]["loses"] == 1
    assert len(warned) == said
    assert all(f"The policy of endpoint {VPCE} is taken for unknown" in one for one in warned)


@pytest.mark.parametrize(
    "given, owner", [({}, ACCOUNT), ({"resource_accounts": {BUCKET: "444455556666"}}, "444455556666")]
)
def test_a_bucket_is_read_as_its_owners(evidence, warned, given, owner):
    module = module_of(evidence, {BUCKET: None}, **given)
    run(run_access_replay, module)
    assert ("GetBucketPolicy", {"Bucket": BUCKET, "ExpectedBucketOwner": owner}) in module.asked
