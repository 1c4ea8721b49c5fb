# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kills runs of the modules with SIGKILL at random points, and lets the next run complete them."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.emulator.client import Emulator
from tests.emulator.storms import document, sids, statement

#: Seconds each call takes, so that runs are also killed while they wait for an answer.
LATENCY = 0.05


@dataclass
class Killings:
    """``broken``: what was wrong after the run that followed; ``points``: how often how many calls had been made."""

    broken: list[str] = field(default_factory=list)
    points: dict[str, int] = field(default_factory=dict)


def kill_and_repeat(emulator: Emulator, times: int, chance: random.Random, buckets: int = 1) -> Killings:
    """``buckets``: how many each run is about; one is a run of bucket_policy, more are one of bucket_policies."""
    s3, killings = emulator.client("s3"), Killings()
    for number in range(times):
        names = [f"killed-{number}-{index}" for index in range(buckets)]
        for name in names:
            s3.create_bucket(Bucket=name)
            s3.put_bucket_policy(Bucket=name, Policy=document("Foreign", bucket=name))
        emulator.settings(latency_ms=LATENCY * 1000)
        emulator.reset_calls()
        process = _start(emulator, names)
        # Who calls; then each policy is read, written and read again.
        _wait_for_call(emulator, process, chance.randrange(2 + 3 * buckets))
        time.sleep(chance.uniform(0, 2 * LATENCY))
        process.kill()
        process.communicate()
        emulator.settings(latency_ms=0)
        counts = Counter(call["operation"] for call in emulator.calls())
        point = ", ".join(f"{count} {name}" for name, count in counts.items()) or "before the first call"
        killings.points[point] = killings.points.get(point, 0) + 1
        said, _errors = _start(emulator, names).communicate(timeout=300)
        left = {name: sids(s3.get_bucket_policy(Bucket=name)["Policy"]) for name in names}
        wrong = {name: found for name, found in left.items() if found != ["Foreign", "Ours"]}
        if json.loads(said).get("failed") or wrong:
            killings.broken.append(f"{names[0]}, killed after {point}: {wrong}, {said[:300]!r}")
    return killings


def _start(emulator: Emulator, names: list[str]) -> subprocess.Popen[bytes]:
    buckets = [{"bucket": name, "statements": [statement("Ours", name)]} for name in names]
    module, options = ("bucket_policy", buckets[0]) if len(names) == 1 else ("bucket_policies", {"buckets": buckets})
    arguments = {**emulator.connection, **options, "allow_unknown_endpoints": True}
    process = subprocess.Popen(
        [sys.executable, "-m", f"ansible_collections.perimeter.s3.plugins.modules.{module}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    if process.stdin is None:
        raise RuntimeError("a pipe was asked for")
    process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
    process.stdin.close()
    process.stdin = None  # communicate() would write to it
    return process


def _wait_for_call(emulator: Emulator, process: subprocess.Popen[bytes], number: int) -> None:
    """Until so many calls have been answered, or the run has ended."""
    while process.poll() is None and len(emulator.calls()) < number:
        time.sleep(0.005)
