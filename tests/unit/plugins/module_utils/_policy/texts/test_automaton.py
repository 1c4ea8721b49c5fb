# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every set of patterns that a text fits is a cell, and the text of a cell fits what it says."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.patterns import (
    arn_matcher,
    pattern,
    text_matcher,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.texts import languages
from ansible_collections.perimeter.s3.plugins.module_utils._policy.texts.automaton import (
    Gap,
    Letter,
    TooMany,
    arn_tokens,
    cells,
    field_tokens,
    text_tokens,
)

BUDGET = 50_000
#: Short texts over an alphabet of which one letter ("z") is in no pattern.
ALPHABET = "ab/:z"
TEXTS = ["".join(letters) for length in range(6) for letters in itertools.product(ALPHABET, repeat=length)]
PATTERNS = st.lists(st.text(alphabet="ab/:*?", max_size=5), min_size=1, max_size=5)


def fitting(matchers, text):
    return frozenset(number for number, matches in enumerate(matchers) if matches(text))


@given(PATTERNS)
def test_cells_of_texts(texts):
    parts = [pattern(text) for text in texts]
    matchers = [text_matcher(one) for one in parts]
    found = cells(tuple(text_tokens(one) for one in parts), languages.ANY_TEXT, BUDGET)
    assert {fitting(matchers, one.text) for one in found} == {one.fits for one in found}
    assert {fitting(matchers, text) for text in TEXTS} <= {one.fits for one in found}
    shortest = {}
    for text in TEXTS:
        shortest.setdefault(fitting(matchers, text), len(text))
    assert all(len(one.text) <= shortest.get(one.fits, len(one.text)) for one in found)


@given(st.lists(st.text(alphabet="aB*?", max_size=4), min_size=1, max_size=3))
def test_cells_without_regard_to_case(texts):
    parts = [pattern(text.lower()) for text in texts]
    matchers = [text_matcher(one) for one in parts]
    others = [text_matcher(pattern(text)) for text in texts]
    tokens = [*(text_tokens(one, fold=True) for one in parts), *(text_tokens(pattern(text)) for text in texts)]
    found = {one.fits for one in cells(tuple(tokens), languages.ANY_TEXT, BUDGET)}
    for letters in itertools.product("aAbBz", repeat=3):
        text = "".join(letters)
        folded = fitting(matchers, text.lower())
        plain = frozenset(number + len(parts) for number in fitting(others, text))
        assert folded | plain in found


ARN_FIELDS = ["arn:aws:s3:::", "arn:*:s3:::", "arn:aws:s3:*:*:", "arn:a*:::*:", "*"]


@given(st.lists(st.tuples(st.sampled_from(ARN_FIELDS), st.text(alphabet="ab/*?:", max_size=4)), min_size=1, max_size=4))
def test_cells_of_resources(written):
    parts = [pattern(start if start == "*" else start + rest) for start, rest in written]
    matchers = [arn_matcher(one) for one in parts]
    tokens = [arn_tokens(one) for one in parts]
    assert None not in tokens
    found = cells(tuple(tokens), languages.BUCKET_OR_OBJECT, BUDGET, "arn:aws:s3:::")
    told = {(one.kind, one.fits) for one in found}
    assert {(one.kind, fitting(matchers, one.text)) for one in found} == told
    for name, key in itertools.product(["aaa", "aba", "zzz", "abz"], ["", "/a", "/b", "/ab", "/a:b", "/z/a"]):
        kind = languages.OBJECT if key else languages.BUCKET
        assert (kind, fitting(matchers, f"arn:aws:s3:::{name}{key}")) in told


def test_a_nicer_text_is_shown_where_it_lies_in_a_cell():
    tokens = [text_tokens(pattern("logs*")), text_tokens(pattern("logs-a"))]
    found = cells(tuple(tokens), languages.BUCKET_OR_OBJECT, BUDGET, "", ("logs-any", "ab", "any-bucket", "any-other"))
    assert {one.text for one in found if one.kind == languages.BUCKET} == {"logs-any", "logs-a", "any-bucket"}


