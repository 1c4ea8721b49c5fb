# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import as_list, as_texts, explained

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("automation_policy")
def build(
    buckets: Any,
    account: Any,
    region: str,
    mode: str = "detect",
    content: Any = None,
    vpcs: Any = None,
    endpoints: Any = None,
    route_tables: Any = None,
    roles: Any = None,
    assume_roles: Any = None,
    services: Any = "s3",
    optional: Any = None,
    evidence: Any = None,
) -> Raw:
    """The identity policy that whoever runs the collection needs, and nothing beyond."""
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.automation.policy import (
        DEFAULT_CONTENT,
        Reach,
        automation_policy,
    )

    names = [one.get("name") if isinstance(one, Mapping) else one for one in as_list(buckets)]
    # YAML reads an account id without quotes as a number.
    reach = Reach(
        account=str(account),
        region=str(region),
        buckets=names,
        vpcs=as_list(vpcs),
        endpoints=as_list(endpoints),
        route_tables=as_list(route_tables),
        roles=as_list(roles),
        assume_roles=as_list(assume_roles),
        services=as_list(services),
        evidence=as_list(evidence),
    )
    return automation_policy(
        reach, mode=mode, content=as_list(DEFAULT_CONTENT if content is None else content), optional=as_texts(optional)
    )


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"automation_policy": build}
