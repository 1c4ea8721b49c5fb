# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How often and how fast a call is repeated, and how long the run waits for what AWS does in its own time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from .s3_errors import BucketError, Kind

T = TypeVar("T")
#: Work that pauses now and then: it yields how many seconds, so that whoever runs it may do something else meanwhile.
Steps = Generator[float, None, T]


class Settling(float):
    """A pause, in seconds, in which AWS makes a write known. Other requests do no harm meanwhile, as they would in the
    pauses after an answer such as SlowDown, which are plain numbers."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """``attempts`` calls in all; between them ``first`` seconds, doubling up to ``longest``."""

    attempts: int
    first: float
    longest: float

    def delay(self, failures: int) -> float:
        return min(self.first * 2.0 ** (failures - 1), self.longest)


# A missing bucket is not here: a mistyped name is an error at once.
_REPEAT: Mapping[Kind, Backoff] = {
    Kind.THROTTLED: Backoff(attempts=10, first=0.5, longest=10),
    Kind.UNCERTAIN: Backoff(attempts=7, first=0.3, longest=5),
    Kind.UNREACHABLE: Backoff(attempts=4, first=0.5, longest=2),
}
# Only a write meets these. AWS takes seconds, rarely a minute, until a new principal is known everywhere; how often to
# ask is then a matter of wait_timeout, and the number of attempts does not count.
_REPEAT_WRITE: Mapping[Kind, Backoff] = {
    **_REPEAT,
    Kind.CONFLICT: Backoff(attempts=10, first=0.5, longest=5),
    Kind.INVALID_PRINCIPAL: Backoff(attempts=0, first=1, longest=5),
    # The bucket was there when its policy was read a moment ago: a new bucket is not known everywhere at once.
    Kind.MISSING_BUCKET: Backoff(attempts=4, first=0.5, longest=2),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """All times in seconds.

    S3 has no conditional write for policies, so two writers who both read, merge and write can overwrite each other.
    What narrows that down among runs of this collection: a document read more than ``max_read_age`` ago is read again
    before the write, and what was written is read back only after ``settle``, which is longer than that age and the
    two requests take: a run that read before our write has written by then, and we see that our statements are gone.

    :ivar wait: read back, and give new principals time; without it the run ends with the answer to the write.
    :ivar attempts: calls in all for each request that S3 turns down, in place of the table's numbers.
    """

    wait: bool = True
    wait_timeout: float = 60
    settle: float = 1
    max_read_age: float = 0.25
    poll: Backoff = Backoff(attempts=0, first=0.5, longest=5)
    attempts: int | None = None
    clock: Callable[[], float] = time.monotonic
    spread: Callable[[float, float], float] = random.uniform

    def about(self, seconds: float) -> float:
        """Roughly that long: many runs that failed together shall not come back together."""
        return self.spread(seconds * 0.75, seconds * 1.25)

    def polls(self) -> Iterator[Settling]:
        """The pause before each look at what was written: three at least, then until the timeout."""
        end = self.clock() + self.wait_timeout
        yield Settling(self.settle)
        looks = 1
        while looks < 3 or self.clock() < end:
            yield Settling(self.about(self.poll.delay(looks)))
            looks += 1


def pace_of(client: Any, options: Mapping[str, Any]) -> Pace:
    """``retries`` of the user's botocore settings holds for our own repeating too."""
    attempts = (client.meta.config.retries or {}).get("total_max_attempts")
    return Pace(wait=options.get("wait", True), wait_timeout=options.get("wait_timeout", 60), attempts=attempts)


class Patience:
    """Counts the failures of one request and says how long to pause, or that it is enough."""

    def __init__(self, pace: Pace, write: bool = False) -> None:
        self._pace = pace
        self._table = _REPEAT_WRITE if write else _REPEAT
        self._failures: dict[Kind, int] = {}
        self._end = pace.clock() + (pace.wait_timeout if pace.wait else 0)

    def after(self, error: BucketError) -> float:
        """How many seconds to pause before the next attempt.

        :raises BucketError: ``error`` itself, when repeating is of no use or has been tried often enough.
        """
        backoff = self._table.get(error.kind)
        if backoff is None:
            raise error
        failures = self._failures[error.kind] = self._failures.get(error.kind, 0) + 1
        if error.kind is Kind.INVALID_PRINCIPAL:
            enough = self._pace.clock() >= self._end
        else:
            enough = failures >= (self._pace.attempts or backoff.attempts)
        if enough:
            raise error
        return self._pace.about(backoff.delay(failures))


def patiently(call: Callable[[], T], pace: Pace) -> Steps[T]:
    """The result of a read, repeated as long as that makes sense."""
    patience = Patience(pace)
    while True:
        try:
            return call()
        except BucketError as error:
            yield patience.after(error)


def drive(steps: Steps[T], sleep: Callable[[float], None] = time.sleep) -> T:
    """Run steps to their end, sleeping where they pause."""
    while True:
        try:
            sleep(next(steps))
        except StopIteration as stop:
            result: T = stop.value
            return result
