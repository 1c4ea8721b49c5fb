# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each request counts once, in whatever order its records come."""

from __future__ import annotations

import itertools
import random

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import access as a
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.access import Access, Row
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.batch import MOST_ADDRESSES, Batch
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Numbers, Seen, Tally, add_seen

DAY = 86_400
NOON = 20_000 * DAY + 43_200


def kind(source=a.DATA, principal="arn:aws:iam::111122223333:role/app", **changes):
    values = dict.fromkeys(Access._fields, "")
    values |= {"source": source, "principal": principal, "prefix": None, "key": None, "flags": (), "context": ()}
    return (Access(**{**values, **changes}),)


CLOUDTRAIL, POOR, LOG = kind(), kind(principal="", unique_id="AROAX"), kind(a.ACCESS_LOG)


def told(accesses=CLOUDTRAIL, at=NOON, identity=1, request=0, shared=False, rank=0, event="e", address=""):
    return (accesses, at, identity, request, shared, rank, event, address)


def tally(*records, each=2, **window):
    found = Tally(**window)
    for start in range(0, len(records), each):
        batch = Batch()
        for one in records[start : start + each]:
            batch.add(one)
        found.add(batch.sent())
    found.finish()
    return found


def counts(found):
    return {access: seen.count for access, seen in found.seen.items()}


def test_a_record_counts_once():
    found = tally(told(), told(at=NOON + DAY, identity=2), told(), told(identity=0), told(identity=0))
    (seen,) = list(found.seen.values())
    assert (seen.count, found.counted, found.duplicates) == (4, 4, 1)
    assert (seen.first, seen.last, seen.distinct_days) == (NOON, NOON + DAY, 2)
    assert (found.first, found.last, found.gaps()) == (NOON, NOON + DAY, [])


@pytest.mark.parametrize("accesses, more", [(CLOUDTRAIL, {}), (LOG, {}), (CLOUDTRAIL, {"shared": True})])
def test_days_are_counted_once_whatever_tells_of_them(accesses, more):
    days = (0, 0, 3, 1, 3, 0)
    records = [told(accesses, NOON + day * DAY, number, number, **more) for number, day in enumerate(days, 1)]
    [seen] = list(tally(*records).seen.values())
    assert (seen.count, seen.distinct_days, seen.first, seen.last) == (6, 3, NOON, NOON + 3 * DAY)


def test_the_first_days_of_which_records_can_be_are_told_apart():
    found = tally(told(at=a.FIRST), told(at=a.FIRST + 2 * DAY, identity=2))
    [seen] = list(found.seen.values())
    assert (seen.distinct_days, found.gaps()) == (2, ["2006-01-02"])


COPIES = [
    told(POOR, 5, 9, shared=True, rank=1),
    told(CLOUDTRAIL, 5, 9, shared=True),
    told(POOR, 5, 9, shared=True, rank=1),
]


@pytest.mark.parametrize("records", [*itertools.permutations(COPIES)])
@pytest.mark.parametrize("each", [1, 3])
def test_of_copies_for_several_accounts_the_one_that_says_most_counts(records, each):
    found = tally(*records, each=each)
    assert counts(found) == {CLOUDTRAIL[0]: 1}
    assert found.duplicates == 2


BOTH = [told(LOG, NOON, 21, 7, rank=1), told(CLOUDTRAIL, NOON, 22, 7), told(LOG, NOON, 23, 8, rank=1)]


@pytest.mark.parametrize("records", [*itertools.permutations(BOTH)])
def test_a_line_that_cloudtrail_has_as_well_does_not_count(records):
    found = tally(*records)
    assert counts(found) == {CLOUDTRAIL[0]: 1, LOG[0]: 1}
    assert found.duplicates == 1


def test_the_window():
    records = [told(at=at, identity=at) for at in (10, 20, 30)]
    found = tally(*records, since=20, until=30)
    assert (found.counted, found.skipped[a.OUTSIDE]) == (1, 2)


