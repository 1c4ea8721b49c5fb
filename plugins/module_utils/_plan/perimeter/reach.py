# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The proof of a perimeter: its policies let pass what was declared, and nothing else.

What is declared to pass has to be allowed for a usual request, or at least not explicitly denied where the declaration
spares principals of other accounts; what is not has to be denied whatever else the request carries. A request that is
meant to pass and hangs on a key that nobody knows is neither proved nor refuted, and said to be unknown; one that is
not meant to pass, and may, refutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._policy.building.endpoint import Grant
from ..._policy.building.perimeter import Perimeter, read_perimeter
from ..._policy.evaluation.decide import (
    ASSUME_ALLOW,
    Policies,
    compile_policies,
)
from ..._policy.evaluation.layer import Layer
from ..._policy.language.document import Raw, parse, statement_list
from ..._policy.language.errors import PolicyError, Problem
from . import declared
from .declared import Ask, Declaration, Who, expected
from .reach_report import Report
from .samples import (
    Requests,
    Way,
    asks,
    concerned,
    everybody,
    ways,
)


def prove(declaration: Declaration, endpoint_policy: Raw | None, bucket_policies: Mapping[str, Raw | None]) -> Raw:
    """The matrix of who reaches what on which way, and where that is not what was declared.

    :param endpoint_policy: ``None`` is the default one, which lets everything pass.
    :param bucket_policies: of every declared bucket; ``None`` for one without a policy.
    :raises PolicyError: the policy of a declared bucket is missing, or a document cannot be read.
    """
    missing = [bucket for bucket in declaration.grants if bucket not in bucket_policies]
    if missing:
        raise PolicyError(
            [
                Problem(bucket, "The policy of this bucket is not given.", "Give null if it has none.")
                for bucket in missing
            ],
            "policies of the buckets",
        )
    proof = _Proof(
        declaration,
        everybody(declaration),
        Requests(declaration),
        compile_policies({"endpoint": endpoint_policy}).layers.endpoint,
        compile_policies({"endpoint": ASSUME_ALLOW}).layers.endpoint,
        Report(declaration),
    )
    for bucket, grant in declaration.grants.items():
        proof.add(grant, bucket_policies[bucket])
    return proof.report.as_dict()


@dataclass(frozen=True, slots=True)
class _Proof:
    declaration: Declaration
    everybody: list[Who]
    requests: Requests
    own_endpoint: Layer
    other_endpoint: Layer
    report: Report

    def add(self, grant: Grant, policy: Raw | None) -> None:
        """Ask for everything about one bucket."""
        inside, outside = self._policies(grant.bucket, policy)
        document = None if policy is None else parse(policy)
        shared = _shared(self.declaration, policy)
        askers = [*concerned(self.declaration, grant, document), *self.everybody]
        wanted = asks(self.declaration, grant, document)
        for way in ways(self.declaration, document):
            policies = inside if way.passes_the_endpoint else outside
            for who in askers:
                if way.suits(who):
                    self._ask(policies, shared, grant, who, way, wanted)
        self.report.finish(grant.bucket)

    def _ask(
        self, policies: Policies, shared: Perimeter | None, grant: Grant, who: Who, way: Way, wanted: list[Ask]
    ) -> None:
        for ask in wanted:
            meant = expected(self.declaration, shared, grant, who, way.name, ask)
            request = self.requests.make(who, way, ask, usual=meant != declared.DENY)
            self.report.add(who, way, ask, meant, policies.decide(request))

    def _policies(self, bucket: str, policy: Raw | None) -> tuple[Policies, Policies]:
        """What requests meet through the endpoint, and through any other."""
        given: dict[str, Any] = {"identity": ASSUME_ALLOW, "bucket": policy}
        try:
            layers = compile_policies({**given, "resource_account": self.declaration.account}).layers
        except PolicyError as error:
            raise PolicyError(error.problems, f"policy of bucket {bucket}") from None
        return (
            Policies(replace(layers, endpoint=self.own_endpoint)),
            Policies(replace(layers, endpoint=self.other_endpoint)),
        )


def _shared(declaration: Declaration, policy: Raw | None) -> Perimeter | None:
    """What the perimeter of a bucket says, if other declarations have a part in it."""
    found = read_perimeter(statement_list(policy) or []) if policy else None
    if found is None:
        return None
    theirs = [name for name in found.networks if name in declaration.peers and name not in declaration.networks]
    return found if theirs else None
