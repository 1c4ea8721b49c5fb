# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Why a plan is not made."""

from __future__ import annotations

from typing import Any


class Refusal(ValueError):
    """What is asked for does not fit what is there, so nothing is written.

    :ivar subject: the resource, as a person calls it: "gateway endpoint for s3 in vpc-1a2b3c4d".
    :ivar rule: one sentence that says what does not fit.
    :ivar remedy: one that says the way out.
    :ivar details: what the failed task returns besides.
    """

    def __init__(self, subject: str, rule: str, remedy: str) -> None:
        self.subject = subject
        self.rule = rule
        self.remedy = remedy
        self.details: dict[str, Any] = {}
        super().__init__(f"{subject}: {rule} {remedy}".strip())
