# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import CallError, aws_errors


@dataclass(frozen=True, slots=True)
class Caller:
    """The identity behind the credentials; ``arn`` is that of the session for an assumed role."""

    account: str
    arn: str
    user_id: str

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]


def get_caller_identity(client: Any) -> Caller:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html (it takes no permission)

    :raises CallError: mostly because of the credentials or the network.
    """
    try:
        answer = client.get_caller_identity()
    except aws_errors() as error:
        raise CallError("find out who calls", "sts:GetCallerIdentity", "*", error) from error
    return Caller(answer["Account"], answer["Arn"], answer["UserId"])
