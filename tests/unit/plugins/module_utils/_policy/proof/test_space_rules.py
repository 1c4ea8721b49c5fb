# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a key can be depends on who calls and on what is known of the world, as the rules of the world say."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.principals import read_caller
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import State
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    Bucket,
    Declaration,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import Shadows, changed, compile_side
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.space import Space
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.world import ALL_RULES

ABSENT, PRESENT, UNKNOWN = State.ABSENT, State.PRESENT, State.UNKNOWN
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


SOURCE = [
    ("ArnLike", "aws:SourceArn", "arn:aws:s3:::a"),
    ("StringEquals", "aws:SourceAccount", OTHER),
]


def organization(family, path="o-own/r-1/*"):
    return [
        ("ForAnyValue:StringLike", f"aws:{family}OrgPaths", path),
        ("StringEquals", f"aws:{family}OrgID", "o-a"),
    ]


def both(account):
    return {"aws:resourceaccount": (account,), "s3:resourceaccount": (account,)}


def instant(value, *more):
    return dict.fromkeys(("aws:currenttime", "aws:epochtime", *more), value)


TAG = [("StringEquals", "aws:PrincipalTag/t", "a")]
IN_OWN = {"aws:principalaccount": (OWN,)}
NO_ORGANIZATION = World(account=OWN, organization="")
#: Conditions, key, caller, world -> what the key can be.
OF_CALLERS = {
    "a tag of a root user": (TAG, "aws:principaltag/t", "root", WORLD, [{"aws:principaltag/t": ABSENT}]),
    "a user id of a user": (
        [("StringEquals", "aws:userid", ["AIDA1", "AROA1:a"])],
        "aws:userid",
        "user",
        WORLD,
        [{"aws:userid": one} for one in (ABSENT, ("AIDA1",))],
    ),
    "a user id of others": (
        [("StringEquals", "aws:userid", ["AIDA1", "AROA1:a"])],
        "aws:userid",
        "federated",
        WORLD,
        [{"aws:userid": one} for one in (ABSENT, ("AIDA1",))],
    ),
    "an ARN that a service is not named by": (
        [("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/app")],
        "aws:principalarn",
        "service",
        WORLD,
        [{"aws:principalarn": ABSENT}],
    ),
    "an ARN of a service": (
        [("StringLike", "aws:PrincipalArn", ["*", f"arn:aws:iam::{OWN}:role/app"])],
        "aws:principalarn",
        "service",
        WORLD,
        [{"aws:principalarn": ABSENT}, {"aws:principalarn": (f"arn:aws:iam::{ANY}:role/any-other-principal",)}],
    ),
    "a type of a service": (
        [("StringLike", "aws:PrincipalType", ["*", "User"])],
        "aws:principaltype",
        "service",
        WORLD,
        [{"aws:principaltype": ABSENT}, {"aws:principaltype": ("any-other",)}],
    ),
    "an organization, where we are in none": (
        organization("Principal"),
        "aws:principalorgid",
        "role",
        NO_ORGANIZATION,
        [{"aws:principalorgid": ABSENT, "aws:principalorgpaths": ABSENT}],
    ),
    "an organization, of which nothing is known": (
        organization("Principal", "o-a/*"),
        "aws:principalorgid",
        "role",
        World(account=OWN),
        [{"aws:principalorgid": ABSENT}, {"aws:principalorgid": ("o-a",)}],
    ),
    "a Region": (
        [("StringEquals", "aws:RequestedRegion", "eu-west-1")],
        "aws:requestedregion",
        "role",
        WORLD,
        [{"aws:requestedregion": ABSENT}, {"aws:requestedregion": ("eu-west-1",)}],
    ),
    "the Region that is known": (
        [("StringEquals", "aws:RequestedRegion", "eu-west-1")],
        "aws:requestedregion",
        "role",
        World(region="eu-west-2"),
        [{"aws:requestedregion": ("eu-west-2",)}],
    ),
    "the account of a resource, perhaps the caller's": (
        [("StringEquals", "aws:PrincipalAccount", THIRD)],
        "aws:resourceaccount",
        f"arn:aws:iam::{OTHER}:user/ann",
        WORLD,
        [both(one) for one in (ANY, OWN, OTHER, THIRD)],
    ),
    "an ARN in another partition": (
        [("ArnLike", "aws:SourceArn", "arn:aws-cn:s3:::a")],
        "aws:sourcearn",
        "role",
        World("aws-cn"),
        [{"aws:sourcearn": ABSENT}, {"aws:sourcearn": ("arn:aws-cn:s3:::a",)}],
    ),
}


