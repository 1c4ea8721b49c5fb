# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one form of what conditions compare: values of each type, operators, keys."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical_conditions import (
    canonical_condition,
)

#: Operator, value -> its form.
VALUES = [
    ("NumericEquals", "5", "5"),
    ("NumericEquals", "+05.50", "5.5"),
    ("NumericEquals", "-5.0", "-5"),
    ("NumericEquals", "-0.0", "0"),
    ("NumericEquals", "000", "0"),
    ("NumericEquals", "0.10", "0.1"),
    ("NumericEquals", 1.5, "1.5"),
    ("NumericEquals", "1e3", "1e3"),
    ("NumericEquals", "five", "five"),
    ("DateEquals", "0017", "17"),
    ("DateEquals", "000", "0"),
    ("DateEquals", "-5", "-5"),
    ("DateEquals", "2026-01-01T00:00Z", "1767225600"),
    ("DateEquals", "2026-01-01T00:00:00Z", "1767225600"),
    ("DateEquals", "2026-01-01T01:00:01+01:00", "1767225601"),
    ("DateEquals", "2026-01-01T00:00:00.000Z", "1767225600"),
    ("DateEquals", "2026-01-01T00:00:00.500Z", "2026-01-01T00:00:00.500Z"),
    ("DateEquals", "1969-12-31T23:59:59Z", "-1"),
    # What is no instant, and what lacks a zone, stays as it is.
    ("DateEquals", "2026-02-30T00:00:00Z", "2026-02-30T00:00:00Z"),
    ("DateEquals", "2026-01-01T00:00:00", "2026-01-01T00:00:00"),
    ("DateEquals", "2026-01-01", "2026-01-01"),
    ("DateEquals", "\u0661", "\u0661"),
    ("IpAddress", "10.0.0.0", "10.0.0.0/32"),
    ("IpAddress", "10.0.0.0/8", "10.0.0.0/8"),
    ("IpAddress", "10.0.0.1/8", "10.0.0.1/8"),
    ("IpAddress", "2001:DB8::/32", "2001:db8::/32"),
    ("IpAddress", "10.0.0.0/255.0.0.0", "10.0.0.0/255.0.0.0"),
    ("NotIpAddress", "1.2.3", "1.2.3"),
    ("StringEqualsIgnoreCase", "Ab", "ab"),
    ("StringNotEqualsIgnoreCase", "Ab${aws:username}", "Ab${aws:username}"),
    ("StringEquals", "Ab", "Ab"),
    ("Bool", True, "true"),
    ("Null", False, "false"),
    ("BinaryEquals", "QQ==", "QQ=="),
]


@pytest.mark.parametrize("operator, value, form", VALUES)
def test_values(operator, value, form):
    assert canonical_condition({operator: {"k:v": value}}) == {operator: {"k:v": [form]}}


#: Block -> its form.
BLOCKS = [
    ({}, {}),
    ("text", "text"),
    ({"Bool": {}}, {}),
    ({"Bool": "text"}, {"Bool": "text"}),
    ({"Strange": {"k:v": "b"}}, {"Strange": {"k:v": "b"}}),
    ({"StringEquals": {"k:v": {"a": 1}}}, {"StringEquals": {"k:v": {"a": 1}}}),
    ({"StringEquals": {"k:v": ["b", "a", "b"]}}, {"StringEquals": {"k:v": ["a", "b"]}}),
    # Keys in AWS's spelling, the tag in lower case.
    ({"StringEquals": {"AWS:SOURCEVPCE": "a"}}, {"StringEquals": {"aws:SourceVpce": ["a"]}}),
    ({"StringEquals": {"aws:principaltag/Team": "a"}}, {"StringEquals": {"aws:PrincipalTag/team": ["a"]}}),
    # Without a wildcard Like is Equals; with a variable it may have one.
    ({"StringLike": {"k:v": "a"}}, {"StringEquals": {"k:v": ["a"]}}),
    ({"StringLike": {"k:v": "a*"}}, {"StringLike": {"k:v": ["a*"]}}),
    ({"StringLike": {"k:v": "a?"}}, {"StringLike": {"k:v": ["a?"]}}),
    ({"StringLike": {"k:v": "${aws:username}"}}, {"StringLike": {"k:v": ["${aws:username}"]}}),
    ({"StringLikeIfExists": {"k:v": "a"}}, {"StringEqualsIfExists": {"k:v": ["a"]}}),
    ({"ForAnyValue:StringNotLike": {"k:v": "a"}}, {"ForAnyValue:StringNotEquals": {"k:v": ["a"]}}),
    # Here an absent key has two readings.
    ({"ForAllValues:StringNotLike": {"k:v": "a"}}, {"ForAllValues:StringNotLike": {"k:v": ["a"]}}),
    ({"ForAllValues:StringLike": {"k:v": "a"}}, {"ForAllValues:StringEquals": {"k:v": ["a"]}}),
    # ArnEquals takes wildcards too.
    ({"ArnEquals": {"k:v": "arn:aws:s3:::*"}}, {"ArnLike": {"k:v": ["arn:aws:s3:::*"]}}),
    ({"ArnNotEquals": {"k:v": "arn:aws:s3:::b"}}, {"ArnNotLike": {"k:v": ["arn:aws:s3:::b"]}}),
    # What another value covers goes, but for what a variable without a value may decide.
    ({"StringLike": {"k:v": ["a*", "ab"]}}, {"StringLike": {"k:v": ["a*"]}}),
    ({"StringNotLike": {"k:v": ["a*", "ab"]}}, {"StringNotLike": {"k:v": ["a*"]}}),
    ({"StringNotLike": {"k:v": ["*", "a${aws:username}"]}}, {"StringNotLike": {"k:v": ["*", "a${aws:username}"]}}),
    ({"StringLike": {"k:v": ["*", "a${aws:username}"]}}, {"StringLike": {"k:v": ["*"]}}),
    ({"StringLike": {"k:v": ["a*?", "b**"]}}, {"StringLike": {"k:v": ["a?*", "b*"]}}),
    ({"ArnNotLike": {"k:v": ["arn:aws:s3:::*", "arn:aws:s3:::b"]}}, {"ArnNotLike": {"k:v": ["arn:aws:s3:::*"]}}),
    # Two conditions on one key find room in another spelling, of the operator or else of the key.
    (
        {"StringLike": {"k:v": "a"}, "StringEquals": {"k:v": "b"}},
        {"StringEquals": {"k:v": ["a"]}, "StringLike": {"k:v": ["b"]}},
    ),
    ({"StringEquals": {"k:v": "a", "K:V": "a"}}, {"StringEquals": {"k:v": ["a"]}}),
    ({"Bool": {"k:v": "true", "K:V": "false"}}, {"Bool": {"k:v": ["false"], "K:v": ["true"]}}),
    (
        {"ForAllValues:StringNotEquals": {"k:v": "a", "K:V": "b"}},
        {"ForAllValues:StringNotEquals": {"k:v": ["a"], "K:v": ["b"]}},
    ),
]


@pytest.mark.parametrize("block, form", BLOCKS)
def test_blocks(block, form):
    assert canonical_condition(block) == form
    assert canonical_condition(form) == form
