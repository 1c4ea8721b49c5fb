# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many processes are worth having."""

from __future__ import annotations

import os

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._aws.cores import usable_cores


@pytest.mark.parametrize("told, cores", [(lambda _process: {0, 3, 5}, 3), (lambda _process: {7}, 1), (None, 1)])
def test_the_cores_are_those_that_this_process_may_use(monkeypatch, told, cores):
    # Where it is not told, forks are not safe.
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    if told:
        monkeypatch.setattr(os, "sched_getaffinity", told, raising=False)
    assert usable_cores() == cores
