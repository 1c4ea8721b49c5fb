# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Two documents of one bucket or endpoint: what passes with one and not with the other, whatever else is in force."""

from __future__ import annotations

from dataclasses import dataclass

from ..._policy.language.document import Raw
from ..._policy.proof.claim import HOLDS, REFUTED, Bucket, Claim, Declaration, Endpoint, Setting, Verdict, World
from ..._policy.proof.prove import prove
from .requests import about, of_buckets

#: Whose documents they are.
BUCKET, ENDPOINT = "bucket", "endpoint"
EQUAL, NARROWER, WIDER, INCOMPARABLE, UNDECIDED = "equal", "narrower", "wider", "incomparable", "undecided"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose two documents are compared: ``kind`` is ``bucket`` or ``endpoint``, ``name`` its name or id.

    A bucket without a name is any bucket; what else is not known is empty.
    """

    kind: str
    name: str = ""
    account: str = ""
    partition: str = "aws"
    vpc: str = ""
    region: str = ""
    organization: str | None = None

    def setting(self, document: Raw | None) -> Setting:
        """One of the documents by itself; ``None``: no bucket policy, or the default policy of an endpoint."""
        if self.kind == ENDPOINT:
            return Setting(endpoints={self.name: document})
        return Setting({"bucket": document})

    @property
    def world(self) -> World:
        account, region = self.account or None, self.region or None
        if self.kind == ENDPOINT:
            endpoint = Endpoint(self.name, self.vpc or None, account, region)
            return World(self.partition, account, self.organization, region, (endpoint,))
        buckets = (Bucket(self.name, account, self.organization),) if self.name else ()
        return World(self.partition, account, self.organization, region, buckets=buckets)

    @property
    def within(self) -> Declaration:
        """The requests that its document is asked about."""
        named = self.kind == BUCKET and self.name
        return Declaration([about(["s3:*"], of_buckets([self.name], self.partition) if named else ["*"])])

    @property
    def through(self) -> tuple[str, ...] | None:
        return (self.name,) if self.kind == ENDPOINT else None


@dataclass(frozen=True, slots=True)
class Change:
    """What a change from one document to another does: ``opens`` holds if nothing passes that did not before,
    ``cuts`` if nothing fails that passed before."""

    opens: Verdict
    cuts: Verdict

    @property
    def relation(self) -> str:
        """How the new document is to the old one; ``undecided`` if one of both verdicts is."""
        statuses = (self.opens.status, self.cuts.status)
        if statuses == (REFUTED, REFUTED):
            return INCOMPARABLE
        if any(status not in (HOLDS, REFUTED) for status in statuses):
            return UNDECIDED
        return {(HOLDS, HOLDS): EQUAL, (HOLDS, REFUTED): NARROWER, (REFUTED, HOLDS): WIDER}[statuses]


def change(owner: Owner, before: Raw | None, after: Raw | None) -> Change:
    """What a change does, with identity policies that allow everything.

    :raises PolicyError: one of the documents cannot be read.
    """
    return Change(nothing_new(owner, before, after), nothing_new(owner, before=after, after=before))


def nothing_new(owner: Owner, before: Raw | None, after: Raw | None) -> Verdict:
    """Whether nothing passes with ``after`` that did not with ``before``.

    :raises PolicyError: one of the documents cannot be read.
    """
    return prove(
        Claim(
            "no_new_access",
            owner.setting(after),
            owner.setting(before),
            owner.world,
            within=owner.within,
            through=owner.through,
        )
    )
