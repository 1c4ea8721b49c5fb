# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proof of a perimeter: what holds, what refutes it, what is taken away from some, and how little it takes."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reach import prove
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.presets import aws_service_statements
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.perimeter.reach_found import (
    ACCOUNT,
    APP,
    AUTOMATION,
    BUCKET,
    DECLARED,
    EVERYTHING,
    FOREIGN_GLASS,
    GLASS,
    OTHER,
    PASSAGE,
    PEER,
    REACH,
    REPAIR,
    VPC,
    VPCE,
    closed,
    declare,
    messages,
    proof,
    refuted,
    statement,
    verdicts,
)


def test_what_the_role_writes_holds():
    result = proof()
    assert messages(result) == []
    assert result["holds"] is True
    assert list(verdicts(result).values()) == ["holds"] * 4
    assert result["mismatches"] == result["unknown"] == result["narrowed"] == []
    first = result["theorems"][0]
    assert first["buckets"] == {"holds": [BUCKET]}
    assert {one["statement"] for one in first["rests_on"]} >= {"PerimeterS3Network"}
    assert "identity policies" in result["assumed"][0]
    assert result["requests"] > 0


@pytest.mark.parametrize(
    "declared, perimeter",
    [
        pytest.param({"break_glass": [GLASS]}, {"break_glass_principals": [GLASS]}, id="break glass"),
        pytest.param(
            {"managers": (AUTOMATION, FOREIGN_GLASS)}, {"managers": (AUTOMATION, FOREIGN_GLASS)}, id="foreign manager"
        ),
        pytest.param({"additional": (PEER,)}, {"endpoints": (VPCE, PEER)}, id="additional endpoint"),
        pytest.param({}, {"endpoints": (), "vpcs": (VPC,)}, id="restricted to the VPC"),
        pytest.param({"restrict_by": "vpc"}, {"endpoints": (), "vpcs": (VPC,)}, id="declared to be restricted to it"),
        pytest.param({"forwarded": True}, {"allow_forwarded_access": True}, id="forwarded access"),
        pytest.param({"services": True}, {"allow_aws_services": True}, id="AWS services"),
        pytest.param({"tls": False}, {"tls_only": False}, id="without TLS"),
        pytest.param({"peers": (PEER,)}, {"endpoints": (VPCE, PEER)}, id="peer"),
        pytest.param(
            {"managers": (AUTOMATION, f"arn:aws:iam::{ACCOUNT}:role/team-*")},
            {"managers": (AUTOMATION, f"arn:aws:iam::{ACCOUNT}:role/team-*")},
            id="a pattern of managers",
        ),
    ],
)
def test_what_is_declared_holds(declared, perimeter):
    result = proof(declaration=declare(**declared), **perimeter)
    assert messages(result) == []
    assert result["unknown"] == []
    assert result["holds"]


@pytest.mark.parametrize(
    "declared, perimeter, said",
    [
        (
            {"additional": (PEER,)},
            {"endpoints": (VPCE, PEER)},
            f"The policy of endpoint {PEER} (an additional endpoint)",
        ),
        ({"peers": (PEER,)}, {"endpoints": (VPCE, PEER)}, f"{PEER} (a network of another declaration)"),
        ({}, {"endpoints": (), "vpcs": (VPC,)}, f"The policies of the other endpoints of {VPC} (the VPC that was decl"),
        (
            {"restrict_by": "vpc"},
            {"endpoints": (), "vpcs": (VPC,)},
            f"{VPC} (the VPC that the bucket is restricted to)",
        ),
    ],
)
def test_networks_whose_policies_nobody_knows_are_assumed_by_name(declared, perimeter, said):
    assert any(said in one for one in proof(declaration=declare(**declared), **perimeter)["assumed"])
    assert not any(said in one for one in proof()["assumed"])


@pytest.mark.parametrize("access", ["read", "all", "read_write", "list"])
def test_every_level_of_access_holds(access):
    assert messages(proof(buckets=[{"name": BUCKET, "access": access}])) == []


def test_prefixes_and_principals_hold():
    buckets = [{"name": BUCKET, "access": "read", "prefixes": ["reports/"], "principals": [APP]}]
    assert messages(proof(buckets=buckets)) == []


@pytest.mark.parametrize(
    "scope, given",
    [
        ("account", {"account": ACCOUNT}),
        ("organization", {"organization": "o-exampleorgid"}),
        ("pattern", {"account": ACCOUNT, "patterns": ["example*"]}),
    ],
)
def test_a_wide_endpoint_holds_if_it_is_declared(scope, given):
    policy = endpoint_policy([BUCKET], scope=scope, **given)
    declared = {key: value for key, value in given.items() if key != "account"}
    result = proof(declaration=declare(scope=scope, **declared), endpoint=policy)
    assert messages(result) == []
    assert PASSAGE in refuted(proof(endpoint=policy))
    wider = {"Version": "2012-10-17", "Statement": [EVERYTHING]}
    assert PASSAGE in refuted(proof(declaration=declare(scope=scope, **declared), endpoint=wider))


