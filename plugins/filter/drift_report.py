# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import (
    WrongType,
    as_bool,
    as_list,
    as_rows,
    explained,
)

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("drift_report")
def sum_up(
    findings: Any,
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
        as_rows(findings, "severity", "account", "region", "resource", "kind", "what"),
        as_bool(corrected, "corrected"),
        map(str, as_list(failed_hosts)),
        _read_changes(changes),
        as_rows(failures, "host"),
        as_rows(perimeters, "host"),
        str(at or ""),
    )


def _read_changes(value: Any) -> list[Mapping[str, Any]]:
    """Who changed what, or why that is not known."""
    for one in (rows := as_rows(value, "resource")):
        if not {"events", "error"} & set(one) or not isinstance(one["resource"], str):
            raise WrongType(value, "what perimeter.s3.change_events_info returned, with resource and events or error")
    return rows


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"drift_report": sum_up}
