# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import (
    choose_partition,
    explained,
    read_document,
)

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("policy_findings")
def find(
    policy: Any,
    bucket: Any = None,
    endpoint_id: Any = None,
    account: Any = None,
    vpc_id: Any = None,
    organization: Any = None,
    partition: str | None = None,
    region: str | None = None,
) -> list[Raw]:
    """What a policy says in vain."""
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.findings import findings
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.input import read_owner

    owner = read_owner(
        bucket, endpoint_id, account, vpc_id, organization, choose_partition(partition, region or None), region
    )
    document = read_document(policy, "policy")
    return [] if document is None else [found.as_dict() for found in findings(owner, document)]


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"policy_findings": find}
