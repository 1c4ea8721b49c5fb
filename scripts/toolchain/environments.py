# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the virtual environments under .build/venv from the compiled files in requirements/, once for each content."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from toolchain.supported import Choice, version_key

Words = list[str | Path]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time: parts that run side by side ask for the same environment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def say(message: str) -> None:
    """Progress of the set-up goes to standard error: standard output belongs to the tools."""
    sys.stderr.write(f"[set-up] {message}\n")
    sys.stderr.flush()


@dataclass(frozen=True, slots=True)
class Environments:
    """The virtual environments of one working copy."""

    root: Path  # of the repository
    build: Path  # where everything goes that can be made again
    interpreters: dict[str, Path]  # version -> executable

    def core(self, choice: Choice) -> Path:
        """The environment with the ansible-core of the choice and everything that tests run with."""
        return self._ensure(f"core-{choice.row.core}", f"core-{choice.row.core}.txt", choice.python)

    def tools(self, name: str, choice: Choice) -> Path:
        """The environment of requirements/<name>.txt, on the Python of the choice."""
        return self._ensure(name, f"{name}.txt", choice.python)

    def fetcher(self) -> Path:
        """The environment that has pip and uv, on any interpreter: all others are made with it."""
        target = self.build / "venv" / "uv"
        with locked(self.build / "venv" / "uv.lock"):
            python = max(self.interpreters, key=version_key)
            requirements = self.root / "requirements" / "uv.txt"
            stamp = _stamp(requirements, self.interpreters[python])
            if not _is_current(target, stamp):
                say(f"uv with Python {python}")
                shutil.rmtree(target, ignore_errors=True)
                subprocess.run([self.interpreters[python], "-m", "venv", target], check=True, stdout=sys.stderr)
                command: Words = [target / "bin" / "python", "-m", "pip", "install", "-qq", "-r", requirements]
                subprocess.run(command, check=True, stdout=sys.stderr)
                _mark(target, stamp)
        return target

    def uv(self, *arguments: str | Path) -> None:
        """Run uv. It never fetches interpreters: what runs the tests is what the machine has."""
        executable = self.fetcher() / "bin" / "uv"
        environment = {
            **{name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")},
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_CONFIG": "1",
        }
        subprocess.run([executable, *arguments], check=True, env=environment, cwd=self.root, stdout=sys.stderr)

    def _ensure(self, name: str, requirements_name: str, python: str) -> Path:
        target = self.build / "venv" / f"{name}-py{python}"
        requirements = self.root / "requirements" / requirements_name
        stamp = _stamp(requirements, self.interpreters[python])
        with locked(self.build / "venv" / f"{target.name}.lock"):
            if not _is_current(target, stamp):
                say(f"{target.name} from requirements/{requirements_name}")
                self.uv("venv", "-q", "--clear", "--python", self.interpreters[python], target)
                self.uv("pip", "install", "-q", "--python", target / "bin" / "python", "-r", requirements)
                _mark(target, stamp)
        return target


def _stamp(requirements: Path, interpreter: Path) -> str:
    return hashlib.sha256(f"{interpreter}\n{requirements.read_text(encoding='utf-8')}".encode()).hexdigest()


def _is_current(target: Path, stamp: str) -> bool:
    marker = target / "perimeter-stamp"
    return marker.is_file() and marker.read_text(encoding="utf-8") == stamp


def _mark(target: Path, stamp: str) -> None:
    (target / "perimeter-stamp").write_text(stamp, encoding="utf-8")
