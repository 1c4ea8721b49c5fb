# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An AWS on loopback for tests and demo: moto, with a layer that corrects it where AWS behaves differently."""

from __future__ import annotations

from tests.emulator.client import Emulator, running_emulator

__all__ = ["Emulator", "running_emulator"]
