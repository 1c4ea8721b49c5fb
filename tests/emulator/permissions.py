# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which permissions an operation needs, on which resources, where they are not those of its own name.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree

from moto.backends import get_backend

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.vocabulary import OBJECT, find_action
from tests.emulator.answers import Refused
from tests.emulator.call import Call

# Operation -> action; others are their own action.
_ACTIONS = {
    "ListBuckets": "ListAllMyBuckets",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "HeadObject": "GetObject",
    "UploadPart": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
    "DeleteObjects": "DeleteObject",
    "DeleteBucketTagging": "PutBucketTagging",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
}
# What the names of operations say -> what those of actions say; deleting a configuration takes the right to put it.
_NOUNS = {
    "BucketAccelerateConfiguration": "AccelerateConfiguration",
    "BucketCors": "BucketCORS",
    "BucketEncryption": "EncryptionConfiguration",
    "BucketLifecycleConfiguration": "LifecycleConfiguration",
    "BucketNotificationConfiguration": "BucketNotification",
    "BucketReplication": "ReplicationConfiguration",
    "PublicAccessBlock": "BucketPublicAccessBlock",
}
# EC2 operations with permissions on resources -> parameters that name them, and their type.
# The parameters of an operation that name resources which its permission is about.
_EC2_RESOURCES = {
    "CreateVpcEndpoint": ("VpcId", "RouteTableId"),
    "ModifyVpcEndpoint": ("VpcEndpointId", "AddRouteTableId", "RemoveRouteTableId"),
    "DeleteVpcEndpoints": ("VpcEndpointId",),
    "CreateTags": ("ResourceId",),
    "DeleteTags": ("ResourceId",),
}
_KINDS = {"vpc": "vpc", "vpce": "vpc-endpoint", "rtb": "route-table", "subnet": "subnet"}
NEW_ENDPOINT = "vpc-endpoint/*"


def needed(call: Call) -> list[tuple[str, str]]:
    """Pairs of action and resource, all of which must be allowed."""
    if call.service == "s3":
        return _of_s3(call)
    action = f"{call.service}:{call.operation}"
    if call.operation == "AssumeRole":
        return [(action, call.parameters.get("RoleArn", "*"))]
    if call.operation == "GetRole":
        return [(action, _role_arn(call))]
    prefix = f"arn:aws:ec2:{call.region}:{call.account}"
    resources = [
        f"{prefix}:{_KINDS.get(name.partition('-')[0], '*')}/{name}"
        for parameter in _EC2_RESOURCES.get(call.operation, ())
        for name in [call.parameters.get(parameter), *call.listed(parameter)]
        if name
    ]
    if call.operation == "CreateVpcEndpoint":
        resources.append(f"{prefix}:{NEW_ENDPOINT}")
        found = [(action, resource) for resource in resources]
        if any(name.startswith("TagSpecification") for name in call.parameters):
            found.append(("ec2:CreateTags", resources[-1]))
        # A dependent action, in the words of AWS's reference.
        return [*found, ("ec2:DescribeVpcs", "*")]
    return [(action, resource) for resource in resources or ["*"]]


def context_of(call: Call, action: str, resource: str) -> dict[str, str]:
    """The condition keys of EC2 that a permission has for this resource."""
    if ":vpc-endpoint/" not in resource:
        return {}
    if action == "ec2:CreateTags" and call.operation != "CreateTags":
        return {"ec2:CreateAction": call.operation}
    if action == "ec2:CreateVpcEndpoint":
        return {"ec2:VpceServiceName": call.parameters.get("ServiceName", "")}
    if action == "ec2:DeleteVpcEndpoints":
        endpoints = get_backend("ec2")[call.account][call.region].vpc_end_points
        endpoint = endpoints.get(resource.rpartition("/")[2])
        return {"ec2:VpceServiceName": endpoint.service_name} if endpoint else {}
    return {}


def _role_arn(call: Call) -> str:
    name = call.parameters.get("RoleName", "")
    roles = get_backend("iam")[call.account]["aws"].roles.values()
    return next((role.arn for role in roles if role.name == name), f"arn:aws:iam::{call.account}:role/{name}")


def _of_s3(call: Call) -> list[tuple[str, str]]:
    name = _ACTIONS.get(call.operation, call.operation)
    verb, noun = re.match(r"(Get|Put|Delete)?(.*)", name, re.DOTALL).groups()
    if noun in _NOUNS:
        name = ("Put" if verb == "Delete" else verb) + _NOUNS[noun]
    action = find_action(f"s3:{name}")
    if action is None:
        raise Refused("NotImplemented", f"The emulator does not know which permission {call.operation} takes.", 501)
    if OBJECT not in action.resource_types:
        return [(action.name, f"arn:aws:s3:::{call.bucket}" if call.bucket else "*")]
    if call.operation == "DeleteObjects":
        return [(action.name, f"arn:aws:s3:::{call.bucket}/{key}") for key in keys_to_delete(call.body)]
    found = [(action.name, f"arn:aws:s3:::{call.resource}")]
    if call.operation == "CopyObject":
        source = unquote(call.headers["x-amz-copy-source"]).lstrip("/").partition("?")[0]
        found.append(("s3:GetObject", f"arn:aws:s3:::{source}"))
    return found


def keys_to_delete(body: bytes) -> list[str]:
    """The keys of objects in the body of DeleteObjects."""
    return [element.text or "" for element in ElementTree.fromstring(body).iter() if element.tag.endswith("Key")]
