# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties that hold for every policy, on random ones."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import parse, statement_list
from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical import canonical, equivalent
from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.diff import diff
from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.merge import merge

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st

ARNS = ["arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x", "arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::B"]
ACTIONS = ["s3:GetObject", "S3:getobject", "s3:Get*", "s3:PutObject", "s3:*", "*"]
PRINCIPALS = ["111122223333", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/app", "*"]
VALUES = ["a", "a*", "A", "true", True, 1, 1.5, "1.5", "10.0.0.0/8", "arn:aws:iam::111122223333:root"]
OPERATORS = [
    "StringEquals",
    "StringLike",
    "ArnLike",
    "ArnEquals",
    "Bool",
    "NumericEquals",
    "IpAddress",
    "StringNotEqualsIfExists",
]
KEYS = ["aws:SourceVpce", "AWS:sourcevpce", "aws:PrincipalArn", "s3:prefix"]


def one_or_more(values):
    return st.one_of(st.sampled_from(values), st.lists(st.sampled_from(values), min_size=1, max_size=3))


conditions = st.dictionaries(
    st.sampled_from(OPERATORS), st.dictionaries(st.sampled_from(KEYS), one_or_more(VALUES), max_size=2), max_size=2
)
statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Principal": st.one_of(st.just("*"), st.fixed_dictionaries({"AWS": one_or_more(PRINCIPALS)})),
        "Action": one_or_more(ACTIONS),
        "Resource": one_or_more(ARNS),
    },
    optional={"Sid": st.sampled_from(["", "A", "B", "C"]), "Condition": conditions},
)
documents = st.fixed_dictionaries(
    {"Statement": st.lists(statements, min_size=1, max_size=4)},
    optional={"Version": st.sampled_from(["2008-10-17", "2012-10-17"]), "Id": st.sampled_from(["", "x"])},
)
owned = st.lists(statements, max_size=2).map(
    lambda found: [{**statement, "Sid": f"Own{index}"} for index, statement in enumerate(found)]
)


@given(documents)
def test_equivalent_is_reflexive_and_canonical_a_fixed_point(document):
    form = canonical(document)
    assert equivalent(document, document)
    assert canonical(form) == form
    assert equivalent(document, form)
    parse(form)


@given(documents, documents, documents)
def test_equivalent_is_symmetric_and_transitive(one, two, three):
    assert equivalent(one, two) == equivalent(two, one)
    if equivalent(one, two) and equivalent(two, three):
        assert equivalent(one, three)


@given(documents, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(document, random):
    shuffled = json.loads(json.dumps(document))
    listed = shuffled["Statement"]
    listed.append(random.choice(listed))
    random.shuffle(listed)
    for statement in listed:
        if isinstance(statement["Action"], list):
            random.shuffle(statement["Action"])
    assert equivalent(document, shuffled)


@given(documents, owned)
def test_merge_is_idempotent_and_never_loses_a_foreign_statement(document, ours):
    document = {**document, "Version": "2012-10-17"}
    once = merge(document, ours)
    twice = merge(once.document, ours)
    assert twice.document == once.document
    assert not (twice.added or twice.changed or twice.removed)
    merged = statement_list(once.document)
    foreign = [one for one in document["Statement"] if one.get("Sid") not in {own["Sid"] for own in ours}]
    assert [one for one in merged if one in foreign] == foreign
    assert {own["Sid"] for own in ours} <= {one.get("Sid") for one in merged}


@given(documents, owned)
def test_what_is_put_in_can_be_taken_out_again(document, ours):
    document = {**document, "Version": "2012-10-17"}
    merged = merge(document, ours).document
    assert merge(merged, (), [own["Sid"] for own in ours]).document == document


@given(documents, documents)
def test_diff_finds_a_change_exactly_where_the_meaning_differs(one, two):
    two = {**two, "Version": one.get("Version", "2008-10-17"), "Id": one.get("Id", "")}
    repeats = any(
        len({json.dumps(canonical({"Statement": s})) for s in d["Statement"]}) < len(d["Statement"]) for d in (one, two)
    )
    if not repeats:
        assert all(change.kind == "same" for change in diff(one, two)) == equivalent(one, two)
