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
    TooMany,
    arn_tokens,
    cells,
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


#: Language -> texts that it has, and that it has not.
LANGUAGES = [
    ("ACCOUNT", ["111122223333"], ["", "1111", "1111222233334", "11112222333a"]),
    ("BUCKET_OR_OBJECT", ["abc", "my.bucket-1", "Old_Bucket", "abc/k", "abc/k/l é"], ["ab", "abc/", "a b c"]),
    ("USER_ARN", ["111122223333:user/a", "111122223333:user/p/q/a"], ["111122223333:user/", "111122223333:user/p/"]),
    ("ROLE_ARN", ["111122223333:role/team:x/app"], ["111122223333:role/team:x", "1:role/a"]),
    ("ROOT_ARN", ["111122223333:root"], ["111122223333:user/root"]),
    ("FEDERATED_ARN", ["111122223333:federated-user/joe"], ["111122223333:federated-user/a/b"]),
    ("LOCATED_RESOURCE", ["eu-central-1:111122223333:accesspoint/x", ":111122223333:accesspoint/m.mrap"], ["::x"]),
    ("ENDPOINT_ID", ["vpce-0a", "vpce-1a2b3c4d"], ["vpce-", "vpc-0a"]),
    ("ORGANIZATION_PATH", ["o-a1/r-b/", "o-a1/r-b/ou-c-d/ou-e/"], ["o-a1", "o-a1/", "r-b/"]),
    ("SERVICE_NAME", ["s3.amazonaws.com", "logging.s3.amazonaws.com"], ["s3", "S3.amazonaws.com"]),
    ("ARN_REST", ["s3:::bucket", "cloudtrail:eu-central-1:111122223333:trail/t"], ["s3:::", "s3::123:x"]),
    ("ACTION", ["getobject"], ["", "GetObject"]),
    ("SESSION_USER_ID", ["AROAABC:session"], ["AROAABC", "AROA:s", "AIDAABC"]),
    ("ANY_TEXT", ["", "é *"], []),
    ("SOME_TEXT", ["a"], [""]),
]


@pytest.mark.parametrize("name, has, has_not", LANGUAGES, ids=[row[0] for row in LANGUAGES])
def test_languages(name, has, has_not):
    language = getattr(languages, name)
    assert [text for text in has if language.kind_of(text) is None] == []
    assert [text for text in has_not if language.kind_of(text) is not None] == []
    assert all(language.kind_of(one.text) == one.kind for one in cells((), language, BUDGET))


def test_a_nicer_text_is_shown_where_it_lies_in_a_cell():
    tokens = [text_tokens(pattern("logs*")), text_tokens(pattern("logs-a"))]
    found = cells(tuple(tokens), languages.BUCKET_OR_OBJECT, BUDGET, "", ("logs-any", "ab", "any-bucket", "any-other"))
    assert {one.text for one in found if one.kind == languages.BUCKET} == {"logs-any", "logs-a", "any-bucket"}


def test_too_many_states_are_refused():
    with pytest.raises(TooMany):
        cells((text_tokens(pattern("*a????????????????b*")),), languages.ANY_TEXT, 10_000)
