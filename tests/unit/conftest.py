# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every unit test: nothing from the caller's AWS set-up, and examples that can be repeated."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is not a defect. The same examples run every time, so that a change is judged by what it changes;
# HYPOTHESIS_PROFILE=explore looks for new ones.
_TOLERANT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", _TOLERANT)
settings.register_profile("repeat", _TOLERANT, derandomize=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))


def pytest_configure(config):
    """ansible-test forks for each test, which for thousands of rows of tables takes minutes that they do not. Nothing
    here leaves anything behind: pytest by itself runs all in one process."""
    forking = config.pluginmanager.get_plugin("ansible_forked")
    if forking is not None:
        config.pluginmanager.unregister(forking)


@pytest.fixture(autouse=True)
def _no_aws_account(monkeypatch):
    """No test reaches a real account, whatever the caller's environment and configuration files have."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "BOTO"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
