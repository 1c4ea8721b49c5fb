# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Threads in a time of their own: one runs at once, and waiting costs nothing.

Writers that race over minutes take milliseconds, and the same seed gives the same order of their calls every time.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable


class VirtualTime:
    """Runs tasks until all have ended; in a task, ``sleep`` lets those run whose time comes earlier."""

    def __init__(self) -> None:
        self._now = 0.0
        self._count = 0
        self._waiting: list[tuple[float, int, threading.Semaphore]] = []
        self._idle = threading.Semaphore(0)

    def clock(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        turn = threading.Semaphore(0)
        self._enter(seconds, turn)
        self._idle.release()
        turn.acquire()

    def run(self, *tasks: Callable[[], None]) -> None:
        """Run the tasks beside each other; the first error of any is raised when all have ended."""
        errors: list[BaseException] = []
        threads = []
        for task in tasks:
            turn = threading.Semaphore(0)
            self._enter(0, turn)
            threads.append(threading.Thread(target=self._play, args=(task, turn, errors), daemon=True))
            threads[-1].start()
        while self._waiting:
            self._now, _number, turn = heapq.heappop(self._waiting)
            turn.release()
            self._idle.acquire()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]

    def _play(self, task: Callable[[], None], turn: threading.Semaphore, errors: list[BaseException]) -> None:
        turn.acquire()
        try:
            task()
        except BaseException as error:  # noqa: BLE001 - raised where the tasks were started
            errors.append(error)
        finally:
            self._idle.release()

    def _enter(self, seconds: float, turn: threading.Semaphore) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (self._now + max(0.0, seconds), self._count, turn))
