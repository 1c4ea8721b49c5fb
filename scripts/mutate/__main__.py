# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw random small changes of the core, and see whether the unit tests that concern each notice it.

    make mutate                               100 of them, of another draw each time
    make mutate ARGS="--seed 7 --count 200"   the same draw again
    make mutate ARGS="plugins/module_utils/_policy/rules"

Changes are made in copies of the tree under .build/mutate, never in the working copy. What survives is printed with its
place; a change that alters nothing (a cache, the wording of a message) may, so the rate is not expected to be 100.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

from concerned import Imports
from mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
CORE = "plugins/module_utils"
FLOORS = ("_policy", "_plan", "_aws")
NOTICED, SURVIVED, SLOW, ALONE = "noticed", "survived", "timed out", "no test"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", default=[f"{CORE}/{floor}" for floor in FLOORS])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--timeout", type=float, default=300, help="seconds for the tests of one change")
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    drawn = draw(options.paths, options.count, seed)
    print(f"{len(drawn)} changes, --seed {seed}", flush=True)
    copies: SimpleQueue[Path] = SimpleQueue()
    for number in range(options.jobs):
        copies.put(copy_tree(number))
    imports = Imports(ROOT)

    def judge(mutant: Mutant) -> tuple[Mutant, str]:
        copied = copies.get()
        try:
            return mutant, outcome(mutant, copied, imports, options.timeout)
        finally:
            copies.put(copied)

    counts: Counter[tuple[str, str]] = Counter()
    with ThreadPoolExecutor(options.jobs) as pool:
        for mutant, found in pool.map(judge, drawn):
            counts[floor_of(mutant), found] += 1
            if found != NOTICED:
                print(f"{found}: {mutant}", flush=True)
    report(counts)
    return 0


def draw(paths: list[str], count: int, seed: int) -> list[Mutant]:
    """Files are drawn by how much can be changed in them."""
    found = [
        mutant
        for path in paths
        for file in sorted([ROOT / path] if (ROOT / path).is_file() else (ROOT / path).rglob("*.py"))
        for mutant in mutants(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))
    ]
    if not found:
        sys.exit(f"There is nothing to change in {', '.join(paths)}.")
    shuffled = random.Random(seed).sample(found, len(found))
    return list(islice((mutant for mutant in shuffled if mutant.compiles), count))


def copy_tree(number: int) -> Path:
    """A copy of what git tracks, with the other collections beside it."""
    top = ROOT / ".build" / "mutate" / str(number)
    shutil.rmtree(top, ignore_errors=True)
    target = top / "ansible_collections" / "perimeter" / "s3"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    others = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"].partition(os.pathsep)[0]) / "ansible_collections"
    for one in others.iterdir():
        if one.name != "perimeter":
            (top / "ansible_collections" / one.name).symlink_to(one.resolve())
    return target


def outcome(mutant: Mutant, copied: Path, imports: Imports, timeout: float) -> str:
    tests = imports.tests_of(ROOT / mutant.path)
    if not tests:
        return ALONE
    place = copied / mutant.path
    original = place.read_bytes()
    place.write_text(mutant.text, encoding="utf-8")
    try:
        near = [test for rank in tests[:2] for test in rank]
        far = [test for rank in tests[2:] for test in rank]
        for wanted in filter(None, (near, far)):
            if not pass_tests(copied, wanted, timeout):
                return NOTICED
    except subprocess.TimeoutExpired:
        return SLOW
    finally:
        place.write_bytes(original)
    return SURVIVED


def pass_tests(copied: Path, tests: list[Path], timeout: float) -> bool:
    top = copied.parents[2]
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(top),
        "PYTHONPATH": os.pathsep.join((str(top), str(copied))),
        # Compiled files go by the time and the size of their source, which a change may leave alone.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPYCACHEPREFIX": str(top / "none"),
    }
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    names = [str(copied / test.relative_to(ROOT)) for test in tests]
    found = subprocess.run(
        [*words, *names], cwd=copied, env=environment, timeout=timeout, check=False, capture_output=True
    )
    return found.returncode == 0


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
