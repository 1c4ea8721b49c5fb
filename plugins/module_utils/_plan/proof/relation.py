# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How a policy is to another one, for people."""

from __future__ import annotations

from ..._policy.language.document import Raw
from ..._policy.proof.claim import Verdict
from .compare import EQUAL, INCOMPARABLE, NARROWER, UNDECIDED, WIDER, Owner, change
from .example import as_dict

_SAID = {
    EQUAL: "Both let the same pass.",
    NARROWER: "It lets less pass than the other.",
    WIDER: "It lets more pass than the other.",
    INCOMPARABLE: "Each lets pass what the other does not.",
    UNDECIDED: "It is not decided.",
}


def relation(owner: Owner, policy: Raw | None, other: Raw | None) -> Raw:
    """``relation`` of a policy to another one, with requests each way: ``more`` and ``less``.

    :raises PolicyError: one of the documents cannot be read.
    """
    found = change(owner, other, policy)
    more, less = _examples(found.opens), _examples(found.cuts)
    reasons = dict.fromkeys(one.reason for one in (found.opens, found.cuts) if one.reason)
    said = [_SAID[found.relation], *reasons]
    said += [f"With it passes: {more[0]['said']}."] if more else []
    said += [f"With the other passes: {less[0]['said']}."] if less else []
    return {
        "relation": found.relation,
        "more": more,
        "less": less,
        "assumed": list(dict.fromkeys((*found.opens.assumed, *found.cuts.assumed))),
        "reason": " ".join(reasons),
        "message": " ".join(said),
    }


def _examples(verdict: Verdict) -> list[Raw]:
    return [as_dict(one) for one in verdict.counterexamples]
