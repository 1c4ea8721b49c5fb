# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wildcards: what fits, what two patterns have in common, and that no pattern takes long."""

from __future__ import annotations

import itertools
import time

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.patterns import (
    Wild,
    any_matcher,
    arn_fields,
    arn_matcher,
    can_meet,
    completed,
    covers,
    fold_case,
    folded,
    joined,
    pattern,
    reaches_over_colons,
    resource_matcher,
    text_matcher,
)

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st

FITS = [
    # pattern, text, fits
    ("", "", True),
    ("", "a", False),
    ("*", "", True),
    ("a*", "a", True),
    ("a*", "ba", False),
    ("*a", "ba", True),
    ("a*b", "ab", True),
    ("a*b", "axxb", True),
    ("a*b", "axxbc", False),
    ("a*b*c*d", "a1b2c3d", True),
    ("a*b*c*d", "a1c2b3d", False),
    ("*a*a*a*", "aaa", True),
    ("*a*a*a*", "aa", False),
    ("a?c", "abc", True),
    ("a?c", "ac", False),
    ("?*", "", False),
    ("*?*", "a", True),
    ("a.c", "abc", False),
    ("a[b]", "ab", False),
    ("a\\*", "a\\x", True),
    ("a*z", "a\nz", True),
    ("*ab*ab*ab", "abab", False),
    ("*ab*ab*ab", "xabxabxab", True),
]
ARNS = [
    # pattern, ARN, fits
    ("arn:aws:iam::1:role/*", "arn:aws:iam::1:role/a/b", True),
    ("arn:aws:iam::*:role/a", "arn:aws:iam::1:role/a", True),
    ("arn:aws:iam:*:role/a", "arn:aws:iam::1:role/a", False),
    ("arn:aws:iam::1*", "arn:aws:iam::1:role/a", False),
    ("arn:*:s3:::b/*", "arn:aws-cn:s3:::b/x:y", True),
    ("arn:aws:s3:::b/*", "arn:aws:s3:::b", False),
    ("*", "anything", True),
    ("*", "", True),
    ("arn:aws:s3:::*", "no arn", False),
    ("a", "a", False),
]
#: AWS completes what is left out; only ARNs, and only in resources.
RESOURCES = [
    ("arn:aws:s3", "arn:aws:s3:::b/x", True),
    ("arn:aws:s3", "arn:aws:ec2:r:1:x", False),
    ("arn:aws:sqs:us-east-1", "arn:aws:sqs:us-east-1:1:q", True),
    ("b", "arn:aws:s3:::b", False),
]
MEETINGS = [
    ("a*", "*b", True),
    ("a*", "b*", False),
    ("a?", "ab", True),
    ("a?", "a", False),
    ("*a*", "b*", True),
    ("", "*", True),
    ("", "?", False),
    ("ab", "a?c", False),
]


@pytest.mark.parametrize("wildcards, text, fits", FITS)
def test_text(wildcards, text, fits):
    assert text_matcher(pattern(wildcards))(text) is fits


@pytest.mark.parametrize("wildcards, arn, fits", ARNS)
def test_arn(wildcards, arn, fits):
    assert arn_matcher(pattern(wildcards))(arn) is fits


@pytest.mark.parametrize("wildcards, arn, fits", RESOURCES)
def test_resource(wildcards, arn, fits):
    assert resource_matcher(pattern(wildcards))(arn) is fits


@pytest.mark.parametrize("table, arns", [(FITS, False), (ARNS, True)])
def test_one_of_several(table, arns):
    matcher = arn_matcher if arns else text_matcher
    patterns = [pattern(wildcards) for wildcards, _text, _fits in table]
    for one, other in itertools.product(patterns, repeat=2):
        fits = any_matcher((one, other), arns)
        for _wildcards, text, _fits in table:
            assert fits(text) is (matcher(one)(text) or matcher(other)(text))
    assert not any_matcher((), arns)("")


@pytest.mark.parametrize("one, other, meet", MEETINGS)
def test_meeting(one, other, meet):
    assert can_meet(pattern(one), pattern(other)) is meet
    assert can_meet(pattern(other), pattern(one)) is meet


#: wide, narrow, whether it covers it
COVERS = [
    ("", "", True),
    ("", "a", False),
    ("a", "a", True),
    ("a", "ab", False),
    ("ab", "a", False),
    ("*", "", True),
    ("*", "a?*", True),
    ("a*", "a", True),
    ("a*", "b", False),
    ("a?", "ab", True),
    ("?", "*", False),
    ("?", "?", True),
    ("a", "?", False),
    ("??*", "??", True),
    # It goes from left to right, and does not look ahead.
    ("??*", "?*?", False),
    ("*a", "*", False),
    ("*a*", "*ba", True),
    ("a*b", "a*", False),
    ("a*b", "acb*b", True),
    ("*?", "*", False),
]


