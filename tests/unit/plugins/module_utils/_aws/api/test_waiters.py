# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When to look whether AWS has done what it was told."""

from __future__ import annotations

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.waiters import Pace


class Watch:
    """Time that passes when somebody sleeps, and a little with each look."""

    def __init__(self, work=0.0):
        self.now, self.work, self.slept = 100.0, work, []

    def clock(self):
        self.now += self.work
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def looked(watch, **given):
    return list(Pace(clock=watch.clock, sleep=watch.sleep, **given).looks())


def test_pauses_grow_and_the_last_one_is_repeated():
    watch = Watch()
    assert looked(watch, timeout=20) == [0, 0.5, 1.5, 3.5, 6.5, 11.5, 16.5, 21.5]
    assert watch.slept == [0.5, 1, 2, 3, 5, 5, 5]


def test_it_is_looked_at_twice_at_the_least():
    for timeout in (0, 0.1, 0.5):
        assert looked(Watch(), timeout=timeout) == [0, 0.5]
    assert looked(Watch(), timeout=0.51) == [0, 0.5, 1.5]


def test_what_takes_long_by_itself_counts():
    assert looked(Watch(work=7.0), timeout=10, pauses=(1,)) == [7.0, 15.0]


def test_what_is_waited_for_unless_the_task_says_otherwise():
    assert (Pace().wait, Pace().timeout) == (True, 300)
