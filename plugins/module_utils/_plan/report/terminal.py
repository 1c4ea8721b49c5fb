# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A report for the terminal and the log of a job: what, how bad, where, what to do; never more than a screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..drift.finding import SEVERITIES
from .group import Group, failed_name, failures_alike, grouped, refused_alike
from .header import amount, made, places, proof, title
from .text import counted, some, visible

#: How many lines say what drifted, what failed and what would be refused: with the banners of the tasks of the playbook
#: drift and what stands above, it comes to no more than 60.
MOST_LINES = 8
#: Of these, how many are of failures and of refusals.
_MOST_FAILURES = 3
_MOST_REFUSALS = 2
#: The longest line; a terminal wraps it.
_LONG = 240
#: How many kinds a sentence names of why a run fails.
_MOST_CAUSES = 3
#: Severities from which a run fails, by what was asked for; the worst come first.
FAIL_ON = {"critical": 1, "major": 2, "minor": 3, "never": 0}


@dataclass(slots=True)
class _Block:
    """A line, and further ones that are left out first."""

    head: str
    details: list[str] = field(default_factory=list)


def text_report(report: Mapping[str, Any]) -> list[str]:
    """The lines: like with like once, the worst first."""
    said = ". ".join(filter(None, (made(report), proof(report))))
    lines = [f"{title(report)}. {amount(report)}", *filter(None, (said, *places(report)))]
    if report["failed_hosts"]:
        lines.append(f"failed hosts: {some(report['failed_hosts'], 10)}")
    failed, refused = _failed(report), _refused(report)
    drifted = [_drifted(group) for group in grouped(report["findings"])]
    kept = _fitting(drifted, MOST_LINES - len(failed) - len(refused))
    return list(map(_line, [*lines, *failed, *kept, *refused]))


def failure_text(report: Mapping[str, Any], fail_on: str, host: str) -> list[str]:
    """Why the run of a host fails, in sentences; none if it does not.

    :param fail_on: the mildest severity that fails a run, or ``never``, see :data:`FAIL_ON`.
    """
    counts, said = report["counts"], []
    if counts["corrected"] == 0 and sum(counts[each] for each in SEVERITIES[: FAIL_ON[fail_on]]):
        said.append(
            f"{counts['critical']:,} critical, {counts['major']:,} major and {counts['minor']:,} minor differences "
            "from the declaration."
        )
        stays = grouped(each for each in report["findings"] if each.get("remedy"))
        if sum(len(group.findings) for group in stays) < counts["drifted"]:
            said.append("Run with drift_correct=true to correct them.")
        causes = [f"{some(one.resources)}: {one.first['what']}. {one.first['remedy']}" for one in stays]
        said += [f"No run corrects this: {cause}" for cause in causes[:_MOST_CAUSES]]
        if len(causes) > _MOST_CAUSES:
            said.append(f"And {counted(len(causes) - _MOST_CAUSES, 'more kind')} that no run corrects.")
    alike = failures_alike(each for each in report["failures"] if each["host"] == host)
    for message, failures in alike[:_MOST_CAUSES]:
        said.append(message)
        if len(failures) > 1:
            said.append(f"So for {some(map(failed_name, failures[1:]))}.")
    if len(alike) > _MOST_CAUSES:
        said.append(f"And {counted(len(alike) - _MOST_CAUSES, 'more kind')} of failures.")
    return said


def _failed(report: Mapping[str, Any]) -> list[str]:
    alike = failures_alike(report["failures"])
    lines = [f"failed: {some(map(failed_name, failures))}: {said}" for said, failures in alike]
    return _first(lines, _MOST_FAILURES, "of failures")


def _refused(report: Mapping[str, Any]) -> list[str]:
    lines = [
        f"would be refused: {counted(len(names), 'resource')} ({some(names)}): {said}"
        for said, names in refused_alike(report)
    ]
    return _first(lines, _MOST_REFUSALS, "of corrections that would be refused")


def _first(lines: list[str], most: int, of: str) -> list[str]:
    if len(lines) <= most:
        return lines
    left = len(lines) - most + 1
    return [*lines[: most - 1], f"{counted(left, 'more kind')} {of}"]


def _drifted(group: Group) -> _Block:
    where = f"{counted(len(group.resources), 'resource')} ({some(group.resources)})"
    details = [
        f"  {said}: {examples[0]}"
        for said, examples in (("opens", group.first["opens"]), ("cuts off", group.first["cuts"]))
        if examples
    ]
    if group.first.get("remedy"):
        details.append(f"  remedy: {group.first['remedy']}")
    return _Block(f"{group.severity}: {where}: {group.title}", details)


def _fitting(blocks: list[_Block], room: int) -> list[str]:
    """The lines of the blocks, as many as there is room for: first what is said of the last ones is left out, then
    they are."""
    kept = blocks if len(blocks) <= room else blocks[: room - 1]
    left = room - len(kept) - (len(kept) < len(blocks))
    lines: list[str] = []
    for block in kept:
        details = block.details if len(block.details) <= left else []
        left = left - len(details) if details or not block.details else 0
        lines += [block.head, *details]
    if len(kept) < len(blocks):
        lines.append(f"{counted(len(blocks) - len(kept), 'more kind')} of drift: the report has all (drift_report_dir)")
    return lines


def _line(text: str) -> str:
    said = visible(text)
    return said if len(said) <= _LONG else f"{said[: _LONG - 1]}…"
