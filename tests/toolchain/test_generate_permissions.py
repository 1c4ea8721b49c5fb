# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page on permissions shows what the filter builds."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "generate_permissions"
generate = SimpleNamespace(**runpy.run_path(str(SCRIPT)))


def test_the_page_is_what_the_generator_makes_of_it():
    page = generate.PAGE.read_text(encoding="utf-8")
    assert [name for name in generate.parts() if f".. generated: {name}\n" not in page] == []
    # Otherwise: make exec ARGS="python scripts/generate_permissions"
    assert generate.filled(page) == page


def test_a_part_that_was_edited_is_replaced():
    page = generate.PAGE.read_text(encoding="utf-8")
    edited = page.replace("ec2:DescribeVpcs", "ec2:RunInstances")
    assert edited != page
    assert generate.filled(edited) == page
