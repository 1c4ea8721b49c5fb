# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What every form of a report says first: what came of it, when, where, of how much, by which version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..drift.finding import SEVERITIES
from .text import counted, some

#: ``status`` of a report -> its title.
TITLES = {
    "clean": "No drift",
    "drifted": "Drift found",
    "corrected": "Drift found and corrected",
    "failed": "Not everything could be examined or corrected",
}
#: Perimeters that a header names one by one.
_MOST_PLACES = 4
PROVED, REFUTED, UNDECIDED = "proved", "refuted", "undecided"


def title(report: Mapping[str, Any]) -> str:
    return TITLES[report["status"]]


def made(report: Mapping[str, Any]) -> str:
    """``2026-11-29 11:20 UTC, perimeter.s3 1.0.0``; what nobody said is left out."""
    at = str(report.get("at") or "")
    # 2026-11-29T11:20:03Z
    when = f"{at[:10]} {at[11:16]} UTC" if len(at) >= len("2026-11-29T11:20") else at
    return ", ".join(filter(None, (when, f"perimeter.s3 {report['version']}" if report.get("version") else "")))


def places(report: Mapping[str, Any]) -> list[str]:
    """Where was looked and at how much, a line each; nothing if nobody said."""
    perimeters = report.get("perimeters") or []
    if not perimeters:
        return []
    if len(perimeters) <= _MOST_PLACES:
        return [_place(each) for each in perimeters]
    accounts = {each["account"] for each in perimeters}
    regions = {each["region"] for each in perimeters}
    return [
        f"{counted(len(accounts), 'account')}, {counted(len(regions), 'Region')}, {counted(len(perimeters), 'VPC')}: "
        f"{_looked_at(sum(each['endpoint'] is not None for each in perimeters), sum(map(_buckets, perimeters)))}"
    ]


def looked_at(report: Mapping[str, Any]) -> int:
    """How many endpoints and buckets."""
    return sum((each["endpoint"] is not None) + _buckets(each) for each in report.get("perimeters") or [])


def amount(report: Mapping[str, Any]) -> str:
    """``2 critical, 0 major, 148 minor in 150 of 201 resources``."""
    counts = report["counts"]
    said = ", ".join(f"{counts[severity]:,} {severity}" for severity in SEVERITIES)
    drifted = len({(each["account"], each["region"], each["resource"]) for each in report["findings"]})
    total = looked_at(report)
    if not report["findings"]:
        return f"{counted(total, 'resource')} as declared." if total and not counts["failed"] else f"{said}."
    return f"{said} in {drifted:,} of {counted(max(total, drifted), 'resource')}."


def verdict_of(reach: Mapping[str, Any] | None) -> str:
    """What the proof of one perimeter says; empty without one."""
    if not reach or "holds" not in reach:
        return ""
    if reach["holds"]:
        return PROVED
    found = {each.get("verdict") for each in reach.get("theorems") or []}
    # Not all that does not hold is refuted.
    return UNDECIDED if found and REFUTED not in found else REFUTED


def verdicts(report: Mapping[str, Any]) -> dict[str, int]:
    """How many perimeters are proved, refuted, undecided, of those that were asked."""
    found = [verdict_of(each.get("reach")) for each in report.get("perimeters") or []]
    return {each: found.count(each) for each in (PROVED, REFUTED, UNDECIDED)}


def proof(report: Mapping[str, Any]) -> str:
    """The verdict in one sentence; empty if nothing was proved or refuted."""
    found = {verdict: number for verdict, number in verdicts(report).items() if number}
    if not found:
        return ""
    if len(found) == 1 and sum(found.values()) == 1:
        said = _SENTENCES[next(iter(found))]
        # The proof is of the policies as they are declared.
        return f"Once corrected: {said[0].lower()}{said[1:]}" if report["status"] == "drifted" else said
    return "Proof: " + ", ".join(f"{number:,} {verdict}" for verdict, number in found.items()) + "."


def to_do(report: Mapping[str, Any]) -> str:
    """What to do about it, in a sentence or two; empty if that is nothing."""
    findings = report["findings"]
    by_hand = sum(bool(each.get("remedy")) for each in findings)
    said = []
    if report["counts"]["failed"]:
        said.append("See first to what could not be looked at or corrected.")
    if findings and report["status"] != "corrected":
        by_run = len(findings) - by_hand
        if by_run:
            said.append(
                f"Run perimeter.s3.drift with drift_correct=true: it puts back {counted(by_run, 'difference')}, or "
                "declare what is meant to be."
            )
        if by_hand:
            said.append(f"{counted(by_hand, 'finding')} no run corrects: what to do stands with each.")
    if not findings and verdicts(report)[REFUTED]:
        said.append("Look at the requests that refute the proof, and at the statements that decide them.")
    return " ".join(said)


_SENTENCES = {
    PROVED: "Proved: what is declared passes, and nothing else.",
    REFUTED: "The proof is refuted: what passes is not what is declared.",
    UNDECIDED: "The proof is undecided.",
}


def _place(perimeter: Mapping[str, Any]) -> str:
    where = [f"Account {perimeter['account']}" if perimeter["account"] else "", perimeter["region"]]
    where.append(perimeter["vpc"]["id"])
    endpoint = perimeter["endpoint"]
    names = some(each["name"] for each in perimeter["buckets"])
    said = _looked_at(endpoint is not None, _buckets(perimeter))
    return (
        f"{', '.join(filter(None, where))}: {said} ({names})" if names else f"{', '.join(filter(None, where))}: {said}"
    )


def _looked_at(endpoints: int, buckets: int) -> str:
    return f"{counted(int(endpoints), 'endpoint')} and {counted(buckets, 'bucket')} looked at"


def _buckets(perimeter: Mapping[str, Any]) -> int:
    return len(perimeter["buckets"])
