# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The condition operators, as values in a table: how each reads a value of a policy, and how it compares.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

from .logic import Kleene
from .patterns import (
    Matches,
    Pattern,
    Wild,
    any_matcher,
    arn_fields,
    arn_matcher,
    can_meet,
    covers,
    fold_case,
    folded,
    text_matcher,
)
from .scalars import (
    address,
    boolean,
    instant,
    number,
    octets,
    remembering,
    span,
    within,
)
from .variables import (
    Compile,
    Lookup,
    Rendering,
    Template,
    Variable,
    plain,
    render,
    template,
    variables,
)


class Term(Protocol):
    """One value of a condition, ready to be compared with values of requests."""

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The policy variables that it stands on."""

    def fits_shape(self, shape: Pattern, lookup: Lookup) -> Kleene:
        """Whether the values of a shape fit, of which the request has one; ``None``: some may."""

    def fits_any_value(self) -> bool:
        """Whether certainly every value fits that a request can carry."""


@dataclass(frozen=True, slots=True)
class TextTerm:
    """A value compared as text; ``compile_pattern`` says how, ``fold`` whether case is disregarded.

    ``arns``: wildcards do not cross the colons of an ARN.
    """

    parts: Template
    compile_pattern: Compile
    fold: bool
    arns: bool

    @property
    def variables(self) -> tuple[Variable, ...]:
        return variables(self.parts)

    def fits(self, value: str, lookup: Lookup) -> Kleene:
        """Whether the value of a request fits."""
        return self._rendered(lookup).fits(fold_case(value) if self.fold else value, self.compile_pattern)

    def fits_shape(self, shape: Pattern, lookup: Lookup) -> Kleene:
        rendering = self._rendered(lookup)
        if rendering.pattern is None:
            return False
        relate = _relate_arns if self.arns else _relate_texts
        relation = relate(rendering.pattern, folded(shape) if self.fold else shape)
        return relation if relation is False or (rendering.certain and rendering.spread is None) else None

    def fits_any_value(self) -> bool:
        return not self.variables and plain(self.parts) == (Wild.RUN,)

    def _rendered(self, lookup: Lookup) -> Rendering:
        rendering = render(self.parts, lookup)
        if not self.fold or rendering.pattern is None:
            return rendering
        spread = None if rendering.spread is None else folded(rendering.spread)
        return Rendering(folded(rendering.pattern), rendering.certain, spread)


def _relate_texts(pattern: Pattern, shape: Pattern) -> Kleene:
    """Whether all texts of a shape fit a pattern; ``None``: some may."""
    if covers(pattern, shape):
        return True
    return None if can_meet(pattern, shape) else False


def _relate_arns(pattern: Pattern, shape: Pattern) -> Kleene:
    if pattern == (Wild.RUN,):
        return True
    fields, others = arn_fields(pattern), arn_fields(shape)
    if fields is None or others is None:
        return False
    relations = [_relate_texts(field, other) for field, other in zip(fields, others, strict=True)]
    if False in relations:
        return False
    return True if all(relations) else None


@dataclass(frozen=True, slots=True)
class ParsedTerm:
    """A value compared as a number, an instant, a network, a boolean or bytes."""

    value: Any
    read: Callable[[str], Any]
    compare: Callable[[Any, Any], bool]

    @property
    def variables(self) -> tuple[Variable, ...]:
        return ()

    def fits_shape(self, shape: Pattern, lookup: Lookup) -> Kleene:
        return False

    def fits_any_value(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class DoubtfulBool:
    """A variable as value of ``Bool``: one page of AWS replaces it, another does so only in String and ARN operators.

    If it is not replaced it is text that is no boolean, so that it fits nothing.
    """

    text: TextTerm

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.text.variables

    def fits(self, value: str, lookup: Lookup) -> Kleene:
        """Whether the value of a request fits."""
        return False if self.text.fits(value, lookup) is False else None

    def fits_shape(self, shape: Pattern, lookup: Lookup) -> Kleene:
        return False

    def fits_any_value(self) -> bool:
        return False


OpenTerm: TypeAlias = TextTerm | DoubtfulBool


def open_terms(terms: Iterable[Term]) -> tuple[OpenTerm, ...]:
    """The terms with variables, which take more of a request than the value of their key."""
    return tuple(term for term in terms if isinstance(term, (TextTerm, DoubtfulBool)) and term.variables)


def fits_one_of(terms: Iterable[Term]) -> Matches:
    """A function that tells whether the value of a request fits one of the terms of a condition.

    Of terms with variables, the :func:`open_terms`, it takes no notice.
    """
    texts: list[TextTerm] = []
    parsed: list[ParsedTerm] = []
    for term in terms:
        if isinstance(term, ParsedTerm):
            parsed.append(term)
        elif isinstance(term, TextTerm) and not term.variables:
            texts.append(term)
    if parsed:
        return _compares_to_one_of(parsed)
    matches = any_matcher((plain(term.parts) for term in texts), arns=any(term.arns for term in texts))
    if any(term.fold for term in texts):
        return lambda value: matches(fold_case(value))
    return matches


def _compares_to_one_of(terms: Sequence[ParsedTerm]) -> Matches:
    """All terms of a condition read and compare in the same way."""
    read, compare = terms[0].read, terms[0].compare
    wanted = [term.value for term in terms]

    def fits(value: str) -> bool:
        try:
            found = read(value)
            for one in wanted:
                if compare(found, one):
                    return True
        except ValueError:
            # The key has a value of another type: AWS Internal as an address, for example.
            return False
        return False

    return fits


#: Reads a value of a policy of some version; raises ValueError with what the value should be.
ReadTerm: TypeAlias = Callable[[str, str], Term]


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator without its prefix and suffix.

    ``negated``: true of a value which fits none of the policy's; ``type``: of the values that it compares.
    """

    name: str
    type: str
    negated: bool
    read: ReadTerm


