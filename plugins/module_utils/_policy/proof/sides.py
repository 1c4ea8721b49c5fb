# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The two sides of a claim: settings and declarations, compiled, and what they say of a request of which part is known.

A policy variable is exact where its key has a value that a pattern pins down, and may be anything elsewhere: in what is
compiled here it stands for a *shadow* of its key, which the search sets only in the first case. Unknown shadows leave
the evaluator in doubt, in either direction, so no proof rests on a guess.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ..evaluation.compiled import CompiledStatement, Resources
from ..evaluation.conditions import Check
from ..evaluation.evaluate import evaluate
from ..evaluation.layer import OPEN, Layer
from ..evaluation.layers import ASSUME_ALLOW, ENDPOINT, SESSION, Layers, compile_layers
from ..evaluation.request import Request
from ..language.document import VERSIONS
from ..language.logic import Kleene, every, negate
from ..language.operators import DoubtfulBool, TextTerm, fits_one_of, open_terms
from ..language.patterns import ARN_FIELDS, Pattern, Wild, any_matcher, can_meet, completed, joined
from ..language.variables import Template, Variable, plain
from ..language.vocabulary import find_key
from .claim import Declaration, Setting
from .readings import OPAQUE, Readings

SHADOW = "~"
DECLARATION = "declaration"


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What a request can pass. ``layers``: by the id of the endpoint that it comes through, ``None`` for all others."""

    layers: Mapping[str | None, Layers]
    declared: Layer | None = None

    def passes(self, request: Request, endpoint: str | None) -> Kleene:
        """Whether a request passes, which comes through this endpoint."""
        return self.decide(request, endpoint)[0]

    def decide(self, request: Request, endpoint: str | None) -> tuple[Kleene, CompiledStatement | None]:
        """As :meth:`passes`, with the statement that certainly denies, if one does."""
        if self.declared is not None:
            outcome = self.declared.evaluate(request, request.context)
            return every((outcome.allows, negate(outcome.denies))), outcome.denier
        evaluation = evaluate(self.layers.get(endpoint) or self.layers[None], request)
        denied = evaluation.denied
        if denied is not None:
            return False, denied.outcome.denier
        if evaluation.granted is False:
            return False, None
        return (True if evaluation.granted and not evaluation.denials else None), None

    def of(self, endpoint: str | None) -> tuple[Layer, ...]:
        """The layers with statements that a request through an endpoint meets."""
        if self.declared is not None:
            return (self.declared,)
        layers = self.layers.get(endpoint) or self.layers[None]
        return tuple(layer for layer in _every_layer(layers) if layer.statements)

    @property
    def all_layers(self) -> tuple[Layer, ...]:
        """Each layer once."""
        found = {id(layer): layer for endpoint in self.layers for layer in self.of(endpoint)}
        return tuple(found.values()) if self.declared is None else (self.declared,)


def _every_layer(layers: Layers) -> Iterator[Layer]:
    yield layers.bucket
    yield layers.endpoint
    yield from (*layers.rcp, *layers.scp)
    yield layers.identity
    yield from (layer for layer in (layers.boundary, layers.session) if layer is not None)


def compile_side(given: Setting | Declaration, region: str | None = None) -> Side:
    """A side of a claim, about buckets in a Region, if that is known.

    :raises PolicyError: with every problem of every document, each with its layer and its place in there."""
    if isinstance(given, Declaration):
        document = {"Version": VERSIONS[0], "Statement": [dict(one) for one in given.statements]}
        layers = compile_layers({"bucket": document})
        return Side({}, Layer(DECLARATION, layers.bucket.statements))
    policies = {"identity": ASSUME_ALLOW, "bucket": ASSUME_ALLOW, **given.policies, "endpoint": ASSUME_ALLOW}
    if region:
        policies["resource_region"] = region
    layers = compile_layers(policies)
    if layers.session is None and layers.identity.fixed == OPEN:
        # Whatever the policies of callers say, those of a federated user's session say it as well.
        layers = replace(layers, session=Layer(SESSION, fixed=OPEN))
    by_endpoint: dict[str | None, Layers] = {None: layers}
    for name, document in given.endpoints.items():
        endpoint = compile_layers({"identity": ASSUME_ALLOW, "bucket": ASSUME_ALLOW, "endpoint": document}).endpoint
        bounded = layers.boundary is not None
        by_endpoint[name] = replace(
            layers, endpoint=Layer(ENDPOINT, endpoint.statements, endpoint.fixed, True, bounded)
        )
    return Side(by_endpoint)


#: What becomes of a statement, or ``None`` where it is left out.
Change: TypeAlias = Callable[[CompiledStatement, Layer], CompiledStatement | None]


def changed(side: Side, change: Change) -> Side:
    """The same with its statements changed."""
    known: dict[int, Layer] = {}

    def of(layer: Layer) -> Layer:
        if layer.fixed is not None:
            return layer
        if id(layer) not in known:
            statements = [change(statement, layer) for statement in layer.statements]
            kept = tuple(statement for statement in statements if statement is not None)
            known[id(layer)] = Layer(layer.name, kept, None, layer.account_is_root, layer.bounded)
        return known[id(layer)]

    if side.declared is not None:
        return Side({}, of(side.declared))
    return Side(
        {
            endpoint: replace(
                layers,
                identity=of(layers.identity),
                bucket=of(layers.bucket),
                endpoint=of(layers.endpoint),
                scp=tuple(map(of, layers.scp)),
                rcp=tuple(map(of, layers.rcp)),
                boundary=of(layers.boundary) if layers.boundary else None,
                session=of(layers.session) if layers.session else None,
            )
            for endpoint, layers in side.layers.items()
        }
    )


def resource_patterns(side: Side) -> tuple[Pattern, ...] | None:
    """The patterns of all resources that a declaration is about; ``None``: it may be about any."""
    found: dict[Pattern, None] = {}
    for layer in side.all_layers:
        for statement in layer.statements:
            if statement.allows:
                if statement.resources.negated or side.declared is None:
                    return None
                found.update(dict.fromkeys(_shapes(statement.resources)))
    return tuple(found)


def _shapes(resources: Resources) -> Iterator[Pattern]:
    yield from resources.patterns
    for template in resources.templates:
        shape = joined(tuple(Wild.RUN if isinstance(part, Variable) else part for part in template))
        yield from (shape, completed(shape))


def without_what_is_not_about(side: Side, about: tuple[Pattern, ...]) -> Side:
    """A side without the statements that are about none of these resources, which decide nothing there."""
    return changed(side, lambda statement, layer: statement if can_be_about(statement.resources, about) else None)


def can_be_about(resources: Resources, about: tuple[Pattern, ...]) -> bool:
    """Whether a statement can be about a resource that fits one of these patterns."""
    return resources.negated or any(can_meet(shape, one) for shape in _shapes(resources) for one in about)


def hardness(shape: Pattern) -> int:
    """How much a pattern multiplies the states of an automaton: runs, and single characters behind one."""
    first = next((place for place, part in enumerate(shape) if part is Wild.RUN), None)
    if first is None:
        return 0
    behind = shape[first + 1 :]
    return 2 * sum(part is Wild.ONE for part in behind) + sum(part is Wild.RUN for part in behind)


def relaxed(side: Side, limit: int) -> Side:
    """A side in which nobody knows whether a harder pattern fits, but for the text that it begins with."""

    def of(statement: CompiledStatement, layer: Layer) -> CompiledStatement:
        resources, checks = _relaxed_resources(statement.resources, limit), []
        for check in statement.checks:
            terms = tuple(_relaxed_term(term, limit) for term in check.terms)
            if any(map(operator.is_not, terms, check.terms)):
                open_ = open_terms(terms)
                used = tuple(dict.fromkeys(variable for term in terms for variable in term.variables))
                fits = fits_one_of(terms)
                check = replace(check, terms=terms, fits=fits, open_terms=open_, variables=used, remembered={})
            checks.append(check)
        return replace(statement, resources=resources, checks=tuple(checks))

    return changed(side, of)


def _relaxed_resources(resources: Resources, limit: int) -> Resources:
    hard = [shape for shape in resources.patterns if hardness(shape) > limit]
    # What has two readings because it is short, or reaches over colons, stays as it is.
    if not hard or resources.short is not None or resources.loose is not None:
        return resources
    kept = tuple(shape for shape in resources.patterns if hardness(shape) <= limit)
    return replace(
        resources,
        fixed=any_matcher(map(completed, kept), arns=True),
        templates=(*resources.templates, *(_opaque(shape) for shape in hard)),
        patterns=kept,
    )


def _relaxed_term(term: Any, limit: int) -> Any:
    if not isinstance(term, TextTerm) or term.variables or hardness(plain(term.parts)) <= limit:
        return term
    return replace(term, parts=_opaque(plain(term.parts), term.arns))


def _opaque(shape: Pattern, arns: bool = True) -> Template:
    """The text that a pattern begins with, and anything; of an ARN only what lies in its last field can be anything."""
    head = shape[0] if isinstance(shape[0], str) else ""
    return (head, OPAQUE) if head and (not arns or head.count(":") >= ARN_FIELDS - 1) else (OPAQUE,)


#: Harder patterns than these are given up, one limit after the other, until what is left can be told apart.
LIMITS = (None, 8, 3, 1, 0)


class Shadows:
    """Puts shadows in place of variables, and gives keys to doubts; resources that are one stay one."""

    def __init__(self) -> None:
        self._readings = Readings()
        self._resources: dict[int, tuple[Resources, Resources]] = {}

    def statement(self, statement: CompiledStatement, layer: Layer) -> CompiledStatement:
        resources, checks = self._of_resources(statement), tuple(map(self._of_check, statement.checks))
        if resources is not statement.resources or not all(map(operator.is_, checks, statement.checks)):
            statement = replace(statement, resources=resources, checks=checks)
        return self._readings.of_statement(statement)

    def _of_resources(self, statement: CompiledStatement) -> Resources:
        resources, source = statement.resources, statement.source
        if id(resources) not in self._resources:
            shadowed = resources
            if resources.templates:
                shadowed = replace(resources, templates=tuple(map(_shadowed, resources.templates)))
            named = self._readings.of_resources(shadowed, source.resources or source.not_resources or ())
            self._resources[id(resources)] = (resources, named)
        return self._resources[id(resources)][1]

    def _of_check(self, check: Check) -> Check:
        return self._readings.of_check(_of_check(check))


def _of_check(check: Check) -> Check:
    if not check.variables:
        return check
    terms = tuple(_of_term(term) for term in check.terms)
    return replace(
        check,
        terms=terms,
        open_terms=tuple(term for term in terms if isinstance(term, (TextTerm, DoubtfulBool)) and term.variables),
        variables=tuple(map(_of_variable, check.variables)),
        remembered={},
    )


def _of_term(term: Any) -> Any:
    if isinstance(term, DoubtfulBool):
        return DoubtfulBool(_of_term(term.text))
    return replace(term, parts=_shadowed(term.parts)) if isinstance(term, TextTerm) and term.variables else term


def _shadowed(parts: Template) -> Template:
    return tuple(_of_variable(part) if isinstance(part, Variable) else part for part in parts)


def _of_variable(variable: Variable) -> Variable:
    found = find_key(variable.key)
    if variable.key.startswith(SHADOW) or (found is not None and found.multi):
        return variable  # A key with several values cannot be used as a variable: its default stands there for good.
    return Variable(SHADOW + variable.key, variable.name, variable.default)


def shadowed_keys(statements: Iterable[CompiledStatement]) -> frozenset[str]:
    """The keys that have a shadow in these statements."""
    found = set()
    for statement in statements:
        for variable in (
            *statement.resources.variables,
            *(one for check in statement.checks for one in check.variables),
        ):
            if variable.key.startswith(SHADOW) and variable != OPAQUE:
                found.add(variable.key.removeprefix(SHADOW))
    return frozenset(found)
