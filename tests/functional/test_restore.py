# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The restore playbook, run as a process against the emulator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

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


def restore(emulator, directory, *words, **variables):
    connection = emulator.connection
    given = {"restore_dir": str(directory), "private_access_connection": connection, **variables}
    command = Path(sys.executable).with_name("ansible-playbook")
    return subprocess.run(
        [command, "-i", "localhost,", PLAYBOOK, "-e", json.dumps(given), *words],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "ANSIBLE_PYTHON_INTERPRETER": sys.executable},
    )


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

    # A bucket without backup: nothing is written, of the others neither.
    failed = restore(emulator, tmp_path, restore_buckets=["site", "other"])
    assert failed.returncode != 0
    assert "no backup of the policy of bucket other" in failed.stdout
    assert json.loads(s3.get_bucket_policy(Bucket="site")["Policy"])["Statement"][0]["Sid"] == "Now"

    done = restore(emulator, tmp_path, restore_buckets=["site", "site.logs"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(s3.get_bucket_policy(Bucket="site")["Policy"]) == policy("site", "Newer")
    assert "GetBucketPolicy" in {call["operation"] for call in emulator.calls()}
    assert "DeleteBucketPolicy" in {call["operation"] for call in emulator.calls()}

    # What was in force in December was replaced in January.
    done = restore(emulator, tmp_path, restore_buckets=["site"], restore_at="20251201T000000")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(s3.get_bucket_policy(Bucket="site")["Policy"]) == policy("site", "Old")
