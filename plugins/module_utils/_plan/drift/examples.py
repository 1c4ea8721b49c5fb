# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Requests that show what a drift does, as sentences: who matters most first, none twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..._policy.evaluation.decide import ALLOW, UNKNOWN
from ..proof import words
from .finding import MOST_EXAMPLES

_ANONYMOUS = "anonymous"
_VERBS = {ALLOW: "can", UNKNOWN: "perhaps can"}


def examples(requests: Iterable[tuple[Mapping[str, Any], str]], account: str) -> tuple[str, ...]:
    """Some of the requests, each with what is decided of it now.

    Anonymous requests come first, then those of other accounts, services, and those of the own account; of each, one
    before another of the same account, and certain before possible.

    :param account: of the owner of the bucket or endpoint.
    """
    found = list(requests)
    ordered = sorted(found, key=lambda one: (_rank(one[0], account), one[1] == UNKNOWN, _extras(one[0])))
    # One of each account before a second of any.
    seen: dict[str, int] = {}
    sentences: dict[str, tuple[int, int]] = {}
    for number, (raw, decision) in enumerate(ordered):
        party = _party(str(raw["principal"]))
        sentence = _sentence(raw, decision)
        if sentence not in sentences:
            seen[party] = seen.get(party, 0) + 1
            sentences[sentence] = (seen[party], number)
    return tuple(sorted(sentences, key=sentences.__getitem__)[:MOST_EXAMPLES])


def _rank(raw: Mapping[str, Any], account: str) -> int:
    principal = str(raw["principal"])
    if principal == _ANONYMOUS:
        return 0
    parts = principal.split(":")
    if len(parts) > 4:
        return 3 if parts[4] == account else 1
    if principal.isdigit():
        return 3 if principal == account else 1
    return 2


def _party(principal: str) -> str:
    """The account of a principal, or the principal itself if it has none."""
    parts = principal.split(":")
    return parts[4] if len(parts) > 4 else principal


def _extras(raw: Mapping[str, Any]) -> int:
    """How much more than usual a request carries: the plainest shows most."""
    return len(words.carried(raw)) + int(raw.get("through") != words.INTERNET)


def _sentence(raw: Mapping[str, Any], decision: str) -> str:
    path = words.network_path(raw)
    carried = "".join(f", {each}" for each in words.carried(raw))
    who, verb = words.principal(str(raw["principal"])), _VERBS.get(decision, "cannot")
    return f"{who} {verb} {raw['action']} on {raw['resource']} {path}".rstrip() + carried
