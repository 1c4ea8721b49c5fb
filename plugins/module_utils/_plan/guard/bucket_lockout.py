# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether somebody who keeps a bucket's policy can still do so once a new document is in force.

A document that denies everybody who does not come through an endpoint denies its author too, and then nobody but the
root user of the bucket's account can repair it.

What the guard takes for granted: identity policies and the policies of an organization let the administrators do what
they do today. The administrators call S3 over TLS. S3 never applies a bucket policy to the root user of the bucket's
account where it reads, replaces or deletes that policy:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..._policy.evaluation.context import ENDPOINT_KEYS, SOURCE_IP
from ..._policy.evaluation.decide import (
    ASSUME_ALLOW,
    UNKNOWN,
    Decision,
    Policies,
    compile_policies,
)
from ..._policy.language.arns import bucket_arn
from ..._policy.language.document import Raw
from ..bucket.plan import Plan
from .administrators import Administrator
from .bucket import touched_document
from .guard import LOCKOUT, TLS_VERSION, Finding, transports

#: What it takes to repair a policy: to read it, and to replace it.
REPAIR_ACTIONS = ("s3:GetBucketPolicy", "s3:PutBucketPolicy")
#: The key of which a session's ARN tells the account and the name of the role, but not its path.
ROLE_ARN_KEY = "aws:PrincipalArn"

#: What arriving_through tells of.
NETWORK_KEYS = frozenset({*ENDPOINT_KEYS, "aws:vpceorgid", "aws:vpceorgpaths", SOURCE_IP})

OVERRIDE = "allow_lockout"


@dataclass(frozen=True, slots=True)
class LockoutGuard:
    """The guard of one bucket; call it with a plan.

    :ivar administrators: gives them when there is something to examine, since it may ask AWS who calls.
    :ivar through: the network that they come from, as in requests; ``None``: not known.
    :ivar owner: the account of the bucket.
    :ivar overridden: the task allows it.
    :ivar full_arn: gives the ARN of a session's role with its path, or ``None``; asked only if that decides.
    """

    administrators: Callable[[], Iterable[Administrator]]
    partition: str
    owner: str
    through: str | None = None
    overridden: bool = False
    full_arn: Callable[[str], str | None] = lambda _session: None

    def __call__(self, plan: Plan) -> list[Finding]:
        # What is denied already is not this write's doing, and denials do not depend on each other.
        denials = touched_document(plan, ("Deny",))
        if denials is None:
            return []
        policies = compile_policies({"identity": ASSUME_ALLOW, "bucket": denials, "resource_account": self.owner})
        return [
            one
            for administrator in self.administrators()
            for one in self._examine(policies.assuming_allow(), plan, administrator)
        ]

    def _examine(self, policies: Policies, plan: Plan, administrator: Administrator) -> Iterator[Finding]:
        for action in REPAIR_ACTIONS:
            found = [
                self._ask(policies, administrator, action, plan.bucket, context)
                for context in transports(administrator.context)
            ]
            for request, decision in found:
                if decision.decision == UNKNOWN or decision.denied:
                    depends = any(other.decision != decision.decision for _request, other in found)
                    yield self._finding(plan, administrator, request, decision, depends)
                    return  # One sentence about each administrator is enough.

    def _ask(
        self, policies: Policies, administrator: Administrator, action: str, bucket: str, context: Mapping[str, Any]
    ) -> tuple[Raw, Decision]:
        request: Raw = {
            "principal": administrator.principal,
            "action": action,
            "resource": bucket_arn(bucket, self.partition),
            "context": context,
        }
        if self.through is not None:
            request["through"] = self.through
        decision = policies.decide(request)
        if decision.decision == UNKNOWN and ROLE_ARN_KEY in decision.missing_keys:
            arn = self.full_arn(administrator.principal)
            if arn:
                request = {**request, "context": {**context, ROLE_ARN_KEY: arn}}
                decision = policies.decide(request)
        return request, decision

    def _finding(
        self, plan: Plan, administrator: Administrator, request: Raw, decision: Decision, depends: bool
    ) -> Finding:
        """:param depends: on the version of TLS that the client takes."""
        verb = "might not be" if decision.decision == UNKNOWN else "would not be"
        remedies = ["Spare that principal in the statement (ArnNotLike on aws:PrincipalArn)"]
        if self.through is None and not NETWORK_KEYS.isdisjoint(map(str.lower, decision.missing_keys)):
            remedies.append("say with arriving_through from which network it comes")
        remedies += missing_remedies(administrator, decision.missing_keys)
        if depends:
            version = request["context"][TLS_VERSION]
            remedies.append(f"give {TLS_VERSION} in request_context, if its clients never speak TLS {version}")
        remedies.append(f"set {OVERRIDE} if that is meant")
        return Finding(
            LOCKOUT,
            f"The {administrator} {verb} able to repair the policy of bucket {plan.bucket} any more. {decision.reason}",
            f"{', or '.join(remedies)}.",
            OVERRIDE if self.overridden else None,
            decision.statement or _doubtful(decision),
            request,
        )


def missing_remedies(administrator: Administrator, missing: Collection[str]) -> Iterator[str]:
    """How a task can make known what decides: of whom it protects it can say less than of the caller."""
    if ROLE_ARN_KEY in missing:
        if administrator.calls:
            yield (
                f"give the full ARN of the role, with its path, as {ROLE_ARN_KEY} in request_context, or permission "
                "for iam:GetRole"
            )
        else:
            yield "give the full ARN of the role, with its path, in protected_principals"
    others = administrator.sayable(key for key in missing if key != ROLE_ARN_KEY)
    if others:
        yield f"give {' and '.join(others)} in request_context, if it is known"


def _doubtful(decision: Decision) -> str | None:
    """The label of the first statement that may deny."""
    case = decision.evaluation
    for statement, _about in case.layers.bucket.candidates(case.request, False):
        if statement.holds(case.request.resource, case.context) is not False:
            return statement.label
    return None
