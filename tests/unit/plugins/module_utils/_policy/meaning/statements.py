# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A statement in every partition, as the tests of canonical forms share it."""

from __future__ import annotations

import copy
import json

from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical import canonical, equivalent

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")

BASE = {
    "Sid": "A",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:{p}:s3:::bucket/*",
}
ACCOUNT = "111122223333"
ROOT = "arn:{p}:iam::111122223333:root"
ROLE = "arn:{p}:iam::111122223333:role/app"


def condition(operator, key, *values):
    return {"Condition": {operator: {key: values[0] if len(values) == 1 else list(values)}}}


def in_partition(value, partition):
    return json.loads(json.dumps(value).replace("{p}", partition))


def document(override, partition):
    statement = {key: value for key, value in {**BASE, **override}.items() if value is not None}
    if "Sid" in override and override["Sid"] is None:
        statement.pop("Sid", None)
    return in_partition({"Version": "2012-10-17", "Statement": [statement]}, partition)


def stays_in_its_canonical_form(before):
    kept = copy.deepcopy(before)
    form = canonical(before)
    assert canonical(form) == form
    assert equivalent(before, form)
    assert before == kept
