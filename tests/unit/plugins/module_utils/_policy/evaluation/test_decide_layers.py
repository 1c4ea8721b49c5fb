# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What several layers of policies decide together, and which of them it was."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import (
    decide,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.evaluation.decided import (
    ACCOUNT,
    BUCKET,
    DENY_ALL,
    EVERYTHING,
    FOREIGN,
    GET,
    LINKED,
    bucket,
)

#: request, policies (of a bucket of ACCOUNT), decision, layer, missing keys
MORE = [
    (
        GET,
        {"identity": [EVERYTHING], "bucket": bucket(Effect="Deny", NotResource=f"{BUCKET}/${{aws:PrincipalTag/home}}")},
        "unknown",
        "bucket_policy",
        {"aws:PrincipalTag/home"},
    ),
    (
        {**GET, "context": {"aws:PrincipalTag/home": "y"}},
        {"identity": [EVERYTHING], "bucket": bucket(Effect="Deny", NotResource=f"{BUCKET}/${{aws:PrincipalTag/home}}")},
        "explicit_deny",
        "bucket_policy",
        set(),
    ),
    # Without a value the statement might be invalid, and with any the resource is not excepted.
    (
        GET,
        {
            "identity": [EVERYTHING],
            "bucket": bucket(Effect="Deny", NotResource=f"{BUCKET}/${{aws:PrincipalTag/home}}-z"),
        },
        "unknown",
        "bucket_policy",
        {"aws:PrincipalTag/home"},
    ),
    (
        {**GET, "context": {"aws:PrincipalTag/home": None}},
        {"identity": [EVERYTHING], "bucket": bucket(Effect="Deny", NotResource=f"{BUCKET}/${{aws:PrincipalTag/home}}")},
        "unknown",
        "bucket_policy",
        set(),
    ),
    (
        {**GET, "resource": f"{BUCKET}/x/alice/", "context": {"aws:PrincipalTag/none": None}},
        {
            "identity": [EVERYTHING],
            "bucket": bucket(
                Effect="Deny",
                Resource=[
                    f"{BUCKET}/${{aws:PrincipalTag/home}}/${{aws:username}}/",
                    f"{BUCKET}/${{aws:PrincipalTag/none}}",
                ],
            ),
        },
        "unknown",
        "bucket_policy",
        {"aws:PrincipalTag/home"},
    ),
    (
        {**GET, "principal": FOREIGN},
        {"identity": [EVERYTHING], "block_public_access": {"RestrictPublicBuckets": True}},
        "unknown",
        None,
        {"bucket policy"},
    ),
    (
        {**GET, "principal": FOREIGN},
        {
            "identity": [EVERYTHING],
            "bucket": bucket(Condition={"StringEquals": {"aws:PrincipalAccount": "444455556666"}}),
            "block_public_access": {"RestrictPublicBuckets": True},
        },
        "unknown",
        "block_public_access",
        set(),
    ),
    (
        {**GET, "principal": LINKED},
        {"identity": [EVERYTHING], "bucket": None, "rcp": DENY_ALL},
        "unknown",
        "resource_control_policy",
        {"aws:PrincipalArn"},
    ),
    (
        {
            **GET,
            "principal": LINKED,
            "context": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/AWSServiceRoleForX"},
        },
        {"identity": [EVERYTHING], "bucket": None, "rcp": DENY_ALL},
        "explicit_deny",
        "resource_control_policy",
        set(),
    ),
    (
        {
            **GET,
            "principal": LINKED,
            "context": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/AWSServiceRoleForX"},
        },
        {"identity": [EVERYTHING], "bucket": None, "rcp": DENY_ALL, "scp": [[]]},
        "allow",
        "identity_policy",
        set(),
    ),
    # A level without any policy allows nothing.
    (GET, {"identity": [EVERYTHING], "bucket": None, "scp": [[]]}, "implicit_deny", "service_control_policy", set()),
    # The session's name tells whether it is the one that the bucket policy names.
    (
        {**GET, "principal": f"arn:aws:iam::{ACCOUNT}:role/app"},
        {"identity": [], "bucket": bucket(Principal={"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"})},
        "unknown",
        None,
        {"aws:userid"},
    ),
    (
        {**GET, "principal": f"arn:aws:iam::{ACCOUNT}:role/app", "context": {"aws:userid": "AROAX:s"}},
        {"identity": [], "bucket": bucket(Principal={"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"})},
        "allow",
        "bucket_policy",
        set(),
    ),
    # Who owns the bucket decides nothing but whether Block Public Access denies it.
    (
        GET,
        {
            "identity": [EVERYTHING],
            "bucket": bucket(),
            "resource_account": None,
            "block_public_access": {"RestrictPublicBuckets": True},
        },
        "unknown",
        "block_public_access",
        {"aws:ResourceAccount"},
    ),
    # What the account may do by delegation does not settle what the session itself may.
    (
        {**GET, "principal": f"arn:aws:iam::{ACCOUNT}:role/app"},
        {"identity": [], "bucket": bucket(Principal={"AWS": [ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"]})},
        "unknown",
        None,
        {"aws:userid"},
    ),
]


@pytest.mark.parametrize("request_, policies, decision, layer, missing", MORE)
def test_more(request_, policies, decision, layer, missing):
    found = decide(request_, {"resource_account": ACCOUNT, **policies})
    assert (found.decision, found.layer, set(found.missing_keys)) == (decision, layer, missing), found.reason
