# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs parts, alone with their output passed on or side by side with a log each, and sums up."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO

from toolchain.parts import Part

# The last line of a part says how many tests it had; the runner reads it from the log.
_RESULT = re.compile(
    r"^\[result\] (?P<name>\S+): (?P<passed>\d+) passed, (?P<failed>\d+) failed"
    r"(?: in \d+ s, (?P<processor>\d+) s of processors)?",
    re.MULTILINE,
)
_COMMAND = (sys.executable, "-m", "toolchain", "part")
_PATIENCE = 3600  # seconds for one part: what hangs should fail while CI is still there to say so
_TAIL = 150  # lines of a failed part's log that are shown,
_WIDTH = 500  # up to this many characters of each,
_MARKED = ("ERROR", "FAILED", "FATAL", "fatal:", "error:")  # and of those before only lines that begin so
# pytest -rs: what was left out, and why.
_SKIPPED = re.compile(r"^SKIPPED \[\d+\] .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a part ended. ``processor``: seconds of processors of all that it has started and waited for."""

    name: str
    seconds: float
    passed: int
    failed: int
    processor: float = 0
    log: Path | None = None


def result_line(outcome: Outcome) -> str:
    """The last line that a part prints."""
    counts = f"{outcome.passed} passed, {outcome.failed} failed"
    return f"[result] {outcome.name}: {counts} in {outcome.seconds:.0f} s, {outcome.processor:.0f} s of processors"


def run_side_by_side(parts: Sequence[Part], logs: Path, workers: int) -> list[Outcome]:
    """Each part is a process of its own with one log. A failed one shows the end of its log at once.

    When this run is interrupted, its parts end with it, and so does all that they have started.
    """
    logs.mkdir(parents=True, exist_ok=True)
    running = _Running()
    pool = ThreadPoolExecutor(workers)
    try:
        return list(pool.map(lambda part: _run_one(part, logs, running), parts))
    finally:
        ended = False
        while not ended:
            # Who is impatient interrupts once more.
            with suppress(KeyboardInterrupt, SystemExit):
                pool.shutdown(wait=False, cancel_futures=True)
                running.end()
                ended = True


class _Running:
    """The processes of a run; when that has ended, none starts any more."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._ended = False

    def start(self, command: Sequence[str], log: IO[str]) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._ended:
                raise CancelledError
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
            self._processes.add(process)
            return process

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._processes.discard(process)

    def end(self) -> None:
        with self._lock:
            self._ended = True
            for process in self._processes:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """It and what it has started, which is a group of its own: pytest does not end with whoever called it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _run_one(part: Part, logs: Path, running: _Running) -> Outcome:
    log = logs / f"{part.name}.log"
    started = time.monotonic()
    _say(f"[start]  {part.name}")
    with (
        log.open("w", encoding="utf-8") as handle,
        running.start([*_COMMAND, part.name], handle) as process,
    ):
        try:
            status = process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            _end(process)
            handle.write(f"\n{part.name} was stopped after {_PATIENCE} s\n")
            status = 1
        running.forget(process)
    text = log.read_text(encoding="utf-8", errors="replace")
    seconds = time.monotonic() - started
    found = _RESULT.search(text)
    passed, failed = (int(found["passed"]), int(found["failed"])) if found else (0, 1)
    processor = int(found["processor"] or 0) if found else 0
    if status != 0:
        failed = max(failed, 1)
        _say(f"[FAILED] {part.name} after {seconds:.0f} s, out of {log}:\n{excerpt(text)}\n[end of {part.name}]")
    else:
        _say("\n".join([f"[ok]     {part.name}, {seconds:.0f} s", *_SKIPPED.findall(text)]))
    return Outcome(part.name, seconds, passed, failed, processor, log)


def excerpt(text: str) -> str:
    """The end of a log, after the lines before it that a tool marked as errors."""
    lines = [line[:_WIDTH] for line in text.rstrip().split("\n")]
    before, tail = lines[:-_TAIL], lines[-_TAIL:]
    return "\n".join([*(line for line in before if line.startswith(_MARKED)), *tail])


def summary(outcomes: Sequence[Outcome], seconds: float) -> str:
    """A table of the parts, and a closing line that test counters read."""
    width = max(len(outcome.name) for outcome in outcomes)
    lines = [f"{'part':<{width}}  seconds  processor  passed  failed  result", "-" * (width + 44)]
    for outcome in outcomes:
        result = "FAILED" if outcome.failed else "ok"
        counts = f"{outcome.seconds:7.0f}  {outcome.processor:9.0f}  {outcome.passed:6}  {outcome.failed:6}"
        lines.append(f"{outcome.name:<{width}}  {counts}  {result}")
    lines.append(f"{'all':<{width}}  {seconds:7.0f}  {sum(outcome.processor for outcome in outcomes):9.0f}")
    passed, failed = sum(outcome.passed for outcome in outcomes), sum(outcome.failed for outcome in outcomes)
    return "\n".join(["", *lines, "", f"{passed} passed, {failed} failed"])


def _say(message: str) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()
