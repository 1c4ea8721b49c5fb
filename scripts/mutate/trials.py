# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge changes inside of one run of pytest: tests are collected once, and each change has a copy of that process.

A change of a function is judged by the tests that call it, the quick ones first, which takes a fraction of a second.
What runs when a file is imported is judged by a run of its own, of all tests that import the file.
"""

from __future__ import annotations

import gc
import hashlib
import pickle
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import _lru_cache_wrapper, partial
from pathlib import Path
from types import CodeType
from typing import Any

import forks
import pytest
from mutants import Mutant
from planted import Loaded, OnImport

NOTICED, SURVIVED, SLOW, ALONE = "noticed", "survived", "timed out", "no test"
_CORE = "/plugins/module_utils/"
#: Of a test that is not to be asked.
_NEVER = float("inf")
_QUIET = ("-s", "-p", "no:cacheprovider", "-p", "no:terminal")
#: A function by its file, its first line and its name.
Place = tuple[str, int, str]


@dataclass(frozen=True)
class Limits:
    """Processor seconds for the tests of one change, and for one test to be among them; how many changes at once."""

    change: int
    test: float
    jobs: int


class Judge:
    """A plugin of pytest that judges changes instead of running tests once.

    :ivar found: by the number of the change what came of it; those that take an import are not in it.
    :ivar left_out: the tests that are not asked: they take too long, or fail without any change.
    """

    def __init__(self, root: Path, drawn: list[Mutant], limits: Limits) -> None:
        self._root, self._drawn, self._limits = root, drawn, limits
        self.found: dict[int, str] = {}
        self.left_out: list[str] = []
        self._on_import = _Calls()
        self._failed = False

    def pytest_collection(self) -> None:
        self._on_import.start()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise RuntimeError("the tests cannot be collected")
        at_import = self._on_import.seen()
        records = self._recorded(session.items)
        callers: dict[Place, list[pytest.Item]] = {}
        for test, record in sorted(zip(session.items, records, strict=True), key=lambda one: one[1].seconds):
            if record.seconds > self._limits.test:
                self.left_out.append(test.nodeid)
                continue
            for place in record.called:
                callers.setdefault(place, []).append(test)
        loaded = Loaded(_CORE)
        todo = []
        for number, mutant in enumerate(self._drawn):
            place = (mutant.path, *mutant.function) if mutant.function else None
            if place is None or place in at_import:
                continue
            if place in callers:
                todo.append((number, partial(self._tried, mutant, callers[place], loaded)))
            else:
                self.found[number] = ALONE
        for number, code in forks.in_copies(self._limits.jobs, self._limits.change, todo):
            if code != _TAKES_AN_IMPORT:
                self.found[number] = _OUTCOMES[code]
        return True

    def _tried(self, mutant: Mutant, tests: list[pytest.Item], loaded: Loaded) -> int:
        if not loaded.plant(mutant, (self._root / mutant.path).read_text(encoding="utf-8")):
            return _TAKES_AN_IMPORT
        return 0 if all(self._passes(test) for test in tests) else 1

    def _passes(self, test: pytest.Item) -> bool:
        test.config.hook.pytest_runtest_protocol(item=test, nextitem=None)
        return not self._failed

    def _recorded(self, tests: list[pytest.Item]) -> list[Record]:
        """What each test calls, and how long it takes. What is known from before is not found out again.

        In a copy, as what tests leave in the process would be there for all changes.
        """
        place = self._root / ".build" / "mutate" / "records.pickle"
        place.parent.mkdir(parents=True, exist_ok=True)
        known: dict[str, Record] = pickle.loads(place.read_bytes()) if place.is_file() else {}
        files = Files(self._root)
        stale = [test for test in tests if not self._knows(files, known.get(test.nodeid))]
        if stale:
            (code,) = [
                code for _place, code in forks.in_copies(1, 0, [(None, partial(self._record, stale, known, place))])
            ]
            if code:
                raise RuntimeError("what the tests call could not be recorded")
            known = pickle.loads(place.read_bytes())
        return [known[test.nodeid] for test in tests]

    def _knows(self, files: Files, record: Record | None) -> bool:
        """One that was ended after less time than it may take now may be asked after all."""
        return files.same_as(record) and (
            record is None or record.seconds < _NEVER or record.limit >= self._limits.test
        )

    def _record(self, tests: list[pytest.Item], known: dict[str, Record], place: Path) -> int:
        caches = [one for one in gc.get_objects() if isinstance(one, _lru_cache_wrapper)]
        calls, files = _Calls(), Files(self._root)
        for number, test in enumerate(tests):
            for cache in caches:
                cache.cache_clear()
            calls.start()
            seconds = self._seconds_of(test)
            called = calls.seen()
            state = files.state_of(test.path, {path for path, _line, _name in called})
            if self._failed:
                # Without any change; the next time it may be mended.
                seconds, state, self._failed = _NEVER, {"": "failed"}, False
            known[test.nodeid] = Record(seconds, frozenset(called), state, self._limits.test)
            # It takes minutes, and who interrupts it need not begin anew.
            if number % 300 == 299 or number == len(tests) - 1:
                partly = place.with_suffix(".part")
                partly.write_bytes(pickle.dumps(known))
                partly.replace(place)
        return 0

    def _seconds_of(self, test: pytest.Item) -> float:
        """One that takes too long is ended: whether it would have passed does not matter."""
        ended: list[int] = []

        def end(number: int, _frame: object) -> None:
            ended.append(number)
            raise TimeoutError("takes too long to be asked")

        before = time.process_time()
        signal.signal(signal.SIGPROF, end)
        signal.setitimer(signal.ITIMER_PROF, self._limits.test)
        self._passes(test)
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._failed = self._failed and not ended
        return _NEVER if ended else time.process_time() - before


@dataclass(frozen=True)
class Record:
    """Of one test: processor seconds, the functions of the core that it calls, and the state of the files of both.

    ``limit``: after how many seconds it would have been ended.
    """

    seconds: float
    called: frozenset[Place]
    state: dict[str, str]
    limit: float = 0


class Files:
    """The state of files, each looked at once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._digests: dict[str, str] = {}
        # What tests share, and the data beside them, may concern any of them.
        shared = [path for path in (root / "tests" / "unit").rglob("*") if path.is_file()]
        self._shared = sorted(
            path.relative_to(root).as_posix()
            for path in shared
            if not path.name.startswith("test_") and path.suffix != ".pyc"
        )

    def state_of(self, test: Path, core: Iterable[str]) -> dict[str, str]:
        room = f"{test.parent.relative_to(self._root).as_posix()}/"
        # Data are for the tests that they lie beside.
        shared = [name for name in self._shared if name.endswith(".py") or name.startswith(room)]
        names = [test.relative_to(self._root).as_posix(), *core, *shared]
        return {name: self._digest(name) for name in names}

    def same_as(self, record: Record | None) -> bool:
        return record is not None and all(self._digest(name) == known for name, known in record.state.items())

    def _digest(self, name: str) -> str:
        if name not in self._digests:
            path = self._root / name
            self._digests[name] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        return self._digests[name]


