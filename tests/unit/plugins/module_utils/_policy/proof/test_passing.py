# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is declared passes; what takes it away from all refutes, what takes it from some is named."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import compile_policies
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    HOLDS,
    REFUTED,
    UNDECIDED,
    Bucket,
    Claim,
    Declaration,
    Endpoint,
    Passing,
    Setting,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import Options, prove

OWN = "111122223333"
VPCE = "vpce-0aaaaaaaaaaaaaaa1"
BUCKET, OBJECTS = "arn:aws:s3:::reports", "arn:aws:s3:::reports/*"
RW = ["s3:GetObject", "s3:PutObject"]
WORLD = World(
    account=OWN,
    organization="o-own",
    endpoints=(Endpoint(VPCE, "vpc-0aaaaaaaaaaaaaaa1", OWN, "eu-central-1"),),
    buckets=(Bucket("reports", OWN),),
)
DECLARED = {
    "Effect": "Allow",
    "Principal": {"AWS": OWN},
    "Action": RW,
    "Resource": OBJECTS,
    "Condition": {"StringEquals": {"aws:SourceVpce": VPCE}},
}
PASSAGE = {"Sid": "Passage", "Effect": "Allow", "Principal": "*", "Action": RW, "Resource": OBJECTS}


def deny(**elements):
    return {"Sid": "Deny", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": OBJECTS, **elements}


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def ask(bucket, passage=(PASSAGE,), declared=(DECLARED,), options=None):
    setting = Setting({"bucket": document(*bucket)} if bucket else {}, {VPCE: document(*passage)})
    return prove(Passing("3", Declaration(declared), setting, WORLD, (VPCE,)), options or Options())


def tls(version):
    return deny(Condition={"NumericLessThan": {"s3:TlsVersion": version}})


NETWORK = deny(Sid="Network", Resource=[BUCKET, OBJECTS], Condition={"StringNotEquals": {"aws:SourceVpce": VPCE}})
INSECURE = deny(Sid="Insecure", Condition={"Bool": {"aws:SecureTransport": "false"}})
#: Bucket policy, endpoint policy -> statements that take something away; each with what its example has.
NARROWED = {
    "nothing": ([NETWORK, INSECURE], [PASSAGE], []),
    "a prefix": ([deny(Resource="arn:aws:s3:::reports/secret/*")], [PASSAGE], [("Deny", "resource", "/secret/")]),
    "a role": (
        [deny(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/guest"}})],
        [PASSAGE],
        [("Deny", "principal", "/guest/")],
    ),
    "all but a tag": (
        [deny(Condition={"StringNotEquals": {"aws:PrincipalTag/team": "red"}})],
        [PASSAGE],
        [("Deny", "context", "PrincipalTag/team")],
    ),
    "old TLS": (
        [deny(Condition={"NumericLessThan": {"s3:TlsVersion": "1.3"}})],
        [PASSAGE],
        [("Deny", "context", "1.2")],
    ),
    "older TLS": ([deny(Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})], [PASSAGE], []),
    "folders of users": (
        [deny(Resource="arn:aws:s3:::reports/${aws:username}/*")],
        [PASSAGE],
        [("Deny", "principal", ":user/")],
    ),
    "two": (
        [
            deny(Sid="A", Resource="arn:aws:s3:::reports/a/*"),
            deny(Sid="B", Resource="arn:aws:s3:::reports/b/*"),
            NETWORK,
        ],
        [PASSAGE],
        [("A", "resource", "/a/"), ("B", "resource", "/b/")],
    ),
    "in the endpoint": ([], [PASSAGE, deny(Resource="arn:aws:s3:::reports/a/*")], [("Deny", "resource", "/a/")]),
    "a user that the endpoint lets through alone": (
        [],
        [{**PASSAGE, "Principal": {"AWS": f"arn:aws:iam::{OWN}:user/alice"}}],
        [(None, "resource", "reports")],
    ),
    "another bucket": ([deny(Resource="arn:aws:s3:::reports-old/*")], [PASSAGE], []),
    "services": ([deny(Condition={"Bool": {"aws:PrincipalIsAWSService": "true"}})], [PASSAGE], []),
}


@pytest.mark.parametrize("bucket, passage, narrowed", NARROWED.values(), ids=NARROWED)
def test_narrowed(bucket, passage, narrowed):
    verdict = ask(bucket, passage)
    assert (verdict.status, verdict.reason) == (HOLDS, "")
    assert [one.statement and one.statement.label for one in verdict.narrowed] == [label for label, *_rest in narrowed]
    for found, (_label, part, text) in zip(verdict.narrowed, narrowed, strict=True):
        assert text in str(found.example.request[part])
        policies = {"identity": "assume_allow", "endpoint": document(*passage)}
        policies["bucket"] = document(*bucket) if bucket else "assume_allow"
        assert compile_policies(policies).decide(dict(found.example.request)).denied


#: Bucket policy, endpoint policy -> the action that no declared request can do.
LOST = {
    "an action": ([deny(Action="s3:PutObject")], [PASSAGE], "s3:PutObject"),
    "a network": (
        [deny(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0bbbbbbbbbbbbbbb2"}})],
        [PASSAGE],
        "s3:GetObject",
    ),
    "what the endpoint does not let through": ([], [{**PASSAGE, "Action": "s3:GetObject"}], "s3:PutObject"),
    "an endpoint without an Allow": ([], [deny(Action="s3:DeleteObject")], "s3:GetObject"),
    "two halves": (
        [
            deny(Sid="Old", Condition={"NumericLessThan": {"s3:TlsVersion": "1.3"}}),
            deny(Sid="New", Condition={"NumericEquals": {"s3:TlsVersion": "1.3"}}),
        ],
        [PASSAGE],
        "s3:GetObject",
    ),
}


@pytest.mark.parametrize("bucket, passage, action", LOST.values(), ids=LOST)
def test_lost(bucket, passage, action):
    verdict = ask(bucket, passage)
    assert verdict.status == REFUTED
    assert action in {one.request["action"] for one in verdict.counterexamples}
    assert all(one.decision.endswith("_deny") for one in verdict.counterexamples)


def test_a_bucket_must_allow_what_is_declared_for_another_account():
    declared = {**DECLARED, "Principal": {"AWS": "444455556666"}}
    allow = {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": RW, "Resource": OBJECTS}
    assert ask([NETWORK], declared=[declared]).status == REFUTED
    assert ask([NETWORK, allow], declared=[declared]).status == HOLDS
    assert ask([NETWORK, {**allow, "Action": "s3:GetObject"}], declared=[declared]).status == REFUTED


def test_nothing_declared_is_vacuous():
    impossible = {**DECLARED, "Condition": {"StringEquals": {"aws:PrincipalAccount": "444455556666"}}}
    verdict = ask([NETWORK], declared=[impossible])
    assert (verdict.status, verdict.vacuous) == (HOLDS, True)
    assert not ask([NETWORK]).vacuous


def test_a_claim_about_no_request_is_vacuous():
    nowhere = {
        **PASSAGE,
        "Condition": {"StringEquals": {"aws:SourceVpce": VPCE}, "IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
    }
    for within, vacuous in ((nowhere, True), (PASSAGE, False)):
        never = Claim("never", Setting({"bucket": document(deny())}), None, WORLD, Declaration([within]))
        verdict = prove(never)
        assert (verdict.status, verdict.vacuous) == (HOLDS, vacuous)


def test_what_nobody_can_decide():
    verdict = ask([{**deny(), "Principal": {"CanonicalUser": "a" * 64}}])
    assert verdict.status == UNDECIDED
    assert "canonical user id" in verdict.reason


def test_the_budget_ends_it():
    verdict = ask([NETWORK, INSECURE], options=Options(leaves=2))
    assert verdict.status == UNDECIDED
    assert "kinds of requests" in verdict.reason


@pytest.mark.parametrize("key", ["aws:PrincipalTag/team", "s3:x-amz-server-side-encryption"])
def test_what_several_statements_take_from_all_refutes(key):
    both = [
        deny(Sid=operator, Action="s3:PutObject", Condition={operator: {key: "aws:kms"}})
        for operator in ("StringEquals", "StringNotEquals")
    ]
    verdict = ask(both)
    assert (verdict.status, verdict.reason) == (REFUTED, "")
    [example] = verdict.counterexamples
    assert (example.request["action"], example.decision) == ("s3:PutObject", "explicit_deny")


@pytest.mark.parametrize(
    "addresses, status",
    [
        (["10.0.0.0/8"], REFUTED),
        (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8"], REFUTED),
        (["203.0.113.0/24"], HOLDS),
        (["10.0.0.0/8", "2001:db8::/32"], HOLDS),
        (["172.0.0.0/8"], HOLDS),
    ],
)
def test_nobody_comes_over_the_internet_from_a_private_address(addresses, status):
    outside = {**DECLARED, "Condition": {"Null": {"aws:SourceVpce": "true"}, "Bool": {"aws:ViaAWSService": "false"}}}
    bucket = document(deny(Condition={"NotIpAddress": {"aws:SourceIp": addresses}}))
    verdict = prove(Passing("3", Declaration([outside]), Setting({"bucket": bucket}), WORLD))
    assert verdict.status == status
    # Wherever it comes from, it must not pass.
    never = Claim("never", Setting({"bucket": bucket}), None, WORLD, within=Declaration([outside]))
    assert prove(never).status == REFUTED


def test_what_it_rests_on():
    verdict = ask([NETWORK, INSECURE], [PASSAGE, {**PASSAGE, "Sid": "Idle", "Action": "s3:ListBucket"}])
    assert [(one.layer, one.label) for one in verdict.rests_on] == [("endpoint_policy", "Passage")]
    assert "S3 Express" in verdict.assumed[0]
    always = Claim("always", Declaration([DECLARED]), Setting({}, {VPCE: document(PASSAGE)}), WORLD)
    assert [(one.layer, one.label) for one in prove(always).rests_on] == [("endpoint_policy", "Passage")]


ROLES = [f"arn:aws:iam::{OWN}:role/automation", f"arn:aws:iam::{OWN}:role/*/automation"]


@pytest.mark.parametrize(
    "denied, single, status",
    [
        (ROLES[:1], True, UNDECIDED),
        ([f"arn:aws:iam::{OWN}:role/team/automation"], True, UNDECIDED),
        (ROLES[:1], False, HOLDS),
        (ROLES, True, REFUTED),
        ([f"arn:aws:iam::{OWN}:role/other"], True, HOLDS),
    ],
)
def test_one_principal_of_whom_not_all_is_known(denied, single, status):
    """Where a Deny names one of those that it may be, nobody knows; what is denied to all of them is refuted."""
    by_role = {**DECLARED, "Condition": {**DECLARED["Condition"], "ArnLike": {"aws:PrincipalArn": ROLES}}}
    setting = Setting({"bucket": document(deny(Condition={"ArnLike": {"aws:PrincipalArn": denied}}))})
    verdict = prove(Passing("4", Declaration([by_role]), setting, WORLD, (VPCE,), single=single))
    assert verdict.status == status
    assert bool(verdict.reason) is (status == UNDECIDED)
