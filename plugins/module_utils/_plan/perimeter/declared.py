# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who is meant to reach what on which way, by the declaration of a perimeter and by nothing else.

What is read here is what people declared, never a policy, so that a policy can be held against it. A way on which the
declaration is silent is judged neither way: ``EITHER``. Principals of other accounts who may pass from everywhere need
an Allow as well, of which nothing is declared: no more is asked for them than ``NO_EXPLICIT_DENY``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ..._policy.building.endpoint import Grant
from ..._policy.building.perimeter import Perimeter
from ..._policy.evaluation.conditions import Check, compile_condition
from ..._policy.language.access_levels import is_about_objects, is_listing
from ..._policy.language.document import VERSIONS, Condition
from ..._policy.language.logic import Kleene, either
from ..._policy.language.patterns import pattern, text_matcher
from ..._policy.language.values import Context

ALLOW, DENY, NO_EXPLICIT_DENY, EITHER = "allow", "deny", "no_explicit_deny", "either"

# Ways to a bucket, as they stand in results.
ENDPOINT = "endpoint"
WITHOUT_TLS = "endpoint_without_tls"
INTERNET = "internet"
ANOTHER = "another_endpoint"
ADDITIONAL = "additional_endpoints"
FORWARDED = "forwarded_by_a_service"

GET, PUT, DELETE, LIST, PUT_POLICY = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:PutBucketPolicy",
)
#: What is asked of everybody -> its name in results.
ACTIONS = {GET: "get", PUT: "put", DELETE: "delete", LIST: "list", PUT_POLICY: "put_policy"}


@dataclass(frozen=True, slots=True)
class Declaration:
    """What was declared; see the variables of the role.

    ``grants``: by bucket. ``break_glass`` and ``managers`` are ARNs as people give them, ``*_patterns`` what
    ``aws:PrincipalArn`` is for these. ``account`` owns the buckets, ``endpoint_account`` the endpoint. ``peers`` are
    the networks that other declarations may have put into the perimeter of a shared bucket. ``everything``: the
    endpoint may let all pass to the buckets of the account, or of ``organization`` if that is given.
    """

    grants: Mapping[str, Grant]
    account: str
    partition: str
    endpoint: str
    vpc: str
    region: str = ""
    endpoint_account: str = ""
    break_glass: tuple[str, ...] = ()
    break_glass_patterns: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    manager_patterns: tuple[str, ...] = ()
    additional: tuple[str, ...] = ()
    peers: Collection[str] = field(default=())
    everything: bool = False
    organization: str | None = None
    tls: bool = True
    services: bool = False
    forwarded: bool = False

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks that are declared to pass, by all of their names."""
        return (self.endpoint, self.vpc, *self.additional)


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who asks: ``label`` in results, ``own``: of the account of the bucket, ``context`` as in requests.

    ``found``: in the bucket's policy, which may keep out whom it names.
    """

    label: str
    principal: str
    own: bool
    context: Context
    signs: bool = True
    service: bool = False
    found: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: an action on a resource; ``keys`` says in results which keys, ``key`` is one of them.

    ``found``: the key is in the bucket's policy, which may keep it from whom it likes.
    """

    action: str
    resource: str
    keys: str
    key: str
    context: tuple[tuple[str, str], ...] = ()
    found: bool = False


def expected(declaration: Declaration, shared: Perimeter | None, grant: Grant, who: Who, way: str, ask: Ask) -> str:
    """Whether a request is declared to pass: ``ALLOW``, ``DENY``, ``NO_EXPLICIT_DENY`` or ``EITHER``.

    :param shared: what other declarations spare in the perimeter of a shared bucket, ``None`` if there are none.
    :param way: one of the ways above.
    """
    if ask.action == PUT_POLICY and who.own and who.context.get("aws:principaltype") == ("Account",):
        return EITHER  # S3 lets the root user mend a bucket's policy whatever it says; nothing is declared of that.
    if way == WITHOUT_TLS:
        return DENY
    if way in (ENDPOINT, ADDITIONAL):
        through = _through_endpoint(declaration, grant, who, ask)
        # What else passes a declared endpoint of others is for its own policy to say.
        return EITHER if way == ADDITIONAL and through == DENY else through
    if who.service:
        return EITHER if declaration.services or (shared and shared.services) else DENY
    if way == FORWARDED and (declaration.forwarded or (shared and shared.forwarded)):
        return EITHER
    return _from_anywhere(declaration, shared, who, ask.action)


def _through_endpoint(declaration: Declaration, grant: Grant, who: Who, ask: Ask) -> str:
    if ask.action == PUT_POLICY and not who.own:
        return DENY  # S3 lets nobody else do so, whatever policies say.
    named = is_one_of(grant.principals, who.context) if grant.principals else True
    granted: Kleene = named if _covers(grant, ask) else False
    if granted is True and not (who.found or ask.found):
        # Others than principals of the account, who were not named, need an Allow of which nothing is declared.
        return ALLOW if who.own or (grant.principals and who.signs) else EITHER
    if granted is not False or declaration.everything or _may_from_anywhere(declaration, who, ask.action) is not False:
        return EITHER
    return DENY


def _from_anywhere(declaration: Declaration, shared: Perimeter | None, who: Who, action: str) -> str:
    may = _may_from_anywhere(declaration, who, action)
    if may:
        return ALLOW if who.own else NO_EXPLICIT_DENY
    if may is None:
        return EITHER
    if shared and (
        is_one_of(shared.principals, who.context) is not False
        or (action == PUT_POLICY and is_one_of(shared.managers, who.context) is not False)
        or who.context.get("aws:principalaccount") in tuple((account,) for account in shared.accounts)
    ):
        return EITHER
    return DENY


def _may_from_anywhere(declaration: Declaration, who: Who, action: str) -> Kleene:
    glass = is_one_of(declaration.break_glass_patterns, who.context)
    if action != PUT_POLICY:
        return glass
    # Break-glass principals of other accounts pass the perimeter; the policy of a bucket is not for them.
    return either((glass if who.own else False, is_one_of(declaration.manager_patterns, who.context)))


def _covers(grant: Grant, ask: Ask) -> bool:
    if not any(_names(action, ask.action) for action in grant.actions):
        return False
    if not grant.prefixes or not (is_about_objects(ask.action) or is_listing(ask.action)):
        return True
    return ask.key.startswith(grant.prefixes)


@lru_cache(maxsize=1024)
def _names(given: str, action: str) -> bool:
    return text_matcher(pattern(given.lower()))(action.lower())


def is_one_of(patterns: tuple[str, ...], context: Context) -> Kleene:
    """Whether who calls is among these patterns of ``aws:PrincipalArn``; ``None``: it hangs on the path of a role."""
    check = _check(patterns) if patterns else None
    return check.holds(context) if check else False


@lru_cache(maxsize=1024)
def _check(patterns: tuple[str, ...]) -> Check | None:
    return compile_condition(Condition("ArnLike", "aws:PrincipalArn", patterns, ""), VERSIONS[0], [])
