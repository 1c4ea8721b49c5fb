# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tutorial, word for word: its files and its commands, against the server that it starts."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path

import pytest

from tests.functional.plain_moto import running_moto
from tests.functional.warm_ansible import run_ansible

PAGE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "tutorial.rst"
FILE = re.compile(r"^\.\. code-block:: yaml\+jinja\n    :caption: (\S+)\n\n((?:    .*\n|\n)+)", re.MULTILINE)
COMMAND = re.compile(r"^    \$ (ansible-playbook .+)$", re.MULTILINE)
RECAP = re.compile(r"^localhost\s+: ok=\d+\s+changed=(\d+)\s+unreachable=0\s+failed=(\d+)", re.MULTILINE)
# Command of the page -> how many tasks change something (None: some), and words of its output.
EXPECTED = [
    ("network.yml", 2, ""),
    ("perimeter.yml --check --diff", None, "PerimeterS3Network"),
    ("perimeter.yml", None, ""),
    ("perimeter.yml", 0, ""),
    ("damage.yml", 1, ""),
    ("drift.yml -e drift_report_dir=report", None, "critical"),
    ("perimeter.yml", None, ""),
    ("perimeter.yml -e private_access_state=absent", None, ""),
]


pytestmark = pytest.mark.surroundings


def test_the_tutorial_does_what_it_says(tmp_path):
    text = PAGE.read_text(encoding="utf-8")
    for name, content in FILE.findall(text):
        (tmp_path / name).write_text(textwrap.dedent(content), encoding="utf-8")
    commands = [shlex.split(command) for command in COMMAND.findall(text)]
    assert [" ".join(words[1:]) for words in commands] == [row[0] for row in EXPECTED]
    with running_moto() as moto:
        run_all(commands, tmp_path, text, moto["AWS_ENDPOINT_URL"])
    assert (tmp_path / "report" / "drift.md").is_file()


def run_all(commands, directory, text, url):
    environment = {
        **dict(re.findall(r"\b(AWS_\w+)=(\S+)", text)),
        "AWS_URL": url,
        "ANSIBLE_LOCALHOST_WARNING": "false",
    }
    for words, (command, changes, said) in zip(commands, EXPECTED, strict=True):
        done = run_ansible(*words, environment=environment, directory=directory)
        output = done.stdout + done.stderr
        assert done.returncode == 0, f"{command}\n{output}"
        changed, failed = map(int, RECAP.search(output).groups())
        assert failed == 0, output
        assert changed == changes if changes is not None else changed > 0 or "drift" in command, f"{command}\n{output}"
        assert said in output, f"{command}\n{output}"
