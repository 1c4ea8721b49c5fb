# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.named import named_by

# The Resource of one statement -> the buckets that it names.
NAMED = [
    ("arn:aws:s3:::b", ["b"]),
    ("arn:aws-cn:s3:::b/*", ["b"]),
    (["arn:aws:s3:::b/logs/*", "arn:aws:s3:::a", "arn:aws:s3:::b"], ["a", "b"]),
    ("*", []),
    ("arn:aws:s3:::", []),
    ("arn:aws:s3:::lo?s", []),
    ("arn:aws:s3:::*", []),
    ("arn:aws:s3:::some-*/a", []),
    ("arn:aws:s3:::${aws:PrincipalTag/bucket}", []),
    ("arn:aws:s3:eu-west-1:111122223333:accesspoint/a", []),
    ("arn:aws:s3tables:::b", []),
    (None, []),
    ({"a": 1}, []),
]


@pytest.mark.parametrize("resource, buckets", NAMED)
def test_named_by(resource, buckets):
    assert named_by({"Statement": [{"Resource": resource}]}) == buckets
    assert named_by({"Statement": {"Resource": resource}}) == buckets


def test_named_by_of_what_is_no_policy():
    assert named_by(None) == named_by({}) == named_by({"Statement": ["x", {"NotResource": "arn:aws:s3:::b"}]}) == []


def test_all_statements_count():
    statements = [{"Resource": "arn:aws:s3:::b"}, {"Resource": "arn:aws:s3:::a/*"}]
    assert named_by({"Statement": statements}) == ["a", "b"]
