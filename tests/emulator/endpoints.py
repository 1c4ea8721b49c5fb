# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gateway endpoints as EC2 keeps them: their routes, their policy, and what EC2 refuses."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any
from xml.sax.saxutils import escape, unescape

from moto.backends import get_backend
from moto.ec2.models.vpcs import VPCEndPoint

from tests.emulator.answers import Answer, Refused, xml
from tests.emulator.call import Call
from tests.emulator.endpoint_policy import check
from tests.emulator.state import Settings

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
# Not part of what a repeated request has to have in common with the first.
_ID = re.compile(r"vpce-([0-9a-f]{8}|[0-9a-f]{17})")
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpoints.html
_FILTERS = (
    *("ip-address-type", "service-name", "service-region", "tag-key", "vpc-endpoint-id", "vpc-endpoint-state"),
    *("vpc-endpoint-type", "vpc-id"),
)
# Parameters that moto forgets -> how answers show them.
_KEPT = {
    "IpAddressType": "<ipAddressType>{}</ipAddressType>",
    "DnsOptions.DnsRecordIpType": "<dnsOptions><dnsRecordIpType>{}</dnsRecordIpType></dnsOptions>",
}
_DEFAULT = VPCEndPoint.DEFAULT_POLICY
_NOT_COMPARED = ("ClientToken", "Action", "Version")


class Endpoints:
    """Corrections by operation; ``before_…`` refuse or answer, ``after_…`` complete what moto did."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tokens: dict[tuple[str, str, str], tuple[dict[str, str], Answer]] = {}

    def reset(self) -> None:
        self._tokens.clear()

    def before(self, call: Call) -> Answer | None:
        if call.parameters.get("DryRun") == "true" and call.operation.endswith(("VpcEndpoint", "VpcEndpoints")):
            raise Refused("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        if call.operation.endswith(("VpcEndpoint", "VpcEndpoints")):
            _check_form(call)
        match call.operation:
            case "CreateVpcEndpoint":
                return self._before_create(call)
            case "ModifyVpcEndpoint":
                _before_modify(call)
            case "DeleteVpcEndpoints":
                return _delete(call)
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        if answer.status != 200:
            return answer
        if call.operation in ("CreateVpcEndpoint", "ModifyVpcEndpoint"):
            _keep(call, answer)
        if call.operation in ("CreateVpcEndpoint", "DescribeVpcEndpoints"):
            answer = _complete(call, answer)
            if self._settings["no_default_endpoint_policy"]:
                answer = _without_default_policy(answer)
        if call.operation == "CreateVpcEndpoint" and (token := call.parameters.get("ClientToken")):
            self._tokens[call.account, call.region, token] = (_compared(call), answer)
        elif call.operation == "ModifyVpcEndpoint":
            _after_modify(call)
        return answer

    def _before_create(self, call: Call) -> Answer | None:
        token = call.parameters.get("ClientToken", "")
        if found := self._tokens.get((call.account, call.region, token)):
            parameters, answer = found
            if parameters != _compared(call):
                message = f"The request with the client token {token} has other parameters than the first"
                raise Refused("IdempotentParameterMismatch", message)
            return answer
        backend = _ec2(call)
        vpc_id, service = call.parameters.get("VpcId", ""), call.parameters.get("ServiceName", "")
        if vpc_id not in backend.vpcs:
            return None  # moto refuses it as AWS does
        if call.parameters.get("VpcEndpointType", "Gateway") != "Gateway":
            return None
        prefix_list = _prefix_list(backend, service)
        if prefix_list is None:
            raise Refused("InvalidServiceName", f"The Vpc Endpoint Service '{service}' does not exist")
        if "PolicyDocument" in call.parameters:
            check(call.parameters["PolicyDocument"])
        _check_tables(backend, vpc_id, prefix_list, call.listed("RouteTableId"))
        return None


def _check_form(call: Call) -> None:
    """Refuse ids that cannot be and filters that there are not, of which moto makes something else."""
    for name in [call.parameters.get("VpcEndpointId"), *call.listed("VpcEndpointId")]:
        if name is not None and not _ID.fullmatch(name):
            raise Refused("InvalidVpcEndpointId.Malformed", f"The Vpc Endpoint Id '{name}' is malformed")
    for key, name in call.parameters.items():
        if re.fullmatch(r"Filter\.\d+\.Name", key) and name not in _FILTERS and not name.startswith("tag:"):
            raise Refused("InvalidParameterValue", f"The filter '{name}' is invalid")


def _keep(call: Call, answer: Answer) -> None:
    """Keep on moto's endpoint what moto does not."""
    name = call.parameters.get("VpcEndpointId") or re.findall(rb"<vpcEndpointId>(.*?)<", answer.body)[0].decode()
    endpoint = _ec2(call).vpc_end_points[name]
    endpoint.vpc_endpoint_type = endpoint.vpc_endpoint_type or "Gateway"
    given = {parameter: call.parameters[parameter] for parameter in _KEPT if parameter in call.parameters}
    endpoint.kept = {**getattr(endpoint, "kept", {}), **given}


