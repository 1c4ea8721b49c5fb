# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who last changed what drifted, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NOBODY = "nobody that CloudTrail knows of. Its history goes back 90 days, and is some minutes behind"


def authors(finding: Mapping[str, Any]) -> list[str]:
    """Who last changed the resource, a sentence each; empty if nobody was asked."""
    if "by" not in finding:
        return []
    if finding["by"] is None:
        return ["unknown, because CloudTrail could not be asked"]
    return [
        f"{each['who'] or 'somebody'} at {each['when']}, {each['event']} from {each['source_address'] or 'somewhere'}, "
        f"event {each['event_id']}"
        for each in finding["by"]
    ] or [_NOBODY]
