# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From options to a result, and what a failed task says about what it had done."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.pace import Pace
from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket import module as buckets_module
from ansible_collections.perimeter.s3.plugins.modules import bucket_policy
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.bucket.bucket_fake import (
    OWNER,
    FakeS3,
    client_error,
    document,
    overwrite,
    statement,
)

RESULT = {"changed", "policy", "before", "statements", "undeclared", "guard", "actions", "backup_files"}


class Left(Exception):
    """The module has ended; ``result`` is what it returned."""

    def __init__(self, failed: bool, result: dict) -> None:
        self.failed = failed
        self.result = result
        super().__init__(result.get("msg"))


class FakeModule:
    def __init__(self, check_mode: bool = False, diff: bool = False, **options: object) -> None:
        defaults = {name: spec.get("default") for name, spec in buckets_module.BUCKET_OPTIONS.items()}
        self.params = {**defaults, "expected_bucket_owner": OWNER, **options}
        self.check_mode = check_mode
        self._diff = diff
        self.warnings: list[str] = []

    def exit_json(self, **result: object) -> None:
        raise Left(False, result)

    def fail_json(self, **result: object) -> None:
        raise Left(True, result)


@pytest.fixture
def run(monkeypatch):
    def run(s3: FakeS3, **options: object):
        module = FakeModule(**options)
        s3.meta = type("Meta", (), {"partition": "aws", "region_name": "eu-central-1"})
        pace = Pace(settle=0, wait_timeout=0, spread=lambda low, high: 0)
        monkeypatch.setattr(buckets_module, "s3_client", lambda module: s3)
        monkeypatch.setattr(buckets_module, "pace_of", lambda client, options: pace)
        monkeypatch.setattr(buckets_module, "warn_user", module.warnings.extend)
        monkeypatch.setattr(bucket_policy, "create_module", lambda options: module)
        with pytest.raises(Left) as caught:
            bucket_policy.main()
        return caught.value, module

    return run


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("live", [None, document("Ours"), document("Theirs")])
def test_the_result_has_the_same_keys_whatever_happens(run, live, check_mode):
    left, _module = run(FakeS3(live), bucket="logs", statements=[statement("Ours")], check_mode=check_mode)
    assert not left.failed
    assert set(left.result) == RESULT
    assert bool(left.result["actions"]) is left.result["changed"] is (live != document("Ours"))


def test_a_difference_is_made_when_asked_for(run):
    left, _module = run(FakeS3(document("Theirs")), bucket="logs", statements=[statement("Ours")], diff=True)
    assert set(left.result) == RESULT | {"diff"}
    assert left.result["diff"]["before_header"] == "policy of bucket logs"
    assert '"Sid": "Ours"' in left.result["diff"]["after"]
    assert '"Sid": "Ours"' not in left.result["diff"]["before"]


# name, events on put, events on get, options, words of the message, writes that were made by then
FAILURES = [
    (
        "refused",
        [client_error("MalformedPolicy", "Policy has invalid action")],
        [],
        {},
        "Policy has invalid action",
        [],
    ),
    ("missing bucket", [], [client_error("NoSuchBucket", status=404)], {}, "no bucket of that name", []),
    (
        "written, then unreadable",
        [],
        [None, client_error("AccessDenied", "Access Denied", 403)],
        {},
        "now denies the caller to read it",
        ["s3:PutBucketPolicy"],
    ),
    (
        "written, then the bucket is gone",
        [],
        [None, client_error("NoSuchBucket", status=404)],
        {},
        "no bucket of that name",
        ["s3:PutBucketPolicy"],
    ),
    (
        "written, never shown",
        [lambda fake: fake.stale.extend([document("Theirs")] * 50)],
        [],
        {},
        "does not show it",
        ["s3:PutBucketPolicy"],
    ),
    (
        "two owners",
        [],
        [None, *[overwrite("Theirs", f"Other{n // 3}") for n in range(20)]],
        {},
        "another writer took away",
        ["s3:PutBucketPolicy"] * 3,
    ),
    ("bad option", [], [], {"state": "absent", "statements": []}, "names nothing to remove", []),
]


@pytest.mark.parametrize("put, get, options, words, actions", [c[1:] for c in FAILURES], ids=[c[0] for c in FAILURES])
def test_a_failed_task_says_what_it_had_done(run, put, get, options, words, actions):
    s3 = FakeS3(document("Theirs"), put=put, get=get)
    left, _module = run(s3, **{"bucket": "logs", "statements": [statement("Ours")], **options})
    assert left.failed
    assert words in left.result["msg"]
    assert left.result["actions"] == actions
    assert left.result["changed"] is bool(actions)
    assert {"msg", "changed", "actions", "guard"} <= set(left.result)


def test_warnings_reach_the_user(run):
    gone = statement("Gone", Principal={"AWS": "AROAEXAMPLEID12345678"})
    live = {"Version": "2012-10-17", "Statement": [gone, statement("Ours")]}
    _left, module = run(FakeS3(live), bucket="logs", statements=[statement("Ours")])
    assert len(module.warnings) == 1
    assert "AROAEXAMPLEID12345678" in module.warnings[0]
