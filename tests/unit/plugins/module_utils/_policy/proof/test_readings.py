# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What nobody can tell of a request is decided under each answer: what none refutes, holds."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.request import Request
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.principals import read_caller
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import State
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
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.readings import READING, doubts_of
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import (
    Shadows,
    changed,
    compile_side,
    relaxed,
)

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


ANN, CANONICAL = f"arn:aws:iam::{OWN}:user/ann", {"CanonicalUser": "a" * 64}


def read(*statements):
    """The statements as the search has them, doubts and all."""
    side = compile_side(Declaration(statements))
    return changed(side, Shadows().statement).all_layers[0].statements


def request(action="s3:GetObject", **context):
    asked = {"principal": ANN, "action": action, "resource": f"{BUCKET}/k/x", "through": "internet"}
    if action == "s3:ListBucket":
        asked["resource"] = BUCKET
    made = Request.from_mapping({**asked, "context": context})
    return made.resource, dict(made.context)


YES, NO = ("true",), ("false",)
VARIABLE = "${aws:PrincipalTag/t}"
#: Statement, what is known -> whether it applies: without an answer, and with either.
ANSWERED = {
    "no doubt": (statement("Allow"), {}, [True, True, True]),
    "a resource": (statement("Allow", Resource=f"{BUCKET}/{VARIABLE}/*"), {}, [None, True, False]),
    "all but a resource": (
        statement("Allow", Resource=None, NotResource=f"{BUCKET}/{VARIABLE}/*"),
        {},
        [None, True, False],
    ),
    "a resource that does not fit": (statement("Allow", Resource=f"{BUCKET}/no/{VARIABLE}"), {}, [False, False, False]),
    "a resource that fits anyway": (
        statement("Allow", Resource=[f"{BUCKET}/{VARIABLE}/*", f"{BUCKET}/k/*"]),
        {},
        [True, True, True],
    ),
    "a key": (
        statement("Allow", {"StringEquals": {"s3:prefix": VARIABLE}}),
        {"s3:prefix": "a"},
        [None, True, False],
    ),
    "not a key": (
        statement("Allow", {"StringNotEquals": {"s3:prefix": VARIABLE}}),
        {"s3:prefix": "a"},
        [None, False, True],
    ),
    "a key that fits anyway": (
        statement("Allow", {"StringNotEquals": {"s3:prefix": [VARIABLE, "a"]}}),
        {"s3:prefix": "a"},
        [False, False, False],
    ),
    "a key that is not known": (statement("Allow", {"StringEquals": {"s3:prefix": VARIABLE}}), {}, [None, None, None]),
    "a key that is absent": (
        statement("Allow", {"StringEquals": {"s3:prefix": VARIABLE}}),
        {"s3:prefix": None},
        [False, False, False],
    ),
    "several values": (
        statement("Allow", {"ForAnyValue:StringNotEquals": {"aws:TagKeys": VARIABLE}}),
        {"aws:TagKeys": ["a", "b"]},
        [None, True, False],
    ),
    "an operator of one value on several": (
        statement("Allow", {"StringEquals": {"aws:TagKeys": "a"}}),
        {"aws:TagKeys": ["a", "b"]},
        [None, True, False],
    ),
    "a set of values that is absent": (
        statement("Allow", {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "o-a/*"}}),
        {"aws:PrincipalOrgPaths": None},
        [None, True, False],
    ),
    "a boolean": (
        statement("Allow", {"Bool": {"aws:MultiFactorAuthPresent": VARIABLE}}),
        {"aws:MultiFactorAuthPresent": "true"},
        [None, True, False],
    ),
}


@pytest.mark.parametrize("given, context, applies", ANSWERED.values(), ids=ANSWERED)
def test_a_doubt_has_either_answer(given, context, applies):
    given = {key: value for key, value in given.items() if value is not None}
    (found,) = read({**given, "Principal": "*"})
    resource, known = request(**context)
    for answer, expected in zip((None, YES, NO), applies, strict=True):
        # All its doubts alike, of which a request has one.
        answers = {f"{READING}{number}": answer for number in range(3)} if answer else {}
        asked = {**known, **answers}
        assert found.meets(asked, found.resources.cover(resource, asked)) is expected


