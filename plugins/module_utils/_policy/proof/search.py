# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The search for a request that passes one side of a claim and not the other.

Depth first: principal, network path, then action and resource as far as open statements tell them apart, then only
those keys that would decide. The evaluator decides each partial request; what it decides closes the branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ..evaluation.compiled import CompiledStatement
from ..evaluation.context import RESOURCE_ACCOUNT_KEYS
from ..evaluation.evaluate import POLICY_ACTIONS
from ..evaluation.request import Request
from ..language.logic import Kleene
from ..language.principals import Kind
from ..language.values import Context, State, Value, find
from .callers import CallerCell
from .cells import Cells, PathCell
from .pairs import Pair
from .readings import OPAQUE, READING, doubts_of
from .sides import SHADOW, Side
from .space import Space, is_open

ACCOUNT_OF_RESOURCE = RESOURCE_ACCOUNT_KEYS[0]


class Exhausted(Exception):
    """The budget is used up."""


@dataclass(slots=True)
class Budget:
    """How many partial requests may still be evaluated."""

    left: int
    spent: int = 0

    def take(self) -> None:
        self.left -= 1
        self.spent += 1
        if self.left < 0:
            raise Exhausted


@dataclass(frozen=True, slots=True)
class Node:
    """A (partial) request of the search; ``assigned``: keys that the search chose."""

    caller: CallerCell
    path: PathCell
    pair: Pair
    request: Request
    assigned: dict[str, Value]

    def supplied(self) -> Iterator[tuple[str, Value]]:
        """The keys that must be supplied to make the request again."""
        for source in (self.caller.supplied, self.path.supplied, dict(self.pair.context), self.assigned):
            for key, value in source.items():
                if not key.startswith(SHADOW) and (isinstance(value, tuple) or value is State.ABSENT):
                    yield key, value


@dataclass(frozen=True, slots=True)
class Question:
    """The search for a request ``within`` that passes ``passing`` and not ``unless`` (``None``: nothing passes it)."""

    passing: Side
    unless: Side | None
    within: Side | None = None


@dataclass(slots=True)
class Found:
    """What a search came across: requests that answer it, and such as nobody can decide.

    ``carried_by``: statements that kept others from answering it, by their bits: a Deny of what must not pass, an Allow
    of what must.
    """

    nodes: list[Node] = field(default_factory=list)
    doubts: list[Node] = field(default_factory=list)
    carried_by: dict[int, CompiledStatement] = field(default_factory=dict)


#: Told of every request found; whether to look at more like it.
Wanted = Callable[[Node], bool]
#: Whether no more requests are needed of such a caller on such a path.
Enough = Callable[[CallerCell, PathCell], bool]


def mask_of(space: Space, statements: tuple[CompiledStatement, ...], allows: bool) -> int:
    mask = 0
    for statement in statements:
        if statement.allows is allows:
            mask |= 1 << space.bits[id(statement)]
    return mask


@dataclass(frozen=True, slots=True)
class _Masks:
    """Bits of the statements of one side on one path, by what they do to a request.

    ``needed``: groups of Allow statements of each of which one must apply; ``denying``: Deny statements of which none
    may; ``policy``: those of them which the root user need not mind for the policy of its own bucket.
    """

    needed: tuple[int, ...]
    denying: int
    policy: int
    every: int


def _masks(space: Space, side: Side, endpoint: str | None) -> _Masks:
    needed: list[int] = []
    denying = policy = every = 0
    for layer in side.of(endpoint):
        allows, denies = (mask_of(space, layer.statements, allows) for allows in (True, False))
        every |= allows | denies
        if side.declared is not None or layer.name == "endpoint_policy":
            needed.append(allows)
            denying |= denies
        elif layer.name == "bucket_policy":
            policy |= denies
    return _Masks(tuple(needed), denying, policy, every)


