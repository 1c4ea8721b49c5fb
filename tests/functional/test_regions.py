# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An endpoint and a bucket of two Regions, whichever way a bucket is named."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version

import pytest

from tests.functional.module_run import run_module
from tests.functional.role_run import Step, play

HERE, THERE = "us-east-1", "us-west-2"
BUCKET = "regions-far"
FILTERS = tuple(map(int, version("botocore").split(".")[:3])) >= (1, 35, 42)
ARRIVING = {"arriving_through": "internet"}


@pytest.fixture
def networks(emulator):
    """Region -> its endpoint and its VPC; the bucket is in one of them."""
    emulator.client("s3", region_name=THERE).create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": THERE}
    )
    found = {}
    for region in (HERE, THERE):
        ec2 = emulator.client("ec2", region_name=region)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        (table,) = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
        made = ec2.create_vpc_endpoint(
            VpcId=vpc, ServiceName=f"com.amazonaws.{region}.s3", RouteTableIds=[table["RouteTableId"]]
        )
        found[region] = {"aws:SourceVpce": made["VpcEndpoint"]["VpcEndpointId"], "aws:SourceVpc": vpc}
    return found


def only(key: str, network: str) -> dict:
    return {
        "Sid": "Ours",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
        "Condition": {"StringNotEquals": {key: network}},
    }


WAYS = {
    "bucket_policy": lambda ours: {"bucket": BUCKET, "statements": [ours]},
    "bucket_policies": lambda ours: {"buckets": [{"bucket": BUCKET, "statements": [ours]}]},
    "discover": lambda ours: {"discover": {"region": "all", "prefix": BUCKET}, "statements": [ours]},
}


def run(emulator, way: str, ours: dict, **options):
    """The run, and what it says of the bucket."""
    if way == "discover" and not FILTERS:
        pytest.skip("this botocore does not know the filters of ListBuckets")
    module = way if way != "discover" else "bucket_policies"
    done = run_module(emulator, module, **WAYS[way](ours), **ARRIVING, **options)
    return done, done["results"][0] if module == "bucket_policies" else done


# Where the module is, and the key by which a network is named. From the bucket's own Region, no other one is seen.
NAMED = [(region, key) for region in (HERE, THERE) for key in ("aws:SourceVpce", "aws:SourceVpc")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("region, key", NAMED)
def test_each_way_of_naming_a_bucket_gives_the_same_answer(emulator, networks, way, region, key):
    network = networks[HERE][key]
    done, found = run(emulator, way, only(key, network), region=region)
    assert found["failed"]
    assert done.writes == []
    if region == HERE:
        assert [one["guard"] for one in found["guard"]["refused"]] == ["region"]
        for said in (network, "allow_other_region", f"the bucket is in {THERE}"):
            assert said in found["msg"]
    done, found = run(emulator, way, only(key, networks[THERE][key]), region=region)
    assert not found.get("failed")
    assert done.writes == ["PutBucketPolicy"]


@pytest.mark.parametrize("way", WAYS)
def test_it_can_be_overridden_and_shows_in_the_result(emulator, networks, way):
    _done, found = run(emulator, way, only("aws:SourceVpce", networks[HERE]["aws:SourceVpce"]), allow_other_region=True)
    assert found["changed"]
    assert [(one["guard"], one["overridden_by"]) for one in found["guard"]["overridden"]] == [
        ("region", "allow_other_region")
    ]


def test_where_a_bucket_is_costs_no_call(emulator, networks):
    """But the redirect that every client has to follow once."""
    ours = only("aws:SourceVpce", networks[THERE]["aws:SourceVpce"])
    for region, reads in ((HERE, 2), (THERE, 1)):
        done, _found = run(emulator, "bucket_policy", ours, region=region, check=True)
        assert Counter(done.calls) == {"GetCallerIdentity": 1, "GetBucketPolicy": reads, "DescribeVpcEndpoints": 1}


def test_the_region_of_a_bucket_is_read_with_its_policy(emulator, networks):
    emulator.client("s3").create_bucket(Bucket="regions-near")
    for region in (HERE, THERE):
        read = run_module(emulator, "bucket_policy_info", buckets=["regions-near", BUCKET], region=region)
        assert [one["region"] for one in read["policies"]] == [HERE, THERE]
        # But for the one that redirects.
        assert Counter(read.calls) == {"GetCallerIdentity": 1, "GetBucketPolicy": 3}


@pytest.mark.surroundings
def test_the_role_refuses_before_anything_is_written(emulator, networks):
    emulator.client("s3").create_bucket(Bucket="regions-near")
    declared = {"vpc_id": networks[HERE]["aws:SourceVpc"], "buckets": ["regions-near", BUCKET]}
    played = play(
        emulator,
        Step(declared, check=True),
        Step(declared),
        Step({**declared, "buckets": ["regions-near"]}),
    )
    for refused in played.outcomes[:2]:
        assert refused.writes == []
        for said in (f"{BUCKET} ({THERE})", HERE, "private_access_allow_other_region"):
            assert said in refused.message
    closed = played.outcomes[2]
    assert "PutBucketPolicy" in closed.writes, closed.message
