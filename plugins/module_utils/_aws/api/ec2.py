# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The calls to EC2, one function each. They take a boto3 client and raise :class:`CallError`.

Writes take the parameters of boto3 as they stand in a plan, and are found by their name in :data:`WRITES`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from .errors import CallError, aws_errors

#: Codes of an endpoint that is not there; also what AWS answers for a moment about one that was just created.
#: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
MISSING_ENDPOINT = ("InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound")

_MALFORMED_ENDPOINT = "InvalidVpcEndpointId.Malformed"
#: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Using_Filtering.html
MAX_FILTER_VALUES = 200


class UnsuccessfulError(Exception):
    """An item of ``Unsuccessful`` in the shape of a ``ClientError``, for it comes with the status 200."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        self.response = {"Error": dict(item.get("Error") or {})}
        # What is said where the response has no message.
        super().__init__("AWS gives no reason")


def describe_vpc_endpoints(client: Any, **filters: str) -> list[dict[str, Any]]:
    """Endpoints of any state that the filters let through, such as ``vpc_id="vpc-1a2b3c4d"``.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpoints.html
    """
    return _list(client, "list the endpoints", "DescribeVpcEndpoints", "VpcEndpoints", Filters=_filters(filters))


def describe_vpc_endpoints_by_id(client: Any, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The endpoints with these ids; none at all when one of them is not there."""
    task = f"read endpoint {', '.join(ids)}"
    try:
        return _list(client, task, "DescribeVpcEndpoints", "VpcEndpoints", VpcEndpointIds=list(ids))
    except CallError as error:
        if error.code in MISSING_ENDPOINT:
            return []
        raise


