# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.names import known_names, unknown_names
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.variables import KINDS, KNOWN

#: A misspelt name -> the one that is meant.
MISSPELT = {
    "private_access_restrictby": "private_access_restrict_by",
    "private_access_break_glas_principals": "private_access_break_glass_principals",
    "private_access_limits": "private_access_limit",
    "private_access_bucket": "private_access_buckets",
    "private_access_assume_role": "private_access_assume_role_arn",
    "drift_corect": "drift_correct",
    "drift_fail": "drift_fail_on",
    "restore_directory": "restore_dir",
    "preview_directory": "preview_dir",
    "awx_setup_shedule": "awx_setup_schedule",
    "awx_setup_jobslice_count": "awx_setup_job_slice_count",
}


@pytest.mark.parametrize("name, meant", MISSPELT.items())
def test_the_nearest_name_is_said(name, meant):
    [problem] = unknown_names([name, meant], KNOWN)
    assert str(problem) == f"{name}: There is no such variable. Did you mean {meant}?"


def test_a_name_that_looks_like_none_is_told_which_there_are():
    [problem] = unknown_names(["restore_zzzzzzz"], KNOWN)
    assert problem.remedy == "Known are restore_at, restore_buckets, restore_dir, restore_options."


def test_known_names_and_names_of_others_pass():
    every = [name for names in KNOWN.values() for name in names]
    assert len(every) > 70
    assert list(unknown_names([*every, "private_key", "driftwood", "awx", "__private_access_x", "vpc_id"], KNOWN)) == []


def test_the_names_of_the_role_come_from_its_table():
    assert known_names(["one"])["private_access_"][0] == "private_access_allow_loss"
    assert "private_access_one" in known_names(["one"])["private_access_"]
    assert {f"private_access_{name}" for name in KINDS} <= set(KNOWN["private_access_"])


ROOT = Path(__file__).resolve().parents[6]


@pytest.mark.skipif(not (ROOT / "playbooks").is_dir(), reason="needs the repository around it")
@pytest.mark.parametrize(
    "prefix, playbook",
    [("drift_", "drift"), ("preview_", "preview"), ("restore_", "restore"), ("awx_setup_", "awx_setup")],
)
def test_the_names_of_the_playbooks_are_those_that_they_use(prefix, playbook):
    text = (ROOT / "playbooks" / f"{playbook}.yml").read_text(encoding="utf-8")
    for tasks in (ROOT / "playbooks" / "tasks").glob(f"{playbook}*.yml"):
        text += tasks.read_text(encoding="utf-8")
    used = set(re.findall(rf"(?<![A-Za-z0-9_.]){prefix}[a-z_]*[a-z]", text))
    # Plugins and files of tasks are named like the variables of the playbook.
    others = {path.stem for path in (ROOT / "plugins" / "filter").glob("*.py")}
    others |= {path.stem for path in (ROOT / "playbooks" / "tasks").glob("*.yml")}
    assert used - others <= set(KNOWN[prefix])
    assert set(KNOWN[prefix]) <= used
