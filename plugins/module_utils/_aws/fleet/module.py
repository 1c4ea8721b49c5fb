# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From the options of a module to :func:`converge` for every bucket of a fleet, and to one result."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..._plan.bucket.failures import MAX_WARNED, alike, failure_message
from ..._plan.bucket.fleet import declare_all, for_each
from ..._plan.bucket.plan import Declaration
from ..._policy.language.errors import PolicyError
from ..api.errors import CallError
from ..api.pace import Steps
from ..api.s3_errors import BucketError, Kind
from ..bucket.converge import BucketOutcome, NotSettledError
from ..bucket.guard_context import GuardContext
from ..bucket.module import (
    BUCKET_OPTIONS,
    FAILURES,
    converging,
    diff_of,
    failure_of,
    result_of,
)
from ..module import warn_user
from .calls import Calls
from .clients import CountedSession, RegionalClients
from .discover import (
    DISCOVER_OPTIONS,
    NONE_FOUND,
    Found,
    discover,
)
from .options import CONCURRENCY, check_fleet_options
from .pool import Fleet
from .progress import VARIABLE, Progress

#: The same for each bucket of a list, without defaults: what is not there is taken from the module's own.
_OF_ONE = {
    name: {key: value for key, value in spec.items() if key != "default"} for name, spec in BUCKET_OPTIONS.items()
}
FLEET_OPTIONS: dict[str, dict[str, Any]] = {
    "buckets": {
        "type": "list",
        "elements": "dict",
        "options": {"bucket": {"type": "str", "required": True}, **_OF_ONE},
    },
    "discover": {"type": "dict", "options": DISCOVER_OPTIONS},
    **CONCURRENCY,
    "max_failures": {"type": "int"},
    "full_results": {"type": "bool", "default": False},
    **BUCKET_OPTIONS,
}


@dataclass(slots=True)
class Report:
    """What is known of each bucket so far. ``finished`` is for :class:`Fleet`, which calls it from one thread at once.

    Documents are kept only of buckets whose result shows them: those of thousands of unchanged ones need memory.
    """

    buckets: Sequence[str]
    diff: bool = False
    full: bool = False
    max_failures: int | None = None
    progress: Progress = field(default_factory=lambda: Progress(None))
    results: list[dict[str, Any] | None] = field(init=False)
    differences: dict[int, dict[str, str]] = field(default_factory=dict)
    #: (bucket, sentence)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    stopped_because: str = ""
    #: The first failure that nobody has words for.
    unexpected: str | None = None
    _done: int = 0
    _changed: int = 0
    _failures: int = 0

    def __post_init__(self) -> None:
        self.results = [None] * len(self.buckets)

    def finished(self, number: int, outcome: BucketOutcome | None, error: Exception | None) -> bool:
        going_on = self._finished(number, outcome, error)
        self._done += 1
        self._changed += bool((self.results[number] or {}).get("changed"))
        self.progress.tell(self._done, self._changed, self._failures, len(self.buckets))
        return going_on

    def _finished(self, number: int, outcome: BucketOutcome | None, error: Exception | None) -> bool:
        bucket = self.buckets[number]
        if error is None and outcome is not None:
            self._written(number, outcome)
            self.results[number] = {"bucket": bucket, "failed": False, **self._result(outcome)}
            return not self.stopped_because
        if isinstance(error, NotSettledError):
            self._written(number, error.outcome)
        result = failure_of(error) if isinstance(error, FAILURES) else self._unforeseen(error)
        if bucket not in result["msg"]:
            result["msg"] = f"Bucket {bucket}: {result['msg']}"
        self.results[number] = {"bucket": bucket, "failed": True, **result}
        self._failures += 1
        if isinstance(error, BucketError) and error.kind is Kind.CREDENTIALS:
            self.stopped_because = "the credentials are the same for all"
        elif self.max_failures is not None and self._failures >= self.max_failures:
            self.stopped_because = f"max_failures is {self.max_failures}"
        return not self.stopped_because

    def _result(self, outcome: BucketOutcome) -> dict[str, Any]:
        told = {"warnings": list(outcome.warnings)} if outcome.warnings else {}
        if outcome.changed or self.full:
            return {**result_of(outcome), **told}
        return {"changed": False, "actions": [], **told}

    def _written(self, number: int, outcome: BucketOutcome) -> None:
        self.warnings += [(self.buckets[number], warning) for warning in outcome.warnings]
        if self.diff and outcome.changed:
            self.differences[number] = diff_of(outcome)

    def _unforeseen(self, error: Exception | None) -> dict[str, Any]:
        self.stopped_because = "of the unexpected error"
        if self.unexpected is None:
            self.unexpected = "".join(traceback.format_exception(error))
        done = list(getattr(error, "done", ()))
        return {"msg": f"unexpected {type(error).__name__}: {error}", "changed": bool(done), "actions": done}

    def as_dict(self) -> dict[str, Any]:
        skipped = {"changed": False, "failed": False, "skipped": True, "actions": []}
        results = [one or {"bucket": name, **skipped} for name, one in zip(self.buckets, self.results, strict=True)]
        failed = [one for one in results if one["failed"]]
        left_out = self.results.count(None)
        told: dict[str, Any] = {
            "changed": any(one["changed"] for one in results),
            "results": results,
            "actions": [action for one in results for action in one["actions"]],
            "summary": {
                "converged": len(results) - len(failed) - left_out,
                "changed": sum(one["changed"] for one in results),
                "failed": len(failed),
                "skipped": left_out,
            },
        }
        if self.diff:
            told["diff"] = [self.differences[number] for number in sorted(self.differences)]
        if failed:
            causes = [(one["bucket"], one["msg"]) for one in failed]
            told["msg"] = failure_message(causes, len(results), left_out, self.stopped_because)
        return told


