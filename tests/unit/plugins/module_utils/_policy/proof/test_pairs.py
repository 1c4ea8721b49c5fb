# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked for: one action and one resource for all that the same statements name."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.patterns import Wild, pattern
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import State
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import Bucket, Declaration, World
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.pairs import pairs
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import Shadows, changed, compile_side
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.space import Space
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.world import ALL_RULES

OWN, OTHER, ANY, ODD = "111122223333", "444455556666", "999999999999", "899999999999"
WORLD = World(account=OWN, buckets=(Bucket("reports", OWN),))
S3, BUCKET, OBJECTS = "arn:aws:s3:::", "arn:aws:s3:::reports", "arn:aws:s3:::reports/*"
ABOUT = ((BUCKET,), (f"{BUCKET}/", Wild.RUN))
OURS = {"Resource": [BUCKET, OBJECTS]}


def of(*statements, known=True, world=WORLD, budget=20_000, **more):
    made = [
        {"Effect": "Allow", "Principal": "*"}
        | ({} if "NotAction" in one else {"Action": "s3:GetObject"})
        | ({} if "NotResource" in one else {"Resource": "*"})
        | one
        for one in statements
    ]
    side = changed(compile_side(Declaration(made)), Shadows().statement)
    return pairs(Space(world, [side], budget, **more), known)


def shown(found):
    """Action, resource, statements that are about it, and those that may be."""
    return [
        (one.action.removeprefix("s3:"), one.resource.removeprefix(S3), one.covering, one.doubtful) for one in found
    ]


POINT, POINT_OBJECT = "eu-central-1:{}:accesspoint/any", "eu-central-1:{}:accesspoint/any/object/any"


def located(account, text=POINT_OBJECT):
    return f"arn:aws:s3:{text.format(account)}"


#: Actions on what there is of other buckets, where a statement is about GetObject only.
OF_OTHERS = [
    ("PutObject", "reports/any-object", 0, 0),
    *((action, one, 0, 0) for action in ("ListBucket", "PutBucketPolicy") for one in ("reports", "reportsx")),
]
ELSEWHERE = ("GetObject", "reportsx/x", 0, 0)
#: Statements, of which only one bucket matters -> pairs.
OF_ONE_BUCKET = {
    "a bucket and its objects": ([OURS], [("GetObject", "reports/any-object", 1, 0), ELSEWHERE, *OF_OTHERS]),
    "some keys": (
        [OURS, {"Resource": f"{BUCKET}/a*"}],
        [
            ("GetObject", "reports/x", 1, 0),
            ("GetObject", "reports/any-object", 3, 0),
            ELSEWHERE,
            ("PutObject", "reports/x", 0, 0),
            *OF_OTHERS[1:],
        ],
    ),
    "another bucket does not matter": (
        [OURS, {"Resource": f"{S3}other/a*"}],
        [("GetObject", "reports/any-object", 1, 0), ELSEWHERE, *OF_OTHERS],
    ),
    "all but some keys": (
        [{"NotResource": f"{BUCKET}/a*"}],
        [
            ("GetObject", "reports/x", 1, 0),
            # Of our bucket, this stands for other actions too.
            ("GetObject", "reports/any-object", 0, 0),
            ("GetObject", "reportsx/x", 1, 0),
            ("PutObject", "reportsx/x", 0, 0),
            *OF_OTHERS[1:],
        ],
    ),
    "some actions": (
        [OURS, {"Action": "s3:Put*"}],
        [
            ("GetObject", "reports/any-object", 1, 0),
            ELSEWHERE,
            ("PutObject", "reports/any-object", 2, 0),
            ("PutObject", "reportsx/x", 2, 0),
            *OF_OTHERS[1:3],
            ("DeleteObject", "reports/any-object", 0, 0),
            # Those that the root user can always do are told apart.
            *(("PutBucketPolicy", one, 2, 0) for one in ("reports", "reportsx")),
            *(("DeleteBucketPolicy", one, 0, 0) for one in ("reports", "reportsx")),
            *(("PutAccelerateConfiguration", one, 2, 0) for one in ("reports", "reportsx")),
        ],
    ),
    "all actions": (
        [{"Action": "s3:*", **OURS}],
        [
            *(("GetObject", "reports/any-object", 1, 0), ELSEWHERE, ("ListBucket", "reports", 1, 0), OF_OTHERS[2]),
            *(("PutBucketPolicy", "reports", 1, 0), OF_OTHERS[4]),
        ],
    ),
    "a variable": (
        [{"Resource": f"{BUCKET}/${{aws:username}}/*"}],
        [
            ("GetObject", "reports/any-object", 0, 0),
            ("GetObject", "reports//", 0, 1),
            *OF_OTHERS[1:],
            ELSEWHERE,
        ],
    ),
    "a variable that a name pins down": (
        [{"Resource": f"{BUCKET}/${{aws:username}}/*", "Principal": {"AWS": f"arn:aws:iam::{OWN}:user/ann"}}],
        [
            ("GetObject", "reports/any-object", 0, 0),
            ("GetObject", "reports//", 0, 1),
            ("GetObject", "reports/ann/", 0, 1),
            *OF_OTHERS[1:],
            ELSEWHERE,
        ],
    ),
}


