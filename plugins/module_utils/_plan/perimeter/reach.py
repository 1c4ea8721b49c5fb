# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The proof of a perimeter: of all requests there are, its policies let pass what was declared, and nothing else.

The four theorems stand in ``theorems``; each holds, is refuted by a request that the evaluator has confirmed, or stays
undecided. What statements of others take away from some of what is declared is said, and refutes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..._policy.building.bucket import ANY_BUCKET
from ..._policy.evaluation.decide import compile_policies
from ..._policy.language.arns import bucket_arn
from ..._policy.language.document import Raw, parse
from ..._policy.language.errors import PolicyError, Problem
from ..._policy.proof.claim import HOLDS, Claim, Passing, Verdict
from ..._policy.proof.prove import prove as prove_claim
from ..._policy.proof.sharing import Shared, renamed
from .declared import Declaration
from .matrix import matrix
from .reach_report import Report
from .theorems import (
    DECLARED,
    PASSAGE,
    REACH,
    REPAIR,
    Subject,
    assumptions,
    named_networks,
    networks_of,
    passages,
    passing,
    reaching,
    repairing,
)


def prove(
    declaration: Declaration,
    endpoint_policy: Raw | None,
    bucket_policies: Mapping[str, Raw | None],
    with_matrix: bool = False,
    most_shapes: int | None = None,
) -> Raw:
    """The theorems, and where they fail.

    :param declaration: of :func:`read_declaration`.
    :param endpoint_policy: ``None`` is the default one, which lets everything pass.
    :param bucket_policies: of every declared bucket; ``None`` for one without a policy.
    :param with_matrix: also who reaches what on which network path, which takes some thirty times as long.
    :param most_shapes: of so many shapes of policies only; the matrix of the others is empty.
    :returns: ``holds``, ``theorems``, ``mismatches``, ``narrowed``, ``unknown``, ``assumed``, ``matrix``, ``requests``;
        see the filter reach_matrix.
    :raises PolicyError: the policy of a declared bucket is missing, or a document cannot be read.
    """
    missing = [bucket for bucket in declaration.grants if bucket not in bucket_policies]
    if missing:
        raise PolicyError(
            [
                Problem(bucket, "The policy of this bucket is not given.", "Give null if it has none.")
                for bucket in missing
            ],
            "policies of the buckets",
        )
    compile_policies({"endpoint": endpoint_policy})
    report = Report(declaration)
    shapes: dict[object, _Shape] = {}
    shared = Shared()
    readable: set[str] = set()
    for bucket in declaration.grants:
        subject = _subject(declaration, bucket, bucket_policies[bucket], endpoint_policy, readable)
        key = _key(subject, shared)
        shape = shapes.get(key)
        if shape is None:
            shape = shapes[key] = _proved(
                subject, shared, with_matrix and (most_shapes is None or len(shapes) < most_shapes)
            )
            for sentence in shape.assumed:
                report.assume(sentence)
        shape.buckets.append(bucket)
        first, arn = (bucket_arn(name, declaration.partition) for name in (shape.buckets[0], bucket))
        for theorem, verdict in shape.verdicts:
            report.add(theorem, bucket, renamed(verdict, first, arn), len(shape.buckets) == 1)
    if declaration.grants:
        report.add(PASSAGE, None, _passage(declaration, endpoint_policy))
    rows = [{"buckets": shape.buckets, "rows": shape.rows} for shape in shapes.values()]
    return report.as_dict(rows if with_matrix else [])


def _passage(declaration: Declaration, endpoint_policy: Raw | None) -> Verdict:
    first, *others = passages(declaration, endpoint_policy)
    verdict = prove_claim(first)
    for claim in others:
        if not verdict.holds:
            verdict = prove_claim(claim)
    return verdict


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is true of all buckets of a shape, said of the first of them."""

    verdicts: list[tuple[str, Verdict]]
    assumed: list[str]
    rows: list[Raw]
    buckets: list[str] = field(default_factory=list)


def _key(subject: Subject, shared: Shared) -> object:
    """What is the same for buckets of which the same is true, but for the name."""
    claims: list[Claim | Passing] = [reaching(subject, networks_of(subject))]
    claims += [claim for _due, claim in (*passing(subject), *repairing(subject))]
    shapes = [shared.shape(claim) for claim in claims]
    if None in shapes:
        return subject.grant.bucket
    return (named_networks(subject.document), *(shape.text for shape in shapes if shape))


def _proved(subject: Subject, shared: Shared, with_matrix: bool) -> _Shape:
    networks = networks_of(subject)
    verdict = shared.prove(reaching(subject, networks))
    own = subject.declaration.vpc
    if subject.declaration.restrict_by is None and own in named_networks(subject.document) and not verdict.holds:
        # Nobody said how the bucket is limited: then the VPC that was declared is a network of it.
        networks = {**networks, own: "the VPC that was declared"}
        verdict = shared.prove(reaching(subject, networks))
    verdicts = [(REACH, verdict)]
    verdicts += [(DECLARED, shared.prove(claim)) for _due, claim in passing(subject)]
    # Without anybody who has to stay able to repair it, the root user is, whom no policy of a bucket keeps from that.
    verdicts += [(REPAIR, shared.prove(claim)) for _due, claim in repairing(subject)] or [(REPAIR, _BY_ROOT)]
    return _Shape(verdicts, list(assumptions(subject, networks)), matrix(subject) if with_matrix else [])


_BY_ROOT = Verdict(REPAIR, HOLDS)


def _subject(
    declaration: Declaration, bucket: str, policy: Raw | None, endpoint_policy: Raw | None, readable: set[str]
) -> Subject:
    """``readable``: policies that can be read, as text without the bucket's ARN, on which that does not depend."""
    text = json.dumps(policy).replace(bucket_arn(bucket, declaration.partition), ANY_BUCKET)
    try:
        document = None if policy is None else parse(policy)
        if text not in readable:
            compile_policies({"bucket": policy})
            readable.add(text)
    except PolicyError as error:
        raise PolicyError(error.problems, f"policy of bucket {bucket}") from None
    return Subject(declaration, declaration.grants[bucket], policy, document, endpoint_policy)
