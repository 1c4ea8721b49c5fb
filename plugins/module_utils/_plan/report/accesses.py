# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Recorded accesses in a report: what becomes of them under the policies that the report is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..._policy.language.document import Raw
from ..pasted import pasted
from .text import counted, visible

#: Verdict -> its heading, and the severity whose colour it has.
_SHOWN = (
    ("loses", "What stops", "critical"),
    ("unknown", "What cannot be decided", "major"),
    ("gains", "What becomes possible", "minor"),
)
#: Of each verdict in the JSON report and on the page.
_MOST = 200
_MOST_SHOWN = 100
_MOST_BUCKETS = 500
_OF_RESULT = ("window", "coverage", "findings", "summary", "assumed")
_OF_CLASS = (
    "number", "principal", "via", "action", "bucket", "key_pattern", "path", "flags", "count", "days", "last_seen",
    "addresses", "layer", "statement", "reason", "cause", "remedy",
)  # fmt: skip
_EVIDENCE = {
    "data_events": "data events of CloudTrail",
    "access_logs": "server access logs",
    "management_events": "management events only",
    "none": "nothing",
}
_PATHS = {
    "internet": "from the internet",
    "own_address": "past the endpoint, from an address of your own",
    "private": "through some endpoint",
}


def recorded(result: Mapping[str, Any] | None) -> Raw | None:
    """What a JSON report keeps of a result of ``access_replay``; ``None`` without one.

    What goes on as before is counted there, and not listed.
    """
    if not result or not isinstance(result.get("summary"), Mapping) or not result["summary"]:
        return None
    backtest = result.get("backtest") or {}
    return {
        **{key: result[key] for key in _OF_RESULT if key in result},
        "backtest": {key: backtest.get(key) for key in ("agree", "agreeing", "disagreeing")},
        **{
            verdict: [{key: one.get(key) for key in _OF_CLASS} for one in (result.get(verdict) or [])[:_MOST]]
            for verdict, _title, _severity in _SHOWN
        },
        "proposal": (result.get("proposal") or {}).get("variables") or {},
    }


def stops(accesses: Mapping[str, Any] | None) -> int:
    """How many kinds of access stop."""
    return int(((accesses or {}).get("summary") or {}).get("loses") or 0)


def shown(accesses: Mapping[str, Any] | None) -> Raw | None:
    """The same as the page shows it."""
    if not accesses:
        return None
    summary, coverage = accesses["summary"], accesses.get("coverage") or {}
    listed = list(coverage.items())
    return {
        "said": _said(summary, accesses.get("window") or {}),
        "stops": stops(accesses),
        "agree": _agree(accesses.get("backtest") or {}),
        "doubts": [visible(one.get("text", "")) for one in accesses.get("findings") or []],
        "groups": [
            _group(title, severity, accesses.get(verdict) or [], int(summary[verdict]))
            for verdict, title, severity in _SHOWN
            if summary.get(verdict)
        ],
        "coverage": [
            {
                "bucket": visible(bucket),
                "evidence": _EVIDENCE.get(one.get("evidence", ""), visible(one.get("evidence", ""))),
                "state": "ok" if one.get("evidence") in ("data_events", "access_logs") else "major",
                "said": visible(_span(one)),
            }
            for bucket, one in listed[:_MOST_BUCKETS]
        ],
        "coverage_more": max(0, len(listed) - _MOST_BUCKETS),
        "proposal": _proposal(accesses.get("proposal") or {}),
        "assumed": [visible(one) for one in accesses.get("assumed") or []],
    }


def _said(summary: Mapping[str, Any], window: Mapping[str, Any]) -> str:
    if not summary.get("classes"):
        return "No access was seen at all. That says nothing about who would lose it."
    unchanged = int(summary.get("keeps") or 0) + int(summary.get("stays_denied") or 0)
    days = f" on {counted(window['days_with_records'], 'day')}" if window.get("days_with_records") else ""
    span = f" ({window['from'][:10]} to {window['until'][:10]})" if window.get("from") else ""
    left = int(summary.get("not_evaluated") or 0)
    return visible(
        f"Of {counted(summary['classes'], 'kind of access', 'kinds of access')} that {_were(summary['classes'])} "
        f"seen{days}{span}, {stops({'summary': summary}):,} stop, {summary.get('unknown') or 0:,} cannot be decided, "
        f"{summary.get('gains') or 0:,} become possible, {unchanged:,} do not change"
        + (f", and {left:,} were not evaluated." if left else ".")
    )


def _span(one: Mapping[str, Any]) -> str:
    requests = counted(int(one.get("count") or 0), "request")
    return f"{requests}, {one['first'][:10]} to {one['last'][:10]}" if one.get("first") else requests


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _agree(backtest: Mapping[str, Any]) -> str:
    if backtest.get("agree") is None:
        return ""
    tested = int(backtest.get("agreeing") or 0) + int(backtest.get("disagreeing") or 0)
    return (
        f"Back-test: the policies in force say of {backtest['agree']:.2%} of {counted(tested, 'request')} what was "
        "recorded."
    )


def _group(title: str, severity: str, classes: Sequence[Mapping[str, Any]], total: int) -> Raw:
    rows = [_class(one) for one in classes[:_MOST_SHOWN]]
    return {"title": title, "severity": severity, "rows": rows, "count": total, "more": max(0, total - len(rows))}


def _class(one: Mapping[str, Any]) -> Raw:
    remedy = one.get("remedy") or {}
    variable = remedy.get("variable")
    key = one.get("key_pattern")
    times = "once" if one.get("count") == 1 else f"{one.get('count') or 0:,} times on {counted(one['days'], 'day')}"
    last = f", last on {one['last_seen'][:10]}" if one.get("last_seen") else ""
    return {
        "who": visible(one.get("principal") or ""),
        "via": visible(one.get("via") or ""),
        "action": visible(one.get("action") or ""),
        "what": visible(one["bucket"] if key is None else f"{one['bucket']}/{key}"),
        "path": visible(_path(one)),
        "often": visible(f"{times}{last}"),
        "why": visible(one.get("reason") or ""),
        "remedy": visible(remedy.get("text") or ""),
        "paste": visible(f"{variable}: {pasted(remedy.get('value'))}") if variable else "",
    }


def _path(one: Mapping[str, Any]) -> str:
    if "console" in (one.get("flags") or ()):
        return "in the console"
    path = str(one.get("path") or "")
    said = f"through {path}" if path.startswith("vpce-") else _PATHS.get(path, "")
    addresses = one.get("addresses") or []
    return f"{said} ({', '.join(map(str, addresses))})" if said and addresses and path != "own_address" else said


def _proposal(variables: Mapping[str, Any]) -> str:
    # JSON is YAML, and what stands in it cannot leave its line.
    return "\n".join(visible(f"{name}: {pasted(value)}") for name, value in variables.items())