@pytest.mark.parametrize("conditions, key, who, world, found", OF_CALLERS.values(), ids=OF_CALLERS)
def test_values_by_caller_and_world(conditions, key, who, world, found):
    context = {"aws:principalaccount": (OWN,)} if "Org" in conditions[0][1] else {}
    assert of(*conditions, world=world).values(key, context, caller(who)) == found


def test_each_caller_is_asked_by_itself():
    told_apart = of(("StringEquals", "aws:ResourceAccount", THIRD))
    shown = {
        who: [one["aws:resourceaccount"][0] for one in told_apart.values("aws:resourceaccount", {}, caller(who))]
        for who in (f"arn:aws:iam::{OTHER}:user/ann", f"arn:aws:iam::{THIRD}:user/ann")
    }
    assert [OTHER in one for one in shown.values()] == [True, False]


#: Rule -> conditions, key, caller and what is known, with which the rule decides; and what the key can be without it.
WITHOUT = {
    "shapes": (
        [("StringEquals", "aws:SourceVpce", VPCE)],
        ("aws:sourcevpce", "role", {}),
        [{"aws:sourcevpce": ABSENT}, {"aws:sourcevpce": (VPCE,)}],
    ),
    "keys of caller": (
        TAG,
        ("aws:principaltag/t", "root", {}),
        [{"aws:principaltag/t": one} for one in (ABSENT, ("a",))],
    ),
    "principal of service": (
        [("StringEquals", "aws:PrincipalAccount", OTHER)],
        ("aws:principalaccount", "service", {}),
        [{"aws:principalaccount": one} for one in (ABSENT, (OTHER,), (OWN,))],
    ),
    "organization of account": (
        organization("Principal", "o-a/*"),
        ("aws:principalorgid", "role", IN_OWN),
        [{"aws:principalorgid": ABSENT}, {"aws:principalorgid": ("o-a",)}],
    ),
    "one instant": (
        [("DateEquals", "aws:EpochTime", NEW_YEAR)],
        ("aws:epochtime", "role", {}),
        [{"aws:epochtime": one} for one in (ABSENT, (str(SECONDS),))],
    ),
    "resource account": (
        [("StringEquals", "aws:ResourceAccount", OTHER)],
        ("aws:resourceaccount", "role", {}),
        [{"aws:resourceaccount": one} for one in (ABSENT, (ANY,), (OTHER,), (OWN,))],
    ),
    "organization of path": (
        organization("Principal", "o-a/*"),
        ("aws:principalorgpaths", "role", {}),
        [{"aws:principalorgpaths": ABSENT}, {"aws:principalorgpaths": ("o-a/r-x/",)}],
    ),
    "source account": (
        SOURCE,
        ("aws:sourcearn", "role", {}),
        [{"aws:sourcearn": ABSENT}, {"aws:sourcearn": ("arn:aws:s3:::a",)}],
    ),
    "user id": (
        [("StringEquals", "aws:userid", ["AIDA1", "AROA1:a"])],
        ("aws:userid", "user", {}),
        [{"aws:userid": ABSENT}, {"aws:userid": ("AIDA1",)}],
    ),
}


@pytest.mark.parametrize("rule", WITHOUT)
def test_values_without_a_rule(rule):
    conditions, (key, who, context), found = WITHOUT[rule]
    told_apart = of(*conditions, rules=ALL_RULES - {rule})
    assert told_apart.values(key, context, caller(who)) == found
