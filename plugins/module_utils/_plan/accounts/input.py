# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The options of the inventory ``accounts``, read and checked before AWS is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..._policy.language.arns import ACCOUNT, partition_of_region
from ..errors import Refusal
from .plan import Filters, Organization, Roles

# https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
_ROLE = re.compile(r"(?:[\x21-\x2e\x30-\x39\x3b-\x7e]+/)*[\w+=,.@-]{1,64}", re.ASCII)


def read_filters(options: Mapping[str, Any]) -> Filters:
    """
    :raises Refusal: an account id is none, or tags are no mapping of names to values.
    """
    return Filters(
        accounts=_account_ids(options["accounts"], "accounts"),
        exclude_accounts=_account_ids(options["exclude_accounts"], "exclude_accounts"),
        states=frozenset(options["states"]),
        tags={str(name): _values(values, str(name)) for name, values in (options["tags"] or {}).items()},
        management_account=options["include_management_account"],
    )


def read_roles(options: Mapping[str, Any]) -> Roles:
    """
    :raises Refusal: the name is an ARN, or no name at all; an account id is none.
    """
    name = options["role_name"]
    if not _ROLE.fullmatch(name):
        raise Refusal(
            f"role_name: {name}",
            "This is no name of a role, with or without a path.",
            "Write 'perimeter' or 'automation/perimeter', the same in all accounts; partition and account are put "
            "before it. For anything else set private_access_assume_role_arn with compose.",
        )
    return Roles(name, _account_ids(options["accounts_without_role"], "accounts_without_role"))


def check_regions(regions: Iterable[str], organization: Organization) -> None:
    """
    :raises PolicyError: one is no Region.
    :raises Refusal: there are none, or the organization cannot have resources there.
    """
    names = list(regions)
    if not names:
        raise Refusal("regions", "There is none.", "Name those in which the accounts have VPCs and buckets.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Refusal(f"regions: {', '.join(twice)}", "It is there twice.", "Name each region once.")
    for name in names:
        if partition_of_region(name) != organization.partition:
            raise Refusal(
                f"regions: {name}",
                f"It is in the partition {partition_of_region(name)}, the organization {organization.id} in "
                f"{organization.partition}.",
                "Each partition has organizations of its own: give it an inventory file of its own.",
            )


def needs_tags(options: Mapping[str, Any]) -> bool:
    """Whether somebody wants to know tags, which AWS only tells one account at a time."""
    if options["include_tags"] is not None:
        return bool(options["include_tags"] or options["tags"])
    templates = [options[name] for name in ("hostname", "compose", "groups", "keyed_groups")]
    return bool(options["tags"]) or "account_tags" in str(templates)


def _account_ids(values: Iterable[Any], option: str) -> frozenset[str]:
    names = [str(value) for value in values]
    if wrong := [name for name in names if not ACCOUNT.fullmatch(name)]:
        raise Refusal(
            f"{option}: {', '.join(wrong)}",
            "An account's id has twelve digits.",
            "Write ids in quotes: YAML takes those that begin with 0 for other numbers.",
        )
    return frozenset(names)


def _values(values: Any, name: str) -> frozenset[str] | None:
    if values is None:
        return None
    listed = values if isinstance(values, (list, tuple)) else [values]
    if wrong := [value for value in listed if not isinstance(value, (str, int, float)) or isinstance(value, bool)]:
        raise Refusal(
            f"tags: {name}",
            f"{wrong[0]!r} is no value of a tag.",
            "Write a text or a list of texts, or leave the value empty for any; put true and false in quotes.",
        )
    return frozenset(str(value) for value in listed)
