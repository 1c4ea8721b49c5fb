# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""That what is declared passes: one search for each statement that can deny, and one for what lacks an Allow.

A declared request is denied exactly if some Deny applies to it, or if an Allow is missing; so each Deny is asked for by
itself. That is a sum of small searches in place of the product of all, and names every statement that takes something
away. Whether anything at all is left of what is declared, one more search tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from ..evaluation.compiled import CompiledStatement
from ..evaluation.layer import OPEN, Layer
from ..evaluation.layers import SESSION, Layers
from ..texts.automaton import TooMany
from .cells import Cells
from .claim import (
    HOLDS,
    REFUTED,
    S3_ONLY,
    TOO_MANY,
    UNDECIDED,
    Counterexample,
    Declaration,
    Narrowed,
    Passing,
    Verdict,
)
from .example import Maker, doubt_of, find_example, mapping_of
from .pairs import Pair
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

_EVERYTHING = Declaration([{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}])
_OPEN = Verdict("", HOLDS, assumed=(S3_ONLY,))
_NO_KEYS = "Whether a declared request passes cannot be decided."


@cache
def _everything() -> Side:
    return compile_side(_EVERYTHING)


def passes(claim: Passing, leaves: int, states: int, rules: frozenset[str]) -> Verdict:
    """Whether what is declared passes; see :class:`claim.Passing`."""
    given = (compile_side(claim.declared), compile_side(claim.setting, claim.world.region))
    about = resource_patterns(given[0])
    if about is not None:
        given = (given[0], without_what_is_not_about(given[1], about))
    everything = _everything()
    for limit in LIMITS:
        shadows = Shadows()
        eased = given if limit is None else tuple(relaxed(side, limit) for side in given)
        declared, setting = (changed(side, shadows.statement) for side in eased)
        space = Space(claim.world, (declared, setting, everything), states, rules, about, public=True)
        try:
            cells = Cells(space, frozenset(claim.setting.endpoints), claim.through, claim.tls, False, True)
        except TooMany:
            continue
        return _Passing(claim, cells, Budget(leaves), declared, setting, given).verdict(everything.declared)
    return Verdict(claim.name, UNDECIDED, reason=TOO_MANY)


