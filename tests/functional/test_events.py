# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The webhook rulebook, run by ansible-rulebook against the emulator: what starts a correction, and what does not."""

from __future__ import annotations

import json
import random
import time

import pytest

from tests.functional.rulebook_run import (
    AUTOMATION,
    MISSING,
    TOKEN,
    delete_endpoint_event,
    put_bucket_policy_event,
    running_rulebook,
)

pytestmark = [pytest.mark.surroundings, pytest.mark.skipif(bool(MISSING), reason=MISSING)]

BUCKETS = ["events-one", "events-two", "events-three", "events-four"]
FOREIGN = {
    "Sid": "OfOthers",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::events-one/*",
}
MALFORMED = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[" * 1000 + b"]" * 1000,
    b'"text"',
    b"null",
    b"[]",
    b'{"detail": {"eventName": 1}}',
    b'{"Message": "' + b"[" * 100_000 + b'"}',
    b'{"detail": {"eventSource": "s3.amazonaws.com", "eventName": "PutBucketPolicy", "requestParameters": "x"}}',
]


@pytest.fixture
def declaration(ec2, s3):
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=bucket)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return {"private_access_vpc_id": vpc, "private_access_buckets": BUCKETS}


def damage(s3):
    """Nothing is left of the declaration in any bucket; one has a statement of somebody else."""
    for bucket in BUCKETS:
        s3.delete_bucket_policy(Bucket=bucket)
    policy = {"Version": "2012-10-17", "Statement": [FOREIGN]}
    s3.put_bucket_policy(Bucket=BUCKETS[0], Policy=json.dumps(policy))


def is_closed(s3, bucket):
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except s3.exceptions.ClientError:
        return False
    return "PerimeterS3Network" in [each["Sid"] for each in policy["Statement"]]


def writes(emulator):
    """Bucket -> how often its policy was written."""
    put = [call["resource"] for call in emulator.calls() if call["operation"] == "PutBucketPolicy"]
    return {bucket: put.count(bucket) for bucket in put}


def endpoints(ec2):
    found = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    return [each["VpcEndpointId"] for each in found if each["State"] == "available"]


def test_events(emulator, ec2, s3, declaration, tmp_path):
    one, two, three, four = BUCKETS
    with running_rulebook(emulator, tmp_path, declaration) as rulebook:
        damage(s3)
        emulator.reset_calls()
        # What is no event, and what the automation did itself, starts nothing.
        rulebook.post(MALFORMED)
        assert rulebook.post([put_bucket_policy_event(four, role=AUTOMATION)]) == [200]
        assert emulator.calls() == []

        event = put_bucket_policy_event(one)
        assert rulebook.post([event]) == [200]
        rulebook.until(lambda: rulebook.runs() == 1, "The first run")
        assert writes(emulator) == {one: 1}
        assert is_closed(s3, one)
        assert FOREIGN in json.loads(s3.get_bucket_policy(Bucket=one)["Policy"])["Statement"]

        # Replayed, older than what has passed, and ten thousand at once, in any order.
        now = time.time()
        burst = [put_bucket_policy_event(bucket, now) for bucket in (two, three) for _number in range(5000)]
        random.Random(1).shuffle(burst)
        assert set(rulebook.post([event, put_bucket_policy_event(one, now - 3600), *burst])) == {200}
        rulebook.until(lambda: is_closed(s3, two) and is_closed(s3, three), "The correction after the burst")

        # Whatever is under way comes before the run for this one.
        rulebook.post([put_bucket_policy_event(four)])
        rulebook.until(lambda: is_closed(s3, four), "The last correction")
        # Two and three share a run, if their first events came within one window.
        rulebook.until(lambda: rulebook.runs() in (3, 4), "The last run")
        assert sorted(rulebook.passed()) == sorted(BUCKETS)
        assert writes(emulator) == dict.fromkeys(BUCKETS, 1)

        # An endpoint comes back with another id, which all buckets get to know.
        [gone] = endpoints(ec2)
        ec2.delete_vpc_endpoints(VpcEndpointIds=[gone])
        rulebook.post([delete_endpoint_event(gone)])
        rulebook.until(lambda: set(writes(emulator).values()) == {2}, "The correction of endpoint and buckets")
        [made] = endpoints(ec2)
        assert made != gone
        assert TOKEN not in rulebook.output()
