# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several declarations in one perimeter, and nothing trusted because of what stands beside it."""

from __future__ import annotations

import copy

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.perimeter import (
    PERIMETER_SIDS,
    Perimeter,
    perimeter_statements,
    read_perimeter,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.sharing import (
    Exemption,
    Terms,
    exempted_beyond,
    read_exceptions,
    share_perimeter,
    withdraw_perimeter,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.building.perimeters import PERIMETERS

ADMIN = "arn:aws:iam::111122223333:role/admin"
STRANGER = "arn:aws:iam::999988887777:role/*"
A, B, C = "vpce-0000000a", "vpce-0000000b", "vpce-0000000c"
VPC = "vpc-111bbb22"


def statements(*endpoints, **options):
    return bucket_perimeter("examplebucket", endpoints=list(endpoints), **options)["Statement"]


ONE = statements(A, break_glass_principals=[ADMIN], allow_aws_services=True, tls_only=True)
TWO = statements(B)
FOREIGN = {"Sid": "LogDelivery", "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}}
PEERS = Terms(peers=frozenset({A, B, VPC}))


def document(found):
    return {"Version": "2012-10-17", "Statement": copy.deepcopy(list(found))}


def test_two_declarations_meet():
    shared = share_perimeter(document(TWO), ONE, PEERS)
    assert read_perimeter(shared.statements).endpoints == (A, B)
    assert (shared.undeclared, shared.owners, shared.contested) == ((), (B,), False)
    assert share_perimeter(document(shared.statements), ONE, PEERS).statements == shared.statements


def test_an_exception_of_the_other_is_said_and_not_kept():
    shared = share_perimeter(document(ONE), TWO, PEERS)
    assert read_perimeter(shared.statements).principals == ()
    assert list(shared.undeclared) == [Exemption("principal", ADMIN), Exemption("aws_services")]
    assert shared.contested
    accepted = read_exceptions({"break_glass_principals": [ADMIN], "allow_aws_services": True})
    kept = share_perimeter(document(ONE), TWO, Terms(peers=PEERS.peers, accepted=accepted))
    assert (kept.undeclared, kept.contested) == ((), False)
    assert read_perimeter(kept.statements).principals == (ADMIN,)
    # TLS is a denial of the other's, which opens nothing.
    assert [one["Sid"] for one in kept.statements] == ["PerimeterS3Network", "PerimeterS3Tls"]


def edited(condition, management=None):
    """The perimeter of A, whose statements somebody has given further conditions."""
    found = copy.deepcopy(statements(A, manager_principals=["arn:aws:iam::111122223333:user/robot"]))
    for statement, more in zip(found, (condition, management), strict=True):
        for operator, keys in (more or {}).items():
            for key, value in keys.items():
                block = statement["Condition"].setdefault(operator, {})
                present = [block[key]] if isinstance(block.get(key), str) else block.get(key, [])
                block[key] = [*present, *([value] if isinstance(value, str) else value)]
    return found


BY_HAND = {
    "an endpoint": ({"StringNotEquals": {"aws:SourceVpce": C}}, ["network vpce-0000000c"]),
    "a VPC": ({"StringNotEquals": {"aws:SourceVpc": VPC}}, [f"network {VPC}"]),
    "the ARN of a VPC": (
        {"ArnNotEquals": {"aws:SourceVpcArn": f"arn:aws:ec2:eu-central-1:999988887777:vpc/{VPC}"}},
        [f"network arn:aws:ec2:eu-central-1:999988887777:vpc/{VPC}"],
    ),
    "an account": ({"StringNotEquals": {"aws:PrincipalAccount": "999988887777"}}, ["account 999988887777"]),
    "principals": ({"ArnNotLike": {"aws:PrincipalArn": STRANGER}}, [f"principal {STRANGER}"]),
    "a user": (
        {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::999988887777:user/eve"}},
        ["principal arn:aws:iam::999988887777:user/eve"],
    ),
    "forwarded access": ({"Bool": {"aws:ViaAWSService": "false"}}, ["access forwarded by AWS services"]),
    "services": (
        {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}},
        ["AWS services that act for themselves"],
    ),
    "addresses": (
        {"NotIpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        ["whom this condition is not true of: NotIpAddress aws:SourceIp 0.0.0.0/0"],
    ),
    "an organization": (
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-stranger00"}},
        ["whom this condition is not true of: StringNotEquals aws:PrincipalOrgID o-stranger00"],
    ),
    "everybody's roles": (
        {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}},
        ["whom this condition is not true of: ArnNotLike aws:PrincipalArn arn:aws:iam::*:role/*"],
    ),
    "a pattern of endpoints": (
        {"StringNotLike": {"aws:SourceVpce": "vpce-*"}},
        ["whom this condition is not true of: StringNotLike aws:SourceVpce vpce-*"],
    ),
}


@pytest.mark.parametrize("condition, said", BY_HAND.values(), ids=BY_HAND)
def test_what_stands_beside_a_known_network_is_not_known_for_that(condition, said):
    wanted = statements(A, manager_principals=["arn:aws:iam::111122223333:user/robot"])
    for terms in (Terms(), Terms(peers=frozenset({B})), Terms(unconfirmed=frozenset({B}))):
        shared = share_perimeter(document(edited(condition)), wanted, terms)
        assert list(map(str, shared.undeclared)) == said
        assert list(shared.statements) == wanted
        assert not shared.contested


@pytest.mark.parametrize("condition, said", BY_HAND.values(), ids=BY_HAND)
def test_in_the_statement_of_managers_too(condition, said):
    wanted = statements(A, manager_principals=["arn:aws:iam::111122223333:user/robot"])
    shared = share_perimeter(document(edited({}, condition)), wanted, Terms())
    assert list(map(str, shared.undeclared)) == [one.replace("principal ", "manager of the policy ") for one in said]
    assert list(shared.statements) == wanted


@pytest.mark.parametrize("name", [name for name in BY_HAND if name not in ("an endpoint",)])
def test_beside_the_network_of_another_it_may_be_the_others(name):
    condition, said = BY_HAND[name]
    both = {**condition, "StringNotEquals": {**condition.get("StringNotEquals", {}), "aws:SourceVpce": B}}
    wanted = statements(A, manager_principals=["arn:aws:iam::111122223333:user/robot"])
    for kind in ("peers", "unconfirmed"):
        shared = share_perimeter(document(edited(both)), wanted, Terms(**{kind: frozenset({B})}))
        beside = ["network vpce-0000000b"] if kind == "unconfirmed" else []
        assert sorted(map(str, shared.undeclared)) == sorted(said + beside)
        assert shared.owners == (B,)
        # No declaration has a condition that no perimeter has.
        assert shared.contested is bool(beside or not said[0].startswith("whom"))


def test_a_live_network_that_is_not_confirmed_is_no_reason_to_keep_it():
    shared = share_perimeter(document(statements(A, B)), statements(A), Terms(unconfirmed=frozenset({B})))
    assert list(shared.undeclared) == [Exemption("network", B)]
    assert (read_perimeter(shared.statements).networks, shared.owners, shared.contested) == ((A,), (B,), True)


@pytest.mark.parametrize(
    "wanted, found",
    [
        ("arn:aws:iam::111122223333:role/*", "arn:aws:iam::111122223333:role/admin"),
        ("arn:aws:iam::111122223333:role/ops-?", "arn:aws:iam::111122223333:role/ops-1"),
        ("arn:aws:sts::111122223333:assumed-role/admin/run", "arn:aws:iam::111122223333:role/admin"),
    ],
)
def test_what_is_declared_by_a_pattern_is_declared(wanted, found):
    live = document(statements(A, break_glass_principals=[found]))
    assert share_perimeter(live, statements(A, break_glass_principals=[wanted]), Terms()).undeclared == ()
    assert (
        share_perimeter(
            live, statements(A), Terms(accepted=read_exceptions({"break_glass_principals": [wanted]}))
        ).undeclared
        == ()
    )
    # Who may do everything may repair the policy; not the other way round.
    accepted = Terms(accepted=read_exceptions({"manager_principals": [wanted]}))
    assert [one.kind for one in share_perimeter(live, statements(A), accepted).undeclared] == ["principal"]


def test_withdrawing_takes_our_network_only():
    live = document([FOREIGN, *statements(A, B, break_glass_principals=[ADMIN], tls_only=True)])
    left = withdraw_perimeter(live, statements(A), PEERS)
    assert list(left.statements) == statements(B, break_glass_principals=[ADMIN], tls_only=True)
    assert (left.sids, left.owners) == (("PerimeterS3Management",), (B,))
    # It is not ours to judge, and said.
    assert list(left.undeclared) == [Exemption("principal", ADMIN)]
    gone = withdraw_perimeter(live, statements(A), Terms(peers=PEERS.peers, exclusive=True))
    assert list(gone.statements) == statements(B, tls_only=True)


@pytest.mark.parametrize("terms", [PEERS, Terms(), Terms(exclusive=True)])
@pytest.mark.parametrize("live", [None, document([FOREIGN]), document([FOREIGN, *ONE])])
def test_withdrawing_the_last_network_takes_everything(live, terms):
    left = withdraw_perimeter(live, ONE, terms)
    assert (left.statements, left.sids, left.undeclared) == ((), PERIMETER_SIDS, ())


def test_withdrawing_leaves_what_may_be_anothers():
    live = document(statements(A, B))
    assert read_perimeter(withdraw_perimeter(live, ONE, Terms(unconfirmed=frozenset({B}))).statements).networks == (B,)
    # Of a network that nobody knows, nobody knows a declaration either.
    assert withdraw_perimeter(live, ONE, Terms()).statements == ()
    assert withdraw_perimeter(live, ONE, Terms(unconfirmed=frozenset({B}), exclusive=True)).statements == ()


def test_withdrawing_tls_alone_leaves_a_network_of_another_declaration():
    tls = bucket_perimeter("examplebucket", tls_only=True)["Statement"]
    assert list(withdraw_perimeter(document(ONE), tls, PEERS).statements) == ONE


def test_nothing_to_share_with():
    assert list(share_perimeter(None, ONE, Terms()).statements) == ONE
    assert list(share_perimeter(document([FOREIGN]), [*ONE, FOREIGN], Terms()).statements) == [*ONE, FOREIGN]
    assert share_perimeter(document(TWO), [*ONE, FOREIGN], Terms()).statements[-1] == FOREIGN
    assert list(share_perimeter(document(TWO), [FOREIGN], Terms()).statements) == [FOREIGN]


def test_a_network_of_a_peer_may_stand_in_the_statement_of_managers_alone():
    live = document(edited({}, {"StringNotEquals": {"aws:SourceVpce": B, "aws:SourceVpc": VPC}}))
    wanted = statements(A, manager_principals=["arn:aws:iam::111122223333:user/robot"])
    assert read_perimeter(share_perimeter(live, wanted, PEERS).statements).networks == (A, B, VPC)


def test_what_a_peer_denies_stays_as_long_as_it_does():
    wanted = statements(A, actions=["s3:GetObject"])
    for terms, actions in ((PEERS, ("s3:GetObject", "s3:PutObject")), (Terms(), ("s3:GetObject",))):
        live = document(statements(B, actions=["s3:PutObject"], tls_only=True))
        shared = read_perimeter(share_perimeter(live, wanted, terms).statements)
        assert (shared.actions, shared.tls) == (actions, terms is PEERS)
    assert not read_perimeter(share_perimeter(document(TWO), statements(A), PEERS).statements).tls


def test_the_accounts_of_others_are_exceptions_too():
    live = document(statements(A, excepted_accounts=["444455556666"], allow_forwarded_access=True))
    shared = share_perimeter(live, statements(A), Terms())
    assert list(shared.undeclared) == [Exemption("account", "444455556666"), Exemption("forwarded_access")]
    given = {"excepted_accounts": ["444455556666", "444455556666"], "allow_forwarded_access": True}
    accepted = read_exceptions({**given, "allow_aws_services": None})
    assert accepted == Perimeter(accounts=("444455556666",), forwarded=True)
    kept = share_perimeter(live, statements(A), Terms(accepted=accepted))
    assert (kept.undeclared, list(kept.statements)) == ((), live["Statement"])


def test_a_statement_that_exempts_more_than_it_is_declared_to():
    (found,) = statements(A, B, break_glass_principals=[ADMIN])
    assert exempted_beyond(found, statements(A)[0]) == (Exemption("network", B), Exemption("principal", ADMIN))
    assert exempted_beyond(found, found) == ()
    assert exempted_beyond(found, None) == (
        Exemption("network", A),
        Exemption("network", B),
        Exemption("principal", ADMIN),
    )


def test_a_bucket_of_which_no_statement_tells():
    nameless = [{**one, "Resource": "*"} for one in statements(A)]
    with pytest.raises(PolicyError, match=r"None of the statements PerimeterS3Network, .* names a bucket"):
        share_perimeter(document(TWO), nameless, PEERS)


def test_statements_of_another_partition_stay_there():
    china = bucket_perimeter("examplebucket", "aws-cn", endpoints=[A])["Statement"]
    assert list(share_perimeter(None, china, Terms()).statements) == china


REFUSED = {
    "an unknown name": ({"accounts": ["111122223333"]}, r"accepted_exceptions.accounts: Unknown exception 'accounts'"),
    "no principal": (
        {"manager_principals": ["robot"]},
        r"accepted_exceptions.manager_principals\[0\]: 'robot' does not",
    ),
    "no account": ({"excepted_accounts": [1402433619]}, r"accepted_exceptions.excepted_accounts\[0\]: '1402433619' is"),
    "a text": ({"excepted_accounts": "111122223333"}, "accepted_exceptions.excepted_accounts: This is a list, not '1"),
    "no account of another": ({"excepted_accounts": ["444455556666", 7]}, r"excepted_accounts\[1\]: '7' is not an acc"),
    "a break-glass principal": (
        {"break_glass_principals": [ADMIN, "robot"]},
        r"accepted_exceptions.break_glass_principals\[1\]: 'robot' does not",
    ),
    "forwarded access": (
        {"allow_forwarded_access": 1},
        "accepted_exceptions.allow_forwarded_access: 1 is neither true",
    ),
    "no truth": ({"allow_aws_services": "some"}, "accepted_exceptions.allow_aws_services: 'some' is neither true nor"),
}


@pytest.mark.parametrize("given, message", REFUSED.values(), ids=REFUSED)
def test_exceptions_that_cannot_be_meant(given, message):
    with pytest.raises(PolicyError, match=message):
        read_exceptions(given)


# --- properties ---


NETWORKS = st.frozensets(
    st.sampled_from([f"vpce-0000000{n}" for n in range(6)] + [f"vpc-0000000{n}" for n in range(6)])
)
TERMS = st.builds(
    Terms,
    peers=NETWORKS,
    unconfirmed=NETWORKS,
    accepted=PERIMETERS.map(
        lambda one: Perimeter(
            principals=one.principals, managers=one.managers, accounts=one.accounts, services=one.services
        )
    ),
)


def built(perimeter):
    return perimeter_statements(perimeter, "examplebucket", "aws")


@given(PERIMETERS, PERIMETERS, TERMS)
def test_all_that_is_found_is_declared_or_allowed_or_said(found, declared, terms):
    shared = share_perimeter(document(built(found)), built(declared), terms)
    read = read_perimeter(shared.statements)
    said = {one.value for one in shared.undeclared}
    assert set(read.networks) == set(declared.networks) | (set(found.networks) & terms.peers)
    assert set(found.networks) <= set(read.networks) | said
    assert set(read.principals) == set(declared.principals) | (set(found.principals) & set(terms.accepted.principals))
    assert set(found.principals) <= set(read.principals) | said
    assert set(found.managers) <= set(read.managers + read.principals) | said
    assert set(found.accounts) == (set(found.accounts) & set(read.accounts)) | (set(found.accounts) & said)
    assert said.isdisjoint(read.networks + read.principals + read.accounts)
    again = share_perimeter(document(shared.statements), built(declared), terms)
    assert (again.statements, again.undeclared) == (shared.statements, ())


@given(PERIMETERS, PERIMETERS)
def test_declarations_that_know_each_other_lose_nobody(one, other):
    # Each has a network of its own.
    assume(set(one.networks) - set(other.networks) and set(other.networks) - set(one.networks))

    def terms(theirs):
        return Terms(peers=frozenset(theirs.networks), accepted=theirs)

    shared = share_perimeter(document(built(one)), built(other), terms(one)).statements
    assert list(shared) == built(one.union(other))
    assert share_perimeter(document(shared), built(one), terms(other)).statements == shared
    left = withdraw_perimeter(document(shared), built(one), terms(other)).statements
    assert set((read_perimeter(left) or Perimeter()).networks) == set(other.networks) - set(one.networks)
