# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From the options of ``perimeter_info`` to what it returns: all that is decided by, read in one run.

A bucket that is not there, belongs to another account or cannot be read is a part of what was found, not a failure:
whoever decides says so of all of them together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from functools import partial
from typing import Any

from ..._plan.bucket.names import check_bucket
from ..._plan.endpoint.ids import check_ids
from ..._plan.endpoint.named import named_by
from ..._plan.endpoint.routes import RouteTable
from ..._plan.endpoint.values import Endpoint
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError, Problem
from ..api import ec2
from ..api.errors import CallError
from ..api.pace import Steps, pace_of
from ..api.s3_errors import BucketError
from ..bucket.read import Live, read_live
from ..fleet.calls import Calls
from ..fleet.clients import CountedSession, RegionalClients
from ..fleet.options import CONCURRENCY, check_fleet_options
from ..fleet.pool import Fleet
from ..module import reported, warn_user

LOOK_OPTIONS: dict[str, dict[str, Any]] = {
    "vpc_id": {"type": "str"},
    "vpc_name": {"type": "str"},
    "route_tables": {"type": "bool", "default": True},
    "names": {"type": "bool", "default": False},
    "buckets": {"type": "list", "elements": "str", "default": []},
    "buckets_of_new_endpoint": {"type": "list", "elements": "str", "default": []},
    "endpoint_buckets": {"type": "bool", "default": False},
    "aws_services": {"type": "list", "elements": "str", "default": []},
    "expected_bucket_owner": {"type": "str"},
    **CONCURRENCY,
}


def run_perimeter_info(module: Any) -> None:
    """Read what the options mean, and leave the module."""
    began = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    calls = Calls()
    session = CountedSession(module, calls)
    with reported(module, session):
        _check(module)
        found, names = _look(module, session, RegionalClients(module, calls, module.params["concurrency"]))
        module.exit_json(
            changed=False,
            at=began,
            caller=asdict(session.caller),
            region=found["region"],
            vpc_ids=found["vpc_ids"],
            endpoint_ids=[one["vpc_endpoint_id"] for one in found["endpoints"]],
            problems=[
                {"bucket": name, "msg": read["problem"]} for name, read in found["buckets"].items() if read["problem"]
            ],
            **({"names": names} if module.params["names"] else {}),
            perimeter=json.dumps(found, separators=(",", ":")),
            calls=calls.as_dict(),
        )


def _check(module: Any) -> None:
    """:raises PolicyError: with what is wrong with the options."""
    options = module.params
    check_fleet_options(module)
    if bool(options["vpc_id"]) == bool(options["vpc_name"]):
        raise PolicyError([Problem("", "Give vpc_id or vpc_name, and not both.")], "options")
    check_ids(options)
    for bucket in (*options["buckets"], *options["buckets_of_new_endpoint"]):
        check_bucket(bucket, options["expected_bucket_owner"])


def _look(module: Any, session: CountedSession, regional: RegionalClients) -> tuple[Raw, Raw]:
    """As ``perimeter`` and ``names`` in the documentation of the module have it.

    :raises CallError: AWS does not say.
    """
    options = module.params
    client = session.client("ec2")
    caller = session.caller
    vpc_ids = [options["vpc_id"]] if options["vpc_id"] else ec2.vpcs_named(client, options["vpc_name"])
    endpoints = [
        Endpoint.from_description(one) for one in ec2.describe_vpc_endpoints(client, vpc_endpoint_type="Gateway")
    ]
    endpoints.sort(key=lambda one: (one.vpc_id, str(one.id)))
    tables: list[RouteTable] = []
    names: Raw = {}
    buckets: dict[str, Raw] = {}
    # Which VPC is meant decides what else is worth reading.
    if len(vpc_ids) == 1:
        described: list[Raw] = []
        if options["route_tables"]:
            described = ec2.describe_route_tables(client, vpc_ids[0])
            tables = [RouteTable.from_description(one) for one in described]
        if options["names"]:
            names = _names(client, vpc_ids[0], described)
        owner = options["expected_bucket_owner"] or caller.account
        named = _buckets(options, vpc_ids[0], endpoints, client.meta.region_name)
        buckets = _read(named, regional, owner, options["concurrency"])
    found = {
        "caller": asdict(caller),
        "region": client.meta.region_name,
        "vpc_ids": vpc_ids,
        "endpoints": [one.as_dict() for one in endpoints],
        "route_tables": [asdict(one) for one in tables],
        "buckets": buckets,
    }
    return found, names


def _names(client: Any, vpc_id: str, tables: Sequence[Raw]) -> Raw:
    """Nothing where AWS does not say: a report that shows ids is better than none."""
    # A module's sources are compiled in each run, and only reports have names.
    from .names import read_names

    try:
        return read_names(client, vpc_id, tables)
    except CallError as error:
        warn_user([f"{error} The report shows ids instead of names."])
        return {}


def _buckets(options: Mapping[str, Any], vpc_id: str, endpoints: Sequence[Endpoint], region: str) -> list[str]:
    """Whose policies are read, each once."""
    own = [one for one in endpoints if one.vpc_id == vpc_id and one.service == "s3" and one.is_live]
    asked = [*options["buckets"], *([] if own else options["buckets_of_new_endpoint"])]
    if options["endpoint_buckets"]:
        others = {*options["buckets_of_new_endpoint"], *_of_aws(options["aws_services"], region)}
        asked += [name for one in own for name in named_by(one.policy) if name not in others]
    return list(dict.fromkeys(asked))


def _of_aws(services: Sequence[str], region: str) -> list[str]:
    """:raises PolicyError: a service is not known, or has no bucket in the Region."""
    if not services:
        return []
    # A module's sources are compiled in each run, and these are tables of names.
    from ..._policy.building.presets import aws_service_statements

    return named_by({"Statement": aws_service_statements(services, region)})


def _read(names: Sequence[str], regional: RegionalClients, owner: str, workers: int) -> dict[str, Raw]:
    found: dict[int, Raw] = {}

    def finished(number: int, live: Live | None, error: Exception | None) -> bool:
        if error is not None and not isinstance(error, BucketError | PolicyError):
            raise error
        kind, region = "unreadable" if error else "", live.region if live else None
        if isinstance(error, BucketError):
            kind, region = error.kind.name.lower(), error.region
        policy = live.policy if live else None
        found[number] = {"policy": policy, "region": region, "problem": str(error or ""), "kind": kind}
        return True

    with regional.spread([regional.home] * len(names)):
        client = regional.at()
        Fleet([partial(_job, client, name, owner) for name in names], finished).run(workers)
    return {name: found[number] for number, name in enumerate(names)}


def _job(client: Any, bucket: str, owner: str) -> Steps[Live]:
    return read_live(client, bucket, owner, pace_of(client, {}))
