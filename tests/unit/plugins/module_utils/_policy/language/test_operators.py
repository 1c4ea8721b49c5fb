# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conditions on single keys, in every state that a key can be in; whole decisions are tested by the case tables."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation import conditions
from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.conditions import compile_condition
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import parse
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.operators import OPERATORS, split_operator
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.scalars import (
    address,
    instant,
    number,
    span,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import RoleOfSession, State
from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical_conditions import (
    _FAMILIES as FAMILIES,
)

ABSENT, PRESENT, UNKNOWN = State.ABSENT, State.PRESENT, State.UNKNOWN
APP = RoleOfSession("aws", "111122223333", "app")
ROLES = "arn:aws:iam::111122223333:role/"


def check(operator, values, version="2012-10-17", key="s3:prefix"):
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {operator: {key: values}}}
    problems = []
    found = compile_condition(
        parse({"Version": version, "Statement": statement}).statements[0].conditions[0], version, problems
    )
    assert problems == []
    return found


#: operator, values, what is known of the key, whether it holds
STATES = [
    ("StringEquals", "a", ("a",), True),
    ("StringEquals", "a*", ("ab",), False),
    ("StringEquals", "a*", ("a*",), True),
    ("StringEquals", "a", PRESENT, None),
    ("StringEquals", "a", UNKNOWN, None),
    ("StringEquals", "a", ABSENT, False),
    ("StringNotEquals", "a", ABSENT, True),
    ("StringNotEquals", "a", UNKNOWN, None),
    ("StringLike", "*", PRESENT, True),
    ("StringLike", "*", UNKNOWN, None),
    ("StringLike", "*", ABSENT, False),
    ("StringLikeIfExists", "*", UNKNOWN, True),
    ("StringNotLike", "*", PRESENT, False),
    ("StringNotLike", "*", UNKNOWN, None),
    ("StringNotLikeIfExists", "a", ABSENT, True),
    ("StringEqualsIgnoreCase", "ÄB", ("äb",), True),
    ("StringNotEqualsIgnoreCase", "AB", ("ab",), False),
    ("Null", "true", ABSENT, True),
    ("Null", "false", PRESENT, True),
    ("Null", "true", UNKNOWN, None),
    ("Null", ["true", "false"], UNKNOWN, True),
    ("ForAllValues:Null", "false", ABSENT, None),
    ("ForAllValues:Null", "true", ABSENT, True),
    ("ForAnyValue:Null", "true", ABSENT, None),
    ("ForAllValues:StringLike", "*", UNKNOWN, True),
    ("ForAllValues:StringNotLike", "a", ABSENT, None),
    ("ForAllValues:StringNotLikeIfExists", "a", ABSENT, True),
    ("ForAllValues:StringEquals", "a", ("",), None),
    ("ForAllValues:StringEquals", "", ("",), True),
    ("ForAllValues:StringNotLike", "*", PRESENT, None),
    ("ForAnyValue:StringEqualsIfExists", "a", ABSENT, None),
    # No page of AWS's tells what a plain operator does with several values; what all of them say holds anyway.
    ("StringEquals", "a", ("a", "b"), None),
    ("StringEquals", ["a", "b"], ("a", "b"), True),
    ("StringNotEquals", "c", ("a", "b"), True),
    ("NumericEquals", "1.50", ("1.5",), True),
    ("NumericNotEquals", "1", ("one",), True),
    ("NumericLessThan", "1", ("one",), False),
    ("NumericLessThan", "1e3", ("999",), True),
    ("IpAddress", "10.0.0.0/8", ("AWS Internal",), False),
    ("NotIpAddress", "10.0.0.0/8", ("AWS Internal",), True),
    ("DateEquals", "2026-01-01", ("2025-12-31T19:00:00-05:00",), True),
    ("Bool", "TRUE", ("true",), True),
    ("BinaryEquals", "QQ==", ("!",), False),
    ("ArnLike", f"{ROLES}*", APP, True),
    ("ArnLike", f"{ROLES}app", APP, None),
    ("ArnLike", f"{ROLES}a*p", APP, None),
    ("ArnLike", f"{ROLES}b*", APP, None),
    ("ArnLike", f"{ROLES}*app", APP, True),
    ("ArnLike", f"{ROLES}*/app", APP, None),
    # One value is for roles without a path, the other for all others.
    ("ArnLike", [f"{ROLES}app", f"{ROLES}*/app"], APP, True),
    ("ArnNotEquals", [f"{ROLES}app", f"{ROLES}*/app"], APP, False),
    ("StringLike", [f"{ROLES}app", f"{ROLES}*/app"], APP, True),
    ("ArnLike", f"{ROLES}*b", APP, False),
    ("ArnNotLike", f"{ROLES}*b", APP, True),
    ("ArnNotLike", "arn:aws:iam::*:role/*", APP, False),
    ("StringLike", "arn:aws:iam::*app", APP, True),
    ("StringEqualsIgnoreCase", f"{ROLES}APP", APP, None),
    ("NumericEquals", "1", APP, False),
    ("Bool", "${aws:username}", PRESENT, None),
    ("Bool", "${aws:username}", APP, False),
    ("ArnLike", "*", APP, True),
    ("ArnLike", "app", APP, False),
    ("StringEqualsIgnoreCase", f"{ROLES}OTHER", APP, False),
]


