# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One bucket, several declarations: their perimeters meet in the same statements.

Two declarations for two VPCs cannot have a Deny statement each: both would hold, and nobody would pass. A statement
does not say either which declaration put a value there. So a declaration leaves there what it finds, and takes away its
own networks only; what it found and did not declare it can report.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ..language.arns import parse_arn
from ..language.document import Raw, statement_list, strings
from ..language.errors import PolicyError, Problem
from .perimeter import (
    NETWORK_SID,
    PERIMETER_SIDS,
    Perimeter,
    perimeter_statements,
    read_perimeter,
)


def share_perimeter(
    current: Mapping[str, Any] | None,
    statements: Sequence[Mapping[str, Any]],
    peers: Collection[str] | None = None,
) -> list[Raw]:
    """The wanted statements, widened by what the bucket's policy spares already.

    Networks, exempted principals and accounts and exceptions stay. To take away what no declaration wants any more,
    put the wanted statements as they are; to take away one's own, see :func:`withdraw_perimeter`. Statements that are
    not the perimeter's pass through unchanged.

    :param current: the raw policy of the bucket, ``None`` if it has none.
    :param statements: what :func:`bucket_perimeter` made, and others.
    :param peers: the networks that other declarations may have put there. Any other network is drift and goes, as do
        the exceptions when no peer is there whose they could be. ``None`` leaves everything that is found.
    """
    wanted = read_perimeter(statements)
    present = _of_peers(read_perimeter(statement_list(current) or []) if current else None, wanted, peers)
    if wanted is None or present is None:
        return [dict(statement) for statement in statements]
    others = [dict(entry) for entry in statements if entry.get("Sid") not in PERIMETER_SIDS]
    return [*perimeter_statements(wanted.union(present), *_bucket_of(statements)), *others]


def withdraw_perimeter(
    current: Mapping[str, Any] | None,
    statements: Sequence[Mapping[str, Any]],
    peers: Collection[str] | None = None,
) -> tuple[list[Raw], tuple[str, ...]]:
    """What is left of the perimeter in a bucket's policy when the networks of these statements are taken out of it.

    While another network is left, the statements stay with all their exceptions, since they may be its declaration's;
    with the last network everything goes.

    :param peers: as for :func:`share_perimeter`.
    :returns: the statements to put, and the Sids to remove.
    """
    present = read_perimeter(statement_list(current) or []) if current else None
    if present is None:
        return [], PERIMETER_SIDS
    # A declaration without a network (TLS alone) has none to take out: what is there is another's.
    ours = read_perimeter(statements) or Perimeter()
    left = _of_peers(present.without_networks_of(ours), ours, peers)
    kept = perimeter_statements(left, *_bucket_of(statements)) if left and left.networks else []
    names = {statement["Sid"] for statement in kept}
    return kept, tuple(sid for sid in PERIMETER_SIDS if sid not in names)


def outdated(wanted: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The Sids of a perimeter that the wanted statements have not, or no more; none without a perimeter among them."""
    names = {entry.get("Sid") for entry in wanted}
    return tuple(sid for sid in PERIMETER_SIDS if sid not in names) if NETWORK_SID in names else ()


def undeclared(
    current: Mapping[str, Any] | None, statements: Sequence[Mapping[str, Any]]
) -> dict[str, tuple[str, ...]]:
    """Who is spared by a bucket's policy and not by these statements: of another declaration, or of nobody's.

    :returns: ``networks``, ``principals`` (managers included) and ``accounts``; for people to read in a report.
    """
    wanted = read_perimeter(statements) or Perimeter()
    present = (read_perimeter(statement_list(current) or []) if current else None) or Perimeter()
    pairs = {
        "networks": (present.networks, wanted.networks),
        "principals": (present.principals + present.managers, wanted.principals + wanted.managers),
        "accounts": (present.accounts, wanted.accounts),
    }
    return {name: tuple(value for value in has if value not in says) for name, (has, says) in pairs.items()}


def _of_peers(present: Perimeter | None, ours: Perimeter | None, peers: Collection[str] | None) -> Perimeter | None:
    """What of the present perimeter is another declaration's; ``None`` when none of its networks is a peer's."""
    if present is None or ours is None or peers is None:
        return present
    strangers = {name for name in present.networks if name not in peers and name not in ours.networks}
    theirs = {name for name in present.networks if name in peers and name not in ours.networks}
    return present.without_networks(strangers) if theirs else None


def _bucket_of(statements: Iterable[Mapping[str, Any]]) -> tuple[str, str]:
    """The bucket and the partition that perimeter statements are about."""
    for statement in statements:
        if statement.get("Sid") in PERIMETER_SIDS:
            for resource in strings(statement.get("Resource")) or ():
                arn = parse_arn(resource)
                if arn:
                    return arn.resource.partition("/")[0], arn.partition
    raise PolicyError(
        [Problem("", f"None of the statements {', '.join(PERIMETER_SIDS)} names a bucket.")], "bucket perimeter"
    )
