# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The test policy_allows, as templates call it."""

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.perimeter.s3.plugins.test.policy_allows import TestModule as Plugin

allows = Plugin().tests()["policy_allows"]

POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::logs/*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}},
    },
}
ACCOUNT = {"resource_account": "111122223333"}
REQUEST = {
    "principal": "arn:aws:iam::111122223333:role/app",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::logs/a",
}
CASES = [
    ("through the endpoint", POLICY, {"through": "vpce-1a2b3c4d"}, True),
    ("JSON text", json.dumps(POLICY), {"through": "vpce-1a2b3c4d"}, True),
    ("from the internet", POLICY, {"through": "internet"}, False),
    ("from who knows where", POLICY, {}, False),
    ("nothing is known of the identity", {"bucket": POLICY, **ACCOUNT}, {"through": "vpce-1a2b3c4d"}, False),
    (
        "everything is known",
        {"identity": "assume_allow", "bucket": POLICY, "endpoint": None, **ACCOUNT},
        {"through": "vpce-1a2b3c4d"},
        True,
    ),
    ("no policy", None, {"through": "internet", "principal": "anonymous"}, False),
]


@pytest.mark.parametrize("policies, request_parts, allowed", [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_policy_allows(policies, request_parts, allowed):
    assert allows(policies, {**REQUEST, **request_parts}) is allowed


@pytest.mark.parametrize(
    "policies, request_parts, words",
    [
        ("{", {}, "policy_allows"),
        ({**POLICY, "Statment": []}, {}, "Statment"),
        (POLICY, {"action": "s3:ListBucket"}, "resource"),
        (POLICY, {"principal": "!"}, "principal"),
    ],
)
def test_bad_input(policies, request_parts, words):
    with pytest.raises(AnsibleFilterError, match=words):
        allows(policies, {**REQUEST, **request_parts})
