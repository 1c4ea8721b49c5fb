# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is known of a condition key of a request."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from .arns import Arn
from .patterns import Pattern, Wild


class State(enum.Enum):
    """What is known of a key whose value is not."""

    #: The request does not carry the key.
    ABSENT = "absent"
    #: The request carries the key; nobody said with which value.
    PRESENT = "present"
    #: Nobody said anything.
    UNKNOWN = "unknown"

    # There is one object of each; that of Enum, which is not written in C, takes its time where answers are remembered.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class RoleOfSession:
    """``aws:PrincipalArn`` of a session: the ARN of a role whose name is known and whose path is not."""

    partition: str
    account: str
    name: str

    @property
    def shapes(self) -> tuple[Pattern, Pattern]:
        """Together the ARNs that it can be: the one without a path, and all those with one."""
        start = str(Arn(self.partition, "iam", "", self.account, "role/"))
        return (start + self.name,), (start, Wild.ONE, Wild.RUN, f"/{self.name}")

    def allows(self, arn: str) -> bool:
        """Whether it can be that ARN."""
        start = str(Arn(self.partition, "iam", "", self.account, "role/"))
        return arn.startswith(start) and arn.rpartition("/")[2] == self.name


#: The values of a key (never none of them), or what else is known of it.
Value: TypeAlias = tuple[str, ...] | State | RoleOfSession
#: Lower-cased key -> what is known of it. A key that ends in "/" speaks for all tags that have no entry.
Context: TypeAlias = Mapping[str, Value]


def find(context: Context, key: str) -> Value:
    """What is known of a key (in lower case); tags have an entry each, or one for all of them."""
    value = context.get(key)
    if value is None:
        slash = key.find("/")
        value = context.get(key[: slash + 1], State.UNKNOWN) if slash > 0 else State.UNKNOWN
    return value
