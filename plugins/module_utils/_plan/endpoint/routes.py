# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which route tables of a VPC are meant.

Source: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Refusal
from .values import Endpoint, Wanted


@dataclass(frozen=True, slots=True)
class RouteTable:
    """``subnets`` are those that are associated explicitly; every other subnet of the VPC has the ``main`` table.

    An ``edge`` table directs what comes in through an internet or virtual private gateway and belongs to no subnet, so
    a route to a gateway endpoint does nothing there.
    https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html
    """

    id: str
    vpc_id: str
    main: bool = False
    subnets: tuple[str, ...] = ()
    edge: bool = False
    ipv6: bool = False

    @classmethod
    def from_description(cls, described: Mapping[str, Any]) -> RouteTable:
        """From a ``RouteTable`` of boto3."""
        associations = described.get("Associations") or ()
        return cls(
            id=described["RouteTableId"],
            vpc_id=described["VpcId"],
            main=any(one.get("Main") for one in associations),
            subnets=tuple(one["SubnetId"] for one in associations if one.get("SubnetId")),
            edge=any(one.get("GatewayId") for one in associations),
            ipv6=any(route.get("DestinationIpv6CidrBlock") for route in described.get("Routes") or ()),
        )


def tables_needed(wanted: Wanted, current: Endpoint | None) -> bool:
    """Whether the tables of the VPC have to be read: to find the ones meant, or to check those that come new."""
    if wanted.state == "absent":
        return False
    if current is None or wanted.subnet_ids is not None or wanted.all_route_tables:
        return True
    return bool(set(wanted.route_table_ids or ()) - set(current.route_tables))


def doubtful_subnets(wanted: Wanted, tables: Iterable[RouteTable]) -> tuple[str, ...]:
    """Subnets that no table names: they have the main table, unless they are not of this VPC at all."""
    associated = {subnet for table in tables for subnet in table.subnets}
    return tuple(subnet for subnet in wanted.subnet_ids or () if subnet not in associated)


def choose(
    wanted: Wanted, vpc_id: str, tables: Sequence[RouteTable], existing_subnets: Iterable[str] = ()
) -> tuple[str, ...] | None:
    """The ids of the tables that are meant, sorted; ``None`` when the task does not say.

    :param tables: all of the VPC.
    :param existing_subnets: those of :func:`doubtful_subnets` that the VPC has.
    :raises Refusal: unknown VPC, or a table or subnet that is not of this VPC.
    """
    if not tables:
        # Every VPC has its main table.
        raise Refusal(
            wanted.subject, f"There is no VPC {vpc_id} in this region and account.", "Check vpc_id and region."
        )
    if wanted.all_route_tables:
        return tuple(sorted(table.id for table in tables if not table.edge))
    if wanted.subnet_ids is not None:
        return _of_subnets(wanted, vpc_id, tables, set(existing_subnets))
    if wanted.route_table_ids is None:
        return None
    _check_tables(wanted, vpc_id, tables)
    return wanted.route_table_ids


def _of_subnets(wanted: Wanted, vpc_id: str, tables: Sequence[RouteTable], existing: set[str]) -> tuple[str, ...]:
    unknown = [subnet for subnet in doubtful_subnets(wanted, tables) if subnet not in existing]
    if unknown:
        raise Refusal(
            wanted.subject,
            f"{_listed(unknown)} is not a subnet of {vpc_id}: there is none, or it belongs to another VPC.",
            "Correct subnet_ids.",
        )
    explicit = {subnet: table.id for table in tables for subnet in table.subnets}
    main = next((table.id for table in tables if table.main), None)
    chosen = {explicit.get(subnet, main) for subnet in wanted.subnet_ids or ()}
    if None in chosen:
        raise Refusal(
            wanted.subject,
            f"{vpc_id} shows no main route table, which subnets without a table of their own have.",
            "Associate the subnets with a route table, or give route_table_ids.",
        )
    return tuple(sorted(filter(None, chosen)))


def _check_tables(wanted: Wanted, vpc_id: str, tables: Sequence[RouteTable]) -> None:
    known = {table.id for table in tables}
    unknown = [one for one in wanted.route_table_ids or () if one not in known]
    if unknown:
        raise Refusal(
            wanted.subject,
            f"{_listed(unknown)} is not a route table of {vpc_id}: there is none, or it belongs to another VPC.",
            f"{vpc_id} has {_listed(sorted(known))}.",
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
