# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What else speaks against a bucket policy: it makes the bucket public, or it answers to a network that is none.

Only what a plan adds or changes is examined. What is in force already is not this write's doing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..._policy.building.perimeter import VPC_ARN
from ..._policy.language.document import Statement, parse
from ..._policy.language.vocabulary import spell_key
from ..._policy.rules.public import public_statements
from ..._policy.rules.value_kinds import NETWORK_KEYS
from ..._policy.rules.values import misfits
from ..bucket.plan import Plan
from ..bucket.principals import labelled
from ..endpoint.values import LIVE_STATES
from .bucket import touched_document
from .guard import (
    ENDPOINTS,
    PLACEHOLDER_ENDPOINT,
    PUBLIC,
    Finding,
)
from .known_endpoints import KnownEndpoint, KnownVpc
from .named_networks import (
    SOURCE_VPC,
    SOURCE_VPCE,
    endpoints_of,
    named_before,
    vpc_arns_of,
    vpcs_of,
)

ALLOW_PUBLIC = "allow_public"
ALLOW_UNKNOWN_ENDPOINTS = "allow_unknown_endpoints"

#: How the names of the services end whose endpoints S3 is reached through: gateway and interface endpoints, those of
#: FIPS hosts, and those for Multi-Region Access Points.
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
_S3_SERVICES = (".s3", ".s3-fips", ".s3-global.accesspoint")


@dataclass(frozen=True, slots=True)
class PublicGuard:
    """By AWS's own definition of public, the one that Block Public Access goes by."""

    overridden: bool = False

    def __call__(self, plan: Plan) -> list[Finding]:
        document = touched_document(plan, ("Allow",))
        found = public_statements(parse(document)) if document is not None else ()
        return [
            Finding(
                PUBLIC,
                f"The policy would make bucket {plan.bucket} public. {one.reason}"
                + ("" if one.certain else " AWS does not list that key, so this is taken for public."),
                "Name principals, or limit the statement by fixed values of aws:SourceVpce, aws:PrincipalOrgID or "
                f"another key that counts, or set {ALLOW_PUBLIC} if that is meant.",
                ALLOW_PUBLIC if self.overridden else None,
                one.label,
                {"principal": "anonymous", "action": (one.statement.actions or ("s3:*",))[0], "through": "internet"},
            )
            for one in found
        ]


@dataclass(frozen=True, slots=True)
class EndpointsGuard:
    """The endpoints that statements name have to be there, serve S3, and be of the VPC beside which they are named; the
    VPCs have to be there; and what stands for either has to be the id of one.

    :ivar look_up: what AWS knows of these endpoints, by id, asked once and only if a statement names some; ``None``
        when it may not be asked, which is the caller's to report.
    :ivar look_up_vpcs: the same of VPCs.
    :ivar places: the Regions where they were looked up.
    :ivar check: in check mode the placeholder of an endpoint that would be created is no error.
    """

    look_up: Callable[[frozenset[str]], Mapping[str, KnownEndpoint] | None]
    look_up_vpcs: Callable[[frozenset[str]], Mapping[str, KnownVpc] | None]
    places: Sequence[str]
    check: bool = False
    overridden: bool = False

    def __call__(self, plan: Plan) -> list[Finding]:
        document = touched_document(plan)
        if document is None:
            return []
        before = named_before(plan.before)
        statements = parse(document).statements
        return [
            *(one for statement in statements for one in self._strays(plan, statement)),
            *self._endpoints(plan.bucket, statements, before),
            *self._vpcs(plan.bucket, statements, before),
        ]

    def _strays(self, plan: Plan, statement: Statement) -> Iterator[Finding]:
        """Values that are no id of an endpoint or of a VPC, which no request has; those in force are not examined."""
        in_force = repr([one for _label, one in labelled(plan.before)])
        for condition in statement.conditions:
            for misfit in misfits(condition) if condition.key.lower() in NETWORK_KEYS else ():
                if repr(misfit.value) not in in_force:
                    yield self._finding(
                        plan.bucket,
                        statement,
                        f"asks for {spell_key(condition.key)} {misfit.value!r}: {misfit.why}. No request has it.",
                        misfit.remedy,
                    )

    def _endpoints(self, bucket: str, statements: Iterable[Statement], before: frozenset[str]) -> Iterator[Finding]:
        named = [(one, name) for one in statements for name in endpoints_of(one) if name not in before]
        ids = frozenset(name for _one, name in named) - self._exempt()
        known = self.look_up(ids) if ids else None
        for statement, name in named if known is not None else ():
            if name in ids and (fault := self._fault(statement, name, (known or {}).get(name))):
                yield self._finding(bucket, statement, f"answers to endpoint {name}, {fault}", "Correct the id.", name)

    def _vpcs(self, bucket: str, statements: Iterable[Statement], before: frozenset[str]) -> Iterator[Finding]:
        named = [(one, name) for one in statements for name in self._vpcs_of(one) if name not in before]
        known = self.look_up_vpcs(frozenset(name for _one, name in named)) if named else None
        for statement, name in named if known is not None else ():
            if name not in (known or {}):
                yield self._finding(
                    bucket, statement, f"answers to {name}, which does not exist {self._here}", "Correct the id.", name
                )

    def _vpcs_of(self, statement: Statement) -> Iterator[str]:
        """Those that can be looked up: an ARN may be of another Region."""
        yield from vpcs_of(statement)
        for arn, region in vpc_arns_of(statement).items():
            if region in self.places and VPC_ARN.fullmatch(arn):
                yield arn.rpartition("/")[2]

    def _exempt(self) -> frozenset[str]:
        return frozenset([PLACEHOLDER_ENDPOINT] if self.check else [])

    @property
    def _here(self) -> str:
        return f"in this account in {' or '.join(self.places)}."

    def _fault(self, statement: Statement, name: str, found: KnownEndpoint | None) -> str | None:
        """What is wrong with an endpoint, as the end of a sentence."""
        if found is None:
            return f"which does not exist {self._here}"
        if found.state.lower() not in LIVE_STATES:
            return f"whose state is {found.state}: nothing comes through it any more."
        if not found.service.endswith(_S3_SERVICES):
            return f"which serves {found.service}, not S3."
        if (vpcs := _vpcs_beside(statement, name)) and found.vpc not in vpcs:
            return f"which is in {found.vpc}, and also asks for {' or '.join(vpcs)}: no request is both."
        return None

    def _finding(
        self, bucket: str, statement: Statement, fault: str, remedy: str, through: str | None = None
    ) -> Finding:
        # What the statement counts on, and what never comes.
        request = {"action": (statement.actions or ("s3:*",))[0], "bucket": bucket}
        return Finding(
            ENDPOINTS,
            f"Statement {statement.label!r} for bucket {bucket} {fault}",
            f"{remedy} Or set {ALLOW_UNKNOWN_ENDPOINTS} if the network is another account's or is yet to come.",
            ALLOW_UNKNOWN_ENDPOINTS if self.overridden else None,
            statement.label,
            {**request, "through": through} if through else request,
        )


def _vpcs_beside(statement: Statement, endpoint: str) -> tuple[str, ...]:
    """The VPCs that requests have to come from as well as through the endpoint.

    In a denial negated operators stand beside each other for "neither, nor", which asks for no such thing.
    """
    positive = [one for one in statement.conditions if "Not" not in one.operator and "Null" not in one.operator]
    if not any(one.key.lower() == SOURCE_VPCE and endpoint in one.values for one in positive):
        return ()
    return tuple(value for one in positive if one.key.lower() == SOURCE_VPC for value in one.values)
