# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The options that all modules for many buckets have."""

from __future__ import annotations

from typing import Any

from ..._policy.language.errors import PolicyError, Problem

CONCURRENCY: dict[str, dict[str, Any]] = {"concurrency": {"type": "int", "default": 32}}
#: For :func:`create_module`, as are the options.
FLEET_RULES: dict[str, Any] = {
    "mutually_exclusive": [("buckets", "discover")],
    "required_one_of": [("buckets", "discover")],
}
MAX_CONCURRENCY = 256


def check_fleet_options(module: Any, region: bool = True) -> None:
    """:param region: whether it is needed; that of an endpoint cannot be looked up without.
    :raises PolicyError: with what is wrong.
    """
    limit = module.params.get("max_failures")
    problems = []
    if not 1 <= module.params["concurrency"] <= MAX_CONCURRENCY:
        problems.append(Problem("concurrency", f"has to be from 1 to {MAX_CONCURRENCY}."))
    if limit is not None and limit < 1:
        problems.append(Problem("max_failures", "has to be 1 or more.", "Leave it out to have no such limit."))
    if region and not module.region:
        problems.append(Problem("region", "is not known.", "Give it, or set AWS_REGION where the module runs."))
    if problems:
        raise PolicyError(problems, "options")
