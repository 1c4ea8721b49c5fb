# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests as people give them, confirmed by the evaluator, no bigger than they must be, with what decides them."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.cells import Cells
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    Declaration,
    Setting,
    Statement,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.example import (
    Maker,
    doubt_of,
    find_example,
    mapping_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.search import Budget, Question, Search
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import Shadows, changed, compile_side
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.space import Space
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.proof.policies import (
    ANN,
    BOB,
    BUCKET,
    OWN,
    VPC,
    VPCE,
    WORLD,
    allow,
    deny,
    policy,
)

THROUGH = {"account": OWN, "region": "eu-central-1", "vpc": VPC, "vpce": VPCE}


def bucket(*statements):
    return Setting({"bucket": policy(*statements)})


def endpoint(*statements):
    return Setting({}, {VPCE: policy(*statements)})


def sides(*given):
    return [one and compile_side(Declaration(one) if isinstance(one, list) else one) for one in given]


def tag(name, value, operator="StringEquals"):
    return {operator: {f"aws:PrincipalTag/{name}": value}}


RED = tag("team", "red")
ASKED = {
    "principal": ANN,
    "action": "s3:GetObject",
    "resource": f"{BUCKET}/k",
    "through": "internet",
    "context": {"aws:PrincipalTag/team": "red", "aws:SourceIp": "203.0.113.7"},
}
BY_BOB = {**ASKED, "principal": BOB, "through": {"vpce": VPCE}}
PASSAGE = allow(Sid="Passage", Principal="*")
IDENTITY = {"Sid": "Mine", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
#: What has to pass, what not, within; a request -> keys that are left of it, the decision, what it says, and by which
#: statement of which layer.
CONFIRMED = {
    "a declaration": ([[allow(Sid="All")]], ASKED, [], "declared", "'All'", "declaration All"),
    "a key that matters": (
        [[allow(RED)]],
        ASKED,
        ["aws:PrincipalTag/team"],
        "declared",
        "[0]",
        "declaration Statement[0]",
    ),
    "another declaration has no part in it": (
        [[allow(Sid="All")], [allow(tag("team", "blue"))]],
        ASKED,
        ["aws:PrincipalTag/team"],
        "declared",
        "'All'",
        "declaration All",
    ),
    "within a declaration": (
        [[allow()], None, [allow(RED)]],
        ASKED,
        ["aws:PrincipalTag/team"],
        "declared",
        "[0]",
        "declaration Statement[0]",
    ),
    "a bucket policy": ([bucket(allow(Sid="Open"))], ASKED, [], "allow", "'Open'", "bucket_policy Open"),
    "a bucket policy that is no declaration": (
        [bucket(allow(Sid="Open")), [allow(tag("team", "blue"))]],
        ASKED,
        ["aws:PrincipalTag/team"],
        "allow",
        "'Open'",
        "bucket_policy Open",
    ),
    "an identity policy": (
        [Setting({"identity": [policy(IDENTITY)]})],
        ASKED,
        [],
        "allow",
        "'Mine'",
        "identity_policy Mine",
    ),
    "an endpoint": ([endpoint(PASSAGE)], BY_BOB, [], "allow", "pass", "endpoint_policy Passage"),
    "what a bucket policy denies": (
        [[allow()], bucket(deny(RED, Sid="No"))],
        ASKED,
        ["aws:PrincipalTag/team"],
        "explicit_deny",
        "'No'",
        "bucket_policy No",
    ),
    "what an endpoint lacks": (
        [[allow()], endpoint(allow(Action="s3:PutObject"))],
        {**ASKED, "through": {"vpce": VPCE}, "context": {}},
        [],
        "implicit_deny",
        "endpoint",
        None,
    ),
}


def through(request):
    return request["through"]["vpce"] if isinstance(request["through"], dict) else None


@pytest.mark.parametrize("given, request_, keys, decision, reason, statement", CONFIRMED.values(), ids=CONFIRMED)
def test_confirmed(given, request_, keys, decision, reason, statement):
    if request_ is BY_BOB:
        request_ = {**BY_BOB, "context": {"aws:PrincipalTag/team": "red"}}
    maker = Maker(Question(*sides(*given, *[None] * (2 - len(given)))))
    example = maker.confirmed(request_, through(request_))
    assert list(example.request.get("context", ())) == keys
    assert {key: example.request[key] for key in ASKED if key != "context"} == {
        key: request_[key] for key in ASKED if key != "context"
    }
    assert example.decision == decision
    assert reason in example.reason
    named = example.statement
    assert (named and f"{named.layer} {named.label}") == statement


#: What has to pass, what not, within -> a request that does not answer it.
NOT_CONFIRMED = [
    ([[allow(tag("team", "blue"))], None],),
    ([[allow()], [allow(RED)]],),
    ([[allow()], None, [allow(tag("team", "blue"))]],),
    ([bucket(deny()), None],),
    ([[allow()], bucket(allow())],),
    # What nobody can tell is not confirmed.
    ([[allow(Principal={"CanonicalUser": "a" * 64})], None],),
    ([[allow()], bucket(deny(Principal={"CanonicalUser": "a" * 64}))],),
    ([[allow()], None, [allow(Principal={"CanonicalUser": "a" * 64})]],),
]


@pytest.mark.parametrize("given", [one for (one,) in NOT_CONFIRMED])
def test_not_confirmed(given):
    maker = Maker(Question(*sides(*given)))
    assert maker.confirmed(ASKED, None) is None
    assert maker.impossible == []


def test_a_request_that_cannot_be():
    maker = Maker(Question(*sides([allow()], None)))
    odd = {**ASKED, "context": {"aws:SourceVpce": VPCE}}
    assert maker.confirmed(odd, None, certain=False) is None
    assert maker.impossible == []
    assert maker.confirmed(odd, None) is None
    assert ["aws:SourceVpce" in one for one in maker.impossible] == [True]


def test_keys_that_a_request_must_have_stay():
    """Without its endpoint the request would be one that cannot be: its VPC says that it came through one."""
    context = {"aws:SourceVpce": VPCE, "aws:SourceVpc": VPC}
    asked = {key: value for key, value in ASKED.items() if key != "through"} | {"context": context}
    maker = Maker(Question(*sides([allow({"StringEquals": {"aws:SourceVpc": VPC}})], None)))
    assert maker.confirmed(asked, VPCE).request["context"] == {"aws:SourceVpc": VPC}


def test_the_policy_of_another_endpoint_does_not_decide():
    maker = Maker(Question(*sides(endpoint(PASSAGE), None)))
    example = maker.confirmed({**BY_BOB, "context": {}}, None)
    assert (example.decision, example.statement) == ("allow", None)


def test_which_place_a_statement_has():
    maker = Maker(Question(*sides(Setting({"identity": [policy(IDENTITY)]}), None)))
    assert maker.confirmed(ASKED, None).statement == Statement("identity_policy", "identity[0]", "Mine")


def asked(*given, path=(VPCE,)):
    """The doubts of a question, how to make requests of them, and the space."""
    shadows = Shadows()
    made = [one and changed(one, shadows.statement) for one in sides(*given, *[None] * (3 - len(given)))]
    space = Space(WORLD, [one for one in made if one], 20_000)
    cells = Cells(space, frozenset(), path, None, True, True)
    found = Search(cells, Question(*made), Budget(500), lambda node: True).run()
    return found, Maker(Question(*sides(*given, *[None] * (3 - len(given))))), space


T = "${aws:PrincipalTag/t}"
LISTS = {"Action": "s3:ListBucket", "Resource": BUCKET}
CANONICAL = {"Principal": {"CanonicalUser": "a" * 64}}
#: Question of which the search finds doubts only -> resource and keys of a request that is one for sure.
FOUND = {
    "a resource": ([[allow(Resource=f"{BUCKET}/{T}/*")]], "/any-other/x", {"t": "any-other"}),
    "a bucket": (
        [[allow(Action="s3:ListBucket", Resource=f"arn:aws:s3:::{T}")]],
        "arn:aws:s3:::any-other",
        {"t": "any-other"},
    ),
    "all but a resource": ([[allow(), deny(Resource=f"{BUCKET}/{T}/*")]], "//", {"t": "any-other"}),
    "what is not declared by a resource": ([[allow()], [allow(Resource=f"{BUCKET}/{T}/*")]], "//", {"t": "any-other"}),
    "a key": (
        [[allow({"StringEquals": {"s3:prefix": f"{T}x"}}, **LISTS)]],
        "",
        {"prefix": "any-otherx", "t": "any-other"},
    ),
    "another value of a key": (
        [[allow({"StringNotEquals": {"s3:prefix": f"{T}x"}}, **LISTS)]],
        "",
        {"prefix": "x", "t": "any-other"},
    ),
    "a pattern": ([[allow(tag("u", f"{T}*y?", "StringLike"))]], "/any-object", {"u": "any-otherxyx", "t": "any-other"}),
    "a pattern of one sign and of any": (
        [[allow(tag("u", f"{T}?*", "StringLike")), deny(tag("u", "any-other??*", "StringLike"))]],
        "/any-object",
        {"u": "any-otherx", "t": "any-other"},
    ),
    "a value of several": (
        [[allow({"ForAnyValue:StringEquals": {"aws:TagKeys": T}})]],
        "/any-object",
        {"TagKeys": "any-other", "t": "any-other"},
    ),
    "a bucket policy": (
        [bucket(allow(Resource=f"{BUCKET}/{T}/*", Principal={"AWS": BOB})), None, [allow(Principal={"AWS": BOB})]],
        "/any-other/x",
        {"t": "any-other"},
    ),
    "within": ([[allow()], None, [allow(Resource=f"{BUCKET}/{T}/*")]], "/any-other/x", {"t": "any-other"}),
}


@pytest.mark.parametrize("given, resource, keys", FOUND.values(), ids=FOUND)
def test_doubts_that_become_definite(given, resource, keys):
    found, maker, space = asked(*given)
    example = find_example(found.doubts, maker, space)
    assert example.request["resource"].removeprefix(BUCKET) == resource
    context = example.request.get("context", {})
    assert {key.rpartition("/")[2].rpartition(":")[2]: value for key, value in context.items()} == keys
    assert maker.impossible == []


#: Question of which all requests are in doubt -> why, as far as its sides say.
DOUBTFUL = {
    "whom a declaration is about": ([[allow(**CANONICAL)], None, [allow()]], ""),
    "whom a bucket policy is about": (
        [bucket(allow(Principal="*"), deny(**CANONICAL)), None, [allow()]],
        "canonical user id",
    ),
    "a value that has no type": ([[allow({"BinaryEquals": {"aws:PrincipalTag/t": "QQ=="}})]], ""),
    "a variable in Bool": ([[allow({"Bool": {"aws:ViaAWSService": T}})]], ""),
}


@pytest.mark.parametrize("given, why", DOUBTFUL.values(), ids=DOUBTFUL)
def test_doubts_that_stay(given, why):
    found, maker, space = asked(*given)
    assert found.nodes == []
    assert find_example(found.doubts, maker, space) is None
    question = maker.question
    said = doubt_of(found.doubts[0], question.unless, question.passing, question.within)
    assert why in said
    assert bool(said) is bool(why)


#: Statement of a declaration -> why it is not known whether it is about a request.
WHY = [
    (
        allow(Resource=None, NotResource=f"{BUCKET}/${{aws:TokenIssueTime}}/*"),
        "a resource with a variable without a value",
    ),
    (allow({"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": "a"}}), "IfExists"),
    (allow({"StringLike": {"aws:PrincipalTag/team": "${aws:PrincipalTag/t}"}}), "wildcards in the value of a variable"),
    (allow(Action="s3:PutObject"), None),
    (allow(Resource=f"{BUCKET}/other"), None),
    (allow(**CANONICAL), None),
]


@pytest.mark.parametrize("statement, why", WHY)
def test_why_a_declaration_is_in_doubt(statement, why):
    statement = {key: value for key, value in statement.items() if value is not None}
    found, _maker, _space = asked([allow({"Null": {"aws:TagKeys": "true", "aws:TokenIssueTime": "true"}, **RED})])
    node = found.nodes[0]
    node.request.context["aws:principaltag/t"] = ("r*",)
    (side,) = sides([statement, allow()])
    said = doubt_of(node, None, side)
    assert (why in said and "'Statement[0]'" in said) if why else said == ""


def test_a_request_of_the_search_as_people_give_it():
    found, maker, _space = asked([allow(RED)], path=None)
    internet, _other, own, forwarded = found.nodes
    owner = {"aws:ResourceAccount": OWN, "s3:ResourceAccount": OWN}
    common = {
        "principal": ANN,
        "action": "s3:GetObject",
        "resource": f"{BUCKET}/any-object",
        "context": {**owner, "aws:PrincipalTag/team": "red"},
    }
    assert mapping_of(internet) == {**common, "through": "internet"}
    assert mapping_of(own) == {**common, "through": THROUGH}
    assert mapping_of(forwarded) == {**common, "called_via": ["athena.amazonaws.com"]}
    assert maker.make(own).request == {**common, "through": THROUGH, "context": {"aws:PrincipalTag/team": "red"}}
    bare = mapping_of(asked([allow(Resource="arn:aws:s3:::other/*")])[0].nodes[0])
    assert "context" not in bare
