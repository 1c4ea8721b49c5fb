# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Keeping what a write replaces, on disk before the write is sent."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable

from ..._policy.language.document import Raw


class BackupError(Exception):
    """The document could not be kept, so nothing may be written."""


def keep(
    directory: str,
    bucket: str,
    document: Raw | None,
    now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.timezone.utc),
) -> str:
    """Write the document to ``<directory>/<bucket>.<UTC time>.json`` and return that path.

    The file holds the document as it was, for the option O(policy) to read again, or ``null`` when the bucket had no
    policy. It is readable by its owner only, as is the directory when it has to be made: a policy names accounts,
    people and networks. Nothing is ever overwritten.

    :raises BackupError: naming the path and what the operating system says.
    """
    moment = now().strftime("%Y%m%dT%H%M%S%fZ")
    path = os.path.join(directory, f"{bucket}.{moment}.json")
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BackupError(
            f"Cannot keep the policy of bucket {bucket} in {path} before replacing it: {error.strerror}. "
            "Nothing was written to AWS. Give a directory that can be written to as backup."
        ) from error
    return path
