# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What ``perimeter_info`` found, typed, and the same as a run has left it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError, Problem
from ..endpoint.routes import RouteTable
from ..endpoint.values import AVAILABLE, Endpoint

#: Stands for the id of an endpoint that is yet to be created: AWS chooses ids, and never this one.
PLACEHOLDER = "vpce-00000000000000000"
_FACTS = ("owner_id", "creation_timestamp", "requester_managed", "last_error")


@dataclass(frozen=True, slots=True)
class Bucket:
    """The policy of a bucket, ``None`` without one, and its Region, ``None`` where S3 did not tell it.

    ``problem`` says why it could not be read, ``kind`` is its kind.
    """

    policy: Raw | None
    region: str | None = None
    problem: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """``endpoints`` are the gateway endpoints of the Region, of whatever VPC, service and state."""

    account: str
    arn: str
    region: str
    vpc_ids: tuple[str, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    tables: tuple[RouteTable, ...] = ()
    buckets: Mapping[str, Bucket] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]

    def own(self, vpc_id: str) -> tuple[Endpoint, ...]:
        """The endpoints for S3 that live in the VPC."""
        return tuple(one for one in self.live if one.vpc_id == vpc_id)

    def others(self, vpc_id: str) -> tuple[Endpoint, ...]:
        """Those that live in other VPCs."""
        return tuple(one for one in self.live if one.vpc_id != vpc_id)

    @property
    def live(self) -> tuple[Endpoint, ...]:
        return tuple(one for one in self.endpoints if one.service == "s3" and one.is_live)


def read_found(text: str) -> Reading:
    """From what ``perimeter_info`` returns as ``perimeter``.

    :raises PolicyError: it is not that.
    """
    try:
        found = json.loads(text)
        caller = found["caller"]
        return Reading(
            account=str(caller["account"]),
            arn=str(caller["arn"]),
            region=str(found["region"]),
            vpc_ids=tuple(found["vpc_ids"]),
            endpoints=tuple(map(_endpoint, found["endpoints"])),
            tables=tuple(RouteTable(**{**one, "subnets": tuple(one["subnets"])}) for one in found["route_tables"]),
            buckets={name: Bucket(**one) for name, one in found["buckets"].items()},
        )
    except (TypeError, ValueError, KeyError, AttributeError):
        raise PolicyError(
            [Problem("found", "is not what perimeter_info returns as perimeter.", "Give that text.")],
            "input of perimeter_plan",
        ) from None


def after(reading: Reading, endpoint: Mapping[str, Any], policies: Iterable[Mapping[str, Any]]) -> Reading:
    """The same after a run, or in check mode after the one that would be.

    :param endpoint: what ``gateway_endpoint`` returned; without ``endpoint`` if it was not run.
    :param policies: the results of ``bucket_policies``, each with ``bucket`` and, if it was carried out, ``policy``.
    """
    endpoints = list(reading.endpoints)
    if "endpoint" in endpoint:
        ids = {str(one["vpc_endpoint_id"]) for one in (endpoint["endpoint"], endpoint.get("before")) if one}
        endpoints = [one for one in endpoints if str(one.id) not in ids]
        if endpoint["endpoint"]:
            made = _endpoint(endpoint["endpoint"])
            endpoints.append(replace(made, id=made.id or PLACEHOLDER, state=made.state or AVAILABLE))
    buckets = dict(reading.buckets)
    for one in policies:
        name = str(one["bucket"])
        if "policy" in one:
            buckets[name] = replace(buckets[name], policy=one["policy"])
    return replace(reading, endpoints=tuple(endpoints), buckets=buckets)


def _endpoint(shown: Mapping[str, Any]) -> Endpoint:
    """From :meth:`Endpoint.as_dict`."""
    return Endpoint(
        id=shown["vpc_endpoint_id"],
        vpc_id=shown["vpc_id"],
        service_name=shown["service_name"],
        policy=shown["policy_document"],
        route_tables=tuple(shown["route_table_ids"]),
        ip_address_type=shown["ip_address_type"],
        dns_record_ip_type=shown["dns_record_ip_type"],
        tags=dict(shown["tags"]),
        type=shown["vpc_endpoint_type"],
        state=shown["state"],
        facts={name: shown.get(name) for name in _FACTS},
    )
