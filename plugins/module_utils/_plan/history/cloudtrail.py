# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Records of CloudTrail, one by one: management, data and network activity events of S3.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html,
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html for the messages of denials
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from ..._policy.language.vocabulary import spell_action
from . import access as a
from .access import Access, Told
from .context import context_of
from .distinctions import Distinctions
from .identity import SERVICE, UNREADABLE, Identity, identity_of, of_arn
from .operations import BATCH_DELETES, COPIES, WITHOUT_AUTHORIZATION, about_objects, actions_of

_S3 = "s3.amazonaws.com"
_NETWORK_TYPES = ("AwsVpceEvent", "AwsVpceEvents")
_NETWORK_CATEGORY = "NetworkActivity"
#: Categories of events that are no single requests -> why they are left out.
_NO_REQUESTS = {"Insight": a.INSIGHT, "Aggregated": a.AGGREGATED}
_NO_REQUEST_TYPES = {"AwsCloudTrailInsight": a.INSIGHT, "AwsAggregatedEvent": a.AGGREGATED}
_SAID = re.compile(
    r"(?:User: (?P<user>\S+) )?is not authorized to perform: (?P<action>s3:\w+)"
    r"(?:.*?(?:because no|explicit deny in an?) (?P<layer>[\w -]+?)(?:-based)? polic)?",
    re.IGNORECASE | re.DOTALL,
)
_SAID_BOUNDARY = re.compile(r"(?:because no|explicit deny in an?) permissions boundary", re.IGNORECASE)
#: What messages call a kind of policy -> what decisions call it.
_LAYERS = {
    "identity": "identity_policy",
    "resource": "bucket_policy",
    "vpc endpoint": "endpoint_policy",
    "service control": "service_control_policy",
    "resource control": "resource_control_policy",
    "session": "session_policy",
}
#: AWS has spelled the type in both ways.
_ACCESS_POINTS = ("AWS::S3::AccessPoint", "AWS::S3::Access Point")
#: Bucket, host, key and one more; requests with more parameters are told apart by the names of all.
_USUAL_PARAMETERS = 4
_ENDPOINT_DENIED = "vpc endpoint policy"


def read_record(record: Mapping[str, Any], distinctions: Distinctions) -> Told | str:
    """What one record says, or why it is left out.

    Most records are of a kind that was there before: what an access is made of is gathered first, and looked up.

    :raises ValueError: it is no record of CloudTrail.
    """
    get = record.get
    if get("eventSource") != _S3:
        return _without_s3(record)
    event, category, error = str(get("eventName") or ""), get("eventCategory"), get("errorCode")
    if (reason := _left_out(get, event, category, error)) is not None:
        return reason
    at = a.read_at(str(get("eventTime") or ""))
    if at is None or not event:
        raise ValueError("a record of CloudTrail without eventTime or eventName")
    given, more, details = (_dict(get(name)) for name in ("userIdentity", "additionalEventData", "tlsDetails"))
    parameters = _plain_parameters(get("requestParameters"))
    endpoint = str(get("vpcEndpointId") or more.get("vpcEndpointId") or "")
    bucket = parameters.get("bucketName") or _bucket_of_resources(record)
    if bucket:
        copied = _copied_from(parameters["x-amz-copy-source"]) if "x-amz-copy-source" in parameters else None
        if not distinctions.concerns(bucket, endpoint) and not (copied and distinctions.concerns(copied[0], endpoint)):
            return a.OTHER_BUCKET
    elif category != _NETWORK_CATEGORY and get("eventType") not in _NETWORK_TYPES:
        return a.NO_BUCKET
    identity = identity_of(given)
    region, address = str(get("awsRegion") or ""), str(get("sourceIPAddress") or "")
    path, callers, compared = _path(endpoint, address, identity, distinctions)
    keys = _key_and_prefix(bucket, region, parameters, distinctions)
    made_of = (
        event,
        category,
        get("managementEvent") is True,
        identity,
        bucket,
        keys,
        path,
        callers and bool(endpoint) and not a.is_private(address),
        compared,
        get("vpcEndpointAccountId"),
        region,
        details.get("tlsVersion") or ("CipherSuite" in more and "TLS"),
        more.get("AuthenticationMethod"),
        more.get("aclRequired"),
        _is_console(get, identity),
        _owner_and_point(get("resources")),
        (error, get("errorMessage")) if error in a.DENIALS else None,
        tuple(parameters) if len(parameters) > _USUAL_PARAMETERS else "versionId" in parameters,
        _copy_cell(parameters, region, distinctions) if event in COPIES else None,
        context_of(record, parameters, identity, _session_of(given), distinctions) if distinctions.keys else (),
    )
    memory = distinctions.memory
    accesses = memory.get(made_of)
    if accesses is None:
        accesses = memory[made_of] = _accesses(made_of, parameters, distinctions)
    shared, event_id = get("sharedEventID"), get("eventID")
    told, request = shared or event_id, get("requestID")
    return (
        accesses,
        at[0],
        a.number_of(str(told)) if told else 0,
        a.number_of(str(request)) if request else 0,
        bool(shared),
        0 if identity.principal else 1,
        str(event_id or ""),
        address if callers else "",
    )


