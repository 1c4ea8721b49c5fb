# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleFilterError

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import explained

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("drift_findings")
def find(
    endpoint: Mapping[str, Any],
    buckets: Mapping[str, Mapping[str, Any]],
    account: str,
    region: str = "",
    reach: Mapping[str, Any] | None = None,
) -> list[Raw]:
    """What drifted, by the results of the modules and the proof."""
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.finding import Place
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.plan import (
        endpoint_findings,
        fleet_findings,
    )

    place = Place(str(account), str(region or ""))
    findings = endpoint_findings(place, endpoint.get("before"), endpoint.get("endpoint"))
    for name, result in buckets.items():
        if not isinstance(result, Mapping) or not {"before", "policy"} <= set(result):
            raise AnsibleFilterError(
                f"buckets: Give what perimeter.s3.bucket_policy returns for {name}, with before and policy, not "
                f"{str(result)[:80]}."
            )
    findings += fleet_findings(place, [(name, result["before"], result["policy"]) for name, result in buckets.items()])
    mismatches, narrowed, unknown = ((reach or {}).get(key) or () for key in ("mismatches", "narrowed", "unknown"))
    if mismatches or narrowed or unknown:
        from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.reach import reach_findings

        name = (endpoint.get("endpoint") or endpoint.get("before") or {}).get("vpc_endpoint_id")
        findings += reach_findings(place, mismatches, narrowed, unknown, str(name or "endpoint"))
    return [finding.as_dict() for finding in findings]


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"drift_findings": find}