def test_statements_for_buckets_of_aws_hold_if_they_are_declared():
    statements = aws_service_statements(["ssm", "ecr"], "eu-central-1")
    policy = endpoint_policy([BUCKET], statements=statements)
    assert messages(proof(declaration=declare(aws_services=["ssm", "ecr"]), endpoint=policy)) == []
    assert messages(proof(declaration=declare(endpoint_statements=statements), endpoint=policy)) == []
    assert refuted(proof(endpoint=policy)) == {PASSAGE}


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([statement("Allow", "s3:GetObject", "/*", Principal={"AWS": APP})], id="own role"),
        pytest.param([statement("Allow", "s3:*", "/*", Principal={"AWS": ACCOUNT})], id="own account"),
    ],
)
def test_a_perimeter_covers_what_others_allow_to_the_own_account(others):
    assert messages(proof(*others)) == []


def test_accounts_can_be_declared():
    partner = statement("Allow", "s3:GetObject", "/*", Principal={"AWS": OTHER})
    assert messages(proof(partner, declaration=declare(principal_accounts=[OTHER]))) == []


@pytest.mark.parametrize(
    "source, holds",
    [
        (f"arn:aws:s3:::{BUCKET}", True),
        ("arn:aws:s3:::*", False),
        ("arn:aws:s3:::somebody-elses", False),
    ],
)
def test_services_by_the_arn_of_their_source(source, holds):
    condition = {"ArnLike": {"aws:SourceArn": source}}
    service = {"Service": "logging.s3.amazonaws.com"}
    logs = statement("Allow", "s3:PutObject", "/*", Principal=service, Condition=condition)
    result = proof(logs, declaration=declare(services=True), allow_aws_services=True)
    assert (refuted(result) == set()) is holds


def test_services_of_the_organization():
    condition = {"StringEquals": {"aws:SourceOrgID": "o-exampleorgid"}}
    service = {"Service": "logging.s3.amazonaws.com"}
    logs = statement("Allow", "s3:PutObject", "/*", Principal=service, Condition=condition)
    for organization, expected in (("o-exampleorgid", set()), (None, {REACH})):
        declared = declare(services=True, organization=organization)
        assert refuted(proof(logs, declaration=declared, allow_aws_services=True)) == expected


def test_break_glass_of_another_account_need_not_be_allowed():
    declaration = declare(break_glass=[FOREIGN_GLASS])
    assert messages(proof(declaration=declaration, break_glass_principals=[FOREIGN_GLASS])) == []
    allow = statement("Allow", "s3:GetObject", "/*", Principal={"AWS": FOREIGN_GLASS})
    assert messages(proof(allow, declaration=declaration, break_glass_principals=[FOREIGN_GLASS])) == []


def test_forwarded_access_of_declared_principals_of_another_account():
    partner = f"arn:aws:iam::{OTHER}:role/partner"
    declared = {"buckets": [{"name": BUCKET, "access": "read", "principals": [partner]}], "forwarded": True}
    allow = statement("Allow", "s3:GetObject", "/*", Sid="Partner", Principal={"AWS": partner})
    policy = endpoint_policy(declared["buckets"])
    assert REACH not in refuted(
        proof(allow, declaration=declare(**declared), endpoint=policy, allow_forwarded_access=True)
    )
    # Whoever is not declared is not let in by a service either.
    other = statement("Allow", "s3:GetObject", "/*", Sid="Other", Principal={"AWS": f"arn:aws:iam::{OTHER}:role/x"})
    assert REACH in refuted(proof(other, declaration=declare(**declared), endpoint=policy, allow_forwarded_access=True))


def test_break_glass_may_pass_the_endpoint():
    glass = statement("Allow", "s3:*", "*", Sid="Glass", Condition={"ArnLike": {"aws:PrincipalArn": GLASS}})
    policy = endpoint_policy(
        [BUCKET], statements=[{**glass, "Resource": [glass["Resource"][:-1], f"{glass['Resource'][:-1]}/*"]}]
    )
    assert (
        messages(proof(declaration=declare(break_glass=[GLASS]), endpoint=policy, break_glass_principals=[GLASS])) == []
    )
    assert PASSAGE in refuted(proof(endpoint=policy))


def test_a_declared_principal_of_another_account_needs_an_allow():
    foreign = f"arn:aws:iam::{OTHER}:role/partner"
    buckets = [{"name": BUCKET, "principals": [foreign]}]
    assert refuted(proof(buckets=buckets)) == {DECLARED}
    allow = statement("Allow", ["s3:GetObject", "s3:PutObject"], "/*", Principal={"AWS": foreign})
    assert messages(proof(allow, buckets=buckets)) == []


