#!/usr/bin/env python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows the main job in an emulated AWS: a VPC and two buckets converge, are damaged, and converge again.

A workload asks for objects before and after. Recorded accesses say who would be cut off by closing the second bucket.
In the end a policy that locks its author out is refused, put by hand all the same, and repaired.

Every step says what it expects of Ansible's recap, and the demo fails when that does not hold.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from probes import ARCHIVE, INTERNET, REPORTS, Reader, Unexpected, lock_out_and_recover
from surroundings import Surroundings, build, damage, show

from tests.emulator import running_emulator

HERE = Path(__file__).resolve().parent
MADE = HERE.parents[1] / ".build" / "demo"
REPORT = MADE / "report" / "localhost.html"
RULE = "─" * 96
SUMMARY = "Say what it comes to"
#: A variable that is too long to show.
DOCUMENT = "locking_policy"
# Ansible's own output, without what nobody reads in a demo.
QUIET = {
    "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
    "ANSIBLE_DISPLAY_OK_HOSTS": "true",
    "ANSIBLE_LOCALHOST_WARNING": "false",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    # Saves copying each module to a file before it runs.
    "ANSIBLE_PIPELINING": "true",
}
INDENT = {"initial_indent": "  ", "subsequent_indent": "  "}
RECAP = re.compile(r"^localhost\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=0\s+failed=(\d+)", re.MULTILINE)


class DemoFailed(Exception):
    """A step did not end as it should have."""


def main() -> int:
    started = time.monotonic()
    shutil.rmtree(MADE, ignore_errors=True)
    with running_emulator() as emulator:
        surroundings = build(emulator.connection)
        run = Runner(emulator, surroundings.vpc_id)
        title("The declaration", "All that a person writes, in scripts/demo/playbook.yml:")
        print(declaration())
        close(emulator, surroundings, run)
        title("5. Damage", "Somebody works by hand:")
        for sentence in damage(surroundings):
            print(f"  ✗ {sentence}")
        step = title("6. Look", "Check mode finds the drift, shows each statement that differs, and writes nothing.")
        run(step, "--check", "--diff", changed=True, private_access_report_dir=str(MADE / "report"))
        print(f"\n  The same as a page, with what the damage lets through: {shown(REPORT)}")
        step = title("7. Correct", "The same declaration, applied again.")
        run(step, changed=True)
        print()
        show(surroundings)
        title("8. Lock-out", "A bucket policy that would shut out its own author is refused before it is written.")
        document = surroundings.locking_policy(ARCHIVE)
        run.refused("lockout.yml", words="allow_lockout", **{DOCUMENT: document})
        title("9. By hand", "The same document without this collection: S3 takes it without a word.")
        lock_out_and_recover(emulator, surroundings, document)
        step = title("10. Once more", "Everything is as declared.")
        run(step, changed=False)
        title("In all", "What AWS was asked, and what was written:")
        run.sum_up()
    print(f"\n{RULE}\nDone in {time.monotonic() - started:.0f} s.")
    print(f"The playbook to copy: scripts/demo/playbook.yml\nThe report to open in a browser: {shown(REPORT)}\n")
    return 0


def close(emulator: Any, surroundings: Surroundings, run: Runner) -> None:
    """The first bucket, then the second one when it is known who would be cut off."""
    title("Before", "A VPC with three route tables and no endpoint; two buckets, one with a policy of somebody else.")
    show(surroundings)
    print()
    workload = Reader.made(emulator, "workload")
    workload.gets(REPORTS, INTERNET, 200)
    step = title(
        "1. Converge", "The role makes the endpoint, its routes and its policy, then closes demo-reports around it."
    )
    run(step, changed=True, summary=True, private_access_buckets=[REPORTS])
    print()
    endpoint = (surroundings.endpoint() or {})["VpcEndpointId"]
    workload.gets(REPORTS, INTERNET, 403)
    workload.gets(REPORTS, endpoint, 200)
    workload.deletes(endpoint, 403)
    title(
        "2. Evidence",
        "Before demo-archive is closed, too: who reads it? Meanwhile CloudTrail records what it is asked.",
    )
    auditor = Reader.made(emulator, "auditor")
    emulator.settings(records=str(MADE / "records"))
    auditor.gets(ARCHIVE, INTERNET, 200)
    emulator.write_records()
    print("\n  With these records the role says who would be cut off, and closes nothing:\n")
    run.refused("playbook.yml", words="user/auditor", private_access_evidence=[str(MADE / "records")])
    step = title("3. Close it", "The auditor moves into the VPC, and the second bucket is closed.")
    run(step, changed=True, summary=True)
    print()
    auditor.gets(ARCHIVE, INTERNET, 403)
    auditor.gets(ARCHIVE, endpoint, 200)
    step = title("4. Again", "Nothing differs, so nothing is written.")
    run(step, changed=False)


