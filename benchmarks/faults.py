#!/usr/bin/env python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What survives faults, races and kill -9: ``make bench ARGS=faults``.

- 1,000 buckets in the pool of bucket_policies while 20 % of the calls meet a fault, in virtual time: converged, or
  failed with their cause
- 500 races of two runs and a third writer on one policy, whose third writer looks again after its write, or does not
- 50 runs of bucket_policy and 50 of bucket_policies, each of these with 120 buckets, so that processes make the calls,
  killed at random points against the emulator and completed by the next run

It fails when a statement is lost whose owner looks after it, a Sid is there twice, or a bucket is wrong without a word.
S3 has no conditional write for policies. A writer who reads, writes and never looks again can always be overwritten by
one who read before its write and writes after it; how often that happens in the races here is in the table.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.emulator import running_emulator
from tests.emulator.killing import kill_and_repeat
from tests.emulator.storms import fleet, races


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="where the figures go")
    parser.add_argument("--buckets", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=0.2, help="share of calls that meet a fault")
    parser.add_argument("--races", type=int, default=500)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    figures, wrong = measure(options)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for sentence in wrong:
        print(f"WRONG: {sentence}", file=sys.stderr)
    return 1 if wrong else 0


def measure(options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    wrong: list[str] = []
    started = time.monotonic()
    done = fleet(options.buckets, options.rate, options.seed)
    print(f"{done.buckets} buckets, {options.rate:.0%} of calls with a fault: {done.calls} calls")
    print(f"  converged {done.buckets - len(done.failed)}, failed with cause {len(done.failed)}")
    print(f"  statements lost {len(done.lost)}, Sids twice {len(done.doubled)}, wrong in silence {len(done.silent)}")
    print(f"  {dict(sorted(done.met.items()))}\n  {time.monotonic() - started:.1f} s\n", flush=True)
    if done.lost or done.doubled or done.silent:
        wrong.append(f"the fleet: lost {done.lost}, twice {done.doubled}, in silence {done.silent}")
    figures: dict[str, Any] = {"fleet": {**vars(done), "met": dict(done.met)}}
    for careful in (True, False):
        raced = races(options.races, careful, options.seed)
        print(f"{raced.races} races, the third writer {'looks' if careful else 'does not look'} again")
        print(f"  lost: ours {raced.lost_ours}, of others {raced.lost_foreign}; Sids twice {raced.doubled}")
        print(f"  runs that said they failed: {raced.reported}\n", flush=True)
        if raced.lost_ours or raced.doubled or (careful and raced.lost_foreign):
            wrong.append(f"races {raced}")
        figures["races_careful" if careful else "races_careless"] = dataclasses.asdict(raced)
    for module, buckets in (("bucket_policy", 1), ("bucket_policies", 120)):
        with running_emulator(max_seconds=3600) as emulator:
            killed = kill_and_repeat(emulator, options.kills, random.Random(options.seed), buckets)
        print(f"{options.kills} runs of {module} killed: {len(killed.broken)} not completed by the next. Killed after")
        for point, count in sorted(killed.points.items()):
            print(f"  {count:>4} × {point}")
        figures[f"killed_{module}"] = dataclasses.asdict(killed)
        wrong += killed.broken
    return figures, wrong


if __name__ == "__main__":
    sys.exit(main())
