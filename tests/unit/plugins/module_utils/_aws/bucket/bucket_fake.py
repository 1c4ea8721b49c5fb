# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bucket that does as told, and a clock, for the tests of what is done with it."""

from __future__ import annotations

import json
import threading
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace

import pytest

botocore_exceptions = pytest.importorskip("botocore.exceptions")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.pace import Pace, drive  # noqa: E402
from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket import converge as buckets  # noqa: E402
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import Declaration  # noqa: E402

OWNER = "111122223333"


def statement(sid: str, **more: object) -> dict:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/app"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::logs/*",
        **more,
    }


def document(*sids: str) -> dict:
    return {"Version": "2012-10-17", "Statement": [statement(sid) for sid in sids]}


def client_error(code: str, message: str = "", status: int = 400, **more: str) -> Exception:
    response = {
        "Error": {"Code": code, "Message": message, **more},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}},
    }
    return botocore_exceptions.ClientError(response, "Operation")


class Lost(Exception):
    """The call is carried out and its answer is lost."""


class FakeS3:
    """One bucket. ``script`` maps an operation to what happens on its next calls, in order, then all goes well.

    An event is an exception to raise, ``Lost()``, or a function that is called with the fake before the call goes on.
    ``stale`` is a list of documents that reads are answered with before they show the real one again.
    """

    def __init__(self, policy: dict | None = None, **script: list) -> None:
        self.policy = policy
        self.script = {name: list(events) for name, events in script.items()}
        self.stale: list[dict | None] = []
        self.calls: list[str] = []
        self.owners: set[str | None] = set()

    def _event(self, name: str, owner: str | None) -> bool:
        self.calls.append(name)
        self.owners.add(owner)
        events = self.script.get(name, [])
        event = events.pop(0) if events else None
        if isinstance(event, Lost):
            return True
        if isinstance(event, Exception):
            raise event
        if callable(event):
            event(self)
        return False

    def get_bucket_policy(self, Bucket: str, ExpectedBucketOwner: str | None = None) -> dict:  # noqa: N803
        self._event("get", ExpectedBucketOwner)
        shown = self.stale.pop(0) if self.stale else self.policy
        if shown is None:
            raise client_error("NoSuchBucketPolicy", status=404)
        return {"Policy": json.dumps(shown)}

    def put_bucket_policy(self, Bucket: str, Policy: str, ExpectedBucketOwner: str | None = None) -> None:  # noqa: N803
        lost = self._event("put", ExpectedBucketOwner)
        self.policy = json.loads(Policy)
        if lost:
            raise botocore_exceptions.ReadTimeoutError(endpoint_url="https://s3")

    def delete_bucket_policy(self, Bucket: str, ExpectedBucketOwner: str | None = None) -> None:  # noqa: N803
        lost = self._event("delete", ExpectedBucketOwner)
        self.policy = None
        if lost:
            raise botocore_exceptions.ConnectionClosedError(endpoint_url="https://s3")

    def head_bucket(self, Bucket: str, ExpectedBucketOwner: str | None = None) -> None:  # noqa: N803
        self._event("head" if ExpectedBucketOwner else "head anyone's", ExpectedBucketOwner)

    def get_public_access_block(self, Bucket: str, ExpectedBucketOwner: str | None = None) -> dict:  # noqa: N803
        self._event("block", ExpectedBucketOwner)
        return {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": True}}


class Buckets:
    """A client of many buckets. ``broken``: name -> what its reads raise."""

    meta = SimpleNamespace(partition="aws", config=SimpleNamespace(retries=None))

    def __init__(self, policies: dict, broken: dict | None = None) -> None:
        self.policies = dict(policies)
        self.broken = broken or {}
        self.read: list[str] = []
        self.lock = threading.Lock()

    def get_bucket_policy(self, Bucket: str, ExpectedBucketOwner: str | None = None) -> dict:  # noqa: N803
        with self.lock:
            self.read.append(Bucket)
        if Bucket in self.broken:
            raise self.broken[Bucket]
        if Bucket not in self.policies:
            raise client_error("NoSuchBucket", status=404)
        if self.policies[Bucket] is None:
            raise client_error("NoSuchBucketPolicy", status=404)
        return {"Policy": json.dumps(self.policies[Bucket])}

    def put_bucket_policy(self, Bucket: str, Policy: str, ExpectedBucketOwner: str | None = None) -> None:  # noqa: N803
        self.policies[Bucket] = json.loads(Policy)


class FakePlaces:
    """Of one client, wherever it is asked for."""

    home = "eu-central-1"

    def __init__(self, client: object) -> None:
        self.client = client

    def at(self, _region: str | None = None) -> object:
        return self.client

    def spread(self, _regions: list[str]) -> AbstractContextManager[None]:
        return nullcontext()


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def converge(s3: FakeS3, declaration: Declaration, watch: Time | None = None, **options):
    watch = watch or Time()
    pace = Pace(clock=watch.clock, spread=lambda low, high: high, **options.pop("pace", {}))
    return drive(buckets.converge(s3, declaration, owner=OWNER, pace=pace, **options), watch.sleep)


OURS = Declaration("logs", statements=(statement("Ours"),))


def settled(s3: FakeS3, *sids: str) -> bool:
    return s3.policy == document(*sids)


def overwrite(*sids: str):
    """An event: another writer's document."""

    def write(fake: FakeS3) -> None:
        fake.policy = document(*sids)

    return write
