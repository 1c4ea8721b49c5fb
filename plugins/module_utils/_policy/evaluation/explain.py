# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Why a request is decided as it is, in sentences for people, and what would decide one that is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from ..language.logic import every
from ..language.principals import Kind, missing_of
from .compiled import CompiledStatement
from .evaluate import POLICY_ACTIONS, Denial, Evaluation, grants_as_owner, lacking
from .explain_conditions import describe_check
from .layer import UNSUPPLIED, Layer, Outcome
from .layers import (
    BLOCK_PUBLIC_ACCESS,
    BOUNDARY,
    BUCKET,
    ENDPOINT,
    IDENTITY,
    RCP,
    SCP,
    SESSION,
)

#: What a layer is called in a sentence, and as something that nobody supplied.
TITLES = {
    IDENTITY: "identity policy",
    BUCKET: "bucket policy",
    ENDPOINT: "endpoint policy",
    SCP: "service control policy",
    RCP: "resource control policy",
    BOUNDARY: "permissions boundary",
    SESSION: "session policy",
    BLOCK_PUBLIC_ACCESS: "Block Public Access",
}
UNSUPPLIED_NAMES = {IDENTITY: "identity policies", BUCKET: "bucket policy", ENDPOINT: "endpoint policy"}

_FEDERATED_DOUBT = (
    "AWS's documents contradict each other on federated users without a session policy: one page lets the identity "
    "policy decide, another says that such a session has no permissions"
)
_NOT_PRINCIPAL_DOUBT = (
    "NotPrincipal lists part of the chain of account, role and session only, of which AWS says that it might deny"
)
_CANONICAL_DOUBT = "it names a canonical user id, which a request does not tell"


def missing_keys(evaluation: Evaluation) -> tuple[str, ...]:
    """The condition keys, as AWS spells them, and the layers that would decide a request that is unknown."""
    return tuple(dict.fromkeys(key for _clause, keys in _open_points(evaluation) for key in keys))


#: A clause about what is not known, and what would tell.
_Point: TypeAlias = tuple[str, tuple[str, ...]]
_ACCOUNT = "aws:ResourceAccount"


def _open_points(evaluation: Evaluation) -> Iterator[_Point]:
    for denial in evaluation.denials:
        yield from _open_denial(evaluation, denial)
    for gate in evaluation.gates:
        if gate.passes is None:
            yield from _open_gate(evaluation, gate.layer, gate.outcome, gate.applies)
    answers = {evaluation.granted_if(same) for same in evaluation.accounts}
    if len(answers) > 1:
        yield "the account that owns the bucket was not supplied", (_ACCOUNT,)
    if None in answers:
        yield from _open_grant(evaluation)


def _open_denial(evaluation: Evaluation, denial: Denial) -> Iterator[_Point]:
    if denial.layer is None:
        clause = "RestrictPublicBuckets may deny it"
        if evaluation.same is None:
            yield f"{clause} (the account that owns the bucket was not supplied)", (_ACCOUNT,)
        if evaluation.layers.bucket.fixed == UNSUPPLIED:
            yield f"{clause} (the bucket policy was not supplied)", (UNSUPPLIED_NAMES[BUCKET],)
        for finding in evaluation.layers.public:
            if evaluation.layers.restricted is None:
                yield f"{clause} (AWS does not say whether this is public: {finding.reason[:-1]})", ()
        return
    yield from _open_application(denial.layer, denial.applies)
    if denial.outcome.denies is None:
        yield from _open_statements(evaluation, denial.layer, denial.outcome, allows=False)


def _open_gate(evaluation: Evaluation, layer: Layer, outcome: Outcome, applies: object) -> Iterator[_Point]:
    yield from _open_application(layer, applies)
    if outcome.allows is None:
        yield from _open_statements(evaluation, layer, outcome, allows=True)


def _open_application(layer: Layer, applies: object) -> Iterator[_Point]:
    if applies is not None:
        return
    if layer.name == ENDPOINT:
        yield "the request may or may not pass the endpoint", ("aws:SourceVpce",)
    else:
        yield "the role may be linked to a service, which organizations cannot restrict", ("aws:PrincipalArn",)


