# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How large a policy may be, measured as it is sent (minified), and how a bucket policy is sent to be small."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .document import Raw, minify, statement_list
from .errors import Problem

#: 20 KB; https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
BUCKET_POLICY_BYTES = 20_480
#: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
ENDPOINT_POLICY_CHARACTERS = 20_480
MANAGED_POLICY_CHARACTERS = 6_144
#: How many characters in a row an endpoint policy wants before or after a wildcard under a string operator (same page).
WILDCARD_NEIGHBOURS = 6

_ROOT = re.compile(r"arn:(aws(?:-[a-z]+)*):iam::([0-9]{12}):root")
_PARTITION = re.compile(r"arn:(aws(?:-[a-z]+)*):s3:")


def bucket_policy_text(raw: Mapping[str, Any]) -> str:
    """The text that is sent to S3.

    S3 takes an account by its id, and shows it by the ARN of its root user, which is 18 to 27 characters longer: a
    policy that it has taken may be too long to be put back as it is shown. So accounts are written by their ids where
    the text would be longer than S3 takes; both are one principal, in the partition of the bucket.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    text = minify(raw)
    if len(text.encode("utf-8")) <= BUCKET_POLICY_BYTES:
        return text
    partitions = set(_PARTITION.findall(text))
    listed = statement_list(raw)
    if listed is None or len(partitions) != 1:
        return text
    return minify({**raw, "Statement": [_by_ids(one, partitions) for one in listed]})


def bucket_policy_bytes(raw: Mapping[str, Any]) -> int:
    """How long a bucket policy is, as it is sent."""
    return len(bucket_policy_text(raw).encode("utf-8"))


def _by_ids(statement: Any, partitions: set[str]) -> Any:
    if not isinstance(statement, Mapping):
        return statement
    shortened: Raw = dict(statement)
    for element in ("Principal", "NotPrincipal"):
        block = statement.get(element)
        if isinstance(block, Mapping) and "AWS" in block:
            named = block["AWS"]
            short = [_by_id(one, partitions) for one in named] if isinstance(named, list) else _by_id(named, partitions)
            shortened[element] = {**block, "AWS": short}
    return shortened


def _by_id(principal: Any, partitions: set[str]) -> Any:
    root = _ROOT.fullmatch(principal) if isinstance(principal, str) else None
    return root.group(2) if root and root.group(1) in partitions else principal


def bucket_policy_size(raw: Mapping[str, Any]) -> list[Problem]:
    """A problem if the document is longer than S3 stores."""
    size = bucket_policy_bytes(raw)
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
