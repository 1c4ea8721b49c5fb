# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of what was written, and of what was found and is odd."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import decide as decide_bucket
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter import plan as plan_module
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter import reach
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reading import PLACEHOLDER
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.result import (
    MOST_HINTED,
    MOST_SAID,
    Done,
    plan_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import UNDECIDED, Verdict
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import prove as prove_claim
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.perimeter.perimeter_found import (
    ACCOUNT,
    DECLARED,
    FOREIGN,
    NONE_YET,
    ONE,
    OPEN,
    OWN,
    TWO,
    VPC,
    as_declared,
    endpoint,
    found,
    statement,
)

kept = pytest.fixture(scope="module")(as_declared)


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
    looked = json.loads(plan["looked"])
    assert (looked["endpoint"], looked["buckets"]) == (made, results)
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
