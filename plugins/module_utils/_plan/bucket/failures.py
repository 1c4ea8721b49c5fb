# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is said of many buckets: like with like once, and no more than can be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

#: How many kinds of errors, or of warnings, a message lists; the others are in the results.
MAX_LISTED = 10
#: How many kinds of warnings stand on the terminal; each takes a line of it.
MAX_WARNED = 3
MAX_NAMED = 50
_FEW = 5


def failure_message(failed: Sequence[tuple[str, str]], total: int, skipped: int, because: str) -> str:
    """``failed``: (bucket, cause), the cause naming the bucket. ``because``: why the skipped ones are skipped."""
    kinds = alike(failed, MAX_NAMED)
    said = [f"{len(failed)} of {total} buckets failed.", *kinds[:MAX_LISTED]]
    if len(kinds) > MAX_LISTED:
        said.append(f"The causes of {len(kinds) - MAX_LISTED} more kinds are in results.")
    if skipped:
        said.append(f"{skipped} buckets were skipped, because {because}.")
    return " ".join(said)


def alike(said: Iterable[tuple[str, str]], most: int = _FEW) -> list[str]:
    """What is said of buckets, each kind once, the most frequent first.

    :param said: (bucket, sentence); alike are sentences that differ in nothing but the name of their bucket.
    :param most: how many further buckets a kind names.
    """
    kinds: dict[str, tuple[str, dict[str, None]]] = {}
    for bucket, sentence in said:
        named = re.sub(rf"(?<![\w.-]){re.escape(bucket)}(?![\w-]|[.]\w)", "{}", sentence) if bucket else sentence
        kinds.setdefault(named, (sentence, {}))[1][bucket] = None
    ordered = sorted(kinds.values(), key=lambda kind: -len(kind[1]))
    return [sentence + _so_too(list(buckets)[1:], most) for sentence, buckets in ordered]


def _so_too(others: Sequence[str], most: int) -> str:
    if not others:
        return ""
    more = f" and {len(others) - most} more" if len(others) > most else ""
    return f" So too {', '.join(others[:most])}{more}."
