# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What stands between the plan for an endpoint and its writes; see ``guard`` for how guards work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from ..endpoint.plan import DELETE, Plan
from ..endpoint.values import Endpoint
from ..errors import Refusal
from . import guard
from .guard import DEPENDENTS, Finding, Verdict

Guard: TypeAlias = Callable[[Plan], Sequence[Finding]]


class GuardRefusal(Refusal):
    """The guards speak against the writes; ``verdict`` says why."""

    def __init__(self, plan: Plan, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(plan.subject, "Nothing was changed.", verdict.reasons)
        self.details = {"guard": verdict.as_dict()}


def run_guards(plan: Plan, guards: Mapping[str, Guard]) -> Verdict:
    """The verdict of all guards on a plan that writes; a plan that does not is not examined.

    :raises GuardRefusal: something speaks against it, and the task has not overridden that.
    """
    verdict = guard.run_guards(plan, guards)
    if verdict.refused:
        raise GuardRefusal(plan, verdict)
    return verdict


def needs_dependents(plan: Plan) -> bool:
    """Whether it matters which interface endpoints the VPC has: its last gateway endpoint of the service goes."""
    return DELETE in plan.actions and not any(sibling.is_live for sibling in plan.siblings)


def dependents(plan: Plan, interfaces: Iterable[Endpoint]) -> Iterator[Finding]:
    """An interface endpoint with private DNS only for inbound resolver endpoints leaves the VPC's own traffic to the
    gateway endpoint, and AWS refuses to delete that one.

    https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
    """
    current = plan.before
    for one in interfaces if current is not None else ():
        if (
            current is not None
            and one.is_live
            and one.service == current.service
            and one.facts.get("private_dns_only_for_inbound_resolver_endpoint")
        ):
            yield Finding(
                DEPENDENTS,
                f"Interface endpoint {one.id} has private DNS only for inbound resolver endpoints, for which the VPC "
                f"has to have a gateway endpoint for {current.service}.",
                f"Turn that off for {one.id}, or remove it first.",
            )
