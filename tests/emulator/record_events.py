# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3 requests as CloudTrail records them: data, management and network activity events.

The shapes follow cloudtrail-event-reference-record-contents.html, cloudtrail-event-reference-user-identity.html and
logging-network-events-with-cloudtrail.html in https://docs.aws.amazon.com/awscloudtrail/latest/userguide/. As in AWS,
what an endpoint policy refuses is in network activity events only, which tell neither bucket nor key; and who is of
another account than a bucket is told to its owner without a name.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

from tests.emulator.call import Call
from tests.emulator.callers import ANONYMOUS, Caller
from tests.emulator.network import INTERNET, PRIVATE_ADDRESS, PUBLIC_ADDRESS, Network

# Operations on buckets that are data events all the same; those on objects all are.
_DATA = ("ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads", "HeadBucket", "DeleteObjects")
_READS = ("Get", "List", "Head")
# Operation -> how records call it.
_NAMES = {"ListObjectsV2": "ListObjects"}
_HEADERS = ("x-amz-acl", "x-amz-copy-source", "x-amz-server-side-encryption", "x-amz-storage-class")
CIPHER, TLS = "TLS_AES_128_GCM_SHA256", "TLSv1.3"
VPCE_DENIED = "VpceAccessDenied"


@dataclass(frozen=True)
class Access:
    """One request that has been decided. ``owner`` is the account of the bucket, ``place`` its Region.

    ``error``: code and message of the answer; ``layer``: the kind of policy that refused it, if one did.
    """

    call: Call
    caller: Caller
    network: Network
    owner: str
    place: str
    status: int
    error: tuple[str, str] | None = None
    layer: str | None = None
    size: int = 0
    request_id: str = ""

    @property
    def presigned(self) -> bool:
        return "X-Amz-Signature" in self.call.query

    @property
    def address(self) -> str:
        return PUBLIC_ADDRESS if self.network.through == INTERNET else PRIVATE_ADDRESS

    @property
    def endpoint(self) -> dict[str, str]:
        """Id, VPC, account and Region of the endpoint that it came through."""
        return self.network.through if isinstance(self.network.through, dict) else {}


def events(access: Access) -> list[tuple[str, str, dict[str, Any]]]:
    """The records of a request, each with the account and the Region whose trail gets it."""
    if access.layer == "endpoint_policy":
        account = access.endpoint["account"]
        return [(account, access.endpoint["region"], _network_activity(access, account))]
    shared, accounts = str(uuid.uuid4()), [access.owner]
    if access.caller.account not in ("", access.owner):
        accounts.append(access.caller.account)
    return [(account, access.place, _event(access, account, shared if accounts[1:] else "")) for account in accounts]


def _event(access: Access, account: str, shared: str) -> dict[str, Any]:
    call = access.call
    data = bool(call.resource.partition("/")[2]) or call.operation in _DATA
    found = {
        **_common(access, account),
        "eventVersion": "1.11",
        "requestParameters": _parameters(access),
        "responseElements": None,
        "additionalEventData": {
            **({"SignatureVersion": "SigV4"} if call.key else {}),
            "CipherSuite": CIPHER,
            "bytesTransferredIn": len(call.body),
            **({"AuthenticationMethod": "QueryString" if access.presigned else "AuthHeader"} if call.key else {}),
            "x-amz-id-2": uuid.uuid4().hex,
            "bytesTransferredOut": access.size,
        },
        "resources": _resources(access),
        "eventType": "AwsApiCall",
        "managementEvent": not data,
        "eventCategory": "Data" if data else "Management",
        "tlsDetails": {"tlsVersion": TLS, "cipherSuite": CIPHER, "clientProvidedHostHeader": _host(access)},
    }
    if access.error:
        found["errorCode"], found["errorMessage"] = access.error
    if shared:
        found["sharedEventID"] = shared
    return found


def _network_activity(access: Access, account: str) -> dict[str, Any]:
    return {
        **_common(access, account),
        "eventVersion": "1.11",
        "errorCode": VPCE_DENIED,
        "errorMessage": "The request was denied due to a VPC endpoint policy",
        "requestParameters": None,
        "responseElements": None,
        "eventType": "AwsVpceEvent",
        "managementEvent": False,
        "eventCategory": "NetworkActivity",
    }


def _common(access: Access, account: str) -> dict[str, Any]:
    call, endpoint = access.call, access.endpoint
    name = _NAMES.get(call.operation, call.operation)
    return {
        "userIdentity": _identity(access, account),
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "eventSource": "s3.amazonaws.com",
        "eventName": name,
        "awsRegion": access.place,
        "sourceIPAddress": access.address,
        "userAgent": f"[{call.headers.get('user-agent', '')}]",
        "requestID": access.request_id,
        "eventID": str(uuid.uuid4()),
        "readOnly": name.startswith(_READS),
        "recipientAccountId": account,
        **({"vpcEndpointId": endpoint["vpce"], "vpcEndpointAccountId": endpoint["account"]} if endpoint else {}),
    }


def _identity(access: Access, account: str) -> dict[str, Any]:
    caller = access.caller
    if caller.arn == ANONYMOUS:
        return {"type": "AWSAccount", "principalId": "", "accountId": ANONYMOUS}
    if caller.account != account:
        return {"type": "AWSAccount", "principalId": caller.user_id, "accountId": caller.account}
    found = {
        "type": "IAMUser",
        "principalId": caller.user_id,
        "arn": caller.arn,
        "accountId": caller.account,
        "accessKeyId": access.call.key,
    }
    kind, _slash, name = caller.arn.rpartition(":")[2].partition("/")
    if kind == "root":
        return {**found, "type": "Root"}
    if kind != "assumed-role":
        return {**found, "userName": name.rpartition("/")[2]}
    role = caller.context["aws:PrincipalArn"]
    issuer = {
        "type": "Role",
        "principalId": caller.user_id.partition(":")[0],
        "arn": role,
        "accountId": caller.account,
        "userName": role.rpartition("/")[2],
    }
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    attributes = {"creationDate": created, "mfaAuthenticated": "false"}
    return {**found, "type": "AssumedRole", "sessionContext": {"sessionIssuer": issuer, "attributes": attributes}}


def _parameters(access: Access) -> dict[str, Any]:
    call = access.call
    key = call.resource.partition("/")[2]
    return {
        "bucketName": call.bucket,
        "Host": _host(access),
        **({"key": key} if key else {}),
        **{name: value for name, value in call.query.items() if name not in ("X-Amz-Signature", "X-Amz-Credential")},
        **{name: call.headers[name] for name in _HEADERS if name in call.headers},
    }


def _resources(access: Access) -> list[dict[str, str]]:
    call = access.call
    arn, key = f"arn:aws:s3:::{call.bucket}", call.resource.partition("/")[2]
    bucket = {"accountId": access.owner, "type": "AWS::S3::Bucket", "ARN": arn}
    if key:
        return [{"type": "AWS::S3::Object", "ARN": f"{arn}/{key}"}, bucket]
    if call.operation in _DATA:
        return [{"type": "AWS::S3::Object", "ARNPrefix": f"{arn}/{call.query.get('prefix', '')}"}, bucket]
    return [bucket]


def _host(access: Access) -> str:
    return f"{access.call.bucket}.s3.{access.place}.amazonaws.com"
