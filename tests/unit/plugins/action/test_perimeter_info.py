# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The core is there, in the process that loads the action, before a filter asks for it."""

from __future__ import annotations

import sys

from ansible.plugins.action.normal import ActionModule as RunModule

from ansible_collections.perimeter.s3.plugins.action import perimeter_info


def test_the_module_is_run_as_any_other():
    assert issubclass(perimeter_info.ActionModule, RunModule)
    assert "run" not in vars(perimeter_info.ActionModule)


def test_what_the_filter_imports_is_loaded():
    """The filter takes its function out of this very module."""
    name = "ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.result"
    assert sys.modules[name] is perimeter_info.LOADED
    assert callable(perimeter_info.LOADED.plan_of)
