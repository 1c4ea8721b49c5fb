# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The statements of policies, compiled once for any number of requests.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from ..language.document import Statement, parse
from ..language.errors import PolicyError, Problem
from ..language.logic import Kleene, either, negate
from ..language.patterns import (
    Matches,
    Pattern,
    any_matcher,
    completed,
    pattern,
    reaches_over_colons,
    resource_matcher,
)
from ..language.principals import (
    EVERYBODY,
    Caller,
    Match,
    match_not_principal,
    match_principal,
)
from ..language.values import Context, State, find
from ..language.variables import (
    Template,
    Variable,
    is_early,
    plain,
    render,
    template,
    variables,
)
from .conditions import NEW, Check, compile_condition
from .request import Request

_TWO_READINGS_COLON = (
    "AWS's page on Resource keeps wildcards within the segments of an ARN, and lets an asterisk that ends a segment "
    "reach over colons"
)
_TWO_READINGS_SHORT = (
    "AWS completes an ARN of fewer than six fields in identity policies, and does not say what one does in a policy of "
    "another kind"
)
_TWO_READINGS_VALUELESS = (
    "AWS's page on variables says that a resource with a variable without a value matches no resource, so that "
    "NotResource excepts none by it, and that the statement might be invalid as a whole"
)
_TWO_READINGS_EARLY = (
    "AWS's page on variables says that none can stand before the fifth colon of a resource, not what one does that "
    "stands there"
)


@dataclass(frozen=True, slots=True, eq=False)
class Resources:
    """An element Resource, or (``negated``) NotResource.

    ``fixed``: whether one without variables fits (those with variables are ``templates``); ``loose``: whether one does
    in its other reading, if any has two; ``short``: the same of ARNs that are not completed. ``patterns``: what decides
    whether those without variables fit, in one reading or another.
    """

    negated: bool
    fixed: Matches
    loose: Matches | None
    short: Matches | None
    templates: tuple[Template, ...]
    patterns: tuple[Pattern, ...] = ()

    def cover(self, resource: str, context: Context) -> Kleene:
        """Whether the statement is about a resource."""
        if self.fixed(resource):
            return not self.negated
        if not self.templates and self.loose is None and self.short is None:
            return self.negated
        return self._cover_in_doubt(resource, context)

    def _cover_in_doubt(self, resource: str, context: Context) -> Kleene:
        renderings = [render(parts, partial(find, context)) for parts in self.templates]
        found = [rendering.fits(resource, _cached_matcher) for rendering in renderings]
        found = [None if fits and is_early(parts) else fits for fits, parts in zip(found, self.templates, strict=True)]
        fits = either((*found, None if self._fits_loosely(resource) else False))
        if not self.negated:
            return fits
        if fits is False and any(rendering.pattern is None for rendering in renderings):
            return None
        if fits is False and not all(rendering.certain for rendering in renderings):
            return None
        return negate(fits)

    def _fits_loosely(self, resource: str) -> bool:
        return any(one is not None and one(resource) for one in (self.loose, self.short))

    def doubt(self, resource: str, context: Context) -> str | None:
        """Why it is unknown whether they cover a resource, where AWS's documentation leaves it open."""
        if self.short is not None and self.short(resource):
            return _TWO_READINGS_SHORT
        if self._fits_loosely(resource):
            return _TWO_READINGS_COLON
        if any(map(is_early, self.templates)):
            return _TWO_READINGS_EARLY
        lookup = partial(find, context)
        valueless = self.negated and any(render(parts, lookup).pattern is None for parts in self.templates)
        return _TWO_READINGS_VALUELESS if valueless else None

    @property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(dict.fromkeys(variable for parts in self.templates for variable in variables(parts)))


_cached_matcher = lru_cache(maxsize=1024)(resource_matcher)


