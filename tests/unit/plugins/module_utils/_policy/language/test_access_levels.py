# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which actions a level of access has, and how they are narrowed to a prefix."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language import access_levels

#: As the documentation of the filter endpoint_policy lists them.
LEVELS = {
    "get_put": "GetObject PutObject",
    "list": "GetBucketLocation ListBucket",
    "read": "GetBucketLocation ListBucket GetObject GetObjectTagging GetObjectVersion",
    "write": "AbortMultipartUpload GetBucketLocation ListMultipartUploadParts PutObject PutObjectTagging",
    "read_write": (
        "AbortMultipartUpload DeleteObject GetBucketLocation GetObject GetObjectTagging GetObjectVersion ListBucket "
        "ListMultipartUploadParts PutObject PutObjectTagging"
    ),
    "all": "*",
}


def test_levels():
    assert {
        name: [action.removeprefix("s3:") for action in actions]
        for name, actions in access_levels.ACCESS_LEVELS.items()
    } == {name: actions.split() for name, actions in LEVELS.items()}
    assert access_levels.DEFAULT_ACCESS == "get_put"


# Action; whether a prefix narrows it by s3:prefix, and by the resource; whether it is one action
ACTIONS = [
    ("s3:ListBucket", True, False, True),
    ("s3:ListBucketVersions", True, False, True),
    ("s3:GetObject", False, True, True),
    ("s3:GETOBJECT", False, True, True),
    ("s3:GetBucketLocation", False, False, True),
    ("s3:ListBucketMultipartUploads", False, False, True),
    ("s3:Get*", False, False, False),
    ("s3:GetObjec?", False, False, False),
    ("s3:*", False, False, False),
    ("ec2:GetObject", False, False, False),
]


@pytest.mark.parametrize("action, listing, of_objects, single", ACTIONS)
def test_how_an_action_is_narrowed(action, listing, of_objects, single):
    assert access_levels.is_listing(action) is listing
    assert access_levels.is_about_objects(action) is of_objects
    assert access_levels.is_single(action) is single


def test_the_key_of_prefixes():
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
    assert access_levels.PREFIX_KEY == "s3:prefix"
