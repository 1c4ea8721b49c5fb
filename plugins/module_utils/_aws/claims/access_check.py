# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What access_check reads from AWS where the task does not supply it, and what it returns."""

from __future__ import annotations

from typing import Any

from ..._plan.claims.access_check import (
    Asked,
    Supplied,
    answer_all,
    read_requests,
    summary_of,
)
from ..._policy.language.document import load
from ..api.errors import CallError
from ..module import Session, reported, warn_user
from .options import SUPPLIED
from .read import read_buckets, read_endpoints

ACCESS_CHECK_OPTIONS: dict[str, dict[str, Any]] = {
    "requests": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "principal": {"type": "str", "required": True},
            "action": {"type": "str", "required": True},
            "resource": {"type": "str", "required": True},
            "through": {"type": "raw"},
            "called_via": {"type": "list", "elements": "str"},
            "context": {"type": "dict"},
            "expect": {"type": "str", "choices": ["allow", "deny"]},
        },
    },
    **SUPPLIED,
    "identity_policies": {"type": "dict", "default": {}},
    "permissions_boundaries": {"type": "dict", "default": {}},
    "session_policies": {"type": "dict", "default": {}},
    "assume_identity_allows": {"type": "bool", "default": False},
}


def run_access_check(module: Any) -> None:
    """Decide the requests of the task, and leave the module."""
    options = dict(module.params)
    session = Session(module)
    with reported(module, session):
        requests = read_requests(options["requests"])
        supplied = Supplied(options, options["assume_identity_allows"])
        supplied.check()
        warnings: list[str] = []
        if options["read_missing"]:
            buckets = supplied.missing("bucket_policies", (one.bucket for one in requests))
            endpoints = supplied.missing("endpoint_policies", (one.endpoint for one in requests))
            if buckets:
                _read_buckets(session, options, buckets, warnings)
            if endpoints:
                requests = _read_endpoints(session, options, endpoints, requests, warnings)
        answers = answer_all(requests, supplied.decide)
        warn_user(warnings)
        result = {
            "changed": False,
            "decisions": [one.as_dict() for one in answers],
            "summary": summary_of(answers),
        }
        unmet = [one for one in answers if one.met is False]
        if unmet:
            complaints = "\n".join(f"- {one.complaint}" for one in unmet)
            module.fail_json(
                msg=f"{len(unmet)} of {len(answers)} requests are not as expected:\n{complaints}", **result
            )
        module.exit_json(**result)


def _read_buckets(session: Session, options: dict[str, Any], buckets: list[str], warnings: list[str]) -> None:
    """Put the live policies beside the supplied ones. What may not be read stays unknown."""
    account = session.caller.account
    found = read_buckets(session, buckets, options["resource_accounts"])
    options["bucket_policies"] = dict(options["bucket_policies"])
    options["resource_accounts"] = dict(options["resource_accounts"])
    options["resource_regions"] = dict(options["resource_regions"])
    for bucket, live in found.items():
        if region := getattr(live, "region", None):
            options["resource_regions"].setdefault(bucket, region)
        if isinstance(live, Exception):
            warnings.append(f"The policy of bucket {bucket} is taken for unknown. {live}")
            continue
        options["bucket_policies"][bucket] = live.policy
        options["resource_accounts"].setdefault(bucket, account)


def _read_endpoints(
    session: Session, options: dict[str, Any], endpoints: list[str], requests: list[Asked], warnings: list[str]
) -> list[Asked]:
    """Put the live policies beside the supplied ones; returns the requests, with VPC and Region of their endpoints."""
    client = session.client("ec2")
    try:
        found = read_endpoints(session, endpoints)
    except CallError as error:
        warnings.append(f"The policies of the endpoints are taken for unknown. {error}")
        return requests
    options["endpoint_policies"] = dict(options["endpoint_policies"])
    for name in endpoints:
        if name not in found:
            warnings.append(
                f"The policy of endpoint {name} is taken for unknown: it is not in this account and region."
            )
            continue
        text = found[name].get("PolicyDocument")
        options["endpoint_policies"][name] = load(text, f"policy of endpoint {name}") if text else None
    paths = {name: _path(one, client.meta.region_name) for name, one in found.items() if one.get("VpcId")}
    raw = [
        {**one.raw, "through": paths[one.endpoint]}
        if one.endpoint in paths and one.raw.get("through") == one.endpoint
        else one.raw
        for one in requests
    ]
    return [
        Asked(before.raw, after.request, before.bucket, before.endpoint, before.expect)
        for before, after in zip(requests, read_requests(raw), strict=True)
    ]


def _path(endpoint: dict[str, Any], region: str) -> dict[str, str]:
    """``through`` of a request; without a Region for an endpoint that leads to S3 of another one than its own."""
    path = {"vpce": endpoint["VpcEndpointId"], "vpc": endpoint["VpcId"]}
    serves = endpoint.get("ServiceRegion") or region
    return {**path, "region": region} if serves == region else path
