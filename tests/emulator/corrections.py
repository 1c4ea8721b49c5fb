# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The corrections of moto, by operation."""

from __future__ import annotations

from collections.abc import Callable

from tests.emulator.answers import Answer
from tests.emulator.call import Call
from tests.emulator.state import Settings

Moto = Callable[[], Answer]


class Corrections:
    """Takes each call before moto and may refuse it, answer it, or change what moto made of it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def answer(self, call: Call, moto: Moto) -> Answer:
        return moto()

    def reset(self) -> None:
        """Forget what belongs to the resources that are gone."""
