# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the theorems of a perimeter are about, before anything is proved."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter import theorems
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.input import read_declaration
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.theorems import (
    Subject,
    assumptions,
    named_networks,
    networks_of,
    passages,
    passing,
    reaching,
    repairing,
    source_arns,
    world_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import parse

ACCOUNT, OTHER, ORG = "111122223333", "444455556666", "o-exampleorgid"
VPCE, VPC, PEER, THEIRS = "vpce-1a2b3c4d", "vpc-1a2b3c4d", "vpce-2b3c4d5e", "vpc-2b3c4d5e"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/manager"


def declare(**options):
    return read_declaration(["logs"], ACCOUNT, VPCE, VPC, **options)


def policy(**condition):
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*"}
    return {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}


def subject(document=None, **options):
    declaration = declare(**options)
    return Subject(declaration, declaration.grants["logs"], document, document and parse(document), None)


NAMES_BOTH = policy(StringNotEquals={"aws:SourceVpce": [VPCE, PEER], "AWS:sourceVpc": THEIRS})
#: What is declared, the policy of the bucket; the networks whose policies nobody knows.
NETWORKS = {
    "none": ({}, None, {}),
    "additional ones": (
        {"additional": [PEER, THEIRS, VPCE]}, None, dict.fromkeys([PEER, THEIRS], "an additional endpoint"),
    ),
    "the VPC": ({"restrict_by": "vpc"}, None, {VPC: "the VPC that the bucket is restricted to"}),
    "the endpoint": ({"restrict_by": "vpce"}, None, {}),
    "peers that the policy names": (
        {"peers": [PEER, "vpce-3c4d5e6f"]}, NAMES_BOTH, {PEER: "a network of another declaration"},
    ),
    "peers that it does not name": ({"peers": [PEER]}, policy(Bool={"aws:SecureTransport": "false"}), {}),
    "what is both": (
        {"peers": [PEER], "additional": [PEER]}, NAMES_BOTH, {PEER: "an additional endpoint"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("options, document, networks", NETWORKS.values(), ids=NETWORKS)
def test_networks_whose_policies_nobody_knows(options, document, networks):
    assert networks_of(subject(document, **options)) == networks


def test_what_is_taken_for_granted_is_said():
    told = dict.fromkeys([PEER, THEIRS], "x") | {VPC: "y"}
    assert list(assumptions(subject(), told)) == [
        f"The policy of endpoint {PEER} (x) is not known: whatever comes through it is taken to be declared.",
        f"The policies of the endpoints of {THEIRS} (x) are not known: what comes there is taken to be declared.",
        f"The policies of the other endpoints of {VPC} (y) are not known: what comes there is taken to be declared.",
    ]


def test_which_networks_a_policy_names():
    assert named_networks(parse(NAMES_BOTH)) == (VPCE, PEER, THEIRS)
    arn = f"arn:aws:ec2:eu-central-1:{ACCOUNT}:vpc/{VPC}"
    assert named_networks(parse(policy(ArnEquals={"aws:SourceVpcArn": arn}))) == (arn,)
    assert named_networks(parse(policy(StringLike={"aws:SourceVpce": ["here"], "aws:SourceAccount": VPC}))) == ()
    assert named_networks(None) == ()


def test_buckets_for_which_services_come():
    given = ["arn:aws:s3:::logs", "arn:aws:s3:::others", f"arn:aws:sns:eu-central-1:{ACCOUNT}:x"]
    document = parse(policy(ArnEquals={"AWS:SourceArn": given}))
    assert source_arns(declare(), document) == ("arn:aws:s3:::logs",)
    # Of those that are not looked at as well.
    assert source_arns(declare(others=["others"]), document) == ("arn:aws:s3:::logs", "arn:aws:s3:::others")
    assert source_arns(declare(), parse(NAMES_BOTH)) == source_arns(declare(), None) == ()


# What is declared; the organization of the endpoint, and of the buckets
ORGANIZATIONS = [
    ({}, None, None),
    ({"organization": ORG}, ORG, ORG),
    # Whose endpoint it is, may be of another organization.
    ({"organization": ORG, "endpoint_account": OTHER}, None, ORG),
]


@pytest.mark.parametrize("options, of_endpoint, of_buckets", ORGANIZATIONS)
def test_what_is_known_for_certain(options, of_endpoint, of_buckets):
    world = world_of(declare(**options, region="us-east-1"), ["a", "b"])
    assert (world.partition, world.account, world.organization, world.region) == (
        "aws", ACCOUNT, of_buckets, "us-east-1",
    )  # fmt: skip
    [own] = world.endpoints
    account = options.get("endpoint_account", ACCOUNT)
    assert (own.id, own.vpc, own.account, own.region, own.organization) == (
        VPCE, VPC, account, "us-east-1", of_endpoint,
    )  # fmt: skip
    assert [(one.name, one.account, one.organization) for one in world.buckets] == [
        ("a", ACCOUNT, of_buckets), ("b", ACCOUNT, of_buckets),
    ]  # fmt: skip
    assert (world_of(declare(), []).region, world_of(declare(), []).endpoints[0].region) == (None, None)


def test_each_theorem_is_about_what_was_declared():
    assert {theorems.TITLES[name]: decision for name, decision in theorems.DECISIONS.items()} == {
        "Nothing else reaches the bucket.": "deny",
        "Nothing else passes the endpoint.": "deny",
        "What is declared passes.": "allow",
        "The policy of the bucket stays repairable.": "allow",
    }


def test_claims():
    given = subject(policy(), managers=[ROLE], minimum_tls="1.3")
    reach = reaching(given, [PEER])
    assert reach.name == theorems.REACH and [one["Sid"] for one in reach.within.statements] == ["Bucket"]
    assert "Network" in [one["Sid"] for one in reach.unless.statements]
    assert "Network" not in [one["Sid"] for one in reaching(given, []).unless.statements]
    [(due, claim)] = passing(given)
    assert (due.label, claim.name) == ("principals of the account", theorems.DECLARED)
    assert (claim.through, claim.tls, claim.single) == ((VPCE,), ("1.3",), False)
    [(due, claim)] = repairing(given)
    assert (due.label, claim.name, claim.through, claim.single) == (ROLE, theorems.REPAIR, None, False)
    [(_due, claim)] = repairing(subject(managers=[f"arn:aws:sts::{ACCOUNT}:assumed-role/manager/run"]))
    assert claim.single is True


@pytest.mark.parametrize("scope, told_apart", [("buckets", [1]), ("account", [0, 1])])
def test_passages_are_tried_without_telling_buckets_apart(scope, told_apart):
    claims = list(passages(declare(scope=scope), None))
    assert [len(claim.world.buckets) for claim in claims] == told_apart
    for claim in claims:
        assert (claim.name, claim.through) == (theorems.PASSAGE, (VPCE,))
        assert [(one["Sid"], one["Resource"]) for one in claim.within.statements] == [("S3", ["*"])]
