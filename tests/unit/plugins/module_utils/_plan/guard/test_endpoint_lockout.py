# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether those who keep the policies of buckets can still repair them through an endpoint."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import (
    DEFAULT_POLICY,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.administrators import (
    Administrator,
    administrators_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.endpoint import GuardRefusal, run_guards
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.endpoint_lockout import (
    EndpointLockoutGuard,
    root_of,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.guard.endpoint_plans import (
    ACCOUNT,
    BUCKET,
    EVERYTHING,
    FOR_ROLE,
    FOR_USER,
    ORG,
    OTHER_ACCOUNT,
    OTHER_VPCE,
    READ_WRITE,
    REGION,
    ROLE,
    SESSION,
    USER,
    VPC,
    VPCE,
    allow,
    deny,
    document,
    never,
    plan_of,
)


def lockouts(plan, administrator=USER, *, through=VPC, context=None, full_arn=None, overridden=False):
    caller = Administrator(administrator, {"aws:userid": "AIDAEXAMPLE"}, "caller")
    root = root_of("aws", ACCOUNT)
    guard = EndpointLockoutGuard(
        lambda: [caller, root] if context is None else administrators_of(caller, [root.principal], context),
        lambda: ACCOUNT,
        "aws",
        REGION,
        through,
        overridden,
        lambda _session: full_arn,
    )
    return guard(plan)


def own_buckets(account):
    return document(allow("s3:*", resource=["*"], StringEquals={"aws:ResourceAccount": account}))


BOTH = ["caller", "root user"]
# what, new policy, old policy, administrator and network, who is locked out, words of the first finding
LOCKOUTS = [
    ("two actions after everything", READ_WRITE, None, {}, BOTH, ["would not be", "s3:GetBucketPol"]),
    ("through the endpoint by its id", READ_WRITE, None, {"through": VPCE}, BOTH, []),
    ("from elsewhere", READ_WRITE, None, {"through": "internet"}, [], []),
    ("through another endpoint", READ_WRITE, None, {"through": OTHER_VPCE}, [], []),
    ("from who knows where", READ_WRITE, None, {"through": None}, [], []),
    ("everything on one bucket, and nothing on those that nobody named", EVERYTHING, None, {}, BOTH, ["would not be"]),
    (
        "everything on every bucket but one",
        document(allow("s3:*", resource=["*"]), deny("s3:PutBucketPolicy", resource=["arn:aws:s3:::logs*"])),
        None,
        {},
        BOTH,
        ["of bucket logs", "'Not'"],
    ),
    ("everything on every bucket", document(allow("s3:*", resource=["arn:aws:s3:::*"])), None, {}, [], []),
    ("it was so before", READ_WRITE, document(allow("s3:GetObject")), {}, [], []),
    (
        "everything, taken off a bucket",
        document(allow("s3:*", resource=[BUCKET + "2"])),
        EVERYTHING,
        {},
        BOTH,
        ["bucket logs"],
    ),
    (
        "for one user only",
        document(allow("s3:*", resource=["*"], **FOR_USER)),
        None,
        {},
        ["root user"],
        ["endpoint policy binds the root"],
    ),
    (
        "a denial of the policy's own management",
        document(allow("s3:*"), deny("s3:PutBucketPolicy")),
        EVERYTHING,
        {},
        BOTH,
        ["'Not'", "s3:PutBucketPolicy"],
    ),
    (
        "for an organization that may be theirs",
        document(allow("s3:*", resource=["*"], **ORG)),
        None,
        {},
        BOTH,
        ["might not be", "aws:PrincipalOrgID"],
    ),
    (
        "for the organization, as before, and another statement",
        document(allow("s3:*", **ORG), allow("s3:GetObject", sid="New")),
        document(allow("s3:*", **ORG)),
        {},
        [],
        [],
    ),
    (
        "for another organization than before",
        document(allow("s3:*", StringEquals={"aws:PrincipalOrgID": "o-0000000000"})),
        document(allow("s3:*", **ORG)),
        {},
        BOTH,
        ["might not be"],
    ),
    (
        "a session whose role may have a path",
        document(allow("s3:*", resource=["*"], **FOR_ROLE)),
        None,
        {"administrator": SESSION},
        BOTH,
        ["might not be", "full ARN of the role"],
    ),
    (
        "a session whose role is looked up",
        document(allow("s3:*", resource=["*"], **FOR_ROLE)),
        None,
        {"administrator": SESSION, "full_arn": ROLE},
        ["root user"],
        [],
    ),
    ("everything on the buckets of their account", own_buckets(ACCOUNT), None, {}, [], []),
    (
        "everything on the buckets of another account",
        own_buckets(OTHER_ACCOUNT),
        None,
        {},
        BOTH,
        ["no statement of the endpoint policy allows it", f"aws:ResourceAccount is '{ACCOUNT}'"],
    ),
    (
        "everything on the buckets of the caller's account, which is not the endpoint's",
        own_buckets(OTHER_ACCOUNT),
        None,
        {"administrator": f"arn:aws:iam::{OTHER_ACCOUNT}:user/automation"},
        ["root user"],
        [],
    ),
    (
        "for one user id only",
        document(allow("s3:*", resource=["*"], StringLike={"aws:userid": "AIDAEXAMPLE"})),
        None,
        {},
        ["root user"],
        [],
    ),
    (
        "everything over TLS",
        document(allow("s3:*", resource=["*"]), deny("s3:*", resource=["*"], Bool={"aws:SecureTransport": "false"})),
        None,
        {},
        [],
        [],
    ),
    ("a new endpoint for those in the VPC", READ_WRITE, False, {}, BOTH, []),
    ("a new endpoint that lets everything through", DEFAULT_POLICY, False, {}, [], []),
]


@pytest.mark.parametrize("new, old, given, who, words", [row[1:] for row in LOCKOUTS], ids=[row[0] for row in LOCKOUTS])
def test_who_is_locked_out(new, old, given, who, words):
    findings = lockouts(plan_of(new, old), **given)
    assert [name for name in ("caller", "root user") if any(f"The {name} " in one.reason for one in findings)] == who
    assert len(findings) == len(who)
    if findings:
        assert [word for word in words if word not in f"{findings[0].reason} {findings[0].remedy}"] == []
        assert "able to repair the policy of bucket " in findings[0].reason
        assert "ec2:ModifyVpcEndpoint" in findings[0].reason
        assert all(one.overridden_by is None and "allow_lockout" in one.remedy for one in findings)


def test_the_organization_is_known():
    plan = plan_of(document(allow("s3:*", resource=["*"], **ORG)))
    context = {"aws:PrincipalOrgID": "o-exampleorgid"}
    assert [one.reason.split(" arn:")[0] for one in lockouts(plan, context=context)] == []


def test_what_a_task_says_that_no_request_of_theirs_can_have_is_no_proof():
    plan = plan_of(own_buckets(ACCOUNT))
    found = lockouts(plan, context={"aws:ResourceAccount": OTHER_ACCOUNT})
    assert len(found) == 2
    for one in found:
        assert "might not be able to repair the policies of buckets through endpoint" in one.reason
        assert (one.statement, one.request) == (None, None)


def test_lockout_overridden_and_refused():
    plan = plan_of(READ_WRITE)
    allowed = lockouts(plan, overridden=True)
    assert {one.overridden_by for one in allowed} == {"allow_lockout"}
    assert run_guards(plan, {"lockout": lambda _plan: allowed}).overridden == tuple(allowed)
    with pytest.raises(GuardRefusal, match="Nothing was changed") as caught:
        run_guards(plan, {"lockout": lambda _plan: lockouts(plan)})
    assert caught.value.details == {"guard": caught.value.verdict.as_dict()}


def test_who_calls_is_asked_only_if_it_matters():
    for plan, through in (
        (plan_of(READ_WRITE, READ_WRITE, wanted_tables=("rtb-2",)), VPC),
        (plan_of(None), VPC),
        (plan_of(READ_WRITE), None),
    ):
        assert EndpointLockoutGuard(never, never, "aws", REGION, through)(plan) == []


def test_what_is_assumed_is_said():
    guard = EndpointLockoutGuard(never, never, "aws", REGION)
    assert "arriving_through" in run_guards(plan_of(READ_WRITE), {"lockout": guard}).as_dict()["assumed"][0]
    assert run_guards(plan_of(READ_WRITE, READ_WRITE, wanted_tables=("rtb-2",)), {"lockout": guard}).assumed == ()


@pytest.mark.parametrize(
    "operator, version, refused",
    [
        ("NumericGreaterThan", "1.2", True),
        ("NumericEquals", "1.3", True),
        ("NumericNotEquals", "1.2", True),
        ("NumericLessThan", "1.3", True),
        ("NumericLessThan", "1.2", False),
        ("NumericGreaterThan", "1.3", False),
    ],
)
def test_both_versions_of_tls_have_to_pass_an_endpoint(operator, version, refused):
    old = document(allow("s3:*"))
    new = document(
        allow("s3:*"), {**allow("s3:*", sid="Tls", **{operator: {"s3:TlsVersion": version}}), "Effect": "Deny"}
    )
    assert bool(lockouts(plan_of(new, old))) is refused
