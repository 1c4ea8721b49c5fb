# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""All that a claim and its documents tell apart: the values of keys, and what follows from a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TypeAlias

from ..evaluation.compiled import CompiledStatement
from ..evaluation.conditions import Check
from ..language.arns import ACCOUNT, parse_arn
from ..language.operators import TextTerm
from ..language.patterns import Pattern
from ..language.principals import Caller, Kind
from ..language.values import Context, State, Value, find
from ..texts import languages
from ..texts.automaton import Tokens, TooMany, text_tokens
from . import world as known
from .claim import Statement, World
from .domains import Values, answers, text_cells, tokens_of, values_of
from .readings import ANSWERS, READING
from .sides import SHADOW, Side, shadowed_keys
from .world import DERIVES, FIRST, SHAPES, Derived, Shape

#: What a branch of the search adds to a context.
Assignment: TypeAlias = dict[str, Value]
#: More values than these of one variable are not told apart.
_MAX_SINGLES = 8


class Space:
    """What is told apart in a question.

    :param sides: of the claim, with shadows.
    :param budget: how many states of one automaton may be looked at.
    :param about: patterns of the only resources that matter; ``None``: all do.
    :param rules: which rules of :data:`world.RULES` are in force.
    :param public: ``aws:SourceIp`` is an address of the internet. What has to pass, passes for those; what must not
        pass, must not for any.
    """

    def __init__(
        self,
        world: World,
        sides: Iterable[Side],
        budget: int,
        rules: frozenset[str] = known.ALL_RULES,
        about: tuple[Pattern, ...] | None = None,
        public: bool = False,
    ) -> None:
        self.about = about
        self.public = public
        self.world = world
        self.rules = rules
        self.budget = budget
        #: Each statement once, with its layer; the place in here is its bit in masks.
        self.statements: list[CompiledStatement] = []
        self.bits: dict[int, int] = {}
        layers = {id(layer): layer for side in sides for layer in side.all_layers}
        self.layers = tuple(layers.values())
        for layer in self.layers:
            for statement in layer.statements:
                if id(statement) not in self.bits:
                    self.bits[id(statement)] = len(self.statements)
                    self.statements.append(statement)
        self.checks: dict[str, list[Check]] = {}
        for statement in self.statements:
            for check in statement.checks:
                self.checks.setdefault(check.key, []).append(check)
        self.shadowed = shadowed_keys(self.statements)
        self.mentioned = frozenset(self.checks) | self.shadowed
        self.singles = {key: self._singles(key) for key in self.shadowed}
        self._tokens: dict[str, list[Tokens]] = {}
        self._values: dict[object, list[Assignment]] = {}
        #: Keys whose values could not be told apart in full.
        self.inexact: set[str] = set()

    def named(self, statement: CompiledStatement) -> Statement:
        """A statement as answers name it."""
        layer = next(layer for layer in self.layers if any(one is statement for one in layer.statements))
        return Statement(layer.name, statement.place, statement.label)

    def _singles(self, key: str) -> tuple[str, ...]:
        """Values that a pattern pins down, so that a variable is known where the key has one of them."""
        world = self.world
        facts: list[str | None] = []
        if key.endswith("account"):
            facts = [world.account]
            facts += [one.account for one in world.buckets] + [one.account for one in world.endpoints]
        elif key.endswith("orgid"):
            facts = [world.organization]
            facts += [one.organization for one in world.buckets] + [one.organization for one in world.endpoints]
        found = dict.fromkeys(fact for fact in facts if fact)
        for check in self.checks.get(key, ()):
            for term in check.terms:
                if isinstance(term, TextTerm) and not term.fold and all(isinstance(part, str) for part in term.parts):
                    found["".join(map(str, term.parts))] = None
        if key == "aws:username":
            found.update(dict.fromkeys(self._named_users()))
        return tuple(found)[:_MAX_SINGLES]

    def _named_users(self) -> Iterable[str]:
        for name in self.principal_names():
            if ":user/" in name:
                yield name.rpartition("/")[2]

    def principal_names(self) -> Iterable[str]:
        """What the elements Principal and NotPrincipal say of principals of accounts."""
        for statement in self.statements:
            for element in (statement.source.principal, statement.source.not_principal):
                yield from element.get("AWS", ()) if element else ()

    @cached_property
    def accounts(self) -> tuple[Tokens, ...]:
        """The patterns that tell accounts apart: of principals, which may be those of resources, and the reverse."""
        facts = (self.world.account, *(bucket.account for bucket in self.world.buckets))
        texts = dict.fromkeys(one for one in facts if one)
        for name in self.principal_names():
            arn = parse_arn(name)
            if arn is not None or ACCOUNT.fullmatch(name):
                texts[arn.account if arn is not None else name] = None
        found = dict.fromkeys(text_tokens((text,)) for text in texts)
        for key in ("aws:principalaccount", *known.NEVER_ABSENT):
            found.update(dict.fromkeys(self.tokens(key)))
        return tuple(found)

    def tokens(self, key: str) -> list[Tokens]:
        """The patterns that the values of a key are compared with."""
        if key not in self._tokens:
            found: dict[Tokens, None] = {}
            for check in self.checks.get(key, ()):
                found.update(dict.fromkeys(tokens_of(check, self.singles)))
            texts = list(self.singles.get(key, ()))
            if self.world.account and key.endswith("account"):
                texts.append(self.world.account)
            found.update(dict.fromkeys(text_tokens((text,)) for text in texts))
            self._tokens[key] = list(found)
        return self._tokens[key]

    def shape(self, key: str, caller: Caller) -> Shape | None:
        """How the values of a key look; ``None``: as those of its type."""
        if "shapes" not in self.rules:
            return known.ANY_TEXT
        if key == "aws:userid" and "user id" in self.rules:
            return known.USER_ID_OF.get(caller.kind)
        shape = SHAPES.get(key)
        if shape is None or not shape.start:
            return shape
        return shape._replace(start=shape.start.replace("arn:aws:", f"arn:{self.world.partition}:"))

    def first(self, key: str, context: Context) -> str:
        """The key to ask for in place of one that follows from it."""
        asked = key
        while key in FIRST:
            key, rule = FIRST[key]
            if key in self.mentioned and rule in self.rules and is_open(context, key):
                asked = key
        return asked

    def relevant(self, key: str) -> tuple[str, ...]:
        """The keys on which it depends what a key can be, itself among them, and its shadow."""
        found = {key: None, **dict.fromkeys(one.key for one in DERIVES.get(key, ()))}
        while key in FIRST:
            key = FIRST[key][0]
            found[key] = None
            found.update(dict.fromkeys(one.key for one in DERIVES.get(key, ())))
        return tuple(found) + tuple(SHADOW + one for one in found)

    def derived(self, key: str) -> list[Derived]:
        """What follows from a key and is compared."""
        return [one for one in DERIVES.get(key, ()) if one.key in self.mentioned and one.rule in self.rules]

    def values(self, key: str, context: Context, caller: Caller) -> list[Assignment]:
        """What a key can be in a request of which the rest is known so far; each with what follows from it.

        An empty list would close a branch that nothing has decided: there never is one.
        """
        if key.startswith(READING):
            return [{key: answer} for answer in ANSWERS]
        special = self._special(key, context, caller)
        if special is not None:
            return special
        derived = self.derived(key)
        fixed = tuple((one, find(context, one.key)) for one in derived if not is_open(context, one.key))
        extra = caller.account if key in known.NEVER_ABSENT else ""
        state = find(context, key)
        memory = (key, state, caller.kind, tuple((one.key, value) for one, value in fixed), extra)
        if memory not in self._values:
            optional = state is State.UNKNOWN and (
                key not in known.NEVER_ABSENT or "resource account" not in self.rules
            )
            self._values[memory] = self._assignments(key, caller, fixed, derived, optional, extra)
        return self._values[memory]

    def _assignments(
        self,
        key: str,
        caller: Caller,
        fixed: Sequence[tuple[Derived, Value]],
        derived: Sequence[Derived],
        optional: bool,
        extra: str,
    ) -> list[Assignment]:
        tokens = list(self.tokens(key))
        if extra:
            tokens += [text_tokens((extra,)), *self.accounts]
        for one in derived:
            tokens += [lifted for other in self.tokens(one.key) for lifted in one.lift(other)]
        for one, value in fixed:
            if isinstance(value, tuple):
                tokens += one.lift(text_tokens((value[0],)))
        public = self.public and key == "aws:sourceip"
        values = values_of(key, self.checks.get(key, ()), tokens, self.shape(key, caller), self.budget, public)
        found: list[Assignment] = [{key: State.ABSENT}] if optional else []
        found += [{key: value} for value in values.several]
        found = [added for one in found for added in self._following(key, one, derived, fixed)]
        if key in known.NEVER_ABSENT and "resource account" in self.rules:
            found = [dict.fromkeys(known.NEVER_ABSENT, one[key]) for one in found]
        if not values.exact:
            self.inexact.add(key)
            # Stands for all that was not told apart: nobody asks for the key again.
            found.append({key: State.PRESENT, SHADOW + key: State.PRESENT})
        return self._merged(found)

    def _following(
        self, key: str, one: Assignment, derived: Sequence[Derived], fixed: Sequence[tuple[Derived, Value]]
    ) -> list[Assignment]:
        """An assignment of values or of none, with what follows; nothing if it contradicts what is known already."""
        value = one[key]
        found = [one]
        known_values = {other.key: given for other, given in fixed}
        for other in derived:
            if not isinstance(value, tuple):
                follows: list[Value] = [State.ABSENT] if other.rule == "organization of path" else []
            else:
                computed = {other.compute(text) for text in value}
                if len(computed) > 1:
                    return []
                text = computed.pop()
                follows = [] if text is None else [(text,)]
                if follows and other.optional:
                    follows.append(State.ABSENT)
            if not follows:
                continue
            if other.key in known_values:
                if known_values[other.key] not in follows:
                    return []
                continue
            found = [{**sofar, other.key: after} for sofar in found for after in follows]
        return found

    def _merged(self, found: list[Assignment]) -> list[Assignment]:
        """One of all assignments that no check tells apart."""
        kept: dict[object, Assignment] = {}
        for number, one in enumerate(found):
            if any(self._is_asked_openly(key) for key in one):
                kept[number] = one
                continue
            kept.setdefault(tuple((key, self._told(key, value)) for key, value in one.items()), one)
        return list(kept.values())

    def _told(self, key: str, value: Value) -> object:
        """What is told of a value: by checks, and by rules that look at it."""
        own = key.endswith("account") and (value == (self.world.account,), key in known.NEVER_ABSENT and value)
        return answers(self.checks[key], value) if key in self.checks else value, own

    def _is_asked_openly(self, key: str) -> bool:
        return key in self.shadowed or any(check.open_terms for check in self.checks.get(key, ()))

    def _special(self, key: str, context: Context, caller: Caller) -> list[Assignment] | None:
        """The values of a key that a rule narrows down by what is known of the request."""
        rules, world = self.rules, self.world
        if key == "aws:requestedregion" and world.region and "region" in rules:
            return [{key: (world.region,)}]
        if key.startswith(known.TAGS) and caller.kind in known.WITHOUT_TAGS and "keys of caller" in rules:
            return [{key: State.ABSENT}]
        if caller.kind is Kind.SERVICE and key in known.OF_PRINCIPALS and "principal of service" in rules:
            return self._of_service(key)
        if key.endswith(("orgid", "orgpaths")):
            return self._of_organization(key, context)
        if key in ("aws:currenttime", "aws:epochtime") and "one instant" in rules:
            return self._instants(key)
        return None

    def _of_service(self, key: str) -> list[Assignment]:
        """Absent, or what the fewest patterns name."""
        tokens = self.tokens(key)
        try:
            found = text_cells(tokens, SHAPES.get(key, known.SOME_TEXT), self.budget)
        except TooMany:
            return [{key: State.ABSENT}]
        other = min(found, key=lambda cell: len(cell.fits))
        return self._merged([{key: State.ABSENT}, {key: (other.text,)}])

    def _of_organization(self, key: str, context: Context) -> list[Assignment] | None:
        family = key.removeprefix("aws:").removesuffix("orgid").removesuffix("orgpaths")
        organization = self.world.organization
        if (
            "organization of account" not in self.rules
            or organization is None
            or self.world.account is None
            or find(context, f"aws:{family}account") != (self.world.account,)
        ):
            return None
        name, paths = f"aws:{family}orgid", f"aws:{family}orgpaths"
        if not organization:
            return [{name: State.ABSENT, paths: State.ABSENT}]
        if key == name and find(context, name) is not State.ABSENT:
            optional = family == "source" and find(context, name) is State.UNKNOWN
            found: list[Assignment] = [{name: (organization,)}]
            return [*found, {name: State.ABSENT, paths: State.ABSENT}] if optional else found
        return self._paths_in(organization, family, context)

    def _paths_in(self, organization: str, family: str, context: Context) -> list[Assignment]:
        name, paths = f"aws:{family}orgid", f"aws:{family}orgpaths"
        shape = Shape(languages.PATH_IN_ORGANIZATION, ("/r-root/ou-any/",), organization)
        values = values_of(paths, self.checks.get(paths, ()), self.tokens(paths), shape, self.budget)
        found: list[Assignment] = [{name: (organization,), paths: value} for value in values.several if len(value) == 1]
        if family == "source" and find(context, paths) is State.UNKNOWN and is_open(context, name):
            found.append({name: State.ABSENT, paths: State.ABSENT})
        return self._merged(found)

    def _instants(self, key: str) -> list[Assignment]:
        checks = [*self.checks.get("aws:currenttime", ()), *self.checks.get("aws:epochtime", ())]
        values: Values = values_of("aws:epochtime", checks, [], None, self.budget)
        found: list[Assignment] = [{"aws:currenttime": value, "aws:epochtime": value} for value in values.several]
        if not values.exact or any(check.operator.type not in ("Date", "Null") for check in checks):
            self.inexact.add(key)
            both = ("aws:currenttime", "aws:epochtime")
            found.append(dict.fromkeys((*both, *(SHADOW + one for one in both)), State.PRESENT))
        return self._merged(found)

    def shadows(self, context: Context) -> Assignment:
        """The shadows of the keys that are known, where their values are pinned down."""
        found: Assignment = {}
        for key in self.shadowed:
            value = find(context, key)
            if value is State.ABSENT:
                found[SHADOW + key] = value
            elif isinstance(value, tuple):
                pinned = len(value) > 1 or value[0] in self.singles[key]
                found[SHADOW + key] = value if pinned else State.PRESENT
        return found


def is_open(context: Context, key: str) -> bool:
    """Whether nobody has said what a key is, and it can be asked for."""
    return find(context, key) in (State.UNKNOWN, State.PRESENT) and SHADOW + key not in context
