# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who has to stay able to repair the policies that are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._policy.evaluation.context import ENDPOINT_KEYS
from ..._policy.language.arns import parse_arn

#: Keys that say where a request comes from, how it travels, when, and what it is about: the same for whoever comes
#: that way. All others (tags, MFA, source identity, client, ...) describe the caller, or its account.
_OF_REQUESTS = frozenset(
    (
        *ENDPOINT_KEYS,
        "aws:vpceorgid",
        "aws:vpceorgpaths",
        "aws:sourceip",
        "aws:securetransport",
        "s3:tlsversion",
        "aws:currenttime",
        "aws:epochtime",
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:resourceorgpaths",
        "s3:resourceaccount",
    )
)
_OF_RESOURCES = ("aws:resourcetag/", "s3:buckettag/")
#: Keys that say of which account or organization a principal is.
_OF_ACCOUNTS = frozenset({"aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths"})
#: How boto3 signs the calls of this collection: with Signature Version 4, in a header, just before they are sent.
#: https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
_SIGNED = {"s3:authType": "REST-HEADER", "s3:signatureversion": "AWS4-HMAC-SHA256", "s3:signatureAge": "1"}
CALLER = "caller"


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who has to stay able to repair the policy.

    ``principal`` is an ARN as requests have it, ``context`` the condition keys that are known of its requests,
    ``role`` what "a caller" is called in messages.
    """

    principal: str
    context: Mapping[str, Any] = field(default_factory=dict)
    called: str = "protected principal"

    def __str__(self) -> str:
        return f"{self.called} {self.principal}"

    @property
    def calls(self) -> bool:
        """Whether it is the caller, of whom a task can say more than of others."""
        return self.called == CALLER

    def sayable(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys that a task can make known of its requests, in ``request_context``."""
        return [key for key in keys if ":" in key and (self.calls or is_shared(key))]


def is_shared(key: str) -> bool:
    """Whether a condition key that a task gives says something of others than the caller too."""
    folded = key.lower()
    return folded in _OF_REQUESTS or folded in _OF_ACCOUNTS or folded.startswith(_OF_RESOURCES)


def administrators_of(
    caller: Administrator, protected: Iterable[str], context: Mapping[str, Any]
) -> list[Administrator]:
    """The caller and those whom a task protects, with what is known of their requests.

    :param context: condition keys that the task gives. What describes the caller is the caller's alone, and what
        describes its account holds for principals of that account.
    """
    known = {key.lower() for key in caller.context}
    own = {key: value for key, value in context.items() if key.lower() not in known}
    signed = {key: value for key, value in _SIGNED.items() if key.lower() not in {one.lower() for one in context}}
    others = (name for name in dict.fromkeys(protected) if name != caller.principal)
    return [
        Administrator(caller.principal, {**signed, **own, **caller.context}, caller.called),
        *(Administrator(name, _shared(context, name, caller.principal)) for name in others),
    ]


def _shared(context: Mapping[str, Any], name: str, caller: str) -> dict[str, Any]:
    same = _account(name) == _account(caller)
    return {
        key: value for key, value in context.items() if is_shared(key) and (same or key.lower() not in _OF_ACCOUNTS)
    }


def _account(principal: str) -> str:
    arn = parse_arn(principal)
    return arn.account if arn else principal
