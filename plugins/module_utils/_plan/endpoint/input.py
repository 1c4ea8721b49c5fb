# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The options of a gateway endpoint, checked before anything is asked of AWS, as :class:`Wanted`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..._policy.language.document import Raw, load
from ..._policy.language.errors import PolicyError, Problem
from ..._policy.rules.validate import (
    validate_endpoint_policy,
    warn_endpoint_policy,
)
from .ids import id_problems
from .values import SERVICE_DEFINED, Wanted

_ROUTE_OPTIONS = ("route_table_ids", "subnet_ids", "all_route_tables")

# https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-dns-record-ip-type
_DNS_RECORDS = {
    "ipv4": ("ipv4", SERVICE_DEFINED),
    "ipv6": ("ipv6", SERVICE_DEFINED),
    "dualstack": ("ipv4", "ipv6", "dualstack", SERVICE_DEFINED),
}

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
_MAXIMUM_TAGS = 50
_MAXIMUM_KEY = 128
_MAXIMUM_VALUE = 256


def declare(options: Mapping[str, Any]) -> Wanted:
    """What the options of one endpoint stand for; they are those of the module, and ``None`` is as good as missing.

    :raises PolicyError: with everything that is wrong with them.
    """
    given = {name: value for name, value in options.items() if value is not None}
    present = given.get("state", "present") == "present"
    place = given.get("endpoint_id") or given.get("vpc_id")
    name = f"options of the gateway endpoint {place}" if place else "options of the gateway endpoint"
    problems = [*_place_problems(given), *id_problems(given)]
    if present:
        problems += [*_route_problems(given), *_type_problems(given), *_tag_problems(given), *_policy_problems(given)]
    if problems:
        raise PolicyError(problems, name)
    policy = load(given["policy"]) if present and "policy" in given else None
    return Wanted(
        state=given.get("state", "present"),
        vpc_id=given.get("vpc_id"),
        endpoint_id=given.get("endpoint_id"),
        service=given.get("service", "s3"),
        route_table_ids=_unique(given.get("route_table_ids")),
        subnet_ids=_unique(given.get("subnet_ids")),
        all_route_tables=given.get("all_route_tables", False),
        purge_route_tables=given.get("purge_route_tables", True),
        policy=policy,
        reset_policy=given.get("reset_policy", False),
        ip_address_type=given.get("ip_address_type"),
        dns_record_ip_type=given.get("dns_record_ip_type"),
        tags={str(key): str(value) for key, value in given["tags"].items()} if present and "tags" in given else None,
        purge_tags=given.get("purge_tags", True),
        warnings=tuple(_warnings(policy, place)),
    )


def types_misfit(ip_address_type: str, dns_record_ip_type: str) -> tuple[str, str] | None:
    """Rule and remedy when AWS does not take the two together."""
    fitting = _DNS_RECORDS.get(ip_address_type)
    if fitting is None or dns_record_ip_type in fitting:
        return None
    return (
        f"An endpoint of address type {ip_address_type} does not go with DNS records of type {dns_record_ip_type}.",
        f"Set dns_record_ip_type to {' or '.join(fitting)}, or ip_address_type to dualstack.",
    )


def _place_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    if not given.get("vpc_id") and not given.get("endpoint_id"):
        yield Problem("", "Nothing says which endpoint is meant.", "Give vpc_id, or endpoint_id, or both.")


def _route_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    chosen = [name for name in _ROUTE_OPTIONS if name in given and given[name] is not False]
    if len(chosen) > 1:
        yield Problem("", f"{' and '.join(chosen)} exclude each other.", "Each says which route tables are meant.")
    if given.get("subnet_ids") == []:
        yield Problem(
            "subnet_ids",
            "An empty list names no route table.",
            "To leave the route tables as they are, leave it out; to take all off, say route_table_ids: [].",
        )


def _type_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    if "ip_address_type" in given and "dns_record_ip_type" in given:
        misfit = types_misfit(given["ip_address_type"], given["dns_record_ip_type"])
        if misfit:
            yield Problem("dns_record_ip_type", *misfit)


def _tag_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    tags = given.get("tags", {})
    if len(tags) > _MAXIMUM_TAGS:
        yield Problem("tags", f"There are {len(tags)} tags.", f"AWS takes {_MAXIMUM_TAGS}.")
    for key, value in tags.items():
        name = str(key)
        if not 1 <= len(name) <= _MAXIMUM_KEY:
            yield Problem("tags", f"The key {name!r} has {len(name)} characters.", f"AWS takes 1 to {_MAXIMUM_KEY}.")
        if name.lower().startswith("aws:"):
            yield Problem(f"tags.{name}", "Keys that begin with 'aws:' belong to AWS.", "Choose another key.")
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            # Python and YAML do not agree on how these look as text (True, 1.10, null).
            yield Problem(f"tags.{name}", f"The value {value!r} is not text.", "Put it in quotes.")
        elif len(str(value)) > _MAXIMUM_VALUE:
            yield Problem(
                f"tags.{name}", f"The value has {len(str(value))} characters.", f"AWS takes {_MAXIMUM_VALUE}."
            )


def _policy_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    if "policy" in given and given.get("reset_policy"):
        yield Problem(
            "policy",
            "policy and reset_policy exclude each other.",
            "Give the document, or reset_policy to have AWS's default, which lets everything through.",
        )
    if "policy" in given:
        for problem in validate_endpoint_policy(given["policy"]):
            yield Problem(f"policy.{problem.path}".rstrip("."), problem.rule, problem.remedy)


def _warnings(policy: Raw | None, place: str | None) -> Iterator[str]:
    if policy is not None:
        for problem in warn_endpoint_policy(policy):
            yield f"Policy of the gateway endpoint {place}: {problem}"


def _unique(ids: Any) -> tuple[str, ...] | None:
    return None if ids is None else tuple(sorted(set(ids)))
