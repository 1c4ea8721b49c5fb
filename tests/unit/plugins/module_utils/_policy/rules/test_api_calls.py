# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of the API that are no actions, and the actions that they take."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.vocabulary import expand_action
from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.api_calls import actions_of_call
from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.validate import (
    warn_bucket_policy,
    warn_endpoint_policy,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.rules.statements import (
    ALLOW_ALL,
    MISSING,
    document,
)

#: Calls of the API that are no actions, and what they take.
CALLS = [
    ("s3:ListObjects", "The call takes 's3:ListBucket'."),
    ("s3:listobjectsv2", "The call takes 's3:ListBucket'."),
    ("s3:HeadBucket", "The call takes 's3:ListBucket'."),
    ("s3:HeadObject", "The call takes 's3:GetObject'."),
    ("s3:GetBucketReplication", "The call takes 's3:GetReplicationConfiguration'."),
    ("s3:UploadPart", "The call takes 's3:PutObject'."),
    ("s3:CopyObject", "The call takes 's3:GetObject' and 's3:PutObject'."),
    ("s3:CreateSession", "The call takes 's3express:CreateSession'."),
]


@pytest.mark.parametrize("action, remedy", CALLS)
def test_a_call_is_no_action(action, remedy):
    for effect in ("Action", "NotAction"):
        changes = {"Action": MISSING, effect: action}
        for found in (
            warn_bucket_policy(document(changes), "examplebucket"),
            warn_endpoint_policy(document(changes, ALLOW_ALL)),
        ):
            assert [(one.rule, one.remedy) for one in found] == [
                (f"{action!r} is a call of S3, not an action.", remedy)
            ]


def test_every_call_of_botocore_is_an_action_or_has_some():
    """The second source of the table: what boto3 calls."""
    session = pytest.importorskip("botocore.session").get_session()
    calls = session.get_service_model("s3").operation_names
    lacking = [call for call in calls if not expand_action(f"s3:{call}") and not actions_of_call(call)]
    # New calls of botocore may come here before they come into the table.
    assert lacking == []
    both = [call for call in calls if expand_action(f"s3:{call}") and actions_of_call(call)]
    assert both == []


def test_what_calls_take_is_known():
    session = pytest.importorskip("botocore.session").get_session()
    for call in session.get_service_model("s3").operation_names:
        taken = [one for one in actions_of_call(call) if one.startswith("s3:")]
        assert all(map(expand_action, taken)), call
