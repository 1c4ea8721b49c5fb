# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why an access is lost, what would keep it, and what whoever reads that has to know."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import identity as who
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.access import Access
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.cause import cause_of, is_declarable
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.setting import Setting, Side
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.verdict import LOSES, Verdict, verdict_of
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter

ACCOUNT, OTHER, BUCKET = "111122223333", "444455556666", "logs"
OWN, SECOND, THIRD, THEIRS = "vpce-0000000a", "vpce-0000000b", "vpce-0000000c", "vpce-0000000d"
ROLE, IAM = f"arn:aws:iam::{ACCOUNT}:role/app", f"arn:aws:iam::{ACCOUNT}:role"
OLD_TLS = {
    "Sid": "OldTls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{BUCKET}/*",
    "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
}  # fmt: skip
READ_ONLY = {**OLD_TLS, "Sid": "ReadOnly", "Action": "s3:PutObject", "Condition": {}}
CLOSED = bucket_perimeter(BUCKET, endpoints=[OWN], tls_only=True)
SETTING = Setting(
    Side({BUCKET: None}, {THIRD: None}),
    Side({BUCKET: {**CLOSED, "Statement": [*CLOSED["Statement"], OLD_TLS, READ_ONLY]}}, {}),
    endpoints={OWN: {}, SECOND: {"vpc": "vpc-2"}},
    owners={BUCKET: ACCOUNT, "known": OTHER},
)


def access(**changes):
    values = {**dict.fromkeys(Access._fields, ""), "flags": (), "context": (), "principal": ROLE, "kind": who.ROLE}
    values |= {"account": ACCOUNT, "bucket": BUCKET, "action": "s3:GetObject", "key": "in/a", "prefix": "in/"}
    return Access(**{**values, "path": "internet", "region": "eu-central-1", "tls": "1.3", **changes})


BY_NETWORK = verdict_of(access(), SETTING)
ENDPOINTS, GLASS = "private_access_additional_endpoints", "private_access_break_glass_principals"
#: What is recorded -> the cause, what is proposed, and what the text names.
OUTSIDE = {
    "the internet": ({}, "internet", GLASS, [ROLE], "internet"),
    "somebody from the internet": ({"principal": "", "account": OTHER}, "internet", GLASS, None, "internet"),
    "an endpoint of ours": ({"path": SECOND}, "other_endpoint", ENDPOINTS, [SECOND], f"{SECOND} of vpc-2,"),
    "an endpoint by its policy": ({"path": THIRD}, "other_endpoint", ENDPOINTS, [THIRD], f"{THIRD}, which"),
    "an endpoint of others": (
        {"path": THEIRS, "path_account": OTHER}, "foreign_endpoint", ENDPOINTS, [THEIRS],
        f"{THEIRS} of the account {OTHER},",
    ),
    "an endpoint of nobody": ({"path": THEIRS}, "foreign_endpoint", ENDPOINTS, [THEIRS], f"{THEIRS}, which"),
    "an endpoint of AWS": ({"path": THEIRS, "flags": ("public_address",)}, "internet", GLASS, [ROLE], "internet"),
    "the console": ({"path": THEIRS, "flags": ("console",)}, "person", GLASS, [ROLE], "person"),
    "the console of somebody": ({"flags": ("console",), "principal": ""}, "person", GLASS, None, "person"),
    "a person": (
        {"principal": f"{IAM}/AWSReservedSSO_Admin_1"}, "person", GLASS, [f"{IAM}/AWSReservedSSO_Admin_1"], "person",
    ),
    "an address of ours": ({"path": "own_address"}, "bypasses_endpoint", None, None, "route table"),
    "some endpoint": ({"path": "private"}, "some_endpoint", None, None, "networks"),
    "a URL": ({"flags": ("presigned",)}, "presigned", None, None, "CloudFront"),
    "everybody": ({"principal": "anonymous"}, "public", None, None, "Everybody"),
    "CloudFront": ({"kind": who.OAI, "principal": ""}, "public", None, None, "origin access control"),
    "a linked role": (
        {"principal": f"{IAM}/aws-service-role/x/y"}, "service_linked_role", GLASS, [f"{IAM}/aws-service-role/x/y"],
        "linked",
    ),
    "AWS": ({"flags": ("aws_internal",)}, "aws_internal", GLASS, [ROLE], "Except the role"),
    "AWS for somebody": ({"flags": ("aws_internal",), "principal": ""}, "aws_internal", GLASS, None, "name"),
    "a service for a role": (
        {"via": "athena.amazonaws.com"}, "forwarded", "private_access_allow_forwarded_access", True,
        f"athena.amazonaws.com acts for {ROLE};",
    ),
    "a service for somebody": (
        {"via": "athena.amazonaws.com", "principal": ""}, "forwarded", "private_access_allow_forwarded_access", True,
        f"acts for {ACCOUNT};",
    ),
    "a service": (
        {"kind": who.SERVICE, "principal": "a.amazonaws.com"}, "aws_service", "private_access_allow_aws_services", True,
        "a.amazonaws.com",
    ),
}  # fmt: skip


