# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds, damages and shows what the scenarios work on, with plain boto3: ``aws.py URL build|damage|show``."""

from __future__ import annotations

import json
import sys
from typing import Any

import boto3

BUCKET = "molecule-data"
FOREIGN = {
    "Sid": "AWSLogDeliveryWrite",
    "Effect": "Allow",
    "Principal": {"Service": "delivery.logs.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/*",
    # Without it, the statement would be for every customer of the service.
    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
}
STRANGER = "vpce-0123456789abcdef0"


class Aws:
    def __init__(self, url: str) -> None:
        keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "example"}
        self.url = url
        self.ec2, self.s3, self.iam = (
            boto3.client(name, endpoint_url=url, region_name="us-east-1", **keys) for name in ("ec2", "s3", "iam")
        )

    def build(self) -> dict[str, Any]:
        vpcs = [self.ec2.create_vpc(CidrBlock=f"10.{n}.0.0/16")["Vpc"]["VpcId"] for n in (1, 2)]
        self.ec2.create_route_table(VpcId=vpcs[0])
        self.s3.create_bucket(Bucket=BUCKET)
        self.put([FOREIGN])
        self.iam.create_user(UserName="automation")
        # The emulator holds users that IAM knows to their policies.
        everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        self.iam.put_user_policy(UserName="automation", PolicyName="everything", PolicyDocument=json.dumps(everything))
        key = self.iam.create_access_key(UserName="automation")["AccessKey"]
        connection = {
            "endpoint_url": self.url,
            "region": "us-east-1",
            "access_key": key["AccessKeyId"],
            "secret_key": key["SecretAccessKey"],
        }
        return {"vpcs": vpcs, "connection": connection}

    def damage(self) -> dict[str, Any]:
        """A route table and a tag taken off, the endpoint's policy widened, a stranger let into the bucket."""
        endpoint = self.endpoints()[0]
        name = endpoint["VpcEndpointId"]
        self.ec2.modify_vpc_endpoint(
            VpcEndpointId=name, ResetPolicy=True, RemoveRouteTableIds=endpoint["RouteTableIds"][:1]
        )
        self.ec2.delete_tags(Resources=[name], Tags=[{"Key": "Owner"}])
        statements = self.statements()
        for one in statements:
            if one["Sid"] == "PerimeterS3Network":
                one["Condition"]["StringNotEquals"]["aws:SourceVpce"] = [name, STRANGER]
        self.put(statements)
        return {}

    def show(self) -> dict[str, Any]:
        return {"endpoints": self.endpoints(), "statements": {one["Sid"]: one for one in self.statements()}}

    def endpoints(self) -> list[dict[str, Any]]:
        found = self.ec2.describe_vpc_endpoints()["VpcEndpoints"]
        return [one for one in found if one["State"].lower() not in ("deleting", "deleted")]

    def statements(self) -> list[dict[str, Any]]:
        document: dict[str, Any] = json.loads(self.s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
        statements: list[dict[str, Any]] = document["Statement"]
        return statements

    def put(self, statements: list[dict[str, Any]]) -> None:
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))


if __name__ == "__main__":
    print(json.dumps(getattr(Aws(sys.argv[1]), sys.argv[2])(), default=str))
