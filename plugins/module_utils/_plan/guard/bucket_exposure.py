# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What else speaks against a bucket policy: it makes the bucket public, or it answers to an endpoint that is none.

Only what a plan adds or changes is examined. What is in force already is not this write's doing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..._policy.language.document import Statement, parse
from ..._policy.rules.public import public_statements
from ..bucket.plan import Plan
from ..endpoint.values import LIVE_STATES
from .bucket import touched_document
from .guard import (
    ENDPOINTS,
    PLACEHOLDER_ENDPOINT,
    PUBLIC,
    Finding,
)
from .known_endpoints import KnownEndpoint
from .named_networks import (
    SOURCE_VPC,
    SOURCE_VPCE,
    endpoints_of,
    named_before,
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
    """The endpoints that statements name have to be there, serve S3, and be of the VPC beside which they are named.

    :ivar look_up: what AWS knows of these endpoints, by id, asked once and only if a statement names some; ``None``
        when it may not be asked, which is the caller's to report.
    :ivar region: where they were looked up, for messages.
    :ivar check: in check mode the placeholder of an endpoint that would be created is no error.
    """

    look_up: Callable[[frozenset[str]], Mapping[str, KnownEndpoint] | None]
    region: str
    check: bool = False
    overridden: bool = False

    def __call__(self, plan: Plan) -> list[Finding]:
        document = touched_document(plan)
        if document is None:
            return []
        before = named_before(plan.before)
        statements = parse(document).statements
        named = {one.label: [name for name in endpoints_of(one) if name not in before] for one in statements}
        ids = frozenset(name for names in named.values() for name in names) - self._exempt()
        known = self.look_up(ids) if ids else {}
        if known is None:
            return []
        return [
            finding
            for statement in statements
            for name in named[statement.label]
            if name in ids
            for finding in self._examine(plan.bucket, statement, name, known.get(name))
        ]

    def _exempt(self) -> frozenset[str]:
        return frozenset([PLACEHOLDER_ENDPOINT] if self.check else [])

    def _examine(self, bucket: str, statement: Statement, name: str, found: KnownEndpoint | None) -> Iterator[Finding]:
        subject = f"Statement {statement.label!r} for bucket {bucket} answers to endpoint {name}, "
        if found is None:
            rule = f"which does not exist in this account in {self.region}."
        elif found.state.lower() not in LIVE_STATES:
            rule = f"whose state is {found.state}: nothing comes through it any more."
        elif not found.service.endswith(_S3_SERVICES):
            rule = f"which serves {found.service}, not S3."
        elif (vpcs := _vpcs_beside(statement, name)) and found.vpc not in vpcs:
            rule = f"which is in {found.vpc}, and also asks for {' or '.join(vpcs)}: no request is both."
        else:
            return
        yield Finding(
            ENDPOINTS,
            subject + rule,
            f"Correct the id, or set {ALLOW_UNKNOWN_ENDPOINTS} if the endpoint is another account's or is yet to come.",
            ALLOW_UNKNOWN_ENDPOINTS if self.overridden else None,
            statement.label,
            # What the statement counts on, and what never comes.
            {"action": (statement.actions or ("s3:*",))[0], "bucket": bucket, "through": name},
        )


def _vpcs_beside(statement: Statement, endpoint: str) -> tuple[str, ...]:
    """The VPCs that requests have to come from as well as through the endpoint.

    In a denial negated operators stand beside each other for "neither, nor", which asks for no such thing.
    """
    positive = [one for one in statement.conditions if "Not" not in one.operator and "Null" not in one.operator]
    if not any(one.key.lower() == SOURCE_VPCE and endpoint in one.values for one in positive):
        return ()
    return tuple(value for one in positive if one.key.lower() == SOURCE_VPC for value in one.values)
