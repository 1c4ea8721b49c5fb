# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A report as SARIF 2.1.0, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and what GitHub takes of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ..._policy.language.document import Raw
from ..drift.finding import CRITICAL, MAJOR, MINOR
from .group import authors, failed_name
from .text import visible

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_HOME = "https://github.com/perimeter-s3/perimeter.s3"
#: Severity -> level of SARIF, and the number that GitHub sorts by.
_LEVELS = {CRITICAL: ("error", "9.0"), MAJOR: ("warning", "6.0"), MINOR: ("note", "2.0")}
#: What GitHub shows of a run, the worst first; it refuses more than 25,000.
_MOST_RESULTS = 5_000
_MOST_TEXT = 1_000


def sarif_report(report: Mapping[str, Any], declared_in: str) -> Raw:
    """The report as a SARIF log.

    :param declared_in: the file in the repository that the alerts are shown at, as a path with slashes: code scanning
        takes no alert without one.
    """
    findings = report["findings"][:_MOST_RESULTS]
    rules = {_rule_id(each): _rule(each) for each in findings}
    index = {name: number for number, name in enumerate(rules)}
    run: Raw = {
        "tool": {
            "driver": {
                "name": "perimeter.s3",
                "informationUri": _HOME,
                "rules": list(rules.values()),
                **({"version": report["version"]} if report.get("version") else {}),
            }
        },
        "invocations": [_invocation(report)],
        "results": [_result(each, index, declared_in) for each in findings],
        "columnKind": "unicodeCodePoints",
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule_id(finding: Mapping[str, Any]) -> str:
    return f"{finding['kind']}/{finding['severity']}".replace(" ", "-").replace("_", "-")


def _rule(finding: Mapping[str, Any]) -> Raw:
    level, number = _LEVELS[finding["severity"]]
    said = f"The {finding['kind']} is not as declared ({finding['severity']})"
    return {
        "id": _rule_id(finding),
        "shortDescription": {"text": said},
        "fullDescription": {"text": f"{said}. {_MEANS[finding['severity']]}"},
        "help": {"text": "Run perimeter.s3.drift with drift_correct=true, or declare what was found."},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["security", "aws", "s3"], "security-severity": number},
    }


_MEANS = {
    CRITICAL: "It lets requests pass that should not.",
    MAJOR: "It stops requests that should pass.",
    MINOR: "It changes no request.",
}


def _result(finding: Mapping[str, Any], index: Mapping[str, int], declared_in: str) -> Raw:
    where = [str(finding[key]) for key in ("account", "region", "resource")]
    return {
        "ruleId": _rule_id(finding),
        "ruleIndex": index[_rule_id(finding)],
        "level": _LEVELS[finding["severity"]][0],
        "message": {"text": _message(finding)},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": declared_in}, "region": {"startLine": 1}},
                "logicalLocations": [
                    {"name": visible(where[2]), "fullyQualifiedName": visible("/".join(where)), "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": {"perimeterS3/v1": _fingerprint(finding)},
        "properties": {
            "account": finding["account"],
            "region": finding["region"],
            "severity": finding["severity"],
            "changedBy": list(map(visible, authors(finding))),
        },
    }


def _message(finding: Mapping[str, Any]) -> str:
    said = [f"{finding['resource']}: {finding['kind']}: {finding['what']}."]
    said += [f"Opens: {what}." for what in finding["opens"]]
    said += [f"Cuts off: {what}." for what in finding["cuts"]]
    said += [finding["remedy"]] if finding.get("remedy") else []
    # Brackets are links in the messages of SARIF.
    text = visible(" ".join(said)).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"


def _fingerprint(finding: Mapping[str, Any]) -> str:
    """The same in each run for the same drift, so that an alert is opened once."""
    said = "\0".join(str(finding[key]) for key in ("account", "region", "resource", "kind", "what"))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _invocation(report: Mapping[str, Any]) -> Raw:
    failed = [f"{failed_name(each)}: {each['msg']}" for each in report["failures"]]
    failed += [f"{host}: The host could not be examined." for host in report["failed_hosts"]]
    left = len(report["findings"]) - _MOST_RESULTS
    if left > 0:
        failed.append(f"{left} findings are left out here; the JSON report has all.")
    return {
        "executionSuccessful": not (report["failures"] or report["failed_hosts"]),
        **({"endTimeUtc": report["at"]} if report.get("at") else {}),
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": visible(each)[:_MOST_TEXT]}} for each in failed[:100]
        ],
    }
