# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The buckets that the policy of an endpoint names, as far as their names can be read off it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._policy.language.arns import parse_arn
from ..._policy.language.document import statement_list, strings


def named_by(policy: Mapping[str, Any] | None) -> list[str]:
    """The buckets that the ``Resource`` of any statement names without wildcard or variable, each once, sorted."""
    found = set()
    for statement in (statement_list(policy) or []) if policy else []:
        resources = statement.get("Resource") if isinstance(statement, Mapping) else None
        for text in strings(resources) or ():
            arn = parse_arn(text)
            if arn and arn.service == "s3" and not arn.region and not arn.account:
                found.add(arn.resource.partition("/")[0])
    return sorted(name for name in found if name and not set(name) & set("*?$"))
