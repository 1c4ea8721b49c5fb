# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a run of the role saw of one perimeter, in the form that reports take: names and words, few documents."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ..._policy.language.document import Raw
from .accesses import recorded
from .words import in_words, statements

#: Stands for the name of a bucket in words that are the same for many.
EACH = "{bucket}"
#: What a report shows of a proof.
_OF_REACH = (
    "holds", "theorems", "requests", "matrix", "mismatches", "narrowed", "unknown", "assumed",
)  # fmt: skip
_OF_HINT = ("buckets", "finding", "statement", "by", "value", "message")


def perimeter(
    host: str,
    account: str,
    region: str,
    vpc_id: str,
    endpoint: Mapping[str, Any] | None,
    results: Iterable[Mapping[str, Any]],
    overridden: Collection[str] = (),
    reach: Mapping[str, Any] | None = None,
    vpc: Mapping[str, Any] | None = None,
    route_tables: Sequence[Mapping[str, Any]] | None = None,
    subnets: Sequence[Mapping[str, Any]] | None = None,
    names: Mapping[str, Any] | None = None,
    accesses: Mapping[str, Any] | None = None,
    hints: Iterable[Mapping[str, Any]] = (),
) -> Raw:
    """The perimeter of one VPC.

    :param endpoint: as ``gateway_endpoint`` returns it; ``None`` if it was not looked at.
    :param results: as ``bucket_policies`` returns ``results``, in full.
    :param overridden: the guards that the declaration itself overrides, by the names of the options.
    :param reach: as ``reach_matrix`` returns it.
    :param route_tables: as ``perimeter_info`` returns them, or ``ec2_vpc_route_table_info`` of amazon.aws.
    :param vpc, subnets: as ``ec2_vpc_net_info`` and ``ec2_vpc_subnet_info`` of amazon.aws return them; ``None`` where
        nobody asked. Then only subnets that name their route table are known.
    :param names: as ``perimeter_info`` returns them, instead of ``vpc`` and ``subnets``.
    :param accesses: what becomes of recorded accesses, as ``access_replay`` returns it.
    :param hints: what the policies say in vain, as the role returns it.
    """
    looked = list(results)
    given = names or {}
    subnets = given.get("subnets") if subnets is None else subnets
    shown = endpoint.get("endpoint") if endpoint else None
    return {
        "host": host,
        "account": account,
        "region": region,
        "vpc": _vpc(vpc_id, vpc or given.get("vpc")),
        "endpoint": _endpoint(endpoint, vpc_id) if endpoint else None,
        "route_tables": _route_tables(endpoint or {}, route_tables, subnets, given.get("route_tables") or {}),
        "buckets": [_bucket(each) for each in looked],
        "words": {
            "endpoint": list(map(in_words, statements((shown or {}).get("policy_document")))),
            "buckets": _words_of_buckets(looked),
        },
        "reach": {key: reach[key] for key in _OF_REACH if key in reach} if reach else None,
        "accesses": recorded(accesses),
        "hints": [{key: each.get(key) for key in _OF_HINT} for each in hints],
        "refused": [
            *_refused(
                str(((endpoint or {}).get("endpoint") or {}).get("vpc_endpoint_id") or vpc_id),
                endpoint or {},
                overridden,
            ),
            *(one for each in looked for one in _refused(str(each["bucket"]), each, overridden)),
        ],
        "actions": [
            *(endpoint or {}).get("actions", []),
            *(action for each in looked for action in each.get("actions", [])),
        ],
    }


def _vpc(vpc_id: str, vpc: Mapping[str, Any] | None) -> Raw:
    given = vpc or {}
    blocks = given.get("cidr_blocks") or [
        each.get("cidr_block") for each in given.get("cidr_block_association_set") or []
    ]
    return {
        "id": vpc_id,
        "name": _name(given),
        "cidrs": [str(block) for block in blocks or [given.get("cidr_block")] if block],
    }


