# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task that decides a request again."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.example import reproduced_by

ACCOUNT, VPCE = "111122223333", "vpce-1a2b3c4d"
REQUEST = {
    "principal": f"arn:aws:iam::{ACCOUNT}:role/app",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::reports/x",
    "context": {"aws:PrincipalTag/team": ("a", "b")},
}
FEDERATED = {**REQUEST, "principal": f"arn:aws:sts::{ACCOUNT}:federated-user/bob"}
PLAIN = {**REQUEST, "context": {"aws:PrincipalTag/team": ["a", "b"]}}
USUAL = {"assume_identity_allows": True, "requests": [{**PLAIN, "expect": "deny"}]}
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
BUCKETS, ENDPOINTS = {"reports": None}, {VPCE: {"Statement": []}}
# request, what else is given, the options of the task
TASKS = [
    (REQUEST, {}, USUAL),
    (REQUEST, {"account": ACCOUNT}, {**USUAL, "resource_accounts": {"reports": ACCOUNT}}),
    (REQUEST, {"bucket_policies": BUCKETS}, {**USUAL, "bucket_policies": BUCKETS}),
    (REQUEST, {"endpoint_policies": ENDPOINTS}, {**USUAL, "endpoint_policies": ENDPOINTS}),
    # Nothing is left to be read.
    (
        REQUEST,
        {"bucket_policies": BUCKETS, "endpoint_policies": {}},
        {**USUAL, "bucket_policies": BUCKETS, "endpoint_policies": {}, "read_missing": False},
    ),
    (
        FEDERATED,
        {},
        {
            **USUAL,
            "requests": [{**PLAIN, "principal": FEDERATED["principal"], "expect": "deny"}],
            "session_policies": {FEDERATED["principal"]: [EVERYTHING]},
        },
    ),
]


@pytest.mark.parametrize("request_, given, options", TASKS)
def test_the_task(request_, given, options):
    assert reproduced_by(request_, "deny", **{"account": None, **given}) == {"perimeter.s3.access_check": options}
