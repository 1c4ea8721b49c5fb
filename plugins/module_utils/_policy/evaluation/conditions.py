# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One condition of a statement, compiled: a check of what is known of the request's keys.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..language.document import Condition
from ..language.errors import Problem
from ..language.logic import Kleene, agreed, either, every, negate
from ..language.operators import (
    OPERATORS,
    DoubtfulBool,
    OpenTerm,
    Operator,
    ParsedTerm,
    Term,
    fits_one_of,
    open_terms,
    split_operator,
)
from ..language.patterns import Matches, Pattern
from ..language.values import (
    Context,
    RoleOfSession,
    State,
    Value,
    find,
)
from ..language.variables import Variable
from ..language.vocabulary import find_key, spell_key

FOR_ALL, FOR_ANY, PLAIN = "ForAllValues:", "ForAnyValue:", ""
NULL = "Null"

#: How the answers for the values of a request become one. Without a set operator AWS documents only one value.
_QUANTIFIERS: dict[str, Callable[[list[Kleene]], Kleene]] = {FOR_ALL: every, FOR_ANY: either, PLAIN: agreed}
#: What is found where nothing is remembered.
NEW: Any = object()
#: More requests than this with different values, and we begin to remember anew.
_REMEMBERED = 4096

_TWO_READINGS_ALL = (
    "AWS's general rule says that ForAllValues matches an absent key, its table of operators says that "
    "ForAllValues:StringNotLike does not"
)
_TWO_READINGS_ANY = "IfExists says that an absent key matches, ForAnyValue says that it does not"
_TWO_READINGS_NULL = "Null asks whether the key is absent, while a set operator by itself decides an absent key"
_TWO_READINGS_EMPTY = (
    "AWS's page on set operators takes an empty string for no value at all, which ForAllValues matches, and its page "
    "on operators compares it as a string"
)
_TWO_READINGS_BOOL = (
    "AWS's page on operators replaces variables in Bool, its page on variables only in String and ARN operators"
)
_SEVERAL_VALUES = "AWS does not document an operator without ForAllValues or ForAnyValue on several values"
_WILDCARDS_IN_VALUE = "AWS does not document whether wildcards in the value of a variable act as such"