@pytest.mark.parametrize("statements, found", OF_ONE_BUCKET.values(), ids=OF_ONE_BUCKET)
def test_pairs_of_one_bucket(statements, found):
    assert sorted(shown(of(*statements, about=ABOUT))) == sorted(found)


BUCKETS = ("any-other-bucket", "reports")
#: What is there besides: of all buckets, of access points of whoever owns them, and what is about no resource.
OF_ALL = [
    *((action, f"{one}/any-object") for action in ("GetObject", "PutObject") for one in BUCKETS),
    *((action, f"arn:aws:s3::{ODD}:accesspoint/x/object/x") for action in ("GetObject", "PutObject")),
    *((action, located(one)) for action in ("GetObject", "PutObject") for one in (OWN, ANY)),
    *((action, one) for action in ("ListBucket", "PutBucketPolicy") for one in BUCKETS),
    ("GetBucketPolicy", f"arn:aws:s3::{ODD}:accesspoint/x"),
    *(("GetBucketPolicy", located(one, POINT)) for one in (OWN, ANY)),
    ("CreateJob", "*"),
]


def test_pairs_of_all_buckets():
    found = shown(of({}))
    assert sorted(one[:2] for one in found) == sorted(OF_ALL)
    assert {one[0] for one in found if one[2]} == {"GetObject"}
    assert [one[:2] for one in found[:2]] == [OF_ALL[0], OF_ALL[1]]
    nobody = shown(of({}, world=World()))
    known = [one for one in OF_ALL if OWN in one[1] or one[1].startswith("reports")]
    assert sorted(one[:2] for one in nobody) == sorted(set(OF_ALL) - set(known))


#: Statement -> pairs that it is about beside those, and pairs that it may be about.
BESIDE = {
    "the name of a bucket that S3 would not give": ({"Resource": f"{S3}ab/*"}, ["ab/x"], []),
    "one letter": ({"Resource": f"{S3}a/k"}, ["a/k"], []),
    "a name that is short but for a wildcard": ({"Resource": f"{S3}ab*"}, ["abx/x"], []),
    "access points of an account": (
        {"Resource": f"arn:aws:s3:*:{OTHER}:accesspoint/a*"},
        [f"arn:aws:s3::{OTHER}:accesspoint/a/object/x"],
        [f"xxx/:{OTHER}:accesspoint/a", f"reports/:{OTHER}:accesspoint/a"],
    ),
    "objects behind an access point": (
        {"Resource": f"arn:aws:s3:eu-west-1:{OTHER}:accesspoint/mine/object/k*"},
        [f"arn:aws:s3:eu-west-1:{OTHER}:accesspoint/mine/object/k"],
        [],
    ),
    "a wildcard that reaches over colons": (
        {"Resource": "arn:aws:s3:*:reports/*"},
        [],
        [
            *("reports/any-object", "reports/:", "xxx/:reports/", "xxx/:reports/:"),
            *(f"arn:aws:s3::{one}:accesspoint/x/object/:reports/" for one in (ODD, OWN, ANY)),
        ],
    ),
    "an ARN that is short": (
        {"Resource": "arn:aws:s3"},
        [],
        [
            *(one for action, one in OF_ALL if action == "GetObject"),
            *(f"arn:aws:s3::{one}:accesspoint/x/object/:accesspoint/x" for one in (ODD, OWN, ANY)),
        ],
    ),
    "nothing of S3": ({"Resource": "arn:aws:sqs:::reports/*"}, [], []),
}


