# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A job over the accounts of an organization, whole and in the slices that AWX makes, by ansible-runner."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import ansible_runner
import pytest
import yaml

from tests.functional.organization import PLAY, aws_environment, list_inventory, make_organization, write_inventory

SLICES = 3


@pytest.fixture
def inventory(emulator, organizations, tmp_path):
    """Five accounts, a bucket in each."""
    organization = make_organization(organizations)
    organization.add_unit("Root/Workloads")
    for name in ("one", "two", "three", "four", "five"):
        account = organization.add_account(name, "Root/Workloads")
        emulator.client("s3", aws_access_key_id=f"AKIAROOT{account}").create_bucket(Bucket=f"data-{account}-us-east-1")
    found = list_inventory(emulator, write_inventory(tmp_path))
    assert found.status == 0, found.stderr
    return found


def script_of_slice(listing, number, count):
    """The inventory of a job as AWX gives it to ansible-runner: every count-th of the hosts in order of their names.

    https://github.com/ansible/awx/blob/devel/awx/main/models/inventory.py (get_sliced_hosts, get_script_data),
    https://github.com/ansible/awx/blob/devel/awx/main/tasks/jobs.py (build_inventory)
    """
    hostvars = listing["_meta"]["hostvars"]
    hosts = sorted(hostvars)[number - 1 :: count]
    data = {"all": {"hosts": hosts}, "_meta": {"hostvars": {host: hostvars[host] for host in hosts}}}
    return f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(data)!r})\n"


def run_job(emulator, directory: Path, script: str) -> Counter:
    """The hosts that the job worked on without failure, and how often it changed each."""
    for name in ("inventory", "project", "env"):
        (directory / name).mkdir(parents=True)
    hosts = directory / "inventory" / "hosts"
    hosts.write_text(script, encoding="utf-8")
    hosts.chmod(0o700)
    (directory / "project" / "play.yml").write_text(yaml.safe_dump(PLAY, sort_keys=False), encoding="utf-8")
    environment = {**aws_environment(emulator), "ANSIBLE_INVENTORY_UNPARSED_FAILED": "true"}
    job = ansible_runner.run(
        private_data_dir=str(directory), playbook="play.yml", envvars=environment, forks=2, quiet=True
    )
    assert (job.status, job.stats["failures"], job.stats["dark"]) == ("successful", {}, {}), job.stdout.read()
    assert set(job.stats["changed"]) == set(job.stats["processed"])
    return Counter(job.stats["changed"])


def policies(emulator, inventory):
    """Bucket -> its policy; they are gone afterwards."""
    found = {}
    for host in inventory.hosts.values():
        s3 = emulator.client("s3", aws_access_key_id=f"AKIAROOT{host['account_id']}")
        bucket = f"data-{host['account_id']}-{host['region']}"
        found[bucket] = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
        s3.delete_bucket_policy(Bucket=bucket)
    return found


def writes(emulator):
    return Counter(call["resource"] for call in emulator.calls() if call["operation"] == "PutBucketPolicy")


def test_slices_are_one_whole_run(emulator, inventory, tmp_path):
    emulator.reset_calls()
    whole = run_job(emulator, tmp_path / "whole", script_of_slice(inventory.listing, 1, 1))
    assert set(whole) == set(inventory.hosts)
    written, converged = writes(emulator), policies(emulator, inventory)
    assert set(written.values()) == {1}

    emulator.reset_calls()
    slices = [
        run_job(emulator, tmp_path / f"slice{number}", script_of_slice(inventory.listing, number, SLICES))
        for number in range(1, SLICES + 1)
    ]
    assert [len(one) for one in slices] == [2, 2, 1]
    # As a sum of counts: no host is there twice, none is missing.
    assert sum(slices, Counter()) == whole
    assert writes(emulator) == written
    assert policies(emulator, inventory) == converged
