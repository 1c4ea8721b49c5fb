# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Reading many files and objects: on all cores, and with some objects on their way at any time.

Three quarters of what reading takes is gunzip and JSON, in which Python computes on one core only. So processes read,
each its share of the parts, and send what they have counted; one process brings it together.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection, wait
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ..._plan.history.batch import Batch
from ..._plan.history.distinctions import Distinctions
from ..._plan.history.reader import read_part
from ..._plan.history.tally import Tally
from ..cores import usable_cores
from .evidence import Part, open_part

#: With more of them, whoever brings it together is the slower one.
_MAX_PROCESSES = 4
#: A process takes some 20 ms to begin.
_PARTS_PER_PROCESS = 16
#: What has been read is sent when it is so many parts or records.
_PARTS_PER_BATCH, _RECORDS_PER_BATCH = 8, 20_000
#: Garbage is collected when so many more objects are there than before.
_OBJECTS_PER_COLLECTION = 200_000
#: Objects that are asked for before they are needed, and how much of each.
_AHEAD, _BYTES_AHEAD = 8, 1 << 20


def read_all(parts: Sequence[Part], distinctions: Distinctions, tally: Tally, client: Callable[[], Any]) -> None:
    """Count all parts; what of them cannot be read is named in the tally.

    :param client: makes a client of S3 when it is called.
    """
    # Records have no circles, and looking for some takes a tenth of the time; answers of AWS have.
    gc.freeze()
    gc.set_threshold(_OBJECTS_PER_COLLECTION, 50, 50)
    processes = min(_MAX_PROCESSES, usable_cores(), len(parts) // _PARTS_PER_PROCESS)
    s3 = client() if any(part.bucket for part in parts) else None
    if processes < 2:
        for batch, _done in _batches(parts, distinctions, s3):
            tally.add(batch)
        return
    if s3 is not None:
        s3.close()  # No connection may be in two processes. The client opens others.
    context = multiprocessing.get_context("fork")
    shares = [parts[number::processes] for number in range(processes)]
    lines: dict[Any, list[Part]] = {}
    running = []
    for reader, share in enumerate(shares, 1):
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_serve, args=(there, share, distinctions, s3, reader), daemon=True)
        process.start()
        there.close()
        running.append(process)
        lines[here] = list(share)
    while lines:
        ready: list[Any] = list(wait(list(lines)))
        for line in ready:
            left = lines[line]
            try:
                batch, done = line.recv()
            except (EOFError, OSError):
                # It has ended, with all of its share or for want of memory; then what is left is read here.
                del lines[line]
                for rest, _done in _batches(left, distinctions, s3):
                    tally.add(rest)
            else:
                tally.add(batch)
                del left[:done]
    for process in running:
        process.join()


def _serve(line: Connection, share: Sequence[Part], distinctions: Distinctions, client: Any, reader: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Of a terminal, all processes get it: the module decides.
    try:
        for batch, done in _batches(share, distinctions, client, reader):
            line.send((batch, done))
    except OSError:
        return  # The module was killed.
    finally:
        line.close()


def _batches(
    parts: Sequence[Part], distinctions: Distinctions, client: Any, reader: int = 0
) -> Iterator[tuple[Batch, int]]:
    """What was read, with how many parts it is of; ``reader``: the number of whoever reads."""
    batch, done = Batch(reader), 0
    for part, chunks in _opened(parts, client):
        try:
            read_part(part.name, chunks, distinctions, batch, part.form)
        except (OSError, AnsibleAWSError) as error:
            batch.bad(part.name, str(error))
        done += 1
        if done >= _PARTS_PER_BATCH or len(batch.rows) >= 4 * _RECORDS_PER_BATCH:
            yield batch.sent(), done
            done = 0
    if done:
        yield batch.sent(), done


def _opened(parts: Sequence[Part], client: Any) -> Iterator[tuple[Part, Iterator[bytes]]]:
    """The parts with their bytes, of which the first are on their way before they are needed."""
    if client is None:
        yield from ((part, open_part(part, None)) for part in parts)
        return
    with ThreadPoolExecutor(max_workers=_AHEAD) as pool:
        asked: deque[tuple[Part, Future[_Begun]]] = deque()
        for part in parts:
            asked.append((part, pool.submit(_begin, part, client)))
            if len(asked) >= _AHEAD:
                yield _came(*asked.popleft())
        while asked:
            yield _came(*asked.popleft())


#: The first bytes of a part, and an iterator of the rest; or what went wrong.
_Begun = tuple[list[bytes], Iterator[bytes], "Exception | None"]


def _begin(part: Part, client: Any) -> _Begun:
    first: list[bytes] = []
    rest = open_part(part, client)
    size = 0
    try:
        for piece in rest:
            first.append(piece)
            size += len(piece)
            if size >= _BYTES_AHEAD:
                break
    except (OSError, AnsibleAWSError) as error:
        return first, iter(()), error
    return first, rest, None


def _came(part: Part, asked: Future[_Begun]) -> tuple[Part, Iterator[bytes]]:
    return part, _pieces(*asked.result())


def _pieces(first: list[bytes], rest: Iterator[bytes], error: Exception | None) -> Iterator[bytes]:
    yield from first
    if error is not None:
        raise error
    yield from rest
