# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The front door of the proof engine: claims in, verdicts out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

from ..evaluation.compiled import CompiledStatement
from ..evaluation.layer import Layer
from ..language.errors import PolicyError, Problem
from ..language.patterns import Pattern
from ..texts.automaton import TooMany
from . import world as known
from .callers import CallerCell
from .cells import Cells, PathCell
from .claim import (
    HOLDS,
    REFUTED,
    S3_ONLY,
    TOO_MANY,
    UNDECIDED,
    Claim,
    Counterexample,
    Declaration,
    Passing,
    Setting,
    Verdict,
)
from .example import Maker, doubt_of, find_example
from .passing import passes
from .search import Budget, Exhausted, Found, Node, Question, Search
from .sides import (
    LIMITS,
    Shadows,
    Side,
    changed,
    compile_side,
    relaxed,
    resource_patterns,
    without_what_is_not_about,
)
from .space import Space

#: Partial requests that are evaluated before a claim is given up.
LEAVES = 25_000
#: States of one automaton.
STATES = 20_000
#: Counterexamples that are shown, and of them for one kind of principal on one kind of path.
_EXAMPLES, _ALIKE = 16, 1
#: What a perimeter tells requests apart by.
CORE_KEYS = frozenset(("aws:sourcevpce", "aws:sourcevpc", "aws:sourcevpcarn", "aws:securetransport", "s3:tlsversion"))
_SERVICES_ASSUMED = "AWS services call from within AWS, not through VPC endpoints, and name no principal of a policy."
#: What a setting does not say, and where it is said.
_ELSEWHERE = {
    "endpoint": "Give the policies of endpoints by their ids in 'endpoints'.",
    "resource_account": "Say who owns a bucket in the world of the claim.",
    "resource_region": "Say the Region of the buckets in the world of the claim.",
}


@dataclass(frozen=True, slots=True)
class Options:
    """Budgets, how many counterexamples are wanted, and (for tests) which rules of the world are in force."""

    leaves: int = LEAVES
    states: int = STATES
    examples: int = _EXAMPLES
    rules: frozenset[str] = field(default=known.ALL_RULES)


