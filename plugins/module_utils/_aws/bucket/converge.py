# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One bucket's policy, from the live document to the declared one.

Nothing here knows Ansible's module object, and a client may be shared by threads: the module for one bucket and the one
for many are two front doors on :func:`converge`, whose pauses are yielded, so that a pool of workers can use them.

The order of calls: read, plan, guards, (read again when that took long), write, read back. A write is never repeated
as it was: after anything but a good answer the bucket is read and planned again first, so neither a lost answer nor
another writer in between can make us put an old document back. A policy is replaced or deleted, never deleted to be
put again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._plan.bucket.plan import (
    DELETE,
    Declaration,
    Plan,
    decide,
)
from ..._plan.guard.bucket import Guard
from ..._plan.guard.guard import LOCKOUT, Verdict, run_guards
from ..._policy.language.document import Raw
from ..._policy.language.limits import bucket_policy_text
from ..._policy.meaning.canonical import equivalent
from ..api import s3
from ..api.pace import Pace, Patience, Steps
from ..api.s3_errors import BucketError, Kind
from .diagnosis import explained
from .read import read_live

#: How often a run writes because another writer took its statements away again, before it gives up.
MAX_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class BucketOutcome:
    """What was found and done, or in check mode: what would be done. ``after`` is what AWS showed last, where it was
    asked again, otherwise the planned document."""

    plan: Plan
    after: Raw | None
    verdict: Verdict
    actions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.actions)


class GuardError(Exception):
    """The guards refuse the write. ``verdict`` says what and why, ``done`` what had been written before."""

    def __init__(self, plan: Plan, verdict: Verdict) -> None:
        self.plan = plan
        self.verdict = verdict
        self.done: tuple[str, ...] = ()
        super().__init__(f"Refused to write the policy of bucket {plan.bucket}: {verdict.reasons}")


class NotSettledError(Exception):
    """AWS took the write but does not show it, or another writer keeps undoing it. ``outcome`` is what was done."""

    def __init__(self, message: str, outcome: BucketOutcome) -> None:
        self.outcome = outcome
        super().__init__(message)


def converge(
    client: Any,
    declaration: Declaration,
    *,
    owner: str | None,
    check: bool = False,
    guards: Callable[[str | None], Mapping[str, Guard]] = lambda _region: {},
    pace: Pace | None = None,
    keep: Callable[[Raw | None], str] | None = None,
) -> Steps[BucketOutcome]:
    """Make the bucket's policy what the declaration says; with ``check``, only say what that would take.

    :param client: an S3 client of :func:`s3.once_only`.
    :param owner: the account that must own the bucket; ``None`` leaves that open.
    :param guards: gives the guards by name for a bucket in that Region, once there is something to write.
    :param keep: stores a document that is about to be replaced (``None``: there is none) and returns where.
    :raises PolicyError: the statements do not merge, or the document is too large.
    :raises GuardError: what is to be written would harm.
    :raises BucketError: a call failed.
    :raises NotSettledError: it was written, but AWS does not show it.

    Any error has ``done``, which says what had been written by then, once a write was begun. It is empty unless another
    writer came in between.
    """
    run = _Run(client, declaration, owner, guards, pace or Pace(), keep)
    plan = yield from run.look()
    if not plan.changed:
        return BucketOutcome(plan, plan.after, Verdict(), warnings=plan.warnings)
    verdict = run.checked(plan)
    if check:
        return BucketOutcome(plan, plan.after, verdict, (str(plan.action),), plan.warnings)
    try:
        return (yield from run.apply(plan, verdict))
    except Exception as error:
        # Whatever it is, even one that nobody foresaw: what was written by then must be told.
        error.done = tuple(run.actions)  # type: ignore[attr-defined]
        raise


