# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Layers: the policies of one kind that meet in a request, and what they say of it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ansible_collections.perimeter.s3.plugins.module_utils._policy.compiled import CompiledStatement, Resources
from ansible_collections.perimeter.s3.plugins.module_utils._policy.logic import Kleene
from ansible_collections.perimeter.s3.plugins.module_utils._policy.principals import Match
from ansible_collections.perimeter.s3.plugins.module_utils._policy.request import Request
from ansible_collections.perimeter.s3.plugins.module_utils._policy.values import Context

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

#: Statements with the same resources, each with how it is about a caller.
_Group = tuple[Resources, list[tuple[CompiledStatement, Match]]]
#: Those that deny, and those that allow.
_Selection = tuple[list[_Group], list[_Group]]


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
    _remembered: dict[tuple[str, str], tuple[list[_Group], list[_Group]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def judge(self, request: Request, context: Context) -> Outcome:
        """What the layer says of a request."""
        if self.fixed is not None:
            return self.fixed
        known = self._remembered.get((request.action_key, request.caller_key))
        denying, allowing = known or self._select(request)
        denies: Kleene = False
        for resources, group in denying:
            covers = resources.cover(request.resource, context)
            if covers is False:
                continue
            for statement, about in group:
                holds = statement.meets(context, covers)
                if holds is False:
                    continue
                if holds and about.any:
                    return Outcome(True, False, denier=statement)
                denies = None
        if not allowing:
            return SILENT if denies is False else Outcome(None, False)
        return self._weigh_grants(request, context, allowing, denies)

    def _weigh_grants(self, request: Request, context: Context, allowing: list[_Group], denies: Kleene) -> Outcome:
        direct: Kleene = False
        role: Kleene = False
        account: Kleene = False
        granter = None
        for resources, group in allowing:
            covers = resources.cover(request.resource, context)
            if covers is False:
                continue
            for statement, about in group:
                holds = statement.meets(context, covers)
                if holds is False:
                    continue
                if holds and about.direct:
                    return Outcome(denies, True, role, account, granter=statement)
                if holds and (about.role or about.account):
                    granter = granter or statement
                direct = _or_and(direct, holds, about.direct)
                role = _or_and(role, holds, about.role)
                account = _or_and(account, holds, about.account)
        return Outcome(denies, direct, role, account, granter=granter)

    def candidates(self, request: Request, allows: bool) -> list[tuple[CompiledStatement, Match]]:
        """The statements of an effect that are (perhaps) for the action and about the caller of a request."""
        return [
            (statement, about)
            for statement in self.statements
            if statement.allows is allows
            and statement.names_actions(request.action_key)
            and (about := statement.about(request.caller, self.account_is_root, self.bounded)).any is not False
        ]

    def _select(self, request: Request) -> _Selection:
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
        result = (_grouped(self.candidates(request, False)), _grouped(self.candidates(request, True)))
        self._remembered[(request.action_key, request.caller_key)] = result
        return result


def _grouped(statements: list[tuple[CompiledStatement, Match]]) -> list[_Group]:
    groups: dict[Resources, list[tuple[CompiledStatement, Match]]] = {}
    for statement, about in statements:
        groups.setdefault(statement.resources, []).append((statement, about))
    return list(groups.items())


def _or_and(sofar: Kleene, holds: Kleene, about: Kleene) -> Kleene:
    """``sofar or (holds and about)`` where ``holds`` is not false."""
    if sofar is True or about is False:
        return sofar
    return True if holds and about else None
