# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Findings that are alike, once, with the resources that they are about, and who changed those.

Alike are those that say the same but for the name of the bucket or endpoint and the account that it is in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..drift.finding import SEVERITIES

#: What says the same of two resources. Who changed them is told for each.
_SAID = ("severity", "kind", "what", "before", "after", "opens", "cuts", "remedy")
_NOBODY = "nobody that CloudTrail knows of. Its history goes back 90 days, and is some minutes behind"


@dataclass(slots=True)
class Group:
    """Findings that are alike: ``first`` stands for all of them."""

    first: Mapping[str, Any]
    findings: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def severity(self) -> str:
        return str(self.first["severity"])

    @property
    def title(self) -> str:
        return f"{self.first['kind']}: {self.first['what']}"

    @property
    def resources(self) -> list[str]:
        """Each once; with the account where one name is in several."""
        accounts = {each["account"] for each in self.findings}
        return list(
            dict.fromkeys(
                str(each["resource"]) if len(accounts) == 1 else f"{each['resource']} ({each['account']})"
                for each in self.findings
            )
        )


def grouped(findings: Iterable[Mapping[str, Any]]) -> list[Group]:
    """The worst first, and of those the most frequent first."""
    groups: dict[str, Group] = {}
    for each in findings:
        key = _key(each)
        if key not in groups:
            groups[key] = Group(each)
        groups[key].findings.append(each)
    return sorted(groups.values(), key=lambda one: (SEVERITIES.index(one.severity), -len(one.findings), one.title))


def failures_alike(failures: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """``(message of the first, all that say the same)``, the most frequent first."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for each in failures:
        said = str(each["msg"])
        name = str(each.get("bucket") or "")
        groups.setdefault(_without(said, name), []).append(each)
    ordered = sorted(groups.values(), key=lambda one: -len(one))
    return [(str(group[0]["msg"]), group) for group in ordered]


def refused_alike(report: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """``(what a correction would be refused for, of which resources)``, the most frequent first."""
    groups: dict[str, tuple[str, list[str]]] = {}
    if report["counts"]["corrected"]:
        return []
    for perimeter in report.get("perimeters") or []:
        for each in perimeter.get("refused") or []:
            said = f"{each['reason']} {each['remedy'] or ''}".strip()
            groups.setdefault(_without(said, each["resource"]), (said, []))[1].append(each["resource"])
    return sorted(groups.values(), key=lambda one: -len(one[1]))


def failed_name(failure: Mapping[str, Any]) -> str:
    """The bucket that failed, or the host if it was all of it."""
    return str(failure.get("bucket") or failure["host"])


def _key(finding: Mapping[str, Any]) -> str:
    said = json.dumps([finding.get(key) for key in _SAID], sort_keys=True, default=str)
    return _without(_without(said, str(finding["resource"])), str(finding["account"]))


def _without(text: str, name: str) -> str:
    """The text with a name that stands by itself left open; parts of longer names stay."""
    if not name:
        return text
    return re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|[.]\w)", "{}", text)


def authors(finding: Mapping[str, Any]) -> list[str]:
    """Who last changed the resource, a sentence each; empty if nobody was asked."""
    if "by" not in finding:
        return []
    if finding["by"] is None:
        return ["unknown, because CloudTrail could not be asked"]
    return [
        f"{each['who'] or 'somebody'} at {each['when']}, {each['event']} from {each['source_address'] or 'somewhere'}, "
        f"event {each['event_id']}"
        for each in finding["by"]
    ] or [_NOBODY]
