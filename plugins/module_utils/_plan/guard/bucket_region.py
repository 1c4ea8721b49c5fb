# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Networks of another Region than the bucket's in a bucket policy.

A gateway endpoint carries requests to S3 of its own Region, and nothing else leads there from the VPC by way of an
endpoint: https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html. A statement that denies all but
such a network closes the bucket for everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..._policy.language.document import Statement, parse
from ..bucket.plan import Plan
from .bucket import touched_document
from .guard import REGION, Finding
from .known_endpoints import KnownEndpoint, KnownVpc
from .named_networks import endpoints_of, named_before, vpc_arns_of, vpcs_of

ALLOW_OTHER_REGION = "allow_other_region"


@dataclass(frozen=True, slots=True)
class RegionGuard:
    """The endpoints and VPCs that statements name have to be of the bucket's Region.

    What is in force already is not examined, and neither is what cannot be looked up: the guard of endpoints says so.

    :ivar region: that of the bucket; ``None``: not known, and nothing is examined.
    :ivar endpoints: what AWS knows of endpoints, by id; ``None`` when it may not be asked.
    :ivar vpcs: the same of VPCs.
    """

    region: str | None
    endpoints: Callable[[frozenset[str]], Mapping[str, KnownEndpoint] | None]
    vpcs: Callable[[frozenset[str]], Mapping[str, KnownVpc] | None]
    overridden: bool = False

    def __call__(self, plan: Plan) -> list[Finding]:
        document = touched_document(plan) if self.region else None
        if document is None:
            return []
        before = named_before(plan.before)
        statements = parse(document).statements
        ids = frozenset(name for one in statements for name in endpoints_of(one)) - before
        endpoints = (self.endpoints(ids) if ids else None) or {}
        ids = frozenset(name for one in statements for name in vpcs_of(one)) - before
        vpcs = (self.vpcs(ids) if ids else None) or {}
        return [
            finding
            for statement in statements
            for finding in self._examine(plan.bucket, statement, endpoints, vpcs, before)
        ]

    def _examine(
        self,
        bucket: str,
        statement: Statement,
        endpoints: Mapping[str, KnownEndpoint],
        vpcs: Mapping[str, KnownVpc],
        before: frozenset[str],
    ) -> Iterator[Finding]:
        for name in endpoints_of(statement):
            leads_to = endpoints[name].leads_to if name in endpoints else None
            if leads_to not in (None, self.region):
                yield self._finding(bucket, statement, f"endpoint {name}", name, f"leads to S3 of {leads_to} only")
        for name in vpcs_of(statement):
            if name in vpcs and vpcs[name].region != self.region:
                yield self._finding(bucket, statement, name, name, f"is in {vpcs[name].region}")
        for name, place in vpc_arns_of(statement).items():
            vpc = name.rpartition("/")[2]
            if place != self.region and vpc not in before:
                yield self._finding(bucket, statement, name, vpc, f"is in {place}")

    def _finding(self, bucket: str, statement: Statement, subject: str, through: str, where: str) -> Finding:
        return Finding(
            REGION,
            f"Statement {statement.label!r} for bucket {bucket} answers to {subject}, which {where}, and the bucket is "
            f"in {self.region}: a gateway endpoint carries requests to S3 of its own Region only.",
            f"Name a network of {self.region}, or set {ALLOW_OTHER_REGION} if requests from there come another way.",
            ALLOW_OTHER_REGION if self.overridden else None,
            statement.label,
            {"action": (statement.actions or ("s3:*",))[0], "bucket": bucket, "through": through},
        )
