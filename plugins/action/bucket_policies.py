# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module of the same name, and tells whoever sits at the terminal how far it is.

The module does all the work, and its result is not touched. There is something to see only when the module runs on the
controller, as the user who started Ansible, and that user reads the output as it comes.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins.action.normal import ActionModule as RunModule
from ansible.utils.display import Display

from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.progress import VARIABLE

# Asked when the plugin is loaded, in the process that has the terminal: those that run tasks have none.
AT_TERMINAL = sys.stdout.isatty() and sys.stderr.isatty()
# AWX and ansible-runner give Ansible a terminal that nobody sees.
OF_RUNNERS = ("AWX_", "RUNNER_")
SECONDS_BETWEEN = 2.0


class ActionModule(RunModule):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        if not self._is_watched():
            return super().run(tmp, task_vars)
        with _progress_file() as path, _told(path):
            self._task.environment = [*(self._task.environment or []), {VARIABLE: str(path)}]
            return super().run(tmp, task_vars)

    def _is_watched(self) -> bool:
        return (
            AT_TERMINAL
            and not any(name.startswith(OF_RUNNERS) for name in os.environ)
            and self._connection.transport == "local"
            and not self._play_context.become
            and not self._task.async_val
        )


@contextmanager
def _progress_file() -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(prefix="progress-", dir=constants.DEFAULT_LOCAL_TMP)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Read the file now and then, and say on standard error what is new."""
    ended = threading.Event()

    def tell() -> None:
        display, started, said = Display(), time.monotonic(), ""
        while not ended.wait(SECONDS_BETWEEN):
            line = sentence(path.read_text(encoding="utf-8"), time.monotonic() - started)
            if line and line != said:
                display.display(line, stderr=True)
                said = line

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def sentence(lines: str, seconds: float) -> str:
    """What to say after so many seconds, going by the last whole line of the file; nothing without one."""
    whole = lines.rpartition("\n")[0].rpartition("\n")[2]
    if not whole:
        return ""
    now: Mapping[str, int] = json.loads(whole)
    said = f"{now['done']} of {now['total']} buckets done, {now['changed']} changed, {now['failed']} failed"
    left = now["total"] - now["done"]
    if not left:
        return said
    return f"{said}, about {max(1, round(seconds * left / now['done']))} seconds left"
