# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The guards of gateway endpoints, with what they have to know from AWS.

Who calls, and what the policies of buckets say, is asked when a plan makes it matter, and once in a module run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from ..._plan.bucket.names import check_bucket
from ..._plan.endpoint.plan import Plan
from ..._plan.guard.administrators import Administrator, administrators_of, is_shared
from ..._plan.guard.endpoint import (
    Guard,
    dependents,
    needs_dependents,
)
from ..._plan.guard.endpoint_cutoff import CutoffGuard, Dependent
from ..._plan.guard.endpoint_lockout import EndpointLockoutGuard, root_of
from ..._plan.guard.endpoint_networks import NetworksGuard
from ..._plan.guard.guard import CUTOFF, DEPENDENTS, LOCKOUT, NETWORKS, NEW_ACCESS
from ..._plan.guard.new_access import EndpointAccessGuard
from ..._plan.guard_options import guard_problems
from ..._policy.language.document import Raw, load
from ..._policy.language.errors import PolicyError
from ..api import s3
from ..api.pace import Pace, drive
from ..api.s3_errors import BucketError
from ..bucket.guard_context import GuardContext
from ..bucket.read import read_live
from ..module import Session
from . import read as endpoints_read


class _Buckets:
    """The policies of the buckets that depend on the endpoint, those that are not known already read once in a run."""

    def __init__(self, session: Session, names: tuple[str, ...], known: Mapping[str, Any]) -> None:
        self._session = session
        self._names = names
        self._known = known

    def __call__(self) -> tuple[Dependent, ...]:
        return self._read

    @cached_property
    def _read(self) -> tuple[Dependent, ...]:
        return tuple(self._dependent(name) for name in self._names)

    def _dependent(self, name: str) -> Dependent:
        if name in self._known:
            return Dependent(name, _document(name, self._known[name]))
        # They may be another account's, so no owner is expected of them. Nothing is written to them.
        try:
            live = drive(read_live(self._client, name, None, Pace()))
            return Dependent(name, live.policy, region=live.region)
        except (BucketError, PolicyError) as error:
            return Dependent(name, problem=str(error), region=getattr(error, "region", None))

    @cached_property
    def _client(self) -> Any:
        return s3.once_only(self._session.client("s3"))


def _document(name: str, given: Any) -> Raw | None:
    """:raises PolicyError: it is neither a mapping nor JSON text."""
    return None if given is None else load(given, f"dependent_policies.{name}")


def check_guard_options(options: Mapping[str, Any], partition: str) -> None:
    """Before anything is asked of AWS.

    :raises PolicyError: what the options of the guards name cannot be.
    """
    given = {name: value for name, value in options.items() if value is not None}
    problems = list(guard_problems(given, partition))
    known = given.get("dependent_policies", {})
    for name in (*given.get("dependent_buckets", ()), *known):
        try:
            check_bucket(name, None)
        except PolicyError as error:
            problems += error.problems
    for name, document in known.items():
        try:
            _document(name, document)
        except PolicyError as error:
            problems += [replace(each, path=f"dependent_policies.{name}") for each in error.problems]
    if problems:
        raise PolicyError(problems, "options of the gateway endpoint")


def standard_guards(client: Any) -> dict[str, Guard]:
    """The guards that every run has. They read what they need when there is a plan that it matters for."""

    def depended_on(plan: Plan) -> list[Any]:
        if plan.before is None or not needs_dependents(plan):
            return []
        return list(dependents(plan, endpoints_read.interfaces(client, plan.before.vpc_id)))

    return {DEPENDENTS: depended_on}


def endpoint_guards(options: Mapping[str, Any], client: Any, session: Session, check: bool) -> dict[str, Guard]:
    """The guards of one endpoint, for :func:`endpoints.converge`.

    :param options: those of :data:`endpoints_module.GUARD_OPTIONS`.
    :param client: a client for EC2.
    """
    partition, region = client.meta.partition, client.meta.region_name
    guard_context = GuardContext(session, region, check)
    context = dict(options.get("request_context") or {})
    known = dict(options.get("dependent_policies") or {})
    buckets = tuple(dict.fromkeys((*(options.get("dependent_buckets") or ()), *known)))

    def account() -> str:
        return session.caller.account

    def administrators() -> list[Administrator]:
        root = root_of(partition, account())
        found = administrators_of(
            guard_context.caller, [*(options.get("protected_principals") or ()), root.principal], context
        )
        return [
            Administrator(one.principal, one.context, root.called if one.principal == root.principal else one.called)
            for one in found
        ]

    opening = {NEW_ACCESS: EndpointAccessGuard(partition, region, account)} if options.get("no_new_access") else {}
    return {
        **standard_guards(client),
        **opening,
        LOCKOUT: EndpointLockoutGuard(
            administrators,
            account,
            partition,
            region,
            options.get("arriving_through"),
            bool(options.get("allow_lockout")),
            guard_context.full_arn,
        ),
        CUTOFF: CutoffGuard(
            _Buckets(session, buckets, known),
            account,
            partition,
            region,
            {key: value for key, value in context.items() if is_shared(key)},
            bool(options.get("allow_cutoff")),
        ),
        NETWORKS: NetworksGuard(account, partition, region, bool(options.get("allow_cutoff"))),
    }
