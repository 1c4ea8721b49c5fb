# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One value of each kind that conditions tell apart: the ends that policies name, and what lies beside and between."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.patterns import Wild, pattern
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.variables import Variable, template
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    REFUTED,
    Bucket,
    Claim,
    Declaration,
    Setting,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.domains import (
    renderings,
    text_cells,
    tokens_of,
    values_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import prove
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import compile_side
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.space import Space
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.world import SHAPES, SOME_TEXT
from ansible_collections.perimeter.s3.plugins.module_utils._policy.texts.automaton import arn_tokens, text_tokens

BUDGET = 20_000
VPCE = "vpce-0aaaaaaaaaaaaaaa1"
NEW_YEAR = "2026-01-01T00:00:00Z"


def space(key, *conditions):
    statements = [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "*",
            "Condition": {operator: {key: values}},
        }
        for operator, values in conditions
    ]
    return Space(World(), [compile_side(Declaration(statements))], BUDGET)


def values(key, *conditions, budget=BUDGET, **more):
    found, key = space(key, *conditions), key.lower()
    return values_of(key, found.checks.get(key, ()), found.tokens(key), None, budget, **more)


#: Key, conditions -> one value of each kind.
SINGLE = [
    # Numbers: each that is named, one between two of them, one below and one above.
    ("s3:max-keys", [("NumericEquals", "5")], ["5", "0", "6"]),
    ("s3:max-keys", [("NumericEquals", ["5", "10"])], ["5", "10", "8", "0", "11"]),
    ("s3:max-keys", [("NumericEquals", "5"), ("NumericLessThan", ["10", "5"])], ["5", "10", "8", "0", "11"]),
    ("s3:max-keys", [("NumericEquals", ["1", "2"])], ["1", "2", "1.5", "0", "3"]),
    ("s3:max-keys", [("NumericEquals", ["2", "3"])], ["2", "3", "2.5", "0", "4"]),
    ("s3:max-keys", [("NumericEquals", ["0", "0.0000001"])], ["0", "0.0000001", "0.00000005", "-1", "1"]),
    ("s3:max-keys", [("NumericEquals", "0")], ["0", "-1", "1"]),
    ("s3:max-keys", [("NumericLessThan", "-1.5")], ["-1.5", "-2.5", "-1"]),
    ("s3:max-keys", [("NumericLessThan", "0.5")], ["0.5", "0", "1"]),
    # Instants, of which there are none before 1970.
    ("aws:CurrentTime", [("DateLessThan", NEW_YEAR)], ["1767225600", "0", "1767225601"]),
    ("aws:CurrentTime", [("DateLessThan", "1970-01-01T00:00:00Z")], ["0", "1"]),
    ("aws:CurrentTime", [("DateLessThan", "2026-01-01T00:00:00.500Z")], ["1767225600.500", "0", "1767225601"]),
    ("aws:CurrentTime", [("DateLessThan", "2026-01-01T00:00:01.000Z")], ["1767225601", "0", "1767225602"]),
    ("aws:CurrentTime", [("DateLessThan", "1960-01-01T00:00:00Z")], ["0", "1"]),
    # Where no value is named there is still one.
    ("s3:max-keys", [("NumericEquals", [])], ["0", "-1", "1"]),
    ("aws:TokenIssueTime", [("DateEquals", [])], ["0", "1"]),
    # Addresses of both families, inside and outside.
    ("aws:SourceIp", [("IpAddress", "203.0.113.0/24")], ["198.51.100.7", "203.0.113.7", "2001:db8::7"]),
    (
        "aws:SourceIp",
        [("IpAddress", "203.0.113.0/24"), ("NotIpAddress", "203.0.113.7")],
        ["198.51.100.7", "203.0.113.1", "203.0.113.7", "2001:db8::7"],
    ),
    ("aws:SourceIp", [("IpAddress", "10.0.0.0/8")], ["0.0.0.1", "10.0.0.7", "2001:db8::7"]),
    ("aws:SourceIp", [("IpAddress", "0.0.0.0/0")], ["203.0.113.7", "2001:db8::7"]),
    ("aws:SourceIp", [("IpAddress", "::/0")], ["203.0.113.7", "2001:db8::7"]),
    (
        "aws:SourceIp",
        [("IpAddress", ["2001:db8::/32", "::1", "5.5.5.4/31", "6.6.6.4/30"])],
        ["0.0.0.1", "5.5.5.4", "6.6.6.5", "::", "::1", "2001:db8::7"],
    ),
    (
        "aws:SourceIp",
        [("IpAddress", ["5.5.5.0/29", "5.5.5.0", "5.5.5.4/30"])],
        ["0.0.0.1", "5.5.5.0", "5.5.5.2", "5.5.5.5", "2001:db8::7"],
    ),
    # What has few values has all of them.
    ("aws:SecureTransport", [("Bool", "true")], ["true", "false"]),
    ("s3:TlsVersion", [("NumericLessThan", "1.2")], ["1.3", "1.2", "1.1", "1.0"]),
    # Text.
    ("aws:PrincipalTag/t", [("StringEquals", "a")], ["any-other", "a"]),
    ("aws:PrincipalTag/t", [("StringLike", "*")], ["any-other"]),
    ("aws:PrincipalTag/t", [("StringLike", ["b*", "bc"])], ["any-other", "b", "bc"]),
    ("aws:PrincipalTag/t", [("StringLike", "?*")], ["", "any-other"]),
    ("example:AnyKey", [("StringLike", "?*")], ["", "any-other"]),
    ("aws:TagKeys", [("ForAnyValue:StringLike", "?*")], ["any-other"]),
    ("aws:SourceVpce", [("StringEquals", VPCE)], ["vpce-0ffffffffffffffff", VPCE]),
    ("s3:prefix", [("StringEquals", "Ab"), ("StringEqualsIgnoreCase", "aB")], ["any-other", "Ab", "AB"]),
    # Whether a key is there is no question of its value.
    ("s3:max-keys", [("Null", "true")], ["any-other"]),
    ("s3:max-keys", [("Null", "true"), ("NumericEquals", "5")], ["5", "0", "6"]),
]