def _open_grant(evaluation: Evaluation) -> Iterator[_Point]:
    """Where the policies of the caller and the bucket policy leave open whether they grant a request."""
    if not evaluation.request.caller.signs or evaluation.request.caller.kind is Kind.ROOT:
        yield from _open_statements(evaluation, evaluation.layers.bucket, evaluation.bucket, allows=True)
        return
    if None in (evaluation.bucket.direct, evaluation.bucket.role, evaluation.bucket.account):
        yield from _open_statements(evaluation, evaluation.layers.bucket, evaluation.bucket, allows=True)
    if evaluation.identity.allows is None:
        yield from _open_statements(evaluation, evaluation.layers.identity, evaluation.identity, allows=True)
    for layer, outcome in (
        (evaluation.layers.boundary, evaluation.boundary),
        (evaluation.layers.session, evaluation.session),
    ):
        if layer is not None and outcome.allows is None:
            yield from _open_statements(evaluation, layer, outcome, allows=True)
    if evaluation.own is None and every((evaluation.identity.allows, evaluation.limits)) is True:
        yield _FEDERATED_DOUBT, ()


def _open_statements(evaluation: Evaluation, layer: Layer, outcome: Outcome, allows: bool) -> Iterator[_Point]:
    if layer.fixed is not None:
        if outcome == UNSUPPLIED:
            name = UNSUPPLIED_NAMES[layer.name]
            yield f"the {name} {'were' if name.endswith('s') else 'was'} not supplied", (name,)
        return
    verb = "allow" if allows else "deny"
    for statement, about in layer.candidates(evaluation.request, allows):
        holds = statement.holds(evaluation.request.resource, evaluation.context)
        # An Allow may be known to name the account, and not whether it names the caller as well.
        ways = (about.direct, about.role, about.account) if allows else (about.any,)
        if holds is False or not (None in ways or holds is None):
            continue
        clauses = list(_clauses(evaluation, statement, lambda result: result is None)) if holds is None else []
        keys = list(statement.missing(evaluation.request, evaluation.context)) if holds is None else []
        if None in ways:
            clause, missing = _open_principal(evaluation, statement)
            clauses.append(clause)
            keys += missing
        yield f"{_subject(layer, statement)} may {verb} it ({_joined(clauses)})", tuple(keys)


def _open_principal(evaluation: Evaluation, statement: CompiledStatement) -> tuple[str, tuple[str, ...]]:
    principals = statement.source.principal or statement.source.not_principal or {}
    missing = missing_of(principals.get("AWS", ()), evaluation.request.caller)
    if missing:
        return f"the principal of the request is not known in full ({', '.join(missing)})", missing
    return (_NOT_PRINCIPAL_DOUBT if statement.source.not_principal else _CANONICAL_DOUBT), ()


def _subject(layer: Layer, statement: CompiledStatement) -> str:
    label = statement.label
    if not statement.source.sid and len({one.place for one in layer.statements}) > 1:
        label = f"{statement.place}.{label}"
    return f"{TITLES[layer.name]} statement {label!r}"


def _clauses(evaluation: Evaluation, statement: CompiledStatement, wanted: object) -> Iterator[str]:
    """A clause for the resource and each condition of a statement whose result is a wanted one."""
    covers = statement.resources.cover(evaluation.request.resource, evaluation.context)
    select = wanted if callable(wanted) else (lambda result: result is wanted)
    if select(covers) and covers is not True:
        verb = "is not known to be" if covers is None else "is not"
        doubt = statement.resources.doubt(evaluation.request.resource, evaluation.context) if covers is None else None
        yield f"{evaluation.request.resource} {verb} among its resources" + (f" ({doubt})" if doubt else "")
    for check in statement.checks:
        result = check.holds(evaluation.context)
        if select(result):
            yield describe_check(check, result, evaluation.request, evaluation.context)


def reason_of_denial(evaluation: Evaluation, denial: Denial) -> str:
    """One sentence for a request that is explicitly denied."""
    action = evaluation.request.action
    if denial.layer is None or denial.outcome.denier is None:
        reasons = " ".join(one.reason for one in evaluation.layers.public)
        return (
            f"RestrictPublicBuckets of Block Public Access denies {action} to all but the account of the bucket and "
            f"AWS services, because the bucket policy is public: {reasons}"
        )
    statement = denial.outcome.denier
    clauses = list(_clauses(evaluation, statement, True))
    why = _joined(clauses) if clauses else "it has no conditions"
    return _sentence(f"{_subject(denial.layer, statement)} denies {action}: {why}")


