# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From the bytes of one file or object to its records, whatever is in it, in little memory.

It may be compressed or not, and be files of CloudTrail, events that EventBridge wrapped, records one per line, answers
of LookupEvents, server access logs, or aggregates. What cannot be read is counted and named; the rest is read.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from .access import Row
from .access_log import read_line
from .aggregate import Header, read_header, read_object, read_row
from .batch import Batch
from .cloudtrail import read_record
from .distinctions import Distinctions

AUTO, CLOUDTRAIL, LOG, AGGREGATED = "auto", "cloudtrail", "server_access_log", "aggregate"
FORMATS = (AUTO, CLOUDTRAIL, LOG, AGGREGATED)

_GZIP = b"\x1f\x8b"
#: So much of a text tells its format: the owner, bucket and date of a server access log are no longer.
_TELLING = 384
_CHUNK = 262_144
#: The longest record that is read; CloudTrail's have at most 1 MB.
_LONGEST = 4_194_304
#: Of one file, once it is unpacked. Those of CloudTrail have some 50 MB at most, server access logs less.
MOST_BYTES = 2 << 30
#: More bad lines, rows or values than this, and the rest of a file is left.
_MOST_BAD = 1000

_LIST = re.compile(r'\s*(?P<holder>\{\s*"(?:Records|Events)"\s*:\s*)?\[')
_BLANK = re.compile(r"[\s,]*")
_LOG_LINE = re.compile(r"\S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:")
_BEGINNINGS = ("{", "[", "]")
_DECODER = json.JSONDecoder()
#: What values of other types than those of a record lead to.
_NOT_ONE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
#: Stands for no value, for ``null`` is one.
_NONE: Any = object()


class Unreadable(ValueError):
    """Why a file is not read any further."""


@dataclass(slots=True)
class Text:
    """A text that comes in pieces; ``text`` is what is left of it from ``at`` on."""

    pieces: Iterator[str]
    text: str = ""
    at: int = 0
    ended: bool = False

    def more(self) -> bool:
        """Get one more piece; whether there was one."""
        piece = next(self.pieces, None)
        if piece is None:
            self.ended = True
            return False
        self.text = self.text[self.at :] + piece
        self.at = 0
        return True

    @property
    def left(self) -> int:
        return len(self.text) - self.at


def read_part(
    name: str,
    chunks: Iterable[bytes],
    distinctions: Distinctions,
    batch: Batch,
    form: str = AUTO,
    most: int = MOST_BYTES,
) -> None:
    """Read one file or object into a batch.

    :param name: what it is called when something in it is named.
    :param form: one of :data:`FORMATS`.
    :param most: the bytes that are read, unpacked.
    """
    batch.files += 1
    text = Text(_decoded(unpacked(chunks, most)))
    try:
        try:
            while text.left < _TELLING and text.more():
                pass
            _read_text(name, text, distinctions, batch, form)
        except _Broken as error:
            # What came before the break was read.
            raise Unreadable(str(error)) from None
    except Unreadable as error:
        batch.bad(name, str(error))


class _Broken(Exception):
    """The bytes end or are not what they should be."""


def unpacked(chunks: Iterable[bytes], most: int = MOST_BYTES) -> Iterator[bytes]:
    """The bytes, unpacked if they are a gz file (of one or more members), in pieces of bounded size."""
    left = most
    source = iter(chunks)
    first = next(source, b"")
    while len(first) < len(_GZIP) and (more := next(source, b"")):
        first += more
    if not first.startswith(_GZIP):
        while first:
            left -= len(first)
            yield first[: len(first) + min(left, 0)]
            if left < 0:
                raise _Broken(f"it has more than {most} bytes; the rest is left out")
            first = next(source, b"")
        return
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    data = first
    while data or not inflate.eof:
        if inflate.eof:
            # Another member, or padding behind the last one.
            if not data.startswith(_GZIP):
                return
            inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        if not data:
            data = next(source, b"")
            if not data:
                raise _Broken("the gz file is truncated; what came before was read")
        try:
            piece = inflate.decompress(data, _CHUNK)
        except zlib.error as error:
            raise _Broken(f"the gz file is damaged ({error}); what came before was read") from None
        data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
        if inflate.eof and not data:
            data = next(source, b"")
        left -= len(piece)
        if piece:
            yield piece
        if left < 0:
            raise _Broken(f"unpacked it has more than {most} bytes; the rest is left out")


