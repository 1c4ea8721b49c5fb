# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of bucket_policies, and of bucket_policy_info for many: results, and every call that they make."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import botocore
import pytest

from tests.emulator.storms import document, sids, statement
from tests.functional.module_run import Result, run_module

ACCOUNT = "123456789012"
NAMES = [f"fleet-{number:02}" for number in range(12)]
TLS = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::{bucket}", "arn:aws:s3:::{bucket}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
CHANGED_TLS = {**TLS, "Action": ["s3:GetObject", "s3:PutObject"]}
FILTERS = tuple(map(int, botocore.__version__.split(".")[:3])) >= (1, 35, 42)


def named(*names: str, **options: object) -> dict:
    return {"buckets": [{"bucket": name} for name in names], **options}


@pytest.fixture
def fleet(emulator, s3):
    """The emulator with its buckets; each has a statement of somebody else."""
    for name in NAMES:
        s3.create_bucket(Bucket=name)
        s3.put_bucket_policy(Bucket=name, Policy=document("Foreign", bucket=name))
    return emulator


def live(s3, name: str) -> list[str]:
    return sids(s3.get_bucket_policy(Bucket=name)["Policy"])


def writing(done: Result) -> Counter:
    """The calls of a run that wrote all policies, without the reads: before and after each write, and once more when a
    slow machine takes too long from the first to the write."""
    calls = Counter(done.calls)
    assert calls.pop("GetBucketPolicy") >= 2 * len(NAMES)
    return calls


# name, options, Sids after it
CYCLE = [
    ("create", {"statements": [TLS]}, ["Foreign", "TlsOnly"]),
    ("change", {"statements": [CHANGED_TLS]}, ["Foreign", "TlsOnly"]),
    ("remove", {"state": "absent", "sids": ["TlsOnly"]}, ["Foreign"]),
]


def test_create_change_remove_each_twice_and_in_check_mode(fleet, s3):
    names, count = NAMES[::-1], len(NAMES)
    for name, options, after in CYCLE:
        before = live(s3, names[0])
        predicted = run_module(fleet, "bucket_policies", check=True, **named(*names, **options))
        assert Counter(predicted.calls) == {"GetCallerIdentity": 1, "GetBucketPolicy": count}, name
        assert live(s3, names[0]) == before
        done = run_module(fleet, "bucket_policies", **named(*names, **options))
        assert writing(done) == {"GetCallerIdentity": 1, "PutBucketPolicy": count}, name
        assert [live(s3, one) for one in names] == [after] * count
        for result in (predicted, done):
            assert result["changed"] is True
            assert result["actions"] == ["s3:PutBucketPolicy"] * count
            assert [one["bucket"] for one in result["results"]] == names
            assert [one["before_header"] for one in result["diff"]] == [f"policy of bucket {one}" for one in names]
        assert predicted["results"] == done["results"]
        assert predicted["diff"] == done["diff"]
        assert sum(done["summary"]["calls"].values()) == len(done.calls)
        again = run_module(fleet, "bucket_policies", **named(*names, **options))
        assert Counter(again.calls) == {"GetCallerIdentity": 1, "GetBucketPolicy": count}, name
        assert (again["changed"], again["actions"], again["diff"]) == (False, [], [])
        assert again["results"] == [{"bucket": one, "changed": False, "failed": False, "actions": []} for one in names]


def test_no_caller_is_asked_for_when_all_owners_are_named(fleet):
    done = run_module(fleet, "bucket_policies", **named(*NAMES, sids=["A"], state="absent"))
    assert Counter(done.calls)["GetCallerIdentity"] == 1
    options = {"sids": ["A"], "state": "absent", "expected_bucket_owner": ACCOUNT}
    done = run_module(fleet, "bucket_policies", **named(*NAMES, **options))
    assert Counter(done.calls) == {"GetBucketPolicy": len(NAMES)}


