# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Claims that people made, as claims that the prover decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from ..._policy.language.arns import ACCOUNT, bucket_arn, parse_arn
from ..._policy.language.document import Document, Raw, load, parse
from ..._policy.proof.claim import Bucket, Claim, Declaration, Endpoint, Passing, Setting, World
from ..proof.requests import (
    INTERNET,
    about,
    as_list,
    network_condition,
    of_buckets,
    principal_conditions,
    read_actions,
    read_partial,
)
from .proof_input import (
    ALWAYS,
    CONFINED,
    EQUIVALENT,
    NEVER,
    NO_NEW_ACCESS,
    NOT_PUBLIC,
    ONLY_ACTIONS,
    ONLY_ORGANIZATION,
    ONLY_PRINCIPALS,
    ONLY_THROUGH,
    REPAIRABLE_BY,
    Asked,
)

_EVERYTHING = ("s3:*",)
_REPAIR_ACTIONS = ("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy")


@dataclass(frozen=True, slots=True)
class Documents:
    """What claims are held against.

    ``buckets`` and ``endpoints``: name or id -> document or ``None``; ``owners``, ``regions``: bucket -> account,
    Region; ``known``: what is known of endpoints; ``organization``: of the account; ``others``: layers ``scp`` and
    ``rcp``; ``block_public_access``: by bucket.
    """

    buckets: Mapping[str, Raw | None]
    endpoints: Mapping[str, Raw | None]
    owners: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Endpoint] = field(default_factory=dict)
    partition: str = "aws"
    account: str | None = None
    organization: str | None = None
    regions: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, Any] = field(default_factory=dict)
    block_public_access: Mapping[str, Any] = field(default_factory=dict)

    def setting(self, bucket: str | None) -> Setting:
        """All policies that requests for a bucket meet, or for any bucket if it is ``None``."""
        policies = dict(self.others)
        if bucket is not None:
            policies["bucket"] = self.buckets[bucket]
            if bucket in self.block_public_access:
                policies["block_public_access"] = self.block_public_access[bucket]
        return Setting(policies, self.endpoints)

    def world(self, bucket: str | None) -> World:
        names = [bucket] if bucket is not None else [*self.buckets]
        return World(
            self.partition,
            self.account,
            self.organization,
            self.regions.get(bucket or ""),
            tuple(self.known.get(name, Endpoint(name)) for name in self.endpoints),
            tuple(self._bucket(name) for name in names),
        )

    def _bucket(self, name: str) -> Bucket:
        owner = self.owners.get(name, self.account)
        return Bucket(name, owner, self.organization if owner == self.account else None)


@dataclass(frozen=True, slots=True)
class Question:
    """What the prover is asked for one bucket, or for an endpoint: all of ``claims`` have to hold.

    ``wanted``: what a request that refutes it should have been, ``allow`` or ``deny``; of each of the claims.
    """

    asked: Asked
    bucket: str | None
    claims: tuple[tuple[Claim | Passing, str], ...]
    assumed: tuple[str, ...] = ()


ALLOW, DENY = "allow", "deny"
_UNSEEN = "Endpoints whose policies are neither supplied nor read let everything pass."
_ROOT = "The root user of the account can always read, replace and delete the policy of the bucket, and counts nowhere."


def questions(asked: Asked, documents: Documents) -> Iterator[Question]:
    """What a claim asks, bucket by bucket."""
    build = _BUILDERS[asked.claim]
    subjects: Sequence[str | None] = [None] if asked.endpoint is not None else asked.buckets
    for bucket in subjects:
        scope = _Scope(asked, documents, bucket)
        yield Question(asked, bucket, tuple(build(scope)), tuple(scope.assumed))


