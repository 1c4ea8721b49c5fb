# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The drawing of a VPC: its route tables and subnets, the endpoint, the buckets behind it, and which leads where.

Only geometry and words; how it looks is for the style sheet, by the classes. It comes in two shapes, wide for a screen
and narrow for a telephone, where everything stands below one another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..._policy.language.document import Raw
from .text import counted, visible

#: How a route table leads to the endpoint, by (found, declared) -> class and word.
_ROUTES = {
    (True, True): ("ok", ""),
    (True, False): ("critical", "route is not declared"),
    (False, True): ("major", "route is missing"),
    (False, False): ("off", "no route"),
}
#: The same where it was corrected.
_CORRECTED = {
    (True, False): ("off", "route was removed"),
    (False, True): ("ok", "route was added"),
}
#: Where the lines run that lead down beside the tables, a lane for each kind.
_LANES = {"critical": 8, "major": 13, "ok": 18}
#: Worst first, so that what is left out is what is as declared.
_ORDER = {"critical": 0, "major": 1, "ok": 2, "off": 3}
_MOST_TABLES = 10
_MOST_SUBNETS = 4
_MOST_BUCKETS = 10
_LINE, _PAD, _GAP = 18, 10, 12
#: Width of a letter of 12 pixels, on the safe side.
_LETTER = 6.8


@dataclass(slots=True)
class _Canvas:
    shapes: list[Raw] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, kind: str) -> None:
        self.shapes.append({"is": "rect", "x": x, "y": y, "width": width, "height": height, "class": kind})

    def text(self, x: float, y: float, said: Any, kind: str = "", width: float = 0) -> None:
        text = visible(said)
        most = int(width / _LETTER) if width else len(text)
        if len(text) > most:
            # The end of a name tells it from others, and its start what it is.
            text = f"{text[: most - 7]}…{text[-6:]}" if most > 12 else f"{text[: most - 1]}…"
        self.shapes.append({"is": "text", "x": x, "y": y, "text": text, "class": kind})

    def path(self, d: str, kind: str) -> None:
        self.shapes.append({"is": "path", "d": d, "class": kind})


def drawing(perimeter: Mapping[str, Any], states: Mapping[str, str], narrow: bool, corrected: bool = False) -> Raw:
    """``width``, ``height``, ``shapes`` and ``said``, the same in a sentence.

    :param states: resource -> severity of the worst that is to be said of it; the rest is as declared.
    :param corrected: all is as declared by now; ``states`` are of what it was.
    """
    routes = {**_ROUTES, **_CORRECTED} if corrected else _ROUTES
    said = _said(perimeter, states, corrected)
    changed = states
    states = {} if corrected else states
    canvas = _Canvas()
    width = 340 if narrow else 920
    tables, left_out = _tables(perimeter, routes)
    vpc_width = width if narrow else 380
    # Room for the lines beside the tables.
    gutter = 26 if narrow else _PAD + 2
    anchors, bottom = _vpc(canvas, perimeter, tables, left_out, vpc_width, gutter)
    endpoint_height = 3 * _LINE + _PAD
    bucket_lines = _bucket_lines(perimeter, states)
    buckets_height = (len(bucket_lines) + 1) * _LINE + 2 * _PAD
    if narrow:
        endpoint_x, endpoint_y, endpoint_width = 40.0, bottom + 40.0, width - 40.0
        buckets_x, buckets_y, buckets_width = 40.0, endpoint_y + endpoint_height + 40.0, width - 40.0
        height = buckets_y + buckets_height + 2
    else:
        height = max(bottom, buckets_height, endpoint_height) + 2
        endpoint_x, endpoint_width = 470.0, 180.0
        endpoint_y = (height - endpoint_height) / 2
        buckets_x, buckets_width = 710.0, width - 710.0 - 2
        buckets_y = (height - buckets_height) / 2
    word = _word_of_endpoint(perimeter["endpoint"], changed, corrected)
    _endpoint(canvas, perimeter, states, word, endpoint_x, endpoint_y, endpoint_width, endpoint_height)
    _buckets(canvas, perimeter, bucket_lines, buckets_x, buckets_y, buckets_width, buckets_height)
    for route, y in anchors:
        if route == "off":
            continue
        end = endpoint_y + endpoint_height / 2
        if narrow:
            lane = _LANES[route]
            canvas.path(f"M{gutter} {y:.0f} H{lane} V{end + lane - 13:.0f} H{endpoint_x:.0f}", f"route {route}")
        else:
            start, middle = vpc_width - _PAD - 2, (vpc_width + endpoint_x) / 2
            canvas.path(
                f"M{start} {y:.0f} C{middle:.0f} {y:.0f} {middle:.0f} {end:.0f} {endpoint_x:.0f} {end:.0f}",
                f"route {route}",
            )
    if perimeter["endpoint"] is not None and perimeter["buckets"]:
        if narrow:
            x = endpoint_x + 24
            canvas.path(f"M{x:.0f} {endpoint_y + endpoint_height:.0f} V{buckets_y:.0f}", "route ok")
        else:
            y = height / 2
            canvas.path(f"M{endpoint_x + endpoint_width:.0f} {y:.0f} H{buckets_x:.0f}", "route ok")
    # Lines lie on the frame of the VPC, and under the rest.
    canvas.shapes.sort(key=lambda shape: (shape["class"] != "vpc", shape["is"] != "path"))
    return {"width": width, "height": round(height), "shapes": canvas.shapes, "said": visible(said)}


