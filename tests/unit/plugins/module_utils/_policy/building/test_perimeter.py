# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A perimeter as it stands in a policy that people may have edited."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.perimeter import (
    EVERY_ACTION,
    MANAGEMENT_SID,
    NETWORK_SID,
    TLS_SID,
    Perimeter,
    odd_conditions,
    perimeter_statements,
    read_perimeter,
    read_repairs,
)

ADMIN = "arn:aws:iam::111122223333:role/admin"
VPC_ARN = "arn:aws:ec2:eu-central-1:111122223333:vpc/vpc-111bbb22"


def statement(sid, condition, **more):
    return {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": condition, **more}


#: What a condition of the network's statement says.
CONDITIONS = [
    ({"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}, {"endpoints": ("vpce-1a2b3c4d",)}),
    ({"StringNotEquals": {"AWS:sourcevpc": ["vpc-111bbb22", "x"]}}, {"vpcs": ("vpc-111bbb22",)}),
    ({"ArnNotEquals": {"aws:SourceVpcArn": VPC_ARN}}, {"vpc_arns": (VPC_ARN,)}),
    ({"ArnNotLike": {"aws:PrincipalArn": [ADMIN, "*", "robot"]}}, {"principals": (ADMIN,)}),
    (
        {"StringNotEqualsIfExists": {"aws:PrincipalAccount": ["444455556666", "1"]}},
        {"accounts": ("444455556666",)},
    ),
    ({"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}, {"services": True}),
    ({"Bool": {"aws:PrincipalIsAWSService": False}}, {"services": True}),
    ({"BoolIfExists": {"aws:PrincipalIsAWSService": "true"}}, {}),
    ({"BoolIfExists": {"aws:ViaAWSService": "false"}}, {"forwarded": True}),
    ({"BoolIfExists": {"aws:ViaAWSService": "true"}}, {}),
    # The same key under two operators that exempt.
    (
        {
            "StringNotEquals": {"aws:SourceVpce": "vpce-0000000b"},
            "StringNotLike": {"aws:SourceVpce": ["vpce-0000000a", "vpce-0000000b"]},
        },
        {"endpoints": ("vpce-0000000a", "vpce-0000000b")},
    ),
    # What does not exempt.
    ({"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}, {}),
    ({"Null": {"aws:PrincipalIsAWSService": "false"}}, {}),
    ({"StringNotEquals": {"aws:SourceVpce": {}}}, {}),
    ([], {}),
]


@pytest.mark.parametrize("condition, said", CONDITIONS)
def test_what_the_statement_of_the_network_says(condition, said):
    assert read_perimeter([statement(NETWORK_SID, condition)]) == Perimeter(**said)


@pytest.mark.parametrize("condition, said", CONDITIONS)
def test_what_the_statement_of_the_managers_says(condition, said):
    managers = {"managers" if name == "principals" else name: value for name, value in said.items()}
    assert read_repairs([statement(MANAGEMENT_SID, condition)]) == Perimeter(**managers)
    assert read_repairs([statement(NETWORK_SID, condition)]) == Perimeter()


def test_managers_are_who_is_not_exempted_from_everything():
    network = statement(NETWORK_SID, {"ArnNotLike": {"aws:PrincipalArn": ADMIN}})
    robot = "arn:aws:iam::111122223333:user/robot"
    management = statement(MANAGEMENT_SID, {"ArnNotLike": {"aws:PrincipalArn": [ADMIN, robot, "*"]}})
    found = read_perimeter([network, management])
    assert (found.principals, found.managers, found.tls) == ((ADMIN,), (robot,), False)
    assert read_perimeter([management]) is None
    assert read_perimeter([network, statement(TLS_SID, {})]).tls


@pytest.mark.parametrize(
    "action, actions",
    [
        ("s3:PutObject", ("s3:PutObject",)),
        (["s3:PutObject", "s3:GetObject", "s3:PutObject"], ("s3:GetObject", "s3:PutObject")),
        ([], EVERY_ACTION),
        (7, EVERY_ACTION),
    ],
)
def test_what_is_denied(action, actions):
    assert read_perimeter([statement(NETWORK_SID, {}, Action=action)]).actions == actions


#: Conditions that no perimeter has, as people read them.
ODD = [
    ({"StringNotEquals": {"aws:SourceVpce": ["vpce-1a2b3c4d", "vpce-*"]}}, ("StringNotEquals aws:SourceVpce vpce-*",)),
    ({"StringNotEquals": {"aws:SourceVpc": ["vpc-111bbb22", "x"]}}, ("StringNotEquals aws:SourceVpc x",)),
    ({"ArnNotEquals": {"aws:SourceVpcArn": [VPC_ARN, "arn:*"]}}, ("ArnNotEquals aws:SourceVpcArn arn:*",)),
    ({"StringNotEqualsIfExists": {"aws:PrincipalAccount": "444455556666"}}, ()),
    ({"StringNotEquals": {"aws:PrincipalAccount": "1"}}, ("StringNotEquals aws:PrincipalAccount 1",)),
    ({"ArnNotLike": {"aws:PrincipalArn": [ADMIN, "*"]}}, ("ArnNotLike aws:PrincipalArn *",)),
    ({"ArnNotEquals": {"aws:PrincipalArn": [ADMIN, "*"]}}, ("ArnNotEquals aws:PrincipalArn *",)),
    ({"Bool": {"aws:PrincipalIsAWSService": False, "aws:ViaAWSService": "false"}}, ()),
    (
        {"Bool": {"aws:PrincipalIsAWSService": True, "aws:ViaAWSService": "true"}},
        ("Bool aws:PrincipalIsAWSService true", "Bool aws:ViaAWSService true"),
    ),
    ({"StringNotLike": {"aws:SourceVpce": "vpce-1a2b3c4d"}}, ("StringNotLike aws:SourceVpce vpce-1a2b3c4d",)),
    ({"StringEquals": {"aws:username": []}}, ("StringEquals aws:username []",)),
    ({"StringEquals": {"aws:username": None}}, ("StringEquals aws:username None",)),
    ({"StringEquals": "text"}, ()),
    ("text", ()),
]


@pytest.mark.parametrize("condition, said", ODD)
def test_conditions_that_no_perimeter_has(condition, said):
    for sids in ((NETWORK_SID,), (MANAGEMENT_SID,), (NETWORK_SID, MANAGEMENT_SID)):
        assert odd_conditions([statement(sid, condition) for sid in sids]) == said
    assert odd_conditions([statement(TLS_SID, condition), statement("Another", condition)]) == ()


def test_a_union_exempts_all_and_denies_all():
    one = Perimeter(endpoints=("vpce-0000000b",), actions=("s3:GetObject",), services=True)
    other = Perimeter(endpoints=("vpce-0000000a", "vpce-0000000b"), actions=("s3:PutObject",), tls=True)
    both = one.union(other)
    assert both == Perimeter(
        endpoints=("vpce-0000000a", "vpce-0000000b"),
        actions=("s3:GetObject", "s3:PutObject"),
        services=True,
        tls=True,
    )
    assert one.union(Perimeter()).actions == EVERY_ACTION


def test_managers_beside_single_actions_take_no_statement():
    perimeter = Perimeter(endpoints=("vpce-0000000a",), managers=(ADMIN,), actions=("s3:GetObject",))
    (found,) = perimeter_statements(perimeter, "b", "aws")
    assert (found["Sid"], found["Action"]) == (NETWORK_SID, "s3:GetObject")
