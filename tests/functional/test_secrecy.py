# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secret access keys and session tokens are in nothing that a run leaves behind, however they came and it ended.

An access key ID is no secret, and is shown: without it, nobody could tell whose credentials were refused. The token of
the webhook is looked for where the rulebooks run, in test_events.py.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.emulator.client import ACCESS_KEY, REGION
from tests.functional.awx_job import Template, amazon_credential, run_job
from tests.functional.warm_ansible import run_ansible
from tests.functional.warm_modules import warm_python

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[!_]*.py"))
BUCKET = "secret-reports"
#: Markers, which are to be found nowhere.
SECRET, TOKEN = "MARKERsecretMARKERsecretMARKERsecretMARK", "MARKERtokenMARKERtoken"
CREDENTIALS = {"access_key": ACCESS_KEY, "secret_key": SECRET, "session_token": TOKEN}


def leaks(*texts_or_directories):
    """Where a marker stands: names of files, or the lines of a text."""
    found = []
    for each in texts_or_directories:
        if isinstance(each, Path):
            files = (path for path in each.rglob("*") if path.is_file())
            found += [
                path for path in files if any(mark in path.read_bytes() for mark in (SECRET.encode(), TOKEN.encode()))
            ]
        else:
            found += [line for line in each.splitlines() if SECRET in line or TOKEN in line]
    return found


@pytest.fixture
def declared(emulator, ec2, s3):
    s3.create_bucket(Bucket=BUCKET)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return {
        "private_access_vpc_id": vpc,
        "private_access_buckets": [BUCKET],
        "private_access_region": REGION,
    }


def play(emulator, playbook, variables, **environment):
    """Run it with all that Ansible can show; returns its exit status and output."""
    finished = run_ansible(
        *("ansible-playbook", "-vvv", "--diff", "-i", "localhost,", playbook, "-e", json.dumps(variables)),
        # The invocation is what a module was called with; newer releases of ansible-core show it only if told to.
        environment={
            "ANSIBLE_INJECT_INVOCATION": "1",
            "AWS_URL": emulator.url,
            "AWS_REGION": REGION,
            **environment,
        },
    )
    return finished.returncode, finished.stdout + finished.stderr


def statement(effect, action):
    return {
        "Sid": "Here",
        "Effect": effect,
        "Principal": {"AWS": "*"},
        "Action": action,
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    }


def policy(effect, action):
    return {"Version": "2012-10-17", "Statement": [statement(effect, action)]}


def tasks(backup):
    """Each module by itself, as it succeeds and as it fails."""
    deny = policy("Deny", "s3:DeleteBucket")
    request = {"principal": "arn:aws:iam::123456789012:root", "action": "s3:GetObject", "through": "internet"}
    request |= {"resource": f"arn:aws:s3:::{BUCKET}/a", "expect": "allow"}
    calls = [
        ("gateway_endpoint", {"vpc_id": "{{ private_access_vpc_id }}", "all_route_tables": True}),
        ("gateway_endpoint", {"vpc_id": "vpc-00000000"}),
        ("gateway_endpoint_info", {}),
        ("bucket_policy", {"bucket": BUCKET, "policy": deny, "backup": backup}),
        ("bucket_policy", {"bucket": BUCKET, "state": "absent", "backup": backup}),
        ("bucket_policy", {"bucket": BUCKET, "policy": policy("Deny", "s3:*")}),
        ("bucket_policy", {"bucket": "no-such-bucket-here", "state": "absent"}),
        ("bucket_policy_info", {"buckets": [BUCKET]}),
        ("perimeter_info", {"vpc_id": "{{ private_access_vpc_id }}", "buckets": [BUCKET]}),
        ("perimeter_info", {"vpc_id": "nowhere"}),
        ("access_check", {"assume_identity_allows": False, "requests": [request]}),
        ("perimeter_proof", {"claims": [{"claim": "not_public", "buckets": [BUCKET]}]}),
        ("access_replay", {"evidence": ["/nowhere/at/all"], "planned_bucket_policies": {BUCKET: None}}),
    ]
    return [
        {"name": f"{name} {number}", f"perimeter.s3.{name}": options, "ignore_errors": True}
        for number, (name, options) in enumerate(calls)
    ]


