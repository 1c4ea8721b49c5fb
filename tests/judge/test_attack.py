# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No request out of thousands refutes what is proved, and every example is a request that the evaluator confirms.

More claims, and more requests for each, in ``make bench ARGS=attack``.
"""

from __future__ import annotations

import random

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.request import Request
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof import cells, space
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import HOLDS, REFUTED, UNDECIDED
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import prove
from tests.judge import attack, documents

SEEDS = range(8)
CLAIMS, REQUESTS = 24, 1500
#: Of a seed, of claims over the alphabet; and of proofs that are put to the test by what is wider.
SMALL, WIDER = 30, 30


def confirm(claim, verdict):
    """Every example refutes its claim, as the evaluator has it."""
    for example in verdict.counterexamples:
        through = example.request.get("through")
        endpoint = through["vpce"] if isinstance(through, dict) else None
        request = Request.from_mapping(example.request)
        assert list(attack.refuting(claim, [(request, endpoint)])) == [request], example


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
            assert next(attack.refuting(claim, requests), None) is None, claim
        if verdict.status == UNDECIDED:
            assert "AWS" in verdict.reason, (claim, verdict.reason)
        confirm(claim, verdict)
    assert found[HOLDS] > 0
    assert found[REFUTED] > 0
    assert found[UNDECIDED] <= 1, "more is undecided than was"


def test_what_is_wider_than_what_is_proved_is_refuted_or_harmless():
    rng = random.Random("wider")
    requests = documents.requests(rng, REQUESTS)
    found = {HOLDS: 0, REFUTED: 0, UNDECIDED: 0}
    while sum(found.values()) < WIDER:
        claim = documents.claim(rng, variables=False)
        if prove(claim).status != HOLDS:
            continue
        wider = attack.widened(rng, claim)
        verdict = prove(wider)
        found[verdict.status] += 1
        confirm(wider, verdict)
        if verdict.status == HOLDS:
            assert next(attack.refuting(wider, requests), None) is None, wider
    assert found[HOLDS] > 0
    assert found[REFUTED] > 0


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_every_request_of_a_small_alphabet_says_the_same(seed):
    rng = random.Random(f"alphabet {seed}")
    requests = attack.every_request()
    found = {HOLDS: 0, REFUTED: 0}
    for _turn in range(SMALL):
        claim = attack.of_alphabet(rng)
        status = prove(claim).status
        found[status] += 1
        assert (next(attack.refuting(claim, requests), None) is None) is (status == HOLDS), claim
    assert min(found.values()) > 0


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