def test_too_many_states_are_refused():
    with pytest.raises(TooMany):
        cells((text_tokens(pattern("*a????????????????b*")),), languages.ANY_TEXT, 10_000)


#: Patterns -> the shortest text of each set of them that a text can fit.
CELLS = [
    ([""], [("", [0]), ("x", [])]),
    (["*"], [("", [0])]),
    (["?"], [("", []), ("x", [0])]),
    (["a?c"], [("", []), ("axc", [0])]),
    (["a*", "*b"], [("", []), ("a", [0]), ("b", [1]), ("ab", [0, 1])]),
    (["a", "a"], [("", []), ("a", [0, 1])]),
    (["*:*"], [("", []), (":", [0])]),
    ([(Letter("a", True), Letter("b", True)), "AB"], [("", []), ("ab", [0]), ("AB", [0, 1])]),
    # What has no single counterpart in the other case is like itself alone.
    ([(Letter("\u00df", True),)], [("", []), ("\u00df", [0])]),
    ([(Gap(True, ":"),)], [("", [0]), (":", [])]),
    ([(Gap(False, "/"),), (Gap(False),)], [("", []), ("/", [1]), ("x", [0, 1])]),
    ([(Letter("a"), Gap(True, "/"), Letter("b")), "a*b"], [("", []), ("ab", [0, 1]), ("a/b", [1])]),
    # Two runs in one place let pass what either does.
    ([(Gap(True, ":"), Gap(True, "/"))], [("", [0])]),
]


@pytest.mark.parametrize("patterns, found", CELLS)
def test_cells_of_patterns(patterns, found):
    tokens = tuple(text_tokens(pattern(one)) if isinstance(one, str) else one for one in patterns)
    shown = [(one.text, sorted(one.fits)) for one in cells(tokens, languages.ANY_TEXT, BUDGET)]
    assert sorted(shown) == sorted(found)


def shown(text, **more):
    return [
        (one.text, bool(one.fits)) for one in cells((text_tokens(pattern(text)),), languages.ANY_TEXT, BUDGET, **more)
    ]


def test_what_texts_are_written_after_is_part_of_them():
    assert shown("ab*", start="a") == [("a", False), ("ab", True)]
    assert shown("ab", start="ab") == [("ab", True), ("abx", False)]
    assert shown("ab*", start="a", nicer=("bcd", "b")) == [("a", False), ("abcd", True)]


def test_texts_that_begin_so():
    tokens = (text_tokens(pattern("abcd*")),)
    found = [
        one.text for one in cells(tokens, languages.BUCKET_OR_OBJECT, BUDGET, head="abc", nicer=("zzz", "abc-any"))
    ]
    assert found == ["abc-any", "abcd", "abc/x", "abcd/x"]


def test_the_budget_is_what_is_looked_at():
    tokens = (text_tokens(pattern("abcdefgh")),)
    assert len(cells(tokens, languages.ANY_TEXT, 20)) == 2
    with pytest.raises(TooMany):
        cells(tokens, languages.ANY_TEXT, 8)


def test_fields_of_an_arn():
    fields = [text_tokens(pattern(text)) for text in ("arn", "*", "s3", "", "?", "a*:?")]
    colon = Letter(":")
    assert field_tokens(fields) == (
        *(Letter(sign) for sign in "arn"),
        colon,
        Gap(True, ":"),
        colon,
        *(Letter(sign) for sign in "s3"),
        *(colon, colon),
        Gap(False, ":"),
        colon,
        *(Letter("a"), Gap(True), Letter(":"), Gap(False)),
    )
    assert arn_tokens(pattern("*")) == (Gap(True),)
    assert arn_tokens(pattern("arn:aws:s3")) is None


@pytest.mark.parametrize(
    "text, fold, excluded, tokens",
    [
        ("aB", False, "", (Letter("a"), Letter("B"))),
        ("aB", True, "", (Letter("a", True), Letter("b", True))),
        ("a*?", False, "/", (Letter("a"), Gap(True, "/"), Gap(False, "/"))),
        ("", True, "/", ()),
    ],
)
def test_tokens(text, fold, excluded, tokens):
    assert text_tokens(pattern(text), fold, excluded) == tokens
