# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which documents are equal in meaning, and which must never be taken for equal.

Each row is a pair of statements (or of whole documents, where it has a Statement); the tables run in every partition.
"""

from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical import (
    canonical,
    equivalent,
    meaning,
)

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")

BASE = {
    "Sid": "A",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:{p}:s3:::bucket/*",
}
ACCOUNT = "111122223333"
ROOT = "arn:{p}:iam::111122223333:root"
ROLE = "arn:{p}:iam::111122223333:role/app"


def condition(operator, key, *values):
    return {"Condition": {operator: {key: values[0] if len(values) == 1 else list(values)}}}


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


def in_partition(value, partition):
    return json.loads(json.dumps(value).replace("{p}", partition))


def document(override, partition):
    statement = {key: value for key, value in {**BASE, **override}.items() if value is not None}
    if "Sid" in override and override["Sid"] is None:
        statement.pop("Sid", None)
    return in_partition({"Version": "2012-10-17", "Statement": [statement]}, partition)


@pytest.mark.parametrize("partition", PARTITIONS)
@pytest.mark.parametrize("one, other", [row[1:] for row in EQUAL], ids=[row[0] for row in EQUAL])
def test_equal_in_meaning(one, other, partition):
    assert equivalent(document(one, partition), document(other, partition))
    assert equivalent(document(other, partition), document(one, partition))


@pytest.mark.parametrize("partition", PARTITIONS)
@pytest.mark.parametrize("one, other", [row[1:] for row in DIFFERENT], ids=[row[0] for row in DIFFERENT])
def test_never_equal(one, other, partition):
    assert not equivalent(document(one, partition), document(other, partition))
    assert not equivalent(document(other, partition), document(one, partition))


OPEN = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
VARIABLE = {**OPEN, "Resource": "arn:aws:s3:::b/${aws:username}"}
DEFAULT_ENDPOINT_POLICIES = [
    {"Statement": [OPEN]},
    {"Version": "2008-10-17", "Statement": [OPEN]},
    {"Version": "2008-10-17", "Statement": [{"Sid": "", **OPEN}]},
    '{"Statement":[{"Action":"*","Effect":"Allow","Resource":"*","Principal":"*"}]}',
]
DOCUMENTS = [
    ("order of statements", {"Statement": [OPEN, VARIABLE]}, {"Statement": [VARIABLE, OPEN]}, True),
    ("repeated statement", {"Statement": [OPEN, OPEN]}, {"Statement": [OPEN]}, True),
    ("a lone statement", {"Statement": OPEN}, {"Statement": [OPEN]}, True),
    ("JSON text and mapping", json.dumps({"Statement": OPEN}), {"Statement": OPEN}, True),
    ("empty Id", {"Id": "", "Statement": OPEN}, {"Statement": OPEN}, True),
    ("version without a variable", {"Version": "2012-10-17", "Statement": OPEN}, {"Statement": OPEN}, True),
    ("version with a variable", {"Version": "2012-10-17", "Statement": VARIABLE}, {"Statement": VARIABLE}, False),
    ("old version spelled out", {"Version": "2008-10-17", "Statement": VARIABLE}, {"Statement": VARIABLE}, True),
    ("unknown version", {"Version": "2020-01-01", "Statement": OPEN}, {"Statement": OPEN}, False),
    ("another Id", {"Id": "x", "Statement": OPEN}, {"Statement": OPEN}, False),
    ("one statement more", {"Statement": [OPEN, VARIABLE]}, {"Statement": [OPEN]}, False),
    ("no statement", {"Statement": []}, {"Statement": [OPEN]}, False),
    ("unknown element beside Statement", {"Statement": OPEN, "Statements": 1}, {"Statement": OPEN}, False),
    ("no policy and an empty one", None, {"Statement": []}, False),
    ("no policy at all", None, None, True),
]


@pytest.mark.parametrize("one, other, expected", [row[1:] for row in DOCUMENTS], ids=[row[0] for row in DOCUMENTS])
def test_documents(one, other, expected):
    assert equivalent(one, other) is expected
    assert equivalent(other, one) is expected


@pytest.mark.parametrize("one", DEFAULT_ENDPOINT_POLICIES)
@pytest.mark.parametrize("other", DEFAULT_ENDPOINT_POLICIES)
def test_the_spellings_of_the_default_endpoint_policy(one, other):
    assert equivalent(one, other)


def test_labels_name_but_do_not_mean():
    one = {"Id": "x", "Statement": [{"Sid": "A", **OPEN}, {"Sid": "B", **OPEN}]}
    assert not equivalent(one, {"Statement": OPEN})
    assert equivalent(one, {"Statement": OPEN}, labels=False)


def test_an_account_is_its_root_only_in_the_partition_of_the_resources():
    gov = {**BASE, "Resource": "arn:aws-us-gov:s3:::b", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}
    assert not equivalent({"Statement": gov}, {"Statement": {**gov, "Principal": {"AWS": ACCOUNT}}})


def test_a_pattern_that_fits_the_text_of_a_variable_differs_between_versions():
    both = {**BASE, "Resource": ["arn:aws:s3:::bucket/*user*", "arn:aws:s3:::bucket/${aws:username}"]}
    assert not equivalent(
        {"Version": "2008-10-17", "Statement": both}, {"Version": "2012-10-17", "Statement": both}, labels=False
    )


@pytest.mark.parametrize(
    "one, other",
    [("1e400", "1e500"), ("9007199254740993.0", "9007199254740992.0"), ("1.10", "1.1"), ("-0.0", "0.0")],
)
def test_numbers_of_json_text_are_compared_as_written(one, other):
    texts = [
        json.dumps({"Statement": {**BASE, **condition("StringEquals", "k:x", "@")}}).replace('"@"', number)
        for number in (one, other)
    ]
    assert not equivalent(*texts)
    assert [canonical(text)["Statement"][0]["Condition"]["StringEquals"]["k:x"] for text in texts] == [[one], [other]]


def test_a_root_user_of_another_partition_is_not_the_account():
    """Where resources name no partition, a bare id may be any partition's."""
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    cn, aws = ({"AWS": f"arn:{partition}:iam::{ACCOUNT}:root"} for partition in ("aws-cn", "aws"))
    assert not equivalent({"Statement": [{**deny, "Principal": cn}]}, {"Statement": [{**deny, "Principal": aws}]})
    assert not equivalent(
        {"Statement": [{**deny, "Principal": cn}]}, {"Statement": [{**deny, "Principal": {"AWS": ACCOUNT}}]}
    )


