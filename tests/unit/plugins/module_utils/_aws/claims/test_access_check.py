# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What access_check reads that the task does not supply, and how it ends."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.claims import access_check
from ansible_collections.perimeter.s3.plugins.module_utils._aws.claims.access_check import (
    ACCESS_CHECK_OPTIONS,
    run_access_check,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import (
    ACCOUNT,
    REGION,
    FakeModule,
    Refused,
    endpoint,
    fail,
    filtered,
    policies,
    policy,
    run,
)

APP = f"arn:aws:iam::{ACCOUNT}:role/app"
VPCE = "vpce-0a"
ALLOW = {"Effect": "Allow", "Principal": {"AWS": APP}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*"}


def deny(**condition):
    resources = ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]
    return {
        "Sid": "Outside", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources,
        "Condition": {"StringNotEquals": condition},
    }  # fmt: skip


LIVE = policy(ALLOW, deny(**{"aws:SourceVpc": "vpc-0a"}))
ELSEWHERE = policy({**ALLOW, "Principal": "*", "Resource": "arn:aws:s3:::other/*"})
OPEN = policy({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"})


def request(expect=None, through=VPCE, resource="arn:aws:s3:::logs/x"):
    asked = {"principal": APP, "action": "s3:GetObject", "resource": resource}
    return {**asked, **({"through": through} if through else {}), **({"expect": expect} if expect else {})}


@pytest.fixture
def warned(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(access_check, "warn_user", said.extend)
    return said


def checked(buckets, endpoints, *requests, how=run, region=None, **given):
    answers = {"GetBucketPolicy": policies(buckets, region), "DescribeVpcEndpoints": endpoints, "HeadBucket": {}}
    given = {"assume_identity_allows": True, **given}
    module = FakeModule(ACCESS_CHECK_OPTIONS, answers, requests=list(requests), **given)
    return how(run_access_check, module), module


def test_policies_and_the_vpc_of_the_endpoint_are_read(warned):
    result, module = checked(
        {"logs": LIVE}, filtered(endpoint(VPCE, OPEN)), request("allow"), request("deny", "internet")
    )
    assert (result["changed"], warned) == (False, [])
    assert [one["decision"] for one in result["decisions"]] == ["allow", "explicit_deny"]
    assert [one["met"] for one in result["decisions"]] == [True, True]
    assert (result["summary"]["requests"], result["summary"]["allow"], result["summary"]["unmet"]) == (2, 1, 0)
    assert ("GetBucketPolicy", {"Bucket": "logs", "ExpectedBucketOwner": ACCOUNT}) in module.asked
    assert sorted(name for name, _asked in module.asked) == [
        "DescribeVpcEndpoints", "GetBucketPolicy", "GetCallerIdentity",
    ]  # fmt: skip


def test_a_request_that_is_not_as_expected_fails_the_task(warned):
    result, _module = checked({"logs": LIVE}, filtered(endpoint(VPCE)), request("deny"), request("allow"), how=fail)
    assert result["msg"].startswith("1 of 2 requests are not as expected:\n- ")
    assert (result["changed"], result["summary"]["unmet"], len(result["decisions"])) == (False, 1, 2)


@pytest.mark.parametrize("document, decision", [(OPEN, "allow"), (None, "allow"), (ELSEWHERE, "implicit_deny")])
def test_the_policy_of_the_endpoint_counts(warned, document, decision):
    result, _module = checked({"logs": policy(ALLOW)}, filtered(endpoint(VPCE, document)), request())
    assert [one["decision"] for one in result["decisions"]] == [decision]


# what AWS has; what is said; the decision
UNKNOWN = [
    ({"logs": Refused("AccessDenied")}, filtered(endpoint(VPCE)), "The policy of bucket logs is taken for unknown. "),
    (
        {"logs": policy(ALLOW)},
        filtered(),
        f"The policy of endpoint {VPCE} is taken for unknown: it is not in this account and region.",
    ),
    (
        {"logs": policy(ALLOW)},
        lambda _asked: Refused("UnauthorizedOperation"),
        "The policies of the endpoints are taken for unknown. ",
    ),
]


@pytest.mark.parametrize("buckets, endpoints, said", UNKNOWN)
def test_what_may_not_be_read_is_unknown(warned, buckets, endpoints, said):
    result, _module = checked(buckets, endpoints, request())
    assert [one["decision"] for one in result["decisions"]] == ["unknown"]
    [warning] = warned
    assert warning.startswith(said)


def test_nothing_is_read_that_is_supplied(warned):
    given = {
        "bucket_policies": {"logs": LIVE},
        "endpoint_policies": {VPCE: None},
        "resource_accounts": {"logs": ACCOUNT},
    }
    result, module = checked({}, None, request(), **given)
    assert module.asked == []
    # Which VPC it is in is then not known.
    assert [one["decision"] for one in result["decisions"]] == ["unknown"]


@pytest.mark.parametrize("supplied, owner", [({}, ACCOUNT), ({"logs": "444455556666"}, "444455556666")])
def test_a_bucket_is_read_as_its_owners(warned, supplied, owner):
    _result, module = checked({"logs": None}, filtered(endpoint(VPCE)), request(), resource_accounts=supplied)
    assert ("GetBucketPolicy", {"Bucket": "logs", "ExpectedBucketOwner": owner}) in module.asked


# Whose the bucket is, as the task says; what an endpoint does that is for the caller's own buckets
OWNERS = [({}, "allow"), ({"logs": ACCOUNT}, "allow"), ({"logs": "444455556666"}, "implicit_deny")]


@pytest.mark.parametrize("supplied, decision", OWNERS)
def test_a_bucket_that_is_read_is_the_callers_unless_the_task_says_otherwise(warned, supplied, decision):
    own = policy({**OPEN["Statement"][0], "Condition": {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}})
    result, _module = checked({"logs": LIVE}, filtered(endpoint(VPCE, own)), request(), resource_accounts=supplied)
    assert [one["decision"] for one in result["decisions"]] == [decision]


def test_nothing_is_read_if_the_task_says_so(warned):
    result, module = checked({}, None, request(), read_missing=False)
    assert (module.asked, [one["decision"] for one in result["decisions"]]) == ([], ["unknown"])


# ServiceRegion of the endpoint, where the bucket is, what comes of it
REGIONS = [
    (None, REGION, "allow"),
    (REGION, REGION, "allow"),
    (None, "us-west-2", "implicit_deny"),
    ("us-west-2", "us-west-2", "allow"),
]


@pytest.mark.parametrize("serves, region, decision", REGIONS)
def test_an_endpoint_leads_to_buckets_of_the_region_that_it_serves(warned, serves, region, decision):
    more = {"ServiceRegion": serves} if serves else {}
    result, _module = checked(
        {"logs": LIVE}, filtered(endpoint(VPCE, OPEN, **more)), request(), resource_regions={"logs": region}
    )
    assert [one["decision"] for one in result["decisions"]] == [decision]


# What is read of the bucket, where S3 says that it is, what the task says, what comes of it through an endpoint
TOLD = [
    (LIVE, REGION, {}, "allow"),
    (LIVE, "us-west-2", {}, "implicit_deny"),
    (LIVE, "us-west-2", {"logs": REGION}, "allow"),
    (Refused("AccessDenied"), REGION, {}, "unknown"),
    # Whatever its policy says.
    (Refused("AccessDenied"), "us-west-2", {}, "implicit_deny"),
]


@pytest.mark.parametrize("live, region, supplied, decision", TOLD)
def test_a_bucket_is_where_s3_says_unless_the_task_says_otherwise(warned, live, region, supplied, decision):
    result, _module = checked(
        {"logs": live}, filtered(endpoint(VPCE, OPEN)), request(), region=region, resource_regions=supplied
    )
    assert [one["decision"] for one in result["decisions"]] == [decision]


def test_what_is_wrong_with_the_task_is_said(warned):
    module = FakeModule(ACCESS_CHECK_OPTIONS, {}, requests=[{**request(), "action": "nothing"}])
    assert "requests[0]" in fail(run_access_check, module)["msg"]
