# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Why a call failed, where S3's own answer does not say: at the price of a call or two, made only after a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..api import s3
from ..api.errors import denial
from ..api.s3_errors import BucketError, Kind


def explained(
    client: Any, owner: str | None, error: BucketError, deleted_principals: Mapping[str, Sequence[str]] | None = None
) -> BucketError:
    """The same error, saying more where more can be known.

    :param deleted_principals: deleted principals in what was to be written, as in a plan.
    """
    if error.kind is Kind.DENIED:
        return error.because(_why_denied(client, owner, error))
    if error.kind is Kind.PUBLIC_BLOCKED:
        return error.because(_which_block(client, owner, error))
    if error.kind is Kind.INVALID_PRINCIPAL and deleted_principals:
        return error.because(_which_deleted(deleted_principals))
    return error


def _why_denied(client: Any, owner: str | None, error: BucketError) -> str:
    """S3 gives the reason to callers of the same account or organization; everyone else learns nothing.

    Then a bucket of another account than expected is answered exactly like a missing permission, and only asking with
    and without the expected owner can tell them apart.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
    """
    # A module's sources are compiled in each run, and few calls fail.
    from ..._plan.automation.permissions import permission_of

    permission = permission_of(f"s3:{error.operation}")
    if "not authorized to perform" in error.message:
        return denial(error.message, permission, f"bucket {error.bucket}")
    anyone, expected = (_may_list(client, error.bucket, account) for account in (None, owner))
    if owner is not None and anyone and not expected:
        return f"it does not belong to account {owner}. If that is right, set expected_bucket_owner to its account"
    if expected:
        return f"the caller has no permission for {permission} on it ({error.message}). Allow that for that identity"
    if owner is None:
        return f"the caller has no permission for {permission} on it, or its owner does not let it ({error.message})"
    return (
        f"either the caller has no permission for {permission} on it, or it does not belong to account {owner} "
        f"(expected_bucket_owner); S3 does not say which ({error.message})"
    )


def _may_list(client: Any, bucket: str, owner: str | None) -> bool:
    try:
        s3.head_bucket(client, bucket, owner)
    except BucketError:
        return False
    return True


def _which_block(client: Any, owner: str | None, error: BucketError) -> str:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"""
    try:
        settings = s3.get_public_access_block(client, error.bucket, owner)
    except BucketError:  # The question stays open; the error to report is the first one.
        settings = None
    if settings is None:
        level = "of the bucket, its account or its organization"
    elif settings.get("BlockPublicPolicy"):
        level = "of the bucket"
    else:
        level = "of the account or organization (the bucket's own is off)"
    return (
        f"the policy is public, and the setting BlockPublicPolicy {level} refuses public policies. Restrict every "
        "Allow to fixed accounts, endpoints, VPCs or addresses; for a bucket that is meant to be public, turn that off"
    )


def _which_deleted(deleted_principals: Mapping[str, Sequence[str]]) -> str:
    listed = "; ".join(f"{label}: {', '.join(ids)}" for label, ids in deleted_principals.items())
    return (
        "AWS refuses a document that names deleted users or roles, and the live policy has some in statements that "
        f"this task leaves as they are ({listed}). Remove these statements (sids), declare them anew with the ARN of "
        "who is meant, or set drop_deleted_principals to take these ids out"
    )
