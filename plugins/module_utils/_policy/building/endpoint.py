# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The policy of a gateway endpoint that lets through what was declared and nothing else.

Sources: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html,
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..language.access_levels import (
    ACCESS_LEVELS,
    DEFAULT_ACCESS,
    PREFIX_KEY,
    is_about_objects,
    is_listing,
    is_single,
)
from ..language.arns import bucket_arn, object_arn
from ..language.document import Raw
from ..language.errors import PolicyError, Problem
from ..language.limits import WILDCARD_NEIGHBOURS
from ..language.vocabulary import BUCKET, OBJECT, expand_action
from .common import (
    MANAGEMENT_ACTIONS,
    Part,
    bucket_problems,
    compact,
    new_document,
    partition_problems,
    principal_patterns,
    string_list,
)
from .scopes import (
    BUCKETS,
    PATTERN,
    pattern_of,
    scope_parts,
    too_long,
)

BUCKET_OPTIONS = ("name", "access", "prefixes", "principals")

_NAME = "declaration of the endpoint policy"
_ACTION = re.compile(r"s3:[A-Za-z*?]+", re.IGNORECASE)
#: What access to a bucket can be about.
_NARROWED = frozenset((BUCKET, OBJECT))


@dataclass(frozen=True, slots=True)
class Grant:
    """What is declared for one bucket; no ``prefixes`` means all keys, no ``principals`` everybody."""

    bucket: str
    level: str
    actions: tuple[str, ...]
    prefixes: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()


def endpoint_policy(
    buckets: Sequence[str | Mapping[str, Any]],
    partition: str = "aws",
    *,
    access: str | Sequence[str] = DEFAULT_ACCESS,
    scope: str = BUCKETS,
    account: str | None = None,
    organization: str | None = None,
    patterns: Sequence[str] = (),
    manager_principals: Sequence[str] = (),
    statements: Sequence[Mapping[str, Any]] = (),
) -> Raw:
    """The document of a gateway endpoint.

    :param buckets: names, or mappings of ``name`` and, if they differ from the default, ``access`` (a level of
        :data:`ACCESS_LEVELS` or a list of actions), ``prefixes`` (what the keys begin with) and ``principals`` (ARNs of
        users, roles, role sessions or root users).
    :param access: the access to buckets that do not say their own.
    :param scope: what is allowed besides, see :data:`builders_scopes.SCOPES`.
    :param patterns: of the names of buckets, for the scope ``pattern``. What a named bucket that fits one has from the
        pattern is not said once more.
    :param manager_principals: who may read and repair the policies of the named buckets through the endpoint; without
        them a bucket policy that demands the endpoint could be mended by nobody within the VPC.
    :param statements: more statements, such as those of AWS's own buckets.
    :raises PolicyError: the declaration is wrong, or the document is too long for an endpoint.
    """
    problems = partition_problems(partition)
    default = _read_access(access, "access", problems)[1]
    grants = _read_grants(buckets, access, problems)
    managers = principal_patterns(manager_principals, "manager_principals", problems)
    parts = list(scope_parts(scope, default, account, organization, patterns, partition, problems))
    if scope == BUCKETS and not buckets:
        problems.append(Problem("buckets", "No bucket is named.", "Name one, or widen the scope."))
    if scope == PATTERN:
        problems += _wider(grants, patterns, default)
    if problems:
        # What is wrong with the default access is wrong for each bucket, and said once.
        raise PolicyError(dict.fromkeys(problems), _NAME)
    for grant in grants:
        if grant and not (scope == PATTERN and _is_plain(grant, default) and pattern_of(grant.bucket, patterns)):
            parts += _grant_parts(grant, partition)
    if managers and buckets:
        names = sorted({grant.bucket for grant in grants if grant})
        arns = tuple(bucket_arn(name, partition) for name in names)
        parts.append(Part("PerimeterS3AllowPolicyManagement", MANAGEMENT_ACTIONS, arns, _from_principals(managers)))
    document = new_document([*_statements(parts), *statements])
    over = too_long(document, len(grants))
    if over:
        raise PolicyError(over, "endpoint policy")
    return document


