# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was found and what is declared, and the plan for it: no AWS, no Ansible."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import decide as decide_bucket
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter import plan as plan_module
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter import reach
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.question import ask
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reading import PLACEHOLDER
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.result import (
    MOST_HINTED,
    MOST_SAID,
    Done,
    plan_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import UNDECIDED, Verdict
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import prove as prove_claim

ACCOUNT, ARN = "111122223333", "arn:aws:iam::111122223333:user/automation"
VPC, OTHER_VPC = "vpc-0aaa0000000000001", "vpc-0bbb0000000000001"
OWN, SIBLING, PEER = "vpce-0aaa0000000000001", "vpce-0aaa0000000000002", "vpce-0bbb0000000000001"
TABLES = ("rtb-0aaa1", "rtb-0aaa2")
ONE, TWO = "first-bucket", "second-bucket"
DECLARED = {"vpc_id": VPC, "buckets": [ONE, TWO]}
OPEN = {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
FOREIGN = {
    "Sid": "Foreign",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::{ONE}/*",
}


def endpoint(name=OWN, vpc=VPC, policy=None, tables=TABLES, state="available", **more):
    return {
        "vpc_endpoint_id": name,
        "vpc_endpoint_type": "Gateway",
        "vpc_id": vpc,
        "service_name": "com.amazonaws.eu-central-1.s3",
        "state": state,
        "policy_document": OPEN if policy is None else policy,
        "route_table_ids": list(tables),
        "ip_address_type": "ipv4",
        "dns_record_ip_type": "service-defined",
        "tags": {},
        "owner_id": ACCOUNT,
        "creation_timestamp": None,
        "requester_managed": False,
        "last_error": None,
        **more,
    }


def table(name, edge=False):
    return {"id": name, "vpc_id": VPC, "main": False, "subnets": [], "edge": edge, "ipv6": False}


def found(*endpoints, policies=None, problems=None, **more):
    buckets = {name: {"policy": policy, "problem": "", "kind": ""} for name, policy in (policies or {}).items()}
    for name, why in (problems or {}).items():
        buckets[name] = {"policy": None, "problem": why, "kind": "missing_bucket"}
    return json.dumps(
        {
            "caller": {"account": ACCOUNT, "arn": ARN, "user_id": "AIDA"},
            "region": "eu-central-1",
            "vpc_ids": [VPC],
            "endpoints": list(endpoints),
            "route_tables": [*map(table, TABLES), table("rtb-0edge", edge=True)],
            "buckets": buckets,
            **more,
        }
    )


NONE_YET = {ONE: None, TWO: None}


@pytest.fixture(scope="module")
def kept():
    """What is found when all is as declared: the endpoint and the policies of the buckets."""
    plan = plan_of(DECLARED, found=found(endpoint(), policies=NONE_YET))
    assert plan["refused"] == ""
    changes = json.loads(plan["changes"])
    return changes["endpoint"]["endpoint"], {name: one["policy"] for name, one in changes["buckets"].items()}


def statement(policy, sid):
    return next(one for one in policy["Statement"] if one.get("Sid") == sid)


# --- what is asked


def test_what_is_asked():
    plan = ask({**DECLARED, "aws_services": ["ssm"]})
    assert (plan["refused"], plan["idle"], plan["acts"]) == ("", False, False)
    assert plan["ask"] == {
        "vpc_id": VPC,
        "vpc_name": None,
        "route_tables": True,
        "buckets": [ONE, TWO],
        "buckets_of_new_endpoint": [],
        "endpoint_buckets": True,
        "aws_services": ["ssm"],
    }
    assert plan["result"] == {"endpoint": None, "buckets": {}, "actions": []}


# limit -> buckets that are read, those that are read for a new endpoint, and whether the endpoint may be meant
LIMITS = [
    ([ONE], [ONE], [], False),
    ([ONE, "of-others"], [ONE], [], False),
    ([VPC], [], [ONE, TWO], True),
    ([ONE, PEER], [ONE], [ONE, TWO], True),
]


@pytest.mark.parametrize("limit, buckets, of_new, tables", LIMITS)
def test_a_limit_asks_for_less(limit, buckets, of_new, tables):
    asked = ask({**DECLARED, "limit": limit})["ask"]
    assert (asked["buckets"], asked["buckets_of_new_endpoint"]) == (buckets, of_new)
    assert asked["route_tables"] is asked["endpoint_buckets"] is tables


def test_a_vpc_that_is_only_named_may_have_any_id():
    named = {"vpc_name": "one", "buckets": [ONE]}
    assert ask({**named, "limit": [OTHER_VPC]})["ask"]["route_tables"] is True
    assert ask({**DECLARED, "limit": [OTHER_VPC]})["idle"] is True


def test_nothing_of_a_limit_is_asked_for_nothing():
    plan = ask({**DECLARED, "limit": ["of-others", OTHER_VPC]})
    assert (plan["refused"], plan["idle"], plan["ask"]) == ("", True, None)
    assert plan["said"] == [f"Nothing of private_access_limit (of-others, {OTHER_VPC}) is declared; nothing was done."]


def test_wrong_variables_are_refused_before_anything_is_asked():
    plan = ask({**DECLARED, "vpc_name": "one"}, ["private_access_limits"])
    assert (plan["idle"], plan["refused"]) == (
        True,
        "private_access_limits: There is no such variable. Did you mean private_access_limit?",
    )
    assert "ask" not in plan
    assert ask({**DECLARED, "vpc_name": "one"})["refused"] == (
        "Give private_access_vpc_id or private_access_vpc_name, and not both."
    )


# --- what is found to differ


def test_everything_is_new():
    plan = plan_of(DECLARED, found=found(policies=NONE_YET))
    assert (plan["refused"], plan["acts"], plan["idle"]) == ("", True, False)
    options = plan["endpoint"]
    assert (options["vpc_id"], options["endpoint_id"]) == (VPC, None)
    assert (options["all_route_tables"], options["route_table_ids"]) == (True, None)
    assert options["policy"]["Statement"][0]["Action"] == ["s3:GetObject", "s3:PutObject"]
    assert [one["bucket"] for one in plan["buckets"]["buckets"]] == [ONE, TWO]
    statements = json.loads(plan["buckets"]["statements"])
    assert plan["placeholder"] == PLACEHOLDER
    assert statements[0]["Condition"]["StringNotEquals"]["aws:SourceVpce"] == PLACEHOLDER
    assert "{bucket}" in plan["buckets"]["statements"]
    assert plan["buckets"]["expected_bucket_owner"] == ACCOUNT
    assert (plan["buckets"]["peers"], plan["buckets"]["accepted_exceptions"]) == ([], None)
    changes = json.loads(plan["changes"])
    assert changes["endpoint"]["before"] is None
    assert changes["endpoint"]["endpoint"]["route_table_ids"] == list(TABLES)
    assert {name: one["before"] for name, one in changes["buckets"].items()} == NONE_YET
    assert plan["result"]["reach"]["holds"] is True
    assert plan["result"]["actions"] == []


def test_all_is_as_declared(kept):
    own, policies = kept
    plan = plan_of(DECLARED, found=found(own, policies=policies))
    assert (plan["refused"], plan["acts"], plan["endpoint"], plan["buckets"]) == ("", False, None, None)
    assert json.loads(plan["changes"]) == {"endpoint": {}, "buckets": {}}
    assert plan["result"]["endpoint"] == own
    assert {name: one["changed"] for name, one in plan["result"]["buckets"].items()} == {ONE: False, TWO: False}
    assert plan["result"]["reach"]["holds"] is True
    assert plan["said"] == []


def test_what_a_plan_says():
    plan = plan_of(DECLARED, found=found(policies=NONE_YET))
    assert sorted(plan) == [
        "acts", "buckets", "changes", "documents", "endpoint", "failures", "idle", "incomplete", "looked",
        "placeholder", "refused", "refuted", "replay", "result", "said",
    ]  # fmt: skip
    looked = json.loads(plan["looked"])
    assert (looked["vpc_id"], looked["endpoint"]["endpoint"]["vpc_id"]) == (VPC, VPC)
    assert [(one["bucket"], one["changed"], one["failed"], one["before"]) for one in looked["buckets"]] == [
        (ONE, False, False, None), (TWO, False, False, None),
    ]  # fmt: skip
    assert [one["id"] for one in looked["route_tables"]] == [*TABLES, "rtb-0edge"]
    documents = json.loads(plan["documents"])
    assert sorted(documents) == [ONE, TWO]
    assert {one["policy"]["Version"] for one in looked["buckets"]} == {"2012-10-17"}
    assert [one["policy"] for one in looked["buckets"]] == [documents[ONE], documents[TWO]]


def test_only_what_differs_is_acted_on(kept):
    own, policies = kept
    plan = plan_of(DECLARED, found=found(own, policies={**policies, TWO: None}))
    assert (plan["acts"], plan["endpoint"], plan["buckets"]["buckets"]) == (True, None, [{"bucket": TWO}])
    plan = plan_of(DECLARED, found=found({**own, "route_table_ids": [TABLES[0]]}, policies=policies))
    assert (plan["acts"], plan["buckets"]) == (True, None)
    assert plan["endpoint"]["vpc_id"] == VPC


@pytest.mark.parametrize("wait, acts", [(True, True), (False, False)])
def test_an_endpoint_on_its_way_is_waited_for(kept, wait, acts):
    own, policies = kept
    plan = plan_of({**DECLARED, "wait": wait}, found=found({**own, "state": "pending"}, policies=policies))
    assert (plan["acts"], bool(plan["endpoint"])) == (acts, acts)


def test_guards_are_told_what_the_variables_say(kept):
    own, policies = kept
    given = {
        "protected_principals": [ARN],
        "arriving_through": "internet",
        "dependent_buckets": ["other-bucket"],
        "allow_cutoff": True,
        "tags": {"a": "1"},
        "wait_timeout": 60,
        "endpoint_id": OWN,
    }
    plan = plan_of({**DECLARED, **given}, found=found(own, policies={**policies, ONE: None}))
    shared = {"protected_principals": [ARN], "arriving_through": "internet", "wait_timeout": 60}
    for options in (plan["endpoint"], plan["buckets"]):
        assert shared.items() <= options.items()
        assert options["allow_lockout"] is False
    assert plan["endpoint"]["dependent_buckets"] == ["other-bucket"]
    assert (plan["endpoint"]["allow_cutoff"], plan["endpoint"]["endpoint_id"]) == (True, OWN)
    assert plan["buckets"]["allow_public"] is plan["buckets"]["allow_unknown_endpoints"] is False
    looked = plan_of({**DECLARED, **given}, found=found(own, policies={**policies, ONE: None}), looking=True)
    assert looked["endpoint"]["allow_lockout"] is looked["buckets"]["allow_lockout"] is True
    assert looked["buckets"]["allow_public"] is looked["buckets"]["allow_unknown_endpoints"] is True
    more = plan_of({**DECLARED, "additional_endpoints": [PEER]}, found=found(own, policies=policies))
    assert more["buckets"]["allow_unknown_endpoints"] is True


def test_buckets_that_are_dropped_are_looked_after_and_those_that_cannot_be_read_are_told(kept):
    own, policies = kept
    one = {**DECLARED, "buckets": [ONE]}
    plan = plan_of(one, found=found(own, policies=policies))
    assert plan["endpoint"]["dependent_policies"] == {TWO: policies[TWO]}
    plan = plan_of(one, found=found(own, policies={ONE: policies[ONE]}, problems={TWO: "Cannot read second-bucket."}))
    assert plan["endpoint"]["dependent_policies"] is None
    assert plan["said"] == [
        "Whether workloads lose a bucket that the endpoint does not let through any more is not known of all. "
        "Cannot read second-bucket."
    ]


# --- what is refused, before anything is written

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


# --- shared buckets


def shared(kept, *networks):
    """All is as declared, and the perimeter of one bucket lets these networks in as well."""
    own, policies = kept
    text = json.dumps(policies[ONE]).replace(json.dumps(OWN), json.dumps([OWN, *networks]))
    return own, {**policies, ONE: json.loads(text)}


def of_others(*buckets):
    resources = [f"arn:aws:s3:::{name}/*" for name in buckets]
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resources}],
    }


def test_an_endpoint_of_others_whose_policy_names_the_bucket_stays(kept):
    own, policies = shared(kept, PEER)
    plan = plan_of(DECLARED, found=found(own, endpoint(PEER, OTHER_VPC, of_others(ONE)), policies=policies))
    assert (plan["refused"], plan["acts"]) == ("", False)
    plan = plan_of(DECLARED, found=found(own, endpoint(PEER, OTHER_VPC, of_others(TWO)), policies=policies))
    assert PEER in plan["refused"]
    assert "private_access_additional_endpoints" in plan["refused"]
    assert "private_access_exclusive" in plan["refused"]
    assert plan["acts"] is False
    given = {**DECLARED, "exclusive": True}
    plan = plan_of(given, found=found(own, endpoint(PEER, OTHER_VPC, of_others(TWO)), policies=policies))
    assert (plan["refused"], plan["buckets"]["buckets"]) == ("", [{"bucket": ONE}])
    assert (plan["buckets"]["peers"], plan["buckets"]["exclusive"]) == ([], True)
    # Whoever looks is shown what would be refused; a correction leaves it to the module.
    for how, exclusive in ({"looking": True}, True), ({"best_effort": True}, False):
        there = found(own, endpoint(PEER, OTHER_VPC, of_others(TWO)), policies=policies)
        plan = plan_of(DECLARED, found=there, **how)
        assert (plan["refused"], plan["acts"], plan["buckets"]["exclusive"]) == ("", True, exclusive)


# --- several endpoints in the VPC


def several():
    return found(endpoint(OWN, tables=[TABLES[0]]), endpoint(SIBLING, tables=[TABLES[1]]), policies=NONE_YET)


def test_several_endpoints_are_listed():
    plan = plan_of(DECLARED, found=several())
    assert plan["refused"] == (
        f"{VPC}: It has 2 S3 gateway endpoints: {OWN} (route tables: {TABLES[0]}); {SIBLING} (route tables: "
        f"{TABLES[1]}). Nothing was changed. Say which is meant with private_access_endpoint_id, or with "
        "private_access_route_tables of one alone."
    )


@pytest.mark.parametrize("given", [{"endpoint_id": SIBLING}, {}])
def test_one_of_several_is_said_or_chosen_by_its_route_tables(given):
    plan = plan_of({**DECLARED, "route_tables": [TABLES[1]], **given}, found=several())
    assert plan["refused"] == ""
    assert plan["endpoint"]["endpoint_id"] == SIBLING
    [deny, *_others] = json.loads(plan["buckets"]["statements"])
    assert deny["Condition"]["StringNotEquals"]["aws:SourceVpce"] == SIBLING


def test_a_route_table_of_a_sibling_is_refused():
    plan = plan_of({**DECLARED, "endpoint_id": OWN}, found=several())
    assert f"Route table {TABLES[1]} holds the route of endpoint {SIBLING}" in plan["refused"]


# --- limits


def test_a_bucket_alone_leaves_the_endpoint(kept):
    own, _policies = kept
    drifted = {**own, "policy_document": OPEN}
    plan = plan_of({**DECLARED, "limit": [ONE]}, found=found(drifted, policies={ONE: None}))
    assert (plan["refused"], plan["endpoint"], plan["buckets"]["buckets"]) == ("", None, [{"bucket": ONE}])
    assert plan["result"]["endpoint"] is None
    assert plan["result"]["reach"]["holds"] is True
    plan = plan_of({**DECLARED, "limit": [ONE]}, found=found(policies={ONE: None}))
    assert plan["refused"] == (
        f"{VPC}: It has no S3 gateway endpoint, so the buckets cannot be closed around the one. Nothing was changed. "
        "Run without private_access_limit."
    )
    by_vpc = {**DECLARED, "restrict_by": "vpc", "limit": [ONE]}
    plan = plan_of(by_vpc, found=found(policies={ONE: None}))
    assert (plan["refused"], plan["buckets"]["buckets"], "reach" in plan["result"]) == ("", [{"bucket": ONE}], False)


def test_the_endpoint_alone_leaves_the_buckets(kept):
    own, _policies = kept
    plan = plan_of({**DECLARED, "limit": [OWN]}, found=found({**own, "policy_document": OPEN}))
    assert (bool(plan["endpoint"]), plan["buckets"], plan["result"]["buckets"]) == (True, None, {})


def test_a_new_endpoint_takes_all_buckets_along():
    for limit in ([VPC], ["vpce-0dead000000000001"]):
        plan = plan_of({**DECLARED, "limit": limit}, found=found(policies=NONE_YET))
        assert [one["bucket"] for one in plan["buckets"]["buckets"]] == [ONE, TWO]
    # One that was just deleted is shown for a while.
    gone = endpoint(state="deleted")
    plan = plan_of({**DECLARED, "limit": [OWN]}, found=found(gone, policies=NONE_YET))
    assert plan["endpoint"] and len(plan["buckets"]["buckets"]) == 2


def test_an_endpoint_of_others_is_not_meant(kept):
    own, _policies = kept
    for name in (PEER, "vpce-0dead000000000001"):
        plan = plan_of({**DECLARED, "limit": [name]}, found=found(own, endpoint(PEER, OTHER_VPC)))
        assert (plan["idle"], plan["refused"], plan["acts"]) == (True, "", False)
        assert plan["said"] == [f"Nothing of private_access_limit ({name}) is declared; nothing was done."]


# --- what comes of it


def test_what_was_done_is_looked_at_again(kept):
    own, policies = kept
    text = found(policies=NONE_YET)
    results = [
        {"bucket": name, "changed": True, "policy": json.loads(json.dumps(one)), "statements": {"added": ["x"]}}
        for name, one in policies.items()
    ]
    for one in results:
        one["actions"] = ["s3:PutBucketPolicy"]
    made = {"before": None, "endpoint": own, "actions": ["ec2:CreateVpcEndpoint"]}
    plan = plan_of(DECLARED, found=text, done=Done(made, results))
    assert (plan["refused"], plan["endpoint"], plan["buckets"]) == ("", None, None)
    # What was to be done, for reports.
    assert (plan["acts"], set(json.loads(plan["changes"])["buckets"])) == (True, {ONE, TWO})
    # With the id that the endpoint has got.
    assert (PLACEHOLDER in plan["changes"], OWN in plan["changes"]) == (False, True)
    result = plan["result"]
    assert result["endpoint"] == own
    assert result["actions"] == ["ec2:CreateVpcEndpoint", "s3:PutBucketPolicy", "s3:PutBucketPolicy"]
    assert result["buckets"][ONE] == {"changed": True, "statements": {"added": ["x"]}}
    assert result["reach"]["holds"] is True
    assert json.loads(plan["documents"]) == policies


@pytest.mark.parametrize("failed, told", [({"msg": "Access denied."}, "Access denied."), ({}, "")])
def test_what_could_not_be_written_is_told(kept, failed, told):
    own, policies = kept
    wrote = {"bucket": ONE, "changed": True, "policy": policies[ONE], "statements": {}, "actions": []}
    not_written = {"bucket": TWO, "changed": False, "failed": True, "statements": {}, "actions": [], **failed}
    text = found(own, policies=NONE_YET)
    plan = plan_of(DECLARED, found=text, done=Done({"skipped": True}, [wrote, not_written]))
    assert plan["failures"] == [{"bucket": TWO, "msg": told}]


def test_another_writer_in_between_refutes(kept):
    own, policies = kept
    theirs = {**policies[ONE], "Statement": [*policies[ONE]["Statement"], FOREIGN]}
    result = {"bucket": ONE, "changed": True, "policy": theirs, "statements": {}, "actions": ["s3:PutBucketPolicy"]}
    text = found(own, policies={**policies, ONE: None})
    plan = plan_of(DECLARED, found=text, done=Done({"skipped": True}, [result]))
    assert plan["refused"].startswith("What the policies let pass is not what was declared.")
    assert plan["result"]["actions"] == ["s3:PutBucketPolicy"]
    assert plan["result"]["endpoint"] == own


# the scope of the endpoint, services, of how many buckets each attempt tells apart
SCOPES = [
    ("account", [], [0]),
    ("organization", [], [0]),
    # The buckets of services are of other accounts, so they are looked at with all the rest.
    ("account", ["ssm"], [0, 2]),
    ("buckets", [], [2]),
]


@pytest.mark.parametrize("scope, services, told_apart", SCOPES)
def test_buckets_are_not_told_apart_where_the_scope_of_the_endpoint_covers_them(
    monkeypatch, scope, services, told_apart
):
    """There may be more of them than can be looked at one by one."""
    asked = []

    def prove(claim):
        asked.append(len(claim.world.buckets))
        return prove_claim(claim)

    monkeypatch.setattr(reach, "prove_claim", prove)
    declared = {**DECLARED, "endpoint_scope": scope, "organization": "o-aaaaaaaaaa", "aws_services": services}
    plan = plan_of(declared, found=found(endpoint(), policies=NONE_YET))
    assert (plan["refused"], asked) == ("", told_apart)
    assert plan["result"]["reach"]["holds"] is True


def test_what_is_not_decided_is_not_called_refuted(kept, monkeypatch):
    """The role stops, since nothing is proved, and says what was not decided."""
    own, policies = kept
    text = found(own, policies={**policies, ONE: None})
    monkeypatch.setattr(reach, "prove_claim", lambda claim: Verdict(claim.name, UNDECIDED, reason="It is too hard."))
    plan = plan_of(DECLARED, found=text)
    lead = "It is not proved that the policies let pass what was declared, and nothing else."
    assert plan["refused"] == (
        f"{lead} It is not decided whether nothing else passes the endpoint. It is too hard. All of it is in "
        "private_access_result.reach. To do without this proof, set private_access_prove to false."
    )


def test_buckets_that_were_not_written_are_not_decided_again(kept, monkeypatch):
    own, policies = kept
    text = found(own, policies={**policies, ONE: None})
    result = {"bucket": ONE, "changed": True, "policy": policies[ONE], "statements": {}, "actions": []}
    decided = []

    def decide(document, declaration):
        decided.append(declaration.bucket)
        return decide_bucket(document, declaration)

    monkeypatch.setattr(plan_module, "decide_bucket", decide)
    plan = plan_of(DECLARED, found=text, done=Done({"skipped": True}, [result]))
    assert decided == [ONE, TWO, ONE]
    assert plan["result"]["reach"]["holds"] is True
    # A new endpoint has another id than the one that was planned with, so all of them are.
    decided.clear()
    closed = json.loads(json.dumps(policies).replace(OWN, PLACEHOLDER))
    plan_of(DECLARED, found=found(policies=closed), done=Done({"endpoint": own, "before": None, "actions": []}, []))
    assert decided == [ONE, TWO, ONE, TWO]


def test_a_new_endpoint_has_no_id_in_check_mode(kept):
    own, policies = kept
    planned = {**own, "vpc_endpoint_id": None, "state": None}
    closed = json.loads(json.dumps(policies).replace(OWN, PLACEHOLDER))
    results = [
        {"bucket": name, "changed": True, "policy": one, "statements": {}, "actions": ["s3:PutBucketPolicy"]}
        for name, one in closed.items()
    ]
    done = Done({"before": None, "endpoint": planned, "actions": ["ec2:CreateVpcEndpoint"]}, results)
    plan = plan_of(DECLARED, found=found(policies=NONE_YET), done=done)
    assert plan["refused"] == ""
    assert plan["result"]["endpoint"]["vpc_endpoint_id"] is None
    assert plan["result"]["reach"]["holds"] is True


# --- state absent


def test_removal_takes_the_vpc_out_of_the_buckets_before_the_endpoint_goes(kept):
    own, policies = kept
    absent = {**DECLARED, "state": "absent", "dependent_buckets": ["other-bucket"]}
    plan = plan_of(absent, found=found(own, policies=policies))
    assert (plan["refused"], plan["acts"]) == ("", True)
    assert plan["endpoint"]["dependent_policies"] == {ONE: None, TWO: None}
    assert plan["endpoint"]["dependent_buckets"] == ["other-bucket"]
    assert "policy" not in plan["endpoint"]
    assert [one["bucket"] for one in plan["buckets"]["buckets"]] == [ONE, TWO]
    assert "reach" not in plan["result"]
    # Those that are not taken out may still demand the endpoint.
    plan = plan_of({**absent, "limit": [ONE, VPC]}, found=found(own, policies=policies))
    assert plan["endpoint"]["dependent_buckets"] == [TWO, "other-bucket"]


def test_what_is_gone_is_gone():
    plan = plan_of({**DECLARED, "state": "absent"}, found=found(policies=NONE_YET))
    assert (plan["refused"], plan["acts"], plan["result"]["endpoint"]) == ("", False, None)


def test_an_endpoint_that_is_going_is_waited_for():
    going = found(endpoint(state="deleting"), policies=NONE_YET)
    assert plan_of({**DECLARED, "state": "absent"}, found=going)["acts"] is True
    assert plan_of({**DECLARED, "state": "absent", "wait": False}, found=going)["acts"] is False


# --- what is odd


def test_what_is_odd_is_said_and_not_without_end(kept):
    own, policies = kept
    deleted = {
        "Sid": "Deleted",
        "Effect": "Allow",
        "Principal": {"AWS": "AROAEXAMPLEEXAMPLE123"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{ONE}/*",
    }
    theirs = {**policies[ONE], "Statement": [*policies[ONE]["Statement"], deleted]}
    plan = plan_of({**DECLARED, "prove": False}, found=found(own, policies={**policies, ONE: theirs}))
    [said] = plan["said"]
    assert said.startswith(f"Bucket {ONE}: statement Deleted of its policy names deleted users or roles")
    names = [f"bucket-{number}" for number in range(30)]
    text = json.dumps(theirs)
    many = {name: json.loads(text.replace(ONE, name)) for name in names}
    plan = plan_of({"vpc_id": VPC, "buckets": names, "prove": False}, found=found(own, policies=many))
    [said] = plan["said"]
    assert said.endswith("So too bucket-1, bucket-2, bucket-3, bucket-4, bucket-5 and 24 more.")
    # Not of a kind.
    many = {name: json.loads(text.replace(ONE, name).replace("Deleted", f"Deleted{name[7:]}")) for name in names}
    plan = plan_of({"vpc_id": VPC, "buckets": names, "prove": False}, found=found(own, policies=many))
    assert len(plan["said"]) == MOST_SAID + 1
    assert plan["said"][-1] == f"And {30 - MOST_SAID} more of this kind."


def test_recorded_accesses_are_replayed_against_what_is_planned():
    """Of what changes, both; of what stays, the same twice; of an endpoint that is made, nothing is recorded."""
    found_there = found(endpoint(), policies={**NONE_YET, ONE: {"Version": "2012-10-17", "Statement": [FOREIGN]}})
    asked = {name: json.loads(text) for name, text in plan_of(DECLARED, found=found_there)["replay"].items()}
    before, after = asked["current_bucket_policies"], asked["planned_bucket_policies"]
    assert (before[TWO], before[ONE]["Statement"]) == (None, [FOREIGN])
    assert FOREIGN in after[ONE]["Statement"]
    assert len(after[TWO]["Statement"]) > 1
    assert asked["current_endpoint_policies"] == {OWN: OPEN}
    assert list(asked["planned_endpoint_policies"]) == [OWN]
    assert asked["planned_endpoint_policies"] != {OWN: OPEN}
    assert asked["resource_accounts"] == {ONE: ACCOUNT, TWO: ACCOUNT}

    made = plan_of(DECLARED, found=found(policies=NONE_YET))["replay"]
    assert (made["current_endpoint_policies"], made["planned_endpoint_policies"]) == ("{}", "{}")


def test_who_only_looks_learns_of_what_is_as_declared_as_well(kept):
    own, policies = kept
    assert plan_of(DECLARED, found=found(own, policies=policies))["replay"] is None
    looked = plan_of(DECLARED, found=found(own, policies=policies), looking=True)
    assert looked["acts"] is False
    asked = {name: json.loads(text) for name, text in looked["replay"].items()}
    for kind in ("bucket_policies", "endpoint_policies"):
        assert asked[f"current_{kind}"] == asked[f"planned_{kind}"] != {}


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


@pytest.mark.parametrize("looking", [False, True])
def test_nothing_new_is_asked_for_where_something_is_written(looking):
    there = found(endpoint(), policies=NONE_YET)
    plan = plan_of({**DECLARED, "no_new_access": True}, found=there, looking=looking)
    assert (plan["endpoint"]["no_new_access"], plan["buckets"]["no_new_access"]) == (not looking, not looking)
    assert plan_of(DECLARED, found=there)["buckets"]["no_new_access"] is False


@pytest.mark.parametrize(
    "given, said",
    [
        ({"minimum_tls": "1.1"}, "private_access_minimum_tls: '1.1' is not a value of it. Give 1.2 or 1.3."),
        # 012345670123 without quotes is a number of another base in YAML.
        (
            {"principal_accounts": ["111122223333", 1402433619]},
            "private_access_principal_accounts[1]: '1402433619' is not an account id. Give its twelve digits, quoted.",
        ),
        ({"principal_accounts": "111122223333"}, "private_access_principal_accounts: text was given. Give a list"),
    ],
)
def test_what_is_declared_beside_the_buckets_is_read(given, said):
    assert said in ask({**DECLARED, **given})["refused"]


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


def test_what_a_policy_that_is_written_says_in_vain_is_a_hint(kept):
    own, policies = kept
    tls = statement(policies[ONE], "PerimeterS3Tls")
    theirs = {name: [{**statement(policies[name], "PerimeterS3Tls"), "Sid": "Theirs"}] for name in (ONE, TWO)}
    there = found(own, policies={name: {"Version": "2012-10-17", "Statement": theirs[name]} for name in theirs})
    results = [
        {
            "bucket": name,
            "changed": True,
            "policy": {**policies[name], "Statement": [*theirs[name], *each["Statement"]]},
        }
        for name, each in policies.items()
    ]
    told = plan_of(DECLARED, found=there, done=Done({}, results))
    assert told["refused"] == ""
    assert told["result"]["hints"] == [
        {
            "buckets": [ONE, TWO],
            "finding": "repeated",
            "statement": tls["Sid"],
            "by": ["Theirs"],
            "value": None,
            "message": "Statement 'PerimeterS3Tls' denies nothing that 'Theirs' does not.",
        }
    ]
    # Whoever only looks, and a run that writes nothing, is not kept waiting for it.
    assert "hints" not in plan_of(DECLARED, found=there, done=Done({}, results), looking=True)["result"]
    assert "hints" not in plan_of(DECLARED, found=found(own, policies=policies))["result"]


def test_a_policy_that_we_cannot_read_does_not_fail_what_was_written(kept):
    """AWS may take more than we know of; without a proof nobody has to read it."""
    own, policies = kept
    newer = {**FOREIGN, "Effect": "Audit"}
    there = found(own, policies={**policies, ONE: {"Version": "2012-10-17", "Statement": [newer]}})
    declared = {**DECLARED, "prove": False}
    plan = plan_of(declared, found=there)
    assert (plan["refused"], plan["acts"]) == ("", True)
    written = json.loads(plan["changes"])["buckets"][ONE]["policy"]
    assert newer in written["Statement"]
    results = [{"bucket": ONE, "changed": True, "policy": written, "statements": {}, "actions": []}]
    told = plan_of(declared, found=there, done=Done({}, results))
    assert (told["refused"], told["result"]["hints"]) == ("", [])


def test_a_report_has_hints_about_what_is_as_declared_as_well(kept):
    own, policies = kept
    theirs = {**statement(policies[TWO], "PerimeterS3Tls"), "Sid": "Theirs"}
    as_declared = {**policies, TWO: {**policies[TWO], "Statement": [*policies[TWO]["Statement"], theirs]}}

    def hints(matrix, looking=True, **given):
        plan = plan_of({**DECLARED, "prove": False}, looking=looking, matrix=matrix, **given)
        told = plan["result"].get("hints")
        return plan["acts"], told and [(each["buckets"], each["statement"]) for each in told]

    there = found(own, policies=as_declared)
    assert hints(True, found=there) == hints(True, False, found=there) == (False, [([TWO], "Theirs")])
    assert hints(False, found=there) == (False, None)
    # What is to be done is told of once it was, or in check mode would be.
    there = found(own, policies={**as_declared, ONE: None})
    assert hints(True, found=there) == (True, None)
    done = Done({}, [{"bucket": ONE, "changed": True, "policy": policies[ONE]}])
    assert hints(True, found=there, done=done) == (True, [([TWO], "Theirs")])
    assert hints(False, found=there, done=done) == (True, None)
    # No bucket of another shape than ours has anything to look into.
    assert hints(True, found=found(own, policies=policies)) == (False, [])


def test_shapes_of_the_most_buckets_are_looked_into_first():
    names = [f"bucket-{number}" for number in range(MOST_HINTED + 2)]

    def policy(name, number):
        sid = "Same" if number > MOST_HINTED - 1 else f"Never{number}"
        address = {"IpAddress": {"aws:SourceIp": "192.0.2.1/32"}, "NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
        return {
            "Version": "2012-10-17",
            "Statement": [{**FOREIGN, "Sid": sid, "Resource": f"arn:aws:s3:::{name}/*", "Condition": address}],
        }

    there = found(endpoint(), policies={name: policy(name, number) for number, name in enumerate(names)})
    declared = {"vpc_id": VPC, "buckets": names, "prove": False}
    results = [
        {"bucket": name, "changed": True, "policy": json.loads(plan_of(declared, found=there)["documents"])[name]}
        for name in names[:1]
    ]
    told = plan_of(declared, found=there, done=Done({}, results), looking=True, matrix=True)["result"]["hints"]
    assert len(told) == MOST_HINTED
    assert (told[0]["finding"], told[0]["statement"], told[0]["buckets"]) == ("never_matches", "Same", names[-2:])
