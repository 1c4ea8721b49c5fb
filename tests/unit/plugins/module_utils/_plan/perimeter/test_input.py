# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A declaration as people write it, and what is wrong with one."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.input import read_declaration
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

ACCOUNT, OTHER, ORG = "111122223333", "444455556666", "o-exampleorgid"
VPCE, VPC, PEER = "vpce-1a2b3c4d", "vpc-1a2b3c4d", "vpce-2b3c4d5e"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/glass"
ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def read(buckets=("logs",), account=ACCOUNT, endpoint=VPCE, vpc=VPC, **options):
    return read_declaration(list(buckets), account, endpoint, vpc, **options)


def test_what_is_not_said():
    found = read()
    assert (found.account, found.endpoint_account, found.accounts) == (ACCOUNT, ACCOUNT, (ACCOUNT,))
    assert (found.endpoint, found.vpc, found.partition, found.region) == (VPCE, VPC, "aws", "")
    assert list(found.grants) == list(found.every_grant) == ["logs"]
    assert found.grants["logs"].actions == found.default_actions == ("s3:GetObject", "s3:PutObject")
    assert (found.scope, found.restrict_by, found.organization, found.arriving_through) == ("buckets", None, None, None)
    assert (found.tls, found.minimum_tls, found.tls_versions) == (True, "", ("1.2", "1.3"))
    assert (found.services, found.forwarded, found.statements, found.patterns, found.additional) == (
        False, False, (), (), (),
    )  # fmt: skip
    assert (dict(found.peers), found.break_glass, found.managers, found.others) == ({"logs": frozenset()}, {}, {}, {})


# Options, field, what is read
READ = [
    ({"endpoint_account": OTHER}, "endpoint_account", OTHER),
    ({"principal_accounts": [ACCOUNT, OTHER, int(OTHER)]}, "accounts", (ACCOUNT, OTHER)),
    ({"additional": [PEER, "vpc-2b3c4d5e", PEER]}, "additional", (PEER, "vpc-2b3c4d5e")),
    ({"peers": [PEER]}, "peers", {"logs": frozenset({PEER})}),
    ({"peers": {"logs": [PEER]}}, "peers", {"logs": [PEER]}),
    ({"arriving_through": PEER}, "arriving_through", PEER),
    ({"arriving_through": "internet"}, "arriving_through", None),
    ({"arriving_through": ""}, "arriving_through", None),
    ({"restrict_by": "vpc"}, "restrict_by", "vpc"),
    ({"minimum_tls": "1.3"}, "tls_versions", ("1.3",)),
    ({"scope": "pattern", "patterns": ["a*"]}, "patterns", ("a*",)),
    ({"scope": "organization", "organization": ORG}, "organization", ORG),
    ({"organization": ""}, "organization", None),
    ({"access": ["s3:GetObject"]}, "default_actions", ("s3:GetObject",)),
    ({"break_glass": [ROLE]}, "break_glass", {ROLE: (ROLE,)}),
    ({"managers": [ROLE]}, "managers", {ROLE: (ROLE,)}),
    ({"endpoint_statements": [ALLOW]}, "statements", (ALLOW,)),
]


@pytest.mark.parametrize("options, name, value", READ)
def test_what_is_read(options, name, value):
    assert getattr(read(**options), name) == value


def test_what_is_declared_beside():
    found = read(others=[{"name": "other", "access": ["s3:ListBucket"]}], access=["s3:GetObject"])
    assert {name: grant.actions for name, grant in found.every_grant.items()} == {
        "other": ("s3:ListBucket",), "logs": ("s3:GetObject",),
    }  # fmt: skip
    assert list(found.grants) == ["logs"]
    accepted = read(accepted={"break_glass_principals": [ROLE], "excepted_accounts": [OTHER]}).accepted
    assert (accepted.principals, accepted.accounts) == ((ROLE,), (OTHER,))
    statements = read(aws_services=["ecr"], region="eu-central-1", endpoint_statements=[ALLOW]).statements
    assert statements[0] == ALLOW and "starport-layer-bucket" in str(statements[1:])


# Options, what is said
WRONG = [
    ({"account": "1"}, "account: '1' is not an account id. Give its twelve digits, quoted."),
    ({"endpoint_account": "1"}, "endpoint_account: '1' is not an account id."),
    ({"principal_accounts": [OTHER, 1]}, "principal_accounts[1]: '1' is not an account id."),
    ({"endpoint": VPC}, f"endpoint_id: {VPC!r} is not such an id. It begins with 'vpce-'."),
    ({"endpoint": 7}, "endpoint_id: 7 is not such an id."),
    ({"vpc": VPCE}, f"vpc_id: {VPCE!r} is not such an id. It begins with 'vpc-'."),
    ({"additional": [PEER, "x"]}, "additional_endpoints[1]: 'x' is neither an endpoint nor a VPC."),
    ({"additional": [7]}, "additional_endpoints[0]: 7 is neither an endpoint nor a VPC."),
    ({"arriving_through": "here"}, "arriving_through: 'here' is neither an endpoint nor a VPC."),
    ({"restrict_by": "subnet"}, "restrict_by: 'subnet' is no limit. Known are vpce and vpc."),
    ({"minimum_tls": "1.1"}, "minimum_tls: '1.1' is no version. Known are 1.2 and 1.3, quoted."),
    ({"scope": "world"}, "endpoint_scope: 'world' is not a scope. Known are buckets, pattern, account, organization."),
    ({"scope": "pattern"}, "bucket_patterns: No pattern is given."),
    ({"scope": "organization"}, "organization: The organization is not given."),
    ({"organization": "acme"}, "organization: 'acme' is not the id of an organization."),
    ({"organization": f"{ORG}."}, f"organization: '{ORG}.' is not the id of an organization."),
    ({"partition": "moon"}, "partition: 'moon' is not an AWS partition."),
    ({"break_glass": [ROLE, "*"]}, "break_glass_principals[1]: '*' does not name principals of one account."),
    ({"managers": ["x"]}, "manager_principals[0]: 'x' does not name principals of one account."),
    ({"accepted": "x"}, "accepted_exceptions: This is a mapping, not 'x'."),
    ({"accepted": {"foo": []}}, "accepted_exceptions.foo: Unknown exception 'foo'."),
    ({"endpoint_statements": [ALLOW, {**ALLOW, "Effect": "x"}]}, "endpoint_statements[1].Effect: "),
]


@pytest.mark.parametrize("options, said", WRONG)
def test_what_is_wrong(options, said):
    with pytest.raises(PolicyError) as raised:
        read(**options)
    [problem] = raised.value.problems
    assert str(problem).startswith(said)
    assert raised.value.name == "declaration of the perimeter"


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(PolicyError) as raised:
        read(**{name: value for options, _said in WRONG for name, value in options.items()})
    assert {one.path.partition("[")[0].partition(".")[0] for one in raised.value.problems} == {
        "account", "endpoint_account", "principal_accounts", "endpoint_id", "vpc_id", "additional_endpoints",
        "arriving_through", "restrict_by", "minimum_tls", "organization", "partition", "break_glass_principals",
        "manager_principals", "accepted_exceptions", "endpoint_statements",
    }  # fmt: skip
