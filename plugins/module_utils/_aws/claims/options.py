# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The options of all modules that decide by documents which the task supplies."""

from __future__ import annotations

from typing import Any

#: ``plugins/doc_fragments/_policies.py`` documents them.
SUPPLIED: dict[str, dict[str, Any]] = {
    "bucket_policies": {"type": "dict", "default": {}},
    "endpoint_policies": {"type": "dict", "default": {}},
    "service_control_policies": {"type": "list", "elements": "list"},
    "resource_control_policies": {"type": "list", "elements": "list"},
    "block_public_access": {"type": "dict", "default": {}},
    "resource_accounts": {"type": "dict", "default": {}},
    "resource_regions": {"type": "dict", "default": {}},
    "read_missing": {"type": "bool", "default": True},
}
