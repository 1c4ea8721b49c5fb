# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that no request has, and those near them that one may have."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.validate import (
    validate_bucket_policy,
    validate_endpoint_policy,
    warn_bucket_policy,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.rules.statements import (
    ALLOW_ALL,
    condition,
    document,
    shown,
)

#: Value under a key that no request has there -> why, and what to do.
STRAY = [
    (
        "StringNotEquals",
        "aws:PrincipalArn",
        "arn:aws:iam::111122223333:role/app-*",
        "compares the signs '*' and '?' as they are",
        "Use StringNotLike",
    ),
    (
        "StringEqualsIgnoreCase",
        "aws:PrincipalTag/team",
        "op?",
        "compares the signs '*' and '?' as they are",
        "Use StringLike, or",
    ),
    (
        "ForAnyValue:StringEqualsIfExists",
        "aws:PrincipalOrgPaths",
        "o-a1b2c3d4e5/*",
        "as they are",
        "Use ForAnyValue:StringLikeIfExists",
    ),
    ("NotIpAddress", "aws:SourceIp", "10.0.0.0/16", "the public address of a request", "Use aws:VpcSourceIp"),
    ("IpAddress", "aws:SourceIp", "192.168.1.7", "the public address of a request", "Use aws:VpcSourceIp"),
    ("IpAddress", "aws:SourceIp", "fd00::/8", "the public address of a request", "Use aws:VpcSourceIp"),
    (
        "ArnNotLike",
        "aws:PrincipalArn",
        "arn:aws:sts::111122223333:assumed-role/app/*",
        "aws:PrincipalArn holds ARNs of root users",
        "",
    ),
    (
        "StringEquals",
        "aws:PrincipalArn",
        "arn:aws:sts::111122223333:assumed-role/app/s",
        "it is the ARN of a session",
        "the ARN of the role",
    ),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:group/admins", "it is an ARN", ""),
    ("StringLike", "aws:PrincipalArn", "role/app*", "aws:PrincipalArn holds ARNs of", ""),
    (
        "StringEquals",
        "aws:PrincipalOrgID",
        "r-ab12",
        "it is the id of a root of an organization",
        "Use aws:PrincipalOrgPaths",
    ),
    (
        "StringEquals",
        "aws:ResourceOrgID",
        "ou-ab12-11111111",
        "it is the id of an organizational unit",
        "Use aws:ResourceOrgPaths",
    ),
    ("StringEquals", "aws:VpceOrgID", "111122223333", "it is the id of an account", "Use aws:VpceAccount"),
    (
        "StringEquals",
        "aws:SourceOrgID",
        "o-a1b2c3d4e5/r-ab12/",
        "it is a path in an organization",
        "Use aws:SourceOrgPaths",
    ),
    ("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111", "end in '/'", ""),
    (
        "ForAnyValue:StringLike",
        "aws:PrincipalOrgPaths",
        "ou-ab12-11111111",
        "it is the id of an organizational unit",
        "",
    ),
    ("StringLike", "aws:userid", "AROAEXAMPLEEXAMPLE12", "aws:userid holds unique ids", ""),
    (
        "StringEquals",
        "aws:userid",
        "arn:aws:iam::111122223333:user/alice",
        "it is the ARN of a principal",
        "Use aws:PrincipalArn",
    ),
    (
        "StringEquals",
        "aws:username",
        "arn:aws:iam::111122223333:user/alice",
        "it is the ARN of a principal",
        "Use aws:PrincipalArn",
    ),
    (
        "StringEquals",
        "aws:PrincipalType",
        "Role",
        "aws:PrincipalType holds",
        "Write 'Account', 'Anonymous', 'AssumedRole'",
    ),
    ("StringLike", "aws:RequestedRegion", "eu-centra?", "aws:RequestedRegion holds Regions", ""),
    ("StringEquals", "aws:RequestedRegion", "eu-central-1a", "aws:RequestedRegion holds Regions", ""),
    ("StringEquals", "aws:PrincipalServiceName", "logging", "names of services", ""),
    ("StringNotEquals", "s3:x-amz-server-side-encryption", "AES-256", "holds 'AES256'", "Write 'AES256'"),
]


@pytest.mark.parametrize("operator, key, value, why, remedy", STRAY)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_a_value_that_no_request_has(effect, operator, key, value, why, remedy):
    changes = condition(operator, key, value, Effect=effect, Action="s3:PutObject")
    assert shown(validate_bucket_policy(document(changes), "examplebucket")) == []
    (found,) = warn_bucket_policy(document(changes), "examplebucket")
    assert found.path == f"Statement[0].Condition.{operator}.{key}"
    assert f"No request has {value!r} as {key}" in found.rule and why in found.rule
    assert ("always true" if "Not" in operator else "never true") in found.rule
    assert remedy in found.remedy


#: Networks of which no address comes from the internet, and those just beside them.
#: https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
INNER = [
    ("10.0.0.0/8", "11.0.0.0/8"),
    ("100.64.0.0/10", "100.128.0.0/10"),
    ("127.0.0.0/8", "126.0.0.0/8"),
    ("169.254.0.0/16", "169.253.0.0/16"),
    ("172.16.0.0/12", "172.32.0.0/12"),
    ("192.168.0.0/16", "192.169.0.0/16"),
    ("fc00::/7", "fa00::/7"),
    ("fe80::/10", "fec0::/10"),
]


