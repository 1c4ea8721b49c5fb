# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the values of condition keys look like, and of which key one is that stands under another."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.arns import PARTITIONS
from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.value_kinds import another_kind, form_of

ACCOUNT = "111122223333"
IAM = f"arn:aws:iam::{ACCOUNT}"
VPC = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/vpc-1a2b3c4d"
POINT = f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/a"
#: keys -> values that requests have there, or that differ from such by case alone, and values that none has
VALUES = [
    (
        "aws:SourceVpce",
        ["vpce-1a2b3c4d", "vpce-0123456789abcdef0"],
        ["vpce-1a2b3c4", "vpce-0123456789abcdef01", "vpce-1a2b3c4g", "vpc-1a2b3c4d", "VPCE-1a2b3c4d"],
    ),
    ("aws:SourceVpc", ["vpc-1a2b3c4d", "vpc-0123456789abcdef0"], ["vpc-1a2b3c4", "vpce-1a2b3c4d", "1a2b3c4d"]),
    (
        "aws:SourceVpcArn",
        [VPC, VPC.replace("arn:aws:", "arn:aws-us-gov:")],
        [VPC.replace("vpc/vpc-", "vpc/"), VPC.replace(ACCOUNT, ""), VPC.replace("aws", "aws-mars"), f"{VPC}/x"],
    ),
    ("aws:PrincipalAccount", [ACCOUNT, "anonymous"], ["11112222333", "1111222233334", "11112222333x", "Anonymous"]),
    *(
        (key, [ACCOUNT], ["11112222333", "1111222233334", "anonymous"])
        for key in (
            "aws:ResourceAccount",
            "aws:SourceAccount",
            "aws:SourceOwner",
            "aws:VpceAccount",
            "s3:ResourceAccount",
            "s3:DataAccessPointAccount",
        )
    ),
    *(
        (key, ["o-a1b2c3d4e5", f"o-{'a' * 32}"], ["o-a1b2c3d4e", f"o-{'a' * 33}", "o-A1B2C3D4E5", "r-ab12", ACCOUNT])
        for key in ("aws:PrincipalOrgID", "aws:ResourceOrgID", "aws:SourceOrgID", "aws:VpceOrgID")
    ),
    *(
        (
            key,
            [
                "o-a1b2c3d4e5/",
                "o-a1b2c3d4e5/r-ab12/",
                "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/",
                "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/",
            ],
            ["o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12", "r-ab12/ou-ab12-11111111/", "o-a1b2c3d4e5/ou-ab12-11111111/"],
        )
        for key in ("aws:PrincipalOrgPaths", "aws:ResourceOrgPaths", "aws:SourceOrgPaths", "aws:VpceOrgPaths")
    ),
    (
        "aws:PrincipalArn",
        [
            f"{IAM}:root",
            f"{IAM}:user/path/alice",
            f"{IAM}:role/app",
            f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
            *(f"arn:{partition}:iam::{ACCOUNT}:root" for partition in PARTITIONS),
        ],
        [
            f"{IAM}:group/admins",
            f"{IAM}:root/x",
            f"{IAM}:user/",
            f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s",
            "arn:aws:iam::1:root",
            f"arn:aws-mars:iam::{ACCOUNT}:root",
        ],
    ),
    ("aws:SourceArn", ["arn:aws:s3:::b", f"{IAM}:root"], ["b", "arn:aws:s3:::", "arn:aws:s3", "arn:::::b"]),
    ("s3:DataAccessPointArn", [POINT, POINT.replace("eu-west-1", "")], [POINT[:-1], f"{IAM}:root", "a"]),
    (
        "aws:userid",
        [
            "AIDAEXAMPLEEXAMPLE12",
            "AROAEXAMPLEEXAMPLE12:session",
            ACCOUNT,
            f"{ACCOUNT}:bob",
            "anonymous",
        ],
        ["AROAEXAMPLEEXAMPLE12", "AIDAEXAMPLEEXAMPLE12:s", "AIDA", "alice", "11112222"],
    ),
    *((key, ["alice", "a_B+=,.@-1"], ["", "a b", "a/b", "a:b"]) for key in ("aws:username", "aws:SourceIdentity")),
    ("aws:RequestedRegion", ["eu-central-1", "us-gov-west-1", "cn-north-1"], ["eu-central-1a", "eu", "mars-north-1"]),
    (
        "aws:PrincipalServiceName",
        ["logging.s3.amazonaws.com", "ec2.amazonaws.com.cn", "s3.amazonaws.eu", "q.internal", "x.aws"],
        ["logging", "amazonaws.com", "Logging.s3.amazonaws.com", "logging.s3.example.com", "s3-amazonaws.com"],
    ),
    *(
        (f"{key}/team", ["", "a b_C.d:e/f=g+h-i@j\u00e4"], ["a,b", "a;b", "(a)"])
        for key in ("aws:PrincipalTag", "aws:ResourceTag", "s3:ExistingObjectTag", "s3:BucketTag")
    ),
    (
        "aws:PrincipalType",
        ["Account", "User", "FederatedUser", "AssumedRole", "Anonymous"],
        ["Role", "user", "Users", "Root"],
    ),
    ("s3:authType", ["REST-HEADER", "REST-QUERY-STRING", "POST"], ["HEADER", "rest-header"]),
    ("s3:signatureversion", ["AWS", "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"], ["AWS4", "AWS2"]),
    ("s3:AccessPointNetworkOrigin", ["Internet", "VPC"], ["vpc", "internet"]),
    ("s3:object-lock-mode", ["COMPLIANCE", "GOVERNANCE"], ["governance", "LEGAL"]),
    ("s3:object-lock-legal-hold", ["ON", "OFF"], ["on", "true"]),
    (
        "s3:x-amz-server-side-encryption",
        ["AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"],
        ["AES-256", "aes256", "aws", "AES256.", "aws-kms"],
    ),
]


