# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A plan as the tasks of the role take it: options of modules, whether they run, and what the role returns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from ..._policy.building.bucket import ANY_BUCKET
from ..._policy.building.perimeter import PERIMETER_SIDS
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError
from ..bucket.failures import alike
from ..endpoint.values import Endpoint
from ..errors import Refusal
from ..proof.compare import BUCKET, Owner
from ..proof.findings import findings
from .plan import Plan, decide, refutation
from .question import not_meant, without_plan, wrong
from .reading import PLACEHOLDER, after, read_found
from .variables import read_variables

#: How many sentences are said of what is odd and stops nothing.
MOST_SAID = 20
#: Of how many shapes of policies it is looked for what they say in vain: it takes some tenths of a second for each.
MOST_HINTED = 5


@dataclass(frozen=True, slots=True)
class Done:
    """What the modules returned, if they were run."""

    endpoint: Mapping[str, Any] = field(default_factory=dict)
    policies: Sequence[Mapping[str, Any]] = ()

    @property
    def actions(self) -> list[str]:
        written = [action for one in self.policies for action in one.get("actions", ())]
        return [*self.endpoint.get("actions", ()), *written]


def plan_of(
    given: Mapping[str, Any],
    found: str,
    done: Done | None = None,
    looking: bool = False,
    best_effort: bool = False,
    matrix: bool = False,
) -> Raw:
    """What the variables of the role amount to.

    :param given: the variables, with or without their prefix.
    :param found: what ``perimeter_info`` returned as ``perimeter``.
    :param done: what the modules have done, or in check mode would do, so that what comes of it is told.
    :param looking: nothing is written, and all is wanted that differs: guards do not refuse, nor does the proof.
    :param best_effort: what cannot be looked at does not stop the rest.
    :param matrix: the proof says also who reaches what on which network path.
    """
    try:
        variables = read_variables(given)
        reading = read_found(found)
        # What was planned was proved before it was done; now it counts what was done.
        plan = before = decide(variables, reading, best_effort or looking, matrix=matrix, proved=done is None)
        if done is not None:
            told_of = after(reading, done.endpoint, done.policies)
            plan = decide(variables, told_of, best_effort or looking, before, matrix=matrix)
    except PolicyError as error:
        return without_plan(refused=wrong(error))
    except Refusal as error:
        return without_plan(refused=str(error))
    told = _told(plan, done, looking)
    if done is not None and not plan.part.empty:
        # What was to be done, rather than what is left to do.
        changes = json.dumps(_changes(before))
        new = (done.endpoint.get("endpoint") or {}).get("vpc_endpoint_id")
        told |= {"acts": before.acts, "changes": changes.replace(PLACEHOLDER, new) if new else changes}
        told["looked"] = json.dumps(_looked(before, done))
    # For a report, of all policies; otherwise of those that are written, so that whoever only looks need not wait.
    if not plan.part.empty and ((done is not None and (matrix or not looking)) or (matrix and not plan.acts)):
        told["result"]["hints"] = _hints(before, all_of_them=matrix)
    if not (looking or best_effort):
        told["refused"] = refutation(plan.reach)
    return told


def _told(plan: Plan, done: Done | None, looking: bool) -> Raw:
    if plan.part.empty:
        return not_meant(plan.variables)
    # What is found before something is written is said then, what is not known of it afterwards.
    said = [] if done else list(plan.warnings)
    if done or not plan.acts:
        said += [one["message"] for one in (plan.reach or {}).get("unknown", ())]
    if len(said) > MOST_SAID:
        said = [*said[:MOST_SAID], f"And {len(said) - MOST_SAID} more of this kind."]
    failures = [{"bucket": name, "msg": why} for name, why in plan.failures.items()]
    for one in done.policies if done else ():
        if one.get("failed") and one["bucket"] not in plan.failures:
            failures.append({"bucket": str(one["bucket"]), "msg": str(one.get("msg", ""))})
    refuted = refutation(plan.reach)
    return {
        "refused": "",
        "refuted": refuted,
        "incomplete": " ".join(filter(None, (*alike(plan.failures.items()), refuted))),
        "idle": False,
        "acts": plan.acts,
        "said": said,
        "failures": failures,
        "placeholder": PLACEHOLDER,
        "endpoint": _endpoint_options(plan, looking) if plan.endpoint_differs else None,
        "buckets": _bucket_options(plan, looking) if plan.differing_buckets else None,
        "changes": json.dumps(_changes(plan)),
        "looked": json.dumps(_looked(plan, done or Done())),
        "documents": json.dumps({name: one.after for name, one in plan.buckets.items()}),
        # Who only looks wants to know as well what of the declaration nobody uses.
        "replay": _replay_options(plan) if plan.variables.present and (plan.acts or looking) and done is None else None,
        "result": _result(plan, done),
    }


