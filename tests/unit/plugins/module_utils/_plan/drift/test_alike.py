# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies that differ in the name of their bucket only are decided once, and only those."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.alike import Alike, stood_in
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.finding import Place
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.plan import bucket_findings, fleet_findings

PLACE = Place("111122223333", "us-east-1")


def outside(bucket, **more):
    return {
        "Sid": "PerimeterS3DenyOutside",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0aaaaaaaaaaaaaaaa"}},
        **more,
    }


def reads(bucket, resource="arn:aws:s3:::{}/in/${{aws:username}}/*", **more):
    return {
        "Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "s3:GetObject",
        "Resource": resource.format(bucket), **more,
    }  # fmt: skip


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


DRIFTS = (
    lambda name: (None, policy(outside(name))),
    lambda name: (policy(outside(name), reads(name)), policy(outside(name))),
    lambda name: (policy(outside(name, Resource="*")), policy(outside(name))),
    lambda name: (policy(outside(name, Condition={})), policy(outside(name))),
    lambda name: (policy(outside(name)), policy(outside(name))),
)


@pytest.mark.parametrize("drift", DRIFTS)
def test_what_is_taken_over_is_what_would_be_found(drift):
    names = ["one-bucket", "another.bucket.of.a.longer.name"]
    alone = [found for name in names for found in bucket_findings(PLACE, name, *drift(name))]
    assert fleet_findings(PLACE, [(name, *drift(name)) for name in names]) == alone


@pytest.mark.parametrize("element", ["Resource", "NotResource"])
def test_a_name_is_stood_in_for_in_every_element_that_names_resources(element):
    def given(name):
        statement = {key: value for key, value in outside(name).items() if key != "Resource"}
        return policy({**statement, element: [f"arn:aws:s3:::{name}/in/*", "*"]})

    texts = {stood_in(name, [given(name), None]) for name in ("one-bucket", "another.bucket")}
    assert len(texts) == 1
    assert texts != {None}


def test_those_that_are_alike_are_compared_once():
    asked = []

    def compare(bucket, live, declared):
        asked.append(bucket)
        return bucket_findings(PLACE, bucket, live, declared)

    alike = Alike(compare)
    for number in range(40):
        name = f"fleet-{number}"
        found = alike.findings(name, *DRIFTS[number % 2](name))
        assert [each.resource for each in found] == [name]
    assert len(asked) == 2


@pytest.mark.parametrize(
    "name, live",
    [
        ("logs-a", policy(reads("logs-*"))),
        ("logs-a", policy(reads("logs-?"))),
        ("logs-a", policy(reads("logs-a*"))),
        ("logs-a", policy(reads("${aws:PrincipalTag/bucket}"))),
        ("logs-a", policy(reads("logs-b"))),
        ("logs-a", policy(reads("logs-a"), reads("logs-ab"))),
        ("logs-a", policy(reads("", "arn:*:s3:::logs-a/*"))),
        ("logs-a", policy(reads("", "*logs-a/*"))),
        ("logs-a", policy(reads("logs-a", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::logs-a"}}))),
        ("logs-a", policy(reads("logs-a", Condition={"StringLike": {"s3:prefix": "logs-a/*"}}))),
        ("logs-a", policy(reads("logs-a", Sid="Forlogs-a"))),
        ("logs-a", policy(reads("", "arn:aws:s3:::logs-a/logs-a/*"))),
        ("logs-a", policy(reads("perimeter-s3-stands-for-a-bucket"))),
        ("logs-a", {"Version": "2012-10-17", "Statement": reads("logs-a")}),
        ("logs-a", policy("odd")),
        ("logs-a", policy(reads("logs-a", Resource=[1]))),
        ("logs-a", policy(reads("logs-a", Sid=object()))),
        ("lo", policy(reads("lo"))),
        ('l"og', policy(reads('l"og'))),
    ],
)
def test_where_the_name_may_decide_each_is_compared_by_itself(name, live):
    assert stood_in(name, [live, None]) is None
