# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which requests a perimeter declares, statement by statement."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.declared import (
    has_to_pass,
    has_to_repair,
    may_pass,
    may_reach,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.input import read_declaration

ACCOUNT, OTHER, ORG = "111122223333", "444455556666", "o-exampleorgid"
VPCE, VPC, PEER = "vpce-1a2b3c4d", "vpc-1a2b3c4d", "vpce-2b3c4d5e"
APP, FOREIGN = f"arn:aws:iam::{ACCOUNT}:role/app", f"arn:aws:iam::{OTHER}:role/app"
GLASS, MANAGER = f"arn:aws:iam::{ACCOUNT}:role/glass", f"arn:aws:iam::{ACCOUNT}:role/manager"
BUCKET = "arn:aws:s3:::logs"
BOTH = [BUCKET, f"{BUCKET}/*"]
TLS = {"Bool": {"aws:SecureTransport": "true"}}
READ = {"name": "logs", "access": "read"}
NARROW = {
    "name": "logs",
    "access": ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"],
    "prefixes": ["inbox/", "report"],
}


def declare(*buckets, **more):
    return read_declaration(buckets or [READ], ACCOUNT, VPCE, VPC, **more)


def equals(key, *values):
    return {"StringEquals": {key: list(values) if key.endswith("PrincipalAccount") else values[0]}}


def both(*conditions):
    merged = {}
    for condition in conditions:
        for operator, keys in condition.items():
            merged.setdefault(operator, {}).update(keys)
    return merged


def shown(statements):
    """Sid, actions unless all, resources unless the bucket and its objects, condition."""
    found = []
    for one in statements:
        assert one["Effect"] == "Allow" and one["Principal"] == "*"
        action = None if one["Action"] == ["s3:*"] else one["Action"]
        resource = None if one["Resource"] == BOTH else one["Resource"]
        found.append((one["Sid"], action, resource, one.get("Condition", {})))
    return found


def arns(*values):
    return {"ArnLike": {"aws:PrincipalArn": list(values)}}


OWN, OF_ACCOUNT = equals("aws:SourceVpce", VPCE), equals("aws:PrincipalAccount", ACCOUNT)
VIA, SERVICE = {"Bool": {"aws:ViaAWSService": "true"}}, {"Bool": {"aws:PrincipalIsAWSService": "true"}}
ELSEWHERE = {"StringNotEquals": {"aws:SourceVpce": VPCE}}
OF_ORG = {"StringEquals": {"aws:PrincipalOrgID": ORG}}

