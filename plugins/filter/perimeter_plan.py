# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleFilterError

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import as_bool, as_list, as_rows, explained, plain

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("perimeter_plan")
def build(
    variables: Any,
    found: Any = None,
    names: Any = None,
    playbook: Mapping[str, Any] | None = None,
    endpoint: Mapping[str, Any] | None = None,
    policies: Mapping[str, Any] | None = None,
    looking: Any = False,
    best_effort: Any = False,
    matrix: Any = False,
) -> Raw:
    """What the variables of the role amount to: what is to be asked, or what is to be done."""
    if not isinstance(variables, Mapping):
        raise AnsibleFilterError("perimeter.s3.perimeter_plan: Give the variables of the role by name.")
    if found is not None and not isinstance(found, str):
        raise AnsibleFilterError("perimeter.s3.perimeter_plan: Give as found the text perimeter of perimeter_info.")
    given = plain(variables)
    if found is None:
        from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.question import ask

        return ask(given, [str(name) for name in as_list(names)], plain(playbook or {}))
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.result import Done, plan_of

    done = None
    if endpoint is not None or policies is not None:
        results = as_rows((policies or {}).get("results"))
        done = Done(plain(endpoint or {}), plain(results))
    return plan_of(
        given,
        found,
        done=done,
        looking=as_bool(looking, "looking"),
        best_effort=as_bool(best_effort, "best_effort"),
        matrix=as_bool(matrix, "matrix"),
    )


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"perimeter_plan": build}
