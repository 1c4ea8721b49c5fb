# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is run in a fork does what it does when Python starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.functional.warm_modules import warm_python

WORK = {
    "arguments": "print(__name__, len(sys.argv), os.path.basename(__file__), os.getcwd())",
    "input": "print(sys.stdin.read().upper())",
    "environment": "print(os.environ['SAID'])",
    "signals": "print([signal.getsignal(one) for one in (signal.SIGCHLD, signal.SIGTERM, signal.SIGPIPE)])",
    "files": "print(sorted(os.listdir('/proc/self/fd')))",
    "status": "sys.exit(3)",
    "a large status": "sys.exit(259)",
    "reason": "sys.exit('It cannot be.')",
    "killed": "print('begun', flush=True); os.kill(os.getpid(), signal.SIGKILL)",
    "at the end": "atexit.register(print, 'cleaned up')",
    "thread": "threading.Thread(target=lambda: (time.sleep(0.3), print('late'))).start()",
    "errors": "print('odd', file=sys.stderr)",
}


@pytest.mark.parametrize("work", WORK)
def test_a_fork_does_what_python_does(work, tmp_path):
    file = tmp_path / "AnsiballZ_work.py"
    file.write_text(f"import atexit, os, signal, sys, threading, time\n{WORK[work]}\n", encoding="utf-8")

    def run(python: str | Path) -> tuple[int, str, str]:
        done = subprocess.run(
            [python, file],
            check=False,
            capture_output=True,
            text=True,
            input="given",
            cwd=tmp_path,
            env={**os.environ, "SAID": "täglich"},
            timeout=60,
        )
        return done.returncode, done.stdout, done.stderr

    assert run(warm_python()) == run(sys.executable)


def test_nothing_is_left_of_the_server_when_who_started_it_is_gone(tmp_path):
    code = "import os; from tests.functional.warm_modules import warm_python; print(warm_python(), flush=True)"
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    for end in ("", "; os._exit(0)"):
        done = subprocess.run(
            [sys.executable, "-c", code + end],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            timeout=60,
        )
        assert Path(done.stdout.strip()).name == "python"
        for _attempt in range(100):
            if not list(tmp_path.iterdir()):
                break
            time.sleep(0.1)
        assert list(tmp_path.iterdir()) == []
