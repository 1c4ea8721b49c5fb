# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A report as what a page of HTML shows, in the order in which it does: texts that are safe to see, numbers, marks.

What is markup is for the template, which escapes all that it is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ..._policy.language.document import Raw
from ..drift.finding import SEVERITIES
from . import accesses
from .documents import correction, side_by_side
from .drawing import drawing
from .group import Group, authors, failed_name, failures_alike, grouped, refused_alike
from .header import PROVED, REFUTED, UNDECIDED, amount, looked_at, made, places, proof, title, to_do, verdicts
from .proof import proof_of
from .text import counted, some, visible
from .words import line

#: Kinds of drift whose documents are shown; the others are in a list.
_MOST_DOCUMENTS = 120
_MOST_RESOURCES_OF_TASK = 50
_MOST_AUTHORS = 20
_MOST_FAILURES = 60
#: How a finding begins that is about all of what its kind names, and names no part.
_OF_THE_WHOLE = ("is ", "has ", "have ", "cannot ")


def page(report: Mapping[str, Any]) -> Raw:
    """The model of the page; :func:`..drift.report.report` says what a report is."""
    groups = grouped(report["findings"])
    worst = _worst(report["findings"])
    perimeters = report.get("perimeters") or []
    return {
        "title": title(report),
        "state": report["status"],
        "headline": _headline(report),
        "made": visible(made(report)),
        "lead": [visible(each) for each in (*places(report), amount(report), proof(report), _stops(report)) if each],
        "to_do": visible(to_do(report)),
        "tiles": _tiles(report),
        "corrected": report["status"] == "corrected",
        "groups": [_group(each, number < _MOST_DOCUMENTS) for number, each in enumerate(groups)],
        "counts": {severity: sum(group.severity == severity for group in groups) for severity in SEVERITIES},
        "failures": _failures(report),
        "refused": [{"said": visible(said), "where": visible(some(names, 8))} for said, names in refused_alike(report)],
        "perimeters": [
            _perimeter(each, number, worst, report["status"] == "corrected") for number, each in enumerate(perimeters)
        ],
        "version": visible(report.get("version") or ""),
        "at": visible(report.get("at") or ""),
    }


def _headline(report: Mapping[str, Any]) -> str:
    counts, found = report["counts"], verdicts(report)
    drifted = len({(each["account"], each["region"], each["resource"]) for each in report["findings"]})
    total = max(looked_at(report), drifted)
    if counts["failed"] and not drifted:
        return f"{counted(counts['failed'], 'failure')}: not everything could be looked at"
    if report["status"] == "corrected":
        return f"{counted(drifted, 'resource')} corrected"
    if drifted:
        differ = "differs" if drifted == 1 else "differ"
        return f"{drifted:,} of {counted(total, 'resource')} {differ} from what is declared"
    if found[REFUTED]:
        return "As declared, and yet the proof is refuted"
    if found[UNDECIDED]:
        return "As declared; the proof is undecided"
    return "As declared, and proved" if found[PROVED] else "As declared"


def _stops(report: Mapping[str, Any]) -> str:
    """Of recorded accesses; empty without any."""
    told = [each["accesses"] for each in report.get("perimeters") or [] if each.get("accesses")]
    number = sum(map(accesses.stops, told))
    kinds = counted(number, "kind of recorded access", "kinds of recorded access") if number else "no recorded access"
    return (
        f"{kinds[0].upper()}{kinds[1:]} stops by it." if told and number < 2 else f"{kinds} stop by it." if told else ""
    )


def _tiles(report: Mapping[str, Any]) -> list[Raw]:
    counts, found = report["counts"], verdicts(report)
    tiles = [
        {"number": f"{counts[each]:,}", "label": each, "class": each if counts[each] else "off"} for each in SEVERITIES
    ]
    total = looked_at(report)
    if total:
        wrong = {(each["account"], each["region"], each["resource"]) for each in report["findings"]}
        good = total - min(total, len(wrong) + len(report["failures"]))
        label = "were as declared" if report["status"] == "corrected" else "as declared"
        tiles.append({"number": f"{good:,}", "label": label, "class": "ok" if good else "off"})
    if counts["failed"]:
        tiles.append({"number": f"{counts['failed']:,}", "label": "failed", "class": "failed"})
    for verdict, kind in ((PROVED, "ok"), (REFUTED, "critical"), (UNDECIDED, "major")):
        if found[verdict]:
            alone = sum(found.values()) == 1
            tiles.append(
                {"number": _SIGNS[verdict] if alone else f"{found[verdict]:,}", "label": verdict, "class": kind}
            )
    return tiles


_SIGNS = {PROVED: "✓", REFUTED: "✗", UNDECIDED: "?"}


