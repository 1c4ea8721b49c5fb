# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo, which is the first that people see: each of its steps says what it expects, and fails if it is not so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.surroundings

ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_comes_to_its_end():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "demo"],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        },
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "All that a person writes" in done.stdout
    assert (ROOT / ".build" / "demo" / "report" / "localhost.html").is_file()
