# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person sees of a change: the statements concerned and, of their text, only the lines that differ."""

from __future__ import annotations

import difflib
import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.diff import diff, render

A = {
    "Sid": "A",
    "Effect": "Allow",
    "Principal": "*",
    "Action": ["s3:GetObject", "s3:PutObject"],
    "Resource": "arn:aws:s3:::b/*",
}
A_OTHER_WORDS = {
    "Resource": ["arn:aws:s3:::b/*"],
    "Action": ["s3:putobject", "s3:GetObject"],
    "Principal": {"AWS": "*"},
    "Effect": "Allow",
    "Sid": "A",
}
A_WIDER = {**A, "Action": ["s3:*"], "Condition": {"Bool": {"aws:SecureTransport": True}}}
B = {**A, "Sid": "B"}
NAMELESS = {key: value for key, value in A.items() if key != "Sid"}
NAMELESS_WIDER = {key: value for key, value in A_WIDER.items() if key != "Sid"}


def doc(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


CASES = [
    ("the same", doc(A, B), doc(B, A_OTHER_WORDS), [("same", "B", ()), ("same", "A", ())]),
    ("changed", doc(A, B), doc(A_WIDER, B), [("changed", "A", ("Action", "Condition")), ("same", "B", ())]),
    ("added", doc(A), doc(A, B), [("same", "A", ()), ("added", "B", ())]),
    (
        "removed from the middle",
        doc(A, B, NAMELESS),
        doc(A, NAMELESS),
        [("same", "A", ()), ("removed", "B", ()), ("same", "Statement[1]", ())],
    ),
    ("removed from the front", doc(B, A), doc(A), [("removed", "B", ()), ("same", "A", ())]),
    ("a first policy", None, doc(A), [("added", "A", ())]),
    ("the last policy", doc(A), None, [("removed", "A", ())]),
    (
        "a lone one without a Sid",
        doc(NAMELESS),
        doc(NAMELESS_WIDER),
        [("changed", "Statement[0]", ("Action", "Condition"))],
    ),
    ("a Sid given", doc(NAMELESS), doc(A), [("added", "A", ()), ("removed", "Statement[0]", ())]),
]


@pytest.mark.parametrize("before, after, expected", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_diff(before, after, expected):
    found = [(change.kind, change.label, change.elements) for change in diff(before, after)]
    assert sorted(found) == sorted(expected)
    if after is not None and before is not None and len(found) > 1 and expected[0][0] != "added":
        assert found == expected


def lines(before, after):
    sides = render(before, after)
    delta = difflib.unified_diff(sides["before"].splitlines(), sides["after"].splitlines(), n=0, lineterm="")
    return [line for line in delta if not line.startswith(("---", "+++", "@@"))]


def test_nothing_is_shown_where_nothing_differs_in_meaning():
    assert lines(doc(A, B), doc(B, A_OTHER_WORDS)) == []
    assert lines({"Statement": A}, doc(A)) == []


def test_only_what_differs_is_shown():
    after = {**A, "Action": ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]}
    assert lines(doc(B, A), doc(after, B)) == ['+        "s3:DeleteObject",']


def test_a_version_that_matters_is_shown():
    variable = {**A, "Resource": "arn:aws:s3:::b/${aws:username}"}
    assert lines({"Statement": variable}, doc(variable)) == ['+  "Version": "2012-10-17",']


def test_a_missing_document_is_an_empty_text():
    assert render(None, doc(A))["before"] == ""
    assert render(doc(A), None)["after"] == ""


def test_signs_of_other_languages_stay_readable():
    made = render({"Version": "2012-10-17", "Id": "Gr\u00fc\u00dfe", "Statement": []}, None)
    assert '"Gr\u00fc\u00dfe"' in made["before"]


#: A statement before and after -> the elements that differ, in AWS's order and others behind them.
ELEMENTS = [
    ({"Resource": "arn:aws:s3:::c/*", "Effect": "Deny"}, ("Effect", "Resource")),
    (
        {"Principal": {"AWS": "111122223333"}, "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        ("Principal", "Condition"),
    ),
    ({"Novel": 1, "Another": 2}, ("Another", "Novel")),
    ({"Action": ["s3:PutObject", "S3:getobject"]}, ()),
]


@pytest.mark.parametrize("elements, differ", ELEMENTS)
def test_which_elements_differ(elements, differ):
    for before, after in ((A, {**A, **elements}), ({**A, **elements}, A)):
        [change] = diff(doc(before), doc(after))
        assert (change.kind, change.elements) == ("changed" if differ else "same", differ)
        assert (change.before, change.after) == (before, after)


def test_accounts_are_those_of_the_partition_of_each_document():
    by_root = {**A, "Principal": {"AWS": "arn:aws-cn:iam::111122223333:root"}, "Resource": "arn:aws-cn:s3:::b/*"}
    by_id = {**by_root, "Principal": {"AWS": "111122223333"}}
    assert [one.kind for one in diff(doc(by_root), doc(by_id))] == ["same"]


def test_a_change_as_data():
    [change] = diff(doc(A), doc(A_WIDER))
    assert change.as_dict() == {
        "kind": "changed",
        "statement": "A",
        "elements": ["Action", "Condition"],
        "before": A,
        "after": A_WIDER,
    }


def test_what_is_shown():
    """AWS's order of elements, lists of one as lists, what is sorted as AWS has it, and what nobody knows last."""
    statement = {
        "Zeta": "z",
        "Resource": "arn:aws:s3:::b",
        "NotAction": ["s3:b", "s3:a"],
        "NotPrincipal": "*",
        "Effect": "Deny",
        "Condition": {"Null": {"b:c": "true"}, "Bool": {"b:c": ["x", "a"]}},
        "Sid": "S",
    }
    document = {"Extra": 1, "Id": "i", "Version": "2012-10-17", "Statement": statement, "Another": [2]}
    made = json.loads(render(None, document)["after"])
    assert list(made) == ["Version", "Id", "Another", "Extra", "Statement"]
    [shown] = made["Statement"]
    assert list(shown) == ["Sid", "Effect", "NotPrincipal", "NotAction", "Resource", "Condition", "Zeta"]
    assert shown == {
        **statement,
        "Resource": ["arn:aws:s3:::b"],
        "NotAction": ["s3:a", "s3:b"],
        "Condition": {"Bool": {"b:c": ["a", "x"]}, "Null": {"b:c": ["true"]}},
        "Zeta": ["z"],
    }
    by_kind = {**statement, "NotPrincipal": {"AWS": "1", "Service": ["b", "a"]}}
    [shown] = json.loads(render(None, {"Statement": by_kind})["after"])["Statement"]
    assert shown["NotPrincipal"] == {"AWS": ["1"], "Service": ["a", "b"]}


def test_a_version_is_not_shown_where_it_changes_the_reading_of_nothing():
    assert lines({"Version": "2008-10-17", "Statement": A}, doc(A)) == []
    assert lines(None, {"Version": "2008-10-17", "Statement": A})[1] == '+  "Version": "2008-10-17",'
    assert lines({"Id": "a", "Statement": A}, {"Id": "b", "Statement": A}) == ['-  "Id": "a",', '+  "Id": "b",']
