# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python -m toolchain COMMAND, as the Makefile calls it. The standard library is all it needs."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from toolchain import changelog, interpreters, release, requirements, supported, trees
from toolchain.commands import Failed, Workplace, count_tests
from toolchain.environments import Environments, locked
from toolchain.parts import CHECKS, PARTS, QUICK, Part
from toolchain.runner import Outcome, result_line, run_side_by_side, summary

ROOT = Path(__file__).resolve().parents[2]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="toolchain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("test", help="all parts, side by side")
    commands.add_parser("quick", help="lint, types and the unit tests of the newest release, side by side")
    check = commands.add_parser("check", help="the parts of one check, one after the other")
    check.add_argument("check", choices=CHECKS)
    part = commands.add_parser("part", help="one part by its name")
    part.add_argument("part", choices=[entry.name for entry in (*PARTS, *QUICK)])
    quick = commands.add_parser("pytest", help="pytest in the working copy itself, with what else is on the line")
    quick.add_argument("arguments", nargs=argparse.REMAINDER)
    execute = commands.add_parser("exec", help="any command, with Ansible, amazon.aws and the collection at hand")
    execute.add_argument("words", nargs=argparse.REMAINDER)
    commands.add_parser("format", help="ruff formats the working copy and repairs what it can")
    commands.add_parser("changelog", help="put fragments and new plugins into the changelog")
    commands.add_parser("release", help="changelog and archive of the version in galaxy.yml, and what is left to do")
    commands.add_parser("requirements", help="compile requirements/*.txt anew")
    commands.add_parser("versions", help="what this machine tests, out of what is supported")
    for entry in (check, part, quick, execute):
        entry.add_argument("--core", help="a release line of supported.toml instead of floor and newest")
    return parser


def main() -> int:
    """Returns the exit status."""
    arguments = _parser().parse_args()
    rows = supported.load(ROOT)
    known = {python for row in rows for python in row.pythons}
    found = {python: path for python, path in interpreters.find().items() if python in known}
    try:
        choices = supported.choose(rows, found)
        if getattr(arguments, "core", None):
            chosen = supported.named(rows, found, arguments.core)
            choices = dict.fromkeys(choices, chosen)
    except supported.Unsupported as error:
        sys.stderr.write(f"{error}\n")
        return 2
    environments = Environments(ROOT, ROOT / ".build", found)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def workplace(label: str, parallel: int = processors) -> Workplace:
        return Workplace(environments, choices[label], parallel)

    match arguments.command:
        case "test":
            return _test(environments, choices, processors, PARTS)
        case "quick":
            return _test(environments, choices, processors, QUICK)
        case "check":
            _warn_of_untracked()
            entries = [part for part in PARTS if part.check == arguments.check]
            if arguments.core:
                entries = entries[:1]
            return _one_after_the_other([(part, workplace(part.choice)) for part in entries])
        case "part":
            entry = next(part for part in (*PARTS, *QUICK) if part.name == arguments.part)
            return _one_after_the_other([(entry, workplace(entry.choice, parallel=1))])
        case "pytest":
            return _exec(workplace("newest"), ["python", "-m", "pytest", *arguments.arguments])
        case "exec":
            return _exec(workplace("newest"), arguments.words)
        case "format":
            return _format(workplace("newest"))
        case "changelog":
            changelog.release(workplace("newest"))
        case "release":
            try:
                release.prepare(workplace("newest"))
            except Failed as failure:
                sys.stderr.write(f"{failure}\n")
                return 1
        case "requirements":
            requirements.compile_all(environments, rows)
        case "versions":
            sys.stdout.writelines(f"{choice}\n" for choice in choices.values())
    return 0


def _test(
    environments: Environments, choices: dict[str, supported.Choice], processors: int, parts: Sequence[Part]
) -> int:
    started = time.monotonic()
    sys.stdout.writelines(f"{choice}\n" for choice in choices.values())
    _warn_of_untracked()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))
    # Two more than there are processors: parts wait a third of their time, for a clock, a download, or a server.
    outcomes = run_side_by_side(parts, environments.build / "log", processors + 2)
    sys.stdout.write(f"{summary(outcomes, time.monotonic() - started)}\n")
    return 1 if any(outcome.failed for outcome in outcomes) else 0


def _warn_of_untracked() -> None:
    if new := trees.untracked(ROOT):
        sys.stdout.write(f"Not tested, because git does not track them: {', '.join(new)}\n")
    sys.stdout.flush()


def _one_after_the_other(parts: list[tuple[Part, Workplace]]) -> int:
    status = 0
    for part, workplace in parts:
        sys.stdout.write(f"{part.name}, {workplace.choice}\n")
        sys.stdout.flush()
        started, before = time.monotonic(), _processor_seconds()
        passed, failed = 0, 0
        try:
            # A second run at the same time would change the tree under the first one.
            with locked(workplace.environments.build / "lock" / part.name):
                passed = part.work(workplace, part.name)
        except Failed as failure:
            sys.stdout.write(f"{part.name}: {failure}\n")
            passed, failed = count_tests(failure.output)
            failed, status = max(failed, 1), 1
        seconds, processor = time.monotonic() - started, _processor_seconds() - before
        sys.stdout.write(f"{result_line(Outcome(part.name, seconds, passed, failed, processor))}\n")
        sys.stdout.flush()
    return status


def _processor_seconds() -> float:
    """What this process and those that it has waited for have used: it depends less on the load than time does."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _format(workplace: Workplace) -> int:
    ruff = workplace.environments.tools("quality", workplace.choice) / "bin" / "ruff"
    for words in (["check", "--fix", "--show-fixes", "."], ["format", "."]):
        status = subprocess.run([ruff, *words], cwd=ROOT, check=False).returncode
    return status


def _exec(workplace: Workplace, words: list[str]) -> int:
    """Replace this process by the command, in the working copy, with the quick tree."""
    words = words[1:] if words[:1] == ["--"] else words
    if not words:
        sys.stderr.write("no command given\n")
        return 2
    venv = workplace.environments.core(workplace.choice)
    collection = trees.build_quick(workplace.environments, workplace.choice)
    variables = workplace.variables(venv, collection)
    os.chdir(ROOT)
    executable = venv / "bin" / words[0]
    os.execvpe(executable if executable.exists() else words[0], words, variables)


if __name__ == "__main__":
    sys.exit(main())
