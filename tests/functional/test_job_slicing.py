# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A job over the accounts of an organization, whole and in the slices that AWX makes, by ansible-runner."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import yaml

from tests.functional.awx_job import Template, run_job
from tests.functional.organization import PLAY, list_inventory, make_organization, write_inventory

pytestmark = pytest.mark.surroundings

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


def worked_on(emulator, directory: Path, inventory, slice_of=(1, 1)) -> Counter:
    """The hosts that a job worked on without failure, and how often it changed each."""
    project = directory / "project"
    project.mkdir(parents=True)
    (project / "play.yml").write_text(yaml.safe_dump(PLAY, sort_keys=False), encoding="utf-8")
    job = run_job(emulator, directory, Template("play.yml", forks=2), inventory.hosts, slice_of=slice_of)
    stats = job.events[-1]["event_data"]
    assert (job.status, stats["failures"], stats["dark"]) == ("successful", {}, {}), job.stdout
    assert set(stats["changed"]) == set(stats["processed"])
    return Counter(stats["changed"])


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
    whole = worked_on(emulator, tmp_path / "whole", inventory)
    assert set(whole) == set(inventory.hosts)
    written, converged = writes(emulator), policies(emulator, inventory)
    assert set(written.values()) == {1}

    emulator.reset_calls()
    slices = [
        worked_on(emulator, tmp_path / f"slice{number}", inventory, (number, SLICES)) for number in range(1, SLICES + 1)
    ]
    assert [len(one) for one in slices] == [2, 2, 1]
    # As a sum of counts: no host is there twice, none is missing.
    assert sum(slices, Counter()) == whole
    assert writes(emulator) == written
    assert policies(emulator, inventory) == converged
