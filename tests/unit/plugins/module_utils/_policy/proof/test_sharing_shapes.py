# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which claims are one but for the name of their bucket, and what is said of another bucket then."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof import sharing
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    HOLDS,
    REFUTED,
    UNDECIDED,
    Bucket,
    Claim,
    Counterexample,
    Declaration,
    Narrowed,
    Passing,
    Setting,
    Statement,
    Verdict,
    World,
)

OWN, VPCE = "111122223333", "vpce-1a2b3c4d"


def arns(bucket):
    return (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*")


def allow(*resources, **more):
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": list(resources), **more}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


ALPHA, BETA = "arn:aws:s3:::alpha", "arn:aws:s3:::beta"


def example(resource, **context):
    request = {"principal": "anonymous", "resource": resource, "context": context}
    return Counterexample(request, "allow", f"It is about {resource}.", Statement("bucket_policy", "bucket", "Open"))


#: Verdict on one bucket -> the same on another one.
RENAMED = [
    (
        Verdict("1", REFUTED, counterexamples=(example(f"{ALPHA}/k", key=[ALPHA, f"{ALPHA}bet"]),)),
        Verdict("1", REFUTED, counterexamples=(example(f"{BETA}/k", key=[BETA, f"{ALPHA}bet"]),)),
    ),
    (
        Verdict("1", REFUTED, narrowed=(Narrowed(None, example(ALPHA)),), leaves=7, vacuous=True),
        Verdict("1", REFUTED, narrowed=(Narrowed(None, example(BETA)),), leaves=7, vacuous=True),
    ),
    (
        Verdict("1", UNDECIDED, reason=f"Of {ALPHA}, or of {ALPHA}-x."),
        Verdict("1", UNDECIDED, reason=f"Of {BETA}, or of {ALPHA}-x."),
    ),
    (
        Verdict("1", UNDECIDED, reason=f"Of {ALPHA}_x, {ALPHA}.x and {ALPHA}0."),
        Verdict("1", UNDECIDED, reason=f"Of {ALPHA}_x, {ALPHA}.x and {ALPHA}0."),
    ),
    (Verdict("1", HOLDS, assumed=(ALPHA,)), Verdict("1", HOLDS, assumed=(ALPHA,))),
]


@pytest.mark.parametrize("verdict, other", RENAMED)
def test_a_verdict_on_another_bucket(verdict, other):
    assert sharing.renamed(verdict, ALPHA, BETA) == other
    assert sharing.renamed(verdict, ALPHA, ALPHA) is verdict


def claim_of(bucket, document=None, within=True, **more):
    made = {
        "name": "never",
        "passing": Setting({"bucket": document or policy(allow(*arns(bucket)))}),
        "unless": None,
        "world": World(account=OWN, buckets=(Bucket(bucket, OWN),)),
        "within": Declaration([allow(*arns(bucket))]) if within is True else within,
    }
    return Claim(**{**made, **more})


def passing_of(bucket, **more):
    made = {
        "name": "3",
        "declared": Declaration([allow(*arns(bucket))]),
        "setting": Setting({"bucket": policy(allow(*arns(bucket)))}),
        "world": World(account=OWN, buckets=(Bucket(bucket, OWN),)),
    }
    return Passing(**{**made, **more})


def world_of(bucket, *others, account=OWN, **more):
    return World(buckets=(Bucket(bucket, account), *map(Bucket, others)), **more)


#: What differs in a claim of a bucket -> whether it may be shared at all, and with one for which this does not differ.
SHAPES = {
    "the name": (claim_of, True, True),
    "two buckets": (lambda name: claim_of(name, world=world_of(name, "third")), False, False),
    "no bucket": (lambda name: claim_of(name, world=World()), False, False),
    "the owner": (
        lambda name: claim_of(name, world=world_of(name, account=OWN if name == "alpha" else None)),
        True,
        False,
    ),
    "the account": (
        lambda name: claim_of(name, world=world_of(name, **({"region": "r"} if name == "alpha" else {}))),
        True,
        False,
    ),
    "the endpoints": (lambda name: claim_of(name, through=(VPCE,) if name == "alpha" else None), True, False),
    "whether services count": (lambda name: claim_of(name, services=name == "alpha"), True, False),
    "its own name": (lambda name: claim_of(name, name=f"claim of {'one' if name == 'alpha' else 'two'}"), True, False),
    "a name with that of the bucket": (lambda name: claim_of(name, name=f"claim of {name}"), False, False),
    "all requests": (lambda name: claim_of(name, within=None), False, False),
    "requests of all buckets": (lambda name: claim_of(name, within=Declaration([allow("*")])), False, False),
    "requests of more buckets": (
        lambda name: claim_of(name, within=Declaration([allow(*arns(name), *arns("third"))])),
        False,
        False,
    ),
    "requests of a bucket that is called like it": (
        lambda name: claim_of(name, within=Declaration([allow(*arns(f"{name}bet"))])),
        False,
        False,
    ),
    "what passes is declared": (
        lambda name: claim_of(
            name, within=None, passing=Declaration([allow(*arns(name))]), unless=Setting({"bucket": None})
        ),
        True,
        True,
    ),
    "what passes is declared for all": (
        lambda name: claim_of(name, within=None, passing=Declaration([allow("*")]), unless=Setting({"bucket": None})),
        False,
        False,
    ),
    "what is declared otherwise": (
        lambda name: claim_of(
            name, unless=Declaration([allow(*arns(name), Action="s3:*" if name == "alpha" else "s3:Get*")])
        ),
        True,
        False,
    ),
    "a declaration without resources": (
        lambda name: claim_of(name, unless=Declaration([{"Effect": "Allow", "Principal": "*", "Action": "s3:*"}])),
        False,
        False,
    ),
    "another partition": (
        lambda name: claim_of(
            name,
            world=World("aws-cn", buckets=(Bucket(name),)),
            within=Declaration([allow(f"arn:aws-cn:s3:::{name}/*")]),
        ),
        True,
        True,
    ),
    "all buckets of another partition": (
        lambda name: claim_of(
            name,
            policy(allow("arn:aws-cn:s3:::*")),
            world=World("aws-cn", buckets=(Bucket(name),)),
            within=Declaration([allow(f"arn:aws-cn:s3:::{name}/*")]),
        ),
        True,
        True,
    ),
    "what has to pass": (passing_of, True, True),
    "versions of TLS": (lambda name: passing_of(name, tls=("1.2",) if name == "alpha" else ("1.3",)), True, False),
    "a policy of an organization": (
        lambda name: claim_of(
            name, passing=Setting({"scp": [[policy({"Effect": "Allow", "Action": "*", "Resource": "*"})]]})
        ),
        False,
        False,
    ),
    "no policy of an organization": (lambda name: claim_of(name, passing=Setting({"scp": None})), True, True),
    "an identity policy of everything": (
        lambda name: claim_of(name, passing=Setting({"identity": "assume_allow"})),
        True,
        True,
    ),
    "Block Public Access": (
        lambda name: claim_of(name, passing=Setting({"block_public_access": {"RestrictPublicBuckets": True}})),
        True,
        True,
    ),
    "other Block Public Access": (
        lambda name: claim_of(
            name, passing=Setting({"block_public_access": {"RestrictPublicBuckets": name == "alpha"}})
        ),
        True,
        False,
    ),
    "the version of a policy": (
        lambda name: claim_of(
            name, {**policy(allow(*arns(name))), "Version": "2012-10-17" if name == "alpha" else "2008-10-17"}
        ),
        True,
        False,
    ),
    "one policy for both": (lambda name: claim_of(name, BOTH), True, True),
    "a policy that is not read": (
        lambda name: claim_of(name, passing=Setting({"bucket": {"Statement": "x"}})),
        False,
        False,
    ),
    "statements that are not read": (
        lambda name: claim_of(name, passing=Setting({"bucket": {"Statement": ["x"]}})),
        False,
        False,
    ),
    "a policy as text": (lambda name: claim_of(name, passing=Setting({"bucket": "{}"})), False, False),
    "conditions on the source": (
        lambda name: claim_of(
            name, policy(allow(*arns(name), Condition={"ArnLike": {"aws:SourceArn": ["*", "arn:aws:sns:*"]}}))
        ),
        True,
        True,
    ),
    "conditions on a source that may be it": (
        lambda name: claim_of(
            name, policy(allow(*arns(name), Condition={"ArnLike": {"aws:SourceArn": ["arn:aws:s3:::al*"]}}))
        ),
        False,
        False,
    ),
    "one sign of its name": (
        lambda name: claim_of(
            name, policy(allow(*arns(name), Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::?????"}}))
        ),
        False,
        True,
    ),
}
BOTH = policy(allow(*arns("alpha"), *arns("alphabet")))


@pytest.mark.parametrize("of, shared, alike", SHAPES.values(), ids=SHAPES)
def test_which_claims_are_shared(of, shared, alike):
    proofs = sharing.Shared()
    one, other = (proofs.shape(of(name)) for name in ("alpha", "alphabet"))
    assert (one is not None) is shared
    if shared:
        assert one.arn.endswith(":s3:::alpha")
        assert (other is not None and one.text == other.text) is alike


def test_a_document_that_is_changed_is_another():
    """What is remembered of a document is so of this one alone."""
    proofs = sharing.Shared()
    texts = {proofs.shape(claim_of("alpha", policy(allow(f"{ALPHA}/{number}")))).text for number in range(20)}
    assert len(texts) == 20


def test_statements_are_known_by_their_places():
    proofs = sharing.Shared()
    documents = [
        policy(allow(*arns("third")), allow(*arns("alpha"))),
        policy(allow(*arns("alpha")), allow(*arns("third"))),
    ]
    first, second = (proofs.shape(claim_of("alpha", one)).text for one in documents)
    assert first != second
    named = [policy(*(dict(one, Sid="Own") for one in document["Statement"])) for document in documents]
    first, second = (proofs.shape(claim_of("alpha", one)).text for one in named)
    assert first == second
