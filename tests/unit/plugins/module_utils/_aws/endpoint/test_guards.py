# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the options of a task make of the guards of an endpoint: each refuses, unless its own option says otherwise."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint.guards import (
    check_guard_options,
    endpoint_guards,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import Session
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.identity import Found
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.plan import Surroundings, decide
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import Endpoint, Wanted
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.guard import run_guards
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import (
    ACCOUNT,
    ME,
    REGION,
    FakeModule,
    Refused,
    policies,
)

VPCE, VPC, SERVICE = "vpce-0123456789abcdef0", "vpc-0123456789abcdef0", f"com.amazonaws.{REGION}.s3"


def allow(*actions, resource="*", sid="Ours", **condition):
    statement = {"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": list(actions), "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


EVERYTHING = document(allow("s3:*"))
ELSEWHERE = allow("s3:GetObject", sid="Far", StringEquals={"aws:SourceVpc": "vpc-0bad0bad0bad0bad0"})
#: It needs the endpoint.
LIVE = document(
    {
        "Sid": "OnlyHere",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
        "Condition": {"StringNotEquals": {"aws:SourceVpce": VPCE}},
    }
)


def findings(options, new, old=None, buckets=None, check=False):
    """Guard -> the findings about the plan that gives a live endpoint a policy; and what AWS was asked."""
    module = FakeModule({}, {"GetBucketPolicy": policies(buckets or {}), "HeadBucket": {}})
    session = Session(module)
    live = Endpoint(
        VPCE,
        VPC,
        SERVICE,
        EVERYTHING if old is None else old,
        ("rtb-1",),
        state="available",
        facts={"owner_id": ACCOUNT},
    )
    wanted = Wanted(state="present", vpc_id=VPC, policy=new, route_table_ids=None)
    plan = decide(Found(live), wanted, Surroundings(VPC, SERVICE, None))
    guards = endpoint_guards(options, session.client("ec2"), session, check)
    verdict = run_guards(plan, guards)
    return verdict, module


#: Guard -> options with which it speaks against the write, the new policy, its override.
SPEAKING = {
    "lockout": ({"arriving_through": VPC}, document(allow("s3:GetObject")), "allow_lockout"),
    "cutoff": ({"dependent_buckets": ["logs"]}, document(allow("s3:PutObject")), "allow_cutoff"),
    "networks": ({}, document(allow("s3:*"), ELSEWHERE), "allow_cutoff"),
}


@pytest.mark.parametrize("allowed", [None, False, True])
@pytest.mark.parametrize("name", SPEAKING)
def test_each_guard_refuses_unless_its_own_option_allows_it(name, allowed):
    options, new, override = SPEAKING[name]
    others = {one: True for _options, _new, one in SPEAKING.values() if one != override}
    verdict, _module = findings({**options, **others, override: allowed}, new, buckets={"logs": LIVE})
    refused = {one.guard for one in verdict.refused}
    assert refused == (set() if allowed else {name})
    assert (name in {one.guard for one in verdict.overridden}) is bool(allowed)


def test_no_new_access_cannot_be_overridden():
    verdict, _module = findings({"no_new_access": True}, EVERYTHING, document(allow("s3:GetObject")))
    assert {one.guard for one in verdict.refused} == {"no_new_access"}
    verdict, _module = findings({}, EVERYTHING, document(allow("s3:GetObject")))
    assert "no_new_access" not in verdict.checked
    assert verdict.findings == ()


def test_the_root_user_and_those_who_are_protected_stay_able_to_manage():
    mine = allow("s3:*", ArnEquals={"aws:PrincipalArn": ME})
    verdict, _module = findings({"arriving_through": VPC}, document(mine))
    assert ["root user" in one.reason for one in verdict.refused] == [True]
    named = {"arriving_through": VPC, "protected_principals": [f"arn:aws:iam::{ACCOUNT}:role/ops"]}
    verdict, _module = findings(named, document(mine))
    assert len(verdict.refused) == 2
    assert any("role/ops" in one.reason for one in verdict.refused)


# dependent_buckets, dependent_policies, what is read
DEPENDENTS = [
    (["logs"], {}, ["logs"]),
    (["logs", "logs"], {"logs": LIVE}, []),
    ([], {"logs": LIVE}, []),
    (["logs"], {"data": None}, ["logs"]),
]


@pytest.mark.parametrize("names, known, read", DEPENDENTS)
def test_policies_that_are_known_are_not_read(names, known, read):
    options = {"dependent_buckets": names, "dependent_policies": known}
    verdict, module = findings(options, document(allow("s3:PutObject")), buckets={"logs": LIVE})
    assert {one.guard for one in verdict.refused} == {"cutoff"}
    # They may be another account's.
    assert [asked for name, asked in module.asked if name == "GetBucketPolicy"] == [{"Bucket": one} for one in read]


def test_a_bucket_that_cannot_be_read_counts_as_dependent():
    verdict, _module = findings(
        {"dependent_buckets": ["logs"]}, document(allow("s3:PutObject")), buckets={"logs": Refused("AccessDenied")}
    )
    assert {one.guard for one in verdict.refused} == {"cutoff"}


# options, places of the problems
WRONG = [
    ({"dependent_buckets": ["logs"], "dependent_policies": {"data": LIVE}, "request_context": None}, []),
    ({"dependent_buckets": ["a/b"]}, ["bucket"]),
    ({"dependent_policies": {"a/b": None}}, ["bucket"]),
    ({"dependent_policies": {"logs": "no JSON"}}, ["dependent_policies.logs"]),
    ({"arriving_through": "the office"}, ["arriving_through"]),
]


@pytest.mark.parametrize("options, places", WRONG)
def test_options_are_checked_before_aws_is_asked(options, places):
    try:
        check_guard_options(options, "aws")
        found = []
    except PolicyError as error:
        found = [one.path for one in error.problems]
    assert found == places
