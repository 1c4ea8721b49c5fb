# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Telling the controller how far a long run is, which a module otherwise cannot before it ends."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable

#: The environment variable by which the action plugin names the file that it reads while the module runs.
VARIABLE = "PERIMETER_S3_PROGRESS"
SECONDS_BETWEEN = 0.5


class Progress:
    """Adds a line to the file now and then; without one, or when it is gone, nothing happens."""

    def __init__(self, path: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._next = clock()

    def tell(self, done: int, changed: int, failed: int, total: int) -> None:
        if self._path is None or self._clock() < self._next:
            return
        self._next = self._clock() + SECONDS_BETWEEN
        line = json.dumps({"done": done, "changed": changed, "failed": failed, "total": total}) + "\n"
        try:
            # Whoever wants to know has made the file; it is never made here.
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
            try:
                os.write(file, line.encode())
            finally:
                os.close(file)
        except OSError:  # The work goes on, whether or not somebody watches it.
            self._path = None
