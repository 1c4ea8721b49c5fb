# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module as a process of its own against the emulated AWS.

Whatever a test runs, the module makes no other call than the table of permissions has.
"""

from __future__ import annotations

import json
import os
from typing import Any

from ansible_collections.perimeter.s3.plugins.module_utils._plan.automation.permissions import uses_of
from tests.emulator.client import Emulator
from tests.functional.warm_modules import run_warm

READS = ("Describe", "Get", "List", "Head", "Lookup")


class Result(dict):
    """What the module returned; ``calls`` are the names of the AWS calls that it made, in their order."""

    calls: list[str]

    @property
    def writes(self) -> list[str]:
        return [name for name in self.calls if not name.startswith(READS)]


def run_module(emulator: Emulator, module: str, check: bool = False, **options: Any) -> Result:
    """Run it with ``--diff``; an option that is ``None`` is not given.

    The integration targets start each module as Ansible does, from nothing.
    """
    arguments = {**emulator.connection, **options, "_ansible_check_mode": check, "_ansible_diff": True}
    emulator.reset_calls()
    name = f"ansible_collections.perimeter.s3.plugins.modules.{module}"
    _status, output, errors = run_warm(name, json.dumps({"ANSIBLE_MODULE_ARGS": arguments}), dict(os.environ), 120)
    assert output, errors
    result = Result(json.loads(output))
    calls = emulator.calls()
    assert {f"{call['service']}:{call['operation']}" for call in calls} - set(uses_of(module)) == set()
    result.calls = [call["operation"] for call in calls]
    return result
