# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A replay as a page, part by part; test_whole.py has one of everything."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.page import page_of

VERDICTS = ("loses", "unknown", "gains", "stays_denied", "not_evaluated", "keeps")
READ = {"files": 0, "records": 0, "counted": 0, "duplicates": 0, "skipped": {}, "malformed_places": []}
NOTHING = {
    "summary": {"classes": 0, **dict.fromkeys(VERDICTS, 0)},
    "window": {"from": None, "until": None, "days_with_records": 0},
    "backtest": {"agree": None, "agreeing": 0, "disagreeing": 0, "disagree": []},
    "findings": [],
    **{verdict: [] for verdict in VERDICTS},
    "proposal": {"variables": {}, "evidence": [], "left": []},
    "unused": [],
    "coverage": {},
    "ignored": [],
    "read": READ,
    "assumed": [],
}
ONE = {
    "principal": "role/app", "via": "", "action": "s3:GetObject", "bucket": "logs", "access_point": "",
    "key_pattern": "in/*", "path": "vpce-0a", "flags": [], "addresses": [], "count": 2, "days": 1,
    "last_seen": "2026-11-28T10:00:00Z", "reason": "Because.", "remedy": None,
}  # fmt: skip


def page(**changes):
    return page_of({**NOTHING, **changes}).split("\n")


def part(lines, heading):
    """The lines below a heading, up to the next one."""
    start = lines.index(f"## {heading}") + 2
    return lines[start : lines.index("", start)]


def test_nothing_was_seen():
    assert page() == [
        "# Who would lose access", "", "No access was seen at all. That says nothing about who would lose it.", "",
        "## What was read", "", "0 records of 0 files; 0 requests were counted, 0 were there more than once.", "",
    ]  # fmt: skip
    assert page_of(NOTHING, "a*b").partition("\n")[0] == "# a\\*b"


@pytest.mark.parametrize(
    "window, span",
    [
        ({"from": "2026-11-01T08:00:00Z", "until": "2026-11-28T09:00:00Z"}, "2026-11-01 to 2026-11-28"),
        ({"from": None, "until": None}, "no time is told"),
    ],
)
def test_what_was_seen(window, span):
    summary = {
        "classes": 21, "loses": 1, "unknown": 2, "gains": 3, "stays_denied": 4, "not_evaluated": 5, "keeps": 6,
    }  # fmt: skip
    assert page(summary=summary, window={**window, "days_with_records": 20})[2] == (
        f"Of 21 kinds of access that were seen on 20 days ({span}), **1 stop**, 2 cannot be decided, 3 become "
        "possible, 10 do not change and 5 were not evaluated."
    )


def test_the_back_test():
    against = {"principal": "role/app", "action": "s3:A", "bucket": "logs", "recorded": "denied",
               "evaluated": "allow", "reason": "Why."}  # fmt: skip
    disagree = [{**against, "count": 1}, {**against, "count": 1200}]
    lines = page(backtest={"agree": 0.5, "agreeing": 1201, "disagreeing": 1201, "disagree": disagree})
    assert lines[3:5] == [
        "", "Back-test: the policies in force say of 50.00% of 2,402 requests what was recorded of them.",
    ]  # fmt: skip
    assert part(lines, "Where the policies in force say something else") == [
        "- role/app s3:A logs: recorded as denied (once), evaluated as allow. Why.",
        "- role/app s3:A logs: recorded as denied (1,200 times), evaluated as allow. Why.",
    ]


HEADINGS = {
    "loses": "What stops",
    "unknown": "What cannot be decided",
    "gains": "What becomes possible",
    "not_evaluated": "What was not evaluated",
}


@pytest.mark.parametrize("verdict, heading", HEADINGS.items())
@pytest.mark.parametrize(
    "listed, total, more", [(1, 1, []), (30, 30, []), (31, 31, ["- and 1 more"]), (2, 7, ["- and 5 more"])]
)
def test_what_becomes_of_it(verdict, heading, listed, total, more):
    lines = page(summary={**NOTHING["summary"], verdict: total}, **{verdict: [ONE] * listed})
    said = "- **role/app** s3:GetObject logs/in/\\* through vpce-0a: 2 times on one day, last on 2026-11-28"
    assert part(lines, heading) == [*[said, "  - Because."] * min(listed, 30), *more]
    # What there is none of has no heading.
    assert [line for line in lines if line.startswith("## ")] == [f"## {heading}", "## What was read"]


# What it is, how it is said
SAID = [
    ({"key_pattern": None}, "**role/app** s3:GetObject logs through vpce-0a"),
    ({"bucket": "", "access_point": "arn:p"}, "**role/app** s3:GetObject arn:p/in/\\* through vpce-0a"),
    ({"via": "athena.amazonaws.com"}, "**role/app** by athena.amazonaws.com s3:GetObject logs/in/\\* through vpce-0a"),
    ({"principal": "a_b\u202e"}, "**a\\_b?** s3:GetObject logs/in/\\* through vpce-0a"),
    ({"flags": ["console"]}, "**role/app** s3:GetObject logs/in/\\* in the console"),
    ({"path": "internet"}, "**role/app** s3:GetObject logs/in/\\* from the internet"),
    (
        {"path": "internet", "addresses": ["192.0.2.1", "+1"]},
        "**role/app** s3:GetObject logs/in/\\* from the internet from 192.0.2.1, +1",
    ),
    (
        {"path": "own_address", "addresses": ["192.0.2.1"]},
        "**role/app** s3:GetObject logs/in/\\* past the endpoint from 192.0.2.1",
    ),
    (
        {"path": "private", "addresses": ["10.0.0.1"]},
        "**role/app** s3:GetObject logs/in/\\* through some endpoint from 10.0.0.1",
    ),
    ({"addresses": ["10.0.0.1"]}, "**role/app** s3:GetObject logs/in/\\* through vpce-0a"),
    ({"path": "untold"}, "**role/app** s3:GetObject logs/in/\\* "),
]