def test_modules_that_get_credentials_as_options(emulator, declared, tmp_path):
    backup = tmp_path / "backup"
    backup.mkdir()
    playbook = tmp_path / "play.yml"
    document = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "module_defaults": {"group/perimeter.s3.s3": "{{ credentials }}"},
        "tasks": tasks(str(backup)),
    }
    playbook.write_text(yaml.safe_dump([document]), encoding="utf-8")
    status, output = play(emulator, playbook, {**declared, "credentials": CREDENTIALS})
    assert status == 0, output
    assert "ignored=0" not in output, "some of them fail"
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in output, "the invocation is shown"
    assert len(list(backup.iterdir())) == 2
    assert leaks(output, backup) == []


@pytest.mark.parametrize("name", MODULES)
def test_modules_that_are_told_too_much(emulator, name):
    """An option that no module has, and none of those that it has to have."""
    arguments = {**CREDENTIALS, "endpoint_url": emulator.url, "region": REGION, "no_such_option": 1}
    finished = subprocess.run(
        [sys.executable, "-m", f"ansible_collections.perimeter.s3.plugins.modules.{name}"],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert json.loads(finished.stdout)["failed"], finished.stderr
    assert leaks(finished.stdout, finished.stderr) == []


# How the credentials of the role and of the drift playbook come.
WAYS = {
    "environment": ({}, amazon_credential(ACCESS_KEY, SECRET, TOKEN)),
    "connection": ({"private_access_connection": CREDENTIALS}, {}),
}


@pytest.mark.parametrize("way", WAYS)
def test_drift_found_corrected_and_refused(emulator, declared, tmp_path, way):
    given, environment = WAYS[way]
    report = tmp_path / "report"
    report.mkdir()
    variables = {**declared, **given, "drift_report_dir": str(report)}
    drift = ROOT / "playbooks" / "drift.yml"
    status, output = play(emulator, drift, {**variables, "drift_fail_on": "minor"}, **environment)
    assert status == 2, output
    files = {path.suffix: path for path in report.iterdir()}
    assert sorted(files) == [".html", ".json", ".md", ".sarif", ".xml"]
    assert json.loads(files[".json"].read_text(encoding="utf-8"))["status"] == "drifted"
    assert leaks(output, report) == []

    status, output = play(emulator, drift, {**variables, "drift_correct": True}, **environment)
    assert status == 0, output
    assert leaks(output, report) == []

    missing = {**variables, "private_access_buckets": ["no-such-bucket-here"], "drift_correct": True}
    status, output = play(emulator, drift, missing, **environment)
    assert status == 2, output
    assert "no-such-bucket-here" in output
    assert leaks(output, report) == []


def test_jobs_of_awx(emulator, declared, tmp_path):
    """What AWX stores: output and events, of a run that finds drift and of one that AWS refuses."""
    shutil.copytree(ROOT / "playbooks", tmp_path / "project" / "playbooks")
    template = Template("playbooks/drift.yml", diff_mode=True, verbosity=3, extra_vars={"private_access_hosts": "all"})
    # Older releases of ansible-core find another Python by themselves, without boto3.
    hosts = {"payments": {**declared, "ansible_python_interpreter": str(warm_python())}}
    credential = amazon_credential(ACCESS_KEY, SECRET, TOKEN)
    job = run_job(emulator, tmp_path, template, hosts, survey={"drift_fail_on": "minor"}, credential=credential)
    assert (job.status, job.artifacts["drift_status"]) == ("failed", "drifted"), job.stdout
    job = run_job(
        emulator, tmp_path, template, hosts, survey={"private_access_buckets": "no-such-bucket"}, credential=credential
    )
    assert job.status == "failed", job.stdout
    assert len(job.files()) > 50
    assert [path for path in job.files() if leaks(path.read_text(encoding="utf-8", errors="replace"))] == []
    assert leaks(job.stdout, json.dumps(job.events)) == []
