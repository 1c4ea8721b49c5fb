# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who calls, and whether a statement is about them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from .arns import ACCOUNT, PARTITIONS, parse_arn, user_arn
from .logic import Kleene, either

ANONYMOUS = "anonymous"
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
# All roles of services linked to them are so called and live in this path; nobody else may use either.
_LINKED_NAME, _LINKED_PATH = "AWSServiceRoleFor", "aws-service-role/"


class Kind(enum.Enum):
    """What a caller is."""

    USER = "user"
    ROLE = "role"
    SESSION = "assumed-role session"
    FEDERATED = "federated user"
    ROOT = "root user"
    ANONYMOUS = "anonymous caller"
    SERVICE = "service principal"


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal of a request.

    ``arn`` is empty for services and anonymous callers. A session (or a role, which stands for a session of it) has
    ``role_arn`` if its path is known, and ``session`` if its name is.
    """

    kind: Kind
    text: str
    partition: str = ""
    account: str = ""
    arn: str = ""
    name: str = ""
    role_arn: str | None = None
    session: str | None = None
    #: What is the same for the same caller, of whom the same is known.
    key: str = field(init=False, compare=False, repr=False)
    #: Whether it is a principal of an account.
    signs: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Decisions ask for both all the time.
        object.__setattr__(self, "key", f"{self.text} {self.role_arn} {self.session}")
        object.__setattr__(self, "signs", bool(self.account))

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def linked(self) -> Kleene:
        """Whether it is a role linked to a service, which organizations cannot restrict."""
        if self.kind not in (Kind.ROLE, Kind.SESSION):
            return False
        if self.role_arn is not None:
            return self.role_arn.partition(":role/")[2].startswith(_LINKED_PATH)
        return None if self.name.startswith(_LINKED_NAME) else False


@lru_cache(maxsize=4096)
def read_caller(text: str, partition: str) -> Caller | None:
    """The caller that a text names; an account's number alone stands for its root user in ``partition``.

    ``None``: the text names no principal that can call.
    """
    if text == ANONYMOUS:
        return Caller(Kind.ANONYMOUS, text)
    if ACCOUNT.fullmatch(text):
        text = f"arn:{partition}:iam::{text}:root"
    text = user_arn(text)
    arn = parse_arn(text)
    if arn is None:
        return Caller(Kind.SERVICE, text, name=text) if _SERVICE.fullmatch(text) else None
    if "*" in text or "?" in text or arn.region or not ACCOUNT.fullmatch(arn.account):
        return None
    if arn.partition not in PARTITIONS:
        return None
    kind, slash, rest = arn.resource.partition("/")
    name = rest.rpartition("/")[2]
    match arn.service, kind, bool(name):
        case "iam", "root", False if not slash:
            return Caller(Kind.ROOT, text, arn.partition, arn.account, text)
        case "iam", "user", True:
            return Caller(Kind.USER, text, arn.partition, arn.account, text, name)
        case "iam", "role", True:
            return Caller(Kind.ROLE, text, arn.partition, arn.account, text, name, role_arn=text)
        case "sts", "federated-user", True:
            return Caller(Kind.FEDERATED, text, arn.partition, arn.account, text, name)
        case "sts", "assumed-role", True if rest.count("/") == 1 and rest[0] != "/":
            role, _slash, session = rest.partition("/")
            return Caller(Kind.SESSION, text, arn.partition, arn.account, text, role, session=session)
    return None


@dataclass(frozen=True, slots=True)
class Match:
    """How a statement is about a caller: each way by itself is enough.

    ``direct``: it names the user, the session or everybody; ``role``: it names the role of a session; ``account``: it
    names the account, which in an Allow leaves the decision to the policies of that account.
    """

    direct: Kleene = False
    role: Kleene = False
    account: Kleene = False

    @property
    def any(self) -> Kleene:
        if self.direct or self.role or self.account:
            return True
        return None if None in (self.direct, self.role, self.account) else False


EVERYBODY = Match(direct=True)
NOBODY = Match()

Principals: TypeAlias = Mapping[str, tuple[str, ...]]


def match_principal(principals: Principals, caller: Caller, account_is_root: bool = False) -> Match:
    """How an element Principal is about a caller.

    :param account_is_root: an account stands for its root user alone, as in endpoint policies
        (https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html).
    """
    names = principals.get("AWS", ())
    if "*" in names:
        return EVERYBODY
    if caller.kind is Kind.SERVICE:
        return Match(direct=caller.name in principals.get("Service", ()))
    if not caller.signs:
        return NOBODY
    account = _names_account(names, caller)
    role = _names_role(names, caller)
    direct = _names_caller(names, caller)
    if caller.kind is Kind.ROOT and account:
        direct = True
    # The canonical id of an account's owner is not part of a request's form.
    canonical: Kleene = None if principals.get("CanonicalUser") else False
    if direct is role is account is canonical is False:
        return NOBODY
    return Match(either((direct, canonical)), role, account and not account_is_root)


def match_not_principal(principals: Principals, caller: Caller, bounded: bool) -> Match:
    """How an element NotPrincipal is about a caller; ``bounded``: a permissions boundary is in force.

    It spares a caller if all of the chain (account, role, caller) is listed, hits one of whom nothing is, and "might"
    hit the others. It always hits principals with a permissions boundary.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    names = principals.get("AWS", ())
    if caller.kind is Kind.SERVICE:
        return NOBODY if "*" in names or caller.name in principals.get("Service", ()) else EVERYBODY
    if not caller.signs:
        return NOBODY if "*" in names else EVERYBODY
    if bounded and caller.kind is not Kind.ROOT:
        return EVERYBODY
    if "*" in names:
        return NOBODY
    chain: list[Kleene] = [_names_account(names, caller)]
    if caller.kind in (Kind.ROLE, Kind.SESSION):
        chain.append(_names_role(names, caller))
    if caller.kind is not Kind.ROOT:
        chain.append(_names_caller(names, caller))
    if principals.get("CanonicalUser"):
        chain.append(None)
    if all(listed is True for listed in chain):
        return NOBODY
    return EVERYBODY if all(listed is False for listed in chain) else Match(direct=None)


def missing_of(names: Sequence[str], caller: Caller) -> tuple[str, ...]:
    """The keys that would tell whether the caller is one of these principals."""
    missing = []
    if caller.role_arn is None and _names_role(names, caller) is None:
        missing.append("aws:PrincipalArn")
    if caller.session is None and _names_caller(names, caller) is None:
        # The user id of a session ends in the session's name.
        missing.append("aws:userid")
    return tuple(missing)


def _names_account(names: Sequence[str], caller: Caller) -> bool:
    return caller.account in names or f"arn:{caller.partition}:iam::{caller.account}:root" in names


def _names_role(names: Sequence[str], caller: Caller) -> Kleene:
    if caller.kind not in (Kind.ROLE, Kind.SESSION):
        return False
    if caller.role_arn is not None:
        return caller.role_arn in names
    start, end = f"arn:{caller.partition}:iam::{caller.account}:role/", f"/{caller.name}"
    return None if any(name.startswith(start) and name.endswith(end) for name in names) else False


def _names_caller(names: Sequence[str], caller: Caller) -> Kleene:
    if caller.kind is Kind.ROLE:
        start = f"arn:{caller.partition}:sts::{caller.account}:assumed-role/{caller.name}/"
        if caller.session is not None:
            return start + caller.session in names
        return None if any(name.startswith(start) for name in names) else False
    return caller.kind is not Kind.ROOT and caller.arn in names
