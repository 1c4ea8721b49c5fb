# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a new endpoint policy no longer lets through.

An endpoint policy grants nothing; it holds back. Only what gets worse counts: a request that the old policy let pass,
or may have, and the new one denies, or may deny.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._policy.evaluation.decide import (
    ALLOW,
    ASSUME_ALLOW,
    Decision,
    Policies,
    compile_policies,
)
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError
from ..._policy.meaning.canonical import equivalent, meaning
from ..endpoint.plan import Plan
from ..endpoint.values import DEFAULT_POLICY, Endpoint
from .guard import PLACEHOLDER_ENDPOINT


@dataclass(frozen=True, slots=True)
class Passage:
    """What passed before a write and what does after it, whatever other policies say."""

    old: Policies
    new: Policies

    def lost(self, request: Mapping[str, Any]) -> Decision | None:
        """What the new policy decides of a request that passed, or may have; ``None`` if nothing gets worse.

        :raises RequestError: the request cannot be.
        """
        new = self.new.decide(request)
        if new.decision == ALLOW:
            return None
        old = self.old.decide(request)
        return None if old.denied or _keeps(old, new) else new


def changes_passage(plan: Plan) -> bool:
    """Whether a plan changes what passes the endpoint that stays, or is new."""
    return plan.after is not None and not equivalent(*_policies(plan))


def passage(plan: Plan, account: str) -> Passage:
    """The endpoint policies of a plan, as requests for buckets of an account meet them."""
    old, new = _policies(plan)
    try:
        compiled = _compiled(old, account)
    except PolicyError:
        # AWS has taken it, in whatever form it is; what cannot be read here is taken for letting everything pass.
        compiled = _compiled(DEFAULT_POLICY, account)
    return Passage(compiled, _compiled(new, account))


def _policies(plan: Plan) -> tuple[Raw, Raw]:
    """The old and the new one; before there is an endpoint, everything passes."""
    old, new = ((one and one.policy) or DEFAULT_POLICY for one in (plan.before, plan.after))
    return old, new


def network_of(plan: Plan, region: str, account: Callable[[], str]) -> Raw:
    """The path of requests through the endpoint, as requests have it; ``account`` is asked if AWS does not say it."""
    endpoint: Endpoint | None = plan.before or plan.after
    return {
        "vpce": (endpoint and endpoint.id) or PLACEHOLDER_ENDPOINT,
        "vpc": endpoint.vpc_id if endpoint else "",
        "account": str((endpoint and endpoint.facts.get("owner_id")) or account()),
        "region": region,
    }


def _compiled(document: Raw, account: str) -> Policies:
    return compile_policies(
        {"identity": ASSUME_ALLOW, "bucket": ASSUME_ALLOW, "endpoint": document, "resource_account": account}
    )


def _keeps(old: Decision, new: Decision) -> bool:
    """Whether all that may let the request pass stays, and nothing is new that may deny it.

    This settles requests that hang on keys which nobody knows: a Deny or an Allow that stays changes nothing.
    """
    return _concerned(old, True) <= _concerned(new, True) and _concerned(new, False) <= _concerned(old, False)


def _concerned(decision: Decision, allows: bool) -> set[str]:
    """The meanings of the statements of the endpoint policy that apply to the request, or may."""
    case = decision.evaluation
    return {
        meaning(statement.source.raw)
        for statement, _about in case.layers.endpoint.candidates(case.request, allows)
        if statement.holds(case.request.resource, case.context) is not False
    }
