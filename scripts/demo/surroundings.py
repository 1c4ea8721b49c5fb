# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the demo works on, made, damaged and shown with plain boto3."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

BUCKETS, KEY = ("demo-reports", "demo-archive"), "2026/report.csv"
FOREIGN = {
    "Sid": "AWSLogDeliveryWrite",
    "Effect": "Allow",
    "Principal": {"Service": "delivery.logs.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::demo-archive/AWSLogs/123456789012/*",
    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
}
OPEN = {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True)
class Surroundings:
    ec2: Any
    s3: Any
    vpc_id: str
    route_table_ids: tuple[str, ...]

    def endpoint(self) -> dict[str, Any] | None:
        filters = [{"Name": "vpc-id", "Values": [self.vpc_id]}, {"Name": "vpc-endpoint-type", "Values": ["Gateway"]}]
        found = self.ec2.describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]
        return found[0] if found else None

    def locking_policy(self, bucket: str) -> str:
        """Denies everything to everybody who does not come through the endpoint; the author does not."""
        endpoint = self.endpoint() or {}
        statement = {
            "Sid": "OnlyThroughOurEndpoint",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            "Condition": {"StringNotEquals": {"aws:SourceVpce": endpoint["VpcEndpointId"]}},
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def policy(self, bucket: str) -> dict[str, Any] | None:
        try:
            return json.loads(self.s3.get_bucket_policy(Bucket=bucket)["Policy"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucketPolicy":
                return None
            raise


def build(connection: dict[str, str]) -> Surroundings:
    """A VPC with three route tables; two buckets with an object each, one with a policy that delivers logs."""
    options = {
        "endpoint_url": connection["endpoint_url"],
        "region_name": connection["region"],
        "aws_access_key_id": connection["access_key"],
        "aws_secret_access_key": connection["secret_key"],
    }
    ec2, s3 = boto3.client("ec2", **options), boto3.client("s3", **options)
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for _number in range(2):  # A VPC brings one, its main table.
        ec2.create_route_table(VpcId=vpc_id)
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["RouteTables"]
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key=KEY, Body=b"month;sum\n2026-11;42\n")
    s3.put_bucket_policy(Bucket="demo-archive", Policy=json.dumps({"Version": "2012-10-17", "Statement": [FOREIGN]}))
    return Surroundings(ec2, s3, vpc_id, tuple(table["RouteTableId"] for table in tables))


def damage(around: Surroundings) -> Iterator[str]:
    """Four changes past the declaration; says each."""
    endpoint = around.endpoint() or {}
    endpoint_id = endpoint["VpcEndpointId"]
    around.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, PolicyDocument=json.dumps(OPEN))
    yield "The endpoint policy is widened to everything."
    around.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, RemoveRouteTableIds=[around.route_table_ids[0]])
    yield f"The route table {around.route_table_ids[0]} is taken off the endpoint."
    around.ec2.delete_tags(Resources=[endpoint_id], Tags=[{"Key": "Owner"}])
    yield "The tag Owner is removed."
    policy = around.policy("demo-archive") or {}
    for statement in policy["Statement"]:
        if statement["Effect"] == "Deny" and "aws:SourceVpce" in json.dumps(statement):
            statement["Condition"]["StringNotEquals"]["aws:SourceVpce"] = ["vpce-0bad0bad0bad0bad0"]
            break
    around.s3.put_bucket_policy(Bucket="demo-archive", Policy=json.dumps(policy))
    yield f"The statement {statement['Sid']} of demo-archive now lets a stranger's endpoint in."


def show(around: Surroundings) -> None:
    """The endpoint and the statements of each bucket, a line or two each."""
    endpoint = around.endpoint()
    if endpoint is None:
        print("  endpoint      none")
    else:
        tags = ", ".join(f"{tag['Key']}={tag['Value']}" for tag in endpoint.get("Tags", []))
        tables = f"{len(endpoint['RouteTableIds'])} of {len(around.route_table_ids)} route tables"
        print(f"  endpoint      {endpoint['VpcEndpointId']}, {endpoint['State']}, {tables}, {tags or 'no tags'}")
        _show(json.loads(endpoint["PolicyDocument"]), "")
    for bucket in BUCKETS:
        _show(around.policy(bucket), bucket)


def _show(policy: dict[str, Any] | None, name: str) -> None:
    if policy is None:
        print(f"  {name:<13} no policy")
    for number, statement in enumerate(policy["Statement"] if policy else []):
        print(f"  {name if number == 0 else '':<13} {describe(statement)}")
        if condition := _condition(statement):
            print(f"  {'':<13} {'':<5} {condition}")


def describe(statement: dict[str, Any]) -> str:
    return f"{statement['Effect']:<5} {statement.get('Sid', '-'):<31} {_actions(statement)}"


#: Condition key -> how a person says it, of its values.
_SAID: dict[str, Callable[[list[str]], str]] = {
    "aws:SourceVpce": lambda values: f"through {' or '.join(values)}",
    "aws:PrincipalArn": lambda values: "by " + " or ".join(sorted({value.split("/")[-1] for value in values})),
    "aws:PrincipalIsAWSService": lambda _values: "by an AWS service",
    "aws:SecureTransport": lambda _values: "over TLS",
    "aws:SourceAccount": lambda values: f"for account {' or '.join(values)}",
}


def _actions(statement: dict[str, Any]) -> str:
    named = statement.get("Action") or statement.get("NotAction")
    actions = [named] if isinstance(named, str) else named
    if "s3:PutBucketPolicy" in actions:
        said = "managing the policy"
    else:
        said = ", ".join(actions[:3]) + (f" and {len(actions) - 3} more" if len(actions) > 3 else "")
    return f"everything but {said}" if "NotAction" in statement else said


def _condition(statement: dict[str, Any]) -> str:
    """A Deny holds unless one of its conditions is spared, an Allow if all of them hold."""
    blocks = statement.get("Condition", {}).values()
    found = [
        _SAID[key]([values] if isinstance(values, str) else values) for block in blocks for key, values in block.items()
    ]
    return "unless " + " or ".join(found) if statement["Effect"] == "Deny" and found else " and ".join(found)
