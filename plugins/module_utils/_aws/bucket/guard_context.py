# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the guards of bucket policies go by: the options of a task, and what AWS says.

Each thing is asked once in a module run, when the first plan needs it; a run with nothing to write asks for nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar

from ..._plan.guard.administrators import CALLER, Administrator
from ..._plan.guard.known_endpoints import KnownEndpoint, KnownVpc, Remembered
from ..._policy.language.arns import parse_arn
from ..api import ec2, iam, sts
from ..api.errors import CallError

#: The options that the guards go by, of one bucket.
GUARD_OPTIONS: dict[str, dict[str, Any]] = {
    "protected_principals": {"type": "list", "elements": "str"},
    "arriving_through": {"type": "str"},
    "request_context": {"type": "dict"},
    "allow_lockout": {"type": "bool", "default": False},
    "allow_public": {"type": "bool", "default": False},
    "allow_unknown_endpoints": {"type": "bool", "default": False},
    "allow_other_region": {"type": "bool", "default": False},
    "no_new_access": {"type": "bool", "default": False},
}
T = TypeVar("T")


class Asking(Protocol):
    """A :class:`module.Session`, as far as the guards need it."""

    @property
    def caller(self) -> sts.Caller:
        """Who calls."""

    def client(self, service: str, region: str | None = None) -> Any:
        """The client of that service, of another Region than the module's if it is given."""


class GuardContext:
    """What the guards of one module run know; threads may share it.

    :ivar region: the Region of the module.
    :ivar warnings: what could not be examined, for the user.
    """

    def __init__(self, session: Asking, region: str, check: bool) -> None:
        self.region = region
        self.check = check
        self.warnings: list[str] = []
        self._session = session
        self._lock = threading.RLock()
        self._arns: dict[tuple[tuple[str, str], str], str | None] = {}
        self._endpoints: dict[str, Remembered[KnownEndpoint]] = {}
        self._vpcs: dict[str, Remembered[KnownVpc]] = {}

    @property
    def caller(self) -> Administrator:
        """Who calls.

        :raises CallError: AWS does not say.
        """
        with self._lock:
            found = self._session.caller
        # The user id of GetCallerIdentity is the one that policies compare:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-userid
        return Administrator(found.arn, {"aws:userid": found.user_id}, CALLER)

    def full_arn(self, session: str) -> str | None:
        """The ARN of a session's role, which the session's own does not tell if it has a path."""
        arn = parse_arn(session)
        if arn is None or arn.service != "sts" or not arn.resource.startswith("assumed-role/"):
            return None
        place, role = (arn.partition, arn.account), arn.resource.split("/")[1]
        with self._lock:
            if (place, role) not in self._arns:
                self._arns[place, role] = self._role_arn(role) if place == self._place() else None
            return self._arns[place, role]

    def _role_arn(self, role: str) -> str | None:
        try:
            return iam.get_role_arn(self._session.client("iam"), role)
        except CallError:
            # Few automations may ask. The finding says how else to make it known.
            return None

    def _place(self) -> tuple[str, str] | None:
        """Partition and account of the roles that can be looked up: those of who calls."""
        arn = parse_arn(self._session.caller.arn)
        return (arn.partition, arn.account) if arn else None

    def places(self, region: str | None) -> list[str]:
        """Where the networks are looked up that the policy of a bucket in ``region`` names: there, and in the Region of
        the module, whose networks somebody may have named by mistake."""
        return list(dict.fromkeys([region or self.region, self.region]))

    def endpoints(self, ids: frozenset[str], region: str | None = None) -> Mapping[str, KnownEndpoint] | None:
        """What AWS knows of the endpoints with these ids, looked up for a bucket in ``region``.

        ``None``: it may not be asked.
        """
        return self._look_up(self._endpoints, self._describe_endpoints, ids, region)

    def vpcs(self, ids: frozenset[str], region: str | None = None) -> Mapping[str, KnownVpc] | None:
        """The same of VPCs."""
        return self._look_up(self._vpcs, self._describe_vpcs, ids, region)

    def _look_up(
        self,
        remembered: dict[str, Remembered[T]],
        ask: Callable[[str, Iterable[str]], Mapping[str, T] | None],
        ids: frozenset[str],
        region: str | None,
    ) -> Mapping[str, T] | None:
        found: dict[str, T] = {}
        with self._lock:
            for place in self.places(region):
                missing = ids - found.keys()
                known = remembered.setdefault(place, Remembered(partial(ask, place)))(missing) if missing else {}
                if known is None:
                    return None
                found.update(known)
        return found

    def _describe_endpoints(self, place: str, ids: Iterable[str]) -> Mapping[str, KnownEndpoint] | None:
        found = self._described(place, "endpoints", ec2.vpc_endpoints_with_ids, ids)
        if found is None:
            return None
        return {
            one["VpcEndpointId"]: KnownEndpoint(
                one["VpcEndpointId"], one.get("ServiceName", ""), one.get("VpcId", ""), one.get("State", ""), place
            )
            for one in found
        }

    def _describe_vpcs(self, place: str, ids: Iterable[str]) -> Mapping[str, KnownVpc] | None:
        found = self._described(place, "VPCs", ec2.vpcs_with_ids, ids)
        return None if found is None else {one["VpcId"]: KnownVpc(one["VpcId"], place) for one in found}

    def _described(
        self, place: str, what: str, find: Callable[[Any, list[str]], list[dict[str, Any]]], ids: Iterable[str]
    ) -> list[dict[str, Any]] | None:
        elsewhere = [] if place == self.region else [place]
        try:
            return find(self._session.client("ec2", *elsewhere), list(ids))
        except CallError as error:
            self.warnings.append(f"Whether the {what} that bucket policies name exist was not examined. {error}")
            return None
