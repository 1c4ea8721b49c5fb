# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests of a task, which policies they meet, and what is said where an expectation is not met."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.claims.access_check import (
    Supplied,
    answer_all,
    bucket_of,
    endpoint_of,
    read_requests,
    summary_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

ROLE, OTHER = "arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:role/other"
VPCE = "vpce-0123456789abcdef0"
READ = {"principal": ROLE, "action": "s3:GetObject", "resource": "arn:aws:s3:::logs/a", "through": VPCE}
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
NONE = {"Version": "2012-10-17", "Statement": [{"Sid": "No", "Effect": "Deny", "Action": "*", "Resource": "*"}]}
OPEN = {"Version": "2012-10-17", "Statement": [{**ALL["Statement"][0], "Principal": "*"}]}
CLOSED = {"Version": "2012-10-17", "Statement": [{**NONE["Statement"][0], "Principal": "*"}]}
KNOWN = {
    "identity_policies": {ROLE: [ALL]},
    "bucket_policies": {"logs": None},
    "endpoint_policies": {VPCE: OPEN},
    "resource_accounts": {"logs": "111122223333"},
}


def decision(options, request=None, **more):
    (answer,) = answer_all(read_requests([request or READ]), Supplied(options, **more).decide)
    return answer


@pytest.mark.parametrize(
    "changes, found, layer",
    [
        ({}, "allow", "identity_policy"),
        ({"identity_policies": {ROLE: [NONE]}}, "explicit_deny", "identity_policy"),
        ({"identity_policies": {ROLE: []}}, "implicit_deny", None),
        ({"permissions_boundaries": {ROLE: NONE}}, "explicit_deny", "permissions_boundary"),
        ({"permissions_boundaries": {OTHER: NONE}}, "allow", "identity_policy"),
        ({"session_policies": {ROLE: [NONE]}}, "explicit_deny", "session_policy"),
        ({"bucket_policies": {"logs": CLOSED}}, "explicit_deny", "bucket_policy"),
        ({"bucket_policies": {"logs": None, "other": CLOSED}}, "allow", "identity_policy"),
        ({"endpoint_policies": {VPCE: CLOSED}}, "explicit_deny", "endpoint_policy"),
        ({"endpoint_policies": {"vpce-0fedcba9876543210": CLOSED}}, "unknown", "endpoint_policy"),
        ({"service_control_policies": [[NONE]]}, "explicit_deny", "service_control_policy"),
        ({"resource_control_policies": [[CLOSED]]}, "explicit_deny", "resource_control_policy"),
        ({"identity_policies": {}}, "unknown", None),
        # Levels that are not given are no levels.
        ({"service_control_policies": None, "resource_control_policies": None}, "allow", "identity_policy"),
        ({"resource_regions": {"logs": "eu-west-1", "other": "us-west-2"}}, "allow", "identity_policy"),
        ({"resource_accounts": {"other": "444455556666"}, "bucket_policies": {"logs": OPEN}}, "allow", None),
    ],
)
def test_each_policy_is_met_by_whom_it_is_for(changes, found, layer):
    answer = decision({**KNOWN, **changes})
    assert answer.decision.decision == found
    if layer is not None:
        assert answer.decision.layer == layer


@pytest.mark.parametrize("option", ["identity_policies", "permissions_boundaries", "session_policies"])
def test_the_policies_of_a_principal_are_for_nobody_else(option):
    of_one = NONE if option == "permissions_boundaries" else [NONE]
    options = {**KNOWN, "identity_policies": {}, option: {ROLE: of_one}}
    asked = read_requests([READ, {**READ, "principal": OTHER}, {**READ, "principal": f"{OTHER}2"}])
    decide = Supplied(options, assume_identity_allows=True).decide
    assert [one.decision.decision for one in answer_all(asked, decide)] == ["explicit_deny", "allow", "allow"]


@pytest.mark.parametrize("region, found", [("eu-west-1", "allow"), ("us-west-2", "implicit_deny")])
def test_an_endpoint_leads_to_buckets_of_its_region(region, found):
    request = {**READ, "through": {"vpce": VPCE, "region": "eu-west-1"}}
    assert decision({**KNOWN, "resource_regions": {"logs": region}}, request).decision.decision == found


