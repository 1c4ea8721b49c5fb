# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which endpoints of others are known to include a bucket: those whose own policies name it."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.peers import peers_of, read_peers
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.presets import aws_service_statements
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

ACCOUNT = "111122223333"
PEER, VPC = "vpce-22222222222222222", "vpc-22222222222222222"
ARN = f"arn:aws:ec2:eu-central-1:{ACCOUNT}:vpc/{VPC}"


def endpoint(policy, **more):
    return {
        "vpc_endpoint_id": PEER,
        "vpc_id": VPC,
        "state": "available",
        "service_name": "com.amazonaws.eu-central-1.s3",
        "owner_id": ACCOUNT,
        "route_table_ids": [],
        "policy_document": policy,
        **more,
    }


def allow(resource, **more):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


NAMES_IT = {
    "the role's": endpoint_policy(["other", "shared"]),
    "the role's, with prefixes": endpoint_policy([{"name": "shared", "access": "read", "prefixes": ["reports/"]}]),
    "the role's by pattern": endpoint_policy(["other"], scope="pattern", account=ACCOUNT, patterns=["shar*"]),
    "the bucket alone": allow("arn:aws:s3:::shared"),
    "objects alone": allow(["arn:aws:s3:::other/*", "arn:aws:s3:::shared/a/*"]),
    "one letter": allow("arn:aws:s3:::?hared/*"),
    "by the side of others": {"Statement": [{"Effect": "Deny"}, *endpoint_policy(["shared"])["Statement"]]},
    "every action but": allow("arn:aws:s3:::shared/*", NotAction="s3:DeleteObject", Action=None),
    "for buckets of the account": allow(
        "arn:aws:s3:::shared*", Condition={"StringEquals": {"s3:resourceAccount": [ACCOUNT, "999988887777"]}}
    ),
    "for buckets of the account, by a pattern": allow(
        "arn:aws:s3:::shared*", Condition={"StringLike": {"aws:ResourceAccount": ACCOUNT}}
    ),
    "for buckets of the account, in any case": allow(
        "arn:aws:s3:::shared*", Condition={"StringEqualsIgnoreCase": {"aws:ResourceAccount": ACCOUNT}}
    ),
    "for buckets of all accounts but one": allow(
        "arn:aws:s3:::shared*", Condition={"StringNotEquals": {"aws:ResourceAccount": "999988887777"}}
    ),
    "for people of another account": allow(
        "arn:aws:s3:::shared*", Condition={"StringEquals": {"aws:PrincipalAccount": "999988887777"}}
    ),
    "with conditions that nobody can read": allow("arn:aws:s3:::shared", Condition={"StringEquals": "x"}),
    "with no block of conditions": allow("arn:aws:s3:::shared", Condition="x"),
    "an action in capitals": allow("arn:aws:s3:::shared", Action=["ec2:*", "S3:GetObject"]),
    "a lone statement": {"Statement": allow("arn:aws:s3:::shared")["Statement"][0]},
    "as JSON text": json.dumps(allow("arn:aws:s3:::shared")),
}
DOES_NOT = {
    "none, which is AWS's default": None,
    "the default": allow("*", Action="*"),
    "every bucket": allow(["arn:aws:s3:::*", "arn:aws:s3:::*/*"]),
    "every bucket by another pattern": allow(["arn:aws:s3:::?*/shared"]),
    "the account": endpoint_policy([], scope="account", account=ACCOUNT),
    "the organization": endpoint_policy([], scope="organization", organization="o-1234567890"),
    "other buckets": endpoint_policy(["shared-too", "share"]),
    "a pattern of others": endpoint_policy(["other"], scope="pattern", account=ACCOUNT, patterns=["share-*"]),
    "buckets of AWS": {"Statement": aws_service_statements(["amazon_linux", "ecr"], "eu-central-1")},
    "a denial": allow("arn:aws:s3:::shared", Effect="Deny"),
    "all but": allow(None, NotResource="arn:aws:s3:::shared", Resource=None),
    "another service": allow("arn:aws:s3:::shared", Action="ec2:*"),
    "buckets of another account": allow(
        "arn:aws:s3:::shared*", Condition={"StringEquals": {"aws:ResourceAccount": "999988887777"}}
    ),
    "buckets of another account by a pattern": allow(
        "arn:aws:s3:::shared*", Condition={"StringLike": {"s3:ResourceAccount": "999988887777"}}
    ),
    "buckets of another account in any case": allow(
        "arn:aws:s3:::shared*", Condition={"StringEqualsIgnoreCase": {"aws:ResourceAccount": "999988887777"}}
    ),
    "buckets of an account that nobody can read": allow(
        "arn:aws:s3:::shared*", Condition={"StringEquals": {"aws:ResourceAccount": {}}}
    ),
    "an access point": allow(f"arn:aws:s3:eu-central-1:{ACCOUNT}:accesspoint/shared/object/*"),
    "no ARN": allow("shared"),
}


