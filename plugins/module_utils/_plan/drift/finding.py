# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One thing that has drifted, and how bad that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from ..._policy.language.document import Raw

CRITICAL, MAJOR, MINOR = "critical", "major", "minor"
#: The worst first.
SEVERITIES = (CRITICAL, MAJOR, MINOR)
#: Whose policy has drifted.
BUCKET, ENDPOINT = "bucket", "endpoint"
#: How many requests a finding names that pass, or do not.
MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that drifted; ``before`` is how AWS has it, ``after`` how it is declared.

    ``remedy``: what to do about what the automation does not correct; empty for what it does.
    """

    account: str
    region: str
    resource: str
    kind: str
    what: str
    before: Any
    after: Any
    severity: str
    opens: tuple[str, ...] = ()
    cuts: tuple[str, ...] = ()
    remedy: str = ""

    def as_dict(self) -> Raw:
        # Not asdict, which would copy the containers of Ansible's templating, and they do not let themselves be copied.
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**named, "opens": list(self.opens), "cuts": list(self.cuts)}


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was looked; ``region`` is empty if nobody said."""

    account: str
    region: str


def worst(severities: Iterable[str]) -> str:
    """The worst of some, ``minor`` of none."""
    return min(severities, key=SEVERITIES.index, default=MINOR)