def _left_out(get: Callable[..., Any], event: str, category: Any, error: Any) -> str | None:
    """Why a record of S3 says nothing about who reaches what."""
    event_type = get("eventType")
    reason = _NO_REQUESTS.get(category) or _NO_REQUEST_TYPES.get(event_type)
    if reason:
        return reason
    if event in WITHOUT_AUTHORIZATION or error in a.BEFORE_AUTHORIZATION:
        return a.NO_AUTHORIZATION
    if (category == _NETWORK_CATEGORY or event_type in _NETWORK_TYPES) and error not in a.DENIALS:
        return a.ALLOWED_NETWORK
    return None


def _dict(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _without_s3(record: Mapping[str, Any]) -> str:
    if record.get("eventSource"):
        category = _NO_REQUESTS.get(str(record.get("eventCategory") or ""))
        return category or a.OTHER_SERVICE
    if "digestStartTime" in record:
        return a.DIGEST
    if record.get("eventType") in _NO_REQUEST_TYPES or record.get("eventCategory") in _NO_REQUESTS:
        return _NO_REQUESTS.get(str(record.get("eventCategory")), a.AGGREGATED)
    raise ValueError("no record of CloudTrail: it has no eventSource")


def _plain_parameters(given: Any) -> dict[str, str]:
    """The parameters as texts; old records have lists of one."""
    if not isinstance(given, dict):
        return {}
    found = {}
    for name, value in given.items():
        if isinstance(value, str):
            found[name] = value
        elif isinstance(value, list):
            found[name] = str(value[0]) if value else ""
        elif value is not None:
            found[name] = str(value) if isinstance(value, (int, float)) else ""
    return found


def _resource(given: Any, kind: str) -> dict[str, Any]:
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict) and str(one.get("type") or "").replace(" ", "") == kind:
            return one
    return {}


def _owner_and_point(given: Any) -> tuple[str, str]:
    """The account that owns the bucket, and the ARN of the access point, if any."""
    owner = point = ""
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict):
            kind = one.get("type")
            if kind == "AWS::S3::Bucket":
                owner = str(one.get("accountId") or "")
            elif kind in _ACCESS_POINTS:
                point = str(one.get("ARN") or "")
    return owner, point


def _key_and_prefix(
    bucket: str, region: str, parameters: Mapping[str, str], distinctions: Distinctions
) -> tuple[str | None, str | None]:
    """A key that stands for that of the request, and what it begins with."""
    key = parameters.get("key")
    if key is not None:
        return distinctions.object_key(bucket, a.partition_of(region), key), a.shown_prefix(key)
    prefix = parameters.get("prefix")
    return None, None if prefix is None else a.shown_prefix(prefix)


def _copy_cell(
    parameters: Mapping[str, str], region: str, distinctions: Distinctions
) -> tuple[str, str, str, bool] | None:
    """What a copy reads: bucket, a key that stands for the one, what it begins with, and whether it is a version."""
    found = _copied_from(parameters.get("x-amz-copy-source", ""))
    if found is None:
        return None
    bucket, key, versioned = found
    return bucket, distinctions.object_key(bucket, a.partition_of(region), key), a.shown_prefix(key), versioned


def _bucket_of_resources(record: Mapping[str, Any]) -> str:
    for kind in ("AWS::S3::Bucket", "AWS::S3::Object"):
        found = _resource(record.get("resources"), kind)
        arn = str(found.get("ARN") or found.get("ARNPrefix") or "")
        name = arn.partition(":::")[2].partition("/")[0]
        if name:
            return name
    return ""


@lru_cache(maxsize=4096)
def _said(message: str) -> tuple[str, str, str]:
    """The layer, the principal and the action that the message of a denial names."""
    if _ENDPOINT_DENIED in message.lower() and "authorized to perform" not in message:
        return "endpoint_policy", "", ""
    found = _SAID.search(message)
    if not found:
        return "", "", ""
    layer = (
        "permissions_boundary" if _SAID_BOUNDARY.search(message) else _LAYERS.get((found["layer"] or "").lower(), "")
    )
    return layer, found["user"] or "", spell_action(found["action"]) or ""


def _named(identity: Identity, said: Identity) -> Identity:
    """Who the message names, of whom the record has no more than the account."""
    if said.kind in (UNREADABLE, "") or (identity.account and said.account != identity.account):
        return identity
    return said._replace(unique_id=identity.unique_id, via=identity.via, internal=identity.internal)