@pytest.mark.parametrize("wide, narrow, covered", COVERS)
def test_covering(wide, narrow, covered):
    assert covers(pattern(wide), pattern(narrow)) is covered


#: resource, as it is in an identity policy; whether AWS says two things of its asterisks
COMPLETED = [
    ("arn:aws:s3:::b/*", "arn:aws:s3:::b/*", False),
    ("arn:aws:s3", "arn:aws:s3:*:*:*", False),
    ("arn:aws:sqs:us-*", "arn:aws:sqs:us-*:*:*", False),
    ("arn:*", "arn:*:*:*:*:*", False),
    ("arn:aws:s3:*::b", "arn:aws:s3:*::b", True),
    ("arn:*:s3:::b", "arn:*:s3:::b", True),
    ("arn:aws:s3::1*:b", "arn:aws:s3::1*:b", True),
    ("arn:aws:s3:*1::b", "arn:aws:s3:*1::b", False),
    ("arn:aws:s3:?::b", "arn:aws:s3:?::b", False),
    ("arn:aws:s3:::b*:c", "arn:aws:s3:::b*:c", False),
    ("arn:aws:s3:::*:c", "arn:aws:s3:::*:c", False),
    ("b", "b", False),
    ("*:s3", "*:s3", True),
    ("*", "*", False),
    ("", "", False),
]


@pytest.mark.parametrize("resource, whole, doubtful", COMPLETED)
def test_short_arns_and_asterisks_before_colons(resource, whole, doubtful):
    assert completed(pattern(resource)) == pattern(whole)
    assert reaches_over_colons(pattern(resource)) is doubtful


#: Letters that are the only counterpart of each other, and some that are not: https://www.unicode.org/Public/UNIDATA/CaseFolding.txt
FOLDED = [
    ("Az09", "az09"),
    ("\u00c4\u0416", "\u00e4\u0436"),
    ("\u0130\u0131", "\u0130\u0131"),
    ("\u212a", "\u212a"),
    ("\u01c5", "\u01c5"),
    ("\u00df", "\u00df"),
]


@pytest.mark.parametrize("text, fold", FOLDED)
def test_case_is_folded_letter_by_letter(text, fold):
    assert fold_case(text) == fold
    assert folded((text, Wild.RUN, "A")) == (fold, Wild.RUN, "a")


def test_neighbours_are_joined():
    assert joined(("a", "b", Wild.RUN, Wild.RUN, "", Wild.ONE, Wild.ONE, "c")) == (
        "ab",
        Wild.RUN,
        Wild.ONE,
        Wild.ONE,
        "c",
    )
    assert joined(()) == joined(("",)) == ()


@pytest.mark.parametrize("text", ["arn:aws:s3:::logs/x", "arn:aws:s3:::data/y"])
def test_one_of_several_of_each_shape(text):
    for shapes in (("*logs*", "data"), ("arn:aws:s3:::logs/x", "*data*"), ("arn:aws:s3:::logs/*", "*a*a/?")):
        fits = any_matcher(map(pattern, shapes))
        assert fits(text) is (text_matcher(pattern(shapes[0]))(text) or text_matcher(pattern(shapes[1]))(text))


def test_a_plain_asterisk_beside_a_wildcard():
    fits = text_matcher(("*", Wild.RUN))
    assert fits("*x")
    assert not fits("x")


def test_fields_of_an_arn_with_literal_and_wild_parts():
    fields = arn_fields(pattern("arn:aws:s3:*::a:b*"))
    assert fields == [("arn",), ("aws",), ("s3",), (Wild.RUN,), (), ("a:b", Wild.RUN)]
    assert arn_fields(pattern("arn:aws:s3")) is None


def test_many_wildcards_take_no_time():
    fits = text_matcher(pattern("*a" * 40 + "b"))
    begin = time.process_time()
    assert not fits("a" * 5000)
    assert time.process_time() - begin < 2


small = st.text("ab*?", max_size=5)
TEXTS = ["".join(letters) for size in range(5) for letters in itertools.product("abc", repeat=size)]


@given(small, small)
def test_meeting_and_covering_agree_with_all_short_texts(one, other):
    first, second = text_matcher(pattern(one)), text_matcher(pattern(other))
    common = any(first(text) and second(text) for text in TEXTS)
    if common:
        assert can_meet(pattern(one), pattern(other))
    if covers(pattern(one), pattern(other)):
        assert all(first(text) for text in TEXTS if second(text))
    if not can_meet(pattern(one), pattern(other)):
        assert not common
