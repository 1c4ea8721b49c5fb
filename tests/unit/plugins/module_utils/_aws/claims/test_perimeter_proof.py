# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What perimeter_proof reads that the task does not supply, and how it ends."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.claims.perimeter_proof import (
    PERIMETER_PROOF_OPTIONS,
    run_perimeter_proof,
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

THEIRS = "444455556666"
VPCE, OTHER = "vpce-0aaaaaaa", "vpce-0bbbbbbb"
ONLY = {"claim": "only_through", "buckets": ["logs"], "networks": [VPCE]}
CONFINED = {"claim": "confined", "endpoint": VPCE, "buckets": ["logs"]}
PUBLIC = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*"}
OUTSIDE = {
    "Sid": "Outside",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
    "Condition": {"StringNotEquals": {"aws:SourceVpce": VPCE}},
}


def module_of(*claims, buckets=None, endpoints=(), region=None, **given):
    answers = {
        "GetBucketPolicy": policies(buckets or {}, region),
        "DescribeVpcEndpoints": filtered(*endpoints),
        "HeadBucket": {},
    }
    return FakeModule(PERIMETER_PROOF_OPTIONS, answers, claims=list(claims), **given)


def names(module):
    return sorted(name for name, _asked in module.asked)


def test_a_claim_about_a_live_bucket_holds():
    module = module_of(ONLY, buckets={"logs": policy(PUBLIC, OUTSIDE)}, endpoints=[endpoint(VPCE)])
    result = run(run_perimeter_proof, module)
    assert (result["changed"], [one["verdict"] for one in result["claims"]]) == (False, ["holds"])
    assert result["summary"]["holds"] == 1
    assert names(module) == ["DescribeVpcEndpoints", "GetBucketPolicy", "GetCallerIdentity"]
    assert ("GetBucketPolicy", {"Bucket": "logs", "ExpectedBucketOwner": ACCOUNT}) in module.asked
    [asked] = [asked for name, asked in module.asked if name == "DescribeVpcEndpoints"]
    assert asked == {"VpcEndpointIds": [VPCE]}


def test_a_claim_that_does_not_hold_fails_the_task():
    public = {"claim": "not_public", "buckets": ["logs"]}
    module = module_of(ONLY, public, buckets={"logs": policy(PUBLIC, OUTSIDE)}, endpoints=[endpoint(VPCE)])
    module.params["bucket_policies"] = {"logs": policy(PUBLIC)}
    result = fail(run_perimeter_proof, module)
    assert result["msg"].startswith("2 of 2 claims do not hold:\n- ")
    assert result["msg"].count("\n- ") == 2
    assert [one["verdict"] for one in result["claims"]] == ["refuted", "refuted"]
    # Only the endpoint was not supplied.
    assert names(module) == ["DescribeVpcEndpoints"]


def test_a_bucket_that_cannot_be_read_is_said_before_anything_is_proved():
    module = module_of(ONLY, buckets={"logs": Refused("AccessDenied")}, endpoints=[endpoint(VPCE)])
    said = fail(run_perimeter_proof, module)["msg"]
    assert "logs: Its policy cannot be read. " in said
    assert "Give it in bucket_policies, or let it be read." in said


ELSEWHERE = policy({**PUBLIC, "Action": "s3:*", "Resource": "arn:aws:s3:::other/*"})
TIGHT = policy({**PUBLIC, "Action": "s3:*", "Resource": OUTSIDE["Resource"]})


@pytest.mark.parametrize(
    "document, verdict", [(TIGHT, "holds"), (None, "refuted"), (policy({**PUBLIC, "Resource": "*"}), "refuted")]
)
def test_the_policy_of_an_endpoint_is_read(document, verdict):
    module = module_of(CONFINED, endpoints=[endpoint(VPCE, document)])
    result = (run if verdict == "holds" else fail)(run_perimeter_proof, module)
    assert [one["verdict"] for one in result["claims"]] == [verdict]
    assert names(module) == ["DescribeVpcEndpoints"]