def _texts(compile_pattern: Compile, wildcards: bool = False, fold: bool = False) -> ReadTerm:
    def read(text: str, version: str) -> Term:
        parts = template(text, version)
        if not wildcards:
            parts = tuple(part.value if isinstance(part, Wild) else part for part in parts)
        if fold:
            parts = tuple(fold_case(part) if isinstance(part, str) else part for part in parts)
        compiled = lru_cache(maxsize=256)(compile_pattern) if variables(parts) else compile_pattern
        return TextTerm(parts, compiled, fold, compile_pattern is arn_matcher)

    return read


def _parsed(
    parse: Callable[[str], Any],
    compare: Callable[[Any, Any], bool],
    parse_request: Callable[[str], Any] | None = None,
) -> ReadTerm:
    """``parse`` reads values of policies, and values of requests if there is no ``parse_request``."""
    read = remembering(parse_request or parse)
    return lambda text, version: ParsedTerm(parse(text), read, compare)


def _boolean_term(text: str, version: str) -> Term:
    term = _texts(text_matcher, fold=True)(text, version)
    if term.variables and isinstance(term, TextTerm):
        return DoubtfulBool(term)
    return _parsed(boolean, operator.eq)(text, version)


_ORDERED: tuple[tuple[str, bool, Callable[[Any, Any], bool]], ...] = (
    ("Equals", False, operator.eq),
    ("NotEquals", True, operator.eq),
    ("LessThan", False, operator.lt),
    ("LessThanEquals", False, operator.le),
    ("GreaterThan", False, operator.gt),
    ("GreaterThanEquals", False, operator.ge),
)
_TABLE = (
    Operator("StringEquals", "String", False, _texts(text_matcher)),
    Operator("StringNotEquals", "String", True, _texts(text_matcher)),
    Operator("StringEqualsIgnoreCase", "String", False, _texts(text_matcher, fold=True)),
    Operator("StringNotEqualsIgnoreCase", "String", True, _texts(text_matcher, fold=True)),
    Operator("StringLike", "String", False, _texts(text_matcher, wildcards=True)),
    Operator("StringNotLike", "String", True, _texts(text_matcher, wildcards=True)),
    # The Equals operators for ARNs take wildcards and behave as the Like ones do.
    Operator("ArnEquals", "ARN", False, _texts(arn_matcher, wildcards=True)),
    Operator("ArnNotEquals", "ARN", True, _texts(arn_matcher, wildcards=True)),
    Operator("ArnLike", "ARN", False, _texts(arn_matcher, wildcards=True)),
    Operator("ArnNotLike", "ARN", True, _texts(arn_matcher, wildcards=True)),
    *(Operator(f"Numeric{name}", "Numeric", negated, _parsed(number, compare)) for name, negated, compare in _ORDERED),
    *(Operator(f"Date{name}", "Date", negated, _parsed(instant, compare)) for name, negated, compare in _ORDERED),
    Operator("IpAddress", "IPAddress", False, _parsed(span, within, address)),
    Operator("NotIpAddress", "IPAddress", True, _parsed(span, within, address)),
    Operator("Bool", "Bool", False, _boolean_term),
    Operator("BinaryEquals", "Binary", False, _parsed(octets, operator.eq)),
    # Asks for the key, not for its value.
    Operator("Null", "Null", False, _parsed(boolean, operator.eq)),
)
#: Name -> operator, without ``ForAllValues:`` or ``ForAnyValue:`` before and ``IfExists`` behind it.
OPERATORS: dict[str, Operator] = {one.name: one for one in _TABLE}

_SPELLING = re.compile(r"(?P<set>ForAllValues:|ForAnyValue:|)(?P<base>\w+?)(?P<suffix>IfExists|)")


def split_operator(text: str) -> re.Match[str] | None:
    """The parts ``set`` (with its colon), ``base`` and ``suffix`` of an operator as a policy has it."""
    return _SPELLING.fullmatch(text)
