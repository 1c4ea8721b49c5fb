# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the parts that `make test` consists of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from toolchain import ansible_test, checks, package
from toolchain.commands import Workplace


@dataclass(frozen=True, slots=True)
class Part:
    """One part: a check on one choice of versions."""

    check: str  # what `make <check>` runs
    choice: str  # "floor" or "newest"
    work: Callable[[Workplace, str], int]  # (workplace, name) -> how many tests passed; raises Failed

    @property
    def name(self) -> str:
        return f"{self.check}-{self.choice}" if self.check in _ON_BOTH else self.check


_ON_BOTH = ("sanity", "integration", "functional", "units")

# The long ones come first, so that the processors have something to do to the end.
PARTS = (
    Part("functional", "newest", checks.functional),
    Part("functional", "floor", checks.functional),
    Part("integration", "newest", ansible_test.integration),
    Part("integration", "floor", ansible_test.integration),
    Part("surroundings", "newest", checks.surroundings),
    Part("molecule", "newest", checks.molecule),
    Part("sanity", "floor", ansible_test.sanity),
    Part("sanity", "newest", ansible_test.sanity),
    Part("units", "floor", ansible_test.units),
    Part("units", "newest", ansible_test.units),
    Part("docs", "newest", checks.docs),
    Part("package", "newest", package.package),
    Part("lint", "newest", checks.lint),
    Part("types", "newest", checks.types),
)
# What a newcomer runs before each commit. pytest runs the unit tests here: ansible-test first makes an environment.
QUICK = (
    Part("quick-units", "newest", checks.quick_units),
    Part("lint", "newest", checks.lint),
    Part("types", "newest", checks.types),
)
CHECKS = tuple(dict.fromkeys(part.check for part in PARTS))
