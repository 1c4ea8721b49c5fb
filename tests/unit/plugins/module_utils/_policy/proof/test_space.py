# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What statements tell apart: which keys, in which order, and which values pin variables and accounts down."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.patterns import pattern
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    Bucket,
    Declaration,
    Endpoint,
    Setting,
    Statement,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import compile_side
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.space import Space, is_open
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.world import ALL_RULES, SHAPES
from ansible_collections.perimeter.s3.plugins.module_utils._policy.texts import languages
from ansible_collections.perimeter.s3.plugins.module_utils._policy.texts.automaton import text_tokens
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.proof.spaces import (
    ABSENT,
    ANY,
    OTHER,
    OWN,
    PRESENT,
    SOURCE,
    THIRD,
    VPC,
    VPCE,
    WORLD,
    caller,
    of,
    space,
    statement,
)

#: Key, what is known -> the key to ask for first.
FIRST = [
    ("s3:prefix", {}, "s3:prefix"),
    ("aws:sourceaccount", {}, "aws:sourcearn"),
    ("aws:sourceaccount", {"aws:sourcearn": ABSENT}, "aws:sourceaccount"),
    ("aws:sourceaccount", {"aws:sourcearn": PRESENT, "~aws:sourcearn": PRESENT}, "aws:sourceaccount"),
    ("aws:sourceaccount", {"aws:sourcearn": PRESENT}, "aws:sourcearn"),
    # What nothing compares is not asked for, but what stands behind it is.
    ("aws:sourceorgid", {}, "aws:sourcearn"),
    ("aws:sourceorgid", {"aws:sourcearn": ABSENT}, "aws:sourceaccount"),
    ("aws:principalorgid", {}, "aws:principalaccount"),
    ("aws:principalorgid", {"aws:principalaccount": (OWN,)}, "aws:principalorgpaths"),
    ("aws:principalorgid", {"aws:principalaccount": (OWN,), "aws:principalorgpaths": ABSENT}, "aws:principalorgid"),
    ("aws:vpceorgid", {}, "aws:vpceaccount"),
]