#: Statement, what is known -> whether there is a doubt, of which nothing is missing.
IN_DOUBT = [
    (statement("Allow"), {}, 0),
    (statement("Allow", Resource=f"{BUCKET}/{VARIABLE}/*"), {}, 1),
    (statement("Allow", Resource=f"{BUCKET}/{VARIABLE}/*", Action="s3:ListBucket"), {}, 1),
    (statement("Allow", Resource=f"{BUCKET}/no/{VARIABLE}"), {}, 0),
    (statement("Allow", {"StringEquals": {"s3:prefix": VARIABLE}}), {"s3:prefix": "a"}, 1),
    (statement("Allow", {"StringEquals": {"s3:prefix": VARIABLE}}), {"s3:prefix": None}, 0),
    (
        statement("Allow", {"StringEquals": {"s3:prefix": VARIABLE, "s3:delimiter": "a"}}),
        {"s3:prefix": "a", "s3:delimiter": "b"},
        0,
    ),
    (
        statement("Allow", {"StringEquals": {"s3:prefix": VARIABLE}}, Resource=f"{BUCKET}/{VARIABLE}/*"),
        {"s3:prefix": "a"},
        2,
    ),
    (statement("Deny", Principal=CANONICAL), {}, 1),
    (statement("Deny", NotPrincipal={"AWS": [OTHER]}), {}, 1),
    (statement("Deny", Principal={"AWS": OWN}), {}, 0),
]


@pytest.mark.parametrize("given, context, number", IN_DOUBT)
def test_what_is_in_doubt(given, context, number):
    (found,) = read(given)
    resource, known = request(**context)
    keys = list(doubts_of(found, resource, known))
    assert len(keys) == number
    assert all(key.startswith(READING) for key in keys)
    # With answers to all of them, there is none.
    assert list(doubts_of(found, resource, {**known, **dict.fromkeys(keys, YES)})) == []


def doubts(given, **context):
    resource, known = request(**context)
    return [set(doubts_of(one, resource, known)) for one in read(*given)]


PREFIX = {"s3:prefix": "a"}


def compares(operator, *values, key="s3:prefix", **elements):
    return statement("Deny", {operator: {key: list(values)}}, **elements)


TAGGED = "${aws:PrincipalTag/u}"
#: Two statements, what is known -> whether they are read alike.
ALIKE = [
    (compares("StringEquals", VARIABLE), compares("StringEquals", VARIABLE), PREFIX, True),
    # Opposites have one doubt, and so has what an operator leaves aside where nothing is compared.
    (compares("StringEquals", VARIABLE), compares("StringNotEquals", VARIABLE), PREFIX, True),
    (compares("StringEquals", VARIABLE), compares("StringEqualsIfExists", VARIABLE), PREFIX, True),
    (compares("StringEquals", VARIABLE, "b"), compares("StringEquals", VARIABLE, "c"), PREFIX, True),
    (compares("StringEquals", VARIABLE), compares("StringEquals", TAGGED), PREFIX, False),
    (compares("StringEquals", VARIABLE), compares("StringEqualsIgnoreCase", VARIABLE), PREFIX, False),
    (
        compares("StringEquals", VARIABLE),
        compares("StringEquals", VARIABLE, key="s3:delimiter"),
        {**PREFIX, "s3:delimiter": "a"},
        False,
    ),
    (compares("StringEquals", VARIABLE, TAGGED), compares("StringEquals", TAGGED, VARIABLE), PREFIX, True),
    (
        compares("ForAnyValue:StringEquals", VARIABLE, key="aws:TagKeys"),
        compares("ForAnyValue:StringEquals", VARIABLE, key="aws:TagKeys"),
        {"aws:TagKeys": "a"},
        True,
    ),
    (
        compares("ForAnyValue:StringEquals", VARIABLE, key="aws:TagKeys"),
        compares("ForAnyValue:StringEquals", VARIABLE, "b", key="aws:TagKeys"),
        {"aws:TagKeys": "a"},
        False,
    ),
    (
        compares("ForAnyValue:StringEquals", VARIABLE, key="aws:TagKeys"),
        compares("ForAllValues:StringEquals", VARIABLE, key="aws:TagKeys"),
        {"aws:TagKeys": "a"},
        False,
    ),
    (
        compares("Bool", VARIABLE, key="aws:MultiFactorAuthPresent"),
        compares("StringEquals", VARIABLE, key="aws:MultiFactorAuthPresent"),
        {"aws:MultiFactorAuthPresent": "true"},
        False,
    ),
    (
        statement("Deny", Resource=f"{BUCKET}/{VARIABLE}/*"),
        statement("Deny", Resource=[f"{BUCKET}/{VARIABLE}/*", f"{BUCKET}/b"]),
        {},
        True,
    ),
    (
        statement("Deny", Resource=f"{BUCKET}/{VARIABLE}/*"),
        statement("Deny", Resource=f"{BUCKET}/{TAGGED}/*"),
        {},
        False,
    ),
    (
        statement("Deny", Resource="arn:aws:s3:*:reports/*"),
        statement("Deny", Resource="arn:aws:s3:*:reports/*"),
        {},
        True,
    ),
    (
        statement("Deny", Resource="arn:aws:s3:*:reports/*"),
        statement("Deny", Resource=["arn:aws:s3:*:reports/*", f"{BUCKET}/b"]),
        {},
        False,
    ),
    (statement("Deny", Resource="arn:aws:s3"), statement("Deny", Resource=["arn:aws:s3", f"{BUCKET}/b"]), {}, False),
    (statement("Deny", Principal=CANONICAL), statement("Deny", Principal=CANONICAL), {}, True),
    (statement("Deny", Principal=CANONICAL), statement("Deny", Principal={"CanonicalUser": "b" * 64}), {}, False),
    (statement("Deny", Principal=CANONICAL), statement("Deny", NotPrincipal=CANONICAL), {}, False),
    (
        statement("Deny", NotPrincipal={"AWS": [OWN, OTHER]}),
        statement("Deny", NotPrincipal={"AWS": [OTHER, OWN]}),
        {},
        True,
    ),
]


