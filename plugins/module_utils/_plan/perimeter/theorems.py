# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The four theorems of a perimeter, as claims that the prover decides.

1. Nothing else reaches the bucket. 2. Nothing else passes the endpoint. 3. What is declared passes. 4. It stays
repairable. Each is about all requests, whatever identity policies say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..._policy.building.endpoint import Grant
from ..._policy.building.perimeter import PERIMETER_SIDS
from ..._policy.language.arns import bucket_arn
from ..._policy.language.document import Document, Raw
from ..._policy.proof.claim import Bucket, Claim, Endpoint, Passing, Setting, World
from ..._policy.proof.claim import Declaration as Declared
from ..proof.requests import network_condition
from .declared import (
    BY_ENDPOINT,
    EVERY_ACTION,
    Declaration,
    Due,
    has_to_pass,
    has_to_repair,
    may_pass,
    may_reach,
    scope_of,
    statement,
    whole,
)

REACH, PASSAGE, DECLARED, REPAIR = (
    "nothing_else_reaches_the_bucket",
    "nothing_else_passes_the_endpoint",
    "what_is_declared_passes",
    "it_stays_repairable",
)
#: What a request that refutes a theorem was declared to be.
ALLOW, DENY = "allow", "deny"
#: Theorem -> what was declared of the requests that it is about.
DECISIONS = {REACH: DENY, PASSAGE: DENY, DECLARED: ALLOW, REPAIR: ALLOW}
#: Theorem -> what it says.
TITLES = {
    REACH: "Nothing else reaches the bucket.",
    PASSAGE: "Nothing else passes the endpoint.",
    DECLARED: "What is declared passes.",
    REPAIR: "The policy of the bucket stays repairable.",
}

_NETWORK_KEYS = frozenset(("aws:sourcevpce", "aws:sourcevpc", "aws:sourcevpcarn"))
_CORE = frozenset(PERIMETER_SIDS)


@dataclass(frozen=True, slots=True)
class Subject:
    """One bucket of a declaration: its policy raw and parsed (``None``: it has none), and that of the endpoint."""

    declaration: Declaration
    grant: Grant
    policy: Raw | None
    document: Document | None
    endpoint_policy: Raw | None

    @property
    def setting(self) -> Setting:
        return Setting({"bucket": self.policy}, {self.declaration.endpoint: self.endpoint_policy})

    @property
    def world(self) -> World:
        return world_of(self.declaration, [self.grant.bucket])


def world_of(declaration: Declaration, buckets: Iterable[str]) -> World:
    """What is known for certain beside the policies."""
    organization = declaration.organization
    own = Endpoint(
        declaration.endpoint,
        declaration.vpc,
        declaration.endpoint_account,
        declaration.region or None,
        organization if declaration.endpoint_account == declaration.account else None,
    )
    return World(
        declaration.partition,
        declaration.account,
        organization,
        declaration.region or None,
        (own,),
        tuple(Bucket(name, declaration.account, organization) for name in buckets),
    )


def reaching(subject: Subject, networks: Iterable[str]) -> Claim:
    """Theorem 1, where these networks beside the own endpoint are declared."""
    declaration, grant = subject.declaration, subject.grant
    declared = may_reach(declaration, grant, tuple(networks), source_arns(declaration, subject.document))
    within = [statement("Bucket", EVERY_ACTION, whole(grant.bucket, declaration.partition))]
    return Claim(REACH, subject.setting, Declared(declared), subject.world, within=Declared(within), core=_CORE)


def passages(declaration: Declaration, endpoint_policy: Raw | None) -> Iterator[Claim]:
    """Theorem 2, which is about all buckets at once: it holds if one of these does.

    Where an endpoint is for a whole account, what its policy lets pass is mostly covered by that alone, and ten
    thousand buckets need not be told apart.
    """
    attempts: list[tuple[list[Raw], Iterable[str]]] = [(may_pass(declaration), declaration.every_grant)]
    if scope := scope_of(declaration):
        attempts.insert(0, (scope, ()))
    for declared, buckets in attempts:
        yield Claim(
            PASSAGE,
            Setting(endpoints={declaration.endpoint: endpoint_policy}),
            Declared(declared),
            world_of(declaration, buckets),
            within=Declared([statement("S3", EVERY_ACTION, ["*"])]),
            through=(declaration.endpoint,),
        )


def passing(subject: Subject) -> Iterator[tuple[Due, Passing]]:
    """Theorem 3, one claim for all to whom the same is due."""
    for due in has_to_pass(subject.declaration, subject.grant):
        yield due, _due(DECLARED, subject, due)


def repairing(subject: Subject) -> Iterator[tuple[Due, Passing]]:
    """Theorem 4, one claim for each who has to stay able to repair the policy."""
    for due in has_to_repair(subject.declaration, subject.grant.bucket):
        yield due, _due(REPAIR, subject, due)


def _due(name: str, subject: Subject, due: Due) -> Passing:
    return Passing(
        name,
        Declared(due.statements),
        subject.setting,
        subject.world,
        through=(due.through,) if due.through else None,
        tls=subject.declaration.tls_versions,
        single=due.single,
    )


def networks_of(subject: Subject) -> dict[str, str]:
    """The declared networks whose policies nobody knows, each with what it is in sentences."""
    declaration = subject.declaration
    found = dict.fromkeys(declaration.additional, "an additional endpoint")
    if declaration.restrict_by not in (None, BY_ENDPOINT):
        found[declaration.vpc] = "the VPC that the bucket is restricted to"
    for name in named_networks(subject.document):
        if name in declaration.peers.get(subject.grant.bucket, ()):
            found.setdefault(name, "a network of another declaration")
    return {name: what for name, what in found.items() if name != declaration.endpoint}


def assumptions(subject: Subject, networks: Mapping[str, str]) -> Iterator[str]:
    """What theorem 1 takes for granted of one bucket."""
    for name, what in networks.items():
        if name.startswith("vpce-"):
            policies, known = f"The policy of endpoint {name} ({what})", "is not known: whatever comes through it"
        else:
            other = "other " if name == subject.declaration.vpc else ""
            policies, known = (
                f"The policies of the {other}endpoints of {name} ({what})",
                "are not known: what comes there",
            )
        yield f"{policies} {known} is taken to be declared."


def source_arns(declaration: Declaration, document: Document | None) -> tuple[str, ...]:
    """The declared buckets for which a policy lets services in by ``aws:SourceArn``."""
    named = _values(document, frozenset(("aws:sourcearn",)))
    own = {bucket_arn(bucket, declaration.partition) for bucket in declaration.every_grant} if named else set()
    return tuple(value for value in named if value in own)


def named_networks(document: Document | None) -> tuple[str, ...]:
    """The endpoints and VPCs that a policy names."""
    return tuple(value for value in _values(document, _NETWORK_KEYS) if network_condition(value) is not None)


def _values(document: Document | None, keys: frozenset[str]) -> dict[str, None]:
    """All that a policy compares these keys with."""
    return {
        value: None
        for one in (document.statements if document else ())
        for condition in one.conditions
        if condition.key.lower() in keys
        for value in condition.values
    }