def _complete(call: Call, answer: Answer) -> Answer:
    endpoints = _ec2(call).vpc_end_points

    def shown(match: re.Match[bytes]) -> bytes:
        kept = getattr(endpoints.get(match[1].decode()), "kept", {})
        more = "".join(_KEPT[parameter].format(escape(value)) for parameter, value in kept.items())
        return match[0] + more.encode()

    return dataclasses.replace(answer, body=re.sub(rb"<vpcEndpointId>(.*?)</vpcEndpointId>", shown, answer.body))


def _without_default_policy(answer: Answer) -> Answer:
    def shown(match: re.Match[bytes]) -> bytes:
        return b"" if json.loads(unescape(match[1].decode(), {"&#34;": '"', "&quot;": '"'})) == _DEFAULT else match[0]

    body = re.sub(rb"<policyDocument>(.*?)</policyDocument>", shown, answer.body, flags=re.DOTALL)
    return dataclasses.replace(answer, body=body)


def _before_modify(call: Call) -> None:
    backend = _ec2(call)
    endpoint = backend.vpc_end_points.get(call.parameters.get("VpcEndpointId", ""))
    if endpoint is None or not _is_gateway(endpoint):
        return
    if "PolicyDocument" in call.parameters:
        check(call.parameters["PolicyDocument"])
    added = [name for name in call.listed("AddRouteTableId") if name not in endpoint.route_table_ids]
    prefix_list = endpoint.destination_prefix_list_id
    _check_tables(backend, endpoint.vpc_id, prefix_list, added)
    for name in call.listed("RemoveRouteTableId"):
        _table(backend, name)


def _after_modify(call: Call) -> None:
    backend = _ec2(call)
    endpoint = backend.vpc_end_points[call.parameters["VpcEndpointId"]]
    if call.parameters.get("ResetPolicy") == "true":
        endpoint.policy_document = _default_policy()
    if not _is_gateway(endpoint):
        return
    prefix_list = endpoint.destination_prefix_list_id
    for name in call.listed("RemoveRouteTableId"):
        _drop_route(backend, name, prefix_list, endpoint.id)
    for name in endpoint.route_table_ids:
        if _route(backend, name, prefix_list) is None:
            backend.create_route(name, None, gateway_id=endpoint.id, destination_prefix_list_id=prefix_list)


def _delete(call: Call) -> Answer:
    """Delete those that are there and list the others, as AWS does.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
    """
    backend, items = _ec2(call), ""
    for name in call.listed("VpcEndpointId"):
        endpoint = backend.vpc_end_points.get(name)
        if endpoint is None:
            message = f"The Vpc Endpoint Id '{escape(name)}' does not exist"
            error = f"<code>InvalidVpcEndpoint.NotFound</code><message>{message}</message>"
            items += f"<item><resourceId>{escape(name)}</resourceId><error>{error}</error></item>"
            continue
        if _is_gateway(endpoint):
            for table in endpoint.route_table_ids:
                _drop_route(backend, table, endpoint.destination_prefix_list_id, name)
        else:
            backend.delete_vpc_endpoints([name])
        del backend.vpc_end_points[name]
    body = f"<requestId>emulator</requestId><unsuccessful>{items}</unsuccessful>"
    return xml(f'<DeleteVpcEndpointsResponse xmlns="{NAMESPACE}">{body}</DeleteVpcEndpointsResponse>')


def _check_tables(backend: Any, vpc_id: str, prefix_list: str, names: list[str]) -> None:
    for name in names:
        table = _table(backend, name)
        if table.vpc_id != vpc_id:
            message = f"Route table {name} and network {vpc_id} belong to different networks"
            raise Refused("InvalidParameter", message)
        if _route(backend, name, prefix_list) is not None:
            message = f"route table {name} already has a route with destination-prefix-list-id {prefix_list}"
            raise Refused("RouteAlreadyExists", message)


def _table(backend: Any, name: str) -> Any:
    try:
        return backend.route_tables[name]
    except KeyError:
        raise Refused("InvalidRouteTableID.NotFound", f"The routeTable ID '{name}' does not exist") from None


def _route(backend: Any, table: str, prefix_list: str) -> Any:
    routes = backend.route_tables[table]._routes.values()
    return next((route for route in routes if route.destination_prefix_list_id == prefix_list), None)


def _drop_route(backend: Any, table: str, prefix_list: str, endpoint_id: str) -> None:
    """Take the endpoint's route out of a table that may be gone."""
    if table in backend.route_tables:
        route = _route(backend, table, prefix_list)
        if route is not None and route.gateway_id == endpoint_id:
            del backend.route_tables[table]._routes[route.id]


def _prefix_list(backend: Any, service: str) -> str | None:
    lists = backend.managed_prefix_lists.values()
    return next((each.id for each in lists if each.prefix_list_name == service and each.owner_id == "AWS"), None)


def _is_gateway(endpoint: Any) -> bool:
    return (endpoint.vpc_endpoint_type or "Gateway") == "Gateway"


def _default_policy() -> str:
    return json.dumps(VPCEndPoint.DEFAULT_POLICY)


def _compared(call: Call) -> dict[str, str]:
    return {name: value for name, value in call.parameters.items() if name not in _NOT_COMPARED}


def _ec2(call: Call) -> Any:
    return get_backend("ec2")[call.account][call.region]
