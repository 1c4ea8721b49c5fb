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
        ({"flags": ["console"], "path": "internet"}, "path", "in the console"),
        ({"addresses": ["10.0.0.1", "10.0.0.2"]}, "path", "through vpce-0bbb (10.0.0.1, 10.0.0.2)"),
        ({"path": "private", "addresses": ["10.0.0.1"]}, "path", "through some endpoint (10.0.0.1)"),
        ({"path": "private"}, "path", "through some endpoint"),
        # Those of our own are many, and tell nothing.
        (
            {"path": "own_address", "addresses": ["203.0.113.9"]},
            "path",
            "past the endpoint, from an address of your own",
        ),
        ({"path": None}, "path", ""),
        ({"path": "internet", "addresses": ["198.51.100.7"]}, "path", "from the internet (198.51.100.7)"),
        ({"path": "untold", "addresses": ["198.51.100.7"]}, "path", ""),
        ({"key_pattern": "a\r*"}, "what", "data/a\\u{d}*"),
        ({"key_pattern": ""}, "what", "data/"),
        ({"principal": None}, "who", ""),
        ({"via": "athena.amazonaws.com"}, "via", "athena.amazonaws.com"),
        ({"action": None}, "action", ""),
        ({"reason": "Because\r."}, "why", "Because\\u{d}."),
        ({"count": 1200, "days": 14, "last_seen": None}, "often", "1,200 times on 14 days"),
        ({"count": 2}, "often", "2 times on 1 day, last on 2026-11-28"),
        ({"count": None, "last_seen": None}, "often", "0 times on 1 day"),
        ({"remedy": {"text": "Move it."}}, "remedy", "Move it."),
        ({"remedy": {"variable": "x", "value": ["ü\u202e"], "text": "t"}}, "paste", 'x: ["ü\\u{202e}"]'),
        ({"remedy": {"text": "t"}}, "paste", ""),
    ],
)
def test_how_it_is_said(given, key, said):
    seen = shown(recorded({**RESULT, "loses": [{**LOST, **given}]}))
    assert seen["groups"][0]["rows"][0][key] == said


#: What a replay says of everything.
FULL = {
    "window": {"from": "2026-11-01T08:00:00Z", "until": "2026-11-28T09:00:00Z", "days_with_records": 20},
    "coverage": {"data": {"evidence": "access_logs", "count": 2, "first": None, "last": None}},
    "findings": [{"kind": "gaps", "subject": "window", "text": "There is no record of 2026-11-02."}, {"kind": "x"}],
    "summary": {**SUMMARY, "classes": 9, "loses": 2, "unknown": 3, "gains": 1, "stays_denied": 1, "not_evaluated": 1},
    "assumed": ["Much.\r"],
    "backtest": {"agree": 0.98765, "agreeing": 80, "disagreeing": 1, "undecided": 7},
    "loses": [LOST, LOST],
    "unknown": [{**LOST, "number": 8}],
    "gains": [{**LOST, "number": 9}],
    "stays_denied": [LOST],
    "proposal": {"variables": {"endpoints": ["vpce-0bbb"], "services": True}, "left": []},
    "unused": [],
}


def test_what_a_report_keeps():
    kept = recorded(FULL)
    assert sorted(kept) == [
        "assumed", "backtest", "coverage", "findings", "gains", "loses", "proposal", "summary", "unknown", "window",
    ]  # fmt: skip
    for key in ("window", "coverage", "findings", "summary", "assumed"):
        assert kept[key] == FULL[key]
    assert kept["backtest"] == {"agree": 0.98765, "agreeing": 80, "disagreeing": 1}
    assert kept["proposal"] == {"endpoints": ["vpce-0bbb"], "services": True}
    # What a row has not is told to be none.
    untold = dict.fromkeys(("layer", "statement", "cause"))
    assert kept["unknown"] == [{**{key: LOST[key] for key in LOST if key != "examples"}, "number": 8, **untold}]


def test_what_a_page_shows():
    seen = shown(recorded(FULL))
    assert seen["said"] == (
        "Of 9 kinds of access that were seen on 20 days (2026-11-01 to 2026-11-28), 2 stop, 3 cannot be decided, "
        "1 become possible, 3 do not change, and 1 were not evaluated."
    )
    assert seen["stops"] == 2
    assert seen["agree"] == ("Back-test: the policies in force say of 98.77% of 81 requests what was recorded.")
    assert seen["doubts"] == ["There is no record of 2026-11-02.", ""]
    assert [(one["title"], one["severity"], one["count"], one["more"]) for one in seen["groups"]] == [
        ("What stops", "critical", 2, 0),
        ("What cannot be decided", "major", 3, 2),
        ("What becomes possible", "minor", 1, 0),
    ]
    assert seen["coverage"] == [
        {"bucket": "data", "evidence": "server access logs", "state": "ok", "said": "2 requests"}
    ]
    assert seen["coverage_more"] == 0
    assert seen["proposal"] == 'endpoints: ["vpce-0bbb"]\nservices: true'
    assert seen["assumed"] == ["Much.\\u{d}"]


def test_of_a_bare_result_no_more_is_shown():
    seen = shown({"summary": {"classes": 1, "keeps": 1}})
    assert seen == {
        "said": (
            "Of 1 kind of access that was seen, 0 stop, 0 cannot be decided, 0 become possible, 1 do not change."
        ),
        "stops": 0, "agree": "", "doubts": [], "groups": [], "coverage": [], "coverage_more": 0, "proposal": "",
        "assumed": [],
    }  # fmt: skip
    bare = recorded({"summary": {"classes": 1}})
    assert (bare["backtest"], bare["loses"], bare["proposal"]) == (
        {"agree": None, "agreeing": None, "disagreeing": None}, [], {},
    )  # fmt: skip
    assert shown({**bare, "backtest": {"agree": 0.0}})["agree"].endswith("of 0.00% of 0 requests what was recorded.")


@pytest.mark.parametrize("number, listed, more", [(500, 500, 0), (503, 500, 3)])
def test_many_buckets_are_counted(number, listed, more):
    coverage = {f"b{one}": {"evidence": "none"} for one in range(number)}
    seen = shown(recorded({**RESULT, "coverage": coverage}))
    assert (len(seen["coverage"]), seen["coverage_more"]) == (listed, more)


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
        "c": {"evidence": "management_events", "count": 2},
        "d": {"evidence": "of tomorrow"},
        "e": {},
    }
    said = [
        (each["state"], each["evidence"], each["said"])
        for each in shown(recorded({**RESULT, "coverage": coverage}))["coverage"]
    ]
    assert said == [
        ("major", "nothing", "0 requests"),
        ("ok", "data events of CloudTrail", "1 request, 2026-11-01 to 2026-11-02"),
        ("major", "management events only", "2 requests"),
        ("major", "of tomorrow", "0 requests"),
        ("major", "", "0 requests"),
    ]
