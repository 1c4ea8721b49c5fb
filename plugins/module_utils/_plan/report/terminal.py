# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A report for the terminal and the log of a job: what, how bad, where, what to do; never more than a screen or two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .group import failed_name, failures_alike, grouped, refused_alike
from .header import amount, made, places, proof, title
from .text import counted, some, visible

_MOST_GROUPS = 12
_MOST_FAILURES = 5
#: The longest line; a terminal wraps it.
_LONG = 240


def text_report(report: Mapping[str, Any]) -> list[str]:
    """The lines."""
    lines = [f"{title(report)}. {amount(report)}", *filter(None, (made(report), *places(report), proof(report)))]
    alike = failures_alike(report["failures"])
    lines += [f"failed: {some(map(failed_name, failures))}: {said}" for said, failures in alike[:_MOST_FAILURES]]
    if len(alike) > _MOST_FAILURES:
        lines.append(f"failed: {counted(len(alike) - _MOST_FAILURES, 'more kind')} of failures")
    if report["failed_hosts"]:
        lines.append(f"failed hosts: {some(report['failed_hosts'], 10)}")
    groups = grouped(report["findings"])
    for group in groups[:_MOST_GROUPS]:
        where = some(group.resources)
        lines.append(f"{group.severity}: {counted(len(group.resources), 'resource')} ({where}): {group.title}")
        for said, examples in (("opens", group.first["opens"]), ("cuts off", group.first["cuts"])):
            lines += [f"  {said}: {example}" for example in examples[:1]]
        if group.first.get("remedy"):
            lines.append(f"  remedy: {group.first['remedy']}")
    if len(groups) > _MOST_GROUPS:
        lines.append(f"{counted(len(groups) - _MOST_GROUPS, 'more kind')} of drift")
    refused = refused_alike(report)
    for said, names in refused[:_MOST_FAILURES]:
        lines.append(f"would be refused: {counted(len(names), 'resource')} ({some(names)}): {said}")
    if len(refused) > _MOST_FAILURES:
        lines.append(f"would be refused: {counted(len(refused) - _MOST_FAILURES, 'more kind')} of corrections")
    return list(map(_line, lines))


def _line(text: str) -> str:
    said = visible(text)
    return said if len(said) <= _LONG else f"{said[: _LONG - 1]}…"
