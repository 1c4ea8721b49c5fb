# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What whole documents mean: defaults, versions, labels, and what stands beside the statements."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical import (
    canonical,
    equivalent,
    meaning,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.meaning.statements import (
    ACCOUNT,
    BASE,
    condition,
)

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