@pytest.mark.parametrize("operator, values, value, holds", STATES)
def test_condition(operator, values, value, holds):
    assert check(operator, values).holds({"s3:prefix": value}) is holds


#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
ORDERED = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
BY_TYPE = {
    "String": {
        f"String{name}"
        for name in ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")
    },
    "ARN": {f"Arn{name}" for name in ("Equals", "NotEquals", "Like", "NotLike")},
    "Numeric": {f"Numeric{name}" for name in ORDERED},
    "Date": {f"Date{name}" for name in ORDERED},
    "IPAddress": {"IpAddress", "NotIpAddress"},
    "Bool": {"Bool"},
    "Binary": {"BinaryEquals"},
    "Null": {"Null"},
}


def test_the_operators_of_aws():
    found = {}
    for name, one in OPERATORS.items():
        assert one.name == name
        assert one.negated is ("Not" in name)
        found.setdefault(one.type, set()).add(name)
    assert found == BY_TYPE


#: Whether a value before, the same and one after are so.
ORDER = {
    "Equals": (False, True, False),
    "NotEquals": (True, False, True),
    "LessThan": (True, False, False),
    "LessThanEquals": (True, True, False),
    "GreaterThan": (False, False, True),
    "GreaterThanEquals": (False, True, True),
}


@pytest.mark.parametrize("name, holds", ORDER.items())
def test_numbers_and_dates_in_their_order(name, holds):
    numbers = check(f"Numeric{name}", "2")
    assert tuple(numbers.holds({"s3:prefix": (text,)}) for text in ("1", "2.0", "3")) == holds
    dates = check(f"Date{name}", "2026-01-02")
    assert tuple(dates.holds({"s3:prefix": (f"2026-01-{day}",)}) for day in ("01", "02", "03")) == holds


SPELLINGS = [
    ("StringLike", ("", "StringLike", "")),
    ("StringLikeIfExists", ("", "StringLike", "IfExists")),
    ("ForAllValues:StringLikeIfExists", ("ForAllValues:", "StringLike", "IfExists")),
    ("ForAnyValue:Bool", ("ForAnyValue:", "Bool", "")),
    ("IfExists", ("", "IfExists", "")),
    ("ForEachValue:Bool", None),
    ("String Like", None),
    ("", None),
]


@pytest.mark.parametrize("text, parts", SPELLINGS)
def test_parts_of_an_operator(text, parts):
    found = split_operator(text)
    assert (found and (found["set"], found["base"], found["suffix"])) == parts


def test_a_key_is_looked_up_without_its_case_and_a_tag_by_its_family():
    assert check("StringEquals", "a", key="S3:PREFIX").holds({"s3:prefix": ("a",)}) is True
    tag = check("Null", "true", key="aws:PrincipalTag/Team")
    assert tag.holds({"aws:principaltag/": ABSENT}) is True
    assert tag.holds({"aws:principaltag/": ABSENT, "aws:principaltag/team": ("x",)}) is False
    assert tag.holds({}) is None


