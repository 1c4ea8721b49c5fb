# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts the emulator as a process of its own and talks to its control API."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAIN = Path(__file__).with_name("__main__.py")
START_SECONDS = 60
REGION = "us-east-1"
# Examples from AWS's documentation; moto takes any.
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@dataclass(frozen=True)
class Emulator:
    """An emulator that runs."""

    url: str
    pid: int

    @property
    def connection(self) -> dict[str, str]:
        """Connection options of the modules: endpoint_url, access_key, secret_key, region."""
        return {"endpoint_url": self.url, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "region": REGION}

    def calls(self) -> list[dict[str, Any]]:
        """The AWS calls so far: service, operation, resource, status."""
        return self._send("GET", "calls")

    def reset_calls(self) -> None:
        self._send("DELETE", "calls")

    def settings(self, **values: Any) -> dict[str, Any]:
        """Change settings (see ``state.DEFAULTS``) and return all of them."""
        return self._send("POST", "settings", values)

    def reset(self) -> None:
        """Forget all resources, calls and settings."""
        self._send("POST", "reset")

    def write_records(self) -> list[Path]:
        """Write the records that wait (see ``records.py``); the files. None, if there is no folder for them."""
        return [Path(name) for name in self._send("POST", "records")]

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of this emulator."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=options.pop("endpoint_url", self.url),
            region_name=options.pop("region_name", REGION),
            aws_access_key_id=options.pop("aws_access_key_id", ACCESS_KEY),
            aws_secret_access_key=options.pop("aws_secret_access_key", SECRET_KEY),
            **options,
        )

    def s3(self, through: str = "internet", unsigned: bool = False, root: str | None = None, **options: Any) -> Any:
        """A boto3 client of S3 on a network path (``internet`` or an endpoint's id) that sends each request once.

        :param unsigned: anonymous; :param root: the account whose root user calls. Other keys come by ``options``.
        """
        from botocore import UNSIGNED
        from botocore.config import Config

        path = through if through == "internet" else f"through/{through}"
        more: dict[str, Any] = {"signature_version": UNSIGNED} if unsigned else {}
        if root:
            options = {"aws_access_key_id": f"AKIAROOT{root}", **options}
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **more)
        return self.client("s3", endpoint_url=f"{self.url}/{path}", config=config, **options)

    def _send(self, method: str, name: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_emulator/{name}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")


@contextmanager
def running_emulator(
    max_seconds: float = 600, latency_ms: float = 0, records: Path | None = None
) -> Iterator[Emulator]:
    """An emulator for the time of the ``with`` block; ``records``: a folder for records of what it decides.

    :raises RuntimeError: it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="emulator-") as directory:
        ready = Path(directory, "ready.json")
        words = [sys.executable, str(MAIN), "--ready-file", str(ready), "--parent-pid", str(os.getpid())]
        words += ["--max-seconds", str(max_seconds), "--latency-ms", str(latency_ms)]
        words += ["--records", str(records)] if records else []
        with Path(directory, "log").open("w+", encoding="utf-8") as log:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
            try:
                _wait(process, ready, Path(log.name))
                found = json.loads(ready.read_text(encoding="utf-8"))
                yield Emulator(found["url"], found["pid"])
            finally:
                process.terminate()
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _wait(process: subprocess.Popen[bytes], ready: Path, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"The emulator did not start:\n{log.read_text(encoding='utf-8')}")
        time.sleep(0.05)
