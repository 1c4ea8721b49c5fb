# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small perimeter is proved; each change that opens it is refuted by a request that the evaluator confirms."""

from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import compile_policies
from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.request import Request
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof import sharing as engine
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    HOLDS,
    REFUTED,
    UNDECIDED,
    Bucket,
    Claim,
    Declaration,
    Endpoint,
    Setting,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import Options, prove

OWN, OTHER = "111122223333", "444455556666"
VPCE, PEER, VPC = "vpce-0aaaaaaaaaaaaaaa1", "vpce-0bbbbbbbbbbbbbbb2", "vpc-0aaaaaaaaaaaaaaa1"
BUCKET, OBJECTS = "arn:aws:s3:::reports", "arn:aws:s3:::reports/*"
BOTH = [BUCKET, OBJECTS]
GLASS = f"arn:aws:iam::{OWN}:role/break-glass"
RW = ["s3:GetObject", "s3:PutObject"]
OWN_PRINCIPALS = {"StringEquals": {"aws:PrincipalAccount": OWN}}
TLS = {"Bool": {"aws:SecureTransport": "true"}}

NETWORK = {
    "Sid": "Network",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": BOTH,
    "Condition": {"StringNotEquals": {"aws:SourceVpce": VPCE}, "ArnNotLike": {"aws:PrincipalArn": GLASS}},
}
INSECURE = {
    "Sid": "Insecure",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": BOTH,
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
PASSAGE = {
    "Sid": "Passage",
    "Effect": "Allow",
    "Principal": "*",
    "Action": RW,
    "Resource": OBJECTS,
    "Condition": OWN_PRINCIPALS,
}
DECLARED = [
    {
        "Sid": "through the endpoint",
        "Effect": "Allow",
        "Principal": {"AWS": OWN},
        "Action": RW,
        "Resource": OBJECTS,
        "Condition": {"StringEquals": {"aws:SourceVpce": VPCE}, **TLS},
    },
    {
        "Sid": "break glass",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": BOTH,
        "Condition": {"ArnLike": {"aws:PrincipalArn": GLASS}, **TLS},
    },
    {
        "Sid": "root",
        "Effect": "Allow",
        "Principal": {"AWS": OWN},
        "Action": ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
        "Resource": BUCKET,
        "Condition": {"StringEquals": {"aws:PrincipalType": "Account"}},
    },
]
WITHIN = Declaration([{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": BOTH}])
WORLD = World(
    account=OWN,
    organization="o-own",
    region="eu-central-1",
    endpoints=(Endpoint(VPCE, VPC, OWN, "eu-central-1"),),
    buckets=(Bucket("reports", OWN),),
)


def document(*statements):
    return {"Version": "2012-10-17", "Statement": [copy.deepcopy(one) for one in statements]}


def changed(statement, **elements):
    return {**copy.deepcopy(statement), **elements}


def claim(bucket, endpoint=None, declared=None, within=WITHIN, **more):
    setting = Setting({"bucket": document(*bucket)}, {VPCE: endpoint or document(PASSAGE)})
    return Claim("nothing else reaches the bucket", setting, Declaration(declared or DECLARED), WORLD, within, **more)


def confirmed(found, verdict):
    """All counterexamples are requests that the policies allow and that are not declared, decided anew."""
    endpoint = found.passing.endpoints.get(VPCE)
    given = {"identity": "assume_allow", "bucket": "assume_allow", **found.passing.policies}
    for example in verdict.counterexamples:
        raw = dict(example.request)
        own = isinstance(raw.get("through"), dict) and raw["through"].get("vpce") == VPCE
        policies = compile_policies({**given, "endpoint": endpoint if own else None})
        request = Request.from_mapping(raw)
        # Of federated users without a session policy AWS's documents say two things.
        if "federated-user" not in raw["principal"]:
            assert policies.decide(request).decision == "allow", raw
        assert example.decision == "allow"
    return bool(verdict.counterexamples)


def test_the_perimeter_holds_and_says_by_what():
    verdict = prove(claim([NETWORK, INSECURE]))
    assert (verdict.status, verdict.counterexamples, verdict.reason) == (HOLDS, (), "")
    assert [one.label for one in verdict.rests_on] == ["Network", "Insecure"]
    assert any("AWS services" in line for line in verdict.assumed)


def condition(key, operator, value):
    changed_condition = copy.deepcopy(NETWORK["Condition"])
    changed_condition.setdefault(operator, {})[key] = value
    return changed(NETWORK, Condition=changed_condition)


OPEN = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS}
#: Statements beside or in place of the perimeter's that change nothing.
HARMLESS = {
    "Allow behind the Deny": [NETWORK, INSECURE, OPEN],
    "no exception": [
        changed(NETWORK, Condition={"StringNotEqualsIfExists": {"aws:SourceVpce": VPCE}}),
        INSECURE,
    ],
    "an account that no Allow names": [condition("aws:PrincipalAccount", "StringNotEquals", [OTHER]), INSECURE],
    "one more Deny": [NETWORK, INSECURE, changed(OPEN, Effect="Deny")],
    "an endpoint like ours but longer": [condition("aws:SourceVpce", "StringNotEquals", [VPCE]), INSECURE],
    "an exception that asks for two things": [
        condition("aws:SourceVpc", "StringNotEquals", VPC),
        INSECURE,
        changed(NETWORK, Sid="again"),
    ],
    "prefixes that overlap": [NETWORK, INSECURE, changed(OPEN, Resource=[OBJECTS, f"{BUCKET}/a*/b?c"])],
}
#: The same, that open it. (Through the own endpoint only its policy decides.)
OPENED = {
    "no network": [INSECURE],
    "no TLS": [NETWORK],
    "fewer actions": [changed(NETWORK, Action="s3:Get*"), INSECURE],
    "an action of tomorrow": [changed(NETWORK, NotAction="s3:NewAction", Action=None), INSECURE],
    "fewer resources": [changed(NETWORK, Resource=OBJECTS), INSECURE],
    "not one key": [changed(NETWORK, NotResource=f"{BUCKET}/public/*", Resource=None), INSECURE],
    "another endpoint": [condition("aws:SourceVpce", "StringNotEquals", [VPCE, PEER]), INSECURE],
    "endpoints of a pattern": [
        changed(NETWORK, Condition={"StringNotLike": {"aws:SourceVpce": "vpce-0*"}}),
        INSECURE,
    ],
    "only where there is an endpoint": [
        changed(NETWORK, Condition={"StringNotEquals": {"aws:SourceVpce": VPCE}, "Null": {"aws:SourceVpce": "false"}}),
        INSECURE,
    ],
    "the VPC": [condition("aws:SourceVpc", "StringNotEquals", VPC), INSECURE],
    "an account": [condition("aws:PrincipalAccount", "StringNotEquals", [OTHER]), INSECURE, OPEN],
    "a role": [condition("aws:PrincipalArn", "ArnNotLike", [GLASS, f"arn:aws:iam::{OWN}:role/a*"]), INSECURE],
    "a path of roles": [condition("aws:PrincipalArn", "ArnNotLike", f"{GLASS}*"), INSECURE],
    "a user": [condition("aws:username", "StringNotEquals", "alice"), INSECURE],
    "a user id": [condition("aws:userid", "StringNotLike", "AROAEXAMPLE:*"), INSECURE],
    "a session": [condition("aws:userid", "StringNotLike", "*:cleaner"), INSECURE],
    "the id of the root user": [condition("aws:userid", "StringNotEquals", OWN), INSECURE],
    "a pattern of ids of federated users": [condition("aws:userid", "StringNotLike", "11112222*e*b"), INSECURE],
    "the id of a federated user": [condition("aws:userid", "StringNotLike", f"{OWN}:bo?"), INSECURE],
    "a tag": [condition("aws:PrincipalTag/team", "StringNotEquals", "red"), INSECURE],
    "an organization": [condition("aws:PrincipalOrgID", "StringNotEquals", "o-own"), INSECURE],
    "an address": [condition("aws:SourceIp", "NotIpAddress", "203.0.113.0/24"), INSECURE],
    "a time": [condition("aws:CurrentTime", "DateLessThan", "2030-01-01T00:00:00Z"), INSECURE],
    "forwarded": [condition("aws:ViaAWSService", "BoolIfExists", "false"), INSECURE],
    "forwarded by one": [
        condition("aws:CalledVia", "ForAllValues:StringNotEquals", ["athena.amazonaws.com"]),
        INSECURE,
    ],
    "AWS services": [
        condition("aws:PrincipalIsAWSService", "BoolIfExists", "false"),
        INSECURE,
        changed(OPEN, Principal={"Service": "logging.s3.amazonaws.com"}),
    ],
    "a service that acts for another account": [
        condition("aws:SourceAccount", "StringNotEquals", OTHER),
        INSECURE,
        changed(OPEN, Principal={"Service": "logging.s3.amazonaws.com"}),
    ],
    "public": [changed(NETWORK, Principal={"AWS": OWN}), INSECURE, OPEN],
    "not for one": [changed(NETWORK, Principal=None, NotPrincipal={"AWS": [OWN, GLASS]}), INSECURE],
    "a signature that is old": [condition("s3:signatureAge", "NumericLessThan", "600000"), INSECURE],
}


def without_none(statements):
    return [{key: value for key, value in one.items() if value is not None} for one in statements]


@pytest.mark.parametrize("bucket", HARMLESS.values(), ids=HARMLESS)
def test_harmless(bucket):
    verdict = prove(claim(bucket))
    assert (verdict.status, verdict.reason) == (HOLDS, "")


@pytest.mark.parametrize("bucket", OPENED.values(), ids=OPENED)
def test_opened(bucket):
    asked = claim(without_none(bucket))
    verdict = prove(asked)
    assert (verdict.status, verdict.reason) == (REFUTED, "")
    assert confirmed(asked, verdict)


#: Policies of the endpoint that let pass what is not declared.
ENDPOINTS = {
    "an action": changed(PASSAGE, Action=[*RW, "s3:DeleteObject"]),
    "actions of a pattern": changed(PASSAGE, Action="s3:*Object"),
    "accounts": changed(PASSAGE, Condition={"StringLike": {"aws:PrincipalAccount": "1111*"}}),
    "everybody": {key: value for key, value in PASSAGE.items() if key != "Condition"},
    "the bucket itself": changed(PASSAGE, Action="s3:*", Resource=BUCKET),
}


@pytest.mark.parametrize("passage", ENDPOINTS.values(), ids=ENDPOINTS)
def test_the_endpoint_lets_more_through(passage):
    allow_others = changed(OPEN, Action="s3:*", Resource=BOTH)
    asked = claim([NETWORK, INSECURE, allow_others], document(passage))
    verdict = prove(asked)
    assert verdict.status == REFUTED
    assert confirmed(asked, verdict)
    assert {one.request["through"]["vpce"] for one in verdict.counterexamples} == {VPCE}


def test_an_endpoint_policy_without_an_allow_lets_nothing_through():
    asked = Claim(
        "nothing passes",
        Setting({}, {VPCE: document(changed(PASSAGE, Effect="Deny"))}),
        None,
        WORLD,
        through=(VPCE,),
    )
    assert prove(asked).status == HOLDS


#: What the policy of an endpoint lets pass -> whether it is all within the bucket, claim 2.
CONFINED = [
    ([PASSAGE], True),
    ([changed(PASSAGE, Resource="*")], False),
    ([changed(PASSAGE, Resource="arn:aws:s3:::reports*")], False),
    ([changed(PASSAGE, Resource="arn:aws:s3:::reports?/*")], False),
    ([changed(PASSAGE, Resource="arn:aws:s3:::report?/*")], False),
    ([changed(PASSAGE, Action="s3:*")], False),
    ([changed(PASSAGE, Action="s3:ListAllMyBuckets", Resource="*")], False),
    ([PASSAGE, changed(PASSAGE, Resource="arn:aws:s3:eu-central-1:111122223333:accesspoint/a/object/*")], False),
    ([PASSAGE, changed(PASSAGE, Effect="Deny", Resource="*", Condition={})], True),
]


@pytest.mark.parametrize("statements, holds", CONFINED)
def test_nothing_else_passes_the_endpoint(statements, holds):
    declared = [{"Effect": "Allow", "Principal": {"AWS": OWN}, "Action": RW, "Resource": OBJECTS}]
    asked = Claim("2", Setting({}, {VPCE: document(*statements)}), Declaration(declared), WORLD, through=(VPCE,))
    verdict = prove(asked)
    assert verdict.status == (HOLDS if holds else REFUTED)
    if not holds:
        assert confirmed(asked, verdict)


#: Old and new policies -> whether nothing new passes.
CHANGES = [
    ([NETWORK, INSECURE], [NETWORK, INSECURE], True),
    ([NETWORK, INSECURE, OPEN], [NETWORK, INSECURE], True),
    ([NETWORK, INSECURE], [NETWORK, INSECURE, changed(OPEN, Resource=f"{BUCKET}/a/*")], False),
    ([OPEN], [changed(OPEN, Resource=[f"{BUCKET}/a*", f"{BUCKET}/b/*"])], True),
    ([changed(OPEN, Resource=[f"{BUCKET}/a*", f"{BUCKET}/b/*"])], [OPEN], False),
    ([changed(OPEN, Action="s3:Get*")], [OPEN], True),
    ([changed(OPEN, Action="s3:Get*")], [changed(OPEN, Action="s3:G*t*")], False),
    ([NETWORK], [changed(NETWORK, Condition={"StringNotEqualsIgnoreCase": {"aws:SourceVpce": VPCE}})], False),
    ([changed(OPEN, Resource=f"{BUCKET}/${{aws:username}}/*")], [OPEN], False),
    ([OPEN], [changed(OPEN, Resource=f"{BUCKET}/${{aws:username}}/*")], True),
    (
        [changed(OPEN, Condition={"NumericLessThan": {"s3:max-keys": "10"}}, Action="s3:ListBucket", Resource=BUCKET)],
        [
            changed(
                OPEN,
                Condition={"NumericLessThanEquals": {"s3:max-keys": "10"}},
                Action="s3:ListBucket",
                Resource=BUCKET,
            )
        ],
        False,
    ),
    (
        [changed(OPEN, Condition={"IpAddress": {"aws:SourceIp": ["10.0.0.0/9", "10.128.0.0/9"]}})],
        [changed(OPEN, Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
        True,
    ),
]


@pytest.mark.parametrize("old, new, holds", CHANGES)
def test_no_new_access(old, new, holds):
    asked = Claim("no new access", Setting({"bucket": document(*new)}), Setting({"bucket": document(*old)}), WORLD)
    verdict = prove(asked)
    assert (verdict.status, verdict.reason) == (HOLDS if holds else REFUTED, "")
    for example in verdict.counterexamples:
        policies = compile_policies({"identity": "assume_allow", "bucket": document(*old), "endpoint": None})
        if "federated-user" not in example.request["principal"]:
            assert policies.decide(dict(example.request)).denied


def test_the_budget_ends_a_search():
    verdict = prove(claim([NETWORK, INSECURE]), Options(leaves=3))
    assert verdict.status == UNDECIDED
    assert "kinds of requests" in verdict.reason


def test_what_aws_leaves_open_is_undecided_and_says_why():
    never = Claim(
        "never",
        Setting({"bucket": document(changed(OPEN, Principal={"CanonicalUser": "a" * 64}))}),
        None,
        WORLD,
        Declaration([changed(OPEN, Principal={"AWS": OTHER})]),
    )
    verdict = prove(never)
    assert verdict.status == UNDECIDED
    assert "canonical user id" in verdict.reason


@pytest.mark.parametrize("key", ["endpoint", "resource_account", "resource_region"])
def test_what_a_setting_has_elsewhere_is_refused(key):
    with pytest.raises(PolicyError, match=key):
        prove(Claim("x", Setting({key: None}), None, WORLD))


def test_whether_an_address_is_there_and_which_are_asked_of_one_key():
    inside = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    both = {**inside, "Null": {"aws:SourceIp": "false"}}
    for old, new in ((inside, both), (both, inside)):
        asked = [Setting({"bucket": document(changed(OPEN, Condition=one))}) for one in (new, old)]
        assert prove(Claim("no new access", *asked, WORLD)).status == HOLDS


def of_bucket(name, *statements, endpoint=()):
    """Claim 1 for a bucket of another name, with these statements beside its perimeter."""
    text = json.dumps([[NETWORK, INSECURE, *statements], DECLARED, [PASSAGE, *endpoint], list(WITHIN.statements)])
    bucket, declared, passage, within = json.loads(text.replace("reports", name))
    world = World(account=OWN, organization="o-own", endpoints=WORLD.endpoints, buckets=(Bucket(name, OWN),))
    setting = Setting({"bucket": document(*bucket)}, {VPCE: document(*passage)})
    return Claim("1", setting, Declaration(declared), world, Declaration(within))


def summary(verdict):
    return verdict.status, verdict.reason, verdict.rests_on, verdict.counterexamples, verdict.vacuous


#: Statements beside the perimeters of several buckets -> how many of five buckets are proved by themselves.
SHARED = {
    "nothing": ([], 1),
    "a Deny of others": ([changed(OPEN, Effect="Deny", Resource=f"{BUCKET}/secret/*")], 1),
    "an Allow for all": ([changed(OPEN, Resource="*", Principal={"Service": "logging.s3.amazonaws.com"})], 1),
    "an Allow by the source": ([changed(OPEN, Condition={"ArnEquals": {"aws:SourceArn": BUCKET}})], 1),
    "a pattern that tells names apart": ([changed(OPEN, Resource="arn:aws:s3:::*a/*")], 5),
    "a pattern that a variable makes": ([changed(OPEN, Resource="arn:aws:s3:::${aws:username}/*")], 5),
    "a source by a pattern": ([changed(OPEN, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*a*"}})], 4),
    "all but one": ([{**without_none([changed(OPEN, NotResource=BUCKET, Resource=None)])[0]}], 1),
    "the name in a word": ([changed(OPEN, Principal={"AWS": f"arn:aws:iam::{OWN}:role/reports"})], 5),
}


@pytest.mark.parametrize("statements, proved", SHARED.values(), ids=SHARED)
def test_many_buckets_are_proved_as_each_by_itself(statements, proved, monkeypatch):
    names = ["alpha", "beta", "gamma", "delt", "zz9"]
    claims = [of_bucket(name, *statements) for name in names]
    calls = []
    monkeypatch.setattr(engine, "prove", lambda claim, options: calls.append(claim) or prove(claim, options))
    found = engine.prove_all(claims)
    assert [summary(one) for one in found] == [summary(prove(claim)) for claim in claims]
    assert len(calls) == proved


def test_examples_of_a_shared_proof_name_the_bucket():
    wide = [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": BUCKET}]
    claims = [of_bucket(name, endpoint=wide) for name in ("alpha", "beta")]
    for name, verdict in zip(("alpha", "beta"), engine.prove_all(claims), strict=True):
        assert verdict.status == REFUTED
        assert {one.request["resource"].split("/")[0] for one in verdict.counterexamples} == {f"arn:aws:s3:::{name}"}


#: Patterns of which an automaton has more states than anybody has room for.
HARD = ["*a????????????????b*", "*a?????????????????c"]


def test_hard_patterns_behind_the_perimeter_do_not_matter():
    hard = changed(OPEN, Resource=[f"{BUCKET}/{text}" for text in HARD])
    assert prove(claim([NETWORK, INSECURE, hard, changed(hard, Effect="Deny")])).status == HOLDS


@pytest.mark.parametrize("text", HARD)
def test_hard_patterns_are_decided_where_they_need_not_be_known(text):
    hard = changed(OPEN, Resource=f"{BUCKET}/{text}")
    declared = Declaration([changed(OPEN, Resource=OBJECTS)])
    asked = Claim("declared", Declaration([hard]), declared, WORLD)
    assert prove(asked).status == HOLDS
    verdict = prove(Claim("declared", declared, Declaration([hard]), WORLD))
    assert verdict.status in (REFUTED, UNDECIDED)
    names = changed(OPEN, Condition={"StringLike": {"aws:PrincipalTag/team": text}})
    assert prove(Claim("declared", Declaration([names]), declared, WORLD)).status == HOLDS
    roles = changed(OPEN, Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::*:role/{text}"}})
    assert prove(Claim("declared", Declaration([roles]), declared, WORLD)).status == HOLDS
    assert prove(Claim("declared", declared, Declaration([roles]), WORLD)).status == REFUTED


def without_principal(statement):
    return {key: value for key, value in statement.items() if key != "Principal"}


EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
#: Policies of other kinds beside a bucket policy that lets everybody read -> whether principals of the account that are
#: no users can delete, and whether another account can read, each from the internet.
LAYERS = {
    "none": ({}, False, False),
    "identity": ({"identity": [document(changed(EVERYTHING, Action="s3:GetObject"))]}, True, False),
    "identity of nothing": ({"identity": None}, True, True),
    "SCP": ({"scp": [[document(EVERYTHING, without_principal(changed(NETWORK, Action="s3:Delete*")))]]}, True, False),
    "SCP without an Allow": ({"scp": [[document(changed(EVERYTHING, Action="s3:GetObject"))]]}, True, False),
    "RCP": ({"rcp": [[document(NETWORK)]]}, True, True),
    "boundary": ({"boundary": document(changed(EVERYTHING, Action="s3:Get*"))}, True, False),
    "session": ({"session": [document(changed(EVERYTHING, Action="s3:Get*"))]}, True, False),
    "Block Public Access": ({"block_public_access": {"RestrictPublicBuckets": True}}, False, True),
}


@pytest.mark.parametrize("layers, no_deletes, no_reads", LAYERS.values(), ids=LAYERS)
def test_policies_of_other_kinds(layers, no_deletes, no_reads):
    setting = Setting({"bucket": document(OPEN), **layers})
    internet = {"Null": {"aws:SourceIp": "false"}, "ArnNotLike": {"aws:PrincipalArn": GLASS}}
    kinds = {"StringEquals": {"aws:PrincipalType": ["AssumedRole"]}}
    deletes = changed(OPEN, Action="s3:DeleteObject", Principal={"AWS": OWN}, Condition={**internet, **kinds})
    reads = changed(OPEN, Principal={"AWS": OTHER}, Condition={**internet, **kinds})
    for asked, never in ((deletes, no_deletes), (reads, no_reads)):
        verdict = prove(Claim("never", setting, None, WORLD, Declaration([asked])))
        assert (verdict.status, verdict.reason) == (HOLDS if never else REFUTED, "")