class Search:
    """One question, put to cells.

    ``apart``: a side whose statements tell pairs apart, though it is not asked.

    """

    def __init__(
        self,
        cells: Cells,
        question: Question,
        budget: Budget,
        wanted: Wanted,
        enough: Enough = lambda caller, path: False,
        apart: Side | None = None,
    ) -> None:
        self.cells = cells
        self.space = cells.space
        self.question = question
        self.budget = budget
        self.wanted = wanted
        self.enough = enough
        self.apart = apart
        self.found = Found()
        #: Requests that were found and not wanted.
        self.unwanted = 0
        #: What was searched to the end, and nothing found.
        self._clean: set[object] = set()
        self._endpoints: dict[str | None, tuple[_Masks, _Masks | None, _Masks | None]] = {}

    def run(self, only: Callable[[Pair], bool] | None = None) -> Found:
        """Search through the pairs that ``only`` takes, each time when it comes up.

        :raises Exhausted: the budget is used up; what was found until then is in :attr:`found`."""
        for caller in self.cells.callers:
            pairs = self._pairs_of(caller, only)
            for path in self.cells.paths_of(caller) if pairs else ():
                left = pairs if only is None else [pair for pair in pairs if only(pair)]
                if left:
                    self._ask(caller, path, left)
        return self.found

    @cached_property
    def _pairs(self) -> tuple[list[Pair], int]:
        """The pairs about which a declaration of the question is at all, and the bits of all statements asked."""
        question = self.question
        sides = (question.passing, question.unless, question.within, self.apart)
        mask = 0
        for side in sides:
            for layer in side.all_layers if side is not None else ():
                for statement in layer.statements:
                    mask |= 1 << self.space.bits[id(statement)]
        needed = [
            _masks(self.space, side, None).needed[0]
            for side in (question.passing, question.within)
            if side is not None and side.declared is not None
        ]
        found: dict[object, Pair] = {}
        for pair in self.cells.pairs:
            covering, doubtful = pair.covering & mask, pair.doubtful & mask
            either = covering | doubtful
            if all(either & one for one in needed):
                found.setdefault(_told(pair, covering, doubtful), pair)
        return list(found.values()), mask

    def _pairs_of(self, caller: CallerCell, only: Callable[[Pair], bool] | None) -> list[Pair]:
        """One pair for all that are not told apart where this one calls, on whatever path."""
        pairs, mask = self._pairs
        possible = caller.possible & ~self.cells.closed(caller) & mask
        found: dict[object, Pair] = {}
        for pair in pairs if only is None else filter(only, pairs):
            found.setdefault(_told(pair, pair.covering & possible, pair.doubtful & possible), pair)
        return list(found.values())

    def _of(self, endpoint: str | None) -> tuple[_Masks, _Masks | None, _Masks | None]:
        if endpoint not in self._endpoints:
            passing, unless, within = self.question.passing, self.question.unless, self.question.within
            self._endpoints[endpoint] = (
                _masks(self.space, passing, endpoint),
                _masks(self.space, unless, endpoint) if unless else None,
                _masks(self.space, within, endpoint) if within else None,
            )
        return self._endpoints[endpoint]

    def _ask(self, caller: CallerCell, path: PathCell, left: list[Pair]) -> None:
        context, possible, certain = self.cells.state(caller, path)
        passing, unless, within = self._of(path.endpoint)
        possible &= passing.every | (unless.every if unless else 0) | (within.every if within else 0)
        root = caller.caller.kind is Kind.ROOT
        declared = unless if self.question.unless and self.question.unless.declared else None
        who = (caller.caller.kind, caller.caller.account, caller.about, path.endpoint, path.passes)
        state = (who, possible, certain & possible, self._open_state(possible & ~certain, context))
        if state in self._clean:
            return
        at_first = len(self.found.nodes) + len(self.found.doubts) + self.unwanted
        for pair in left:
            if (self.found.nodes or self.unwanted) and self.enough(caller, path):
                return
            covering, doubtful = pair.covering & possible, pair.doubtful & possible
            either = covering | doubtful
            sure = covering & certain
            if _fails(passing, either, sure) or (within is not None and _fails(within, either, sure)):
                self._note(sure & passing.denying)
                continue
            denied = sure & passing.policy
            if denied and not (root and pair.action_key in POLICY_ACTIONS):
                self._note(denied)
                continue
            if declared and sure & declared.needed[0] and not either & declared.denying:
                continue
            open_ = either & ~sure
            told = (who, sure, _told(pair, covering, doubtful), self._open_state(open_, context))
            if told in self._clean:
                continue
            added = dict(pair.context)
            whole = {**context, **added, **self.space.shadows(added)} if added else context
            request = Request(
                caller=caller.caller,
                action=pair.action,
                action_key=pair.action_key,
                resource=pair.resource,
                path=path.path,
                called_via=path.called_via,
                context=whole,
                endpoint=path.passes,
            )
            before = len(self.found.nodes) + len(self.found.doubts) + self.unwanted
            self._explore(Node(caller, path, pair, request, {}), either)
            if before == len(self.found.nodes) + len(self.found.doubts) + self.unwanted:
                self._clean.add(told)
        if at_first == len(self.found.nodes) + len(self.found.doubts) + self.unwanted:
            self._clean.add(state)

    def _open_state(self, mask: int, context: Context) -> tuple[object, ...]:
        """What is known of the keys on which it depends whether statements apply."""
        found = []
        while mask:
            place = mask & -mask
            mask ^= place
            statement = self.space.statements[place.bit_length() - 1]
            for check in statement.checks:
                if check.holds(context) is None:
                    for key in self.cells.relevant(check.key):
                        found.append(find(context, key))
                    for variable in check.variables:
                        found += [find(context, key) for key in self.cells.relevant(variable.key.lstrip(SHADOW))]
            for variable in statement.resources.variables:
                found += [find(context, key) for key in self.cells.relevant(variable.key.lstrip(SHADOW))]
        return tuple(found)

    def _note(self, denied: int) -> None:
        """Remember a statement that closed a branch."""
        if denied:
            bit = (denied & -denied).bit_length() - 1
            self.found.carried_by.setdefault(bit, self.space.statements[bit])

    def _note_allows(self, side: Side, request: Request, endpoint: str | None) -> None:
        """Remember the statements that let a request pass."""
        for layer in side.of(endpoint):
            granter = layer.evaluate(request, request.context).granter
            if granter is not None:
                bit = self.space.bits[id(granter)]
                self.found.carried_by.setdefault(bit, granter)

    def _explore(self, node: Node, mask: int) -> None:
        self.budget.take()
        request, endpoint = node.request, node.path.endpoint
        question = self.question
        excused: Kleene = question.unless.passes(request, endpoint) if question.unless else False
        if excused:
            if question.unless and question.unless.declared is None and question.passing.declared is not None:
                self._note_allows(question.unless, request, endpoint)
            return
        inside: Kleene = question.within.passes(request, endpoint) if question.within else True
        if inside is False:
            return
        passes, denier = question.passing.decide(request, endpoint)
        if passes is False:
            if denier is not None and id(denier) in self.space.bits:
                self._note(1 << self.space.bits[id(denier)])
            return
        if passes and inside and excused is False:
            if any(key.startswith(READING) for key in node.assigned):
                self.found.doubts.append(node)
            elif self.wanted(node):
                self.found.nodes.append(node)
            else:
                self.unwanted += 1
            return
        open_sides = [
            side
            for side, answer in ((question.unless, excused), (question.within, inside), (question.passing, passes))
            if side is not None and answer is None
        ]
        key = self._open_key(request, endpoint, mask, open_sides)
        if key is None:
            self.found.doubts.append(node)
            return
        assignments = self.space.values(key, request.context, request.caller)
        if not assignments:
            self.found.doubts.append(node)
        for assignment in assignments:
            added = {**assignment, **self.space.shadows(assignment)}
            child = Request(
                caller=request.caller,
                action=request.action,
                action_key=request.action_key,
                resource=request.resource,
                path=request.path,
                called_via=request.called_via,
                context={**request.context, **added},
                endpoint=request.endpoint,
            )
            self._explore(Node(node.caller, node.path, node.pair, child, {**node.assigned, **assignment}), mask)

    def _open_key(self, request: Request, endpoint: str | None, mask: int, sides: list[Side]) -> str | None:
        """A key that would help to decide, or else that of a doubt; ``None``: there is none, whatever is asked for."""
        context = request.context
        statements = []
        for side in sides:
            for layer in side.of(endpoint):
                for statement in layer.statements:
                    if not mask >> self.space.bits[id(statement)] & 1:
                        continue
                    statements.append(statement)
                    for key in _open_keys(statement, request.resource, context):
                        asked = self.space.first(key, context)
                        if is_open(context, asked):
                            return asked
            if side.declared is None and request.caller.signs and is_open(context, ACCOUNT_OF_RESOURCE):
                return ACCOUNT_OF_RESOURCE
        doubts = (key for statement in statements for key in doubts_of(statement, request.resource, context))
        return next((key for key in doubts if key not in context), None)


def _fails(masks: _Masks, either: int, sure: int) -> bool:
    """Whether statements certainly do not let pass, whatever keys are."""
    if sure & masks.denying:
        return True
    return any(not either & needed for needed in masks.needed)


def _open_keys(statement: CompiledStatement, resource: str, context: Context) -> Iterator[str]:
    """The keys that leave open whether a statement applies."""
    covers = statement.resources.cover(resource, context)
    if covers is False or statement.meets(context, covers) is not None:
        return
    for check in statement.checks:
        if not check.key.startswith(READING) and check.holds(context) is None:
            yield check.key
            yield from (one.key.removeprefix(SHADOW) for one in check.variables if one != OPAQUE)
    if covers is None:
        yield from (one.key.removeprefix(SHADOW) for one in statement.resources.variables if one != OPAQUE)


def _told(pair: Pair, covering: int, doubtful: int) -> object:
    """What is told of a pair by statements of which these are about it, and these perhaps."""
    # What has variables is told apart by texts that nobody knows yet.
    apart = pair.resource if doubtful else ""
    return covering, doubtful, pair.context, pair.action_key if pair.action_key in POLICY_ACTIONS else "", apart
