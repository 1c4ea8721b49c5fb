# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How large a policy may be, measured as it is sent (minified)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .document import minify
from .errors import Problem

#: 20 KB; https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
BUCKET_POLICY_BYTES = 20_480
#: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
ENDPOINT_POLICY_CHARACTERS = 20_480
MANAGED_POLICY_CHARACTERS = 6_144
#: How many characters in a row an endpoint policy wants before or after a wildcard under a string operator (same page).
WILDCARD_NEIGHBOURS = 6


def bucket_policy_size(raw: Mapping[str, Any]) -> list[Problem]:
    """A problem if the document is longer than S3 stores."""
    size = len(minify(raw).encode("utf-8"))
    if size <= BUCKET_POLICY_BYTES:
        return []
    return [
        Problem(
            "",
            f"The bucket policy takes {size:,} bytes without white space, S3 accepts {BUCKET_POLICY_BYTES:,}.",
            "Merge statements that differ in one element, use wildcards, or move grants to access points.",
        )
    ]


def endpoint_policy_size(raw: Mapping[str, Any]) -> list[Problem]:
    """A problem if the document is longer than EC2 stores."""
    size = len(minify(raw))
    if size <= ENDPOINT_POLICY_CHARACTERS:
        return []
    return [
        Problem(
            "",
            f"The endpoint policy is {size:,} characters long without white space, "
            f"AWS accepts {ENDPOINT_POLICY_CHARACTERS:,} and does not raise that.",
            "Name fewer buckets or prefixes, cover buckets by a wildcard in their common name, or limit the endpoint "
            "by account or organization instead of by bucket.",
        )
    ]


def managed_policy_size(raw: Mapping[str, Any]) -> list[Problem]:
    """A problem if the document is longer than IAM stores as a managed policy; it does not count white space.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    size = len(minify(raw))
    if size <= MANAGED_POLICY_CHARACTERS:
        return []
    return [
        Problem(
            "",
            f"The policy is {size:,} characters long without white space, IAM accepts {MANAGED_POLICY_CHARACTERS:,} in "
            "a managed policy.",
            "Cover buckets by a wildcard in their common name, or make several policies, each for some of the buckets.",
        )
    ]
