# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples in docs/examples: what they start is really started, on the project beside them and the emulated AWS."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tests.emulator.client import ACCESS_KEY, REGION, SECRET_KEY
from tests.functional.awx_job import Template, run_job

pytestmark = pytest.mark.surroundings

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
BIN = Path(sys.executable).parent
SERVICE = EXAMPLES / "systemd" / "perimeter-s3-drift.service"


@pytest.fixture
def project(emulator, ec2, s3, tmp_path):
    """The project, and what its inventory declares, not yet closed."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "payments"}])
    for bucket in ("payroll-reports", "payroll-archive"):
        s3.create_bucket(Bucket=bucket)
    emulator.reset_calls()
    return Path(shutil.copytree(EXAMPLES / "project", tmp_path / "project"))


@pytest.fixture
def shell(emulator, project):
    """Runs commands in the project, as the shell of a runner or of cron does."""

    def run(script, **variables):
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=project,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
                "AWS_URL": emulator.url,
                "AWS_REGION": REGION,
                "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                **variables,
            },
        )

    return run


def writes(emulator):
    reads = ("Describe", "Get", "List", "Head")
    return [call["operation"] for call in emulator.calls() if not call["operation"].startswith(reads)]


def loaded(name):
    return yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8"))


def unit(path):
    """Sections of a file of systemd, whose keys are case-sensitive."""
    parser = configparser.RawConfigParser()
    parser.optionxform = str
    parser.read_string(path.read_text(encoding="utf-8").replace("\nEnvironment=", "\nHome="))
    return parser


def test_github(emulator, shell, project, tmp_path):
    steps = loaded("github/perimeter.yml")["jobs"]["check"]["steps"]
    script, summary = (step for step in steps if step.get("name") in ("Check", "Summarize"))
    # As somebody may have it, so that it fails: what it found is shown all the same.
    failing = script["run"].rstrip() + " -e drift_fail_on=critical"
    done = shell(failing)
    assert done.returncode == 2, done.stdout + done.stderr
    assert summary["if"] == "always()"
    shell(summary["run"], GITHUB_STEP_SUMMARY=str(tmp_path / "summary"))
    assert "PerimeterS3Network is missing" in (tmp_path / "summary").read_text(encoding="utf-8")
    assert writes(emulator) == []


def test_gitlab(emulator, shell, project):
    job = loaded("gitlab/perimeter.yml")["s3-perimeter"]
    done = shell("\n".join(job["script"]))
    assert done.returncode == 0, done.stdout + done.stderr
    junit = ElementTree.fromstring(
        (project / job["artifacts"]["reports"]["junit"]).read_text(encoding="utf-8").encode()
    )
    assert int(junit.get("failures")) > 0
    assert writes(emulator) == []


def test_systemd_starts_what_fails_on_drift(emulator, shell, tmp_path):
    service = unit(SERVICE)["Service"]
    command = service["ExecStart"].replace("/opt/perimeter-s3/bin", str(BIN)).replace("%S", str(tmp_path))
    (tmp_path / "perimeter-s3").mkdir()
    done = shell(command, HOME=str(tmp_path / "perimeter-s3"))
    assert done.returncode == 2, done.stdout + done.stderr
    report = json.loads((tmp_path / "perimeter-s3" / "drift.json").read_text(encoding="utf-8"))
    assert report["status"] == "drifted"
    assert writes(emulator) == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd-analyze")
def test_systemd_knows_all_settings(tmp_path):
    for path in SERVICE.parent.iterdir():
        text = path.read_text(encoding="utf-8").replace("/opt/perimeter-s3/bin", str(BIN))
        (tmp_path / path.name).write_text(text.replace("User=perimeter", "User=root"), encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert [line for line in (done.stdout + done.stderr).splitlines() if "perimeter-s3" in line] == []
    timer = unit(SERVICE.with_suffix(".timer"))["Timer"]
    subprocess.run(["systemd-analyze", "calendar", timer["OnCalendar"]], capture_output=True, timeout=60, check=True)


def test_cron_is_silent_unless_there_is_drift(emulator, shell, project, tmp_path):
    *_comments, line = (EXAMPLES / "cron" / "perimeter-s3-drift").read_text(encoding="utf-8").splitlines()
    minute, hour, day, month, weekday, user, command = line.split(None, 6)
    assert (minute, hour, day, month, weekday, user) == ("0", "3", "*", "*", "*", "perimeter")
    assert "%" not in command, "cron would take it for a new line"
    (tmp_path / "env").write_text(f"AWS_REGION={REGION}\n", encoding="utf-8")
    variables = {"PERIMETER": str(project), "STATE": str(tmp_path)}
    done = shell(command, **variables)
    assert "differences from the declaration" in " ".join(done.stdout.split())
    assert writes(emulator) == []

    corrected = shell("ansible-playbook -i inventory.yml drift.yml -e drift_correct=true")
    assert corrected.returncode == 0, corrected.stdout + corrected.stderr
    done = shell(command, **variables)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_project_of_awx(emulator, project, tmp_path):
    """The project's playbook, which AWX finds by what it imports, with the inventory that AWX read from the project."""
    playbook = (project / "drift.yml").read_text(encoding="utf-8")
    assert re.search(r"^\s*?-?\s*?(?:hosts|(?:ansible\.builtin\.)?import_playbook):", playbook, re.MULTILINE)
    inventory = yaml.safe_load((project / "inventory.yml").read_text(encoding="utf-8"))["all"]
    hosts = {name: {**inventory["vars"], **variables} for name, variables in inventory["hosts"].items()}
    job = run_job(emulator, tmp_path, Template("drift.yml", "check"), hosts, survey={"drift_fail_on": "major"})
    assert (job.status, job.rc) == ("failed", 2), job.stdout
    assert job.artifacts["drift_status"] == "drifted"


@pytest.mark.parametrize(
    "path", sorted(path for path in EXAMPLES.rglob("*") if path.is_file()), ids=lambda path: path.name
)
def test_a_page_shows_the_examples_as_they_are(path):
    pages = [page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "docsite" / "rst").glob("*.rst")]
    header = re.compile(r"\A(---\n)?# Copyright.*\n# GNU.*\n# SPDX.*\n\n")
    shown = textwrap.indent(header.sub("", path.read_text(encoding="utf-8")), "    ")
    assert [page for page in pages if shown in page] != []
