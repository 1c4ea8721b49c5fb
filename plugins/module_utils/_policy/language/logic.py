# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Three-valued logic (Kleene's): ``True``, ``False``, and ``None`` for what is not known.

An operation is known as soon as every value that the unknown ones could still take leads to the same result of that
one operation; so more guard_context never turns ``True`` into ``False`` or the reverse.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Kleene: TypeAlias = bool | None


def either(values: Iterable[Kleene]) -> Kleene:
    """Whether one of them is true; of none: ``False``."""
    result: Kleene = False
    for value in values:
        if value is True:
            return True
        if value is None:
            result = None
    return result


def every(values: Iterable[Kleene]) -> Kleene:
    """Whether all of them are true; of none: ``True``."""
    result: Kleene = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def agreed(values: Iterable[Kleene]) -> Kleene:
    """What all of them say; ``None`` as soon as two differ. Of none: ``None``."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def negate(value: Kleene) -> Kleene:
    return None if value is None else not value
