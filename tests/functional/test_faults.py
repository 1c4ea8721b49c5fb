# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of S3 and other writers: nothing is lost, nothing is there twice, and what failed is said with its cause.

The same in full size is measured by benchmarks/faults.py.
"""

from __future__ import annotations

import random

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.emulator.faults import WRITE_KINDS, Faults
from tests.emulator.killing import kill_and_repeat
from tests.emulator.storms import BUCKET, document, fleet, races, sids, statement
from tests.functional.module_run import run_module


@pytest.mark.parametrize("seed", [1, 2])
def test_a_fleet_under_faults(seed):
    done = fleet(buckets=150, rate=0.2, seed=seed)
    assert (done.lost, done.doubled, done.silent) == ([], [], [])
    assert all(f"bucket {name}" in cause for name, cause in done.failed.items())
    assert set(done.met) == set(WRITE_KINDS)


def test_a_fleet_that_cannot_be_reached_says_so():
    done = fleet(buckets=3, rate=1, seed=1, kinds=("internal_error", "connection_reset"))
    assert sorted(done.failed) == ["bucket-0", "bucket-1", "bucket-2"]
    assert (done.lost, done.doubled, done.silent) == ([], [], [])


def test_races_of_writers_who_look_after_their_write():
    done = races(60, careful=True)
    assert (done.races, done.lost_ours, done.lost_foreign, done.doubled, done.reported) == (60, 0, 0, 0, 0)


def test_races_with_a_writer_who_does_not():
    """S3 has no conditional write: the statement of a writer who never looks again can be overwritten, ours cannot."""
    done = races(60, careful=False)
    assert (done.lost_ours, done.doubled, done.reported) == (0, 0, 0)
    assert done.lost_foreign < 60 // 4


def test_faults_follow_their_seed():
    def drawn(seed: int) -> list[str | None]:
        faults = Faults(0.5, seed)
        return [faults.next("PutBucketPolicy", "reports") for _number in range(20)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert Faults(1).next("GetObject", "reports/a") is None
    with pytest.raises(ValueError, match="no such fault: tyop"):
        Faults(1, kinds=["tyop"])


# kind of fault -> what a client sees of it, and whether the write was done
SEEN = {
    "slow_down": ("SlowDown", False),
    "internal_error": ("InternalError", False),
    "request_timeout": ("RequestTimeout", False),
    "operation_aborted": ("OperationAborted", False),
    "connection_reset": ("closed", False),
    "lost_answer": ("closed", True),
    "failed_but_done": ("InternalError", True),
    "slow": ("ok", True),
    "stale_read": ("ok", False),
}


@pytest.mark.parametrize("kind", WRITE_KINDS)
def test_the_emulator_fails_as_it_is_told(emulator, s3, kind):
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=document("Foreign"))
    emulator.settings(fault_rate=1, fault_kinds=[kind])
    seen = "ok"
    try:
        emulator.s3().put_bucket_policy(Bucket=BUCKET, Policy=document("Ours"))
    except ClientError as error:
        seen = error.response["Error"]["Code"]
    except ConnectionClosedError:
        seen = "closed"
    emulator.settings(fault_rate=0)
    shows = sids(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]) == ["Ours"]
    assert (seen, shows) == SEEN[kind]
    if kind == "stale_read":
        s3.get_bucket_policy(Bucket=BUCKET)
        assert sids(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]) == ["Ours"]


def test_the_module_passes_faults(emulator, s3):
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=document("Foreign"))
    emulator.settings(fault_rate=0.5, fault_seed=7)
    done = run_module(
        emulator,
        "bucket_policy",
        bucket=BUCKET,
        statements=[statement("Ours")],
        allow_unknown_endpoints=True,
    )
    assert not done.get("failed"), done
    emulator.settings(fault_rate=0)
    assert sids(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]) == ["Foreign", "Ours"]
    assert len([call for call in done.calls if call == "PutBucketPolicy"]) >= 1


@pytest.mark.parametrize("buckets", [1, 12])
def test_a_killed_run_is_completed_by_the_next(emulator, buckets):
    chance = random.Random(3)
    assert kill_and_repeat(emulator, 2, chance, buckets).broken == []
