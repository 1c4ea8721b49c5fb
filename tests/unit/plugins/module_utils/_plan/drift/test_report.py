# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.report import VERSION, report

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


@pytest.mark.parametrize("key", ["account", "region", "resource", "kind", "what"])
def test_of_one_severity_they_come_by_place(key):
    first, second = {**FINDING, key: "a"}, {**FINDING, key: "b"}
    assert report([second, first], False)["findings"] == [first, second]


def test_an_earlier_key_counts_more_than_a_later_one():
    keys = ["account", "region", "resource", "kind", "what"]
    for earlier, later in itertools.combinations(keys, 2):
        first = {**FINDING, earlier: "a", later: "b"}
        second = {**FINDING, earlier: "b", later: "a"}
        assert report([second, first], False)["findings"] == [first, second]


def test_everything_of_a_run():
    perimeters, failed = [{"host": "b"}, {"host": "a"}], ["two", "one"]
    failures = [{"host": "z", "msg": "denied"}, {"host": "y", "bucket": "b", "msg": "no"}]
    findings = [FINDING, {**FINDING, "remedy": "Ask them."}]
    found = report(findings, True, failed, failures=failures, perimeters=perimeters)
    assert found == {
        "schema": 1,
        "version": VERSION,
        "at": "",
        "status": "failed",
        "counts": {"drifted": 2, "corrected": 1, "critical": 0, "major": 0, "minor": 2, "failed": 4},
        "perimeters": perimeters[::-1],
        "findings": findings,
        "failures": failures[::-1],
        "failed_hosts": failed[::-1],
    }
    assert report([], False, [], failures=failures[:1])["status"] == "failed"


@pytest.mark.parametrize(
    "findings, corrected, failed, status",
    [
        ([], False, [], "clean"),
        ([], True, [], "clean"),
        ([], False, ["h"], "failed"),
        ([FINDING], True, [], "corrected"),
        ([FINDING], False, [], "drifted"),
        ([FINDING, {**FINDING, "remedy": "Ask them."}], True, [], "drifted"),
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
