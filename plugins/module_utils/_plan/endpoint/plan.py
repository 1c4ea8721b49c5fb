# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What becomes of a gateway endpoint: (what is there, what is wanted) -> plan.

Check mode, diff mode, the guards and the writes all read the same plan. Nothing here calls AWS, so a plan can be made
again for what another writer has put there in the meantime, and to see whether AWS shows what was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..._policy.language.document import minify
from ..._policy.meaning.canonical import equivalent
from ..errors import Refusal
from .identity import Found
from .input import types_misfit
from .values import (
    DEFAULT_POLICY,
    IPV4,
    SERVICE_DEFINED,
    Endpoint,
    Wanted,
)

CREATE = "ec2:CreateVpcEndpoint"
MODIFY = "ec2:ModifyVpcEndpoint"
DELETE = "ec2:DeleteVpcEndpoints"
TAG = "ec2:CreateTags"
UNTAG = "ec2:DeleteTags"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else has to be known of a VPC for a plan.

    :ivar vpc_id: where a new endpoint goes.
    :ivar service_name: the full name of the service for a new endpoint.
    :ivar route_tables: those that the endpoint shall be in; ``None``: the task does not say.
    :ivar ipv6: whether the VPC has IPv6 addresses; ``None``: nobody has looked.
    """

    vpc_id: str = ""
    service_name: str = ""
    route_tables: tuple[str, ...] | None = None
    ipv6: bool | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One write: its name as in ``actions``, and its parameters as boto3 takes them."""

    action: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """``calls`` turn ``before`` into ``after``; there are none when nothing differs in meaning.

    ``blocked_by`` are ids of endpoints that are being deleted and hold a route that a call brings: they have to be gone
    first.
    """

    subject: str
    before: Endpoint | None
    after: Endpoint | None
    calls: tuple[Call, ...] = ()
    warnings: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    siblings: tuple[Endpoint, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.calls)

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(call.action for call in self.calls)


def decide(found: Found, wanted: Wanted, around: Surroundings) -> Plan:
    """The plan for what was found.

    :raises Refusal: a route table holds the route of another endpoint, or address types do not go together.
    """
    if wanted.state == "absent":
        return _removal(found, wanted)
    if found.current is None:
        return _creation(found, wanted, around)
    return _change(found, found.current, wanted, around)


def differences(one: Endpoint, other: Endpoint) -> tuple[str, ...]:
    """Names of the options in which two forms of an endpoint differ."""
    differing = {
        "policy": not equivalent(one.policy, other.policy),
        "route_table_ids": one.route_tables != other.route_tables,
        "ip_address_type": one.ip_address_type != other.ip_address_type,
        "dns_record_ip_type": one.dns_record_ip_type != other.dns_record_ip_type,
        "tags": one.tags != other.tags,
    }
    return tuple(name for name, differs in differing.items() if differs)


def _removal(found: Found, wanted: Wanted) -> Plan:
    current = found.current
    if current is None:
        return Plan(wanted.subject, None, None, siblings=found.siblings)
    return Plan(
        _name(current),
        current,
        None,
        (Call(DELETE, {"VpcEndpointIds": [current.id]}),),
        tuple(_routing_warnings(current.route_tables)),
        siblings=found.siblings,
    )


def _creation(found: Found, wanted: Wanted, around: Surroundings) -> Plan:
    after = Endpoint(
        id=None,
        vpc_id=around.vpc_id,
        service_name=around.service_name,
        policy=wanted.policy if wanted.policy is not None else DEFAULT_POLICY,
        route_tables=around.route_tables or (),
        ip_address_type=wanted.ip_address_type or IPV4,
        dns_record_ip_type=wanted.dns_record_ip_type or SERVICE_DEFINED,
        tags=dict(wanted.tags or {}),
    )
    _check_types(wanted, after)
    _check_routes(wanted, found, after.route_tables)
    parameters: dict[str, Any] = {
        "VpcEndpointType": "Gateway",
        "VpcId": after.vpc_id,
        "ServiceName": after.service_name,
    }
    if wanted.policy is not None:
        parameters["PolicyDocument"] = minify(wanted.policy)
    if after.route_tables:
        parameters["RouteTableIds"] = list(after.route_tables)
    parameters.update(_types(wanted))
    if after.tags:
        parameters["TagSpecifications"] = [{"ResourceType": "vpc-endpoint", "Tags": _pairs(after.tags)}]
    warnings = [*wanted.warnings, *_routing_warnings(after.route_tables), *_after_warnings(after, around)]
    if wanted.policy is None and not wanted.reset_policy:
        warnings.append(
            f"{wanted.subject}: it is created with AWS's default policy, which lets everything through, because no "
            "policy is given."
        )
    blocked = tuple(str(one.id) for one in found.deleting if set(one.route_tables) & set(after.route_tables))
    return Plan(wanted.subject, None, after, (Call(CREATE, parameters),), tuple(warnings), blocked, found.siblings)


