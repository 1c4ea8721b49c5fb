# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``make bench``: all measurements one after the other, or those named: ``make bench ARGS="evaluate"``.

Each prints its table; its figures go to ``.build/bench/NAME.json``. Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / ".build" / "bench"
#: Name of the script -> what it measures.
BENCHMARKS = {
    "side_by_side": "calls and seconds of the modules, beside those of amazon.aws",
    "evaluate": "decisions per second of the policy evaluator",
    "proof": "seconds of proofs over all requests: one bucket, a thousand, and what is made hard",
    "attack": "proofs attacked by requests, wider policies and a small alphabet, and how many claims stay undecided",
    "replay": "recorded accesses, read and replayed: records, lines and classes per second, and the memory",
    "page": "the page of a report in Chromium, until it can be used, beside a page of one word",
    "accounts": "an organization as an inventory, and runs over its accounts by number of forks",
    "fleet": "many buckets, beside a bare client and a loop over amazon.aws.s3_bucket",
    "role": "the role and drift, beside what they were before they looked, decided and acted",
    "faults": "what survives faults of S3, races of writers and kill -9",
    "eda": "seconds from an event to the repaired bucket",
}


def main() -> int:
    listing = "\n".join(f"  {name:<14}{what}" for name, what in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog="make bench",
        description=__doc__,
        epilog=f"benchmarks:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="those to run; all of them if none is named")
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"no benchmark is named {', '.join(unknown)}. There are:\n{listing}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    failed = []
    for name in names:
        print(f"\n{name}: {BENCHMARKS[name]}\n", flush=True)
        words = [sys.executable, HERE / f"{name}.py", "--json", RESULTS / f"{name}.json"]
        if subprocess.run(words, check=False).returncode:
            failed.append(name)
    print(f"\nFigures are in {RESULTS}.")
    if failed:
        print(f"FAILED: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