def _decoded(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", True)


def _read_text(name: str, text: Text, distinctions: Distinctions, batch: Batch, form: str) -> None:
    sample = text.text[:4096].lstrip()
    if not sample:
        if not text.ended:
            raise Unreadable("it begins with nothing but blanks")
        return
    if "\0" in sample[:64]:
        raise Unreadable("it is none of the formats that are known: it has zero bytes")
    if sample[0] in "{[":
        if form == LOG:
            raise Unreadable("it is JSON, and no server access log")
        while found := _LIST.match(text.text, text.at):
            text.at = found.end()
            _read_list(name, text, distinctions, batch)
            if found["holder"]:
                _skip_rest(text)
            if not _to_next(text):
                return
        _read_values(name, text, distinctions, batch)
        return
    if form != CLOUDTRAIL and (form == LOG or _LOG_LINE.match(sample)):
        _read_lines(name, text, distinctions, batch)
        return
    header = read_header(_first_line(text)) if form in (AUTO, AGGREGATED) else None
    if header is None:
        raise Unreadable("it is none of the formats that are known")
    _read_rows(name, text, header, distinctions, batch)


def _first_line(text: Text) -> str:
    while "\n" not in text.text and text.left < _LONGEST and text.more():
        pass
    return text.text.partition("\n")[0]


def _read_list(name: str, text: Text, distinctions: Distinctions, batch: Batch) -> None:
    """The items of a list, one at a time."""
    number, bad = 0, _Bad(batch, "records")
    while True:
        if not _to_next(text):
            raise Unreadable(f"it ends in the middle, after record {number}")
        if text.text[text.at] == "]":
            text.at += 1
            return
        number += 1
        value = _value(text)
        if value is _NONE:
            raise Unreadable(f"record {number} is not JSON; the rest is left out")
        _read_value((name, "record", number), value, distinctions, batch)
        bad.check()


def _to_next(text: Text) -> bool:
    """Go over blanks and commas; whether something comes behind them."""
    if text.text[text.at : text.at + 1] in _BEGINNINGS:
        return True
    while True:
        found = _BLANK.match(text.text, text.at)
        text.at = found.end() if found else text.at
        if text.left or not text.more():
            return text.left > 0


def _skip_rest(text: Text) -> None:
    """Go over what an object has behind its list, such as the token for the next page."""
    if not _to_next(text):
        raise Unreadable("it ends before its last bracket")
    text.text, text.at = "{" + text.text[text.at :], 0
    if _value(text) is _NONE:
        raise Unreadable("what follows the list is not JSON; the rest is left out")


def _value(text: Text) -> Any:
    """The next JSON value; ``_NONE`` if there is none.

    :raises Unreadable: it is nested deeper than this Python reads, which before 3.12 are some 1,000 levels.
    """
    while True:
        try:
            value, text.at = _DECODER.raw_decode(text.text, text.at)
        except ValueError:
            if text.left > _LONGEST or text.ended or not text.more():
                return _NONE
        except RecursionError:
            raise Unreadable("it has lists or objects in each other deeper than can be read") from None
        else:
            return value


def _read_values(name: str, text: Text, distinctions: Distinctions, batch: Batch) -> None:
    """Values one after the other, mostly one per line; one that is none is passed over to the end of its line."""
    number, bad = 0, _Bad(batch, "values")
    while True:
        if not _to_next(text):
            return
        number += 1
        start = text.text[text.at]
        value = _line_value(text) if start in "{[" else _NONE
        if value is not _NONE:
            _read_value((name, "value", number), value, distinctions, batch)
        else:
            batch.bad(f"{name}, value {number}", "it is not JSON")
            if not _skip_line(text):
                return
        bad.check()


def _line_value(text: Text) -> Any:
    """As :func:`_value`; what is no value within its line is looked at once more only if it may go on behind it."""
    end = text.text.find("\n", text.at)
    if end > 0:
        try:
            value, text.at = _DECODER.raw_decode(text.text, text.at)
        except ValueError:
            following = text.text[end + 1 : end + 2]
            if following and following not in " \t\r\n}]":
                return _NONE
        except RecursionError:
            return _NONE
        else:
            return value
    return _value(text)


def _skip_line(text: Text) -> bool:
    """Go to the next line; whether there is one."""
    while True:
        end = text.text.find("\n", text.at)
        if end >= 0:
            text.at = end + 1
            return True
        text.at = len(text.text)
        if not text.more():
            return False


class _Bad:
    """How much of one file was bad; of one that has little else, the rest is left, however long it is."""

    def __init__(self, batch: Batch, what: str) -> None:
        self._batch, self._before, self._what = batch, batch.malformed, what

    def check(self) -> None:
        """:raises Unreadable: it is too much."""
        if self._batch.malformed - self._before >= _MOST_BAD:
            raise Unreadable(f"more than {_MOST_BAD} {self._what} are bad; the rest is left out")


#: The file, what is counted in it, and the number of the one.
_Place: TypeAlias = tuple[str, str, object]


def _read_value(place: _Place, value: Any, distinctions: Distinctions, batch: Batch, held: bool = False) -> None:
    """One record, or what holds some; ``held``: it is in what holds it."""
    try:
        if isinstance(value, dict) and "eventSource" in value:
            # Nearly all of them.
            batch.add(read_record(value, distinctions))
            return
        value = _unwrapped(value)
        for holder in () if held else ("Records", "Events"):
            if isinstance(value.get(holder), list):
                for index, one in enumerate(value[holder], 1):
                    _read_value((*place[:2], f"{place[2]}.{index}"), one, distinctions, batch, held=True)
                return
        # Rows of an aggregate have names of columns, which have no capitals.
        if "event_name" in value or "operation" in value:
            _add_row(batch, *read_object(value, distinctions))
        else:
            batch.add(read_record(value, distinctions))
    except _NOT_ONE as error:
        name, what, number = place
        batch.bad(f"{name}, {what} {number}", str(error) or "it is no record")


def _unwrapped(value: Any) -> Any:
    """The object that EventBridge or LookupEvents has wrapped, or that is the value itself.

    :raises ValueError: it is none.
    """
    if isinstance(value, dict):
        if "detail-type" in value and isinstance(value.get("detail"), dict):
            return value["detail"]
        if isinstance(value.get("CloudTrailEvent"), str):
            value = json.loads(value["CloudTrailEvent"])
    if not isinstance(value, dict):
        raise ValueError("it is no record")
    return value


def _add_row(batch: Batch, found: Row | str, zoned: bool) -> None:
    batch.without_zone += not zoned
    batch.add_row(found)


def _lines(text: Text) -> Iterator[str]:
    while True:
        end = text.text.rfind("\n") + 1
        if end > text.at:
            yield from text.text[text.at : end].split("\n")[:-1]
            text.at = end
        if text.left > _LONGEST:
            raise Unreadable("a line is longer than any of a log; the rest is left out")
        if not text.more():
            break
    if text.left:
        yield text.text[text.at :]


def _read_lines(name: str, text: Text, distinctions: Distinctions, batch: Batch) -> None:
    bad = _Bad(batch, "lines")
    for number, line in enumerate(_lines(text), 1):
        if not line or line == "\r":
            continue
        try:
            batch.add(read_line(line.rstrip("\r"), distinctions))
        except ValueError as error:
            batch.bad(f"{name}, line {number}", str(error))
            bad.check()


def _read_rows(name: str, text: Text, header: Header, distinctions: Distinctions, batch: Batch) -> None:
    number, bad = 0, _Bad(batch, "rows")
    try:
        for number, row in enumerate(header.rows(_lines(text)), 1):
            if number == 1 or not row:
                continue
            try:
                _add_row(batch, *read_row(header, row, distinctions))
            except ValueError as error:
                batch.bad(f"{name}, row {number}", str(error))
                bad.check()
    except csv.Error as error:
        # A quote that does not end takes all that follows into its field.
        raise Unreadable(f"row {number + 1} is no CSV ({error}); the rest is left out") from None
