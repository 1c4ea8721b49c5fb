# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether workloads lose a bucket whose policy lets them in through one endpoint only.

Such a bucket depends on the endpoint twice: on its being there, and on what its policy lets pass. It depends on it if
some request comes in through the endpoint and not from the internet, of all requests that there can be. Then all that
passed has to pass still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._policy.evaluation.decide import Decision, compile_policies
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError
from ..._policy.proof.claim import HOLDS, Bucket, Claim, Counterexample, Declaration, Setting, Verdict, World
from ..._policy.proof.prove import prove
from ..endpoint.plan import Plan
from ..proof.compare import Owner
from ..proof.denial import decision_of, from_the_internet
from ..proof.from_internet import from_internet
from ..proof.requests import Conditions, about, of_buckets, read_context
from ..proof.words import sentence
from .endpoint_passage import (
    changes_passage,
    deciding_keys,
    documents,
    owner_of,
)
from .guard import CUTOFF, Finding

ALLOW_CUTOFF = "allow_cutoff"


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
        if plan.before is None or not (_lost_tables(plan) or changes_passage(plan)):
            return []
        found = list(self.dependents())
        if not found:
            return []
        owner = owner_of(plan, self.partition, self.region, self.account)
        return [one for bucket in found for one in self._examine(plan, owner, bucket)]

    def _examine(self, plan: Plan, owner: Owner, dependent: Dependent) -> Iterator[Finding]:
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
        try:
            compile_policies({"bucket": dependent.policy})
        except PolicyError as error:
            yield from self._examine(plan, owner, Dependent(dependent.bucket, problem=str(error)))
            return
        old, new = documents(plan)
        needed = self._prove(owner, dependent, (dependent.policy, old), (from_internet(dependent.policy), None))
        if needed.status == HOLDS:
            return
        outside = None
        if needed.counterexamples:
            request = from_the_internet(needed.counterexamples[0].request)
            outside = decision_of(request, {"bucket": dependent.policy, "resource_account": owner.account})
        tables = _lost_tables(plan)
        if tables:
            yield self._finding(
                f"Workloads would lose bucket {dependent.bucket}, which lets in only through {owner.name} or its VPC "
                f"{_example(needed, outside)}: {_how(plan, tables)}",
                "Change the policy of the bucket first",
                outside.statement if outside else None,
                from_the_internet(needed.counterexamples[0].request) if needed.counterexamples else None,
            )
            return
        lost = self._prove(owner, dependent, (dependent.policy, old), (dependent.policy, new))
        if lost.status == HOLDS:
            return
        example = lost.counterexamples[0] if lost.counterexamples else None
        verb = "does not let" if example and not deciding_keys(example, self.context) else "may not let"
        denial = decision_of(example.request, {"endpoint": new}) if example else None
        reason = f"{sentence(example.request)}. {denial.reason if denial else ''}" if example else lost.reason
        yield self._finding(
            f"Workloads would lose bucket {dependent.bucket}, which lets in only through {owner.name} or its VPC "
            f"{_example(needed, outside)}: the new policy of the endpoint {verb} this pass any more: {reason}",
            "Let it pass, or change the policy of the bucket first",
            denial.statement if denial else None,
            example.request if example else None,
        )

    def _prove(
        self, owner: Owner, dependent: Dependent, passing: tuple[Raw, Raw | None], unless: tuple[Raw | None, Raw | None]
    ) -> Verdict:
        """Whether what passes a bucket policy and an endpoint policy passes two others."""
        conditions = Conditions()
        read_context(self.context, "request_context", conditions, [])
        world = owner.world
        return prove(
            Claim(
                CUTOFF,
                Setting({"bucket": passing[0]}, {owner.name: passing[1]}),
                Setting({"bucket": unless[0]}, {owner.name: unless[1]}),
                World(
                    world.partition,
                    owner.account,
                    world.organization,
                    world.region,
                    world.endpoints,
                    (Bucket(dependent.bucket, owner.account),),
                ),
                within=Declaration(
                    [about(["s3:*"], of_buckets([dependent.bucket], owner.partition), conditions.block)]
                ),
                through=owner.through,
            )
        )

    def _finding(self, reason: str, remedy: str, statement: str | None, request: Any) -> Finding:
        overridden = ALLOW_CUTOFF if self.overridden else None
        return Finding(
            CUTOFF, reason, f"{remedy}, or set {ALLOW_CUTOFF} if that is meant.", overridden, statement, request
        )


def _lost_tables(plan: Plan) -> tuple[str, ...]:
    """The route tables whose subnets take the endpoint before the write, and not after it."""
    before = plan.before.route_tables if plan.before else ()
    after = plan.after.route_tables if plan.after else ()
    return tuple(table for table in before if table not in after)


def _how(plan: Plan, tables: tuple[str, ...]) -> str:
    if plan.after is None:
        return "the endpoint is to be removed."
    if not plan.after.route_tables:
        return "the endpoint is to lose its last route table."
    return f"the subnets of {' and '.join(tables)} are to lose their route to the endpoint."


def _example(verdict: Verdict, outside: Decision | None) -> str:
    """Of what is lost, in brackets."""
    examples: tuple[Counterexample, ...] = verdict.counterexamples
    if not examples:
        return f"(perhaps: {verdict.reason})"
    by = f"; statement {outside.statement!r}" if outside and outside.statement else ""
    return f"(such as {sentence(examples[0].request)}{by})"
