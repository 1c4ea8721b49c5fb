# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pool: order, bounds, pauses, and how it stops."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.pace import Settling
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.pool import Fleet


class Watch:
    """A clock that only sleeping moves, for one worker."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def steps(log: list, name: str, *pauses: float):
    log.append(f"{name} begins")
    for pause in pauses:
        yield pause
        log.append(f"{name} goes on")
    return name


def work(jobs: list, log: list, stop_after: int | None = None) -> Watch:
    """One worker does all jobs."""
    watch = Watch()

    def finished(number: int, value: object, error: Exception | None) -> bool:
        log.append((number, value, error, watch.now))
        return stop_after is None or number < stop_after

    Fleet(jobs, finished, watch.clock, watch.sleep).work()
    return watch


def test_a_job_that_settles_makes_room_for_the_next():
    log: list = []
    jobs = [partial(steps, log, "a", Settling(1), Settling(1)), partial(steps, log, "b"), partial(steps, log, "c")]
    work(jobs, log)
    assert log == [
        "a begins",
        "b begins",
        (1, "b", None, 0),
        "c begins",
        (2, "c", None, 0),
        "a goes on",
        "a goes on",
        (0, "a", None, 2),
    ]


def test_a_job_whose_time_has_come_goes_before_a_new_one():
    log: list = []
    jobs = [partial(steps, log, "a", Settling(1)), partial(steps, log, "b", 5.0), partial(steps, log, "c")]
    work(jobs, log)
    assert [one[0] for one in log if isinstance(one, tuple)] == [1, 0, 2]


def test_a_job_that_is_turned_down_keeps_its_worker():
    log: list = []
    watch = work([partial(steps, log, "a", 2.0, 3.0), partial(steps, log, "b")], log)
    assert log[-3:] == [(0, "a", None, 5.0), "b begins", (1, "b", None, 5.0)]
    assert watch.now == 5


def test_after_the_stop_nothing_begins_and_what_has_begun_ends():
    log: list = []
    jobs = [partial(steps, log, "a", Settling(9)), partial(steps, log, "b"), partial(steps, log, "c")]
    work(jobs, log, stop_after=1)
    assert [one[:2] for one in log if isinstance(one, tuple)] == [(1, "b"), (0, "a")]
    assert "c begins" not in log


def failing():
    yield 0.0
    raise KeyError("why")


def test_an_error_is_the_end_of_its_job_only():
    log: list = []
    work([failing, partial(steps, log, "b")], log)
    assert [one[:2] for one in log if isinstance(one, tuple)] == [(0, None), (1, "b")]
    assert isinstance(log[0][2], KeyError)


@pytest.mark.parametrize("workers", [1, 4, 100])
def test_so_many_at_once_and_no_more(workers):
    at_once = min(workers, 8)
    # Fewer than that would wait here for ever.
    lock, meeting, ended = threading.Lock(), threading.Barrier(at_once), []
    running, most = 0, 0

    def job(number: int):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        meeting.wait(timeout=30)
        with lock:
            running -= 1
        yield Settling(0)
        return number

    def finished(number: int, value: int, error: Exception | None) -> bool:
        ended.append((number, value, error))
        return True

    Fleet([partial(job, number) for number in range(8)], finished).run(workers)
    assert sorted(ended) == [(number, number, None) for number in range(8)]
    assert most == at_once


def test_nothing_to_do():
    Fleet([], lambda *_rest: True).run(8)


def test_what_the_caller_breaks_is_the_callers():
    def finished(*_rest: object) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Fleet([partial(steps, [], "a")] * 3, finished).run(2)
