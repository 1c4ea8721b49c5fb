#!/usr/bin/env python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same four jobs by this collection and by the modules of amazon.aws: AWS calls, seconds, and whether it was done.

Both work on the same emulated AWS in one run, each on a VPC and a bucket of its own. Seconds are those of a whole
``ansible-playbook`` process with one task; compare them with each other, not with those of another machine.

Run it with ``make bench``; ``--json FILE`` keeps the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import boto3

from tests.emulator import running_emulator

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject"]}
WRITES = ("Put", "Create", "Modify", "Delete")


def policy(bucket: str, *actions: str) -> dict[str, Any]:
    statement = {**ALLOW, "Action": [*ALLOW["Action"], *actions], "Resource": [f"arn:aws:s3:::{bucket}/*"]}
    return {"Version": "2012-10-17", "Statement": [statement]}


def bucket_policy(bucket: str, *actions: str) -> dict[str, Any]:
    document = policy(bucket, *actions)
    document["Statement"][0]["Principal"] = {"AWS": "arn:aws:iam::123456789012:root"}
    return document


class Ours:
    name = "perimeter.s3"

    @staticmethod
    def endpoint(vpc: str, tables: list[str], document: dict[str, Any], region: str) -> dict[str, Any]:
        return {"perimeter.s3.gateway_endpoint": {"vpc_id": vpc, "route_table_ids": tables, "policy": document}}

    @staticmethod
    def bucket(bucket: str, document: dict[str, Any]) -> dict[str, Any]:
        return {"perimeter.s3.bucket_policy": {"bucket": bucket, "policy": document}}


class Theirs:
    name = "amazon.aws"

    @staticmethod
    def endpoint(vpc: str, tables: list[str], document: dict[str, Any], region: str) -> dict[str, Any]:
        service = f"com.amazonaws.{region}.s3"
        return {
            "amazon.aws.ec2_vpc_endpoint": {
                "vpc_id": vpc,
                "service": service,
                "route_table_ids": tables,
                "policy": json.dumps(document),
            }
        }

    @staticmethod
    def bucket(bucket: str, document: dict[str, Any]) -> dict[str, Any]:
        return {"amazon.aws.s3_bucket": {"name": bucket, "policy": document}}


class Bench:
    def __init__(self, emulator: Any, side: type[Ours] | type[Theirs], folder: Path) -> None:
        self.emulator, self.side, self.folder = emulator, side, folder
        connection = emulator.connection
        options = {
            "endpoint_url": connection["endpoint_url"],
            "region_name": connection["region"],
            "aws_access_key_id": connection["access_key"],
            "aws_secret_access_key": connection["secret_key"],
        }
        self.region = connection["region"]
        self.ec2, self.s3 = boto3.client("ec2", **options), boto3.client("s3", **options)
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        tables = (self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"] for _number in range(2))
        self.tables = [table["RouteTableId"] for table in tables]
        self.bucket = f"bench-{side.name.replace('.', '-')}"
        self.s3.create_bucket(Bucket=self.bucket)
        self.environment = {
            **os.environ,
            "AWS_URL": connection["endpoint_url"],
            "AWS_REGION": connection["region"],
            "AWS_ACCESS_KEY_ID": connection["access_key"],
            "AWS_SECRET_ACCESS_KEY": connection["secret_key"],
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        }

    def rows(self) -> list[dict[str, Any]]:
        first, second = self.tables
        before, after = policy(self.bucket), policy(self.bucket, "s3:DeleteObject")
        endpoint = self.side.endpoint
        bucket_before, bucket_after = bucket_policy(self.bucket), bucket_policy(self.bucket, "s3:DeleteObject")
        jobs = [
            ("endpoint", "create", endpoint(self.vpc, [first], before, self.region)),
            ("endpoint", "no drift", endpoint(self.vpc, [first], before, self.region)),
            ("endpoint", "changed policy", endpoint(self.vpc, [first], after, self.region)),
            ("endpoint", "added route table", endpoint(self.vpc, [first, second], after, self.region)),
            ("bucket policy", "create", self.side.bucket(self.bucket, bucket_before)),
            ("bucket policy", "no drift", self.side.bucket(self.bucket, bucket_before)),
            ("bucket policy", "changed policy", self.side.bucket(self.bucket, bucket_after)),
        ]
        wanted = {"create": before, "no drift": before}
        return [
            self._run(resource, job, task, wanted.get(job, after), [first, second] if "route" in job else [first])
            for resource, job, task in jobs
        ]

    def _run(
        self, resource: str, job: str, task: dict[str, Any], document: dict[str, Any], tables: list[str]
    ) -> dict[str, Any]:
        play = {
            "name": job,
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": [{"name": job, **task}],
        }
        file = self.folder / "play.yml"
        file.write_text(json.dumps([play]), encoding="utf-8")
        self.emulator.reset_calls()
        started = time.monotonic()
        done = subprocess.run(
            ["ansible-playbook", str(file)], env=self.environment, capture_output=True, text=True, check=False
        )
        seconds = time.monotonic() - started
        calls = Counter(call["operation"] for call in self.emulator.calls())
        return {
            "resource": resource,
            "job": job,
            "by": self.side.name,
            "calls": sum(calls.values()),
            "writes": sum(count for name, count in calls.items() if name.startswith(WRITES)),
            "seconds": round(seconds, 2),
            "exit": done.returncode,
            "as declared": self._as_declared(resource, document, tables),
        }

    def _as_declared(self, resource: str, document: dict[str, Any], tables: list[str]) -> bool:
        """Whether one endpoint, or the bucket, now is what the task declared."""
        actions = document["Statement"][0]["Action"]
        if resource == "bucket policy":
            found = json.loads(self.s3.get_bucket_policy(Bucket=self.bucket)["Policy"])
            return sorted(found["Statement"][0]["Action"]) == sorted(actions)
        endpoints = self.ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["VpcEndpoints"]
        if len(endpoints) != 1:
            return False
        found = json.loads(endpoints[0]["PolicyDocument"])["Statement"][0]["Action"]
        return sorted(endpoints[0]["RouteTableIds"]) == sorted(tables) and sorted(found) == sorted(actions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with running_emulator() as emulator, tempfile.TemporaryDirectory() as folder:
        for side in (Ours, Theirs):
            rows += Bench(emulator, side, Path(folder)).rows()
    names = list(rows[0])
    print("  ".join(f"{name:<17}" if index < 3 else f"{name:>11}" for index, name in enumerate(names)))
    half = len(rows) // 2
    for row in (row for pair in zip(rows[:half], rows[half:], strict=True) for row in pair):
        cells = ["yes" if value is True else "NO" if value is False else str(value) for value in row.values()]
        print("  ".join(f"{cell:<17}" if index < 3 else f"{cell:>11}" for index, cell in enumerate(cells)))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