@pytest.mark.parametrize("inner, outer", INNER)
def test_addresses_that_are_not_public(inner, outer):
    for network, found in ((inner, 1), (outer, 0), (f"{inner.partition('/')[0]}/4", 0)):
        changes = condition("IpAddress", "aws:SourceIp", network)
        assert len(warn_bucket_policy(document(changes), "examplebucket")) == found


#: Text -> whether it is a date: https://www.w3.org/TR/NOTE-datetime, or seconds since 1970.
DATES = [
    ("2026-01", True),
    ("2026-01-31", True),
    ("2026-01-31T10:00Z", True),
    ("2026-01-31T10:00:00Z", True),
    ("2026-01-31T10:00:00.123Z", True),
    ("2026-01-31T10:00:00+01:00", True),
    ("1767225600", True),
    ("2026-1-31", False),
    ("2026-01-31T10Z", False),
    ("2026-01-31 10:00Z", False),
    ("\u0661", False),
    ("-1", False),
    ("", False),
]


@pytest.mark.parametrize("text, good", DATES)
def test_dates(text, good):
    found = validate_bucket_policy(document(condition("DateLessThan", "aws:CurrentTime", text)), "examplebucket")
    assert (found == []) is good


#: Values that a request may have, though they are near those above.
NOT_STRAY = [
    ("StringNotLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/app-*"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:sts::111122223333:federated-user/*"),
    ("ArnEquals", "aws:PrincipalArn", "*"),
    ("StringEquals", "aws:PrincipalArn", "arn:aws:iam::${aws:PrincipalAccount}:root"),
    ("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "0.0.0.0/0", "8.0.0.0/5"]),
    ("IpAddress", "aws:VpcSourceIp", "10.0.0.0/16"),
    ("StringLike", "aws:RequestedRegion", "eu-central-*"),
    ("StringLike", "aws:RequestedRegion", "*-1"),
    ("StringEqualsIgnoreCase", "s3:x-amz-server-side-encryption", "aes256"),
    ("StringLike", "s3:x-amz-server-side-encryption", "aws:kms*"),
    ("StringEquals", "aws:PrincipalTag/team", "ops / web:\u00e4"),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"),
    ("StringLike", "aws:userid", "AROAEXAMPLEEXAMPLE12:*"),
    ("StringEquals", "aws:PrincipalAccount", "anonymous"),
    ("StringEquals", "aws:SourceArn", "arn:aws:s3:::inventory"),
    ("StringEquals", "s3:x-amz-acl", "*"),
]


@pytest.mark.parametrize("operator, key, value", NOT_STRAY)
def test_a_value_that_a_request_may_have(operator, key, value):
    changes = condition(operator, key, value, Action="s3:PutObject")
    assert shown(validate_bucket_policy(document(changes), "examplebucket")) == []
    assert shown(warn_bucket_policy(document(changes), "examplebucket")) == []


def test_values_of_one_kind_are_told_of_at_once():
    values = [
        "arn:aws:iam::111122223333:role/a*",
        "arn:aws:iam::111122223333:role/b*",
        "arn:aws:iam::111122223333:role/c",
    ]
    (found,) = warn_bucket_policy(document(condition("StringNotEquals", "aws:PrincipalArn", values)), "examplebucket")
    assert "role/a*' or 'arn:aws:iam::111122223333:role/b*'" in found.rule
    assert "StringNotEquals spares nobody by it." in found.rule


ACCOUNT_KEYS = [
    "aws:PrincipalAccount",
    "aws:ResourceAccount",
    "aws:SourceAccount",
    "aws:SourceOwner",
    "aws:VpceAccount",
    "s3:ResourceAccount",
    "s3:DataAccessPointAccount",
]


@pytest.mark.parametrize("key", ACCOUNT_KEYS)
@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "StringNotLikeIfExists"])
# 012345670123 without quotes, a number without its zeros, and one digit too much
@pytest.mark.parametrize("value", [0o12345670123, 12345670123, "1111222233334"])
def test_an_account_that_yaml_made_a_number(key, operator, value):
    changes = condition(operator, key, value)
    for found in (
        validate_bucket_policy(document(changes), "examplebucket"),
        validate_endpoint_policy(document(changes, ALLOW_ALL)),
    ):
        assert [one.path for one in found] == [f"Statement[0].Condition.{operator}.{key}"]
        assert f"'{value}' is not the id of an account" in found[0].rule
        assert found[0].remedy == "Give its 12 digits, in quotes."


@pytest.mark.parametrize("value", [111122223333, "111122223333", "${aws:PrincipalAccount}"])
def test_an_account_as_a_number_of_twelve_digits_is_one(value):
    changes = condition("StringEquals", "aws:ResourceAccount", value)
    assert shown(validate_bucket_policy(document(changes), "examplebucket")) == []


def test_a_principal_that_yaml_made_a_number():
    (found,) = validate_bucket_policy(document({"Principal": {"AWS": 0o12345670123}}), "examplebucket")
    assert found.path == "Statement[0].Principal.AWS"
    assert found.remedy == "Give the 12 digits of an account in quotes."
