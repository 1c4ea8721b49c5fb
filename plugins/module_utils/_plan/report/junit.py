# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A report as JUnit XML: a test for each resource that was looked at, green where nothing drifted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from .group import failed_name
from .header import made, places, proof
from .text import visible

SUITE = "perimeter.s3.drift"
_TOLD = ("opens", "cuts", "remedy", "by", "before", "after")
_UNSEEN = "The host could not be examined."
_MOST_TEXT = 4_000


def junit_report(report: Mapping[str, Any]) -> str:
    """Each finding is a failed test, each failure and each host that failed an error, the rest tests that passed."""
    findings, failures, failed = report["findings"], report["failures"], report["failed_hosts"]
    suite = ElementTree.Element("testsuite", name=SUITE)
    if report.get("at"):
        # Without the zone, as the schema of Jenkins and others wants it.
        suite.set("timestamp", visible(report["at"]).rstrip("Z"))
    told = {"made": made(report), "looked at": " ".join(places(report)), "proof": proof(report)}
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in told.items():
        if value:
            ElementTree.SubElement(properties, "property", name=name, value=visible(value))
    for each in findings:
        case = _case(suite, each, each["resource"], f"{each['kind']}: {each['what']}")
        failure = ElementTree.SubElement(
            case, "failure", type=visible(each["severity"]), message=visible(f"{each['kind']}: {each['what']}")
        )
        failure.text = _text({key: each[key] for key in _TOLD if key in each})
    for each in failures:
        case = _case(suite, each, failed_name(each), "examined")
        ElementTree.SubElement(case, "error", type="failed", message=visible(each["msg"])[:_MOST_TEXT])
    for host in failed:
        case = ElementTree.SubElement(suite, "testcase", classname=visible(host), name="examined")
        ElementTree.SubElement(case, "error", type="failed", message=_UNSEEN)
    red = {(each["account"], each["region"], each["resource"]) for each in findings}
    red |= {(each["account"], each["region"], failed_name(each)) for each in failures}
    for where, resource in _looked_at(report):
        if (where["account"], where["region"], resource) not in red:
            _case(suite, where, resource, "as declared")
    if suite.find("testcase") is None:
        ElementTree.SubElement(suite, "testcase", classname=SUITE, name="no drift")
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(findings)))
    suite.set("errors", str(len(failures) + len(failed)))
    return "<?xml version='1.0' encoding='utf-8'?>\n" + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _looked_at(report: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    for perimeter in report.get("perimeters") or []:
        if perimeter["endpoint"] is not None:
            yield perimeter, perimeter["endpoint"]["id"]
        for bucket in perimeter["buckets"]:
            if not bucket.get("failed"):
                yield perimeter, bucket["name"]


def _case(suite: ElementTree.Element, where: Mapping[str, Any], resource: str, name: str) -> ElementTree.Element:
    parts = filter(None, (where["account"], where["region"], resource))
    return ElementTree.SubElement(suite, "testcase", classname=visible(".".join(parts)), name=visible(name))


def _text(value: Any) -> str:
    return "\n".join(visible(line) for line in json.dumps(value, indent=2, ensure_ascii=False).split("\n"))
