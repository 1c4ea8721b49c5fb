# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who made a request, as the element userIdentity of CloudTrail and the requester of server access logs tell it.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ..._policy.language.arns import ACCOUNT, parse_arn
from ..._policy.language.principals import ANONYMOUS

#: Kinds of principals.
USER, ROLE, SESSION, FEDERATED, ROOT, SERVICE, OAI, FOREIGN, UNREADABLE = (
    "user",
    "role",
    "session",
    "federated user",
    "root user",
    "service",
    "origin access identity",
    "principal of an account",
    "principal that is not told",
)
#: What CloudTrail writes where it names no service.
AWS_INTERNAL = "AWS Internal"
#: Calls of the console, before CloudTrail had a field for that.
CONSOLE_SERVICE = "signin.amazonaws.com"

#: What CloudTrail has written for the account of those who give no credentials, over the years.
_ANONYMOUS = (ANONYMOUS, "ANONYMOUS_PRINCIPAL")
_CANONICAL = re.compile(r"[0-9a-f]{64}")
_CLOUDFRONT = "cloudfront"
_OAI_USER = re.compile(r"arn:[a-z-]+:iam::cloudfront:user/.+")
#: The account with which AWS delivers logs by itself.
_DELIVERY = "arn:aws:iam::162777425019:user/awslogsdelivery"


class Identity(NamedTuple):
    """Who it was; ``principal`` as a request of the evaluator takes it, or empty."""

    principal: str
    unique_id: str
    account: str
    kind: str
    via: str = ""
    internal: bool = False
    console: bool = False


def identity_of(given: Mapping[str, Any]) -> Identity:
    """What userIdentity says: the role, where it is a session of one."""
    get = given.get
    kind, unique, role = get("type"), str(get("principalId") or ""), None
    session = get("sessionContext")
    if isinstance(session, dict):
        issuer = session.get("sessionIssuer")
        role = issuer.get("arn") if isinstance(issuer, dict) else None
    # Sessions come and go.
    arn = None if role and kind == "AssumedRole" else get("arn")
    return _told(kind, arn, get("accountId"), unique.partition(":")[0], get("invokedBy"), role)


@lru_cache(maxsize=16384)
def _told(kind: Any, arn: Any, account: Any, unique: str, via: Any, role: Any) -> Identity:
    return _identity(*("" if one is None else str(one) for one in (kind, arn, account, unique, via, role)))


def _identity(kind: str, arn: str, account: str, unique: str, via: str, role: str) -> Identity:
    if kind == "AWSService" or (not kind and not arn and not account and via):
        named = via.endswith((".amazonaws.com", ".amazonaws.com.cn"))
        return Identity(via if named else "", "", "", SERVICE)
    console, internal = via == CONSOLE_SERVICE, via.startswith(AWS_INTERNAL)
    service = "" if console or internal else via
    found = _of_account(kind, arn, account, unique, role)
    return found._replace(via=service, internal=internal, console=console)


def _of_account(kind: str, arn: str, account: str, unique: str, role: str) -> Identity:
    if account in _ANONYMOUS:
        return Identity(ANONYMOUS, "", "", ANONYMOUS)
    if account.lower() == _CLOUDFRONT or _OAI_USER.fullmatch(arn):
        return Identity("", unique, "", OAI)
    if kind == "AssumedRole" and of_arn(role).kind == ROLE:
        return Identity(role, unique, account or of_arn(role).account, ROLE)
    if not arn:
        known = bool(ACCOUNT.fullmatch(account))
        return Identity("", unique, account if known else "", FOREIGN if known else UNREADABLE)
    return of_arn(arn)._replace(unique_id=unique)


@lru_cache(maxsize=16384)
def of_arn(arn: str) -> Identity:
    """Who an ARN is."""
    found = parse_arn(arn)
    if found is None or not ACCOUNT.fullmatch(found.account):
        return Identity("", "", "", OAI if _OAI_USER.fullmatch(arn) else UNREADABLE)
    name = found.resource.partition("/")[0]
    kinds = {
        ("iam", "user"): USER,
        ("iam", "role"): ROLE,
        ("iam", "root"): ROOT,
        ("sts", "assumed-role"): SESSION,
        ("sts", "federated-user"): FEDERATED,
    }
    kind = kinds.get((found.service, name))
    if kind is None:
        return Identity("", "", found.account, UNREADABLE)
    return Identity(arn, "", found.account, kind)


@lru_cache(maxsize=16384)
def requester_of(text: str) -> Identity | None:
    """Who the requester of a server access log is; ``None`` for what S3 and AWS's log delivery do by themselves."""
    if text == "-":
        return Identity(ANONYMOUS, "", "", ANONYMOUS)
    if text in ("AmazonS3", _DELIVERY):
        return None
    if text.startswith("svc:"):
        return Identity(text[4:], "", "", SERVICE)
    if _CANONICAL.fullmatch(text):
        # The canonical id of an account: its root user, or somebody of another account.
        return Identity("", text, "", FOREIGN)
    if text.startswith("arn:"):
        return of_arn(text)
    return Identity("", text, "", UNREADABLE)
