# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Network paths, with TLS or without, one for all that are not told apart; and the cells of all dimensions together."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from ..evaluation.context import INTERNET, Path, path_keys
from ..language.principals import Kind
from ..language.values import State, Value, find
from ..texts.automaton import text_tokens
from .callers import CallerCell, callers
from .domains import answers, text_cells, values_of
from .pairs import pairs
from .space import Space
from .world import SECURE, SHAPES, SOME_TEXT, TLS_VERSION, TLS_VERSIONS


@dataclass(frozen=True, slots=True)
class PathCell:
    """A network path that stands for others.

    ``endpoint``: the id of the endpoint whose policy decides; ``passes``: whether it comes through any endpoint.
    ``supplied``: keys as they go into the request; ``context``: what the path decides.
    """

    path: Path
    called_via: tuple[str, ...]
    endpoint: str | None
    passes: bool
    supplied: dict[str, Value]
    context: dict[str, Value]

    @property
    def name(self) -> str:
        """What it is, in one word."""
        if self.called_via:
            return "forwarded"
        return "endpoint" if self.passes else INTERNET


def paths(
    space: Space, policies: frozenset[str], through: tuple[str, ...] | None, versions: tuple[str, ...] | None
) -> list[PathCell]:
    """The paths of principals of accounts and anonymous callers.

    :param policies: the endpoints whose policies are known.
    :param through: of only these endpoints.
    :param versions: with only these versions of TLS.
    """
    found: dict[object, PathCell] = {}
    secure = _tls(space, versions, services=False)
    for path, called_via, endpoint in _ways(space, policies, through):
        form = path_keys(path, called_via, space.world.partition)
        for supplied in secure:
            context = {**form, **supplied}
            passes = endpoint is not None
            cell = PathCell(path, called_via, endpoint if endpoint in policies else None, passes, supplied, context)
            found.setdefault(_told(space, cell), cell)
    return list(found.values())


def paths_of_services(space: Space, versions: tuple[str, ...] | None) -> list[PathCell]:
    """The paths of AWS services, which act from within AWS: S3 tells nothing of the network, and of TLS."""
    form = path_keys(INTERNET, (), space.world.partition)
    form = {key: value for key, value in form.items() if key != "aws:sourceip"}
    found: dict[object, PathCell] = {}
    for supplied in _tls(space, versions, services=True):
        context = {**form, **supplied}
        cell = PathCell(INTERNET, (), None, False, supplied, context)
        found.setdefault(_told(space, cell), cell)
    return list(found.values())


def _ways(
    space: Space, policies: frozenset[str], through: tuple[str, ...] | None
) -> Iterator[tuple[Path, tuple[str, ...], str | None]]:
    if through is None:
        yield INTERNET, (), None
    world = space.world
    facts = {one.id: one for one in world.endpoints} if "endpoint" in space.rules else {}
    tokens = [*space.tokens("aws:sourcevpce"), *(text_tokens((one,)) for one in (*facts, *policies, *(through or ())))]
    shape = SHAPES["aws:sourcevpce"] if "shapes" in space.rules else SOME_TEXT
    for cell in text_cells(tokens, shape, space.budget):
        if through is not None and cell.text not in through:
            continue
        parts: dict[str, str | None] = {"vpce": cell.text}
        if cell.text in facts:
            known = facts[cell.text]
            optional = {"vpc": known.vpc, "account": known.account, "region": known.region}
            parts.update({part: value for part, value in optional.items() if value})
            organization = known.organization
            if organization is None and known.account and known.account == world.account:
                organization = world.organization
            if organization is not None:
                parts["org"] = organization or None
        yield tuple(sorted(parts.items())), (), cell.text
    if through is None:
        for chain in _chains(space):
            yield None, chain, None


def _chains(space: Space) -> list[tuple[str, ...]]:
    """The services on the way of a forwarded request: which there are, which is first, and which last."""
    keys = ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast")
    tokens = [one for key in keys for one in space.tokens(key)]
    shape = SHAPES["aws:calledvia"]._replace(nicer=("athena.amazonaws.com",))
    names = [cell.text for cell in text_cells(tokens, shape, space.budget)]
    middle = values_of("aws:calledvia", space.checks.get(keys[0], ()), tokens, shape, space.budget)
    if not middle.exact:
        space.inexact.add(keys[0])
    chains: list[tuple[str, ...]] = [(one,) for one in names]
    if not any(key in space.mentioned for key in keys):
        return chains
    chains += list(product(names, names))
    chains += [(first, *between, last) for first, last in product(names, names) for between in middle.several]
    return chains


