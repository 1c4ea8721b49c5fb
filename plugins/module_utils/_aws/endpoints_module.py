# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From the options of the endpoint modules to what they return."""

from __future__ import annotations

from typing import Any

from ansible_collections.perimeter.s3.plugins.module_utils._aws import ec2, endpoints_read
from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoints import Outcome, converge
from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoints_guards import (
    ENDPOINT_GUARD_OPTIONS,
    check_guard_options,
    endpoint_guards,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.errors import CallError, NotSettled
from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import Session, reported, warn_user
from ansible_collections.perimeter.s3.plugins.module_utils._aws.waiters import Pace
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint_diff import endpoint_diff
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint_input import check_ids, declare
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint_values import Endpoint
from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal

ENDPOINT_OPTIONS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "vpc_id": {"type": "str"},
    "endpoint_id": {"type": "str", "aliases": ["vpc_endpoint_id"]},
    "service": {"type": "str", "choices": ["s3", "s3express"], "default": "s3"},
    "route_table_ids": {"type": "list", "elements": "str"},
    "subnet_ids": {"type": "list", "elements": "str"},
    "all_route_tables": {"type": "bool", "default": False},
    "purge_route_tables": {"type": "bool", "default": True},
    "policy": {"type": "json"},
    "reset_policy": {"type": "bool", "default": False},
    "ip_address_type": {"type": "str", "choices": ["ipv4", "ipv6", "dualstack"]},
    "dns_record_ip_type": {"type": "str", "choices": ["ipv4", "ipv6", "dualstack", "service-defined"]},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    "prefix_lists": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 300},
    **ENDPOINT_GUARD_OPTIONS,
}
INFO_OPTIONS: dict[str, dict[str, Any]] = {
    "vpc_id": {"type": "str"},
    "endpoint_ids": {"type": "list", "elements": "str", "aliases": ["vpc_endpoint_ids"]},
    "filters": {"type": "dict", "default": {}},
    "prefix_lists": {"type": "bool", "default": False},
}


def run_gateway_endpoint(module: Any) -> None:
    """Keep the one endpoint that the options mean, and leave the module."""
    options = module.params
    session = Session(module)
    with reported(module, session):
        wanted = declare(options)
        client = session.client("ec2")
        check_guard_options(options, client.meta.partition)
        try:
            outcome = converge(
                client,
                wanted,
                actions=session.actions,
                check=module.check_mode,
                guards=endpoint_guards(options, client, session, module.check_mode),
                pace=Pace(wait=options["wait"], timeout=options["wait_timeout"]),
            )
        except (CallError, NotSettled, Refusal):
            # They may say why AWS does not take the policy.
            warn_user(wanted.warnings)
            raise
        after = outcome.after and _shown(client, outcome.after, options["prefix_lists"])
        warn_user(outcome.warnings)
        result = {
            "changed": bool(outcome.actions),
            "endpoint": after,
            "before": outcome.before and _shown(client, outcome.before, False),
            "actions": list(outcome.actions),
            "guard": outcome.verdict.as_dict(),
        }
        if module._diff:
            result["diff"] = _diff(outcome)
        module.exit_json(**result)


def run_gateway_endpoint_info(module: Any) -> None:
    """Read the gateway endpoints that the options mean, and leave the module."""
    options = module.params
    session = Session(module)
    with reported(module, session):
        check_ids(options)
        client = session.client("ec2")
        filters = {
            **{str(name): value for name, value in options["filters"].items()},
            # What is not a gateway endpoint is not of interest here, whatever the filters say.
            "vpc-endpoint-type": "Gateway",
            **({"vpc-id": options["vpc_id"]} if options["vpc_id"] else {}),
        }
        found = ec2.find_vpc_endpoints(
            client,
            options["endpoint_ids"] or (),
            [{"Name": name, "Values": _values(value)} for name, value in sorted(filters.items())],
        )
        endpoints = sorted((Endpoint.from_description(one) for one in found), key=lambda one: (one.vpc_id, str(one.id)))
        module.exit_json(changed=False, endpoints=[_shown(client, one, options["prefix_lists"]) for one in endpoints])


def _shown(client: Any, endpoint: Endpoint, prefix_lists: bool) -> dict[str, Any]:
    """As it is returned; the prefix lists cost a call, so they are looked up for those who ask."""
    ids = endpoints_read.prefix_lists(client, endpoint) if prefix_lists else None
    return {**endpoint.as_dict(), "prefix_list_ids": ids}


def _diff(outcome: Outcome) -> dict[str, str]:
    """Without changes both sides are the same, even if AWS spells the policy in another way by now."""
    if not outcome.actions:
        return endpoint_diff(outcome.before, outcome.before)
    return endpoint_diff(outcome.before, outcome.after)


def _values(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]
