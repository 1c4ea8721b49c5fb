# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls: one principal for all that nothing tells apart, and one more for each that something does."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.principals import Kind
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import State
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.callers import as_supplied, callers
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    Bucket,
    Declaration,
    Setting,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import Shadows, changed, compile_side
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.space import Space
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.world import ALL_RULES

OWN, OTHER, ANY = "111122223333", "444455556666", "999999999999"
#: An account like another one.
LIKE = "444499999999"
WORLD = World(account=OWN, buckets=(Bucket("reports", OWN),))


def of(*statements, world=WORLD, services=True, **more):
    made = [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
        | ({} if "NotPrincipal" in one else {"Principal": "*"})
        | one
        for one in statements
    ]
    side = compile_side(Declaration(made))
    return callers(Space(world, [changed(side, Shadows().statement)], 20_000, **more), services)


def texts(found):
    return [one.caller.text for one in found]


def role(account, name):
    return f"arn:aws:iam::{account}:role/{name}"


def user(account, name):
    return f"arn:aws:iam::{account}:user/{name}"


def session(account, name, its="any-session"):
    return f"arn:aws:sts::{account}:assumed-role/{name}/{its}"


def federated(account, name):
    return f"arn:aws:sts::{account}:federated-user/{name}"


def root(account):
    return f"arn:aws:iam::{account}:root"


#: Those of whom nothing is said, in the order in which they are asked. Roles linked to a service (``x``) are a kind.
EVERYBODY = [
    "anonymous",
    *(session(ANY, "any-other-role"), session(ANY, "x"), session(OWN, "any-role"), session(OWN, "x")),
    *(user(ANY, "any-other-user"), user(OWN, "any-user")),
    *(federated(ANY, "any-other-user"), federated(OWN, "any-user")),
    "any-other-service.amazonaws.com",
    *(root(ANY), root(OWN)),
]


def named(*names):
    return {"Principal": {"AWS": list(names)}}


def when(operator, key, *values):
    return {"Condition": {operator: {key: list(values)}}}


#: Statement -> the principals that it tells apart beside those.
TOLD_APART = {
    "nobody": ({}, []),
    "our account": (named(OWN), []),
    "another account": (
        named(OTHER),
        [session(OTHER, "x"), session(OTHER, "x"), user(OTHER, "x"), federated(OTHER, "x"), root(OTHER)],
    ),
    "another account by its root": (
        named(root(OTHER)),
        [session(OTHER, "x"), session(OTHER, "x"), user(OTHER, "x"), federated(OTHER, "x"), root(OTHER)],
    ),
    "a role": (named(role(OTHER, "app")), [session(OTHER, "app")]),
    "a role with a path": (named(role(OTHER, "team/app")), [session(OTHER, "app")]),
    "a user": (named(user(OTHER, "ann")), [user(OTHER, "ann")]),
    "a session": (named(session(OTHER, "app", "s1")), [session(OTHER, "app", "s1"), session(OTHER, "app", "s1")]),
    "a session of ours": (named(session(OWN, "app", "s1")), [session(OWN, "app", "s1"), session(OWN, "app", "s1")]),
    "all but a session": (
        {"NotPrincipal": {"AWS": [session(OTHER, "app", "s1")]}, "Effect": "Deny"},
        [session(OTHER, "app", "s1"), session(OTHER, "app", "s1")],
    ),
    "a federated user": (named(federated(OTHER, "joe")), [federated(OTHER, "joe")]),
    "a service": ({"Principal": {"Service": "a.amazonaws.com"}}, ["a.amazonaws.com"]),
    "all but a service": (
        {"NotPrincipal": {"Service": ["a.amazonaws.com"]}, "Effect": "Deny"},
        ["a.amazonaws.com"],
    ),
    "a service by its name": (
        when("StringEquals", "aws:PrincipalServiceName", "a.amazonaws.com"),
        ["a.amazonaws.com"],
    ),
    "accounts of a pattern": (
        when("StringLike", "aws:PrincipalAccount", "4444*"),
        [
            *(session(LIKE, "x"), session(LIKE, "x"), user(LIKE, "x")),
            *(federated(LIKE, "x"), root(LIKE)),
        ],
    ),
    "roles of a pattern": (
        when("ArnLike", "aws:PrincipalArn", role("*", "app*")),
        [session(ANY, "app"), session(OWN, "app")],
    ),
    "users by their names": (
        when("StringLike", "aws:username", "b*"),
        [user(ANY, "b"), user(OWN, "b")],
    ),
    "users by a name that is a start": (
        when("StringEquals", "aws:username", "ann"),
        [user(ANY, "ann"), user(OWN, "ann")],
    ),
    "the id of a session": (
        when("StringEquals", "aws:userid", "AROA1:s"),
        [
            *(session(ANY, "any-other-role", "s"), session(ANY, "x", "s")),
            *(session(OWN, "any-role", "s"), session(OWN, "x", "s")),
        ],
    ),
    "the id of the root user": (when("StringEquals", "aws:userid", OTHER), [root(OTHER)]),
    "the id of a federated user": (when("StringEquals", "aws:userid", f"{OWN}:bob"), [federated(OWN, "bob")]),
    "ids with any sign for the colon": (when("StringLike", "aws:userid", f"{OWN}?b"), [federated(OWN, "b")]),
    "ids with a run for the colon": (
        when("StringLike", "aws:userid", "1111*b"),
        [federated(f"1111{ANY[4:]}", "b"), federated(OWN, "b")],
    ),
    "ids of whatever the caller is": (when("StringLike", "aws:userid", "A*"), []),
}


