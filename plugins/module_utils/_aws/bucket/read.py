# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Reading the policy of a bucket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..._policy.language.document import Raw, load
from ..api import s3
from ..api.pace import Pace, Steps, patiently
from ..api.s3_errors import BucketError
from .diagnosis import explained


@dataclass(frozen=True, slots=True)
class Live:
    """What is in force: ``policy`` is ``None`` when the bucket has none; ``region`` is where the bucket is, ``None`` if
    S3 does not tell."""

    policy: Raw | None
    region: str | None


def read_policy(client: Any, bucket: str, owner: str | None, pace: Pace) -> Steps[Raw | None]:
    """The live document; ``None`` when the bucket has no policy.

    :raises BucketError: explained as far as further calls can; ``region`` says where the bucket is, if S3 does.
    """
    return (yield from read_live(client, bucket, owner, pace)).policy


def read_live(client: Any, bucket: str, owner: str | None, pace: Pace) -> Steps[Live]:
    """As :func:`read_policy`, and where the bucket is, in the same call.

    :raises BucketError: as there.
    """
    try:
        found = yield from patiently(lambda: s3.get_bucket_policy(client, bucket, owner), pace)
    except BucketError as error:
        raise explained(client, owner, error) from error
    text = found.text
    return Live(None if text is None else load(text, f"live policy of bucket {bucket}"), found.region)