def _endpoint_options(plan: Plan, looking: bool) -> Raw:
    """The options of ``gateway_endpoint``; ``None`` is as good as missing."""
    given = plan.variables
    common = {
        "vpc_id": plan.vpc_id,
        "endpoint_id": plan.endpoint_id,
        "allow_cutoff": given.allow_cutoff or looking,
        "wait": given.wait,
        "wait_timeout": given.wait_timeout,
    }
    if not given.present:
        # Their policies as they are then; others may demand the endpoint in statements of theirs.
        left = {name: one.after for name, one in plan.buckets.items()}
        unread = [name for name in given.names if name not in left]
        dependent = [*unread, *given.dependent_buckets]
        return {**common, "dependent_policies": left or None, "dependent_buckets": dependent or None}
    return {
        **common,
        "policy": plan.endpoint_policy,
        "route_table_ids": list(given.route_tables) or None,
        "all_route_tables": not given.route_tables,
        "tags": dict(given.tags),
        "purge_tags": given.purge_tags,
        "protected_principals": list(given.protected_principals) or None,
        "arriving_through": given.arriving_through or None,
        "dependent_buckets": list(given.dependent_buckets) or None,
        "dependent_policies": dict(plan.dropped) or None,
        "allow_lockout": given.allow_lockout or looking,
        # It has no override, and who only looks is to see all that differs.
        "no_new_access": given.no_new_access and not looking,
    }


def _bucket_options(plan: Plan, looking: bool) -> Raw:
    """The options of ``bucket_policies``; ``statements`` is JSON text, into which the id of a new endpoint is put."""
    given = plan.variables
    return {
        "buckets": [{"bucket": name} for name in plan.differing_buckets],
        "statements": json.dumps(list(plan.statements)),
        "peers": list(plan.peers),
        "accepted_exceptions": dict(given.accepted_exceptions) or None,
        "exclusive": given.exclusive or looking,
        # Known already, so that the module need not ask again.
        "expected_bucket_owner": plan.reading.account,
        "protected_principals": list(given.protected_principals) or None,
        "arriving_through": given.arriving_through or None,
        "allow_lockout": given.allow_lockout or looking,
        "allow_other_region": given.allow_other_region or looking,
        "no_new_access": given.no_new_access and not looking,
        "allow_public": given.allow_public or looking,
        # Endpoints of other accounts cannot be looked up.
        "allow_unknown_endpoints": given.allow_unknown_endpoints or bool(given.additional_endpoints) or looking,
        "wait": given.wait,
        "wait_timeout": given.wait_timeout,
    }


def _changes(plan: Plan) -> Raw:
    """What differs, each as it is and as it shall be."""
    endpoint: Raw = {}
    if plan.endpoint is not None and plan.endpoint.changed:
        before, planned = plan.endpoint.before, plan.endpoint.after
        endpoint = {"before": before and before.as_dict(), "endpoint": planned and planned.as_dict()}
    buckets = {name: {"before": one.before, "policy": one.after} for name, one in plan.buckets.items() if one.changed}
    return {"endpoint": endpoint, "buckets": buckets}


