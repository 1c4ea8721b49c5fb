# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the shipped webhook rulebook as a process of its own against the emulated AWS, and sends it events."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulator.client import ACCESS_KEY, REGION, SECRET_KEY, Emulator
from tests.functional.warm_modules import warm_python

RULEBOOK = Path(__file__).parents[2] / "extensions" / "eda" / "rulebooks" / "drift_webhook.yml"
# Those in the rulebook.
ACCOUNT = "123456789012"
AUTOMATION = f"arn:aws:iam::{ACCOUNT}:role/perimeter-automation"
TOKEN = "MARKERtokenMARKERtoken"
#: Why it cannot run here; empty if it can.
MISSING = (
    ""
    if shutil.which("java") or os.environ.get("JAVA_HOME")
    else "ansible-rulebook needs Java 17, and there is no java (Debian: openjdk-17-jre-headless)"
)
# A run takes some seconds; a machine with other work to do takes its time.
PATIENCE = 240


@dataclass(frozen=True)
class Rulebook:
    """A rulebook that runs and listens."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def post(self, bodies: Sequence[Any]) -> list[int]:
        """Send each as the body of a request of its own (bytes as they are, all else as JSON); returns the statuses."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        statuses = []
        for body in bodies:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            connection.request("POST", "/cloudtrail", data, headers)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        connection.close()
        return statuses

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def passed(self) -> list[str]:
        """The resources of the events that the filter has let pass."""
        return re.findall(r"'resource': '([^']+)'", self.output())

    def runs(self) -> int:
        """How many runs of the playbook have come to their end."""
        return self.output().count("PLAY RECAP")

    def until(self, condition: Callable[[], bool], what: str) -> float:
        """Wait for the condition; returns how many seconds that took."""
        started = time.monotonic()
        while not condition():
            if self.process.poll() is not None or time.monotonic() - started > PATIENCE:
                end = self.output()[-8000:]
                raise AssertionError(f"{what} did not come about. The log of ansible-rulebook ends with\n{end}")
            time.sleep(0.05)
        return time.monotonic() - started


@contextmanager
def running_rulebook(emulator: Emulator, directory: Path, declaration: dict[str, Any]) -> Iterator[Rulebook]:
    """Converge the declaration; then the rulebook for the time of the ``with`` block, its inventory is localhost."""
    inventory, variables, log = (Path(directory, name) for name in ("inventory.yml", "variables.yml", "log"))
    host = {
        "ansible_connection": "local",
        "ansible_python_interpreter": str(warm_python()),
        "private_access_connection": {"endpoint_url": emulator.url},
        **declaration,
    }
    # JSON is YAML.
    inventory.write_text(json.dumps({"all": {"hosts": {"localhost": host}}}), encoding="utf-8")
    _run(["ansible-playbook", "-i", inventory, "perimeter.s3.private_access"], directory)
    emulator.reset_calls()

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables.write_text(json.dumps({"webhook_port": port, "webhook_token": TOKEN}), encoding="utf-8")
    words = ["ansible-rulebook", "--print-events", "-r", RULEBOOK, "-i", inventory, "--vars", variables]
    with log.open("wb") as output:
        process = subprocess.Popen(
            _found(words), cwd=directory, env=_environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    rulebook = Rulebook(port, process, log)
    try:
        rulebook.until(lambda: _listens(port), "The webhook")
        yield rulebook
    finally:
        _end(process)


def put_bucket_policy_event(bucket: str, moment: float | None = None, role: str | None = None) -> dict[str, Any]:
    return event("s3", "PutBucketPolicy", {"bucketName": bucket, "Host": "s3.us-east-1.amazonaws.com"}, moment, role)


def delete_endpoint_event(endpoint: str) -> dict[str, Any]:
    return event("ec2", "DeleteVpcEndpoints", {"DeleteVpcEndpointsRequest": {"VpcEndpointId": {"content": endpoint}}})


def event(
    service: str, name: str, parameters: dict[str, Any], moment: float | None = None, role: str | None = None
) -> dict[str, Any]:
    """As EventBridge sends it, of a user, or of a session of the role."""
    arn = f"arn:aws:iam::{ACCOUNT}:user/mallory"
    identity: dict[str, Any] = {"type": "IAMUser", "arn": arn, "accountId": ACCOUNT}
    if role:
        role_name = role.rpartition("/")[2]
        identity = {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role_name}/drift",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role, "userName": role_name}},
        }
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{service}",
        "account": ACCOUNT,
        "region": REGION,
        "detail": {
            "eventVersion": "1.11",
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "eventID": str(uuid.uuid4()),
            "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment)),
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "readOnly": False,
            "awsRegion": REGION,
            "recipientAccountId": ACCOUNT,
            "sourceIPAddress": "198.51.100.7",
            "userIdentity": identity,
            "requestParameters": parameters,
        },
    }


def _run(words: Sequence[str | Path], directory: Path) -> None:
    finished = subprocess.run(
        _found(words), cwd=directory, env=_environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if finished.returncode:
        raise AssertionError(f"{words[0]} ended with {finished.returncode}\n{finished.stdout}{finished.stderr}")


def _found(words: Sequence[str | Path]) -> list[str | Path]:
    """The command out of the environment of this Python."""
    return [Path(sys.executable).parent / words[0], *words[1:]]


def _environment() -> dict[str, str]:
    # ansible-rulebook and ansible-runner look for their commands on the path.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_REGION": REGION}
    return {**os.environ, **keys, "PATH": path}


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it, and what it has started: ansible-runner gives each playbook a session of its own, which lives on."""
    started = _descendants(process.pid)
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        started += _descendants(process.pid)
        process.kill()
        process.wait()
    for pid in started:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in listed.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found, waiting = [], [pid]
    while waiting:
        waiting += (below := children.get(waiting.pop(), []))
        found += below
    return found
