# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Processes that make the calls of many workers.

Four fifths of what a run computes is botocore's: finding the endpoint, signing, reading the answer. Python computes in
one thread at a time, so threads alone share one core for that. Here only the calls go elsewhere. Each worker writes to
a line at whose other end a thread of some process makes the call; plans, guards and reports stay in one process.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

try:
    from botocore.exceptions import BotoCoreError, ConnectionClosedError
except ImportError:  # AnsibleAWSModule says so before anything here is called.
    BotoCoreError = ConnectionClosedError = None

from ..api.errors import aws_errors
from ..cores import usable_cores
from .calls import Calls

#: With more of them, whoever plans and reports is the slower one.
MAX_PROCESSES = 4
#: A process takes some 20 ms to begin, and a call some 2 ms of computing: fewer are not worth it.
CALLS_PER_PROCESS = 50
#: An end of a pipe here, and the other end in a process.
Line = tuple[Connection, Connection]


def useful_processes(calls: int, workers: int) -> int:
    """How many processes to make so many calls with; 0: the one that is there will do."""
    useful = min(MAX_PROCESSES, usable_cores(), workers, calls // CALLS_PER_PROCESS)
    return useful if useful > 1 else 0


@dataclass(frozen=True)
class Away:
    """Stands for a client of boto3 whose calls are made by whichever process has a line free.

    Its methods return and raise what those of the client do.
    """

    meta: Any
    _name: str
    _free: SimpleQueue[Connection]

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return partial(self._call, method)

    def _call(self, method: str, **parameters: Any) -> Any:
        line = self._free.get()
        try:
            line.send((self._name, method, parameters))
            answer = line.recv()
        except (EOFError, OSError) as error:
            # The process was killed, for want of memory most likely. Whether the call was carried out is not known, as
            # after an answer that was lost on the way.
            raise ConnectionClosedError(endpoint_url=f"{method} in a process that has ended") from error
        finally:
            self._free.put(line)
        if isinstance(answer, Exception):
            raise answer
        return answer


@contextmanager
def away(clients: Mapping[str, Any], workers: int, processes: int, calls: Calls) -> Iterator[dict[str, Away]]:
    """``clients`` for so many ``workers``, with their calls made by processes, which end with the context.

    Nobody else may use the clients meanwhile, and no other thread may run yet. ``calls`` counts the requests of the
    clients, and those of the processes when they end.
    """
    for client in clients.values():
        client.close()  # No connection may be in two processes. The client opens others.
    context = multiprocessing.get_context("fork")
    lines: list[Line] = [context.Pipe() for _worker in range(workers)]
    free: SimpleQueue[Connection] = SimpleQueue()
    with ExitStack() as ends:
        for number in range(processes):
            process = context.Process(target=_serve, args=(lines, number, processes, clients, calls), daemon=True)
            process.start()
            ends.callback(process.join)
        for here, there in lines:
            there.close()
            free.put(here)
            ends.callback(_end, free, calls)
        yield {name: Away(client.meta, name, free) for name, client in clients.items()}


def _end(free: SimpleQueue[Connection], calls: Calls) -> None:
    with free.get() as line:
        try:
            line.send(None)
            calls.add(line.recv())
        except (EOFError, OSError):
            return  # It has ended already, and what it had counted is lost.


def _serve(lines: Sequence[Line], number: int, processes: int, clients: Mapping[str, Any], calls: Calls) -> None:
    """What a process does: a thread for each of its lines."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Of a terminal, all processes get it: the module decides.
    calls.take()
    threads = []
    for position, (here, there) in enumerate(lines):
        here.close()  # Otherwise a line would not end when the module does.
        if position % processes == number:
            threads.append(threading.Thread(target=_answer_all, args=(there, clients, calls)))
        else:
            there.close()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _answer_all(line: Connection, clients: Mapping[str, Any], calls: Calls) -> None:
    try:
        while (asked := line.recv()) is not None:
            line.send(_answer(clients, *asked))
        line.send(calls.take())
    except (EOFError, OSError):
        return  # The module was killed.


def _answer(clients: Mapping[str, Any], name: str, method: str, parameters: Mapping[str, Any]) -> Any:
    try:
        return getattr(clients[name], method)(**parameters)
    except aws_errors() as error:
        if not isinstance(error, BotoCoreError):
            return error
        # What it says is made of values such as a connection, which cannot be sent.
        return type(error)(**{name: str(value) for name, value in error.kwargs.items()})
    except Exception:  # noqa: BLE001 - whoever asked for the call raises it
        return RuntimeError(traceback.format_exc())