def _replay_options(plan: Plan) -> Raw:
    """What ``access_replay`` is asked, each as JSON text. Of an endpoint that is not there yet nothing is recorded."""
    before, planned = None, None
    if plan.endpoint is not None and plan.endpoint.before is not None:
        before, planned = plan.endpoint.before, plan.endpoint.after
    options = {
        # Those that stay as they are count as well: the endpoint may be closed to them.
        "current_bucket_policies": {name: one.before for name, one in plan.buckets.items()},
        "planned_bucket_policies": {name: one.after for name, one in plan.buckets.items()},
        "current_endpoint_policies": _policy_of(before),
        "planned_endpoint_policies": _policy_of(planned),
        "resource_accounts": dict.fromkeys(plan.buckets, plan.reading.account),
    }
    return {name: json.dumps(value) for name, value in options.items()}


def _policy_of(endpoint: Endpoint | None) -> Raw:
    """By id, as it is returned."""
    shown = endpoint.as_dict() if endpoint is not None else {}
    return {shown["vpc_endpoint_id"]: shown["policy_document"]} if shown else {}


def _looked(plan: Plan, done: Done) -> Raw:
    """All that was looked at, as the modules return it of what they have done."""
    endpoint: Mapping[str, Any] | None = None
    if plan.endpoint is not None:
        before, planned = plan.endpoint.before, plan.endpoint.after
        endpoint = {
            "changed": False,
            "actions": [],
            "before": before and before.as_dict(),
            "endpoint": planned and planned.as_dict(),
        }
    if "endpoint" in done.endpoint:
        endpoint = done.endpoint
    written = {str(one["bucket"]): one for one in done.policies}
    buckets: list[Mapping[str, Any]] = []
    for name in plan.part.buckets:
        planned_bucket = plan.buckets.get(name)
        if name in written:
            buckets.append(written[name])
        elif planned_bucket is None:
            why = plan.failures[name]
            buckets.append({"bucket": name, "changed": False, "failed": True, "msg": why, "actions": []})
        else:
            documents = {"before": planned_bucket.before, "policy": planned_bucket.after}
            buckets.append({"bucket": name, "changed": False, "failed": False, **documents, "actions": []})
    tables = [asdict(one) for one in plan.reading.tables if one.vpc_id == plan.vpc_id]
    return {"vpc_id": plan.vpc_id, "endpoint": endpoint, "buckets": buckets, "route_tables": tables}


def _hints(plan: Plan, all_of_them: bool) -> list[Raw]:
    """What policies say in vain beside the perimeter, those of the most buckets first, like with like once.

    :param all_of_them: not only the policies that were to be written.
    """
    shapes: dict[str, list[str]] = {}
    for name, one in plan.buckets.items():
        given = (one.after or {}).get("Statement") or []
        if (one.changed or all_of_them) and any(each.get("Sid") not in PERIMETER_SIDS for each in given):
            shapes.setdefault(json.dumps(one.after).replace(name, ANY_BUCKET), []).append(name)
    reading = plan.reading
    hints: list[Raw] = []
    for names in sorted(shapes.values(), key=len, reverse=True)[:MOST_HINTED]:
        owner = Owner(BUCKET, names[0], reading.account, reading.partition, region=reading.region)
        document = plan.buckets[names[0]].after or {}
        # AWS took what we cannot read, and nothing is proved of it or that would have been said: it stays unsaid here.
        with suppress(PolicyError):
            hints += [{"buckets": names, **found.as_dict()} for found in findings(owner, document)]
    return hints


def _result(plan: Plan, done: Done | None) -> Raw:
    """``private_access_result``."""
    buckets = {name: {"changed": False, "statements": one.statements.as_dict()} for name, one in plan.buckets.items()}
    actions: list[str] = []
    shown = plan.endpoint.after.as_dict() if plan.endpoint and plan.endpoint.after else None
    if done is not None:
        actions = done.actions
        if "endpoint" in done.endpoint:
            shown = done.endpoint["endpoint"]
        for one in done.policies:
            if "statements" in one:
                buckets[str(one["bucket"])] = {"changed": one["changed"], "statements": one["statements"]}
    result: Raw = {"endpoint": shown, "buckets": buckets, "actions": actions}
    return result if plan.reach is None else {**result, "reach": plan.reach}
