# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether those who keep bucket policies can still do so through an endpoint, once a new policy of it is in force.

An endpoint policy binds everybody whose requests pass the endpoint, the root user too, whom no bucket policy keeps from
mending it: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html

It matters to those who come through this endpoint. Requests to EC2 never do, so the endpoint itself can be mended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..._policy.evaluation.decide import UNKNOWN, Decision
from ..._policy.language.arns import bucket_arn, parse_arn
from ..._policy.language.document import Raw, strings
from ..endpoint.plan import Plan
from .administrators import Administrator
from .bucket_lockout import (
    OVERRIDE,
    REPAIR_ACTIONS,
    ROLE_ARN_KEY,
    missing_remedies,
)
from .endpoint_passage import (
    changes_passage,
    network_of,
    passage,
)
from .guard import LOCKOUT, Finding, transports

#: Stands for any bucket where neither the task nor a policy names one.
ANY_BUCKET = "any-bucket"


@dataclass(frozen=True, slots=True)
class EndpointLockoutGuard:
    """The guard of one endpoint; call it with a plan.

    :ivar administrators: gives those who have to stay able to repair bucket policies, the root user among them.
    :ivar account: gives the account of the caller, for an endpoint that is to be created.
    :ivar through: the network that they come from; ``None``: not through this endpoint, see :meth:`assumes`.
    :ivar buckets: whose policies they repair; none: those that the endpoint policies name.
    :ivar full_arn: gives the ARN of a session's role with its path, or ``None``; asked only if that decides.
    """

    administrators: Callable[[], Iterable[Administrator]]
    account: Callable[[], str]
    partition: str
    region: str
    through: str | None = None
    buckets: tuple[str, ...] = ()
    overridden: bool = False
    full_arn: Callable[[str], str | None] = lambda _session: None

    def __call__(self, plan: Plan) -> list[Finding]:
        if not (self._arrives(plan) and changes_passage(plan)):
            return []
        network = network_of(plan, self.region, self.account)
        buckets = self.buckets or named_buckets(plan) or (ANY_BUCKET,)
        return [
            finding
            for administrator in self.administrators()
            for finding in self._examine(plan, network, buckets, administrator)
        ]

    def assumes(self, plan: Plan) -> Iterator[str]:
        """What the guard takes for granted of a plan, because nobody has said it."""
        if self.through is None and changes_passage(plan):
            yield (
                "The caller, protected_principals and the root user do not manage bucket policies through this "
                "endpoint (arriving_through is not given)."
            )

    def _arrives(self, plan: Plan) -> bool:
        shown = plan.before or plan.after
        return shown is not None and self.through is not None and self.through in (shown.id, shown.vpc_id)

    def _examine(
        self, plan: Plan, network: Raw, buckets: Iterable[str], administrator: Administrator
    ) -> Iterator[Finding]:
        # Only principals of a bucket's own account manage its policy, so the buckets are of theirs.
        arn = parse_arn(administrator.principal)
        lost = passage(plan, arn.account if arn else str(network["account"]))
        for bucket in buckets:
            for action in REPAIR_ACTIONS:
                for context in transports(administrator.context):
                    request = self._request(administrator, action, bucket, network, context)
                    decision = lost.lost(request)
                    if decision is not None and ROLE_ARN_KEY in decision.missing_keys:
                        full = self.full_arn(administrator.principal)
                        if full:
                            request = {**request, "context": {**context, ROLE_ARN_KEY: full}}
                            decision = lost.lost(request)
                    if decision is not None:
                        yield self._finding(plan, administrator, bucket, request, decision)
                        return  # One sentence about each administrator is enough.

    def _request(
        self, administrator: Administrator, action: str, bucket: str, network: Raw, context: Mapping[str, Any]
    ) -> Raw:
        return {
            "principal": administrator.principal,
            "action": action,
            "resource": bucket_arn(bucket, self.partition),
            "through": network,
            "context": context,
        }

    def _finding(
        self, plan: Plan, administrator: Administrator, bucket: str, request: Raw, decision: Decision
    ) -> Finding:
        verb = "might not be" if decision.decision == UNKNOWN else "would not be"
        whose = "a bucket" if bucket == ANY_BUCKET else f"bucket {bucket}"
        remedies = [f"Let {' and '.join(REPAIR_ACTIONS)} of that principal pass"]
        remedies += missing_remedies(administrator, decision.missing_keys)
        remedies.append(f"set {OVERRIDE} if that is meant")
        return Finding(
            LOCKOUT,
            f"The {administrator} {verb} able to repair the policy of {whose} through {plan.subject} any more. "
            f"{decision.reason} An endpoint policy binds the root user too. The endpoint itself stays repairable, for "
            "ec2:ModifyVpcEndpoint does not pass it.",
            f"{', or '.join(remedies)}.",
            OVERRIDE if self.overridden else None,
            decision.statement,
            request,
        )


def root_of(partition: str, account: str) -> Administrator:
    """The last who can repair the policies of an account's buckets."""
    return Administrator(f"arn:{partition}:iam::{account}:root", called="root user")


def named_buckets(plan: Plan) -> tuple[str, ...]:
    """The buckets that the old and the new policy name, without wildcards."""
    found: dict[str, None] = {}
    for endpoint in (plan.before, plan.after):
        statements = ((endpoint and endpoint.policy) or {}).get("Statement", ())
        for statement in statements if isinstance(statements, list) else [statements]:
            for text in (strings(statement.get("Resource", ())) or ()) if isinstance(statement, dict) else ():
                arn = parse_arn(text)
                bucket = arn.resource.partition("/")[0] if arn and arn.service == "s3" and not arn.account else ""
                if bucket and not set(bucket) & set("*?$"):
                    found[bucket] = None
    return tuple(found)
