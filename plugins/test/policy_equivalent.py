# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import as_bool, explained, read_document


@explained("policy_equivalent")
def is_equivalent(policy: Any, other: Any, labels: Any = True) -> bool:
    """Whether AWS decides every request alike by the two policies."""
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical import equivalent

    return equivalent(read_document(policy), read_document(other, "other policy"), labels=as_bool(labels, "labels"))


class TestModule:
    """Tests of the collection."""

    def tests(self) -> dict[str, Callable[..., Any]]:
        return {"policy_equivalent": is_equivalent}