def declared_grants(
    buckets: Sequence[str | Mapping[str, Any]], access: str | Sequence[str] = DEFAULT_ACCESS
) -> list[Grant]:
    """What is declared for each bucket, as :func:`endpoint_policy` takes it.

    :raises PolicyError: the declaration is wrong.
    """
    problems: list[Problem] = []
    grants = _read_grants(buckets, access, problems)
    if problems:
        raise PolicyError(dict.fromkeys(problems), _NAME)
    return [grant for grant in grants if grant]


def _read_grants(buckets: Sequence[Any], access: str | Sequence[str], problems: list[Problem]) -> list[Grant | None]:
    return [_read_grant(entry, f"buckets[{index}]", access, problems) for index, entry in enumerate(buckets)]


def _is_plain(grant: Grant, default: tuple[str, ...]) -> bool:
    return grant.actions == default and not grant.prefixes and not grant.principals


def _wider(grants: Sequence[Grant | None], patterns: Sequence[str], default: tuple[str, ...]) -> Iterator[Problem]:
    """A problem for each bucket that a pattern gives what its declaration does not."""
    for index, grant in enumerate(grants):
        if grant and (grant.prefixes or grant.principals or not set(default) <= set(grant.actions)):
            found = pattern_of(grant.bucket, patterns)
            if found:
                yield Problem(
                    f"buckets[{index}]",
                    f"The pattern {found!r} lets everybody do {', '.join(default)} on {grant.bucket!r}, which is more "
                    "than is declared for it.",
                    "Declare at least that, or choose a pattern that does not fit.",
                )


def _read_grant(entry: Any, path: str, default_access: str | Sequence[str], problems: list[Problem]) -> Grant | None:
    declared = {"name": entry} if isinstance(entry, str) else entry
    if not isinstance(declared, Mapping):
        problems.append(Problem(path, f"A bucket is a name or a mapping, not {entry!r}."))
        return None
    before = len(problems)
    for option in declared:
        if option not in BUCKET_OPTIONS:
            known = ", ".join(BUCKET_OPTIONS)
            problems.append(Problem(f"{path}.{option}", f"Unknown option {option!r}.", f"Known are {known}."))
    name = declared.get("name")
    problems.extend(bucket_problems(name, f"{path}.name" if isinstance(entry, Mapping) else path))
    given = {option: value for option, value in declared.items() if value is not None}
    own = "access" in given
    level, actions = _read_access(
        given["access"] if own else default_access, f"{path}.access" if own else "access", problems
    )
    prefixes: tuple[str, ...] = ()
    if "prefixes" in given:
        prefixes = string_list(given["prefixes"], f"{path}.prefixes", problems)
        problems.extend(_prefix_problems(prefixes, actions, path))
    principals: tuple[str, ...] = ()
    if "principals" in given:
        named = string_list(given["principals"], f"{path}.principals", problems)
        principals = principal_patterns(named, f"{path}.principals", problems)
    if len(problems) > before:
        return None
    return Grant(str(name), level, actions, tuple(sorted(set(prefixes))), principals)


def _read_access(access: Any, path: str, problems: list[Problem]) -> tuple[str, tuple[str, ...]]:
    """The name of the level and its actions; a list of actions is the level ``custom``."""
    if isinstance(access, str):
        if access not in ACCESS_LEVELS:
            problems.append(
                Problem(
                    path,
                    f"{access!r} is not an access level.",
                    f"Known are {', '.join(ACCESS_LEVELS)}; or give a list of actions.",
                )
            )
        return access, ACCESS_LEVELS.get(access, ())
    actions = string_list(access, path, problems)
    for index, action in enumerate(actions):
        if not _ACTION.fullmatch(action):
            problems.append(
                Problem(f"{path}[{index}]", f"{action!r} is not an S3 action.", "Write one such as 's3:GetObject'.")
            )
        elif (known := expand_action(action)) and not any(found.resource_types & _NARROWED for found in known):
            problems.append(
                Problem(
                    f"{path}[{index}]",
                    f"{action!r} is not about a bucket or its objects.",
                    "Give a statement of your own for it, with the Resource that it is about.",
                )
            )
    return "custom", tuple(sorted(set(actions)))


