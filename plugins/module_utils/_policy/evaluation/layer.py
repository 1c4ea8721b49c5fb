# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Layers: the policies of one kind that meet in a request, and what they say of it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from ..language.logic import Kleene
from ..language.principals import Match
from ..language.values import Context
from .compiled import CompiledStatement, Resources
from .request import Request

#: More pairs of an action and a caller than this, and a layer begins to remember anew.
_REMEMBERED = 8192


class Outcome(NamedTuple):
    """What one layer says of a request.

    ``denies``: whether a Deny applies; ``direct``, ``role``, ``account``: whether an Allow applies, by how it names the
    caller (see :class:`principals.Match`). ``denier`` and ``granter`` are the first statements that certainly do.
    """

    denies: Kleene
    direct: Kleene
    role: Kleene = False
    account: Kleene = False
    denier: CompiledStatement | None = None
    granter: CompiledStatement | None = None

    @property
    def allows(self) -> Kleene:
        if self.direct or self.role or self.account:
            return True
        return None if None in (self.direct, self.role, self.account) else False


#: A layer that nobody supplied; one without policies; one that lets everything pass.
UNSUPPLIED = Outcome(None, None, None, None)
SILENT = Outcome(False, False)
OPEN = Outcome(False, True)


class _Candidate(NamedTuple):
    """A statement that is about a caller, or perhaps is.

    ``outcome``: what the layer says once it applies; ``None`` where it is not certainly about the caller, or where an
    Allow names no more than the role or the account.
    """

    statement: CompiledStatement
    about: Match
    outcome: Outcome | None


#: Candidates with the same resources.
_Group: TypeAlias = tuple[Resources, list[_Candidate]]
#: Those that deny, and those that allow.
_Selection: TypeAlias = tuple[list[_Group], list[_Group]]


@dataclass(frozen=True, slots=True)
class Layer:
    """All policies of one kind that meet in a request, of one level where levels count; ``name`` as in decisions.

    ``fixed`` stands in for statements where there are none to ask. ``bounded``: principals have a permissions boundary.
    """

    name: str
    statements: tuple[CompiledStatement, ...] = ()
    fixed: Outcome | None = None
    account_is_root: bool = False
    bounded: bool = False
    #: Action -> the statements that name it, each with what the layer says if no other one applies.
    _naming: dict[str, list[tuple[CompiledStatement, Outcome]]] = field(default_factory=dict, compare=False, repr=False)
    #: Action and caller -> whom to ask.
    _remembered: dict[tuple[str, str], _Selection] = field(default_factory=dict, compare=False, repr=False)

    def evaluate(self, request: Request, context: Context) -> Outcome:
        """What the layer says of a request."""
        if self.fixed is not None:
            return self.fixed
        denying, allowing = self._remembered.get((request.action_key, request.caller.key)) or self._select(request)
        denies: Kleene = False
        for resources, group in denying:
            covers = resources.cover(request.resource, context)
            if covers is False:
                continue
            for statement, _about, outcome in group:
                holds = statement.meets(context, covers)
                if holds is False:
                    continue
                if holds and outcome is not None:
                    return outcome
                denies = None
        if not allowing:
            return SILENT if denies is False else Outcome(None, False)
        return self._evaluate_grants(request, context, allowing, denies)

    def _evaluate_grants(self, request: Request, context: Context, allowing: list[_Group], denies: Kleene) -> Outcome:
        direct: Kleene = False
        role: Kleene = False
        account: Kleene = False
        granter = None
        for resources, group in allowing:
            covers = resources.cover(request.resource, context)
            if covers is False:
                continue
            for statement, about, outcome in group:
                holds = statement.meets(context, covers)
                if holds is False:
                    continue
                if holds and outcome is not None:
                    if denies is False and role is False and account is False:
                        return outcome
                    return Outcome(denies, True, role, account, granter=statement)
                if holds and (about.role or about.account):
                    granter = granter or statement
                direct = _or_and(direct, holds, about.direct)
                role = _or_and(role, holds, about.role)
                account = _or_and(account, holds, about.account)
        return Outcome(denies, direct, role, account, granter=granter)

    def candidates(self, request: Request, allows: bool) -> list[tuple[CompiledStatement, Match]]:
        """The statements of an effect that are (perhaps) for the action and about the caller of a request."""
        return [(one.statement, one.about) for one in self._candidates(request) if one.statement.allows is allows]

    def _candidates(self, request: Request) -> Iterator[_Candidate]:
        for statement, outcome in self._for(request.action_key):
            about = statement.about(request.caller, self.account_is_root, self.bounded)
            if about.any is not False:
                certain = about.direct if statement.allows else about.any
                yield _Candidate(statement, about, outcome if certain else None)

    def _select(self, request: Request) -> _Selection:
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
        denying: dict[Resources, list[_Candidate]] = {}
        allowing: dict[Resources, list[_Candidate]] = {}
        for one in self._candidates(request):
            groups = allowing if one.statement.allows else denying
            groups.setdefault(one.statement.resources, []).append(one)
        result = (list(denying.items()), list(allowing.items()))
        self._remembered[(request.action_key, request.caller.key)] = result
        return result

    def _for(self, action: str) -> list[tuple[CompiledStatement, Outcome]]:
        naming = self._naming.get(action)
        if naming is None:
            if len(self._naming) >= _REMEMBERED:
                self._naming.clear()
            naming = self._naming[action] = [
                (one, Outcome(False, True, granter=one) if one.allows else Outcome(True, False, denier=one))
                for one in self.statements
                if one.names_actions(action)
            ]
        return naming


def _or_and(sofar: Kleene, holds: Kleene, about: Kleene) -> Kleene:
    """``sofar or (holds and about)`` where ``holds`` is not false."""
    if sofar is True or about is False:
        return sofar
    return True if holds and about else None
