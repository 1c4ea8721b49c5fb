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
from ..._policy.language.document import Raw
from .finding import MOST_EXAMPLES

_ANONYMOUS = "anonymous"
_INTERNET = "internet"
_TLS = "aws:securetransport"
_VERBS = {ALLOW: "can", UNKNOWN: "perhaps can"}


def examples(requests: Iterable[tuple[Raw, str]], account: str) -> tuple[str, ...]:
    """Some of the requests, each with what is decided of it now.

    Anonymous requests come first, then those of other accounts, services, and those of the own account; of each, one
    before another of the same principal, and certain before possible.

    :param account: of the owner of the bucket or endpoint.
    """
    found = list(requests)
    ordered = sorted(found, key=lambda one: (_rank(one[0], account), one[1] == UNKNOWN, _extras(one[0])))
    # One of each principal before a second of any.
    seen: dict[str, int] = {}
    sentences: dict[str, tuple[int, int]] = {}
    for number, (raw, decision) in enumerate(ordered):
        principal = str(raw["principal"])
        sentence = _sentence(raw, decision)
        if sentence not in sentences:
            seen[principal] = seen.get(principal, 0) + 1
            sentences[sentence] = (seen[principal], number)
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


def _extras(raw: Mapping[str, Any]) -> int:
    """How much more than usual a request carries: the plainest shows most."""
    return len(_carried(raw)) + int(raw["through"] != _INTERNET)


def _carried(raw: Mapping[str, Any]) -> list[str]:
    context = {str(key): value for key, value in (raw.get("context") or {}).items()}
    said = []
    for key, value in context.items():
        if key.lower() == _TLS:
            said += ["without TLS"] if str(value).lower() == "false" else []
        elif value is not None:
            said.append(f"with {key} {value}")
    return said


def _sentence(raw: Mapping[str, Any], decision: str) -> str:
    through = "from the internet" if raw["through"] == _INTERNET else f"through {raw['through']}"
    carried = "".join(f", {each}" for each in _carried(raw))
    verb = _VERBS.get(decision, "cannot")
    return f"{raw['principal']} {verb} {raw['action']} on {raw['resource']} {through}{carried}"
