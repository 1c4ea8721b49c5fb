# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What an endpoint is limited to: the named buckets, or more where naming them does not fit into its policy.

Source: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..language.arns import ACCOUNT, bucket_arn, object_arn
from ..language.document import minify
from ..language.errors import Problem
from ..language.limits import ENDPOINT_POLICY_CHARACTERS
from ..language.patterns import pattern, text_matcher
from .common import Part, string_list

BUCKETS, PATTERN, ACCOUNT_SCOPE, ORGANIZATION = "buckets", "pattern", "account", "organization"
#: Scope -> what the endpoint lets through, the narrowest first. Role and filter say the same in their documentation.
SCOPES: Mapping[str, str] = {
    BUCKETS: "to each named bucket what is declared for it",
    PATTERN: "the declared access to every bucket of the account whose name fits one of the patterns",
    ACCOUNT_SCOPE: "every S3 action on every bucket of the account",
    ORGANIZATION: "every S3 action on every bucket of the organization, to principals of the organization",
}

_ORGANIZATION_ID = re.compile(r"o-[a-z0-9]{10,32}")
_BUCKET_PATTERN = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9._*?-]+")


def scope_parts(
    scope: str,
    actions: tuple[str, ...],
    account: str | None,
    organization: str | None,
    patterns: Sequence[str],
    partition: str,
    problems: list[Problem],
) -> Iterator[Part]:
    """What a scope lets through besides the named buckets; what is wrong with its options is added to the problems.

    :param actions: the access to buckets that fit one of ``patterns``.
    """
    if scope in (ACCOUNT_SCOPE, PATTERN) and (not account or not ACCOUNT.fullmatch(account)):
        problems.append(Problem("account", f"{account!r} is not an account id.", "Give its twelve digits, quoted."))
    if scope == ACCOUNT_SCOPE:
        yield Part("PerimeterS3AllowAccount", ("s3:*",), ("*",), {"StringEquals": {"aws:ResourceAccount": account}})
    elif scope == PATTERN:
        given = string_list(patterns, "patterns", problems)
        problems.extend(_pattern_problems(given))
        arns = tuple(make(name, partition) for name in given for make in (bucket_arn, object_arn))
        # Anybody can make a bucket whose name fits, and carry data out to it.
        yield Part("PerimeterS3AllowPattern", actions, arns, {"StringEquals": {"aws:ResourceAccount": account}})
    elif scope == ORGANIZATION:
        if not organization or not _ORGANIZATION_ID.fullmatch(organization):
            problems.append(
                Problem("organization", f"{organization!r} is not the id of an organization.", "It begins with 'o-'.")
            )
        equals = {"aws:PrincipalOrgID": organization, "aws:ResourceOrgID": organization}
        yield Part("PerimeterS3AllowOrganization", ("s3:*",), ("*",), {"StringEquals": equals})
    elif scope != BUCKETS:
        problems.append(Problem("scope", f"{scope!r} is not a scope.", f"Known are {', '.join(SCOPES)}."))


def pattern_of(bucket: str, patterns: Sequence[str]) -> str | None:
    """The first pattern that the name of a bucket fits."""
    return next((one for one in patterns if text_matcher(pattern(one))(bucket)), None)


def too_long(raw: Mapping[str, Any], buckets: int) -> list[Problem]:
    """A problem, with all ways out, if the document of so many named buckets is longer than an endpoint takes."""
    size = len(minify(raw))
    if size <= ENDPOINT_POLICY_CHARACTERS:
        return []
    wider = "; ".join(f"{scope!r} allows {grants}" for scope, grants in SCOPES.items() if scope != BUCKETS)
    return [
        Problem(
            "",
            f"It is {size:,} characters long for {buckets:,} named buckets, {size - ENDPOINT_POLICY_CHARACTERS:,} more "
            f"than the {ENDPOINT_POLICY_CHARACTERS:,} that AWS accepts and does not raise.",
            f"Name fewer buckets or prefixes, or widen the scope of the endpoint: {wider}. "
            "The policies of the buckets stay what they are.",
        )
    ]


def _pattern_problems(patterns: Sequence[str]) -> Iterator[Problem]:
    for index, one in enumerate(patterns):
        if not _BUCKET_PATTERN.fullmatch(one):
            yield Problem(
                f"patterns[{index}]",
                f"{one!r} is not a pattern for names of buckets.",
                "Write one such as 'corp-data-*'; for every bucket of an account there is the scope 'account'.",
            )