@dataclass(frozen=True, slots=True)
class CompiledStatement:
    """A statement; ``place`` is where its document stands among the policies, such as ``identity[1]``."""

    source: Statement
    place: str
    allows: bool
    names_actions: Matches
    resources: Resources
    checks: tuple[Check, ...]

    @property
    def label(self) -> str:
        return self.source.label

    def holds(self, resource: str, context: Context) -> Kleene:
        """Whether it applies to a request for its action and from its principal."""
        covers = self.resources.cover(resource, context)
        return False if covers is False else self.meets(context, covers)

    def meets(self, context: Context, result: Kleene = True) -> Kleene:
        """Whether its conditions are true and ``result`` is, which is not false."""
        for check in self.checks:
            # What is remembered is worth asking for here: it saves the cost of a call.
            value = context.get(check.key)
            holds = check.remembered.get(value, NEW)
            if holds is NEW:
                holds = check.ask(value, context)
            if holds is False:
                return False
            if holds is None:
                result = None
        return result

    def about(self, caller: Caller, account_is_root: bool, bounded: bool) -> Match:
        """How it is about a caller; a statement without a principal is about whom its policy is attached to."""
        if self.source.principal is not None:
            # What is said of accounts and their root users is said of grants; a Deny is about all of an account.
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
            return match_principal(self.source.principal, caller, account_is_root and self.allows)
        if self.source.not_principal is not None:
            return match_not_principal(self.source.not_principal, caller, bounded)
        return EVERYBODY

    def missing(self, request: Request, context: Context) -> tuple[str, ...]:
        """The keys that would tell whether a statement holds of which that is not known."""
        names: dict[str, None] = {}
        if self.resources.cover(request.resource, context) is None:
            for variable in self.resources.variables:
                value = find(context, variable.key)
                if not isinstance(value, tuple) and value is not State.ABSENT:
                    names[variable.name] = None
        for check in self.checks:
            if check.holds(context) is None:
                names.update(dict.fromkeys(check.missing(context)))
        return tuple(names)


def compile_documents(
    documents: Iterable[tuple[str, Any]], with_principal: bool, problems: list[Problem], completes: bool
) -> tuple[CompiledStatement, ...]:
    """The statements of documents, each given with its place; what is wrong with them goes to ``problems``.

    :param completes: ARNs of fewer than six fields are completed, as in identity policies
        (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns).
    """
    compiled: list[CompiledStatement] = []
    for place, source in documents:
        found: list[Problem] = []
        try:
            document = parse(source, place)
        except PolicyError as error:
            found.extend(error.problems)
        else:
            for statement in document.statements:
                _check_principal(statement, with_principal, found)
                compiled.append(_compile_statement(statement, document.version, place, found, completes))
        problems.extend(
            Problem(f"{place}.{problem.path}" if problem.path else place, problem.rule, problem.remedy)
            for problem in found
        )
    return tuple(compiled)


def _check_principal(statement: Statement, with_principal: bool, problems: list[Problem]) -> None:
    has = statement.principal is not None or statement.not_principal is not None
    if with_principal and not has:
        problems.append(Problem(statement.path, "Missing required field Principal.", 'Write "*" for everybody.'))
    elif has and not with_principal:
        problems.append(
            Problem(
                statement.path,
                "A policy of this kind has no Principal.",
                "It is about the principals that it is attached to: leave the element out.",
            )
        )
    if statement.resources is None and statement.not_resources is None:
        problems.append(Problem(statement.path, "Missing required field Resource.", "Give Resource or NotResource."))


def _compile_statement(
    statement: Statement, version: str, place: str, problems: list[Problem], completes: bool
) -> CompiledStatement:
    parts = [template(text, version) for text in statement.resources or statement.not_resources or ()]
    checks = [compile_condition(condition, version, problems) for condition in statement.conditions]
    return CompiledStatement(
        source=statement,
        place=place,
        allows=statement.effect == "Allow",
        names_actions=_actions(statement.actions is None, statement.actions or statement.not_actions or ()),
        resources=_resources(statement.resources is None, tuple(parts), completes),
        checks=tuple(check for check in checks if check),
    )


@lru_cache(maxsize=1024)
def _resources(negated: bool, parts: tuple[Template, ...], completes: bool) -> Resources:
    """Statements about the same resources share them, so that they are asked once."""
    fixed = [plain(one) for one in parts if not variables(one)]
    loose = [one for one in fixed if reaches_over_colons(one)]
    short = [] if completes else [completed(one) for one in fixed if completed(one) != one]
    return Resources(
        negated=negated,
        fixed=any_matcher(map(completed, fixed) if completes else fixed, arns=True),
        loose=any_matcher(loose) if loose else None,
        short=any_matcher(short, arns=True) if short else None,
        templates=tuple(one for one in parts if variables(one)),
        patterns=tuple(dict.fromkeys((*fixed, *map(completed, fixed)))),
    )


@lru_cache(maxsize=1024)
def _actions(negated: bool, names: tuple[str, ...]) -> Matches:
    """Whether a statement names an action, given in lower case."""
    matches = any_matcher(pattern(name.lower()) for name in names)
    return (lambda action: not matches(action)) if negated else matches