@dataclass(slots=True)
class _Scope:
    """One claim about one subject, with what its builder needs."""

    asked: Asked
    documents: Documents
    bucket: str | None
    assumed: list[str] = field(default_factory=list)

    @property
    def options(self) -> Mapping[str, Any]:
        return self.asked.options

    @property
    def resources(self) -> list[str]:
        return ["*"] if self.bucket is None else of_buckets([self.bucket], self.documents.partition)

    @property
    def through(self) -> tuple[str, ...] | None:
        return (self.asked.endpoint,) if self.asked.endpoint else None

    @property
    def owner(self) -> str | None:
        """Whose the bucket is, if anybody says so."""
        return self.documents.owners.get(self.bucket or "", self.documents.account)

    def principals(self, key: str = "principals") -> list[Raw]:
        """A block of conditions for each kind of principal that an option names."""
        given = self.options.get(key)
        return principal_conditions(given, key, self.documents.partition, []) if as_list(given) else []

    def partial(self, key: str) -> list[Raw]:
        """The statements of the partial requests of an option."""
        buckets = [self.bucket] if self.bucket is not None else []
        return [
            statement
            for one in as_list(self.options.get(key))
            for statement in read_partial(one, key, buckets, self.documents.partition, [])
        ]

    def claim(self, unless: Sequence[Raw] | None, within: Sequence[Raw] | None = None) -> Claim:
        """That what passes is among these."""
        given = self.partial("within") if within is None else list(within)
        return Claim(
            self.asked.name,
            self.documents.setting(self.bucket),
            None if unless is None else Declaration(list(unless)),
            self.documents.world(self.bucket),
            within=Declaration(given or [about(_EVERYTHING, self.resources)]),
            through=self.through,
        )

    def assume_unseen(self, ways: Iterable[Any]) -> None:
        """Say so where requests have to pass an endpoint that nobody knows; ``ways``: as in ``through``."""
        if self.through is None and any(way != INTERNET and way not in self.documents.endpoints for way in ways):
            self.assumed.append(_UNSEEN)

    def root(self) -> Iterator[Raw]:
        """That the root user repairs the policy, which no policy of a bucket keeps it from."""
        if self.bucket is not None and self.owner:
            self.assumed.append(_ROOT)
            arn = f"arn:{self.documents.partition}:iam::{self.owner}:root"
            yield about(
                _REPAIR_ACTIONS,
                [bucket_arn(self.bucket, self.documents.partition)],
                {"ArnLike": {"aws:PrincipalArn": [arn]}},
            )


_Claims: TypeAlias = Iterator[tuple[Claim | Passing, str]]


def _only_through(scope: _Scope) -> _Claims:
    options, resources = scope.options, scope.resources
    private = {"Bool": {"aws:SecureTransport": "true"}} if options.get("require_tls") else {}
    blocks: list[Raw] = [network_condition(name) or {} for name in as_list(options["networks"])]
    if options.get("addresses"):
        blocks.append({"IpAddress": {"aws:SourceIp": as_list(options["addresses"])}})
    blocks += scope.principals()
    if options.get("allow_forwarded_access"):
        blocks.append({"Bool": {"aws:ViaAWSService": "true"}})
    unless = [about(_EVERYTHING, resources, _both(block, private)) for block in blocks]
    if options.get("allow_aws_services"):
        unless.append(about(_EVERYTHING, resources, {"Bool": {"aws:PrincipalIsAWSService": "true"}}))
        scope.assumed.append("AWS services may act for anybody: allow_aws_services is set.")
    for name in as_list(options["networks"]):
        if name not in scope.documents.endpoints:
            scope.assumed.append(f"What comes through {name} is not looked at any further.")
    yield scope.claim([*unless, *scope.root()]), DENY


def _both(one: Raw, other: Raw) -> Raw:
    return {operator: {**one.get(operator, {}), **other.get(operator, {})} for operator in {**one, **other}}


def _only_actions(scope: _Scope) -> _Claims:
    actions = read_actions(scope.options["actions"], "actions", [])
    yield scope.claim([about(actions, scope.resources), *scope.root()]), DENY


def _only_principals(scope: _Scope) -> _Claims:
    unless = [about(_EVERYTHING, scope.resources, block) for block in scope.principals()]
    yield scope.claim([*unless, *scope.root()]), DENY


def _only_organization(scope: _Scope) -> _Claims:
    organization = scope.options["organization"]
    unless = [about(_EVERYTHING, scope.resources, {"StringEquals": {"aws:PrincipalOrgID": organization}})]
    if scope.options.get("allow_aws_services"):
        acting = {"Bool": {"aws:PrincipalIsAWSService": "true"}, "StringEquals": {"aws:SourceOrgID": organization}}
        unless.append(about(_EVERYTHING, scope.resources, acting))
    yield scope.claim([*unless, *scope.root()]), DENY


def _confined(scope: _Scope) -> _Claims:
    options = scope.options
    unless = [about(_EVERYTHING, of_buckets(as_list(options["buckets"]), scope.documents.partition))]
    accounts = [str(one) for one in as_list(options.get("accounts"))]
    if accounts:
        unless.append(about(_EVERYTHING, ["*"], {"StringEquals": {"aws:ResourceAccount": accounts}}))
    if options.get("organization"):
        unless.append(about(_EVERYTHING, ["*"], {"StringEquals": {"aws:ResourceOrgID": options["organization"]}}))
    yield scope.claim(unless), DENY


def _not_public(scope: _Scope) -> _Claims:
    """Nobody gets in from the internet whom the policy does not name by account or organization.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html says what AWS takes
    for public; here a request decides.
    """
    outside: Raw = {"Null": {"aws:SourceVpce": "true"}}
    addresses = as_list(scope.options.get("addresses"))
    named, organizations = _named(scope)
    unless = [
        about(_EVERYTHING, scope.resources, {"StringEquals": {"aws:PrincipalAccount": named}}),
        about(_EVERYTHING, scope.resources, {"Bool": {"aws:PrincipalIsAWSService": "true"}}),
    ]
    if organizations:
        unless.append(about(_EVERYTHING, scope.resources, {"StringEquals": {"aws:PrincipalOrgID": organizations}}))
    if addresses:
        unless.append(about(_EVERYTHING, scope.resources, {"IpAddress": {"aws:SourceIp": addresses}}))
    yield scope.claim(unless, [about(_EVERYTHING, scope.resources, outside)]), DENY