def _change(found: Found, current: Endpoint, wanted: Wanted, around: Surroundings) -> Plan:
    subject = _name(current)
    aim = DEFAULT_POLICY if wanted.reset_policy else wanted.policy
    policy_differs = aim is not None and not equivalent(current.policy, aim)
    tables = _tables(current.route_tables, wanted, around.route_tables)
    tags = _tags(current.tags, wanted)
    after = replace(
        current,
        policy=aim if policy_differs else current.policy,
        route_tables=tables,
        ip_address_type=wanted.ip_address_type or current.ip_address_type,
        dns_record_ip_type=wanted.dns_record_ip_type or current.dns_record_ip_type,
        tags=tags,
    )
    added = sorted(set(tables) - set(current.route_tables))
    removed = sorted(set(current.route_tables) - set(tables))
    _check_types(wanted, after)
    _check_routes(wanted, found, added)

    parameters: dict[str, Any] = {}
    if policy_differs:
        parameters.update(
            {"ResetPolicy": True} if wanted.reset_policy else {"PolicyDocument": minify(after.policy or {})}
        )
    if added:
        parameters["AddRouteTableIds"] = added
    if removed:
        parameters["RemoveRouteTableIds"] = removed
    parameters.update(_types(wanted, current))
    calls = []
    if parameters:
        calls.append(Call(MODIFY, {"VpcEndpointId": current.id, **parameters}))
    calls += _tag_calls(str(current.id), current.tags, tags)
    if not calls:
        return Plan(subject, current, current, warnings=wanted.warnings, siblings=found.siblings)
    rerouted = (
        (*after.route_tables, *removed)
        if after.ip_address_type != current.ip_address_type
        else tuple(sorted((*added, *removed)))
    )
    warnings = [*wanted.warnings, *_routing_warnings(rerouted), *_after_warnings(after, around)]
    blocked = tuple(str(one.id) for one in found.deleting if set(one.route_tables) & set(added))
    return Plan(subject, current, after, tuple(calls), tuple(warnings), blocked, found.siblings)


def _name(current: Endpoint) -> str:
    return f"endpoint {current.id} ({current.service} in {current.vpc_id})"


def _tables(live: Sequence[str], wanted: Wanted, chosen: tuple[str, ...] | None) -> tuple[str, ...]:
    if chosen is None:
        return tuple(live)
    return chosen if wanted.purge_route_tables else tuple(sorted({*live, *chosen}))


def _tags(live: Mapping[str, str], wanted: Wanted) -> Mapping[str, str]:
    """Tags that begin with ``aws:`` belong to AWS (stacks, for instance); nobody else can set or remove them."""
    if wanted.tags is None:
        return live
    kept = {key: value for key, value in live.items() if key.startswith("aws:") or not wanted.purge_tags}
    return {**kept, **wanted.tags}


def _tag_calls(endpoint_id: str, live: Mapping[str, str], tags: Mapping[str, str]) -> Iterator[Call]:
    added = {key: value for key, value in tags.items() if live.get(key) != value}
    removed = sorted(set(live) - set(tags))
    if added:
        yield Call(TAG, {"Resources": [endpoint_id], "Tags": _pairs(added)})
    if removed:
        yield Call(UNTAG, {"Resources": [endpoint_id], "Tags": [{"Key": key} for key in removed]})


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def _types(wanted: Wanted, current: Endpoint | None = None) -> dict[str, Any]:
    """The parameters of the address types that are wanted, and differ from those of ``current``."""
    parameters: dict[str, Any] = {}
    if wanted.ip_address_type and (current is None or wanted.ip_address_type != current.ip_address_type):
        parameters["IpAddressType"] = wanted.ip_address_type
    if wanted.dns_record_ip_type and (current is None or wanted.dns_record_ip_type != current.dns_record_ip_type):
        parameters["DnsOptions"] = {"DnsRecordIpType": wanted.dns_record_ip_type}
    return parameters


def _check_types(wanted: Wanted, after: Endpoint) -> None:
    if wanted.ip_address_type or wanted.dns_record_ip_type:
        misfit = types_misfit(after.ip_address_type, after.dns_record_ip_type)
        if misfit:
            raise Refusal(wanted.subject, *misfit)


def _check_routes(wanted: Wanted, found: Found, added: Sequence[str]) -> None:
    """A route table takes one endpoint of a service.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-routing
    """
    for sibling in found.siblings:
        shared = sorted(set(sibling.route_tables) & set(added))
        if shared and sibling.is_live:
            raise Refusal(
                wanted.subject,
                f"Route table {', '.join(shared)} holds the route of endpoint {sibling.id} for the same service, and "
                "takes only one.",
                f"Take the table off {sibling.id} (its route_table_ids), or remove that endpoint, "
                f"or manage that one instead (endpoint_id: {sibling.id}).",
            )


def _routing_warnings(tables: Sequence[str]) -> Iterator[str]:
    if tables:
        yield (
            f"Route table {', '.join(tables)}: where the route of a gateway endpoint comes, goes or changes, open "
            "connections to S3 break, and source addresses turn from public to private or back."
        )


def _after_warnings(after: Endpoint, around: Surroundings) -> Iterator[str]:
    if not after.route_tables:
        yield f"The gateway endpoint for {after.service} in {after.vpc_id} has no route table, so no traffic takes it."
    if around.ipv6 and after.ip_address_type == IPV4:
        yield (
            f"{after.vpc_id} has IPv6, and its gateway endpoint for {after.service} is of type ipv4: clients that use "
            "dual-stack host names (s3.dualstack; the package repositories of Amazon Linux do) go past it. "
            "ip_address_type=dualstack takes them in."
        )
