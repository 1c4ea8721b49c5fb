# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The restore playbook, run as a process against the emulator by those who have nothing but the policy for it."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.perimeter.s3.plugins.filter.automation_policy import build
from ansible_collections.perimeter.s3.plugins.module_utils._plan.automation.permissions import uses_of
from ansible_collections.perimeter.s3.tests.functional.robot import Robot, make_role, without
from tests.functional.warm_ansible import run_ansible

PLAYBOOK = Path(__file__).parents[2] / "playbooks" / "restore.yml"


def policy(bucket, sid):
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def automation(mode, **options):
    return build(["site", "site.*"], "123456789012", "us-east-1", mode, "restore", **options)


def restore(emulator, directory, keys, **variables):
    given = {
        # Relative, as people give it: to where the playbook is started.
        "restore_dir": directory.name,
        "private_access_connection": {**emulator.connection, **keys},
        **variables,
    }
    emulator.reset_calls()
    finished = run_ansible(
        "ansible-playbook", "-i", "localhost,", PLAYBOOK, "-e", json.dumps(given), directory=directory.parent
    )
    calls = {f"{call['service']}:{call['operation']}" for call in emulator.calls()}
    assert calls - set(uses_of("restore")) == set()
    return finished.returncode, " ".join((finished.stdout + finished.stderr).split())


def sid(s3, bucket):
    return json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"][0]["Sid"]


def test_policies_are_put_back(emulator, s3, tmp_path):
    for bucket in ("site", "site.logs"):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(bucket, "Now")))
    for name, document in {
        "site.20260101T000000000000Z": policy("site", "Old"),
        "site.20260201T000000000000Z": policy("site", "Newer"),
        "site.logs.20260301T000000000000Z": None,
    }.items():
        Path(tmp_path, f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    robot = Robot(emulator)

    # A bucket without backup: nothing is written, of the others neither.
    status, output = restore(emulator, tmp_path, robot.keys, restore_buckets=["site", "other"])
    assert status != 0
    assert "no backup of the policy of bucket other" in output
    assert sid(s3, "site") == "Now"

    # The safety catch: the bucket is of another account than the one that is meant.
    given = {"restore_buckets": ["site"], "private_access_account_id": "111122223333"}
    status, output = restore(emulator, tmp_path, {}, **given)
    assert status != 0
    assert "it does not belong to account 111122223333" in output
    assert sid(s3, "site") == "Now"

    assert "Using a template for task args is unsafe" not in output

    both = ["site", "site.logs"]
    # There was no policy, and whoever may write one need not be allowed to remove it.
    status, output = restore(emulator, tmp_path, robot.may(automation("correct")), restore_buckets=both)
    assert status != 0
    assert "user/robot has no permission for s3:DeleteBucketPolicy on arn:aws:s3:::site.logs because" in output
    assert (sid(s3, "site"), sid(s3, "site.logs")) == ("Newer", "Now")

    status, output = restore(emulator, tmp_path, robot.may(automation("remove")), restore_buckets=both)
    assert status == 0, output
    assert sid(s3, "site") == "Newer"
    assert [call["resource"] for call in emulator.calls() if call["operation"] == "DeleteBucketPolicy"] == ["site.logs"]

    # What was in force in December was replaced in January. A role puts it back, whose user may only assume it.
    role = make_role(emulator, "restorer", automation("correct"))
    keys = robot.may(without(automation("detect", assume_roles=role), "s3:GetBucketPolicy"))
    given = {"restore_buckets": ["site"], "restore_at": "20251201T000000", "private_access_assume_role_arn": role}
    status, output = restore(emulator, tmp_path, keys, **given)
    assert status == 0, output
    assert sid(s3, "site") == "Old"


def test_what_was_in_force_is_put_back_whatever_speaks_against_it(emulator, s3, tmp_path):
    s3.create_bucket(Bucket="site")
    one = policy("site", "R")["Statement"][0]
    twice = {"Version": "2012-10-17", "Statement": [one, {**one, "Action": "s3:GetObjectVersion"}]}
    Path(tmp_path, "site.20260101T000000000000Z.json").write_text(json.dumps(twice), encoding="utf-8")
    keys = Robot(emulator).may(automation("correct"))
    status, output = restore(emulator, tmp_path, keys, restore_buckets=["site"])
    assert status == 0, output
    assert json.loads(s3.get_bucket_policy(Bucket="site")["Policy"]) == twice
    assert (
        "the policy that is restored would be refused as a new one. Statement[1].Sid: The Sid 'R' is that of" in output
    )
    assert "Using a template for task args is unsafe" not in output
