# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Many buckets: the options of each from its own and those for all, and what is said of them together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..._policy.language.document import load
from ..._policy.language.errors import PolicyError, Problem
from .failures import MAX_LISTED, MAX_NAMED
from .input import declare
from .plan import Declaration

#: Stands for the name of the bucket in the documents for all buckets. With a dollar sign it would be a policy variable,
#: with two braces Jinja would have replaced it.
PLACEHOLDER = re.compile(r"(?<!\$)\{bucket\}")
#: Options that say what is owned in a bucket's policy. A bucket that says it in one way takes nothing of the other.
_WHOLE = frozenset({"policy", "restore"})
_SINGLE = frozenset({"statements", "sids", "purge_statements", "peers", "accepted_exceptions", "exclusive"})


def for_each(buckets: Sequence[Mapping[str, Any]], defaults: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The options of every bucket, in their order: its own, and ``defaults`` where it has none.

    In the documents of ``defaults``, and only there, ``{bucket}`` stands for the name of the bucket. ``None`` is as
    good as missing.

    :raises PolicyError: a bucket is named twice, or the document for all buckets cannot be read.
    """
    _named_once([one["bucket"] for one in buckets])
    given = {name: value for name, value in defaults.items() if value is not None}
    if "peers" in given:
        from .peers import read_peers

        # The policies of the same endpoints are read once for all buckets.
        given["peers"] = read_peers(given["peers"])
    if "policy" in given:
        given["policy"] = load(given["policy"], "policy for all buckets")
    documents = {name: given[name] for name in ("policy", "statements") if name in given}
    documents = {name: value for name, value in documents.items() if PLACEHOLDER.search(repr(value))}
    for bucket in buckets:
        own = {name: value for name, value in bucket.items() if value is not None}
        left_out: frozenset[str] = frozenset()
        if "policy" in own:
            left_out = _SINGLE
        elif not own.keys().isdisjoint(("statements", "sids")):
            left_out = _WHOLE
        options = {name: value for name, value in given.items() if name not in left_out}
        for name, value in documents.items():
            if name in options and name not in own:
                options[name] = _named(value, own["bucket"])
        yield {**options, **own}


def declare_all(options: Sequence[Mapping[str, Any]], partition: str) -> list[Declaration]:
    """:raises PolicyError: with what is wrong in any of them."""
    declarations, errors = [], []
    passed: set[str] = set()
    for one in options:
        try:
            declarations.append(declare(one, partition, passed))
        except PolicyError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        listed = [Problem("", str(error)) for error in errors[:MAX_LISTED]]
        more = len(errors) - len(listed)
        if more:
            listed.append(Problem("", f"and {more} more buckets with problems in their options."))
        raise PolicyError(listed, f"options of {len(errors)} of {len(options)} buckets")
    return declarations


def _named_once(names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        shown = ", ".join(twice[:MAX_NAMED]) + (", ..." if len(twice) > MAX_NAMED else "")
        raise PolicyError(
            [
                Problem(
                    "buckets",
                    f"named more than once: {shown}.",
                    "Name each bucket once, with all that is to be done to its policy.",
                )
            ],
            "options",
        )


def _named(value: Any, bucket: str) -> Any:
    """The same with the bucket's name in all its texts; what a mapping is keyed by stays."""
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda _found: bucket, value)
    if isinstance(value, Mapping):
        return {key: _named(one, bucket) for key, one in value.items()}
    if isinstance(value, list):
        return [_named(one, bucket) for one in value]
    return value