@pytest.mark.parametrize("through", [VPCE, VPC])
def test_the_endpoint_counts_where_policies_are_managed_through_it(through):
    arriving = declare(arriving_through=through)
    assert refuted(proof(declaration=arriving)) == {REPAIR}
    policy = endpoint_policy([BUCKET], manager_principals=[AUTOMATION])
    assert messages(proof(declaration=arriving, endpoint=policy)) == []


def test_buckets_that_are_reached_alike_stand_together():
    names = [f"bucket-{number:04d}" for number in range(4, 16)]
    policies = {name: closed(bucket=name) for name in names}
    policies["bucket-0007"]["Statement"].append(
        {**statement("Deny", "s3:GetObject"), "Resource": "arn:aws:s3:::bucket-0007/*", "Sid": "Closed"}
    )
    result = prove(declare(names), endpoint_policy(names), policies, True)
    assert [len(one["buckets"]) for one in result["matrix"]] == [11, 1]
    assert [one["buckets"] for one in result["mismatches"]] == [["bucket-0007"]]
    declared = next(one for one in result["theorems"] if one["theorem"] == DECLARED)
    assert declared["buckets"]["refuted"] == ["bucket-0007"]
    assert len(declared["buckets"]["holds"]) == 11


#: Network path of the matrix -> how an example says it.
PATHS = {
    "endpoint": f"through {VPCE}",
    "internet": "from the internet",
    "another_endpoint": "through vpce-0ffffffffffffffff",
    "forwarded_by_a_service": "forwarded by ",
}
NAMED = {
    "get": "GetObject",
    "put": "PutObject",
    "delete": "DeleteObject",
    "list": "ListBucket",
    "put_policy": "PutBucketPolicy",
}


def test_the_example_of_a_cell_is_of_that_cell():
    grants = [{"name": BUCKET, "access": "read", "prefixes": ["reports/"], "principals": [APP]}]
    declaration = declare(grants, break_glass=[GLASS])
    policies = {BUCKET: closed(break_glass_principals=[GLASS])}
    [shape] = prove(declaration, endpoint_policy(grants), policies, True)["matrix"]
    told = [
        (row["principal"], path, name, cell)
        for row in shape["rows"]
        for path, cells in row["reach"].items()
        for name, cell in cells.items()
        if "example" in cell
    ]
    assert len(told) > 40
    assert [each for each in told if PATHS[each[1]] not in each[3]["example"]] == []
    actions = [(name, cell["example"].split()[0].removeprefix("s3:")) for _who, _path, name, cell in told]
    assert [each for each in actions if each[0] != "other" and each[1] != NAMED[each[0]]] == []
    assert [each for each in actions if each[0] == "other" and each[1] in NAMED.values()] == []


def test_the_policy_of_every_declared_bucket_is_needed():
    with pytest.raises(PolicyError, match="examplebucket: The policy of this bucket is not given"):
        prove(declare(), None, {"another": None})


def test_a_bucket_policy_that_cannot_be_read_is_named():
    with pytest.raises(PolicyError, match="policy of bucket examplebucket"):
        prove(declare(), None, {BUCKET: {"Statement": [statement("Deny", "s3:*", Condition={"Like": {"aws:x": "y"}})]}})


@pytest.mark.parametrize(
    "given, said",
    [
        ({"minimum_tls": "1.1"}, "minimum_tls: '1.1' is no version"),
        ({"restrict_by": "subnet"}, "restrict_by: 'subnet' is no limit"),
        ({"principal_accounts": ["7"]}, "principal_accounts[0]: '7' is not an account id"),
        ({"arriving_through": "home"}, "arriving_through: 'home' is neither an endpoint nor a VPC"),
        ({"scope": "pattern"}, "bucket_patterns: No pattern is given"),
        ({"organization": "mine"}, "organization: 'mine' is not the id of an organization"),
        ({"endpoint_statements": [{"Effect": "Maybe"}]}, "endpoint_statements[0].Effect: 'Maybe' is not an effect"),
    ],
)
def test_what_cannot_be_declared_is_said_with_its_option(given, said):
    with pytest.raises(PolicyError) as raised:
        declare(**given)
    assert any(said in str(one) for one in raised.value.problems)


@pytest.mark.parametrize(
    "role, verdict",
    [("role/automation", "undecided"), ("role/team/automation", "undecided"), ("role/other", "holds")],
)
def test_a_manager_known_as_a_session_may_be_the_role_that_is_denied(role, verdict):
    """A session does not say the path of its role."""
    condition = {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:{role}"}}
    result = proof(statement("Deny", "s3:PutBucketPolicy", Sid="Automation", Condition=condition))
    assert verdicts(result)[REPAIR] == verdict
    assert result["holds"] is (verdict == "holds")
