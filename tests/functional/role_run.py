# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the role several times in one ansible-playbook, against the emulated AWS."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.emulator.client import Emulator
from tests.functional.warm_ansible import run_ansible

READS = ("Describe", "Get", "List", "Head", "AssumeRole")


@dataclass(frozen=True)
class Step:
    """One run of the role; ``variables`` without their prefix, such as ``vpc_id``."""

    variables: dict[str, Any] = field(default_factory=dict)
    check: bool = False


@dataclass(frozen=True)
class Outcome:
    """``result``: the role's, ``None`` if it failed; ``message``: why it did; ``policies``: by bucket, as read back;
    ``calls``: operations in their order."""

    result: dict[str, Any] | None
    message: str
    policies: dict[str, Any]
    calls: list[str]

    def statement(self, bucket: str, sid: str) -> dict[str, Any] | None:
        document = self.policies[bucket] or {"Statement": []}
        return next((one for one in document["Statement"] if one["Sid"] == sid), None)

    @property
    def writes(self) -> list[str]:
        return [name for name in self.calls if not name.startswith(READS)]


@dataclass(frozen=True)
class Played:
    """``secrets``: what AssumeRole gave out last, if that was asked for."""

    outcomes: list[Outcome]
    output: str
    secrets: dict[str, str]


def play(
    emulator: Emulator,
    *steps: Step,
    verbose: str = "",
    environment: dict[str, str] | None = None,
    with_secrets: bool = False,
) -> Played:
    """Run the steps one after the other, also when one has failed. Warnings and deprecations of Ansible are errors."""
    tasks: list[dict[str, Any]] = []
    for step in steps:
        given = {"connection": emulator.connection, **step.variables}
        role = {
            "ansible.builtin.include_role": {"name": "perimeter.s3.private_access"},
            "vars": {f"private_access_{name}": value for name, value in given.items()},
        }
        run: dict[str, Any] = {"block": [role, _noted("private_access_result", "''")]}
        if step.check:
            run["check_mode"] = True
        message = "ansible_failed_result.msg | default(ansible_failed_result | string)"
        tasks.append({**run, "rescue": [_noted("none", message, "{}")]})
    emulator.reset_calls()
    with tempfile.TemporaryDirectory() as directory:
        secrets, playbook = (Path(directory, name) for name in ("secrets.json", "play.yml"))
        if with_secrets:
            given_out = "{{ __private_access_session.sts_creds | to_json }}"
            tasks.append({"ansible.builtin.copy": {"content": given_out, "dest": str(secrets)}, "no_log": True})
        # Said rather than written to a file: that would take two modules, each as long as a small role.
        tasks.append({"ansible.builtin.debug": {"msg": f"{_NOTED}{{{{ noted | to_json }}}}"}})
        for number, task in enumerate(tasks):
            task["name"] = f"Step {number}"
        head = {"name": "Steps", "hosts": "localhost", "gather_facts": False}
        known = {"noted": [], "calls_url": f"{emulator.url}/_emulator/calls"}
        playbook.write_text(json.dumps([{**head, "vars": known, "tasks": tasks}]), encoding="utf-8")
        finished = run_ansible(
            *("ansible-playbook", "-i", "localhost,", "-c", "local", playbook, *([verbose] if verbose else [])),
            environment={"ANSIBLE_LOCALHOST_WARNING": "false", **(environment or {})},
            timeout=1800,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        said, noted = _without_noted(finished.stdout)
        output = said + finished.stderr
        given_out = json.loads(secrets.read_text(encoding="utf-8")) if with_secrets else {}
    for sign in ("[WARNING]", "[DEPRECATION"):
        # That open connections break, and what is taken out of a perimeter, is what the modules have to say.
        known = ("[WARNING]: Route table ", "its perimeter exempts what is not declared")
        odd = [line for line in output.splitlines() if sign in line and not any(one in line for one in known)]
        assert odd == [], "\n".join(odd)
    outcomes, before = [], 0
    for each in noted:
        outcomes.append(Outcome(each["result"], each["message"], each["policies"], each["calls"][before:]))
        before = len(each["calls"])
    return Played(outcomes, output, given_out)


_NOTED = "NOTED "


def _without_noted(output: str) -> tuple[str, list[dict[str, Any]]]:
    """What the play said, and what the last task has noted, which stands there as JSON in JSON."""
    lines = output.split("\n")
    number = next(number for number, line in enumerate(lines) if line.strip().startswith(f'"msg": "{_NOTED}'))
    text: str = json.loads("{" + lines[number].strip().rstrip(",") + "}")["msg"]
    return "\n".join([*lines[:number], *lines[number + 1 :]]), json.loads(text.removeprefix(_NOTED))


_POLICIES = "(__private_access_plan.documents | default('{}') | from_json)"


def _noted(result: str, message: str, policies: str = _POLICIES) -> dict[str, Any]:
    calls = "lookup('ansible.builtin.url', calls_url, split_lines=false) | from_json | map(attribute='operation')"
    entry = f"{{'result': {result}, 'message': {message}, 'policies': {policies}, 'calls': {calls}}}"
    return {
        "name": "Note what became of it",
        "ansible.builtin.set_fact": {"noted": f"{{{{ noted + [{entry}] }}}}"},
    }