def test_what_the_guards_know_is_asked_once(fleet):
    options = {"allow_unknown_endpoints": True, "arriving_through": "internet"}
    ours = {**TLS, "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}}
    done = run_module(fleet, "bucket_policies", **named(*NAMES, statements=[ours], **options))
    assert writing(done) == {"GetCallerIdentity": 1, "DescribeVpcEndpoints": 1, "PutBucketPolicy": len(NAMES)}
    assert all(one["guard"]["overridden"] for one in done["results"])


# Bucket -> its options
SAME = {
    NAMES[0]: {"state": "absent", "sids": ["Missing"]},
    NAMES[1]: {"statements": [{**TLS, "Resource": f"arn:aws:s3:::{NAMES[1]}/*"}]},
    NAMES[2]: {"policy": json.loads(document("Ours", bucket=NAMES[2]).replace("vpce-01234", "vpce-43210"))},
    NAMES[3]: {"state": "absent"},
    NAMES[4]: {"statements": [{**TLS, "Resource": f"arn:aws:s3:::{NAMES[4]}", "Condition": {}}]},
    "fleet-typo": {"state": "absent"},
    NAMES[5]: {"state": "absent", "expected_bucket_owner": "999999999999"},
}


def test_the_same_as_bucket_policy(fleet):
    many = run_module(
        fleet,
        "bucket_policies",
        check=True,
        full_results=True,
        buckets=[{"bucket": name, **options} for name, options in SAME.items()],
    )
    differences, calls = [], Counter()
    for (name, options), result in zip(SAME.items(), many["results"], strict=True):
        one = run_module(fleet, "bucket_policy", check=True, bucket=name, **options)
        one.pop("invocation", None)  # only the newest releases of ansible-core leave it out
        calls += Counter(one.calls)
        difference = one.pop("diff", None)
        if one["changed"]:
            differences.append(difference)
        assert result == {"bucket": name, "failed": False, **one}
    assert [one["changed"] for one in many["results"]] == [False, True, False, True, False, False, False]
    assert [one["failed"] for one in many["results"]] == [False, False, True, False, True, True, True]
    assert many["diff"] == differences
    assert Counter(many.calls) == {**calls, "GetCallerIdentity": 1}


def test_others_are_done_when_some_fail(fleet, s3):
    names = [NAMES[0], "fleet-typo", *NAMES[1:]]
    done = run_module(fleet, "bucket_policies", **named(*names, statements=[TLS]))
    assert done["failed"] is True
    assert done["msg"] == f"1 of 13 buckets failed. {done['results'][1]['msg']}"
    assert "there is no bucket of that name" in done["msg"]
    assert [live(s3, name) for name in NAMES] == [["Foreign", "TlsOnly"]] * len(NAMES)
    assert done["actions"] == ["s3:PutBucketPolicy"] * len(NAMES)


def test_a_run_stops_at_max_failures_and_completes_what_it_began(fleet, s3):
    names = ["fleet-typo-1", *NAMES[:3], "fleet-typo-2", *NAMES[3:]]
    done = run_module(
        fleet, "bucket_policies", **named(*names, statements=[TLS], max_failures=2, concurrency=1, wait=False)
    )
    assert done["summary"].items() >= {"converged": 3, "changed": 3, "failed": 2, "skipped": 9}.items()
    assert [live(s3, name) for name in NAMES[2:4]] == [["Foreign", "TlsOnly"], ["Foreign"]]


def test_backups_of_all(fleet, s3, tmp_path):
    done = run_module(fleet, "bucket_policies", **named(*NAMES, state="absent", backup=str(tmp_path / "kept")))
    kept = [file for one in done["results"] for file in one["backup_files"]]
    assert len(kept) == len(NAMES)
    buckets = [
        {"bucket": name, "policy": Path(file).read_text(encoding="utf-8")}
        for name, file in zip(NAMES, kept, strict=True)
    ]
    run_module(fleet, "bucket_policies", buckets=buckets, allow_unknown_endpoints=True)
    assert [live(s3, name) for name in NAMES] == [["Foreign"]] * len(NAMES)


def test_too_many_requests(fleet, s3):
    fleet.settings(fault_rate=0.3, fault_seed=1, fault_kinds=["slow_down"])
    done = run_module(fleet, "bucket_policies", **named(*NAMES, statements=[TLS]))
    fleet.settings(fault_rate=0)
    assert not done.get("failed"), done
    assert done["summary"]["calls"]["s3:GetBucketPolicy"] > 2 * len(NAMES)
    assert [live(s3, name) for name in NAMES] == [["Foreign", "TlsOnly"]] * len(NAMES)


def test_so_many_that_processes_make_the_calls(fleet, s3):
    names = [f"herd-{number:03}" for number in range(110)]
    for name in names:
        s3.create_bucket(Bucket=name)
        s3.put_bucket_policy(Bucket=name, Policy=document("Foreign", bucket=name))
    fleet.settings(fault_rate=0.2, fault_seed=1, fault_kinds=["lost_answer", "connection_reset"])
    done = run_module(fleet, "bucket_policies", **named(*names, "herd-typo", statements=[TLS]))
    fleet.settings(fault_rate=0)
    assert done["msg"].startswith("1 of 111 buckets failed. Cannot read the policy of bucket herd-typo: there is no")
    assert [live(s3, name) for name in names] == [["Foreign", "TlsOnly"]] * len(names)
    assert done["summary"].items() >= {"converged": 110, "changed": 110, "failed": 1, "skipped": 0}.items()
    again = run_module(fleet, "bucket_policies", **named(*names, statements=[TLS]))
    assert Counter(again.calls) == {"GetCallerIdentity": 1, "GetBucketPolicy": 110}
    assert again["summary"]["calls"] == {"s3:GetBucketPolicy": 110, "sts:GetCallerIdentity": 1}
    assert not again["changed"]


@pytest.fixture
def account(fleet, s3):
    """Buckets with tags, and one far away."""
    far = fleet.client("s3", region_name="us-west-2")
    far.create_bucket(Bucket="fleet-far", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    for name, stage in [(NAMES[3], "prod"), (NAMES[4], "test"), ("fleet-far", "prod")]:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "stage", "Value": stage}]})
    return fleet


