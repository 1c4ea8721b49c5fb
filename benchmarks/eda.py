#!/usr/bin/env python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long it takes from an event to the repaired bucket: ``make bench ARGS=eda``.

ansible-rulebook runs the shipped webhook rulebook against the emulator. A bucket loses its policy, and the event of
that is posted. In AWS, what CloudTrail and EventBridge take to deliver the event comes on top.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.emulator import Emulator, running_emulator
from tests.functional.rulebook_run import MISSING, Rulebook, put_bucket_policy_event, running_rulebook

BUCKET = "events-bench"
#: What comes one after the other, and what that is.
STEPS = {
    "waiting": "from the event to the start of the playbook: throttle, ansible-runner",
    "starting": "to the first call of AWS: ansible-playbook, the role's checks",
    "reading": "to the write: who calls, endpoints, the policy",
    "repaired": "to the policy that AWS shows",
    "ending": "to the end of the run: reading back, report",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="where the figures go")
    parser.add_argument("--events", type=int, default=5)
    options = parser.parse_args()
    if MISSING:
        print(f"Not measured: {MISSING}.")
        return 0
    figures = measure(options.events)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def measure(events: int) -> dict[str, Any]:
    with running_emulator(max_seconds=1800) as emulator, tempfile.TemporaryDirectory() as directory:
        emulator.client("s3").create_bucket(Bucket=BUCKET)
        vpc = emulator.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        declaration = {"private_access_vpc_id": vpc, "private_access_buckets": [BUCKET]}
        with running_rulebook(emulator, Path(directory), declaration) as rulebook:
            measured = [repair(emulator, rulebook) for _number in range(events)]
    total = [sum(seconds for step, seconds in one.items() if step != "ending") for one in measured]
    print(f"{events} events, medians in seconds")
    for step, what in STEPS.items():
        print(f"  {statistics.median(one[step] for one in measured):6.2f}  {what}")
    print(f"{statistics.median(total):8.2f}  from event to repaired ({min(total):.2f} to {max(total):.2f})")
    return {"steps": measured, "event_to_repaired": total}


def repair(emulator: Emulator, rulebook: Rulebook) -> dict[str, float]:
    """The seconds of each step."""
    s3 = emulator.client("s3")
    runs = rulebook.runs()
    s3.delete_bucket_policy(Bucket=BUCKET)
    emulator.reset_calls()
    rulebook.post([put_bucket_policy_event(BUCKET)])

    def called(*names: str) -> bool:
        return any(not names or call["operation"] in names for call in emulator.calls())

    def shown() -> bool:
        return BUCKET in {
            call["resource"] for call in emulator.calls() if call["operation"] == "PutBucketPolicy"
        } and bool(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])

    conditions = (
        lambda: rulebook.output().count("PLAY [") > runs,
        called,
        lambda: called("PutBucketPolicy"),
        shown,
        lambda: rulebook.runs() > runs,
    )
    return {
        step: rulebook.until(condition, what) for (step, what), condition in zip(STEPS.items(), conditions, strict=True)
    }


if __name__ == "__main__":
    sys.exit(main())