def _tls(space: Space, versions: tuple[str, ...] | None, services: bool) -> list[dict[str, Value]]:
    """What the two keys for TLS can be."""
    if versions is None and SECURE not in space.mentioned and TLS_VERSION not in space.mentioned:
        return [{}]
    secured: list[dict[str, Value]] = [
        {SECURE: ("true",), TLS_VERSION: (one,)} for one in TLS_VERSIONS if versions is None or one in versions
    ]
    if versions is not None:
        return secured
    secured.append({SECURE: ("false",), TLS_VERSION: State.ABSENT})
    if services:
        # AWS services leave both out, or say what they please.
        return [{SECURE: State.ABSENT, TLS_VERSION: State.ABSENT}, *secured]
    if "tls" not in space.rules:
        secured += [{SECURE: ("false",), TLS_VERSION: (one,)} for one in TLS_VERSIONS]
    return secured


def _told(space: Space, cell: PathCell) -> object:
    """What is told of a path."""
    answered: list[object] = []
    for key, checks in space.checks.items():
        value = find(cell.context, key)
        if isinstance(value, tuple):
            closed = [check for check in checks if not check.open_terms]
            answered.append((answers(closed, value), value if len(closed) < len(checks) else None))
        else:
            answered.append((value, None))
    shadows = tuple(space.shadows(cell.context).items())
    own = find(cell.context, "aws:vpceaccount") == (space.world.account,)
    return cell.name, cell.endpoint, own, tuple(answered), shadows


class Cells:
    """The cells of all dimensions, made once for all questions about the same documents.

    :raises TooMany: there are too many cells in a dimension.
    """

    def __init__(
        self,
        space: Space,
        endpoints: frozenset[str],
        through: tuple[str, ...] | None = None,
        versions: tuple[str, ...] | None = None,
        services: bool = True,
        known_actions: bool = False,
    ) -> None:
        self.space = space
        self.callers = callers(space, services and through is None)
        self.paths = paths(space, endpoints, through, versions)
        self.paths_of_services = paths_of_services(space, versions) if services and through is None else []
        self.pairs = pairs(space, known_actions)
        self._states: dict[tuple[int, int], tuple[dict[str, Value], int, int]] = {}
        self._closed: dict[int, int] = {}
        self._relevant: dict[str, tuple[str, ...]] = {}

    def of_each_principal(self) -> Iterator[Cells]:
        """The same for the principals of each ARN by themselves."""
        groups: dict[object, list[CallerCell]] = {}
        for one in self.callers:
            groups.setdefault(find(one.context, "aws:principalarn"), []).append(one)
        for callers_of_one in groups.values():
            found = copy.copy(self)
            found.callers = callers_of_one
            yield found

    def paths_of(self, caller: CallerCell) -> Iterator[PathCell]:
        """The paths on which a principal comes."""
        for path in self.paths_of_services if caller.caller.kind is Kind.SERVICE else self.paths:
            if caller.caller.signs or not path.called_via:
                yield path

    def closed(self, cell: CallerCell | PathCell) -> int:
        """The bits of the statements that a caller or a path alone keeps from applying."""
        mask = self._closed.get(id(cell))
        if mask is None:
            mask = 0
            for bit, statement in enumerate(self.space.statements):
                if statement.checks and statement.meets(cell.context) is False:
                    mask |= 1 << bit
            self._closed[id(cell)] = mask
        return mask

    def relevant(self, key: str) -> tuple[str, ...]:
        """The keys on which it depends what a key can be."""
        if key not in self._relevant:
            self._relevant[key] = self.space.relevant(key)
        return self._relevant[key]

    def state(self, caller: CallerCell, path: PathCell) -> tuple[dict[str, Value], int, int]:
        """The context of a caller on a path, and the bits of statements that may and that certainly do apply to it."""
        known = self._states.get((id(caller), id(path)))
        if known is None:
            context = {**path.context, **caller.context, **path.supplied}
            context.update(self.space.shadows(context))
            possible = certain = 0
            left = caller.possible & ~self.closed(caller) & ~self.closed(path)
            while left:
                place = left & -left
                left ^= place
                meets = self.space.statements[place.bit_length() - 1].meets(context)
                if meets is not False:
                    possible |= place
                    if meets and caller.certain & place:
                        certain |= place
            known = self._states[(id(caller), id(path))] = (context, possible, certain)
        return known
