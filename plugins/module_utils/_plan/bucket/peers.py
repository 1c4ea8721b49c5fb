# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which networks of other declarations may stand in the perimeter of a bucket, going by the policies of endpoints.

A declaration that includes a bucket lets it through its endpoint. So a live endpoint of the same account and Region
whose own policy *names* the bucket is a confirmed peer, and so is the VPC that it is in, which is what a declaration by
VPC puts there. An endpoint whose policy does not name the bucket (the default policy, or one for a whole account or
organization) is unconfirmed: it exists, and so may be another declaration's, but nothing says that it includes this
bucket.

A policy names a bucket if an Allow statement of it with an S3 action has a ``Resource`` that is about the bucket or
objects of it, by its name or by a pattern that has at least one letter or digit of the name (``corp-data-*``), unless
the statement is for buckets of other accounts only (``aws:ResourceAccount``). ``*``, ``arn:aws:s3:::*`` and
``NotResource`` name no bucket: they say as much about every other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..._policy.language.arns import parse_arn, vpc_arn
from ..._policy.language.document import load, statement_list, strings
from ..._policy.language.errors import PolicyError, Problem
from ..._policy.language.patterns import pattern, text_matcher
from ..._policy.language.scalars import condition_values
from ..endpoint.values import LIVE_STATES

#: What a dictionary of an endpoint has to have; it may have all that ``gateway_endpoint_info`` returns.
_NEEDED = ("vpc_endpoint_id", "vpc_id")
_ACCOUNT_KEYS = ("aws:resourceaccount", "s3:resourceaccount")
_EQUALS = ("StringEquals", "StringLike", "StringEqualsIgnoreCase")
_NAMES = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Peer:
    """A live endpoint of others, and the buckets that its own policy names.

    :ivar networks: the names under which it may stand in a perimeter: its id, that of its VPC, the VPC's ARN.
    :ivar patterns: of the names of buckets.
    :ivar trusted: it was said that it stays, whatever its policy.
    """

    networks: tuple[str, ...]
    buckets: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    trusted: bool = False

    def includes(self, bucket: str) -> bool:
        """Whether it is confirmed that a declaration of this endpoint includes the bucket."""
        return (
            self.trusted or bucket in self.buckets or any(text_matcher(pattern(one))(bucket) for one in self.patterns)
        )


@dataclass(frozen=True, slots=True)
class Peers:
    """The networks of others, of one bucket: those known to include it, and those of which that is not known."""

    confirmed: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()


def read_peers(given: Iterable[Any], own: Iterable[str] = ()) -> list[Peer]:
    """The peers that people or modules give: ids (or ARNs of VPCs), which stay as they are, and endpoints.

    :param given: each a text, a :class:`Peer` already, or an endpoint as ``gateway_endpoint_info`` returns it:
        ``vpc_endpoint_id``, ``vpc_id``, ``policy_document``, ``state``, ``service_name``, ``owner_id``. One that is not
        live, or that serves something else than S3, is passed over.
    :param own: ids of endpoints that are no others, which are passed over, too.
    :raises PolicyError: one is neither, or has a policy that is no JSON object.
    """
    problems: list[Problem] = []
    peers: list[Peer] = []
    left_out = frozenset(own)
    for index, one in enumerate(given):
        if isinstance(one, Peer):
            peers.append(one)
        elif isinstance(one, str):
            peers.append(Peer((one,), trusted=True))
        elif not isinstance(one, Mapping) or not all(isinstance(one.get(name), str) for name in _NEEDED):
            problems.append(
                Problem(
                    f"peers[{index}]",
                    f"{one!r} is neither the id of a network nor an endpoint.",
                    "Give an id, or an endpoint as perimeter.s3.gateway_endpoint_info returns it.",
                )
            )
        elif _is_live(one) and one["vpc_endpoint_id"] not in left_out:
            peers.append(_peer(one))
    if problems:
        raise PolicyError(problems, "peers")
    return peers


def peers_of(bucket: str, peers: Sequence[Peer]) -> Peers:
    """Which of these networks may stay in the perimeter of this bucket, and which only exist."""
    confirmed = {name for peer in peers if peer.includes(bucket) for name in peer.networks}
    known = {name for peer in peers for name in peer.networks}
    return Peers(tuple(sorted(confirmed)), tuple(sorted(known - confirmed)))


def _is_live(endpoint: Mapping[str, Any]) -> bool:
    service = str(endpoint.get("service_name") or "s3").rpartition(".")[2]
    return service == "s3" and str(endpoint.get("state") or "available").lower() in LIVE_STATES


def _peer(endpoint: Mapping[str, Any]) -> Peer:
    identity, vpc = endpoint["vpc_endpoint_id"], endpoint["vpc_id"]
    account = str(endpoint.get("owner_id") or "")
    document = endpoint.get("policy_document")
    raw = load(document, f"policy of endpoint {identity}") if document else {}
    named = [one for statement in statement_list(raw) or [] for one in _named(statement, account)]
    partitions = {partition for partition, _name in named}
    region = str(endpoint.get("service_name") or "").split(".")[-2:-1]
    arns = [vpc_arn(vpc, partition, region[0], account) for partition in partitions if region and account]
    return Peer(
        networks=(identity, vpc, *sorted(arns)),
        buckets=frozenset(name for _partition, name in named if not _is_pattern(name)),
        patterns=tuple(sorted({name for _partition, name in named if _is_pattern(name)})),
    )


def _named(statement: Any, account: str) -> Iterator[tuple[str, str]]:
    """(partition, name or pattern) of the buckets that a statement of an endpoint policy names."""
    if not isinstance(statement, Mapping) or statement.get("Effect") != "Allow":
        return
    actions = strings(statement.get("Action")) or ()
    if "Action" in statement and not any(one == "*" or one.lower().startswith("s3:") for one in actions):
        return
    accounts = list(_resource_accounts(statement.get("Condition")))
    if account and accounts and not all(account in values for values in accounts):
        return
    for resource in strings(statement.get("Resource")) or ():
        arn = parse_arn(resource)
        if arn and (arn.service, arn.region, arn.account) == ("s3", "", ""):
            name = arn.resource.partition("/")[0]
            if _NAMES.search(name):
                yield arn.partition, name


def _resource_accounts(block: Any) -> Iterator[tuple[str, ...]]:
    for operator, keys in block.items() if isinstance(block, Mapping) else ():
        if operator in _EQUALS and isinstance(keys, Mapping):
            for key, value in keys.items():
                if str(key).lower() in _ACCOUNT_KEYS:
                    yield condition_values(value) or ()


def _is_pattern(name: str) -> bool:
    return "*" in name or "?" in name
