# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import as_bool, as_list, explained

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("drift_report")
def sum_up(
    findings: Sequence[Mapping[str, Any]],
    corrected: Any = False,
    failed_hosts: Any = None,
    changes: Any = None,
    failures: Any = None,
    perimeters: Any = None,
    at: Any = "",
) -> Raw:
    """The report of a run."""
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.report import report

    return report(
        findings,
        as_bool(corrected, "corrected"),
        map(str, as_list(failed_hosts)),
        as_list(changes),
        as_list(failures),
        as_list(perimeters),
        str(at or ""),
    )


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"drift_report": sum_up}
