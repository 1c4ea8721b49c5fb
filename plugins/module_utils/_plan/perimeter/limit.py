# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What ``private_access_limit`` leaves of a declaration.

A name in the limit can be that of a bucket and look like an id, so it is taken for both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .variables import Variables

if TYPE_CHECKING:
    from ..endpoint.values import Endpoint

_ENDPOINT = re.compile(r"vpce-[0-9a-f]+")
_VPC = re.compile(r"vpc-[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Part:
    """What of the declaration is meant: the endpoint, and the buckets of these names."""

    endpoint: bool
    buckets: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not self.endpoint and not self.buckets


def named(variables: Variables) -> tuple[str, ...]:
    """The declared buckets that the limit names; all of them without a limit."""
    limit = frozenset(variables.limit)
    return tuple(name for name in variables.names if not limit or name in limit)


def may_mean_endpoint(variables: Variables) -> bool:
    """Whether the limit may mean the endpoint, as far as is known before AWS was asked which there are."""
    if not variables.limit:
        return True
    if any(map(_ENDPOINT.fullmatch, variables.limit)):
        return True
    if variables.vpc_id:
        return variables.vpc_id in variables.limit
    return any(map(_VPC.fullmatch, variables.limit))


def part_of(variables: Variables, vpc_id: str, endpoints: Sequence[Endpoint], own: Sequence[Endpoint]) -> Part:
    """What is meant.

    :param endpoints: all gateway endpoints that AWS shows, of whatever state.
    :param own: those for S3 that live in the VPC.
    """
    limit = frozenset(variables.limit)
    # An endpoint that was just deleted is ours as well: it has to come back. So may be one that AWS does not show any
    # more, if we have none.
    ours = {vpc_id, *(str(one.id) for one in endpoints if one.vpc_id == vpc_id and one.service == "s3")}
    gone = {one for one in limit if _ENDPOINT.fullmatch(one)} - {str(one.id) for one in endpoints}
    endpoint = not limit or bool(ours & limit) or (not own and bool(gone))
    # A new endpoint has a new id, which all buckets have to know.
    everything = not limit or (endpoint and variables.present and not own)
    return Part(endpoint, variables.names if everything else named(variables))