@pytest.mark.parametrize("statement, more", TOLD_APART.values(), ids=TOLD_APART)
def test_who_is_told_apart(statement, more):
    found = texts(of(statement))
    for one in EVERYBODY:
        found.remove(one)
    assert sorted(found) == sorted(more)


def test_in_which_order_they_are_asked():
    assert texts(of({})) == EVERYBODY
    assert texts(of({}, services=False)) == [one for one in EVERYBODY if "service" not in one]


def test_an_account_that_nobody_knows_is_not_told_apart():
    assert texts(of({}, world=World())) == [one for one in EVERYBODY if OWN not in one]
    # But the owner of a bucket is, though no statement names it.
    owned = texts(of({}, world=World(account=OWN, buckets=(Bucket("reports", OTHER),))))
    assert sorted(set(owned) - set(EVERYBODY)) == sorted(
        [session(OTHER, "x"), user(OTHER, "x"), federated(OTHER, "x"), root(OTHER)]
    )


def test_callers_are_of_the_partition_of_the_world():
    found = of({}, world=World("aws-cn", OWN))
    assert {one.caller.partition for one in found if one.caller.signs} == {"aws-cn"}
    assert {one.caller.arn.split(":")[1] for one in found if one.caller.signs} == {"aws-cn"}


def only(found, text):
    (one,) = [one for one in found if one.caller.text == text][:1]
    return one


#: Principal -> the keys that its text does not tell, and a key that follows.
SUPPLIED = [
    ("anonymous", {}, ("aws:principaltype", ("Anonymous",))),
    (
        session(OWN, "any-role"),
        {"aws:principalarn": (role(OWN, "any-role"),)},
        ("aws:principalarn", (role(OWN, "any-role"),)),
    ),
    (user(OWN, "any-user"), {}, ("aws:username", ("any-user",))),
    (federated(OWN, "any-user"), {"aws:userid": (f"{OWN}:any-user",)}, ("aws:userid", (f"{OWN}:any-user",))),
    (root(OWN), {}, ("aws:userid", (OWN,))),
    ("any-other-service.amazonaws.com", {}, ("aws:principalisawsservice", ("true",))),
]


@pytest.mark.parametrize("text, supplied, known", SUPPLIED)
def test_what_is_known_of_them(text, supplied, known):
    cell = only(of({}), text)
    assert cell.supplied == supplied
    assert cell.context[known[0]] == known[1]
    assert cell.own is (OWN in text)


