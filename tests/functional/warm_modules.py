# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs modules in processes forked from one that has boto3 and Ansible imported already.

A module that starts from nothing takes three times as long, nearly all of it imports that never differ. Each run still
is a process of its own, with its own environment, standard input and output, and with our code imported anew.

:func:`run_warm` is for tests that run one module; :func:`warm_python` is for playbooks, whose modules Ansible starts.
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

#: Imported before the first fork. Ours is not among it: what a module imports is part of what is tested.
PRELOADED = (
    "ansible.module_utils.basic",
    "ansible_collections.amazon.aws.plugins.module_utils.modules",
    "ansible_collections.amazon.aws.plugins.module_utils.botocore",
    "boto3",
)
_PATIENCE = 10  # seconds in which the server ends
#: What Ansible takes for the Python of a host: it leaves to the server what that knows, a module as Ansible packs it.
_PYTHON = """#!{python} -IS
import json, os, signal, socket, sys
if len(sys.argv) != 2 or not os.path.basename(sys.argv[1]).startswith("AnsiballZ_"):
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect({path!r})
    request = {{"file": sys.argv[1], "environment": dict(os.environ), "directory": os.getcwd()}}
    socket.send_fds(connection, [b"+"], [0, 1, 2])
    connection.sendall(json.dumps(request).encode())
    connection.shutdown(socket.SHUT_WR)
    status = int(connection.recv(16) or b"1")
if status < 0:
    if -status in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
sys.exit(status)
"""


@cache
def _server() -> Path:
    """The socket of this process's server, started once; it ends with this process."""
    directory = tempfile.mkdtemp(prefix="modules-")
    path = Path(directory) / "socket"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.functional.warm_modules", path],
        stdin=subprocess.PIPE,  # never written to: that it closes, at the latest with this process, is the sign to end
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
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


def run_warm(module: str, text: str, environment: dict[str, str], timeout: float) -> tuple[int, str, str]:
    """Run the module of this name with ``text`` as standard input: exit status, standard output, standard error.

    :raises TimeoutError: it took longer; the process is left to itself.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        connection.connect(str(_server()))
        request = {"module": module, "input": text, "environment": environment, "directory": str(Path.cwd())}
        connection.sendall(b"-" + json.dumps(request).encode())
        connection.shutdown(socket.SHUT_WR)
        status, output, errors = json.loads(_received(connection))
    return status, output, errors


@cache
def warm_python() -> Path:
    """The interpreter to give to Ansible."""
    path = _server()
    python = path.with_name("python")
    python.write_text(_PYTHON.format(python=sys.executable, path=str(path)), encoding="utf-8")
    python.chmod(0o700)
    return python


def _received(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def _serve(path: Path) -> None:
    for name in PRELOADED:
        __import__(name)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(16)
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the processes that answer
        with suppress(KeyboardInterrupt):
            while listening in select.select([listening, sys.stdin], [], [])[0]:
                connection, _address = listening.accept()
                if os.fork() == 0:
                    listening.close()
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    try:
                        _answer(connection)
                    except BaseException:  # noqa: BLE001 - what comes after this is the server's
                        traceback.print_exc()
                        os._exit(1)
                    os._exit(0)
                connection.close()
    shutil.rmtree(path.parent)


def _answer(connection: socket.socket) -> None:
    connection.settimeout(None)
    _sign, files, _flags, _address = socket.recv_fds(connection, 1, 3)
    request = json.loads(_received(connection))
    if files:
        status = _forked(request, files, connection)
        connection.sendall(str(status).encode())
        return
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        given.write(request["input"].encode())
        given.seek(0)
        status = _forked(request, [file.fileno() for file in (given, output, errors)], connection)
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    connection.sendall(json.dumps([status, *texts]).encode())
    connection.close()


def _forked(request: dict[str, Any], files: list[int], connection: socket.socket) -> int:
    """The exit status of a process with these files as standard input, output and error."""
    child = os.fork()
    if child == 0:
        connection.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os._exit(_run(request))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run(request: dict[str, Any]) -> int:
    """Be the module, and return its exit status."""
    os.chdir(request["directory"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.stdin, sys.stdout, sys.stderr = (open(number, "r" if number == 0 else "w") for number in (0, 1, 2))  # noqa: SIM115
    status = 0
    try:
        if file := request.get("file"):
            sys.argv = [file]
            runpy.run_path(file, run_name="__main__")
        else:
            sys.argv = [request["module"]]
            runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
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


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