def prove(claim: Claim | Passing, options: Options = Options()) -> Verdict:
    """Whether a claim holds.

    :raises PolicyError: a document of the claim cannot be, with its place.
    """
    if isinstance(claim, Passing):
        return passes(claim, options.leaves, options.states, options.rules)
    _check(claim)
    given = Question(
        compile_side(claim.passing, claim.world.region),
        None if claim.unless is None else compile_side(claim.unless, claim.world.region),
        None if claim.within is None else compile_side(claim.within),
    )
    given, about = _sliced(given)
    budget, spare = Budget(options.leaves), Budget(options.leaves // 2)
    for limit in LIMITS:
        question = _shadowed(given, limit)
        sides = [side for side in (question.passing, question.unless, question.within) if side is not None]
        space = Space(claim.world, sides, options.states, options.rules, about)
        endpoints = _endpoints(claim.passing, claim.unless)
        try:
            cells = Cells(space, endpoints, claim.through, None, claim.services, claim.known_actions)
        except TooMany:
            continue
        break
    else:
        return Verdict(claim.name, UNDECIDED, reason=TOO_MANY)
    assumed = _assumed(claim, cells)
    core = _core(question, claim.core)
    if core is not None:
        tried = _Trial(cells, core, _core_of(given, claim.core), spare, 1)
        if tried.run() and not tried.examples and not tried.found.doubts:
            return replace(tried.verdict(claim.name, assumed), vacuous=_is_vacuous(cells, question, spare))
    trial = _Trial(cells, question, given, budget, options.examples)
    trial.run()
    trial.try_doubts()
    verdict = trial.verdict(claim.name, assumed)
    return replace(verdict, vacuous=_is_vacuous(cells, question, spare)) if verdict.holds else verdict


def _is_vacuous(cells: Cells, question: Question, budget: Budget) -> bool:
    """Whether the claim is about no request that there can be."""
    asked = question.within or question.passing
    if asked.declared is None:
        return False
    some: list[Node] = []

    def found(node: Node) -> bool:
        some.append(node)
        return True

    search = Search(cells, Question(asked, None), budget, found, lambda caller, path: bool(some))
    try:
        return not search.run().nodes and not search.found.doubts
    except Exhausted:
        return False


class _Trial:
    """One search, and what became of it."""

    def __init__(self, cells: Cells, question: Question, given: Question, budget: Budget, most: int) -> None:
        self.most = most
        self.maker = Maker(given)
        self.budget = budget
        self.examples: dict[object, Counterexample] = {}
        self.exhausted = False
        self.given = given
        self.alike: dict[object, int] = {}
        self.search = Search(cells, question, budget, self._wanted, self._enough)
        self.found: Found = self.search.found

    def run(self) -> bool:
        """Whether the search came to its end."""
        try:
            self.search.run()
        except Exhausted:
            self.exhausted = True
        return not self.exhausted

    def try_doubts(self) -> None:
        """Where nothing is found but doubts, see whether one of them can be made definite."""
        if self.found.doubts and not self.examples:
            example = find_example(self.found.doubts, self.maker, self.search.space)
            if example is not None:
                self.examples["tried"] = example

    def _enough(self, caller: CallerCell, path: PathCell) -> bool:
        alike = self.alike.get((caller.caller.kind, caller.own, path.name), 0)
        return alike >= _ALIKE or len(self.examples) >= self.most

    def _wanted(self, node: Node) -> bool:
        alike = (node.caller.caller.kind, node.caller.own, node.path.name)
        told = (*alike, node.pair.action)
        if told in self.examples or self._enough(node.caller, node.path):
            return False
        example = self.maker.make(node)
        if example is None:
            self.found.doubts.append(node)
            return False
        self.examples[told] = example
        self.alike[alike] = self.alike.get(alike, 0) + 1
        return True

    def verdict(self, name: str, assumed: tuple[str, ...]) -> Verdict:
        rests = tuple(self.search.space.named(one) for _bit, one in sorted(self.found.carried_by.items()))
        if self.examples:
            return Verdict(name, REFUTED, tuple(self.examples.values()), assumed=assumed, leaves=self.budget.spent)
        reason = self._reason()
        status = UNDECIDED if reason else HOLDS
        return Verdict(name, status, (), (), rests, assumed, reason, leaves=self.budget.spent)

    def _reason(self) -> str:
        if self.exhausted:
            return f"More than {self.budget.spent} kinds of requests would have to be looked at."
        if self.maker.impossible:
            return f"A request was found that cannot be: {self.maker.impossible[0]}"
        if not self.found.doubts:
            return ""
        sides = (self.given.passing, self.given.unless, self.given.within)
        said = (doubt_of(node, *sides) for node in self.found.doubts[:_EXAMPLES])
        return next(filter(None, said), "A request cannot be decided.")


def _sliced(question: Question) -> tuple[Question, tuple[Pattern, ...] | None]:
    """The question without the statements that are about nothing of what it is about, and what that is."""
    limit = question.within or (question.passing if question.passing.declared is not None else None)
    about = None if limit is None else resource_patterns(limit)
    if about is None:
        return question, None
    sliced = partial(without_what_is_not_about, about=about)
    unless = None if question.unless is None else sliced(question.unless)
    within = None if question.within is None else sliced(question.within)
    return Question(sliced(question.passing), unless, within), about


def _shadowed(question: Question, limit: int | None) -> Question:
    shadows = Shadows()

    def of(side: Side) -> Side:
        return changed(side if limit is None else relaxed(side, limit), shadows.statement)

    unless = None if question.unless is None else of(question.unless)
    return Question(of(question.passing), unless, None if question.within is None else of(question.within))


def _core(question: Question, core: frozenset[str]) -> Question | None:
    """The question with the core's Deny statements only; ``None`` where there is nothing to leave out."""
    if question.passing.declared is not None:
        return None
    found = _core_of(question, core)
    before = sum(len(layer.statements) for layer in question.passing.all_layers)
    after = sum(len(layer.statements) for layer in found.passing.all_layers)
    return found if after < before else None


def _core_of(question: Question, core: frozenset[str]) -> Question:
    def kept(statement: CompiledStatement, layer: Layer) -> CompiledStatement | None:
        if statement.allows:
            return statement
        if core:
            return statement if statement.source.sid in core else None
        return statement if any(check.key in CORE_KEYS for check in statement.checks) else None

    return Question(changed(question.passing, kept), question.unless, question.within)


def _endpoints(*given: Setting | Declaration | None) -> frozenset[str]:
    return frozenset(name for one in given if isinstance(one, Setting) for name in one.endpoints)


def _assumed(claim: Claim, cells: Cells) -> tuple[str, ...]:
    found = [S3_ONLY]
    if claim.services and cells.paths_of_services:
        found.append(_SERVICES_ASSUMED)
    return tuple(found)


def _check(claim: Claim) -> None:
    problems: list[Problem] = []
    for name, given in (("passing", claim.passing), ("unless", claim.unless)):
        if isinstance(given, Setting):
            problems += _problems(name, given)
    if problems:
        raise PolicyError(problems, claim.name)


def _problems(name: str, setting: Setting) -> list[Problem]:
    return [
        Problem(f"{name}.policies.{key}", f"A setting has no policy {key!r}.", _ELSEWHERE[key])
        for key in _ELSEWHERE
        if key in setting.policies
    ]
