# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether those who keep bucket policies can still do so through an endpoint, once a new policy of it is in force.

An endpoint policy binds everybody whose requests pass the endpoint, the root user too, whom no bucket policy keeps from
mending it: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html

It matters to those who come through this endpoint. Requests to EC2 never do, so the endpoint itself can be mended. It
is asked of every bucket of theirs, also those that nobody named, and of every request that they can make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._policy.language.arns import bucket_arn, parse_arn, principal_arn_patterns
from ..._policy.language.document import Raw
from ..._policy.proof.claim import HOLDS, Claim, Declaration, Verdict
from ..._policy.proof.prove import prove
from ..endpoint.plan import Plan
from ..proof.compare import Owner
from ..proof.denial import decision_of
from ..proof.requests import Conditions, about, read_context
from ..proof.words import bucket_of, sentence
from .administrators import Administrator
from .bucket_lockout import (
    OVERRIDE,
    REPAIR_ACTIONS,
    ROLE_ARN_KEY,
    missing_remedies,
)
from .endpoint_passage import (
    changes_passage,
    deciding_keys,
    documents,
    owner_of,
)
from .guard import LOCKOUT, TLS_VERSION, Finding

#: What tells callers apart by the way, and matters only to documents that ask for it.
_IDS = frozenset(("aws:userid", "aws:username"))


@dataclass(frozen=True, slots=True)
class EndpointLockoutGuard:
    """The guard of one endpoint; call it with a plan.

    :ivar administrators: gives those who have to stay able to repair bucket policies, the root user among them.
    :ivar account: gives the account of the caller, for an endpoint that is to be created.
    :ivar through: the network that they come from; ``None``: not through this endpoint, see :meth:`assumes`.
    :ivar full_arn: gives the ARN of a session's role with its path, or ``None``; asked only if that decides.
    """

    administrators: Callable[[], Iterable[Administrator]]
    account: Callable[[], str]
    partition: str
    region: str
    through: str | None = None
    overridden: bool = False
    full_arn: Callable[[str], str | None] = lambda _session: None

    def __call__(self, plan: Plan) -> list[Finding]:
        if not (self._arrives(plan) and changes_passage(plan)):
            return []
        owner = owner_of(plan, self.partition, self.region, self.account)
        return [
            finding for administrator in self.administrators() for finding in self._examine(plan, owner, administrator)
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

    def _examine(self, plan: Plan, owner: Owner, administrator: Administrator) -> Iterator[Finding]:
        verdict = _lost(plan, owner, administrator)
        known = {key.lower() for key in administrator.context}
        if (
            verdict.status != HOLDS
            and ":assumed-role/" in administrator.principal
            and ROLE_ARN_KEY.lower() not in known
        ):
            full = self.full_arn(administrator.principal)
            if full:
                administrator = replace(administrator, context={**administrator.context, ROLE_ARN_KEY: full})
                verdict = _lost(plan, owner, administrator)
        if verdict.status != HOLDS or verdict.vacuous:
            yield self._finding(plan, administrator, verdict)

    def _finding(self, plan: Plan, administrator: Administrator, verdict: Verdict) -> Finding:
        example = verdict.counterexamples[0] if verdict.counterexamples else None
        keys = deciding_keys(example, administrator.context) if example else []
        verb = "would not be" if example and not keys else "might not be"
        denial = decision_of(example.request, {"endpoint": documents(plan)[1]}) if example else None
        reason = f"{sentence(example.request)}. {denial.reason if denial else ''}" if example else verdict.reason
        policy = f"policy of bucket {bucket_of(str(example.request['resource']))}" if example else "policies of buckets"
        remedies = [f"Let {' and '.join(REPAIR_ACTIONS)} of that principal pass, for every bucket"]
        remedies += missing_remedies(administrator, keys)
        remedies.append(f"set {OVERRIDE} if that is meant")
        return Finding(
            LOCKOUT,
            f"The {administrator} {verb} able to repair the {policy} through {plan.subject} any more: "
            f"{reason} An endpoint policy binds the root user too. The endpoint itself stays repairable, for "
            "ec2:ModifyVpcEndpoint does not pass it.",
            f"{', or '.join(remedies)}.",
            OVERRIDE if self.overridden else None,
            denial.statement if denial else None,
            example.request if example else None,
        )


def _lost(plan: Plan, owner: Owner, administrator: Administrator) -> Verdict:
    """Whether everything that somebody repairs a policy with still passes, of what passed."""
    old, new = documents(plan)
    # Only principals of a bucket's own account manage its policy, so the buckets are of theirs.
    arn = parse_arn(administrator.principal)
    account = arn.account if arn else owner.account
    mentioned = f"{old}{new}".lower()
    known = {
        key: value
        for key, value in administrator.context.items()
        if key.lower() not in _IDS or key.lower().partition(":")[2] in mentioned
    }
    everywhere = bucket_arn("*", owner.partition)
    within = about(REPAIR_ACTIONS, [everywhere], _condition(replace(administrator, context=known), account))
    return prove(
        Claim(
            LOCKOUT,
            owner.setting(old),
            owner.setting(new),
            replace(owner.world, account=account),
            within=Declaration([within]),
            through=owner.through,
        )
    )


def _condition(administrator: Administrator, account: str) -> Raw:
    """What is known of the requests of an administrator."""
    given: Mapping[str, Any] = administrator.context
    known = {key.lower() for key in given}
    conditions = Conditions()
    conditions.add("StringEquals", "aws:ResourceAccount", account)
    if ROLE_ARN_KEY.lower() not in known:
        conditions.add("ArnLike", ROLE_ARN_KEY, list(principal_arn_patterns(administrator.principal)))
    if "aws:securetransport" not in known:
        conditions.add("Bool", "aws:SecureTransport", "true")
    if TLS_VERSION.lower() not in known:
        conditions.add("NumericEquals", TLS_VERSION, ["1.2", "1.3"])
    read_context(given, "request_context", conditions, [])
    return conditions.block


def root_of(partition: str, account: str) -> Administrator:
    """The last who can repair the policies of an account's buckets."""
    return Administrator(f"arn:{partition}:iam::{account}:root", called="root user")