def _worst(findings: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], tuple[str, int]]:
    """Account, Region and resource -> the worst severity there, and how many findings."""
    worst: dict[tuple[str, str, str], tuple[str, int]] = {}
    # They come with the worst first.
    for each in findings:
        key = (each["account"], each["region"], each["resource"])
        severity, number = worst.get(key, (each["severity"], 0))
        worst[key] = (severity, number + 1)
    return worst


def _group(group: Group, whole: bool) -> Raw:
    first = group.first
    found, declared = side_by_side(first["before"], first["after"]) if whole else ([], [])
    told = [
        {"resource": visible(each["resource"]), "who": visible(who)} for each in group.findings for who in authors(each)
    ]
    names = [str(each["resource"]) for each in group.findings][:_MOST_RESOURCES_OF_TASK]
    kind, what = str(first["kind"]), str(first["what"])
    if what.startswith(_OF_THE_WHOLE):
        kind, what = "", f"{kind[:1].upper()}{kind[1:]} {what}"
    return {
        "severity": group.severity,
        "kind": visible(kind),
        "what": visible(what),
        "count": len(group.resources),
        "resources": [visible(each) for each in group.resources],
        "where": visible(" · ".join(filter(None, dict.fromkeys(_place(each) for each in group.findings[:3])))),
        "opens": [visible(each) for each in first["opens"]],
        "cuts": [visible(each) for each in first["cuts"]],
        "remedy": visible(first.get("remedy") or ""),
        "task": "" if first.get("remedy") else visible_task(correction(names)),
        "task_covers": len(names),
        "whole": whole,
        "found": found,
        "declared": declared,
        "who": told[:_MOST_AUTHORS],
        "who_more": max(0, len(told) - _MOST_AUTHORS),
    }


def visible_task(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))


def _place(finding: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, (str(finding["account"]), str(finding["region"]))))


def _failures(report: Mapping[str, Any]) -> list[Raw]:
    alike = failures_alike(report["failures"])
    told = [
        {"where": visible(some(map(failed_name, failures), 8)), "count": len(failures), "said": visible(said)}
        for said, failures in alike[:_MOST_FAILURES]
    ]
    if report["failed_hosts"]:
        hosts = report["failed_hosts"]
        told.append({"where": visible(some(hosts, 8)), "count": len(hosts), "said": "The host could not be examined."})
    return told


def _perimeter(
    perimeter: Mapping[str, Any], number: int, worst: Mapping[tuple[str, str, str], tuple[str, int]], corrected: bool
) -> Raw:
    place = (perimeter["account"], perimeter["region"])
    states = {
        name: severity for (account, region, name), (severity, _number) in worst.items() if (account, region) == place
    }
    buckets = []
    for each in perimeter["buckets"]:
        severity, findings = worst.get((*place, each["name"]), ("ok", 0))
        state = "failed" if each.get("failed") else severity
        buckets.append(
            {"name": visible(each["name"]), "state": state, "findings": findings, "changed": each["changed"]}
        )
    vpc, endpoint = perimeter["vpc"], perimeter["endpoint"]
    actions = Counter(perimeter["actions"])
    where = [f"account {perimeter['account']}" if perimeter["account"] else "", perimeter["region"], perimeter["host"]]
    return {
        "id": f"perimeter-{number + 1}",
        "vpc": visible(f"{vpc['name']} ({vpc['id']})" if vpc["name"] else vpc["id"]),
        "where": visible(" · ".join(filter(None, where))),
        "endpoint": visible(endpoint["id"]) if endpoint and endpoint["exists"] else "",
        "drawings": [drawing(perimeter, states, narrow, corrected) for narrow in (False, True)],
        "words": [
            *({"on": "endpoint", **_sentence(each)} for each in perimeter["words"]["endpoint"]),
            *(
                {"on": _on(each["buckets"], len(perimeter["buckets"])), **_sentence(each)}
                for each in perimeter["words"]["buckets"]
            ),
        ],
        "buckets": buckets,
        "wrong": sum(each["state"] != "ok" for each in buckets),
        "proof": proof_of(perimeter.get("reach")),
        "actions": [{"call": visible(call), "count": count} for call, count in sorted(actions.items())],
        "accesses": accesses.shown(perimeter.get("accesses")),
        "hints": [
            {"on": _on(each["buckets"], len(perimeter["buckets"])), "said": visible(each["message"])}
            for each in perimeter.get("hints") or []
        ],
    }


def _on(names: list[str], total: int) -> str:
    if len(names) == total and total > 1:
        return f"all {total:,} buckets"
    return visible(some(names, 2))


def _sentence(said: Mapping[str, Any]) -> Raw:
    return {
        "effect": visible(said["effect"]),
        "sid": visible(said["sid"]),
        "said": visible(line({**said, "effect": ""})),
    }
