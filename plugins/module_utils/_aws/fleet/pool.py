# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A bounded pool of workers for jobs that pause now and then.

A worker whose job waits for AWS to make a write known (:class:`Settling`) takes another one meanwhile, and whoever is
free goes on with it when its time has come. In any other pause, which is one after a refusal or a failure, the worker
rests: when AWS has too many requests, fewer are sent.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..api.pace import Settling, Steps


@dataclass(slots=True)
class Fleet:
    """Runs ``jobs``, each made when its turn comes, in their order.

    ``finished`` is called with the number of a job and what it returned or raised, by one thread at once; it returns
    whether to begin further jobs. Those that have begun are always brought to their end.
    """

    jobs: Sequence[Callable[[], Steps[Any]]]
    finished: Callable[[int, Any, Exception | None], bool]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    begun: int = 0
    _stopped: bool = False
    _broken: BaseException | None = None
    _resting: list[tuple[float, int, Steps[Any]]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, workers: int) -> None:
        """:raises BaseException: what ``finished`` raised; not every job that had begun has ended then."""
        threads = [
            threading.Thread(target=self._worker, daemon=True) for _number in range(min(workers, len(self.jobs)))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._broken is not None:
            raise self._broken

    def _worker(self) -> None:
        try:
            self.work()
        except BaseException as error:  # noqa: BLE001 - raised where the fleet is run
            self._stopped, self._broken = True, error

    def work(self) -> None:
        """What each worker does. It ends when nothing is left to begin or to go on with; a job that rests later is gone
        on with by the worker that has it now."""
        while (turn := self._next()) is not None:
            if isinstance(turn, float):
                self.sleep(turn)
            else:
                self._go_on(*turn)

    def _next(self) -> tuple[int, Steps[Any]] | float | None:
        """A job to begin or to go on with, by its number; or seconds to wait for one; ``None``: that was all."""
        with self._lock:
            now = self.clock()
            if self._resting and self._resting[0][0] <= now:
                _due, number, steps = heapq.heappop(self._resting)
                return number, steps
            if self.begun < len(self.jobs) and not self._stopped:
                self.begun += 1
                return self.begun - 1, self.jobs[self.begun - 1]()
            return self._resting[0][0] - now if self._resting else None

    def _go_on(self, number: int, steps: Steps[Any]) -> None:
        try:
            while not isinstance(pause := next(steps), Settling):
                self.sleep(pause)
        except StopIteration as stop:
            self._end(number, stop.value, None)
        except Exception as error:  # noqa: BLE001 - whoever runs the fleet decides what becomes of it
            self._end(number, None, error)
        else:
            with self._lock:
                heapq.heappush(self._resting, (self.clock() + pause, number, steps))

    def _end(self, number: int, value: Any, error: Exception | None) -> None:
        with self._lock:
            if not self.finished(number, value, error):
                self._stopped = True
