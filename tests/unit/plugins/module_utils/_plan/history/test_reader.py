# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever is in a file, nothing crashes, what can be read is read, and what cannot is counted and named."""

from __future__ import annotations

import gzip
import json
import random
import tracemalloc
import zlib

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import reader
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.batch import Batch
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.distinctions import Distinctions
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.reader import read_part
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Tally

BUCKET, ACCOUNT = "payroll-reports", "111122223333"
LINE = (
    f"{'79a5' * 16} {BUCKET} [06/Nov/2026:00:00:38 +0000] 10.0.0.1 - 3E57427F3EXAMPLE REST.GET.OBJECT a "
    '"GET /a HTTP/1.1" 200 - 113 113 7 5 "-" "agent" - x= SigV4 TLS AuthHeader host TLSv1.2 - -'
)
HEADER = "principal_type,principal,principal_account,event_name,bucket,key_prefix,count,first_seen,last_seen"
WHEN = "2026-11-01T00:00:00Z,2026-11-09T00:00:00Z"
ROW = f"IAMUser,arn:aws:iam::{ACCOUNT}:user/bob,{ACCOUNT},GetObject,{BUCKET},a/,7,{WHEN}"


def record(number=1, **changes):
    return {
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "eventTime": "2026-11-20T10:15:00Z",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "10.0.0.1",
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/bob", "accountId": ACCOUNT},
        "requestParameters": {"bucketName": BUCKET, "key": "täglich/a"},
        "eventID": f"e-{number}",
        "eventCategory": "Data",
        **changes,
    }


def read(data, form="auto", size=1 << 16, most=reader.MOST_BYTES):
    batch = Batch()
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    read_part("here", chunks, Distinctions({BUCKET: []}, {}), batch, form, most)
    return batch


def text_of(*records):
    return "\n".join(map(json.dumps, records))


def lookup(one):
    return {"EventId": one["eventID"], "EventName": one["eventName"], "CloudTrailEvent": json.dumps(one)}


TWO = [record(1), record(2)]
WRAPPED = [{"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": one} for one in TWO]
FORMATS = {
    "a file of CloudTrail": json.dumps({"Records": TWO}),
    "indented": json.dumps({"Records": TWO}, indent=2),
    "a list": json.dumps(TWO),
    "one per line": text_of(*TWO),
    "one per line, with empty ones": f"\n{text_of(*TWO)}\n\n",
    "one after the other": "".join(map(json.dumps, TWO)),
    "wrapped by EventBridge": text_of(*WRAPPED),
    "a list of wrapped ones": json.dumps(WRAPPED),
    "an answer of LookupEvents": json.dumps({"Events": [lookup(one) for one in TWO], "NextToken": "x"}),
    "an answer that begins with its token": json.dumps({"NextToken": "x", "Events": [lookup(one) for one in TWO]}),
    "files of CloudTrail one per line": text_of({"Records": TWO[:1]}, {"Records": TWO[1:]}),
    "with a mark of UTF-8": "\ufeff" + json.dumps({"Records": TWO}),
}


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("text", FORMATS.values(), ids=FORMATS)
def test_formats(text, packed, size):
    data = text.encode()
    found = read(gzip.compress(data) if packed else data, size=size)
    assert (found.records, found.malformed, found.named) == (2, 0, [])
    assert found.kinds[0][0].prefix == "täglich/"


def test_a_log_and_an_aggregate():
    assert read(f"{LINE}\r\n{LINE}\n\n".encode()).records == 2
    found = read(f"{HEADER}\n{ROW}\n".encode())
    assert (found.records, found.aggregated[0].requests, found.malformed) == (1, 7, 0)
    # A first line may be longer than what is looked at first.
    more = [f"column_{number}" for number in range(90)]
    long = f"{','.join([HEADER, *more])}\n{ROW}{',' * len(more)}\n"
    assert [read(long.encode(), size=size).aggregated[0].requests for size in (1, 1 << 16)] == [7, 7]
    objects = text_of(dict(zip(HEADER.split(","), ROW.split(","), strict=True)))
    assert read(objects.encode()).aggregated[0].requests == 7


