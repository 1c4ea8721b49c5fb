# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the emulator knows besides moto's resources: the call log and the settings."""

from __future__ import annotations

import threading
from typing import Any

#: Settings and their values at the start.
DEFAULTS: dict[str, Any] = {
    "through": "internet",  # the network path of requests that choose none: or the id of an endpoint
    "latency_ms": 0,  # every call takes this much longer
    "policy_reads_until_visible": 0,  # so many GetBucketPolicy show the policy before a PutBucketPolicy
    "records": "",  # the folder that records of S3 requests are written to (see records.py); empty: none are
    "fault_rate": 0,  # this share of the calls about bucket policies meets a fault
    "fault_seed": 0,  # which calls do, and which faults
    "fault_kinds": [],  # those of faults.WRITE_KINDS to choose from; empty: all of them
    "throttled_organizations": 0,  # so many next calls to Organizations are refused with TooManyRequestsException
    "no_default_endpoint_policy": False,  # the default policy is not shown, as by some that imitate AWS
    "moto_caller": False,  # who calls with keys that nobody registered is told by an ARN of STS, as by plain moto
    "temporary_redirects": 0,  # so many next redirects to the bucket's Region are 307, as soon after its creation
    "operation_aborted_writes": 0,  # so many next writes of a bucket policy are refused with OperationAborted
}


class Settings:
    """Values by name; an unknown name or a value that is not a number is a ValueError."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values = dict(DEFAULTS)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def update(self, values: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(values.keys() - DEFAULTS.keys())
        if unknown:
            raise ValueError(f"no such setting: {', '.join(unknown)}; there are {', '.join(DEFAULTS)}")
        for name, value in values.items():
            kind = type(DEFAULTS[name])
            if kind is int and (not isinstance(value, int | float) or value < 0):
                raise ValueError(f"not a number of 0 or more: {name}")
            if kind is not int and not isinstance(value, kind):
                raise ValueError(f"not a {kind.__name__}: {name}")
        with self._lock:
            self._values.update(values)
            return dict(self._values)

    def take(self, name: str) -> bool:
        """Whether a setting that counts down is not at its end yet; counts one down."""
        with self._lock:
            left = self._values[name]
            self._values[name] = max(0, left - 1)
            return bool(left > 0)

    def reset(self) -> None:
        with self._lock:
            self._values = dict(DEFAULTS)


class CallLog:
    """The AWS calls in the order of their answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[dict[str, Any]] = []

    def add(self, service: str, operation: str, resource: str, status: int) -> None:
        with self._lock:
            self._calls.append({"service": service, "operation": operation, "resource": resource, "status": status})

    def all(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._calls)

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()
