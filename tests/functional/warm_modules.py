# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that start with boto3 and Ansible imported, and our code not.

One that starts from nothing takes three times as long, nearly all of it imports that never differ.

:func:`run_warm` is for tests that run one module; :func:`warm_python` is for playbooks, whose modules Ansible starts.
"""

from __future__ import annotations

import os
import runpy
import sys
from functools import cache
from pathlib import Path

from tests.functional import warm

#: Imported before the first fork. Ours is not among it: what a module imports is part of what is tested.
PRELOADED = (
    "ansible.module_utils.basic",
    "ansible_collections.amazon.aws.plugins.module_utils.modules",
    "ansible_collections.amazon.aws.plugins.module_utils.botocore",
    "boto3",
)
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
    return warm.start_server("tests.functional.warm_modules", os.environ)


def run_warm(module: str, text: str, environment: dict[str, str], timeout: float) -> tuple[int, str, str]:
    """Run the module of this name with ``text`` as standard input: exit status, standard output, standard error.

    :raises TimeoutError: it took longer; the process is left to itself.
    """
    request = {"module": module, "environment": environment, "directory": str(Path.cwd())}
    return warm.run(_server(), request, text, timeout)


@cache
def warm_python() -> Path:
    """The interpreter to give to Ansible."""
    path = _server()
    python = path.with_name("python")
    python.write_text(_PYTHON.format(python=sys.executable, path=str(path)), encoding="utf-8")
    python.chmod(0o700)
    return python


def _be(request: warm.Request) -> None:
    if file := request.get("file"):
        sys.argv = [file]
        runpy.run_path(file, run_name="__main__")
    else:
        sys.argv = [request["module"]]
        runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    for name in PRELOADED:
        __import__(name)
    warm.serve(Path(sys.argv[1]), _be)
