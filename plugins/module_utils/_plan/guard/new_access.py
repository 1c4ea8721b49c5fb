# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether a write lets anything pass that did not before, of all requests that there can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError
from ..._policy.proof.claim import HOLDS
from ..bucket.plan import Plan as BucketPlan
from ..endpoint.plan import Plan as EndpointPlan
from ..proof.compare import BUCKET, Owner, nothing_new
from ..proof.words import sentence
from .endpoint_passage import changes_passage, documents, owner_of
from .guard import NEW_ACCESS, Finding

OPTION = "no_new_access"


@dataclass(frozen=True, slots=True)
class BucketAccessGuard:
    """The guard of one bucket, which ``account`` owns; call it with a plan."""

    partition: str
    region: str
    account: str

    def __call__(self, plan: BucketPlan) -> list[Finding]:
        owner = Owner(BUCKET, plan.bucket, self.account, self.partition, region=self.region)
        return _findings(owner, f"bucket {plan.bucket}", plan.before, plan.after)


@dataclass(frozen=True, slots=True)
class EndpointAccessGuard:
    """The guard of one endpoint; call it with a plan. ``account`` is asked if AWS does not say whose it is."""

    partition: str
    region: str
    account: Callable[[], str]

    def __call__(self, plan: EndpointPlan) -> list[Finding]:
        # A new endpoint holds back what came another way before, and one that goes holds back nothing any more.
        if plan.before is None or not changes_passage(plan):
            return []
        owner = owner_of(plan, self.partition, self.region, self.account)
        return _findings(owner, plan.subject, *documents(plan))


def _findings(owner: Owner, subject: str, before: Raw | None, after: Raw | None) -> list[Finding]:
    try:
        verdict = nothing_new(owner, before, after)
    except PolicyError as error:
        said = f"Whether the new policy of {subject} lets anything new pass cannot be told. {error}"
        return [Finding(NEW_ACCESS, said, f"Leave out {OPTION} if that is meant.")]
    if verdict.status == HOLDS:
        return []
    if not verdict.counterexamples:
        said = f"Whether the new policy of {subject} lets anything new pass is not decided: {verdict.reason}"
        return [Finding(NEW_ACCESS, said, f"Leave out {OPTION} if that is meant.")]
    example = verdict.counterexamples[0]
    return [
        Finding(
            NEW_ACCESS,
            f"The new policy of {subject} lets pass what did not before: {sentence(example.request)}. {example.reason}",
            f"Narrow it, or leave out {OPTION} if that is meant.",
            None,
            example.statement.label if example.statement else None,
            example.request,
        )
    ]
