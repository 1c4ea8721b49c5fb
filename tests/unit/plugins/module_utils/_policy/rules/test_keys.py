# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which operators go with which keys, and which requests carry them."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.validate import (
    validate_bucket_policy,
    warn_bucket_policy,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.rules.statements import (
    condition,
    document,
    shown,
)

#: A key of each type, an operator of each type with a value that it takes.
KEYS_BY_TYPE = {
    "ARN": "aws:SourceArn",
    "Bool": "aws:SecureTransport",
    "Date": "aws:CurrentTime",
    "IPAddress": "aws:VpcSourceIp",
    "Numeric": "s3:TlsVersion",
    "String": "aws:username",
}
OPERATORS_BY_TYPE = {
    "ARN": ("ArnLike", "arn:aws:s3:::logs"),
    "Bool": ("Bool", "true"),
    "Date": ("DateLessThan", "2026-01-01T00:00:00Z"),
    "IPAddress": ("IpAddress", "203.0.113.0/24"),
    "Numeric": ("NumericEquals", "1"),
    "String": ("StringEquals", "1"),
}
#: What else goes together: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
BESIDES = {("Numeric", "Date"), *(("String", kind) for kind in KEYS_BY_TYPE)}


@pytest.mark.parametrize("compared", OPERATORS_BY_TYPE)
@pytest.mark.parametrize("kind", KEYS_BY_TYPE)
@pytest.mark.parametrize("suffix", ["", "IfExists"])
def test_operators_and_the_types_of_keys(compared, kind, suffix):
    operator, value = OPERATORS_BY_TYPE[compared]
    changes = condition(operator + suffix, KEYS_BY_TYPE[kind], value)
    found = [
        one
        for one in (
            *validate_bucket_policy(document(changes), "examplebucket"),
            *warn_bucket_policy(document(changes), "examplebucket"),
        )
        if "compares values of the type" in one.rule
    ]
    fits = compared == kind or (compared, kind) in BESIDES
    assert bool(found) is not fits
    for one in found:
        assert f"of the type {compared}, {KEYS_BY_TYPE[kind]!r} is a {kind}." in one.rule
        assert one.remedy == f"Use an operator for {kind}."


@pytest.mark.parametrize("key", KEYS_BY_TYPE.values())
def test_whether_a_key_is_there_is_asked_of_any_type(key):
    changes = condition("Null", key, "true")
    assert not any("compares values" in one.rule for one in warn_bucket_policy(document(changes), "examplebucket"))


#: Keys that the table of actions does not list for each action that has them, and some that it does.
EVERYWHERE = [
    ("s3:AccessGrantsInstanceArn", True),
    ("s3:AccessPointNetworkOrigin", True),
    ("s3:AccessPointTag/team", True),
    ("s3:BucketTag/team", True),
    ("s3:DataAccessPointAccount", True),
    ("s3:DataAccessPointArn", True),
    ("s3:TlsVersion", True),
    ("s3:prefix", False),
    ("s3:LocationConstraint", False),
    ("s3:x-amz-acl", False),
]


@pytest.mark.parametrize("key, applies", EVERYWHERE)
def test_keys_that_requests_for_objects_carry(key, applies):
    said = shown(validate_bucket_policy(document(condition("StringEquals", key, "x")), "examplebucket"))
    assert any("Conditions do not apply to combination" in one for one in said) is not applies


#: Keys of sessions that began elsewhere, which stay with them.
FEDERATED = ["saml:sub", "cognito-identity.amazonaws.com:sub", "accounts.google.com:aud", "graph.facebook.com:id",
             "www.amazon.com:user_id"]  # fmt: skip


@pytest.mark.parametrize("key", [*FEDERATED, "s3express:SessionMode", "s3tables:namespace", "SAML:sub"])
def test_keys_of_other_services_that_s3_has(key):
    said = shown(validate_bucket_policy(document(condition("StringEquals", key, "x")), "examplebucket"))
    assert not any("is neither a global key nor one of S3" in one for one in said)


@pytest.mark.parametrize("key", ["ec2:Vpc", "iam:PassedToService", "sub", "saml2:sub", ":x"])
def test_keys_of_other_services_that_s3_has_not(key):
    said = shown(validate_bucket_policy(document(condition("StringEquals", key, "x")), "examplebucket"))
    assert any("is neither a global key nor one of S3" in one for one in said)
