# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of what refutes a proof: how it is put right, by what lets it pass or denies it."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.input import read_declaration
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reach import prove
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy

ACCOUNT, OTHER = "111122223333", "444455556666"
VPCE, VPC = "vpce-1a2b3c4d", "vpc-1a2b3c4d"
AUTOMATION = f"arn:aws:sts::{ACCOUNT}:assumed-role/automation/run"
BUCKET, OBJECTS = "examplebucket", "arn:aws:s3:::examplebucket/*"
LOGS = {
    "Sid": "Logs",
    "Effect": "Allow",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": OBJECTS,
}
PARTNER = {**LOGS, "Sid": "Partner", "Principal": {"AWS": OTHER}}
READ_ONLY = {**LOGS, "Sid": "ReadOnly", "Effect": "Deny", "Principal": "*"}
WIDE = {"Sid": "Wide", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}


def declare(**more):
    return read_declaration([BUCKET], ACCOUNT, VPCE, VPC, region="eu-central-1", managers=[AUTOMATION], **more)


def found(declaration, *others, policy=None, **perimeter):
    document = bucket_perimeter(BUCKET, endpoints=[VPCE], manager_principals=[AUTOMATION], tls_only=True, **perimeter)
    document["Statement"] += others
    result = prove(declaration, policy or endpoint_policy([BUCKET]), {BUCKET: document})
    assert not result["holds"]
    return result["mismatches"]


def remedies(*given, **more):
    return {one["remedy"] for one in found(*given, **more)}


BACK = "Nothing that is declared lets it pass: put the perimeter back as the role writes it"
# Declaration, statements of others, options, the remedy
REMEDIES = {
    "a service": (
        {},
        [LOGS],
        {"allow_aws_services": True},
        f"Give statement 'Logs' of the bucket policy a condition on aws:SourceAccount ({ACCOUNT}), and declare AWS "
        "services (allow_aws_services).",
    ),
    "a service, where services are declared": (
        {"services": True},
        [LOGS],
        {"allow_aws_services": True},
        f"Give statement 'Logs' of the bucket policy a condition on aws:SourceAccount ({ACCOUNT}).",
    ),
    "another account through the endpoint": (
        {},
        [PARTNER],
        {},
        "Declare it as access to the bucket, or take it out of the endpoint policy or the bucket policy.",
    ),
    "an exception, and a statement that lets in": (
        {},
        [PARTNER],
        {"excepted_accounts": [OTHER]},
        f"{BACK}, or take out statement 'Partner' of the bucket policy.",
    ),
    "an exception alone": ({}, [], {"break_glass_principals": [f"arn:aws:iam::{ACCOUNT}:role/glass"]}, f"{BACK}."),
    "what passes the endpoint": (
        {},
        [],
        {"policy": {"Version": "2012-10-17", "Statement": [WIDE]}},
        "Declare it, or take statement 'Wide' out of the endpoint policy.",
    ),
    "what the bucket policy denies": (
        {},
        [READ_ONLY],
        {},
        "Change statement 'ReadOnly' of the bucket policy, or declare only what it leaves.",
    ),
    "what the endpoint policy denies": (
        {},
        [],
        {"policy": endpoint_policy([BUCKET], statements=[{**READ_ONLY, "Principal": "*"}])},
        "Let the endpoint policy allow it, as the role writes it.",
    ),
    "what nothing lets through the endpoint": (
        {},
        [],
        {"policy": endpoint_policy([BUCKET], access="read")},
        "Let endpoint policy and bucket policy allow it, or do not declare it.",
    ),
    "a version of TLS": (
        {"minimum_tls": "1.3"},
        [],
        {},
        "Deny older versions of TLS in the bucket policy: NumericLessThan of s3:TlsVersion 1.3.",
    ),
}


@pytest.mark.parametrize("declared, others, more, remedy", REMEDIES.values(), ids=REMEDIES)
def test_how_it_is_put_right(declared, others, more, remedy):
    assert remedy in remedies(declare(**declared), *others, **more)


def test_a_sentence_says_it_all():
    for declaration, others, what in (
        (declare(), [PARTNER], "passes and is not declared"),
        (declare(), [READ_ONLY], "is declared and does not pass"),
    ):
        for one in found(declaration, *others):
            assert one["message"].startswith(f"{one['said']} {what}. ")
            assert one["remedy"] in one["message"]
