# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3's policy calls in this process, as a boto3 client makes them: for races and faults by the thousand.

A call takes time on its way there and back, and another writer's call can be carried out in between. A read may show
the policy as it was before the last write (bucket configuration is eventually consistent), for the reads or the time
that a fault says. There is no conditional write, as there is none in S3.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ConnectionClosedError

from tests.emulator.faults import FAILED, LOST, REFUSALS, RESET, SLOW, STALE, WRITE_REFUSALS, Faults
from tests.emulator.virtual_time import VirtualTime

_URL = "https://s3.example.com/"


@dataclass
class FakeS3:
    """:ivar policies: text by bucket; :ivar latency: seconds from and to, of one way; :ivar calls: operation, bucket"""

    time: VirtualTime
    policies: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    latency: tuple[float, float] = (0.005, 0.025)
    seed: int = 0
    stale_reads: int = 2
    calls: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._stale: dict[str, tuple[str | None, int]] = {}

    def get_bucket_policy(self, Bucket: str, **_rest: Any) -> dict[str, Any]:  # noqa: N803 - as boto3 names it
        self._begin("GetBucketPolicy", Bucket)
        text = self.policies.get(Bucket)
        if Bucket in self._stale:
            text, left = self._stale.pop(Bucket)
            if left > 1:
                self._stale[Bucket] = (text, left - 1)
        self._way()
        if text is None:
            raise _error("GetBucketPolicy", "NoSuchBucketPolicy", "The bucket policy does not exist", 404)
        return {"Policy": text}

    def put_bucket_policy(self, Bucket: str, Policy: str, **_rest: Any) -> dict[str, Any]:  # noqa: N803 - as boto3 names it
        self._write("PutBucketPolicy", Bucket, Policy)
        return {}

    def delete_bucket_policy(self, Bucket: str, **_rest: Any) -> dict[str, Any]:  # noqa: N803 - as boto3 names it
        self._write("DeleteBucketPolicy", Bucket, None)
        return {}

    def _write(self, operation: str, bucket: str, text: str | None) -> None:
        fault = self._begin(operation, bucket)
        before = self.policies.get(bucket)
        self._stale.pop(bucket, None)
        if fault == STALE:
            self._stale[bucket] = (before, self.stale_reads)
        if text is None:
            self.policies.pop(bucket, None)
        else:
            self.policies[bucket] = text
        self._way()
        if fault == LOST:
            raise ConnectionClosedError(endpoint_url=_URL)
        if fault == FAILED:
            raise _error(operation, *REFUSALS["internal_error"])

    def _begin(self, operation: str, bucket: str) -> str | None:
        """The way there; raises for faults that keep the call from being carried out."""
        self.calls.append((operation, bucket))
        fault = self.faults.next(operation, bucket)
        self._way()
        if fault == SLOW:
            self.time.sleep(2)
        if fault == RESET:
            raise ConnectionClosedError(endpoint_url=_URL)
        if refusal := {**REFUSALS, **WRITE_REFUSALS}.get(fault or ""):
            raise _error(operation, *refusal)
        return fault

    def _way(self) -> None:
        self.time.sleep(self._random.uniform(*self.latency))


def _error(operation: str, code: str, message: str, status: int) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, operation
    )