@pytest.mark.parametrize("statement, covered, doubtful", BESIDE.values(), ids=BESIDE)
def test_what_a_statement_is_about(statement, covered, doubtful):
    found = [one for one in shown(of(statement)) if one[0] == "GetObject"]
    assert sorted(one[1] for one in found if one[2]) == sorted(covered)
    assert sorted(one[1] for one in found if one[3]) == sorted(doubtful)


def test_a_bucket_of_an_odd_name_is_asked_about():
    found = of({"Resource": f"{S3}ab/*"}, world=World(buckets=(Bucket("ab", OWN),)), about=pattern_of(f"{S3}ab/*"))
    assert ("GetObject", "ab/any-object", 1, 0) in shown(found)
    assert ("GetObject", "a/any-object") not in [one[:2] for one in shown(of({}))]


def pattern_of(*texts):
    return tuple(map(pattern, texts))


#: Resources that matter -> what all resources that are asked about begin with.
HEADS = [
    ([BUCKET, OBJECTS], "reports"),
    ([f"{BUCKET}/a/*", f"{BUCKET}/a/b*"], "reports/a/"),
    ([f"{S3}reports-a/*", f"{S3}reports-b/*"], "reports-"),
    ([f"{S3}reports-a/*", f"{S3}*"], ""),
    ([f"{S3}reports*"], "reports"),
    ([f"{S3}a b/*"], ""),
    (["*"], ""),
]


@pytest.mark.parametrize("about, head", HEADS)
def test_what_resources_begin_with(about, head):
    found = of({"Resource": about}, about=pattern_of(*about), world=World(account=OWN))
    resources = [one.resource for one in found]
    assert all(one.startswith(S3 + head) for one in resources) is bool(head)
    assert ("*" in resources) is (not head)
    if head:
        assert not all(one.startswith(f"{S3}{head}x") for one in resources)


#: Owner of the bucket -> what a pair says of its keys.
OWNERS = [
    (Bucket("reports", OWN), {"aws:resourceaccount": (OWN,), "s3:resourceaccount": (OWN,)}),
    (Bucket("reports"), {}),
    (
        Bucket("reports", OWN, "o-x"),
        {"aws:resourceaccount": (OWN,), "s3:resourceaccount": (OWN,), "aws:resourceorgid": ("o-x",)},
    ),
    (Bucket("reports", None, ""), {"aws:resourceorgid": State.ABSENT}),
]


@pytest.mark.parametrize("bucket, context", OWNERS)
def test_what_is_known_of_the_owner(bucket, context):
    world = World(buckets=(Bucket("another", OTHER), bucket))
    found = of(OURS, world=world, about=ABOUT)
    assert {one.resource: dict(one.context) for one in found}[f"{BUCKET}/any-object"] == context
    assert {one.resource: dict(one.context) for one in found}[f"{S3}reportsx/x"] == {}
    without = of(OURS, world=world, about=ABOUT, rules=ALL_RULES - {"account of resource"})
    assert {one.context for one in without} == {()}


def test_the_account_in_an_arn_owns_it():
    found = {one.resource: dict(one.context) for one in of({})}
    assert found[located(OWN)] == {"aws:resourceaccount": (OWN,), "s3:resourceaccount": (OWN,)}
    assert found["*"] == {}


