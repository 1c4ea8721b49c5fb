# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator redirects to the Region of a bucket, and carries nothing to it through an endpoint of another Region."""

from __future__ import annotations

import botocore
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

HERE, FAR = "us-east-1", "us-west-2"
HEADER = "x-amz-bucket-region"


def make(emulator, name: str, region: str) -> None:
    place = {} if region == HERE else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    emulator.client("s3", region_name=region).create_bucket(Bucket=name, **place)


def statuses(emulator) -> list[tuple[str, int]]:
    return [(call["operation"], call["status"]) for call in emulator.calls()]


# The client's Region, the bucket's -> how the first request is answered.
REDIRECTS = [
    ("to another host", "eu-central-1", FAR, 301),
    ("signed for the host of old", HERE, FAR, 400),
    ("a new Region", "eu-central-1", "me-central-1", 400),
]


#: Whether boto3 looks for the bucket after an IllegalLocationConstraintException; the oldest one does not.
FOLLOWS = tuple(map(int, botocore.__version__.split(".")[:2])) > (1, 35)


@pytest.mark.parametrize("asked, place, status", [row[1:] for row in REDIRECTS], ids=[row[0] for row in REDIRECTS])
def test_a_client_is_sent_to_the_region_of_the_bucket(emulator, asked, place, status):
    if place == "me-central-1" and not FOLLOWS:
        pytest.skip("this boto3 does not follow the answer of newer Regions")
    make(emulator, "far", place)
    for operation, parameters in (
        ("head_bucket", {}),
        ("list_objects_v2", {}),
        ("put_object", {"Key": "a", "Body": b"x"}),
        ("head_object", {"Key": "a"}),
    ):
        client = emulator.client("s3", region_name=asked)
        emulator.reset_calls()
        getattr(client, operation)(Bucket="far", **parameters)
        assert [found for _name, found in statuses(emulator)] in ([status, 200], [status, 200, 200])
        getattr(client, operation)(Bucket="far", **parameters)
        assert statuses(emulator)[-1][1] == 200


def test_a_new_bucket_redirects_for_a_time(emulator):
    make(emulator, "far", FAR)
    emulator.settings(temporary_redirects=1)
    emulator.reset_calls()
    emulator.client("s3", region_name="eu-central-1").head_bucket(Bucket="far")
    assert [status for _name, status in statuses(emulator)] == [307, 200]


def test_where_the_region_is_told(emulator):
    make(emulator, "far", FAR)
    s3 = emulator.client("s3", region_name=FAR)
    for told in (s3.head_bucket(Bucket="far"), s3.list_objects_v2(Bucket="far")):
        assert told["ResponseMetadata"]["HTTPHeaders"][HEADER] == FAR
    s3.put_object(Bucket="far", Key="a", Body=b"x")
    assert HEADER not in s3.get_object(Bucket="far", Key="a")["ResponseMetadata"]["HTTPHeaders"]
    with pytest.raises(ClientError) as caught:
        s3.get_bucket_policy(Bucket="far")
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"][HEADER] == FAR
    with pytest.raises(ClientError) as caught:
        emulator.s3(unsigned=True).head_bucket(Bucket="far")
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"][HEADER] == FAR
    with pytest.raises(ClientError) as caught:
        s3.head_bucket(Bucket="nowhere")
    assert HEADER not in caught.value.response["ResponseMetadata"]["HTTPHeaders"]


def endpoint_in(emulator, region: str) -> str:
    ec2 = emulator.client("ec2", region_name=region)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    (table,) = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    made = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.{region}.s3", RouteTableIds=[table["RouteTableId"]]
    )
    return made["VpcEndpoint"]["VpcEndpointId"]


def test_an_endpoint_carries_requests_to_its_own_region_only(emulator):
    make(emulator, "near", HERE)
    make(emulator, "far", FAR)
    near, far = endpoint_in(emulator, HERE), endpoint_in(emulator, FAR)
    for through, bucket, region in ((near, "near", HERE), (far, "far", FAR)):
        emulator.s3(through, region_name=region).head_bucket(Bucket=bucket)
    # Where it is redirected to, it does not come through this endpoint; nor when it asks there at once.
    for through, bucket, region in ((near, "far", HERE), (near, "far", FAR), (far, "near", FAR)):
        with pytest.raises(ConnectionClosedError):
            emulator.s3(through, region_name=region).head_bucket(Bucket=bucket)
    with pytest.raises(ClientError, match="301"):
        emulator.s3(far, unsigned=True).head_bucket(Bucket="near")


def test_no_copy_from_another_region_through_an_endpoint(emulator):
    make(emulator, "near", HERE)
    make(emulator, "far", FAR)
    emulator.s3(region_name=FAR).put_object(Bucket="far", Key="a", Body=b"x")
    copy = {"Bucket": "near", "Key": "a", "CopySource": "far/a"}
    with pytest.raises(ClientError, match="VPC endpoints do not support cross-region requests"):
        emulator.s3(endpoint_in(emulator, HERE)).copy_object(**copy)
    emulator.s3().copy_object(**copy)
