# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The proof of a perimeter for people: buckets that are reached alike stand together, what is wrong stands in full."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..._policy.evaluation import decide as evaluate
from ..._policy.evaluation.decide import Decision
from ..._policy.evaluation.layers import BUCKET
from ..._policy.evaluation.layers import ENDPOINT as ENDPOINT_POLICY
from ..._policy.language.document import Raw
from ..._policy.language.logic import Kleene
from .declared import (
    ACTIONS,
    ALLOW,
    DENY,
    ENDPOINT,
    NO_EXPLICIT_DENY,
    WITHOUT_TLS,
    Ask,
    Declaration,
    Who,
)
from .samples import Way

UNKNOWN, MIXED = "unknown", "mixed"
#: What was decided of an action -> how a row shows it. Mixed: of several principals or keys in the row.
_SHOWN = {ALLOW: "{}", UNKNOWN: "{} (unknown)", MIXED: "{} (some)"}
#: What one entry collects of requests that differ in nothing else that matters.
_LISTS = ("buckets", "principals", "ways")
#: Names that a sentence gives before it leaves out the rest.
_MAX_SHOWN = 5

#: Who and which keys -> way -> action -> what was decided.
_Cells = dict[tuple[str, str], dict[str, dict[str, str]]]


@dataclass(slots=True)
class Report:
    """Takes decisions bucket by bucket; :meth:`finish` ends one."""

    declaration: Declaration
    requests: int = 0
    _cells: _Cells = field(default_factory=dict)
    _patterns: dict[str, tuple[list[str], list[Raw]]] = field(default_factory=dict)
    _mismatches: dict[Any, Raw] = field(default_factory=dict)
    _doubts: dict[Any, Raw] = field(default_factory=dict)

    def add(self, who: Who, way: Way, ask: Ask, meant: str, decision: Decision) -> None:
        """What was decided of a request of which ``meant`` was declared."""
        self.requests += 1
        found = DENY if decision.denied else decision.decision
        actions = self._cells.setdefault((who.label, ask.keys), {}).setdefault(way.name, {})
        name = ACTIONS[ask.action]
        actions[name] = found if actions.get(name, found) == found else MIXED
        agrees = _agrees(meant, decision)
        if agrees:
            return
        entries = self._doubts if agrees is None else self._mismatches
        remedy = _remedy(way, meant, decision)
        key = (ask.action, meant, decision.decision, decision.layer, decision.statement, remedy)
        entry = entries.get(key)
        if entry is None:
            entry = entries[key] = _entry(ask, meant, decision, remedy)
        bucket = ask.resource.partition(":::")[2].partition("/")[0]
        for name, value in zip(_LISTS, (bucket, who.principal, way.said), strict=True):
            entry[name][value] = None
        # Not every one of these comes to every bucket on every way, so each bucket has a request of its own.
        entry["examples"].setdefault(
            bucket, {"principal": who.principal, "action": ask.action, "resource": ask.resource, "way": way.said}
        )

    def finish(self, bucket: str) -> None:
        """All has been asked of a bucket."""
        rows = _rows(self._cells)
        key = repr(rows)
        if key not in self._patterns:
            self._patterns[key] = ([], rows)
        self._patterns[key][0].append(bucket)
        self._cells = {}

    def as_dict(self) -> Raw:
        return {
            "holds": not self._mismatches,
            "requests": self.requests,
            "matrix": [{"buckets": buckets, "rows": rows} for buckets, rows in self._patterns.values()],
            "mismatches": [_finished(entry) for entry in self._mismatches.values()],
            "unknown": [_finished(entry) for entry in self._doubts.values()],
            "assumed": list(_assumed(self.declaration)),
        }


