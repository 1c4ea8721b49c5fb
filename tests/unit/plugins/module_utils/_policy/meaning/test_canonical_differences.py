# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statements that look alike and differ in meaning: their canonical forms differ too."""

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

DIFFERENT = [
    ("another effect", {"Effect": "Allow"}, {}),
    ("case of Effect", {"Effect": "deny"}, {}),
    ("another Sid", {"Sid": "B"}, {}),
    ("case of a Sid", {"Sid": "a"}, {}),
    ("missing Principal and *", {"Principal": None}, {}),
    ("empty Principal and *", {"Principal": {}}, {}),
    ("empty Principal and none", {"Principal": {}}, {"Principal": None}),
    ("two string principals", {"Principal": "a"}, {"Principal": "b"}),
    ("Principal and NotPrincipal", {"Principal": None, "NotPrincipal": {"AWS": ROLE}}, {"Principal": {"AWS": ROLE}}),
    (
        "AWS and Service of the same text",
        {"Principal": {"AWS": "x.amazonaws.com"}},
        {"Principal": {"Service": "x.amazonaws.com"}},
    ),
    ("* and every service", {"Principal": {"Service": "*"}}, {"Principal": "*"}),
    ("case of a role", {"Principal": {"AWS": ROLE}}, {"Principal": {"AWS": "arn:{p}:iam::111122223333:role/App"}}),
    ("a role and its unique id", {"Principal": {"AWS": ROLE}}, {"Principal": {"AWS": "AROAEXAMPLEID12345678"}}),
    ("another account", {"Principal": {"AWS": ACCOUNT}}, {"Principal": {"AWS": "111122223334"}}),
    (
        "an account and its root user's name in another partition",
        {"Principal": {"AWS": ACCOUNT}},
        {"Principal": {"AWS": "arn:aws-other:iam::111122223333:root"}},
    ),
    (
        "an account id in a condition is not its root ARN",
        condition("StringEquals", "aws:PrincipalArn", ROOT),
        condition("StringEquals", "aws:PrincipalArn", ACCOUNT),
    ),
    ("Action and NotAction", {"Action": None, "NotAction": "s3:GetObject"}, {}),
    ("Resource and NotResource", {"Resource": None, "NotResource": "arn:{p}:s3:::bucket/*"}, {}),
    ("missing and empty Action", {"Action": []}, {"Action": None}),
    ("one action more", {"Action": ["s3:GetObject", "s3:PutObject"]}, {}),
    ("* and s3:*", {"Action": "*"}, {"Action": "s3:*"}),
    (
        "a wildcard does not cross the service prefix",
        {"Action": ["s3:*", "s3express:CreateSession"]},
        {"Action": "s3:*"},
    ),
    ("? and *", {"Action": "s3:Get?"}, {"Action": "s3:Get*"}),
    ("case of a resource", {"Resource": "arn:{p}:s3:::Bucket/*"}, {}),
    ("bucket and its objects", {"Resource": ["arn:{p}:s3:::bucket", "arn:{p}:s3:::bucket/*"]}, {}),
    (
        "a pattern that fits the text of a variable, not its values",
        {"Resource": ["arn:{p}:s3:::bucket/*user*", "arn:{p}:s3:::bucket/${aws:username}"]},
        {"Resource": "arn:{p}:s3:::bucket/*user*"},
    ),
    (
        "a pattern that fits the text of a variable in a Deny without Version",
        {"Effect": "Deny", "Resource": ["arn:{p}:s3:::bucket/$*", "arn:{p}:s3:::bucket/${aws:PrincipalTag/team}"]},
        {"Effect": "Deny", "Resource": "arn:{p}:s3:::bucket/$*"},
    ),
    (
        "a pattern that fits the text of a variable in StringLike",
        condition("StringLike", "s3:prefix", "*user*", "${aws:username}"),
        condition("StringLike", "s3:prefix", "*user*"),
    ),
    (
        "a pattern that fits the text of a variable in ArnLike",
        condition("ArnLike", "aws:SourceArn", "arn:{p}:s3:::*name*", "arn:{p}:s3:::${aws:username}"),
        condition("ArnLike", "aws:SourceArn", "arn:{p}:s3:::*name*"),
    ),
    (
        "a pattern of as many signs as the text of a variable",
        condition("StringLike", "s3:prefix", "?" * 15, "${aws:username}"),
        condition("StringLike", "s3:prefix", "?" * 15),
    ),
    (
        "a pattern that fits the text of an asterisk written as a variable",
        condition("StringLike", "s3:prefix", "a{*", "a${*}", "a$?*?"),
        condition("StringLike", "s3:prefix", "a{*", "a$?*?"),
    ),
    (
        "a variable that may stand for several fields of an ARN",
        condition("ArnLike", "aws:SourceArn", "arn:{p}:s3:*:*:*", "arn:{p}:s3:${aws:PrincipalTag/place}:b"),
        condition("ArnLike", "aws:SourceArn", "arn:{p}:s3:*:*:*"),
    ),
    (
        "a variable under a negated operator, which may have no value",
        condition("StringNotLike", "s3:prefix", "a*", "a${aws:username}"),
        condition("StringNotLike", "s3:prefix", "a*"),
    ),
    (
        "a resource beside a pattern with a variable",
        {"Resource": ["arn:{p}:s3:::bucket/${aws:username}*", "arn:{p}:s3:::bucket/bob"]},
        {"Resource": "arn:{p}:s3:::bucket/${aws:username}*"},
    ),
    (
        "an entry of NotResource with a variable that another covers",
        {"Resource": None, "NotResource": ["arn:{p}:s3:::bucket/*", "arn:{p}:s3:::bucket/${aws:username}"]},
        {"Resource": None, "NotResource": "arn:{p}:s3:::bucket/*"},
    ),
    (
        "an entry of NotResource with a variable that fits less",
        {"Resource": None, "NotResource": ["arn:{p}:s3:::bucket/*", "arn:{p}:s3:::bucket/a/${aws:username}"]},
        {"Resource": None, "NotResource": ["arn:{p}:s3:::bucket/*", "arn:{p}:s3:::bucket/b/${aws:username}"]},
    ),
    ("resource of another partition", {"Resource": "arn:aws-other:s3:::bucket/*"}, {}),
    ("unknown element", {"Condtion": {"StringEquals": {"k:x": "a"}}}, {}),
    ("case of an element", {"Action": None, "action": "s3:GetObject"}, {}),
    ("case of a value", condition("StringEquals", "k:x", "A"), condition("StringEquals", "k:x", "a")),
    ("one value more", condition("StringEquals", "k:x", "a", "b"), condition("StringEquals", "k:x", "a")),
    ("no condition and one", condition("StringEquals", "k:x", "a"), {}),
    ("another operator", condition("StringEquals", "k:x", "a"), condition("StringNotEquals", "k:x", "a")),
    ("IfExists", condition("StringEquals", "k:x", "a"), condition("StringEqualsIfExists", "k:x", "a")),
    (
        "a set operator",
        condition("ForAnyValue:StringEquals", "k:x", "a"),
        condition("ForAllValues:StringEquals", "k:x", "a"),
    ),
    (
        "a set operator and none",
        condition("ForAnyValue:StringEquals", "k:x", "a"),
        condition("StringEquals", "k:x", "a"),
    ),
    ("StringLike with a wildcard", condition("StringLike", "k:x", "a*"), condition("StringEquals", "k:x", "a*")),
    (
        "ForAllValues:StringNotLike without a wildcard, of an absent key",
        condition("ForAllValues:StringNotLike", "k:x", "a"),
        condition("ForAllValues:StringNotEquals", "k:x", "a"),
    ),
    (
        "StringLike with a variable",
        condition("StringLike", "k:x", "${aws:username}"),
        condition("StringEquals", "k:x", "${aws:username}"),
    ),
    (
        "StringEquals takes * as text",
        condition("StringEquals", "k:x", "a*", "ab"),
        condition("StringEquals", "k:x", "a*"),
    ),
    ("IgnoreCase and not", condition("StringEqualsIgnoreCase", "k:x", "a"), condition("StringEquals", "k:x", "a")),
    (
        "a capital i with a dot folds into two signs",
        condition("StringEqualsIgnoreCase", "k:x", "\u0130"),
        condition("StringEqualsIgnoreCase", "k:x", "i\u0307"),
    ),
    (
        "the sign of Kelvin is no k",
        condition("StringEqualsIgnoreCase", "k:x", "\u212a"),
        condition("StringEqualsIgnoreCase", "k:x", "k"),
    ),
    (
        "the name of a tag that folds into two signs",
        condition("StringEquals", "aws:PrincipalTag/\u0130", "x"),
        condition("StringEquals", "aws:PrincipalTag/i\u0307", "x"),
    ),
    ("true and false", condition("Bool", "k:x", True), condition("Bool", "k:x", False)),
    ("true and 1", condition("Bool", "k:x", True), condition("Bool", "k:x", 1)),
    (
        "TLS 1.2 and 1.3",
        condition("NumericLessThan", "s3:TlsVersion", 1.2),
        condition("NumericLessThan", "s3:TlsVersion", 1.3),
    ),
    ("zeros matter in a string", condition("StringEquals", "k:x", "1.20"), condition("StringEquals", "k:x", "1.2")),
    (
        "digits with an underscore are no number",
        condition("NumericEquals", "k:x", "1_000"),
        condition("NumericEquals", "k:x", "1000"),
    ),
    (
        "more digits than a decimal context keeps",
        condition("NumericEquals", "k:x", "9007199254740993.000000000000000001"),
        condition("NumericEquals", "k:x", "9007199254740993.000000000000000002"),
    ),
    ("a number without end", condition("NumericEquals", "k:x", "1e400"), condition("NumericEquals", "k:x", "1e500")),
    (
        "a date in a form that Python knows and AWS does not",
        condition("DateEquals", "aws:CurrentTime", "2020-W01-3T00:00:00Z"),
        condition("DateEquals", "aws:CurrentTime", "2020-01-01T00:00:00Z"),
    ),
    (
        "another prefix length",
        condition("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
        condition("IpAddress", "aws:SourceIp", "10.0.0.0/9"),
    ),
    (
        "host bits",
        condition("IpAddress", "aws:SourceIp", "10.0.0.1/8"),
        condition("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
    ),
    (
        "a netmask is no prefix",
        condition("IpAddress", "aws:SourceIp", "10.0.0.0/255.0.0.0"),
        condition("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
    ),
    (
        "an instant a second later",
        condition("DateLessThan", "aws:CurrentTime", "2026-01-01T00:00:01Z"),
        condition("DateLessThan", "aws:CurrentTime", "1767225600"),
    ),
    ("unknown operator", condition("StringEqual", "k:x", "a"), condition("StringEquals", "k:x", "a")),
    (
        "both conditions and one of them",
        {"Condition": {"StringEquals": {"k:x": "a", "K:X": "b"}}},
        condition("StringEquals", "k:x", "a"),
    ),
    (
        "both must hold, or either",
        {"Condition": {"StringEquals": {"k:x": "a", "K:X": "b"}}},
        condition("StringEquals", "k:x", "a", "b"),
    ),
    ("null and an absent condition value", condition("StringEquals", "k:x", None), {}),
    (
        "an ARN wildcard does not cross fields",
        condition("ArnLike", "k:x", "arn:{p}:iam:*:role/a", "arn:{p}:iam::1:role/a"),
        condition("ArnLike", "k:x", "arn:{p}:iam:*:role/a"),
    ),
]


@pytest.mark.parametrize("partition", PARTITIONS)
@pytest.mark.parametrize("one, other", [row[1:] for row in DIFFERENT], ids=[row[0] for row in DIFFERENT])
def test_never_equal(one, other, partition):
    assert not equivalent(document(one, partition), document(other, partition))
    assert not equivalent(document(other, partition), document(one, partition))


@pytest.mark.parametrize("override", [row[1] for row in DIFFERENT], ids=[row[0] for row in DIFFERENT])
def test_canonical_form_is_a_fixed_point_and_leaves_its_argument_alone(override):
    stays_in_its_canonical_form(document(override, "aws"))
