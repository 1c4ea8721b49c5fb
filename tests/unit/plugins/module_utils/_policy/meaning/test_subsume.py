# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pattern covers another text of a policy only if it fits everything that the other one fits.

The judge is the evaluator's own reading of a text, with a value for each variable.
"""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.patterns import arn_matcher, text_matcher
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.variables import render, template
from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.subsume import (
    arn_covers,
    essential,
    text_covers,
    tidy_wildcards,
)

pytest.importorskip("hypothesis")
from hypothesis import given, settings
from hypothesis import strategies as st

SIGNS = st.sampled_from(["a", "u", "s", "e", "$", "{", "}", "*", "?", "${a:us}", "${*}", "${a:u, 'us'}"])
TEXTS = st.lists(SIGNS, max_size=6).map("".join)
VALUES = ["", "a", "us", "a:us", "${a:us}", "e/u", "a*"]
#: What a wildcard of the covered text may stand for.
RUNS = st.sampled_from(["", "a", "us", "$", "${a:us}", "e" * 5])


def a_text_of(pattern, runs):
    """A text that fits a pattern."""
    signs = []
    for part in pattern:
        signs.append(part if isinstance(part, str) else next(runs) if part.value == "*" else "u")
    return "".join(signs)


def fits_whatever_the_variable_is(make, wide, narrow, version, run):
    for value in VALUES:
        found = {"a:us": (value,), "a:u": (value,)}.get
        wider, narrower = (render(template(text, version), found).pattern for text in (wide, narrow))
        text = a_text_of(narrower, iter(lambda: run, None))
        assert make(wider)(text), (wide, narrow, version, value, text)


@given(TEXTS, TEXTS, st.sampled_from(["2008-10-17", "2012-10-17"]), RUNS)
@settings(max_examples=1500)
def test_what_is_covered_fits_in_either_version(wide, narrow, version, run):
    if text_covers(wide, narrow):
        fits_whatever_the_variable_is(text_matcher, wide, narrow, version, run)


@given(TEXTS, TEXTS, st.sampled_from(["2008-10-17", "2012-10-17"]), RUNS)
@settings(max_examples=1000)
def test_what_is_covered_fits_as_an_arn(wide, narrow, version, run):
    wide, narrow = f"arn:aws:s3:::{wide}", f"arn:aws:s3:::{narrow}"
    if arn_covers(wide, narrow):
        fits_whatever_the_variable_is(arn_matcher, wide, narrow, version, run)


@pytest.mark.parametrize(
    "wide, narrow, covered",
    [
        ("*", "${aws:username}", True),
        ("b/*", "b/${aws:username}/x", True),
        ("b/*user*", "b/${aws:username}", False),
        ("b/?*", "b/${aws:username}", False),  # the value may be empty
        ("b/${aws:username}", "b/${aws:username}", True),
        ("b/${aws:username}*", "b/${aws:username}", False),
        ("b/*}", "b/${aws:username}", False),
        ("a*b", "a${aws:username}b", True),
    ],
)
def test_a_variable_is_covered_by_what_covers_every_value(wide, narrow, covered):
    assert text_covers(wide, narrow) is covered
    assert arn_covers(f"arn:aws:s3:::{wide}", f"arn:aws:s3:::{narrow}") is covered


@pytest.mark.parametrize("narrow", ["arn:aws:${a:b}:::b", "arn:${a:b}", "${a:b}", "arn:aws:s3:${a:b}:b"])
def test_a_variable_that_may_stand_for_fields_is_covered_by_everything_alone(narrow):
    assert arn_covers("*", narrow)
    assert not arn_covers("arn:*:*:*:*:*", narrow)


#: Pattern, another text -> whether everything that fits the text fits the pattern.
COVERED = [
    ("", "", True),
    ("", "a", False),
    ("*", "", True),
    ("a", "a", True),
    ("a", "b", False),
    ("ab", "a", False),
    ("a", "ab", False),
    ("a*", "a", True),
    ("a*", "ab?c*", True),
    ("a*", "ba", False),
    ("?", "a", True),
    ("?", "?", True),
    ("?", "", False),
    ("?", "*", False),
    ("?*", "*", False),
    # They fit the same, which is why runs of wildcards are given one spelling first.
    ("*?", "?*", False),
    ("a?c", "abc", True),
    ("a?c", "a*c", False),
    ("a", "?", False),
    ("a?", "a", False),
    ("*b", "ab", True),
    ("*b", "abc", False),
    ("*b*", "abc", True),
    ("*bc", "bbc", True),
    ("a*b*c", "axbxc", True),
    ("a*b*c", "axcxb", False),
    ("**", "a*", True),
    ("a*?", "ab", True),
    ("a*?", "a", False),
    ("*-logs", "app-logs", True),
    ("*-logs", "app-*", False),
]


@pytest.mark.parametrize("wide, narrow, covered", COVERED)
def test_texts_that_are_covered(wide, narrow, covered):
    assert text_covers(wide, narrow) is covered


#: The same for ARNs, of which wildcards do not cross fields.
COVERED_ARNS = [
    ("*", "arn:aws:s3:::b", True),
    ("*", "anything", True),
    ("arn:aws:s3:::*", "arn:aws:s3:::b", True),
    ("arn:aws:s3:::b", "arn:aws:s3:::b", True),
    ("arn:aws:s3:::*", "arn:aws:s3:::b:c", True),
    ("arn:*:s3:::b", "arn:aws:s3:::b", True),
    ("arn:*:b", "arn:aws:s3:::b", False),
    ("arn:aws:s3:*:b", "arn:aws:s3:::b", False),
    ("arn:aws:s3:*:*:*", "arn:aws:s3:::b", True),
    ("arn:aws:s3:*:*:*", "arn:aws:s3:::b*", True),
    ("arn:aws:s3:*:*:*", "arn:aws:s3:b", False),
    ("arn:aws:s3:*", "arn:aws:s3:::b", False),
    ("arn:aws:s3:::b", "arn:aws:s3:::c", False),
    ("arn:aws:s3::?:b", "arn:aws:s3:::b", False),
    ("arn:aws:s3:::${a:b}", "arn:aws:s3:::${a:b}", True),
    ("arn:*:s3:::${a:b}", "arn:aws:s3:::${a:b}", True),
    ("arn:*:s3:::${a:b}", "arn:aws:s3:::c", False),
    ("arn:aws:s3:::*", "arn:aws:s3:::${a:b}", True),
    ("arn:aws:s3:*:*:*", "arn:aws:s3:${a:b}:1:b", False),
    ("arn:aws:s3:*:*:*", "arn:aws:s3:::b${a:b}", True),
]


@pytest.mark.parametrize("wide, narrow, covered", COVERED_ARNS)
def test_arns_that_are_covered(wide, narrow, covered):
    assert arn_covers(wide, narrow) is covered


@pytest.mark.parametrize(
    "text, tidy",
    [
        ("a", "a"),
        ("**", "*"),
        ("*?", "?*"),
        ("?*?*a**", "??*a*"),
        ("a??", "a??"),
        ("**${a:b}", "**${a:b}"),
    ],
)
def test_runs_of_wildcards_have_one_spelling(text, tidy):
    assert tidy_wildcards(text) == tidy


@pytest.mark.parametrize(
    "texts, left",
    [
        ([], []),
        (["b", "a", "b"], ["a", "b"]),
        (["ab", "a*", "c"], ["a*", "c"]),
        (["a?", "ab", "a"], ["a", "a?"]),
        (["a*", "*", "b"], ["*"]),
        # Of two that say the same the first one stays.
        (["**", "*"], ["*"]),
        (["**", "*", "a"], ["*"]),
        (["a*", "*b", "ab"], ["*b", "a*"]),
        (["a*", "b*"], ["a*", "b*"]),
    ],
)
def test_what_is_left_of_a_list(texts, left):
    assert essential(texts, text_covers) == left