def _named(scope: _Scope) -> tuple[list[str], list[str]]:
    """The accounts and the organizations that the policy of a bucket names, and whose the bucket is."""
    raw = scope.documents.buckets.get(scope.bucket or "")
    document: Document | None = None if raw is None else parse(raw)
    texts: dict[str, None] = {}
    organizations: dict[str, None] = {}
    for statement in document.statements if document else ():
        if statement.effect != "Allow":
            continue
        texts.update(dict.fromkeys((statement.principal or {}).get("AWS", ())))
        for one in statement.conditions:
            key = one.key.lower()
            if key in ("aws:principalaccount", "aws:principalarn"):
                texts.update(dict.fromkeys(one.values))
            elif key == "aws:principalorgid":
                organizations.update(dict.fromkeys(value for value in one.values if "*" not in value))
    accounts: dict[str, None] = {}
    for text in [*([scope.owner] if scope.owner else []), *texts]:
        arn = parse_arn(text)
        account = arn.account if arn else text
        if ACCOUNT.fullmatch(account):
            accounts[account] = None
    # Without any, a value that no account has.
    return [*accounts] or ["-"], [*organizations]


def _never(scope: _Scope) -> _Claims:
    for statement in scope.partial("requests"):
        yield scope.claim(None, [statement]), DENY


def _always(scope: _Scope) -> _Claims:
    scope.assume_unseen(one.get("through") for one in as_list(scope.options["requests"]))
    for statement in scope.partial("requests"):
        setting, world = scope.documents.setting(scope.bucket), scope.documents.world(scope.bucket)
        yield (
            Claim(scope.asked.name, Declaration([statement]), setting, world, through=scope.through),
            ALLOW,
        )


def _repairable_by(scope: _Scope) -> _Claims:
    through = scope.options.get("through", INTERNET)
    scope.assume_unseen([through])
    if scope.owner is None:
        owned = "it is taken to belong to the account of the principals."
        scope.assumed.append(f"Nobody says whose bucket {scope.bucket} is: {owned}")
    path: Raw = {"Null": {"aws:SourceVpce": "true"}, "Bool": {"aws:ViaAWSService": "false"}}
    if through != INTERNET:
        path = network_condition(through) or {}
    for block in [
        one
        for name in as_list(scope.options["principals"])
        for one in principal_conditions(name, "principals", scope.documents.partition, [])
    ]:
        resources = [bucket_arn(str(scope.bucket), scope.documents.partition)]
        yield (
            Passing(
                scope.asked.name,
                Declaration([about(_REPAIR_ACTIONS, resources, _both(block, path))]),
                scope.documents.setting(scope.bucket),
                scope.documents.world(scope.bucket),
                through=(through,) if through in scope.documents.endpoints else None,
            ),
            ALLOW,
        )


def _other(scope: _Scope, given: Any) -> Documents:
    """The documents with another one of the bucket or endpoint that the claim is about."""
    documents, document = scope.documents, None if given is None else load(given)
    if scope.bucket is not None:
        return replace(documents, buckets={**documents.buckets, scope.bucket: document})
    return replace(documents, endpoints={**documents.endpoints, str(scope.asked.endpoint): document})


def _nothing_new(scope: _Scope, now: Documents, before: Documents) -> Claim:
    return Claim(
        scope.asked.name,
        now.setting(scope.bucket),
        before.setting(scope.bucket),
        scope.documents.world(scope.bucket),
        within=Declaration([about(_EVERYTHING, scope.resources)]),
        through=scope.through,
    )


def _no_new_access(scope: _Scope) -> _Claims:
    yield _nothing_new(scope, scope.documents, _other(scope, scope.options["before"])), DENY


def _equivalent(scope: _Scope) -> _Claims:
    other = _other(scope, scope.options["to"])
    yield _nothing_new(scope, scope.documents, other), DENY
    yield _nothing_new(scope, other, scope.documents), ALLOW


_BUILDERS: dict[str, Callable[[_Scope], _Claims]] = {
    ONLY_THROUGH: _only_through,
    ONLY_ACTIONS: _only_actions,
    ONLY_PRINCIPALS: _only_principals,
    ONLY_ORGANIZATION: _only_organization,
    CONFINED: _confined,
    NOT_PUBLIC: _not_public,
    NEVER: _never,
    ALWAYS: _always,
    REPAIRABLE_BY: _repairable_by,
    NO_NEW_ACCESS: _no_new_access,
    EQUIVALENT: _equivalent,
}
