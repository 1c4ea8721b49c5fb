# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import (
    as_bool,
    as_list,
    choose_partition,
    explained,
)

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("bucket_perimeter")
def build(
    bucket: Any,
    endpoints: Any = None,
    vpcs: Any = None,
    break_glass_principals: Any = None,
    manager_principals: Any = None,
    excepted_accounts: Any = None,
    allow_aws_services: Any = False,
    allow_forwarded_access: Any = False,
    actions: Any = None,
    tls_only: Any = False,
    partition: str | None = None,
    region: str | None = None,
) -> Raw:
    """The policy of a bucket that denies it to everybody outside of the perimeter."""
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import (
        ANY_BUCKET,
        bucket_perimeter,
    )
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.perimeter import EVERY_ACTION
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.validate import validate_bucket_policy

    where = choose_partition(partition, region)
    document = bucket_perimeter(
        bucket,
        where,
        endpoints=as_list(endpoints),
        vpcs=as_list(vpcs),
        break_glass_principals=as_list(break_glass_principals),
        manager_principals=as_list(manager_principals),
        # YAML reads an account id without quotes as a number.
        excepted_accounts=[str(account) for account in as_list(excepted_accounts)],
        allow_aws_services=as_bool(allow_aws_services, "allow_aws_services"),
        allow_forwarded_access=as_bool(allow_forwarded_access, "allow_forwarded_access"),
        actions=as_list(EVERY_ACTION if actions is None else actions),
        tls_only=as_bool(tls_only, "tls_only"),
    )
    # What stands in for a name is no part of an ARN; whoever puts the names in examines the result.
    problems = [] if bucket == ANY_BUCKET else validate_bucket_policy(document, bucket, where)
    if problems:
        raise PolicyError(problems, f"policy of bucket {bucket}")
    return document


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"bucket_perimeter": build}