def _endpoint(result: Mapping[str, Any], vpc_id: str) -> Raw:
    shown = result.get("endpoint") or {}
    before = result.get("before")
    exists = bool(shown.get("vpc_endpoint_id"))
    return {
        # What a finding about an endpoint that is missing names.
        "id": str(shown.get("vpc_endpoint_id") or vpc_id),
        "exists": exists,
        "existed": before is not None,
        "service": str(shown.get("service_name") or ""),
        "state": str(shown.get("state") or ""),
        "changed": bool(result.get("changed")),
        "tags": dict(shown.get("tags") or {}),
        "actions": list(result.get("actions", [])),
    }


def _route_tables(
    endpoint: Mapping[str, Any],
    tables: Sequence[Mapping[str, Any]] | None,
    subnets: Sequence[Mapping[str, Any]] | None,
    names: Mapping[str, str],
) -> list[Raw]:
    """Every route table of the VPC, with its subnets, and whether it leads to the endpoint: as found, as declared."""
    found = set((endpoint.get("before") or {}).get("route_table_ids") or [])
    declared = set((endpoint.get("endpoint") or {}).get("route_table_ids") or [])
    known = {str(each.get("route_table_id") or each.get("id")): each for each in tables or []}
    of_subnet, main = _associations(known)
    shown = list(subnets) if subnets is not None else [{"id": name} for name in of_subnet]
    drawn: dict[str, list[Raw]] = {name: [] for name in [*known, *sorted((found | declared) - known.keys())]}
    for subnet in sorted(shown, key=lambda each: (str(each.get("cidr_block") or ""), str(each.get("id") or ""))):
        name = str(subnet.get("subnet_id") or subnet.get("id"))
        table = of_subnet.get(name, main)
        if table in drawn:
            drawn[table].append(
                {
                    "id": name,
                    "name": _name(subnet),
                    "cidr": str(subnet.get("cidr_block") or ""),
                    "zone": str(subnet.get("availability_zone") or ""),
                }
            )
    return [
        {
            "id": name,
            "name": str(names.get(name) or _name(known.get(name, {}))),
            "main": name == main,
            "found": name in found,
            "declared": name in declared,
            "subnets": inside,
        }
        for name, inside in drawn.items()
    ]


def _name(described: Mapping[str, Any]) -> str:
    return str(described.get("name") or (described.get("tags") or {}).get("Name", ""))


def _associations(tables: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, str], str]:
    """Subnet -> its route table, and the main one, which those have that name none."""
    of_subnet: dict[str, str] = {}
    main = ""
    for name, table in tables.items():
        # As perimeter_info returns them.
        main = name if table.get("main") else main
        of_subnet |= {str(each): name for each in table.get("subnets") or ()}
        for each in table.get("associations") or []:
            if each.get("main"):
                main = name
            if each.get("subnet_id"):
                of_subnet[str(each["subnet_id"])] = name
    return of_subnet, main


def _bucket(result: Mapping[str, Any]) -> Raw:
    told: Raw = {"name": str(result["bucket"]), "changed": bool(result.get("changed"))}
    if result.get("failed"):
        told |= {"failed": True, "msg": str(result.get("msg", ""))}
    elif result.get("skipped"):
        told["failed"] = True
    return told


def _refused(resource: str, result: Mapping[str, Any], overridden: Collection[str]) -> list[Raw]:
    """What guards found that only looking overrides."""
    return [
        {"resource": resource, **{key: found.get(key) for key in ("guard", "reason", "remedy", "overridden_by")}}
        for found in (result.get("guard") or {}).get("overridden") or []
        if found.get("overridden_by") not in overridden
    ]


def _words_of_buckets(results: Iterable[Mapping[str, Any]]) -> list[Raw]:
    """The statements in words, and the buckets that have them: most are the same for all but for the name."""
    said: dict[str, Raw] = {}
    for each in results:
        if each.get("policy") is None:
            continue
        name = str(each["bucket"])
        for statement in statements(each["policy"]):
            text = json.dumps(statement, sort_keys=True).replace(f":::{name}", f":::{EACH}")
            if text not in said:
                said[text] = {**in_words(json.loads(text)), "buckets": []}
            said[text]["buckets"].append(name)
    return [_named(each) for each in said.values()]


def _named(said: Raw) -> Raw:
    """With the name of the bucket, where it is of one alone."""
    if len(said["buckets"]) > 1:
        return said
    [name] = said["buckets"]
    return {key: value.replace(EACH, name) if isinstance(value, str) else value for key, value in said.items()}