def test_keys_come_with_the_actions_that_know_them():
    prefix = {"Action": "s3:*", "Condition": {"StringEquals": {"s3:prefix": "a", "aws:PrincipalTag/t": "a"}}, **OURS}
    found = {one.action: dict(one.context).get("s3:prefix") for one in of(prefix, about=ABOUT)}
    assert found["s3:ListBucket"] is None
    assert found["s3:GetObject"] is found["s3:PutBucketPolicy"] is State.ABSENT
    anything = of(prefix, about=ABOUT, rules=ALL_RULES - {"keys of action"})
    assert not any("s3:prefix" in dict(one.context) for one in anything)
    # Of a key that is not known, nobody knows which actions carry it; all carry the signature.
    others = {"Condition": {"StringEquals": {"s3:x-amz-new": "a", "s3:signatureversion": "a"}}, **OURS}
    assert not any(value is State.ABSENT for one in of(others, about=ABOUT) for value in dict(one.context).values())


#: Names of actions -> unknown actions, and the statements that name them.
UNKNOWN = [
    (["s3:GetObject"], [("anyotheraction", 0)]),
    (["s3:New*", "s3:GetObject"], [("anyotheraction", 0), ("new", 1)]),
    (["s3:*"], [("anyotheraction", 1)]),
    (["s3:NewAction"], [("anyotheraction", 0), ("newaction", 1)]),
    (["s3:?????????"], [("anyotheraction", 0), ("xxxxxxxxx", 1)]),
    # The first text that fits is an action that is known; another one that fits may not be.
    (["s3:getobject*"], [("anyotheraction", 0), ("getobject", 1)]),
    (["sqs:*"], [("anyotheraction", 0)]),
]


@pytest.mark.parametrize("names, found", UNKNOWN)
def test_actions_that_nobody_knows_yet(names, found):
    pairs_ = [one for one in of({"Action": names, **OURS}, known=False, about=ABOUT) if not one.known]
    shown_ = [
        (one.action.removeprefix("s3:"), one.covering) for one in pairs_ if one.resource == f"{BUCKET}/any-object"
    ]
    assert shown_ == found
    # There may be any on anything.
    assert {one.kind for one in pairs_} == {"bucket", "object"}
    assert all(one.action_key == one.action.lower() for one in pairs_)


def test_actions_that_statements_do_not_name_are_unknown_too():
    found = [one for one in of({"NotAction": "s3:NewAction", **OURS}, known=False, about=ABOUT) if not one.known]
    assert {(one.action, one.covering) for one in found if "any-object" in one.resource} == {
        ("s3:anyotheraction", 1),
        ("s3:newaction", 0),
    }


def test_known_actions_have_their_names():
    found = of({"Action": "s3:*", **OURS}, about=ABOUT)
    assert all(one.known for one in found)
    assert {one.action_key for one in found} == {"s3:getobject", "s3:listbucket", "s3:putbucketpolicy"}


def test_actions_suit_their_resources():
    kinds = {}
    for one in of({"Action": "s3:*"}):
        kinds.setdefault(one.kind, set()).add(one.action)
    assert "s3:GetObject" in kinds["object"]
    assert "s3:GetObject" not in kinds["bucket"]
    assert "s3:ListBucket" in kinds["bucket"]
    assert kinds["*"] == {"s3:CreateJob"}
    points = {one.resource.split("/", 1)[1]: one.action for one in of({"Action": "s3:*"}) if one.kind == "located"}
    assert points["any/object/any"] == "s3:GetObject"
    assert points["any"] == "s3:GetBucketPolicy"


def test_resources_are_of_the_partition_of_the_world():
    found = of({}, world=World("aws-cn", buckets=(Bucket("reports", OWN),)))
    assert {one.resource.split(":")[1] for one in found if one.resource != "*"} == {"aws-cn"}
    assert "arn:aws-cn:s3:::reports/any-object" in [one.resource for one in found]