POINT = f"arn:aws:s3:eu-central-1:{ACCOUNT}:accesspoint/reports"
ROWS = {
    "an access point whose bucket is told": ({"access_point": POINT}, [(BUCKET, POINT, "a/")]),
    "an access point whose bucket is not told": ({"bucket": POINT}, [("", POINT, "a/")]),
    "an alias": ({"bucket": "x-s3alias"}, [("", "x-s3alias", "a/")]),
    "a copy out of the bucket": (
        {"bucket": "other", "event_name": "CopyObject", "copy_source_bucket": BUCKET},
        [("other", "", "a/"), (BUCKET, "", "")],
    ),
    "a copy out of an access point": (
        {"bucket": "other", "event_name": "CopyObject", "copy_source_bucket": "x-s3alias"},
        [("other", "", "a/"), ("", "x-s3alias", "")],
    ),
    "a log, whose keys are as in URLs": (
        {"event_name": None, "operation": "REST.GET.OBJECT", "requester": "-", "key_prefix": "a%3D1/"},
        [(BUCKET, "", "a=1/")],
    ),
}


@pytest.mark.parametrize("changes, expected", ROWS.values(), ids=ROWS)
def test_what_rows_are_about(changes, expected):
    row = {**dict(zip(HEADER.split(","), ROW.split(","), strict=True)), **changes}
    found = read(text_of({name: value for name, value in row.items() if value is not None}).encode())
    assert [(one.bucket, one.access_point, one.prefix) for one in found.aggregated[0].accesses] == expected


@pytest.mark.parametrize(
    "address, kept", [("10.1.2.3", "10.1.2.3"), ("2001:db8::1", "2001:db8::1"), ("AWS Internal", ""), ("", "")]
)
def test_the_example_of_an_address_is_one(address, kept):
    row = {**dict(zip(HEADER.split(","), ROW.split(","), strict=True)), "example_address": address}
    found = read(text_of(row).encode()).aggregated[0]
    assert (found.address, found.days, found.addresses) == (kept, 0, 0)


def test_sessions_in_rows_of_a_log_are_one_kind():
    rows = [
        {"operation": "REST.GET.OBJECT", "requester": f"arn:aws:sts::{ACCOUNT}:assumed-role/r/{name}", "bucket": BUCKET}
        for name in ("one", "two")
    ]
    found = read(text_of(*({**row, "count": 1} for row in rows)).encode())
    assert found.aggregated[0].accesses == found.aggregated[1].accesses


def test_members_of_a_gz_file_and_padding():
    data = gzip.compress(text_of(TWO[0]).encode() + b"\n") + gzip.compress(text_of(TWO[1]).encode()) + b"\0" * 64
    assert (read(data).records, read(data).malformed) == (2, 0)


def named(found, text):
    assert found.malformed == len(found.named) == 1
    assert found.named[0].startswith("here") and text in found.named[0]


