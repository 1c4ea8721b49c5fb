# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of a part that was stopped: nothing that it has started goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from toolchain import runner
from toolchain.parts import PARTS

#: Starts a process that would outlive it, says which, and waits for it.
WORK = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with open(sys.argv[1], "w") as file:
    print(child.pid, file=file)
child.wait()
"""


@pytest.fixture(autouse=True)
def interruptible():
    """Whoever starts the tests in the background lets them ignore what interrupts those in a terminal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def told(monkeypatch, tmp_path):
    """The file in which a part's work says what it has started."""
    file = tmp_path / "pid"
    monkeypatch.setattr(runner, "_COMMAND", (sys.executable, "-c", WORK, str(file)))
    return file


def begun(told: Path) -> int:
    for _attempt in range(300):
        if told.exists() and (text := told.read_text(encoding="ascii")).endswith("\n"):
            return int(text)
        time.sleep(0.1)
    raise AssertionError("the part did not begin")


def ends(process: int) -> bool:
    """Within seconds; a zombie that nobody waits for any more counts as ended."""
    for _attempt in range(100):
        stat = Path(f"/proc/{process}/stat")
        if not stat.exists() or stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.1)
    return False


def test_a_part_that_hangs_ends_with_all_that_it_started(monkeypatch, told, tmp_path, capsys):
    monkeypatch.setattr(runner, "_PATIENCE", 2)
    (outcome,) = runner.run_side_by_side(PARTS[:1], tmp_path / "logs", 1)
    assert (outcome.passed, outcome.failed) == (0, 1)
    assert f"{PARTS[0].name} was stopped after 2 s" in capsys.readouterr().out
    assert ends(begun(told))


def test_parts_end_with_a_run_that_is_interrupted(told, tmp_path):
    def interrupt():
        begun(told)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        runner.run_side_by_side(PARTS[:2], tmp_path / "logs", 1)
    assert ends(begun(told))
    assert [path.name for path in (tmp_path / "logs").iterdir()] == [f"{PARTS[0].name}.log"]


def test_a_part_that_starts_as_the_run_is_interrupted_does_not_go_on(monkeypatch, told, tmp_path):
    started = []

    class Slow(subprocess.Popen):
        def __init__(self, *words, **options):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.5)
            super().__init__(*words, **options)
            started.append(self)

    monkeypatch.setattr(runner.subprocess, "Popen", Slow)
    with pytest.raises(KeyboardInterrupt):
        runner.run_side_by_side(PARTS[:3], tmp_path / "logs", 2)
    time.sleep(1)
    assert started and all(ends(process.pid) for process in started)