# description, buckets, number of buckets whose tags are read
DESCRIBED = [
    ({}, NAMES, 0),
    ({"name": "fleet-0*"}, NAMES[:10], 0),
    ({"prefix": "fleet-1"}, NAMES[10:], 0),
    ({"region": "us-west-2"}, ["fleet-far"], 0),
    ({"region": "all"}, [*NAMES, "fleet-far"], 0),
    ({"tags": {"stage": "prod"}}, [NAMES[3]], 12),
    ({"tags": {"stage": "prod"}, "name": "*far", "region": "all"}, ["fleet-far"], 1),
]


@pytest.mark.skipif(not FILTERS, reason="this botocore does not know the filters of ListBuckets")
@pytest.mark.parametrize("description, names, tags", DESCRIBED)
def test_described_buckets(account, description, names, tags):
    done = run_module(account, "bucket_policies", discover=description, statements=[TLS], check=True)
    calls = {"GetCallerIdentity": 1, "ListBuckets": 1, "GetBucketTagging": tags, "GetBucketPolicy": len(names)}
    assert Counter(done.calls) == {name: count for name, count in calls.items() if count}
    assert [one["bucket"] for one in done["results"]] == names
    assert done["summary"]["changed"] == len(names)
    read = run_module(account, "bucket_policy_info", discover=description)
    assert [one["bucket"] for one in read["policies"]] == names
    assert Counter(read.calls) == Counter(done.calls)


@pytest.mark.skipif(FILTERS, reason="this botocore knows the filters of ListBuckets")
def test_an_old_botocore_cannot_describe(account):
    done = run_module(account, "bucket_policies", discover={}, statements=[TLS])
    assert "needs botocore 1.35.42 or later" in done["msg"]
    assert done.writes == []


def test_endpoints_are_looked_up_in_the_region_of_the_bucket(account):
    if not FILTERS:
        pytest.skip("this botocore does not know the filters of ListBuckets")
    ec2 = account.client("ec2", region_name="us-west-2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-west-2.s3")["VpcEndpoint"]
    ours = statement("Ours", "{bucket}")
    ours["Condition"] = {"StringNotEquals": {"aws:SourceVpce": endpoint["VpcEndpointId"]}}
    done = run_module(account, "bucket_policies", discover={"region": "all", "prefix": "fleet-f"}, statements=[ours])
    assert done["summary"]["changed"] == 1, done["msg"]
    done = run_module(account, "bucket_policies", discover={"name": NAMES[0]}, statements=[ours])
    assert "does not exist" in done["msg"]
