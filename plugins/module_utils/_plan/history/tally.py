# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What was read, counted: each request once, however many records, copies and files speak of it.

Whoever reads a part gives a :class:`Batch`, which can be sent between processes; :class:`Tally` takes any number of
them, those of one reader in their order. It needs some 40 bytes for each record, and some 3 kB for each kind of access.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .access import ACCESS_LOG, FIRST, OUTSIDE, Access, Row, shown_time
from .batch import EXAMPLES, MOST_ADDRESSES, NAMED, Batch, Kind

_DAY = 86_400
_FIRST_DAY = FIRST // _DAY
_NEVER = 1 << 62


def _bit(at: int) -> int:
    return 1 << max(0, at // _DAY - _FIRST_DAY)


@dataclass(slots=True)
class Seen:
    """How often, when and from where a kind of access was seen; ``days``: a bit for each day, ``most_days`` of those
    that are told as a number only."""

    count: int = 0
    first: int = 0
    last: int = 0
    days: int = 0
    most_days: int = 0
    examples: list[str] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    more_addresses: int = 0

    def add_row(self, row: Row) -> None:
        days = _bit(row.first) | _bit(row.last) if row.first else 0
        self.merge(Seen(row.requests, row.first, row.last, days, row.days))
        self.more_addresses = max(self.more_addresses, row.addresses)
        self.show([row.event] if row.event else (), [row.address] if row.address else ())

    def show(self, examples: Iterable[str], addresses: Iterable[str]) -> None:
        """Keep some examples, and addresses up to a number."""
        if len(self.examples) < EXAMPLES:
            self.examples = list(dict.fromkeys((*self.examples, *examples)))[:EXAMPLES]
        if len(self.addresses) < MOST_ADDRESSES:
            self.addresses.update(addresses)

    def merge(self, other: Seen) -> None:
        self.count += other.count
        self.first = min(self.first, other.first) if self.first and other.first else self.first or other.first
        self.last = max(self.last, other.last)
        self.days |= other.days
        self.most_days = max(self.most_days, other.most_days)
        self.show(other.examples, other.addresses)
        self.more_addresses = max(self.more_addresses, other.more_addresses)

    @property
    def distinct_days(self) -> int:
        return max(self.days.bit_count(), self.most_days)


def add_seen(seen: dict[Access, Seen], access: Access, more: Seen) -> None:
    """Add to what was seen of an access; of most there is no more than that, and nothing is copied."""
    known = seen.get(access)
    if known is None:
        seen[access] = more
    elif known is not more:
        both = Seen()
        both.merge(known)
        both.merge(more)
        seen[access] = both


class Numbers:
    """Numbers of 64 bits, each once, in the order in which they came; they need 16 to 24 bytes each.

    :ivar places: where a number is in ``numbers``, counted from 1, at the place that its last bits say or behind that.
    """

    def __init__(self) -> None:
        self.places = array("I", bytes(4 * 1024))
        self.numbers = array("Q")

    def add(self, number: int) -> tuple[int, bool]:
        """The position of a number, and whether it is new."""
        self.reserve(1)
        slot = self.find(number)
        position = self.places[slot]
        if position:
            return position - 1, False
        self.numbers.append(number)
        self.places[slot] = len(self.numbers)
        return len(self.numbers) - 1, True

    def find(self, number: int) -> int:
        """The place of a number, or the free one where it would be."""
        places, numbers = self.places, self.numbers
        mask = len(places) - 1
        slot = number & mask
        while (position := places[slot]) and numbers[position - 1] != number:
            slot = (slot + 1) & mask
        return slot

    def reserve(self, more: int) -> None:
        """Make room for some more, so that a third of the places stays free."""
        size = len(self.places)
        while (len(self.numbers) + more) * 3 > size * 2:
            size *= 2
        if size == len(self.places):
            return
        self.places = places = array("I", bytes(4 * size))
        mask = size - 1
        for position, number in enumerate(self.numbers, 1):
            slot = number & mask
            while places[slot]:
                slot = (slot + 1) & mask
            places[slot] = position


class Tally:
    """All evidence, counted.

    :ivar seen: kind of access -> how often it was seen; complete after :meth:`finish`.
    :ivar days: a bit for each day that has a record.
    :ivar empty: folders and prefixes of the evidence in which there is nothing.
    """

    def __init__(self, since: int | None = None, until: int | None = None) -> None:
        self.seen: dict[Access, Seen] = {}
        self.skipped: Counter[str] = Counter()
        self.files = self.records = self.counted = self.duplicates = self.malformed = self.without_zone = 0
        self.named: list[str] = []
        self.empty: list[str] = []
        self.first = self.last = self.days = 0
        self._since, self._until = since or 0, 1 << 62 if until is None else until
        self._kinds: dict[Kind, int] = {}
        # By readers: the number here of each kind that it told, and whether that is of an access log.
        self._told: dict[int, tuple[list[int], list[bool]]] = {}
        # Of each kind, how often, when first and last, the day of the last that was counted, and all days.
        self._counts, self._firsts, self._lasts = array("Q"), array("q"), array("q")
        self._day = array("q")
        self._days: list[int] = []
        self._shown: list[Seen] = []
        self._identities, self._shared = Numbers(), Numbers()
        # Copies for several accounts, of which the best counts; lines that CloudTrail may have, too, and its requests.
        self._copies = (array("I"), array("q"), array("B"))
        self._lines, self._requests = array("Q"), array("Q")

    def add(self, batch: Batch) -> None:
        """Count what was read of a part."""
        self.files += batch.files
        self.records += batch.records
        self.malformed += batch.malformed
        self.without_zone += batch.without_zone
        self.named += batch.named[: NAMED - len(self.named)]
        self.skipped.update(batch.skipped)
        kinds, logged = self._told.setdefault(batch.reader, ([], []))
        del kinds[batch.known :], logged[batch.known :]
        kinds += [self._number(kind) for kind in batch.kinds]
        logged += [kind[0].source == ACCESS_LOG for kind in batch.kinds]
        for number, (events, addresses) in batch.examples.items():
            self._shown[kinds[number]].show(events, addresses)
        if not any(logged):
            self._requests.extend(batch.rows[3::4])
        elif not all(logged):
            of_kinds = zip(batch.rows[::4], batch.rows[3::4], strict=True)
            self._requests.extend(request for code, request in of_kinds if not logged[code >> 2])
        self._add_rows(batch.rows, kinds, logged)
        for row in batch.aggregated:
            self._add_aggregated(row)

    def _add_rows(self, rows: array[int], kinds: list[int], logged: list[bool]) -> None:
        """Most of the time of a tally is spent here, so that nothing is called."""
        self._identities.reserve(len(rows) // 4)
        places, numbers, since, until = self._identities.places, self._identities.numbers, self._since, self._until
        mask, known, outside, duplicates = len(places) - 1, len(numbers), 0, 0
        counts, firsts, lasts, day_of, days = self._counts, self._firsts, self._lasts, self._day, self._days
        row = iter(rows)
        for code, at, identity, request in zip(row, row, row, row, strict=True):
            if at < since or at >= until:
                outside += 1
                continue
            kind = kinds[code >> 2]
            if code & 2:
                self._add_copy(kind, at, identity, code & 1)
                continue
            if identity:
                slot = identity & mask
                while (position := places[slot]) and numbers[position - 1] != identity:
                    slot = (slot + 1) & mask
                if position:
                    duplicates += 1
                    continue
                numbers.append(identity)
                known += 1
                places[slot] = known
            if logged[code >> 2]:
                self._lines.extend((kind, at, request))
                continue
            counts[kind] += 1
            if at < firsts[kind]:
                firsts[kind] = at
            if at > lasts[kind]:
                lasts[kind] = at
            day = at // _DAY
            if day != day_of[kind]:
                day_of[kind] = day
                days[kind] |= _bit(at)
        self.duplicates += duplicates
        if outside:
            self.skipped[OUTSIDE] += outside

    def finish(self) -> None:
        """Count what had to wait until all was read, and bring it together."""
        for kind, at in zip(self._copies[0], self._copies[1], strict=True):
            self._count(kind, at)
        self._copies = (array("I"), array("q"), array("B"))
        self._finish_lines()
        for number, accesses in enumerate(self._kinds):
            if self._counts[number]:
                shown = self._shown[number]
                shown.count, shown.first, shown.last = self._counts[number], self._firsts[number], self._lasts[number]
                shown.days = self._days[number]
                self.counted += shown.count
                self._spread(shown)
                for access in accesses:
                    add_seen(self.seen, access, shown)
        self._kinds, self._told, self._shown = {}, {}, []

    def gaps(self) -> list[str]:
        """The days between the first and the last record that have none."""
        if not self.first:
            return []
        days = range(self.first // _DAY, self.last // _DAY + 1)
        return [shown_time(day * _DAY)[:10] for day in days if not self.days & _bit(day * _DAY)]

    def _finish_lines(self) -> None:
        requests = Numbers()
        if self._lines:
            requests.reserve(len(self._requests))
            for request in self._requests:
                requests.add(request)
        line = iter(self._lines)
        for kind, at, request in zip(line, line, line, strict=True):
            if request and requests.places[requests.find(request)]:
                self.duplicates += 1
            else:
                self._count(kind, at)
        self._lines, self._requests = array("Q"), array("Q")

    def _number(self, kind: Kind) -> int:
        number = self._kinds.get(kind)
        if number is None:
            number = self._kinds[kind] = len(self._shown)
            self._shown.append(Seen())
            for column, empty in ((self._counts, 0), (self._firsts, _NEVER), (self._lasts, 0), (self._day, -1)):
                column.append(empty)
            self._days.append(0)
        return number

    def _count(self, kind: int, at: int) -> None:
        self._counts[kind] += 1
        self._firsts[kind] = min(self._firsts[kind], at)
        self._lasts[kind] = max(self._lasts[kind], at)
        if at // _DAY != self._day[kind]:
            self._day[kind] = at // _DAY
            self._days[kind] |= _bit(at)

    def _spread(self, shown: Seen) -> None:
        self.first = min(self.first, shown.first) if self.first else shown.first
        self.last = max(self.last, shown.last)
        self.days |= shown.days

    def _add_copy(self, kind: int, at: int, identity: int, rank: int) -> None:
        position, new = self._shared.add(identity)
        kinds, times, ranks = self._copies
        if new:
            kinds.append(kind)
            times.append(at)
            ranks.append(rank)
            return
        self.duplicates += 1
        if rank < ranks[position]:
            kinds[position], ranks[position] = kind, rank

    def _add_aggregated(self, row: Row) -> None:
        if row.first >= self._until or (row.last < self._since and row.last):
            self.skipped[OUTSIDE] += 1
            return
        if not self._identities.add(row.identity)[1]:
            self.duplicates += 1
            return
        self.counted += row.requests
        seen = Seen()
        seen.add_row(row)
        for access in row.accesses:
            add_seen(self.seen, access, seen)
        if row.first:
            self._spread(seen)