def test_a_session_has_a_role_and_a_name():
    cell = only(of({}), session(OWN, "any-role"))
    assert (cell.caller.role_arn, cell.caller.session) == (role(OWN, "any-role"), "any-session")
    named_so = only(of(named(session(OTHER, "app", "s1"))), session(OTHER, "app", "s1"))
    assert named_so.supplied == {"aws:principalarn": (role(OTHER, "app"),), "aws:userid": ("AROAX:s1",)}
    assert (named_so.caller.role_arn, named_so.caller.session) == (role(OTHER, "app"), "s1")


def test_user_ids_may_be_anything_without_their_rule():
    without = ALL_RULES - {"user id"}
    found = of(named(session(OTHER, "app", "s1")), when("StringEquals", "aws:userid", "AROA1:s2"), rules=without)
    assert {session(OTHER, "app", "s1"), session(OWN, "any-role")} <= set(texts(found))
    assert not any("aws:userid" in one.supplied for one in found)


def test_ids_of_sessions_tell_their_names():
    found = of(named(session(OTHER, "app", "s1")), when("StringEquals", "aws:userid", "AROA1:s2"))
    ids = {one.caller.text: one.supplied["aws:userid"] for one in found if one.caller.kind is Kind.SESSION}
    assert ids[session(OTHER, "app", "s1")] == ("AROAX:s1",)
    assert ids[session(OWN, "any-role", "s2")] == ("AROA1:s2",)


#: Effect, principals, caller -> whether the statement may be and whether it certainly is about it.
ABOUT = [
    ("Allow", "*", "anonymous", True, True),
    ("Allow", {"AWS": OWN}, "anonymous", False, False),
    # An Allow for an account leaves it to the policies of that account.
    ("Allow", {"AWS": OWN}, user(OWN, "any-user"), True, False),
    ("Deny", {"AWS": OWN}, user(OWN, "any-user"), True, True),
    ("Deny", {"AWS": OWN}, user(ANY, "any-other-user"), False, False),
    ("Allow", {"AWS": OWN}, root(OWN), True, True),
    ("Allow", {"Service": "a.amazonaws.com"}, "a.amazonaws.com", True, True),
    ("Allow", {"Service": "a.amazonaws.com"}, "any-other-service.amazonaws.com", False, False),
    # Who has a canonical id, nobody knows.
    ("Deny", {"CanonicalUser": "a" * 64}, user(OWN, "any-user"), True, True),
]


@pytest.mark.parametrize("effect, principal, text, possible, certain", ABOUT)
def test_which_statements_are_about_them(effect, principal, text, possible, certain):
    unrelated = {"Principal": {"AWS": user("777788889999", "zoe")}}
    found = of(unrelated, {"Effect": effect, "Principal": principal}, unrelated)
    cell = only(found, text)
    assert (cell.possible, cell.certain) == (0b10 * possible, 0b10 * certain)
    assert cell.about == only(found, text).about
    stranger = only(found, user("777788889999", "zoe"))
    assert stranger.about != cell.about
    assert stranger.possible & 0b101 == 0b101


def test_a_doubt_that_there_is_not_has_an_answer():
    """Whether the statement is about a principal of ours, nobody knows; it is about no service."""
    found = of({"Effect": "Deny", "Principal": {"CanonicalUser": "a" * 64, "AWS": user(OTHER, "ann")}})
    (reading,) = {key for one in found for key in one.context if key.startswith("~?")}
    assert [one.caller.text for one in found if one.context.get(reading) == ("true",)] == [user(OTHER, "ann")]


def test_layers_have_their_own_reading_of_accounts():
    """An endpoint policy that names an account means its root user."""
    allow = {"Effect": "Allow", "Principal": {"AWS": OWN}, "Action": "s3:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    side = compile_side(Setting({"bucket": policy}, {"vpce-1": policy}))
    found = callers(Space(WORLD, [side], 20_000))
    assert (only(found, user(OWN, "any-user")).possible, only(found, root(OWN)).certain) == (0b01, 0b11)


def test_as_supplied():
    values = [("a", State.ABSENT), ("b", ("x",)), ("c", ("x", "y")), ("d", State.PRESENT)]
    assert as_supplied(values) == {"a": None, "b": "x", "c": ["x", "y"]}
