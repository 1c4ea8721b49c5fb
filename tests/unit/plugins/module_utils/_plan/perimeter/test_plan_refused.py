# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is refused before anything is written."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.result import (
    plan_of,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.perimeter.perimeter_found import (
    ACCOUNT,
    ARN,
    DECLARED,
    FOREIGN,
    NONE_YET,
    ONE,
    OTHER_VPC,
    OWN,
    SIBLING,
    TWO,
    VPC,
    as_declared,
    endpoint,
    found,
)

kept = pytest.fixture(scope="module")(as_declared)

REFUSED = [
    (
        {"account_id": "999988887777"},
        {},
        f"private_access_account_id: The credentials are those of {ARN} in the account {ACCOUNT}, but "
        "private_access_account_id says 999988887777. Nothing was changed.",
    ),
    (
        {"vpc_id": "", "vpc_name": "one"},
        {"vpc_ids": []},
        "private_access_vpc_name: No VPC is named one in this region. Say which one is meant with "
        "private_access_vpc_id.",
    ),
    (
        {"vpc_id": "", "vpc_name": "one"},
        {"vpc_ids": [VPC, OTHER_VPC]},
        f"private_access_vpc_name: 2 VPCs are named one in this region ({VPC}, {OTHER_VPC}). Say which",
    ),
    ({}, {"route_tables": []}, f"There is no VPC {VPC} in this region and account."),
    ({"route_tables": ["rtb-0ccc1"]}, {}, f"rtb-0ccc1 is not a route table of {VPC}"),
    ({"endpoint_id": SIBLING}, {}, f"endpoint {SIBLING}: There is no such endpoint in this region and account."),
    ({"additional_endpoints": ["here"]}, {}, "'here' is neither the id nor the ARN of a VPC"),
    ({"aws_services": ["amazon_unix"]}, {}, "'amazon_unix'"),
    ({"endpoint_scope": "organization", "organization": "acme"}, {}, "'acme' is not the id of an organization."),
]


@pytest.mark.parametrize("given, there, message", REFUSED)
def test_what_does_not_fit_is_refused(given, there, message):
    plan = plan_of({**DECLARED, **given}, found=found(policies=NONE_YET, **there))
    assert message in plan["refused"]
    assert (plan["idle"], plan["acts"]) == (True, False)
    assert plan["result"] == {"endpoint": None, "buckets": {}, "actions": []}


def test_a_bucket_that_is_not_there_is_refused_before_the_endpoint_is_opened_for_it():
    why = f"Cannot read the policy of bucket {TWO}: there is no bucket of that name."
    plan = plan_of(DECLARED, found=found(endpoint(), policies={ONE: None}, problems={TWO: why}))
    assert plan["refused"] == f"private_access_buckets: {why} Nothing was changed."
    assert plan["acts"] is False


def test_hundreds_of_missing_buckets_are_a_message_of_4_kb():
    names = [f"bucket-of-a-declaration-{number:04}" for number in range(201)]
    problems = {name: f"Cannot read the policy of bucket {name}: there is no bucket of that name." for name in names}
    plan = plan_of({"vpc_id": VPC, "buckets": names}, found=found(endpoint(), problems=problems))
    assert plan["refused"].startswith("private_access_buckets: 201 of 201 buckets cannot be looked at. Cannot read")
    assert len(plan["refused"]) <= 4096


def test_best_effort_corrects_the_rest_and_opens_nothing_for_what_is_not_there(kept):
    why = f"Cannot read the policy of bucket {TWO}."
    plan = plan_of(DECLARED, found=found(policies={ONE: None}, problems={TWO: why}), best_effort=True)
    assert (plan["refused"], plan["acts"]) == ("", True)
    assert plan["failures"] == [{"bucket": TWO, "msg": why}]
    assert plan["incomplete"] == why
    assert plan["buckets"]["buckets"] == [{"bucket": ONE}]
    assert TWO not in json.dumps(plan["endpoint"]["policy"])
    looked = json.loads(plan["looked"])["buckets"]
    assert looked[1] == {"bucket": TWO, "changed": False, "failed": True, "msg": why, "actions": []}
    assert (looked[0]["bucket"], looked[0]["failed"], looked[0]["before"]) == (ONE, False, None)
    # What is open for it stays: that is not ours to say as long as it cannot be looked at.
    own, policies = kept
    plan = plan_of(DECLARED, found=found(own, policies={ONE: policies[ONE]}, problems={TWO: why}), best_effort=True)
    assert plan["acts"] is False
    # With none that can be looked at, the endpoint is left alone.
    both = {ONE: why, TWO: why}
    plan = plan_of(DECLARED, found=found(endpoint(), problems=both), best_effort=True)
    assert (plan["acts"], len(plan["failures"])) == (False, 2)


def test_a_proof_that_fails_is_refused_before_anything_is_written():
    policies = {**NONE_YET, ONE: {"Version": "2012-10-17", "Statement": [FOREIGN]}}
    plan = plan_of(DECLARED, found=found(policies=policies))
    assert plan["refused"].startswith("What the policies let pass is not what was declared.")
    assert "Foreign" in plan["refused"]
    assert plan["result"]["reach"]["holds"] is False
    for how in ({"looking": True}, {"best_effort": True}):
        plan = plan_of(DECLARED, found=found(policies=policies), **how)
        assert (plan["refused"], plan["acts"]) == ("", True)
        assert plan["incomplete"].startswith("What the policies let pass is not what was declared.")
    plan = plan_of({**DECLARED, "prove": False}, found=found(policies=policies))
    assert (plan["refused"], "reach" in plan["result"]) == ("", False)


