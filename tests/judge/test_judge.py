# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An SMT solver says of random documents what the engine says of them."""

from __future__ import annotations

import os
import random

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    HOLDS,
    UNDECIDED,
    Bucket,
    Claim,
    Declaration,
    Setting,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import Options, prove

pytest.importorskip("cvc5", reason="cvc5 has no wheel for this Python")
from tests.judge import smt

OWN, OTHER = "111122223333", "444455556666"
BUCKET = "arn:aws:s3:::reports"
WORLD = World(account=OWN, buckets=(Bucket("reports", OWN),))
#: What the solver reads: these actions, on this bucket, and of nobody but users, roles, root and anonymous callers.
WITHIN = Declaration(
    [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": list(smt.ACTIONS),
            "Resource": [BUCKET, f"{BUCKET}/*"],
            "Condition": {"StringNotEquals": {"aws:PrincipalType": "FederatedUser"}},
        }
    ]
)
#: Of each seed; `JUDGE_PAIRS=400` asks for more.
PAIRS = int(os.environ.get("JUDGE_PAIRS", "60"))
SEEDS = range(8)

ACTIONS = ["s3:GetObject", "s3:*", "s3:Get*", "s3:*Object", "s3:?etObject", "s3:ListBucket", "s3:Put*"]
RESOURCES = [
    BUCKET,
    f"{BUCKET}/*",
    f"{BUCKET}*",
    f"{BUCKET}/a*",
    f"{BUCKET}/*b",
    f"{BUCKET}/a?c*",
    f"{BUCKET}/*a*b*",
    "*",
]
PRINCIPALS = [
    "*",
    {"AWS": OWN},
    {"AWS": OTHER},
    {"AWS": f"arn:aws:iam::{OTHER}:root"},
    {"AWS": [f"arn:aws:iam::{OWN}:role/app", f"arn:aws:iam::{OTHER}:role/app"]},
    {"AWS": f"arn:aws:iam::{OTHER}:user/alice"},
]
TEXT = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"]
CONDITIONS = {
    "aws:SourceVpce": (TEXT, ["vpce-0a1", "vpce-0b2", "vpce-0*", "vpce-?a*"]),
    "aws:SourceIp": (["IpAddress", "NotIpAddress"], ["10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24"]),
    "aws:PrincipalArn": (
        ["ArnLike", "ArnNotLike", "ArnEquals", "StringNotEquals"],
        [f"arn:aws:iam::{OWN}:role/app", f"arn:aws:iam::{OTHER}:*", "arn:aws:iam::*:role/a*", "arn:aws:iam::*:user/*e"],
    ),
    "aws:PrincipalAccount": (TEXT, [OWN, OTHER, "1111*"]),
    "aws:username": (TEXT, ["alice", "al*", "*e"]),
    "aws:SecureTransport": (["Bool"], ["true", "false"]),
    "s3:prefix": (TEXT, ["a/", "a/*", "*/b", ""]),
    "aws:PrincipalTag/team": (TEXT, ["red", "r*", "*d"]),
    "aws:MultiFactorAuthAge": (["NumericEquals", "NumericLessThan", "NumericGreaterThanEquals"], ["60", "3600"]),
}


def condition(rng):
    block = {}
    for _turn in range(rng.choice([0, 1, 1, 2])):
        key = rng.choice(list(CONDITIONS))
        operators, values = CONDITIONS[key]
        operator = rng.choice(operators) + ("IfExists" if rng.random() < 0.2 else "")
        if rng.random() < 0.1:
            operator, values = "Null", ["true", "false"]
        single = operator.startswith(("Null", "Bool", "Numeric"))
        block.setdefault(operator, {})[key] = rng.choice(values) if single else rng.sample(values, rng.randint(1, 2))
    return block


def statement(rng, number):
    found = {
        "Sid": f"S{number}",
        "Effect": rng.choice(["Allow", "Allow", "Deny"]),
        "Principal": rng.choice(PRINCIPALS),
        "NotAction" if rng.random() < 0.1 else "Action": rng.sample(ACTIONS, rng.randint(1, 2)),
        "NotResource" if rng.random() < 0.1 else "Resource": rng.sample(RESOURCES, rng.randint(1, 2)),
    }
    block = condition(rng)
    return {**found, "Condition": block} if block else found


def document(rng, other=None):
    """A random document, or another one with one statement changed."""
    if other is not None and rng.random() < 0.6:
        statements = list(other["Statement"])
        place = rng.randrange(len(statements))
        statements[place] = {**statements[place], **rng.choice([{"Condition": condition(rng)}, {"Principal": "*"}])}
    else:
        statements = [statement(rng, number) for number in range(rng.randint(1, 3))]
    return {"Version": "2012-10-17", "Statement": statements}


def question(rng, encoder):
    """A claim, and the formula of what would refute it."""
    one = document(rng)
    other = document(rng, one)
    kind = rng.choice(["declared", "no new access", "nothing else"])
    passing, unless = (Setting({"bucket": each}) for each in (one, other))
    passes, excused = encoder.bucket_allows(one), encoder.bucket_allows(other)
    if kind != "no new access":
        unless, excused = Declaration(other["Statement"]), encoder.declares(other)
    if kind == "declared":
        passing, passes = Declaration(one["Statement"]), encoder.declares(one)
    claim = Claim(kind, passing, unless, WORLD, WITHIN, known_actions=True, services=False)
    return claim, encoder.all((passes, encoder.no(excused)))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_solver_agrees(seed):
    rng = random.Random(f"judge {seed}")
    encoder = smt.Encoder("reports", OWN)
    undecided = given_up = 0
    for number in range(PAIRS):
        claim, refuting = question(rng, encoder)
        status = prove(claim, Options(examples=1)).status
        satisfiable = encoder.satisfiable(refuting)
        undecided += status == UNDECIDED
        given_up += satisfiable is None
        if satisfiable is None or status == UNDECIDED:
            continue
        assert (status == HOLDS) is not satisfiable, (number, claim)
    assert undecided <= PAIRS / 50
    # The solver has five seconds for each, of whatever else the machine does.
    assert given_up <= PAIRS / 10
