# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What people call a VPC and what is in it, for reports. Nothing is decided by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..._policy.language.document import Raw
from ..api import ec2


def read_names(client: Any, vpc_id: str, tables: Iterable[Mapping[str, Any]]) -> Raw:
    """As ``names`` in the documentation of ``perimeter_info`` has it, for one DescribeVpcs and one DescribeSubnets.

    :param tables: the route tables of the VPC, as AWS describes them.
    :raises CallError: AWS does not say.
    """
    [vpc] = ec2.describe_vpc(client, vpc_id) or [{}]
    blocks = [one["CidrBlock"] for one in vpc.get("CidrBlockAssociationSet") or [] if one.get("CidrBlock")]
    return {
        "vpc": {
            "name": _name(vpc),
            "cidr_blocks": blocks or [vpc["CidrBlock"]] if vpc.get("CidrBlock") else blocks,
        },
        "subnets": [
            {
                "id": str(one["SubnetId"]),
                "name": _name(one),
                "cidr_block": str(one.get("CidrBlock") or ""),
                "availability_zone": str(one.get("AvailabilityZone") or ""),
            }
            for one in sorted(ec2.describe_subnets(client, vpc_id), key=lambda one: str(one["SubnetId"]))
        ],
        "route_tables": {str(one["RouteTableId"]): _name(one) for one in tables if _name(one)},
    }


def _name(described: Mapping[str, Any]) -> str:
    return next((str(tag["Value"]) for tag in described.get("Tags") or [] if tag.get("Key") == "Name"), "")