@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
@pytest.mark.parametrize("resource", ["*", ["arn:aws:s3:::bkt/*", "*"], ["arn:aws:s3:::a", "arn:aws-cn:s3:::a"]])
def test_the_canonical_form_keeps_the_partition_that_it_was_made_in(resource, partition):
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": f"arn:{partition}:iam::{ACCOUNT}:root"},
        "Action": "s3:*",
        "Resource": resource,
    }
    form = canonical({"Statement": [statement]})
    assert canonical(form) == form
    everything = {"Statement": [{**statement, "Resource": "*"}]}
    assert equivalent({"Statement": [statement]}, everything) == ("*" in resource)


@pytest.mark.parametrize("override", [row[1] for row in EQUAL + DIFFERENT], ids=[row[0] for row in EQUAL + DIFFERENT])
def test_canonical_form_is_a_fixed_point_and_leaves_its_argument_alone(override):
    before = document(override, "aws")
    kept = copy.deepcopy(before)
    form = canonical(before)
    assert canonical(form) == form
    assert equivalent(before, form)
    assert before == kept


STAR = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
OWN = {**STAR, "Resource": "arn:aws:s3:::b/${aws:username}/*"}
# What stands beside the statements, the statement, what of it stays
BESIDE = [
    ({}, STAR, {}),
    ({"Version": "2012-10-17"}, STAR, {}),
    ({"Version": "2012-10-17"}, OWN, {"Version": "2012-10-17"}),
    ({"Version": "2008-10-17"}, OWN, {}),
    ({}, OWN, {}),
    ({"Version": "2020-01-01"}, STAR, {"Version": "2020-01-01"}),
    ({"Id": "Ours"}, STAR, {"Id": "Ours"}),
    ({"Id": ""}, STAR, {}),
    ({"Extra": 1, "Another": 2}, STAR, {"Another": 2, "Extra": 1}),
]


@pytest.mark.parametrize("beside, statement, kept", BESIDE)
def test_what_stands_beside_the_statements(beside, statement, kept):
    found = canonical({**beside, "Statement": [statement]})
    assert {key: value for key, value in found.items() if key != "Statement"} == kept
    assert len(found["Statement"]) == 1


def test_what_is_no_statement_stays_as_it_is():
    assert canonical({"Statement": ["x", {"Effect": "Deny"}]})["Statement"] == ["x", {"Effect": "Deny"}]


def test_statements_that_mean_the_same_by_whatever_name():
    statement = {"Sid": "A", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    others = [
        ({**statement, "Sid": "B"}, True),
        ({**statement, "Action": ["S3:*"], "Principal": {"AWS": ["*"]}}, True),
        ({key: value for key, value in statement.items() if key != "Sid"}, True),
        ({**statement, "Action": "s3:Get*"}, False),
        ({**statement, "Effect": "Allow"}, False),
    ]
    assert [meaning(one) == meaning(statement) for one, _same in others] == [same for _one, same in others]
