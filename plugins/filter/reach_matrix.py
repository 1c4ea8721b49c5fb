# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleFilterError

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import (
    as_bool,
    as_list,
    as_texts,
    choose_partition,
    explained,
    read_document,
)

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("reach_matrix")
def build(
    policies: Any,
    buckets: Any,
    account: Any,
    endpoint_id: Any,
    vpc_id: Any,
    endpoint_policy: Any = None,
    endpoint_account: Any = None,
    access: Any = None,
    break_glass_principals: Any = None,
    manager_principals: Any = None,
    additional_endpoints: Any = None,
    peers: Any = None,
    endpoint_scope: str = "buckets",
    organization: str | None = None,
    require_tls: Any = True,
    allow_aws_services: Any = False,
    allow_forwarded_access: Any = False,
    partition: str | None = None,
    region: str | None = None,
    restrict_by: str | None = None,
    bucket_patterns: Any = None,
    aws_services: Any = None,
    endpoint_statements: Any = None,
    principal_accounts: Any = None,
    accepted_exceptions: Any = None,
    minimum_tls: Any = None,
    arriving_through: str | None = None,
    matrix: Any = True,
) -> Raw:
    """Whether all that passes is what was declared, and who reaches what on which network path."""
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.input import read_declaration
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reach import prove
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.access_levels import DEFAULT_ACCESS

    if not isinstance(policies, Mapping):
        raise AnsibleFilterError("perimeter.s3.reach_matrix: Give the policies of the buckets by name.")
    declaration = read_declaration(
        as_list(buckets),
        # YAML reads an account id without quotes as a number.
        str(account),
        endpoint_id,
        vpc_id,
        partition=choose_partition(partition, region or None),
        region=region or "",
        endpoint_account=str(endpoint_account or ""),
        access=DEFAULT_ACCESS if access is None else access,
        break_glass=as_list(break_glass_principals),
        managers=as_list(manager_principals),
        additional=as_list(additional_endpoints),
        peers=as_texts(peers),
        scope=endpoint_scope,
        organization=organization,
        tls=as_bool(require_tls, "require_tls"),
        services=as_bool(allow_aws_services, "allow_aws_services"),
        forwarded=as_bool(allow_forwarded_access, "allow_forwarded_access"),
        restrict_by=restrict_by or None,
        patterns=as_list(bucket_patterns),
        aws_services=as_list(aws_services),
        endpoint_statements=as_list(endpoint_statements),
        principal_accounts=as_list(principal_accounts),
        accepted=accepted_exceptions or {},
        minimum_tls=str(minimum_tls or ""),
        arriving_through=arriving_through or None,
    )
    documents = {name: read_document(document, f"policy of bucket {name}") for name, document in policies.items()}
    return prove(declaration, read_document(endpoint_policy, "endpoint policy"), documents, as_bool(matrix, "matrix"))


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"reach_matrix": build}
