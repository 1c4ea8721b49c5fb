# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of the collection against faults and other writers, in virtual time; shared by tests and benchmarks."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.pace import Pace, Steps, drive
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.s3_errors import BucketError
from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket.converge import (
    BucketOutcome,
    NotSettledError,
    converge,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.module import Report
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.pool import Fleet
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import Declaration
from tests.emulator.fake_s3 import FakeS3
from tests.emulator.faults import Faults
from tests.emulator.virtual_time import VirtualTime

BUCKET = "contended"
THREADS = 32


def statement(sid: str, bucket: str = BUCKET) -> dict[str, object]:
    condition = {"StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}
    resource = f"arn:aws:s3:::{bucket}/{sid}/*"
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": resource,
        "Condition": condition,
    }


def document(*sids: str, bucket: str = BUCKET) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement(sid, bucket) for sid in sids]})


def sids(text: str | None) -> list[str]:
    return [one["Sid"] for one in json.loads(text)["Statement"]] if text else []


def run_once(s3: FakeS3, time: VirtualTime, bucket: str, *owned: str, seed: int = 0) -> str | None:
    """Converge one bucket; ``None`` when that is done, otherwise the cause that a user is told."""
    try:
        drive(_steps(s3, time, bucket, owned, seed), time.sleep)
    except (BucketError, NotSettledError) as error:
        return str(error)
    return None


def _steps(s3: FakeS3, time: VirtualTime, bucket: str, owned: tuple[str, ...], seed: int) -> Steps[BucketOutcome]:
    declaration = Declaration(bucket, statements=tuple(statement(sid, bucket) for sid in owned))
    pace = Pace(clock=time.clock, spread=random.Random(seed).uniform)
    return converge(s3, declaration, owner=None, pace=pace)


@dataclass
class FleetOutcome:
    buckets: int
    failed: dict[str, str]  # bucket -> cause
    lost: list[str]  # buckets without a foreign statement that was there
    doubled: list[str]  # buckets with a Sid twice
    silent: list[str]  # reported as converged, but are not
    met: Counter[str]
    calls: int
    seconds: float  # of virtual time


def fleet(buckets: int, rate: float, seed: int, kinds: tuple[str, ...] = ()) -> FleetOutcome:
    """The pool converges many buckets, each with somebody else's statement, while a share of the calls meets faults."""
    time = VirtualTime()
    names = [f"bucket-{number}" for number in range(buckets)]
    s3 = FakeS3(time, {name: document("Foreign", bucket=name) for name in names}, Faults(rate, seed, kinds), seed=seed)
    report = Report(names)
    pool = Fleet(
        [partial(_steps, s3, time, name, ("Ours",), seed) for name in names], report.finished, time.clock, time.sleep
    )
    time.run(*[pool.work] * THREADS)
    if report.unexpected is not None:
        raise RuntimeError(report.unexpected)
    results = report.as_dict()["results"]
    causes = {one["bucket"]: one["msg"] for one in results if one["failed"]}
    found = {name: sids(s3.policies.get(name)) for name in names}
    return FleetOutcome(
        buckets,
        causes,
        [name for name in names if "Foreign" not in found[name]],
        [name for name in names if len(set(found[name])) < len(found[name])],
        [name for name in names if name not in causes and "Ours" not in found[name]],
        s3.faults.met,
        len(s3.calls),
        time.clock(),
    )


@dataclass
class RaceOutcome:
    """Statements that are gone though their owner had reason to believe that they are there."""

    races: int = 0
    lost_ours: int = 0
    lost_foreign: int = 0
    doubled: int = 0
    reported: int = 0  # runs that said they did not succeed
    seeds: list[int] = field(default_factory=list)  # of races that lost a statement


def race(seed: int, careful: bool) -> tuple[list[str], list[str | None]]:
    """Two runs and a third party write one policy within a second; Sids in the end, and what each run said.

    ``careful``: the third party looks again after its write and repeats it when its statement is gone, as our runs do;
    otherwise it reads, writes and goes.
    """
    time, chance = VirtualTime(), random.Random(seed)
    s3 = FakeS3(time, {BUCKET: document("Foreign")}, seed=seed)
    said: list[str | None] = [None, None]
    starts = [chance.uniform(0, 0.5) for _writer in range(3)]

    def ours(number: int) -> None:
        time.sleep(starts[number])
        said[number] = run_once(s3, time, BUCKET, f"Ours{number}", seed=seed + number)

    def third() -> None:
        time.sleep(starts[2])
        if careful:
            run_once(s3, time, BUCKET, "Third", seed=seed + 2)
            return
        policy = json.loads(s3.get_bucket_policy(BUCKET)["Policy"])
        policy["Statement"].append(statement("Third"))
        s3.put_bucket_policy(BUCKET, json.dumps(policy))

    time.run(lambda: ours(0), lambda: ours(1), third)
    return sids(s3.policies.get(BUCKET)), said


def races(count: int, careful: bool, seed: int = 0) -> RaceOutcome:
    outcome = RaceOutcome()
    for number in range(seed, seed + count):
        left, said = race(number, careful)
        ours = sum(cause is None and f"Ours{index}" not in left for index, cause in enumerate(said))
        foreign = sum(name not in left for name in ("Foreign", "Third"))
        outcome.races += 1
        outcome.lost_ours += ours
        outcome.lost_foreign += foreign
        outcome.doubled += len(set(left)) < len(left)
        outcome.reported += sum(cause is not None for cause in said)
        if ours or foreign:
            outcome.seeds.append(number)
    return outcome