@pytest.mark.parametrize("key, context, first", FIRST)
def test_what_is_asked_first(key, context, first):
    told_apart = of(
        *SOURCE,
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-own/r-1/*"),
        ("StringEquals", "aws:PrincipalAccount", OWN),
        ("StringEquals", "aws:VpceAccount", OWN),
    )
    assert told_apart.first(key, context) == first


def test_nothing_is_asked_first_without_its_rule():
    assert of(*SOURCE, rules=ALL_RULES - {"source account"}).first("aws:sourceaccount", {}) == "aws:sourceaccount"


#: Key -> the keys on which it depends what it can be.
RELEVANT = {
    "s3:prefix": ["s3:prefix"],
    "aws:sourceaccount": ["aws:sourceaccount", "aws:sourcearn"],
    "aws:sourcearn": ["aws:sourcearn", "aws:sourceaccount"],
    "aws:vpceorgid": ["aws:vpceorgid", "aws:vpceorgpaths", "aws:vpceaccount"],
    "aws:resourceorgpaths": ["aws:resourceorgpaths", "aws:resourceorgid", "aws:resourceaccount", "s3:resourceaccount"],
    "aws:epochtime": ["aws:epochtime", "aws:currenttime"],
}


@pytest.mark.parametrize("key, keys", RELEVANT.items())
def test_what_matters_for_a_key(key, keys):
    assert space().relevant(key) == (*keys, *(f"~{one}" for one in keys))


#: Shape of a key's values, by key and caller.
@pytest.mark.parametrize(
    "key, who, shape",
    [
        ("aws:sourcevpce", "role", SHAPES["aws:sourcevpce"]),
        ("s3:prefix", "role", None),
        ("aws:userid", "role", None),
        ("aws:sourcearn", "role", SHAPES["aws:sourcearn"]._replace(start="arn:aws-cn:")),
        ("aws:sourcevpcarn", "role", SHAPES["aws:sourcevpcarn"]._replace(start="arn:aws-cn:ec2:")),
    ],
)
def test_how_values_look(key, who, shape):
    assert space(world=World("aws-cn")).shape(key, caller(who)) == shape


def test_how_values_look_without_rules():
    user = caller("user")
    assert space().shape("aws:userid", user).language is languages.USER_ID
    assert space(rules=ALL_RULES - {"user id"}).shape("aws:userid", user) is None
    assert space(rules=ALL_RULES - {"shapes"}).shape("aws:sourcevpce", user).language is languages.ANY_TEXT


FULL = World(
    account=OWN,
    organization="o-own",
    endpoints=(Endpoint(VPCE, VPC, OTHER, None, "o-endpoint"),),
    buckets=(Bucket("reports", THIRD, "o-bucket"), Bucket("of-nobody")),
)
#: Key of a variable, condition on it -> the values that pin it down.
SINGLES = [
    ("aws:PrincipalAccount", None, [OWN, THIRD, OTHER]),
    ("aws:PrincipalAccount", ("StringEquals", ANY), [OWN, THIRD, OTHER, ANY]),
    ("aws:PrincipalOrgID", None, ["o-own", "o-bucket", "o-endpoint"]),
    ("aws:PrincipalTag/t", None, []),
    ("aws:PrincipalTag/t", ("StringEquals", ["a", "b", "a"]), ["a", "b"]),
    ("aws:PrincipalTag/t", ("StringEquals", [str(one) for one in range(10)]), [str(one) for one in range(8)]),
    ("aws:PrincipalTag/t", ("StringLike", ["a*", "b"]), ["b"]),
    ("aws:PrincipalTag/t", ("StringEqualsIgnoreCase", "a"), []),
    ("aws:PrincipalTag/t", ("NumericEquals", "5"), []),
    ("aws:username", None, ["ann"]),
]


@pytest.mark.parametrize("key, condition, singles", SINGLES)
def test_what_pins_a_variable_down(key, condition, singles):
    found = space(
        {"Resource": f"arn:aws:s3:::a/${{{key}}}"},
        {"Principal": {"AWS": [f"arn:aws:iam::{OWN}:user/team/ann", f"arn:aws:iam::{OWN}:role/bob"]}},
        *([{"Condition": {condition[0]: {key: condition[1]}}}] if condition else ()),
        world=FULL,
    )
    assert list(found.singles[key.lower()]) == singles
    assert found.shadowed == {key.lower()}


def test_shadows():
    told_apart = space(
        {"Resource": "arn:aws:s3:::a/${aws:PrincipalTag/t}"},
        {"Condition": {"StringEquals": {"aws:PrincipalTag/t": "a"}}},
    )
    key, shadow = "aws:principaltag/t", "~aws:principaltag/t"
    shown = [
        ({}, {}),
        ({key: PRESENT}, {}),
        ({key: ABSENT}, {shadow: ABSENT}),
        ({key: ("a",)}, {shadow: ("a",)}),
        ({key: ("b",)}, {shadow: PRESENT}),
        ({key: ("b", "c")}, {shadow: ("b", "c")}),
        ({"aws:principaltag/": ABSENT}, {shadow: ABSENT}),
    ]
    assert [told_apart.shadows(context) for context, _shadows in shown] == [shadows for _context, shadows in shown]


@pytest.mark.parametrize(
    "context, open_",
    [
        ({}, True),
        ({"k": PRESENT}, True),
        ({"k": ABSENT}, False),
        ({"k": ("a",)}, False),
        ({"k": PRESENT, "~k": PRESENT}, False),
    ],
)
def test_what_can_be_asked_for(context, open_):
    assert is_open(context, "k") is open_


#: The patterns of accounts that principals and owners of resources have.
ACCOUNTS = [
    ({}, World(), []),
    ({}, WORLD, [OWN]),
    ({}, FULL, [OWN, THIRD]),
    ({"Principal": {"AWS": OTHER}}, World(), [OTHER]),
    ({"Principal": {"AWS": f"arn:aws:iam::{OTHER}:role/app"}}, WORLD, [OWN, OTHER]),
    ({"Principal": {"AWS": "*"}}, WORLD, [OWN]),
    ({"Principal": {"Service": "s3.amazonaws.com"}}, World(), []),
    ({"Condition": {"StringLike": {"aws:PrincipalAccount": "1*"}}}, World(), ["1*"]),
    ({"Condition": {"StringLike": {"aws:ResourceAccount": "1*"}}}, World(), ["1*"]),
    ({"Condition": {"StringLike": {"s3:ResourceAccount": "1*"}}}, World(), ["1*"]),
    ({"Condition": {"StringLike": {"aws:SourceAccount": "1*"}}}, World(), []),
]


@pytest.mark.parametrize("elements, world, accounts", ACCOUNTS)
def test_accounts(elements, world, accounts):
    assert set(space(elements, world=world).accounts) == {text_tokens(pattern(one)) for one in accounts}


def test_principals_are_named_by_either_element():
    spared = {**statement(NotPrincipal={"AWS": [OTHER]}), "Effect": "Deny"}
    del spared["Principal"]
    bucket = compile_side(Setting({"bucket": {"Version": "2012-10-17", "Statement": [spared, statement()]}}))
    told_apart = Space(WORLD, [bucket, compile_side(Declaration([statement(Sid="Ours")]))], 1000)
    assert list(told_apart.principal_names()) == [OTHER, "*", "*"]
    assert [told_apart.named(one) for one in told_apart.statements] == [
        Statement("bucket_policy", "bucket", "Statement[0]"),
        Statement("bucket_policy", "bucket", "Statement[1]"),
        Statement("declaration", "bucket", "Ours"),
    ]


def test_each_statement_has_a_bit():
    side = compile_side(Declaration([statement(), statement(Resource="arn:aws:s3:::a")]))
    told_apart = Space(WORLD, [side, side], 1000)
    assert [told_apart.bits[id(one)] for one in told_apart.statements] == [0, 1]
    assert [one.source.resources for one in told_apart.statements] == [("*",), ("arn:aws:s3:::a",)]
