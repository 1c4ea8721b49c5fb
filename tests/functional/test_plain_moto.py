# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""README's playbook on a plain moto_server with its usual credentials, as people try it first."""

from __future__ import annotations

import json
import re
from pathlib import Path

import boto3
import pytest
import yaml

from tests.functional.plain_moto import CREDENTIALS, running_moto
from tests.functional.warm_ansible import run_ansible

pytestmark = pytest.mark.surroundings

README = Path(__file__).parents[2] / "README.md"
BUCKETS = ["payroll-archive", "payroll-reports"]
# What the modules have to say on every AWS.
EXPECTED = "open connections to S3 break"


@pytest.fixture(scope="module")
def moto():
    with running_moto() as environment:
        yield environment


class Tried:
    """A VPC and its buckets at moto, and README's playbook for them."""

    def __init__(self, environment: dict[str, str], directory: Path) -> None:
        self._environment = environment
        self.ec2, self.s3 = (self._client(service) for service in ("ec2", "s3"))
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        for bucket in BUCKETS:
            self.s3.create_bucket(Bucket=bucket)
        (example,) = re.findall(r"```yaml\n(- name: Keep the traffic.*?)```", README.read_text("utf-8"), re.DOTALL)
        self._directory, self._playbook = directory, directory / "play.yml"
        self._playbook.write_text(example.replace("vpc-0123456789abcdef0", self.vpc), encoding="utf-8")
        (play,) = yaml.safe_load(self._playbook.read_text(encoding="utf-8"))
        self._variables = play["roles"][0]["vars"]

    def _client(self, service):
        return boto3.client(
            service,
            endpoint_url=self._environment["AWS_ENDPOINT_URL"],
            region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    def run(self, *words: str, playbook: str | None = None) -> tuple[int, int, str]:
        """Exit status, how many tasks changed something, and all that was printed."""
        finished = run_ansible(
            *("ansible-playbook", "-i", "localhost,", "-c", "local", playbook or self._playbook, *words),
            directory=self._directory,
            environment={
                **self._environment,
                "ANSIBLE_LOCALHOST_WARNING": "false",
                "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            },
        )
        output = finished.stdout + finished.stderr
        changed = re.findall(r"changed=(\d+)", finished.stdout)
        assert changed, output
        said = [line for line in output.splitlines() if "[WARNING]" in line or "[DEPRECATION" in line]
        assert [line for line in said if EXPECTED not in line] == [], output
        return finished.returncode, int(changed[0]), output

    def drift(self, *words: str) -> tuple[int, dict]:
        """Exit status and the report of the drift playbook about the same declaration."""
        variables, report = self._directory / "vars.json", self._directory / "report"
        given = {**self._variables, "drift_report_dir": str(report), "drift_fail_on": "never"}
        report.mkdir(exist_ok=True)
        variables.write_text(json.dumps(given), encoding="utf-8")
        status, _changed, output = self.run("-e", f"@{variables}", *words, playbook="perimeter.s3.drift")
        assert (report / "drift.json").exists(), output
        return status, json.loads((report / "drift.json").read_text(encoding="utf-8"))

    def policy(self, bucket: str) -> dict | None:
        try:
            return json.loads(self.s3.get_bucket_policy(Bucket=bucket)["Policy"])
        except self.s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
                raise
            return None

    def endpoint(self) -> dict | None:
        """The VPC's endpoint; moto keeps showing those that are gone."""
        filters = [{"Name": "vpc-id", "Values": [self.vpc]}]
        found = self.ec2.describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]
        live = [one for one in found if one["State"] == "available"]
        assert len(live) <= 1
        return live[0] if live else None


def test_the_first_try(moto, tmp_path):
    tried = Tried(moto, tmp_path)

    status, changed, output = tried.run("--check", "--diff")
    assert (status, changed > 0) == (0, True), output
    assert (tried.endpoint(), tried.policy(BUCKETS[0])) == (None, None)

    status, changed, output = tried.run()
    assert (status, changed > 0) == (0, True), output
    endpoint = tried.endpoint()
    assert endpoint is not None
    assert all(bucket in endpoint["PolicyDocument"] for bucket in BUCKETS)
    closed = {bucket: tried.policy(bucket) for bucket in BUCKETS}
    # The caller keeps the way to repair it, as a user.
    manager = f"arn:aws:iam::{endpoint['OwnerId']}:user/moto"
    for policy in closed.values():
        assert endpoint["VpcEndpointId"] in json.dumps(policy)
        assert manager in json.dumps(policy)

    status, changed, output = tried.run()
    assert (status, changed) == (0, 0), output
    assert tried.drift()[1]["findings"] == []

    # Somebody opens one bucket, and the endpoint.
    tried.s3.delete_bucket_policy(Bucket=BUCKETS[0])
    everything = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    tried.ec2.modify_vpc_endpoint(
        VpcEndpointId=endpoint["VpcEndpointId"], PolicyDocument=json.dumps({"Statement": [everything]})
    )
    _status, report = tried.drift()
    assert {(one["resource"], one["severity"]) for one in report["findings"]} >= {
        (BUCKETS[0], "critical"),
        (endpoint["VpcEndpointId"], "critical"),
    }
    status, changed, output = tried.run()
    assert (status, changed > 0) == (0, True), output
    assert {bucket: tried.policy(bucket) for bucket in BUCKETS} == closed

    status, changed, output = tried.run("-e", "private_access_state=absent")
    assert (status, changed > 0) == (0, True), output
    assert tried.endpoint() is None
    assert [tried.policy(bucket) for bucket in BUCKETS] == [None, None]
    status, changed, output = tried.run("-e", "private_access_state=absent")
    assert (status, changed) == (0, 0), output
