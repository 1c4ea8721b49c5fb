# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import as_list, explained


@explained("unknown_variables")
def find(names: Any) -> list[str]:
    """What is wrong with the names of variables that look like those of the role and the playbooks."""
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.names import unknown_names
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.variables import KNOWN

    return [str(problem) for problem in unknown_names([str(name) for name in as_list(names)], KNOWN)]


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"unknown_variables": find}
