# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The evaluator decides every case of the tables as cases/README.md specifies, and refuses every invalid one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation import layer
from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import (
    ASSUME_ALLOW,
    Request,
    RequestError,
    compile_policies,
    decide,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.evaluation.decided import (
    ACCOUNT,
    ALICE,
    EVERYTHING,
    ONLY_ENDPOINT,
    PUT_POLICY,
)

CASES = Path(__file__).parent / "cases"


def merge(base, over):
    """Objects merge key by key; everything else in the case replaces the default (cases/README.md)."""
    if isinstance(base, dict) and isinstance(over, dict):
        return {key: merge(base.get(key), over[key]) if key in over else base[key] for key in {**base, **over}}
    return over


def table(kind):
    found = []
    for path in sorted((CASES / kind).glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for case in content["cases"]:
            found.append(pytest.param(merge(content["defaults"], case), id=f"{path.stem}: {case['name']}"))
    return found


@pytest.mark.parametrize("case", table("evaluate"))
def test_case(case):
    decided = decide(case["request"], case["policies"])
    decision = decided.as_dict()
    assert decided.denied is (decided.decision in ("explicit_deny", "implicit_deny"))
    found = {key: sorted(value) if key == "missing_keys" else value for key, value in decision.items()}
    expected = {key: sorted(value) if key == "missing_keys" else value for key, value in case["expect"].items()}
    assert {key: found[key] for key in expected} == expected, decision["reason"]
    assert decision["reason"].endswith(".")
    if decision["statement"] is not None:
        assert f"{decision['statement']}'" in decision["reason"]
    elif decision["decision"] == "allow":
        assert "statement" not in decision["reason"]
    if decision["decision"] == "unknown":
        # Either something would decide it, or the sentence says what AWS leaves open.
        assert decision["missing_keys"] or "AWS" in decision["reason"] or "canonical user id" in decision["reason"]
    else:
        assert decision["missing_keys"] == []


@pytest.mark.parametrize("case", table("invalid"))
def test_invalid(case):
    with pytest.raises((RequestError, PolicyError)) as caught:
        decide(case["request"], case["policies"])
    assert any(case["error"]["path"] in problem.path for problem in caught.value.problems)
    assert case["error"]["contains"].lower() in str(caught.value).lower()


def test_a_request_can_be_refused_without_policies_being_wrong():
    policies = compile_policies({"bucket": ONLY_ENDPOINT})
    with pytest.raises(RequestError, match="'aws:SourceVpce' is 'vpce-2'"):
        policies.decide({**PUT_POLICY, "through": "internet", "context": {"aws:SourceVpce": "vpce-2"}})


@pytest.mark.parametrize(
    "given, path, said",
    [
        ("on", "block_public_access", "Give a mapping of BlockPublicAcls, "),
        ({"RestrictBuckets": True}, "block_public_access", "has no setting 'RestrictBuckets'"),
        ({"RestrictPublicBuckets": "yes"}, "block_public_access.RestrictPublicBuckets", "true or false, not 'yes'"),
    ],
)
def test_settings_that_block_public_access_has_not(given, path, said):
    with pytest.raises(PolicyError) as caught:
        compile_policies({"block_public_access": given})
    (problem,) = caught.value.problems
    assert problem.path == path
    assert said in problem.rule


@pytest.mark.parametrize("given, shown", [("444455556666", "'444455556666'"), (None, "absent")])
def test_a_request_cannot_name_another_owner(given, shown):
    policies = compile_policies({"resource_account": ACCOUNT})
    with pytest.raises(RequestError) as caught:
        policies.decide({**PUT_POLICY, "context": {"aws:ResourceAccount": given}})
    (problem,) = caught.value.problems
    assert problem.path == "context.aws:ResourceAccount"
    assert f"is {shown}, but the bucket is owned by '{ACCOUNT}'" in problem.rule
    assert policies.decide({**PUT_POLICY, "context": {"aws:ResourceAccount": ACCOUNT}}).decision == "unknown"


def test_what_is_remembered_stays_small(monkeypatch):
    monkeypatch.setattr(layer, "_REMEMBERED", 4)
    bucket = compile_policies({"bucket": ONLY_ENDPOINT}).layers.bucket
    sizes = []
    for number in range(9):
        request = Request.from_mapping({**PUT_POLICY, "principal": f"{ALICE}{number}", "action": f"s3:Get{number}"})
        bucket.evaluate(request, request.context)
        assert (request.action_key, request.caller.key) in bucket._remembered
        sizes.append((len(bucket._remembered), len(bucket._naming)))
    assert sizes == [(1 + number % 4, 1 + number % 4) for number in range(9)]


def test_all_problems_of_all_documents_are_told_at_once():
    with pytest.raises(PolicyError) as caught:
        compile_policies(
            {
                "identity": [EVERYTHING, {"Statement": {"Effect": "Permit", "Action": "*", "Resource": "*"}}],
                "bucket": {"Statement": {"Effect": "Allow", "Action": "s3:*"}},
                "scp": [[{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Eq": {}}}}]],
                "endpoint": "{",
                "resource_account": "1",
                "resource_region": "Frankfurt",
            }
        )
    assert [problem.path for problem in caught.value.problems] == [
        "identity[1].Statement[0].Effect",
        "bucket.Statement[0]",
        "bucket.Statement[0]",
        "endpoint",
        "resource_account",
        "resource_region",
    ]


def test_the_reason_names_both_regions():
    request_ = {**PUT_POLICY, "through": {"vpce": "vpce-2", "region": "eu-west-1"}}
    decision = decide(request_, {"resource_account": ACCOUNT, "resource_region": "us-west-2"})
    assert decision.as_dict() == {
        "decision": "implicit_deny",
        "layer": "network_path",
        "statement": None,
        "reason": "Endpoint vpce-2 is in eu-west-1 and the bucket in us-west-2: an endpoint carries requests to S3 of "
        f"its own Region only, so {PUT_POLICY['action']} on {PUT_POLICY['resource']} does not come through it.",
        "missing_keys": [],
    }


class TestDenied:
    """What the policies at hand do to a request, whatever those say that nobody supplied."""

    policies = compile_policies({"bucket": ONLY_ENDPOINT, "resource_account": ACCOUNT})

    def test_none_only_where_it_is_certainly_allowed(self):
        assert self.policies.denied({**PUT_POLICY, "through": "vpce-1a2b3c4d"}) is None

    def test_a_certain_denial_names_its_statement(self):
        denial = self.policies.denied({**PUT_POLICY, "through": "internet"})
        assert (denial.decision, denial.layer, denial.statement) == ("explicit_deny", "bucket_policy", "OnlyEndpoint")

    def test_what_may_be_denied_is_not_let_pass(self):
        denial = self.policies.denied(PUT_POLICY)
        assert (denial.decision, denial.layer, denial.missing_keys) == (
            "unknown",
            "bucket_policy",
            ("aws:SourceVpce",),
        )

    def test_an_endpoint_policy_that_allows_nothing_is_a_denial(self):
        other = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}}
        policies = compile_policies({"endpoint": other, "resource_account": ACCOUNT})
        denial = policies.denied({**PUT_POLICY, "through": "vpce-1a2b3c4d"})
        assert (denial.decision, denial.layer) == ("implicit_deny", "endpoint_policy")

    def test_the_root_user_is_denied_by_the_endpoint_policy_only(self):
        root = {**PUT_POLICY, "principal": ACCOUNT}
        assert self.policies.denied({**root, "through": "internet"}) is None
        nothing = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": "*"}}
        policies = compile_policies({"bucket": ONLY_ENDPOINT, "endpoint": nothing, "resource_account": ACCOUNT})
        assert policies.denied({**root, "through": "vpce-1a2b3c4d"}).layer == "endpoint_policy"

    def test_a_layer_can_be_assumed_by_hand(self):
        policies = {"identity": ASSUME_ALLOW, "bucket": None, "resource_account": ACCOUNT}
        assert decide({**PUT_POLICY, "through": "internet"}, policies).decision == "allow"

    def test_a_supplied_layer_is_not_assumed(self):
        policies = compile_policies({"identity": [], "resource_account": ACCOUNT, "bucket": None})
        assert policies.denied({**PUT_POLICY, "through": "internet"}).decision == "implicit_deny"