@pytest.mark.parametrize("one, other, context, alike", ALIKE)
def test_what_is_read_alike(one, other, context, alike):
    first, second = doubts([one, other], **context)
    assert first
    assert second
    assert (first == second) is alike


def test_booleans_beside_a_variable_are_told_apart_where_the_value_is_not():
    key = "aws:MultiFactorAuthPresent"
    resource, known = request()
    known[key.lower()] = State.PRESENT
    first, other, again = [
        set(doubts_of(one, resource, known))
        for one in read(*(compares("Bool", word, VARIABLE, key=key) for word in ("true", "false", "true")))
    ]
    assert first
    assert first == again
    assert first.isdisjoint(other)


HARD = f"{BUCKET}/x*a?b*c"


def test_what_is_given_up_is_read_as_a_whole():
    """Of a pattern that is too hard its beginning is left, which may be that of others."""
    both = [
        statement("Deny", Resource=[HARD]),
        statement("Deny", Resource=[f"{HARD}d"]),
        statement("Deny", Resource=[HARD]),
    ]
    side = changed(relaxed(compile_side(Declaration(both)), 0), Shadows().statement)
    first, other, again = [set(doubts_of(one, f"{BUCKET}/xk", {})) for one in side.all_layers[0].statements]
    assert first == again != other
    keys = [compares("StringLike", text) for text in ("x*a?b*c", "x*a?b*d", "x*a?b*c")]
    side = changed(relaxed(compile_side(Declaration(keys)), 0), Shadows().statement)
    first, other, again = [
        set(doubts_of(one, f"{BUCKET}/k", {"s3:prefix": ("xk",)})) for one in side.all_layers[0].statements
    ]
    assert first == again != other


def test_whom_a_statement_is_about_without_a_doubt():
    (canonical,) = read(statement("Deny", Principal={**CANONICAL, "AWS": ANN}))
    ann, bob = (read_caller(f"arn:aws:iam::{OWN}:user/{name}", "aws") for name in ("ann", "bob"))
    assert canonical.is_certain(ann, False, False)
    assert not canonical.is_certain(bob, False, False)
    assert canonical.about(bob, False, False).any is True
    # By an account the policy of an endpoint means its root user.
    (spared,) = read(statement("Deny", NotPrincipal={"AWS": [OWN, ANN]}))
    assert spared.about(ann, False, False).any is False
    assert spared.about(ann, False, True).any is True
