# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of perimeter_info: what it finds, what it takes for data rather than for a failure, and its calls."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.tests.functional.module_run import run_module

SERVICE = "com.amazonaws.us-east-1.s3"
BUCKETS = ["looked-at", "looked-at-too", "named-by-the-endpoint"]


def document(*buckets, **more):
    resources = [f"arn:aws:s3:::{name}/*" for name in buckets]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resources, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture
def vpc(ec2, s3):
    for name in BUCKETS:
        s3.create_bucket(Bucket=name)
    made = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[made], Tags=[{"Key": "Name", "Value": "one"}])
    return made


def look(emulator, **options):
    result = run_module(emulator, "perimeter_info", **options)
    return result, json.loads(result.get("perimeter", "{}"))


def test_all_is_read_in_few_calls(emulator, ec2, s3, vpc):
    policy = document(BUCKETS[0], Principal={"AWS": "123456789012"})
    s3.put_bucket_policy(Bucket=BUCKETS[0], Policy=json.dumps(policy))
    [main] = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    made = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=SERVICE,
        RouteTableIds=[main["RouteTableId"]],
        PolicyDocument=json.dumps(document(BUCKETS[2], "al2023-repos-us-east-1-de612dc2", "some-*")),
    )["VpcEndpoint"]["VpcEndpointId"]
    result, found = look(emulator, vpc_name="one", buckets=BUCKETS[:2])
    assert sorted(result.calls) == [
        "DescribeRouteTables",
        "DescribeVpcEndpoints",
        "DescribeVpcs",
        "GetBucketPolicy",
        "GetBucketPolicy",
        "GetCallerIdentity",
    ]
    assert result["calls"] == {
        "ec2:DescribeRouteTables": 1,
        "ec2:DescribeVpcEndpoints": 1,
        "ec2:DescribeVpcs": 1,
        "s3:GetBucketPolicy": 2,
        "sts:GetCallerIdentity": 1,
    }
    assert (result["changed"], result["problems"]) == (False, [])
    assert (result["vpc_ids"], result["endpoint_ids"], result["region"]) == ([vpc], [made], "us-east-1")
    assert result["caller"] == found["caller"]
    assert found["caller"]["arn"] == "arn:aws:iam::123456789012:user/automation"
    [endpoint] = found["endpoints"]
    assert (endpoint["vpc_id"], endpoint["route_table_ids"]) == (vpc, [main["RouteTableId"]])
    assert endpoint["policy_document"]["Statement"][0]["Action"] == "s3:GetObject"
    assert [(one["id"], one["main"]) for one in found["route_tables"]] == [(main["RouteTableId"], True)]
    assert found["buckets"][BUCKETS[0]]["policy"]["Statement"][0]["Resource"] == policy["Statement"][0]["Resource"]
    assert (found["buckets"][BUCKETS[1]]["policy"], found["buckets"][BUCKETS[1]]["problem"]) == (None, "")

    # What people call it, for reports.
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
    ec2.create_tags(Resources=[subnet, main["RouteTableId"]], Tags=[{"Key": "Name", "Value": "app"}])
    result, _found = look(emulator, vpc_id=vpc, names=True)
    assert sorted(result.calls) == [
        "DescribeRouteTables", "DescribeSubnets", "DescribeVpcEndpoints", "DescribeVpcs", "GetCallerIdentity",
    ]  # fmt: skip
    zone = "us-east-1a"
    assert result["names"] == {
        "vpc": {"name": "one", "cidr_blocks": ["10.0.0.0/16"]},
        "subnets": [{"id": subnet, "name": "app", "cidr_block": "10.0.1.0/24", "availability_zone": zone}],
        "route_tables": {main["RouteTableId"]: "app"},
    }

    # What the policy of the endpoint names besides, but for what is AWS's.
    options = {"vpc_id": vpc, "route_tables": False, "endpoint_buckets": True, "aws_services": ["amazon_linux"]}
    result, found = look(emulator, **options)
    assert sorted(result.calls) == ["DescribeVpcEndpoints", "GetBucketPolicy", "GetCallerIdentity"]
    assert (list(found["buckets"]), found["route_tables"]) == ([BUCKETS[2]], [])

    # A live endpoint has its id already.
    result, found = look(emulator, vpc_id=vpc, buckets_of_new_endpoint=BUCKETS[:2])
    assert found["buckets"] == {}
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made])
    result, found = look(emulator, vpc_id=vpc, buckets_of_new_endpoint=BUCKETS[:2])
    assert list(found["buckets"]) == BUCKETS[:2]


def test_what_cannot_be_read_is_told_and_fails_nothing(emulator, ec2, s3, vpc, sts):
    role = "arn:aws:iam::111122223333:role/other"
    given = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    keys = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    emulator.client("s3", **keys).create_bucket(Bucket="of-others")
    result, found = look(emulator, vpc_id=vpc, buckets=["no-such-bucket", BUCKETS[0], "of-others"])
    assert not result.get("failed"), result
    assert [one["bucket"] for one in result["problems"]] == ["no-such-bucket", "of-others"]
    missing, foreign = (one["msg"] for one in result["problems"])
    assert "there is no bucket of that name" in missing
    assert "of-others" in foreign
    assert {name: one["kind"] for name, one in found["buckets"].items()} == {
        "no-such-bucket": "missing_bucket",
        BUCKETS[0]: "",
        "of-others": "denied",
    }


def test_a_name_that_does_not_mean_one_vpc_is_told(emulator, ec2, vpc):
    twins = [ec2.create_vpc(CidrBlock=f"10.{n}.0.0/16")["Vpc"]["VpcId"] for n in (1, 2)]
    ec2.create_tags(Resources=twins, Tags=[{"Key": "Name", "Value": "two"}])
    for name, expected in {"two": sorted(twins), "three": []}.items():
        result, found = look(emulator, vpc_name=name, buckets=BUCKETS)
        assert (result["vpc_ids"], found["buckets"], found["route_tables"]) == (expected, {}, [])
        assert sorted(result.calls) == ["DescribeVpcEndpoints", "DescribeVpcs", "GetCallerIdentity"]


#: Options -> what the user reads, before AWS is asked.
BAD = [
    ({}, "Give vpc_id or vpc_name, and not both."),
    ({"vpc_id": "vpc-1a2b3c4d", "vpc_name": "one"}, "Give vpc_id or vpc_name, and not both."),
    ({"vpc_id": "one"}, "vpc_id: 'one' is not an id."),
    ({"vpc_id": "vpc-1a2b3c4d", "buckets": ["arn:aws:s3:::b"]}, "'arn:aws:s3:::b' is an ARN."),
    ({"vpc_id": "vpc-1a2b3c4d", "buckets_of_new_endpoint": ["x"]}, "'x' is not the name of a bucket."),
    ({"vpc_id": "vpc-1a2b3c4d", "concurrency": 0}, "concurrency: has to be from 1 to 256."),
]


@pytest.mark.parametrize("options, message", BAD)
def test_bad_options(emulator, options, message):
    result = run_module(emulator, "perimeter_info", **options)
    assert result["failed"]
    assert message in result["msg"]
    assert result.calls == []
