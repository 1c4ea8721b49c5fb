# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw random small changes of the core, and see whether the unit tests that concern each notice it.

    make mutate                               100 of them, of another draw each time
    make mutate ARGS="--seed 7 --count 200"   the same draw again
    make mutate ARGS="plugins/module_utils/_policy/rules"
    make mutate ARGS="plugins/module_utils/_plan/report/text.py:31"   every change of one line

Changes are made in copies of the process, never in a file. What survives is printed with its place; a change that
alters nothing may, so the rate is not expected to be 100. One that lets a test run for ever is counted on neither side.

The first draw records which tests call what, which takes minutes; later ones do so for what has changed since.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import forks
from concerned import Imports
from mutants import Mutant, mutants
from trials import ALONE, NOTICED, SLOW, Judge, Limits, judge_functions, judge_imports

ROOT = Path(__file__).resolve().parents[2]
CORE = "plugins/module_utils"
FLOORS = ("_policy", "_plan", "_aws")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", default=[f"{CORE}/{floor}" for floor in FLOORS])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--timeout", type=int, default=120, help="processor seconds for the tests of one change")
    parser.add_argument("--longest", type=float, default=10, help="processor seconds of the longest test that is asked")
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    drawn = draw(options.paths, options.count, seed)
    print(f"{len(drawn)} changes, --seed {seed}", flush=True)
    counts: Counter[tuple[str, str]] = Counter()

    def tell(mutant: Mutant, found: str) -> None:
        counts[floor_of(mutant), found] += 1
        if found != NOTICED:
            print(f"{found}: {mutant}", flush=True)

    imports = Imports(ROOT)
    ranks = {path: imports.tests_of(ROOT / path) for path in {mutant.path for mutant in drawn}}
    tests = sorted({test for found in ranks.values() for rank in found for test in rank})
    concerned = []
    for mutant in drawn:
        if ranks[mutant.path]:
            concerned.append(mutant)
        else:
            tell(mutant, ALONE)
    # What pytest loads is loaded in a copy, so that this process can still import everything anew.
    limits = Limits(options.timeout, options.longest, options.jobs)
    found, left_out = forks.result_of(lambda: judge_functions(Judge(ROOT, concerned, limits), tests))
    for test in left_out:
        print(f"not asked, for it takes too long or fails without any change: {test}", flush=True)
    for number, outcome in found.items():
        tell(concerned[number], outcome)
    left = [mutant for number, mutant in enumerate(concerned) if number not in found]
    for mutant, outcome in judge_imports([(one, ranks[one.path]) for one in left], left_out, limits):
        tell(mutant, outcome)
    report(counts)
    return 0


def draw(paths: list[str], count: int, seed: int) -> list[Mutant]:
    """Files are drawn by how much can be changed in them."""
    found = [mutant for path in paths for mutant in changes_in(path)]
    if not found:
        sys.exit(f"There is nothing to change in {', '.join(paths)}.")
    shuffled = random.Random(seed).sample(found, len(found))
    return list(islice((mutant for mutant in shuffled if mutant.compiles), count))


def changes_in(place: str) -> list[Mutant]:
    """`place` is a directory, a file, or a file and a line as in what is printed."""
    path, _colon, line = place.partition(":")
    return [
        mutant
        for file in sorted([ROOT / path] if (ROOT / path).is_file() else (ROOT / path).rglob("*.py"))
        for mutant in mutants(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))
        if not line or mutant.line == int(line)
    ]


def floor_of(mutant: Mutant) -> str:
    return next((floor for floor in FLOORS if f"/{floor}/" in mutant.path), "other")


def report(counts: Counter[tuple[str, str]]) -> None:
    for floor in (*FLOORS, "other"):
        found = {what: number for (where, what), number in counts.items() if where == floor}
        judged = sum(number for what, number in found.items() if what != SLOW)
        if judged:
            rate = 100 * found.get(NOTICED, 0) / judged
            rest = ", ".join(f"{number} {what}" for what, number in sorted(found.items()))
            print(f"{floor:8} {rate:5.1f} of 100 noticed ({rest})")


if __name__ == "__main__":
    sys.exit(main())
