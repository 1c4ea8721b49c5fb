# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compiles requirements/*.txt, the pinned packages of every environment, from the *.in files and supported.toml."""

from __future__ import annotations

import tempfile
from pathlib import Path

from toolchain.environments import Environments, say
from toolchain.supported import Row

# requirements/uv.txt is pinned by hand: it is what compiles the others.
_TOOLS = ("docs", "package", "quality")
_HEADER = """\
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by "make requirements". Do not edit.
"""


def compile_all(environments: Environments, rows: tuple[Row, ...]) -> None:
    """Take the newest release of everything that the *.in files and supported.toml do not pin."""
    oldest = min(
        (python for row in rows for python in row.pythons), key=lambda python: tuple(map(int, python.split(".")))
    )
    for name in _TOOLS:
        _compile(environments, f"{name}.txt", [f"requirements/{name}.in"], oldest)
    for row in rows:
        with tempfile.TemporaryDirectory() as directory:
            core = Path(directory) / "supported.in"
            pins = [f"ansible-core=={row.ansible_core}"]
            if row.boto3:
                pins += [f"boto3=={row.boto3}", f"botocore=={row.boto3}"]
            core.write_text("".join(f"{pin}\n" for pin in pins), encoding="utf-8")
            _compile(environments, f"core-{row.core}.txt", ["requirements/test.in", core], row.pythons[0])


def _compile(environments: Environments, name: str, sources: list[str | Path], python: str) -> None:
    say(f"requirements/{name}")
    target = environments.root / "requirements" / name
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory) / name
        options = ["--quiet", "--universal", "--no-header", "--no-annotate", "--no-emit-index-url"]
        environments.uv("pip", "compile", *options, "--python-version", python, "-o", output, *sources)
        target.write_text(f"{_HEADER}\n{output.read_text(encoding='utf-8')}", encoding="utf-8")