def test_a_request_of_several_accesses_counts_for_each_and_once():
    both = (CLOUDTRAIL[0], CLOUDTRAIL[0]._replace(action="s3:GetObject"))
    found = tally(told(both), told(both, identity=2))
    assert set(counts(found).values()) == {2} and found.counted == 2


def test_gaps():
    found = tally(told(at=NOON), told(at=NOON + 3 * DAY, identity=2))
    assert found.gaps() == ["2024-10-05", "2024-10-06"]


def test_what_is_shown():
    records = [told(identity=number, event=f"e{number}", address=f"10.0.0.{number}") for number in range(1, 9)]
    (seen,) = list(tally(*records).seen.values())
    assert seen.examples == ["e1", "e2", "e3"] and len(seen.addresses) == 8


def test_rows_add_up():
    rows = [Row(CLOUDTRAIL, NOON, NOON + 9 * DAY, number, 50, 4, 17, "e", "10.0.0.1") for number in (1, 2, 2)]
    batch, found = Batch(), Tally()
    for one in rows:
        batch.add_row(one)
    found.add(batch.sent())
    found.finish()
    (seen,) = list(found.seen.values())
    assert (seen.count, seen.distinct_days, seen.more_addresses, found.duplicates) == (100, 4, 17, 1)
    assert (seen.examples, seen.addresses) == (["e"], {"10.0.0.1"})


def test_numbers_remember_exactly():
    chance, numbers, known = random.Random(3), Numbers(), {}
    for _round in range(20_000):
        number = chance.getrandbits(64) if chance.random() < 0.7 or not known else chance.choice(list(known)[-50:])
        position, new = numbers.add(number)
        assert new == (number not in known)
        assert known.setdefault(number, len(known)) == position
    assert list(numbers.numbers) == list(known)


def test_a_reader_tells_each_kind_once():
    found, readers = Tally(), (Batch(1), Batch(2))
    other = kind(principal="another")
    sent = []
    for number in range(8):
        reader = readers[number % 2]
        reader.add(told(other if number == 7 else CLOUDTRAIL, identity=number + 1, event=f"e{number}", address="x"))
        sent.append(reader.sent())
        found.add(sent[-1])
    found.finish()
    assert [len(one.kinds) for one in sent] == [1, 1, 0, 0, 0, 0, 0, 1]
    assert counts(found) == {CLOUDTRAIL[0]: 7, other[0]: 1}
    # Nor what is shown of it.
    assert [one.examples for one in sent[2:4]] == [{0: (["e2"], [])}, {0: (["e3"], [])}] and sent[6].examples == {}


@pytest.mark.parametrize("more, places", [(1, 1024), (682, 1024), (683, 2048), (1365, 2048), (1366, 4096)])
def test_a_third_of_the_places_stays_free(more, places):
    numbers = Numbers()
    numbers.reserve(more)
    assert len(numbers.places) == places


# First and last time of two, and of both
TIMES = [((5, 7), (3, 6), (3, 7)), ((3, 6), (5, 7), (3, 7)), ((0, 0), (5, 7), (5, 7)), ((5, 7), (0, 0), (5, 7))]


@pytest.mark.parametrize("one, other, both", TIMES)
def test_what_is_seen_twice_adds_up(one, other, both):
    found = Seen(1, *one, 0b1, 4, ["a"], {"x"}, 9)
    found.merge(Seen(2, *other, 0b110, 2, ["b", "a"], {"y"}, 7))
    assert found == Seen(3, *both, 0b111, 4, ["a", "b"], {"x", "y"}, 9)
    found.merge(Seen(days=0b111000, more_addresses=10))
    assert (found.distinct_days, found.more_addresses, (found.first, found.last)) == (6, 10, both)


def test_what_was_seen_of_others_stays_as_it_is():
    access, one, other = CLOUDTRAIL[0], Seen(1, 1, 1, 1), Seen(2, 2, 2, 2)
    seen = {}
    add_seen(seen, access, one)
    assert seen[access] is one
    # The same again is no more.
    add_seen(seen, access, one)
    assert seen[access] is one
    add_seen(seen, access, other)
    assert (seen[access].count, one.count, other.count) == (3, 1, 2)


