# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do things in copies of this process, a few at a time, each of which ends within a limit of processor seconds."""

from __future__ import annotations

import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import NoReturn, TypeVar

#: What a copy can end as: with a number of its own, or by one of these.
SLOW = -1
Key = TypeVar("Key")
T = TypeVar("T")
_WAITING = 3


def in_copies(jobs: int, seconds: int, todo: Iterable[tuple[Key, Callable[[], int]]]) -> Iterator[tuple[Key, int]]:
    """What each returned, a number below 200, or `SLOW`; whatever it raised is 200."""
    running: dict[int, Key] = {}
    for key, work in todo:
        if len(running) == jobs:
            yield _ended(running)
        sys.stdout.flush()
        process = os.fork()
        if not process:
            _run(work, seconds)
        running[process] = key
    while running:
        yield _ended(running)


def result_of(work: Callable[[], T]) -> T:
    """Of a copy of this process that prints as this one does."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    if not os.fork():
        with os.fdopen(writing, "wb") as stream:
            pickle.dump(work(), stream)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        written = stream.read()
    os.wait()
    if not written:
        sys.exit(1)
    result: T = pickle.loads(written)
    return result


def _run(work: Callable[[], int], seconds: int) -> NoReturn:
    code = 200
    try:
        os.setpgid(0, 0)
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        if seconds:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            # One that waits for ever takes no processor.
            signal.alarm(seconds * _WAITING)
        code = work()
    except BaseException:  # noqa: BLE001 - nothing may return into the loop that forked
        traceback.print_exc()
    finally:
        os._exit(code)


def _ended(running: dict[int, Key]) -> tuple[Key, int]:
    process, status = os.wait()
    with suppress(ProcessLookupError):
        # What it started and left.
        os.killpg(process, signal.SIGKILL)
    return running.pop(process), SLOW if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