#: value of the policy, what is known of the variable's key, value of the request, whether StringLike holds
VARIABLES = [
    ("${aws:username}", ("bob",), "bob", True),
    ("${ aws:username }", ("bob",), "bob", True),
    ("x-${aws:username}", UNKNOWN, "y-bob", False),
    ("x-${aws:username}", UNKNOWN, "x-bob", None),
    ("x-${aws:username}", PRESENT, "x-bob", None),
    ("${aws:username}", ABSENT, "bob", False),
    ("${aws:username, 'bob'}", ABSENT, "bob", True),
    ("${aws:username,'bob'}", ABSENT, "bob", True),
    ("${aws:username, 'bob'}", UNKNOWN, "bob", None),
    ("${aws:username, ''}x", ABSENT, "x", True),
    # AWS does not say whether wildcards in the value of a variable act as such.
    ("${aws:username}", ("b*",), "bob", None),
    ("${aws:username}", ("b*",), "b*", True),
    ("${aws:username}", ("b*",), "c", False),
    ("${aws:username", ("bob",), "${aws:username", True),
    ("$${$}", ("bob",), "$$", True),
    ("${aws:username}", ("a", "b"), "a", False),
]


@pytest.mark.parametrize("text, value, given, holds", VARIABLES)
def test_variable(text, value, given, holds):
    found = check("StringLike", text)
    assert found.holds({"s3:prefix": (given,), "aws:username": value}) is holds
    if holds is None:
        context = {"s3:prefix": (given,), "aws:username": value}
        assert found.missing(context) or "wildcards" in found.doubt(context)


@pytest.mark.parametrize("operator, folds", [("StringEquals", False), ("StringEqualsIgnoreCase", True)])
def test_the_case_of_a_variable_counts_as_that_of_a_text(operator, folds):
    found = check(operator, "x-${aws:username}")
    for given, username in (("x-BOB", "bob"), ("x-bob", "Bob")):
        assert found.holds({"s3:prefix": (given,), "aws:username": (username,)}) is folds
    assert found.holds({"s3:prefix": ("x-bob",), "aws:username": ("bob",)}) is True


def test_a_role_whose_path_is_not_known_and_a_variable_without_a_value():
    assert check("StringLike", "${aws:username}").holds({"s3:prefix": APP, "aws:username": ABSENT}) is False
    assert check("StringLike", "${aws:username}").holds({"s3:prefix": APP, "aws:username": UNKNOWN}) is None


@pytest.mark.parametrize("operator, of_bool", [("StringEquals", False), ("Bool", True)])
def test_a_value_without_variables_decides_beside_one_with(operator, of_bool):
    found = check(operator, ["${aws:username}", "true"])
    assert found.holds({"s3:prefix": ("true",)}) is True
    assert found.holds({"s3:prefix": ("false",)}) is None
    # AWS says two things about variables in Bool.
    assert found.holds({"s3:prefix": ("false",), "aws:username": ("false",)}) is (None if of_bool else True)
    assert found.holds({"s3:prefix": ("false",), "aws:username": ("x",)}) is False


def test_a_multivalued_key_is_no_variable_even_with_one_value():
    found = check("StringEquals", "${aws:PrincipalOrgPaths}")
    assert found.holds({"s3:prefix": ("o",), "aws:principalorgpaths": ("o",)}) is False


def test_a_remembered_answer_is_not_that_for_another_variable():
    found = check("StringEquals", "${aws:username}")
    assert found.holds({"s3:prefix": ("bob",), "aws:username": ("bob",)}) is True
    assert found.holds({"s3:prefix": ("bob",), "aws:username": ("eve",)}) is False
    assert found.holds({"s3:prefix": ("bob",), "aws:username": ("bob",)}) is True


