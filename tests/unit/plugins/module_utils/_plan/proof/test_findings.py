# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exceptions that let nobody in, and what is said of statements in vain; which ones are is tested with comparisons."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.compare import Owner
from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.findings import findings

ACCOUNT = "111122223333"
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
BUCKET = Owner("bucket", "reports", ACCOUNT)
BOTH = ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]


def statement(sid, effect="Deny", action="s3:*", **condition):
    made = {"Sid": sid, "Effect": effect, "Principal": "*", "Action": action, "Resource": BOTH}
    return {**made, "Condition": condition} if condition else made


def found(*statements):
    return findings(BUCKET, {"Version": "2012-10-17", "Statement": list(statements)})


# How a statement exempts a value, and how another one denies those who are exempted.
EXCEPTIONS = [
    ("StringNotEquals", "StringEquals", "aws:PrincipalTag/team", "web"),
    ("StringNotEqualsIgnoreCase", "StringEqualsIgnoreCase", "aws:PrincipalTag/team", "web"),
    ("StringNotLike", "StringLike", "aws:PrincipalTag/team", "web*"),
    ("ArnNotEquals", "ArnEquals", "aws:PrincipalArn", APP),
    ("ArnNotLike", "ArnLike", "aws:PrincipalArn", f"{APP}*"),
    ("NotIpAddress", "IpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ("StringNotEqualsIfExists", "StringEquals", "aws:PrincipalTag/team", "web"),
]


@pytest.mark.parametrize("negative, positive, key, value", EXCEPTIONS)
def test_who_is_exempted_and_denied_by_another_statement_is_let_in_by_none(negative, positive, key, value):
    exempting = statement("Most", **{negative: {key: value}})
    (one,) = found(exempting, statement("Others", **{positive: {key: value}}))
    assert one.as_dict() == {
        "finding": "idle_exception",
        "statement": "Most",
        "by": ["Others"],
        "value": value,
        "message": (f"The exception for {key} {value} in statement 'Most' lets nobody in: 'Others' denies them all."),
    }
    assert found(exempting) == []
    # Only some of them are denied.
    assert found(exempting, statement("Others", action="s3:PutObject", **{positive: {key: value}})) == []


TEAM = "aws:PrincipalTag/team"


def team(name):
    return {"StringEquals": {TEAM: name}}


@pytest.mark.parametrize(
    "statements, by",
    [
        # Who has no part in it is not named.
        ([statement("Web", **team("web")), statement("Ops", **team("ops"))], ["Web"]),
        # Either would do.
        ([statement("Web", **team("web")), statement("Too", StringLike={TEAM: "we?"})], ["Web", "Too"]),
        # None would do alone.
        (
            [
                statement("Reads", action="s3:Get*", **team("web")),
                statement("Ops", **team("ops")),
                {key: value for key, value in statement("Rest", **team("web")).items() if key != "Action"}
                | {"NotAction": "s3:Get*"},
            ],
            ["Reads", "Rest"],
        ),
    ],
)
def test_those_who_deny_the_exempted_are_named(statements, by):
    said = [one for one in found(statement("Most", StringNotEquals={TEAM: ["web", "other"]}), *statements)
            if one.statement == "Most"]  # fmt: skip
    assert [(one.finding, one.value, list(one.by)) for one in said] == [("idle_exception", "web", by)]
    assert f" lets nobody in: {' and '.join(map(repr, by))} denies them all." in said[0].message


def test_the_other_conditions_of_a_statement_hold_for_those_it_exempts():
    stage = "aws:PrincipalTag/stage"
    exempting = statement("Most", StringNotEquals={TEAM: "web"}, StringEquals={stage: "live"})
    assert [one.by for one in found(exempting, statement("Live", StringLike={stage: "live", TEAM: "w*"}))] == [
        ("Live",)
    ]
    assert found(exempting, statement("Test", StringEquals={stage: "test", TEAM: "web"})) == []
    # A condition that says already who is meant stays as it is.
    narrow = statement("Some", StringNotEquals={TEAM: "web"}, StringEquals={TEAM: "ops"})
    assert [(one.finding, one.value) for one in found(narrow)] == []


def test_an_exception_for_no_request_that_there_can_be():
    (one,) = found(statement("Most", StringNotEquals={"aws:PrincipalArn": "no-arn"}))
    assert (one.finding, one.by, one.value) == ("idle_exception", (), "no-arn")
    assert one.message == (
        "The exception for aws:PrincipalArn no-arn in statement 'Most' is for no request that there can be."
    )


@pytest.mark.parametrize(
    "statements, facts",
    [
        (
            [statement("A", "Allow"), statement("B", "Allow", "s3:Get*")],
            ("repeated", "B", "Statement 'B' allows nothing that 'A' does not.", ("A",)),
        ),
        (
            [statement("A"), statement("B", action="s3:Get*")],
            ("repeated", "B", "Statement 'B' denies nothing that 'A' does not.", ("A",)),
        ),
        (
            [statement("A", "Allow", "s3:Get*"), statement("B")],
            ("overridden", "A", "Statement 'A' allows nothing: 'B' denies all of it.", ("B",)),
        ),
        (
            [statement("A", StringEquals={"aws:SourceVpce": "vpce-1"}, Null={"aws:SourceVpce": "true"})],
            ("never_matches", "A", "Statement 'A' can never match: no request is as it says.", ()),
        ),
    ],
)
def test_what_is_said(statements, facts):
    (one,) = found(*statements)
    assert (one.finding, one.statement, one.message, one.by) == facts
    assert one.as_dict() == dict(
        zip(("finding", "statement", "message", "by", "value"), (*facts[:3], list(facts[3]), None), strict=True)
    )


def test_policies_of_identities_name_no_principal():
    statements = [statement("A", "Allow"), statement("B", "Allow", "s3:Get*")]
    for one in statements:
        del one["Principal"]
    assert [(one.finding, one.statement) for one in found(*statements)] == [("repeated", "B")]
