# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recorded accesses in a report, in the shape in which access_replay returns them."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.accesses import recorded, shown, stops

SUMMARY = {
    "classes": 3, "loses": 1, "unknown": 0, "gains": 0, "stays_denied": 0, "not_evaluated": 0, "keeps": 2, "ignored": 0,
}  # fmt: skip
LOST = {
    "number": 7, "principal": "role/a", "via": "", "action": "s3:GetObject", "bucket": "data", "key_pattern": None,
    "path": "vpce-0bbb", "flags": [], "count": 1, "days": 1, "last_seen": "2026-11-28T22:10:00Z", "addresses": [],
    "reason": "why", "remedy": None, "examples": ["secret-of-a-record"],
}  # fmt: skip
RESULT = {"summary": SUMMARY, "loses": [LOST], "keeps": [LOST, LOST], "window": {}, "backtest": {"agree": None}}


@pytest.mark.parametrize("result", [None, {}, {"skipped": True, "changed": False}, {"summary": {}}])
def test_without_a_replay_nothing_is_said(result):
    assert recorded(result) is None
    assert shown(recorded(result)) is None
    assert stops(recorded(result)) == 0


def test_what_goes_on_is_counted_and_not_listed():
    kept = recorded(RESULT)
    assert "keeps" not in kept
    assert "examples" not in kept["loses"][0]
    assert kept["summary"]["keeps"] == 2
    assert json.loads(json.dumps(kept)) == kept


def test_a_loss_is_one_line():
    seen = shown(recorded(RESULT))
    assert seen["said"] == (
        "Of 3 kinds of access that were seen, 1 stop, 0 cannot be decided, 0 become possible, 2 do not change."
    )
    [group] = seen["groups"]
    assert (group["title"], group["severity"], group["count"], group["more"]) == ("What stops", "critical", 1, 0)
    [row] = group["rows"]
    assert row == {
        "who": "role/a", "via": "", "action": "s3:GetObject", "what": "data", "path": "through vpce-0bbb",
        "often": "once, last on 2026-11-28", "why": "why", "remedy": "", "paste": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    "given, key, said",
    [
        ({"flags": ["console"]}, "path", "in the console"),
        ({"path": "internet", "addresses": ["198.51.100.7"]}, "path", "from the internet (198.51.100.7)"),
        ({"path": "untold", "addresses": ["198.51.100.7"]}, "path", ""),
        ({"key_pattern": "a\r*"}, "what", "data/a\\u{d}*"),
        ({"count": 1200, "days": 14, "last_seen": None}, "often", "1,200 times on 14 days"),
        ({"remedy": {"variable": "x", "value": ["ü\u202e"], "text": "t"}}, "paste", 'x: ["ü\\u{202e}"]'),
        ({"remedy": {"text": "t"}}, "paste", ""),
    ],
)
def test_how_it_is_said(given, key, said):
    seen = shown(recorded({**RESULT, "loses": [{**LOST, **given}]}))
    assert seen["groups"][0]["rows"][0][key] == said


def test_many_are_counted():
    many = {**RESULT, "summary": {**SUMMARY, "loses": 5000}, "loses": [LOST] * 5000}
    kept = recorded(many)
    assert len(kept["loses"]) == 200
    [group] = shown(kept)["groups"]
    assert (len(group["rows"]), group["more"]) == (100, 4900)


def test_no_access_at_all_is_no_safety():
    nothing = {**RESULT, "summary": {**SUMMARY, "classes": 0, "loses": 0}, "loses": []}
    assert shown(recorded(nothing))["said"].startswith("No access was seen at all.")


def test_what_there_is_no_evidence_of_is_marked():
    coverage = {
        "a": {"evidence": "none", "count": 0, "first": None, "last": None},
        "b": {"evidence": "data_events", "count": 1, "first": "2026-11-01T00:00:00Z", "last": "2026-11-02T00:00:00Z"},
    }
    said = [
        (each["state"], each["evidence"], each["said"])
        for each in shown(recorded({**RESULT, "coverage": coverage}))["coverage"]
    ]
    assert said == [
        ("major", "nothing", "0 requests"),
        ("ok", "data events of CloudTrail", "1 request, 2026-11-01 to 2026-11-02"),
    ]
