# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statements by their labels, and what is left of them without users and roles that are deleted."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.principals import (
    deleted_by_statement,
    drop_deleted,
    labelled,
)

DEAD, DEAD_TOO, ALIVE = "AROAEXAMPLEID12345678", "AIDAEXAMPLEID12345678", "arn:aws:iam::111122223333:role/app"
SERVICE = "logging.s3.amazonaws.com"


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    "statement, label",
    [({"Sid": "A"}, "A"), ({}, "Statement[1]"), ({"Sid": ""}, "Statement[1]"), ({"Sid": 5}, "Statement[1]")],
)
def test_a_statement_is_called_by_its_sid_or_its_place(statement, label):
    assert list(labelled(document({"Sid": "First"}, statement))) == [("First", {"Sid": "First"}), (label, statement)]


def test_what_is_no_statement_has_a_place():
    assert list(labelled(document("x"))) == [("Statement[0]", "x")]
    assert list(labelled({"Statement": {"Sid": "Lone"}})) == [("Lone", {"Sid": "Lone"})]
    assert list(labelled(None)) == list(labelled({})) == list(labelled({"Statement": 5})) == []


# elements of a statement, the ids of the deleted in it, what is left of it (None: it goes)
DELETED = [
    ({"Principal": {"AWS": [DEAD, ALIVE]}}, (DEAD,), {"Principal": {"AWS": [ALIVE]}}),
    ({"Principal": {"AWS": DEAD}}, (DEAD,), None),
    ({"Principal": {"AWS": [DEAD, DEAD_TOO]}}, (DEAD, DEAD_TOO), None),
    ({"Principal": {"AWS": DEAD, "Service": SERVICE}}, (DEAD,), {"Principal": {"Service": SERVICE}}),
    (
        {"Principal": {"Service": SERVICE, "AWS": [ALIVE, DEAD]}},
        (DEAD,),
        {"Principal": {"AWS": [ALIVE], "Service": SERVICE}},
    ),
    ({"NotPrincipal": {"AWS": [DEAD, ALIVE]}}, (DEAD,), {"NotPrincipal": {"AWS": [ALIVE]}}),
    ({"NotPrincipal": {"AWS": DEAD}}, (DEAD,), {"NotPrincipal": {"AWS": DEAD}}),
    ({"Principal": {"AWS": ALIVE}}, (), {"Principal": {"AWS": ALIVE}}),
    ({"Principal": {"Service": SERVICE}}, (), {"Principal": {"Service": SERVICE}}),
    ({"Principal": {"CanonicalUser": DEAD}}, (), {"Principal": {"CanonicalUser": DEAD}}),
    ({"Principal": "*"}, (), {"Principal": "*"}),
    ({"Principal": {"AWS": 5}}, (), {"Principal": {"AWS": 5}}),
]


@pytest.mark.parametrize("elements, ids, left", DELETED)
def test_the_deleted_among_principals(elements, ids, left):
    live = document({"Sid": "A", **elements})
    assert deleted_by_statement(live) == ({"A": ids} if ids else {})
    assert drop_deleted(live) == (None if left is None else document({"Sid": "A", **left}))
    beside = {"Sid": "B", "Principal": "*"}
    assert drop_deleted(document({"Sid": "A", **elements}, beside)) == document(
        *([] if left is None else [{"Sid": "A", **left}]), beside
    )


def test_what_is_no_statement_has_no_principals():
    assert deleted_by_statement(document("x")) == deleted_by_statement(None) == {}
    assert drop_deleted(document("x")) == document("x")
    assert drop_deleted({"Version": "2012-10-17"}) is None
