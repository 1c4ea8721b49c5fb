# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who reaches what on which network path, row by row as it follows from the policies that the role writes."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter import matrix
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.input import read_declaration
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reach import prove
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    REFUTED,
    UNDECIDED,
    Counterexample,
    Verdict,
)

ACCOUNT = "111122223333"
VPCE, VPC, PEER = "vpce-1a2b3c4d", "vpc-1a2b3c4d", "vpce-2b3c4d5e"
AUTOMATION = f"arn:aws:sts::{ACCOUNT}:assumed-role/automation/run"
GLASS, APP = f"arn:aws:iam::{ACCOUNT}:role/break-glass", f"arn:aws:iam::{ACCOUNT}:role/app"
BUCKET, OBJECTS = "examplebucket", "arn:aws:s3:::examplebucket/*"
PUBLIC = {"Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS}
LOGS = {
    **PUBLIC,
    "Sid": "Logs",
    "Action": "s3:PutObject",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
}

# Get, put, delete, list, put the policy, and all else: A for always, - for never, ? for what depends on something.
NOTHING, READ_WRITE, ALL = "------", "AA----", "AAAAAA"
REPAIR = "----A?"
INSIDE, OUTSIDE = ("endpoint", "endpoint_without_tls"), ("internet", "another_endpoint", "forwarded_by_a_service")
SIGNS = {"always": "A", "never": "-", "depends": "?", "undecided": "!"}


def matrix_of(
    buckets=(BUCKET,), others=(), endpoints=(VPCE,), vpcs=(), glass=(), services=False, forwarded=False, **declared
):
    declaration = read_declaration(
        list(buckets),
        ACCOUNT,
        VPCE,
        VPC,
        region="eu-central-1",
        managers=[AUTOMATION],
        break_glass=list(glass),
        services=services,
        forwarded=forwarded,
        **declared,
    )
    document = bucket_perimeter(
        BUCKET,
        endpoints=list(endpoints),
        vpcs=list(vpcs),
        manager_principals=[AUTOMATION],
        break_glass_principals=list(glass),
        allow_aws_services=services,
        allow_forwarded_access=forwarded,
        tls_only=True,
    )
    document["Statement"] += others
    [shape] = prove(declaration, endpoint_policy(list(buckets)), {BUCKET: document}, True)["matrix"]
    assert shape["buckets"] == [BUCKET]
    return shape["rows"]


def shown(rows):
    """(who, which keys) -> network path -> the cells in a word; what never passes is left out."""
    found = {}
    for row in rows:
        reach = {}
        for path, cells in row["reach"].items():
            assert list(cells) == ["get", "put", "delete", "list", "put_policy", "other"]
            reach[path] = "".join(SIGNS[one["passes"]] for one in cells.values())
        passing = {path: word for path, word in reach.items() if word != NOTHING}
        found[row["principal"], tuple(row["keys"])] = passing
    return found


def through(word, *paths):
    return dict.fromkeys(paths, word)


ALL_KEYS, DECLARED, OTHER_KEYS = ("all keys",), ("declared prefixes",), ("other keys",)
BOTH = (*DECLARED, *OTHER_KEYS)


def test_a_bucket_for_the_account():
    assert shown(matrix_of()) == {
        ("all principals of the account", ALL_KEYS): {"endpoint": READ_WRITE},
        ("managers", ALL_KEYS): {"endpoint": READ_WRITE, **through(REPAIR, *OUTSIDE)},
        ("root user", ALL_KEYS): {"endpoint": READ_WRITE, **through(REPAIR, *OUTSIDE)},
        ("principals of other accounts", ALL_KEYS): {},
        ("anonymous", ALL_KEYS): {},
        ("AWS services", ALL_KEYS): {},
    }


def test_break_glass():
    rows = shown(matrix_of(glass=[GLASS]))
    assert list(rows)[1] == ("break glass", ALL_KEYS)
    assert rows["break glass", ALL_KEYS] == {"endpoint": READ_WRITE, **through(ALL, *OUTSIDE)}
    assert rows["all principals of the account", ALL_KEYS] == {"endpoint": READ_WRITE}


def test_prefixes_and_principals():
    read = {"name": BUCKET, "access": "read", "prefixes": ["reports/"], "principals": [APP]}
    assert shown(matrix_of([read])) == {
        # Of other keys nothing is read nor listed; all else has actions of the bucket itself.
        ("declared principals", DECLARED): {"endpoint": "A--A-?"},
        ("declared principals", OTHER_KEYS): {"endpoint": "-----?"},
        # Of which the same is true of all keys stands in one row.
        ("other principals of the account", BOTH): {},
        ("managers", BOTH): through(REPAIR, *OUTSIDE),
        ("root user", BOTH): through(REPAIR, *OUTSIDE),
        ("principals of other accounts", BOTH): {},
        ("anonymous", BOTH): {},
        ("AWS services", BOTH): {},
    }


def test_keys_that_are_not_declared_through_an_endpoint_of_others():
    read = {"name": BUCKET, "access": "read", "prefixes": ["reports/"], "principals": [APP]}
    peer = f"additional_endpoints ({PEER})"
    rows = {
        (row["principal"], keys): row["reach"][peer]
        for row in matrix_of([read], endpoints=(VPCE, PEER), additional=(PEER,))
        for keys in row["keys"]
        if peer in row["reach"]
    }
    for keys in BOTH:
        cells = rows["declared principals", keys]
        assert {name: one["passes"] for name, one in cells.items()} == dict.fromkeys(cells, "always")
        assert cells["get"]["example"].startswith("s3:GetObject on arn:aws:s3:::examplebucket/")
        assert cells["get"]["example"].startswith("s3:GetObject on arn:aws:s3:::examplebucket/reports/") == (
            (keys,) == DECLARED
        )


def test_what_others_let_in():
    rows = shown(matrix_of(others=[PUBLIC, LOGS], endpoints=(VPCE, PEER), services=True, additional=(PEER,)))
    peer = f"additional_endpoints ({PEER})"
    # The policy of the peer is not known, so that nothing it might keep out is taken for kept out.
    assert rows["all principals of the account", ALL_KEYS] == {"endpoint": READ_WRITE, peer: ALL}
    assert rows["principals of other accounts", ALL_KEYS] == through("A-----", "endpoint", peer)
    assert rows["anonymous", ALL_KEYS] == through("A-----", "endpoint", peer)
    # They do not say how they come, and act for this account or for another one.
    assert rows["AWS services", ALL_KEYS] == {"internet": "A?----"}


OTHER_VPC = "vpc-2b3c4d5e"
OTHER_VPC_ARN = f"arn:aws:ec2:eu-central-1:{ACCOUNT}:vpc/{OTHER_VPC}"


@pytest.mark.parametrize(
    "named, perimeter",
    [
        (PEER, {"endpoints": (VPCE, PEER)}),
        (OTHER_VPC, {"vpcs": [OTHER_VPC]}),
        (OTHER_VPC_ARN, {"vpcs": [OTHER_VPC_ARN]}),
    ],
)
def test_another_endpoint_is_none_of_an_additional_network(named, perimeter):
    rows = shown(matrix_of(additional=(named,), **perimeter))
    everybody = rows["all principals of the account", ALL_KEYS]
    assert everybody == {"endpoint": READ_WRITE, f"additional_endpoints ({named})": ALL}


def test_who_is_named_is_no_principal_of_other_accounts():
    foreign = "arn:aws:iam::444455556666:role/break-glass"
    rows = shown(matrix_of(others=[PUBLIC], glass=[foreign]))
    assert rows["break glass", ALL_KEYS] == through("A-----", "endpoint", *OUTSIDE)
    assert rows["principals of other accounts", ALL_KEYS] == {"endpoint": "A-----"}


EXAMPLE = Counterexample({"principal": APP, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"}, "allow", "Why.")


@pytest.mark.parametrize("some", [Verdict("", UNDECIDED, reason="Too hard."), Verdict("", REFUTED, (EXAMPLE,))])
def test_what_cannot_be_decided_is_said(some, monkeypatch):
    """Whether some requests pass, or, where some do, whether all of them do."""
    every = Verdict("", UNDECIDED, reason="Too hard.")
    monkeypatch.setattr(matrix, "prove", lambda claim: some if claim.name == "never" else every)
    cells = [cell for row in matrix_of() for reach in row["reach"].values() for cell in reach.values()]
    assert cells == [{"passes": "undecided", "depends_on": "Too hard."}] * len(cells)


def test_what_services_forward_comes_by_a_path_of_its_own():
    rows = shown(matrix_of(forwarded=True))
    assert rows["all principals of the account", ALL_KEYS] == {"endpoint": READ_WRITE, "forwarded_by_a_service": ALL}
    assert rows["principals of other accounts", ALL_KEYS] == {}


def test_what_of_each_path_is_asked():
    rows = {row["principal"]: list(row["reach"]) for row in matrix_of(endpoints=(VPCE, PEER), additional=(PEER,))}
    peer = f"additional_endpoints ({PEER})"
    signed = [*INSIDE, "internet", "another_endpoint", peer, "forwarded_by_a_service"]
    assert rows.pop("AWS services") == ["internet"]
    # A service forwards what somebody has signed.
    assert rows.pop("anonymous") == signed[:-1]
    assert set(map(tuple, rows.values())) == {tuple(signed)}


@pytest.mark.parametrize("glass", [(), (GLASS,)])
def test_a_cell_says_what_passes_and_on_what_it_depends(glass):
    rows = {row["principal"]: row["reach"] for row in matrix_of(glass=glass)}
    assert rows["anonymous"]["internet"]["get"] == {"passes": "never"}
    always = rows["all principals of the account"]["endpoint"]["get"]
    assert sorted(always) == ["example", "passes"]
    assert always["example"].startswith("s3:GetObject on arn:aws:s3:::examplebucket/")
    assert f"through {VPCE}" in always["example"]
    depends = rows["root user"]["internet"]["other"]
    assert sorted(depends) == ["denied", "depends_on", "example", "passes"]
    assert depends["example"].split()[0] in ("s3:GetBucketPolicy", "s3:DeleteBucketPolicy")
    assert depends["denied"].split()[0] not in ("s3:GetBucketPolicy", "s3:DeleteBucketPolicy")
    assert "PerimeterS3" in depends["depends_on"]
