# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proofs over a small alphabet, of which every request can be looked at: what is proved is so, and nothing else.

A claim is about the requests of the alphabet only, and its documents compare nothing but that; so it holds if and only
if the evaluator, asked for each request, finds none that refutes it.
"""

from __future__ import annotations

import functools
import itertools
import random

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.request import Request
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    HOLDS,
    REFUTED,
    Bucket,
    Claim,
    Declaration,
    Endpoint,
    Setting,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import prove
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import compile_side

OWN, OTHER, THIRD = "111122223333", "444455556666", "777788889999"
VPCE, VPC = "vpce-0aaaaaaaaaaaaaaa1", "vpc-0aaaaaaaaaaaaaaa1"
PEER, PEER_VPC = "vpce-0bbbbbbbbbbbbbbb2", "vpc-0bbbbbbbbbbbbbbb2"
BUCKET, OBJECTS = "arn:aws:s3:::reports", "arn:aws:s3:::reports/*"
WORLD = World(
    account=OWN,
    organization="o-own",
    region="eu-central-1",
    endpoints=(Endpoint(VPCE, VPC, OWN, "eu-central-1"),),
    buckets=(Bucket("reports", OWN),),
)
WHO = [
    "anonymous",
    f"arn:aws:sts::{OWN}:assumed-role/app/s1",
    f"arn:aws:sts::{OWN}:assumed-role/x/s1",
    f"arn:aws:iam::{OWN}:user/x",
    f"arn:aws:iam::{OWN}:root",
    f"arn:aws:sts::{OTHER}:assumed-role/app/s1",
    f"arn:aws:iam::{OTHER}:user/x",
    f"arn:aws:iam::{OTHER}:root",
    f"arn:aws:sts::{THIRD}:assumed-role/app/s1",
    f"arn:aws:iam::{THIRD}:root",
]
WHAT = [
    ("s3:GetObject", f"{BUCKET}/logs/a"),
    ("s3:GetObject", f"{BUCKET}/x"),
    ("s3:PutObject", f"{BUCKET}/logs/a"),
    ("s3:PutObject", f"{BUCKET}/x"),
    ("s3:ListBucket", BUCKET),
    ("s3:PutBucketPolicy", BUCKET),
]
ACTIONS = sorted({action for action, _resource in WHAT})
PATHS = [
    ("internet", {"aws:SourceIp": "203.0.113.7"}),
    ("internet", {"aws:SourceIp": "198.51.100.7"}),
    ({"vpce": VPCE, "vpc": VPC, "account": OWN, "org": "o-own", "region": "eu-central-1"}, {}),
    ({"vpce": PEER, "vpc": PEER_VPC, "account": OTHER, "org": "o-their", "region": "eu-central-1"}, {}),
    ({"vpce": PEER, "vpc": PEER_VPC, "account": OTHER, "org": "o-own", "region": "eu-central-1"}, {}),
    ({"vpce": PEER, "vpc": PEER_VPC, "account": OTHER, "org": None, "region": "eu-central-1"}, {}),
    ({"vpce": PEER, "vpc": VPC, "account": OWN, "org": "o-own", "region": "eu-central-1"}, {}),
    ({"vpce": PEER, "vpc": PEER_VPC, "account": OWN, "org": "o-own", "region": "eu-central-1"}, {}),
]
TLS = [
    {"aws:SecureTransport": "true", "s3:TlsVersion": "1.2"},
    {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"},
    {"aws:SecureTransport": "false", "s3:TlsVersion": None},
]
TAGS = ["red", "other", None]
CONDITIONS = [
    {"StringEquals": {"aws:SourceVpce": VPCE}},
    {"StringNotEquals": {"aws:SourceVpce": VPCE}},
    {"StringNotEqualsIfExists": {"aws:SourceVpc": VPC}},
    {"StringLike": {"aws:SourceVpc": "vpc-0a*"}},
    {"Null": {"aws:SourceVpce": "true"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"BoolIfExists": {"aws:SecureTransport": "true"}},
    {"NumericLessThan": {"s3:TlsVersion": "1.3"}},
    {"NumericGreaterThanEquals": {"s3:TlsVersion": "1.3"}},
    {"Null": {"s3:TlsVersion": "false"}},
    {"StringEquals": {"aws:PrincipalTag/team": "red"}},
    {"StringNotEquals": {"aws:PrincipalTag/team": "red"}},
    {"StringNotEqualsIfExists": {"aws:PrincipalTag/team": ["red", "blue"]}},
    {"StringLike": {"aws:PrincipalTag/team": "r*"}},
    {"Null": {"aws:PrincipalTag/team": "true"}},
    {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/app"}},
    {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*"}},
    {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}},
    {"StringEquals": {"aws:PrincipalAccount": [OWN, OTHER]}},
    {"StringNotEquals": {"aws:PrincipalAccount": OTHER}},
    {"StringEquals": {"aws:PrincipalType": ["Account", "Anonymous"]}},
    {"StringNotEquals": {"aws:PrincipalType": "AssumedRole"}},
    {"StringEquals": {"aws:username": "x"}},
    {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    {"StringEquals": {"aws:VpceAccount": OWN}},
    {"StringNotEqualsIfExists": {"aws:VpceAccount": OWN}},
    {"StringEquals": {"aws:VpceOrgID": "o-own"}},
    {"StringNotEquals": {"aws:VpceOrgID": "o-own"}},
    {"Null": {"aws:VpceOrgID": "false"}, "StringNotEquals": {"aws:VpceAccount": OWN}},
    {"ArnLike": {"aws:SourceVpcArn": f"arn:aws:ec2:*:{OWN}:vpc/{VPC}"}},
    {"ArnNotLikeIfExists": {"aws:SourceVpcArn": f"arn:aws:ec2:*:{OWN}:vpc/*"}},
    {"StringEquals": {"aws:SourceVpce": VPCE}, "Bool": {"aws:SecureTransport": "true"}},
    {"StringNotEquals": {"aws:SourceVpce": VPCE, "aws:PrincipalAccount": OTHER}},
]
PRINCIPALS = [
    "*",
    {"AWS": OWN},
    {"AWS": [OWN, OTHER]},
    {"AWS": f"arn:aws:iam::{OTHER}:root"},
    {"AWS": f"arn:aws:iam::{OWN}:role/app"},
    {"AWS": f"arn:aws:iam::{OTHER}:user/x"},
    {"AWS": f"arn:aws:sts::{OWN}:assumed-role/app/s1"},
]
RESOURCES = [[BUCKET, OBJECTS], OBJECTS, f"{BUCKET}/logs/*", f"{BUCKET}/?", [BUCKET], "*"]
NAMES = ["s3:*", "s3:GetObject", ["s3:PutObject", "s3:ListBucket"], "s3:*Object", "s3:Put*"]

#: The alphabet: keys, addresses, names and tags that stand for all others are told apart by nothing in the documents.
WITHIN = Declaration(
    [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": ACTIONS,
            "Resource": [BUCKET, OBJECTS],
            "Condition": {
                "StringNotEquals": {"aws:PrincipalType": "FederatedUser"},
                "Bool": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"},
            },
        },
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": ACTIONS,
            "Resource": [BUCKET, OBJECTS],
            "Condition": {"StringEquals": {"aws:PrincipalType": "Anonymous"}, "Bool": {"aws:ViaAWSService": "false"}},
        },
    ]
)


@functools.cache
def every_request():
    found = []
    for who, (action, resource), (path, address), tls, team in itertools.product(WHO, WHAT, PATHS, TLS, TAGS):
        if team and (who == "anonymous" or who.endswith(":root")):
            continue
        context = {**address, **tls, "aws:PrincipalTag/team": team, "aws:ResourceAccount": OWN}
        if "assumed-role" in who:
            context["aws:PrincipalArn"] = f"arn:aws:iam::{who.split(':')[4]}:role/{who.split('/')[1]}"
        made = {"principal": who, "action": action, "resource": resource, "through": path, "context": context}
        found.append((Request.from_mapping(made), path["vpce"] if isinstance(path, dict) else None))
    return found


def statements(rng, most):
    made = []
    for _turn in range(rng.randint(1, most)):
        one = {
            "Effect": rng.choice(["Allow", "Allow", "Deny"]),
            "Principal": rng.choice(PRINCIPALS),
            rng.choice(["Action", "Action", "Action", "NotAction"]): rng.choice(NAMES),
            rng.choice(["Resource", "Resource", "Resource", "NotResource"]): rng.choice(RESOURCES),
        }
        block = rng.choice([None, *CONDITIONS])
        made.append({**one, "Condition": block} if block else one)
    return made


def policy(rng):
    return {"Version": "2012-10-17", "Statement": statements(rng, 3)}


def wider(rng, document):
    """A policy that lets at least as much pass, most of the time."""
    kept = [one for one in document["Statement"] if one["Effect"] == "Allow" or rng.random() < 0.5]
    made = [{**one, "Condition": {}} if rng.random() < 0.3 and one["Effect"] == "Allow" else one for one in kept]
    return {**document, "Statement": [*made, *(one for one in statements(rng, 2) if one["Effect"] == "Allow")] or [ALL]}


ALL = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}


def claim_of(rng):
    passing = Setting({"bucket": policy(rng)}, {VPCE: policy(rng)} if rng.random() < 0.4 else {})
    kind = rng.random()
    if kind < 0.2:
        unless = Setting({"bucket": policy(rng)}, passing.endpoints)
    elif kind < 0.6:
        unless = Setting({"bucket": wider(rng, passing.policies["bucket"])}, passing.endpoints)
    elif kind < 0.75:
        unless = Declaration([one for one in statements(rng, 6) if one["Effect"] == "Allow"] or [ALL])
    elif kind < 0.95:
        unless = Declaration(wider(rng, passing.policies["bucket"])["Statement"])
    else:
        unless = None
    return Claim("alphabet", passing, unless, WORLD, WITHIN, known_actions=True, services=False)


def refuting(claim):
    passing, unless, within = (one and compile_side(one) for one in (claim.passing, claim.unless, claim.within))
    return [
        request
        for request, endpoint in every_request()
        if passing.passes(request, endpoint) is True
        and (unless is None or unless.passes(request, endpoint) is False)
        and within.passes(request, endpoint) is True
    ]


EACH = 10


@pytest.mark.parametrize("turn", range(24))
def test_a_claim_holds_if_no_request_refutes_it(turn):
    for seed in range(turn * EACH, turn * EACH + EACH):
        claim = claim_of(random.Random(seed))
        verdict = prove(claim)
        found = refuting(claim)
        assert verdict.status == (REFUTED if found else HOLDS), (seed, verdict.reason, found[:1])
        assert bool(verdict.counterexamples) is bool(found)


def test_both_verdicts_are_among_them():
    held = sum(not refuting(claim_of(random.Random(seed))) for seed in range(0, 240, 6))
    assert 10 < held < 30