def declaration() -> str:
    """The lines of the playbook that declare."""
    text = (HERE / "playbook.yml").read_text(encoding="utf-8")
    return textwrap.indent(textwrap.dedent(text[text.index("    - role:") :]), "  ").rstrip()


def shown(path: Path) -> str:
    return os.path.relpath(path)


class Runner:
    """Runs the playbook, prints the AWS calls that it made, and compares its recap with what the step promises.

    Keywords that are not its own are variables of the playbook.
    """

    def __init__(self, emulator: object, vpc_id: str) -> None:
        self.emulator = emulator
        self.runs: list[tuple[str, Counter[str]]] = []
        self.vpc_id = vpc_id
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

    def __call__(
        self, step: str, *arguments: str, changed: bool, summary: bool = False, **variables: list[str] | str
    ) -> None:
        words = ("ansible-playbook", "playbook.yml", *arguments, *said_as_options(variables))
        print(f"  $ {' '.join(words)}\n", flush=True)
        self.emulator.reset_calls()
        started = time.monotonic()
        done = subprocess.run(
            [*self.command, *arguments, "--extra-vars", json.dumps(variables)],
            env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        print("\n".join(worth_reading(done.stdout, summary)))
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

    def refused(self, playbook: str, words: str, **variables: list[str] | str) -> None:
        """Run a playbook, which must fail with these words and write nothing."""
        options = said_as_options({name: value for name, value in variables.items() if name != DOCUMENT})
        print(f"  $ {' '.join(('ansible-playbook', playbook, *options))}\n", flush=True)
        self.emulator.reset_calls()
        given = json.dumps({"vpc_id": self.vpc_id, **variables})
        command = ["ansible-playbook", str(HERE / playbook), "--extra-vars", given]
        done = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, text=True, check=False)
        said = words_of_failure(done.stdout)
        print(said)
        writes = writing(Counter(f"{call['service']}:{call['operation']}" for call in self.emulator.calls()))
        if not done.returncode or words not in said or writes:
            raise DemoFailed(f"It should have been refused, without a write, for {words}; see above.")


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
    text = re.sub(r"^[>|]-?\s", "", found[1]).replace("''", "'").strip().strip("'") if found else output
    return "\n".join(textwrap.fill(" ".join(part.split()), 94, **INDENT) for part in re.split(r"\n\s*(?=- )", text))


def worth_reading(output: str, summary: bool) -> Iterator[str]:
    """The tasks that changed something or failed, the recap, and in words what it comes to."""
    for part in re.split(r"\n(?=\S*(?:PLAY|TASK|PLAY RECAP) ?\[|PLAY RECAP)", output):
        heading, *lines = [line for line in part.splitlines() if line.strip()] or [""]
        if SUMMARY in heading:
            if summary:
                yield heading
                yield from (f"  {line}" for line in message(lines))
        elif "PLAY RECAP" in heading or any(re.match(r"(changed|fatal): ", without_colour(line)) for line in lines):
            yield heading
            yield from (line for line in lines if not without_colour(line).startswith(("ok: ", "included: ")))


def message(lines: list[str]) -> list[str]:
    """What the debug task of these lines said."""
    found: list[str] = yaml.safe_load(without_colour("\n".join(lines[1:])))["msg"]
    return found


def said_as_options(variables: dict[str, list[str] | str]) -> list[str]:
    """As a person would type them."""
    shortened = json.dumps(variables).replace(f"{MADE.parents[1]}/", "")
    return ["-e", f"'{shortened}'"] if variables else []


def title(name: str, sentence: str) -> str:
    print(f"\n{RULE}\n{name}\n{sentence}\n", flush=True)
    return name


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (DemoFailed, Unexpected) as failure:
        sys.exit(f"\nThe demo failed: {failure}")
