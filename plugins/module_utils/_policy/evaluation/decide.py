# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What AWS decides of a request, given all policies that it meets: the front door of the evaluator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..language.errors import RequestError
from .evaluate import Evaluation, evaluate, grants_as_owner, lacking
from .explain import (
    missing_keys,
    reason_of_denial,
    reason_of_doubt,
    reason_of_grant,
    reason_of_lack,
)
from .layer import OPEN, UNSUPPLIED, Layer
from .layers import (
    ASSUME_ALLOW,
    BUCKET,
    IDENTITY,
    Layers,
    compile_layers,
)
from .request import Request

ALLOW, EXPLICIT_DENY, IMPLICIT_DENY, UNKNOWN = "allow", "explicit_deny", "implicit_deny", "unknown"

__all__ = [
    "ALLOW",
    "ASSUME_ALLOW",
    "EXPLICIT_DENY",
    "IMPLICIT_DENY",
    "UNKNOWN",
    "Decision",
    "Policies",
    "Request",
    "RequestError",
    "compile_policies",
    "decide",
]


# Not frozen: that would make every decision take longer by a twentieth.
@dataclass(unsafe_hash=True)
class Decision:
    """What is decided of one request.

    ``decision`` is ``allow``, ``explicit_deny``, ``implicit_deny`` or ``unknown``; ``layer`` and ``statement`` (its
    Sid, or its place such as ``Statement[2]``) are what decided, where it is one; ``evaluation`` is all that led to it.
    """

    decision: str
    layer: str | None
    statement: str | None
    evaluation: Evaluation = field(compare=False, repr=False)

    @property
    def denied(self) -> bool:
        return self.decision in (EXPLICIT_DENY, IMPLICIT_DENY)

    @cached_property
    def reason(self) -> str:
        """One sentence that names the layer, the statement and the conditions that decided, with their values."""
        evaluation = self.evaluation
        if (denial := evaluation.denied) is not None:
            return reason_of_denial(evaluation, denial)
        if self.decision == IMPLICIT_DENY:
            return reason_of_lack(evaluation)
        return reason_of_grant(evaluation) if self.decision == ALLOW else reason_of_doubt(evaluation)

    @cached_property
    def missing_keys(self) -> tuple[str, ...]:
        """What would decide a request that is unknown: condition keys as AWS spells them, and layers."""
        return missing_keys(self.evaluation) if self.decision == UNKNOWN else ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "decision": self.decision,
            "layer": self.layer,
            "statement": self.statement,
            "reason": self.reason,
            "missing_keys": list(self.missing_keys),
        }


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies that requests meet, compiled; make it with :func:`compile_policies`."""

    layers: Layers

    def decide(self, request: Request | Mapping[str, Any]) -> Decision:
        """What AWS decides of a request.

        :raises RequestError: the request cannot be.
        """
        if not isinstance(request, Request):
            request = Request.from_mapping(request)
        evaluation = evaluate(self.layers, request)
        denial = evaluation.denied
        if denial is not None:
            denier = denial.outcome.denier
            return Decision(EXPLICIT_DENY, denial.name, denier.label if denier else None, evaluation)
        if evaluation.granted is False:
            names = lacking(evaluation)
            return Decision(IMPLICIT_DENY, names[0] if len(names) == 1 else None, None, evaluation)
        if evaluation.granted and not evaluation.denials:
            if grants_as_owner(evaluation):
                return Decision(ALLOW, None, None, evaluation)
            granter = evaluation.bucket.granter
            if granter is not None:
                return Decision(ALLOW, BUCKET, granter.label, evaluation)
            granter = evaluation.identity.granter
            if granter is not None:
                return Decision(ALLOW, IDENTITY, granter.label, evaluation)
            return Decision(ALLOW, None, None, evaluation)
        # Where one layer alone is in doubt, it is that one which decides.
        doubtful = {denial.name for denial in evaluation.denials}
        doubtful.update(gate.layer.name for gate in evaluation.gates if gate.passes is None)
        alone = len(doubtful) == 1 and all(evaluation.granted_if(same) for same in evaluation.accounts)
        return Decision(UNKNOWN, doubtful.pop() if alone else None, None, evaluation)

    def assuming_allow(self) -> Policies:
        """The same, but what was not supplied of identity, bucket and endpoint policies allows everything.

        This tells what the policies that are known do to a request, whatever others say.
        """
        layers = self.layers
        return Policies(
            replace(
                layers,
                identity=_opened(layers.identity),
                bucket=_opened(layers.bucket),
                endpoint=_opened(layers.endpoint),
            )
        )

    def denied(self, request: Request | Mapping[str, Any]) -> Decision | None:
        """The denial that a request certainly or perhaps meets, even if all that was not supplied allows it.

        ``None`` only if it is certainly allowed then: a decision of ``unknown`` means that it may be denied.

        :raises RequestError: the request cannot be.
        """
        decision = self.assuming_allow().decide(request)
        return None if decision.decision == ALLOW else decision


def _opened(layer: Layer) -> Layer:
    return replace(layer, fixed=OPEN) if layer.fixed == UNSUPPLIED else layer


def compile_policies(policies: Mapping[str, Any]) -> Policies:
    """The policies that a request meets, ready for any number of requests.

    A document is a mapping or JSON text.

    - ``identity``: list of the policies of the caller; ``bucket``: the bucket policy or null; ``endpoint``: the policy
      of the VPC endpoint, or null for the default one. Missing: not known. ``assume_allow``: lets everything pass
    - ``scp``, ``rcp``: list of levels, each a list of policies; ``boundary``: the permissions boundary; ``session``:
      list of session policies; ``block_public_access``: mapping of its four settings. Missing: none in force
    - ``resource_account``: id of the account that owns the bucket
    - ``resource_region``: the Region of the bucket; a request ``through`` an endpoint of another one is denied by the
      layer ``network_path``, whatever policies say. An endpoint for a service in another Region counts there

    :raises PolicyError: with every problem, each with its layer and its place in the document.
    """
    return Policies(compile_layers(policies))


def decide(request: Request | Mapping[str, Any], policies: Policies | Mapping[str, Any]) -> Decision:
    """What AWS decides of one request; for many of them, compile the policies once.

    :raises RequestError: the request cannot be.
    :raises PolicyError: a policy cannot be.
    """
    compiled = policies if isinstance(policies, Policies) else compile_policies(policies)
    return compiled.decide(request)
