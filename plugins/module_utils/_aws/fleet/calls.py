# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How many requests a run of a module sends."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any


class Calls:
    """Counts the requests of clients by operation, such as ``s3:GetBucketPolicy``; threads may share it."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def of(self, client: Any) -> Any:
        """The same client, counted from now on."""
        client.meta.events.register_first("before-send", self._count)
        return client

    def _count(self, event_name: str, **_rest: Any) -> None:
        _event, service, operation = event_name.split(".")
        with self._lock:
            self._counts[f"{service}:{operation}"] += 1

    def add(self, others: Mapping[str, int]) -> None:
        with self._lock:
            self._counts.update(others)

    def take(self) -> dict[str, int]:
        """What was counted since it was last taken."""
        with self._lock:
            taken = dict(self._counts)
            self._counts.clear()
        return taken

    def as_dict(self) -> dict[str, int]:
        return dict(sorted(self._counts.items()))
