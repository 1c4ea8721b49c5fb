# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From the options of ``gateway_endpoint_info`` to what it returns."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..._plan.endpoint.ids import check_ids
from ..._plan.endpoint.values import Endpoint
from ..api import ec2
from ..module import Session, reported
from .shown import shown

INFO_OPTIONS: dict[str, dict[str, Any]] = {
    "vpc_id": {"type": "str"},
    "endpoint_ids": {"type": "list", "elements": "str", "aliases": ["vpc_endpoint_ids"]},
    "filters": {"type": "dict", "default": {}},
    "prefix_lists": {"type": "bool", "default": False},
    "caller": {"type": "bool", "default": False},
}


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
        caller = {"caller": asdict(session.caller)} if options["caller"] else {}
        shown_endpoints = [shown(client, one, options["prefix_lists"]) for one in endpoints]
        module.exit_json(changed=False, endpoints=shown_endpoints, **caller)


def _values(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]
