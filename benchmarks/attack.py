# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attacks on the proof engine, more of each than ``make test`` has time for. Run them so: ``make bench ARGS=attack``

- random claims over documents with variables: how many hold, are refuted, and stay undecided, and of those how many
  for another reason than that AWS's pages say two things. Each proof is attacked by requests near the documents' own
  constants, and each proved pair is made wider: that is refuted by a request that the evaluator confirms, or attacked
  in turn.
- claims over a small alphabet, of which every request is looked at.
- the policies that AWS publishes and those that the builders make: how many claims stay undecided.

It fails where a request refutes a proof, or where more is undecided than may be. For an SMT solver as a judge of 3,000
pairs: ``JUDGE_PAIRS=375 make pytest ARGS=tests/judge/test_judge.py``.
"""

from __future__ import annotations

import argparse
import json
import random
import runpy
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.perimeter.s3.plugins.filter.bucket_perimeter import build as bucket_perimeter
from ansible_collections.perimeter.s3.plugins.filter.endpoint_policy import build as endpoint_policy
from ansible_collections.perimeter.s3.plugins.filter.reach_matrix import build as reach_matrix
from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.request import Request
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    HOLDS,
    REFUTED,
    UNDECIDED,
    Claim,
    Verdict,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import prove
from tests.judge import attack, documents

PUBLISHED = Path(__file__).resolve().parents[1] / "scripts" / "generate_published"
#: Of random claims this share may be undecided for another reason than AWS's pages.
MAY_BE_UNDECIDED = 0.001
ACCOUNT, VPCE, VPC = "111122223333", "vpce-0aaaaaaaaaaaaaaa1", "vpc-0aaaaaaaaaaaaaaa1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"


class Tally:
    """Counts verdicts, and what is wrong with them."""

    def __init__(self, requests: attack.Requests) -> None:
        self.requests = requests
        self.statuses: Counter[str] = Counter()
        self.undecided_elsewhere = 0
        self.attacks = 0
        self.wrong: list[Claim] = []

    def add(self, claim: Claim) -> Verdict:
        """Prove a claim, and attack what is proved."""
        verdict = prove(claim)
        self.statuses[verdict.status] += 1
        self.undecided_elsewhere += verdict.status == UNDECIDED and "AWS" not in verdict.reason
        if verdict.status == HOLDS:
            self.attacks += 1
            if next(attack.refuting(claim, self.requests), None) is not None:
                self.wrong.append(claim)
        for example in verdict.counterexamples:
            through = example.request.get("through")
            endpoint = through["vpce"] if isinstance(through, dict) else None
            if not list(attack.refuting(claim, [(Request.from_mapping(example.request), endpoint)])):
                self.wrong.append(claim)
        return verdict

    def figures(self) -> dict[str, int]:
        return {
            **{status: self.statuses[status] for status in (HOLDS, REFUTED, UNDECIDED)},
            "undecided, not for AWS's pages": self.undecided_elsewhere,
            "attacked": self.attacks,
            "wrong": len(self.wrong),
        }


def of_random_documents(rng: random.Random, claims: int, requests: attack.Requests) -> tuple[Tally, Tally]:
    """Random claims, and what is wider than those that hold."""
    given, wider = Tally(requests), Tally(requests)
    for _turn in range(claims):
        claim = documents.claim(rng)
        if given.add(claim).status == HOLDS:
            wider.add(attack.widened(rng, claim))
    return given, wider


def without_attack(rng: random.Random, claims: int) -> Tally:
    """Random claims, to see how many stay undecided."""
    tally = Tally([])
    for _turn in range(claims):
        tally.add(documents.claim(rng))
    return tally


def of_alphabet(rng: random.Random, claims: int) -> Tally:
    """As of random documents; here a claim that is refuted has a request in the alphabet as well."""
    tally = Tally(attack.every_request())
    for _turn in range(claims):
        claim = attack.of_alphabet(rng)
        refuted = tally.add(claim).status == REFUTED
        if refuted and next(attack.refuting(claim, tally.requests), None) is None:
            tally.wrong.append(claim)
    return tally


def of_published() -> dict[str, int]:
    """The claims on policies that AWS publishes, which stand in the page about proofs."""
    verdicts = [result["verdict"] for _policy, _claim, result in runpy.run_path(str(PUBLISHED))["verdicts"]()]
    return {"claims": len(verdicts), UNDECIDED: verdicts.count(UNDECIDED)}


#: Options of the builder of bucket policies, and those of a declaration that say the same.
BUILT: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"tls_only": True}, {}),
    ({}, {"require_tls": False}),
    ({"tls_only": True, "break_glass_principals": [f"{ROLE}/glass"]}, {"break_glass_principals": [f"{ROLE}/glass"]}),
    ({"tls_only": True, "allow_aws_services": True}, {"allow_aws_services": True}),
    ({"tls_only": True, "allow_forwarded_access": True}, {"allow_forwarded_access": True}),
    ({"tls_only": True, "vpcs": [VPC], "endpoints": []}, {"restrict_by": "vpc"}),
]


def of_builders() -> dict[str, int]:
    """The four theorems on what the builders write, for some ways to declare a perimeter."""
    managers = [f"arn:aws:sts::{ACCOUNT}:assumed-role/manager/run"]
    verdicts = []
    for built, declared in BUILT:
        policy = bucket_perimeter("reports", **{"endpoints": [VPCE], "manager_principals": managers, **built})
        given = {"manager_principals": managers, "endpoint_policy": endpoint_policy(["reports"]), **declared}
        found = reach_matrix({"reports": policy}, ["reports"], ACCOUNT, VPCE, VPC, matrix=False, **given)
        verdicts += [one["verdict"] for one in found["theorems"]]
    return {"theorems": len(verdicts), HOLDS: verdicts.count(HOLDS), UNDECIDED: verdicts.count(UNDECIDED)}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--claims", type=int, default=100, help="random claims whose proofs are attacked")
    parser.add_argument("--more", type=int, default=3000, help="random claims that are only decided")
    parser.add_argument("--requests", type=int, default=100_000, help="that attack each proof")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    rng = random.Random(options.seed)
    given, wider = of_random_documents(rng, options.claims, documents.requests(rng, options.requests))
    more = without_attack(rng, options.more)
    small = of_alphabet(rng, options.claims)
    figures = {
        "random documents, not attacked": more.figures(),
        "random documents": given.figures(),
        "wider than what is proved": wider.figures(),
        "a small alphabet": small.figures(),
        "policies that AWS publishes": of_published(),
        "policies of the builders": of_builders(),
    }
    for name, counts in figures.items():
        print(f"{name:32}" + ", ".join(f"{count:,} {what}" for what, count in counts.items()), flush=True)
    for claim in (*given.wrong, *more.wrong, *wider.wrong, *small.wrong):
        print(f"\nWrong: {claim}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    wrong = len(given.wrong) + len(more.wrong) + len(wider.wrong) + len(small.wrong)
    too_many = more.undecided_elsewhere > options.more * MAY_BE_UNDECIDED
    missed = figures["policies that AWS publishes"][UNDECIDED] + figures["policies of the builders"][UNDECIDED]
    return 1 if wrong or too_many or missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
