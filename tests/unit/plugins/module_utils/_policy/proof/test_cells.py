# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""On which ways requests come: one path for all that nothing tells apart, and what a caller on a path is known by."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.principals import Kind
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import State
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.callers import as_supplied
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.cells import (
    Cells,
    paths,
    paths_of_services,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    Bucket,
    Declaration,
    Endpoint,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import Shadows, changed, compile_side
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.space import Space
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.world import ALL_RULES

ABSENT, PRESENT = State.ABSENT, State.PRESENT
OWN, OTHER = "111122223333", "444455556666"
VPCE, VPC, ANY = "vpce-0aaaaaaaaaaaaaaa1", "vpc-0aaaaaaaaaaaaaaa1", "vpce-0ffffffffffffffff"
WORLD = World(
    account=OWN,
    organization="o-own",
    endpoints=(Endpoint(VPCE, VPC, OWN, "eu-central-1"),),
    buckets=(Bucket("reports", OWN),),
)


def space(*conditions, world=WORLD, budget=20_000, **more):
    anything = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    made = [{**anything, "Condition": {operator: {key: values}}} for operator, key, values in conditions] or [anything]
    return Space(world, [changed(compile_side(Declaration(made)), Shadows().statement)], budget, **more)


def shown(path):
    """A path in few words: its endpoint, or the services on its way."""
    if path.called_via:
        return ">".join(path.called_via)
    return dict(path.path)["vpce"] if isinstance(path.path, tuple) else path.path


def ways(told_apart, policies=(), through=None, versions=None):
    return [shown(one) for one in paths(told_apart, frozenset(policies), through, versions)]


#: Conditions, endpoints of which policies are known, only these endpoints -> paths.
PATHS = [
    ([], (), None, ["internet", ANY, VPCE, "athena.amazonaws.com"]),
    ([("StringEquals", "aws:SourceVpce", VPCE)], (), None, ["internet", ANY, VPCE, "athena.amazonaws.com"]),
    (
        [("StringLike", "aws:SourceVpce", "vpce-1*")],
        (),
        None,
        ["internet", ANY, "vpce-1", VPCE, "athena.amazonaws.com"],
    ),
    ([], ["vpce-1"], None, ["internet", ANY, "vpce-1", VPCE, "athena.amazonaws.com"]),
    ([], [VPCE], None, ["internet", ANY, VPCE, "athena.amazonaws.com"]),
    ([], [VPCE], (VPCE,), [VPCE]),
    ([], (), ("vpce-1",), ["vpce-1"]),
    ([], [VPCE], ("vpce-1", VPCE), ["vpce-1", VPCE]),
    # Forwarded by one service, by two, or by more.
    ([("ForAnyValue:StringEquals", "aws:CalledVia", "a.b")], (), (VPCE,), [VPCE]),
    (
        [("ForAnyValue:StringEquals", "aws:CalledVia", "a.b")],
        (),
        None,
        ["internet", ANY, VPCE, "athena.amazonaws.com", "a.b"],
    ),
    ([("StringEquals", "aws:CalledViaFirst", "a.b")], (), None, ["internet", ANY, VPCE, "athena.amazonaws.com", "a.b"]),
    (
        [("StringEquals", "aws:CalledViaLast", "a.b"), ("StringEquals", "aws:CalledViaFirst", "c.d")],
        (),
        None,
        ["internet", ANY, VPCE, "athena.amazonaws.com", "c.d", "a.b", "c.d>a.b"],
    ),
    (
        [
            ("ForAnyValue:StringEquals", "aws:CalledVia", "a.b"),
            ("StringEquals", "aws:CalledViaFirst", "c.d"),
            ("StringEquals", "aws:CalledViaLast", "c.d"),
        ],
        (),
        None,
        [
            *("internet", ANY, VPCE, "athena.amazonaws.com", "a.b", "c.d"),
            *("athena.amazonaws.com>c.d", "a.b>c.d", "c.d>athena.amazonaws.com", "c.d>a.b"),
            "c.d>a.b>c.d",
        ],
    ),
]


@pytest.mark.parametrize("conditions, policies, through, found", PATHS)
def test_paths(conditions, policies, through, found):
    assert ways(space(*conditions), policies, through) == found


def test_endpoints_look_as_aws_makes_them():
    assert ways(space(rules=ALL_RULES - {"shapes"})) == ["internet", "any-other", VPCE, "athena.amazonaws.com"]


def test_nothing_is_known_of_endpoints_without_its_rule():
    without = ALL_RULES - {"endpoint"}
    assert ways(space(rules=without)) == ["internet", ANY, "athena.amazonaws.com"]
    named = paths(space(("StringEquals", "aws:SourceVpce", VPCE), rules=without), frozenset(), None, None)
    assert (("vpce", VPCE),) in [one.path for one in named]


def test_what_a_path_is():
    found = {shown(one): one for one in paths(space(), frozenset([VPCE]), None, None)}
    internet, other, own, forwarded = found.values()
    assert [one.name for one in found.values()] == ["internet", "endpoint", "endpoint", "forwarded"]
    assert [one.endpoint for one in found.values()] == [None, None, VPCE, None]
    assert [one.passes for one in found.values()] == [False, True, True, False]
    assert (internet.context["aws:sourceip"], internet.context["aws:sourcevpce"]) == (PRESENT, ABSENT)
    assert (other.context["aws:sourcevpce"], other.context["aws:sourcevpc"]) == ((ANY,), PRESENT)
    assert own.context["aws:sourcevpc"] == (VPC,)
    assert own.context["aws:sourcevpcarn"] == (f"arn:aws:ec2:eu-central-1:{OWN}:vpc/{VPC}",)
    assert forwarded.path is None
    assert forwarded.context["aws:calledvia"] == ("athena.amazonaws.com",)
    china = paths(space(world=World("aws-cn", endpoints=WORLD.endpoints)), frozenset([VPCE]), (VPCE,), None)
    assert china[0].context["aws:sourcevpcarn"] == (f"arn:aws-cn:ec2:eu-central-1:{OWN}:vpc/{VPC}",)


#: What is known of an endpoint, of our organization -> what a path through it has.
FACTS = [
    (Endpoint("vpce-1"), "o-own", {}),
    (Endpoint("vpce-1", vpc="vpc-1"), "o-own", {"vpc": "vpc-1"}),
    (Endpoint("vpce-1", account=OWN), "o-own", {"account": OWN, "org": "o-own"}),
    (Endpoint("vpce-1", account=OWN), None, {"account": OWN}),
    (Endpoint("vpce-1", account=OWN), "", {"account": OWN, "org": None}),
    (Endpoint("vpce-1", account=OTHER), "o-own", {"account": OTHER}),
    (Endpoint("vpce-1", account=OTHER, organization=""), "o-own", {"account": OTHER, "org": None}),
    (
        Endpoint("vpce-1", "vpc-1", OTHER, "eu-west-1", "o-x"),
        "o-own",
        {"vpc": "vpc-1", "account": OTHER, "region": "eu-west-1", "org": "o-x"},
    ),
]


@pytest.mark.parametrize("endpoint, organization, facts", FACTS)
def test_what_is_known_of_an_endpoint(endpoint, organization, facts):
    world = World(account=OWN, organization=organization, endpoints=(endpoint,))
    (found,) = paths(space(world=world), frozenset(), ("vpce-1",), None)
    assert dict(found.path) == {"vpce": "vpce-1", **facts}


def test_an_account_that_nobody_knows_is_not_ours():
    endpoint = Endpoint("vpce-1")
    (found,) = paths(space(world=World(organization="o-own", endpoints=(endpoint,))), frozenset(), ("vpce-1",), None)
    assert dict(found.path) == {"vpce": "vpce-1"}


SECURE = ("Bool", "aws:SecureTransport", "true")
OLD = ("NumericLessThan", "s3:TlsVersion", "1.2")
NO_TLS = ("false", None)
#: Conditions, versions that there are, rule left out -> what is said of TLS on a path, and by AWS services.
TLS = [
    ([], None, None, [()], [()]),
    ([SECURE], None, None, [("true", "1.3"), NO_TLS], [(None, None), ("true", "1.3"), NO_TLS]),
    ([OLD], None, None, [("true", "1.3"), ("true", "1.1"), NO_TLS], [(None, None), ("true", "1.3"), ("true", "1.1")]),
    (
        [SECURE, OLD],
        None,
        None,
        [("true", "1.3"), ("true", "1.1"), NO_TLS],
        [(None, None), ("true", "1.3"), ("true", "1.1"), NO_TLS],
    ),
    ([], ("1.2", "1.3"), None, [("true", "1.3")], [("true", "1.3")]),
    ([], ("1.2",), None, [("true", "1.2")], [("true", "1.2")]),
    ([OLD], ("1.0", "1.2"), None, [("true", "1.2"), ("true", "1.0")], [("true", "1.2"), ("true", "1.0")]),
    (
        [SECURE, OLD],
        None,
        "tls",
        [("true", "1.3"), ("true", "1.1"), NO_TLS, ("false", "1.3"), ("false", "1.1")],
        [(None, None), ("true", "1.3"), ("true", "1.1"), NO_TLS],
    ),
]


@pytest.mark.parametrize("conditions, versions, rule, callers, services", TLS)
def test_tls(conditions, versions, rule, callers, services):
    told_apart = space(*conditions, rules=ALL_RULES - {rule})
    network = paths(told_apart, frozenset(), (VPCE,), versions)
    within_aws = paths_of_services(told_apart, versions)
    for found, said in ((network, callers), (within_aws, services)):
        assert [tuple(as_supplied(one.supplied.items()).values()) for one in found] == said
        assert all(one.context.get(key) == value for one in found for key, value in one.supplied.items())


def test_services_tell_nothing_of_the_network():
    (found,) = paths_of_services(space(), None)
    assert (found.path, found.endpoint, found.passes, found.name) == ("internet", None, False, "internet")
    assert "aws:sourceip" not in found.context
    assert found.context["aws:sourcevpce"] is ABSENT


def test_chains_of_services_that_a_variable_names_are_not_all():
    variable = ("ForAnyValue:StringEquals", "aws:CalledVia", "${aws:username}")
    assert "aws:calledvia" in cells(variable).space.inexact
    assert cells(("ForAnyValue:StringEquals", "aws:CalledVia", "a.b")).space.inexact == set()


def cells(*conditions, world=WORLD, **more):
    return Cells(space(*conditions, world=world), frozenset(), **more)


def kinds(found):
    return {one.caller.kind for one in found}


def test_services_do_not_come_through_endpoints():
    assert Kind.SERVICE in kinds(cells().callers)
    assert len(cells().paths_of_services) == 1
    for none in (cells(through=(VPCE,)), cells(services=False)):
        assert Kind.SERVICE not in kinds(none.callers)
        assert none.paths_of_services == []
    assert [one.known for one in cells(known_actions=True).pairs].count(False) == 0
    assert [one.known for one in cells().pairs].count(False) > 0


def test_who_comes_on_which_path():
    found = cells()
    by_kind = {one.caller.kind: [shown(path) for path in found.paths_of(one)] for one in found.callers}
    network = ["internet", ANY, VPCE]
    assert by_kind[Kind.SERVICE] == ["internet"]
    # Nobody forwards what nobody signed.
    assert by_kind[Kind.ANONYMOUS] == network
    assert by_kind[Kind.ROOT] == by_kind[Kind.SESSION] == [*network, "athena.amazonaws.com"]


def test_the_cells_of_each_principal():
    found = cells(("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/app"), services=False)
    groups = list(found.of_each_principal())
    arns = [{one.context["aws:principalarn"] for one in group.callers} for group in groups]
    assert all(len(one) == 1 for one in arns)
    assert {f"arn:aws:iam::{OWN}:role/app"} in [set(one.pop()) for one in arns if ABSENT not in one]
    assert sum(len(group.callers) for group in groups) == len(found.callers)
    assert all(group.paths is found.paths and group.pairs is found.pairs for group in groups)
    assert len(found.callers) > max(len(group.callers) for group in groups)


CLOSED = [
    {"StringEquals": {"aws:SourceVpce": VPCE}},
    {"StringEquals": {"aws:PrincipalType": "User"}},
    {"StringEquals": {"s3:prefix": "a"}},
    None,
]


def of_statements(*conditions, **elements):
    made = [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", **elements}
        | ({"Condition": one} if one else {})
        for one in conditions
    ]
    return Cells(Space(WORLD, [compile_side(Declaration(made))], 20_000), frozenset())


def test_what_keeps_statements_from_applying():
    found = of_statements(*CLOSED)
    paths_ = {shown(one): found.closed(one) for one in found.paths}
    assert (paths_["internet"], paths_[ANY], paths_[VPCE]) == (0b0001, 0b0001, 0)
    by_kind = {one.caller.kind: found.closed(one) for one in found.callers}
    assert (by_kind[Kind.USER], by_kind[Kind.ROOT]) == (0, 0b0010)
    # The same when it is asked again.
    assert found.closed(found.paths[0]) == 0b0001


def test_what_is_known_of_a_caller_on_a_path():
    found = of_statements(*CLOSED)
    user = next(one for one in found.callers if one.caller.kind is Kind.USER)
    own = next(one for one in found.paths if shown(one) == VPCE)
    context, possible, certain = found.state(user, own)
    assert (possible, certain) == (0b1111, 0b1011)
    assert context["aws:sourcevpc"] == (VPC,)
    assert context["aws:principaltype"] == ("User",)
    assert found.state(user, own)[0] is context
    internet = next(one for one in found.paths if shown(one) == "internet")
    assert found.state(user, internet)[1:] == (0b1110, 0b1010)
    root = next(one for one in found.callers if one.caller.kind is Kind.ROOT)
    assert found.state(root, own)[1:] == (0b1101, 0b1001)


def test_what_takes_caller_and_path_together():
    both = {"StringEquals": {"aws:PrincipalType": "User"}, "Bool": {"aws:ViaAWSService": "true"}}
    found = of_statements(both, Principal={"AWS": OWN}, Effect="Deny")
    user = next(one for one in found.callers if one.caller.kind is Kind.USER and one.own)
    stranger = next(one for one in found.callers if one.caller.kind is Kind.USER and not one.own)
    forwarded = next(one for one in found.paths if one.called_via)
    assert found.state(user, forwarded)[1:] == (1, 1)
    assert found.state(stranger, forwarded)[1:] == (0, 0)
    assert found.state(user, found.paths[0])[1:] == (0, 0)


def test_variables_that_caller_and_path_pin_down():
    named = {
        "Principal": {"AWS": f"arn:aws:iam::{OWN}:user/ann"},
        "Condition": {"StringEquals": {"s3:prefix": "${aws:username}"}},
    }
    statement = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", **named}
    side = changed(compile_side(Declaration([statement])), Shadows().statement)
    found = Cells(Space(WORLD, [side], 20_000), frozenset())
    users = {one.caller.name: one for one in found.callers if one.caller.kind is Kind.USER and one.own}
    shadows = {name: found.state(one, found.paths[0])[0]["~aws:username"] for name, one in users.items()}
    assert shadows == {"ann": ("ann",), "any-user": PRESENT}


def test_tls_that_services_leave_out_is_on_their_path():
    found = cells(SECURE)
    service = next(one for one in found.callers if one.caller.kind is Kind.SERVICE)
    said = [found.state(service, path)[0]["aws:securetransport"] for path in found.paths_of(service)]
    assert said == [ABSENT, ("true",), ("false",)]


def test_relevant_keys():
    found = cells()
    assert found.relevant("aws:sourceaccount") == found.space.relevant("aws:sourceaccount")
    assert found.relevant("s3:prefix") == ("s3:prefix", "~s3:prefix")
