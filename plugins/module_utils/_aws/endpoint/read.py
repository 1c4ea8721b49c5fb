# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Reading what a plan for an endpoint is made from, in as few calls as it takes.

Nothing to do takes one DescribeVpcEndpoints, and one DescribeRouteTables where subnets, or all tables, are meant.
"""

from __future__ import annotations

from typing import Any

from ..._plan.endpoint.identity import Found, select, service_name
from ..._plan.endpoint.plan import Surroundings
from ..._plan.endpoint.routes import (
    RouteTable,
    choose,
    doubtful_subnets,
    tables_needed,
)
from ..._plan.endpoint.values import GATEWAY, Endpoint, Wanted
from ..api import ec2


def find(client: Any, wanted: Wanted) -> Found:
    """The endpoint that is meant.

    The VPC's gateway endpoints are asked for rather than the one by its id, because their route tables count too. The
    one by its id is asked for when the VPC is not given or has no such gateway endpoint; it may be of another VPC.

    :raises CallError: AWS does not say.
    :raises Refusal: several are meant, or none can be.
    """
    endpoints: list[Endpoint] = []
    if wanted.vpc_id:
        endpoints = _endpoints(
            ec2.describe_vpc_endpoints(client, vpc_id=wanted.vpc_id, vpc_endpoint_type=GATEWAY.capitalize())
        )
    if wanted.endpoint_id and not any(one.id == wanted.endpoint_id for one in endpoints):
        endpoints += by_id(client, wanted.endpoint_id)
    return select(endpoints, wanted)


def siblings(client: Any, wanted: Wanted, vpc_id: str) -> Found:
    """As :func:`find`, with the whole VPC in sight though the task names the endpoint by its id only."""
    endpoints = _endpoints(ec2.describe_vpc_endpoints(client, vpc_id=vpc_id, vpc_endpoint_type=GATEWAY.capitalize()))
    return select(endpoints, wanted)


def by_id(client: Any, endpoint_id: str) -> list[Endpoint]:
    """The endpoint as a list of one; empty when there is none."""
    return _endpoints(ec2.describe_vpc_endpoints_by_id(client, [endpoint_id]))


def interfaces(client: Any, vpc_id: str) -> list[Endpoint]:
    """The VPC's interface endpoints."""
    return _endpoints(ec2.describe_vpc_endpoints(client, vpc_id=vpc_id, vpc_endpoint_type="Interface"))


def surroundings(client: Any, found: Found, wanted: Wanted) -> Surroundings:
    """What else has to be known for the plan.

    :raises CallError: AWS does not say.
    :raises Refusal: unknown VPC, route table, subnet or service.
    """
    vpc_id = found.current.vpc_id if found.current else wanted.vpc_id or ""
    if not tables_needed(wanted, found.current):
        return Surroundings(vpc_id, route_tables=wanted.route_table_ids)
    tables = [RouteTable.from_description(one) for one in ec2.describe_route_tables(client, vpc_id)]
    doubtful = doubtful_subnets(wanted, tables) if tables else ()
    existing = [one["SubnetId"] for one in ec2.describe_subnets(client, vpc_id, doubtful)] if doubtful else []
    chosen = choose(wanted, vpc_id, tables, existing)
    name = ""
    if found.current is None:
        name = service_name(ec2.gateway_service_names(client), wanted, client.meta.region_name)
    return Surroundings(vpc_id, name, chosen, any(table.ipv6 for table in tables))


def _endpoints(described: list[dict[str, Any]]) -> list[Endpoint]:
    return [Endpoint.from_description(one) for one in described]
