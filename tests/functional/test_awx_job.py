# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks as jobs of AWX: the same files, under ansible-runner, on the emulated AWS."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.functional.awx_job import Template, run_job
from tests.functional.warm_modules import warm_python

pytestmark = pytest.mark.surroundings

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
BUCKETS = ["awx-reports", "awx-archive"]
READS = ("Describe", "Get", "List", "Head")


@pytest.fixture
def private_data(tmp_path):
    """A private data directory with a project that has the playbooks of the collection, unchanged."""
    directory = tmp_path / "awx_7_private"
    shutil.copytree(PLAYBOOKS, directory / "project" / "playbooks")
    return directory


@pytest.fixture
def hosts(emulator, ec2, s3):
    """An inventory of one account and region, whose host variables are the declaration."""
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=bucket)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    emulator.reset_calls()
    return {
        "payments-us-east-1": {
            # Older releases of ansible-core find another Python by themselves, without boto3.
            "ansible_python_interpreter": str(warm_python()),
            "private_access_vpc_id": vpc,
            "private_access_buckets": BUCKETS,
            "private_access_region": "us-east-1",
        }
    }


EVERYWHERE = {"private_access_hosts": "all"}
CHECK = Template("playbooks/drift.yml", "check", diff_mode=True, extra_vars={**EVERYWHERE, "drift_fail_on": "minor"})
CORRECT = Template("playbooks/drift.yml", diff_mode=True, extra_vars={**EVERYWHERE, "drift_correct": "true"})
APPLY = Template("playbooks/private_access.yml", "check", diff_mode=True, extra_vars=EVERYWHERE)


def writes(emulator):
    return [call["operation"] for call in emulator.calls() if not call["operation"].startswith(READS)]


def test_workflow_checks_corrects_and_is_clean(emulator, s3, private_data, hosts):
    """What AWX does in the workflow: the artifacts of a node are extra vars of the next one."""
    job = run_job(emulator, private_data, CHECK, hosts)
    assert (job.status, job.rc) == ("failed", 2), job.stdout
    assert job.artifacts["drift_status"] == "drifted"
    assert job.artifacts["drift_counts"]["critical"] > 0
    assert "Run with drift_correct=true to correct them." in job.stdout
    assert '"Sid": "PerimeterS3Network"' in job.stdout, "diff mode shows the statements"
    assert writes(emulator) == []

    job = run_job(emulator, private_data, CORRECT, hosts, survey=job.artifacts)
    assert (job.status, job.rc) == ("successful", 0), job.stdout
    assert job.artifacts["drift_status"] == "corrected"
    assert {"CreateVpcEndpoint", "PutBucketPolicy"} <= set(writes(emulator))
    for bucket in BUCKETS:
        statements = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
        assert "PerimeterS3Network" in [each["Sid"] for each in statements]

    emulator.reset_calls()
    job = run_job(emulator, private_data, CHECK, hosts)
    assert (job.status, job.rc) == ("successful", 0), job.stdout
    assert job.artifacts["drift_status"] == "clean"
    assert job.artifacts["drift_counts"]["drifted"] == 0
    assert writes(emulator) == []


# A survey gives text for what is typed into a field or chosen from a list, a number only for a question of that type.
ANSWERS = {
    "private_access_buckets": "awx-reports\n  awx-archive\n",
    "private_access_restrict_by": "vpc",
    "private_access_require_tls": "false",
    "private_access_wait_timeout": 60,
    "private_access_exclusive": "false",
}


def test_answers_of_a_survey(emulator, private_data, hosts):
    (declared,) = hosts.values()
    del declared["private_access_buckets"]
    job = run_job(emulator, private_data, APPLY, hosts, survey=ANSWERS)
    assert (job.status, job.rc) == ("successful", 0), job.stdout
    assert writes(emulator) == []
    assert "aws:SourceVpc" in job.stdout
    assert "PerimeterS3Tls" not in job.stdout
    assert [bucket for bucket in BUCKETS if f"arn:aws:s3:::{bucket}/*" not in job.stdout] == []


REFUSED = [
    ({"private_access_buckets": "\n"}, "Name the buckets behind the endpoint"),
    ({"private_access_buckets": "awx-reports\nawx-reports"}, "names a bucket twice"),
    ({"private_access_aws_services": "ssm, ecr"}, "private_access_aws_services: text was given. Give a list"),
    ({"private_access_wait_timeout": "soon"}, "private_access_wait_timeout"),
    ({"drift_fail_on": "Minor"}, "drift_fail_on: 'Minor' is not a value of it. Give critical, major, minor or never."),
]


@pytest.mark.parametrize("answers, words", REFUSED, ids=lambda value: str(value)[:50])
def test_answers_that_are_refused(emulator, private_data, hosts, answers, words):
    job = run_job(emulator, private_data, CORRECT, hosts, survey=answers)
    assert (job.status, job.rc) == ("failed", 2), job.stdout
    assert words in job.stdout
    assert writes(emulator) == []
