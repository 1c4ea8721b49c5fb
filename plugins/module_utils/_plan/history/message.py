# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the message of a denial says beyond its code.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ..._policy.language.vocabulary import spell_action

_SAID = re.compile(
    r"(?:User: (?P<user>\S+) )?is not authorized to perform: (?P<action>s3:\w+)"
    r"(?:.*?(?:because no|explicit deny in an?) (?P<layer>[\w -]+?)(?:-based)? polic)?",
    re.IGNORECASE | re.DOTALL,
)
_SAID_BOUNDARY = re.compile(r"(?:because no|explicit deny in an?) permissions boundary", re.IGNORECASE)
#: What messages call a kind of policy -> what decisions call it.
_LAYERS = {
    "identity": "identity_policy",
    "resource": "bucket_policy",
    "vpc endpoint": "endpoint_policy",
    "service control": "service_control_policy",
    "resource control": "resource_control_policy",
    "session": "session_policy",
}
_ENDPOINT_DENIED = "vpc endpoint policy"


class Said(NamedTuple):
    """The layer that denied, the principal and the action, each empty if the message does not name it."""

    layer: str = ""
    user: str = ""
    action: str = ""


@lru_cache(maxsize=4096)
def read_message(message: str) -> Said:
    """What a message says."""
    if _ENDPOINT_DENIED in message.lower() and "authorized to perform" not in message:
        return Said("endpoint_policy")
    found = _SAID.search(message)
    if not found:
        return Said()
    layer = (
        "permissions_boundary" if _SAID_BOUNDARY.search(message) else _LAYERS.get((found["layer"] or "").lower(), "")
    )
    return Said(layer, found["user"] or "", spell_action(found["action"]) or "")
