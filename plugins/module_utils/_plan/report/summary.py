# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a run of the role comes to, for the terminal: what it changed, the perimeter in words, the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from .header import verdict_of
from .text import counted, some, visible
from .words import line

_VERDICTS = {
    "proved": "Proved: what is declared passes, and nothing else.",
    "refuted": "Refuted: what passes is not what is declared.",
    "undecided": "Undecided: not everything could be proved.",
}
_MOST_SENTENCES = 12
_LONG = 200
#: The id that stands in a plan for that of an endpoint which is yet to be made.
_NEW_ENDPOINT = "vpce-00000000000000000"


def summary(
    looked: Mapping[str, Any], perimeter: Mapping[str, Any], planned: bool, reach: Mapping[str, Any] | None
) -> list[str]:
    """The lines.

    :param looked: ``endpoint`` and ``buckets`` as the modules return them; :param perimeter: the same as
        :func:`.perimeter.perimeter` makes it; :param planned: nothing was written, as in check mode.
    """
    parts = [_endpoint(looked.get("endpoint")), *_buckets(looked["buckets"])]
    said = "; ".join(filter(None, parts))
    lines = [f"{'Plan' if planned else 'Done'}: {said}."]
    on: list[tuple[str, Mapping[str, Any]]] = []
    endpoint = perimeter["endpoint"]
    if endpoint:
        name = endpoint["id"] if endpoint["exists"] else "endpoint"
        tables = sum(each["declared"] for each in perimeter["route_tables"])
        on += [(f"{name}, {counted(tables, 'route table')}", each) for each in perimeter["words"]["endpoint"]]
    total = len(perimeter["buckets"])
    for each in perimeter["words"]["buckets"]:
        names = each["buckets"]
        on.append((f"all {total:,} buckets" if len(names) == total > 1 else some(names, 2), each))
    previous = ""
    for where, each in on[:_MOST_SENTENCES]:
        # Where it is said once, over all that is said of it.
        if where != previous:
            lines.append(f"{where}:")
            previous = where
        lines.append(f"  {line(each)}")
    if len(on) > _MOST_SENTENCES:
        lines.append(f"and {counted(len(on) - _MOST_SENTENCES, 'more statement')}.")
    verdict = verdict_of(reach)
    if verdict:
        lines.append(_VERDICTS[verdict])
    return [_short(visible(each.replace(_NEW_ENDPOINT, "the new endpoint"))) for each in lines]


def _endpoint(result: Mapping[str, Any] | None) -> str:
    if not result:
        return ""
    before, after = result.get("before"), result.get("endpoint")
    if before is None and after is None:
        return ""
    if after is None:
        return "endpoint: removed"
    if before is None:
        return "endpoint: new"
    if not (result.get("changed") or before != after):
        return "endpoint: unchanged"
    parts = ["policy"] if before.get("policy_document") != after.get("policy_document") else []
    tables = set(before.get("route_table_ids") or []) ^ set(after.get("route_table_ids") or [])
    parts += [counted(len(tables), "route table")] if tables else []
    parts += ["tags"] if (before.get("tags") or {}) != (after.get("tags") or {}) else []
    return f"endpoint: {', '.join(parts) or 'changed'}"


def _buckets(results: Iterable[Mapping[str, Any]]) -> list[str]:
    found = Counter(
        "failed" if each.get("failed") or each.get("skipped") else "perimeter" if each.get("changed") else "unchanged"
        for each in results
    )
    return [
        *([f"{counted(found['perimeter'], 'bucket')}: perimeter"] if found["perimeter"] else []),
        *([f"{counted(found['failed'], 'bucket')}: failed"] if found["failed"] else []),
        *([f"{counted(found['unchanged'], 'bucket')} unchanged"] if found["unchanged"] else []),
    ]


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
