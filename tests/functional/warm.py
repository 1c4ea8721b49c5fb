# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs programs in processes forked from one that has imported already what never differs.

Each run still is a process of its own, with its own environment, directory, standard input and output. What is imported
before, and what a run is, say :mod:`warm_modules` and :mod:`warm_ansible`.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

#: What to run: ``environment``, ``directory``, and what only those who run it understand.
Request: TypeAlias = dict[str, Any]
_PATIENCE = 10  # seconds in which a server ends


def start_server(module: str, environment: Mapping[str, str], directory: Path | None = None) -> Path:
    """The socket of a new server, which is ``module`` and ends with this process."""
    path = Path(tempfile.mkdtemp(prefix="warm-")) / "socket"
    process = subprocess.Popen(
        [sys.executable, "-m", module, path],
        stdin=subprocess.PIPE,  # never written to: that it closes, at the latest with this process, is the sign to end
        stdout=subprocess.PIPE,
        env={**environment, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
        cwd=directory,
    )
    atexit.register(_end, process)
    assert process.stdout is not None
    assert process.stdout.readline() == b"listening\n"
    return path


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def run(server: Path, request: Request, given: str, timeout: float) -> tuple[int, str, str]:
    """Run it with ``given`` as standard input: exit status, standard output, standard error.

    :raises TimeoutError: it took longer; the process is left to itself.
    """
    with (
        tempfile.TemporaryFile() as stdin,
        tempfile.TemporaryFile() as stdout,
        tempfile.TemporaryFile() as stderr,
        socket.socket(socket.AF_UNIX) as connection,
    ):
        stdin.write(given.encode())
        stdin.seek(0)
        connection.settimeout(timeout)
        connection.connect(str(server))
        socket.send_fds(connection, [b"+"], [stdin.fileno(), stdout.fileno(), stderr.fileno()])
        connection.sendall(json.dumps(request).encode())
        connection.shutdown(socket.SHUT_WR)
        status = int(_received(connection))
        texts = []
        for file in (stdout, stderr):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    return status, texts[0], texts[1]


def _received(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def serve(path: Path, be: Callable[[Request], None]) -> None:
    """Answer until standard input closes. ``be`` is what a forked process does; it ends as a program ends."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(16)
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        signal.signal(signal.SIGCHLD, _reap)
        with suppress(KeyboardInterrupt):
            while listening in select.select([listening, sys.stdin], [], [])[0]:
                connection, _address = listening.accept()
                if os.fork() == 0:
                    listening.close()
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    try:
                        _answer(connection, be)
                    except BaseException:  # noqa: BLE001 - what comes after this is the server's
                        traceback.print_exc()
                        os._exit(1)
                    os._exit(0)
                connection.close()
    shutil.rmtree(path.parent)


def _reap(_number: int, _frame: object) -> None:
    """Wait for the processes that have answered, so that what they took counts as that of the tests."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _answer(connection: socket.socket, be: Callable[[Request], None]) -> None:
    connection.settimeout(None)
    _sign, files, _flags, _address = socket.recv_fds(connection, 1, 3)
    request = json.loads(_received(connection))
    child = os.fork()
    if child == 0:
        connection.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os._exit(_run(request, be))
    connection.sendall(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _run(request: Request, be: Callable[[Request], None]) -> int:
    """Be the program, and return its exit status."""
    os.chdir(request["directory"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.stdin, sys.stdout, sys.stderr = (open(number, "r" if number == 0 else "w") for number in (0, 1, 2))  # noqa: SIM115
    status = 0
    try:
        be(request)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if end.code is not None and not isinstance(end.code, int):
            print(end.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001 - as an interpreter shows what ends it
        traceback.print_exc()
        status = 1
    # What an interpreter does in the end, but for taking all modules apart.
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return status
