# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How bad the drift of a policy is: what it opens and what it cuts off, of all requests that there can be.

Critical: some request passes in force that does not pass as declared. Major: the other way round. Minor: neither. What
the prover leaves undecided counts as the worse.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..._policy.evaluation.decide import ALLOW, EXPLICIT_DENY
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError
from ..._policy.proof.claim import HOLDS, UNDECIDED, Verdict
from ..proof.compare import Change, Owner, change
from .examples import examples
from .finding import CRITICAL, MAJOR, MINOR


@dataclass(frozen=True, slots=True)
class Effect:
    """What a live document does to others than the declared one would.

    ``opens``: requests that pass but should not; ``cuts``: requests that do not pass but should, each as a sentence,
    some of them; or why that is not decided.
    """

    severity: str
    opens: tuple[str, ...] = ()
    cuts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What two documents let pass differently, so that each change between them can be asked for its share.

    ``found`` is ``None`` if one of them cannot be read.
    """

    owner: Owner
    live: Raw | None
    declared: Raw | None
    found: Change | None

    @property
    def effect(self) -> Effect:
        return _UNREAD if self.found is None else _effect(self.owner, [self.found.opens], [self.found.cuts])

    def effect_of(self, alone: Raw | None, without: Raw | None) -> Effect:
        """The share of one change: what it does by itself, or what would not be without it.

        What comes of no change altogether, such as of a statement that has another name, comes of none of them.

        :param alone: the declared document with this change; :param without: the live one without it.
        """
        if self.found is None:
            return _UNREAD
        try:
            shares = [change(self.owner, self.declared, alone), change(self.owner, without, self.live)]
        except PolicyError:
            return _UNREAD
        opens = [one.opens for one in shares] if self.found.opens.status != HOLDS else []
        cuts = [one.cuts for one in shares] if self.found.cuts.status != HOLDS else []
        return _effect(self.owner, opens, cuts)


def difference(owner: Owner, live: Raw | None, declared: Raw | None) -> Difference:
    """What the drift from ``declared`` to ``live`` does, identity policies being what they may."""
    try:
        return Difference(owner, live, declared, change(owner, declared, live))
    except PolicyError:
        return Difference(owner, live, declared, None)


#: AWS took a live document that we cannot read, so nobody can say what it opens.
_UNREAD = Effect(CRITICAL)


def _effect(owner: Owner, opens: list[Verdict], cuts: list[Verdict]) -> Effect:
    opened = any(verdict.status != HOLDS for verdict in opens)
    cut = any(verdict.status != HOLDS for verdict in cuts)
    severity = CRITICAL if opened else MAJOR if cut else MINOR
    return Effect(severity, _said(owner, opens, ALLOW), _said(owner, cuts, EXPLICIT_DENY))


def _said(owner: Owner, verdicts: Iterable[Verdict], decision: str) -> tuple[str, ...]:
    found = [(one.request, decision) for verdict in verdicts for one in verdict.counterexamples]
    doubts = [f"it is not decided: {verdict.reason}" for verdict in verdicts if verdict.status == UNDECIDED]
    return examples(found, owner.account) or tuple(dict.fromkeys(doubts))
