# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A perimeter that somebody has opened by hand: how bad it is, and for whom."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.finding import Place
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.plan import HINT, bucket_findings
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter

PLACE = Place("111122223333", "us-east-1")
ENDPOINT, OTHER = "vpce-11111111111111111", "vpce-0bbb0bbb0bbb0bbb0"
ROBOT = "arn:aws:iam::111122223333:user/robot"
PARTNER = {
    "Sid": "Partner",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::data/*",
}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": [*statements, PARTNER]}


def perimeter(*endpoints, manager=ROBOT, **options):
    return bucket_perimeter("data", endpoints=list(endpoints), manager_principals=[manager], **options)["Statement"]


DECLARED = perimeter(ENDPOINT)


def by_hand(**conditions):
    found = copy.deepcopy(DECLARED)
    for statement in found:
        for operator, block in conditions.items():
            statement["Condition"].setdefault(operator, {}).update(block)
    return found


OPENED = {
    "another endpoint": (perimeter(ENDPOINT, OTHER), f"network {OTHER}"),
    "an account": (perimeter(ENDPOINT, excepted_accounts=["999988887777"]), "account 999988887777"),
    "principals": (
        perimeter(ENDPOINT, break_glass_principals=["arn:aws:iam::999988887777:role/*"]),
        "principal arn:aws:iam::999988887777:role/*",
    ),
    "forwarded access": (perimeter(ENDPOINT, allow_forwarded_access=True), "access forwarded by AWS services"),
    "services": (perimeter(ENDPOINT, allow_aws_services=True), "AWS services that act for themselves"),
    "every address": (
        by_hand(NotIpAddress={"aws:SourceIp": "0.0.0.0/0"}),
        "whom this condition is not true of: NotIpAddress aws:SourceIp 0.0.0.0/0",
    ),
    "an organization": (
        by_hand(StringNotEquals={"aws:SourceVpce": ENDPOINT, "aws:PrincipalOrgID": "o-stranger00"}),
        "whom this condition is not true of: StringNotEquals aws:PrincipalOrgID o-stranger00",
    ),
}


@pytest.mark.parametrize("found, said", OPENED.values(), ids=OPENED)
def test_who_is_let_in_is_named_and_critical(found, said):
    for finding in bucket_findings(PLACE, "data", policy(*found), policy(*DECLARED)):
        assert finding.severity == "critical", finding.what
        if finding.kind == "bucket policy statement":
            of_managers = said.replace("principal ", "manager of the policy ")
            expected = of_managers if finding.what.startswith("PerimeterS3Management") else said
            assert finding.what.endswith(f" has changed in Condition: it exempts what is not declared, {expected}")


def test_all_of_it_at_once():
    found = perimeter(
        ENDPOINT,
        OTHER,
        excepted_accounts=["999988887777"],
        break_glass_principals=["arn:aws:iam::999988887777:role/*"],
        allow_forwarded_access=True,
    )
    network = bucket_findings(PLACE, "data", policy(*found), policy(*DECLARED))[0]
    assert network.what == (
        "PerimeterS3Network has changed in Condition: it exempts what is not declared, "
        f"network {OTHER}; principal arn:aws:iam::999988887777:role/*; account 999988887777; "
        "access forwarded by AWS services"
    )


def test_whoever_else_runs_the_declaration_is_told_how_to_say_so():
    found = perimeter(ENDPOINT, manager="arn:aws:iam::111122223333:user/alice")
    [finding] = bucket_findings(PLACE, "data", policy(*found), policy(*DECLARED))
    assert finding.severity == "critical"
    assert finding.what == (
        "PerimeterS3Management has changed in Condition: it exempts what is not declared, manager of the policy "
        f"arn:aws:iam::111122223333:user/alice. {HINT}"
    )
    assert finding.remedy == ""


@pytest.mark.parametrize(
    "found, what",
    [
        (DECLARED[1:], "PerimeterS3Network is missing"),
        ([DECLARED[0], {**DECLARED[1], "Action": "s3:PutBucketPolicy"}], "PerimeterS3Management has changed in Action"),
    ],
)
def test_what_exempts_nobody_says_nothing(found, what):
    assert bucket_findings(PLACE, "data", policy(*found), policy(*DECLARED))[0].what == what
