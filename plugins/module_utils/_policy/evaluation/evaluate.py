# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A request evaluated against all layers: which deny it, and whether the others together grant it.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and pages below it;
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html for endpoint policies;
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html for the Region that endpoints lead to;
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html for who may change a bucket policy;
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html and orgs_manage_policies_rcps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..language.errors import Problem, RequestError
from ..language.logic import Kleene, agreed, either, every, negate
from ..language.principals import Kind
from ..language.values import Context
from .context import RESOURCE_ACCOUNT_KEYS
from .layer import OPEN, SILENT, Layer, Outcome
from .layers import (
    BLOCK_PUBLIC_ACCESS,
    BOUNDARY,
    BUCKET,
    IDENTITY,
    NETWORK,
    SESSION,
    Layers,
)
from .request import Request

#: What only principals of the bucket's account may do, and what its root user always may as far as the bucket policy
#: is concerned.
POLICY_ACTIONS = frozenset(("s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"))


class Denial(NamedTuple):
    """A layer that denies (``certain``) or may do so; ``applies``: whether the layer is asked at all.

    ``layer`` is ``None`` for Block Public Access, which has no statements.
    """

    name: str
    certain: bool
    layer: Layer | None
    outcome: Outcome
    applies: Kleene = True


class Gate(NamedTuple):
    """A layer that every request must pass to which it ``applies``, and that this one fails to pass, or may fail."""

    layer: Layer
    outcome: Outcome
    applies: Kleene
    passes: Kleene


@dataclass(slots=True)
class Evaluation:
    """One request, and what all layers say of it.

    ``carried``: the way of the request leads to the bucket, as far as is known; otherwise no layer is asked.
    ``same``: whether caller and bucket are of one account (``False`` for callers of no account). ``granted``: whether
    the layers let it pass, denials aside; unless a denial is certain, in which case nobody asked.
    """

    layers: Layers
    request: Request
    context: Context
    same: Kleene
    bucket: Outcome
    denials: list[Denial]
    gates: list[Gate]
    identity: Outcome = SILENT
    boundary: Outcome = OPEN
    session: Outcome = OPEN
    granted: Kleene = None
    carried: bool = True

    @property
    def denied(self) -> Denial | None:
        """The first certain denial."""
        for denial in self.denials:
            if denial.certain:
                return denial
        return None

    @property
    def limits(self) -> Kleene:
        """Whether boundary and session policy let pass."""
        if self.boundary is OPEN and self.session is OPEN:
            return True
        return every((self.boundary.allows, self.session.allows))

    @property
    def own(self) -> Kleene:
        """Whether the policies of the caller grant it."""
        allows, limits = self.identity.allows, self.limits
        if self.request.caller.kind is Kind.FEDERATED and self.layers.session is None:
            # One page of AWS lets the identity policy decide, another says that without a session policy the session
            # has nothing: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
            return every((allows, limits, None))
        return allows if limits is True else every((allows, limits))

    def granted_if(self, same: bool) -> Kleene:
        """Whether bucket policy and policies of the caller grant it, if both are (not) of one account."""
        caller = self.request.caller
        if not same and self.request.action_key in POLICY_ACTIONS:
            return False
        if not caller.signs:
            return self.bucket.allows
        if caller.kind is Kind.ROOT:
            return True if same else self.bucket.allows
        if not same:
            return every((self.bucket.allows, self.own))
        if self.bucket.direct or (own := self.own):
            return True
        return either((self.bucket.direct, own, every((self.bucket.role, self.limits))))

    @property
    def accounts(self) -> tuple[bool, ...]:
        """The possible answers to whether both are of one account."""
        return (True, False) if self.same is None else (self.same,)


def evaluate(layers: Layers, request: Request) -> Evaluation:
    """What all layers say of a request.

    :raises RequestError: the context of the request says that another account owns the bucket.
    """
    context = _owned(request, layers.owner) if layers.owner else request.context
    caller = request.caller
    same = _same_account(request, context)
    if layers.region is not None and _comes_from_elsewhere(request, layers.region):
        return Evaluation(layers, request, context, same, SILENT, [], [], granted=False, carried=False)
    bucket = layers.bucket.evaluate(request, context)
    evaluation = Evaluation(layers, request, context, same, bucket, [], [])

    denies = bucket.denies
    if denies is not False and caller.kind is Kind.ROOT and same is not False and request.action_key in POLICY_ACTIONS:
        # The root user can always repair a bucket policy; who is not of the account cannot touch it anyway.
        denies = False
    if denies is not False:
        evaluation.denials.append(Denial(BUCKET, denies is True, layers.bucket, bucket))
        if denies:
            return evaluation
    if layers.restricted is not False and same is not True and caller.kind is not Kind.SERVICE:
        certain = layers.restricted is True and same is False
        evaluation.denials.append(Denial(BLOCK_PUBLIC_ACCESS, certain, None, SILENT))
        if certain:
            return evaluation
    if request.endpoint is not False and _denied_at_gate(evaluation, layers.endpoint, request.endpoint):
        return evaluation
    if (layers.rcp or layers.scp) and _denied_by_organization(evaluation):
        return evaluation
    if caller.signs and caller.kind is not Kind.ROOT:
        evaluation.identity = layers.identity.evaluate(request, context)
        if _denied(evaluation, layers.identity, evaluation.identity):
            return evaluation
        if layers.boundary is not None:
            evaluation.boundary = layers.boundary.evaluate(request, context)
            if _denied(evaluation, layers.boundary, evaluation.boundary):
                return evaluation
        if layers.session is not None:
            evaluation.session = layers.session.evaluate(request, context)
            if _denied(evaluation, layers.session, evaluation.session):
                return evaluation
    granted = (
        evaluation.granted_if(same)
        if same is not None
        else agreed((evaluation.granted_if(True), evaluation.granted_if(False)))
    )
    for gate in evaluation.gates:
        if granted is False:
            break
        granted = gate.passes
    evaluation.granted = granted
    return evaluation


