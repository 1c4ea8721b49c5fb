# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import (
    as_bool,
    as_list,
    explained,
    read_document,
)

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("policy_merge")
def merge_statements(
    policy: Any, statements: Any = None, remove_sids: Any = None, purge_statements: Any = False
) -> Raw | None:
    """The policy with these statements in it; none when no statement is left."""
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError, Problem
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.merge import merge

    wanted = as_list(statements)
    problems = [
        Problem(f"statements[{index}]", "A statement is a mapping.")
        for index, statement in enumerate(wanted)
        if not isinstance(statement, Mapping)
    ]
    if problems:
        raise PolicyError(problems, "statements")
    sids = [str(sid) for sid in as_list(remove_sids)]
    return merge(read_document(policy), wanted, sids, as_bool(purge_statements, "purge_statements")).document


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"policy_merge": merge_statements}
