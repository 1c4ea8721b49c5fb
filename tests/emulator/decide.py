# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The seam where policies decide about requests for objects and buckets."""

from __future__ import annotations

from tests.emulator.call import Call


def decide(_call: Call) -> None:
    """Raise ``Refused`` when the policies in force deny the call.

    They do not decide yet: every S3 request is let through, whatever identity, bucket and endpoint policies say. A
    test must not conclude from a request that it makes here that AWS would allow it.
    """
