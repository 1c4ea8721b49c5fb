# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""An endpoint as the modules return it."""

from __future__ import annotations

from typing import Any

from ..._plan.endpoint.values import Endpoint
from ..api import ec2


def shown(client: Any, endpoint: Endpoint, prefix_lists: bool) -> dict[str, Any]:
    """As it is returned; the prefix lists cost a call, so they are looked up for those who ask."""
    ids = _prefix_lists(client, endpoint) if prefix_lists else None
    return {**endpoint.as_dict(), "prefix_list_ids": ids}


def _prefix_lists(client: Any, endpoint: Endpoint) -> list[str]:
    """Ids of the prefix lists whose routes the endpoint puts into its tables, by its address type.

    AWS names the IPv6 list of a service ``com.amazonaws.<region>.ipv6.<service>``, where there is one.
    https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
    """
    place, _dot, service = endpoint.service_name.rpartition(".")
    names = {"ipv4": endpoint.service_name, "ipv6": f"{place}.ipv6.{service}"}
    asked = [name for kind, name in names.items() if endpoint.ip_address_type in (kind, "dualstack")]
    found = ec2.describe_managed_prefix_lists(client, asked)
    return sorted(one["PrefixListId"] for one in found if one.get("OwnerId") == "AWS")