def _tables(
    perimeter: Mapping[str, Any], routes: Mapping[tuple[bool, bool], tuple[str, str]]
) -> tuple[list[tuple[Raw, str, str]], int]:
    told = [(each, *routes[each["found"], each["declared"]]) for each in perimeter["route_tables"]]
    told.sort(key=lambda one: (_ORDER[one[1]], not one[0]["main"], one[0]["id"]))
    return told[:_MOST_TABLES], max(0, len(told) - _MOST_TABLES)


def _vpc(
    canvas: _Canvas,
    perimeter: Mapping[str, Any],
    tables: Sequence[tuple[Raw, str, str]],
    left_out: int,
    width: float,
    left: float,
) -> tuple[list[tuple[str, float]], float]:
    """Draws the VPC; returns where each route table's line starts, and where the VPC ends."""
    vpc = perimeter["vpc"]
    y = float(_PAD + _LINE)
    name = f"{vpc['name']} · {vpc['id']}" if vpc["name"] else vpc["id"]
    canvas.text(_PAD + 6, y - 2, f"VPC {name}", "title", width - 3 * _PAD)
    if vpc["cidrs"]:
        y += _LINE
        canvas.text(_PAD + 6, y - 2, ", ".join(vpc["cidrs"]), "small", width - 3 * _PAD)
    y += _GAP
    anchors = []
    for table, route, word in tables:
        shown = table["subnets"][:_MOST_SUBNETS]
        more = len(table["subnets"]) - len(shown)
        height = _LINE * (1 + len(shown) + (more > 0)) + _PAD
        canvas.box(left, y, width - left - _PAD - 2, height, f"table {route}")
        label = table["name"] or table["id"]
        label = f"{label} (main)" if table["main"] else label
        room = width - left - 3 * _PAD - (len(word) * _LETTER + 8 if word else 0)
        canvas.text(left + 8, y + _LINE - 2, label, "strong", room)
        if word:
            canvas.text(width - 2 * _PAD, y + _LINE - 2, word, f"word end {route}")
        anchors.append((route, y + height / 2))
        line = y + 2 * _LINE - 2
        for subnet in shown:
            said = " · ".join(filter(None, (subnet["name"] or subnet["id"], subnet["cidr"], subnet["zone"])))
            canvas.text(left + 8, line, said, "small", width - left - 3 * _PAD)
            line += _LINE
        if more > 0:
            canvas.text(left + 8, line, f"and {counted(more, 'more subnet')}", "small")
        y += height + _GAP
    if left_out:
        canvas.text(2 * _PAD, y + _LINE - 8, f"and {counted(left_out, 'more route table')}", "small")
        y += _LINE + 4
    if not tables:
        canvas.text(2 * _PAD, y + _LINE - 8, "route tables were not looked at", "small")
        y += _LINE + 4
    canvas.box(1, 1, width - 2, y - 1, "vpc")
    return anchors, y + 2