@dataclass(slots=True)
class _Run:
    """The state of one run on one bucket."""

    client: Any
    declaration: Declaration
    owner: str | None
    guards: Callable[[str | None], Mapping[str, Guard]]
    pace: Pace
    keep: Callable[[Raw | None], str] | None
    region: str | None = None
    read_at: float = float("-inf")
    actions: list[str] = field(default_factory=list)
    backups: list[tuple[Raw | None, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def look(self) -> Steps[Plan]:
        live = yield from read_live(self.client, self.declaration.bucket, self.owner, self.pace)
        self.read_at, self.region = self.pace.clock(), live.region
        return decide(live.policy, self.declaration)

    def checked(self, plan: Plan) -> Verdict:
        verdict = run_guards(plan, self.guards(self.region))
        if verdict.refused:
            raise GuardError(plan, verdict)
        return verdict

    def apply(self, plan: Plan, verdict: Verdict) -> Steps[BucketOutcome]:
        for _round in range(MAX_ROUNDS):
            plan, verdict = yield from self._write(plan, verdict)
            if not self.pace.wait or not plan.changed:
                return self._outcome(plan, plan.after, verdict)
            left, live = yield from self._settled(plan, verdict)
            if left is None:
                return self._outcome(plan, live, verdict)
            plan, verdict = left, self.checked(left)
            self.warnings.append(
                f"Another writer replaced the policy of bucket {plan.bucket} while this task wrote it; "
                "what is declared here was merged into the other's document and written again."
            )
        raise NotSettledError(
            f"The policy of bucket {plan.bucket} was written {MAX_ROUNDS} times, and each time another writer "
            "took away what this task had put there. Two owners declare different things: let each own its statements "
            "by Sid, or let one own the document.",
            self._outcome(plan, plan.before, verdict),
        )

    def _write(self, plan: Plan, verdict: Verdict) -> Steps[tuple[Plan, Verdict]]:
        """Write the plan, or one made anew when the live document is another by now; returns the one that was written.

        The plan returned has nothing to write when somebody else has done it all before us.
        """
        patience = Patience(self.pace, write=True)
        unanswered: Plan | None = None
        while True:
            if self.pace.clock() - self.read_at > self.pace.max_read_age:
                again = yield from self.look()
                if not again.changed and unanswered is not None:
                    self.actions.append(str(unanswered.action))
                    return unanswered, verdict
                if not again.changed:
                    return again, verdict
                if not equivalent(again.before, plan.before):
                    verdict = self.checked(again)
                plan = again
            self._keep(plan)
            try:
                self._send(plan)
            except BucketError as error:
                if error.kind is Kind.UNCERTAIN:
                    unanswered = plan
                yield self._pause(patience, error, plan)
                self.read_at = float("-inf")
            else:
                self.actions.append(str(plan.action))
                return plan, verdict

    def _send(self, plan: Plan) -> None:
        if plan.action == DELETE:
            s3.delete_bucket_policy(self.client, plan.bucket, self.owner)
        else:
            s3.put_bucket_policy(self.client, plan.bucket, self.owner, bucket_policy_text(plan.after or {}))

    def _pause(self, patience: Patience, error: BucketError, plan: Plan) -> float:
        try:
            if error.kind is Kind.INVALID_PRINCIPAL and plan.deleted_principals:
                raise error  # Time does not bring back who was deleted.
            return patience.after(error)
        except BucketError as final:
            raise explained(self.client, self.owner, final, plan.deleted_principals) from final

    def _keep(self, plan: Plan) -> None:
        if self.keep is None or (self.backups and equivalent(self.backups[-1][0], plan.before)):
            return
        self.backups.append((plan.before, self.keep(plan.before)))

    def _settled(self, plan: Plan, verdict: Verdict) -> Steps[tuple[Plan | None, Raw | None]]:
        """Wait until AWS shows the document: ``(None, live)``; when it is another: ``(the plan for it, live)``.

        An old document shown again is taken for what it is; a document never seen before only when it is shown twice,
        for bucket configuration is eventually consistent and may also show what was there before our last look.
        """
        other: Raw | None = None
        for pause in self.pace.polls():
            yield pause
            try:
                now = yield from self.look()
            except BucketError as error:
                if error.kind is not Kind.DENIED:
                    raise
                return None, self._unreadable(plan, verdict, error)
            if not now.changed:
                return None, now.before
            if equivalent(now.before, plan.before):
                continue
            if other is not None and equivalent(now.before, other):
                return now, now.before
            other = now.before
        raise NotSettledError(
            f"AWS took the new policy of bucket {plan.bucket} but does not show it after "
            f"{self.pace.wait_timeout:g} seconds (wait_timeout). It may need more time, or another writer has put "
            "the old document back. Run the task again to find out: it writes only what is missing.",
            self._outcome(plan, plan.before, verdict),
        )

    def _unreadable(self, plan: Plan, verdict: Verdict, error: BucketError) -> Raw | None:
        """The new policy denies us to read it: an error, unless the task has asked for that."""
        message = (
            f"AWS took the new policy of bucket {plan.bucket}, and now denies the caller to read it: {error} "
            "The root user of the bucket's account can still read, replace and remove it."
        )
        if any(finding.guard == LOCKOUT for finding in verdict.overridden):
            self.warnings.append(message)
            return plan.after
        raise NotSettledError(message, self._outcome(plan, plan.after, verdict))

    def _outcome(self, plan: Plan, after: Raw | None, verdict: Verdict) -> BucketOutcome:
        backups = tuple(path for _document, path in self.backups)
        return BucketOutcome(plan, after, verdict, tuple(self.actions), (*plan.warnings, *self.warnings), backups)
