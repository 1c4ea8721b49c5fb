# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether workloads lose a bucket whose policy lets them in through one endpoint only.

Such a bucket depends on the endpoint twice: on its being there, and on what its policy lets pass. What is looked at are
requests to read and write objects, made by a role that no policy names, by those that the policies name, and by nobody
in particular. A request counts if the bucket policy lets it in through the endpoint and not from the internet, and if
the endpoint has let it pass until now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._policy.evaluation.decide import (
    ALLOW,
    ASSUME_ALLOW,
    UNKNOWN,
    Decision,
    Policies,
    compile_policies,
)
from ..._policy.language.arns import bucket_arn, object_arn
from ..._policy.language.document import Document, Raw, parse
from ..._policy.language.errors import PolicyError, RequestError
from ..._policy.language.principals import ANONYMOUS, read_caller
from ..endpoint.plan import Plan
from .endpoint_passage import (
    Passage,
    changes_passage,
    network_of,
    passage,
)
from .guard import CUTOFF, Finding

ALLOW_CUTOFF = "allow_cutoff"
ACTIONS = ("s3:GetObject", "s3:PutObject")
#: Of the principals and objects that policies name, no more than these are tried.
MAX_SAMPLES = 20

_PRINCIPAL_ARN = "aws:principalarn"


@dataclass(frozen=True, slots=True)
class Dependent:
    """A bucket whose workloads come through the endpoint; ``problem`` says why its policy cannot be read.

    ``region``: where it is, if S3 tells that. Nothing comes to a bucket of another Region through the endpoint.
    """

    bucket: str
    policy: Raw | None = None
    problem: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class CutoffGuard:
    """The guard of one endpoint; call it with a plan.

    :ivar dependents: reads the policies of the buckets, so it is asked only when the plan can cut somebody off.
    :ivar account: gives the account of the caller, in case AWS does not say whose the endpoint is.
    :ivar context: condition keys that are known of all requests.
    """

    dependents: Callable[[], Iterable[Dependent]]
    account: Callable[[], str]
    partition: str
    region: str
    context: Mapping[str, Any] = field(default_factory=dict)
    overridden: bool = False

    def __call__(self, plan: Plan) -> list[Finding]:
        if plan.before is None or not (_ends(plan) or changes_passage(plan)):
            return []
        found = list(self.dependents())
        if not found:
            return []
        network = network_of(plan, self.region, self.account)
        lost = None if _ends(plan) else passage(plan, str(network["account"]))
        return [one for bucket in found for one in self._examine(plan, lost, bucket, network)]

    def _examine(self, plan: Plan, lost: Passage | None, dependent: Dependent, network: Raw) -> Iterator[Finding]:
        if dependent.region not in (None, self.region):
            return
        if dependent.problem is not None:
            yield self._finding(
                f"Whether {plan.subject} is needed by bucket {dependent.bucket} is not known. {dependent.problem}",
                "Let the caller read the policy of that bucket",
                None,
                None,
            )
            return
        if dependent.policy is None:
            return
        account = str(network["account"])
        try:
            policies = compile_policies(
                {"identity": ASSUME_ALLOW, "bucket": dependent.policy, "resource_account": account}
            )
        except PolicyError as error:
            yield from self._examine(plan, lost, Dependent(dependent.bucket, problem=str(error)), network)
            return
        for request in self._requests(plan, dependent, account, network):
            needed = _needed(policies, request)
            if needed is None:
                continue
            rule = (
                f"Workloads would lose bucket {dependent.bucket}: its policy"
                + (f" (statement {needed.statement!r})" if needed.statement else "")
                + f" lets {request['action']} in only through {network['vpce']} or its VPC, "
            )
            if _ends(plan):
                how = "which is to be removed." if plan.after is None else "which is to lose its last route table."
                yield self._finding(
                    rule + how,
                    "Change the policy of the bucket first",
                    needed.statement,
                    {**request, "through": "internet"},
                )
                return
            found = _first_loss(lost, request) if lost else None
            if found:
                request, decision = found
                verb = "may not let" if decision.decision == UNKNOWN else "does not let"
                yield self._finding(
                    f"{rule}whose new policy {verb} that pass any more. {decision.reason}",
                    "Let it pass, or change the policy of the bucket first",
                    decision.statement,
                    request,
                )
                return

    def _finding(self, reason: str, remedy: str, statement: str | None, request: Raw | None) -> Finding:
        overridden = ALLOW_CUTOFF if self.overridden else None
        return Finding(
            CUTOFF, reason, f"{remedy}, or set {ALLOW_CUTOFF} if that is meant.", overridden, statement, request
        )

    def _requests(self, plan: Plan, dependent: Dependent, account: str, network: Raw) -> Iterator[Raw]:
        documents = list(_parsed(plan.before.policy if plan.before else None, dependent.policy))
        for principal in _principals(documents, self.partition, account):
            for key in _objects(documents, dependent.bucket, self.partition):
                for action in ACTIONS:
                    yield {
                        "principal": principal,
                        "action": action,
                        "resource": key,
                        "through": network,
                        "context": {"aws:SecureTransport": True, **self.context},
                    }


