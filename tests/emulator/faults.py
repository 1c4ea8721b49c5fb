# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of S3, decided by a seed: the same calls in the same order meet the same faults."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

#: Kind of a fault -> error code, message and status of an answer that S3 gives without doing anything.
REFUSALS = {
    "slow_down": ("SlowDown", "Please reduce your request rate.", 503),
    "internal_error": ("InternalError", "We encountered an internal error. Please try again.", 500),
    "request_timeout": (
        "RequestTimeout",
        "Your socket connection to the server was not read from or written to within the timeout period.",
        400,
    ),
}
_ABORTED = "A conflicting conditional operation is currently in progress against this resource. Please try again."
#: The same of writes alone.
WRITE_REFUSALS = {"operation_aborted": ("OperationAborted", _ABORTED, 409)}
RESET, SLOW, LOST, FAILED, STALE = "connection_reset", "slow", "lost_answer", "failed_but_done", "stale_read"
READ_KINDS = (*REFUSALS, RESET, SLOW)
#: ``lost_answer``: done, but the connection ends; ``failed_but_done``: done, but answered with 500; ``stale_read``:
#: done, but the next reads show what was there before.
WRITE_KINDS = (*READ_KINDS, *WRITE_REFUSALS, LOST, FAILED, STALE)
WRITES = ("PutBucketPolicy", "DeleteBucketPolicy")
OPERATIONS = ("GetBucketPolicy", *WRITES)


@dataclass
class Faults:
    """``rate``: the share of the policy calls that meet a fault; ``kinds``: which, all of them if empty."""

    rate: float = 0
    seed: int = 0
    kinds: Sequence[str] = ()
    met: Counter[str] = field(default_factory=Counter)
    _calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if unknown := set(self.kinds) - set(WRITE_KINDS):
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(WRITE_KINDS)}")

    def next(self, operation: str, resource: str) -> str | None:
        """The fault that this call meets. The n-th call of a kind on a resource meets the same in every run."""
        if operation not in OPERATIONS or not self.rate:
            return None
        with self._lock:
            number = self._calls[operation, resource]
            self._calls[operation, resource] += 1
        text = f"{self.seed} {operation} {resource} {number}"
        drawn = hashlib.blake2b(text.encode(), digest_size=16).digest()
        if int.from_bytes(drawn[:8], "big") >= self.rate * 2**64:
            return None
        kinds = [kind for kind in (WRITE_KINDS if operation in WRITES else READ_KINDS) if kind in (self.kinds or kind)]
        if not kinds:
            return None
        kind = kinds[int.from_bytes(drawn[8:], "big") % len(kinds)]
        with self._lock:
            self.met[kind] += 1
        return kind