def without_none(policy):
    if not isinstance(policy, dict):
        return policy
    listed = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    return {**policy, "Statement": [{k: v for k, v in one.items() if v is not None} for one in listed]}


@pytest.mark.parametrize("policy", NAMES_IT.values(), ids=NAMES_IT)
def test_its_policy_names_the_bucket(policy):
    found = peers_of("shared", read_peers([endpoint(without_none(policy))]))
    assert (found.confirmed, found.unconfirmed) == ((ARN, VPC, PEER), ())


@pytest.mark.parametrize("policy", DOES_NOT.values(), ids=DOES_NOT)
def test_its_policy_does_not_name_the_bucket(policy):
    found = peers_of("shared", read_peers([endpoint(without_none(policy))]))
    assert found.confirmed == ()
    assert set(found.unconfirmed) >= {VPC, PEER}


SHARED = allow("arn:aws:s3:::shared")
ELSEWHERE = allow("arn:aws:s3:::shared", Condition={"StringEquals": {"aws:ResourceAccount": "999988887777"}})


@pytest.mark.parametrize(
    "known, policy, confirmed",
    [
        ((), SHARED, True),
        (("owner_id",), SHARED, True),
        (("service_name", "state"), SHARED, True),
        (("owner_id",), ELSEWHERE, False),
        # Whose it is, which nobody knows, may be the account that the policy asks for.
        ((), ELSEWHERE, True),
    ],
)
def test_an_endpoint_of_which_less_is_known_has_no_arn_of_its_vpc(known, policy, confirmed):
    least = {"vpc_endpoint_id", "vpc_id", "policy_document", *known}
    one = {name: value for name, value in endpoint(policy).items() if name in least}
    found = peers_of("shared", read_peers([one]))
    assert (found.confirmed, found.unconfirmed) == (((VPC, PEER), ()) if confirmed else ((), (VPC, PEER)))


NO_PEERS = {
    "deleted": {"state": "deleted"},
    "being deleted": {"state": "Deleting"},
    "failed": {"state": "failed"},
    "of another service": {"service_name": "com.amazonaws.eu-central-1.dynamodb"},
    "our own": {"vpc_endpoint_id": "vpce-11111111111111111"},
}


@pytest.mark.parametrize("given", NO_PEERS.values(), ids=NO_PEERS)
def test_what_is_no_peer(given):
    named = endpoint(endpoint_policy(["shared"]), **given)
    assert read_peers([named], own=["vpce-11111111111111111"]) == []


def test_networks_that_were_named_stay_whatever_their_policies():
    named = read_peers([ARN, "vpce-33333333333333333", endpoint(None)])
    found = peers_of("shared", named)
    assert found.confirmed == (ARN, "vpce-33333333333333333")
    assert found.unconfirmed == (VPC, PEER)
    assert read_peers(named) == named


def test_of_the_vpc_that_several_endpoints_are_in_one_has_to_name_the_bucket():
    both = [endpoint(None), endpoint(endpoint_policy(["shared"]), vpc_endpoint_id="vpce-33333333333333333")]
    found = peers_of("shared", read_peers(both))
    assert (found.confirmed, found.unconfirmed) == ((ARN, VPC, "vpce-33333333333333333"), (PEER,))


@pytest.mark.parametrize("given", [5, None, {}, {"vpc_endpoint_id": PEER}, {"vpc_endpoint_id": None, "vpc_id": VPC}])
def test_what_is_neither_an_id_nor_an_endpoint(given):
    with pytest.raises(
        PolicyError, match=r"^Invalid peers: peers\[1\]: .* is neither the id of a network nor an endpoint\."
    ):
        read_peers([PEER, given])


def test_a_policy_that_nobody_can_read():
    with pytest.raises(PolicyError, match=f"policy of endpoint {PEER}"):
        read_peers([endpoint("{")])