@pytest.mark.parametrize("key, conditions, shown", SINGLE)
def test_values(key, conditions, shown):
    found = values(key, *conditions)
    assert [one for (one,) in found.several] == shown
    assert found.exact


@pytest.mark.parametrize(
    "condition",
    [
        {"DateGreaterThan": {"aws:TokenIssueTime": "1960-01-01T00:00:00Z"}},
        {"Null": {"aws:TokenIssueTime": "false"}, "DateNotEquals": {"aws:TokenIssueTime": []}},
        {"Null": {"s3:signatureAge": "false"}, "NumericNotEquals": {"s3:signatureAge": []}},
    ],
)
def test_what_every_value_meets_lets_somebody_pass(condition):
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
    policy = {"Version": "2012-10-17", "Statement": [{**anybody, "Condition": condition}]}
    strangers = {**anybody, "Principal": {"AWS": "444455556666"}}
    world = World(buckets=(Bucket("reports", "111122223333"),))
    assert prove(Claim("never", Setting({"bucket": policy}), None, world, Declaration([strangers]))).status == REFUTED


#: The same on the internet only.
PUBLIC = [
    ("203.0.113.0/24", ["1.0.0.1", "203.0.113.7", "2001:db8::7"]),
    ("10.0.0.0/8", ["1.0.0.1", "2001:db8::7"]),
    (["0.0.0.0/1", "192.168.0.0/16"], ["1.0.0.1", "128.0.0.1", "2001:db8::7"]),
    (["fd00::/8", "::1", "2000::/4"], ["1.0.0.1", "2001:db8::7", "3000::1"]),
]


@pytest.mark.parametrize("networks, shown", PUBLIC)
def test_public_addresses(networks, shown):
    found = values("aws:SourceIp", ("IpAddress", networks), public=True)
    assert ([one for (one,) in found.several], found.exact) == (shown, True)