def _agrees(meant: str, decision: Decision) -> Kleene:
    """Whether a decision is what was declared; ``None``: it hangs on something that nobody knows."""
    if meant == DENY:
        return decision.denied
    doubtful = decision.decision == evaluate.UNKNOWN
    if meant == ALLOW:
        return None if doubtful else not decision.denied
    if meant == NO_EXPLICIT_DENY:
        return None if doubtful and decision.evaluation.denials else decision.decision != evaluate.EXPLICIT_DENY
    return True


def _entry(ask: Ask, meant: str, decision: Decision, remedy: str) -> Raw:
    return {
        # In their order, and each once.
        **{name: {} for name in _LISTS},
        "examples": {},
        "action": ask.action,
        "resource": ask.resource,
        "declared": meant,
        "found": decision.decision,
        "layer": decision.layer,
        "statement": decision.statement,
        "missing_keys": list(decision.missing_keys),
        "reason": decision.reason,
        "remedy": remedy,
    }


def _rows(cells: _Cells) -> list[Raw]:
    """A row for each kind of principal and the keys for which it reaches the same; what a way lists not is denied."""
    rows: list[Raw] = []
    for (who, keys), ways in cells.items():
        reach = {
            way: [_SHOWN[actions[name]].format(name) for name in ACTIONS.values() if actions.get(name, DENY) != DENY]
            for way, actions in ways.items()
        }
        same = next((row for row in rows if row["who"] == who and row["reach"] == reach), None)
        if same is None:
            rows.append({"who": who, "keys": [keys], "reach": reach})
        else:
            same["keys"].append(keys)
    return rows


def _finished(entry: Raw) -> Raw:
    """The entry with the sentence that says it all: of its first request, and how many more there are."""
    lists = {name: list(entry[name]) for name in _LISTS}
    message = (
        f"{lists['principals'][0]} {entry['action']} {entry['resource']} {lists['ways'][0]}: declared "
        f"{entry['declared']}, found {entry['found']}. {entry['reason']} {entry['remedy']}"
    )
    more = [
        f"{len(values) - 1} more {name if len(values) > 2 else name[:-1]} ({_some(values[1:])})"
        for name, values in lists.items()
        if len(values) > 1
    ]
    return {**entry, **lists, "message": f"{message} So with {', '.join(more)}." if more else message}


def _some(names: list[str]) -> str:
    return ", ".join(names[:_MAX_SHOWN]) + (", ..." if len(names) > _MAX_SHOWN else "")


def _remedy(way: Way, meant: str, decision: Decision) -> str:
    statement = f"statement {decision.statement!r}" if decision.statement else "the statement"
    through = way.name in (ENDPOINT, WITHOUT_TLS)
    if decision.decision == evaluate.UNKNOWN and meant != DENY:
        return "Ask access_check with the keys that such requests carry."
    if meant == DENY:
        if way.name == ENDPOINT:
            return "Declare it as access to the bucket, or take it out of the endpoint policy."
        if way.name == WITHOUT_TLS:
            return "Put PerimeterS3Tls back as the role writes it."
        return (
            "Nothing that is declared lets it pass: put PerimeterS3Network back as the role writes it"
            + (f", or take out {statement} of the bucket policy" if decision.statement else "")
            + "."
        )
    if decision.layer == ENDPOINT_POLICY and through:
        return "Put the endpoint policy back as the role writes it."
    if decision.layer == BUCKET and decision.decision == evaluate.EXPLICIT_DENY:
        return f"Change {statement} of the bucket policy, or declare only what it leaves."
    return "Let the bucket policy allow it, or do not declare it."


def _assumed(declaration: Declaration) -> list[str]:
    said = [
        "What identity policies, permissions boundaries, session policies and policies of the organization say is not "
        "looked at: what is declared to pass is taken to be allowed by them.",
        "What is declared to pass is asked for over TLS 1.3.",
        "Other endpoints are taken to have the default policy, which lets everything pass.",
    ]
    if declaration.organization:
        said.append(f"Account {declaration.account} is taken to be in the organization {declaration.organization}.")
    return said
