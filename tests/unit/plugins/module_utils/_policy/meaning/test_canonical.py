# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which documents are equal in meaning, and which must never be taken for equal.

Each row is a pair of statements (or of whole documents, where it has a Statement); the tables run in every partition.
"""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical import (
    equivalent,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.meaning.statements import (
    ACCOUNT,
    PARTITIONS,
    ROLE,
    ROOT,
    condition,
    document,
    stays_in_its_canonical_form,
)

EQUAL = [
    ("one string and a list of one: Action", {"Action": ["s3:GetObject"]}, {"Action": "s3:GetObject"}),
    ("one string and a list of one: Resource", {"Resource": ["arn:{p}:s3:::bucket/*"]}, {}),
    ("one string and a list of one: principal", {"Principal": {"AWS": [ROLE]}}, {"Principal": {"AWS": ROLE}}),
    (
        "one value and a list of one: condition",
        condition("StringEquals", "k:x", "a"),
        {"Condition": {"StringEquals": {"k:x": ["a"]}}},
    ),
    ("order of actions", {"Action": ["s3:GetObject", "s3:PutObject"]}, {"Action": ["s3:PutObject", "s3:GetObject"]}),
    (
        "order of resources",
        {"Resource": ["arn:{p}:s3:::a", "arn:{p}:s3:::b"]},
        {"Resource": ["arn:{p}:s3:::b", "arn:{p}:s3:::a"]},
    ),
    ("order of principals", {"Principal": {"AWS": [ROLE, ACCOUNT]}}, {"Principal": {"AWS": [ACCOUNT, ROLE]}}),
    ("order of values", condition("StringEquals", "k:x", "a", "b"), condition("StringEquals", "k:x", "b", "a")),
    (
        "a variable of which a pattern covers every value",
        {"Resource": ["arn:{p}:s3:::bucket/*", "arn:{p}:s3:::bucket/home/${aws:username}/*"]},
        {"Resource": "arn:{p}:s3:::bucket/*"},
    ),
    (
        "a variable in StringLike of which a pattern covers every value",
        condition("StringLike", "s3:prefix", "home/*", "home/${aws:username}/*"),
        condition("StringLike", "s3:prefix", "home/*"),
    ),
    (
        "numbers with many digits",
        condition("NumericEquals", "k:x", "+009007199254740993.0"),
        condition("NumericEquals", "k:x", "9007199254740993"),
    ),
    (
        "letters that fold one for one",
        condition("StringEqualsIgnoreCase", "k:x", "\u00c4\u0394\u0416"),
        condition("StringEqualsIgnoreCase", "k:x", "\u00e4\u03b4\u0436"),
    ),
    ("repeated action", {"Action": ["s3:GetObject", "s3:GetObject"]}, {}),
    ("repeated value", condition("StringEquals", "k:x", "a", "a"), condition("StringEquals", "k:x", "a")),
    ("repeated principal", {"Principal": {"AWS": [ROLE, ROLE]}}, {"Principal": {"AWS": ROLE}}),
    ("case of an action", {"Action": "S3:getobject"}, {}),
    ("case of an unknown action", {"Action": "s3:NewFeature"}, {"Action": "s3:newfeature"}),
    ("case of an action pattern", {"Action": "s3:GET*"}, {"Action": "s3:Get*"}),
    ("case of NotAction", {"Action": None, "NotAction": "s3:getobject"}, {"Action": None, "NotAction": "s3:GetObject"}),
    (
        "case of a condition key",
        condition("StringEquals", "AWS:sourcevpce", "a"),
        condition("StringEquals", "aws:SourceVpce", "a"),
    ),
    (
        "case of a tag key in a condition key",
        condition("StringEquals", "aws:PrincipalTag/Team", "a"),
        condition("StringEquals", "aws:PrincipalTag/team", "a"),
    ),
    (
        'true and "true"',
        condition("Bool", "aws:SecureTransport", True),
        condition("Bool", "aws:SecureTransport", "true"),
    ),
    (
        'false and "false"',
        condition("Bool", "aws:SecureTransport", False),
        condition("Bool", "aws:SecureTransport", "false"),
    ),
    ("boolean under Null", condition("Null", "aws:SourceVpce", True), condition("Null", "aws:SourceVpce", "true")),
    (
        "integer and its text",
        condition("NumericLessThan", "s3:max-keys", 10),
        condition("NumericLessThan", "s3:max-keys", "10"),
    ),
    (
        "float and its text",
        condition("NumericLessThan", "s3:TlsVersion", 1.2),
        condition("NumericLessThan", "s3:TlsVersion", "1.2"),
    ),
    (
        "a number and the same with a zero",
        condition("NumericLessThan", "s3:TlsVersion", "1.20"),
        condition("NumericLessThan", "s3:TlsVersion", 1.2),
    ),
    ("integer as a string value", condition("StringEquals", "k:x", 7), condition("StringEquals", "k:x", "7")),
    ("* and {AWS: *}", {"Principal": {"AWS": "*"}}, {"Principal": "*"}),
    ("* and {AWS: [*]}", {"Principal": {"AWS": ["*"]}}, {"Principal": "*"}),
    ("account id and root ARN", {"Principal": {"AWS": ACCOUNT}}, {"Principal": {"AWS": ROOT}}),
    (
        "account id and root ARN in NotPrincipal",
        {"Principal": None, "NotPrincipal": {"AWS": ACCOUNT}},
        {"Principal": None, "NotPrincipal": {"AWS": [ROOT]}},
    ),
    ("account id beside its root ARN", {"Principal": {"AWS": [ACCOUNT, ROOT]}}, {"Principal": {"AWS": ROOT}}),
    ("a role beside *", {"Principal": {"AWS": ["*", ROLE]}}, {"Principal": "*"}),
    ("empty Sid", {"Sid": ""}, {"Sid": None}),
    ("empty Condition", {"Condition": {}}, {}),
    ("empty operator", {"Condition": {"StringEquals": {}}}, {}),
    ("an action that a wildcard covers", {"Action": ["s3:Get*", "s3:GetObject"]}, {"Action": "s3:Get*"}),
    ("an action that * covers", {"Action": ["*", "s3:GetObject", "ec2:RunInstances"]}, {"Action": "*"}),
    ("a resource that a wildcard covers", {"Resource": ["arn:{p}:s3:::bucket/*", "arn:{p}:s3:::bucket/x"]}, {}),
    (
        "a resource with a variable that a wildcard covers",
        {"Resource": ["arn:{p}:s3:::bucket/*", "arn:{p}:s3:::bucket/${aws:username}/x"]},
        {"Resource": ["arn:{p}:s3:::bucket/*", "arn:{p}:s3:::bucket/a${aws:username}"]},
    ),
    ("a narrower wildcard", {"Action": ["s3:Get*", "s3:GetObject*"]}, {"Action": "s3:Get*"}),
    ("a ? that a * covers", {"Action": ["s3:GetObjec?", "s3:GetO*"]}, {"Action": "s3:GetO*"}),
    ("two stars", {"Action": "s3:Get**"}, {"Action": "s3:Get*"}),
    (
        "a value that a wildcard covers",
        condition("StringLike", "k:x", "a*", "ab"),
        condition("StringLike", "k:x", "a*"),
    ),
    (
        "a denied value that a wildcard covers",
        condition("StringNotLike", "k:x", "a*", "ab"),
        condition("StringNotLike", "k:x", "a*"),
    ),
    (
        "an ARN that a wildcard covers",
        condition("ArnLike", "aws:PrincipalArn", "arn:{p}:iam::1:role/*", "arn:{p}:iam::1:role/a"),
        condition("ArnLike", "aws:PrincipalArn", "arn:{p}:iam::1:role/*"),
    ),
    (
        "ArnEquals and ArnLike",
        condition("ArnEquals", "aws:PrincipalArn", ROLE),
        condition("ArnLike", "aws:PrincipalArn", ROLE),
    ),
    (
        "ArnNotEqualsIfExists and ArnNotLikeIfExists",
        condition("ArnNotEqualsIfExists", "aws:PrincipalArn", ROLE),
        condition("ArnNotLikeIfExists", "aws:PrincipalArn", ROLE),
    ),
    ("StringLike without a wildcard", condition("StringLike", "k:x", "a"), condition("StringEquals", "k:x", "a")),
    (
        "StringNotLike without a wildcard",
        condition("ForAnyValue:StringNotLikeIfExists", "k:x", "a"),
        condition("ForAnyValue:StringNotEqualsIfExists", "k:x", "a"),
    ),
    (
        "case of a value that ignores it",
        condition("StringEqualsIgnoreCase", "k:x", "A"),
        condition("StringEqualsIgnoreCase", "k:x", "a"),
    ),
    (
        "an address and its /32",
        condition("IpAddress", "aws:SourceIp", "10.0.0.1"),
        condition("IpAddress", "aws:SourceIp", "10.0.0.1/32"),
    ),
    (
        "IPv6 spellings",
        condition("IpAddress", "aws:SourceIp", "2001:DB8:0::1"),
        condition("IpAddress", "aws:SourceIp", "2001:db8::1/128"),
    ),
    (
        "date spellings",
        condition("DateLessThan", "aws:CurrentTime", "2026-01-01T00:00:00Z"),
        condition("DateLessThan", "aws:CurrentTime", "1767225600"),
    ),
    (
        "order of operators and keys",
        {"Condition": {"Bool": {"a:b": "true"}, "StringEquals": {"k:x": "a", "k:y": "b"}}},
        {"Condition": {"StringEquals": {"k:y": "b", "k:x": "a"}, "Bool": {"a:b": "true"}}},
    ),
    (
        "the same condition in two spellings",
        {"Condition": {"StringEquals": {"k:x": "a", "K:X": "a"}}},
        condition("StringEquals", "k:x", "a"),
    ),
    (
        "two conditions on one key, exchanged",
        {"Condition": {"StringEquals": {"k:x": "a", "K:X": "b"}}},
        {"Condition": {"StringEquals": {"k:x": "b", "K:X": "a"}}},
    ),
    (
        "two ARN operators on one key, exchanged",
        {"Condition": {"ArnEquals": {"k:x": ROOT}, "ArnLike": {"k:x": ROLE}}},
        {"Condition": {"ArnEquals": {"k:x": ROLE}, "ArnLike": {"k:x": ROOT}}},
    ),
]


@pytest.mark.parametrize("partition", PARTITIONS)
@pytest.mark.parametrize("one, other", [row[1:] for row in EQUAL], ids=[row[0] for row in EQUAL])
def test_equal_in_meaning(one, other, partition):
    assert equivalent(document(one, partition), document(other, partition))
    assert equivalent(document(other, partition), document(one, partition))


@pytest.mark.parametrize("override", [row[1] for row in EQUAL], ids=[row[0] for row in EQUAL])
def test_canonical_form_is_a_fixed_point_and_leaves_its_argument_alone(override):
    stays_in_its_canonical_form(document(override, "aws"))
