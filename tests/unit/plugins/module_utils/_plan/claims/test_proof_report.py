# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claims held against documents: what holds, what does not, and how it is said."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.claims.proof_claims import Documents
from ansible_collections.perimeter.s3.plugins.module_utils._plan.claims.proof_input import read_claims
from ansible_collections.perimeter.s3.plugins.module_utils._plan.claims.proof_report import (
    check_documents,
    message,
    prove_claims,
    summary_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import Request, compile_policies
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import Endpoint, Verdict
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sharing import Shared

ACCOUNT, OTHER, ORG = "111122223333", "444455556666", "o-exampleorgid"
VPCE, VPC = "vpce-1a2b3c4d", "vpc-1a2b3c4d"
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
GLASS = f"arn:aws:iam::{ACCOUNT}:role/break-glass"
BUCKET = "reports"
OBJECT = f"arn:aws:s3:::{BUCKET}/x"


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action="s3:GetObject", resource=f"arn:aws:s3:::{BUCKET}/*", **more):
    return {"Sid": "A", "Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource, **more}


LOGS = allow(
    "s3:PutObject",
    Principal={"Service": "logging.s3.amazonaws.com"},
    Condition={"StringEquals": {"aws:SourceOrgID": ORG}},
)
CLOSED = bucket_perimeter(BUCKET, endpoints=[VPCE], break_glass_principals=[GLASS], tls_only=True)
PUBLIC = policy(allow())
FORWARDED = bucket_perimeter(BUCKET, endpoints=[VPCE], allow_forwarded_access=True)
PARTNER = policy(allow(Principal={"AWS": f"arn:aws:iam::{OTHER}:root"}))
READING = {
    "principal": APP,
    "action": "s3:GetObject",
    "resource": f"arn:aws:s3:::{BUCKET}/*",
    "through": VPCE,
    "context": {"aws:SecureTransport": True},
}


def documents(bucket="closed", endpoint=None, **more):
    bucket = CLOSED if bucket == "closed" else bucket
    known = {VPCE: Endpoint(VPCE, VPC, ACCOUNT, "eu-central-1")}
    endpoints = {VPCE: endpoint or endpoint_policy([BUCKET])}
    return Documents({BUCKET: bucket}, endpoints, {BUCKET: ACCOUNT}, known, account=ACCOUNT, **more)


def prove(claim, **given):
    held = documents(**given)
    check_documents(held)
    return prove_claims(read_claims([claim], [BUCKET], "aws", True), held)


def only(claim, **given):
    (found,) = prove(claim, **given)
    return found


# claim, documents, verdict
CASES = [
    ({"claim": "only_through", "networks": [VPCE], "principals": [GLASS]}, {}, "holds"),
    ({"claim": "only_through", "networks": [VPCE]}, {}, "refuted"),
    ({"claim": "only_through", "networks": [VPC], "principals": [GLASS]}, {}, "holds"),
    ({"claim": "only_through", "networks": [VPCE], "principals": [GLASS], "require_tls": True}, {}, "holds"),
    (
        {"claim": "only_through", "networks": [VPCE], "principals": [GLASS], "require_tls": True},
        {"bucket": bucket_perimeter(BUCKET, endpoints=[VPCE], break_glass_principals=[GLASS])},
        "refuted",
    ),
    (
        {"claim": "only_through", "networks": [VPCE], "principals": [GLASS]},
        {"bucket": bucket_perimeter(BUCKET, endpoints=[VPCE], break_glass_principals=[GLASS])},
        "holds",
    ),
    ({"claim": "only_through", "networks": [VPCE], "allow_forwarded_access": True}, {"bucket": PUBLIC}, "refuted"),
    ({"claim": "only_through", "networks": [VPCE], "allow_forwarded_access": True}, {"bucket": FORWARDED}, "holds"),
    ({"claim": "only_through", "networks": [VPCE]}, {"bucket": FORWARDED}, "refuted"),
    ({"claim": "only_through", "networks": [VPCE], "addresses": ["203.0.113.0/24"]}, {"bucket": PUBLIC}, "refuted"),
    (
        {"claim": "only_through", "networks": [VPCE], "within": [{"action": "s3:PutObject", "principal": APP}]},
        {},
        "holds",
    ),
    ({"claim": "only_actions", "endpoint": VPCE, "actions": ["s3:GetObject", "s3:PutObject"]}, {}, "holds"),
    ({"claim": "only_actions", "endpoint": VPCE, "actions": ["s3:GetObject"]}, {}, "refuted"),
    ({"claim": "only_principals", "principals": [ACCOUNT]}, {}, "holds"),
    ({"claim": "only_principals", "principals": [ACCOUNT]}, {"bucket": PARTNER}, "refuted"),
    ({"claim": "only_principals", "principals": [ACCOUNT, OTHER]}, {"bucket": PARTNER}, "holds"),
    ({"claim": "only_organization", "organization": ORG}, {"organization": ORG}, "holds"),
    (
        {"claim": "only_organization", "organization": ORG},
        {"organization": ORG, "bucket": policy(LOGS)},
        "refuted",
    ),
    (
        {"claim": "only_organization", "organization": ORG, "allow_aws_services": True},
        {"organization": ORG, "bucket": policy(LOGS)},
        "holds",
    ),
    (
        {"claim": "only_organization", "organization": ORG, "allow_aws_services": True},
        {"organization": ORG, "bucket": policy({**LOGS, "Condition": {}})},
        "refuted",
    ),
    ({"claim": "only_organization", "organization": ORG}, {"organization": ORG, "bucket": PARTNER}, "refuted"),
    ({"claim": "confined", "endpoint": VPCE, "buckets": [BUCKET]}, {}, "holds"),
    ({"claim": "confined", "endpoint": VPCE, "buckets": ["another"]}, {}, "refuted"),
    (
        {"claim": "confined", "endpoint": VPCE, "buckets": ["another"], "accounts": [ACCOUNT]},
        {"endpoint": endpoint_policy([], scope="account", account=ACCOUNT)},
        "holds",
    ),
    (
        {"claim": "confined", "endpoint": VPCE, "buckets": ["another"], "organization": ORG},
        {"endpoint": endpoint_policy([], scope="organization", organization=ORG)},
        "holds",
    ),
    (
        {"claim": "confined", "endpoint": VPCE, "buckets": ["another"], "organization": "o-anotherorgid"},
        {"endpoint": endpoint_policy([], scope="organization", organization=ORG)},
        "refuted",
    ),
    # The organization of the account is that of its buckets.
    (
        {"claim": "always", "requests": [READING]},
        {"organization": ORG, "endpoint": endpoint_policy([], scope="organization", organization=ORG)},
        "holds",
    ),
    (
        {"claim": "always", "requests": [READING]},
        {"organization": "o-anotherorgid", "endpoint": endpoint_policy([], scope="organization", organization=ORG)},
        "refuted",
    ),
    ({"claim": "not_public"}, {}, "holds"),
    ({"claim": "not_public"}, {"bucket": PUBLIC}, "refuted"),
    ({"claim": "not_public"}, {"bucket": PARTNER}, "holds"),
    (
        {"claim": "not_public"},
        {"bucket": policy(allow(Condition={"StringEquals": {"aws:PrincipalOrgID": ORG}}))},
        "holds",
    ),
    (
        {"claim": "not_public"},
        {"bucket": policy(allow(Condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}}))},
        "refuted",
    ),
    (
        {"claim": "not_public"},
        {"bucket": policy(allow(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))},
        "refuted",
    ),
    (
        {"claim": "not_public", "addresses": ["203.0.113.0/24"]},
        {"bucket": policy(allow(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/25"}}))},
        "holds",
    ),
    ({"claim": "never", "requests": [{"action": "s3:DeleteObject", "through": VPCE}]}, {}, "holds"),
    ({"claim": "never", "requests": [{"action": "s3:GetObject", "through": VPCE}]}, {}, "refuted"),
    ({"claim": "never", "requests": [{"principal": "anonymous"}]}, {}, "holds"),
    ({"claim": "never", "requests": [{"principal": "anonymous"}]}, {"bucket": PUBLIC}, "refuted"),
    (
        {
            "claim": "always",
            "requests": [
                {
                    "principal": APP,
                    "action": "s3:GetObject",
                    "resource": f"arn:aws:s3:::{BUCKET}/*",
                    "through": VPCE,
                    "context": {"aws:SecureTransport": True},
                }
            ],
        },
        {},
        "holds",
    ),
    (
        {"claim": "always", "requests": [{"principal": APP, "action": "s3:GetObject", "through": VPCE}]},
        {},
        "refuted",
    ),
    ({"claim": "repairable_by", "principals": [GLASS]}, {}, "holds"),
    ({"claim": "repairable_by", "principals": [GLASS, APP]}, {}, "refuted"),
    ({"claim": "no_new_access", "before": None}, {}, "holds"),
    ({"claim": "no_new_access", "before": CLOSED}, {"bucket": PUBLIC}, "refuted"),
    ({"claim": "equivalent", "to": CLOSED}, {}, "holds"),
    ({"claim": "equivalent", "to": None}, {}, "refuted"),
    ({"claim": "equivalent", "endpoint": VPCE, "to": None}, {}, "refuted"),
]


@pytest.mark.parametrize("claim, given, verdict", CASES)
def test_claims(claim, given, verdict):
    found = only(claim, **given)
    assert found["verdict"] == verdict, found["message"]
    assert bool(found["counterexamples"]) == (verdict == "refuted")


@pytest.mark.parametrize("claim, given, verdict", [case for case in CASES if case[2] == "refuted"])
def test_the_task_of_every_counterexample_reproduces_it(claim, given, verdict):
    for example in only(claim, **given)["counterexamples"]:
        (options,) = example["task"].values()
        (request,) = options["requests"]
        expected = request.pop("expect")
        through = request.get("through")
        endpoint = through.get("vpce") if isinstance(through, dict) else through
        layers = {"identity": "assume_allow", "bucket": "assume_allow", "resource_account": ACCOUNT}
        layers.update({"bucket": one} if (one := options["bucket_policies"].get(BUCKET)) else {})
        layers |= (
            {"endpoint": options["endpoint_policies"][endpoint]} if endpoint in options["endpoint_policies"] else {}
        )
        layers.update(
            {"session": one} if (one := options.get("session_policies", {}).get(request["principal"])) else {}
        )
        if example["expected"] == "allow" or claim["claim"] == "equivalent":
            continue
        decision = compile_policies(layers).assuming_allow().decide(Request.from_mapping(request))
        assert decision.decision == {"deny": "allow", "allow": "explicit_deny"}[expected], (request, decision.reason)


def test_a_failure_in_plain_words():
    found = only({"claim": "never", "name": "No deletion", "requests": [{"action": "s3:DeleteObject"}]},
                 bucket=policy(allow("s3:*", Sid="Open")))  # fmt: skip
    assert found["message"].startswith("never (No deletion) of bucket reports does not hold: s3:DeleteObject on ")
    assert any(
        "by anonymous from the internet passes, by statement 'Open' of the bucket policy" in text
        for text in found["message"].split(" s3:")
    )


@pytest.mark.parametrize("claim", ["never", "always"])
def test_a_claim_about_no_request_holds_trivially_and_says_so(claim):
    impossible = {"principal": "anonymous", "context": {"aws:PrincipalArn": APP}}
    found = only({"claim": claim, "requests": [impossible]})
    assert found["verdict"] == "holds"
    assert "no request that there can be" in found["note"]


def test_who_cannot_ask_repairs_trivially_which_is_said():
    found = only({"claim": "repairable_by", "principals": [GLASS, "cloudtrail.amazonaws.com"]})
    assert "no request that there can be" in found["note"]
    assert found["note"] in found["message"]
    assert only({"claim": "repairable_by", "principals": [GLASS]})["note"] is None
    possible = {"principal": "anonymous", "action": "s3:DeleteObject"}
    assert only({"claim": "never", "requests": [possible]})["note"] is None
    assert only({"claim": "only_through", "networks": [VPCE], "principals": [GLASS]})["note"] is None
    narrow = {"claim": "only_through", "networks": [VPCE], "principals": [GLASS]}
    assert only({**narrow, "within": [{"principal": APP}]})["note"] is None
    nothing = {"principal": "anonymous", "context": {"aws:PrincipalArn": APP}}
    assert "no request that there can be" in only({**narrow, "within": [nothing]})["note"]
    assert found["note"] in found["message"]


def test_many_buckets_each_by_itself():
    held = Documents({"one": None, "two": policy(allow(resource="arn:aws:s3:::two/*"))}, {}, account=ACCOUNT)
    results = prove_claims(read_claims([{"claim": "not_public"}], ["one", "two"], "aws", True), held)
    assert [(one["bucket"], one["verdict"]) for one in results] == [("one", "holds"), ("two", "refuted")]
    assert summary_of(results) == {"claims": 2, "holds": 1, "refuted": 1, "undecided": 0}


@pytest.mark.parametrize(
    "given, said",
    [
        (
            {"bucket": {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}},
            "bucket_policies[reports]",
        ),
        ({"endpoint": {"Statement": []}}, f"endpoint_policies[{VPCE}]"),
        ({"others": {"scp": [[PUBLIC]]}}, "scp"),
        ({"block_public_access": {BUCKET: "on"}}, f"block_public_access[{BUCKET}]"),
    ],
)
def test_a_policy_of_the_wrong_kind_is_named(given, said):
    with pytest.raises(PolicyError) as raised:
        check_documents(documents(**given))
    assert all(one.path.startswith(said) for one in raised.value.problems)


def test_policies_of_the_organization_count():
    levels = [[policy({"Effect": "Allow", "Action": "*", "Resource": "*"})]]
    levels += [[policy({"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}), levels[0][0]]]
    claim = {"claim": "never", "requests": [{"principal": ACCOUNT, "action": "s3:PutObject"}]}
    assert only(claim, bucket=None)["verdict"] == "refuted"
    assert only(claim, bucket=None, others={"scp": levels})["verdict"] == "holds"


@pytest.mark.parametrize("region, verdict", [("eu-central-1", "refuted"), ("us-west-2", "holds")])
def test_an_endpoint_of_another_region_is_no_path(region, verdict):
    claim = {"claim": "never", "requests": [{"action": "s3:GetObject", "principal": APP, "through": VPCE}]}
    assert only(claim, regions={BUCKET: region})["verdict"] == verdict


def test_networks_whose_policies_are_not_given_are_said():
    claim = {"claim": "only_through", "networks": [VPCE, "vpce-2b3c4d5e", VPC], "principals": [GLASS]}
    said = only(claim)["assumed"]
    looked = [one for one in said if "is not looked at any further" in one]
    assert looked == [
        "What comes through vpce-2b3c4d5e is not looked at any further.",
        f"What comes through {VPC} is not looked at any further.",
    ]


def told(**more):
    usual = {"claim": "never", "name": "never", "bucket": "reports", "endpoint": None, "verdict": "holds",
             "note": None, "reason": "", "counterexamples": []}  # fmt: skip
    return message({**usual, **more})


def refuting(said, expected, statement=None, layer=None):
    return {"said": said, "expected": expected, "statement": statement, "layer": layer, "reason": "Because."}


@pytest.mark.parametrize(
    "result, said",
    [
        ({}, "never of bucket reports holds."),
        ({"name": "Mine", "note": "Of nothing."}, "never (Mine) of bucket reports holds. Of nothing."),
        ({"bucket": None, "endpoint": VPCE}, f"never of endpoint {VPCE} holds."),
        ({"verdict": "undecided", "reason": "Too many."}, "never of bucket reports is not decided. Too many."),
        (
            {"verdict": "refuted", "counterexamples": [refuting("This", "deny"), refuting("That", "allow")]},
            "never of bucket reports does not hold: This passes. Because. That does not pass. Because.",
        ),
        *(
            (
                {"verdict": "refuted", "counterexamples": [refuting("This", "deny", "A", layer)]},
                f"never of bucket reports does not hold: This passes, by statement 'A' of the {name}. Because.",
            )
            for layer, name in [
                ("bucket_policy", "bucket policy"),
                ("endpoint_policy", "endpoint policy"),
                ("identity_policy", "identity policy"),
                ("service_control_policy", "policies"),
            ]
        ),
    ],
)
def test_a_result_in_plain_words(result, said):
    assert told(**result) == said


def test_a_result_says_what_it_is_about():
    found = only({"claim": "only_actions", "name": "Mine", "actions": ["s3:*"]}, bucket=PUBLIC)
    asked = ("claim", "name", "bucket", "endpoint", "verdict", "note", "reason", "narrowed")
    assert [found[key] for key in asked] == ["only_actions", "Mine", BUCKET, None, "holds", None, "", []]
    found = only({"claim": "only_actions", "endpoint": VPCE, "actions": ["s3:PutObject"]})
    assert [found[key] for key in asked[:5]] == ["only_actions", "only_actions", None, VPCE, "refuted"]
    for one in found["counterexamples"]:
        (task,) = one["task"].values()
        assert (task["bucket_policies"], "resource_accounts" in task, one["expected"]) == ({}, False, "deny")


def test_what_a_claim_rests_on_is_said_once():
    # Two requests, and both rest on the same.
    claim = {"claim": "never", "requests": [{"action": "s3:GetObject"}, {"action": "s3:PutObject"}]}
    deny = {**allow("s3:*", Sid="No"), "Effect": "Deny"}
    assert only(claim, bucket=policy(deny))["rests_on"] == [{"layer": "bucket_policy", "statement": "No"}]


def test_whose_the_bucket_is_stands_in_the_task():
    found = only({"claim": "not_public"}, bucket=PUBLIC)
    for one in found["counterexamples"]:
        (task,) = one["task"].values()
        assert (task["resource_accounts"], task["bucket_policies"]) == ({BUCKET: ACCOUNT}, {BUCKET: PUBLIC})


@pytest.mark.parametrize(
    "verdicts, status",
    [
        (["holds", "holds"], "holds"),
        (["holds", "undecided"], "undecided"),
        (["undecided", "refuted"], "refuted"),
        (["refuted", "holds"], "refuted"),
    ],
)
def test_the_worst_verdict_is_that_of_the_claim(monkeypatch, verdicts, status):
    answers = iter([Verdict("it", one, assumed=("This.",), reason="Too many.") for one in verdicts])
    monkeypatch.setattr(Shared, "prove", lambda _self, _claim: next(answers, Verdict("it", "refuted")))
    found = only({"claim": "equivalent", "to": CLOSED})
    assert (found["verdict"], found["assumed"], found["reason"]) == (status, ["This."], "Too many.")
