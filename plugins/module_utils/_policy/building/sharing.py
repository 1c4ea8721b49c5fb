# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One bucket, several declarations: their perimeters meet in the same statements.

Two declarations for two VPCs cannot have a Deny statement each: both would hold, and nobody would pass. A statement
does not say which declaration put a value there. So nothing is trusted because of what stands beside it: a network
that the declaration does not name stays only if it is a confirmed peer, an exception only if the declaration has or
accepts it. What else is found is said (:class:`Exemption`), and whether another declaration may have put it there:
``owners`` are its networks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..language.arns import parse_arn
from ..language.document import Raw, statement_list, strings
from ..language.errors import PolicyError, Problem
from ..language.patterns import covers, pattern
from .common import account_problems, principal_patterns
from .perimeter import (
    PERIMETER_SIDS,
    Perimeter,
    odd_conditions,
    perimeter_statements,
    read_perimeter,
    read_repairs,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What of a perimeter that is found may stay though these statements do not have it.

    :ivar peers: networks of other declarations that are known to include the bucket. They stay.
    :ivar unconfirmed: networks that exist, and of which nobody knows whether a declaration of theirs includes the
        bucket. They do not stay, but they may be another's.
    :ivar accepted: exceptions of others that stay; no networks.
    :ivar exclusive: what may not stay goes, also where another declaration may have put it there.
    """

    peers: frozenset[str] = frozenset()
    unconfirmed: frozenset[str] = frozenset()
    accepted: Perimeter = field(default_factory=Perimeter)
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Exemption:
    """Somebody whom a perimeter exempts. ``kind`` is a key of :data:`KINDS`; ``value`` is empty where the kind says it
    all."""

    kind: str
    value: str = ""

    def __str__(self) -> str:
        return f"{KINDS[self.kind]} {self.value}".strip()


#: Kind of an exemption -> how people call it.
KINDS = {
    "network": "network",
    "principal": "principal",
    "manager": "manager of the policy",
    "account": "account",
    "aws_services": "AWS services that act for themselves",
    "forwarded_access": "access forwarded by AWS services",
    "condition": "whom this condition is not true of:",
}


@dataclass(frozen=True, slots=True)
class Shared:
    """What becomes of a shared perimeter.

    :ivar statements: what to put.
    :ivar sids: the Sids of a perimeter that have to go.
    :ivar undeclared: whom the perimeter exempts that is found, and neither declared nor allowed to stay.
    :ivar owners: the networks found there by which another declaration may share the perimeter.
    """

    statements: tuple[Raw, ...]
    sids: tuple[str, ...]
    undeclared: tuple[Exemption, ...] = ()
    owners: tuple[str, ...] = ()

    @property
    def contested(self) -> bool:
        """Another declaration may have put there what is not declared; a condition that no perimeter has, none has."""
        return bool(self.owners) and any(one.kind != "condition" for one in self.undeclared)


#: What of a perimeter are exceptions, as :func:`bucket_perimeter` calls them.
EXCEPTIONS = (
    "break_glass_principals",
    "manager_principals",
    "excepted_accounts",
    "allow_aws_services",
    "allow_forwarded_access",
)


def read_exceptions(given: Mapping[str, Any], name: str = "accepted_exceptions") -> Perimeter:
    """The exceptions that people list under the names of :data:`EXCEPTIONS`; ``None`` is as good as missing.

    :raises PolicyError: with every problem, each with its place.
    """
    problems = [
        Problem(f"{name}.{key}", f"Unknown exception {key!r}.", f"Known are {', '.join(EXCEPTIONS)}.")
        for key in given
        if key not in EXCEPTIONS
    ]
    said = {key: value for key, value in given.items() if value is not None}
    principals = principal_patterns(_listed(said, name, EXCEPTIONS[0], problems), f"{name}.{EXCEPTIONS[0]}", problems)
    managers = principal_patterns(_listed(said, name, EXCEPTIONS[1], problems), f"{name}.{EXCEPTIONS[1]}", problems)
    accounts = [str(account) for account in _listed(said, name, EXCEPTIONS[2], problems)]
    problems += account_problems(accounts, f"{name}.{EXCEPTIONS[2]}")
    for key in EXCEPTIONS[3:]:
        if key in said and not isinstance(said[key], bool):
            problems.append(Problem(f"{name}.{key}", f"{said[key]!r} is neither true nor false."))
    if problems:
        raise PolicyError(problems, name)
    return Perimeter(
        principals=principals,
        managers=managers,
        accounts=tuple(sorted(set(accounts))),
        services=bool(said.get(EXCEPTIONS[3])),
        forwarded=bool(said.get(EXCEPTIONS[4])),
    )


def _listed(said: Mapping[str, Any], name: str, key: str, problems: list[Problem]) -> list[Any]:
    value = said.get(key, [])
    if isinstance(value, list):
        return value
    problems.append(Problem(f"{name}.{key}", f"This is a list, not {value!r}."))
    return []


def share_perimeter(current: Mapping[str, Any] | None, statements: Sequence[Mapping[str, Any]], terms: Terms) -> Shared:
    """The wanted statements, widened by what of the perimeter that is found may stay.

    ``undeclared`` is not in the result, whatever ``exclusive`` says: whether it may be taken out is for the caller to
    ask. A denial of more, or of requests without TLS, stays while the network of a peer does.

    :param current: the raw policy of the bucket, ``None`` if it has none.
    :param statements: what :func:`bucket_perimeter` made, and others, which pass through unchanged.
    """
    wanted = read_perimeter(statements)
    if wanted is None:
        return Shared(tuple(dict(statement) for statement in statements), ())
    live = _live(current)
    found = _found(live)
    others = [name for name in found.networks if name not in wanted.networks]
    peers = [name for name in others if name in terms.peers]
    kept = replace(
        _allowed(found, terms.accepted, peers),
        actions=found.actions if peers else (),
        tls=found.tls and bool(peers),
    )
    result = wanted.union(kept)
    built = perimeter_statements(result, *_bucket_of(statements))
    foreign = [dict(entry) for entry in statements if entry.get("Sid") not in PERIMETER_SIDS]
    return Shared(
        statements=(*built, *foreign),
        sids=_missing(built),
        undeclared=tuple(_undeclared(live, result.networks, result)),
        owners=_owners(others, terms),
    )


def withdraw_perimeter(
    current: Mapping[str, Any] | None, statements: Sequence[Mapping[str, Any]], terms: Terms
) -> Shared:
    """What is left of the perimeter in a bucket's policy when the networks of these statements are taken out of it.

    While the network of another declaration is left, so is all the rest, for it may be that declaration's; what of it
    is neither declared nor accepted here is ``undeclared``. With ``exclusive`` only confirmed peers are left, and the
    exceptions that are declared or accepted. Without another network everything goes.
    """
    live = _live(current)
    found = _found(live)
    # A declaration without a network (TLS alone) has none to take out: what is there is another's.
    ours = read_perimeter(statements) or Perimeter()
    others = [name for name in found.networks if name not in ours.networks]
    owners = _owners(others, terms)
    peers = [name for name in others if name in terms.peers]
    exceptions = ours.union(terms.accepted)
    if terms.exclusive:
        left = replace(_allowed(found, exceptions, peers), actions=found.actions, tls=found.tls)
    else:
        left = found.with_networks(others if owners else ())
    if not left.networks:
        return Shared((), PERIMETER_SIDS, (), owners)
    built = perimeter_statements(left, *_bucket_of(statements))
    strange = tuple(_undeclared(live, (*ours.networks, *peers), exceptions))
    return Shared(tuple(built), _missing(built), strange, owners)


def exempted_beyond(found: Any, declared: Any) -> tuple[Exemption, ...]:
    """Whom a statement of a perimeter exempts as it is found, and not as it is declared.

    :param found: one raw statement, as is ``declared``, which may be ``None``.
    """
    meant = _everyone([declared])
    return tuple(_undeclared([found], meant.networks, meant))


def _live(current: Mapping[str, Any] | None) -> list[Any]:
    return (statement_list(current) or []) if current else []


def _found(live: list[Any]) -> Perimeter:
    """The perimeter that is found. A network may stand in one of the two statements only, if somebody edited the other;
    what stands in the managers' alone exempts for repairs only, and is no exception that could stay."""
    perimeter, repairs = read_perimeter(live) or Perimeter(), read_repairs(live)
    networks = {name: getattr(perimeter.union(repairs), name) for name in ("endpoints", "vpcs", "vpc_arns")}
    managers = tuple(name for name in repairs.managers if name not in perimeter.principals)
    return replace(perimeter, **networks, managers=managers)


def _owners(others: Iterable[str], terms: Terms) -> tuple[str, ...]:
    return tuple(name for name in others if name in terms.peers or name in terms.unconfirmed)


def _missing(statements: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    names = {statement.get("Sid") for statement in statements}
    return tuple(sid for sid in PERIMETER_SIDS if sid not in names)


def _allowed(found: Perimeter, exceptions: Perimeter, networks: Sequence[str]) -> Perimeter:
    """Those of its exceptions that are among these, and those of its networks."""
    return replace(
        found.with_networks(networks),
        principals=_covered(found.principals, exceptions.principals),
        managers=_covered(found.managers, exceptions.managers + exceptions.principals),
        accounts=tuple(account for account in found.accounts if account in exceptions.accounts),
        services=found.services and exceptions.services,
        forwarded=found.forwarded and exceptions.forwarded,
    )


def _undeclared(live: list[Any], networks: Sequence[str], exceptions: Perimeter) -> Iterator[Exemption]:
    """Whom the perimeter that is found exempts besides these."""
    everyone = _everyone(live)
    for network in everyone.networks:
        if network not in networks:
            yield Exemption("network", network)
    covered = _covered(everyone.principals, exceptions.principals)
    yield from (Exemption("principal", name) for name in everyone.principals if name not in covered)
    covered = _covered(everyone.managers, exceptions.managers + exceptions.principals)
    for name in everyone.managers:
        if name not in covered and name not in everyone.principals:
            yield Exemption("manager", name)
    yield from (Exemption("account", one) for one in everyone.accounts if one not in exceptions.accounts)
    if everyone.services and not exceptions.services:
        yield Exemption("aws_services")
    if everyone.forwarded and not exceptions.forwarded:
        yield Exemption("forwarded_access")
    yield from (Exemption("condition", text) for text in odd_conditions(live))


def _everyone(live: list[Any]) -> Perimeter:
    return (read_perimeter(live) or Perimeter()).union(read_repairs(live))


def _covered(patterns: Iterable[str], by: Iterable[str]) -> tuple[str, ...]:
    """Those patterns of ``aws:PrincipalArn`` that say no more than one of the others."""
    wide = [pattern(one) for one in by]
    return tuple(one for one in patterns if any(covers(other, pattern(one)) for other in wide))


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
