# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The identity policy of whoever runs the collection, made from the tables of its calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..._policy.building.common import compact, new_document
from ..._policy.language.arns import (
    ACCOUNT,
    is_bucket_name,
    partition_of_region,
)
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError, Problem
from ..._policy.language.limits import managed_policy_size
from .permissions import (
    CALLS,
    OPTIONAL,
    USES,
    About,
    Mode,
    uses_of,
)

MODES = tuple(mode.name.lower() for mode in Mode)
CONTENT = tuple(sorted(USES))
SERVICES = ("s3", "s3express")
DEFAULT_CONTENT = "private_access"
ASSUME = "sts:AssumeRole"
READ_OBJECTS = "s3:GetObject"

_IDS = {"vpcs": "vpc-", "endpoints": "vpce-", "route_tables": "rtb-"}


@dataclass(frozen=True, slots=True)
class Reach:
    """What the policy may reach. An empty list of ids leaves them open, which it has to before they are known."""

    account: str
    region: str
    buckets: Sequence[str] = ()
    vpcs: Sequence[str] = ()
    endpoints: Sequence[str] = ()
    route_tables: Sequence[str] = ()
    roles: Sequence[str] = ()
    assume_roles: Sequence[str] = ()
    services: Sequence[str] = ("s3",)
    evidence: Sequence[str] = ()

    @property
    def partition(self) -> str:
        return partition_of_region(self.region)

    def network(self, kind: str, ids: Iterable[str]) -> list[str]:
        prefix = f"arn:{self.partition}:ec2:{self.region}:{self.account}:{kind}/"
        return [f"{prefix}{name}" for name in ids or ("*",)]

    def role_arns(self) -> list[str]:
        """A role's path is a part of its ARN, and not of the name that people know."""
        prefix = f"arn:{self.partition}:iam::{self.account}:role/"
        return [f"{prefix}{path}{name}" for name in self.roles for path in ("", "*/")] or [f"{prefix}*"]

    def of_service(self) -> dict[str, Any]:
        """Told by the end of the service's name, whose beginning differs between partitions."""
        return {"StringLike": {"ec2:VpceServiceName": compact(f"*.{self.region}.{name}" for name in self.services)}}


@dataclass(frozen=True, slots=True)
class _Statement:
    sid: str
    resources: list[str]
    condition: dict[str, Any] = field(default_factory=dict)


def _statement(about: About, reach: Reach) -> _Statement:
    match about:
        case About.REGION:
            return _Statement("ReadInRegion", ["*"], {"StringEquals": {"aws:RequestedRegion": reach.region}})
        case About.EVERYTHING:
            return _Statement("ReadInAccount", ["*"])
        case About.BUCKETS:
            return _Statement(
                "BucketPolicies",
                [f"arn:{reach.partition}:s3:::{name}" for name in reach.buckets],
                {"StringEquals": {"aws:ResourceAccount": reach.account}},
            )
        case About.NEW_ENDPOINTS:
            return _Statement("CreateEndpoints", reach.network("vpc-endpoint", ()), reach.of_service())
        case About.TAGS_OF_NEW_ENDPOINTS:
            return _Statement(
                "TagNewEndpoints",
                reach.network("vpc-endpoint", ()),
                {"StringEquals": {"ec2:CreateAction": "CreateVpcEndpoint"}},
            )
        case About.VPCS:
            return _Statement("CreateEndpointsInVpcs", reach.network("vpc", reach.vpcs))
        case About.ROUTE_TABLES:
            return _Statement("RouteToEndpoints", reach.network("route-table", reach.route_tables))
        case About.ENDPOINTS:
            return _Statement("ChangeEndpoints", reach.network("vpc-endpoint", reach.endpoints))
        case About.ENDPOINTS_OF_SERVICE:
            return _Statement("RemoveEndpoints", reach.network("vpc-endpoint", reach.endpoints), reach.of_service())
        case About.EVIDENCE:
            whole = [f"arn:{reach.partition}:s3:::{name}" for name in reach.evidence]
            return _Statement("ReadEvidence", [*whole, *(f"{arn}/*" for arn in whole)])
        case About.ROLES:
            return _Statement("SeePathsOfRoles", reach.role_arns())
        case About.ASSUMED_ROLES:
            return _Statement("AssumeRoles", list(reach.assume_roles))


