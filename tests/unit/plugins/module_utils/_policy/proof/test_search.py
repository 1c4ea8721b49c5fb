# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The search for requests that answer a question: which it finds, what it rests on, and how many it looks at."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import State
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.cells import Cells
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    Declaration,
    Endpoint,
    Setting,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.search import (
    Budget,
    Exhausted,
    Question,
    Search,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import Shadows, changed, compile_side
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.space import Space
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.proof.policies import (
    ANN,
    BOB,
    BUCKET,
    OBJECTS,
    OTHER,
    OWN,
    VPC,
    VPCE,
    WORLD,
    allow,
    deny,
    policy,
)

PEER = "vpce-0bbbbbbbbbbbbbbb2"


def setting(*statements, endpoint=None):
    return Setting({"bucket": policy(*statements)}, {} if endpoint is None else {VPCE: policy(*endpoint)})


def search(
    passing, unless=None, within=None, apart=None, through=(VPCE,), leaves=500, wanted=None, enough=None, world=WORLD
):
    """A search, the cells of which are those of one endpoint."""
    shadows = Shadows()
    given = [Declaration(one) if isinstance(one, list) else one for one in (passing, unless, within, apart)]
    sides = [one and changed(compile_side(one), shadows.statement) for one in given]
    known = frozenset(name for one in given if isinstance(one, Setting) for name in one.endpoints)
    cells = Cells(Space(world, list(filter(None, sides)), 20_000), known, through, None, True, True)
    more = {} if enough is None else {"enough": enough}
    return Search(cells, Question(*sides[:3]), Budget(leaves), wanted or (lambda node: True), apart=sides[3], **more)


def who(node):
    return {"anonymous": "anonymous", ANN: "ann", BOB: "bob"}.get(
        node.caller.caller.text
    ) or node.caller.caller.kind.value


def shown(node):
    """Who asks for what, and which keys the search chose."""
    values = {key: value[0] if isinstance(value, tuple) else value.value for key, value in node.assigned.items()}
    words = [who(node), node.pair.action.removeprefix("s3:"), node.pair.resource.removeprefix("arn:aws:s3:::reports")]
    return " ".join([*filter(None, words), *(f"{key.rpartition(':')[2]}={value}" for key, value in values.items())])


def tag(name, value, operator="StringEquals"):
    return {operator: {f"aws:PrincipalTag/{name}": value}}


def nobody(statement):
    """As policies have it that are attached to principals."""
    return {key: value for key, value in statement.items() if key != "Principal"}


OTHERS, SERVICE = "arn:aws:s3:::other/*", {"Service": "a.amazonaws.com"}
CANONICAL = deny(Principal={"CanonicalUser": "a" * 64})
GET = "ann GetObject /any-object"
ALL = ["s3:GetObject", "s3:PutObject"]
THROUGH = {"StringEquals": {"aws:SourceVpce": VPCE}}
NOT_THROUGH = {"StringNotEquals": {"aws:SourceVpce": VPCE}}
#: Question -> requests that answer it, labels of statements that carry what does not, and how many are looked at.
FOUND = {
    "all that is declared": ({"passing": [allow()]}, [GET], [], 1),
    "actions that are not told apart are one": ({"passing": [allow(Action=ALL)]}, [GET], [], 1),
    "actions that are": (
        {"passing": [allow(Action=ALL)], "unless": [allow(tag("t", "a"))]},
        [f"{GET} principaltag/t=absent", "ann PutObject /any-object"],
        [],
        4,
    ),
    "nothing but what is declared": ({"passing": [allow()], "unless": [allow(Principal="*")]}, [], [], 0),
    "what a declaration denies is not declared": (
        {"passing": [allow(), deny(Resource=f"{BUCKET}/a*")]},
        ["ann GetObject /x"],
        ["Statement[1]"],
        1,
    ),
    "what a declaration denies is not excused": (
        {"passing": [allow()], "unless": [allow(), deny(Resource=f"{BUCKET}/a*")]},
        [GET],
        [],
        1,
    ),
    "within": ({"passing": [allow(Action="s3:*", Resource="*")], "within": [allow()]}, [GET], [], 1),
    "within a part": (
        {"passing": [allow()], "within": [allow(tag("t", "a"))]},
        [f"{GET} principaltag/t=a"],
        [],
        3,
    ),
    "within nothing": ({"passing": [allow()], "within": [allow(Principal={"AWS": BOB})]}, [], [], 0),
    "a key that decides": ({"passing": [allow(tag("t", "a"))]}, [f"{GET} principaltag/t=a"], [], 3),
    "two keys": (
        {"passing": [allow({"StringEquals": {"aws:PrincipalTag/t": "a", "aws:PrincipalTag/u": "b"}})]},
        [f"{GET} principaltag/t=a principaltag/u=b"],
        [],
        5,
    ),
    "a key that another statement makes needless": (
        {"passing": [allow(tag("t", "a")), allow()]},
        [GET],
        [],
        1,
    ),
    "keys of some objects": (
        {"passing": [allow(tag("t", "a"), Resource=[f"{BUCKET}/a*", f"{BUCKET}/b"]), allow(Resource=f"{BUCKET}/a*")]},
        [GET, "ann GetObject /b principaltag/t=a"],
        [],
        4,
    ),
    "a key that follows from another": (
        {
            "passing": [
                allow({"StringEquals": {"aws:SourceAccount": OTHER, "aws:PrincipalTag/t": "a"}}, Principal="*"),
                allow({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::a"}}, Principal={"AWS": BOB}),
            ],
            "within": [allow(Principal={"AWS": BOB})],
        },
        [],
        [],
        0,
    ),
    "a policy lets pass": (
        {"passing": setting(allow(Principal={"AWS": BOB})), "within": [allow(Principal={"AWS": BOB})]},
        ["bob GetObject /any-object"],
        [],
        1,
    ),
    "a Deny carries": (
        {
            "passing": setting(deny(NOT_THROUGH, Sid="Network", Action="s3:*", Resource=[BUCKET, OBJECTS])),
            "unless": [allow(THROUGH, Principal={"AWS": OWN}, Action="s3:*", Resource=[BUCKET, OBJECTS])],
            "within": [allow(Action="s3:*", Resource=[BUCKET, OBJECTS])],
            "through": None,
        },
        [],
        ["Network"],
        2,
    ),
    "the root user need not mind for the policy": (
        {
            "passing": setting(deny(Sid="All", Action="s3:*", Resource=[BUCKET, OBJECTS])),
            "within": [allow(Principal={"AWS": f"arn:aws:iam::{OWN}:root"}, Action="s3:*", Resource=[BUCKET, OBJECTS])],
        },
        ["root user PutBucketPolicy"],
        ["All"],
        1,
    ),
    "an endpoint must allow": (
        {"passing": setting(allow(), endpoint=[allow(Action="s3:PutObject")]), "within": [allow()]},
        [],
        [],
        0,
    ),
    "an endpoint denies": (
        {
            "passing": setting(allow(), endpoint=[allow(), deny(tag("t", "a", "StringNotEquals"), Sid="Tagged")]),
            "within": [allow()],
        },
        [f"{GET} principaltag/t=a"],
        ["Tagged"],
        3,
    ),
    "an endpoint denies all": (
        {"passing": setting(allow(), endpoint=[allow(), deny(Sid="None")]), "within": [allow()]},
        [],
        ["None"],
        0,
    ),
    "what passes by an Allow rests on it": (
        {
            "passing": [allow()],
            "unless": setting(
                allow(Sid="Reader"), endpoint=[allow(Sid="Passage"), allow(Sid="Idle", Action="s3:PutObject")]
            ),
        },
        [],
        ["Reader", "Passage"],
        1,
    ),
    "an Allow is enough in the account of the owner": (
        {"passing": setting(allow(Resource=OTHERS)), "within": [allow(Resource=OTHERS)]},
        ["ann GetObject arn:aws:s3:::other/x"],
        [],
        1,
    ),
    "who owns a bucket decides where no Allow does": (
        {"passing": setting(allow(Resource=BUCKET)), "within": [allow(Principal={"AWS": BOB}, Resource=OTHERS)]},
        [f"bob GetObject arn:aws:s3:::other/x resourceaccount={OTHER} resourceaccount={OTHER}"],
        [],
        4,
    ),
    "a variable that is known": (
        {"passing": [allow(Resource=f"{BUCKET}/${{aws:username}}/*")]},
        ["ann GetObject /ann/"],
        [],
        2,
    ),
    "a variable that a pattern pins down": (
        {
            "passing": [
                allow(
                    {"StringEquals": {"s3:prefix": "${aws:PrincipalTag/t}", "aws:PrincipalTag/t": "a"}},
                    Action="s3:ListBucket",
                    Resource=BUCKET,
                )
            ]
        },
        ["ann ListBucket prefix=a principaltag/t=a"],
        [],
        10,
    ),
    "what is in doubt on both sides alike": (
        {"passing": [allow(), CANONICAL], "unless": [allow(), CANONICAL]},
        [],
        ["Statement[1]"],
        3,
    ),
    "a key that others follow from is asked first": (
        {
            "passing": [
                allow({"StringEquals": {"aws:SourceAccount": OTHER}}, Principal=SERVICE),
                allow({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::a"}}, Principal=SERVICE),
            ],
            "through": None,
        },
        [
            f"service principal GetObject /any-object sourcearn=absent sourceaccount={OTHER}",
            "service principal GetObject /any-object sourcearn=arn:aws:s3:::a",
            f"service principal GetObject /any-object sourcearn=arn:aws:x::{OTHER}:x sourceaccount={OTHER}",
        ],
        [],
        9,
    ),
    "each path": ({"passing": [allow()], "through": None}, [GET] * 4, [], 4),
    "paths that are declared are left out": (
        {"passing": [allow()], "unless": [allow(NOT_THROUGH)], "through": None},
        [GET],
        [],
        1,
    ),
    "what was searched in vain on one path is not searched on another": (
        {
            "passing": [allow(Resource=BUCKET, Action="s3:ListBucket"), allow(tag("t", "a"))],
            "unless": [allow(tag("t", "b", "StringNotEquals")), allow(Resource=BUCKET, Action="s3:ListBucket")],
            "through": None,
        },
        [],
        [],
        8,
    ),
    "a policy of an organization": (
        {
            "passing": Setting(
                {
                    "bucket": policy(allow()),
                    "scp": [
                        [policy(nobody(allow(Action="*", Resource="*")), nobody(deny(tag("t", "a"), Sid="Tagged")))]
                    ],
                }
            ),
            "within": [allow()],
        },
        [f"{GET} principaltag/t=absent"],
        ["Tagged"],
        3,
    ),
    "statements of a side that is not asked tell pairs apart": (
        {
            "passing": [allow(Action="s3:*", Resource=[BUCKET, OBJECTS])],
            "apart": [allow(Resource=f"{BUCKET}/a*"), allow(Action="s3:PutObject")],
        },
        ["ann GetObject /x", GET, "ann PutObject /x", "ann PutBucketPolicy"],
        [],
        4,
    ),
}


@pytest.mark.parametrize("question, found, carried, leaves", FOUND.values(), ids=FOUND)
def test_search(question, found, carried, leaves):
    asked = search(**question)
    result = asked.run()
    assert [shown(one) for one in result.nodes] == found
    assert [one.label for one in result.carried_by.values()] == carried
    assert result.doubts == []
    assert asked.unwanted == 0
    if leaves is not None:
        assert asked.budget.spent == leaves


#: Question -> requests of which nobody can tell, and how many are looked at.
DOUBTS = {
    "a variable of any value": (
        {"passing": [allow(Resource=f"{BUCKET}/${{aws:PrincipalTag/t}}/*")]},
        ["ann GetObject // principaltag/t=any-other ~?0=true"],
        5,
    ),
    "a variable of any value in a condition": (
        {
            "passing": [
                allow({"StringEquals": {"s3:prefix": "${aws:PrincipalTag/t}"}}, Action="s3:ListBucket", Resource=BUCKET)
            ]
        },
        ["ann ListBucket prefix=any-other principaltag/t=any-other ~?0=true"],
        7,
    ),
    "whom an Allow is about": (
        {"passing": [allow(Principal=CANONICAL["Principal"])], "within": [allow()]},
        [f"{GET} ~?0=true"],
        3,
    ),
    "whom a Deny is about": ({"passing": [allow(), CANONICAL]}, [f"{GET} ~?0=false"], 3),
    "values that cannot be told apart": (
        {"passing": [allow({"BinaryEquals": {"aws:PrincipalTag/t": "QQ=="}})]},
        [f"{GET} principaltag/t=present principaltag/t=present"],
        3,
    ),
}


@pytest.mark.parametrize("question, doubts, leaves", DOUBTS.values(), ids=DOUBTS)
def test_what_nobody_can_tell(question, doubts, leaves):
    asked = search(**question)
    result = asked.run()
    assert result.nodes == []
    assert [shown(one) for one in result.doubts] == doubts
    assert asked.budget.spent == leaves


USERS = {"StringEquals": {"aws:username": ["ann", "zed"]}}
PREFIX = {"StringEquals": {"s3:prefix": "${aws:username}"}}
LISTS = {"Principal": {"AWS": OWN}, "Action": "s3:ListBucket", "Resource": BUCKET}
FOLDERS = {"Principal": {"AWS": OWN}, "Resource": f"{BUCKET}/${{aws:username}}/*"}


@pytest.mark.parametrize("name", ["ann", "zed"])
def test_what_is_searched_in_vain_for_one_is_searched_for_another_of_whom_more_is_known(name):
    """Both are alike but for the value of a variable."""
    lists = search(
        [allow({"StringEquals": USERS["StringEquals"] | PREFIX["StringEquals"]}, **LISTS)],
        within=[allow({"StringEquals": {"s3:prefix": name}}, **LISTS)],
    )
    assert {one.caller.caller.name for one in lists.run().nodes} == {name}
    folders = search([allow(USERS, **FOLDERS)], within=[allow(Principal="*", Resource=f"{BUCKET}/{name}/*")])
    assert {one.caller.caller.name for one in folders.run().nodes} == {name}


def test_what_is_searched_in_vain_on_one_path_is_searched_on_another_of_which_other_things_are_known():
    endpoints = (Endpoint(VPCE, VPC, OWN), Endpoint(PEER, None, OTHER, None, "o-peer"))
    world = World(account=OWN, organization="o-own", endpoints=endpoints, buckets=WORLD.buckets)
    paths = {"ForAnyValue:StringLike": {"aws:VpceOrgPaths": "o-peer/*"}}
    for through in ((VPCE, PEER), (PEER, VPCE)):
        found = search([allow(paths)], through=through, world=world).run().nodes
        assert [dict(one.path.path)["vpce"] for one in found] == [PEER]


def test_only_some_pairs():
    asked = search([allow(Action=ALL)], apart=[allow()])
    found = asked.run(lambda pair: pair.action == "s3:PutObject").nodes
    assert [shown(one) for one in found] == ["ann PutObject /any-object"]
    seen = set()

    def once(pair):
        return pair.action not in seen

    again = search(
        [allow(Action=ALL)], apart=[allow()], through=None, wanted=lambda node: not seen.add(node.pair.action)
    )
    assert [shown(one) for one in again.run(once).nodes] == [GET, "ann PutObject /any-object"]


def test_what_is_not_wanted_is_counted():
    asked = search([allow()], through=None, wanted=lambda node: False)
    assert asked.run().nodes == []
    assert (asked.unwanted, asked.budget.spent) == (4, 4)


@pytest.mark.parametrize("wanted", [True, False])
def test_enough_is_enough(wanted):
    """Once there is one, others are looked for only as long as somebody says that there are not enough."""
    asked = search(
        [allow(Action="s3:*")], [allow(tag("t", "a"))], wanted=lambda node: wanted, enough=lambda caller, path: True
    )
    found = [shown(one) for one in asked.run().nodes]
    assert found == ([f"{GET} principaltag/t=absent"] if wanted else [])
    assert (asked.unwanted, asked.budget.spent) == (int(not wanted), 3)


def test_the_budget_ends_it():
    asked = search([allow(tag("t", "a"))], leaves=2)
    with pytest.raises(Exhausted):
        asked.run()
    assert asked.budget.spent == 3
    assert len(search([allow(tag("t", "a"))], leaves=3).run().nodes) == 1


def test_what_makes_a_request_again():
    """What the principal, the path, the resource and the search say; no shadows, and nothing that may be anything."""
    condition = {"StringEquals": {"aws:PrincipalTag/t": "a"}, "Bool": {"aws:SecureTransport": "true"}}
    session = {"AWS": f"arn:aws:sts::{OWN}:assumed-role/app/s1"}
    statement = allow(condition, Principal=session, Action="s3:GetObject", Resource=f"{BUCKET}/${{aws:PrincipalTag/t}}")
    node = search([statement]).run().nodes[0]
    assert dict(node.supplied()) == {
        "aws:principalarn": (f"arn:aws:iam::{OWN}:role/app",),
        "aws:userid": ("AROAX:s1",),
        "aws:securetransport": ("true",),
        "s3:tlsversion": ("1.3",),
        "aws:resourceaccount": (OWN,),
        "s3:resourceaccount": (OWN,),
        "aws:principaltag/t": ("a",),
    }
    absent = search([allow({"Null": {"aws:PrincipalTag/t": "true"}})]).run().nodes[0]
    assert dict(absent.supplied())["aws:principaltag/t"] is State.ABSENT


def test_a_request_of_the_search_is_one():
    node = search([allow(tag("t", "a"), Resource=BUCKET, Action="s3:ListBucket")]).run().nodes[0]
    request = node.request
    assert (request.caller.text, request.action, request.action_key) == (ANN, "s3:ListBucket", "s3:listbucket")
    assert (request.resource, request.endpoint, request.called_via) == (BUCKET, True, ())
    assert dict(request.path)["vpce"] == VPCE
    assert request.context["aws:principaltag/t"] == ("a",)
    assert request.context["aws:resourceaccount"] == (OWN,)
