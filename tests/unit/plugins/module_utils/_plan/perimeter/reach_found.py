# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A declaration of one bucket, policies for it, and what is proved of them: the tests of reach share them."""

from __future__ import annotations

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.input import read_declaration
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reach import prove
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy

ACCOUNT, OTHER = "111122223333", "444455556666"
VPCE, VPC, PEER, STRANGER = "vpce-1a2b3c4d", "vpc-1a2b3c4d", "vpce-2b3c4d5e", "vpce-3c4d5e6f"
AUTOMATION = f"arn:aws:sts::{ACCOUNT}:assumed-role/automation/run"
GLASS = f"arn:aws:iam::{ACCOUNT}:role/break-glass"
FOREIGN_GLASS = f"arn:aws:iam::{OTHER}:role/break-glass"
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
BUCKET = "examplebucket"
EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def declare(buckets=(BUCKET,), managers=(AUTOMATION,), **more):
    return read_declaration(list(buckets), ACCOUNT, VPCE, VPC, region="eu-central-1", managers=managers, **more)


def statement(effect, action, resource="", **more):
    return {
        "Effect": effect,
        "Action": action,
        "Resource": f"arn:aws:s3:::{BUCKET}{resource}",
        "Principal": "*",
        **more,
    }


def closed(*others, bucket=BUCKET, endpoints=(VPCE,), vpcs=(), managers=(AUTOMATION,), tls_only=True, **more):
    """The policy of a bucket as the role writes it, beside statements of others."""
    document = bucket_perimeter(
        bucket, endpoints=endpoints, vpcs=vpcs, manager_principals=managers, tls_only=tls_only, **more
    )
    document["Statement"] += others
    return document


def proof(*others, declaration=None, endpoint=None, buckets=(BUCKET,), **perimeter):
    policies = {BUCKET: closed(*others, **perimeter)}
    return prove(declaration or declare(buckets), endpoint or endpoint_policy(list(buckets)), policies)


def verdicts(result):
    return {one["theorem"]: one["verdict"] for one in result["theorems"]}


REACH, PASSAGE, DECLARED, REPAIR = (
    "nothing_else_reaches_the_bucket",
    "nothing_else_passes_the_endpoint",
    "what_is_declared_passes",
    "it_stays_repairable",
)


def refuted(result):
    """Which theorems do not hold."""
    return {name for name, verdict in verdicts(result).items() if verdict != "holds"}


def messages(result):
    return [one["message"] for one in result["mismatches"]]