@pytest.mark.parametrize(
    "given, asked", [({}, ["DescribeVpcEndpoints"]), ({"read_missing": False, "bucket_policies": {"logs": None}}, [])]
)
def test_an_endpoint_that_is_not_known_is_said(given, asked):
    module = module_of(CONFINED, **given)
    said = fail(run_perimeter_proof, module)["msg"]
    assert f"claims[0].endpoint: The policy of endpoint {VPCE} is not given" in said
    assert "Give it in endpoint_policies (null for the default one)." in said
    assert names(module) == asked


def test_nothing_is_read_that_is_supplied():
    module = module_of(CONFINED, endpoint_policies={VPCE: TIGHT})
    assert run(run_perimeter_proof, module)["summary"]["holds"] == 1
    assert module.asked == []


# What the claim names as networks or as the way of requests -> the endpoints that are read.
NETWORKS = [
    ({"networks": VPCE}, [VPCE]),
    ({"networks": ["vpc-0aaaaaaa"]}, []),
    ({"networks": [VPCE, OTHER, VPCE]}, [VPCE, OTHER]),
    ({"networks": [VPCE], "within": [{"through": OTHER}, {"through": "internet"}, {}]}, [VPCE, OTHER]),
    ({"networks": [VPCE], "within": {"context": {"aws:sourceVpce": OTHER, "aws:UserAgent": "x"}}}, [VPCE, OTHER]),
    ({"networks": "vpc-0aaaaaaa", "within": {"context": {"aws:SourceVpce": [VPCE]}}}, [VPCE]),
]


@pytest.mark.parametrize("named, read", NETWORKS)
def test_the_endpoints_that_a_claim_names_are_read(named, read):
    module = module_of({**ONLY, **named}, endpoints=[endpoint(VPCE), endpoint(OTHER)], bucket_policies={"logs": None})
    fail(run_perimeter_proof, module)
    asked = [one for name, one in module.asked if name == "DescribeVpcEndpoints"]
    assert [one.get("VpcEndpointIds") or one["Filters"][0]["Values"] for one in asked] == ([read] if read else [])


# What is said of endpoints; the complaint
ENDPOINTS = [
    ({"vpc-1": {}}, "endpoints[vpc-1]: 'vpc-1' is not the id of an endpoint. It begins with 'vpce-'."),
    ({VPCE: {"vpcs": "vpc-1"}}, f"endpoints[{VPCE}]: It is a mapping of vpc, account, region, organization."),
    ({VPCE: "vpc-1"}, f"endpoints[{VPCE}]: It is a mapping of vpc, account, region, organization."),
]


@pytest.mark.parametrize("given, said", ENDPOINTS)
def test_what_is_said_of_endpoints_is_checked(given, said):
    module = FakeModule(PERIMETER_PROOF_OPTIONS, {}, claims=[CONFINED], endpoints=given)
    assert said in fail(run_perimeter_proof, module)["msg"]


BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
TO_BOB = {**OUTSIDE, "Sid": "Bob", "Effect": "Allow", "Principal": {"AWS": BOB}, "Condition": {}}
REPAIRABLE = {"claim": "repairable_by", "principals": [BOB], "buckets": ["logs"], "through": VPCE}
# What the bucket asks of the endpoint, what the task says of it (AWS: in vpc-0a, of ACCOUNT), whether it lets Bob in
KNOWN = [
    ("aws:SourceVpc", "vpc-0a", {}, "holds"),
    ("aws:SourceVpc", "vpc-0b", {}, "refuted"),
    ("aws:SourceVpc", "vpc-0a", {"vpc": "vpc-0b"}, "refuted"),
    ("aws:SourceVpc", "vpc-0b", {"vpc": "vpc-0b"}, "holds"),
    ("aws:VpceAccount", ACCOUNT, {}, "holds"),
    ("aws:VpceAccount", THEIRS, {}, "refuted"),
    # YAML reads it as a number.
    ("aws:VpceAccount", ACCOUNT, {"account": int(THEIRS)}, "refuted"),
    ("aws:VpceAccount", THEIRS, {"account": int(THEIRS)}, "holds"),
    # What is not said may be anything.
    ("aws:SourceVpc", "vpc-0b", {"vpc": None, "account": THEIRS}, "holds"),
    ("aws:VpceAccount", THEIRS, {"vpc": "vpc-0b"}, "holds"),
]


