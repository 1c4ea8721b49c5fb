# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls made in other processes return, raise and count what they would have here."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore import exceptions
from botocore.parsers import ResponseParserError

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.s3_errors import Kind, from_transport
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet import processes as fleet_processes
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.calls import Calls
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.processes import away, useful_processes

# A module has one thread when it makes them; pytest-xdist has another one, which waits.
pytestmark = pytest.mark.filterwarnings("ignore:.*is multi-threaded, use of fork:DeprecationWarning")
WORKERS, PROCESSES = 4, 2


class Client:
    """Stands for boto3's: tells which process a call was made in, or raises, and tells the event before each."""

    def __init__(self, *raised: Exception) -> None:
        self.raised = raised
        self.closed = 0
        self.tell = lambda _event: None
        self.meta = SimpleNamespace(events=self, region_name="eu-west-1")

    def register_first(self, _event: str, handler) -> None:
        self.tell = lambda event: handler(event_name=event)

    def close(self) -> None:
        self.closed += 1

    def get_bucket_policy(self, Bucket: str) -> dict:  # noqa: N803 - as boto3 calls it
        self.tell("before-send.s3.GetBucketPolicy")
        return {"Policy": Bucket, "Process": os.getpid()}

    def put_bucket_policy(self, number: int) -> None:
        raise self.raised[number]

    def head_bucket(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def alive(process: int) -> bool:
    # In a container nobody may care for those whose parent is gone: they have ended, and still have a number.
    try:
        about = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return about.rpartition(")")[2].split()[0] != "Z"


def gone(process: int) -> bool:
    """Whether it ends within some seconds."""
    end = time.monotonic() + 20
    while alive(process) and time.monotonic() < end:
        time.sleep(0.01)
    return not alive(process)


def processes_of(s3, calls: int = WORKERS) -> list[int]:
    return [s3.get_bucket_policy(Bucket="b")["Process"] for _call in range(calls)]


def test_calls_are_made_by_all_processes_and_counted_here():
    calls, client, other = Calls(), Client(), Client()
    calls.of(client)
    client.get_bucket_policy(Bucket="before")
    with away({"here": calls.of(client), "there": calls.of(other)}, WORKERS, PROCESSES, calls) as s3:
        assert client.closed == other.closed == 1
        assert s3["there"].meta is other.meta
        with ThreadPoolExecutor(WORKERS) as pool:
            answers = list(pool.map(lambda name: s3["here"].get_bucket_policy(Bucket=name), map(str, range(40))))
            answers += list(pool.map(lambda name: s3["there"].get_bucket_policy(Bucket=name), map(str, range(40))))
    assert [one["Policy"] for one in answers] == [*map(str, range(40))] * 2
    processes = {one["Process"] for one in answers}
    assert len(processes) == PROCESSES
    assert os.getpid() not in processes
    assert not any(map(alive, processes))
    assert calls.as_dict() == {"s3:GetBucketPolicy": 81}


# What botocore raises without an answer of AWS, the way it does, and what it means for a bucket.
TRANSPORT = [
    (exceptions.EndpointConnectionError(endpoint_url="u", error=threading.Lock()), Kind.UNREACHABLE),
    (exceptions.ConnectTimeoutError(endpoint_url="u", error=threading.Lock()), Kind.UNREACHABLE),
    (exceptions.ReadTimeoutError(endpoint_url="u", error=threading.Lock()), Kind.UNCERTAIN),
    (exceptions.ConnectionClosedError(endpoint_url="u", request=threading.Lock()), Kind.UNCERTAIN),
    (exceptions.HTTPClientError(error=threading.Lock()), Kind.UNCERTAIN),
    (exceptions.SSLError(endpoint_url="u", error=threading.Lock()), Kind.UNREACHABLE),
    (exceptions.NoCredentialsError(), Kind.CREDENTIALS),
    (ResponseParserError("no XML"), Kind.UNCERTAIN),
]


def test_an_error_means_the_same_as_here():
    answer = {"Error": {"Code": "SlowDown", "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
    refused = exceptions.ClientError(answer, "PutBucketPolicy")
    client = Client(refused, ValueError("nobody foresaw it"), *(error for error, _kind in TRANSPORT))
    with away({"s3": client}, WORKERS, PROCESSES, Calls()) as s3:
        with pytest.raises(exceptions.ClientError) as raised:
            s3["s3"].put_bucket_policy(number=0)
        assert raised.value.response == answer
        with pytest.raises(RuntimeError, match=r"(?s)Traceback.*ValueError: nobody foresaw it"):
            s3["s3"].put_bucket_policy(number=1)
        for number, (error, kind) in enumerate(TRANSPORT, start=2):
            with pytest.raises(type(error)) as raised:
                s3["s3"].put_bucket_policy(number=number)
            assert str(raised.value) == str(error)
            assert (
                from_transport(raised.value, "PutBucketPolicy", "b").kind
                is kind
                is from_transport(error, "PutBucketPolicy", "b").kind
            )


def test_a_killed_process_leaves_open_whether_the_call_was_carried_out():
    with away({"s3": Client()}, WORKERS, PROCESSES, Calls()) as s3:
        before = set(processes_of(s3["s3"]))
        with pytest.raises(exceptions.ConnectionClosedError) as raised:
            s3["s3"].head_bucket()
        assert from_transport(raised.value, "HeadBucket", "b").kind is Kind.UNCERTAIN
        answered = []
        for _call in range(WORKERS):  # Every other line ends in the process that is left.
            try:
                answered.append(s3["s3"].get_bucket_policy(Bucket="b")["Process"])
            except exceptions.ConnectionClosedError:
                continue
        assert len(answered) == WORKERS // PROCESSES
        assert len(set(answered)) == 1
        assert set(answered) < before


def test_the_processes_end_when_the_module_is_killed():
    here, there = multiprocessing.Pipe()

    def module() -> None:
        with away({"s3": Client()}, WORKERS, PROCESSES, Calls()) as s3:
            there.send(processes_of(s3["s3"]))
            time.sleep(60)

    process = multiprocessing.get_context("fork").Process(target=module)
    process.start()
    processes = set(here.recv())
    assert len(processes) == PROCESSES
    process.kill()
    process.join()
    assert all(map(gone, processes))


def test_an_interrupt_of_the_terminal_is_not_for_the_processes():
    with away({"s3": Client()}, WORKERS, PROCESSES, Calls()) as s3:
        for process in set(processes_of(s3["s3"])):
            os.kill(process, signal.SIGINT)
        assert len(set(processes_of(s3["s3"]))) == PROCESSES


@pytest.mark.parametrize("told, processes", [(lambda _process: {0, 3, 5}, 3), (lambda _process: {7}, 0), (None, 0)])
def test_there_are_no_more_than_cores_and_none_where_forks_are_not_safe(monkeypatch, told, processes):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    if told:
        monkeypatch.setattr(os, "sched_getaffinity", told, raising=False)
    assert useful_processes(10_000, 32) == processes


@pytest.mark.parametrize(
    "cores, calls, workers, processes",
    [
        (1, 10_000, 32, 0),
        (2, 99, 32, 0),
        (2, 100, 32, 2),
        (8, 150, 32, 3),
        (8, 10_000, 32, 4),
        (8, 10_000, 1, 0),
        (8, 10_000, 3, 3),
    ],
)
def test_processes_are_made_when_they_are_worth_it(monkeypatch, cores, calls, workers, processes):
    monkeypatch.setattr(fleet_processes, "usable_cores", lambda: cores)
    assert useful_processes(calls, workers) == processes


def test_a_line_gets_an_answer_to_each_call_and_the_counts_at_the_end():
    calls, client = Calls(), Client(KeyError("nobody foresaw it"))
    clients = {"s3": calls.of(client)}
    here, there = multiprocessing.Pipe()
    for asked in (("get_bucket_policy", {"Bucket": "b"}), ("put_bucket_policy", {"number": 0})):
        here.send(("s3", *asked))
    here.send(None)
    fleet_processes._answer_all(there, clients, calls)
    answered = []
    while here.poll():
        answered.append(here.recv())
    policy, error, counted = answered
    assert policy == {"Policy": "b", "Process": os.getpid()}
    assert "KeyError: 'nobody foresaw it'" in str(error)
    assert counted == {"s3:GetBucketPolicy": 1}


def test_a_line_whose_module_is_gone_is_left():
    here, there = multiprocessing.Pipe()
    here.close()
    fleet_processes._answer_all(there, {}, Calls())


@pytest.mark.parametrize("processes", [3, 4])
def test_each_of_many_processes_has_lines(processes):
    calls = Calls()
    with away({"s3": Client()}, 2 * processes, processes, calls) as clients:
        seen = processes_of(clients["s3"], 2 * processes)
    assert len(set(seen)) == processes
    assert all(seen.count(one) == 2 for one in set(seen))
