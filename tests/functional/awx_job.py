# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a playbook as a job of AWX does: ansible-runner, on a private data directory laid out as AWX lays it out.

As AWX does it (awx/main/tasks/jobs.py): the inventory is a script, extra vars are a file of values tagged ``!unsafe``,
options of the command line are in env/cmdline, credentials come by environment only, and artifacts are taken from the
statistics at the end. Only the container around it is missing.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ansible_runner
import yaml

from tests.emulator.client import ACCESS_KEY, REGION, SECRET_KEY, Emulator


@dataclass
class Job:
    """How a job ended, and all that it left behind."""

    status: str
    rc: int
    directory: Path
    events: list[dict[str, Any]]

    @property
    def artifacts(self) -> dict[str, Any]:
        """What AWX stores as the job's artifacts and hands on to the next node of a workflow."""
        found: dict[str, Any] = {}
        for event in self.events:
            found = (event.get("event_data") or {}).get("artifact_data") or found
        return found

    @property
    def stdout(self) -> str:
        """What the job's page shows."""
        return "\n".join(event["stdout"] for event in self.events if event.get("stdout"))

    def files(self) -> list[Path]:
        """All files of the job, except the record that ansible-runner makes of the command and its environment."""
        return sorted(path for path in self.directory.rglob("*") if path.is_file() and path.name != "command")


@dataclass
class Template:
    """A job template, as far as it decides how ansible-runner is called."""

    playbook: str
    job_type: str = "run"
    diff_mode: bool = False
    verbosity: int = 0
    forks: int = 0
    limit: str = ""
    extra_vars: dict[str, Any] = field(default_factory=dict)

    @property
    def cmdline(self) -> str:
        words = ["--check"] if self.job_type == "check" else []
        words += ["-u", "root"]
        words += ["--diff"] if self.diff_mode else []
        words += [f"--forks={self.forks}"] if self.forks else []
        words += ["-l", self.limit] if self.limit else []
        words += [f"-{'v' * self.verbosity}"] if self.verbosity else []
        return " ".join(words)


def amazon_credential(access_key: str = ACCESS_KEY, secret_key: str = SECRET_KEY, token: str = "") -> dict[str, str]:
    """What AWX's credential type "Amazon Web Services" puts into the environment of a job."""
    variables = {"AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": secret_key}
    if token:
        variables |= {"AWS_SECURITY_TOKEN": token, "AWS_SESSION_TOKEN": token}
    return variables


def run_job(
    emulator: Emulator,
    directory: Path,
    template: Template,
    hosts: Mapping[str, Mapping[str, Any]],
    survey: Mapping[str, Any] | None = None,
    slice_of: tuple[int, int] = (1, 1),
    credential: Mapping[str, str] | None = None,
) -> Job:
    """Start the job and wait for it.

    :param directory: the private data directory; its folder ``project`` has to hold the playbooks already.
    :param hosts: host variables by host, as they stand in the inventory of AWX.
    :param survey: answers, which go over the variables of the template, as do the artifacts of a node before this one.
    :param slice_of: number and count of a job slice; AWX deals out the sorted hosts in turns.
    """
    number, count = slice_of
    # Numbers of jobs go up; a directory that is used again, which AWX does not do, keeps what was before.
    ident = str(7 + len(list((directory / "artifacts").glob("*"))))
    for folder in ("env", "inventory"):
        (directory / folder).mkdir(mode=0o700, exist_ok=True)
    _write_inventory(
        directory / "inventory" / "hosts", {name: hosts[name] for name in sorted(hosts)[number - 1 :: count]}
    )
    meta = {f"{prefix}_{name}": value for prefix in ("awx", "tower") for name, value in _META.items()}
    _write_extra_vars(directory / "env" / "extravars", {**template.extra_vars, **(survey or {}), **meta})
    (directory / "env" / "cmdline").write_text(template.cmdline, encoding="utf-8")
    settings = {"job_timeout": 0, "suppress_ansible_output": True, "suppress_output_file": True}
    (directory / "env" / "settings").write_text(json.dumps(settings), encoding="utf-8")
    runner = ansible_runner.interface.run(
        ident=ident,
        private_data_dir=str(directory),
        playbook=template.playbook,
        inventory=str(directory / "inventory" / "hosts"),
        envvars=_environment(emulator, directory, ident, credential or amazon_credential()),
        suppress_env_files=True,
        fact_cache_type="",
    )
    return Job(runner.status, runner.rc, directory, list(runner.events))


_META = {"job_id": 7, "job_launch_type": "manual", "job_template_name": "perimeter.s3", "user_name": "admin"}


def _environment(emulator: Emulator, directory: Path, ident: str, credential: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of the job: ansible-runner adds that of this process, which may have other keys."""
    return {
        **{name: "" for name in os.environ if name.startswith("AWS_")},
        "ANSIBLE_FORCE_COLOR": "True",
        "ANSIBLE_HOST_KEY_CHECKING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
        "ANSIBLE_RETRY_FILES_ENABLED": "False",
        "AWX_PRIVATE_DATA_DIR": str(directory),
        "INVENTORY_ID": "1",
        "JOB_ID": ident,
        "MAX_EVENT_RES": "700000",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        # The one thing that is not from AWX: where the emulated AWS is.
        "AWS_URL": emulator.url,
        "AWS_REGION": REGION,
        **credential,
    }


def _write_inventory(path: Path, hosts: Mapping[str, Mapping[str, Any]]) -> None:
    """An executable script that prints the inventory, as AWX writes it."""
    variables = {
        name: {**given, "remote_tower_enabled": "true", "remote_tower_id": number}
        for number, (name, given) in enumerate(hosts.items(), 1)
    }
    content = {"all": {"hosts": list(hosts)}, "_meta": {"hostvars": variables}}
    text = f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(content)!r})\n"
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o700)


class _UnsafeDumper(yaml.SafeDumper):
    """Tags all strings, keys included, as AWX does with extra vars that are not the template's own."""

    def represent_data(self, data: Any) -> Any:
        if isinstance(data, str):
            return self.represent_scalar("!unsafe", data)
        return super().represent_data(data)


def _write_extra_vars(path: Path, variables: Mapping[str, Any]) -> None:
    path.write_text(yaml.dump(dict(variables), Dumper=_UnsafeDumper, default_flow_style=False), encoding="utf-8")