def _word_of_endpoint(endpoint: Mapping[str, Any] | None, changed: Mapping[str, str], corrected: bool) -> str:
    if endpoint is None:
        return ""
    if corrected and endpoint["exists"] and not endpoint["existed"]:
        return "is new"
    if endpoint["id"] not in changed:
        return "as declared"
    return "was corrected" if corrected else f"{changed[endpoint['id']]} drift"


def _endpoint(
    canvas: _Canvas,
    perimeter: Mapping[str, Any],
    states: Mapping[str, str],
    word: str,
    x: float,
    y: float,
    width: float,
    height: float,
) -> None:
    endpoint = perimeter["endpoint"]
    if endpoint is None:
        canvas.box(x, y, width, height, "endpoint off")
        canvas.text(x + _PAD, y + _LINE, "S3 gateway endpoint", "strong", width - 2 * _PAD)
        canvas.text(x + _PAD, y + 2 * _LINE, "not looked at", "small", width - 2 * _PAD)
        return
    state = states.get(endpoint["id"], "ok")
    canvas.box(x, y, width, height, f"endpoint {state}")
    canvas.text(x + _PAD, y + _LINE, "S3 gateway endpoint", "strong", width - 2 * _PAD)
    known = endpoint["id"] if endpoint["exists"] else "missing"
    canvas.text(x + _PAD, y + 2 * _LINE, known, "small", width - 2 * _PAD)
    canvas.text(x + _PAD, y + 3 * _LINE, word, f"word {state}", width - 2 * _PAD)


def _bucket_lines(perimeter: Mapping[str, Any], states: Mapping[str, str]) -> list[tuple[str, str]]:
    """``(name, state)``; the worst first, and what is left out is counted."""
    named = [
        (each["name"], "failed" if each.get("failed") else states.get(each["name"], "ok"))
        for each in perimeter["buckets"]
    ]
    ranks = {"failed": -1, "minor": 1.5}
    named.sort(key=lambda one: ranks.get(one[1], _ORDER.get(one[1], 2)))
    lines = named[:_MOST_BUCKETS]
    left = named[_MOST_BUCKETS:]
    if left:
        wrong = sum(state != "ok" for _name, state in left)
        lines.append((f"and {len(left):,} more" + ("," if wrong else ""), "more"))
        if wrong:
            lines.append((f"{wrong:,} not as declared", "more"))
    return lines


def _buckets(
    canvas: _Canvas,
    perimeter: Mapping[str, Any],
    lines: Sequence[tuple[str, str]],
    x: float,
    y: float,
    width: float,
    height: float,
) -> None:
    canvas.box(x, y, width, height, "buckets")
    canvas.text(x + _PAD, y + _LINE, counted(len(perimeter["buckets"]), "bucket"), "strong", width - 2 * _PAD)
    for number, (name, state) in enumerate(lines):
        line = y + (number + 2) * _LINE + 2
        if state != "more":
            canvas.shapes.append({"is": "dot", "x": x + _PAD + 4, "y": line - 4, "class": state})
        canvas.text(x + _PAD + (14 if state != "more" else 0), line, name, "small", width - 2 * _PAD - 14)


def _said(perimeter: Mapping[str, Any], states: Mapping[str, str], corrected: bool) -> str:
    tables = perimeter["route_tables"]
    routed = sum(each["declared" if corrected else "found"] for each in tables)
    endpoint = perimeter["endpoint"]
    said = f"VPC {perimeter['vpc']['id']}: {routed} of {counted(len(tables), 'route table')} lead to "
    said += f"endpoint {endpoint['id']}" if endpoint and endpoint["exists"] else "no endpoint"
    wrong = sum(bool(each.get("failed")) or each["name"] in states for each in perimeter["buckets"])
    which = "corrected" if corrected else "not as declared"
    number = len(perimeter["buckets"])
    return f"{said}, behind which {'is' if number == 1 else 'are'} {counted(number, 'bucket')}, {wrong:,} {which}."
