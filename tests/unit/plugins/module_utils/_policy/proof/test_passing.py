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
    assert [one.example.statement for one in verdict.narrowed] == [one.statement for one in verdict.narrowed]
    lacks = [label for label, *_rest in narrowed if label is None]
    assert [one.label for one in verdict.rests_on] == ([] if lacks else ["Passage"])
    assert (verdict.counterexamples, verdict.vacuous) == ((), False)
    for found, (_label, part, text) in zip(verdict.narrowed, narrowed, strict=True):
        assert text in str(found.example.request[part])
        policies = {"identity": "assume_allow", "endpoint": document(*passage)}
        policies["bucket"] = document(*bucket) if bucket else "assume_allow"
        assert compile_policies(policies).decide(dict(found.example.request)).denied


#: Bucket policy, endpoint policy -> the action that no declared request can do, and what denies it last.
LOST = {
    "an action": ([deny(Action="s3:PutObject")], [PASSAGE], "s3:PutObject", "Deny"),
    "a network": (
        [deny(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0bbbbbbbbbbbbbbb2"}})],
        [PASSAGE],
        "s3:GetObject",
        "Deny",
    ),
    "what the endpoint does not let through": ([], [{**PASSAGE, "Action": "s3:GetObject"}], "s3:PutObject", None),
    "an endpoint without an Allow": ([], [deny(Action="s3:DeleteObject")], "s3:GetObject", None),
    "two halves": (
        [
            deny(Sid="Old", Condition={"NumericLessThan": {"s3:TlsVersion": "1.3"}}),
            deny(Sid="New", Condition={"NumericEquals": {"s3:TlsVersion": "1.3"}}),
        ],
        [PASSAGE],
        "s3:GetObject",
        "New",
    ),
}


@pytest.mark.parametrize("bucket, passage, action, label", LOST.values(), ids=LOST)
def test_lost(bucket, passage, action, label):
    verdict = ask(bucket, passage)
    assert (verdict.status, verdict.reason, verdict.rests_on) == (REFUTED, "", ())
    [example] = verdict.counterexamples
    assert (example.request["action"], example.request["resource"]) == (action, "arn:aws:s3:::reports/any-object")
    assert example.decision == ("implicit_deny" if label is None else "explicit_deny")
    assert (example.statement and example.statement.label) == label
    assert label in [one.statement and one.statement.label for one in verdict.narrowed]


def test_each_action_that_is_lost():
    verdict = ask([deny()], declared=[DECLARED, {**DECLARED, "Action": "s3:ListBucket", "Resource": BUCKET}])
    assert [(one.request["action"], one.decision) for one in verdict.counterexamples] == [
        ("s3:GetObject", "explicit_deny"),
        ("s3:ListBucket", "implicit_deny"),
    ]


def attached(label, action, name):
    """A policy of those that are attached to principals, which takes an action away from some."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    condition = {"StringEquals": {f"aws:PrincipalTag/{name}": "a"}}
    taken = {"Sid": label, "Effect": "Deny", "Action": action, "Resource": "*", "Condition": condition}
    return document(everything, taken)


def test_policies_of_other_kinds_take_away():
    """Each Deny is asked for by itself, in the layer where it stands."""
    policies = {
        "bucket": document(NETWORK, deny(Sid="Bucket", Condition={"StringEquals": {"aws:PrincipalTag/b": "a"}})),
        "scp": [[attached("Organization", "s3:PutObject", "o")]],
        "rcp": [[document(deny(Sid="Resources", Condition={"StringEquals": {"aws:PrincipalTag/r": "a"}}))]],
        "boundary": attached("Boundary", "s3:GetObject", "p"),
        "session": [attached("Session", "s3:GetObject", "s")],
    }
    asked = Passing("3", Declaration([DECLARED]), Setting(policies, {VPCE: document(PASSAGE)}), WORLD, (VPCE,))
    verdict = prove(asked)
    assert (verdict.status, verdict.reason) == (HOLDS, "")
    tags = {one.statement.label: list(one.example.request["context"]) for one in verdict.narrowed}
    assert tags == {
        "Bucket": ["aws:PrincipalTag/b"],
        "Resources": ["aws:PrincipalTag/r"],
        "Organization": ["aws:PrincipalTag/o"],
        "Boundary": ["aws:PrincipalTag/p"],
        "Session": ["aws:PrincipalTag/s"],
    }
    assert [one.layer for one in verdict.rests_on][1:] == ["permissions_boundary", "session_policy", "endpoint_policy"]


def test_block_public_access_takes_away():
    strangers = {**DECLARED, "Principal": {"AWS": "444455556666"}}
    policies = {"bucket": document({**PASSAGE, "Sid": "Public"})}
    for blocked, status in ((False, HOLDS), (True, REFUTED)):
        setting = Setting({**policies, "block_public_access": {"RestrictPublicBuckets": blocked}})
        assert prove(Passing("3", Declaration([strangers]), setting, WORLD, (VPCE,))).status == status


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


@pytest.mark.parametrize(
    "declared",
    [
        {**DECLARED, "Principal": {"CanonicalUser": "a" * 64}},
        {**DECLARED, "Resource": f"{BUCKET}/${{aws:PrincipalTag/t}}/*"},
    ],
)
def test_what_nobody_knows_to_be_declared(declared):
    verdict = ask([NETWORK], declared=[declared])
    assert (verdict.status, verdict.narrowed, verdict.counterexamples) == (UNDECIDED, (), ())
    assert "cannot be decided" in verdict.reason


@pytest.mark.parametrize("text", ["/${aws:PrincipalTag/t}/*", "${aws:PrincipalTag/t}*"])
def test_a_variable_takes_away_from_some(text):
    verdict = ask([deny(Resource=f"{BUCKET}{text}".replace("reports$", "reports/$"))])
    assert (verdict.status, verdict.reason) == (HOLDS, "")
    [found] = verdict.narrowed
    assert found.example.request["resource"].startswith(f"{BUCKET}/any-other")
    assert found.example.request["context"] == {"aws:PrincipalTag/t": "any-other"}


def test_the_budget_ends_it():
    verdict = ask([NETWORK, INSECURE], options=Options(leaves=2))
    assert (verdict.status, verdict.leaves) == (UNDECIDED, 3)
    assert "More than 3 kinds of requests" in verdict.reason
    taken = ask([deny(Resource=f"{BUCKET}/a/*"), deny(Resource=f"{BUCKET}/b/*")], options=Options(leaves=12))
    assert (taken.status, len(taken.narrowed)) == (UNDECIDED, 1)


def test_too_many_cells_end_it():
    verdict = ask([NETWORK, INSECURE], options=Options(states=2))
    assert (verdict.status, verdict.leaves) == (UNDECIDED, 0)
    assert "too many kinds of requests" in verdict.reason


#: Bucket policy -> how many partial requests are looked at: a few for what passes at all, and some for each Deny.
LOOKED_AT = [([], 6), ([NETWORK], 10), ([NETWORK, INSECURE], 14), ([deny(Resource="arn:aws:s3:::another/*")], 6)]


@pytest.mark.parametrize("bucket, leaves", LOOKED_AT)
def test_how_much_is_looked_at(bucket, leaves):
    assert ask(bucket).leaves == leaves


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
    if status == UNDECIDED:
        assert f"is {denied[0]}," in verdict.reason
        assert "'Deny' denies s3:GetObject" in verdict.reason


def test_one_user_of_whom_not_all_is_known():
    users = [f"arn:aws:iam::{OWN}:user/{name}" for name in ("ann", "bob")]
    condition = {**DECLARED["Condition"], "ArnLike": {"aws:PrincipalArn": users}}
    declared = Declaration([{**DECLARED, "Action": "s3:GetObject", "Condition": condition}])
    setting = Setting({"bucket": document(deny(Condition={"ArnLike": {"aws:PrincipalArn": users[0]}}))})
    verdict = prove(Passing("4", declared, setting, WORLD, (VPCE,), single=True))
    assert verdict.status == UNDECIDED
    assert f"is {users[0]}," in verdict.reason


def test_a_statement_that_may_take_something_away():
    """What is declared passes for some in any case; whether for all, nobody knows."""
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    verdict = ask([deny(Principal={"CanonicalUser": "a" * 64}, Condition=tagged)])
    assert (verdict.status, verdict.narrowed) == (UNDECIDED, ())
    assert "canonical user id" in verdict.reason
