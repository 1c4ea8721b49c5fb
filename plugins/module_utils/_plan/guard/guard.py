# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What stands between a plan and its write.

A guard is a function of a plan; it says what speaks against the write and whether the task has overridden that. It is
asked in check mode as well, and again for every new plan: what another writer put there in between counts too. What a
guard has to know from AWS it asks for itself, so that a run with nothing to write asks for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

#: Names of guards, as they stand in results.
LOCKOUT = "lockout"
PUBLIC = "public"
ENDPOINTS = "endpoints"
OWNERSHIP = "ownership"
DEPENDENTS = "dependents"
CUTOFF = "cutoff"
NETWORKS = "networks"
REGION = "region"
NEW_ACCESS = "no_new_access"

#: Stands for the id of an endpoint that check mode would create: AWS chooses ids, and never this one.
PLACEHOLDER_ENDPOINT = "vpce-00000000000000000"


#: How those who repair policies may speak to AWS: S3 itself refuses older versions of TLS, and which one a client takes
#: is its own to choose. https://aws.amazon.com/blogs/security/tls-1-2-required-for-aws-endpoints/
TLS_VERSION = "s3:TlsVersion"
_TRANSPORTS = tuple({"aws:SecureTransport": True, TLS_VERSION: version} for version in ("1.2", "1.3"))


def transports(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The contexts of a request, one for each way that it may be sent in as far as its context does not say more."""
    given = {key.lower() for key in context}
    ways = [{key: value for key, value in one.items() if key.lower() not in given} for one in _TRANSPORTS]
    return [{**way, **context} for index, way in enumerate(ways) if way not in ways[:index]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that speaks against a write.

    ``guard`` is the name of the guard, ``reason`` one sentence about the consequence, ``remedy`` the way out,
    ``overridden_by`` the option of the task that allows it; ``None``: not allowed. ``statement`` is the label of the
    statement that does it, ``request`` one that would fail, or succeed though it should not.
    """

    guard: str
    reason: str
    remedy: str
    overridden_by: str | None = None
    statement: str | None = None
    request: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "guard": self.guard,
            "reason": self.reason,
            "remedy": self.remedy,
            "overridden_by": self.overridden_by,
            "statement": self.statement,
            "request": dict(self.request) if self.request is not None else None,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all guards said; ``checked`` names them, so that a result tells a clean bill from no examination.

    ``assumed`` is what guards took for granted because the task does not say it, one sentence each.
    """

    checked: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    assumed: tuple[str, ...] = ()

    @property
    def refused(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.overridden_by is None)

    @property
    def overridden(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.overridden_by is not None)

    @property
    def reasons(self) -> str:
        """Why it is refused, for an error message."""
        return " ".join(f"{one.reason} {one.remedy}".strip() for one in self.refused)

    def as_dict(self) -> dict[str, Any]:
        return {
            "checked": list(self.checked),
            "refused": [one.as_dict() for one in self.refused],
            "overridden": [one.as_dict() for one in self.overridden],
            "assumed": list(self.assumed),
        }


class Writing(Protocol):
    """A plan, as far as guards in general need it."""

    @property
    def changed(self) -> bool:
        """Whether it writes."""


P = TypeVar("P", bound=Writing)


def run_guards(plan: P, guards: Mapping[str, Callable[[P], Sequence[Finding]]]) -> Verdict:
    """The verdict of all guards on a plan that writes; a plan that does not is not examined."""
    if not plan.changed:
        return Verdict()
    return Verdict(
        checked=tuple(guards),
        findings=tuple(finding for guard in guards.values() for finding in guard(plan)),
        # Most guards take nothing for granted that a task could say.
        assumed=tuple(said for guard in guards.values() for said in getattr(guard, "assumes", _nothing)(plan)),
    )


def _nothing(_plan: Writing) -> tuple[str, ...]:
    return ()
