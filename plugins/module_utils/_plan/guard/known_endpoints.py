# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is known of the endpoints that policies name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KnownEndpoint:
    """What AWS says of an endpoint; ``service`` as in ``com.amazonaws.eu-central-1.s3``."""

    id: str
    service: str
    vpc: str
    state: str


@dataclass(slots=True)
class Remembered:
    """Lookups of endpoints, each id once."""

    ask: Callable[[Iterable[str]], Mapping[str, KnownEndpoint] | None]
    _known: dict[str, KnownEndpoint | None] = field(default_factory=dict)
    _refused: bool = False

    def __call__(self, ids: frozenset[str]) -> Mapping[str, KnownEndpoint] | None:
        new = sorted(ids - self._known.keys())
        if new and not self._refused:
            found = self.ask(new)
            self._refused = found is None
            self._known.update({name: (found or {}).get(name) for name in new})
        if self._refused:
            return None
        return {name: known for name in ids if (known := self._known.get(name)) is not None}