@pytest.mark.parametrize("key, value, told, verdict", KNOWN)
def test_what_an_endpoint_is_counts(key, value, told, verdict):
    asking = policy(TO_BOB, {**OUTSIDE, "Condition": {"StringNotEquals": {key: value}}})
    module = module_of(REPAIRABLE, buckets={"logs": asking}, endpoints=[endpoint(VPCE)])
    module.params["endpoints"] = {VPCE: told} if told else {}
    result = (run if verdict == "holds" else fail)(run_perimeter_proof, module)
    assert [one["verdict"] for one in result["claims"]] == [verdict]


@pytest.mark.parametrize("document, verdict", [(TIGHT, "holds"), (None, "holds"), (ELSEWHERE, "refuted")])
def test_the_policy_of_an_endpoint_that_requests_come_through_is_read(document, verdict):
    asked = {"principal": BOB, "action": "s3:GetObject", "resource": "arn:aws:s3:::logs/x", "through": VPCE}
    claim = {"claim": "always", "buckets": ["logs"], "requests": [asked]}
    module = module_of(claim, buckets={"logs": policy(TO_BOB)}, endpoints=[endpoint(VPCE, document)])
    result = (run if verdict == "holds" else fail)(run_perimeter_proof, module)
    assert [one["verdict"] for one in result["claims"]] == [verdict]


# Where S3 says that the bucket is, what the task says of it and of the endpoint, whether the endpoint leads there
REGIONS = [
    (REGION, {}, {}, "holds"),
    ("us-west-2", {}, {}, "refuted"),
    ("us-west-2", {"logs": REGION}, {}, "holds"),
    ("us-west-2", {}, {"region": "us-west-2"}, "holds"),
]


@pytest.mark.parametrize("region, regions, told, verdict", REGIONS)
def test_an_endpoint_leads_to_buckets_of_its_region(region, regions, told, verdict):
    module = module_of(
        REPAIRABLE,
        buckets={"logs": policy(TO_BOB)},
        endpoints=[endpoint(VPCE)],
        region=region,
        resource_regions=regions,
    )
    module.params["endpoints"] = {VPCE: told} if told else {}
    result = (run if verdict == "holds" else fail)(run_perimeter_proof, module)
    assert [one["verdict"] for one in result["claims"]] == [verdict]


# What the task says of the bucket's account, whose it is then
OWNERS = [
    ({}, ACCOUNT),
    ({"account": THEIRS}, THEIRS),
    ({"resource_accounts": {"logs": THEIRS}}, THEIRS),
    ({"resource_accounts": {"logs": ACCOUNT}, "account": THEIRS}, ACCOUNT),
]


@pytest.mark.parametrize("given, owner", OWNERS)
def test_a_bucket_is_read_and_proved_as_its_owners(given, owner):
    module = module_of({"claim": "not_public", "buckets": ["logs"]}, buckets={"logs": policy(PUBLIC)}, **given)
    [result] = fail(run_perimeter_proof, module)["claims"]
    assert ("GetBucketPolicy", {"Bucket": "logs", "ExpectedBucketOwner": owner}) in module.asked
    tasks = [one["task"]["perimeter.s3.access_check"] for one in result["counterexamples"]]
    assert tasks
    assert all(one["resource_accounts"] == {"logs": owner} for one in tasks)


LAYERS = [
    ({"service_control_policies": [[policy({"Effect": "Deny", "Action": "*", "Resource": "*"})]]}, "refuted"),
    ({"resource_control_policies": [[policy({**OUTSIDE, "Condition": {}, "Resource": "*"})]]}, "holds"),
    ({"block_public_access": {"logs": {"RestrictPublicBuckets": True}}}, "refuted"),
    ({"block_public_access": {"logs": {"Restrict": True}}}, None),
    ({}, "refuted"),
]


@pytest.mark.parametrize("given, verdict", LAYERS)
def test_the_policies_of_the_organization_count(given, verdict):
    claim = {"claim": "never", "requests": [{"action": "s3:GetObject", "resource": "arn:aws:s3:::logs/*"}]}
    module = FakeModule(PERIMETER_PROOF_OPTIONS, {}, claims=[claim], bucket_policies={"logs": policy(PUBLIC)}, **given)
    result = (run if verdict == "holds" else fail)(run_perimeter_proof, module)
    assert [one["verdict"] for one in result.get("claims", [{"verdict": None}])] == [verdict]
