# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Rules about what a statement is about, and what the rules of all elements need to know of the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..language.arns import Arn, bucket_arn, parse_arn
from ..language.document import Document, Statement
from ..language.errors import Problem
from ..language.vocabulary import (
    ACCESS_POINT,
    ACCESS_POINT_OBJECT,
    BUCKET,
    OBJECT,
)

#: A resource type that stands for any: of "*", and of ARNs that are not told apart here.
ANYTHING = "*"

_PARTITION = re.compile(r"arn:(aws(?:-[a-z]+)*):s3:")


@dataclass(frozen=True, slots=True)
class Scope:
    """The document under validation; ``bucket`` is what the policy is for, none in an endpoint policy."""

    document: Document
    bucket: str | None = None
    wanted_partition: str | None = None

    @property
    def partition(self) -> str | None:
        """The partition that all ARNs have to be of: the wanted one, or that of the first resource."""
        if self.wanted_partition or self.bucket is None:
            return self.wanted_partition
        for statement in self.document.statements:
            for resource in (*(statement.resources or ()), *(statement.not_resources or ())):
                found = _PARTITION.match(resource)
                if found:
                    return found[1]
        return None


def resource_is_there(statement: Statement, scope: Scope) -> Iterator[Problem]:
    if statement.resources is None and statement.not_resources is None:
        remedy = "Give the ARN of the bucket, of its objects, or both." if scope.bucket else "Give one, such as '*'."
        yield Problem(statement.path, "Missing required field Resource.", remedy)


def resources_of_the_bucket(statement: Statement, scope: Scope) -> Iterator[Problem]:
    """S3 takes ARNs of the bucket and of its objects only, not even one that matches more."""
    bucket, partition = scope.bucket or "", scope.partition
    own = bucket_arn(bucket, partition or "aws")
    for path, resource in _resources(statement):
        arn = parse_arn(resource)
        if arn is None or arn.service != "s3" or arn.region or arn.account:
            rule = f"Policy has invalid resource: {resource!r} is not the ARN of a bucket or of its objects."
        elif not _is_of(bucket, arn):
            rule = f"Policy has invalid resource: {resource!r} is not of the bucket {bucket!r}."
        elif partition not in (None, arn.partition):
            rule = f"Policy has invalid resource: {resource!r} is not in the partition {partition!r}."
        else:
            continue
        yield Problem(path, rule, f"Write {own!r}, or '{own}/*' for its objects.")


def resources_are_arns(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for path, resource in _resources(statement):
        arn = parse_arn(resource)
        if resource != "*" and (arn is None or set("*?") & set(arn.partition + arn.service)):
            yield Problem(
                path,
                f"{resource!r} is not an ARN.",
                "Write '*', or an ARN such as 'arn:aws:s3:::bucket/*', with partition and service.",
            )


def account_portions_are_whole(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for path, resource in _resources(statement):
        yield from account_portion_problems(resource, path)


def account_portion_problems(text: str, path: str) -> Iterator[Problem]:
    """The rule of endpoint policies for the account in an ARN: an id or a wildcard, not both."""
    arn = parse_arn(text)
    if arn and ("*" in arn.account or "?" in arn.account) and arn.account != "*":
        yield Problem(
            path,
            f"{text!r} has a wildcard beside other signs in its account.",
            "An endpoint policy takes either an account id or '*' there.",
        )


def objects_are_named(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for path, resource in _resources(statement):
        arn = parse_arn(resource)
        if arn and arn.service == "s3" and arn.resource.endswith("/") and arn.resource.count("/") == 1:
            yield Problem(path, f"{resource!r} names no object.", f"Write '{resource}*' for all objects.")


def resource_types(statement: Statement) -> frozenset[str] | None:
    """The types of the statement's resources, :data:`ANYTHING` where it may be any; ``None`` for NotResource."""
    if statement.resources is None:
        return None
    found: set[str] = set()
    for resource in statement.resources:
        arn = parse_arn(resource)
        found |= {ANYTHING} if arn is None or arn.service != "s3" else _types(arn)
    return frozenset(found)


def _types(arn: Arn) -> set[str]:
    head, slash, rest = arn.resource.partition("/")
    if arn.region or arn.account:
        if head != "accesspoint" or not slash:
            return {ANYTHING}
        # A wildcard at the end of an access point's name goes on into the names of its objects.
        if "/" not in rest:
            return {ACCESS_POINT, ACCESS_POINT_OBJECT} if _ends_open(rest) else {ACCESS_POINT}
        return {ACCESS_POINT_OBJECT}
    if slash:
        return {OBJECT}
    return {BUCKET, OBJECT} if _ends_open(head) or "?" in head else {BUCKET}


def _ends_open(name: str) -> bool:
    return "*" in name or "${" in name


def _is_of(bucket: str, arn: Arn) -> bool:
    """Whether an ARN cannot match anything outside of the bucket but by the bucket's own name being a beginning."""
    rest = arn.resource.removeprefix(bucket)
    return arn.resource.startswith(bucket) and (not rest or rest[0] in "/*?")


def _resources(statement: Statement) -> Iterator[tuple[str, str]]:
    for element, resources in (("Resource", statement.resources), ("NotResource", statement.not_resources)):
        for resource in resources or ():
            yield f"{statement.path}.{element}", resource
