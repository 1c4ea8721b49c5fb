# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is known of the endpoints and VPCs that policies name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

# A gateway endpoint serves its own Region. An interface endpoint may be for a service in another one; its name says so.
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-cross-region-access.html
_SERVICE = re.compile(r".*amazonaws\.(?P<region>[a-z]+(-[a-z]+)+-\d+)\.s3(-fips)?")
_EVERYWHERE = "s3-global"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KnownEndpoint:
    """What AWS says of an endpoint; ``service`` as in ``com.amazonaws.eu-central-1.s3``, ``region``: where it is."""

    id: str
    service: str
    vpc: str
    state: str
    region: str | None = None

    @property
    def leads_to(self) -> str | None:
        """The Region whose S3 is reached through it; ``None`` if that is every Region, or not known."""
        if _EVERYWHERE in self.service:
            return None
        named = _SERVICE.fullmatch(self.service)
        return named["region"] if named else self.region


@dataclass(frozen=True, slots=True)
class KnownVpc:
    """A VPC, and where it is."""

    id: str
    region: str


@dataclass(slots=True)
class Remembered(Generic[T]):
    """Lookups by id, each id once."""

    ask: Callable[[Iterable[str]], Mapping[str, T] | None]
    _known: dict[str, T | None] = field(default_factory=dict)
    _refused: bool = False

    def __call__(self, ids: frozenset[str]) -> Mapping[str, T] | None:
        new = sorted(ids - self._known.keys())
        if new and not self._refused:
            found = self.ask(new)
            self._refused = found is None
            self._known.update({name: (found or {}).get(name) for name in new})
        if self._refused:
            return None
        return {name: known for name in ids if (known := self._known.get(name)) is not None}
