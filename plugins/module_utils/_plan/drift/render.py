# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A drift report for people (Markdown) and for CI (JUnit)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

_TITLES = {
    "clean": "No drift",
    "drifted": "Drift found",
    "corrected": "Drift found and corrected",
    "failed": "Not everything could be examined or corrected",
}
_NOBODY = "nobody that CloudTrail knows of. Its history goes back 90 days, and is some minutes behind"


def markdown(report: Mapping[str, Any]) -> str:
    """The report as Markdown: a table of all findings, then each with what it opens, cuts off, and both forms."""
    counts = report["counts"]
    lines = [
        f"# {_TITLES[report['status']]}",
        "",
        f"{counts['critical']} critical, {counts['major']} major, {counts['minor']} minor.",
    ]
    if report["failed_hosts"]:
        lines += ["", f"Failed: {', '.join(map(_cell, report['failed_hosts']))}."]
    if report["failures"]:
        lines += ["", "| Failed | Account | Region | Reason |", "| --- | --- | --- | --- |"]
    for each in report["failures"]:
        lines.append(_row(_failed(each), each["account"], each["region"], each["msg"]))
    if report["findings"]:
        lines += ["", "| Severity | Account | Region | Resource | Drift |", "| --- | --- | --- | --- | --- |"]
    for each in report["findings"]:
        lines.append(_row(each["severity"], each["account"], each["region"], each["resource"], _title(each)))
    for each in report["findings"]:
        lines += ["", f"## {each['severity']}: {_cell(each['resource'])}, {_cell(_title(each))}", ""]
        lines += [f"- Opens: {_cell(what)}" for what in each["opens"]]
        lines += [f"- Cuts off: {_cell(what)}" for what in each["cuts"]]
        lines += [f"- Remedy: {_cell(each['remedy'])}"] if each.get("remedy") else []
        lines += [f"- Last changed by: {_cell(who)}" for who in _authors(each)]
        # Indented code needs no fence, which a value could close.
        for name in ("before", "after"):
            text = json.dumps(each[name], indent=2, ensure_ascii=False)
            lines += ["", f"{name.capitalize()}:", "", *(f"    {line}" for line in text.splitlines())]
    return "\n".join(lines) + "\n"


def junit(report: Mapping[str, Any]) -> str:
    """The report as JUnit XML: each finding is a test that failed, each failure and each host that failed an error."""
    findings, failures, failed = report["findings"], report["failures"], report["failed_hosts"]
    errors = len(failures) + len(failed)
    suite = ElementTree.Element(
        "testsuite",
        name="perimeter.s3.drift",
        tests=str(len(findings) + errors or 1),
        failures=str(len(findings)),
        errors=str(errors),
    )
    for each in findings:
        where = ".".join(filter(None, (each["account"], each["region"], each["resource"])))
        case = ElementTree.SubElement(suite, "testcase", classname=where, name=_title(each))
        failure = ElementTree.SubElement(case, "failure", type=each["severity"], message=_title(each))
        told = {key: each[key] for key in ("opens", "cuts", "remedy", "by", "before", "after") if key in each}
        failure.text = _xml(json.dumps(told, indent=2))
    for each in failures:
        where = ".".join(filter(None, (each["account"], each["region"], _failed(each))))
        case = ElementTree.SubElement(suite, "testcase", classname=where, name="examined")
        ElementTree.SubElement(case, "error", type="failed", message=_xml(str(each["msg"])))
    for host in failed:
        case = ElementTree.SubElement(suite, "testcase", classname=host, name="examined")
        ElementTree.SubElement(case, "error", type="failed", message="The host could not be examined.")
    if not findings and not errors:
        ElementTree.SubElement(suite, "testcase", classname="perimeter.s3.drift", name="no drift")
    return "<?xml version='1.0' encoding='utf-8'?>\n" + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _authors(finding: Mapping[str, Any]) -> list[str]:
    """Who last changed the resource, in words; empty if nobody was asked."""
    if "by" not in finding:
        return []
    if finding["by"] is None:
        return ["unknown, because CloudTrail could not be asked"]
    return [
        f"{each['who'] or 'somebody'} at {each['when']}, {each['event']} from {each['source_address'] or 'somewhere'}, "
        f"event {each['event_id']}"
        for each in finding["by"]
    ] or [_NOBODY]


def _title(finding: Mapping[str, Any]) -> str:
    return _xml(f"{finding['kind']}: {finding['what']}")


def _failed(failure: Mapping[str, Any]) -> str:
    return str(failure.get("bucket") or failure["host"])


def _row(*cells: Any) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(value: Any) -> str:
    return str(value).replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _xml(text: str) -> str:
    """XML 1.0 has no control characters, not even escaped."""
    return "".join(letter if letter >= " " or letter in "\n\t" else " " for letter in text)