def _accesses(
    made_of: tuple[Any, ...], parameters: Mapping[str, str], distinctions: Distinctions
) -> tuple[Access, ...]:
    """The accesses of a record that is made of this."""
    (
        event,
        category,
        management,
        identity,
        bucket,
        (key, prefix),
        path,
        public,
        address,
        path_account,
        region,
        tls,
        authentication,
        acl,
        console,
        (owner, point),
        failed,
        _names,
        copied,
        context,
    ) = made_of
    error, message = failed or ("", "")
    layer, said, action = _said(str(message or "")) if failed else ("", "", "")
    if error == a.VPCE_ACCESS_DENIED:
        layer = "endpoint_policy"
    if said and not identity.principal:
        identity = _named(identity, of_arn(said))
    flags = {
        a.CONSOLE: console,
        a.PRESIGNED: authentication == "QueryString",
        a.BATCH: event in BATCH_DELETES,
        a.ACL_REQUIRED: str(acl or "").lower() in ("yes", "true"),
        a.AWS_INTERNAL: identity.internal,
        a.PUBLIC_ADDRESS: public,
    }
    source = a.MANAGEMENT if category == "Management" or management else a.DATA
    first = Access(
        source=a.NETWORK if category == _NETWORK_CATEGORY else source,
        principal=identity.principal,
        unique_id="" if identity.principal else identity.unique_id,
        account=identity.account,
        kind=identity.kind,
        via=identity.via,
        operation=event,
        action="",
        bucket=bucket,
        bucket_account=owner,
        access_point=point,
        prefix=prefix,
        key=key,
        path=path,
        path_account=str(path_account or ""),
        region=region,
        address=address,
        tls=str(tls or "").upper().removeprefix("TLSV"),
        denied=error,
        layer=layer,
        flags=tuple(flag for flag, is_so in flags.items() if is_so),
        context=context,
    )
    # The message of a denial names the action that was asked for and not allowed.
    actions = (action,) if action else actions_of(event, parameters) or ("",)
    found = tuple(_about(first, one, distinctions) for one in actions)
    return found if copied is None else (*found, _source_of(first, *copied))


def _path(endpoint: str, address: str, identity: Identity, distinctions: Distinctions) -> tuple[str, bool, str]:
    """The network path, whether the address is that of the caller, and the address where policies compare it."""
    if identity.kind == SERVICE or identity.via or identity.internal:
        # The id and the address, if any, are those of the service.
        return a.UNTOLD, False, ""
    path, compared = distinctions.path_of(address)
    if not endpoint:
        return path, path != a.UNTOLD, compared
    # Beside a public address, the id is that of an endpoint of AWS's own, and the request may be from the internet.
    return endpoint, path != a.UNTOLD, compared


def _is_console(get: Callable[..., Any], identity: Identity) -> bool:
    return (
        identity.console
        or str(get("sessionCredentialFromConsole") or "").lower() == "true"
        or str(get("userAgent") or "").startswith(("[S3Console", "S3Console"))
    )


def _session_of(given: Mapping[str, Any]) -> tuple[str, str]:
    return str(given.get("principalId") or ""), str(given.get("arn") or "")


def _about(first: Access, action: str, distinctions: Distinctions) -> Access:
    """The access for an action. One on the bucket has no key, whatever the record has."""
    if not action:
        return first
    if not about_objects(action):
        return first._replace(action=action, key=None)
    if first.key is not None:
        return first._replace(action=action)
    untold = distinctions.splits(first.bucket, a.partition_of(first.region), "")
    flags = (*first.flags, a.KEYS_UNTOLD) if untold else first.flags
    return first._replace(action=action, key="", prefix=first.prefix or "", flags=flags)


@lru_cache(maxsize=4096)
def _copied_from(header: str) -> tuple[str, str, bool] | None:
    """The bucket and key that a copy reads, and whether it names a version; ``None`` if that is an access point."""
    path, _mark, query = header.lstrip("/").partition("?")
    bucket, _slash, key = unquote(path).partition("/")
    if not bucket or not key or bucket.startswith("arn:"):
        return None
    return bucket, key, "versionId=" in query


def _source_of(first: Access, bucket: str, key: str, prefix: str, versioned: bool) -> Access:
    """What a copy reads. It is another request of S3's, with the same caller and, we take it, on the same path."""
    return first._replace(
        action="s3:GetObjectVersion" if versioned else "s3:GetObject",
        bucket=bucket,
        bucket_account="" if bucket != first.bucket else first.bucket_account,
        access_point="",
        prefix=prefix,
        key=key,
        flags=(*first.flags, a.COPY_SOURCE),
    )
