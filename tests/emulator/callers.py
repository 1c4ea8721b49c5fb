# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls, by the access key, and what that identity's own policies are.

- no signature: anonymous
- ``AKIAROOT`` and twelve digits: the root user of that account
- keys that IAM or AssumeRole gave out: the user, or the session of the role, with the policies that moto's IAM keeps
- keys that nobody registered, and sessions of roles that IAM does not know: an automation that may do everything
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from moto.backends import get_backend

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import ASSUME_ALLOW

ANONYMOUS = "anonymous"
ROOT_KEY = "AKIAROOT"
#: What AWS gives every user as its unique id, for those whose id nobody knows.
AUTOMATION_ID = "AIDACKCEVSQ6C2EXAMPLE"


@dataclass(frozen=True)
class Caller:
    """``identity``: texts of policies, or ``ASSUME_ALLOW``. ``context``: condition keys that only IAM knows."""

    arn: str
    account: str
    identity: tuple[str, ...] | str = ASSUME_ALLOW
    boundary: str | None = None
    session: str | None = None
    context: dict[str, str] = field(default_factory=dict)
    user_id: str = ""

    @property
    def registered(self) -> bool:
        """Whether policies of its own bind it."""
        return self.identity != ASSUME_ALLOW


def account_of_root(key: str) -> str | None:
    """The account whose root user has this key; ``None`` for other keys."""
    return key.removeprefix(ROOT_KEY) if key.startswith(ROOT_KEY) and key[len(ROOT_KEY) :].isdigit() else None


def find_caller(key: str, account: str) -> Caller:
    """The caller with this access key ("" for an unsigned request) of an account."""
    if not key:
        return Caller(ANONYMOUS, "", ())
    if root := account_of_root(key):
        return Caller(f"arn:aws:iam::{root}:root", root, user_id=root)
    backend = get_backend("iam")[account]["aws"]
    for user in backend.users.values():
        if any(each.access_key_id == key for each in user.access_keys):
            groups = backend.get_groups_for_user(user.name)
            return Caller(
                user.arn,
                account,
                tuple(text for owner in (user, *groups) for text in _texts(owner)),
                context={"aws:userid": user.id},
                user_id=user.id,
            )
    for session in get_backend("sts")[account]["aws"].assumed_roles:
        if session.access_key_id == key:
            return _session(backend, session, account)
    context = {"aws:userid": AUTOMATION_ID}
    return Caller(f"arn:aws:iam::{account}:user/automation", account, context=context, user_id=AUTOMATION_ID)


def _session(backend: Any, session: Any, account: str) -> Caller:
    context = {"aws:userid": session.user_id, "aws:PrincipalArn": session.role_arn}
    role = next((each for each in backend.roles.values() if each.arn == session.role_arn), None)
    if role is None:
        return Caller(session.arn, account, session=session.policy or None, context=context, user_id=session.user_id)
    return Caller(
        session.arn,
        account,
        tuple(_texts(role)),
        _boundary(backend, role),
        session.policy or None,
        context,
        session.user_id,
    )


def _texts(owner: Any) -> list[str]:
    """Inline and managed policies of a user, group or role."""
    return [*owner.policies.values(), *(_document(policy) for policy in owner.managed_policies.values())]


def _boundary(backend: Any, role: Any) -> str | None:
    name = role.permissions_boundary_arn
    return _document(backend.managed_policies[name]) if name else None


def _document(policy: Any) -> str:
    return next(each.document for each in policy.versions if each.version_id == policy.default_version_id)
