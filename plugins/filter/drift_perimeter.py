# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleFilterError

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import as_bool, as_list, explained

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("drift_perimeter")
def build(
    endpoint: Any,
    buckets: Any,
    account: Any,
    vpc_id: Any,
    region: Any = "",
    host: Any = "",
    overridden: Any = None,
    reach: Any = None,
    vpc: Any = None,
    route_tables: Any = None,
    subnets: Any = None,
    accesses: Any = None,
    names: Any = None,
    hints: Any = None,
) -> Raw:
    """What a run saw of one perimeter."""
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.perimeter import perimeter

    results = as_list(buckets)
    if any(not isinstance(each, Mapping) or "bucket" not in each for each in results):
        raise AnsibleFilterError(
            "perimeter.s3.drift_perimeter: Give buckets as perimeter.s3.bucket_policies returns results, each with its "
            "bucket."
        )
    return perimeter(
        str(host or ""),
        str(account),
        str(region or ""),
        str(vpc_id or ""),
        # A task that was skipped looked at no endpoint.
        endpoint if endpoint and "actions" in endpoint else None,
        results,
        {str(name) for name, value in (overridden or {}).items() if as_bool(value, str(name))},
        reach or None,
        vpc or None,
        route_tables,
        subnets,
        names or None,
        accesses or None,
        hints or (),
    )


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"drift_perimeter": build}