class _Calls:
    """The functions of the core that are called from `start` to `seen`."""

    def __init__(self) -> None:
        self._seen: set[Place] = set()

    def start(self) -> None:
        self._seen = set()
        watch = sys.monitoring
        if watch.get_tool(watch.COVERAGE_ID) is None:
            watch.use_tool_id(watch.COVERAGE_ID, "mutate")
            watch.set_events(watch.COVERAGE_ID, watch.events.PY_START)
        watch.register_callback(watch.COVERAGE_ID, watch.events.PY_START, self._called)
        watch.restart_events()

    def seen(self) -> set[Place]:
        sys.monitoring.register_callback(sys.monitoring.COVERAGE_ID, sys.monitoring.events.PY_START, None)
        return self._seen

    def _called(self, code: CodeType, _offset: int) -> Any:
        _before, core, path = code.co_filename.rpartition(_CORE)
        if core:
            self._seen.add((f"{core[1:]}{path}", code.co_firstlineno, code.co_name))
        return sys.monitoring.DISABLE


_TAKES_AN_IMPORT = 100
_BROKEN = 100
_OUTCOMES = {0: SURVIVED, 1: NOTICED, forks.SLOW: SLOW}


def judge_functions(judge: Judge, tests: list[Path]) -> tuple[dict[int, str], list[str]]:
    """The changes that need no import, by their numbers; and the tests that are not asked."""
    if pytest.main([*_QUIET, *map(str, tests)], plugins=[judge]) != pytest.ExitCode.OK:
        sys.exit("The tests are not as they should be before any change: see what `make pytest` says.")
    return judge.found, judge.left_out


def judge_imports(
    todo: list[tuple[Mutant, list[list[Path]]]], left_out: list[str], limits: Limits
) -> Iterator[tuple[Mutant, str]]:
    """The others, each with the tests that import it, those that are near to it first."""
    tried = [(mutant, partial(_tried_by_import, mutant, tests, left_out)) for mutant, tests in todo]
    for mutant, code in forks.in_copies(limits.jobs, limits.change, tried):
        yield mutant, _OUTCOMES[code]


def _tried_by_import(mutant: Mutant, ranks: list[list[Path]], left_out: list[str]) -> int:
    OnImport(mutant)
    near, far = ([str(test) for rank in part for test in rank] for part in (ranks[:2], ranks[2:]))
    for tests in filter(None, (near, far)):
        match pytest.main([*_QUIET, "-x", *(f"--deselect={test}" for test in left_out), *tests]):
            case pytest.ExitCode.OK:
                continue
            case pytest.ExitCode.TESTS_FAILED | pytest.ExitCode.INTERRUPTED:
                return 1
            case other:
                return int(other) + _BROKEN
    return 0