@pytest.mark.parametrize("key, possible, impossible", VALUES, ids=[row[0] for row in VALUES])
def test_values_of_a_key(key, possible, impossible):
    for name in (key, key.upper()):
        form = form_of(name)
        assert [value for value in possible if not form.fits(value, folds=False)] == []
        assert [value for value in impossible if form.fits(value, folds=False)] == []
    assert all(form.fits(value.swapcase(), folds=True) for value in possible)


@pytest.mark.parametrize(
    "key", ["aws:UserAgent", "aws:PrincipalTag", "aws:PrincipalTags/x", "aws:SourceVpce/x", "s3:prefix", "s3:x-amz-acl"]
)
def test_keys_with_any_value(key):
    assert form_of(key) is None


#: keys -> texts with wildcards that some value there fits, and that none does
WILDCARDS = [
    ("aws:SourceVpce", ["vpce-*", "*", "?pce-1*"], ["vpc-*", "subnet-*", "VPCE-*"]),
    ("aws:SourceVpc", ["vpc-1?2b3c4d"], ["vpce-*", "subnet-*"]),
    ("aws:SourceVpcArn", ["arn:aws:ec2:*:*:vpc/*", f"arn:aws:ec2:*:{ACCOUNT}:vpc/vpc-1a2b3c4d"], ["vpc-*", f"{IAM}:*"]),
    ("aws:PrincipalAccount", ["1111*", "anon*", "*"], ["1111-*-2222-3333-4444", "Anon?"]),
    ("aws:ResourceAccount", ["1111????????", "1111*3333"], ["1111?", "*-1111-2222-3333"]),
    ("aws:PrincipalOrgID", ["o-*", "?-a1b2c3d4e5"], ["r-*", "ou-*"]),
    ("aws:PrincipalOrgPaths", ["o-a1b2c3d4e5/*", "*/ou-ab12-11111111/*", "o-*/r-ab12/"], ["r-ab12/*", "o-a*2", "ou-*"]),
    (
        "aws:PrincipalArn",
        [f"{IAM}:role/*", "arn:*:iam::*:user/a?", f"{IAM}:roo?", "arn:aws:sts::*:federated-user/*", "*"],
        [
            f"{IAM}:group/*",
            "arn:aws:sts::*:assumed-role/*",
            "role/*",
            "arn:aws:s3:::*",
            f"arn:aws:iam:*1:{ACCOUNT}:root",
        ],
    ),
    ("aws:SourceArn", ["arn:aws:sns:*:*:topic", "*"], ["topic*", "arn?aws"]),
    (
        "s3:DataAccessPointArn",
        ["arn:aws:s3:*:*:accesspoint/*", "arn:aws:s3:*:*:accesspoint/logs"],
        ["arn:aws:s3:::b*", "accesspoint*"],
    ),
    ("aws:userid", ["AROAX*:*", "AIDA*", "1111????????", "*:bob", "anon*"], ["AGPA?x", "alice?"]),
    ("aws:username", ["al*", "*"], []),
    ("aws:RequestedRegion", ["eu-*", "*-1", "*"], ["eu-central?", "*a-b-cc", "eu_?"]),
    ("aws:PrincipalServiceName", ["*.amazonaws.com", "logging.*", "*"], ["logging"]),
    ("aws:PrincipalTag/team", ["*ops"], []),
    ("aws:PrincipalType", ["*User", "A*"], ["*Role?", "user*"]),
    ("s3:x-amz-server-side-encryption", ["aws:kms*", "AES???"], ["AES-*", "*sse-c", "AES256?"]),
]


@pytest.mark.parametrize("key, possible, impossible", WILDCARDS, ids=[row[0] for row in WILDCARDS])
def test_wildcards_in_values_of_a_key(key, possible, impossible):
    form = form_of(key)
    assert [text for text in possible if not form.can_meet(text, folds=False)] == []
    assert [text for text in impossible if form.can_meet(text, folds=False)] == []
    assert all(form.can_meet(text.swapcase(), folds=True) for text in possible)


