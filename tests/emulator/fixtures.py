# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of pytest; a test module or a conftest.py imports those that it uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.client import Emulator, running_emulator


@pytest.fixture(scope="session")
def emulator_process() -> Iterator[Emulator]:
    # It ends with the tests; the time is for when nobody ends them.
    with running_emulator(max_seconds=7200) as emulator:
        yield emulator


@pytest.fixture
def emulator(emulator_process: Emulator) -> Emulator:
    """An emulator without resources, calls and changed settings."""
    emulator_process.reset()
    return emulator_process


@pytest.fixture
def ec2(emulator: Emulator) -> Any:
    return emulator.client("ec2")


@pytest.fixture
def s3(emulator: Emulator) -> Any:
    return emulator.client("s3")


@pytest.fixture
def organizations(emulator: Emulator) -> Any:
    return emulator.client("organizations")


@pytest.fixture
def sts(emulator: Emulator) -> Any:
    return emulator.client("sts")
