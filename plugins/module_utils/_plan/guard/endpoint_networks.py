# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Statements of an endpoint policy that are about another network than the endpoint's.

Every request that an endpoint policy meets has come through that endpoint, from its VPC. A condition that asks for
another one, as after copying a policy, is never true, and one that spares only others denies everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..._policy.evaluation.compiled import CompiledStatement
from ..._policy.evaluation.conditions import Check
from ..._policy.evaluation.context import ENDPOINT_KEYS
from ..._policy.evaluation.decide import ASSUME_ALLOW, Policies, compile_policies
from ..._policy.language.arns import object_arn
from ..._policy.language.document import Raw
from ..._policy.language.principals import ANONYMOUS
from ..._policy.language.values import Context
from ..._policy.meaning.canonical import meaning
from ..endpoint.plan import Plan
from .endpoint_cutoff import ALLOW_CUTOFF
from .endpoint_passage import (
    changes_passage,
    documents,
    network_of,
)
from .guard import NETWORKS, Finding

_NETWORK_KEYS = frozenset(ENDPOINT_KEYS) - {"aws:vpcsourceip"}
#: Whose the bucket is makes no difference to where a request comes from.
_SOME_ACCOUNT = "000000000000"


@dataclass(frozen=True, slots=True)
class NetworksGuard:
    """The guard of one endpoint; call it with a plan. Statements that are in force already are not examined."""

    account: Callable[[], str]
    partition: str
    region: str
    overridden: bool = False

    def __call__(self, plan: Plan) -> list[Finding]:
        if not changes_passage(plan):
            return []
        before, after = (_compiled(document) for document in documents(plan))
        old = {meaning(one.source.raw) for one in before.layers.endpoint.statements}
        new = [
            one
            for one in after.layers.endpoint.statements
            if any(check.key in _NETWORK_KEYS for check in one.checks) and meaning(one.source.raw) not in old
        ]
        if not new:
            return []
        network = network_of(plan, self.region, self.account)
        context = self._context(network, after)
        return [finding for statement in new for finding in self._examine(plan, statement, network, context)]

    def _context(self, network: Raw, policies: Policies) -> Context:
        """What requests through the endpoint say of their network."""
        request = {
            "principal": ANONYMOUS,
            "action": "s3:GetObject",
            "resource": object_arn("any-bucket", self.partition, "any-object"),
            "through": network,
        }
        return policies.decide(request).evaluation.context

    def _examine(self, plan: Plan, statement: CompiledStatement, network: Raw, context: Context) -> Iterator[Finding]:
        for check in statement.checks:
            if check.key not in _NETWORK_KEYS:
                continue
            consequence = _consequence(statement, check, context)
            if consequence:
                yield Finding(
                    NETWORKS,
                    f"Statement {statement.label!r} of the new policy of {plan.subject} {consequence}: its condition "
                    f"{check.source.operator} on {check.name} is about {' or '.join(check.source.values)}, and all "
                    "that meets this policy comes through this endpoint, from its VPC.",
                    f"Name this endpoint or its VPC, or leave the condition out, or set {ALLOW_CUTOFF} if that is "
                    "meant.",
                    ALLOW_CUTOFF if self.overridden else None,
                    statement.label,
                    {"action": (statement.source.actions or ("s3:*",))[0], "through": network},
                )
                return


def _compiled(document: Raw) -> Policies:
    return compile_policies(
        {"identity": ASSUME_ALLOW, "bucket": ASSUME_ALLOW, "endpoint": document, "resource_account": _SOME_ACCOUNT}
    )


def _consequence(statement: CompiledStatement, check: Check, context: Context) -> str | None:
    holds, negated = check.holds(context), "Not" in check.source.operator
    if statement.allows:
        return "lets nothing pass" if holds is False else None
    if negated:
        return "denies all that it names" if holds else None
    return "denies nothing" if holds is False else None
