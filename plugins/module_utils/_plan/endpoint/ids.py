# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The ids that the options of endpoint modules name, checked before anything is asked of AWS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..._policy.language.errors import PolicyError, Problem

# Option -> what its ids begin with.
_IDS = {
    "vpc_id": "vpc",
    "endpoint_id": "vpce",
    "endpoint_ids": "vpce",
    "route_table_ids": "rtb",
    "subnet_ids": "subnet",
}


def check_ids(options: Mapping[str, Any]) -> None:
    """For endpoints that are only read.

    :raises PolicyError: what is given as an id cannot be one.
    """
    problems = [*id_problems({name: value for name, value in options.items() if value is not None})]
    if problems:
        raise PolicyError(problems, "options")


def id_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    for option, kind in _IDS.items():
        value = given.get(option, ())
        for one in value if isinstance(value, (list, tuple)) else (value,):
            if not re.fullmatch(rf"{kind}-[0-9a-f]+", str(one)):
                yield Problem(option, f"{one!r} is not an id.", f"Ids here look like {kind}-1a2b3c4d.")
