# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was found and what is declared, and the plan for it: no AWS, no Ansible."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reading import PLACEHOLDER
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.result import (
    plan_of,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.perimeter.perimeter_found import (
    ACCOUNT,
    ARN,
    DECLARED,
    NONE_YET,
    ONE,
    OPEN,
    OTHER_VPC,
    OWN,
    PEER,
    SIBLING,
    TABLES,
    TWO,
    VPC,
    as_declared,
    endpoint,
    found,
    of_others,
    shared,
)

kept = pytest.fixture(scope="module")(as_declared)

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
    assert looked["endpoint"].items() >= {"changed": False, "actions": [], "before": None}.items()
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
    unread = {TWO: "Cannot read second-bucket."}
    plan = plan_of(one, found=found(own, policies={ONE: policies[ONE]}, problems=unread))
    assert plan["endpoint"]["dependent_policies"] is None
    lead = "Whether workloads lose a bucket that the endpoint does not let through any more is not known of all."
    assert plan["said"] == [f"{lead} Cannot read second-bucket."]
    more = {"third-bucket": "Not found: third-bucket."}
    own = {**own, "policy_document": of_others(ONE, TWO, *more)}
    plan = plan_of(one, found=found(own, policies={ONE: policies[ONE]}, problems={**unread, **more}))
    assert plan["said"] == [f"{lead} Cannot read second-bucket. Not found: third-bucket."]


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


@pytest.mark.parametrize("looking", [False, True])
def test_nothing_new_is_asked_for_where_something_is_written(looking):
    there = found(endpoint(), policies=NONE_YET)
    plan = plan_of({**DECLARED, "no_new_access": True}, found=there, looking=looking)
    assert (plan["endpoint"]["no_new_access"], plan["buckets"]["no_new_access"]) == (not looking, not looking)
    assert plan_of(DECLARED, found=there)["buckets"]["no_new_access"] is False
