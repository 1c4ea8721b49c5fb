# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What "public" means to S3's Block Public Access, of a bucket policy.

S3 begins by taking a policy for public. It is not, if every Allow is limited to principals or to conditions on fixed
values: no wildcard, no policy variable. One public statement makes the whole policy public.
Source:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..language.arns import ACCOUNT, parse_arn
from ..language.document import Condition, Document, Statement
from ..language.operators import split_operator
from ..language.scalars import network
from ..language.vocabulary import spell_key

_EQUALITIES = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike")
#: The broadest networks that are not public: AWS calls a broader one so. No private one of RFC 1918 is.
_BROADEST = {4: 8, 6: 32}


@dataclass(frozen=True, slots=True)
class PublicStatement:
    """A statement that makes a policy public; ``reason`` is one sentence.

    ``certain``: AWS's page says so. Otherwise it is limited by a key that the page does not list, though by its meaning
    it could be there: take it for public where that is the dangerous mistake.
    """

    statement: Statement
    reason: str
    certain: bool = True

    @property
    def label(self) -> str:
        return self.statement.label


def public_statements(document: Document) -> tuple[PublicStatement, ...]:
    """The statements that make a bucket policy public; none: it is not."""
    found = (_finding(statement) for statement in document.statements if statement.effect == "Allow")
    return tuple(finding for finding in found if finding)


def _finding(statement: Statement) -> PublicStatement | None:
    if _names_principals(statement):
        return None
    keys = [_limits(condition) for condition in statement.conditions]
    if True in keys:
        return None
    who = "everybody" if statement.not_principal is None else "everybody but the principals that it excepts"
    if not statement.conditions:
        return PublicStatement(statement, f"Statement {statement.label!r} allows {who}, without a condition.")
    tried = ", ".join(dict.fromkeys(f"{one.operator} on {spell_key(one.key)}" for one in statement.conditions))
    return PublicStatement(
        statement,
        f"Statement {statement.label!r} allows {who}, and its condition ({tried}) does not limit it to fixed values of "
        "a key that counts.",
        certain=None not in keys,
    )


def _names_principals(statement: Statement) -> bool:
    """Whether all principals are fixed ones."""
    return statement.principal is not None and not any(
        "*" in name for names in statement.principal.values() for name in names
    )


def _limits(condition: Condition) -> bool | None:
    """Whether a condition limits a statement to fixed values; ``None``: by a key of which AWS does not say."""
    parts = split_operator(condition.operator)
    key = condition.key.lower()
    if parts is None or parts["suffix"] or parts["set"] == "ForAllValues:" or not condition.values:
        # Both are true of a request that does not carry the key.
        return False
    if key == "aws:sourceip":
        return parts["base"] == "IpAddress" and all(_is_narrow(value) for value in condition.values)
    if parts["base"] not in _EQUALITIES:
        return False
    wildcards = parts["base"] in ("StringLike", "ArnEquals", "ArnLike")
    if key in _FIXED:
        return all(_FIXED[key](value) for value in _readable(condition.values, wildcards))
    if key in _NOT_LISTED and all(map(_NOT_LISTED[key], _readable(condition.values, wildcards))):
        return None
    return False


def _readable(values: tuple[str, ...], wildcards: bool) -> tuple[str, ...]:
    """The values, with what is no wildcard to the operator taken out of sight."""
    return values if wildcards else tuple(value.replace("*", "").replace("?", "") for value in values)


def _is_fixed(value: str) -> bool:
    return not any(sign in value for sign in ("*", "?", "${"))


def _is_in_an_organization(value: str) -> bool:
    """A path may end in a wildcard, for the units below one."""
    organization, slash, _units = value.partition("/")
    return bool(slash) and organization.startswith("o-") and _is_fixed(organization)


def _is_in_an_account(value: str) -> bool:
    """The name in an ARN may hold wildcards where the account is fixed."""
    arn = parse_arn(value)
    return "${" not in value and (_is_fixed(value) or (arn is not None and ACCOUNT.fullmatch(arn.account) is not None))


def _is_narrow(value: str) -> bool:
    try:
        wanted = network(value)
    except ValueError:
        return False
    return wanted.prefixlen >= _BROADEST[wanted.version]


#: Keys that limit a statement, and what a fixed value of each is.
_FIXED: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(
        (
            "aws:principalorgid",
            "aws:sourcearn",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:sourceowner",
            "aws:sourceaccount",
            "s3:dataaccesspointaccount",
            "aws:userid",
        ),
        _is_fixed,
    ),
    "s3:dataaccesspointarn": _is_in_an_account,
}
#: Keys newer than AWS's list (or left out of it) that limit a statement to accounts, networks or principals too.
_NOT_LISTED: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(
        ("aws:principalaccount", "aws:principalservicename", "aws:sourceorgid", "aws:vpceaccount", "aws:vpceorgid"),
        _is_fixed,
    ),
    **dict.fromkeys(("aws:principalarn", "aws:sourcevpcarn"), _is_in_an_account),
    **dict.fromkeys(("aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"), _is_in_an_organization),
}