def _ends(plan: Plan) -> bool:
    """Whether traffic takes the endpoint before the write, and none does after it."""
    return bool(plan.before and plan.before.route_tables) and not (plan.after and plan.after.route_tables)


def _needed(policies: Policies, request: Raw) -> Decision | None:
    """What the bucket policy decides of a request from elsewhere, if it lets it in through the endpoint only."""
    try:
        inside = policies.decide(request)
        outside = policies.decide({**request, "through": "internet"})
    except RequestError:
        return None
    if inside.denied or outside.decision in (ALLOW, inside.decision):
        return None
    return outside


def _first_loss(lost: Passage, request: Raw) -> tuple[Raw, Decision] | None:
    """A request of this kind that has certainly passed until now, and what becomes of it."""
    for known in _witnesses(lost, request):
        try:
            if lost.old.decide(known).decision == ALLOW and (decision := lost.lost(known)) is not None:
                return known, decision
        except RequestError:
            continue
    return None


def _witnesses(lost: Passage, request: Raw) -> Iterator[Raw]:
    """The request, and the same with the values that a statement of the old policy asks for."""
    yield request
    case = lost.old.decide(request).evaluation
    for statement, _about in case.layers.endpoint.candidates(case.request, True):
        if statement.holds(case.request.resource, case.context) is None:
            asked = {
                check.name: _filled(check.source.values[0])
                for check in statement.checks
                if check.holds(case.context) is None and "Not" not in check.source.operator and check.source.values
            }
            yield {**request, "context": {**request["context"], **asked}}


def _parsed(*documents: Raw | None) -> Iterator[Document]:
    for document in documents:
        try:
            if document is not None:
                yield parse(document)
        except PolicyError:
            continue  # What cannot be read names nobody.


def _principals(documents: Iterable[Document], partition: str, account: str) -> list[str]:
    """A role that no policy names, nobody in particular, and those that the policies name."""
    found = [f"arn:{partition}:iam::{account}:role/any-workload", ANONYMOUS]
    for document in documents:
        for statement in document.statements:
            found += (statement.principal or {}).get("AWS", ())
            for one in statement.conditions:
                if one.key.lower() == _PRINCIPAL_ARN:
                    found += [_filled(value) for value in one.values]
    known = [name for name in dict.fromkeys(found) if "*" not in name and read_caller(name, partition)]
    return known[:MAX_SAMPLES]


def _objects(documents: Iterable[Document], bucket: str, partition: str) -> list[str]:
    """An object that no policy names, and some of those that the policies name."""
    start = bucket_arn(bucket, partition) + "/"
    found = [object_arn(bucket, partition, "any-object")]
    for document in documents:
        for statement in document.statements:
            found += [_filled(one) for one in statement.resources or () if one.startswith(start) and "$" not in one]
    return list(dict.fromkeys(found))[:MAX_SAMPLES]


def _filled(text: str) -> str:
    """A text that fits a pattern."""
    return text.replace("*", "any-object" if text.endswith("/*") else "any").replace("?", "x")
