# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is run in a fork does what Ansible does when Python starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.warm_ansible import run_ansible

DEBUG = "ansible.builtin.debug"
TASKS = {
    "environment": {DEBUG: {"msg": "{{ lookup('ansible.builtin.env', 'SAID') }}"}},
    "directory": {DEBUG: {"msg": "{{ lookup('ansible.builtin.pipe', 'pwd') }} {{ 'x' | realpath }}"}},
    "filter": {DEBUG: {"msg": "{{ {'Statement': []} | perimeter.s3.policy_diff({'Statement': []}) }}"}},
    "module": {"ansible.builtin.stat": {"path": "/"}},
    "failure": {"ansible.builtin.fail": {"msg": "It cannot be."}},
    "no such module": {"perimeter.s3.nowhere": {}},
    "setting": {DEBUG: {"msg": "{{ lookup('ansible.builtin.config', 'DEFAULT_FORKS') }}"}},
}


@pytest.mark.parametrize("task", TASKS)
def test_a_fork_does_what_ansible_does(task, tmp_path):
    head = {"name": "Play", "hosts": "localhost", "gather_facts": False}
    (tmp_path / "play.yml").write_text(json.dumps([{**head, "tasks": [TASKS[task]]}]), encoding="utf-8")
    if task == "setting":
        (tmp_path / "ansible.cfg").write_text("[defaults]\nforks = 7\n", encoding="utf-8")
    words = ("ansible-playbook", "-i", "localhost,", "-c", "local", "play.yml")
    said = {"SAID": "täglich"}
    cold = subprocess.run(
        [Path(sys.executable).with_name(words[0]), *words[1:]],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "ANSIBLE_PYTHON_INTERPRETER": sys.executable, **said},
        timeout=60,
    )
    warm = run_ansible(*words, environment=said, directory=tmp_path)
    assert (warm.returncode, warm.stdout, warm.stderr) == (cold.returncode, cold.stdout, cold.stderr)


def test_settings_of_the_environment_are_those_of_each_run(tmp_path):
    words = ("ansible-config", "dump", "--only-changed")
    for forks in ("3", "4"):
        done = run_ansible(*words, environment={"ANSIBLE_FORKS": forks}, directory=tmp_path)
        assert f"DEFAULT_FORKS(env: ANSIBLE_FORKS) = {forks}" in done.stdout
