# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From the options of ``gateway_endpoint`` to what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ..._plan.endpoint.diff import endpoint_diff
from ..._plan.endpoint.input import declare
from ..._plan.errors import Refusal
from ..._plan.guard.endpoint import Guard
from ..api.errors import CallError, NotSettled
from ..api.waiters import Pace
from ..module import Session, reported, warn_user
from .converge import Outcome, converge
from .shown import shown

#: The options that the guards go by.
GUARD_OPTIONS: dict[str, dict[str, Any]] = {
    "protected_principals": {"type": "list", "elements": "str"},
    "arriving_through": {"type": "str"},
    "request_context": {"type": "dict"},
    "dependent_buckets": {"type": "list", "elements": "str"},
    "dependent_policies": {"type": "dict"},
    "allow_lockout": {"type": "bool", "default": False},
    "allow_cutoff": {"type": "bool", "default": False},
    "no_new_access": {"type": "bool", "default": False},
}
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
    **GUARD_OPTIONS,
}


def run_gateway_endpoint(module: Any) -> None:
    """Keep the one endpoint that the options mean, and leave the module."""
    options = module.params
    session = Session(module)
    with reported(module, session):
        wanted = declare(options)
        client = session.client("ec2")
        _check_guard_options(options, client.meta.partition)
        try:
            outcome = converge(
                client,
                wanted,
                actions=session.actions,
                check=module.check_mode,
                guards=partial(_guards, options, client, session, module.check_mode),
                pace=Pace(wait=options["wait"], timeout=options["wait_timeout"]),
            )
        except (CallError, NotSettled, Refusal):
            # They may say why AWS does not take the policy.
            warn_user(wanted.warnings)
            raise
        after = outcome.after and shown(client, outcome.after, options["prefix_lists"])
        warn_user(outcome.warnings)
        result = {
            "changed": bool(outcome.actions),
            "endpoint": after,
            "before": outcome.before and shown(client, outcome.before, False),
            "actions": list(outcome.actions),
            "guard": outcome.verdict.as_dict(),
        }
        if module._diff:
            result["diff"] = _diff(outcome)
        module.exit_json(**result)


# A module's sources are compiled in each run. Only one that writes, or is told who asks, needs those of the guards.


def _check_guard_options(options: Mapping[str, Any], partition: str) -> None:
    if any(options[name] not in (None, [], {}, True, False) for name in GUARD_OPTIONS):
        from .guards import check_guard_options

        check_guard_options(options, partition)


def _guards(options: Mapping[str, Any], client: Any, session: Session, check: bool) -> Mapping[str, Guard]:
    from .guards import endpoint_guards

    return endpoint_guards(options, client, session, check)


def _diff(outcome: Outcome) -> dict[str, str]:
    """Without changes both sides are the same, even if AWS spells the policy in another way by now."""
    if not outcome.actions:
        return endpoint_diff(outcome.before, outcome.before)
    return endpoint_diff(outcome.before, outcome.after)