#: operator, value, what is known of the key, of aws:username; why AWS's pages leave it open
DOUBTS = [
    ("ForAllValues:Null", "false", ABSENT, UNKNOWN, "Null asks whether the key is absent"),
    ("ForAnyValue:StringEqualsIfExists", "a", ABSENT, UNKNOWN, "IfExists says that an absent key matches"),
    ("ForAllValues:StringNotLike", "a", ABSENT, UNKNOWN, "its table of operators says"),
    ("Bool", "${aws:username}", ("true",), ("true",), "its page on variables only in String and ARN operators"),
    ("ForAllValues:StringEquals", "a", ("",), UNKNOWN, "takes an empty string for no value at all"),
    ("StringEquals", "a", ("a", "b"), UNKNOWN, "without ForAllValues or ForAnyValue on several values"),
    ("StringLike", "${aws:username}", ("bob",), ("b*",), "wildcards in the value of a variable"),
    ("ForAllValues:StringLike", "${aws:username}", ("bob",), ("b*",), "wildcards in the value of a variable"),
    ("ForAnyValue:StringLike", "${aws:username}", ("bob", "x"), ("b*",), "wildcards in the value of a variable"),
    ("ForAnyValue:StringLike", "${aws:username}", ("",), ("?",), None),
    ("StringEquals", "a", PRESENT, UNKNOWN, None),
]


@pytest.mark.parametrize("operator, value, known, username, why", DOUBTS)
def test_where_pages_of_aws_leave_it_open(operator, value, known, username, why):
    found, context = check(operator, value), {"s3:prefix": known, "aws:username": username}
    if why:
        assert found.holds(context) is None
        assert why in found.doubt(context)
    else:
        assert found.holds(context) is False or found.doubt(context) is None


#: what is known of the key, of the variable, the keys that would decide it
MISSING = [
    (ABSENT, UNKNOWN, ()),
    (UNKNOWN, ("a",), ("s3:prefix",)),
    (PRESENT, ABSENT, ("s3:prefix",)),
    (PRESENT, PRESENT, ("s3:prefix", "aws:username")),
    (("a",), UNKNOWN, ("aws:username",)),
]


@pytest.mark.parametrize("known, username, missing", MISSING)
def test_what_would_decide_it(known, username, missing):
    found = check("StringEquals", "${aws:username}")
    assert found.missing({"s3:prefix": known, "aws:username": username}) == missing


def test_answers_are_remembered_and_not_without_end(monkeypatch):
    monkeypatch.setattr(conditions, "_REMEMBERED", 4)
    found, sizes = check("StringEquals", "3"), []
    for value in range(9):
        assert found.holds({"s3:prefix": (str(value),)}) is (value == 3)
        sizes.append(len(found.remembered))
    assert sizes == [1, 2, 3, 4, 1, 2, 3, 4, 1]


def test_the_canonical_form_knows_the_operators_that_evaluation_knows():
    assert set(FAMILIES) == set(OPERATORS)


@pytest.mark.parametrize("text", ["", "1_000", "NaN", "Infinity", "0x10", "1,5", "--1"])
def test_no_number(text):
    with pytest.raises(ValueError, match="is not a number"):
        number(text)


@pytest.mark.parametrize("text", ["", "2026", "2026-13-01", "2026-02-30", "2026-01-01T25:00Z", "1.5", "now"])
def test_no_date(text):
    if text == "2026":
        # Four digits are seconds since 1970, as in the canonical form.
        assert instant(text) == 2026
        return
    with pytest.raises(ValueError, match="is not a date"):
        instant(text)


@pytest.mark.parametrize("text", ["", "10.0.0.0/255.0.0.0", "10.0.0/8", "10.0.0.0/33", "::1/129", "256.0.0.1", "x"])
def test_no_network(text):
    with pytest.raises(ValueError, match="is not an IP address"):
        span(text)


@pytest.mark.parametrize("text", ["10.0.0.256", "010.0.0.1", "10.0.0", "10.0.0.1/32", "x"])
def test_no_address(text):
    with pytest.raises(ValueError):
        address(text)


def test_addresses_as_the_library_has_them():
    assert address("203.0.113.7") == (4, 0xCB007107)
    assert address("::1") == (6, 1)
    assert span("10.1.2.3/8") == (4, 0x0A000000, 0x0AFFFFFF)
