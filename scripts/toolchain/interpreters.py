# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the Python interpreters of the machine that really run, behind shims and beside them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

_NAME = re.compile(r"python3(\.\d+)?")

# A version manager's shim is a script that may refuse to run or hand over to another version, so every candidate is
# asked for the executable that answers. Some distributions ship interpreters without ensurepip: no venv to be had.
_PROBE = """
import sys, os, venv, ensurepip
print("%d.%d" % sys.version_info[:2])
print(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
"""


def _directories() -> Iterator[Path]:
    yield from (Path(entry) for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if entry)
    for manager in (os.environ.get("PYENV_ROOT"), str(Path.home() / ".pyenv")):
        if manager:
            yield from sorted(Path(manager).glob("versions/*/bin"), reverse=True)


def _probe(candidate: Path) -> tuple[str, Path] | None:
    try:
        answer = subprocess.run(
            [candidate, "-I", "-c", _PROBE], capture_output=True, text=True, timeout=60, check=False, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = answer.stdout.split("\n")
    if answer.returncode != 0 or len(lines) < 2:
        return None
    return lines[0], Path(lines[1])


def find() -> dict[str, Path]:
    """Version ("3.12") -> the real executable, for every Python 3 found; the first one on PATH wins."""
    found: dict[str, Path] = {}
    seen: set[Path] = set()
    for directory in _directories():
        if not directory.is_dir():
            continue
        for candidate in sorted(path for path in directory.iterdir() if _NAME.fullmatch(path.name)):
            real = candidate.resolve()
            if real in seen and "shims" not in candidate.parts:
                continue
            seen.add(real)
            answer = _probe(candidate)
            if answer is not None:
                found.setdefault(*answer)
    return found
