# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""IAM, as far as the guards need it."""

from __future__ import annotations

from typing import Any

from .errors import CallError, aws_errors


def get_role_arn(client: Any, name: str) -> str:
    """The ARN of a role, with its path: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html

    :raises CallError: mostly because the caller may not ask.
    """
    try:
        return str(client.get_role(RoleName=name)["Role"]["Arn"])
    except aws_errors() as error:
        raise CallError(f"look up the role {name}", "iam:GetRole", name, error) from error
