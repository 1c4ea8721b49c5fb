# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kills runs of the module bucket_policy with SIGKILL at random points, and lets the next run complete them."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
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


def kill_and_repeat(emulator: Emulator, times: int, chance: random.Random) -> Killings:
    s3, killings = emulator.client("s3"), Killings()
    emulator.settings(latency_ms=LATENCY * 1000)
    for number in range(times):
        bucket = f"killed-{number}"
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_policy(Bucket=bucket, Policy=document("Foreign", bucket=bucket))
        emulator.reset_calls()
        process = _start(emulator, bucket)
        _wait_for_call(emulator, process, chance.randrange(5))
        time.sleep(chance.uniform(0, 2 * LATENCY))
        process.kill()
        process.communicate()
        point = ",".join(call["operation"] for call in emulator.calls()) or "before the first call"
        killings.points[point] = killings.points.get(point, 0) + 1
        said, _errors = _start(emulator, bucket).communicate(timeout=120)
        left = sids(s3.get_bucket_policy(Bucket=bucket)["Policy"])
        if json.loads(said).get("failed") or left != ["Foreign", "Ours"]:
            killings.broken.append(f"{bucket}, killed after {point}: {left}, {said[:300]!r}")
    return killings


def _start(emulator: Emulator, bucket: str) -> subprocess.Popen[bytes]:
    arguments = {
        **emulator.connection,
        "bucket": bucket,
        "statements": [statement("Ours", bucket)],
        "allow_unknown_endpoints": True,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "ansible_collections.perimeter.s3.plugins.modules.bucket_policy"],
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
