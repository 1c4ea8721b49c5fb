# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The test as Ansible calls it."""

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.perimeter.s3.plugins.test.policy_equivalent import TestModule as Plugin

is_equivalent = Plugin().tests()["policy_equivalent"]
STATEMENT = {"Sid": "One", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
ONE = {"Version": "2012-10-17", "Statement": [STATEMENT]}

CASES = [
    (ONE, ONE, {}, True),
    (ONE, json.dumps(ONE), {}, True),
    (ONE, {"Statement": {**STATEMENT, "Action": ["S3:getobject"]}}, {}, True),
    (ONE, {"Statement": {**STATEMENT, "Sid": "Two"}}, {}, False),
    (ONE, {"Statement": {**STATEMENT, "Sid": "Two"}}, {"labels": "false"}, True),
    (ONE, {"Statement": {**STATEMENT, "Effect": "Deny"}}, {"labels": False}, False),
    (ONE, None, {}, False),
    (ONE, "", {}, False),
    ("", None, {}, True),
]


@pytest.mark.parametrize("one, other, options, expected", CASES)
def test_policy_equivalent(one, other, options, expected):
    assert is_equivalent(one, other, **options) is expected
    assert is_equivalent(other, one, **options) is expected


def test_failure():
    with pytest.raises(AnsibleFilterError, match=r"perimeter\.s3\.policy_equivalent: Invalid other policy: .* JSON"):
        is_equivalent(ONE, "{")
    with pytest.raises(AnsibleFilterError, match="labels is a boolean, not 'none of them'"):
        is_equivalent(ONE, ONE, labels="none of them")
