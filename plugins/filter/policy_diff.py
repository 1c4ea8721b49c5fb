# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import explained, read_document

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw


@explained("policy_diff")
def compare(before: Any, after: Any) -> list[Raw]:
    """The statements that differ in meaning."""
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.diff import diff

    changes = diff(read_document(before, "policy before"), read_document(after, "policy after"))
    return [change.as_dict() for change in changes if change.kind != "same"]


class FilterModule:
    """Filters of the collection."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"policy_diff": compare}
