# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The declaration of a perimeter as people write it, checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..._policy.building.common import partition_problems
from ..._policy.building.endpoint import declared_grants
from ..._policy.building.perimeter import ENDPOINT, VPC, Perimeter
from ..._policy.building.presets import aws_service_statements
from ..._policy.building.scopes import BUCKETS, ORGANIZATION, PATTERN, SCOPES
from ..._policy.building.sharing import read_exceptions
from ..._policy.language.access_levels import DEFAULT_ACCESS
from ..._policy.language.arns import ACCOUNT, principal_arn_patterns
from ..._policy.language.document import Raw, parse
from ..._policy.language.errors import PolicyError, Problem
from ..proof.requests import INTERNET, network_condition
from .declared import BY_ENDPOINT, BY_VPC, TLS_VERSIONS, Declaration

_NAME = "declaration of the perimeter"
_ORGANIZATION_ID = re.compile(r"o-[a-z0-9]{10,32}")


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
    peers: Sequence[Any] | Mapping[str, Sequence[Any]] = (),
    restrict_by: str | None = None,
    scope: str = BUCKETS,
    patterns: Sequence[Any] = (),
    aws_services: Sequence[Any] = (),
    endpoint_statements: Sequence[Any] = (),
    organization: str | None = None,
    principal_accounts: Sequence[Any] = (),
    tls: bool = True,
    minimum_tls: str = "",
    services: bool = False,
    forwarded: bool = False,
    arriving_through: str | None = None,
    accepted: Mapping[str, Any] | None = None,
    others: Sequence[Any] = (),
) -> Declaration:
    """The declaration; the options are those of the role.

    :param peers: networks, of all buckets or by bucket.
    :param others: buckets that are declared and not looked at.
    :param accepted: exceptions of other declarations, under the names of :data:`EXCEPTIONS` of ``sharing``.

    :raises PolicyError: with every problem, each with its option.
    """
    arriving = None if arriving_through == INTERNET else arriving_through or None
    problems = partition_problems(partition)
    glass = _principals(break_glass, "break_glass_principals", problems)
    repairing = _principals(managers, "manager_principals", problems)
    problems += _account_problems(account, endpoint_account, principal_accounts)
    problems += _network_problems(endpoint, vpc, additional, arriving)
    problems += _scope_problems(scope, patterns, organization)
    if restrict_by not in (None, BY_ENDPOINT, BY_VPC):
        problems.append(
            Problem("restrict_by", f"{restrict_by!r} is no limit.", f"Known are {BY_ENDPOINT} and {BY_VPC}.")
        )
    if minimum_tls and minimum_tls not in TLS_VERSIONS:
        problems.append(
            Problem(
                "minimum_tls", f"{minimum_tls!r} is no version.", f"Known are {' and '.join(TLS_VERSIONS)}, quoted."
            )
        )
    exceptions = Perimeter()
    try:
        if not isinstance(accepted or {}, Mapping):
            raise PolicyError([Problem("accepted_exceptions", f"This is a mapping, not {accepted!r}.")])
        exceptions = read_exceptions(accepted or {})
    except PolicyError as error:
        problems += error.problems
    statements = _endpoint_statements(endpoint_statements, problems)
    if problems:
        raise PolicyError(problems, _NAME)
    if aws_services:
        statements += tuple(aws_service_statements(aws_services, region))
    grants = {grant.bucket: grant for grant in declared_grants(buckets, access)}
    return Declaration(
        grants=grants,
        account=account,
        partition=partition,
        endpoint=endpoint,
        vpc=vpc,
        region=region,
        endpoint_account=endpoint_account or account,
        break_glass=glass,
        managers=repairing,
        additional=tuple(dict.fromkeys(additional)),
        peers=peers if isinstance(peers, Mapping) else dict.fromkeys(grants, frozenset(peers)),
        restrict_by=restrict_by,
        scope=scope,
        patterns=tuple(patterns),
        default_actions=declared_grants(["any-bucket"], access)[0].actions,
        statements=statements,
        organization=organization or None,
        principal_accounts=tuple(dict.fromkeys(str(one) for one in principal_accounts if str(one) != account)),
        tls=tls,
        minimum_tls=minimum_tls,
        services=services,
        forwarded=forwarded,
        arriving_through=arriving,
        accepted=exceptions,
        others={grant.bucket: grant for grant in declared_grants(others, access)},
    )


def _principals(given: Sequence[Any], option: str, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    """Each principal with the patterns that it has as ``aws:PrincipalArn``."""
    found: dict[str, tuple[str, ...]] = {}
    for index, name in enumerate(given):
        try:
            found[str(name)] = principal_arn_patterns(str(name))
        except PolicyError as error:
            problems += [Problem(f"{option}[{index}]", one.rule, one.remedy) for one in error.problems]
    return found


def _account_problems(account: str, endpoint_account: str, others: Sequence[Any]) -> Iterator[Problem]:
    given = {"account": account, **({"endpoint_account": endpoint_account} if endpoint_account else {})}
    given |= {f"principal_accounts[{index}]": str(one) for index, one in enumerate(others)}
    for option, value in given.items():
        if not ACCOUNT.fullmatch(value):
            yield Problem(option, f"{value!r} is not an account id.", "Give its twelve digits, quoted.")


def _network_problems(endpoint: Any, vpc: Any, additional: Sequence[Any], arriving: Any) -> Iterator[Problem]:
    for option, value, form in (("endpoint_id", endpoint, ENDPOINT), ("vpc_id", vpc, VPC)):
        if not isinstance(value, str) or not form.fullmatch(value):
            start = "vpce-" if form is ENDPOINT else "vpc-"
            yield Problem(option, f"{value!r} is not such an id.", f"It begins with {start!r}.")
    given = {f"additional_endpoints[{index}]": network for index, network in enumerate(additional)}
    if arriving:
        given["arriving_through"] = arriving
    for option, value in given.items():
        if not isinstance(value, str) or network_condition(value) is None:
            yield Problem(option, f"{value!r} is neither an endpoint nor a VPC.", "Give an id.")


def _scope_problems(scope: Any, patterns: Sequence[Any], organization: str | None) -> Iterator[Problem]:
    if scope not in SCOPES:
        yield Problem("endpoint_scope", f"{scope!r} is not a scope.", f"Known are {', '.join(SCOPES)}.")
    elif scope == ORGANIZATION and not organization:
        yield Problem("organization", "The organization is not given.", "Its id begins with 'o-'.")
    elif scope == PATTERN and not patterns:
        yield Problem("bucket_patterns", "No pattern is given.", "Give one such as 'corp-data-*'.")
    if organization and not _ORGANIZATION_ID.fullmatch(organization):
        yield Problem("organization", f"{organization!r} is not the id of an organization.", "It begins with 'o-'.")


def _endpoint_statements(given: Sequence[Any], problems: list[Problem]) -> tuple[Raw, ...]:
    """Statements that the endpoint policy is declared to have besides, read as a policy is."""
    if not given:
        return ()
    try:
        document = parse({"Version": "2012-10-17", "Statement": list(given)})
    except PolicyError as error:
        problems += [
            Problem(one.path.replace("Statement", "endpoint_statements", 1), one.rule, one.remedy)
            for one in error.problems
        ]
        return ()
    return tuple(one.raw for one in document.statements)