def automation_policy(
    reach: Reach,
    *,
    mode: str = "detect",
    content: Sequence[str] = (DEFAULT_CONTENT,),
    optional: Sequence[str] = (),
) -> Raw:
    """The document.

    :param content: names of modules, inventory, role and playbooks; :param optional: permissions to have besides.
    :raises PolicyError: what is asked for cannot be, or is too long for a managed policy.
    """
    problems = [*_reach_problems(reach), *_choice_problems("mode", [mode], MODES)]
    problems += _choice_problems("content", content, CONTENT)
    if problems:
        raise PolicyError(problems, "declaration of the automation policy")
    if reach.assume_roles:
        optional = [*optional, ASSUME]
    needed = dict.fromkeys(_needed(content, Mode[mode.upper()]))
    offered = dict.fromkeys(_offered(content, needed))
    unknown = [name for name in optional if name not in {permission for permission, _about in {**needed, **offered}}]
    problems += _choice_problems("optional", unknown, sorted(permission for permission, _about in offered))
    chosen = [*needed, *(one for one in offered if one[0] in optional and one[1] is not About.EVIDENCE)]
    if reach.evidence:
        chosen += [one for one in offered if one[1] is About.EVIDENCE]
    if not reach.buckets and any(about is About.BUCKETS for _permission, about in chosen):
        problems.append(Problem("buckets", "No bucket is named.", "Name those whose policies are read or written."))
    if not reach.evidence and READ_OBJECTS in optional:
        rule = f"{READ_OBJECTS} is for evidence whose buckets are not named."
        problems.append(Problem("optional", rule, "Name them in evidence, which is enough."))
    if ASSUME in optional and not reach.assume_roles:
        problems.append(Problem("optional", f"{ASSUME} is for roles that are not named.", "Name them in assume_roles."))
    if problems:
        raise PolicyError(problems, "declaration of the automation policy")
    document = new_document(_written(chosen, reach, tags_are_open=not reach.endpoints))
    problems = managed_policy_size(document)
    if problems:
        raise PolicyError(problems, "automation policy")
    return document


def _needed(content: Iterable[str], mode: Mode) -> Iterator[tuple[str, About]]:
    for name in content:
        for call, since in uses_of(name).items():
            if since is not OPTIONAL and since <= mode:
                yield from CALLS[call]


def _offered(content: Iterable[str], needed: Mapping[tuple[str, About], None]) -> Iterator[tuple[str, About]]:
    for name in content:
        for call, since in uses_of(name).items():
            if since is OPTIONAL:
                yield from (one for one in CALLS[call] if one not in needed)


def _written(permissions: Iterable[tuple[str, About]], reach: Reach, tags_are_open: bool) -> Iterator[dict[str, Any]]:
    """One statement for all permissions about the same."""
    actions: dict[About, list[str]] = {}
    for permission, about in permissions:
        actions.setdefault(about, []).append(permission)
    for about in About:
        # Whoever may tag all endpoints may tag new ones.
        if about not in actions or (about is About.TAGS_OF_NEW_ENDPOINTS and tags_are_open):
            continue
        statement = _statement(about, reach)
        yield {
            "Sid": statement.sid,
            "Effect": "Allow",
            "Action": compact(actions[about]),
            "Resource": compact(statement.resources),
            **({"Condition": statement.condition} if statement.condition else {}),
        }


def _reach_problems(reach: Reach) -> Iterator[Problem]:
    if not ACCOUNT.fullmatch(reach.account):
        yield Problem("account", f"{reach.account!r} is not the id of an AWS account.", "Give its 12 digits, quoted.")
    try:
        partition_of_region(reach.region)
    except PolicyError as error:
        yield from (Problem("region", found.rule, found.remedy) for found in error.problems)
    for index, name in enumerate(reach.buckets):
        # With wildcards, so that one policy holds for buckets that are yet to come.
        if not (isinstance(name, str) and is_bucket_name(re.sub(r"[*?]+", "xxx", name))):
            yield Problem(
                f"buckets[{index}]",
                f"{name!r} is not the name of a bucket, nor a pattern of names.",
                "Give the bare name, no ARN; '*' and '?' may stand for parts of it.",
            )
    for index, name in enumerate(reach.evidence):
        if not (isinstance(name, str) and is_bucket_name(name)):
            yield Problem(f"evidence[{index}]", f"{name!r} is not the name of a bucket.", "Give the bare name, no ARN.")
    for option, prefix in _IDS.items():
        for index, name in enumerate(getattr(reach, option)):
            if not re.fullmatch(rf"{prefix}[0-9a-f]+", str(name)):
                yield Problem(f"{option}[{index}]", f"{name!r} is not an id that begins with {prefix!r}.")
    for index, name in enumerate(reach.roles):
        if not re.fullmatch(r"[\w+=,.@-]{1,64}", str(name)):
            yield Problem(f"roles[{index}]", f"{name!r} is not the name of a role.", "Give it without path and ARN.")
    for index, name in enumerate(reach.assume_roles):
        # With wildcards, so that one policy holds for the accounts of an organization.
        if not re.fullmatch(r"arn:aws[\w-]*:iam::(\d{12}|[*]):role/[\w+=,.@/*?-]+", str(name)):
            yield Problem(
                f"assume_roles[{index}]",
                f"{name!r} is not the ARN of a role.",
                "Write one such as 'arn:aws:iam::*:role/perimeter', with '*' for all accounts.",
            )
    yield from _choice_problems("services", reach.services, SERVICES)


def _choice_problems(option: str, given: Sequence[str], known: Sequence[str]) -> list[Problem]:
    return [
        Problem(option, f"{name!r} is not known here.", f"Known are {', '.join(known)}." if known else "Leave it out.")
        for name in given
        if name not in known
    ]
