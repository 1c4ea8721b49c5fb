# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How many processes are worth having."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """Those that this process may use, which in a container or under taskset are fewer than there are.

    1 where that cannot be told: it is so on macOS, whose own libraries do not stand a fork.
    https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
