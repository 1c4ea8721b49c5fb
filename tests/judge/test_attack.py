# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No request out of thousands refutes what is proved, and every example is a request that the evaluator confirms."""

from __future__ import annotations

import random

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.request import Request
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof import cells, space
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import HOLDS, REFUTED, UNDECIDED
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import prove
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import compile_side
from tests.judge import documents

SEEDS = range(8)
CLAIMS, REQUESTS = 24, 1500


def answers(claim, request, endpoint):
    """Whether a request refutes a claim, as the evaluator has it."""
    if claim.through is not None and endpoint not in claim.through:
        return False
    if claim.within is not None and compile_side(claim.within).passes(request, endpoint) is not True:
        return False
    if claim.unless is not None and compile_side(claim.unless).passes(request, endpoint) is not False:
        return False
    return compile_side(claim.passing).passes(request, endpoint) is True


def refuted_by(claim, requests):
    passing, unless, within = (one and compile_side(one) for one in (claim.passing, claim.unless, claim.within))
    for request, endpoint in requests:
        if claim.through is not None and endpoint not in claim.through:
            continue
        if (
            passing.passes(request, endpoint) is True
            and (unless is None or unless.passes(request, endpoint) is False)
            and (within is None or within.passes(request, endpoint) is True)
        ):
            return request
    return None


@pytest.mark.parametrize("seed", SEEDS)
def test_proofs_are_attacked(seed):
    rng = random.Random(seed)
    requests = documents.requests(rng, REQUESTS)
    found = {HOLDS: 0, REFUTED: 0, UNDECIDED: 0}
    for _turn in range(CLAIMS):
        claim = documents.claim(rng)
        verdict = prove(claim)
        found[verdict.status] += 1
        if verdict.status == HOLDS:
            assert refuted_by(claim, requests) is None, claim
        for example in verdict.counterexamples:
            through = example.request.get("through")
            endpoint = through["vpce"] if isinstance(through, dict) else None
            assert answers(claim, Request.from_mapping(example.request), endpoint), example
    assert found[HOLDS] > 0
    assert found[REFUTED] > 0
    assert found[UNDECIDED] <= CLAIMS / 6, "more is undecided than was"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_cells_does_not_matter(seed, monkeypatch):
    """Branches are taken in another order: examples may differ, verdicts may not."""
    rng = random.Random(f"order {seed}")
    claims = [documents.claim(rng) for _turn in range(CLAIMS // 3)]
    before = [prove(claim).status for claim in claims]
    of_key, of_callers, of_pairs = space.Space.values, cells.callers, cells.pairs

    def shuffled(values):
        return rng.sample(values, len(values))

    monkeypatch.setattr(space.Space, "values", lambda self, *given: shuffled(of_key(self, *given)))
    monkeypatch.setattr(cells, "callers", lambda *given: shuffled(of_callers(*given)))
    monkeypatch.setattr(cells, "pairs", lambda *given: shuffled(of_pairs(*given)))
    assert [prove(claim).status for claim in claims] == before
