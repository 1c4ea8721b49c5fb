# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a perimeter is declared to be, and which requests that declares, as statements that the prover takes.

Nothing is read here but what people declared, never a policy, so that a policy can be held against it. The statements
grant nothing: each says that requests of its form are declared. They are written anew rather than taken from the
builders of policies, whose mistakes they are to find.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._policy.building.common import MANAGEMENT_ACTIONS
from ..._policy.building.endpoint import Grant
from ..._policy.building.perimeter import Perimeter
from ..._policy.building.scopes import ACCOUNT_SCOPE, BUCKETS, ORGANIZATION, PATTERN, pattern_of
from ..._policy.language.access_levels import PREFIX_KEY, is_about_objects, is_listing
from ..._policy.language.arns import bucket_arn, object_arn, parse_arn
from ..._policy.language.document import Raw
from ..proof.requests import network_condition

EVERY_ACTION = ("s3:*",)
#: What repairs the policy of a bucket: to read it, to replace it and to take it away.
REPAIR_ACTIONS = ("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy")
#: The versions of TLS that S3 speaks: https://aws.amazon.com/blogs/security/tls-1-2-required-for-aws-endpoints/
TLS_VERSIONS = ("1.2", "1.3")
#: How the network of a bucket is limited: to its endpoint, or to all endpoints of its VPC.
BY_ENDPOINT, BY_VPC = "vpce", "vpc"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What was declared; see the variables of the role.

    ``grants``: by bucket. ``break_glass`` and ``managers`` are ARNs as people give them, each with the patterns that
    ``aws:PrincipalArn`` has for it. ``account`` owns the buckets, ``endpoint_account`` the endpoint. ``peers`` are, by
    bucket, the networks that other declarations may have put into the perimeter of a shared one.

    ``restrict_by``: ``vpce`` or ``vpc``; ``None``: nobody said, so that the VPC is a declared network where a bucket
    policy lets it in. ``scope``, ``patterns`` and ``default_actions`` (of buckets that fit a pattern) are what the
    endpoint is limited to, ``statements`` what its policy is declared to let through besides. ``organization``: of the
    account, if it is known. ``principal_accounts``: whose principals a grant without principals is for, besides those
    of the account. ``minimum_tls``: 1.2 or 1.3, empty: any. ``arriving_through``: the endpoint or VPC from which the
    policies of the buckets are managed; ``None``: from the internet. ``accepted``: exceptions of other declarations.
    ``others``: what is declared for buckets that are not looked at; the endpoint is for them too.
    """

    grants: Mapping[str, Grant]
    account: str
    partition: str
    endpoint: str
    vpc: str
    region: str = ""
    endpoint_account: str = ""
    break_glass: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    managers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    additional: tuple[str, ...] = ()
    peers: Mapping[str, Collection[str]] = field(default_factory=dict)
    restrict_by: str | None = None
    scope: str = BUCKETS
    patterns: tuple[str, ...] = ()
    default_actions: tuple[str, ...] = ()
    statements: tuple[Raw, ...] = ()
    organization: str | None = None
    principal_accounts: tuple[str, ...] = ()
    tls: bool = True
    minimum_tls: str = ""
    services: bool = False
    forwarded: bool = False
    arriving_through: str | None = None
    accepted: Perimeter = field(default_factory=Perimeter)
    others: Mapping[str, Grant] = field(default_factory=dict)

    @property
    def every_grant(self) -> dict[str, Grant]:
        """What the endpoint is declared for, by bucket."""
        return {**self.others, **self.grants}

    @property
    def accounts(self) -> tuple[str, ...]:
        """Whose principals a grant without principals is for."""
        return (self.account, *self.principal_accounts)

    @property
    def tls_versions(self) -> tuple[str, ...]:
        """The versions with which requests have to pass."""
        return tuple(version for version in TLS_VERSIONS if version >= self.minimum_tls)


def whole(bucket: str, partition: str) -> list[str]:
    """The bucket and all its objects."""
    return [bucket_arn(bucket, partition), object_arn(bucket, partition)]


def statement(sid: str, actions: Any, resources: Any, *conditions: Raw) -> Raw:
    """A statement about requests; the conditions, which name no key twice under one operator, hold together."""
    merged: Raw = {}
    for condition in conditions:
        for operator, keys in condition.items():
            merged[operator] = {**merged.get(operator, {}), **keys}
    made: Raw = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": list(actions),
        "Resource": list(resources),
    }
    return {**made, "Condition": merged} if merged else made


def of_accounts(accounts: Collection[str]) -> Raw:
    return {"StringEquals": {"aws:PrincipalAccount": list(accounts)}}


def of_principals(patterns: Collection[str]) -> Raw:
    return {"ArnLike": {"aws:PrincipalArn": list(patterns)}}


def transport(declaration: Declaration) -> Raw:
    """The condition of requests that are as private as declared."""
    if not declaration.tls and not declaration.minimum_tls:
        return {}
    condition: Raw = {"Bool": {"aws:SecureTransport": "true"}}
    if declaration.minimum_tls:
        condition["NumericGreaterThanEquals"] = {"s3:TlsVersion": declaration.minimum_tls}
    return condition


def grant_parts(grant: Grant, partition: str) -> Iterator[tuple[tuple[str, ...], list[str], Raw]]:
    """What a grant declares, as actions, resources and a condition; prefixes narrow objects and listings only."""
    bucket = bucket_arn(grant.bucket, partition)
    if not grant.prefixes:
        yield grant.actions, whole(grant.bucket, partition), {}
        return
    objects = tuple(action for action in grant.actions if is_about_objects(action))
    listing = tuple(action for action in grant.actions if is_listing(action))
    others = tuple(action for action in grant.actions if action not in (*objects, *listing))
    if objects:
        yield objects, [object_arn(grant.bucket, partition, f"{prefix}*") for prefix in grant.prefixes], {}
    if listing:
        yield listing, [bucket], {"StringLike": {PREFIX_KEY: [f"{prefix}*" for prefix in grant.prefixes]}}
    if others:
        yield others, [bucket], {}


def may_reach(
    declaration: Declaration, grant: Grant, networks: Collection[str], source_arns: Collection[str]
) -> list[Raw]:
    """All requests for a bucket that are declared: theorem 1.

    :param networks: those beside the own endpoint that are declared and whose policies nobody knows.
    :param source_arns: of buckets that are declared as well, whose services may come.
    """
    return list(_may_reach(declaration, grant, networks, source_arns))


def _may_reach(
    declaration: Declaration, grant: Grant, networks: Collection[str], source_arns: Collection[str]
) -> Iterator[Raw]:
    partition, both = declaration.partition, whole(grant.bucket, declaration.partition)
    private = transport(declaration)
    own: Raw = {"StringEquals": {"aws:SourceVpce": declaration.endpoint}}
    caller = of_principals(grant.principals) if grant.principals else of_accounts(declaration.accounts)
    for actions, resources, condition in grant_parts(grant, partition):
        yield statement("Grant", actions, resources, own, caller, condition, private)
    yield from _scope_on(declaration, grant, own, private)
    for name in networks:
        condition = network_condition(name) or {}
        # The own endpoint is in the own VPC too, and its policy is known.
        other = (
            {} if "aws:SourceVpce" in str(condition) else {"StringNotEquals": {"aws:SourceVpce": declaration.endpoint}}
        )
        yield statement("Network", EVERY_ACTION, both, condition, other, private)
    accepted = declaration.accepted
    glass = [*(one for patterns in declaration.break_glass.values() for one in patterns), *accepted.principals]
    if glass:
        yield statement("BreakGlass", EVERY_ACTION, both, of_principals(glass), private)
    managers = [*(one for patterns in declaration.managers.values() for one in patterns), *accepted.managers]
    if managers:
        resources = [bucket_arn(grant.bucket, partition)]
        yield statement("Managers", MANAGEMENT_ACTIONS, resources, of_principals(managers), private)
    if accepted.accounts:
        yield statement("AcceptedAccounts", EVERY_ACTION, both, of_accounts(accepted.accounts), private)
    if declaration.services or accepted.services:
        yield from _services(declaration, both, source_arns)
    if declaration.forwarded or accepted.forwarded:
        via: Raw = {"Bool": {"aws:ViaAWSService": "true"}}
        yield statement("Forwarded", EVERY_ACTION, both, via, of_accounts(declaration.accounts), private)
        if grant.principals:
            yield statement("ForwardedGrant", EVERY_ACTION, both, via, of_principals(grant.principals), private)
    # S3 lets the root user repair the policy of a bucket, whatever that says:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    root = of_principals([f"arn:{partition}:iam::{declaration.account}:root"])
    yield statement("Root", REPAIR_ACTIONS, [bucket_arn(grant.bucket, partition)], root)


def _scope_on(declaration: Declaration, grant: Grant, own: Raw, private: Raw) -> Iterator[Raw]:
    """What the scope of the endpoint declares of a bucket beyond its grant."""
    both = whole(grant.bucket, declaration.partition)
    if declaration.scope == ACCOUNT_SCOPE:
        yield statement("Scope", EVERY_ACTION, both, own, of_accounts(declaration.accounts), private)
    elif declaration.scope == ORGANIZATION:
        org: Raw = {"StringEquals": {"aws:PrincipalOrgID": declaration.organization}}
        yield statement("Scope", EVERY_ACTION, both, own, org, private)
    elif declaration.scope == PATTERN and pattern_of(grant.bucket, declaration.patterns):
        accounts = of_accounts(declaration.accounts)
        yield statement("Scope", declaration.default_actions, both, own, accounts, private)


def _services(declaration: Declaration, resources: list[str], source_arns: Collection[str]) -> Iterator[Raw]:
    """AWS services that act for this account or organization. They do not say how they come."""
    service: Raw = {"Bool": {"aws:PrincipalIsAWSService": "true"}}
    yield statement(
        "Services", EVERY_ACTION, resources, service, {"StringEquals": {"aws:SourceAccount": declaration.account}}
    )
    if declaration.organization:
        org: Raw = {"StringEquals": {"aws:SourceOrgID": declaration.organization}}
        yield statement("ServicesOfOrganization", EVERY_ACTION, resources, service, org)
    if source_arns:
        arns: Raw = {"ArnEquals": {"aws:SourceArn": list(source_arns)}}
        yield statement("ServicesOfBuckets", EVERY_ACTION, resources, service, arns)


def may_pass(declaration: Declaration) -> list[Raw]:
    """All requests that the policy of the endpoint is declared to let through: theorem 2.

    A grant without principals lets anybody pass to its bucket, whose own policy decides then.
    """
    return list(_may_pass(declaration))


def _may_pass(declaration: Declaration) -> Iterator[Raw]:
    partition = declaration.partition
    merged: dict[Any, Raw] = {}
    for grant in declaration.every_grant.values():
        caller = of_principals(grant.principals) if grant.principals else {}
        for actions, resources, condition in grant_parts(grant, partition):
            # Buckets of one declaration in one statement: it is a set of requests, whoever wrote it.
            key = (actions, grant.principals, str(condition))
            if key in merged:
                merged[key]["Resource"] += resources
            else:
                merged[key] = statement("Grant", actions, resources, caller, condition)
    yield from merged.values()
    names = [bucket_arn(bucket, partition) for bucket in declaration.every_grant]
    managers = [pattern for patterns in declaration.managers.values() for pattern in patterns]
    if managers and names:
        yield statement("Managers", MANAGEMENT_ACTIONS, names, of_principals(managers))
    glass = [pattern for patterns in declaration.break_glass.values() for pattern in patterns]
    if glass and names:
        both = [arn for bucket in declaration.every_grant for arn in whole(bucket, partition)]
        yield statement("BreakGlass", EVERY_ACTION, both, of_principals(glass))
    yield from scope_of(declaration)
    yield from declaration.statements


def scope_of(declaration: Declaration) -> list[Raw]:
    """What an endpoint that is for more than the declared buckets lets through beside them."""
    of_account: Raw = {"StringEquals": {"aws:ResourceAccount": declaration.account}}
    if declaration.scope == ACCOUNT_SCOPE:
        return [statement("Scope", EVERY_ACTION, ["*"], of_account)]
    if declaration.scope == PATTERN:
        arns = [arn for one in declaration.patterns for arn in whole(one, declaration.partition)]
        return [statement("Scope", declaration.default_actions, arns, of_account)]
    if declaration.scope == ORGANIZATION:
        keys = ("aws:PrincipalOrgID", "aws:ResourceOrgID")
        return [
            statement("Scope", EVERY_ACTION, ["*"], {"StringEquals": dict.fromkeys(keys, declaration.organization)})
        ]
    return []


@dataclass(frozen=True, slots=True)
class Due:
    """Requests that have to pass: ``label`` says whose, ``through`` the endpoint they take, ``None``: the internet.

    ``single``: they are of one principal, of whom not all is known.
    """

    label: str
    statements: list[Raw]
    through: str | None
    single: bool = False


#: Neither through an endpoint nor forwarded by a service.
_FROM_THE_INTERNET: Raw = {"Null": {"aws:SourceVpce": "true"}, "Bool": {"aws:ViaAWSService": "false"}}


def has_to_pass(declaration: Declaration, grant: Grant) -> list[Due]:
    """What is declared to pass for one bucket: theorem 3.

    Principals of other accounts each by themselves, since what lets one of them in does not let in another. Break glass
    principals from the internet, for what is granted; those of other accounts need an Allow, of which nothing is
    declared, so nothing is due to them.
    """
    parts = list(grant_parts(grant, declaration.partition))
    own = [one for one in grant.principals if _account_of(one) == declaration.account]
    due: list[Due] = []

    def add(label: str, condition: Raw, through: str | None) -> None:
        path = {} if through else _FROM_THE_INTERNET
        found = [statement("Grant", *part[:2], condition, part[2], path) for part in parts]
        due.append(Due(label, found, through))

    if not grant.principals:
        add("principals of the account", of_accounts([declaration.account]), declaration.endpoint)
    if own:
        add("declared principals", of_principals(own), declaration.endpoint)
    for one in grant.principals:
        if one not in own:
            add(f"declared principal {one}", of_principals([one]), declaration.endpoint)
    for name, patterns in declaration.break_glass.items():
        if _account_of(name) == declaration.account:
            add(f"break glass principal {name}", of_principals(patterns), None)
    return due


def has_to_repair(declaration: Declaration, bucket: str) -> list[Due]:
    """Who has to stay able to repair the policy of a bucket, each by himself: theorem 4.

    Principals of other accounts never can: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    """
    resources = [bucket_arn(bucket, declaration.partition)]
    through = declaration.arriving_through
    path: Raw = _FROM_THE_INTERNET
    if through is not None:
        own = through in (declaration.endpoint, declaration.vpc)
        path = {} if own else network_condition(through) or {}
        through = declaration.endpoint if own else None
    named = {**declaration.managers, **declaration.break_glass}
    return [
        # The ARN of a session does not have the path of its role.
        Due(
            name,
            [statement("Repair", REPAIR_ACTIONS, resources, of_principals(patterns), path)],
            through,
            single=len(patterns) > 1 and not any(sign in name for sign in "*?"),
        )
        for name, patterns in named.items()
        if _account_of(name) == declaration.account
    ]


def _account_of(principal: str) -> str:
    arn = parse_arn(principal)
    return arn.account if arn else ""
