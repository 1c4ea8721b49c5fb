# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The result of a replay as a page in Markdown that a person reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..history.access import CONSOLE, INTERNET, OWN_ADDRESS, PRIVATE
from ..pasted import pasted
from .verdict import GAINS, KEEPS, LOSES, NOT_EVALUATED, OPEN, STAYS_DENIED

#: What a terminal or Markdown would take for more than text; keys and names of sessions are chosen by whoever asks.
_SIGNS = re.compile(r"([\\`*_\[\]<>|#])")
_SHOWN = 30
_HEADINGS = (
    (LOSES, "What stops"),
    (OPEN, "What cannot be decided"),
    (GAINS, "What becomes possible"),
    (NOT_EVALUATED, "What was not evaluated"),
)
_COVERED = {
    "data_events": "data events of CloudTrail",
    "access_logs": "server access logs",
    "management_events": "management events only",
    "none": "nothing",
}


def page_of(result: Mapping[str, Any], title: str = "Who would lose access") -> str:
    """The page for a result, as the module returns it."""
    return "\n".join(_lines(result, title)) + "\n"


def _lines(result: Mapping[str, Any], title: str) -> Iterator[str]:
    summary, window = result["summary"], result["window"]
    yield f"# {_plain(title)}"
    yield ""
    if not summary["classes"]:
        yield "No access was seen at all. That says nothing about who would lose it."
    else:
        unchanged = summary[KEEPS] + summary[STAYS_DENIED]
        yield (
            f"Of {summary['classes']} kinds of access that were seen on {window['days_with_records']} days "
            f"({_span(window)}), **{summary[LOSES]} stop**, {summary[OPEN]} cannot be decided, {summary[GAINS]} become "
            f"possible, {unchanged} do not change and {summary[NOT_EVALUATED]} were not evaluated."
        )
    backtest = result["backtest"]
    if backtest["agree"] is not None:
        yield ""
        tested = _number(backtest["agreeing"] + backtest["disagreeing"])
        yield (
            f"Back-test: the policies in force say of {backtest['agree']:.2%} of {tested} requests what was recorded "
            "of them."
        )
    yield from _findings(result["findings"])
    for name, heading in _HEADINGS:
        yield from _classes(heading, result[name], summary[name])
    yield from _proposal(result["proposal"])
    yield from _unused(result["unused"])
    yield from _coverage(result["coverage"])
    yield from _backtest(backtest["disagree"])
    yield from _ignored(result["ignored"])
    yield from _read(result["read"])
    yield from _list("What was taken for granted", result["assumed"])


def _span(window: Mapping[str, Any]) -> str:
    return f"{window['from'][:10]} to {window['until'][:10]}" if window["from"] else "no time is told"


def _findings(findings: Sequence[Mapping[str, str]]) -> Iterator[str]:
    yield from _list("What the evidence does not show", (one["text"] for one in findings))


def _list(heading: str, texts: Iterable[str]) -> Iterator[str]:
    lines = [f"- {_plain(text)}" for text in texts]
    if lines:
        yield from ("", f"## {heading}", "", *lines)


def _classes(heading: str, classes: Sequence[Mapping[str, Any]], total: int) -> Iterator[str]:
    if not total:
        return
    yield from ("", f"## {heading}", "")
    for one in classes[:_SHOWN]:
        yield f"- {_access(one)}: {_last_seen(one)}"
        yield f"  - {_plain(one['reason'])}"
        if one.get("remedy"):
            yield f"  - {_plain(one['remedy']['text'])}{_variable(one['remedy'])}"
    if total > len(classes[:_SHOWN]):
        yield f"- and {total - len(classes[:_SHOWN])} more"


def _variable(remedy: Mapping[str, Any]) -> str:
    if not remedy.get("variable"):
        return ""
    return f" `{remedy['variable']}: {_code(pasted(remedy['value']))}`"


def _access(one: Mapping[str, Any]) -> str:
    place = one["bucket"] or one["access_point"]
    what = f"{place}/{one['key_pattern']}" if one["key_pattern"] is not None else place
    via = f" by {_plain(one['via'])}" if one["via"] else ""
    return f"**{_plain(one['principal'])}**{via} {_plain(one['action'])} {_plain(what)} {_plain(_path(one))}"


