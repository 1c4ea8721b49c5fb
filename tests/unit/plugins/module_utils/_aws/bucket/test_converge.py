# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What converge does when all goes well, when S3 forgets, and when there are other writers."""

from __future__ import annotations

import concurrent.futures
import json
import random
import stat
import time

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.pace import Backoff, Pace, drive
from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket import backup as buckets_backup
from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket import converge as buckets
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import Declaration
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.guard import Finding
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.bucket.bucket_fake import (
    OURS,
    OWNER,
    FakeS3,
    Time,
    client_error,
    converge,
    document,
    overwrite,
    settled,
    statement,
)

# --- the calls when all goes well

PLAIN = [
    ("nothing to do", document("Theirs", "Ours"), OURS, ["get"], []),
    ("created", None, OURS, ["get", "put", "get"], ["s3:PutBucketPolicy"]),
    ("merged", document("Theirs"), OURS, ["get", "put", "get"], ["s3:PutBucketPolicy"]),
    ("absent already", None, Declaration("logs", state="absent"), ["get"], []),
    (
        "removed",
        document("Ours"),
        Declaration("logs", state="absent"),
        ["get", "delete", "get"],
        ["s3:DeleteBucketPolicy"],
    ),
]


@pytest.mark.parametrize("policy, declaration, calls, actions", [c[1:] for c in PLAIN], ids=[c[0] for c in PLAIN])
def test_calls(policy, declaration, calls, actions):
    s3 = FakeS3(policy)
    outcome = converge(s3, declaration)
    assert s3.calls == calls
    assert list(outcome.actions) == actions
    assert outcome.changed is bool(actions)
    assert outcome.after == s3.policy
    assert s3.owners == {OWNER}


@pytest.mark.parametrize("policy, declaration, calls, actions", [c[1:] for c in PLAIN], ids=[c[0] for c in PLAIN])
def test_check_mode_reads_once_and_predicts(policy, declaration, calls, actions):
    s3 = FakeS3(policy)
    predicted = converge(s3, declaration, check=True)
    assert s3.calls == ["get"]
    assert s3.policy == policy
    real = converge(s3, declaration)
    assert (predicted.actions, predicted.after, predicted.plan) == (real.actions, real.after, real.plan)


def test_without_wait_nothing_is_read_back():
    s3 = FakeS3()
    outcome = converge(s3, OURS, pace={"wait": False})
    assert s3.calls == ["get", "put"]
    assert outcome.after == document("Ours")


# --- eventual consistency


def test_an_old_document_shown_after_the_write_is_waited_out_not_written_over():
    s3 = FakeS3(document("Theirs"))
    s3.script["put"] = [lambda fake: fake.stale.extend([document("Theirs")] * 4)]
    outcome = converge(s3, OURS)
    assert s3.calls == ["get", "put"] + ["get"] * 5
    assert outcome.after == document("Theirs", "Ours")


def test_a_document_from_before_our_first_look_shown_once_is_not_taken_for_another_writer():
    s3 = FakeS3(document("Theirs", "New"))
    s3.script["put"] = [lambda fake: fake.stale.extend([document("Theirs"), document("Theirs", "New")])]
    converge(s3, OURS)
    assert s3.calls.count("put") == 1
    assert settled(s3, "Theirs", "New", "Ours")


def test_a_document_that_never_shows_is_an_error_that_says_what_was_written():
    s3 = FakeS3(document("Theirs"))
    s3.script["put"] = [lambda fake: fake.stale.extend([document("Theirs")] * 1000)]
    watch = Time()
    with pytest.raises(buckets.NotSettledError, match=r"does not show it after 20 seconds \(wait_timeout\)") as caught:
        converge(s3, OURS, watch, pace={"wait_timeout": 20})
    assert s3.calls.count("put") == 1
    assert caught.value.outcome.actions == ("s3:PutBucketPolicy",)
    assert 20 <= watch.now < 35


# --- other writers


def test_a_writer_between_our_write_and_the_look_back_is_merged_with():
    s3 = FakeS3(document("Theirs"), get=[None, overwrite("Theirs", "Third")])
    outcome = converge(s3, OURS)
    assert settled(s3, "Theirs", "Third", "Ours")
    assert s3.calls == ["get", "put", "get", "get", "put", "get"]
    assert outcome.actions == ("s3:PutBucketPolicy",) * 2
    assert outcome.plan.statements.as_dict() == {
        "added": ["Ours"],
        "changed": [],
        "removed": [],
        "kept": ["Theirs", "Third"],
    }
    assert "Another writer" in outcome.warnings[0]


def test_a_writer_who_keeps_ours_is_left_alone():
    s3 = FakeS3(document("Theirs"), get=[None, overwrite("Theirs", "Ours", "Third")])
    outcome = converge(s3, OURS)
    assert s3.calls == ["get", "put", "get"]
    assert outcome.after == document("Theirs", "Ours", "Third")


def test_a_writer_between_our_first_look_and_the_write_is_merged_with_when_that_takes_long():
    s3 = FakeS3(document("Theirs"))
    watch = Time()

    def slow_guard(plan):
        if watch.now == 0:
            watch.sleep(1)
            s3.policy = document("Theirs", "Third")
        return []

    outcome = converge(s3, OURS, watch, guards=lambda _region: {"slow": slow_guard})
    assert settled(s3, "Theirs", "Third", "Ours")
    assert s3.calls == ["get", "get", "put", "get"]
    assert outcome.plan.before == document("Theirs", "Third")


def test_a_writer_who_does_it_for_us_leaves_nothing_to_write():
    s3 = FakeS3(document("Theirs"), put=[client_error("OperationAborted", status=409)])
    s3.script["get"] = [None, overwrite("Theirs", "Ours")]
    outcome = converge(s3, OURS)
    assert s3.calls == ["get", "put", "get"]
    assert outcome.actions == ()
    assert not outcome.changed


