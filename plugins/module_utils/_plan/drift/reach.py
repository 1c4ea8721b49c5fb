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

from ..._policy.evaluation.decide import UNKNOWN
from ..._policy.language.document import Raw
from ..perimeter.declared import DENY
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


def reach_findings(place: Place, mismatches: Iterable[Raw]) -> list[Finding]:
    """A finding for each bucket and cause.

    :param mismatches: as the proof lists them.
    """
    causes: dict[Any, list[Raw]] = {}
    for one in mismatches:
        for bucket in one["examples"]:
            causes.setdefault((bucket, *(one[key] for key in _CAUSE)), []).append(one)
    return [_finding(place, bucket, found) for (bucket, *_cause), found in causes.items()]


def _finding(place: Place, bucket: str, found: list[Raw]) -> Finding:
    first = found[0]
    cut = first["declared"] != DENY
    doubtful = first["found"] == UNKNOWN
    said = "what is declared does not pass" if cut else f"what is not declared {'may pass' if doubtful else 'passes'}"
    verb = "cannot" if cut else "perhaps can" if doubtful else "can"
    examples = tuple(_sentence(one["examples"][bucket], verb) for one in found[:MOST_EXAMPLES])
    return Finding(
        place.account,
        place.region,
        bucket,
        KIND,
        f"{said} ({', '.join(one['action'] for one in found)}): {first['reason'].rstrip('.')}",
        first["found"],
        first["declared"],
        MAJOR if cut else CRITICAL,
        opens=() if cut else examples,
        cuts=examples if cut else (),
        remedy=first["remedy"],
    )


def _sentence(request: Raw, verb: str) -> str:
    return f"{request['principal']} {verb} {request['action']} on {request['resource']} {request['way']}"
