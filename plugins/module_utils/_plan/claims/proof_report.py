# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Claims held against documents, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..._policy.evaluation.decide import compile_policies
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError, Problem
from ..._policy.proof.claim import (
    HOLDS,
    REFUTED,
    UNDECIDED,
    Claim,
    Counterexample,
    Declaration,
    Passing,
    Verdict,
)
from ..._policy.proof.sharing import Shared
from ..proof.example import as_dict, reproduced_by, statement_dict
from .proof_claims import ALLOW, DENY, Documents, Question, questions
from .proof_input import Asked

_WORST_LAST = (HOLDS, UNDECIDED, REFUTED)
_VACUOUS = "It is about no request that there can be, so it holds trivially. Look at what it says."


def check_documents(documents: Documents) -> None:
    """Look at every document, whether a claim meets it or not.

    :raises PolicyError: with every problem, each with its option and its place.
    """
    problems: list[Problem] = []
    given: list[tuple[str, str, Any]] = [
        *((f"bucket_policies[{name}]", "bucket", one) for name, one in documents.buckets.items()),
        *((f"endpoint_policies[{name}]", "endpoint", one) for name, one in documents.endpoints.items()),
        *((f"block_public_access[{name}]", "block_public_access", one)
          for name, one in documents.block_public_access.items()),
        *((f"{layer}", layer, one) for layer, one in documents.others.items()),
    ]  # fmt: skip
    for place, layer, one in given:
        try:
            compile_policies({layer: one})
        except PolicyError as error:
            # The layer of the error is the option of the task.
            problems += [
                Problem(place + each.path.removeprefix(layer), each.rule, each.remedy) for each in error.problems
            ]
    if problems:
        raise PolicyError(problems, "policies")


def prove_claims(asked: Iterable[Asked], documents: Documents) -> list[Raw]:
    """The results of all claims, in their order, each bucket by itself; of those that are alike one is proved."""
    shared = Shared()
    return [_result(question, documents, shared) for one in asked for question in questions(one, documents)]


def _result(question: Question, documents: Documents, shared: Shared) -> Raw:
    verdicts = [(shared.prove(claim), wanted) for claim, wanted in question.claims]
    status = max((verdict.status for verdict, _wanted in verdicts), key=_WORST_LAST.index, default=HOLDS)
    asked = question.asked
    result: Raw = {
        "claim": asked.claim,
        "name": asked.name,
        "bucket": question.bucket,
        "endpoint": asked.endpoint,
        "verdict": status,
        "counterexamples": [
            _example(example, wanted, question, documents)
            for verdict, wanted in verdicts
            for example in verdict.counterexamples
        ],
        "narrowed": [
            {**_example(one.example, ALLOW, question, documents)}
            for verdict, _wanted in verdicts
            for one in verdict.narrowed
        ],
        "rests_on": _unique(statement_dict(one) for verdict, _wanted in verdicts for one in verdict.rests_on),
        "assumed": [
            *question.assumed,
            *dict.fromkeys(said for verdict, _wanted in verdicts for said in verdict.assumed),
        ],
        "reason": " ".join(dict.fromkeys(verdict.reason for verdict, _wanted in verdicts if verdict.reason)),
        "note": _VACUOUS
        if status == HOLDS and any(_is_vacuous(*one, shared) for one in zip(question.claims, verdicts, strict=True))
        else None,
    }
    result["message"] = message(result)
    return result


def _is_vacuous(asked: tuple[Claim | Passing, str], found: tuple[Verdict, str], shared: Shared) -> bool:
    """Whether the requests that people wrote cannot be."""
    claim, _wanted = asked
    if isinstance(claim, Passing):
        return found[0].vacuous
    given = claim.passing if isinstance(claim.passing, Declaration) else claim.within
    return given is not None and shared.prove(replace(claim, passing=given, unless=None, within=None)).holds


def message(result: Raw) -> str:
    """What became of a claim, in plain words."""
    subject = f"bucket {result['bucket']}" if result["bucket"] else f"endpoint {result['endpoint']}"
    name = result["claim"] if result["name"] == result["claim"] else f"{result['claim']} ({result['name']})"
    if result["verdict"] == HOLDS:
        return f"{name} of {subject} holds." + (f" {result['note']}" if result["note"] else "")
    if result["verdict"] == UNDECIDED:
        return f"{name} of {subject} is not decided. {result['reason']}"
    shown = [f"{one['said']} {_does(one)}. {one['reason']}" for one in result["counterexamples"]]
    return f"{name} of {subject} does not hold: {' '.join(shown)}"


def _does(example: Raw) -> str:
    by = f", by statement {example['statement']!r} of the {_LAYERS.get(example['layer'], 'policies')}"
    does = "passes" if example["expected"] == DENY else "does not pass"
    return does + (by if example["statement"] else "")


_LAYERS = {"bucket_policy": "bucket policy", "endpoint_policy": "endpoint policy", "identity_policy": "identity policy"}


def _example(example: Counterexample, wanted: str, question: Question, documents: Documents) -> Raw:
    bucket = question.bucket
    policies = {bucket: documents.buckets[bucket]} if bucket is not None else {}
    owner = documents.owners.get(bucket, documents.account) if bucket is not None else None
    return {
        **as_dict(example),
        "expected": wanted,
        "task": reproduced_by(example.request, wanted, owner, policies, documents.endpoints),
    }


def _unique(entries: Iterable[Raw]) -> list[Raw]:
    found: list[Raw] = []
    for one in entries:
        if one not in found:
            found.append(one)
    return found


def summary_of(results: Sequence[Raw]) -> dict[str, int]:
    """How many claims, bucket by bucket, hold, are refuted and are undecided."""
    counts = {"claims": len(results), HOLDS: 0, REFUTED: 0, UNDECIDED: 0}
    for one in results:
        counts[one["verdict"]] += 1
    return counts
