# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What nobody can tell of a request is decided under each answer: what none refutes, holds."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    HOLDS,
    REFUTED,
    UNDECIDED,
    Bucket,
    Claim,
    Declaration,
    Passing,
    Setting,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import prove

OWN, OTHER = "111122223333", "444455556666"
BUCKET, OBJECTS = "arn:aws:s3:::reports", "arn:aws:s3:::reports/*"
WORLD = World(account=OWN, organization="o-own", buckets=(Bucket("reports", OWN, "o-own"),))


def statement(effect, condition=None, **elements):
    found = {"Effect": effect, "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS, **elements}
    if "NotPrincipal" in elements:
        del found["Principal"]
    return {**found, "Condition": condition} if condition else found


def setting(*statements):
    return Setting({"bucket": {"Version": "2012-10-17", "Statement": list(statements)}})


ANYBODY = statement("Allow")
READER = statement("Allow", Principal={"AWS": f"arn:aws:iam::{OTHER}:role/reader"})
NEWS = statement("Allow", Principal={"AWS": f"arn:aws:iam::{OTHER}:role/other"})
#: Statements of which requests leave it open whether they apply.
DOUBTFUL = {
    "half a chain in NotPrincipal": statement("Deny", NotPrincipal={"AWS": [OTHER]}),
    "a canonical user id": statement("Deny", Principal={"CanonicalUser": "a" * 64}),
    "a set operator on an absent key": statement(
        "Deny", {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "o-a/*"}}
    ),
    "ForAllValues of an empty text": statement("Deny", {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}),
    "a wildcard that ends a field": statement("Deny", Resource=["arn:aws:s3:*:reports/*", f"{BUCKET}/a"]),
    "a variable in a resource": statement("Deny", Resource=f"{BUCKET}/${{aws:PrincipalTag/team}}/*"),
    "a variable in a condition": statement("Deny", {"StringLike": {"aws:PrincipalTag/team": "${aws:userid}*"}}),
    "a variable in Bool": statement("Deny", {"Bool": {"aws:ViaAWSService": "${aws:PrincipalTag/way}"}}),
}


def nothing_new(old, new):
    return prove(Claim("no new access", setting(*new), setting(*old), WORLD))


@pytest.mark.parametrize("doubtful", DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_is_written_alike_is_read_alike(doubtful):
    verdict = nothing_new([ANYBODY, doubtful], [READER, doubtful])
    assert (verdict.status, verdict.reason) == (HOLDS, "")
    assert nothing_new([READER, doubtful], [READER, NEWS, doubtful]).status in (REFUTED, UNDECIDED)


@pytest.mark.parametrize("doubtful", DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_statement_in_doubt_is_not_taken_for_nothing(doubtful):
    """Where it is dropped, something passes, or perhaps does: never is that said to hold."""
    assert nothing_new([ANYBODY, doubtful], [ANYBODY]).status in (REFUTED, UNDECIDED)
    assert nothing_new([ANYBODY], [ANYBODY, doubtful]).status == HOLDS


@pytest.mark.parametrize(
    "one, other",
    [
        (
            statement("Deny", {"StringEquals": {"s3:prefix": "${aws:userid}"}}),
            statement("Deny", {"StringEquals": {"s3:prefix": "${aws:userid}x"}}),
        ),
        (
            statement("Deny", {"StringEquals": {"s3:prefix": "${aws:userid}"}}),
            statement("Deny", {"StringNotEquals": {"s3:prefix": "${aws:userid}"}}),
        ),
        (statement("Deny", NotPrincipal={"AWS": [OTHER]}), statement("Deny", NotPrincipal={"AWS": [OTHER, OWN]})),
    ],
)
def test_what_is_written_differently_may_be_read_differently(one, other):
    lists = {"Action": "s3:ListBucket", "Resource": BUCKET}
    old, new = ([statement("Allow", **lists), {**deny, **lists}] for deny in (one, other))
    assert nothing_new(old, new).status != HOLDS


def test_opposites_of_one_doubt_leave_no_gap():
    """Each request is one or the other, whatever the variable is."""
    lists = {"Action": "s3:ListBucket", "Resource": BUCKET}
    prefix = {"s3:prefix": "${aws:userid}"}
    both = [statement("Deny", {operator: prefix}, **lists) for operator in ("StringEquals", "StringNotEquals")]
    never = Claim("never", setting(ANYBODY, *both), None, WORLD, Declaration([statement("Allow", **lists)]))
    verdict = prove(never)
    assert (verdict.status, verdict.reason) == (HOLDS, "")


def test_a_doubt_that_takes_nothing_declared_away():
    """The mirror image, for what has to pass."""
    team = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    spared = {"StringNotEquals": {"aws:PrincipalTag/team": ["red", "${aws:userid}"]}}
    declared = Declaration(
        [statement("Allow", {**team, "StringEquals": {**team["StringEquals"], "aws:PrincipalAccount": OWN}})]
    )
    assert prove(Passing("3", declared, setting(statement("Deny", spared)), WORLD)).status == HOLDS
    hit = statement("Deny", {"StringEquals": {"aws:PrincipalTag/team": ["blue", "${aws:userid}"]}})
    assert prove(Passing("3", declared, setting(hit), WORLD)).status != HOLDS


def test_why_a_declaration_is_in_doubt():
    within = statement(
        "Allow", NotResource=f"{BUCKET}/${{aws:username}}/*", Principal={"AWS": f"arn:aws:iam::{OWN}:role/app"}
    )
    del within["Resource"]
    verdict = prove(Claim("never", setting(ANYBODY), None, WORLD, Declaration([within])))
    assert verdict.status == UNDECIDED
    assert "a resource with a variable without a value" in verdict.reason


def test_folders_of_users_who_are_named_let_them_pass():
    bob = {"Principal": {"AWS": f"arn:aws:iam::{OTHER}:user/bob"}}
    folders = setting(statement("Allow", Resource=f"{BUCKET}/${{aws:username}}/*", **bob))
    verdict = prove(Claim("never", folders, None, WORLD, Declaration([statement("Allow", **bob)])))
    assert verdict.status == REFUTED
    assert verdict.counterexamples[0].request["resource"].startswith(f"{BUCKET}/bob/")


@pytest.mark.parametrize(
    "key, variable, value",
    [
        ("aws:SourceAccount", "aws:ResourceAccount", OWN),
        ("aws:SourceAccount", "s3:ResourceAccount", OWN),
        ("aws:SourceOrgID", "aws:ResourceOrgID", "o-own"),
    ],
)
def test_a_variable_whose_value_is_known_is_no_doubt(key, variable, value):
    services = {"Principal": {"Service": "logging.s3.amazonaws.com"}}
    allowed = statement("Allow", {"StringEquals": {key: f"${{{variable}}}"}}, **services)
    for declared, status in ((value, HOLDS), ("other", REFUTED)):
        wanted = [
            statement("Allow", {"StringEquals": {key: declared}}, **services),
            statement("Allow", Principal={"AWS": OWN}),
        ]
        asked = Claim("1", setting(allowed), Declaration(wanted), WORLD, Declaration([ANYBODY]))
        assert prove(asked).status == status
