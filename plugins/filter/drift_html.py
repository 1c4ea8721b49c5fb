# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import explained, read_report


@explained("drift_html")
def write(report: Any) -> str:
    """The report as a page of HTML."""
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.page import page
    from ansible_collections.perimeter.s3.plugins.plugin_utils._pages import render

    return render(page(read_report(report)))


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"drift_html": write}
