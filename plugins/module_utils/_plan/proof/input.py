# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whose policies are compared, as people say it, checked."""

from __future__ import annotations

import re
from typing import Any

from ..._policy.building.common import bucket_problems, partition_problems
from ..._policy.building.perimeter import ENDPOINT, VPC
from ..._policy.language.arns import ACCOUNT
from ..._policy.language.errors import PolicyError, Problem
from . import compare
from .compare import Owner

_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")


def read_owner(
    bucket: Any = None,
    endpoint: Any = None,
    account: Any = None,
    vpc: Any = None,
    organization: Any = None,
    partition: str = "aws",
    region: str | None = None,
) -> Owner:
    """The bucket or the endpoint that documents are of; without either it is any bucket.

    :raises PolicyError: with every problem, each with its option.
    """
    problems = partition_problems(partition)
    if bucket and endpoint:
        problems.append(Problem("endpoint_id", "A policy is of a bucket or of an endpoint.", "Give one of the two."))
    if bucket:
        problems += bucket_problems(bucket, "bucket")
    forms = (
        ("endpoint_id", endpoint, ENDPOINT, "It begins with 'vpce-'."),
        ("vpc_id", vpc, VPC, "It begins with 'vpc-'."),
        ("account", account, ACCOUNT, "Give its twelve digits, quoted."),
        ("organization", organization, _ORGANIZATION, "It begins with 'o-'."),
    )
    for option, value, form, remedy in forms:
        if value and not form.fullmatch(str(value)):
            problems.append(Problem(option, f"{value!r} is not such an id.", remedy))
    if problems:
        raise PolicyError(problems, "options")
    return Owner(
        compare.ENDPOINT if endpoint else compare.BUCKET,
        str(endpoint or bucket or ""),
        str(account or ""),
        partition,
        str(vpc or ""),
        region or "",
        str(organization) if organization else None,
    )
