# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every part of the tests needs: where things are, and how a command is run there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from toolchain import trees
from toolchain.environments import Environments, Words
from toolchain.supported import Choice

# Settings of the caller that would change what is tested, or reach a real account.
_NOT_INHERITED = ("ANSIBLE_", "AWS_", "MOLECULE_", "PYTHON", "VIRTUAL_ENV", "COVERAGE_", "GIT_")
_CLOSING_LINE = re.compile(r"^=* ?\d+ (passed|failed|skipped|error)\w*.* in [\d.:]+")
_PASSED = re.compile(r"\b(\d+) passed")
_NOT_PASSED = re.compile(r"\b(\d+) (?:failed|errors?)\b")
_SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin")


class Failed(Exception):
    """A part of the tests failed. The text says why in one line; `output` is that of the command that failed."""

    def __init__(self, reason: str, output: str = "") -> None:
        super().__init__(reason)
        self.output = output


def count_tests(output: str) -> tuple[int, int]:
    """How many tests passed and failed, summed over the closing lines of pytest in the output."""
    lines = [line for line in output.split("\n") if _CLOSING_LINE.match(line)]
    passed, failed = (sum(int(count) for count in word.findall("\n".join(lines))) for word in (_PASSED, _NOT_PASSED))
    return passed, failed


@dataclass(frozen=True, slots=True)
class Workplace:
    """One run of the toolchain on one choice of versions."""

    environments: Environments
    choice: Choice
    parallel: int  # processes that a part may use

    @property
    def root(self) -> Path:
        return self.environments.root

    def tree(self, part: str) -> Path:
        """A collection tree of this part's own; returns the path of the collection."""
        return trees.build(self.environments, part, self.choice)

    def variables(self, venv: Path, collection: Path | None = None, **extra: str) -> dict[str, str]:
        """The environment of a command: the venv and the real interpreter first on PATH, no shims of version managers
        (ansible-test takes them for interpreters), and the collection tree where Ansible and Python look for it."""
        interpreter = self.environments.interpreters[self.choice.python]
        path = [str(venv / "bin"), str(interpreter.parent), *_SYSTEM_PATH]
        variables = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
        variables |= {
            "PATH": os.pathsep.join(dict.fromkeys(path)),
            "LC_ALL": "C.UTF-8",
            # Compiled once: uv leaves that to whoever imports first, and thousands of processes would do it again. Not
            # beside the sources, where a tool may take it for a part of the collection.
            "PYTHONPYCACHEPREFIX": str(self.environments.build / "pycache"),
            "ANSIBLE_NOCOWS": "1",
            "ANSIBLE_HOME": str(self.environments.build / "ansible-home"),
        }
        if collection is not None:
            top = str(collection.parents[2])
            variables |= {"ANSIBLE_COLLECTIONS_PATH": top, "PYTHONPATH": os.pathsep.join((top, str(collection)))}
        return variables | extra


def run(command: Words, *, cwd: Path, env: dict[str, str], accept: tuple[int, ...] = (0,), quiet: bool = False) -> str:
    """Run a command with its output passed on, and return that output; `Failed` on an exit status not in `accept`."""
    words = [str(word) for word in command]
    sys.stdout.write(f"$ {Path(words[0]).name} {' '.join(words[1:])}\n")
    sys.stdout.flush()
    lines = []
    with subprocess.Popen(
        words,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if not quiet:
                sys.stdout.write(line)
                sys.stdout.flush()
    output = "".join(lines)
    if process.returncode not in accept:
        if quiet:
            sys.stdout.writelines(lines)
        command_name = " ".join([Path(words[0]).name, *words[1:3]])
        raise Failed(f"{command_name} ended with {process.returncode}", output)
    return output
