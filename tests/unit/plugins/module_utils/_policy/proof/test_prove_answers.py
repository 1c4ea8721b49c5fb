# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a verdict says: how many examples of what, what it rests on and assumes, and how much was looked at."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    HOLDS,
    REFUTED,
    UNDECIDED,
    Bucket,
    Claim,
    Declaration,
    Endpoint,
    Setting,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import Options, prove

OWN, OTHER = "111122223333", "444455556666"
VPCE, VPC = "vpce-0aaaaaaaaaaaaaaa1", "vpc-0aaaaaaaaaaaaaaa1"
BUCKET, OBJECTS = "arn:aws:s3:::reports", "arn:aws:s3:::reports/*"
WORLD = World(account=OWN, endpoints=(Endpoint(VPCE, VPC, OWN, "eu-central-1"),), buckets=(Bucket("reports", OWN),))
ANN, BOB = f"arn:aws:iam::{OWN}:user/ann", f"arn:aws:iam::{OTHER}:user/bob"
HARD = "*a????????????????b*"


def allow(condition=None, **elements):
    made = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, OBJECTS], **elements}
    return {**made, "Condition": condition} if condition else made


def deny(condition=None, **elements):
    return allow(condition, **{"Effect": "Deny", **elements})


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def bucket(*statements):
    return Setting({"bucket": policy(*statements)})


THROUGH = {"StringEquals": {"aws:SourceVpce": VPCE}}
NETWORK = deny({"StringNotEquals": {"aws:SourceVpce": VPCE}}, Sid="Network")
TLS = deny({"Bool": {"aws:SecureTransport": "false"}}, Sid="Insecure")
OTHERS = deny(Sid="Others", Action="s3:GetObject")
DECLARED = Declaration(
    [
        allow({**THROUGH, "Bool": {"aws:SecureTransport": "true"}}),
        allow(Principal={"AWS": f"arn:aws:iam::{OWN}:root"}, Action="s3:*BucketPolicy"),
    ]
)
WITHIN = Declaration([allow()])
OURS = Declaration([allow(Principal={"AWS": OWN})])


def claim(*statements, passing=None, unless=DECLARED, within=WITHIN, world=WORLD, **more):
    return Claim("the claim", passing or bucket(*statements), unless, world, within, **more)


#: Claim -> what it rests on, how many sentences of what is assumed, and how many partial requests are looked at.
HELD = {
    "the perimeter": (claim(NETWORK, TLS), ["Network", "Insecure"], 2, 5),
    "what others deny does not matter": (claim(NETWORK, TLS, OTHERS), ["Network", "Insecure"], 2, 5),
    "nor where the statements of the perimeter are named": (
        claim(NETWORK, TLS, OTHERS, core=frozenset(["Network", "Insecure"])),
        ["Network", "Insecure"],
        2,
        5,
    ),
    "unless that does not carry": (
        claim(NETWORK, TLS, OTHERS, core=frozenset(["Network"])),
        ["Network", "Insecure", "Others"],
        2,
        None,
    ),
    "nobody but services": (
        claim(deny({"Bool": {"aws:PrincipalIsAWSService": "false"}}, Sid="People"), within=OURS),
        ["People"],
        2,
        None,
    ),
    "services do not count": (claim(NETWORK, TLS, services=False), ["Network", "Insecure"], 1, None),
    "services do not come through an endpoint": (claim(TLS, through=(VPCE,)), ["Insecure"], 1, None),
}


@pytest.mark.parametrize("asked, rests_on, assumed, leaves", HELD.values(), ids=HELD)
def test_what_holds(asked, rests_on, assumed, leaves):
    verdict = prove(asked)
    assert (verdict.status, verdict.reason, verdict.counterexamples) == (HOLDS, "", ())
    assert (verdict.name, verdict.holds, verdict.vacuous) == ("the claim", True, False)
    assert [one.label for one in verdict.rests_on] == rests_on
    assert len(verdict.assumed) == assumed
    if leaves is not None:
        assert verdict.leaves == leaves


def test_the_root_user_can_always_do_something_about_the_policy():
    verdict = prove(claim(deny(Sid="All"), unless=None, within=OURS, services=False))
    assert {one.request["principal"] for one in verdict.counterexamples} == {f"arn:aws:iam::{OWN}:root"}
    assert {one.request["action"] for one in verdict.counterexamples} == {"s3:PutBucketPolicy"}


def kinds(verdict):
    return {one.request["principal"].rpartition("::")[2].split("/")[0] for one in verdict.counterexamples}


def test_one_example_of_each_kind_of_principal_on_each_kind_of_path():
    verdict = prove(claim(TLS))
    assert verdict.status == REFUTED
    assert not verdict.holds
    shown = [
        (
            one.request["principal"],
            "through" in one.request and isinstance(one.request["through"], dict),
            "called_via" in one.request,
        )
        for one in verdict.counterexamples
    ]
    assert len(shown) == len(set(shown)) == 12
    assert kinds(verdict) == {
        *(f"{OWN}:{kind}" for kind in ("root", "user", "federated-user", "assumed-role")),
    }
    assert {one.decision for one in verdict.counterexamples} == {"allow"}


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_examples_than_are_wanted(most):
    verdict = prove(claim(TLS), Options(examples=most))
    assert (verdict.status, len(verdict.counterexamples)) == (REFUTED, most)
    assert verdict.leaves < prove(claim(TLS)).leaves


def test_examples_are_of_actions_and_objects():
    verdict = prove(claim(passing=Declaration([allow()]), unless=Declaration([allow(Action="s3:Get*")])))
    assert {one.request["action"] for one in verdict.counterexamples} == {"s3:PutObject"}


