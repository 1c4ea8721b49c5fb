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
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.batch import Batch
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Numbers, Tally

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
