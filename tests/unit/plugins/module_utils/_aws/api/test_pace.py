# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often a request is repeated, and how long the pauses are."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.pace import (
    Pace,
    Patience,
    Settling,
    drive,
    pace_of,
    patiently,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.s3_errors import BucketError, Kind


class Clock:
    """Every look at it is a second later."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def pace(**more):
    # In the middle of what is random.
    return Pace(**{"spread": lambda low, high: (low + high) / 2, "clock": Clock(), **more})


def error(kind):
    return BucketError(kind, "logs", "GetBucketPolicy", "no")


def pauses(kind, write, given):
    patience, found = Patience(given, write), []
    try:
        while len(found) < 100:
            found.append(patience.after(error(kind)))
    except BucketError:
        return found
    return found


THROTTLED = [0.5, 1, 2, 4, 8, 10, 10, 10, 10]
UNCERTAIN = [0.3, 0.6, 1.2, 2.4, 4.8, 5]
# kind, pauses before a read is given up, and before a write is
PAUSES = [
    (Kind.THROTTLED, THROTTLED, THROTTLED),
    (Kind.UNCERTAIN, UNCERTAIN, UNCERTAIN),
    (Kind.UNREACHABLE, [0.5, 1, 2], [0.5, 1, 2]),
    (Kind.CONFLICT, [], [0.5, 1, 2, 4, 5, 5, 5, 5, 5]),
    (Kind.MISSING_BUCKET, [], [0.5, 1, 2]),
    (Kind.DENIED, [], []),
]


@pytest.mark.parametrize("kind, read, written", PAUSES)
def test_how_often_a_request_is_repeated(kind, read, written):
    assert pauses(kind, False, pace()) == pytest.approx(read)
    assert pauses(kind, True, pace()) == pytest.approx(written)


def test_the_users_own_number_of_attempts_goes_before_the_tables():
    assert pauses(Kind.THROTTLED, False, pace(attempts=3)) == [0.5, 1]
    assert pauses(Kind.THROTTLED, False, pace(attempts=1)) == []


def test_kinds_are_counted_apart():
    patience = Patience(pace(attempts=2))
    assert patience.after(error(Kind.THROTTLED)) == 0.5
    assert patience.after(error(Kind.UNCERTAIN)) == 0.3
    with pytest.raises(BucketError):
        patience.after(error(Kind.THROTTLED))


@pytest.mark.parametrize("wait, repeated", [(True, 9), (False, 0)])
def test_a_new_principal_is_waited_for_as_long_as_the_task_says(wait, repeated):
    # The clock was looked at once when the request began, so that the end is at 11; then before each pause.
    found = pauses(Kind.INVALID_PRINCIPAL, True, pace(wait=wait, wait_timeout=10, attempts=1))
    assert len(found) == repeated
    assert found[:5] == [1, 2, 4, 5, 5][: len(found)]
    assert pauses(Kind.INVALID_PRINCIPAL, False, pace()) == []


def test_pauses_are_spread_by_a_quarter():
    seen = []
    Pace(spread=lambda *bounds: seen.append(bounds) or 0).about(4)
    assert seen == [(3, 5)]


@pytest.mark.parametrize("timeout, looks", [(0, 3), (6, 8)])
def test_what_was_written_is_looked_at_three_times_and_then_until_the_timeout(timeout, looks):
    found = list(pace(wait_timeout=timeout, settle=7).polls())
    assert len(found) == looks
    assert all(isinstance(one, Settling) for one in found)
    assert [float(one) for one in found][:5] == [7, 0.5, 1, 2, 4][: len(found)]


def test_the_defaults():
    given = Pace()
    assert (given.wait, given.wait_timeout, given.attempts) == (True, 60, None)
    # Read again before a write if that is older; looked at after it when a run that read before it has written.
    assert (given.max_read_age, given.settle) == (0.25, 1)
    assert [given.poll.delay(number) for number in (1, 2, 9)] == [0.5, 1, 5]


@pytest.mark.parametrize(
    "retries, options, expected",
    [
        (None, {}, (True, 60, None)),
        ({"total_max_attempts": 2}, {"wait": False, "wait_timeout": 5}, (False, 5, 2)),
    ],
)
def test_the_pace_that_the_task_and_the_client_mean(retries, options, expected):
    client = SimpleNamespace(meta=SimpleNamespace(config=SimpleNamespace(retries=retries)))
    found = pace_of(client, options)
    assert (found.wait, found.wait_timeout, found.attempts) == expected


def test_a_read_is_repeated_until_it_succeeds():
    answers = [error(Kind.THROTTLED), error(Kind.THROTTLED), "policy"]

    def call():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    slept = []
    assert drive(patiently(call, pace()), slept.append) == "policy"
    assert slept == [0.5, 1]
