# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the builders of documents share: the shape of a document, and the checks of what people declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..language.arns import (
    ACCOUNT,
    PARTITIONS,
    is_bucket_name,
    principal_arn_patterns,
)
from ..language.document import VERSIONS, Raw
from ..language.errors import PolicyError, Problem

#: What it takes to read and repair a bucket's policy (and nothing of what is in the bucket).
MANAGEMENT_ACTIONS = (
    "s3:DeleteBucketPolicy",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:PutBucketPolicy",
)


@dataclass(frozen=True, slots=True)
class Part:
    """A statement in the making; parts that differ in their resources only become one."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Raw = field(default_factory=dict)


def new_document(statements: Iterable[Mapping[str, Any]]) -> Raw:
    """A document of these statements in the version in which policy variables work."""
    return {"Version": VERSIONS[0], "Statement": [dict(statement) for statement in statements]}


def compact(values: Iterable[str]) -> str | list[str]:
    """Values in order and without repetition; a lone one without its list, as AWS's examples write it."""
    unique = sorted(set(values))
    return unique[0] if len(unique) == 1 else unique


def bucket_problems(name: Any, path: str) -> list[Problem]:
    """A problem if this cannot be the name of a bucket."""
    if isinstance(name, str) and is_bucket_name(name):
        return []
    return [
        Problem(
            path,
            f"{name!r} is not the name of a bucket.",
            "Give the bare name, no ARN: letters, digits, '.', '-', '_' (the last and capitals only in old buckets).",
        )
    ]


def partition_problems(partition: Any) -> list[Problem]:
    """A problem if there is no such partition."""
    if partition in PARTITIONS:
        return []
    return [Problem("partition", f"{partition!r} is not an AWS partition.", f"Known are {', '.join(PARTITIONS)}.")]


def account_problems(accounts: Iterable[Any], path: str) -> list[Problem]:
    """A problem for each that is not an account id."""
    return [
        Problem(f"{path}[{index}]", f"{account!r} is not an account id.", "Give its twelve digits, quoted.")
        for index, account in enumerate(accounts)
        if not ACCOUNT.fullmatch(str(account))
    ]


def string_list(value: Any, path: str, problems: list[Problem]) -> tuple[str, ...]:
    """A list of strings that people gave; anything else, an empty one included, adds a problem.

    An empty list is refused because it has two readings: no limit, or nothing at all.
    """
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(item, str) for item in value):
        problems.append(Problem(path, f"This is a list of strings, not {value!r}."))
        return ()
    if not value:
        problems.append(Problem(path, "The list is empty.", "Name at least one, or leave the option out."))
    return tuple(value)


def principal_patterns(principals: Iterable[Any], path: str, problems: list[Problem]) -> tuple[str, ...]:
    """The patterns for ``aws:PrincipalArn`` that these principals call for, sorted; problems are added."""
    patterns: set[str] = set()
    for index, principal in enumerate(principals):
        try:
            patterns.update(principal_arn_patterns(str(principal)))
        except PolicyError as error:
            problems.extend(Problem(f"{path}[{index}]", found.rule, found.remedy) for found in error.problems)
    return tuple(sorted(patterns))
