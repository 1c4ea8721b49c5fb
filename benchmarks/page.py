# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a report in Chromium: until it can be used, beside a page of one word, in turn.

200 buckets of which 150 drifted, and 2,000 of which 1,500 did. ``usable`` is the time of the browser's clock from the
start of the navigation until the search of the buckets has been opened, used and painted; ``processor`` is what the
thread of the page took for it. Run it so: ``make bench ARGS=page``. It takes Chromium (Debian: ``chromium``).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.perimeter.s3.tests.functional.browser import Browser, Page, program, running_browser
from ansible_collections.perimeter.s3.tests.functional.test_report_page import written

EMPTY = "one word"
PAGES = {"200 buckets, 150 drifted": (200, 150, 300_000), "2,000 buckets, 1,500 drifted": (2000, 1500, 2_000_000)}
#: Seconds that it may take, of a page of either size.
LIMIT = 1.0
#: Waits for two frames: the second begins once the first was painted.
_PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
_USE = """
(() => {
  const table = document.querySelector('table.buckets');
  if (table) {
    const folded = table.closest('details');
    folded.open = true;
    const search = folded.querySelector('input[type=search]');
    search.value = 'bucket-01';
    search.dispatchEvent(new Event('input'));
  }
  return PAINTED;
})()
""".replace("PAINTED", _PAINTED)


def opened(browser: Browser, path: Path) -> dict[str, float]:
    page = Page(browser)
    page.looks_like(1280, 800)
    page.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.open(path)
    usable = page.run(_USE)
    parsed = page.run("performance.getEntriesByType('navigation')[0].domInteractive")
    told = {each["name"]: each["value"] for each in page.send("Performance.getMetrics")["metrics"]}
    page.close()
    return {"parsed": parsed / 1000, "usable": usable / 1000, "processor": told["TaskDuration"]}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--check", action="store_true", help="fail where a page is larger or slower than it may be")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    if program() is None:
        print("There is no Chromium (Debian: chromium).", file=sys.stderr)
        return 1
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as directory, running_browser() as browser:
        paths = {EMPTY: Path(directory, "empty.html")}
        paths[EMPTY].write_text("<!DOCTYPE html><title>empty</title><p>empty", encoding="utf-8")
        for name, (buckets, damaged, _most) in PAGES.items():
            paths[name] = written(Path(directory, f"{buckets}.html"), buckets, damaged)
        seen: dict[str, list[dict[str, float]]] = {name: [] for name in paths}
        for _round in range(options.rounds):
            for name, path in paths.items():
                seen[name].append(opened(browser, path))
        for name, rounds in seen.items():
            middle = {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
            figures[name] = {"bytes": paths[name].stat().st_size, **middle}
    print(f"{'':32}{'bytes':>10}{'parsed':>9}{'usable':>9}{'processor':>11}{'x one word':>12}")
    for name, one in figures.items():
        ratio = one["processor"] / figures[EMPTY]["processor"]
        print(
            f"{name:32}{one['bytes']:>10,}{one['parsed']:>9.3f}{one['usable']:>9.3f}{one['processor']:>11.3f}{ratio:>12.1f}"
        )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    late = [
        name
        for name, (_buckets, _damaged, most) in PAGES.items()
        if figures[name]["bytes"] > most or figures[name]["usable"] > LIMIT
    ]
    if late:
        print(f"\nLarger or slower than it may be: {'; '.join(late)}")
    return 1 if late and options.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
