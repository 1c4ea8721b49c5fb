# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import explained, read_report

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("drift_sarif")
def render(report: Any, declared_in: str = "site.yml") -> Raw:
    """The report as a SARIF log."""
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.sarif import sarif_report

    return sarif_report(read_report(report), declared_in)


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"drift_sarif": render}