def _prefix_problems(prefixes: tuple[str, ...], actions: tuple[str, ...], path: str) -> Iterator[Problem]:
    for action in actions:
        if not is_single(action):
            yield Problem(
                f"{path}.prefixes",
                f"{action!r} cannot be narrowed to prefixes, because it is not one known action.",
                "Name the single actions in access, or leave the prefixes out.",
            )
    for index, prefix in enumerate(prefixes):
        place = f"{path}.prefixes[{index}]"
        if not prefix or "*" in prefix or "?" in prefix:
            yield Problem(
                place,
                f"{prefix!r} is not a prefix.",
                "Write the text that keys begin with, such as 'logs/', without a wildcard.",
            )
        elif len(prefix) < WILDCARD_NEIGHBOURS and any(map(is_listing, actions)):
            yield Problem(
                place,
                f"{prefix!r} is too short to narrow a listing: beside a wildcard in a string condition an endpoint "
                f"policy wants {WILDCARD_NEIGHBOURS} characters.",
                "Use a longer prefix, or an access that does not list, such as get_put.",
            )


def _grant_parts(grant: Grant, partition: str) -> Iterator[Part]:
    sid = "PerimeterS3Allow" + "".join(word.capitalize() for word in grant.level.split("_"))
    whole = bucket_arn(grant.bucket, partition)
    who = _from_principals(grant.principals)
    if not grant.prefixes:
        # Both ARNs in one statement: an action takes effect on the kind of resource that it is for.
        yield Part(sid, grant.actions, (whole, object_arn(grant.bucket, partition)), who)
        return
    on_objects = tuple(filter(is_about_objects, grant.actions))
    listing = tuple(filter(is_listing, grant.actions))
    others = tuple(action for action in grant.actions if action not in on_objects + listing)
    if on_objects:
        keys = tuple(object_arn(grant.bucket, partition, f"{prefix}*") for prefix in grant.prefixes)
        yield Part(sid, on_objects, keys, who)
    if listing:
        narrowed = {"StringLike": {PREFIX_KEY: compact(f"{prefix}*" for prefix in grant.prefixes)}}
        yield Part(f"{sid}Listing", listing, (whole,), {**who, **narrowed})
    if others:
        yield Part(f"{sid}OfBucket", others, (whole,), who)


def _from_principals(patterns: tuple[str, ...]) -> Raw:
    return {"ArnLike": {"aws:PrincipalArn": compact(patterns)}} if patterns else {}


def _statements(parts: Sequence[Part]) -> list[Raw]:
    """One statement for all parts that differ in their resources only, in an order of their own."""
    merged: dict[tuple[str, tuple[str, ...], str], tuple[Part, set[str]]] = {}
    for part in parts:
        key = (part.sid, part.actions, json.dumps(part.condition))
        merged.setdefault(key, (part, set()))[1].update(part.resources)
    statements: list[Raw] = []
    seen: dict[str, int] = {}
    for key in sorted(merged):
        part, resources = merged[key]
        seen[part.sid] = seen.get(part.sid, 0) + 1
        statement: Raw = {
            "Sid": part.sid if seen[part.sid] == 1 else f"{part.sid}{seen[part.sid]}",
            "Effect": "Allow",
            "Principal": "*",
            "Action": compact(part.actions),
            "Resource": compact(resources),
        }
        if part.condition:
            statement["Condition"] = part.condition
        statements.append(statement)
    return statements