#: Networks of which no request comes over the internet, by an address in each.
PRIVATE = [
    *("0.1.2.3", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.1.1", "172.31.0.1", "192.168.1.1", "224.0.0.1"),
    *("255.255.255.255", "::1", "1fff::1", "4000::1", "7fff::1", "8000::1", "fd00::1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address):
    shown = [one for (one,) in values("aws:SourceIp", ("IpAddress", address), public=True).several]
    assert shown == ["1.0.0.1", "2001:db8::7"]


#: Key, conditions -> values, of which nobody says that they are all.
INEXACT = [
    ("s3:max-keys", [("NumericEquals", "5"), ("StringEquals", "a")], [("5",), ("0",), ("6",), ("any-other",), ("a",)]),
    (
        "s3:max-keys",
        [("NumericEquals", "5"), ("DateEquals", NEW_YEAR)],
        [("1767225600",), ("0",), ("1767225601",), ("5",), ("6",)],
    ),
    ("aws:PrincipalTag/t", [("BinaryEquals", "QQ==")], [("any-other",)]),
    ("aws:TagKeys", [("ForAnyValue:StringEquals", "${aws:username}")], [("any-other",)]),
]


@pytest.mark.parametrize("key, conditions, shown", INEXACT)
def test_values_that_are_not_all(key, conditions, shown):
    found = values(key, *conditions)
    assert (found.several, found.exact) == (shown, False)


#: Conditions on a key of several values -> the sets that they tell apart.
SEVERAL = [
    ([("ForAnyValue:StringEquals", "a")], [("any-other",), ("a",)]),
    (
        [("ForAnyValue:StringEquals", "a"), ("ForAllValues:StringEquals", ["a", "b"])],
        [("any-other",), ("a",), ("b",), ("any-other", "a")],
    ),
    ([("StringEquals", "a")], [("any-other",), ("a",), ("any-other", "a")]),
    (
        [("ForAnyValue:StringEquals", "a"), ("ForAnyValue:StringEquals", "b")],
        [("any-other",), ("a",), ("b",), ("a", "b")],
    ),
    (
        [("ForAnyValue:StringEquals", "a"), ("ForAnyValue:StringEquals", "b"), ("ForAllValues:StringLike", "?")],
        [
            *(("x",), ("a",), ("b",), ("any-other",)),
            *(("a", "b"), ("a", "any-other"), ("b", "any-other")),
            ("a", "b", "any-other"),
        ],
    ),
]


@pytest.mark.parametrize("conditions, shown", SEVERAL)
def test_sets_of_values(conditions, shown):
    found = values("aws:TagKeys", *conditions)
    assert (found.several, found.exact) == (shown, True)


def test_too_many_sets_of_values_are_not_told_apart():
    each = [("ForAnyValue:StringEquals", f"a{number}") for number in range(12)]
    found = values("aws:TagKeys", *each)
    assert not found.exact
    assert 512 < len(found.several) < 1024
    assert values("aws:TagKeys", *each[:9]).exact


def test_too_many_texts_are_not_told_apart():
    found = values("s3:prefix", ("StringLike", "*a????????b*"), budget=50)
    assert (found.several, found.exact) == ([], False)
    assert values("s3:prefix", ("StringLike", "*a????????b*")).exact


def test_a_shape_that_is_given_is_taken():
    shape = SHAPES["aws:sourcevpce"]
    found = values_of("aws:principaltag/t", (), [text_tokens((VPCE,))], shape, BUDGET)
    assert found.several == [("vpce-0ffffffffffffffff",), (VPCE,)]


def test_what_is_asked_twice_is_one_pattern():
    one = text_tokens(("a",))
    assert text_cells([one, one], SOME_TEXT, BUDGET) == text_cells([one], SOME_TEXT, BUDGET)


def tokens(key, condition, singles=None):
    (check,) = space(key, condition).checks[key.lower()]
    return tokens_of(check, singles or {})


#: Key, condition, values that pin variables down -> patterns.
TOKENS = [
    ("s3:prefix", ("StringLike", ["a*", "b"]), {}, [text_tokens(pattern("a*")), text_tokens(("b",))]),
    ("s3:prefix", ("StringEqualsIgnoreCase", "A"), {}, [text_tokens(("A",), True)]),
    ("aws:PrincipalArn", ("ArnLike", "arn:aws:iam::*:r"), {}, [arn_tokens(pattern("arn:aws:iam::*:r"))]),
    ("aws:PrincipalArn", ("ArnLike", ["a", "*"]), {}, [arn_tokens((Wild.RUN,))]),
    ("s3:max-keys", ("NumericEquals", "5"), {}, []),
    ("s3:prefix", ("StringEquals", "${aws:username}/"), {}, [text_tokens(pattern("*/"))]),
    (
        "s3:prefix",
        ("StringEquals", "${aws:username}/"),
        {"aws:username": ("ann",)},
        [text_tokens(pattern("*/")), text_tokens(("ann/",))],
    ),
    ("aws:ViaAWSService", ("Bool", "${aws:username}"), {}, [text_tokens((Wild.RUN,), True)]),
]


@pytest.mark.parametrize("key, condition, singles, found", TOKENS)
def test_patterns_of_a_condition(key, condition, singles, found):
    assert tokens(key, condition, singles) == found


#: Text, values that pin variables down -> what it can be.
RENDERED = [
    ("a*", {}, ["a*"]),
    ("a${k:v}b", {}, ["a*b"]),
    ("a${k:v}b", {"k:v": ("x", "y")}, ["a*b", "axb", "ayb"]),
    ("a${k:v}b", {"k:w": ("x", "y")}, ["a*b"]),
    ("a${k:v, 'z'}", {"k:v": ("x",)}, ["a*", "ax", "az"]),
    ("${k:v}${k:w}", {"k:v": ("x",), "k:w": ("y",)}, ["*", "*y", "x*", "xy"]),
]


@pytest.mark.parametrize("text, singles, shown", RENDERED)
def test_renderings(text, singles, shown):
    assert renderings(template(text, "2012-10-17"), singles) == [pattern(one) for one in shown]


def test_a_shadow_has_the_values_of_its_key():
    parts = ("a", Variable("~k:v", "k:v", None))
    assert renderings(parts, {"k:v": ("x",)}) == [("a", Wild.RUN), ("ax",)]


@pytest.mark.parametrize("number, told_apart", [(31, 32), (32, 0)])
def test_more_renderings_than_can_be_told_apart_are_none(number, told_apart):
    singles = {"k:v": tuple(f"x{one}" for one in range(number))}
    assert len(renderings(template("a${k:v}", "2012-10-17"), singles)) == told_apart
