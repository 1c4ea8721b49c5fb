# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects of S3 that are asked for before they are needed, and counted once, by one process or by many."""

from __future__ import annotations

import io
import json
import multiprocessing
import threading

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.history import parallel
from ansible_collections.perimeter.s3.plugins.module_utils._aws.history.evidence import Part
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.distinctions import Distinctions
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Tally
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import FakeModule, Refused

BUCKET, ACCOUNT = "payroll-reports", "111122223333"


def record(number):
    return {
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "eventTime": "2026-11-20T10:15:00Z",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "10.0.0.1",
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/bob", "accountId": ACCOUNT},
        "requestParameters": {"bucketName": BUCKET, "key": f"k{number}"},
        "eventID": f"e-{number}",
    }


def text(*numbers):
    return json.dumps({"Records": [record(number) for number in numbers]}).encode()


def objects(number):
    return [Part(f"s3://trail/{one}", "auto", "trail", str(one)) for one in range(number)]


class Trail:
    """Objects that are called by their numbers; ``asked`` has those that were, ``most`` how many at the same time."""

    def __init__(self, broken=()):
        self.asked, self.broken = [], broken
        self.at_once = self.most = 0
        self.lock = threading.Lock()

    def answer(self, asked):
        number = int(asked["Key"])
        with self.lock:
            self.asked.append(number)
        return Refused("AccessDenied") if number in self.broken else {"Body": io.BytesIO(text(number, number + 1))}

    def client(self):
        return FakeModule({}, {"GetObject": self.answer}).client("s3")


def counted(parts, trail, monkeypatch, cores=1):
    monkeypatch.setattr(parallel, "usable_cores", lambda: cores)
    tally = Tally()
    parallel.read_all(parts, Distinctions({BUCKET: []}, {}), tally, trail.client)
    tally.finish()
    return tally


@pytest.mark.parametrize("number", [0, 1, 7, 8, 9, 20])
def test_each_object_is_read_once_and_all_of_them(monkeypatch, number):
    trail = Trail()
    found = counted(objects(number), trail, monkeypatch)
    assert sorted(trail.asked) == list(range(number))
    assert (found.files, found.records) == (number, 2 * number)
    assert (found.counted, found.duplicates) == ((number + 1, number - 1) if number else (0, 0))


def test_no_more_are_asked_for_than_may_wait():
    trail = Trail()
    opened = parallel._opened(objects(30), trail.client())
    next(opened)
    # Those that are on their way, of which the first has come.
    assert len(trail.asked) <= 9
    assert len(list(opened)) == 29
    assert sorted(trail.asked) == list(range(30))


def test_of_a_large_object_no_more_is_read_than_the_beginning():
    class Body(io.BytesIO):
        taken = 0

        def read(self, size=-1):
            piece = super().read(size)
            Body.taken += len(piece)
            return piece

    large = Body(bytes(5_000_000))
    client = FakeModule({}, {"GetObject": {"Body": large}}).client("s3")
    begun = parallel._begin(objects(1)[0], client)
    # A mebibyte of five.
    assert Body.taken == 1_048_576
    assert sum(map(len, parallel._pieces(*begun))) == 5_000_000


def test_what_cannot_be_read_is_named_and_hides_nothing(monkeypatch):
    trail = Trail(broken=(3,))
    found = counted(objects(6), trail, monkeypatch)
    assert (found.malformed, found.records) == (1, 10)
    assert "s3://trail/3" in found.named[0]
    assert "Cannot read s3://trail/3" in found.named[0]


@pytest.mark.parametrize("cores", [1, 2, 4, 64])
def test_processes_count_what_one_does(monkeypatch, cores):
    found = counted(objects(64), Trail(), monkeypatch, cores)
    assert (found.files, found.records, found.counted, found.duplicates) == (64, 128, 65, 63)


# Parts, cores, the processes that are made: one for 16 parts, four at the most, and none by itself
PROCESSES = [(31, 4, 0), (32, 4, 2), (48, 4, 3), (64, 4, 4), (1000, 64, 4), (1000, 2, 2), (1000, 1, 0)]


@pytest.mark.parametrize("number, cores, processes", PROCESSES)
def test_processes_are_made_where_they_are_worth_it(monkeypatch, number, cores, processes):
    shares = []

    class Context:
        Pipe = staticmethod(multiprocessing.Pipe)

        class Process:
            def __init__(self, target, args, daemon):
                assert daemon
                shares.append(args[1])
                self.work = lambda: target(*args)

            def start(self):
                self.work()

            def join(self):
                pass

    monkeypatch.setattr(parallel, "usable_cores", lambda: cores)
    monkeypatch.setattr(parallel, "_batches", lambda *_given: iter(()))
    monkeypatch.setattr(parallel.signal, "signal", lambda *_given: None)
    monkeypatch.setattr(parallel.multiprocessing, "get_context", lambda kind: Context if kind == "fork" else None)
    parts = [Part(str(one), "auto", "", str(one)) for one in range(number)]
    parallel.read_all(parts, Distinctions({BUCKET: []}, {}), Tally(), lambda: None)
    assert len(shares) == processes
    if processes:
        # Each has its share, as many as the others or one less.
        assert sorted(one.key for share in shares for one in share) == sorted(one.key for one in parts)
        assert max(map(len, shares)) - min(map(len, shares)) <= 1