def test_a_truncated_gz_file_is_read_up_to_there():
    chance = random.Random(1)
    data = gzip.compress(json.dumps({"Records": [record(chance.getrandbits(99)) for _one in range(5000)]}).encode())
    found = read(data[: len(data) // 2])
    named(found, "truncated")
    assert 1000 < found.records < 4000


def test_a_damaged_gz_file():
    data = bytearray(gzip.compress(json.dumps({"Records": TWO}).encode()))
    data[20:30] = b"\xff" * 10
    named(read(bytes(data)), "damaged")


def test_a_file_that_ends_in_the_middle():
    found = read(json.dumps({"Records": TWO}).encode()[:-40])
    named(found, "record 2")
    assert found.records == 1


@pytest.mark.parametrize("size", [1, 1 << 16])
def test_a_file_that_ends_in_the_middle_of_a_letter(size):
    found = read(f"{text_of(*TWO)}\nä".encode()[:-1], size=size)
    named(found, "value 3: it is not JSON")
    assert found.records == 2


OTHERS = {
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "none of the formats"),
    "a page": (b"<html><body>403</body></html>", "none of the formats"),
    "zeros": (bytes(100_000), "zero bytes"),
    "blanks": (b" " * 100_000, "nothing but blanks"),
    "another table": (b"a,b,c\n1,2,3\n", "none of the formats"),
    "JSON of something else": (b'{"hello": "world"}', "no eventSource"),
    "a number": (b"42\n", "none of the formats"),
    "deep": (b"[" * 100_000, "deeper than can be read"),
}


@pytest.mark.parametrize("data, text", OTHERS.values(), ids=OTHERS)
def test_files_of_another_kind(data, text):
    found = read(data)
    named(found, text)
    assert found.kinds == []


def test_an_empty_file_is_nothing():
    assert (read(b"").malformed, read(gzip.compress(b"")).malformed) == (0, 0)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("less", [0, 1])
def test_as_many_bytes_are_read_as_are_allowed(less, packed):
    data = f"{text_of(*TWO)}\n".encode()
    found = read(gzip.compress(data) if packed else data, most=len(data) - less)
    assert (found.records, found.malformed) == (2, less)
    assert f"has more than {len(data) - 1} bytes; the rest is left out" in "".join(found.named) or not less


def bomb(megabytes, start):
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    piece = b" " * 1_000_000
    yield packer.compress(start)
    for _number in range(megabytes):
        yield packer.compress(piece)
    yield packer.flush()


@pytest.mark.parametrize("start", [b"", b"[", text_of(TWO[0]).encode(), LINE.encode()])
def test_a_bomb_takes_no_memory(start):
    batch = Batch()
    packed = b"".join(bomb(200, start))
    assert len(packed) < 1_000_000
    tracemalloc.start()
    read_part("here", [packed], Distinctions({BUCKET: []}, {}), batch, most=100_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000
    assert batch.malformed == 1


# What stands behind a list, what is said of it
BEHIND = [
    (', "NextToken": "x"}', ""),
    ("}", ""),
    (' , "NextToken": "x"', "not JSON"),
    (", nonsense}", "not JSON"),
    ("", "before its last bracket"),
    ("  \n", "before its last bracket"),
]


@pytest.mark.parametrize("size", [3, 1 << 16])
@pytest.mark.parametrize("end, said", BEHIND)
def test_what_follows_a_list(end, said, size):
    found = read((json.dumps({"Records": TWO})[:-1] + end).encode(), size=size)
    assert (found.records, found.malformed) == (2, int(bool(said)))
    assert said in "".join(found.named)


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_one_bad_line_is_passed_over(size):
    text = "\n".join([json.dumps(TWO[0]), '{"eventSource": "s3.amaz', "hello", json.dumps(TWO[1])])
    found = read(text.encode(), size=size)
    assert (found.records, found.malformed) == (2, 2)
    assert found.named == ["here, value 2: it is not JSON", "here, value 3: it is not JSON"]
    found = read(text_of(TWO[0], TWO[1]).replace("\n", "\nhello\n").encode(), size=size)
    assert (found.records, found.named) == (2, ["here, value 2: it is not JSON"])
    found = read(f"{LINE}\nhello\n{LINE}\n".encode(), size=size)
    assert (found.records, found.malformed, found.named[0][:12]) == (2, 1, "here, line 2")
    found = read(f"{HEADER}\n{ROW}\n{ROW},more\n{ROW}\n".encode(), size=size)
    assert (found.records, found.malformed, found.named[0][:11]) == (2, 1, "here, row 3")


def test_bad_records_among_good_ones():
    odd = [
        7,
        None,
        "text",
        [],
        {},
        {"eventSource": "s3.amazonaws.com"},
        record(eventTime="yesterday"),
        record(eventName=None),
    ]
    found = read(json.dumps({"Records": [TWO[0], *odd, TWO[1]]}).encode())
    assert (len(found.rows) // 4, found.malformed) == (2, len(odd))
    said = [one.partition(": ")[2] for one in found.named]
    assert said[:3] == ["it is no record"] * 3
    assert all(said)
    assert not any("object has no attribute" in one or "NoneType" in one for one in said)


ODD_PARTS = ["userIdentity", "requestParameters", "resources", "tlsDetails", "additionalEventData", "errorMessage"]


@pytest.mark.parametrize("part", ODD_PARTS)
@pytest.mark.parametrize("value", [None, [], {}, "text", 7, True, [None], {"type": 3, "sessionContext": "x"}])
def test_odd_parts_of_records_crash_nothing(part, value):
    found = read(text_of(record(**{part: value}, errorCode="AccessDenied")).encode())
    assert found.records + found.malformed == 1


def nested(depth):
    return b'{"Records":[' * depth + json.dumps(TWO[0]).encode() + b"]}" * depth


def can_be_read(data):
    """How deep Python reads depends on its release."""
    try:
        json.loads(data)
    except RecursionError:
        return False
    return True


ENDINGS = {
    "a quote that does not end": (f"{HEADER}\n{ROW}\n".encode() + b'"' + b"x" * 200_000, "no CSV", 1),
    "a header that does not end": (b'bucket,count,event_name,"x\n' + b"y" * 200_000, "row 1 is no CSV", 0),
    "lists in lists": (nested(3000), "no eventSource" if can_be_read(nested(3000)) else "deeper", 0),
    "lists in lists without an end": (nested(500_000), "deeper", 0),
    "a list of nothing but objects": (b'{"Records":[' + b"{}," * 100_000 + b"{}]}", "more than 1000", 0),
    "lines of nothing but objects": (b'{"a": 1}\n' * 100_000, "more than 1000", 0),
    "a row of the year 1900": (f"{HEADER}\n{ROW}\n{ROW}".replace("2026", "1900", 1).encode(), "nobody made", 1),
}


@pytest.mark.parametrize("data, text, rows", ENDINGS.values(), ids=ENDINGS)
def test_what_would_take_long_or_crash_is_left_and_named(data, text, rows, monkeypatch):
    monkeypatch.setattr("ansible_collections.perimeter.s3.plugins.module_utils._plan.history.batch.NAMED", 2000)
    found = read(data)
    assert any(text in one for one in found.named) and found.malformed <= 1001
    assert len(found.aggregated) == rows


@pytest.mark.parametrize("when", ["1900-01-01T00:00:00Z", "9999-12-31T00:00:00Z"])
def test_a_record_of_an_impossible_time_takes_no_other_with_it(when):
    found = read(json.dumps({"Records": [record(1, eventTime=when), *TWO]}).encode())
    assert (len(found.rows), found.malformed) == (8, 1)


def test_what_has_no_id_is_counted_once():
    same = record(1, eventID=None)
    line = LINE.replace("3E57427F3EXAMPLE", "-")
    tally = Tally()
    tally.add(read(json.dumps({"Records": [same, same]}).encode()))
    tally.add(read(f"{line}\n{line}\n".encode()))
    tally.finish()
    assert (tally.counted, tally.duplicates) == (2, 2)


@pytest.mark.parametrize("address", ["999.1.2.3", "10.0.0.1, 192.0.2.1", "1", "::1::"])
def test_what_is_no_address_tells_no_path(address):
    found = read(text_of(record(sourceIPAddress=address)).encode())
    assert (found.malformed, found.kinds[0][0].path) == (0, "untold")


MANY = {
    "lines": f"{LINE}\n{{}}{LINE}\n",
    "rows": f"{HEADER}\n{ROW}\n{{}}{ROW}\n",
    "values": f"{json.dumps(TWO[0]).replace('{', '{{').replace('}', '}}')}\n{{}}",
}


@pytest.mark.parametrize("count, left", [(999, False), (1000, True), (5000, True)])
@pytest.mark.parametrize("what", MANY)
def test_a_file_of_too_many_bad_parts_is_left(what, count, left, monkeypatch):
    monkeypatch.setattr("ansible_collections.perimeter.s3.plugins.module_utils._plan.history.batch.NAMED", 2000)
    found = read(MANY[what].format("hello\n" * count).encode())
    assert found.malformed == (1001 if left else count)
    assert (f"more than 1000 {what} are bad; the rest is left out" in found.named[-1]) is left
    assert found.records >= 1


def test_a_format_that_is_not_that_of_the_file():
    named(read(json.dumps(TWO).encode(), "server_access_log"), "no server access log")
    named(read(LINE.encode(), "cloudtrail"), "none of the formats")


def test_everything_is_counted_once():
    tally = Tally()
    for data in (json.dumps({"Records": TWO}), json.dumps({"Records": [*TWO, record(3)]}), f"{HEADER}\n{ROW}\n{ROW}\n"):
        tally.add(read(data.encode()))
    tally.finish()
    assert (tally.counted, tally.duplicates, tally.records) == (3 + 7, 3, 7)
