# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.report import report

FINDING = {
    "account": "111122223333",
    "region": "us-east-1",
    "resource": "b",
    "kind": "tag",
    "what": "Name is missing",
    "before": None,
    "after": "x",
    "severity": "minor",
    "opens": [],
    "cuts": [],
    "remedy": "",
}


def test_the_worst_comes_first():
    worse = {**FINDING, "severity": "critical", "resource": "z"}
    found = report([FINDING, worse], False, at="2026-11-29T11:20:03Z")
    assert (found["status"], found["at"], found["schema"]) == ("drifted", "2026-11-29T11:20:03Z", 1)
    assert [each["resource"] for each in found["findings"]] == ["z", "b"]
    assert found["counts"] == {"drifted": 2, "corrected": 0, "critical": 1, "major": 0, "minor": 1, "failed": 0}


@pytest.mark.parametrize(
    "findings, corrected, failed, status",
    [
        ([], False, [], "clean"),
        ([], True, [], "clean"),
        ([], False, ["h"], "failed"),
        ([FINDING], True, [], "corrected"),
        # No run corrects what has a remedy.
        ([{**FINDING, "remedy": "Ask them."}], True, [], "drifted"),
    ],
)
def test_status(findings, corrected, failed, status):
    assert report(findings, corrected, failed)["status"] == status


@pytest.mark.parametrize(
    "found, by",
    [({"events": [{"who": "x"}]}, [{"who": "x"}]), ({"events": []}, []), ({"events": [], "error": "denied"}, None)],
)
def test_who_changed_it(found, by):
    changes = [{"resource": "other", "events": [{"who": "y"}]}, {"resource": "b", **found}]
    assert report([FINDING], False, changes=changes)["findings"][0]["by"] == by
    assert "by" not in report([FINDING], False)["findings"][0]


def test_what_failed_stands_beside_the_rest():
    where = {"host": "one", "account": "111122223333", "region": "us-east-1"}
    failures = [{**where, "bucket": "b", "msg": "no"}, {**where, "bucket": "a", "msg": "denied"}]
    found = report([], True, ["two"], failures=failures)
    assert (found["status"], found["counts"]["failed"]) == ("failed", 3)
    assert [each["bucket"] for each in found["failures"]] == ["a", "b"]
