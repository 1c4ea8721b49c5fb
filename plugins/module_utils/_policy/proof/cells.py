# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The cells of all dimensions of a question, and which statements can apply where."""

from __future__ import annotations

from collections.abc import Iterator

from ..language.principals import Kind
from ..language.values import Value
from .callers import CallerCell, callers
from .pairs import pairs
from .paths import PathCell, paths, paths_of_services
from .space import Space


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
