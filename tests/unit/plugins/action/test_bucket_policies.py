# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is told how far a run is, and what."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible.plugins.action.normal import ActionModule as RunModule

from ansible_collections.perimeter.s3.plugins.action import bucket_policies
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.progress import VARIABLE, Progress

LINE = '{"done": 25, "changed": 3, "failed": 1, "total": 100}\n'
END = '{"done": 100, "changed": 3, "failed": 1, "total": 100}\n'
# lines of the file, seconds, what is said
SENTENCES = [
    ("", 5, ""),
    ('{"done": 2', 5, ""),
    (LINE, 10, "25 of 100 buckets done, 3 changed, 1 failed, about 30 seconds left"),
    (LINE * 3 + '{"done"', 0.1, "25 of 100 buckets done, 3 changed, 1 failed, about 1 seconds left"),
    (LINE + END, 60, "100 of 100 buckets done, 3 changed, 1 failed"),
]


@pytest.mark.parametrize("lines, seconds, said", SENTENCES)
def test_what_is_said(lines, seconds, said):
    assert bucket_policies.sentence(lines, seconds) == said


@pytest.fixture
def run(monkeypatch):
    """Runs the plugin; returns the environment of the task that the module was run with."""

    def run(terminal=True, transport="local", become=False, asynchronous=0, environment=None, module=lambda env: None):
        seen: list = []
        plugin = object.__new__(bucket_policies.ActionModule)
        plugin._task = SimpleNamespace(async_val=asynchronous, environment=environment)
        plugin._connection = SimpleNamespace(transport=transport)
        plugin._play_context = SimpleNamespace(become=become)

        def run_module(self, tmp, task_vars):
            seen.extend(self._task.environment or [])
            module(seen)
            return {"changed": False, "vars": task_vars}

        monkeypatch.setattr(bucket_policies, "AT_TERMINAL", terminal)
        monkeypatch.setattr(RunModule, "run", run_module)
        assert plugin.run(None, {"a": 1}) == {"changed": False, "vars": {"a": 1}}, "the result is the module's"
        return seen

    for name in ("AWX_ISOLATED_DATA_DIR", "RUNNER_OMIT_EVENTS"):
        monkeypatch.delenv(name, raising=False)
    return run


# name, what is not so
QUIET = [
    ("no terminal", {"terminal": False}),
    ("another host", {"transport": "ssh"}),
    ("another user", {"become": True}),
    ("in the background", {"asynchronous": 60}),
]


@pytest.mark.parametrize("options", [one[1] for one in QUIET], ids=[one[0] for one in QUIET])
def test_nobody_is_told(run, options):
    assert run(**options) == []


@pytest.mark.parametrize("name", ["AWX_ISOLATED_DATA_DIR", "RUNNER_OMIT_EVENTS"])
def test_a_runners_terminal_is_none(run, monkeypatch, name):
    monkeypatch.setenv(name, "1")
    assert run() == []


def test_the_module_is_told_where_and_the_terminal_what(run, monkeypatch, tmp_path):
    said: list = []
    monkeypatch.setattr(bucket_policies, "SECONDS_BETWEEN", 0.01)
    monkeypatch.setattr(bucket_policies.constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    display = SimpleNamespace(display=lambda line, stderr: said.append((line, stderr)))
    monkeypatch.setattr(bucket_policies, "Display", lambda: display)

    def module(environment):
        Progress(environment[-1][VARIABLE]).tell(100, 3, 1, 100)
        while not said:
            pass

    environment = run(environment=[{"HTTPS_PROXY": "x"}], module=module)
    assert environment[0] == {"HTTPS_PROXY": "x"}
    assert said == [("100 of 100 buckets done, 3 changed, 1 failed", True)]
    assert list(tmp_path.iterdir()) == []


def test_lines_are_few_and_a_file_that_is_gone_is_no_trouble(tmp_path):
    now = [0.0]
    file = tmp_path / "progress"
    file.touch()
    progress = Progress(str(file), lambda: now[0])
    for done in range(1, 5):
        progress.tell(done, 0, 0, 4)
        now[0] += 0.3
    assert [line[:10] for line in file.read_text(encoding="utf-8").splitlines()] == ['{"done": 1', '{"done": 3']
    file.unlink()
    now[0] += 1
    progress.tell(4, 0, 0, 4)
    assert not file.exists()
    Progress(None).tell(1, 0, 0, 1)
