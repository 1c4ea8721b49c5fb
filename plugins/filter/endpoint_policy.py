# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import (
    as_list,
    as_rows,
    choose_partition,
    explained,
)

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("endpoint_policy")
def build(
    buckets: Any,
    partition: str | None = None,
    region: str | None = None,
    access: Any = None,
    scope: str = "buckets",
    account: Any = None,
    organization: str | None = None,
    patterns: Any = None,
    manager_principals: Any = None,
    aws_services: Any = None,
    statements: Any = None,
) -> Raw:
    """The policy of a gateway endpoint that lets through what was declared and nothing else."""
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.presets import aws_service_statements
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.access_levels import DEFAULT_ACCESS
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError, Problem
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.validate import validate_endpoint_policy

    services = as_list(aws_services)
    if services and region is None:
        raise PolicyError(
            [Problem("region", "The buckets of AWS have the Region in their names.", "Give region with aws_services.")],
            "declaration of the endpoint policy",
        )
    document = endpoint_policy(
        as_list(buckets),
        choose_partition(partition, region),
        access=DEFAULT_ACCESS if access is None else access,
        scope=scope,
        # YAML reads an account id without quotes as a number.
        account=None if account is None else str(account),
        organization=organization,
        patterns=as_list(patterns),
        manager_principals=as_list(manager_principals),
        statements=[*(aws_service_statements(services, region) if region else ()), *as_rows(statements)],
    )
    problems = validate_endpoint_policy(document)
    if problems:
        raise PolicyError(problems, "endpoint policy")
    return document


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"endpoint_policy": build}
