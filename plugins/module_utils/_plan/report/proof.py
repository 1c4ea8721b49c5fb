# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The proof of a perimeter as a page shows it: theorems, counterexamples, who reaches what on which network path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..._policy.language.document import Raw
from .documents import as_yaml
from .header import verdict_of
from .text import some, visible

#: What a cell says of an action, the most open first.
STATES = ("always", "depends", "undecided", "never")
#: Network path -> how a column is headed, in this order. What is not here is shown as it is, and comes last.
_PATHS = {
    "endpoint": "through the endpoint",
    "endpoint_without_tls": "through the endpoint, no TLS",
    "internet": "from the internet",
    "another_endpoint": "through another endpoint",
    "forwarded_by_a_service": "forwarded by a service",
}
#: Action -> how it is said, in this order.
_ACTIONS = {
    "get": "get",
    "put": "put",
    "delete": "delete",
    "list": "list",
    "put_policy": "put policy",
    "other": "anything else",
}
_MOST_EXAMPLES = 40
_MOST_PATTERNS = 40


def proof_of(reach: Mapping[str, Any] | None) -> Raw | None:
    """``verdict``, ``theorems``, ``examples``, ``doubts``, ``matrices`` and ``assumed``; ``None`` without a proof."""
    verdict = verdict_of(reach)
    if not reach or not verdict:
        return None
    wrong = [*(reach.get("mismatches") or []), *(reach.get("narrowed") or [])]
    return {
        "verdict": verdict,
        "theorems": [_theorem(each) for each in reach.get("theorems") or []],
        "examples": [_example(each) for each in wrong[:_MOST_EXAMPLES]],
        "more": max(0, len(wrong) - _MOST_EXAMPLES),
        "doubts": [visible(each.get("message", "")) for each in (reach.get("unknown") or [])[:_MOST_EXAMPLES]],
        "matrices": [_matrix(each) for each in (reach.get("matrix") or [])[:_MOST_PATTERNS] if _rows(each)],
        "assumed": [visible(each) for each in reach.get("assumed") or []],
    }


def _theorem(theorem: Mapping[str, Any]) -> Raw:
    rests = [_statement(each) for each in theorem.get("rests_on") or []]
    return {
        "title": visible(theorem["title"]),
        "verdict": {"holds": "proved"}.get(theorem["verdict"], theorem["verdict"]),
        "rests_on": visible(some(rests, 6)),
        "narrowed": len(theorem.get("narrowed") or []),
    }


def _statement(told: Mapping[str, Any]) -> str:
    """``S (endpoint policy)``: the layer stands there where it is told."""
    layer = _layer(told)
    return f"{told['statement']} ({layer} policy)" if layer else str(told["statement"])


def _layer(told: Mapping[str, Any]) -> str:
    """``endpoint`` of ``endpoint_policy``."""
    return str(told.get("layer") or "").removesuffix("_policy").replace("_", " ")


def _example(one: Mapping[str, Any]) -> Raw:
    buckets = [str(each) for each in one.get("buckets") or []]
    task = one.get("task")
    return {
        "said": visible(one.get("message") or one.get("said") or ""),
        "buckets": visible(some(buckets, 5)),
        "statement": visible(one.get("statement") or ""),
        "layer": visible(_layer(one)),
        "task": as_yaml([{"name": "Reproduce it", **task}] if isinstance(task, Mapping) else task) if task else "",
    }


def _rows(matrix: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in matrix["rows"] if "principal" in row]


def _matrix(matrix: Mapping[str, Any]) -> Raw:
    rows = _rows(matrix)
    paths = _in_order(dict.fromkeys(path for row in rows for path in row["reach"]), _PATHS)
    buckets = [visible(each) for each in matrix["buckets"]]
    return {
        "buckets": some(buckets, 4),
        "count": len(buckets),
        "paths": [visible(_PATHS.get(path, path.replace("_", " "))) for path in paths],
        "rows": [
            {
                "principal": visible(row["principal"]),
                "of_keys": visible(", ".join(key for key in row.get("keys") or [] if key != "all keys")),
                "cells": [_cell(row["reach"].get(path)) for path in paths],
            }
            for row in rows
        ],
    }


def _cell(actions: Mapping[str, Mapping[str, Any]] | None) -> Raw:
    """``state`` of the most open action, ``said``: state and the actions of that state, and what decides each."""
    if actions is None:
        return {"state": "none", "said": [], "details": []}
    # JSON that was read again has them in the order of the alphabet.
    actions = {name: actions[name] for name in _in_order(actions, _ACTIONS)}
    found = {state: [_action(name) for name in _of(actions, state)] for state in STATES}
    return {
        "state": next((state for state in STATES if found[state]), "never"),
        "said": [
            {"state": state, "actions": ", ".join(names)}
            for state, names in found.items()
            if names and state != "never"
        ],
        "details": list(_details(actions, found)),
    }


def _details(actions: Mapping[str, Mapping[str, Any]], found: Mapping[str, list[str]]) -> Iterator[Raw]:
    """What decides: of actions that always pass an example of the first is enough."""
    shown = [(name, one) for name, one in actions.items() if one["passes"] != "never" or one.get("depends_on")]
    first = next((name for name, one in shown if one["passes"] == "always"), None)
    for name, one in shown:
        always = one["passes"] == "always"
        if always and name != first:
            continue
        yield {
            "action": ", ".join(found["always"]) if always else _action(name),
            "state": one["passes"],
            "lines": [
                {"label": label, "text": visible(one[key])}
                for key, label in (("example", "passes"), ("denied", "denied"), ("depends_on", "decided by"))
                if one.get(key)
            ],
        }


def _in_order(names: Iterable[str], known: Iterable[str]) -> list[str]:
    given, ordered = list(names), list(known)
    return sorted(given, key=lambda name: ordered.index(name) if name in ordered else len(ordered))


def _of(actions: Mapping[str, Mapping[str, Any]], state: str) -> Iterator[str]:
    return (name for name, one in actions.items() if one["passes"] == state)


def _action(name: str) -> str:
    return visible(_ACTIONS.get(name, name))
