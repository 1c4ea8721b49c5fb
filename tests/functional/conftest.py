# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the fixtures of the emulator known to all functional tests."""

from __future__ import annotations

from tests.emulator import fixtures

emulator_process = fixtures.emulator_process
emulator = fixtures.emulator
ec2 = fixtures.ec2
organizations = fixtures.organizations
s3 = fixtures.s3
sts = fixtures.sts