def _path(one: Mapping[str, Any]) -> str:
    if CONSOLE in one["flags"]:
        return "in the console"
    addresses = f" from {', '.join(one['addresses'])}" if one["addresses"] else ""
    if one["path"].startswith("vpce-"):
        return f"through {one['path']}"
    paths = {
        INTERNET: f"from the internet{addresses}",
        OWN_ADDRESS: f"past the endpoint{addresses}",
        PRIVATE: f"through some endpoint{addresses}",
    }
    return paths.get(one["path"], "")


def often(one: Mapping[str, Any]) -> str:
    """``once``, ``12 times on one day``, ``1,200 times on 14 days``."""
    if one["count"] == 1:
        return "once"
    return f"{_number(one['count'])} times on {'one day' if one['days'] == 1 else str(one['days']) + ' days'}"


def _last_seen(one: Mapping[str, Any]) -> str:
    last = f", last on {one['last_seen'][:10]}" if one["last_seen"] else ""
    return f"{often(one)}{last}"


def _proposal(proposal: Mapping[str, Any]) -> Iterator[str]:
    if proposal["variables"]:
        yield from (
            "",
            "## Proposed declaration",
            "",
            "Learnt from what was used, and no more. Read each line before you declare it.",
            "",
            "```yaml",
        )
        for line in proposal["evidence"]:
            last = f", last on {line['last_seen'][:10]}" if line["last_seen"] else ""
            yield f"# {line['variable']} {_code(json.dumps(line['value']))}"
            yield f"#   seen {often(line)}{last}"
        for name, value in proposal["variables"].items():
            yield from _yaml(name, value)
        yield "```"
    yield from _list("Nothing is proposed for", (f"{one['text']} ({_times(one['count'])})" for one in proposal["left"]))


def _yaml(name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{name}: {_code(pasted(value))}"
        return
    yield f"{name}:"
    for item in value:
        if isinstance(item, Mapping):
            for number, (key, inner) in enumerate(item.items()):
                yield f"  {'-' if number == 0 else ' '} {key}: {_code(pasted(inner))}"
        else:
            yield f"  - {_code(pasted(item))}"


def _unused(unused: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _list(
        "Declared and never seen",
        (f"{one['bucket'] or 'everywhere'}, {one['kind']}: {', '.join(map(str, one['values']))}" for one in unused),
    )


def _coverage(coverage: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if not coverage:
        return
    yield from (
        "",
        "## Evidence",
        "",
        "| bucket | evidence | requests | first | last |",
        "| --- | --- | --- | --- | --- |",
    )
    for bucket, one in coverage.items():
        yield (
            f"| {_plain(bucket)} | {_COVERED[one['evidence']]} | {_number(one['count'])} | {one['first'] or ''} "
            f"| {one['last'] or ''} |"
        )


def _backtest(disagree: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _list(
        "Where the policies in force say something else",
        (
            f"{one['principal']} {one['action']} {one['bucket']}: recorded as {one['recorded']} "
            f"({_times(one['count'])}), evaluated as {one['evaluated']}. {one['reason']}"
            for one in disagree
        ),
    )


def _ignored(ignored: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _list(
        "Left out as the task says",
        (
            f"{one['principal']} {one['action']} {one['bucket']} ({_times(one['count'])}): {one['reason']}"
            for one in ignored
        ),
    )


def _read(read: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## What was read", "")
    yield (
        f"{_number(read['records'])} records of {_number(read['files'])} files; {_number(read['counted'])} requests "
        f"were counted, {_number(read['duplicates'])} were there more than once."
    )
    if read["skipped"]:
        told = ", ".join(f"{_number(count)} {reason}" for reason, count in read["skipped"].items())
        yield f"Left out: {told}."
    yield from _list("What cannot be read", read["malformed_places"])


def _plain(text: str) -> str:
    """A text without signs that Markdown or a terminal would act upon."""
    shown = "".join(sign if sign.isprintable() else "?" for sign in text)
    return _SIGNS.sub(r"\\\1", shown)


def _code(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text).replace("`", "'")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{_number(count)} times"


def _number(value: int) -> str:
    return f"{value:,}"
