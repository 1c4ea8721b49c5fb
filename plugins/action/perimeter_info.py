# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module of the same name, which is where the role begins to look.

Ansible loads an action in the process that starts all tasks, and a filter in each of the processes that it forks for
them, where all that the filter imports is compiled anew. What decides and proves is loaded here instead, once for all
hosts and tasks of a run, rather than by the filter perimeter_plan for each.
"""

from __future__ import annotations

from ansible.plugins.action.normal import ActionModule as RunModule

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter import result

LOADED = result


class ActionModule(RunModule):
    """The module does all the work."""
