# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import explained, read_report


@explained("drift_text")
def render(report: Any, fail_on: str | None = None, host: str = "") -> list[str]:
    """The report as lines for a terminal; with ``fail_on`` why the run of the host fails."""
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.terminal import (
        FAIL_ON,
        failure_text,
        text_report,
    )

    read = read_report(report)
    if fail_on is None:
        return text_report(read)
    if fail_on not in FAIL_ON:
        raise AnsibleFilterError(f"fail_on is one of {', '.join(FAIL_ON)}, not {fail_on!r}.")
    return failure_text(read, fail_on, host)


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"drift_text": render}
