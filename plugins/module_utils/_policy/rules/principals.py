# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Rules about who a statement is for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..language.arns import ACCOUNT, PARTITIONS, UNIQUE_ID, parse_arn
from ..language.document import Statement
from ..language.errors import Problem
from .resources import Scope

_CANONICAL_USER = re.compile(r"[0-9a-f]{64}")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
# What a bucket policy can name of an account. CloudFront's identities are users of an account called cloudfront.
_NAMED = {
    "iam": re.compile(r"root|(user|role)/.+"),
    "sts": re.compile(r"assumed-role/[^/]+/.+|federated-user/.+"),
}


def principal_is_there(statement: Statement, scope: Scope) -> Iterator[Problem]:
    if statement.principal is None and statement.not_principal is None:
        yield Problem(statement.path, "Missing required field Principal.", 'Give one, such as "*" for everybody.')


def principal_is_everybody(statement: Statement, scope: Scope) -> Iterator[Problem]:
    """A gateway endpoint knows requests, not principals; who may is said by conditions."""
    if statement.principal is not None and dict(statement.principal) == {"AWS": ("*",)}:
        return
    remedy = 'Write "Principal": "*", and say who may in a condition such as {"ArnLike": {"aws:PrincipalArn": "..."}}.'
    if statement.principal is None and statement.not_principal is None:
        yield Problem(statement.path, "Missing required field Principal.", remedy)
    else:
        element = "Principal" if statement.principal is not None else "NotPrincipal"
        yield Problem(f"{statement.path}.{element}", "The Principal of a gateway endpoint's policy is '*'.", remedy)


def principals_exist(statement: Statement, scope: Scope) -> Iterator[Problem]:
    """Whether each principal can be one; that there is one of this name only AWS knows."""
    for element, principals in (("Principal", statement.principal), ("NotPrincipal", statement.not_principal)):
        for kind, names in (principals or {}).items():
            path = f"{statement.path}.{element}.{kind}"
            for name in names:
                yield from _PER_KIND[kind](name, path, scope)


def principals_are_alive(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for element, principals in (("Principal", statement.principal), ("NotPrincipal", statement.not_principal)):
        for name in (principals or {}).get("AWS", ()):
            if UNIQUE_ID.fullmatch(name):
                yield Problem(
                    f"{statement.path}.{element}.AWS",
                    f"{name!r} is the id of a principal, which AWS shows when the principal was deleted.",
                    "Such an entry matches nobody any more, and AWS may refuse it when it is written again: remove it.",
                )


def excluding_denies(statement: Statement, scope: Scope) -> Iterator[Problem]:
    if statement.not_principal is not None and statement.effect == "Allow":
        yield Problem(
            f"{statement.path}.NotPrincipal",
            "NotPrincipal goes with Deny only: with Allow it would let in everybody else, anonymous ones included.",
            "Allow '*' under a condition such as ArnNotLike on aws:PrincipalArn.",
        )


def excluding_hits_boundaries(statement: Statement, scope: Scope) -> Iterator[Problem]:
    if statement.not_principal is not None:
        yield Problem(
            f"{statement.path}.NotPrincipal",
            "NotPrincipal denies every principal that has a permissions boundary, the named ones included.",
            "Deny '*' under the condition ArnNotLike on aws:PrincipalArn instead.",
        )


def _aws(name: str, path: str, scope: Scope) -> Iterator[Problem]:
    if name == "*" or ACCOUNT.fullmatch(name) or UNIQUE_ID.fullmatch(name):
        return
    arn = parse_arn(name)
    if "*" in name or "?" in name:
        yield Problem(
            path,
            f"Invalid principal in policy: {name!r}. A principal takes no wildcard but a lone '*'.",
            "Name '*' or the account, and match the ARN in a condition: ArnLike on aws:PrincipalArn.",
        )
    elif (
        arn is None
        or arn.region
        or arn.service not in _NAMED
        or not _NAMED[arn.service].fullmatch(arn.resource)
        or not (ACCOUNT.fullmatch(arn.account) or arn.account == "cloudfront")
    ):
        yield Problem(
            path,
            f"Invalid principal in policy: {name!r}.",
            "Give an account id, or the ARN of a root user, a user, a role or a session; a group is no principal.",
        )
    elif arn.partition not in PARTITIONS or scope.partition not in (None, arn.partition):
        where = scope.partition or "any known one"
        yield Problem(
            path,
            f"Invalid principal in policy: {name!r} is in the partition {arn.partition!r}, not in {where!r}.",
            "Principals and buckets of different partitions do not meet.",
        )


def _service(name: str, path: str, scope: Scope) -> Iterator[Problem]:
    if not _SERVICE.fullmatch(name):
        yield Problem(
            path, f"Invalid principal in policy: {name!r}.", "Name one service, such as 'logging.s3.amazonaws.com'."
        )


def _federated(name: str, path: str, scope: Scope) -> Iterator[Problem]:
    yield Problem(
        path,
        f"Invalid principal in policy: {name!r}. Federated principals go into the trust policy of a role only.",
        "Name the role that they assume.",
    )


def _canonical_user(name: str, path: str, scope: Scope) -> Iterator[Problem]:
    if not _CANONICAL_USER.fullmatch(name):
        yield Problem(path, f"Invalid principal in policy: {name!r}.", "A canonical user id has 64 hexadecimal digits.")


_PER_KIND = {"AWS": _aws, "Service": _service, "Federated": _federated, "CanonicalUser": _canonical_user}
