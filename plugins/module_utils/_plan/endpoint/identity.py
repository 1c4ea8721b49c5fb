# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which of the endpoints of a VPC is meant.

An endpoint is told by its VPC, its service, the type Gateway and a live state: deleted ones stay visible for a while,
and an interface endpoint of the same service is another thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..errors import Refusal
from .values import (
    DELETING,
    GONE_STATES,
    Endpoint,
    Wanted,
)


@dataclass(frozen=True, slots=True)
class Found:
    """The endpoint that is meant, and its ``siblings``: the VPC's other gateway endpoints of that service.

    Siblings are live or being deleted, so their routes may stand in the way.
    """

    current: Endpoint | None = None
    siblings: tuple[Endpoint, ...] = ()

    @property
    def deleting(self) -> tuple[Endpoint, ...]:
        return tuple(one for one in self.siblings if one.state == DELETING)


def select(endpoints: Iterable[Endpoint], wanted: Wanted) -> Found:
    """Which of ``endpoints`` is meant; they are the VPC's gateway endpoints, and the one with the wanted id, if any.

    :raises Refusal: several are, or the one with the wanted id is not such an endpoint.
    """
    known = [one for one in endpoints if one.state not in GONE_STATES]
    if wanted.endpoint_id:
        current = next((one for one in known if one.id == wanted.endpoint_id), None)
        _check(current, wanted)
        if current is not None and current.state == DELETING:
            current = None
    else:
        candidates = [one for one in known if _fits(one, wanted) and one.is_live]
        if len(candidates) > 1:
            raise _several(candidates, wanted)
        current = candidates[0] if candidates else None
    siblings = [
        one
        for one in known
        if one is not current and _fits(one, wanted, current) and (one.is_live or one.state == DELETING)
    ]
    return Found(current, tuple(siblings))


def service_name(names: Sequence[str], wanted: Wanted, region: str) -> str:
    """The full name of the service among those that the region has gateway endpoints for.

    :raises Refusal: there is none.
    """
    found = sorted(name for name in names if name.rpartition(".")[2] == wanted.service)
    if not found:
        offered = ", ".join(sorted(names)) or "none"
        raise Refusal(
            wanted.subject,
            f"The region {region} has no gateway endpoints for {wanted.service}; it has them for: {offered}.",
            "Check service and region.",
        )
    return found[0]


def _fits(endpoint: Endpoint, wanted: Wanted, current: Endpoint | None = None) -> bool:
    vpc = wanted.vpc_id or (current.vpc_id if current else None)
    return endpoint.is_gateway and endpoint.service == wanted.service and vpc in (None, endpoint.vpc_id)


def _check(current: Endpoint | None, wanted: Wanted) -> None:
    """Whether the endpoint that the task names by its id is what the task takes it for."""
    if current is None:
        if wanted.state == "present":
            raise Refusal(
                wanted.subject,
                "There is no such endpoint in this region and account.",
                "Leave endpoint_id out to adopt or create the one of vpc_id.",
            )
        return
    if not current.is_gateway:
        raise Refusal(
            wanted.subject,
            f"It is of type {current.type}, not a gateway endpoint.",
            "Only gateway endpoints are managed here.",
        )
    if wanted.vpc_id and current.vpc_id != wanted.vpc_id:
        raise Refusal(wanted.subject, f"It is in {current.vpc_id}, not in {wanted.vpc_id}.", "Correct one of the two.")
    if current.service != wanted.service:
        raise Refusal(
            wanted.subject, f"It is for {current.service_name}, not for {wanted.service}.", "Check service and the id."
        )
    if wanted.state == "present" and not current.is_live:
        raise Refusal(
            wanted.subject,
            f"Its state is {current.state}, so it cannot be changed any more.",
            "Leave endpoint_id out to have a new one in vpc_id.",
        )


def _several(candidates: Sequence[Endpoint], wanted: Wanted) -> Refusal:
    listed = "; ".join(
        f"{one.id} ({one.tags.get('Name', 'no name')}, route tables: {', '.join(one.route_tables) or 'none'})"
        for one in sorted(candidates, key=lambda one: str(one.id))
    )
    return Refusal(wanted.subject, f"There are {len(candidates)} of them: {listed}.", "Say which by endpoint_id.")
