# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import as_bool, explained


@explained("perimeter_summary")
def say(plan: Any, planned: Any = False) -> list[str]:
    """What a run of the role comes to."""
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.perimeter import perimeter
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.summary import summary

    if not isinstance(plan, Mapping) or "result" not in plan:
        raise AnsibleFilterError("perimeter.s3.perimeter_summary: Give what perimeter.s3.perimeter_plan returns.")
    if "looked" not in plan:
        # Nothing of it is declared, or it was refused before anything was looked at.
        return []
    looked = json.loads(plan["looked"])
    reach = plan["result"].get("reach")
    seen = perimeter(
        "", "", "", looked["vpc_id"], looked["endpoint"], looked["buckets"], route_tables=looked.get("route_tables")
    )
    return summary(looked, seen, as_bool(planned, "planned"), reach)


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"perimeter_summary": say}
