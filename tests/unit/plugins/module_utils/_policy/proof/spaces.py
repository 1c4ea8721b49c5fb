# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small world and the spaces of its requests, as the tests of what statements tell apart share them."""

from __future__ import annotations

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.principals import read_caller
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import State
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import Bucket, Declaration, World
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import Shadows, changed, compile_side
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.space import Space

ABSENT, PRESENT = State.ABSENT, State.PRESENT
OWN, OTHER, THIRD, ANY = "111122223333", "444455556666", "777788889999", "999999999999"
VPCE, VPC = "vpce-0aaaaaaaaaaaaaaa1", "vpc-0aaaaaaaaaaaaaaa1"
WORLD = World(account=OWN, organization="o-own", buckets=(Bucket("reports", OWN),))
NEW_YEAR, SECONDS = "2026-01-01T00:00:00Z", 1767225600
CALLERS = {
    "role": f"arn:aws:iam::{OWN}:role/app",
    "user": f"arn:aws:iam::{OWN}:user/ann",
    "federated": f"arn:aws:sts::{OWN}:federated-user/joe",
    "root": f"arn:aws:iam::{OWN}:root",
    "service": "s3.amazonaws.com",
}
SOURCE = [
    ("ArnLike", "aws:SourceArn", "arn:aws:s3:::a"),
    ("StringEquals", "aws:SourceAccount", OTHER),
]
TAG = [("StringEquals", "aws:PrincipalTag/t", "a")]
IN_OWN = {"aws:principalaccount": (OWN,)}


def caller(name="role"):
    return read_caller(CALLERS.get(name, name), "aws")


def statement(**elements):
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", **elements}


def space(*statements, world=WORLD, budget=20_000, **more):
    side = compile_side(Declaration([statement(**one) for one in statements or ({},)]))
    return Space(world, [changed(side, Shadows().statement)], budget, **more)


def of(*conditions, **more):
    """What statements tell apart that have one condition each."""
    return space(*({"Condition": {operator: {key: values}}} for operator, key, values in conditions), **more)


def organization(family, path="o-own/r-1/*"):
    return [
        ("ForAnyValue:StringLike", f"aws:{family}OrgPaths", path),
        ("StringEquals", f"aws:{family}OrgID", "o-a"),
    ]


def both(account):
    return {"aws:resourceaccount": (account,), "s3:resourceaccount": (account,)}


def instant(value, *more):
    return dict.fromkeys(("aws:currenttime", "aws:epochtime", *more), value)
