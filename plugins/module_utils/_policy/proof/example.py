# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Counterexamples: a request of the search made again as people give it, confirmed by the evaluator, and kept small."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..evaluation.compiled import CompiledStatement
from ..evaluation.decide import Decision, Policies
from ..evaluation.layer import Layer
from ..evaluation.request import Request
from ..language.arns import parse_arn
from ..language.errors import RequestError
from ..language.operators import DoubtfulBool, TextTerm
from ..language.patterns import Pattern, Wild
from ..language.principals import Match
from ..language.values import Context, State, find
from ..language.variables import Template, render
from ..language.vocabulary import spell_action, spell_key
from .callers import as_supplied
from .claim import Counterexample, Statement
from .search import Node, Question
from .sides import DECLARATION, Side
from .space import Space, is_open

#: A value for a variable that may have any.
_ANY = "any-value"
#: Combinations that are tried of one request.
_MAX_TRIED = 48
#: Requests of which combinations are tried.
_MAX_NODES = 16


class Maker:
    """Makes counterexamples to one question.

    :param question: with the statements as they were given, variables and all.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        #: Requests that could not be made again: each is a mistake in what is said of the world.
        self.impossible: list[str] = []

    def make(self, node: Node) -> Counterexample | None:
        """The example; ``None`` if the evaluator does not confirm it."""
        return self.confirmed(mapping_of(node), node.path.endpoint)

    def confirmed(self, mapping: dict[str, Any], endpoint: str | None, certain: bool = True) -> Counterexample | None:
        """The smallest example like a request; ``None`` if the evaluator does not confirm it.

        :param certain: the search says that there is such a request, so that it is a mistake if there cannot be.
        """
        try:
            request = Request.from_mapping(mapping)
        except RequestError as error:
            if certain:
                self.impossible.append(str(error))
            return None
        if not self._answers(request, endpoint):
            return None
        for key in list(mapping.get("context", ())):
            context = {name: value for name, value in mapping["context"].items() if name != key}
            smaller = {**mapping, "context": context}
            try:
                made = Request.from_mapping(smaller)
            except RequestError:
                continue
            if self._answers(made, endpoint):
                mapping, request = smaller, made
        if not mapping.get("context"):
            mapping = {key: value for key, value in mapping.items() if key != "context"}
        return self._example(mapping, request, endpoint)

    def _answers(self, request: Request, endpoint: str | None) -> bool:
        question = self.question
        if question.unless is not None and question.unless.passes(request, endpoint) is not False:
            return False
        if question.within is not None and question.within.passes(request, endpoint) is not True:
            return False
        return question.passing.passes(request, endpoint) is True

    def _example(self, mapping: dict[str, Any], request: Request, endpoint: str | None) -> Counterexample:
        passing, unless = self.question.passing, self.question.unless
        side = unless if passing.declared and unless is not None and unless.declared is None else passing
        if side.declared is not None:
            outcome = side.declared.evaluate(request, request.context)
            granter = outcome.granter
            label = granter.label if granter else None
            statement = Statement(DECLARATION, "", label) if label else None
            return Counterexample(mapping, "declared", f"Statement {label!r} declares it.", statement)
        decision = decision_of(side, request, endpoint)
        return Counterexample(mapping, decision.decision, decision.reason, _statement(decision, side, endpoint))


def decision_of(side: Side, request: Request, endpoint: str | None) -> Decision:
    """What the evaluator decides of a request through an endpoint."""
    return Policies(side.layers.get(endpoint) or side.layers[None]).decide(request)


def doubt_of(node: Node, *sides: Side | None) -> str:
    """Why nobody can tell what these sides say of a request; empty where they do not say."""
    request, endpoint = node.request, node.path.endpoint
    for side in sides:
        if side is None:
            continue
        if side.declared is None:
            decision = decision_of(side, request, endpoint)
            if decision.decision == "unknown":
                return decision.reason
            continue
        for statement, match in _candidates(side.declared, request):
            context = request.context
            covers = statement.resources.cover(request.resource, context)
            if covers is False or (match.any and statement.meets(context, covers) is not None):
                continue
            found = [statement.resources.doubt(request.resource, context) if covers is None else None]
            found += [check.doubt(context) for check in statement.checks if check.holds(context) is None]
            if any(found):
                said = next(filter(None, found))
                return f"It is not known whether statement {statement.label!r} is about a request: {said}."
    return ""


def _candidates(layer: Layer, request: Request) -> list[tuple[CompiledStatement, Match]]:
    return [*layer.candidates(request, False), *layer.candidates(request, True)]


def _statement(decision: Decision, side: Side, endpoint: str | None) -> Statement | None:
    """The statement that decides: the Deny, or the Allow that lets pass."""
    evaluation = decision.evaluation
    denied = evaluation.denied
    if denied is not None:
        found = denied.outcome.denier
        return Statement(denied.name, found.place, found.label) if found else None
    if decision.decision != "allow":
        return None
    for name, outcome in (("bucket_policy", evaluation.bucket), ("identity_policy", evaluation.identity)):
        if outcome.granter is not None:
            return Statement(name, outcome.granter.place, outcome.granter.label)
    layers = side.layers.get(endpoint) or side.layers[None]
    granter = layers.endpoint.evaluate(evaluation.request, evaluation.context).granter
    return Statement("endpoint_policy", granter.place, granter.label) if granter else None


def mapping_of(node: Node) -> dict[str, Any]:
    """A request of the search, as :meth:`Request.from_mapping` takes it."""
    mapping: dict[str, Any] = {
        "principal": node.caller.caller.text,
        "action": spell_action(node.pair.action) or node.pair.action,
        "resource": node.pair.resource,
    }
    if node.path.path is not None:
        mapping["through"] = dict(node.path.path) if isinstance(node.path.path, tuple) else node.path.path
    if node.path.called_via:
        mapping["called_via"] = list(node.path.called_via)
    context: Mapping[str, Any] = as_supplied(node.supplied())
    if context:
        mapping["context"] = {spell_key(key): value for key, value in context.items()}
    return mapping


# Where policy variables leave the search in doubt: values for the variables, and texts that fit. What is tried is not
# complete: a request that answers the question refutes a claim, none proves nothing.


def find_example(nodes: Iterable[Node], maker: Maker, space: Space) -> Counterexample | None:
    """A request like that of one of these nodes, made definite in some way, that the evaluator confirms."""
    sides = [
        side for side in (maker.question.passing, maker.question.unless, maker.question.within) if side is not None
    ]
    about = [
        statement
        for side in sides
        for layer in side.all_layers
        for statement in layer.statements
        if statement.resources.templates or any(check.variables for check in statement.checks)
    ]
    if not about:
        return None
    for node in itertools.islice(nodes, _MAX_NODES):
        for mapping in itertools.islice(_attempts(node, mapping_of(node), about, space), _MAX_TRIED):
            example = maker.confirmed(mapping, node.path.endpoint, certain=False)
            if example is not None:
                return example
    return None


def _attempts(
    node: Node, base: Mapping[str, Any], about: list[CompiledStatement], space: Space
) -> Iterator[dict[str, Any]]:
    context = node.request.context
    unknown = [key for key in sorted(space.shadowed) if is_open(context, key)]
    for values in itertools.product(*([*space.singles[key], _ANY] for key in unknown)):
        chosen = dict(zip(unknown, values, strict=True))
        whole: Context = {**context, **{key: (value,) for key, value in chosen.items()}}
        resources = [base["resource"], *_resources(about, whole, base["resource"])]
        keys: dict[str, list[str | None]] = {}
        for key, text in _texts(about, whole):
            keys.setdefault(key, _given(context, key)).append(text)
        for resource in dict.fromkeys(resources):
            for texts in itertools.product(*keys.values()):
                supplied = {**base.get("context", {}), **{spell_key(key): value for key, value in chosen.items()}}
                supplied.update(
                    {spell_key(key): text for key, text in zip(keys, texts, strict=True) if text is not None}
                )
                yield {**base, "resource": resource, "context": supplied}


def _given(context: Context, key: str) -> list[str | None]:
    value = find(context, key)
    return [value[0]] if isinstance(value, tuple) and len(value) == 1 else [None]


def _resources(about: list[CompiledStatement], context: Context, like: str) -> Iterator[str]:
    """Resources that fit the templates of statements, of the kind of another one."""
    for statement in about:
        for template in statement.resources.templates:
            for text in _fitting(template, context):
                arn = parse_arn(text)
                if arn is not None and ("/" in arn.resource) == ("/" in like):
                    yield text


def _texts(about: list[CompiledStatement], context: Context) -> Iterator[tuple[str, str]]:
    """Keys that are compared with variables, and values of them that fit."""
    for statement in about:
        for check in statement.checks:
            for term in check.terms:
                text = term.text if isinstance(term, DoubtfulBool) else term
                if isinstance(text, TextTerm) and text.variables and find(context, check.key) is not State.ABSENT:
                    for value in _fitting(text.parts, context):
                        yield check.key, value


def _fitting(template: Template, context: Context) -> Iterator[str]:
    pattern = render(template, lambda key: find(context, key)).pattern
    if pattern is not None:
        yield _witness(pattern, "x")
        yield _witness(pattern, "")


def _witness(pattern: Pattern, run: str) -> str:
    return "".join(part if isinstance(part, str) else ("x" if part is Wild.ONE else run) for part in pattern)
