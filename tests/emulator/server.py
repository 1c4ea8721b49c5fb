# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process of the emulator: a threaded HTTP server on loopback that ends with its parent."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from tests.emulator.application import Application

HOST = "127.0.0.1"


class Handler(MotoRequestHandler):
    """HTTP/1.1 with connections that are kept; werkzeug's own way of answering closes each of them.

    That is safe because the application reads every request to its end.
    """

    protocol_version = "HTTP/1.1"
    # Head and body of an answer are two small writes, which must not wait for each other.
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        begun: list[Any] = []
        self.environ = environ = self.make_environ()
        if environ.get("wsgi.input_terminated"):
            self.close_connection = True
        try:
            body = b"".join(self.server.app(environ, lambda status, headers: begun.extend((status, headers))))
        except ConnectionError:
            # The fate of this request is that its connection ends without an answer.
            self.close_connection = True
            return
        except Exception:  # noqa: BLE001 - a defect of ours is an answer as well
            traceback.print_exc()
            begun, body = ["500 Internal Server Error", []], b""
        status, headers = begun
        code, _space, phrase = status.partition(" ")
        self.send_response(int(code), phrase)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if code not in ("204", "304"):
            told = {name.lower(): value for name, value in headers}.get("content-length", "0")
            self.send_header("Content-Length", told if self.command == "HEAD" else str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The call log says more."""


def serve(
    *,
    ready_file: Path,
    port: int,
    parent_pid: int | None,
    max_seconds: float,
    latency: float,
    records: Path | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, the end of the parent, or the end of the time in seconds."""
    application = Application()
    application.settings.update({"latency_ms": latency * 1000, "records": str(records or "")})
    server = make_server(HOST, port, application, threaded=True, request_handler=Handler)
    server.daemon_threads = True
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    where = f"http://{HOST}:{server.server_port}"
    _announce(ready_file, {"url": where, "pid": os.getpid(), "port": server.server_port})
    end = time.monotonic() + max_seconds
    while not stop.wait(0.5) and time.monotonic() < end and (parent_pid is None or _alive(parent_pid)):
        pass
    server.shutdown()
    application.write_records()


def _announce(ready_file: Path, content: dict[str, object]) -> None:
    """Write the file in one step, so that nobody reads half of it."""
    draft = ready_file.with_name(f"{ready_file.name}.{os.getpid()}")
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(ready_file)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
