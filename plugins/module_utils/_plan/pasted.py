# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Values as YAML that people paste into a playbook.

Keys of objects, and whatever else somebody else has chosen, may look like a template. Ansible would evaluate it, with
the rights of whoever runs the playbook, so such text bears the tag ``!unsafe``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_BEGINS = ("{{", "{%", "{#")


def is_template(value: Any) -> bool:
    """Whether Ansible would evaluate a text in this value."""
    if isinstance(value, str):
        return any(sign in value for sign in _BEGINS)
    if isinstance(value, Mapping):
        return any(map(is_template, value.values()))
    return isinstance(value, (list, tuple)) and any(map(is_template, value))


def pasted(value: Any) -> str:
    """The value in one line, as JSON but for the tags, which JSON does not have."""
    if not is_template(value):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return f"!unsafe {json.dumps(value, ensure_ascii=False)}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {pasted(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(map(pasted, value)) + "]"