def reason_of_lack(evaluation: Evaluation) -> str:
    """One sentence for a request that nothing allows."""
    action, resource = evaluation.request.action, evaluation.request.resource
    if not evaluation.carried:
        path = evaluation.request.path
        parts = dict(path) if isinstance(path, tuple) else {}
        name = f"Endpoint {parts['vpce']}" if parts.get("vpce") else "The endpoint"
        return _sentence(
            f"{name} is in {parts.get('region')} and the bucket in {evaluation.layers.region}: an endpoint carries "
            f"requests to S3 of its own Region only, so {action} on {resource} does not come through it"
        )
    names = lacking(evaluation)
    if not names:
        if evaluation.same is not True and lacking_owner(evaluation):
            return (
                f"{action} is for principals of the account that owns the bucket only: S3 answers others with 405 "
                "MethodNotAllowed."
            )
        return f"No policy allows {action} on {resource}."
    clauses = [_lack(evaluation, name) for name in names]
    return f"{action} on {resource} is not allowed: {', and '.join(clauses)}."


def lacking_owner(evaluation: Evaluation) -> bool:
    """Whether a request is denied because only the owner of the bucket may make it."""
    if evaluation.request.action_key not in POLICY_ACTIONS:
        return False
    return evaluation.same is False or evaluation.bucket.allows is not False


def _lack(evaluation: Evaluation, name: str) -> str:
    title = TITLES[name]
    layers = [layer for layer in _all_layers(evaluation) if layer.name == name]
    near = [text for layer in layers for text in _near_misses(evaluation, layer)]
    if not any(layer.statements for layer in layers):
        return f"there is no {title}" if name in (BUCKET, IDENTITY) else f"no {title} allows it"
    return f"no statement of the {title} allows it" + (f" ({near[0]})" if near else "")


def _all_layers(evaluation: Evaluation) -> Iterable[Layer]:
    layers = evaluation.layers
    optional = (layer for layer in (layers.boundary, layers.session) if layer is not None)
    return (layers.identity, layers.bucket, layers.endpoint, *layers.scp, *optional)


def _near_misses(evaluation: Evaluation, layer: Layer) -> Iterator[str]:
    """Allow statements for the action and the caller that something keeps from applying; the nearest ones first."""
    found = []
    for statement, _about in layer.candidates(evaluation.request, True):
        failed = list(_clauses(evaluation, statement, False))
        if failed:
            covers = statement.resources.cover(evaluation.request.resource, evaluation.context)
            found.append((covers is False, len(failed), f"{statement.label!r} would, but {_joined(failed)}"))
    yield from (text for _misses, _count, text in sorted(found, key=lambda one: one[:2]))


def reason_of_grant(evaluation: Evaluation) -> str:
    """One sentence for a request that is allowed."""
    action = evaluation.request.action
    if grants_as_owner(evaluation):
        return f"The root user may do everything in its own account, and no policy denies {action}."
    bucket, identity = evaluation.bucket.granter, evaluation.identity.granter
    subjects = [
        _subject(layer, statement)
        for layer, statement in ((evaluation.layers.bucket, bucket), (evaluation.layers.identity, identity))
        if statement is not None
    ]
    if evaluation.same is True and evaluation.bucket.direct is True:
        subjects = subjects[:1]
    if not subjects:
        return f"The layers that were supplied let {action} pass."
    verb = "allows" if len(subjects) == 1 else "allow"
    return _sentence(f"{' and '.join(subjects)} {verb} {action}, and no layer denies it")


def reason_of_doubt(evaluation: Evaluation) -> str:
    """One sentence for a request that is not decided."""
    clauses = dict.fromkeys(clause for clause, _keys in _open_points(evaluation))
    return _sentence(f"it is not known whether {evaluation.request.action} is allowed: {_joined(clauses)}")


def _joined(clauses: Iterable[str]) -> str:
    return "; ".join(clauses)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