@pytest.mark.parametrize("changes, name, variable, value, said", OUTSIDE.values(), ids=OUTSIDE)
def test_what_comes_from_elsewhere(changes, name, variable, value, said):
    found = cause_of(access(**changes), BY_NETWORK, SETTING)
    assert (found.name, found.variable, found.value) == (name, variable, value)
    assert said.lower() in found.text.lower()
    remedy = {"variable": variable, "value": value, "text": found.text}
    assert found.as_dict() == {"cause": name, "remedy": remedy}


ECR = "prod-eu-central-1-starport-layer-bucket"
#: What is lost by the policy of the endpoint -> the cause, what is proposed, and what the text names.
AT_THE_ENDPOINT = {
    "a bucket of ours": (
        {}, "not_declared", "private_access_buckets",
        [{"name": BUCKET, "access": ["s3:GetObject"], "prefixes": ["in/"]}], f"s3:GetObject on {BUCKET}",
    ),
    "the bucket itself": (
        {"action": "s3:ListBucket", "prefix": None}, "not_declared", "private_access_buckets",
        [{"name": BUCKET, "access": ["s3:ListBucket"]}], "s3:ListBucket",
    ),
    "a prefix that cannot be declared": (
        {"prefix": "a*/"}, "not_declared", "private_access_buckets", [{"name": BUCKET, "access": ["s3:GetObject"]}],
        BUCKET,
    ),
    "a bucket of AWS": ({"bucket": ECR}, "bucket_of_aws", "private_access_aws_services", ["ecr"], f"{ECR} is"),
    "that of another Region": (
        {"bucket": ECR, "region": "eu-west-1"}, "other_bucket", None, None, f"{ECR} through. Find",
    ),
    "without a Region": ({"bucket": ECR, "region": ""}, "other_bucket", None, None, f"{ECR} through. Find"),
    "a bucket whose owner is known": ({"bucket": "known"}, "other_bucket", None, None, f"known of the account {OTHER}"),
    "a bucket whose owner is recorded": (
        {"bucket": "x", "bucket_account": OTHER}, "other_bucket", None, None, f"x of the account {OTHER}",
    ),
    "a bucket of nobody": ({"bucket": "x"}, "other_bucket", None, None, "x through. Find"),
}  # fmt: skip


@pytest.mark.parametrize("changes, name, variable, value, said", AT_THE_ENDPOINT.values(), ids=AT_THE_ENDPOINT)
def test_what_the_endpoint_does_not_let_through(changes, name, variable, value, said):
    found = cause_of(access(**changes), Verdict(LOSES, layer="endpoint_policy"), SETTING)
    assert (found.name, found.variable, found.value) == (name, variable, value)
    assert said in found.text


#: What is lost within the perimeter -> the cause, and what the text names.
WITHIN = {
    "without TLS": ({"tls": "none"}, "no_tls", "https"),
    "an old version": ({"tls": "1.1", "context": (("s3:tlsversion", ("1.1",)),)}, "old_tls", "TLS 1.1"),
    "a statement": ({"action": "s3:PutObject"}, "other_statement", "'ReadOnly'"),
}


@pytest.mark.parametrize("changes, name, said", WITHIN.values(), ids=WITHIN)
def test_what_is_lost_within_the_perimeter(changes, name, said):
    lost = access(**{"path": OWN, **changes})
    verdict = verdict_of(lost, SETTING)
    found = cause_of(lost, verdict, SETTING)
    assert (verdict.name, found.name, found.variable, found.value) == (LOSES, name, None, None)
    assert said in found.text


@pytest.mark.parametrize(
    "verdict, name, said",
    [
        (Verdict(LOSES, layer="bucket_policy"), "grant_removed", "in force allows it"),
        (Verdict(LOSES, layer="bucket_policy", statement="Mine"), "other_statement", "statement 'Mine' denies"),
        (Verdict(LOSES), "other_statement", "The statement denies"),
    ],
)
def test_what_is_not_about_networks(verdict, name, said):
    found = cause_of(access(), verdict, SETTING)
    assert (found.name, found.variable) == (name, None)
    assert said in found.text


@pytest.mark.parametrize(
    "prefix, declarable",
    [("in/", True), ("a{b}/", True), ("{{ x }}/", False), ("a*", False), ("?", False), ("${x}", False)],
)
def test_what_a_declaration_can_have(prefix, declarable):
    assert is_declarable(prefix) is declarable
