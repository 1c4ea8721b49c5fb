# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The declaration of a perimeter as people write it, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..._policy.building.common import (
    partition_problems,
    principal_patterns,
)
from ..._policy.building.endpoint import declared_grants
from ..._policy.building.perimeter import ENDPOINT, VPC
from ..._policy.building.scopes import (
    ACCOUNT_SCOPE,
    BUCKETS,
    ORGANIZATION,
    SCOPES,
)
from ..._policy.language.access_levels import DEFAULT_ACCESS
from ..._policy.language.arns import ACCOUNT
from ..._policy.language.errors import PolicyError, Problem
from .declared import Declaration
from .samples import network_of

_NAME = "declaration of the perimeter"


def read_declaration(
    buckets: Sequence[Any],
    account: str,
    endpoint: Any,
    vpc: Any,
    *,
    partition: str = "aws",
    region: str = "",
    endpoint_account: str = "",
    access: Any = DEFAULT_ACCESS,
    break_glass: Sequence[Any] = (),
    managers: Sequence[Any] = (),
    additional: Sequence[Any] = (),
    peers: Sequence[Any] = (),
    scope: str = BUCKETS,
    organization: str | None = None,
    tls: bool = True,
    services: bool = False,
    forwarded: bool = False,
) -> Declaration:
    """The declaration; the options are those of the role.

    :raises PolicyError: with every problem, each with its option.
    """
    problems = partition_problems(partition)
    glass_patterns = principal_patterns(break_glass, "break_glass_principals", problems)
    manager_patterns = principal_patterns(managers, "manager_principals", problems)
    for option, value in (("account", account), ("endpoint_account", endpoint_account or account)):
        if not ACCOUNT.fullmatch(value):
            problems.append(Problem(option, f"{value!r} is not an account id.", "Give its twelve digits, quoted."))
    for option, value, form in (("endpoint_id", endpoint, ENDPOINT), ("vpc_id", vpc, VPC)):
        if not isinstance(value, str) or not form.fullmatch(value):
            start = "vpce-" if form is ENDPOINT else "vpc-"
            problems.append(Problem(option, f"{value!r} is not such an id.", f"It begins with {start!r}."))
    for index, network in enumerate(additional):
        if not isinstance(network, str) or network_of(network) is None:
            place = f"additional_endpoints[{index}]"
            problems.append(Problem(place, f"{network!r} is neither an endpoint nor a VPC.", "Give an id."))
    if scope not in SCOPES:
        problems.append(Problem("endpoint_scope", f"{scope!r} is not a scope.", f"Known are {', '.join(SCOPES)}."))
    elif scope == ORGANIZATION and not organization:
        problems.append(Problem("organization", "The organization is not given.", "Its id begins with 'o-'."))
    if problems:
        raise PolicyError(problems, _NAME)
    return Declaration(
        grants={grant.bucket: grant for grant in declared_grants(buckets, access)},
        account=account,
        partition=partition,
        endpoint=endpoint,
        vpc=vpc,
        region=region,
        endpoint_account=endpoint_account,
        break_glass=tuple(break_glass),
        break_glass_patterns=glass_patterns,
        managers=tuple(managers),
        manager_patterns=manager_patterns,
        additional=tuple(additional),
        peers=frozenset(peers),
        everything=scope in (ACCOUNT_SCOPE, ORGANIZATION),
        organization=organization if scope == ORGANIZATION else None,
        tls=tls,
        services=services,
        forwarded=forwarded,
    )