# Options, networks, ARNs of sources -> what is declared beside the grant and the root user.
REACH = {
    "nothing": ({}, (), (), []),
    "the account": ({"scope": "account"}, (), (), [("Scope", None, None, both(OWN, OF_ACCOUNT, TLS))]),
    "the account and another": (
        {"scope": "account", "principal_accounts": [OTHER]}, (), (),
        [("Scope", None, None, both(OWN, equals("aws:PrincipalAccount", ACCOUNT, OTHER), TLS))],
    ),
    "the organization": (
        {"scope": "organization", "organization": ORG}, (), (), [("Scope", None, None, both(OWN, OF_ORG, TLS))],
    ),
    "a pattern": (
        {"scope": "pattern", "patterns": ["lo*"], "access": ["s3:PutObject"]}, (), (),
        [("Scope", ["s3:PutObject"], None, both(OWN, OF_ACCOUNT, TLS))],
    ),
    "a pattern of others": ({"scope": "pattern", "patterns": ["la*"]}, (), (), []),
    "its VPC": ({}, (VPC,), (), [("Network", None, None, both(equals("aws:SourceVpc", VPC), ELSEWHERE, TLS))]),
    "another endpoint": ({}, (PEER,), (), [("Network", None, None, both(equals("aws:SourceVpce", PEER), TLS))]),
    "without TLS": ({"tls": False}, (PEER,), (), [("Network", None, None, equals("aws:SourceVpce", PEER))]),
    "forwarded": ({"forwarded": True}, (), (), [("Forwarded", None, None, both(VIA, OF_ACCOUNT, TLS))]),
    "services": (
        {"services": True}, (), (), [("Services", None, None, both(SERVICE, equals("aws:SourceAccount", ACCOUNT)))],
    ),
    "services of the organization": (
        {"services": True, "organization": ORG}, (), (),
        [
            ("Services", None, None, both(SERVICE, equals("aws:SourceAccount", ACCOUNT))),
            ("ServicesOfOrganization", None, None, both(SERVICE, equals("aws:SourceOrgID", ORG))),
        ],
    ),
    "services of buckets": (
        {"services": True}, (), (BUCKET,),
        [
            ("Services", None, None, both(SERVICE, equals("aws:SourceAccount", ACCOUNT))),
            ("ServicesOfBuckets", None, None, both(SERVICE, {"ArnEquals": {"aws:SourceArn": [BUCKET]}})),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("options, networks, sources, expected", REACH.values(), ids=REACH)
def test_what_may_reach_a_bucket(options, networks, sources, expected):
    declaration = declare(**options)
    grant, *others, root = shown(may_reach(declaration, declaration.grants["logs"], networks, sources))
    assert others == expected
    assert grant[0] == "Grant" and "s3:GetObject" in grant[1]
    callers = equals("aws:PrincipalAccount", ACCOUNT, *options.get("principal_accounts", ()))
    assert grant[3] == both(OWN, callers, TLS if options.get("tls", True) else {})
    repair = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]
    assert root == ("Root", repair, [BUCKET], arns(f"arn:aws:iam::{ACCOUNT}:root"))


def test_who_may_reach_a_bucket():
    declaration = declare(
        {**READ, "principals": [APP]}, break_glass=[GLASS], managers=[MANAGER], forwarded=True, minimum_tls="1.3"
    )
    found = {sid: (resource, condition) for sid, _action, resource, condition in shown(may_reach(
        declaration, declaration.grants["logs"], (), ()
    ))}  # fmt: skip
    private = both(TLS, {"NumericGreaterThanEquals": {"s3:TlsVersion": "1.3"}})
    assert list(found) == ["Grant", "BreakGlass", "Managers", "Forwarded", "ForwardedGrant", "Root"]
    assert found["Grant"][1] == both(OWN, arns(APP), private)
    assert found["BreakGlass"] == (None, both(arns(GLASS), private))
    assert found["Managers"] == ([BUCKET], both(arns(MANAGER), private))
    assert found["Forwarded"] == (None, both(VIA, OF_ACCOUNT, private))
    assert found["ForwardedGrant"] == (None, both(VIA, arns(APP), private))


MANAGEMENT = [
    "s3:DeleteBucketPolicy",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:PutBucketPolicy",
]


def test_accepted_exceptions_may_reach_a_bucket_as_declared_ones_do():
    accepted = {
        "break_glass_principals": [GLASS],
        "manager_principals": [MANAGER],
        "excepted_accounts": [OTHER],
        "allow_aws_services": True,
        "allow_forwarded_access": True,
    }
    declaration = declare(accepted=accepted)
    _grant, *found, _root = shown(may_reach(declaration, declaration.grants["logs"], (), ()))
    assert found == [
        ("BreakGlass", None, None, both(arns(GLASS), TLS)),
        ("Managers", MANAGEMENT, [BUCKET], both(arns(MANAGER), TLS)),
        ("AcceptedAccounts", None, None, both(equals("aws:PrincipalAccount", OTHER), TLS)),
        ("Services", None, None, both(SERVICE, equals("aws:SourceAccount", ACCOUNT))),
        ("Forwarded", None, None, both(VIA, OF_ACCOUNT, TLS)),
    ]


OBJECTS = [f"{BUCKET}/inbox/*", f"{BUCKET}/report*"]
LISTED = {"StringLike": {"s3:prefix": ["inbox/*", "report*"]}}


def test_prefixes_narrow_objects_and_lists_only():
    assert shown(may_pass(declare(NARROW))) == [
        ("Grant", ["s3:GetObject"], OBJECTS, {}),
        ("Grant", ["s3:ListBucket"], [BUCKET], LISTED),
        ("Grant", ["s3:GetBucketLocation"], [BUCKET], {}),
    ]


RESOURCES = equals("aws:ResourceAccount", ACCOUNT)
PASS = {
    "the account": ({"scope": "account"}, ("Scope", None, ["*"], RESOURCES)),
    "the organization": (
        {"scope": "organization", "organization": ORG},
        ("Scope", None, ["*"], {"StringEquals": {"aws:PrincipalOrgID": ORG, "aws:ResourceOrgID": ORG}}),
    ),
    "a pattern": (
        {"scope": "pattern", "patterns": ["lo*"], "access": ["s3:PutObject"]},
        ("Scope", ["s3:PutObject"], ["arn:aws:s3:::lo*", "arn:aws:s3:::lo*/*"], RESOURCES),
    ),
    "break glass": ({"break_glass": [GLASS]}, ("BreakGlass", None, None, arns(GLASS))),
}


@pytest.mark.parametrize("options, expected", PASS.values(), ids=PASS)
def test_what_may_pass_the_endpoint(options, expected):
    assert shown(may_pass(declare(NARROW, **options)))[3:] == [expected]


INTERNET = {"Null": {"aws:SourceVpce": "true"}, "Bool": {"aws:ViaAWSService": "false"}}


def test_who_has_to_pass():
    declaration = declare({**NARROW, "principals": [APP, FOREIGN]}, break_glass=[GLASS, f"{FOREIGN}-glass"])
    due = {one.label: one for one in has_to_pass(declaration, declaration.grants["logs"])}
    for label, (caller, through) in {
        "declared principals": (arns(APP), VPCE),
        f"declared principal {FOREIGN}": (arns(FOREIGN), VPCE),
        f"break glass principal {GLASS}": (arns(GLASS), None),
    }.items():
        one, path = due.pop(label), {} if through else INTERNET
        assert one.through == through
        assert shown(one.statements) == [
            ("Grant", ["s3:GetObject"], OBJECTS, both(caller, path)),
            ("Grant", ["s3:ListBucket"], [BUCKET], both(caller, LISTED, path)),
            ("Grant", ["s3:GetBucketLocation"], [BUCKET], both(caller, path)),
        ]
    assert due == {}
    (everybody,) = has_to_pass(declare(), declare().grants["logs"])
    assert (everybody.label, everybody.through) == ("principals of the account", VPCE)
    assert [one[3] for one in shown(everybody.statements)] == [OF_ACCOUNT]


@pytest.mark.parametrize(
    "arriving, path, through",
    [
        (None, INTERNET, None),
        ("internet", INTERNET, None),
        (VPCE, {}, VPCE),
        (VPC, {}, VPCE),
        (PEER, equals("aws:SourceVpce", PEER), None),
        ("vpc-2b3c4d5e", equals("aws:SourceVpc", "vpc-2b3c4d5e"), None),
    ],
)
def test_who_has_to_be_able_to_repair(arriving, path, through):
    declaration = declare(managers=[MANAGER, FOREIGN], break_glass=[GLASS], arriving_through=arriving)
    due = has_to_repair(declaration, "logs")
    assert [(one.label, one.through, one.single) for one in due] == [
        (MANAGER, through, False),
        (GLASS, through, False),
    ]
    repair = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]
    assert [shown(one.statements) for one in due] == [
        [("Repair", repair, [BUCKET], both(arns(name), path))] for name in (MANAGER, GLASS)
    ]


def test_a_session_is_one_principal_of_whom_not_all_is_known():
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/manager/run"
    (one,) = has_to_repair(declare(managers=[session]), "logs")
    assert one.single is True
    (statement,) = one.statements
    assert statement["Condition"]["ArnLike"]["aws:PrincipalArn"] == [
        f"arn:aws:iam::{ACCOUNT}:role/manager",
        f"arn:aws:iam::{ACCOUNT}:role/*/manager",
    ]
