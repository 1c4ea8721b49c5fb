# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks of another Region than the bucket's."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.input import declare
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import decide
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.bucket_region import RegionGuard
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.known_endpoints import KnownEndpoint, KnownVpc

HERE, THERE = "us-west-2", "eu-central-1"
VPC, FAR_VPC, NO_VPC = (f"vpc-{digit}123456789abcdef0" for digit in "012")
NEAR, FAR, ACROSS, TO_THERE, GLOBAL, MISSING = (f"vpce-{digit}123456789abcdef0" for digit in "012345")
ENDPOINTS = {
    NEAR: KnownEndpoint(NEAR, f"com.amazonaws.{HERE}.s3", VPC, "available", HERE),
    FAR: KnownEndpoint(FAR, f"com.amazonaws.{THERE}.s3", FAR_VPC, "available", THERE),
    # Interface endpoints for a service in another Region.
    ACROSS: KnownEndpoint(ACROSS, f"com.amazonaws.{HERE}.s3", FAR_VPC, "available", THERE),
    TO_THERE: KnownEndpoint(TO_THERE, f"com.amazonaws.{THERE}.s3", VPC, "available", HERE),
    GLOBAL: KnownEndpoint(GLOBAL, "com.amazonaws.s3-global.accesspoint", FAR_VPC, "available", THERE),
}
VPCS = {VPC: KnownVpc(VPC, HERE), FAR_VPC: KnownVpc(FAR_VPC, THERE)}


def arn(region: str, vpc: str = FAR_VPC) -> str:
    return f"arn:aws:ec2:{region}:111122223333:vpc/{vpc}"


def unless(key: str, *values: str) -> dict:
    return {
        "Sid": "Ours",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::logs/*",
        "Condition": {("ArnNotEquals" if key.endswith("Arn") else "StringNotEquals"): {key: list(values)}},
    }


def findings(wanted: dict, live: dict | None = None, region: str | None = HERE, **options) -> list:
    before = {"Version": "2012-10-17", "Statement": [live]} if live else None
    asked: list = []

    def look_up(known):
        return lambda ids: asked.append(ids) or {name: known[name] for name in ids if name in known}

    guard = RegionGuard(region, look_up(ENDPOINTS), look_up(VPCS), **options)
    found = guard(decide(before, declare({"bucket": "logs", "statements": [wanted]}, "aws")))
    assert all(asked), "nothing was asked about nothing"
    return found


# what, statement, in force, what the reason says
CASES = [
    ("an endpoint of the Region", unless("aws:SourceVpce", NEAR), None, None),
    ("an endpoint of another", unless("aws:SourceVpce", FAR), None, f"endpoint {FAR}, which leads to S3 of {THERE}"),
    ("one of two", unless("aws:SourceVpce", NEAR, FAR), None, f"endpoint {FAR}"),
    ("an endpoint there that leads here", unless("aws:SourceVpce", ACROSS), None, None),
    ("an endpoint here that leads there", unless("aws:SourceVpce", TO_THERE), None, f"leads to S3 of {THERE}"),
    ("an endpoint for all Regions", unless("aws:SourceVpce", GLOBAL), None, None),
    ("an endpoint that nobody knows", unless("aws:SourceVpce", MISSING), None, None),
    ("named before", unless("aws:SourceVpce", FAR), {**unless("aws:SourceVpce", FAR), "Sid": "Old"}, None),
    ("a VPC of the Region", unless("aws:SourceVpc", VPC), None, None),
    ("a VPC of another", unless("aws:SourceVpc", FAR_VPC), None, f"{FAR_VPC}, which is in {THERE}"),
    ("a VPC that nobody knows", unless("aws:SourceVpc", NO_VPC), None, None),
    ("a VPC named before", unless("aws:SourceVpc", FAR_VPC), {**unless("aws:SourceVpc", FAR_VPC, VPC)}, None),
    ("the ARN of a VPC of the Region", unless("aws:SourceVpcArn", arn(HERE)), None, None),
    ("the ARN of a VPC of another", unless("aws:SourceVpcArn", arn(THERE)), None, f"which is in {THERE}"),
    ("the ARN of a VPC of any", unless("aws:SourceVpcArn", arn("*")), None, None),
]


@pytest.mark.parametrize("wanted, live, said", [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_networks_have_to_be_of_the_region_of_the_bucket(wanted, live, said):
    found = findings(wanted, live)
    assert len(found) == (said is not None)
    for one in found:
        assert said in one.reason
        assert f"the bucket is in {HERE}" in one.reason
        assert "allow_other_region" in one.remedy
        assert (one.guard, one.statement, one.overridden_by) == ("region", "Ours", None)
        assert one.request == {"action": "s3:GetObject", "bucket": "logs", "through": one.request["through"]}
        assert one.request["through"] in (FAR, TO_THERE, FAR_VPC, VPC)
    overridden = findings(wanted, live, overridden=True)
    assert [one.overridden_by for one in overridden] == ["allow_other_region"] * len(found)


def test_the_action_of_a_statement_about_all_but_some():
    but = {name: value for name, value in unless("aws:SourceVpce", FAR).items() if name != "Action"}
    (found,) = findings({**but, "NotAction": "s3:ListBucket"})
    assert found.request == {"action": "s3:*", "bucket": "logs", "through": FAR}


def test_a_bucket_whose_region_nobody_tells_is_not_examined():
    assert findings(unless("aws:SourceVpce", FAR), region=None) == []


def test_what_may_not_be_looked_up_is_not_examined():
    plan = decide(None, declare({"bucket": "logs", "statements": [unless("aws:SourceVpce", FAR)]}, "aws"))
    assert RegionGuard(HERE, lambda ids: None, lambda ids: None)(plan) == []


SERVICES = [
    ("com.amazonaws.eu-central-1.s3", "eu-central-1"),
    ("com.amazonaws.us-gov-west-1.s3-fips", "us-gov-west-1"),
    ("cn.com.amazonaws.cn-north-1.s3", "cn-north-1"),
    ("com.amazonaws.eusc-de-east-1.s3", "eusc-de-east-1"),
    ("com.amazonaws.us-iso-east-1.s3", "us-iso-east-1"),
    ("com.amazonaws.s3-global.accesspoint", None),
    ("", "il-central-1"),
]


@pytest.mark.parametrize("service, region", SERVICES)
def test_where_an_endpoint_leads_to(service, region):
    assert KnownEndpoint(NEAR, service, VPC, "available", "il-central-1").leads_to == region