INSECURE = {"Bool": {"aws:SecureTransport": "false"}}
BEFORE = {"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}


@pytest.mark.parametrize(
    "context, condition, found",
    [
        # A request is over TLS unless it says otherwise.
        ({}, INSECURE, "allow"),
        ({}, {"Bool": {"aws:SecureTransport": "true"}}, "explicit_deny"),
        ({"aws:SecureTransport": "false"}, INSECURE, "explicit_deny"),
        ({"AWS:securetransport": False}, INSECURE, "explicit_deny"),
        # All else that it says stays.
        ({"aws:CurrentTime": "2025-12-31T00:00:00Z"}, INSECURE, "allow"),
        ({"aws:CurrentTime": "2025-12-31T00:00:00Z"}, BEFORE, "explicit_deny"),
        ({"aws:CurrentTime": "2026-01-02T00:00:00Z"}, BEFORE, "allow"),
    ],
)
def test_what_a_request_says_of_itself(context, condition, found):
    closed = {**CLOSED, "Statement": [{**CLOSED["Statement"][0], "Condition": condition}]}
    answer = decision({**KNOWN, "bucket_policies": {"logs": closed}}, {**READ, "context": context})
    assert answer.decision.decision == found


def test_what_is_about_no_bucket_meets_no_bucket_policy():
    request = {**READ, "action": "s3:ListAllMyBuckets", "resource": "*"}
    answer = decision({**KNOWN, "bucket_policies": {"logs": CLOSED}}, request)
    # Nor is one missing: that nobody knows whose account it is about is all that is left open.
    assert (answer.asked.bucket, answer.decision.missing_keys) == (None, ("aws:ResourceAccount",))


def test_an_answer_says_what_was_asked():
    request = {**READ, "expect": "allow", "context": {"aws:PrincipalTag/team": "blue"}}
    answer = decision(KNOWN, request).as_dict()
    asked = {key: value for key, value in request.items() if key != "context"}
    assert {key: answer.get(key) for key in asked} == asked
    assert (answer["met"], answer["decision"], "context" in answer) == (True, "allow", False)
    short = decision(KNOWN, {**READ, "through": None, "expect": None}).as_dict()
    assert not {"through", "expect", "met"} & short.keys()
    assert short["principal"] == ROLE


def test_a_complaint_without_a_path_names_none():
    request = {key: value for key, value in READ.items() if key != "through"}
    answer = decision({**KNOWN, "identity_policies": {ROLE: [NONE]}}, {**request, "expect": "allow"})
    assert answer.complaint.startswith(f"{ROLE} s3:GetObject arn:aws:s3:::logs/a: expected allow, found explicit_deny")
    assert "It hangs on" not in answer.complaint


def test_block_public_access_is_of_the_bucket():
    anonymous = {**READ, "principal": "anonymous"}
    grant = {**KNOWN, "bucket_policies": {"logs": OPEN}}
    assert decision(grant, anonymous).decision.decision == "allow"
    blocked = {**grant, "block_public_access": {"logs": {"RestrictPublicBuckets": True}}}
    assert decision(blocked, anonymous).decision.decision == "explicit_deny"


def test_identities_without_policies_may_be_taken_to_be_allowed():
    options = {**KNOWN, "identity_policies": {OTHER: [NONE]}}
    assert decision(options).decision.decision == "unknown"
    assert decision(options, assume_identity_allows=True).decision.decision == "allow"
    assert (
        decision(options, {**READ, "principal": OTHER}, assume_identity_allows=True).decision.decision
        == "explicit_deny"
    )


def test_policies_are_compiled_once_for_what_meets_the_same():
    supplied = Supplied(KNOWN)
    asked = read_requests(
        [READ, {**READ, "action": "s3:PutObject"}, {**READ, "principal": OTHER}, {**READ, "through": "internet"}]
    )
    answer_all(asked, supplied.decide)
    assert set(supplied._compiled) == {(ROLE, "logs", VPCE), (None, "logs", VPCE), (ROLE, "logs", None)}


@pytest.mark.parametrize(
    "expect, identity, met",
    [
        (None, [ALL], None),
        ("allow", [ALL], True),
        ("allow", [NONE], False),
        ("deny", [NONE], True),
        ("deny", [], True),
        ("deny", [ALL], False),
    ],
)
def test_expectations(expect, identity, met):
    answer = decision({**KNOWN, "identity_policies": {ROLE: identity}}, {**READ, "expect": expect})
    assert answer.met is met
    assert answer.as_dict().get("met") is met
    assert answer.as_dict()["through"] == VPCE
    if met is False:
        assert f"expected {expect}, found" in answer.complaint
        assert answer.complaint.startswith(f"{ROLE} s3:GetObject arn:aws:s3:::logs/a through {VPCE}: ")


@pytest.mark.parametrize("expect", ["allow", "deny"])
def test_what_is_not_known_meets_nothing(expect):
    answer = decision({}, {**READ, "expect": expect})
    assert answer.met is False
    assert "It hangs on" in answer.complaint
    assert "identity policies" in answer.complaint
    assert "in the context" not in answer.complaint
    # A condition key, other than policies, can be given with the request.
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    odd = {**OPEN, "Statement": [{**OPEN["Statement"][0], "Condition": tagged}]}
    answer = decision({**KNOWN, "endpoint_policies": {VPCE: odd}}, {**READ, "expect": expect})
    assert answer.complaint.endswith("It hangs on aws:PrincipalTag/team. Give it in the context of the request.")


def test_the_summary_counts_each_kind():
    options = {**KNOWN, "identity_policies": {ROLE: [ALL], OTHER: [NONE]}}
    requests = [
        {**READ, "expect": "deny"},
        {**READ, "principal": OTHER, "expect": "deny"},
        {**READ, "principal": "anonymous"},
        {**READ, "principal": f"{ROLE}-unknown", "expect": "allow"},
    ]
    assert summary_of(answer_all(read_requests(requests), Supplied(options).decide)) == {
        "requests": 4,
        "allow": 1,
        "explicit_deny": 1,
        "implicit_deny": 1,
        "unknown": 1,
        "unmet": 2,
    }


@pytest.mark.parametrize(
    "request_, place",
    [
        ("s3:GetObject", "requests[0]"),
        ({**READ, "expect": "maybe"}, "requests[0].expect"),
        ({**READ, "resource": "logs"}, "requests[0].resource"),
        ({**READ, "principal": "me"}, "requests[0].principal"),
        ({**READ, "context": "tls"}, "requests[0].context"),
    ],
)
def test_a_request_that_cannot_be(request_, place):
    with pytest.raises(PolicyError) as caught:
        read_requests([request_, READ])
    assert str(caught.value).startswith(f"Invalid requests: {place}: ")
    assert [one.path for one in caught.value.problems] == [place]


@pytest.mark.parametrize(
    "option, value, place",
    [
        ("identity_policies", {ROLE: [{"Statement": []}]}, f"identity_policies[{ROLE}][0].Statement"),
        ("bucket_policies", {"logs": "{"}, "bucket_policies[logs]"),
        ("endpoint_policies", {VPCE: ALL}, f"endpoint_policies[{VPCE}].Statement[0]"),
        ("resource_accounts", {"logs": "1"}, "resource_accounts[logs]"),
        ("permissions_boundaries", {ROLE: {"Statement": []}}, f"permissions_boundaries[{ROLE}].Statement"),
        ("session_policies", {ROLE: [{"Statement": []}]}, f"session_policies[{ROLE}][0].Statement"),
        ("block_public_access", {"logs": "on"}, "block_public_access[logs]"),
        ("resource_regions", {"logs": 7}, "resource_regions[logs]"),
        ("service_control_policies", ["x"], "service_control_policies[0]"),
        ("resource_control_policies", ["x"], "resource_control_policies[0]"),
    ],
)
def test_a_document_that_no_request_meets_is_examined_too(option, value, place):
    Supplied(KNOWN).check()
    with pytest.raises(PolicyError) as caught:
        Supplied({option: value}).check()
    assert str(caught.value).startswith(f"Invalid policies: {place}: ")
    assert [one.path for one in caught.value.problems] == [place]


def test_what_is_missing_keeps_its_order():
    supplied = Supplied(KNOWN)
    assert supplied.missing("bucket_policies", ["z", None, "logs", "a", "z"]) == ["z", "a"]
    assert supplied.missing("permissions_boundaries", [ROLE]) == [ROLE]


@pytest.mark.parametrize(
    "resource, bucket",
    [
        ("arn:aws:s3:::logs/a/b", "logs"),
        ("arn:aws:s3:::logs", "logs"),
        ("*", None),
        ("arn:aws:s3:eu-west-1:111122223333:accesspoint/a/object/b", None),
        ("arn:aws:s3::111122223333:accesspoint/a.mrap", None),
    ],
)
def test_the_bucket_of_a_resource(resource, bucket):
    assert bucket_of(resource) == bucket


@pytest.mark.parametrize(
    "through, endpoint",
    [
        (VPCE, VPCE),
        ({"vpce": VPCE, "vpc": "vpc-1"}, VPCE),
        ({"vpc": "vpc-1"}, None),
        ("internet", None),
        (None, None),
        ("vpc-1a2b3c4d", None),
    ],
)
def test_the_endpoint_of_a_path(through, endpoint):
    assert endpoint_of(through) == endpoint


@pytest.mark.parametrize(
    "context, found",
    [
        (None, "true"),
        ({}, "true"),
        ({"aws:PrincipalTag/team": "blue"}, "true"),
        ({"aws:SecureTransport": "false"}, "false"),
        ({"AWS:SECURETRANSPORT": "false"}, "false"),
    ],
)
def test_requests_come_over_tls_unless_they_say_otherwise(context, found):
    tls = {**CLOSED["Statement"][0], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    policy = {**OPEN, "Statement": [*OPEN["Statement"], tls]}
    given = {} if context is None else {"context": context}
    assert read_requests([{**READ, **given}])[0].raw == {**READ, **given}
    answer = decision({**KNOWN, "bucket_policies": {"logs": policy}}, {**READ, **given})
    assert answer.decision.denied is (found == "false")