@pytest.mark.parametrize("changes, said", SAID)
def test_how_an_access_is_said(changes, said):
    lines = page(summary={**NOTHING["summary"], "loses": 1}, loses=[{**ONE, **changes}])
    assert part(lines, "What stops")[0] == f"- {said}: 2 times on one day, last on 2026-11-28"


@pytest.mark.parametrize(
    "changes, often",
    [
        ({"count": 1}, "once, last on 2026-11-28"),
        ({"count": 1, "last_seen": None}, "once"),
        ({"count": 1200, "days": 14}, "1,200 times on 14 days, last on 2026-11-28"),
    ],
)
def test_how_often(changes, often):
    lines = page(summary={**NOTHING["summary"], "loses": 1}, loses=[{**ONE, **changes}])
    assert part(lines, "What stops")[0].endswith(f"through vpce-0a: {often}")


@pytest.mark.parametrize(
    "remedy, said",
    [
        ({"variable": None, "value": None, "text": "Move it."}, "  - Move it."),
        ({"variable": "endpoints", "value": ["vpce-0b"], "text": "Do."}, '  - Do. `endpoints: ["vpce-0b"]`'),
        ({"variable": "services", "value": True, "text": "Do `it`."}, "  - Do \\`it\\`. `services: true`"),
    ],
)
def test_remedies(remedy, said):
    lines = page(summary={**NOTHING["summary"], "loses": 1}, loses=[{**ONE, "remedy": remedy}])
    assert part(lines, "What stops")[1:] == ["  - Because.", said]


def test_the_proposal():
    rests = {"count": 1200, "days": 3, "last_seen": "2026-11-28T10:00:00Z"}
    lines = page(
        proposal={
            "variables": {"buckets": [{"name": "logs", "access": ["s3:A"]}, "plain`"], "services": True},
            "evidence": [
                {"variable": "buckets", "value": {"name": "logs`"}, **rests},
                {"variable": "services", "value": True, "count": 1, "days": 1, "last_seen": None},
            ],
            "left": [{"text": "It is public.", "count": 1}, {"text": "So is this.", "count": 1200}],
        }
    )
    start = lines.index("## Proposed declaration")
    assert lines[start + 1 : lines.index("```", start + 5) + 1] == [
        "",
        "Learnt from what was used, and no more. Read each line before you declare it.",
        "",
        "```yaml",
        '# buckets {"name": "logs\'"}',
        "#   seen 1,200 times on 3 days, last on 2026-11-28",
        "# services true",
        "#   seen once",
        "buckets:",
        '  - name: "logs"',
        '    access: ["s3:A"]',
        '  - "plain\'"',
        "services: true",
        "```",
    ]
    assert part(lines, "Nothing is proposed for") == ["- It is public. (once)", "- So is this. (1,200 times)"]


COVERED = {"count": 1200, "first": "2026-11-01T00:00:00Z", "last": "2026-11-02T00:00:00Z"}
#: What is given, its heading, the lines below it.
PARTS = {
    "findings": (
        {"findings": [{"kind": "x", "subject": "y", "text": "a|b"}]}, "What the evidence does not show", ["- a\\|b"],
    ),
    "unused": (
        {"unused": [{"bucket": "logs", "kind": "prefixes", "values": ["a/", "b/"]},
                    {"bucket": None, "kind": "services", "values": [True]}]},
        "Declared and never seen", ["- logs, prefixes: a/, b/", "- everywhere, services: True"],
    ),
    "coverage": (
        {"coverage": {"a_b": {**COVERED, "evidence": "data_events"}, "b": {**COVERED, "evidence": "access_logs"},
                      "c": {**COVERED, "evidence": "management_events"},
                      "d": {"evidence": "none", "count": 0, "first": None, "last": None}}},
        "Evidence",
        ["| bucket | evidence | requests | first | last |", "| --- | --- | --- | --- | --- |"] + [
            f"| {name} | {what} | 1,200 | 2026-11-01T00:00:00Z | 2026-11-02T00:00:00Z |"
            for name, what in (("a\\_b", "data events of CloudTrail"), ("b", "server access logs"),
                               ("c", "management events only"))
        ] + ["| d | nothing | 0 |  |  |"],
    ),
    "ignored": (
        {"ignored": [{**ONE, "count": 1, "reason": "It goes."}, {**ONE, "reason": "So."}]},
        "Left out as the task says",
        ["- role/app s3:GetObject logs (once): It goes.", "- role/app s3:GetObject logs (2 times): So."],
    ),
    "read": (
        {"read": {**READ, "files": 1000, "records": 2000, "counted": 3000, "duplicates": 4000,
                  "skipped": {"of other services": 5000, "digests": 1}}},
        "What was read",
        ["2,000 records of 1,000 files; 3,000 requests were counted, 4,000 were there more than once.",
         "Left out: 5,000 of other services, 1 digests."],
    ),
    "malformed": (
        {"read": {**READ, "malformed_places": ["a, line 1: no"]}}, "What cannot be read", ["- a, line 1: no"],
    ),
    "assumed": ({"assumed": ["Much."]}, "What was taken for granted", ["- Much."]),
}  # fmt: skip


@pytest.mark.parametrize("changes, heading, lines", PARTS.values(), ids=PARTS)
def test_parts(changes, heading, lines):
    found = page(**changes)
    assert part(found, heading) == lines
    assert f"## {heading}" not in page() or heading == "What was read"
