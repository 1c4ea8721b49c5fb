# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One gateway endpoint, from what is there to what is declared.

The order of calls: read, plan, guards, write, read until AWS shows it. After a write that failed the endpoint is read
and planned again: when there is another plan now, the answer was lost or another writer came in between, and the new
plan is carried out; when it is the same plan, the error is what it seems to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..._plan.endpoint.identity import Found
from ..._plan.endpoint.plan import (
    CREATE,
    Call,
    Plan,
    Surroundings,
    decide,
    differences,
)
from ..._plan.endpoint.values import (
    AVAILABLE,
    DELETING,
    GONE_STATES,
    Endpoint,
    Wanted,
)
from ..._plan.guard.endpoint import Guard, run_guards
from ..._plan.guard.guard import Verdict
from ..api import ec2
from ..api.errors import CallError, NotSettled, Reason
from ..api.waiters import Pace
from . import read as endpoints_read
from .errors import FINAL, PASSING, explained

#: How often a run makes a new plan because another writer came in between, before it gives up.
MAX_ROUNDS = 3
#: How often a call is made again on an error of :data:`PASSING`.
MAX_PASSING = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found and done, or in check mode: what would be done.

    ``after`` is what AWS showed last, where it was asked again, otherwise what is planned. ``actions`` are the writes.
    """

    before: Endpoint | None
    after: Endpoint | None
    actions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    verdict: Verdict = field(default_factory=Verdict)


def converge(
    client: Any,
    wanted: Wanted,
    *,
    actions: list[str],
    check: bool = False,
    guards: Callable[[], Mapping[str, Guard]] = dict,
    pace: Pace | None = None,
) -> Outcome:
    """Make the endpoint what the task declares; with ``check``, only say what that would take.

    :param client: a client for EC2.
    :param guards: makes the guards; called when there is something to write.
    :param actions: gets each write that AWS has carried out, also when an exception follows.
    :raises Refusal: what is asked for does not fit what is there. Nothing was written.
    :raises GuardRefusal: what is to be written would harm.
    :raises CallError: AWS did not do it, or did not say.
    :raises NotSettled: it was written, but AWS does not show it.
    """
    run = _Run(client, wanted, actions, guards, pace or Pace())
    plan = run.look()
    if not plan.changed:
        return run.unchanged(plan, check)
    verdict = run_guards(plan, run.guards)
    if check:
        return Outcome(plan.before, plan.after, plan.actions, plan.warnings, verdict)
    return run.apply(plan, verdict)


class _Run:
    """The state of one run on one endpoint."""

    def __init__(
        self, client: Any, wanted: Wanted, actions: list[str], guards: Callable[[], Mapping[str, Guard]], pace: Pace
    ) -> None:
        self.client = client
        self.wanted = wanted
        self.actions = actions
        self._make_guards = guards
        self.pace = pace
        self.around = Surroundings()
        self.created: Endpoint | None = None
        self.warnings: list[str] = []
        self.rounds = 0
        self.passed = 0

    @cached_property
    def guards(self) -> Mapping[str, Guard]:
        return self._make_guards()

    def look(self) -> Plan:
        plan = self._plan(endpoints_read.find(self.client, self.wanted))
        if self.wanted.vpc_id or plan.before is None or not _concerns_siblings(plan.before, plan.after):
            return plan
        # A task that names the endpoint by its id has not seen the others of the VPC.
        around = endpoints_read.siblings(self.client, self.wanted, plan.before.vpc_id)
        return decide(around, self.wanted, self.around)

    def _plan(self, found: Found) -> Plan:
        self.around = endpoints_read.surroundings(self.client, found, self.wanted)
        return decide(found, self.wanted, self.around)

    def unchanged(self, plan: Plan, check: bool) -> Outcome:
        """Nothing to write. What is on its way to where it shall be is waited for."""
        after = plan.after
        if self.pace.wait and not check:
            if self.wanted.state == "absent":
                self._gone([str(one.id) for one in plan.siblings if one.state == DELETING])
            else:
                after = self._awaited(plan)
        return Outcome(plan.before, after, warnings=plan.warnings)

    def apply(self, first: Plan, verdict: Verdict) -> Outcome:
        plan = first
        while plan.changed:
            if plan.blocked_by and self.pace.wait:
                self._gone(plan.blocked_by)
            left = list(plan.calls)
            try:
                self._write(left)
                break
            except CallError as error:
                plan = self._again(plan, left, error)
                verdict = run_guards(plan, self.guards) if plan.changed else verdict
        after = self._awaited(plan)
        return Outcome(first.before, after, tuple(self.actions), (*first.warnings, *self.warnings), verdict)

    def _write(self, left: list[Call]) -> None:
        """Make the calls; each one that AWS has carried out is taken off the list."""
        while left:
            call = left[0]
            answer = ec2.WRITES[call.action](self.client, **call.parameters)
            self.actions.append(call.action)
            left.pop(0)
            if call.action == CREATE and answer is not None:
                self.created = Endpoint.from_description(answer)

    def _again(self, plan: Plan, left: list[Call], error: CallError) -> Plan:
        """The plan after the first call of ``left`` has failed.

        :raises CallError: ``error``, explained, when there is nothing else to be done than what has failed.
        """
        if error.reason in FINAL:
            raise explained(error, plan) from error
        shown = plan.before or plan.after
        again = self._plan(endpoints_read.siblings(self.client, self.wanted, shown.vpc_id if shown else ""))
        if again.calls == tuple(left):
            self.passed += 1
            if error.code not in PASSING or not self.pace.wait or self.passed > MAX_PASSING:
                raise explained(error, again) from error
            self.pace.sleep(self.pace.pauses[-1])
            return again
        self.rounds += 1
        if self.rounds > MAX_ROUNDS:
            raise explained(error, again) from error
        if (error.resent or error.reason is Reason.UNCERTAIN) and left[0].action not in again.actions:
            self.actions.append(left[0].action)  # Carried out, but the answer was lost.
        else:
            self.warnings.append(f"Another writer changed {plan.subject} while this task was about to.")
        return again

    def _awaited(self, plan: Plan) -> Endpoint | None:
        """The endpoint as AWS shows it in the end; as planned, without waiting."""
        if plan.after is None:
            if plan.before is not None and self.pace.wait:
                self._gone([str(plan.before.id)])
            return None
        if self.pace.wait:
            settled = not plan.changed and plan.after.state == AVAILABLE
            return plan.after if settled else self._shown(str((self.created or plan.after).id), plan.after)
        if self.created is None:
            return plan.after
        return replace(plan.after, id=self.created.id, state=self.created.state, facts=self.created.facts)

    def _shown(self, endpoint_id: str, aim: Endpoint) -> Endpoint:
        """Wait until the endpoint is available and is what the task wants.

        One that was created a moment ago may not be found at first.
        """
        seen: Endpoint | None = None
        for _look in self.pace.looks():
            seen = next(iter(endpoints_read.by_id(self.client, endpoint_id)), None)
            if seen is None:
                continue
            if not seen.is_live:
                reason = seen.facts.get("last_error") or "AWS gives no reason"
                raise NotSettled(
                    f"Endpoint {endpoint_id} does not become available, its state is {seen.state}: {reason}."
                )
            if seen.state == AVAILABLE and not decide(Found(seen), self.wanted, self.around).changed:
                return seen
        raise NotSettled(self._unsettled(endpoint_id, aim, seen))

    def _unsettled(self, endpoint_id: str, aim: Endpoint, seen: Endpoint | None) -> str:
        if seen is None:
            found = "does not show it"
        elif seen.state != AVAILABLE:
            found = f"shows it in the state {seen.state}"
        else:
            found = f"shows another {', '.join(differences(aim, seen)) or 'declaration'}"
        return (
            f"AWS took the changes of endpoint {endpoint_id}, but {found} after {self.pace.timeout:g} seconds "
            "(wait_timeout). It may need more time, or another writer has changed it back. Run the task again to find "
            "out: it does only what is missing."
        )

    def _gone(self, ids: Sequence[str]) -> None:
        """Wait until the endpoints are deleted."""
        for endpoint_id in ids:
            for _look in self.pace.looks():
                seen = endpoints_read.by_id(self.client, endpoint_id)
                if all(one.state in GONE_STATES for one in seen):
                    break
            else:
                raise NotSettled(
                    f"Endpoint {endpoint_id} is still being deleted after {self.pace.timeout:g} seconds "
                    "(wait_timeout). Run the task again later."
                )


def _concerns_siblings(before: Endpoint, after: Endpoint | None) -> bool:
    """Whether other endpoints of the VPC matter: their routes may stand in the way, or this is the last one to go."""
    return after is None or bool(set(after.route_tables) - set(before.route_tables))