#: Claim -> whether it is about no request at all.
VACUOUS = [
    (claim(NETWORK, TLS), False),
    (claim(NETWORK, TLS, within=Declaration([allow({"StringEquals": {"aws:PrincipalAccount": "1"}})])), True),
    (claim(passing=Declaration([allow({"StringEquals": {"aws:PrincipalAccount": "1"}})]), within=None), True),
    (claim(passing=Declaration([allow(THROUGH)]), unless=Declaration([allow()])), False),
    # Whether there is one, nobody knows.
    (claim(passing=Declaration([allow(Principal={"CanonicalUser": "a" * 64})]), unless=Declaration([allow()])), False),
    (claim(passing=bucket(deny(Principal="*")), unless=bucket(allow()), within=None), False),
]


@pytest.mark.parametrize("asked, vacuous", VACUOUS)
def test_claims_about_nothing(asked, vacuous):
    verdict = prove(asked)
    assert (verdict.status, verdict.vacuous) == (HOLDS, vacuous)


CANONICAL = {"Principal": {"CanonicalUser": "a" * 64}}
#: Claim -> why nobody knows whether it holds.
UNKNOWN = {
    "whom a statement is about": (
        claim(allow(**CANONICAL), unless=None, within=Declaration([allow(Principal={"AWS": OTHER})])),
        "canonical user id",
    ),
    "what is declared": (
        claim(NETWORK, TLS, unless=Declaration([allow(**CANONICAL)]), within=OURS),
        "cannot be decided",
    ),
    "of which requests": (
        claim(unless=None, passing=bucket(allow()), within=Declaration([allow(**CANONICAL)])),
        "cannot be decided",
    ),
}


@pytest.mark.parametrize("asked, reason", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_undecided(asked, reason):
    verdict = prove(asked)
    assert (verdict.status, verdict.counterexamples) == (UNDECIDED, ())
    assert reason in verdict.reason


def test_a_doubt_that_becomes_definite_is_an_example():
    folders = claim(
        allow(Action="s3:GetObject", Resource=f"{BUCKET}/${{aws:PrincipalTag/t}}/*", Principal={"AWS": OTHER}),
        unless=None,
        within=Declaration([allow(Principal={"AWS": OTHER})]),
    )
    verdict = prove(folders)
    assert verdict.status == REFUTED
    [example] = verdict.counterexamples
    assert example.request["context"] == {"aws:PrincipalTag/t": "any-other"}


def test_the_budget():
    verdict = prove(claim(NETWORK, TLS), Options(leaves=3))
    assert (verdict.status, verdict.leaves) == (UNDECIDED, 4)
    assert "More than 4 kinds of requests" in verdict.reason
    # What was found until then refutes all the same.
    refuted = prove(claim(TLS), Options(leaves=10))
    assert (refuted.status, refuted.leaves) == (REFUTED, 11)


def test_the_states():
    verdict = prove(claim(NETWORK, TLS), Options(states=3))
    assert (verdict.status, verdict.leaves, verdict.assumed) == (UNDECIDED, 0, ())
    assert "too many kinds of requests" in verdict.reason


#: Claims with patterns of which an automaton has too many states, as far as they matter.
@pytest.mark.parametrize(
    "asked",
    [
        claim(NETWORK, TLS, allow(Resource=f"arn:aws:s3:::another/{HARD}")),
        claim(NETWORK, TLS, unless=Declaration([*DECLARED.statements, allow(Resource=f"arn:aws:s3:::another/{HARD}")])),
        claim(
            passing=Declaration([allow(THROUGH)]),
            unless=Declaration([allow(), deny(Resource=f"arn:aws:s3:::another/{HARD}")]),
            within=None,
        ),
        claim(NETWORK, TLS, allow(Resource=f"{BUCKET}/{HARD}")),
        claim(passing=Declaration([allow(Resource=f"{BUCKET}/{HARD}")]), unless=Declaration([allow()]), within=None),
    ],
)
def test_hard_patterns_that_do_not_matter(asked):
    assert (prove(asked).status, prove(asked).reason) == (HOLDS, "")


#: Claim -> places of all that is wrong.
@pytest.mark.parametrize(
    "asked, places",
    [
        (claim(passing=Setting({"endpoint": None})), ["passing.policies.endpoint"]),
        (
            claim(
                passing=Setting({"resource_account": None}), unless=Setting({"endpoint": None, "resource_region": None})
            ),
            ["passing.policies.resource_account", "unless.policies.endpoint", "unless.policies.resource_region"],
        ),
    ],
)
def test_what_a_setting_has_elsewhere(asked, places):
    with pytest.raises(PolicyError) as error:
        prove(asked)
    assert [one.path for one in error.value.problems] == places
    assert all(one.remedy for one in error.value.problems)
    assert "the claim" in str(error.value)


def test_the_region_of_the_world_counts():
    far = World(account=OWN, region="us-east-1", endpoints=WORLD.endpoints, buckets=WORLD.buckets)
    asked = {"passing": bucket(allow()), "unless": None, "within": OURS, "through": (VPCE,)}
    assert prove(claim(**asked)).status == REFUTED
    # An endpoint of another Region than the bucket's is no path.
    assert prove(claim(**asked, world=far)).status == HOLDS
    both = {**asked, "passing": OURS, "unless": bucket(allow())}
    assert prove(claim(**both)).status == HOLDS
    assert prove(claim(**both, world=far)).status == REFUTED