@dataclass(frozen=True, slots=True)
class Check:
    """A compiled condition; ``key`` is in lower case, ``name`` as AWS spells it (if it is known).

    ``fits``: whether a value fits one of the terms that need no more than it, which leaves the ``open_terms``.
    ``remembered``: answers for what it was asked before.
    """

    source: Condition
    key: str
    name: str
    operator: Operator
    quantifier: str
    if_exists: bool
    terms: tuple[Term, ...]
    fits: Matches
    open_terms: tuple[OpenTerm, ...]
    variables: tuple[Variable, ...]
    remembered: dict[Any, Kleene] = field(default_factory=dict, compare=False, repr=False)

    def holds(self, context: Context) -> Kleene:
        """Whether the condition is true of a request."""
        value = context.get(self.key)
        result: Kleene = self.remembered.get(value, NEW)
        return self.ask(value, context) if result is NEW else result

    def ask(self, value: Value | None, context: Context) -> Kleene:
        """Whether the condition is true of a request with a value (if any) for which nothing is remembered."""
        known: Any = value
        if value is None:
            known = value = find(context, self.key)
        if self.variables:
            known = (value, *(find(context, variable.key) for variable in self.variables))
        result: Kleene = self.remembered.get(known, NEW)
        if result is NEW:
            if len(self.remembered) >= _REMEMBERED:
                self.remembered.clear()
            result = self.remembered[known] = self.of(value, context)
        return result

    def of(self, value: Value, context: Context) -> Kleene:
        """Whether the condition is true of a value of its key."""
        if isinstance(value, tuple):
            return self._of_values(value, context)
        if value is State.UNKNOWN:
            return agreed((self.of(State.ABSENT, context), self.of(State.PRESENT, context)))
        if value is State.ABSENT:
            return self._of_absent()
        if self.operator.name == NULL:
            return self._asks_for(absent=False)
        if isinstance(value, RoleOfSession):
            # All of the ARNs that it can be must fit, though not all of them the same value of the policy.
            return agreed(self._of_shape(shape, context) for shape in value.shapes)
        result = self._signed(either(term.fits_any_value() or None for term in self.terms))
        # The value may be the empty string, which has two readings (see below).
        return None if self.quantifier == FOR_ALL and result is False else result

    def _of_values(self, values: tuple[str, ...], context: Context) -> Kleene:
        if self.operator.name == NULL:
            return self._asks_for(absent=False)
        if len(values) > 1:
            return _QUANTIFIERS[self.quantifier]([self._of_text(one, context) for one in values])
        result = self._of_text(values[0], context)
        return None if self.quantifier == FOR_ALL and values[0] == "" and result is False else result

    def _of_text(self, text: str, context: Context) -> Kleene:
        if self.fits(text):
            return not self.operator.negated
        if not self.open_terms:
            return self.operator.negated
        lookup = partial(find, context)
        return self._signed(either(term.fits(text, lookup) for term in self.open_terms))

    def _of_shape(self, shape: Pattern, context: Context) -> Kleene:
        lookup = partial(find, context)
        return self._signed(either(term.fits_shape(shape, lookup) for term in self.terms))

    def _signed(self, fits: Kleene) -> Kleene:
        return negate(fits) if self.operator.negated else fits

    def _of_absent(self) -> Kleene:
        # What the set operator says of an absent key, and what the operator itself says.
        of_set = {FOR_ALL: True, FOR_ANY: False, PLAIN: None}[self.quantifier]
        if self.operator.name == NULL:
            answer = self._asks_for(absent=True)
            return answer if of_set is None else agreed((answer, of_set))
        if self.if_exists:
            return None if of_set is False else True
        if of_set is None:
            return self.operator.negated
        if self.quantifier == FOR_ALL and self.operator.name == "StringNotLike":
            return None
        return of_set

    def _asks_for(self, absent: bool) -> bool:
        return any(isinstance(term, ParsedTerm) and term.value is absent for term in self.terms)

    def missing(self, context: Context) -> tuple[str, ...]:
        """The keys, as AWS spells them, whose values would decide a condition that is unknown."""
        value = find(context, self.key)
        names = [] if value is State.ABSENT or isinstance(value, tuple) else [self.name]
        if value is not State.ABSENT and self.operator.name != NULL:
            for variable in self.variables:
                if not isinstance(state := find(context, variable.key), tuple) and state is not State.ABSENT:
                    names.append(variable.name)
        return tuple(dict.fromkeys(names))

    def doubt(self, context: Context) -> str | None:
        """Why a condition is unknown though nothing is missing: where AWS's documentation leaves it open."""
        value = find(context, self.key)
        if value is State.ABSENT:
            if self.operator.name == NULL:
                return _TWO_READINGS_NULL
            return _TWO_READINGS_ANY if self.quantifier == FOR_ANY else _TWO_READINGS_ALL
        if not isinstance(value, tuple):
            return None
        if any(isinstance(term, DoubtfulBool) for term in self.terms):
            return _TWO_READINGS_BOOL
        if self.quantifier == FOR_ALL and value == ("",):
            return _TWO_READINGS_EMPTY
        if self.quantifier == PLAIN and len(value) > 1:
            return _SEVERAL_VALUES
        return _WILDCARDS_IN_VALUE


def compile_condition(condition: Condition, version: str, problems: list[Problem]) -> Check | None:
    """The check of a condition; ``None`` and an entry in ``problems`` when AWS does not know it so."""
    place = condition.path[: -len(condition.key) - 1]
    parts = split_operator(condition.operator)
    operator = OPERATORS.get(parts["base"]) if parts else None
    if parts is None or operator is None:
        near = difflib.get_close_matches(parts["base"] if parts else condition.operator, OPERATORS)
        remedy = f"Did you mean {near[0]!r}?" if near else "Operators are written as in AWS's documentation."
        problems.append(Problem(place, f"There is no operator {condition.operator!r}.", remedy))
        return None
    if operator.name == NULL and parts["suffix"]:
        problems.append(
            Problem(
                place, f"There is no operator {condition.operator!r}.", "Null asks for the key itself: no IfExists."
            )
        )
        return None
    if ":" not in condition.key:
        remedy = "Keys begin with their service: 'aws:SourceVpce'."
        problems.append(Problem(condition.path, f"{condition.key!r} is no condition key.", remedy))
    terms: list[Term] = []
    for value in condition.values:
        try:
            terms.append(operator.read(value, version))
        except ValueError as error:
            problems.append(Problem(condition.path, f"{value!r} {error}."))
    used = tuple(dict.fromkeys(variable for term in terms for variable in term.variables))
    return Check(
        source=condition,
        key=condition.key.lower(),
        name=spell_key(condition.key) if find_key(condition.key) else condition.key,
        operator=operator,
        quantifier=parts["set"],
        if_exists=bool(parts["suffix"]),
        terms=tuple(terms),
        fits=fits_one_of(terms),
        open_terms=open_terms(terms),
        variables=used,
    )