def test_a_policy_that_has_no_room_is_said_of_its_bucket():
    keys = [f"arn:aws:s3:::{ONE}/{number:04}/*" for number in range(600)]
    full = {"Version": "2012-10-17", "Statement": [{**FOREIGN, "Effect": "Allow", "Resource": keys}]}
    text = found(policies={**NONE_YET, ONE: full})
    plan = plan_of(DECLARED, found=text)
    assert plan["refused"].startswith(f"private_access_buckets: Bucket {ONE}: ")
    plan = plan_of(DECLARED, found=text, best_effort=True)
    assert [one["bucket"] for one in plan["failures"]] == [ONE]
    assert plan["buckets"]["buckets"] == [{"bucket": TWO}]


def test_what_is_no_answer_of_the_module_is_refused():
    for text in ("", "{}", "[]", json.dumps({"caller": {}})):
        assert "is not what perimeter_info returns" in plan_of(DECLARED, found=text)["refused"]


# --- buckets of another Region


def elsewhere():
    text = json.loads(found(policies=NONE_YET))
    text["buckets"][ONE]["region"], text["buckets"][TWO]["region"] = "eu-central-1", "us-west-2"
    return json.dumps(text)


def test_a_bucket_of_another_region_is_refused_before_anything_is_written():
    plan = plan_of(DECLARED, found=elsewhere())
    assert plan["refused"].startswith(
        "private_access_buckets: 1 bucket is not in eu-central-1, the Region of the endpoint: "
        "second-bucket (us-west-2)."
    )
    assert "set private_access_allow_other_region" in plan["refused"]
    assert plan["acts"] is False
    plan = plan_of(DECLARED, found=elsewhere(), best_effort=True)
    assert [one["bucket"] for one in plan["failures"]] == [TWO]
    assert plan["failures"][0]["msg"].startswith("Bucket second-bucket: 1 bucket is not in eu-central-1")
    assert TWO not in json.dumps(plan["endpoint"]["policy"])
    plan = plan_of({**DECLARED, "allow_other_region": True}, found=elsewhere())
    assert (plan["refused"], plan["buckets"]["allow_other_region"]) == ("", True)
    assert len(plan["buckets"]["buckets"]) == 2
    # Taking it out of the perimeter opens it again.
    assert plan_of({**DECLARED, "state": "absent"}, found=elsewhere())["refused"] == ""


@pytest.mark.parametrize(
    "given, refused",
    [({}, False), ({"arriving_through": VPC}, True), ({"arriving_through": VPC, "allow_lockout": True}, False)],
)
def test_who_manages_policies_through_the_endpoint_has_to_stay_able_to(given, refused):
    plan = plan_of({**DECLARED, **given}, found=found(endpoint(), policies=NONE_YET))
    assert bool(plan["refused"]) is refused
    said = f"s3:PutBucketPolicy on arn:aws:s3:::{ONE} by {ARN} through {OWN} is declared and does not pass."
    assert (said in plan["refused"]) is refused


# --- what is declared beside the buckets

STRANGER = "999988887777"
#: A statement of others -> what the proof says of it, what declares it, and a declaration that does not.
OF_OTHERS = {
    "an account through the endpoint": (
        {
            "Sid": "Partner",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{ONE}/*",
        },
        f"by any principal of account {STRANGER} through {OWN}",
        {"principal_accounts": [STRANGER]},
        {"principal_accounts": ["444455556666"]},
    ),
    "a version of TLS": (
        {
            "Sid": "Modern",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{ONE}", f"arn:aws:s3:::{ONE}/*"],
            "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.3"}},
        },
        "NumericLessThan '1.3' is true",
        # YAML reads it as a number.
        {"minimum_tls": 1.3},
        {"minimum_tls": "1.2"},
    ),
}


@pytest.mark.parametrize("theirs, said, declared, other", OF_OTHERS.values(), ids=OF_OTHERS)
def test_what_others_let_in_or_deny_may_be_declared(theirs, said, declared, other):
    wanted = {"vpc_id": VPC, "buckets": [ONE]}
    there = found(endpoint(), policies={ONE: {"Version": "2012-10-17", "Statement": [theirs]}})
    for given in ({}, other):
        reach = plan_of({**wanted, **given}, found=there, looking=True)["result"]["reach"]
        assert said in str([*reach["mismatches"], *reach["narrowed"]])
    plan = plan_of({**wanted, **declared}, found=there)
    assert plan["refused"] == ""
    assert (plan["result"]["reach"]["mismatches"], plan["result"]["reach"]["narrowed"]) == ([], [])


def test_a_version_of_tls_that_nothing_demands_refutes():
    there = found(endpoint(), policies={ONE: None})
    plan = plan_of({"vpc_id": VPC, "buckets": [ONE], "minimum_tls": "1.3"}, found=there)
    assert "NumericLessThan of s3:TlsVersion 1.3." in plan["refused"]


@pytest.mark.parametrize("name", ["break_glass_principals", "manager_principals", "protected_principals"])
def test_principals_of_another_partition_are_refused(name):
    there = found(endpoint(), policies=NONE_YET)
    glass = [f"arn:aws:iam::{ACCOUNT}:role/glass", f"arn:aws-us-gov:iam::{ACCOUNT}:role/glass"]
    plan = plan_of({**DECLARED, name: glass}, found=there)
    assert plan["refused"].startswith(
        f"private_access_{name}[1]: arn:aws-us-gov:iam::{ACCOUNT}:role/glass is in the partition aws-us-gov, but the "
        "credentials are of aws. Nothing was changed."
    )
    assert plan_of({**DECLARED, name: glass[:1]}, found=there)["refused"] == ""
