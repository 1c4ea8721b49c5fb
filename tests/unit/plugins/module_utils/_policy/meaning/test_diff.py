# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person sees of a change: the statements concerned and, of their text, only the lines that differ."""

from __future__ import annotations

import difflib

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