class _Passing:
    """One claim, put to cells.

    :param given: declaration and setting as they were given, variables and all.
    """

    def __init__(
        self, claim: Passing, cells: Cells, budget: Budget, declared: Side, setting: Side, given: tuple[Side, Side]
    ) -> None:
        self.claim = claim
        self.cells = cells
        self.budget = budget
        self.declared = declared
        self.setting = setting
        self.given = given
        self.narrowed: list[Narrowed] = []
        self.doubts = ""
        self.carried_by: dict[int, CompiledStatement] = {}

    def verdict(self, everything: Layer | None) -> Verdict:
        allow = everything.statements[0] if everything is not None else None
        name = self.claim.name
        try:
            lost, asked = self._lost()
            for side, statement in self._alone(allow):
                self._narrow(side, statement)
            if self.claim.single and not lost:
                self._ask_of_each()
        except Exhausted:
            reason = f"More than {self.budget.spent} kinds of requests would have to be looked at."
            return Verdict(name, UNDECIDED, narrowed=tuple(self.narrowed), reason=reason, leaves=self.budget.spent)
        found = replace(_OPEN, name=name, narrowed=tuple(self.narrowed), leaves=self.budget.spent)
        if lost:
            return replace(found, status=REFUTED, counterexamples=tuple(lost))
        if self.doubts:
            return replace(found, status=UNDECIDED, reason=self.doubts)
        rests_on = tuple(self.cells.space.named(one) for _bit, one in sorted(self.carried_by.items()))
        return replace(found, vacuous=not asked, rests_on=rests_on)

    def _ask_of_each(self) -> None:
        """Whether something is lost for one of the principals that may be the one that is meant."""
        cells = self.cells
        for self.cells in cells.of_each_principal():
            lost, _asked = self._lost()
            if lost and not self.doubts:
                principal = lost[0].request.get("context", {}).get("aws:PrincipalArn") or lost[0].request["principal"]
                self.doubts = (
                    f"Nobody knows whether the principal is {principal}, which does not pass. {lost[0].reason}"
                )
        self.cells = cells

    def _lost(self) -> tuple[list[Counterexample], bool]:
        """A declared request for each action and kind of resource of which none passes, and whether there are any."""
        passing: set[object] = set()
        some: dict[object, Node] = {}

        def of(pair: Pair) -> object:
            return pair.action, pair.kind

        def passed(node: Node) -> bool:
            passing.add(of(node.pair))
            return True

        def declared(node: Node) -> bool:
            some.setdefault(of(node.pair), node)
            return True

        asked = Search(self.cells, Question(self.declared, None), self.budget, declared, apart=self.setting)
        asked.run(lambda pair: of(pair) not in some)
        doubtful = {of(node.pair) for node in asked.found.doubts} - set(some)
        # One pair is asked for all that a caller's statements do not tell apart: those that are left are asked again.
        before = -1
        while before < len(passing):
            before = len(passing)
            search = Search(self.cells, Question(self.declared, None, self.setting), self.budget, passed)
            found = search.run(lambda pair: of(pair) in some and of(pair) not in passing)
        open_pairs = {of(node.pair) for node in found.doubts} - passing
        if doubtful or open_pairs:
            self.doubts = self._reason(found if open_pairs else asked.found)
        lost = [node for pair, node in some.items() if pair not in passing and pair not in open_pairs]
        maker = Maker(Question(self.given[0], self.given[1]))
        examples = [maker.confirmed(mapping_of(node), node.path.endpoint) or self._denied(node, maker) for node in lost]
        if None in examples:
            self.doubts = self.doubts or _NO_KEYS
        return [one for one in examples if one is not None], bool(some)

    def _denied(self, lost: Node, maker: Maker) -> Counterexample | None:
        """A request like one of which none passes, with the keys that it takes to decide that."""
        examples: list[Counterexample] = []

        def wanted(node: Node) -> bool:
            example = maker.make(node)
            examples.extend([example] if example is not None else [])
            return example is not None

        question = Question(self.declared, self.setting)
        search = Search(self.cells, question, self.budget, wanted, lambda caller, path: bool(examples))
        search.run(lambda pair: not examples and (pair.action, pair.kind) == (lost.pair.action, lost.pair.kind))
        return examples[0] if examples else None

    def _narrow(self, side: Side, statement: CompiledStatement | None) -> None:
        """Look for a declared request that one statement takes away."""
        maker = Maker(Question(self.given[0], self.given[1]))
        examples: list[Counterexample] = []

        def wanted(node: Node) -> bool:
            if examples:
                return False
            example = maker.make(node)
            if example is not None:
                examples.append(example)
            return example is not None

        search = Search(
            self.cells, Question(self.declared, side), self.budget, wanted, lambda caller, path: bool(examples)
        )
        found = search.run()
        if statement is None:
            self.carried_by = found.carried_by
        if examples:
            example = examples[0]
            named = None if statement is None else self.cells.space.named(statement)
            self.narrowed.append(Narrowed(named, replace(example, statement=named or example.statement)))
            return
        tried = find_example(found.doubts, maker, self.cells.space) if found.doubts else None
        if tried is not None and (statement is None or _decides(statement, tried)):
            self.narrowed.append(Narrowed(tried.statement, tried))
        elif found.doubts or search.unwanted:
            self.doubts = self.doubts or self._reason(found)

    def _reason(self, found: Found) -> str:
        for node in found.doubts:
            said = doubt_of(node, self.given[1], self.given[0])
            if said:
                return said
        return _NO_KEYS

    def _alone(self, allow: CompiledStatement | None) -> Iterator[tuple[Side, CompiledStatement | None]]:
        """The setting with one Deny only, for each; and without any, for the Allows that it needs."""
        yield changed(self.setting, lambda statement, layer: statement if statement.allows else None), None
        layers = self.setting.layers
        denying = {
            id(statement): (statement, layer)
            for layer in self.setting.all_layers
            for statement in layer.statements
            if not statement.allows
        }
        for statement, layer in denying.values():
            kept = (statement,) if allow is None else (allow, statement)
            alone = Layer(layer.name, kept, None, layer.account_is_root, layer.bounded)
            yield Side({name: _with(one, layer, alone) for name, one in layers.items()}), statement


def _decides(statement: CompiledStatement, example: Counterexample) -> bool:
    found = example.statement
    return found is not None and (found.place, found.label) == (statement.place, statement.label)


def _with(layers: Layers, layer: Layer, alone: Layer) -> Layers:
    """Open layers but for one, where it stands among these."""

    def opened(one: Layer) -> Layer:
        return alone if one is layer else Layer(one.name, fixed=OPEN)

    return replace(
        layers,
        identity=opened(layers.identity),
        bucket=opened(layers.bucket),
        endpoint=opened(layers.endpoint),
        scp=tuple(opened(one) for one in layers.scp if one is layer),
        rcp=tuple(opened(one) for one in layers.rcp if one is layer),
        boundary=opened(layers.boundary) if layers.boundary is layer else None,
        session=opened(layers.session) if layers.session is layer else Layer(SESSION, fixed=OPEN),
        restricted=False,
        public=(),
    )
