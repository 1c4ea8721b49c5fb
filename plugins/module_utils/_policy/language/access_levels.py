# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Access levels: names for sets of S3 actions that belong together.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

from .vocabulary import OBJECT, expand_action, find_action

_LIST = ("s3:GetBucketLocation", "s3:ListBucket")
# An object that is missing is reported as such (404 instead of 403) only to those who may list the bucket.
_READ = (*_LIST, "s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion")
# Uploads of large objects happen in parts, which can be listed and given up. What uploads there are in the bucket as a
# whole (s3:ListBucketMultipartUploads) is left out: it shows keys, and no prefix narrows it.
_WRITE = (
    "s3:AbortMultipartUpload",
    "s3:GetBucketLocation",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectTagging",
)

DEFAULT_ACCESS = "get_put"
ACCESS_LEVELS: dict[str, tuple[str, ...]] = {
    DEFAULT_ACCESS: ("s3:GetObject", "s3:PutObject"),
    "list": _LIST,
    "read": _READ,
    "write": _WRITE,
    "read_write": tuple(sorted({*_READ, *_WRITE, "s3:DeleteObject"})),
    "all": ("s3:*",),
}

#: The key that narrows a listing to a prefix.
PREFIX_KEY = "s3:prefix"


def is_listing(action: str) -> bool:
    """Whether an action lists the keys of a bucket, so that it can be narrowed to a prefix by ``s3:prefix`` only."""
    known = find_action(action)
    return known is not None and PREFIX_KEY in known.keys


def is_about_objects(action: str) -> bool:
    """Whether an action is about single objects, so that it can be narrowed to a prefix by the resource."""
    known = find_action(action)
    return known is not None and OBJECT in known.resource_types


def is_single(action: str) -> bool:
    """Whether a name stands for exactly one known action."""
    return find_action(action) is not None and len(expand_action(action)) == 1
