#!/usr/bin/env python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows the main job in an emulated AWS: a VPC and two buckets converge, are damaged, and converge again.

A workload asks for objects before and after. Then a policy that locks its author out is refused, put by hand all the
same, and repaired.

Every step says what it expects of Ansible's recap, and the demo fails when that does not hold.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from probes import INTERNET, LOCKED, Unexpected, Workload, lock_out_and_recover
from surroundings import build, damage, show

from tests.emulator import running_emulator

HERE = Path(__file__).resolve().parent
RULE = "─" * 96
# Ansible's own output, without what nobody reads in a demo.
QUIET = {
    "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
    "ANSIBLE_DISPLAY_OK_HOSTS": "false",
    "ANSIBLE_LOCALHOST_WARNING": "false",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
}
INDENT = {"initial_indent": "  ", "subsequent_indent": "  "}
RECAP = re.compile(r"^localhost\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=0\s+failed=(\d+)", re.MULTILINE)


class DemoFailed(Exception):
    """A step did not end as it should have."""


def main() -> int:
    started = time.monotonic()
    with running_emulator() as emulator:
        surroundings = build(emulator.connection)
        run = Runner(emulator, surroundings.vpc_id)
        title(
            "Before", "A VPC with three route tables and no endpoint; two buckets, one with a policy of somebody else."
        )
        show(surroundings)
        print()
        workload = Workload.made(emulator, surroundings)
        workload.gets(INTERNET, 200)
        step = title(
            "1. Converge", "The role makes the endpoint, its routes and its policy, then closes the buckets around it."
        )
        run(step, changed=True)
        show(surroundings)
        print()
        endpoint = (surroundings.endpoint() or {})["VpcEndpointId"]
        workload.gets(INTERNET, 403)
        workload.gets(endpoint, 200)
        workload.deletes(endpoint, 403)
        step = title("2. Again", "Nothing differs, so nothing is written.")
        run(step, changed=False)
        title("3. Damage", "Somebody works by hand:")
        for sentence in damage(surroundings):
            print(f"  ✗ {sentence}")
        step = title("4. Look", "Check mode finds the drift, shows each statement that differs, and writes nothing.")
        run(step, "--check", "--diff", changed=True)
        step = title("5. Correct", "The same declaration, applied again.")
        run(step, changed=True)
        show(surroundings)
        title("6. Lock-out", "A bucket policy that would shut out its own author is refused before it is written.")
        document = surroundings.locking_policy(LOCKED)
        run.refused("lockout.yml", {"locking_policy": document}, words="allow_lockout")
        title("7. By hand", "The same document without this collection: S3 takes it without a word.")
        lock_out_and_recover(emulator, surroundings, document)
        step = title("8. Once more", "Everything is as declared.")
        run(step, changed=False)
        title("In all", "What AWS was asked, and what was written:")
        run.sum_up()
    print(f"\n{RULE}\nDone in {time.monotonic() - started:.0f} s. The playbook to copy: scripts/demo/playbook.yml\n")
    return 0


class Runner:
    """Runs the playbook, prints the AWS calls that it made, and compares its recap with what the step promises."""

    def __init__(self, emulator: object, vpc_id: str) -> None:
        self.emulator = emulator
        self.runs: list[tuple[str, Counter[str]]] = []
        connection = emulator.connection
        self.command = ["ansible-playbook", str(HERE / "playbook.yml"), "--extra-vars", f"vpc_id={vpc_id}"]
        self.environment = {
            **os.environ,
            **QUIET,
            "AWS_URL": connection["endpoint_url"],
            "AWS_REGION": connection["region"],
            "AWS_ACCESS_KEY_ID": connection["access_key"],
            "AWS_SECRET_ACCESS_KEY": connection["secret_key"],
        }
        if sys.stdout.isatty():
            self.environment["ANSIBLE_FORCE_COLOR"] = "true"

    def __call__(self, step: str, *arguments: str, changed: bool) -> None:
        print(f"  $ ansible-playbook playbook.yml {' '.join(arguments)}\n", flush=True)
        self.emulator.reset_calls()
        started = time.monotonic()
        done = subprocess.run(
            [*self.command, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        print("\n".join(worth_reading(done.stdout)))
        print("\n".join(("", *wrapped_warnings(done.stderr))).rstrip())
        counts = Counter(f"{call['service']}:{call['operation']}" for call in self.emulator.calls())
        seconds = time.monotonic() - started
        self.runs.append((step, counts))
        said = ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
        print(textwrap.fill(f"{sum(counts.values())} AWS calls in {seconds:.1f} s: {said}", 94, **INDENT))
        recap = RECAP.search(without_colour(done.stdout))
        if done.returncode or not recap or (int(recap[2]) > 0) is not changed:
            raise DemoFailed(f"Expected {'changes' if changed else 'no change'}, and no failure; see above.")
        writes = writing(counts)
        if writes and ("--check" in arguments or not changed):
            raise DemoFailed(f"Nothing should have been written, yet there were {', '.join(writes)}.")

    def sum_up(self) -> None:
        """A line for each run."""
        print(f"  {'run':<18}{'reads':>7}{'writes':>8}   which")
        for step, counts in self.runs:
            writes = writing(counts)
            reads = sum(counts.values()) - sum(writes.values())
            which = ", ".join(f"{count} {write}" for write, count in sorted(writes.items()))
            print(f"  {step:<18}{reads:>7}{sum(writes.values()):>8}   {which or '-'}")

    def refused(self, playbook: str, variables: dict[str, str], words: str) -> None:
        """Run another playbook, which must fail with these words and write nothing."""
        print(f"  $ ansible-playbook {playbook}\n", flush=True)
        self.emulator.reset_calls()
        command = ["ansible-playbook", str(HERE / playbook), "--extra-vars", json.dumps(variables)]
        done = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, text=True, check=False)
        said = words_of_failure(done.stdout)
        print(said)
        writes = [call["operation"] for call in self.emulator.calls() if call["operation"].startswith("Put")]
        if not done.returncode or words not in said or writes:
            raise DemoFailed(f"The module should have refused it and named {words}; see above.")


def writing(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if re.search(r":(Put|Create|Modify|Delete)", name)}


def without_colour(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def wrapped_warnings(text: str) -> Iterator[str]:
    """What Ansible says on stderr, a paragraph each."""
    for line in text.splitlines():
        if line.strip():
            yield textwrap.fill(without_colour(line), 94, **INDENT)


def words_of_failure(output: str) -> str:
    """The message of the task that failed, wrapped for reading."""
    found = re.search(r"^\s*msg: (.*?)(?=^\s*\w+:|^PLAY RECAP|\Z)", without_colour(output), re.MULTILINE | re.DOTALL)
    text = " ".join(found[1].replace(">-", "").replace("''", "'").split()).strip("'") if found else output
    return textwrap.fill(text, 94, **INDENT)


def worth_reading(output: str) -> Iterator[str]:
    """Ansible's output without the tasks that say nothing more than that they include others."""
    heading = ""
    for line in output.splitlines():
        if "TASK [" in line:
            heading = line
        elif line.strip() and "included: " not in line and "PLAY [" not in line:
            if heading and not line.startswith("PLAY RECAP"):
                yield heading
            heading = ""
            yield line


def title(name: str, sentence: str) -> str:
    print(f"\n{RULE}\n{name}\n{sentence}\n", flush=True)
    return name


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (DemoFailed, Unexpected) as failure:
        sys.exit(f"\nThe demo failed: {failure}")
