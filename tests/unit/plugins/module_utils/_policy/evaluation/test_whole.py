# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people read of a decision, for each layer and each reason; ``whole.json`` was read once by a person.

``WRITE_WHOLE=1`` writes ``whole.json`` anew. Read the difference before you commit it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import decide

WHOLE = Path(__file__).parent / "whole.json"
ACCOUNT = "111122223333"
BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
GET = {"principal": ALICE, "action": "s3:GetObject", "resource": f"{BUCKET}/x", "through": "vpce-1a2b3c4d"}
OTHER = {**GET, "principal": "arn:aws:iam::444455556666:user/eve"}
GET_POLICY = {"action": "s3:GetBucketPolicy", "resource": BUCKET}


def policy(effect="Allow", sid="S", **more):
    statement = {"Effect": effect, "Action": "s3:*", "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": {"Sid": sid, **statement}}


def resource_policy(*args, **more):
    return policy(*args, **{"Principal": "*", **more})


def denies(operator, key, value):
    """A bucket policy that does where this is true."""
    return {"bucket": resource_policy("Deny", Condition={operator: {key: value}})}


def several(*policies):
    return {"Version": "2012-10-17", "Statement": [one["Statement"] for one in policies]}


ALL = policy(sid="All")
OF_TEAM = {"StringEquals": {"aws:PrincipalTag/team": "x"}}
#: Layer -> what makes its documents, and where one goes beside those that say nothing.
LAYERS = {
    "identity": (policy, lambda one: {"identity": [ALL, one]}),
    "boundary": (policy, lambda one: {"boundary": one}),
    "session": (policy, lambda one: {"session": [one]}),
    "scp": (policy, lambda one: {"scp": [[ALL], [one]]}),
    "rcp": (resource_policy, lambda one: {"rcp": [[one]]}),
    "bucket": (resource_policy, lambda one: {"bucket": one}),
    "endpoint": (resource_policy, lambda one: {"endpoint": one}),
}
#: Layers that have to allow a request -> policies with this document alone.
GRANTS = {
    **{name: put for name, (_make, put) in LAYERS.items() if name in ("boundary", "session", "scp", "endpoint")},
    "identity": lambda one: {"identity": [one]},
    "bucket": lambda one: {"identity": [], "bucket": one},
}
#: name -> request, policies beside the usual ones; those that are ... are not supplied
CASES = {
    **{f"{name} denies": (GET, put(make("Deny"))) for name, (make, put) in LAYERS.items()},
    **{f"{name} may deny": (GET, put(make("Deny", Condition=OF_TEAM))) for name, (make, put) in LAYERS.items()},
    **{f"{name} lacks": (GET, put(LAYERS[name][0](Action="s3:PutObject"))) for name, put in GRANTS.items()},
    **{f"{name} may allow": (GET, put(LAYERS[name][0](Condition=OF_TEAM))) for name, put in GRANTS.items()},
    **{f"{name} is not supplied": (GET, put(...)) for name, put in GRANTS.items() if name in ("bucket", "endpoint")},
    "identity is not supplied": (GET, {"identity": ...}),
    "both accounts allow": (OTHER, {"bucket": resource_policy()}),
    "the bucket of another account lacks": (OTHER, {}),
    "the identity of another account lacks": (OTHER, {"identity": [], "bucket": resource_policy()}),
    "for the owner alone": ({**OTHER, **GET_POLICY}, {"bucket": resource_policy()}),
    "the owner is not known": (OTHER, {"resource_account": ...}),
    "the owner is not known, for the owner alone": (
        {**OTHER, **GET_POLICY},
        {"bucket": resource_policy("Deny", Action="s3:Put*"), "identity": [], "resource_account": ...},
    ),
    "root user": ({**GET, "principal": ACCOUNT}, {}),
    "root user of another account": ({**GET, "principal": "444455556666"}, {}),
    "anonymous": ({**GET, "principal": "anonymous"}, {}),
    "anonymous, allowed": ({**GET, "principal": "anonymous"}, {"bucket": resource_policy()}),
    "anonymous, without a key": (
        {**GET, "principal": "anonymous"},
        denies("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
    ),
    "service, without a key": (
        {**GET, "principal": "ec2.amazonaws.com"},
        denies("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
    ),
    "through an endpoint, without a key": (GET, denies("Null", "aws:SourceIp", "true")),
    "without a key, as the context says": (
        {**GET, "through": None, "context": {"aws:SourceVpce": None}},
        denies("StringNotEquals", "aws:SourceVpce", "vpce-1"),
    ),
    "three values": (GET, denies("StringNotEquals", "aws:SourceVpce", ["vpce-1", "vpce-2", "vpce-3"])),
    "five values": (GET, denies("StringNotEquals", "aws:SourceVpce", [f"vpce-{number}" for number in range(5)])),
    "a variable without a value": (
        {**GET, "context": {"aws:PrincipalTag/a": None}},
        denies("StringNotEquals", "aws:username", "${aws:PrincipalTag/a}"),
    ),
    "two unknown keys": (GET, denies("StringEquals", "aws:PrincipalTag/a", "${aws:PrincipalTag/b}")),
    "the nearest statement": (
        GET,
        {
            "identity": [
                policy(Resource="arn:aws:s3:::other/*"),
                policy(sid="Two", Condition={"StringEquals": {"aws:username": "bob"}, "Null": {"aws:userid": "true"}}),
                policy(sid="Near", Condition={"StringEquals": {"aws:username": "bob"}}),
            ]
        },
    ),
    "of two documents without a Sid": (GET, {"identity": [ALL, policy("Deny", sid=None)]}),
    "of one document without a Sid": (GET, {"identity": [policy("Deny", sid=None)]}),
    "canonical user id": (
        GET,
        {"identity": [], "bucket": resource_policy(Principal={"CanonicalUser": "a" * 64})},
    ),
    "part of the chain": (
        GET,
        {"bucket": {"Statement": {**policy("Deny")["Statement"], "NotPrincipal": {"AWS": ALICE}}}},
    ),
    "path of the role": (
        {**GET, "principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"},
        {"identity": [], "bucket": resource_policy(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/x/app"})},
    ),
    "path of the role in a condition": (
        {**GET, "principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"},
        denies("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/x/app"),
    ),
    "a role that may be linked to a service": (
        {**GET, "principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForX/s"},
        {"scp": [[policy(Action="s3:PutObject")]]},
    ),
    "federated user": ({**GET, "principal": f"arn:aws:sts::{ACCOUNT}:federated-user/bob"}, {}),
    "perhaps through the endpoint": ({**GET, "through": None}, {"endpoint": resource_policy(Action="s3:PutObject")}),
    "perhaps public": (
        OTHER,
        {
            "bucket": resource_policy(Condition={"StringEquals": {"aws:VpceOrgID": "o-a1b2c3d4e5"}}),
            "block_public_access": {"RestrictPublicBuckets": True},
        },
    ),
    "perhaps public, of an owner who is not known": (
        OTHER,
        {"bucket": ..., "resource_account": ..., "block_public_access": {"RestrictPublicBuckets": True}},
    ),
    "the account is allowed, and its policies allow": (GET, {"bucket": resource_policy(Principal={"AWS": ACCOUNT})}),
    "allowed by the bucket policy": (GET, {"bucket": resource_policy()}),
    "assumed": (GET, {"identity": "assume_allow"}),
    "two layers may deny": (
        GET,
        {
            "bucket": resource_policy("Deny", Condition=OF_TEAM),
            "rcp": [[resource_policy("Deny", Condition=OF_TEAM)]],
        },
    ),
    "a layer may deny what another may not grant": (
        GET,
        {"identity": ..., "bucket": resource_policy("Deny", Condition=OF_TEAM)},
    ),
    "an owner who is not known, and nothing allows": (
        GET,
        {"identity": [], "resource_account": ...},
    ),
    "an owner who is not known, and the endpoint lacks": (
        GET,
        {"endpoint": resource_policy(Action="s3:PutObject"), "resource_account": ...},
    ),
    "the organization of an endpoint, from the internet": (
        {**GET, "through": "internet"},
        denies("Null", "aws:VpceOrgID", "true"),
    ),
    "the path in the organization of an endpoint, from the internet": (
        {**GET, "through": "internet"},
        denies("Null", "aws:VpceOrgPaths", "true"),
    ),
    "an owner who is not known, and the boundary lacks": (
        OTHER,
        {"bucket": resource_policy(), "boundary": policy(Action="s3:PutObject"), "resource_account": ...},
    ),
    "an owner who is not known, for the owner alone, and the endpoint lacks": (
        {**GET, **GET_POLICY},
        {"endpoint": resource_policy(Action="s3:PutObject"), "resource_account": ...},
    ),
    "an owner who is not known, for the owner alone, and the account is allowed": (
        {**OTHER, **GET_POLICY},
        {"identity": [], "bucket": resource_policy(Principal={"AWS": "444455556666"}), "resource_account": ...},
    ),
    "an open statement beside one that allows": (
        GET,
        {"identity": ..., "boundary": several(policy(), policy(sid="Open", Condition=OF_TEAM))},
    ),
    "the account is allowed, and the caller perhaps": (
        GET,
        {
            "identity": ...,
            "bucket": several(
                resource_policy(sid="Account", Principal={"AWS": ACCOUNT}),
                resource_policy(sid="Team", Condition=OF_TEAM),
            ),
        },
    ),
    "the first statement that certainly allows the account": (
        {**GET, "principal": f"arn:aws:iam::{ACCOUNT}:role/app"},
        {
            "bucket": several(
                resource_policy(sid="Session", Principal={"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"}),
                resource_policy(sid="Team", Principal={"AWS": ACCOUNT}, Condition=OF_TEAM),
                resource_policy(sid="First", Principal={"AWS": ACCOUNT}),
                resource_policy(sid="Second", Principal={"AWS": ACCOUNT}),
            ),
        },
    ),
    "two public statements": (
        {**GET, "principal": "anonymous"},
        {
            "bucket": several(resource_policy(), resource_policy(sid="T", Action="s3:Get*")),
            "block_public_access": {"RestrictPublicBuckets": True},
        },
    ),
    "a key of no path and no caller": (
        {**GET, "context": {"aws:UserAgent": None}},
        denies("Null", "aws:UserAgent", "true"),
    ),
    "another Region": ({**GET, "through": {"vpce": "vpce-1", "region": "eu-west-1"}}, {"resource_region": "eu-west-2"}),
}


def decided(request, policies):
    usual = {"identity": [ALL], "bucket": None, "endpoint": None, "resource_account": ACCOUNT}
    given = {name: value for name, value in {**usual, **policies}.items() if value is not ...}
    return decide(request, given).as_dict()


def test_written():
    if os.environ.get("WRITE_WHOLE"):
        found = {name: decided(*case) for name, case in CASES.items()}
        WHOLE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    assert list(json.loads(WHOLE.read_text(encoding="utf-8"))) == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_whole(name):
    assert decided(*CASES[name]) == json.loads(WHOLE.read_text(encoding="utf-8"))[name]