def test_examples_and_addresses_have_an_end():
    seen = Seen()
    for number in range(MOST_ADDRESSES + 5):
        seen.show([f"e{number}", f"e{number}"], [f"10.0.0.{number}"])
    assert seen.examples == ["e0", "e1", "e2"]
    assert seen.addresses == {f"10.0.0.{number}" for number in range(MOST_ADDRESSES)}


# First and last time of a row, whether it counts from 100 to 200, and as of when
ROWS = [
    ((10, 50), False), ((10, 99), False), ((10, 100), True), ((150, 160), True), ((199, 300), True),
    ((200, 300), False), ((0, 0), True),
]  # fmt: skip


@pytest.mark.parametrize("times, counted", ROWS)
def test_rows_of_a_window(times, counted):
    batch, found = Batch(), Tally(since=100, until=200)
    batch.add_row(Row(CLOUDTRAIL, *times, 1, 50, 0, 0, "", ""))
    found.add(batch)
    found.finish()
    assert (found.counted, found.skipped[a.OUTSIDE]) == ((50, 0) if counted else (0, 1))
    assert (found.first, found.last) == (times if counted else (0, 0))
    assert bool(found.days) is (counted and times != (0, 0))
    for seen in found.seen.values():
        assert (seen.examples, seen.addresses, seen.distinct_days) == ([], set(), int(bool(times[0])))


def test_the_first_and_the_last_day_of_all():
    batch, found = Batch(), Tally()
    for number, days in enumerate([(3, 4), (1, 6), (2, 5)], 1):
        batch.add_row(Row(kind(principal=str(number)), *(NOON + day * DAY for day in days), number, 1, 0, 0, "", ""))
    found.add(batch)
    found.finish()
    assert (found.first, found.last) == (NOON + DAY, NOON + 6 * DAY)
    assert found.gaps() == []
    assert Tally().gaps() == []


def test_what_batches_say_adds_up():
    found = Tally()
    for number in range(3):
        batch = Batch(files=2, without_zone=3)
        batch.add("why")
        batch.add_row("why not")
        for place in range(20):
            batch.bad(f"{number}/{place}", "odd")
        found.add(batch.sent())
    assert (found.files, found.records, found.without_zone, found.malformed) == (6, 6, 9, 60)
    assert found.skipped == {"why": 3, "why not": 3}
    assert (len(found.named), found.named[0], found.named[-1]) == (50, "0/0: odd", "2/9: odd")


def test_a_batch_that_was_sent_begins_anew():
    batch = Batch()
    batch.add(told())
    batch.add_row(Row(CLOUDTRAIL, 1, 2, 3, 4, 5, 6, "", ""))
    batch.add_row("why")
    batch.bad("here", "odd")
    batch.files, batch.without_zone = 1, 1
    first, second = batch.sent(), batch.sent()
    assert (first.files, first.records, first.malformed, first.without_zone) == (1, 3, 1, 1)
    assert (len(first.rows), len(first.aggregated), first.named, first.skipped) == (4, 1, ["here: odd"], {"why": 1})
    assert (second.known, second.kinds, second.rows.tolist(), second.examples) == (1, [], [], {})
    assert (second.files, second.records, second.malformed, second.without_zone) == (0, 0, 0, 0)
    assert (second.aggregated, second.named, second.skipped) == ([], [], {})


def test_of_each_kind_so_much_is_told():
    batch = Batch()
    for number in range(MOST_ADDRESSES + 4):
        batch.add(told(identity=number, event=f"e{number % 5}" if number else "", address=f"10.0.0.{number // 2}"))
    assert batch.examples == {0: (["e1", "e2", "e3"], [f"10.0.0.{number}" for number in range(10)])}
    for number in range(MOST_ADDRESSES + 4):
        batch.add(told(identity=number, address=f"10.0.1.{number}"))
    (events, addresses) = batch.examples[0]
    assert (len(events), len(addresses), addresses[-1]) == (3, MOST_ADDRESSES, "10.0.1.5")
