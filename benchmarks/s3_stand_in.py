# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process that answers S3's calls about buckets on loopback, each after a latency, many at the same time.

It stands for the distance to AWS and costs little processor time, which the runs that are measured need on the same
machine. What the answers mean is the emulator's business (tests/emulator); here is only what keeps clients going:
policies, GetCallerIdentity, and enough of the rest for ``amazon.aws.s3_bucket``. A bucket is there when first named.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

ACCOUNT = "123456789012"
CONTROL = "/_stand_in/"
_CALLER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    f"<Arn>arn:aws:iam::{ACCOUNT}:user/bench</Arn><UserId>AIDAEXAMPLEBENCH1234</UserId><Account>{ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
).encode()
# Sub-resource -> error code of a bucket that has none.
_ABSENT = {
    "policy": "NoSuchBucketPolicy",
    "tagging": "NoSuchTagSet",
    "encryption": "ServerSideEncryptionConfigurationNotFoundError",
    "publicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
    "ownershipControls": "OwnershipControlsNotFoundError",
    "object-lock": "ObjectLockConfigurationNotFoundError",
    "cors": "NoSuchCORSConfiguration",
    "lifecycle": "NoSuchLifecycleConfiguration",
}
_EMPTY = {
    "versioning": b"<VersioningConfiguration/>",
    "requestPayment": b"<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
    "accelerate": b"<AccelerateConfiguration/>",
    "location": b"<LocationConstraint/>",
    "logging": b"<BucketLoggingStatus/>",
    "acl": b"<AccessControlPolicy><Owner><ID>1</ID></Owner><AccessControlList/></AccessControlPolicy>",
    "inventory": b"<ListInventoryConfigurationsResult><IsTruncated>false</IsTruncated>"
    b"</ListInventoryConfigurationsResult>",
}
_NAMES = {"policy": "BucketPolicy"}

Answer = tuple[int, bytes]


class StandIn(asyncio.Protocol):
    """One connection. ``policies`` by bucket; a bucket that is not in it has that of ``template``."""

    policies: dict[str, bytes | None] = {}
    template: Callable[[str], bytes | None] = staticmethod(lambda bucket: None)
    calls: Counter[str] = Counter()
    latency = 0.03
    most_at_once = 0
    _at_once = 0

    def connection_made(self, transport: Any) -> None:
        self._transport, self._buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].decode("latin-1")
            first, *lines = head.split("\r\n")
            headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
            if headers.get("expect", "").lower() == "100-continue" and len(self._buffer) == end + 4:
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            size = int(headers.get("content-length", 0))
            if len(self._buffer) < end + 4 + size:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + size], self._buffer[end + 4 + size :]
            method, target, _version = first.split(" ")
            if target.startswith(CONTROL):
                self._send(method, control(target.removeprefix(CONTROL), body))
                continue
            StandIn._at_once += 1
            StandIn.most_at_once = max(StandIn.most_at_once, StandIn._at_once)
            loop = asyncio.get_running_loop()
            # Half of the way there, half of the way back, as far as the order of reads and writes goes.
            loop.call_later(self.latency / 2, self._carry_out, method, target, body)

    def _carry_out(self, method: str, target: str, body: bytes) -> None:
        answer = carry_out(method, target, body)
        asyncio.get_running_loop().call_later(self.latency / 2, self._answer, method, answer)

    def _answer(self, method: str, answer: Answer) -> None:
        StandIn._at_once -= 1
        self._send(method, answer)

    def _send(self, method: str, answer: Answer) -> None:
        status, body = answer
        head = f"HTTP/1.1 {status} Any\r\nContent-Length: {len(body)}\r\nx-amz-bucket-region: us-east-1\r\n\r\n"
        self._transport.write(head.encode() + (b"" if method == "HEAD" else body))


def carry_out(method: str, target: str, body: bytes) -> Answer:
    path, _mark, query = target.partition("?")
    bucket = path.strip("/")
    if not bucket and method == "POST":
        StandIn.calls["GetCallerIdentity"] += 1
        return 200, _CALLER
    parts = urllib.parse.parse_qsl(query, keep_blank_values=True)
    sub = next((name for name, _value in parts if name in _ABSENT or name in _EMPTY), "")
    verb = {"GET": "Get", "PUT": "Put", "DELETE": "Delete", "HEAD": "Head"}[method]
    StandIn.calls[f"{verb}{_NAMES.get(sub, sub) or 'Bucket'}"] += 1
    if sub == "policy":
        return _policy(method, bucket, body)
    if method in ("PUT", "DELETE", "HEAD"):
        return 200, b""
    if sub in _ABSENT:
        return 404, f"<Error><Code>{_ABSENT[sub]}</Code><Message>none</Message></Error>".encode()
    return 200, _EMPTY.get(sub, b"<ListAllMyBucketsResult/>" if not bucket else b"<ListBucketResult/>")


def _policy(method: str, bucket: str, body: bytes) -> Answer:
    if method == "GET":
        found = StandIn.policies[bucket] if bucket in StandIn.policies else StandIn.template(bucket)
        if found is None:
            return 404, b"<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message></Error>"
        return 200, found
    StandIn.policies[bucket] = body if method == "PUT" else None
    return 204, b""


def control(name: str, body: bytes) -> Answer:
    if name == "reset":
        text = json.loads(body)["template"]
        StandIn.template = staticmethod(lambda bucket: text.replace("{bucket}", bucket).encode() if text else None)
        StandIn.policies.clear()
    answer = json.dumps({"calls": StandIn.calls, "most_at_once": StandIn.most_at_once}).encode()
    StandIn.calls.clear()
    StandIn.most_at_once = 0
    return 200, answer


class Client:
    def __init__(self, url: str) -> None:
        self.url = url

    def reset(self, template: str | None) -> None:
        """All buckets have this policy from now on, ``{bucket}`` being their name."""
        self._send("reset", {"template": template})

    def taken(self) -> dict[str, Any]:
        """The calls since it was last asked, and the most that were under way at once."""
        found: dict[str, Any] = self._send("calls", None)
        return found

    def _send(self, name: str, body: Any) -> Any:
        request = urllib.request.Request(self.url + CONTROL + name, json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())


@contextmanager
def running_stand_in(latency: float) -> Iterator[Client]:
    words = [sys.executable, __file__, "--latency", str(latency)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None:
            raise RuntimeError("a pipe was asked for")
        yield Client(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait(timeout=10)


async def serve(latency: float) -> None:
    StandIn.latency = latency
    loop = asyncio.get_running_loop()
    server = await loop.create_server(StandIn, "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    end = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, end.set)
    await end.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.03, help="seconds from request to answer")
    asyncio.run(serve(parser.parse_args().latency))
