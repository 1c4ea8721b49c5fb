# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What passes an endpoint before a write and after it.

An endpoint policy grants nothing; it holds back. Only what gets worse counts: a request that the old policy let pass
and the new one denies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..._policy.evaluation.decide import compile_policies
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError
from ..._policy.meaning.canonical import equivalent
from ..._policy.proof.claim import Counterexample
from ..endpoint.plan import Plan
from ..endpoint.values import DEFAULT_POLICY, Endpoint
from ..proof.compare import ENDPOINT, Owner
from .guard import PLACEHOLDER_ENDPOINT


def changes_passage(plan: Plan) -> bool:
    """Whether a plan changes what passes the endpoint that stays, or is new."""
    if plan.after is None:
        return False
    old, new = ((one and one.policy) or DEFAULT_POLICY for one in (plan.before, plan.after))
    return not equivalent(old, new)


def documents(plan: Plan) -> tuple[Raw, Raw]:
    """The old and the new policy; before there is an endpoint, everything passes.

    AWS has taken the old one, in whatever form it is; what cannot be read here is taken for letting everything pass.
    """
    old, new = ((one and one.policy) or DEFAULT_POLICY for one in (plan.before, plan.after))
    try:
        compile_policies({"endpoint": old})
    except PolicyError:
        old = DEFAULT_POLICY
    return old, new


def owner_of(plan: Plan, partition: str, region: str, account: Callable[[], str]) -> Owner:
    """The endpoint of a plan, for the prover; ``account`` is asked if AWS does not say whose it is."""
    network = network_of(plan, region, account)
    return Owner(ENDPOINT, network["vpce"], network["account"], partition, network["vpc"], region)


def network_of(plan: Plan, region: str, account: Callable[[], str]) -> Raw:
    """The path of requests through the endpoint, as requests have it; ``account`` is asked if AWS does not say it."""
    endpoint: Endpoint | None = plan.before or plan.after
    return {
        "vpce": (endpoint and endpoint.id) or PLACEHOLDER_ENDPOINT,
        "vpc": endpoint.vpc_id if endpoint else "",
        "account": str((endpoint and endpoint.facts.get("owner_id")) or account()),
        "region": region,
    }


#: What requests to S3 carry of themselves.
_OF_THE_FORM = frozenset(("aws:securetransport", "s3:tlsversion", "aws:resourceaccount", "s3:resourceaccount"))


def deciding_keys(example: Counterexample, known: Mapping[str, Any]) -> list[str]:
    """The condition keys on which a request hangs that nobody has told of it."""
    told = {key.lower() for key in known} | _OF_THE_FORM
    return [str(key) for key in example.request.get("context") or {} if str(key).lower() not in told]
