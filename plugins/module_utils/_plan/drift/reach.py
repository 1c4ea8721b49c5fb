# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the proof of a perimeter refutes, as drift.

The proof is of the policies as they would be after a correction, so nothing here is corrected by one: statements of
others are in the way, or the declaration contradicts itself. Somebody has to do what the proof says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..._policy.language.document import Raw
from ..._policy.proof.claim import UNDECIDED
from ..perimeter.theorems import DECISIONS, DENY, TITLES
from .finding import (
    CRITICAL,
    MAJOR,
    MOST_EXAMPLES,
    Finding,
    Place,
)

KIND = "reach"
#: What tells one cause from another; the same cause for several actions is one finding.
_CAUSE = ("declared", "found", "layer", "statement", "remedy")


def reach_findings(
    place: Place,
    mismatches: Iterable[Raw],
    narrowed: Iterable[Raw] = (),
    unknown: Iterable[Raw] = (),
    endpoint: str = "",
) -> list[Finding]:
    """A finding for each bucket and cause.

    :param mismatches, narrowed, unknown: as the proof lists them.
    :param endpoint: what is not decided of all buckets at once is said of it.
    """
    found = [_finding(place, bucket, ones, False) for bucket, ones in _causes(mismatches)]
    found += [_finding(place, bucket, ones, True) for bucket, ones in _causes(narrowed)]
    return found + [_doubt(place, name, one) for one in unknown for name in one["buckets"] or [endpoint]]


def _doubt(place: Place, resource: str, entry: Raw) -> Finding:
    """What nobody knows is as grave as if it were refuted."""
    theorem = entry["theorem"]
    declared = DECISIONS[theorem]
    return Finding(
        place.account,
        place.region,
        resource,
        KIND,
        f"it is not decided whether {TITLES[theorem].rstrip('.').lower()}: {entry['reason'].rstrip('.')}",
        UNDECIDED,
        declared,
        CRITICAL if declared == DENY else MAJOR,
        remedy="Make the policies simpler, or look at them yourself.",
    )


def _causes(entries: Iterable[Raw]) -> Iterable[tuple[str, list[Raw]]]:
    causes: dict[Any, list[Raw]] = {}
    for one in entries:
        for bucket in one["examples"]:
            causes.setdefault((bucket, *(one[key] for key in _CAUSE)), []).append(one)
    return [(key[0], found) for key, found in causes.items()]


def _finding(place: Place, bucket: str, found: list[Raw], some: bool) -> Finding:
    first = found[0]
    cut = first["declared"] != DENY
    said = "what is declared does not pass" if cut else "what is not declared passes"
    if some:
        said = "some of what is declared does not pass"
    examples = tuple(dict.fromkeys(one["examples"][bucket]["said"] for one in found))[:MOST_EXAMPLES]
    actions = ", ".join(dict.fromkeys(one["action"] for one in found))
    return Finding(
        place.account,
        place.region,
        bucket,
        KIND,
        f"{said} ({actions}): {first['reason'].rstrip('.')}",
        first["found"],
        first["declared"],
        MAJOR if cut else CRITICAL,
        opens=() if cut else examples,
        cuts=examples if cut else (),
        remedy=first["remedy"],
    )