def run_bucket_policies(module: Any) -> None:
    """Keep the policies of all buckets that the options name or describe, and leave the module."""
    started = time.monotonic()
    calls = Calls()
    report = Report(())
    try:
        check_fleet_options(module)
        session = CountedSession(module, calls)
        regional = RegionalClients(module, calls, module.params["concurrency"])
        guard_context = GuardContext(session, regional.home, module.check_mode)
        buckets, options = _buckets(module, session, regional)
        declarations = declare_all(options, regional.at().meta.partition)
        owners = [one.get("expected_bucket_owner") or session.caller.account for one in options]
    except (PolicyError, CallError) as error:
        told = {"msg": str(error), **report.as_dict()}
    else:
        report = Report(
            [one.bucket for one in buckets],
            module._diff,
            module.params["full_results"],
            module.params["max_failures"],
            Progress(os.environ.get(VARIABLE)),
        )
        with regional.spread([found.region for found in buckets]):
            jobs = [
                partial(_job, regional.at(found.region), found, declaration, own, owner, guard_context)
                for found, declaration, own, owner in zip(buckets, declarations, options, owners, strict=True)
            ]
            Fleet(jobs, report.finished).run(module.params["concurrency"])
        _warn([*guard_context.warnings, *alike(report.warnings)])
        told = report.as_dict()
    told["summary"] |= {"calls": calls.as_dict(), "seconds": round(time.monotonic() - started, 2)}
    if report.unexpected is not None:
        told["exception"] = report.unexpected
    if "msg" in told:
        module.fail_json(**told)
    module.exit_json(**told)


def _buckets(
    module: Any, session: CountedSession, regional: RegionalClients
) -> tuple[list[Found], list[dict[str, Any]]]:
    """The buckets, and the options of each."""
    given = module.params
    defaults = {name: given[name] for name in BUCKET_OPTIONS}
    if given["discover"] is None:
        found = [Found(one["bucket"], regional.home) for one in given["buckets"]]
        return found, list(for_each(given["buckets"], defaults))
    owner = given["expected_bucket_owner"] or session.caller.account
    found = discover(given["discover"], session, regional, owner, given["concurrency"])
    if not found:
        warn_user([NONE_FOUND])
    return found, list(for_each([{"bucket": one.bucket} for one in found], defaults))


def _job(
    client: Any,
    found: Found,
    declaration: Declaration,
    options: Mapping[str, Any],
    owner: str,
    guard_context: GuardContext,
) -> Steps[BucketOutcome]:
    if found.error is not None:
        raise found.error
    return (yield from converging(client, declaration, options, owner, guard_context))


def _warn(warnings: Sequence[str]) -> None:
    different = list(dict.fromkeys(warnings))
    shown = different if len(different) <= MAX_WARNED else different[: MAX_WARNED - 1]
    warn_user(shown)
    if len(different) > len(shown):
        warn_user([f"{len(different) - len(shown)} more kinds of warnings are in the results of their buckets."])
