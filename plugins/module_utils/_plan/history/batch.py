# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What one reader has read, in a form that is small enough to be sent between processes."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .access import Access, Row, Told

#: What is kept of each kind of access to be shown.
EXAMPLES, ADDRESSES = 3, 5
#: More different addresses than this are not counted: there may be many kinds of access, and each keeps its own.
MOST_ADDRESSES = 16
#: Names of bad places in the evidence that are kept.
NAMED = 50

Kind = tuple[Access, ...]


@dataclass(slots=True)
class Batch:
    """What was read of a part of the evidence.

    ``kinds``: what its records are about, without the first ``known`` ones, which the same ``reader`` has told before;
    ``rows`` has four numbers for each record: its kind with whether it is shared and its rank, when it was, and its
    ids. ``examples``: of a kind by its number, ids of records and addresses that were not told before. ``aggregated``:
    records that stand for many. ``skipped``: reason -> number; ``malformed``: how many, and ``named``: which.
    """

    reader: int = 0
    known: int = 0
    kinds: list[Kind] = field(default_factory=list)
    rows: array[int] = field(default_factory=lambda: array("Q"))
    examples: dict[int, tuple[list[str], list[str]]] = field(default_factory=dict)
    aggregated: list[Row] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    files: int = 0
    records: int = 0
    malformed: int = 0
    named: list[str] = field(default_factory=list)
    without_zone: int = 0
    #: Readers give the same object for what is the same, so that nobody has to compare.
    _numbers: dict[int, int] = field(default_factory=dict, repr=False)
    #: Of each kind the numbers of examples and the addresses that were told, or none if that is enough.
    _shown: list[tuple[list[int], set[str]] | None] = field(default_factory=list, repr=False)

    def add(self, found: Told | str) -> None:
        """Count one record, or why it was left out."""
        self.records += 1
        if isinstance(found, str):
            self.skipped[found] += 1
            return
        accesses, at, identity, request, shared, rank, event, address = found
        number = self._numbers.get(id(accesses))
        if number is None:
            number = self._numbers[id(accesses)] = len(self._numbers)
            self.kinds.append(accesses)
            self._shown.append(([0], set()))
        self.rows.extend((number << 2 | shared << 1 | rank, at, identity, request))
        shown = self._shown[number]
        if shown is not None:
            self._show(number, shown, event, address)

    def _show(self, number: int, shown: tuple[list[int], set[str]], event: str, address: str) -> None:
        events, addresses = shown
        new_event = event if events[0] < EXAMPLES else ""
        new_address = address if address not in addresses and len(addresses) < MOST_ADDRESSES else ""
        if new_event or new_address:
            told = self.examples.setdefault(number, ([], []))
        if new_event:
            events[0] += 1
            told[0].append(event)
        if new_address:
            addresses.add(address)
            told[1].append(address)
        if events[0] >= EXAMPLES and len(addresses) >= MOST_ADDRESSES:
            self._shown[number] = None

    def add_row(self, found: Row | str) -> None:
        """Count a row that stands for many."""
        self.records += 1
        if isinstance(found, str):
            self.skipped[found] += 1
        else:
            self.aggregated.append(found)

    def bad(self, where: str, what: str) -> None:
        """Count what cannot be read, and name where it is."""
        self.malformed += 1
        if len(self.named) < NAMED:
            self.named.append(f"{where}: {what}")

    def sent(self) -> Batch:
        """What was counted since the last time, for a tally that may be in another process; the rest is remembered."""
        told = {name: getattr(self, name) for name in _SENT}
        self.known = len(self._numbers)
        for name, empty in _SENT.items():
            setattr(self, name, empty())
        return Batch(self.reader, self.known - len(told["kinds"]), **told)


#: What a batch counts -> what it begins anew with once it was sent.
_SENT: dict[str, Callable[[], Any]] = {
    "kinds": list,
    "rows": lambda: array("Q"),
    "examples": dict,
    "aggregated": list,
    "skipped": Counter,
    "files": int,
    "records": int,
    "malformed": int,
    "named": list,
    "without_zone": int,
}
