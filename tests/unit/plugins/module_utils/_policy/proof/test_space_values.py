# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a key can be in a request of which the rest is known, and what follows from it."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.proof.spaces import (
    ABSENT,
    ANY,
    IN_OWN,
    NEW_YEAR,
    OTHER,
    OWN,
    PRESENT,
    SECONDS,
    SOURCE,
    TAG,
    THIRD,
    VPC,
    both,
    caller,
    instant,
    of,
    organization,
    space,
)

SOURCE_VPC = [
    ("ArnLike", "aws:SourceVpcArn", "arn:aws:ec2:*:*:vpc/vpc-1*"),
    ("StringEquals", "aws:SourceVpc", VPC),
]


OURS = [("StringEquals", "aws:SourceOrgID", "o-own")]
SHADOWS_OF_TIME = ("~aws:currenttime", "~aws:epochtime")
FROM_OWN = {"aws:sourceaccount": (OWN,)}
#: Conditions, key, what is known -> what the key can be, with what follows from it.
VALUES = {
    "text": (TAG, "aws:principaltag/t", {}, [{"aws:principaltag/t": one} for one in (ABSENT, ("a",))]),
    "text that is there": (
        TAG,
        "aws:principaltag/t",
        {"aws:principaltag/t": PRESENT},
        [{"aws:principaltag/t": one} for one in (("any-other",), ("a",))],
    ),
    "nothing compares it": (
        TAG,
        "aws:principaltag/other",
        {},
        [{"aws:principaltag/other": one} for one in (ABSENT, ("any-other",))],
    ),
    "a doubt": (TAG, "~?1", {}, [{"~?1": ("true",)}, {"~?1": ("false",)}]),
    "an ARN and its account": (
        SOURCE,
        "aws:sourcearn",
        {},
        [
            {"aws:sourcearn": ABSENT},
            {"aws:sourcearn": (f"arn:aws:any-service:eu-central-1:{ANY}:any/resource",), "aws:sourceaccount": (ANY,)},
            # Without an account in it, and with it but without the key for it, which AWS need not send.
            {"aws:sourcearn": ("arn:aws:s3:::a",)},
            {"aws:sourcearn": (f"arn:aws:x::{OTHER}:x",), "aws:sourceaccount": (OTHER,)},
            {"aws:sourcearn": (f"arn:aws:x::{OWN}:x",), "aws:sourceaccount": (OWN,)},
        ],
    ),
    "an ARN of an account that is known": (
        SOURCE,
        "aws:sourcearn",
        {"aws:sourceaccount": (OTHER,), "aws:sourcearn": PRESENT},
        [{"aws:sourcearn": ("arn:aws:s3:::a",)}, {"aws:sourcearn": (f"arn:aws:x::{OTHER}:x",)}],
    ),
    "an ARN of an account that is in no policy": (
        SOURCE,
        "aws:sourcearn",
        {"aws:sourceaccount": (THIRD,), "aws:sourcearn": PRESENT},
        [{"aws:sourcearn": ("arn:aws:s3:::a",)}, {"aws:sourcearn": (f"arn:aws:x::{THIRD}:x",)}],
    ),
    "an ARN without the key for its account": (
        SOURCE,
        "aws:sourcearn",
        {"aws:sourceaccount": ABSENT, "aws:sourcearn": PRESENT},
        [
            {"aws:sourcearn": (f"arn:aws:any-service:eu-central-1:{ANY}:any/resource",)},
            {"aws:sourcearn": ("arn:aws:s3:::a",)},
        ],
    ),
    "an account that no ARN has told": (
        SOURCE,
        "aws:sourceaccount",
        {},
        [{"aws:sourceaccount": one} for one in (ABSENT, (OTHER,), (OWN,))],
    ),
    "a VPC and its ARN": (
        SOURCE_VPC,
        "aws:sourcevpcarn",
        {"aws:sourcevpcarn": PRESENT},
        [
            {"aws:sourcevpcarn": (f"arn:aws:ec2:{region}:{ANY}:vpc/{vpc}",), "aws:sourcevpc": (vpc,)}
            for region, vpc in (("eu-central-1", "vpc-0ffffffffffffffff"), ("x", "vpc-1"), ("x", VPC))
        ],
    ),
    "paths and the organization that they begin with": (
        organization("Principal", "o-a/*"),
        "aws:principalorgpaths",
        {},
        [
            {"aws:principalorgpaths": ABSENT, "aws:principalorgid": ABSENT},
            {"aws:principalorgpaths": ("o-a/r-x/",), "aws:principalorgid": ("o-a",)},
        ],
    ),
    "paths in an organization that is known": (
        organization("Principal", "o-a/*"),
        "aws:principalorgpaths",
        {"aws:principalorgid": ("o-a",)},
        [{"aws:principalorgpaths": ("o-a/r-x/",)}],
    ),
    "paths in two organizations, which nobody is in": (
        [
            *organization("Principal", "o-a/*"),
            ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-b/*"),
        ],
        "aws:principalorgpaths",
        {"aws:principalorgpaths": PRESENT},
        [
            {"aws:principalorgpaths": (f"{one}/{path}/",), "aws:principalorgid": (one,)}
            for one, path in (("o-anyotherone", "r-root/ou-any"), ("o-a", "r-x"), ("o-b", "r-x"))
        ],
    ),
    "an organization": (
        organization("Principal", "o-a/*"),
        "aws:principalorgid",
        {},
        [{"aws:principalorgid": ABSENT}, {"aws:principalorgid": ("o-a",)}],
    ),
    "our organization": (organization("Principal"), "aws:principalorgid", IN_OWN, [{"aws:principalorgid": ("o-own",)}]),
    "paths in ours": (
        organization("Principal"),
        "aws:principalorgpaths",
        IN_OWN,
        [
            {"aws:principalorgid": ("o-own",), "aws:principalorgpaths": (f"o-own/r-{one}/",)}
            for one in ("root/ou-any", "1")
        ],
    ),
    "our organization, of a resource": (
        organization("Resource"),
        "aws:resourceorgid",
        {"aws:resourceaccount": (OWN,)},
        [{"aws:resourceorgid": ("o-own",)}],
    ),
    "our organization, of an endpoint": (
        organization("Vpce"),
        "aws:vpceorgid",
        {"aws:vpceaccount": (OWN,)},
        [{"aws:vpceorgid": ("o-own",)}],
    ),
    "our organization, which a service need not say": (
        organization("Source"),
        "aws:sourceorgid",
        FROM_OWN,
        [{"aws:sourceorgid": ("o-own",)}, {"aws:sourceorgid": ABSENT, "aws:sourceorgpaths": ABSENT}],
    ),
    "our organization, which a service says": (
        organization("Source"),
        "aws:sourceorgid",
        {**FROM_OWN, "aws:sourceorgid": PRESENT},
        [{"aws:sourceorgid": ("o-own",)}],
    ),
    "paths in ours, of which a service says one": (
        organization("Source"),
        "aws:sourceorgpaths",
        {**FROM_OWN, "aws:sourceorgid": ("o-own",)},
        [{"aws:sourceorgid": ("o-own",), "aws:sourceorgpaths": (f"o-own/r-{one}/",)} for one in ("root/ou-any", "1")],
    ),
    "paths in ours, of which a service need not say one": (
        OURS,
        "aws:sourceorgpaths",
        FROM_OWN,
        [
            {"aws:sourceorgid": ("o-own",), "aws:sourceorgpaths": ("o-own/r-root/ou-any/",)},
            {"aws:sourceorgid": ABSENT, "aws:sourceorgpaths": ABSENT},
        ],
    ),
    "paths in ours that a service says": (
        OURS,
        "aws:sourceorgpaths",
        {**FROM_OWN, "aws:sourceorgpaths": PRESENT},
        [{"aws:sourceorgid": ("o-own",), "aws:sourceorgpaths": ("o-own/r-root/ou-any/",)}],
    ),
    "paths of a service that says its organization": (
        OURS,
        "aws:sourceorgpaths",
        {**FROM_OWN, "aws:sourceorgid": ("o-own",)},
        [{"aws:sourceorgid": ("o-own",), "aws:sourceorgpaths": ("o-own/r-root/ou-any/",)}],
    ),
    "paths of others, which are there": (
        [("StringEquals", "aws:PrincipalOrgID", "o-own")],
        "aws:principalorgpaths",
        IN_OWN,
        [{"aws:principalorgid": ("o-own",), "aws:principalorgpaths": ("o-own/r-root/ou-any/",)}],
    ),
    "the account of an endpoint": (
        [("StringEquals", "aws:VpceAccount", OTHER)],
        "aws:vpceaccount",
        {"aws:vpceaccount": PRESENT},
        [{"aws:vpceaccount": (one,)} for one in (ANY, OTHER, OWN)],
    ),
    "another account's organization": (
        organization("Principal", "o-a/*"),
        "aws:principalorgid",
        {"aws:principalaccount": (OTHER,)},
        [{"aws:principalorgid": ABSENT}, {"aws:principalorgid": ("o-a",)}],
    ),
    "the account of a resource": (
        [("StringEquals", "aws:ResourceAccount", OTHER)],
        "aws:resourceaccount",
        {},
        [both(one) for one in (ANY, OTHER, OWN)],
    ),
    "the account of a resource by its other key": (
        [("StringEquals", "s3:ResourceAccount", OTHER)],
        "s3:resourceaccount",
        {"s3:resourceaccount": PRESENT},
        [both(one) for one in (ANY, OTHER, OWN)],
    ),
    "an instant": (
        [("DateLessThan", "aws:CurrentTime", NEW_YEAR), ("DateLessThan", "aws:EpochTime", NEW_YEAR)],
        "aws:currenttime",
        {},
        [instant((str(one),)) for one in (SECONDS, 0)],
    ),
    "an instant by its other key": (
        [("DateLessThan", "aws:CurrentTime", NEW_YEAR), ("DateEquals", "aws:EpochTime", NEW_YEAR)],
        "aws:epochtime",
        {},
        [instant((str(one),)) for one in (SECONDS, 0, SECONDS + 1)],
    ),
    "whether there is an instant": (
        [("Null", "aws:CurrentTime", "true"), ("DateEquals", "aws:EpochTime", NEW_YEAR)],
        "aws:currenttime",
        {},
        [instant((str(one),)) for one in (SECONDS, 0)],
    ),
    "a variable": (
        [("StringEquals", "aws:username", "bob"), ("StringEquals", "s3:prefix", "${aws:username}")],
        "aws:username",
        {},
        [{"aws:username": one} for one in (ABSENT, ("any-other",), ("bob",))],
    ),
    "what is compared with a variable": (
        [("StringEquals", "aws:username", "bob"), ("StringEquals", "s3:prefix", "${aws:username}")],
        "s3:prefix",
        {},
        [{"s3:prefix": one} for one in (ABSENT, ("any-other",), ("bob",))],
    ),
    "an address": (
        [("IpAddress", "aws:SourceIp", "10.0.0.0/8")],
        "aws:sourceip",
        {"aws:sourceip": PRESENT},
        [{"aws:sourceip": one} for one in (("0.0.0.1",), ("10.0.0.7",))],
    ),
}


@pytest.mark.parametrize("conditions, key, context, found", VALUES.values(), ids=VALUES)
def test_values(conditions, key, context, found):
    told_apart = of(*conditions)
    assert told_apart.values(key, context, caller()) == found
    assert told_apart.inexact == set()
    # Asked again, the same.
    assert told_apart.values(key, context, caller()) == found
    assert told_apart.values(key, {**context, "aws:principaltag/more": ABSENT}, caller()) == found


def test_what_is_known_of_others_counts_each_time():
    told_apart = of(*SOURCE)
    for account in (OTHER, THIRD):
        known = {"aws:sourceaccount": (account,), "aws:sourcearn": PRESENT}
        shown = told_apart.values("aws:sourcearn", known, caller())
        assert {"aws:sourcearn": (f"arn:aws:x::{account}:x",)} in shown


#: Conditions, key -> what the key can be, and of what nobody says which values it has.
INEXACT = {
    "binary": (
        [("BinaryEquals", "aws:PrincipalTag/t", "QQ==")],
        "aws:principaltag/t",
        [
            {"aws:principaltag/t": ABSENT},
            {"aws:principaltag/t": PRESENT, "~aws:principaltag/t": PRESENT},
        ],
    ),
    "an instant as a number": (
        [("NumericLessThan", "aws:EpochTime", str(SECONDS))],
        "aws:epochtime",
        [*(instant((str(one),)) for one in (SECONDS, 0, SECONDS + 1)), instant(PRESENT, *SHADOWS_OF_TIME)],
    ),
    "an instant as text": (
        [("StringEquals", "aws:CurrentTime", NEW_YEAR)],
        "aws:currenttime",
        [instant(("any-other",)), instant(PRESENT, *SHADOWS_OF_TIME)],
    ),
}


@pytest.mark.parametrize("conditions, key, found", INEXACT.values(), ids=INEXACT)
def test_values_that_are_not_all(conditions, key, found):
    told_apart = of(*conditions)
    assert told_apart.values(key, {}, caller()) == found
    assert told_apart.inexact == {key}


def test_too_many_values_stand_for_all():
    told_apart = of(("StringLike", "s3:prefix", "*a????????b*"), budget=50)
    assert told_apart.values("s3:prefix", {}, caller()) == [
        {"s3:prefix": ABSENT},
        {"s3:prefix": PRESENT, "~s3:prefix": PRESENT},
    ]
    of_service = of(("StringLike", "aws:userid", "*a????????b*"), budget=50)
    assert of_service.values("aws:userid", {}, caller("service")) == [{"aws:userid": ABSENT}]


def test_only_public_addresses_where_that_is_asked():
    for public, shown in ((True, ["1.0.0.1", "2001:db8::7"]), (False, ["0.0.0.1", "10.0.0.7"])):
        found = space(
            {"Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "::/0"]}}},
            public=public,
        ).values("aws:sourceip", {"aws:sourceip": PRESENT}, caller())
        assert [one["aws:sourceip"][0] for one in found] == shown
