# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is said of the buckets that failed, when there are many."""

from __future__ import annotations

from collections.abc import Sequence

#: How many errors a message lists; the others are in the results.
MAX_LISTED = 10
MAX_NAMED = 50


def failure_message(failed: Sequence[tuple[str, str]], total: int, skipped: int, because: str) -> str:
    """``failed``: (bucket, cause), the cause naming the bucket. ``because``: why the skipped ones are skipped."""
    said = [f"{len(failed)} of {total} buckets failed."]
    said += [cause for _bucket, cause in failed[:MAX_LISTED]]
    others = [bucket for bucket, _cause in failed[MAX_LISTED:]]
    if others:
        names = ", ".join(others[:MAX_NAMED]) + (", ..." if len(others) > MAX_NAMED else "")
        said.append(f"The causes of {len(others)} more are in results: {names}.")
    if skipped:
        said.append(f"{skipped} buckets were skipped, because {because}.")
    return " ".join(said)
