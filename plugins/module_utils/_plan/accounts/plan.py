# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which accounts of an organization become hosts of an inventory, one for each account and region."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import Refusal
from .units import Unit

# What patterns of hosts, as in ``--limit``, give a meaning of its own, and white space.
# https://docs.ansible.com/ansible/latest/inventory_guide/intro_patterns.html
_NOT_IN_NAMES = re.compile(r"[\s,:&!*?\[\]~@]")


@dataclass(frozen=True, slots=True)
class Organization:
    """:ivar management_account: the id of the account that the organization belongs to."""

    id: str
    partition: str
    management_account: str


@dataclass(frozen=True, slots=True)
class Account:
    """:ivar state: empty when AWS said none that we know; ``tags``: ``None`` when nobody asked for them."""

    id: str
    name: str
    state: str
    unit: Unit
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """An empty one lets everything pass.

    :ivar tags: names, with the values of which an account has to have one; ``None`` for any value.
    """

    accounts: frozenset[str] = frozenset()
    exclude_accounts: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    tags: Mapping[str, frozenset[str] | None] | None = None
    management_account: bool = False


@dataclass(frozen=True, slots=True)
class Roles:
    """Which role is assumed in an account: the one of this name, or none.

    :ivar name: with its path, if it has one.
    """

    name: str
    accounts_without: frozenset[str] = frozenset()

    def arn(self, account: str, partition: str) -> str | None:
        return None if account in self.accounts_without else f"arn:{partition}:iam::{account}:role/{self.name}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """:ivar left_out: the option that left accounts out -> how many."""

    accounts: list[Account]
    left_out: Counter[str]


def choose_accounts(accounts: Sequence[Account], filters: Filters, organization: Organization) -> Chosen:
    """Those that pass all filters but the one for tags.

    :raises Refusal: an account that is named is not there, or no state is known.
    """
    if missing := sorted(filters.accounts - {account.id for account in accounts}):
        raise Refusal(
            f"accounts: {', '.join(missing)}",
            "The organizational units that are looked at have no such account.",
            "Correct the number, or the options ous and exclude_ous.",
        )
    return _split(accounts, lambda account: _option_against(account, filters, organization))


def with_tags(account: Account, tags: Mapping[str, str]) -> Account:
    return replace(account, tags=tags)


def choose_tagged(accounts: Sequence[Account], left_out: Counter[str], filters: Filters) -> Chosen:
    """Those whose tags pass; ``left_out``: by the other filters."""
    wanted = filters.tags or {}
    tagged = _split(accounts, lambda account: None if _has(account.tags or {}, wanted) else "tags")
    return Chosen(tagged.accounts, left_out + tagged.left_out)


def warnings(accounts: Sequence[Account], chosen: Chosen, filters: Filters) -> list[str]:
    """What is no error, but may be a mistake in the options."""
    found = []
    if strangers := sorted(filters.exclude_accounts - {account.id for account in accounts}):
        found.append(f"exclude_accounts: {', '.join(strangers)} would not be here anyway. Is the number right?")
    if not chosen.accounts:
        by = ", ".join(f"{option} leaves out {count}" for option, count in sorted(chosen.left_out.items()))
        found.append(f"There is no host. The chosen units have {len(accounts)} accounts{by and ', of which '}{by}.")
    return found


def make_hosts(
    accounts: Iterable[Account],
    regions: Sequence[str],
    organization: Organization,
    roles: Roles,
) -> list[dict[str, Any]]:
    """The variables of the hosts, in the order of account ids and of ``regions``."""
    return [
        _variables(account, region, organization, roles)
        for account in sorted(accounts, key=lambda account: account.id)
        for region in regions
    ]


def default_name(host: Mapping[str, Any]) -> str:
    return f"{host['account_id']}-{host['region']}"


def name_hosts(hosts: Iterable[tuple[Any, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """The pairs of name and variables of a host, as they come.

    :raises Refusal: a name is none, or several hosts have it, of which Ansible would make one.
    """
    named: dict[str, dict[str, Any]] = {}
    for name, host in hosts:
        if not isinstance(name, str) or not name or _NOT_IN_NAMES.search(name):
            raise Refusal(
                f"hostname: {name!r} for account {host['account_id']}",
                "A host's name is a text without white space and without , : & ! * ? [ ] ~ @.",
                "Use the filter replace on names of accounts, or take their ids.",
            )
        if name in named:
            ids = " and ".join(f"{one['account_id']} in {one['region']}" for one in (named[name], host))
            raise Refusal(
                f"hostname: {name}", f"This is the name of {ids}.", "Let account_id and region be part of the name."
            )
        named[name] = host
    return list(named.items())


def _split(accounts: Iterable[Account], option_against: Callable[[Account], str | None]) -> Chosen:
    against = [(account, option_against(account)) for account in accounts]
    return Chosen(
        [account for account, option in against if option is None],
        Counter(option for _account, option in against if option is not None),
    )


def _option_against(account: Account, filters: Filters, organization: Organization) -> str | None:
    """The first option that leaves this account out; accounts that pass the others must have a state."""
    checks = {
        "accounts": not filters.accounts or account.id in filters.accounts,
        "exclude_accounts": account.id not in filters.exclude_accounts,
        "include_management_account": filters.management_account or account.id != organization.management_account,
    }
    option = next((name for name, passes in checks.items() if not passes), None)
    if option or not filters.states or account.state in filters.states:
        return option
    if not account.state:
        raise Refusal(
            f"account {account.id}",
            "It has no state that the installed botocore understands: AWS calls it State since 2025, and no longer "
            "Status.",
            "Update boto3 and botocore to 1.40.27 or later, or take accounts of any state with states: [].",
        )
    return "states"


def _has(tags: Mapping[str, str], wanted: Mapping[str, frozenset[str] | None]) -> bool:
    return all(name in tags and (values is None or tags[name] in values) for name, values in wanted.items())


def _variables(account: Account, region: str, organization: Organization, roles: Roles) -> dict[str, Any]:
    variables: dict[str, Any] = {
        "account_id": account.id,
        "account_name": account.name,
        "account_state": account.state,
        "is_management_account": account.id == organization.management_account,
        "organization_id": organization.id,
        "organizational_unit": account.unit.path,
        "organizational_unit_id": account.unit.id,
        "organizational_units": account.unit.paths,
        "partition": organization.partition,
        "region": region,
        "private_access_account_id": account.id,
        "private_access_region": region,
    }
    if account.tags is not None:
        variables["account_tags"] = dict(account.tags)
    if role := roles.arn(account.id, organization.partition):
        variables |= {"role_arn": role, "private_access_assume_role_arn": role}
    return variables
