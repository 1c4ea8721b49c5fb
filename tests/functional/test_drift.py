# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The drift playbook, run as a process against the emulator: finds, reports, fails, corrects."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.failures import MAX_WARNED
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.terminal import MOST_LINES
from tests.functional.warm_ansible import run_ansible

PLAYBOOK = Path(__file__).parents[2] / "playbooks" / "drift.yml"
BUCKET = "drifting-bucket"
#: A statement that keeps out what is declared, and is not ours to correct.
FOREIGN = {
    "Sid": "Foreign",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::{BUCKET}/*",
}
POLICY_OF_OTHERS = json.dumps({"Version": "2012-10-17", "Statement": [FOREIGN]})
REMEDY = "Change statement 'Foreign' of the bucket policy, or declare only what it leaves."
#: Markers, which no output may show.
SECRET, TOKEN = "MARKERsecretMARKERsecretMARKERsecretMARK", "MARKERtokenMARKERtoken"


def play(emulator, vpc, directory, key=("AKIAIOSFODNN7EXAMPLE", SECRET, TOKEN), much=("-vvv", "--diff"), **variables):
    given = {
        "private_access_vpc_id": vpc,
        "private_access_buckets": [BUCKET],
        "private_access_connection": {"endpoint_url": emulator.url},
        "drift_report_dir": str(directory),
        **variables,
    }
    emulator.reset_calls()
    finished = run_ansible(
        *("ansible-playbook", *much, "-i", "localhost,", PLAYBOOK, "-e", json.dumps(given)),
        environment={
            **dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), key, strict=False)),
            "AWS_REGION": "us-east-1",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_SHOW_CUSTOM_STATS": "true" if much else "false",
        },
    )
    output = finished.stdout + finished.stderr
    files = sorted(directory.iterdir()) if directory.is_dir() else []
    for text in (output, *(file.read_text(encoding="utf-8") for file in files)):
        assert SECRET not in text
        assert TOKEN not in text
    report = json.loads(Path(directory, "drift.json").read_text(encoding="utf-8")) if files else None
    return finished.returncode, report, output


@pytest.fixture
def vpc(emulator, ec2, s3):
    s3.create_bucket(Bucket=BUCKET)
    return ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def writes(emulator):
    reads = ("Describe", "Get", "List", "Head")
    return [call["operation"] for call in emulator.calls() if not call["operation"].startswith(reads)]


def test_drift_is_found_reported_and_corrected(emulator, ec2, s3, vpc, tmp_path):
    status, report, output = play(emulator, vpc, tmp_path)
    assert status == 0, output
    assert writes(emulator) == []
    assert report["status"] == "drifted"
    assert {each["severity"] for each in report["findings"]} >= {"critical", "major"}

    status, report, output = play(emulator, vpc, tmp_path, drift_correct=True)
    assert status == 0, output
    assert report["status"] == "corrected"
    assert "PutBucketPolicy" in writes(emulator)

    # Clean now, also for the strictest.
    status, report, output = play(emulator, vpc, tmp_path, drift_fail_on="minor")
    assert (status, report["status"], writes(emulator)) == (0, "clean", []), output

    # One thing that correcting would put back, and one of others, that it would leave.
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    kept = [each for each in policy["Statement"] if each["Sid"] != "PerimeterS3Network"]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({**policy, "Statement": [*kept, FOREIGN]}))
    status, report, output = play(emulator, vpc, tmp_path, drift_fail_on="critical")
    assert (status, report["status"], report["failures"]) == (2, "drifted", []), output
    said = " ".join(output.split())
    assert "1 critical, 1 major and 0 minor differences from the declaration. Run with drift_correct=true" in said
    assert f"No run corrects this: {BUCKET}: what is declared does not pass (s3:PutObject)" in said
    missing, refuted = report["findings"]
    assert (missing["what"], missing["remedy"]) == ("PerimeterS3Network is missing", "")
    assert (missing["account"], missing["region"]) == ("123456789012", "us-east-1")
    assert any("from the internet" in opened for opened in missing["opens"])
    assert (refuted["kind"], refuted["severity"], refuted["resource"]) == ("reach", "major", BUCKET)
    assert refuted["remedy"] == REMEDY
    suite = ElementTree.fromstring(Path(tmp_path, "drift.xml").read_text(encoding="utf-8").encode())
    assert (suite.get("failures"), suite.get("errors")) == ("2", "0")
    # The endpoint has not drifted, and is a test that passed.
    assert [case.get("name") for case in suite.findall("testcase")].count("as declared") == 1
    [run] = json.loads(Path(tmp_path, "drift.sarif").read_text(encoding="utf-8"))["runs"]
    assert [each["level"] for each in run["results"]] == ["error", "warning"]
    written = Path(tmp_path, "drift.md").read_text(encoding="utf-8")
    assert "PerimeterS3Network is missing" in written
    assert f"- Remedy: {REMEDY}\n" in written


def test_the_directory_of_the_report_is_made_or_said_to_be_in_the_way_at_once(emulator, vpc, tmp_path):
    status, report, output = play(emulator, vpc, tmp_path / "not" / "there", much=())
    assert (status, report["status"]) == (0, "drifted"), output
    # What everybody sees who drifts, however many buckets: the lines of the report and of warnings have their bounds.
    lines = [line for line in output.splitlines() if line.strip()]
    shown = lines[lines.index('    "msg": [') + 1 : lines.index("    ]")]
    warned = [line for line in lines if line.startswith("[WARNING]")]
    # They come last; ansible-core 2.16 breaks each into lines of 79 letters.
    others = lines[: lines.index(warned[0])]
    assert 0 < len(shown) <= 3 + MOST_LINES, output
    assert len(warned) <= 1 + MAX_WARNED, output
    assert len(others) - len(shown) + 3 + MOST_LINES + 1 + MAX_WARNED <= 60, output
    assert len(lines) <= 60, output
    (tmp_path / "file").write_text("in the way")
    status, _report, output = play(emulator, vpc, tmp_path / "file")
    assert status == 2, output
    assert "Make the directory of the report" in output
    assert emulator.calls() == []


def test_a_bucket_that_fails_does_not_hide_the_drift_of_others(emulator, ec2, s3, vpc, tmp_path):
    buckets = ["missing-bucket", BUCKET]
    status, report, output = play(emulator, vpc, tmp_path, private_access_buckets=buckets, drift_correct=True)
    assert status == 2, output
    assert report["status"] == "failed"
    [failure] = report["failures"]
    assert (failure["bucket"], failure["account"], failure["region"]) == ("missing-bucket", "123456789012", "us-east-1")
    assert "no bucket of that name" in failure["msg"]
    assert {each["resource"] for each in report["findings"]} == {vpc, BUCKET}
    assert "missing-bucket" in Path(tmp_path, "drift.md").read_text(encoding="utf-8")
    # The other one was corrected all the same.
    assert s3.get_bucket_policy(Bucket=BUCKET)
    # Only what is named is looked at.
    limited = {"private_access_buckets": buckets, "private_access_limit": [BUCKET], "drift_fail_on": "minor"}
    status, report, output = play(emulator, vpc, tmp_path, **limited)
    assert (status, report["status"]) == (0, "clean"), output
    assert sum(call["operation"] == "GetBucketPolicy" for call in emulator.calls()) == 1


def test_who_changed_it(emulator, ec2, s3, vpc, tmp_path):
    status, report, output = play(emulator, vpc, tmp_path, drift_correct=True, drift_who=True)
    assert status == 0, output
    # Nobody has touched the bucket but to make it, and the endpoint was missing.
    by = {each["resource"]: [one["event"] for one in each["by"]] for each in report["findings"]}
    assert by == {BUCKET: ["s3:CreateBucket"], vpc: []}

    s3.delete_bucket_policy(Bucket=BUCKET)
    status, report, output = play(emulator, vpc, tmp_path, drift_correct=True, drift_who=True)
    assert (status, report["status"]) == (0, "corrected"), output
    for finding in report["findings"]:
        [change] = finding["by"]
        assert change["event"] == "s3:DeleteBucketPolicy"
        assert change["who"] == "arn:aws:iam::123456789012:user/automation"
    written = Path(tmp_path, "drift.md").read_text(encoding="utf-8")
    assert "Last changed by: arn:aws:iam::123456789012:user/automation at 20" in written

    iam = emulator.client("iam")
    iam.create_user(UserName="auditor")
    statement = {"Effect": "Allow", "Action": ["s3:*", "ec2:*", "iam:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="auditor", PolicyName="p", PolicyDocument=document)
    made = iam.create_access_key(UserName="auditor")["AccessKey"]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=POLICY_OF_OTHERS)
    key = (made["AccessKeyId"], made["SecretAccessKey"])
    status, report, output = play(emulator, vpc, tmp_path, key=key, drift_who=True)
    assert (status, report["status"]) == (0, "drifted"), output
    assert [each["by"] for each in report["findings"]] == [None] * len(report["findings"])
    assert "Who changed what is not known." in output
    said = " ".join(output.split())
    assert "no permission for cloudtrail:LookupEvents" in said
    # What the proof refutes fails nothing by itself either.
    assert [each["severity"] for each in report["findings"] if each["kind"] == "reach"] == ["major"]
    assert (report["failures"], REMEDY in said) == ([], True)


def test_a_correction_fails_on_what_others_let_differ(emulator, s3, vpc, tmp_path):
    s3.put_bucket_policy(Bucket=BUCKET, Policy=POLICY_OF_OTHERS)
    status, report, output = play(emulator, vpc, tmp_path, drift_correct=True)
    assert (status, report["status"]) == (2, "failed"), output
    [failure] = report["failures"]
    assert failure["msg"].startswith("What the policies let pass is not what was declared.")
    assert REMEDY in failure["msg"]
    # All that is ours was corrected.
    assert {each["severity"] for each in report["findings"]} >= {"critical", "major"}
    assert [each for each in report["findings"] if each["kind"] == "reach"] == []
    assert "PutBucketPolicy" in writes(emulator)


def test_a_stranger_let_in_by_hand_is_critical_and_named(emulator, ec2, s3, vpc, tmp_path):
    status, _report, output = play(emulator, vpc, tmp_path, drift_correct=True)
    assert status == 0, output
    # Beside the endpoint of another VPC, whose policy does not name the bucket.
    other = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_endpoint(VpcId=other, ServiceName="com.amazonaws.us-east-1.s3")["VpcEndpoint"][
        "VpcEndpointId"
    ]
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    for statement in policy["Statement"]:
        if statement["Sid"] in ("PerimeterS3Network", "PerimeterS3Management"):
            condition = statement["Condition"]
            own = condition["StringNotEquals"]["aws:SourceVpce"]
            condition["StringNotEquals"] = {"aws:SourceVpce": [own, made], "aws:PrincipalAccount": "999988887777"}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))

    status, report, output = play(emulator, vpc, tmp_path, drift_fail_on="critical")
    assert (status, report["status"], report["failures"]) == (2, "drifted", []), output
    network = next(each for each in report["findings"] if "PerimeterS3Network" in each["what"])
    assert (network["severity"], network["resource"]) == ("critical", BUCKET)
    assert network["what"] == (
        f"PerimeterS3Network has changed in Condition: it exempts what is not declared, network {made}; "
        "account 999988887777"
    )
    assert writes(emulator) == []

    # It may be another declaration's, so that no correction takes it out, unless it is told to.
    status, report, output = play(emulator, vpc, tmp_path, drift_correct=True)
    assert (status, report["status"], writes(emulator)) == (2, "failed", []), output
    said = " ".join(output.split())
    for each in ("999988887777", "private_access_accepted_exceptions", "private_access_exclusive"):
        assert each in said
    status, report, output = play(emulator, vpc, tmp_path, drift_correct=True, private_access_exclusive=True)
    assert (status, report["status"]) == (0, "corrected"), output
    assert "999988887777" not in s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