def test_two_owners_of_everything_give_up_with_an_explanation():
    s3 = FakeS3(document("Theirs"))
    s3.script["get"] = [None, *[overwrite("Theirs", f"Other{n // 3}") for n in range(30)]]
    with pytest.raises(buckets.NotSettledError, match="another writer took away") as caught:
        converge(s3, Declaration("logs", policy=document("Ours")))
    assert s3.calls.count("put") == buckets.MAX_ROUNDS
    assert len(caught.value.outcome.actions) == buckets.MAX_ROUNDS


class SlowS3(FakeS3):
    """Each call takes a while before and after it happens, so that those of several threads mix."""

    def _event(self, name: str, owner: str | None) -> bool:
        time.sleep(random.uniform(0, 0.02))
        return super()._event(name, owner)

    def get_bucket_policy(self, **arguments: str) -> dict:
        try:
            return super().get_bucket_policy(**arguments)
        finally:
            time.sleep(random.uniform(0, 0.02))


def test_runs_that_race_lose_nothing():
    """Both read the same document; the second write takes the first's statement away, and the first notices."""
    races = [SlowS3(document("Theirs")) for _race in range(40)]
    pace = Pace(settle=0.4, max_read_age=0.05, poll=Backoff(attempts=0, first=0.05, longest=0.1))

    def run(s3: FakeS3, sid: str):
        return drive(buckets.converge(s3, Declaration("logs", statements=(statement(sid),)), owner=OWNER, pace=pace))

    with concurrent.futures.ThreadPoolExecutor(2 * len(races)) as pool:
        outcomes = [pool.submit(run, s3, sid) for s3 in races for sid in ("RunA", "RunB")]
        rounds = [len(outcome.result().actions) for outcome in outcomes]
    assert [{one["Sid"] for one in s3.policy["Statement"]} for s3 in races] == [{"Theirs", "RunA", "RunB"}] * len(races)
    assert all(len(s3.policy["Statement"]) == 3 for s3 in races)
    # Otherwise they have not raced.
    assert max(rounds) > 1


# --- guards and backup


@pytest.mark.parametrize("check", [True, False])
def test_a_guard_that_refuses_prevents_the_write_in_check_mode_too(check):
    s3 = FakeS3(document("Theirs"))
    finding = Finding("lockout", "Nobody could repair this policy.", "Except a role.")
    with pytest.raises(buckets.GuardError, match=r"Nobody could repair this policy\. Except a role\.") as caught:
        converge(s3, OURS, check=check, guards=lambda _region: {"lockout": lambda plan: [finding]})
    assert s3.calls == ["get"]
    assert caught.value.verdict.as_dict()["refused"][0]["guard"] == "lockout"


def test_guards_are_not_asked_when_nothing_is_written():
    outcome = converge(
        FakeS3(document("Ours")), OURS, guards=lambda _region: {"lockout": lambda plan: pytest.fail("asked")}
    )
    assert outcome.verdict.checked == ()


def test_guards_judge_what_another_writer_made_of_it():
    s3 = FakeS3(document("Theirs"), get=[None, overwrite("Theirs", "Evil")])

    def guard(plan):
        evil = "Evil" in json.dumps(plan.after)
        return [Finding("lockout", "Evil is there.", "")] if evil else []

    with pytest.raises(buckets.GuardError) as caught:
        converge(s3, OURS, guards=lambda _region: {"lockout": guard})
    assert caught.value.done == ("s3:PutBucketPolicy",)


def test_whatever_goes_wrong_what_was_written_is_told():
    s3 = FakeS3(document("Theirs"), get=[None, overwrite("Theirs", "Evil")])

    def guard(plan):
        if "Evil" in json.dumps(plan.after):
            raise ZeroDivisionError
        return []

    with pytest.raises(ZeroDivisionError) as caught:
        converge(s3, OURS, guards=lambda _region: {"lockout": guard})
    assert caught.value.done == ("s3:PutBucketPolicy",)


def test_backup_keeps_what_each_write_replaced(tmp_path):
    directory = tmp_path / "new" / "kept"
    s3 = FakeS3(document("Theirs"), put=[client_error("SlowDown", status=503)])
    s3.script["get"] = [None, None, overwrite("Theirs", "Third")]
    outcome = converge(s3, OURS, keep=lambda replaced: buckets_backup.keep(str(directory), "logs", replaced))
    kept = [json.loads((directory / path).read_text()) for path in outcome.backups]
    assert kept == [document("Theirs"), document("Theirs", "Third")]
    files = sorted(directory.iterdir())
    assert [str(file) for file in files] == list(outcome.backups)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert files[0].name.startswith("logs.2")


def test_backup_of_no_policy_is_null_and_none_is_made_in_check_mode(tmp_path):
    converge(FakeS3(), OURS, check=True, keep=lambda replaced: pytest.fail("kept"))
    outcome = converge(FakeS3(), OURS, keep=lambda replaced: buckets_backup.keep(str(tmp_path), "logs", replaced))
    (file,) = tmp_path.iterdir()
    assert outcome.backups == (str(file),)
    assert json.loads(file.read_text()) is None


def test_a_backup_that_fails_prevents_the_write(tmp_path):
    occupied = tmp_path / "file"
    occupied.write_text("")
    s3 = FakeS3(document("Theirs"))
    with pytest.raises(buckets_backup.BackupError, match="Nothing was written to AWS"):
        converge(s3, OURS, keep=lambda replaced: buckets_backup.keep(str(occupied), "logs", replaced))
    assert s3.calls == ["get"]
