# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small world and policies in it, as the tests of the search and of its examples share them."""

from __future__ import annotations

from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import Bucket, Endpoint, World

OWN, OTHER = "111122223333", "444455556666"
VPCE, VPC = "vpce-0aaaaaaaaaaaaaaa1", "vpc-0aaaaaaaaaaaaaaa1"
BUCKET, OBJECTS = "arn:aws:s3:::reports", "arn:aws:s3:::reports/*"
WORLD = World(account=OWN, endpoints=(Endpoint(VPCE, VPC, OWN, "eu-central-1"),), buckets=(Bucket("reports", OWN),))
ANN, BOB = f"arn:aws:iam::{OWN}:user/ann", f"arn:aws:iam::{OTHER}:user/bob"


def allow(condition=None, **elements):
    made = {"Effect": "Allow", "Principal": {"AWS": ANN}, "Action": "s3:GetObject", "Resource": OBJECTS, **elements}
    return {**made, "Condition": condition} if condition else made


def deny(condition=None, **elements):
    return allow(condition, **{"Effect": "Deny", "Principal": "*", **elements})


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}