#: value -> what it is, and where it belongs; under keys that are about the principal
KINDS = [
    ("vpce-1a2b3c4d", "the id of an endpoint", "Use aws:SourceVpce."),
    ("vpc-1a2b3c4d", "the id of a VPC", "Use aws:SourceVpc."),
    (ACCOUNT, "the id of an account", "Use aws:PrincipalAccount."),
    ("o-a1b2c3d4e5", "the id of an organization", "Use aws:PrincipalOrgID."),
    (
        "r-ab12",
        "the id of a root of an organization",
        "Use aws:PrincipalOrgPaths with a path such as 'o-a1b2c3d4e5/r-ab12/*'.",
    ),
    (
        "ou-ab12-11111111",
        "the id of an organizational unit",
        "Use aws:PrincipalOrgPaths with a path such as 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*'.",
    ),
    ("o-a1b2c3d4e5/r-ab12/", "a path in an organization", "Use aws:PrincipalOrgPaths."),
    (VPC, "the ARN of a VPC", "Use aws:SourceVpcArn."),
    (
        f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s",
        "the ARN of a session",
        "Use aws:PrincipalArn with the ARN of the role, such as 'arn:aws:iam::111122223333:role/app'.",
    ),
    (f"{IAM}:role/app", "the ARN of a principal", "Use aws:PrincipalArn."),
    (POINT, "the ARN of an access point", "Use s3:DataAccessPointArn."),
    ("arn:aws:s3:::b", "an ARN", "Use aws:SourceArn."),
    ("AIDAEXAMPLEEXAMPLE12", "a unique id", "Use aws:userid."),
    *(
        (
            text,
            "an address or a network",
            "Use IpAddress with aws:SourceIp, or with aws:VpcSourceIp for addresses in a VPC.",
        )
        for text in ("10.0.0.7", "10.0.0.0/8", "::1", "2001:db8::/32", "::ffff:10.0.0.7")
    ),
    ("eu-central-1", "a Region", "Use aws:RequestedRegion."),
    ("athena.amazonaws.com", "the name of a service", "Use aws:PrincipalServiceName."),
]


@pytest.mark.parametrize("value, called, remedy", KINDS)
def test_another_kind(value, called, remedy):
    found = another_kind(value, "aws:PrincipalTag/team")
    assert (found.called, found.remedy) == (called, remedy)


@pytest.mark.parametrize("value", ["", "alice", "10.0.0", "VPCE-1a2b3c4d", "*", "arn:aws:s3"])
def test_no_kind(value):
    assert another_kind(value, "aws:PrincipalTag/team") is None


#: A key -> whose account it is that stands there by mistake.
FAMILIES = [
    ("aws:SourceVpce", "Vpce"),
    ("aws:SourceVpc", "Vpce"),
    ("aws:SourceVpcArn", "Vpce"),
    ("aws:VpceOrgID", "Vpce"),
    ("aws:SourceArn", "Source"),
    ("aws:SourceAccount", "Source"),
    ("aws:SourceOrgID", "Source"),
    ("aws:SourceOrgPaths", "Source"),
    ("aws:SourceOwner", "Source"),
    ("aws:ResourceOrgID", "Resource"),
    ("s3:ResourceAccount", "Resource"),
    ("aws:PrincipalOrgID", "Principal"),
    ("aws:username", "Principal"),
]


@pytest.mark.parametrize("key, family", FAMILIES)
def test_whose_account_is_meant(key, family):
    assert another_kind(ACCOUNT, key).remedy == f"Use aws:{family}Account."


#: A key -> what it holds, and what to write there.
TOLD = [
    ("aws:SourceVpce", "ids of endpoints", "Write one of these."),
    ("aws:SourceVpc", "ids of VPCs", "Write one of these."),
    ("aws:SourceVpcArn", "ARNs of VPCs", "Write one of these."),
    ("aws:PrincipalAccount", "ids of accounts, of twelve digits", "Write one of these."),
    ("aws:PrincipalOrgID", "ids of organizations, which begin with 'o-'", "Write one of these."),
    ("s3:DataAccessPointArn", "ARNs of access points", "Write one of these."),
    ("aws:SourceArn", "ARNs", "Write one of these."),
    ("s3:AccessPointNetworkOrigin", "'Internet' or 'VPC'", "Write 'Internet' or 'VPC'."),
    (
        "s3:signatureversion",
        "'AWS', 'AWS4-ECDSA-P256-SHA256' or 'AWS4-HMAC-SHA256'",
        "Write 'AWS', 'AWS4-ECDSA-P256-SHA256' or 'AWS4-HMAC-SHA256'.",
    ),
]


@pytest.mark.parametrize("key, holds, remedy", TOLD)
def test_what_is_told_of_a_key(key, holds, remedy):
    form = form_of(key)
    assert (form.holds, form.remedy) == (holds, remedy)
