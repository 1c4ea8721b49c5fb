# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a new document would lock out: what AWS's examples do to their own authors, and what spares them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.input import declare
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import decide
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.administrators import (
    Administrator,
    administrators_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.bucket_lockout import LockoutGuard
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter

OWNER = "111122223333"
USER = f"arn:aws:iam::{OWNER}:user/automation"
ROOT = f"arn:aws:iam::{OWNER}:root"
SESSION = f"arn:aws:sts::{OWNER}:assumed-role/deploy/run-7"
ROLE = f"arn:aws:iam::{OWNER}:role/ci/deploy"
VPCE, VPC = "vpce-0123456789abcdef0", "vpc-0123456789abcdef0"
EVERYTHING = ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]


def deny(condition=None, **elements):
    statement = {"Sid": "Ours", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": EVERYTHING}
    if condition is not None:
        statement["Condition"] = condition
    return {name: value for name, value in {**statement, **elements}.items() if value is not None}


def examine(
    statements, administrator=USER, *, live=None, through=None, context=None, full_arn=None, overridden=False, **more
):
    declaration = declare({"bucket": "logs", "statements": statements, **more}, "aws")
    plan = decide({"Version": "2012-10-17", "Statement": live} if live else None, declaration)
    guard = LockoutGuard(
        lambda: [Administrator(administrator, context or {}, "caller")],
        "aws",
        OWNER,
        through,
        overridden,
        lambda _session: full_arn,
    )
    return guard(plan)


UNLESS_VPCE = deny({"StringNotEquals": {"aws:SourceVpce": VPCE}})
UNLESS_VPC = deny({"StringNotEquals": {"aws:SourceVpc": VPC}})
SPARED_BY_ARN = deny({"StringNotEquals": {"aws:SourceVpce": VPCE}, "ArnNotLike": {"aws:PrincipalArn": ROLE}})
SPARED_BY_USER_ID = deny(
    {"StringNotEquals": {"aws:SourceVpce": VPCE}, "StringNotLike": {"aws:userid": "AROAEXAMPLEROLEID123:*"}}
)
OFFICE = deny({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
ORGANIZATION = deny({"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}})
TLS = deny({"Bool": {"aws:SecureTransport": "false"}})
TLS_13 = {"NumericLessThan": {"s3:TlsVersion": "1.3"}}

# what, statements, administrator and network, words of the finding (none: no finding)
CASES = [
    (
        "the usual example, network not known",
        [UNLESS_VPCE],
        {},
        ("might not be able", "aws:SourceVpce", "arriving_through"),
    ),
    ("the usual example, from the internet", [UNLESS_VPCE], {"through": "internet"}, ("would not be able",)),
    ("the usual example, through the endpoint", [UNLESS_VPCE], {"through": VPCE}, ()),
    ("through another endpoint", [UNLESS_VPCE], {"through": "vpce-0bad0bad0bad0bad0"}, ("would not be able",)),
    ("through some endpoint of the VPC", [UNLESS_VPCE], {"through": VPC}, ("might not be able", "aws:SourceVpce")),
    ("a VPC, through it", [UNLESS_VPC], {"through": VPC}, ()),
    ("a VPC, through an endpoint of who knows where", [UNLESS_VPC], {"through": VPCE}, ("aws:SourceVpc",)),
    (
        "the root user mends its policies whatever they say",
        [deny()],
        {"administrator": ROOT, "through": "internet"},
        (),
    ),
    ("nobody else does", [deny()], {}, ("would not be able",)),
    ("spared by the ARN of a role", [SPARED_BY_ARN], {"administrator": ROLE}, ()),
    ("not the one that is spared", [SPARED_BY_ARN], {"through": "internet"}, ("would not be able",)),
    (
        "a session whose role may have a path",
        [SPARED_BY_ARN],
        {"administrator": SESSION, "through": "internet"},
        (
            "might not be able",
            "full ARN of the role, with its path, as aws:PrincipalArn in request_context",
            "iam:GetRole",
        ),
    ),
    (
        "a session whose role IAM knows",
        [SPARED_BY_ARN],
        {"administrator": SESSION, "through": "internet", "full_arn": ROLE},
        (),
    ),
    (
        "a session whose role IAM knows to be another",
        [SPARED_BY_ARN],
        {"administrator": SESSION, "through": "internet", "full_arn": f"arn:aws:iam::{OWNER}:role/deploy"},
        ("would not be able",),
    ),
    (
        "spared by user id",
        [SPARED_BY_USER_ID],
        {"administrator": SESSION, "through": "internet", "context": {"aws:userid": "AROAEXAMPLEROLEID123:run-7"}},
        (),
    ),
    (
        "another user id",
        [SPARED_BY_USER_ID],
        {"administrator": SESSION, "through": "internet", "context": {"aws:userid": "AROAANOTHERROLEID123:run-7"}},
        ("would not be able",),
    ),
    ("NotPrincipal without the caller", [deny(Principal=None, NotPrincipal={"AWS": ROOT})], {}, ("might not be able",)),
    ("NotPrincipal with the caller", [deny(Principal=None, NotPrincipal={"AWS": [ROOT, USER]})], {}, ()),
    ("an address that is not known", [OFFICE], {"through": "internet"}, ("aws:SourceIp", "request_context")),
    ("an address that is", [OFFICE], {"through": "internet", "context": {"aws:SourceIp": "203.0.113.9"}}, ()),
    ("no address through an endpoint", [OFFICE], {"through": VPCE}, ("would not be able",)),
    ("an organization that is not known", [ORGANIZATION], {}, ("aws:PrincipalOrgID",)),
    ("an organization that is", [ORGANIZATION], {"context": {"aws:PrincipalOrgID": "o-exampleorgid"}}, ()),
    ("TLS, which we speak", [TLS], {}, ()),
    ("TLS 1.2, below which S3 takes nothing", [deny({"NumericLessThan": {"s3:TlsVersion": "1.2"}})], {}, ()),
    ("TLS 1.3, which not everybody speaks", [deny(TLS_13)], {}, ("would not be able", "s3:TlsVersion")),
    ("TLS 1.3, which we speak", [deny(TLS_13)], {"context": {"s3:tlsversion": "1.3"}}, ()),
    ("no TLS 1.3", [deny({"NumericGreaterThan": {"s3:TlsVersion": "1.2"}})], {}, ("never speak TLS 1.3",)),
    ("TLS 1.2 alone", [deny({"NumericNotEquals": {"s3:TlsVersion": "1.2"}})], {}, ("never speak TLS 1.3",)),
    ("not TLS 1.3", [deny({"NumericEquals": {"s3:TlsVersion": "1.3"}})], {}, ("never speak TLS 1.3",)),
    (
        "no TLS 1.3, which we do not speak",
        [deny({"NumericGreaterThan": {"s3:TlsVersion": "1.2"}})],
        {"context": {"s3:TlsVersion": "1.2"}},
        (),
    ),
    ("no TLS at all", [deny({"NumericGreaterThanEquals": {"s3:TlsVersion": "1.0"}})], {}, ("would not be able",)),
    ("objects only", [deny(Action=["s3:GetObject", "s3:PutObject"], Resource="arn:aws:s3:::logs/*")], {}, ()),
    ("reading alone", [deny(Action="s3:GetBucketPolicy")], {}, ("s3:GetBucketPolicy",)),
    ("writing alone", [deny(Action="s3:PutBucket*")], {}, ("s3:PutBucketPolicy",)),
    ("deleting can still be mended", [deny(Action="s3:DeleteBucketPolicy")], {}, ()),
    ("another principal's", [deny(Principal={"AWS": f"arn:aws:iam::{OWNER}:user/intern"})], {}, ()),
    ("all but listing", [deny(Action=None, NotAction="s3:List*")], {}, ("would not be able",)),
    ("an Allow", [deny(Effect="Allow", Action="s3:GetObject", Principal={"AWS": OWNER})], {}, ()),
    ("what is in force is not this write's doing", [TLS], {"live": [deny(Sid="Theirs")]}, ()),
    ("another Sid for the same", [UNLESS_VPCE], {"live": [{**UNLESS_VPCE, "Sid": "Former"}], "sids": ["Former"]}, ()),
    ("no change", [UNLESS_VPCE], {"live": [UNLESS_VPCE], "through": "internet"}, ()),
    ("a change that widens", [SPARED_BY_ARN], {"live": [UNLESS_VPCE], "administrator": ROLE}, ()),
]


@pytest.mark.parametrize("statements, around, words", [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_lockout(statements, around, words):
    found = examine(statements, **around)
    assert len(found) == bool(words)
    for finding in found:
        said = f"{finding.reason} {finding.remedy}"
        assert [word for word in (*words, "bucket logs", "Ours", "allow_lockout") if word not in said] == []
        assert finding.remedy.startswith("Spare that principal in the statement (ArnNotLike on aws:PrincipalArn), or ")
        assert finding.statement == "Ours"
        assert finding.request["action"] in said
        assert finding.overridden_by is None


def test_the_path_of_a_role_is_asked_for_only_where_it_decides():
    def never(session):
        raise AssertionError(session)

    plan = decide(None, declare({"bucket": "logs", "statements": [OFFICE]}, "aws"))
    people = [Administrator(SESSION, {}, "caller")]
    assert len(LockoutGuard(lambda: people, "aws", OWNER, "internet", full_arn=never)(plan)) == 1


def test_an_override_shows():
    (finding,) = examine([UNLESS_VPCE], overridden=True)
    assert finding.overridden_by == "allow_lockout"


@pytest.mark.parametrize("manager", [USER, SESSION, ROLE])
def test_the_perimeter_spares_its_managers(manager):
    built = bucket_perimeter("logs", endpoints=[VPCE], manager_principals=[manager], tls_only=True)
    assert examine(built["Statement"], administrator=manager, peers=[]) == []


def test_the_perimeter_locks_out_whom_it_does_not_know():
    built = bucket_perimeter("logs", endpoints=[VPCE], manager_principals=[ROLE], tls_only=True)
    (finding,) = examine(built["Statement"], peers=[])
    assert finding.statement == "PerimeterS3Management"


def test_a_statement_without_sid_is_named_by_its_place():
    live = [deny(Sid="First", Action="s3:GetObject")]
    policy = {"Version": "2012-10-17", "Statement": [*live, TLS, deny(Sid=None)]}
    (finding,) = examine(None, live=live, policy=policy)
    assert finding.statement == "Statement[2]"
    assert "Statement[2]" in finding.reason


def test_nobody_is_asked_for_when_nothing_is_denied():
    def administrators():
        raise AssertionError("asked")

    declaration = declare({"bucket": "logs", "sids": ["Ours"], "state": "absent"}, "aws")
    plan = decide({"Version": "2012-10-17", "Statement": [deny()]}, declaration)
    assert plan.changed
    assert LockoutGuard(administrators, "aws", OWNER)(plan) == []


@pytest.mark.parametrize("value, examined", [("${aws:username}", True), ("alice", False)])
def test_another_version_is_another_meaning_where_variables_stand(value, examined):
    theirs = deny({"StringEquals": {"aws:PrincipalTag/owner": value}})
    live = {"Version": "2008-10-17", "Statement": [theirs]}
    plan = decide(live, declare({"bucket": "logs", "policy": {**live, "Version": "2012-10-17"}}, "aws"))
    guard = LockoutGuard(lambda: [Administrator(USER, {}, "caller")], "aws", OWNER)
    assert len(guard(replace(plan, action="s3:PutBucketPolicy"))) == examined


@pytest.mark.parametrize(
    "condition, around, offered",
    [
        ({"StringNotEquals": {"aws:SourceVpce": VPCE}}, {}, True),
        ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {}, True),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}, {}, False),
        ({"ArnNotLike": {"aws:PrincipalArn": ROLE}}, {}, False),
        ({"ArnNotLike": {"aws:PrincipalArn": ROLE}, "StringNotEquals": {"aws:SourceVpce": VPCE}}, {}, True),
        (None, {}, False),
        ({"StringNotEquals": {"aws:SourceVpce": VPCE}}, {"through": VPC}, False),
    ],
)
def test_the_network_is_asked_for_only_where_it_decides(condition, around, offered):
    (finding,) = examine([deny(condition)], **around)
    assert ("arriving_through" in finding.remedy) is offered


def protected(statement, principal, context):
    """What is said of a principal that a task protects, beside a caller of whom it says something."""
    plan = decide(None, declare({"bucket": "logs", "statements": [statement]}, "aws"))
    people = administrators_of(Administrator(USER, {}, "caller"), [principal], context)
    return [
        one
        for one in LockoutGuard(lambda: people, "aws", OWNER)(plan)
        if f"protected principal {principal}" in one.reason
    ]


@pytest.mark.parametrize(
    "condition, context",
    [
        ({"StringNotEquals": {"aws:PrincipalTag/team": "ops"}}, {"aws:PrincipalTag/team": "ops"}),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, {"aws:MultiFactorAuthPresent": True}),
        ({"StringNotEquals": {"aws:SourceIdentity": "alice"}}, {"aws:SourceIdentity": "alice"}),
    ],
)
def test_keys_of_the_caller_are_not_lent_to_whom_it_protects(condition, context):
    assert examine([deny(condition)], context=context) == []
    (finding,) = protected(deny(condition), ROLE, context)
    assert "protected principal" in finding.reason
    # To say it again would not help: what is said there is said of the caller.
    assert "request_context" not in finding.remedy


def test_who_is_protected_is_named_by_the_role():
    (finding,) = protected(deny({"ArnNotLike": {"aws:PrincipalArn": ROLE}}), SESSION, {})
    assert "with its path, in protected_principals" in finding.remedy
    assert "request_context" not in finding.remedy
    assert protected(deny({"ArnNotLike": {"aws:PrincipalArn": ROLE}}), ROLE, {}) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"NumericGreaterThan": {"s3:signatureAge": 600000}},
        {"StringNotEquals": {"s3:authType": "REST-HEADER"}},
        {"StringEquals": {"s3:authType": "REST-QUERY-STRING"}},
        {"StringNotEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}},
    ],
)
def test_how_our_calls_are_signed_is_known(condition):
    plan = decide(None, declare({"bucket": "logs", "statements": [deny(condition)]}, "aws"))
    people = administrators_of(Administrator(USER, {}, "caller"), [ROLE], {})
    found = LockoutGuard(lambda: people, "aws", OWNER)(plan)
    # What others call with nobody knows.
    assert [ROLE in one.reason for one in found] == [True]


def test_a_signature_that_is_none_of_ours():
    plan = decide(
        None, declare({"bucket": "logs", "statements": [deny({"StringEquals": {"s3:authType": "REST-HEADER"}})]}, "aws")
    )
    (caller,) = administrators_of(Administrator(USER, {}, "caller"), [], {})
    assert len(LockoutGuard(lambda: [caller], "aws", OWNER)(plan)) == 1