def _comes_from_elsewhere(request: Request, region: str) -> bool:
    """Whether a request comes through an endpoint of another Region than the bucket's: it carries nothing there."""
    if request.endpoint is not True or not isinstance(request.path, tuple):
        return False
    return dict(request.path).get("region") not in (None, region)


def _denied_by_organization(evaluation: Evaluation) -> bool:
    """Ask the policies of the organization, which do not apply to roles that are linked to services."""
    layers, caller = evaluation.layers, evaluation.request.caller
    linked = caller.linked
    if linked is True:
        return False
    applies = negate(linked)
    for level in layers.rcp:
        # AWS attaches an Allow for everything to every level, which nobody can detach.
        if _denied(evaluation, level, level.evaluate(evaluation.request, evaluation.context), applies):
            return True
    return caller.signs and any(_denied_at_gate(evaluation, level, applies) for level in layers.scp)


def _denied_at_gate(evaluation: Evaluation, layer: Layer, applies: Kleene) -> bool:
    """Ask a layer that perhaps applies; whether it certainly denies."""
    outcome = layer.evaluate(evaluation.request, evaluation.context)
    passes = outcome.allows
    if applies is not True:
        passes = either((negate(applies), passes))
    if passes is not True:
        evaluation.gates.append(Gate(layer, outcome, applies, passes))
    return _denied(evaluation, layer, outcome, applies)


def _denied(evaluation: Evaluation, layer: Layer, outcome: Outcome, applies: Kleene = True) -> bool:
    """Note the denial of a layer, if it denies; whether it certainly does."""
    if outcome.denies is False:
        return False
    certain = outcome.denies is True and applies is True
    evaluation.denials.append(Denial(layer.name, certain, layer, outcome, applies))
    return certain


def _same_account(request: Request, context: Context) -> Kleene:
    if not request.caller.signs:
        return False
    owner = context.get(RESOURCE_ACCOUNT_KEYS[0])
    return owner[0] == request.caller.account if isinstance(owner, tuple) else None


def _owned(request: Request, owner: Mapping[str, tuple[str]]) -> Context:
    """The context of a request, with the account that owns the bucket."""
    context = {**request.context, **owner}
    if len(context) < len(request.context) + len(owner):
        _agree_on_the_owner(request, owner)
    return context


def _agree_on_the_owner(request: Request, owner: Mapping[str, tuple[str]]) -> None:
    for key, value in owner.items():
        given = request.context.get(key, value)
        if given != value:
            shown = repr(given[0]) if isinstance(given, tuple) else "absent"
            raise RequestError(
                [
                    Problem(
                        "context.aws:ResourceAccount",
                        f"'aws:ResourceAccount' is {shown}, but the bucket is owned by {value[0]!r}.",
                        "Leave the key out, or give the account that owns the bucket.",
                    )
                ]
            )


def grants_as_owner(evaluation: Evaluation) -> bool:
    """Whether an allowed request needs no grant, since it is the root user's in its own account."""
    return evaluation.request.caller.kind is Kind.ROOT and evaluation.same is True


def lacking(evaluation: Evaluation) -> tuple[str, ...]:
    """The layers without whose Allow a request is (implicitly) denied; empty where no Allow would help."""
    if not evaluation.carried:
        return (NETWORK,)
    if evaluation.same is False and evaluation.request.action_key in POLICY_ACTIONS:
        return ()
    names = [gate.layer.name for gate in evaluation.gates if gate.passes is False]
    if evaluation.same is None:
        grants = {
            _lacking_grant(evaluation, same) for same in evaluation.accounts if evaluation.granted_if(same) is False
        }
        found = grants.pop() if len(grants) == 1 else ()
    else:
        found = _lacking_grant(evaluation, evaluation.same) if evaluation.granted_if(evaluation.same) is False else ()
    # A boundary or an SCP without an Allow says the same however many levels lack it.
    return tuple(dict.fromkeys((*names, *found)))


def _lacking_grant(evaluation: Evaluation, same: bool) -> tuple[str, ...]:
    caller = evaluation.request.caller
    if not same and evaluation.request.action_key in POLICY_ACTIONS:
        return ()
    if not caller.signs or caller.kind is Kind.ROOT:
        return (BUCKET,)
    limits = [
        name
        for name, outcome in ((BOUNDARY, evaluation.boundary), (SESSION, evaluation.session))
        if outcome.allows is False
    ]
    lacks_identity = evaluation.identity.allows is False
    if not same:
        bucket = [BUCKET] if evaluation.bucket.allows is False else []
        return (*bucket, *([IDENTITY] if lacks_identity else []), *limits)
    if not lacks_identity or evaluation.bucket.role is True:
        return tuple(limits)
    if evaluation.bucket.account is True:
        return (IDENTITY, *limits)
    return (IDENTITY, BUCKET, *limits)
