# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What nobody can tell of a request, and what becomes of it under each answer.

Where AWS's pages say two things, or a variable has a value that no pattern pins down, the evaluator is in doubt though
nothing is missing. Each such doubt gets a key here, made of what is compared: what is written alike is read alike,
whichever way that is, also in two documents. The search may suppose an answer. What no answer refutes, holds; what only
a supposed one refutes, is not refuted, since nobody knows whether it is that one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..evaluation.compiled import CompiledStatement, Resources
from ..evaluation.conditions import NULL, PLAIN, Check
from ..language.document import Condition
from ..language.logic import Kleene
from ..language.operators import OPERATORS, DoubtfulBool, Term, TextTerm, fits_one_of
from ..language.principals import EVERYBODY, Caller, Match
from ..language.values import Context, State, Value, find
from ..language.variables import Template, Variable
from ..language.vocabulary import find_key

#: What the keys of doubts begin with. No document has such a key.
READING = "~?"
#: The shadow of nothing: what is never known.
OPAQUE = Variable("~opaque", "opaque", None)
_YES: Value = ("true",)
ANSWERS: tuple[Value, ...] = (_YES, ("false",))


def _answer(context: Context, key: str) -> Kleene:
    answer = context.get(key)
    return None if answer is None else answer == _YES


@dataclass(frozen=True, slots=True, eq=False)
class DoubtfulResources(Resources):
    """Resources of which a request may leave it open whether they are about it."""

    reading: str = ""

    def cover(self, resource: str, context: Context) -> Kleene:
        result = Resources.cover(self, resource, context)
        return _answer(context, self.reading) if result is None else result


@dataclass(frozen=True, slots=True)
class DoubtfulCheck(Check):
    """A condition that may be in doubt. ``inner`` is what it was.

    ``fits``, ``present``: the keys for whether a value of the request fits a term, where that is known and where it is
    not told apart from others; both empty for conditions whose opposite need not be read as the opposite. Those have
    ``whole``.
    """

    inner: Check | None = None
    known: str = ""
    present: str = ""
    whole: str = ""

    def ask(self, value: Value | None, context: Context) -> Kleene:
        # What is in doubt depends on more than the value: nothing is remembered here.
        if value is None:
            value = find(context, self.key)
        result = Check.ask(self.inner, value, context) if self.inner else None
        if result is not None or value is State.UNKNOWN:
            return result
        answer = _answer(context, self.reading(value))
        return answer if answer is None or self.whole or not self.operator.negated else not answer

    def reading(self, value: Value) -> str:
        """The key of what is in doubt of a value."""
        return self.whole or (self.known if isinstance(value, tuple) else self.present)


@dataclass(frozen=True, slots=True)
class DoubtfulStatement(CompiledStatement):
    """A statement of which it may be in doubt whom it is about: it is about these too, on the condition ``reading``."""

    reading: str = ""

    def about(self, caller: Caller, account_is_root: bool, bounded: bool) -> Match:
        match = CompiledStatement.about(self, caller, account_is_root, bounded)
        return EVERYBODY if match.any is None else match

    def is_certain(self, caller: Caller, account_is_root: bool, bounded: bool) -> bool:
        """Whether it is about a caller without a doubt."""
        return CompiledStatement.about(self, caller, account_is_root, bounded).any is True


class Readings:
    """Gives keys to what may be in doubt: the same one to what is written alike."""

    def __init__(self) -> None:
        self._keys: dict[object, str] = {}

    def _key(self, *content: object) -> str:
        return self._keys.setdefault(content, f"{READING}{len(self._keys)}")

    def of_resources(self, resources: Resources, raw: tuple[str, ...]) -> Resources:
        """Resources with a key for their doubts, if they may have some; ``raw``: as the document has them."""
        if not resources.templates and resources.loose is None and resources.short is None:
            return resources
        told: object = frozenset(resources.templates)
        if resources.loose is not None or resources.short is not None or _is_opaque(*resources.templates):
            told = resources.templates, frozenset(raw)
        return DoubtfulResources(
            resources.negated,
            resources.fixed,
            resources.loose,
            resources.short,
            resources.templates,
            resources.patterns,
            self._key("resources", resources.negated, told),
        )

    def of_check(self, check: Check) -> Check:
        """A condition with keys for its doubts, if it may have some."""
        found = find_key(check.key)
        multi = found is not None and found.multi
        if not check.open_terms and check.quantifier == PLAIN and not multi:
            return check
        source = check.source
        values = {one: getattr(check, one) for one in Check.__dataclass_fields__ if one != "remembered"}
        if check.quantifier != PLAIN or multi or check.operator.name == NULL:
            whole = self._key("holds", source.operator, check.key, source.values, tuple(map(_told, check.terms)))
            return DoubtfulCheck(**values, inner=check, whole=whole)
        known, present = (
            self._key("fits", check.key, _told_of(terms), source.values if _is_opaque(*map(_parts, terms)) else None)
            for terms in (check.open_terms, check.terms)
        )
        return DoubtfulCheck(**values, inner=check, known=known, present=present)

    def of_statement(self, statement: CompiledStatement) -> CompiledStatement:
        """A statement with a key for whom it is about, if that may be in doubt."""
        source = statement.source
        element = source.principal if source.not_principal is None else source.not_principal
        if element is None or (source.not_principal is None and not element.get("CanonicalUser")):
            return statement
        listed = tuple(sorted((kind, tuple(sorted(names))) for kind, names in element.items()))
        reading = self._key("about", source.not_principal is None, listed)
        condition = Condition("StringEquals", reading, _YES, "")  # type: ignore[arg-type]
        operator = OPERATORS["StringEquals"]
        terms = (operator.read("true", ""),)
        check = Check(condition, reading, reading, operator, PLAIN, False, terms, fits_one_of(terms), (), ())
        return DoubtfulStatement(
            source,
            statement.place,
            statement.allows,
            statement.names_actions,
            statement.resources,
            (*statement.checks, check),
            reading,
        )


def _parts(term: Term) -> Template:
    text = term.text if isinstance(term, DoubtfulBool) else term
    return text.parts if isinstance(text, TextTerm) else ()


def _is_opaque(*templates: Template) -> bool:
    return any(OPAQUE in parts for parts in templates)


def _told(term: Term) -> object:
    """What a term is, for comparison with others."""
    if isinstance(term, DoubtfulBool):
        return "Bool", _told(term.text)
    return (term.parts, term.fold, term.arns) if isinstance(term, TextTerm) else repr(getattr(term, "value", None))


def _told_of(terms: tuple[Term, ...]) -> object:
    return frozenset(map(_told, terms))


def doubts_of(statement: CompiledStatement, resource: str, context: Context) -> Iterator[str]:
    """The keys of what is in doubt of a statement and a request of which nothing is missing."""
    covers = statement.resources.cover(resource, context)
    if covers is False or statement.meets(context, covers) is not None:
        return
    if covers is None and isinstance(statement.resources, DoubtfulResources):
        yield statement.resources.reading
    for check in statement.checks:
        if check.holds(context) is None:
            if isinstance(check, DoubtfulCheck):
                yield check.reading(find(context, check.key))
            elif check.key.startswith(READING):
                yield check.key
