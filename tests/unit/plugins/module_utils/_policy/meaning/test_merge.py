# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statements put in, replaced and taken out by Sid; what is not ours stays byte for byte."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.merge import merge

A = {"Sid": "A", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b"}
A_OTHER_WORDS = {**A, "Principal": {"AWS": ["*"]}, "Action": ["S3:*"], "Condition": {}}
A_CHANGED = {**A, "Action": "s3:GetObject"}
B = {**A, "Sid": "B"}
FOREIGN = {**A, "Sid": "AWSLogDeliveryWrite", "Principal": {"Service": "delivery.logs.amazonaws.com"}}
NAMELESS = {key: value for key, value in FOREIGN.items() if key != "Sid"}
VARIABLES = {**A, "Resource": "arn:aws:s3:::b/${aws:username}"}
FOREIGN_VARIABLES = {**FOREIGN, "Resource": "arn:aws:s3:::b/${aws:username}"}


CHINA = {**A, "Principal": {"AWS": "111122223333"}, "Resource": "arn:aws-cn:s3:::b"}
CHINA_BY_ARN = {**CHINA, "Principal": {"AWS": "arn:aws-cn:iam::111122223333:root"}}
CHINA_BY_OTHER = {**CHINA, "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}


def doc(*statements, **elements):
    return {"Version": "2012-10-17", **elements, "Statement": list(statements)}


# name, current, statements, remove, purge -> statements after, added, changed, removed, kept
CASES = [
    ("a first policy", None, [A], (), False, [A], "A", "", "", ""),
    ("nothing to do without a policy", None, [], ["A"], False, None, "", "", "", ""),
    ("beside others", doc(FOREIGN), [A], (), False, [FOREIGN, A], "A", "", "", "AWSLogDeliveryWrite"),
    ("there already", doc(A, FOREIGN), [A], (), False, [A, FOREIGN], "", "", "", "A AWSLogDeliveryWrite"),
    ("there in other words", doc(A_OTHER_WORDS), [A], (), False, [A_OTHER_WORDS], "", "", "", "A"),
    ("edited by somebody", doc(A_CHANGED, FOREIGN), [A], (), False, [A, FOREIGN], "", "A", "", "AWSLogDeliveryWrite"),
    ("present twice", doc(A, FOREIGN, A_CHANGED), [A], (), False, [A, FOREIGN], "", "A", "", "AWSLogDeliveryWrite"),
    ("taken out", doc(A, FOREIGN, B), [], ["A", "B"], False, [FOREIGN], "", "", "A B", "AWSLogDeliveryWrite"),
    ("the last one taken out", doc(A), [], ["A"], False, None, "", "", "A", ""),
    ("taken out though absent", doc(FOREIGN), [], ["A"], False, [FOREIGN], "", "", "", "AWSLogDeliveryWrite"),
    ("one in, one out", doc(A), [B], ["A"], False, [B], "B", "", "A", ""),
    ("purge", doc(FOREIGN, A, NAMELESS), [A], (), True, [A], "", "", "AWSLogDeliveryWrite Statement[2]", "A"),
    (
        "a lone statement object",
        {"Statement": FOREIGN},
        [A],
        (),
        False,
        [FOREIGN, A],
        "A",
        "",
        "",
        "AWSLogDeliveryWrite",
    ),
    ("an account by its root, in China", doc(CHINA_BY_ARN), [CHINA], (), False, [CHINA_BY_ARN], "", "", "", "A"),
    ("an account by a root of elsewhere", doc(CHINA_BY_OTHER), [CHINA], (), False, [CHINA], "", "A", "", ""),
    ("without a Sid", doc(NAMELESS), [A], (), False, [NAMELESS, A], "A", "", "", "Statement[0]"),
]


@pytest.mark.parametrize(
    "current, statements, remove, purge, after, added, changed, removed, kept",
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_merge(current, statements, remove, purge, after, added, changed, removed, kept):
    result = merge(current, statements, remove, purge)
    assert (result.document or {}).get("Statement") == after
    assert (result.added, result.changed) == (tuple(added.split()), tuple(changed.split()))
    assert (result.removed, result.kept) == (tuple(removed.split()), tuple(kept.split()))


def test_elements_beside_the_statements_stay():
    current = doc(FOREIGN, Version="2008-10-17", Id="theirs")
    assert merge(current, [A]).document == {"Version": "2008-10-17", "Id": "theirs", "Statement": [FOREIGN, A]}


def test_variables_raise_the_version_when_nobody_else_is_read_differently():
    assert merge({"Statement": [FOREIGN]}, [VARIABLES]).document["Version"] == "2012-10-17"


def test_a_foreign_text_that_a_newer_version_would_read_differently_is_not_touched():
    with pytest.raises(PolicyError, match=r"Version: The document is of version 2008-10-17, .* plain text"):
        merge({"Statement": [FOREIGN_VARIABLES]}, [VARIABLES])
    assert merge({"Statement": [FOREIGN_VARIABLES]}, [A]).document == {"Statement": [FOREIGN_VARIABLES, A]}


@pytest.mark.parametrize(
    "statements, remove, message",
    [
        ([{**A, "Sid": ""}], (), r"statements\[0\]: The statement has no Sid"),
        ([A, A_CHANGED], (), r"statements\[1\].Sid: The Sid 'A' stands twice"),
        ([A], ["A"], "'A' is both wanted and to be removed"),
    ],
)
def test_what_cannot_be_owned_is_refused(statements, remove, message):
    with pytest.raises(PolicyError, match=message):
        merge(None, statements, remove)


def test_what_python_takes_for_equal_is_not_the_same_text():
    live = {"Sid": "A", "Effect": "Deny", "Condition": {"StringEquals": {"aws:PrincipalTag/on": 1}}}
    wanted = {**live, "Condition": {"StringEquals": {"aws:PrincipalTag/on": True}}}
    assert live == wanted
    assert merge({"Version": "2012-10-17", "Statement": [live]}, [wanted]).changed == ("A",)


@pytest.mark.parametrize("version", [{}, {"Version": "2008-10-17"}])
def test_a_document_of_the_old_version_is_raised_where_our_variables_need_it(version):
    theirs = {**A, "Sid": "Theirs"}
    merged = merge({**version, "Id": "x", "Statement": [theirs]}, [VARIABLES]).document
    assert merged == {"Version": "2012-10-17", "Id": "x", "Statement": [theirs, VARIABLES]}
    # And not where they do not.
    assert merge({**version, "Statement": [theirs]}, [A]).document.get("Version") == version.get("Version")


def test_a_first_policy_is_of_todays_version():
    assert merge(None, [A]).document == {"Version": "2012-10-17", "Statement": [A]}
    assert next(iter(merge({"Statement": [FOREIGN], "Id": "x"}, [VARIABLES]).document)) == "Version"
