# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Waiting for what AWS does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """All times in seconds. AWS mostly shows a change at once, so the first look comes at once as well.

    :ivar wait: whether the run waits at all.
    :ivar pauses: between looks; the last one is repeated.
    """

    wait: bool = True
    timeout: float = 300
    pauses: tuple[float, ...] = (0.5, 1, 2, 3, 5)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def looks(self) -> Iterator[float]:
        """One item for each look that is due (the seconds since the first), until the timeout; two at the least."""
        start = self.clock()
        count = 0
        while True:
            passed = self.clock() - start
            yield passed
            if passed >= self.timeout and count > 0:
                return
            self.sleep(self.pauses[min(count, len(self.pauses) - 1)])
            count += 1
