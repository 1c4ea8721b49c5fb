# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Names of buckets, and their owners, checked before anything is asked of AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..._policy.language.arns import ACCOUNT, is_bucket_name
from ..._policy.language.errors import PolicyError, Problem

# Reserved endings of names that are not general purpose buckets -> what they are, and where their policies are.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html#general-purpose-bucket-names
_OTHER_KINDS = {
    "--x-s3": (
        "a directory bucket (S3 Express One Zone)",
        "Its policy has other actions (s3express:CreateSession) and no protection by expected bucket owner; "
        "this module keeps policies of general purpose buckets only.",
    ),
    "--xa-s3": ("an access point of a directory bucket", "Name the general purpose bucket."),
    "--table-s3": ("a table bucket (S3 Tables)", "Its policy is set through the S3 Tables API."),
    "-s3alias": (
        "the alias of an access point",
        "Name the bucket behind it; access points have policies of their own.",
    ),
    "--ol-s3": ("the alias of an Object Lambda access point", "Name the bucket behind it."),
    ".mrap": ("the alias of a Multi-Region Access Point", "Name one of the buckets behind it."),
}


def check_bucket(bucket: str, owner: str | None) -> None:
    """For a bucket that is only read.

    :raises PolicyError: that cannot be the name of a general purpose bucket, or ``owner`` not an account.
    """
    given = {} if owner is None else {"expected_bucket_owner": owner}
    problems = [*bucket_problems(bucket), *owner_problems(given)]
    if problems:
        raise PolicyError(problems, f"options of bucket {bucket}")


def bucket_problems(bucket: str) -> Iterator[Problem]:
    if bucket.startswith("arn:"):
        yield Problem("bucket", f"{bucket!r} is an ARN.", "Give the name of the bucket, which is what follows ':::'.")
        return
    if not is_bucket_name(bucket):
        yield Problem(
            "bucket",
            f"{bucket!r} is not the name of a bucket.",
            "Names have 3 to 63 (before 2018: 255) letters, digits, '.', '-' or '_'.",
        )
    for ending, (kind, remedy) in _OTHER_KINDS.items():
        if bucket.endswith(ending):
            yield Problem("bucket", f"{bucket!r} is {kind}, not a general purpose bucket.", remedy)


def owner_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    owner = given.get("expected_bucket_owner")
    if owner is not None and not ACCOUNT.fullmatch(owner):
        yield Problem("expected_bucket_owner", f"{owner!r} is not an account.", "Give its 12 digits, in quotes.")
