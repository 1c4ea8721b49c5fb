# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who has to stay able to repair the policies that are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Keys that are different for everybody.
OWN_KEYS = frozenset({"aws:principalarn", "aws:principaltype", "aws:userid", "aws:username"})


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who has to stay able to repair the policy.

    ``principal`` is an ARN as requests have it, ``context`` the condition keys that are known of its requests,
    ``role`` what "a caller" is called in messages.
    """

    principal: str
    context: Mapping[str, Any] = field(default_factory=dict)
    called: str = "protected principal"

    def __str__(self) -> str:
        return f"{self.called} {self.principal}"


def administrators_of(
    caller: Administrator, protected: Iterable[str], context: Mapping[str, Any]
) -> list[Administrator]:
    """The caller and those whom a task protects, with what is known of their requests.

    :param context: condition keys that the task gives. Those that tell who somebody is are the caller's alone.
    """
    known = {key.lower() for key in caller.context}
    shared = {key: value for key, value in context.items() if key.lower() not in OWN_KEYS}
    own = {key: value for key, value in context.items() if key.lower() not in known}
    others = (name for name in dict.fromkeys(protected) if name != caller.principal)
    return [
        Administrator(caller.principal, {**own, **caller.context}, caller.called),
        *(Administrator(name, shared) for name in others),
    ]
