# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook that makes queue and rule, and the sample event that people try the filter with."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulator.client import ACCESS_KEY, REGION, SECRET_KEY
from tests.functional.rulebook_run import MISSING
from tests.functional.warm_ansible import run_ansible

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PAGE = ROOT / "docs" / "docsite" / "rst" / "events.rst"


def run(emulator, *arguments):
    done = run_ansible(
        *("ansible-playbook", "perimeter.s3.events_setup", *arguments),
        environment={
            "AWS_URL": emulator.url,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    changed, failed = map(int, re.search(r"changed=(\d+) +unreachable=0 +failed=(\d+)", done.stdout).groups())
    assert failed == 0
    return changed


def test_queue_and_rule_come_and_go(emulator):
    assert run(emulator, "-e", "events_setup_name=changes") == 1
    sqs, events = emulator.client("sqs"), emulator.client("events")
    queue = sqs.get_queue_url(QueueName="changes")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    rule = events.describe_rule(Name="changes")
    targets = events.list_targets_by_rule(Rule="changes")["Targets"]
    assert [target["Arn"] for target in targets] == [attributes["QueueArn"]]
    assert json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"].endswith(":changes-dead")
    # Only this rule may send to it. moto makes no policy of a queue out of a stack, so the template has to do.
    template = emulator.client("cloudformation").get_template(StackName="changes")["TemplateBody"]
    (statement,) = template["Resources"]["QueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]}}}
    # The page shows the same pattern for those who make it by hand.
    shown = re.search(
        r"with this pattern:\n\n   \.\. code-block:: json\n\n(.*?)\n\n   \.\. ", PAGE.read_text(), re.DOTALL
    )
    pattern, by_hand = json.loads(rule["EventPattern"]), json.loads(shown[1])
    assert sorted(pattern["detail"].pop("eventName")) == sorted(by_hand["detail"].pop("eventName"))
    assert pattern == by_hand
    assert run(emulator, "-e", "events_setup_name=changes", "-e", "events_setup_state=absent") == 1
    assert events.list_rules()["Rules"] == []
    assert sqs.list_queues().get("QueueUrls", []) == []


@pytest.mark.surroundings
@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_the_sample_event_is_one(tmp_path):
    for file in (ROOT / "docs" / "examples" / "eda").iterdir():
        shutil.copy(file, tmp_path)
    done = subprocess.run(
        [BIN / "ansible-rulebook", "--rulebook", "try.yml", "--inventory", "localhost,"],
        cwd=tmp_path,
        env={**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]])},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert "night-shift called s3:DeleteBucketPolicy on payroll-reports" in done.stdout, done.stdout + done.stderr
