# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A report as Markdown that a person reads to the end and a pull request takes as a comment.

Like stands with like, the details are folded, and there is a most of everything: what does not fit is counted.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .group import Group, authors, failed_name, failures_alike, grouped, refused_alike
from .header import amount, made, places, proof, title
from .text import code, counted, markdown, pretty, visible

#: https://github.com/orgs/community/discussions/41331: a comment has at most 65,536 characters; a summary is added.
MOST_CHARACTERS = 60_000
MOST_LINES = 390
#: Rows of a table, and lines of one document, before they are cut.
_MOST_ROWS = 60
_MOST_JSON = 60
_MOST_NAMES = 200
_MOST_AUTHORS = 5
#: The longest text of a cell or a line that others chose.
_LONG = 600


def markdown_report(report: Mapping[str, Any]) -> str:
    """The report; at most :data:`MOST_LINES` lines and :data:`MOST_CHARACTERS` characters."""
    page = _Page()
    page.add([f"# {title(report)}", ""])
    for line in filter(None, (made(report), *places(report), amount(report), proof(report))):
        page.add([markdown(line) + "  "])
    if report["failed_hosts"]:
        page.add(["", f"Failed: {_names(report['failed_hosts'])}."])
    page.table(("Failed", "Account", "Region", "Reason"), list(map(_failure, failures_alike(report["failures"]))))
    refused = refused_alike(report)
    page.table(
        ("Correction would be refused", "Reason"),
        [(_names(names, 3), markdown(_short(said))) for said, names in refused],
    )
    groups = grouped(report["findings"])
    page.table(("Severity", "Where", "Drift"), [_row(group) for group in groups])
    left = sum(not page.add(_details(group)) for group in groups)
    if left:
        page.close(["", f"The details of {counted(left, 'kind')} of drift are left out here; the JSON report has all."])
    page.table(
        ("Said in vain by", "What"),
        [
            (_names(each["buckets"], 3), markdown(_short(each["message"])))
            for seen in report.get("perimeters") or []
            for each in seen.get("hints") or []
        ],
    )
    return page.text()


class _Page:
    """Lines, as long as they fit."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.size = 0

    def add(self, lines: Sequence[str]) -> bool:
        size = sum(len(line) + 1 for line in lines)
        if self.size + size > MOST_CHARACTERS or len(self.lines) + len(lines) > MOST_LINES:
            return False
        self.close(lines)
        return True

    def close(self, lines: Sequence[str]) -> None:
        """What has to stand there; there is room for a few lines after the most."""
        self.lines += lines
        self.size += sum(len(line) + 1 for line in lines)

    def table(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        if not rows:
            return
        self.add(["", f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"])
        shown = sum(self.add([f"| {' | '.join(row)} |"]) for row in rows[:_MOST_ROWS])
        if shown < len(rows):
            self.close(["", f"{counted(len(rows) - shown, 'more kind')} of these; the JSON report has all."])

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def _failure(alike: tuple[str, list[Mapping[str, Any]]]) -> tuple[str, str, str, str]:
    said, failures = alike
    parts = [list(dict.fromkeys(str(each.get(key) or "") for each in failures)) for key in ("account", "region")]
    names = _names([failed_name(each) for each in failures], 3)
    return names, *(markdown(", ".join(filter(None, part))) for part in parts), markdown(_short(said))  # type: ignore[return-value]


def _row(group: Group) -> tuple[str, str, str]:
    return group.severity, _where(group), markdown(_short(group.title))


def _where(group: Group) -> str:
    return _names(group.resources, 3)


def _names(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    shown = ", ".join(code(_short(name, 80)) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _details(group: Group) -> list[str]:
    """One folded block. What stands between its tags is HTML up to the first empty line, and Markdown after it."""
    first = group.first
    # As code, in which GitHub looks for nobody to tell.
    said = f"<code>{html.escape(visible(_short(group.title)))}</code>"
    heading = f"{group.severity}: {counted(len(group.resources), 'resource')}, {said}"
    lines = ["", "<details>", f"<summary>{heading}</summary>", "", _names(group.resources), ""]
    lines += [f"- Opens: {markdown(_short(what))}" for what in first["opens"]]
    lines += [f"- Cuts off: {markdown(_short(what))}" for what in first["cuts"]]
    lines += [f"- Remedy: {markdown(_short(first['remedy'], 2 * _LONG))}"] if first.get("remedy") else []
    lines += list(_changed(group))
    for key, name in (("before", "Found"), ("after", "Declared")):
        # Indented code needs no fence, which a value could close.
        document = pretty(first[key])
        lines += ["", f"{name}:", "", *(f"    {_short(line)}" for line in document[:_MOST_JSON])]
        if len(document) > _MOST_JSON:
            lines.append(f"    ... {len(document) - _MOST_JSON} more lines")
    return [*lines, "", "</details>"]


def _changed(group: Group) -> Iterator[str]:
    told = [(each, who) for each in group.findings for who in authors(each)]
    for each, who in told[:_MOST_AUTHORS]:
        of = f" {code(each['resource'])}" if len(group.findings) > 1 else ""
        yield f"- Last changed{of} by: {markdown(who)}"
    if len(told) > _MOST_AUTHORS:
        yield f"- {counted(len(told) - _MOST_AUTHORS, 'more change')}"


def _short(text: Any, most: int = _LONG) -> str:
    said = str(text)
    return said if len(said) <= most else f"{said[: most - 1]}…"
