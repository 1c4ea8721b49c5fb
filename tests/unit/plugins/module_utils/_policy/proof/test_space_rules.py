# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a key can be depends on who calls and on what is known of the world, as the rules of the world say."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import World
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.world import ALL_RULES
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.proof.spaces import (
    ABSENT,
    ANY,
    IN_OWN,
    NEW_YEAR,
    OTHER,
    OWN,
    SECONDS,
    SOURCE,
    TAG,
    THIRD,
    VPCE,
    WORLD,
    both,
    caller,
    of,
    organization,
)

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
