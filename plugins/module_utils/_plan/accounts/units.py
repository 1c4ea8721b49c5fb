# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The organizational units of an organization, and which of them are meant.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_getting-started_concepts.html
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import Refusal


@dataclass(frozen=True, slots=True)
class Unit:
    """The root, or an organizational unit.

    :ivar ids: of everything on the way from the root to this one, itself included.
    :ivar names: the same for the names.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.ids[-1]

    @property
    def path(self) -> str:
        """``Root/Workloads/Prod``"""
        return "/".join(self.names)

    @property
    def paths(self) -> list[str]:
        """Those of everything from the root to this one: ``[Root, Root/Workloads, Root/Workloads/Prod]``."""
        return ["/".join(self.names[: depth + 1]) for depth in range(len(self.names))]

    def child(self, child_id: str, name: str) -> Unit:
        return Unit((*self.ids, child_id), (*self.names, name))


def choose_units(units: Sequence[Unit], wanted: Sequence[str], excluded: Sequence[str]) -> list[Unit]:
    """The units named by id or path and everything below them; all when none is named; without those excluded.

    :raises Refusal: one that is named is not there.
    """
    inside = {_find(units, name, "ous").id for name in wanted} or {unit.id for unit in units}
    outside = {_find(units, name, "exclude_ous").id for name in excluded}
    return [unit for unit in units if inside & set(unit.ids) and not outside & set(unit.ids)]


def _find(units: Sequence[Unit], name: str, option: str) -> Unit:
    # A name may hold a slash, so two paths can read the same.
    found = [unit for unit in units if name.strip("/") in (unit.id, unit.path)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(unit.id for unit in found)
        raise Refusal(f"{option}: {name}", f"There are several units of this path: {ids}.", "Name one by its id.")
    raise Refusal(
        f"{option}: {name}",
        "The organization has no such organizational unit.",
        f"Write an id, or a path from the root on, upper and lower case as they are. {_nearest(units, name)}",
    )


def _nearest(units: Sequence[Unit], name: str) -> str:
    """Those that end so, or are called nearly so; of a small organization all."""
    paths = {unit.path.lower(): unit.path for unit in units}
    sought = name.lower().strip("/")
    found = [path for lower, path in paths.items() if lower.endswith(f"/{sought}") or lower == sought]
    found += [paths[near] for near in difflib.get_close_matches(sought, paths)]
    last = {unit.names[-1].lower(): unit.path for unit in units}
    found += [last[near] for near in difflib.get_close_matches(sought.rpartition("/")[2], last)]
    named = list(dict.fromkeys(found)) or [unit.path for unit in units][:10]
    return f"There {'is' if len(named) == 1 else 'are'}, for example, {', '.join(named)}."
