# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How hard patterns are for the automata of proofs."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.patterns import pattern
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import hardness


@pytest.mark.parametrize(
    "text, hard",
    [
        ("", 0),
        ("reports", 0),
        ("r?ports", 0),
        ("reports/*", 0),
        ("*", 0),
        ("?*", 0),
        ("*?", 2),
        ("a*b?c", 2),
        ("a*b*", 1),
        ("*a*b", 1),
        ("a*?*?b", 5),
        ("a*b*c*d", 2),
    ],
)
def test_what_stands_behind_a_run_is_hard(text, hard):
    assert hardness(pattern(text)) == hard
