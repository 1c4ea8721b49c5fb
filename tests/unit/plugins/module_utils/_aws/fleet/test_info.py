# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies that are read, with boto3's own clients."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet import info
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.info import INFO_OPTIONS, run_bucket_policy_info
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import (
    ACCOUNT,
    REGION,
    FakeModule,
    Refused,
    fail,
    policies,
    run,
)

GONE = "AROAEXAMPLEID12345678"
READ = {"Effect": "Allow", "Principal": {"AWS": [GONE, ACCOUNT]}, "Action": "s3:GetObject", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [{**READ, "Sid": "Named"}, {**READ, "Sid": ""}, READ]}


def module_of(live, region=REGION, **given):
    module = FakeModule(INFO_OPTIONS, {"GetBucketPolicy": policies(live)}, **given)
    module.region = region
    return module


def asked(module, name):
    return [sent for call, sent in module.asked if call == name]


def test_what_is_told_of_a_policy():
    module = module_of({"logs": POLICY, "none": None}, buckets=["none", "logs"])
    result = run(run_bucket_policy_info, module)
    assert result == {
        "changed": False,
        "policies": [
            {"bucket": "none", "region": REGION, "policy": None, "statements": [], "deleted_principals": {}},
            {
                "bucket": "logs",
                "region": REGION,
                "policy": POLICY,
                "statements": ["Named", "Statement[1]", "Statement[2]"],
                "deleted_principals": {"Named": [GONE], "Statement[1]": [GONE], "Statement[2]": [GONE]},
            },
        ],
    }
    assert asked(module, "GetBucketPolicy")[0] == {"Bucket": "none", "ExpectedBucketOwner": ACCOUNT}
    assert len(asked(module, "GetCallerIdentity")) == 1


def test_an_owner_that_is_given_is_not_asked_for():
    module = module_of({"logs": None}, buckets=["logs"], expected_bucket_owner="444455556666")
    run(run_bucket_policy_info, module)
    assert module.asked == [("GetBucketPolicy", {"Bucket": "logs", "ExpectedBucketOwner": "444455556666"})]


def test_names_need_no_region_and_descriptions_do():
    run(run_bucket_policy_info, module_of({"logs": None}, region=None, buckets=["logs"]))
    module = module_of({}, region=None, discover={"name": ["logs"]})
    result = fail(run_bucket_policy_info, module)
    assert result["policies"] == []
    assert "region is not known" in result["msg"].replace(":", "")
    assert module.asked == []


# Options, the complaint
WRONG = [
    ({"concurrency": 0}, "concurrency: has to be from 1 to 256."),
    ({"concurrency": 257}, "concurrency: has to be from 1 to 256."),
    ({"buckets": ["a/b"]}, "a/b"),
    ({"expected_bucket_owner": "me"}, "12 digits"),
]


@pytest.mark.parametrize("given, said", WRONG)
def test_what_is_wrong_is_said_before_aws_is_asked(given, said):
    module = module_of({}, **{"buckets": ["logs"], **given})
    assert said in fail(run_bucket_policy_info, module)["msg"]
    assert module.asked == []


@pytest.mark.parametrize("concurrency", [1, 256])
def test_the_bounds_of_concurrency_are_within(concurrency):
    assert run(run_bucket_policy_info, module_of({"logs": None}, buckets=["logs"], concurrency=concurrency))["policies"]


def test_who_calls_cannot_be_found_out():
    module = FakeModule(INFO_OPTIONS, {"GetCallerIdentity": Refused("ExpiredToken")}, buckets=["logs"])
    result = fail(run_bucket_policy_info, module)
    assert result["msg"].startswith("Cannot find out who calls: the credentials have expired")
    assert result["policies"] == []


def test_a_bucket_that_cannot_be_read_does_not_hide_the_others():
    live = {"odd": Refused("AccessDenied"), "logs": POLICY, "more": Refused("NoSuchBucket", status=404)}
    module = module_of(live, buckets=list(live))
    module.answers["HeadBucket"] = {}
    result = fail(run_bucket_policy_info, module)
    assert [one["bucket"] for one in result["policies"]] == ["logs"]
    assert result["msg"].startswith("2 of 3 buckets failed.")


def test_a_fault_of_ours_is_not_taken_for_one_of_a_bucket(monkeypatch):
    def broken(_live):
        raise ZeroDivisionError

    monkeypatch.setattr(info, "read_live", lambda *_rest: broken(None))
    with pytest.raises(ZeroDivisionError):
        run_bucket_policy_info(module_of({"logs": None}, buckets=["logs"]))
