# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the person at the terminal sees of a long run of bucket_policies, and what does not change by that."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytestmark = pytest.mark.surroundings

NAMES = [f"watched-{number}" for number in range(12)]


def play(emulator, tmp_path, terminal: bool, **environment: str) -> tuple[str, str]:
    """Standard output and standard error of a run with a terminal for both, or with none."""
    options = {**emulator.connection, "buckets": [{"bucket": name} for name in NAMES], "concurrency": 1}
    tasks = [
        {"name": "Watch", "perimeter.s3.bucket_policies": {**options, "state": "absent"}, "register": "done"},
        {"name": "Show", "ansible.builtin.debug": {"var": "done.summary.converged"}},
    ]
    file = tmp_path / "play.yml"
    file.write_text(
        json.dumps([{"name": "Play", "hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8"
    )
    words = [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-c", "local", file]
    # The tests themselves may run under a runner.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWX_", "RUNNER_"))}
    settings = {**kept, "ANSIBLE_PYTHON_INTERPRETER": sys.executable, "ANSIBLE_NOCOLOR": "1", **environment}
    read: dict[str, bytes] = {"out": b"", "error": b""}

    def drain(name: str, descriptor: int) -> None:
        try:
            while part := os.read(descriptor, 4096):
                read[name] += part
        except OSError:  # Linux says so when the other end of a terminal is closed.
            pass

    ends = {name: (pty.openpty() if terminal else os.pipe()) for name in read}
    # A terminal has the master first, a pipe what is read first.
    threads = [threading.Thread(target=drain, args=(name, pair[0])) for name, pair in ends.items()]
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=ends["out"][1], stderr=ends["error"][1], env=settings
    )
    for pair in ends.values():
        os.close(pair[1])
    for thread in threads:
        thread.start()
    status = process.wait(timeout=180)
    for thread in threads:
        thread.join(timeout=30)
    for pair in ends.values():
        os.close(pair[0])
    assert status == 0, read
    return read["out"].decode(), read["error"].decode()


@pytest.mark.parametrize("terminal, environment", [(True, {}), (True, {"AWX_ISOLATED_DATA_DIR": "/x"})])
def test_progress(emulator, s3, tmp_path, terminal, environment):
    for name in NAMES:
        s3.create_bucket(Bucket=name)
    emulator.settings(latency_ms=600)
    out, error = play(emulator, tmp_path, terminal, **environment)
    assert ("of 12 buckets done, 0 changed, 0 failed" in error) == (terminal and not environment)
    assert "buckets done" not in out
    assert '"done.summary.converged": "12"' in out or '"done.summary.converged": 12' in out
