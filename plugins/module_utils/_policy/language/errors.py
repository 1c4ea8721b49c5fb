# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is wrong with a policy or a request, said so that a person can repair it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule.

    ``path`` is the place in the document as a person would write it (``Statement[2].Condition.StringEquals``; empty
    for the document as a whole), ``rule`` a sentence that says what is wrong, ``remedy`` one that says the way out.
    """

    path: str
    rule: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{place}{self.rule}" + (f" {self.remedy}" if self.remedy else "")


class PolicyError(ValueError):
    """A document that cannot be used; carries every problem that was found in it, not only the first."""

    def __init__(self, problems: Iterable[Problem], name: str = "policy") -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.name = name
        super().__init__(str(self))

    def __str__(self) -> str:
        return f"Invalid {self.name}: " + " | ".join(str(problem) for problem in self.problems)


class RequestError(ValueError):
    """A request that cannot be; ``problems`` names the keys of the request and what is wrong with each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("Invalid request: " + " | ".join(map(str, self.problems)))