def find_vpc_endpoints(client: Any, ids: Sequence[str], filters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For readers: ids and filters as boto3 takes them; an id that is not there is an error."""
    parameters: dict[str, Any] = {"Filters": list(filters)} if filters else {}
    if ids:
        parameters["VpcEndpointIds"] = list(ids)
    return _list(client, "list the endpoints", "DescribeVpcEndpoints", "VpcEndpoints", **parameters)


def vpc_endpoints_with_ids(client: Any, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the endpoints that are there.

    Several are asked for by a filter, because one id that is not there fails a call by ids. A single one is asked for
    by its id, which EC2 answers as well, and what imitates EC2 better.
    """
    if len(ids) != 1:
        return _named(client, "list the endpoints", "DescribeVpcEndpoints", "VpcEndpoints", "vpc-endpoint-id", ids)
    try:
        return describe_vpc_endpoints_by_id(client, ids)
    except CallError as error:
        if error.code == _MALFORMED_ENDPOINT:
            return []
        raise


def vpcs_with_ids(client: Any, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the VPCs that are there.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html
    """
    return _named(client, "list the VPCs", "DescribeVpcs", "Vpcs", "vpc-id", ids)


def gateway_service_names(client: Any) -> list[str]:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServices.html"""
    details = _list(
        client,
        "list the services that have gateway endpoints",
        "DescribeVpcEndpointServices",
        "ServiceDetails",
        Filters=_filters({"service_type": "Gateway"}),
    )
    # Asked for by the filter, and looked at again: a service may come in several types.
    return [
        one["ServiceName"]
        for one in details
        if any(kind.get("ServiceType") == "Gateway" for kind in one.get("ServiceType") or ())
    ]


def describe_route_tables(client: Any, vpc_id: str) -> list[dict[str, Any]]:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html"""
    task = f"read the route tables of {vpc_id}"
    return _list(client, task, "DescribeRouteTables", "RouteTables", Filters=_filters({"vpc_id": vpc_id}))


def vpcs_named(client: Any, name: str) -> list[str]:
    """The ids of the VPCs whose tag ``Name`` is this, sorted.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html
    """
    filters = [{"Name": "tag:Name", "Values": [name]}]
    found = _list(client, f"look up the VPC named {name}", "DescribeVpcs", "Vpcs", Filters=filters)
    return sorted(str(one["VpcId"]) for one in found)


def describe_vpc(client: Any, vpc_id: str) -> list[dict[str, Any]]:
    """The VPC, or nothing if there is none.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html
    """
    return _list(client, f"read {vpc_id}", "DescribeVpcs", "Vpcs", Filters=_filters({"vpc_id": vpc_id}))


def describe_subnets(client: Any, vpc_id: str, ids: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The subnets of the VPC; with ids those of them that it has.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html
    """
    filters = [*_filters({"vpc_id": vpc_id}), *([{"Name": "subnet-id", "Values": list(ids)}] if ids else [])]
    return _list(client, f"read the subnets of {vpc_id}", "DescribeSubnets", "Subnets", Filters=filters)


def describe_managed_prefix_lists(client: Any, names: Sequence[str]) -> list[dict[str, Any]]:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeManagedPrefixLists.html"""
    filters = [{"Name": "prefix-list-name", "Values": list(names)}]
    return _list(client, "read the prefix lists", "DescribeManagedPrefixLists", "PrefixLists", Filters=filters)


def create_vpc_endpoint(client: Any, **parameters: Any) -> dict[str, Any]:
    """The description of the new endpoint.

    A request that is sent again has the same token, so that there is one endpoint however often it arrives.
    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
    """
    task = f"create the endpoint for {parameters['ServiceName']} in {parameters['VpcId']}"
    resource = f"{_arn(client, 'vpc', parameters['VpcId'])}, its route tables and {_arn(client, 'vpc-endpoint', '*')}"
    token = str(uuid.uuid4())
    answer = _call(client, task, "CreateVpcEndpoint", resource, ClientToken=token, **parameters)
    return dict(answer["VpcEndpoint"])


def modify_vpc_endpoint(client: Any, **parameters: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html"""
    name = parameters["VpcEndpointId"]
    resource = f"{_arn(client, 'vpc-endpoint', name)} and its route tables"
    _call(client, f"change endpoint {name}", "ModifyVpcEndpoint", resource, **parameters)


def delete_vpc_endpoints(client: Any, **parameters: Any) -> None:
    """One that is not there any more is no error. AWS answers with success and lists what it did not delete.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
    """
    names = ", ".join(parameters["VpcEndpointIds"])
    task, resource = f"remove endpoint {names}", _arn(client, "vpc-endpoint", names)
    try:
        answer = _call(client, task, "DeleteVpcEndpoints", resource, **parameters)
    except CallError as error:
        if error.code in MISSING_ENDPOINT:
            return
        raise
    for item in answer.get("Unsuccessful") or ():
        failed = CallError(task, "ec2:DeleteVpcEndpoints", resource, UnsuccessfulError(item))
        if failed.code not in MISSING_ENDPOINT:
            raise failed


def create_tags(client: Any, **parameters: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html"""
    name = ", ".join(parameters["Resources"])
    _call(client, f"tag endpoint {name}", "CreateTags", _arn(client, "vpc-endpoint", name), **parameters)


def delete_tags(client: Any, **parameters: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html"""
    name = ", ".join(parameters["Resources"])
    _call(client, f"untag endpoint {name}", "DeleteTags", _arn(client, "vpc-endpoint", name), **parameters)


#: Name of a write, as in plans and in ``actions`` -> the function.
WRITES: Mapping[str, Callable[..., dict[str, Any] | None]] = {
    "ec2:CreateVpcEndpoint": create_vpc_endpoint,
    "ec2:ModifyVpcEndpoint": modify_vpc_endpoint,
    "ec2:DeleteVpcEndpoints": delete_vpc_endpoints,
    "ec2:CreateTags": create_tags,
    "ec2:DeleteTags": delete_tags,
}


def _filters(values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in values.items()]


def _arn(client: Any, kind: str, name: str) -> str:
    """The account is left open: it is not worth a call."""
    return f"arn:{client.meta.partition}:ec2:{client.meta.region_name}:*:{kind}/{name}"


def _named(client: Any, task: str, operation: str, key: str, name: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    """What a filter by ids finds, in as many calls as its length takes."""
    chunks = [ids[start : start + MAX_FILTER_VALUES] for start in range(0, len(ids), MAX_FILTER_VALUES)]
    return [
        one
        for chunk in chunks
        for one in _list(client, task, operation, key, Filters=[{"Name": name, "Values": list(chunk)}])
    ]


def _list(client: Any, task: str, operation: str, key: str, **parameters: Any) -> list[dict[str, Any]]:
    """All items of all pages; it is one call unless there are hundreds."""
    try:
        return list(_pages(client.get_paginator(_method(operation)), parameters)[key])
    except aws_errors() as error:
        raise CallError(task, f"ec2:{operation}", "*", error) from error


def _call(client: Any, task: str, operation: str, resource: str, **parameters: Any) -> dict[str, Any]:
    try:
        return dict(_send(getattr(client, _method(operation)), parameters))
    except aws_errors() as error:
        raise CallError(task, f"ec2:{operation}", resource, error) from error


# EC2 throttles per account and region, so other people's work can slow ours down for a while; botocore gives up after
# some seconds. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
@AWSRetry.jittered_backoff(retries=6, delay=1, max_delay=15)
def _send(method: Callable[..., dict[str, Any]], parameters: Mapping[str, Any]) -> dict[str, Any]:
    return method(**parameters)


@AWSRetry.jittered_backoff(retries=6, delay=1, max_delay=15)
def _pages(paginator: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return dict(paginator.paginate(**parameters).build_full_result())


def _method(operation: str) -> str:
    """``DescribeVpcEndpoints`` -> ``describe_vpc_endpoints``"""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")
