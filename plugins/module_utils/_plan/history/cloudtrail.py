# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Records of CloudTrail, one by one: management, data and network activity events of S3.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html,
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from . import access as a
from .access import Access, Told
from .context import context_of
from .distinctions import Distinctions
from .identity import SERVICE, SESSION, UNREADABLE, Identity, identity_of, of_arn
from .message import Said, read_message
from .operations import (
    BATCH_DELETES,
    COPIES,
    WITHOUT_AUTHORIZATION,
    about_objects,
    actions_of,
    details_of,
    reads_objects,
)
from .subject import (
    Copied,
    bucket_of_resources,
    copied_by,
    is_access_point,
    owner_and_point,
    plain_parameters,
)

_S3 = "s3.amazonaws.com"
_NETWORK_TYPES = ("AwsVpceEvent", "AwsVpceEvents")
_NETWORK_CATEGORY = "NetworkActivity"
#: Categories of events that are no single requests -> why they are left out.
_NO_REQUESTS = {"Insight": a.INSIGHT, "Aggregated": a.AGGREGATED}
_NO_REQUEST_TYPES = {"AwsCloudTrailInsight": a.INSIGHT, "AwsAggregatedEvent": a.AGGREGATED}


def read_record(record: Mapping[str, Any], distinctions: Distinctions) -> Told | str:
    """What one record says, or why it is left out.

    Most records are of a kind that was there before: what an access is made of is gathered first, and looked up.

    :raises ValueError: it is no record of CloudTrail.
    """
    get = record.get
    if get("eventSource") != _S3:
        return _without_s3(record)
    event, source, error = str(get("eventName") or ""), _source(get), get("errorCode")
    if (reason := _left_out(get, event, source, error)) is not None:
        return reason
    at, _zoned = a.recorded_at(str(get("eventTime") or ""))
    if not event:
        raise ValueError("a record of CloudTrail without eventName")
    given, more, details = _dict(get("userIdentity")), _dict(get("additionalEventData")), _dict(get("tlsDetails"))
    parameters, resources = plain_parameters(get("requestParameters")), get("resources")
    endpoint = str(get("vpcEndpointId") or more.get("vpcEndpointId") or "")
    owner, point = owner_and_point(resources)
    bucket = parameters.get("bucketName") or bucket_of_resources(resources)
    if bucket and is_access_point(bucket):
        bucket, point = bucket_of_resources(resources), point or bucket
    copied = copied_by(parameters, resources, bucket) if event in COPIES else None
    if bucket or point:
        if not _concerns(bucket, endpoint, copied, distinctions):
            return a.OTHER_BUCKET
    elif source != a.NETWORK:
        return a.NO_BUCKET
    identity = identity_of(given)
    if identity.kind == SESSION:
        identity = identity._replace(principal=distinctions.session_arn(identity.principal))
    region, address = str(get("awsRegion") or ""), str(get("sourceIPAddress") or "")
    path, callers, compared = _path(endpoint, address, identity, distinctions)
    user = (identity.principal or identity.unique_id, event, bucket)
    failed = None
    if error in a.DENIALS:
        said = read_message(str(get("errorMessage") or ""))
        # Whoever is told by the record is not looked for in the message, in which each session is another.
        failed = error, said._replace(user="") if identity.principal else said
    made_of = (
        event,
        source,
        identity,
        bucket,
        _key_and_prefix(user, bucket, region, parameters, distinctions),
        path,
        callers and bool(endpoint) and not a.is_private(address),
        compared,
        get("vpcEndpointAccountId"),
        region,
        details.get("tlsVersion") or ("CipherSuite" in more and "TLS"),
        more.get("AuthenticationMethod"),
        more.get("aclRequired"),
        _is_console(get, identity),
        owner,
        point,
        failed,
        details_of(event, parameters),
        None if copied is None else _copied_cell(user, region, copied, distinctions),
        context_of(record, parameters, identity, distinctions) if distinctions.keys else (),
    )
    memory = distinctions.memory
    accesses = memory.get(made_of)
    if accesses is None:
        accesses = memory[made_of] = _accesses(made_of, parameters, distinctions)
    shared, event_id = get("sharedEventID"), get("eventID")
    told, request = shared or event_id, get("requestID")
    return (
        accesses,
        at,
        # Without an id, the same record is the same request.
        a.number_of(str(told) if told else json.dumps(record, sort_keys=True)),
        a.number_of(str(request)) if request else 0,
        bool(shared),
        0 if identity.principal else 1,
        str(event_id or ""),
        address if callers else "",
    )


def _concerns(bucket: str, endpoint: str, copied: Copied | None, distinctions: Distinctions) -> bool:
    """Whether a request may meet any of the policies; what is told by an access point only may be any bucket's."""
    if not bucket or distinctions.concerns(bucket, endpoint):
        return True
    return copied is not None and (not copied.bucket or distinctions.concerns(copied.bucket, endpoint))


def _source(get: Callable[..., Any]) -> str:
    category = get("eventCategory")
    if category == _NETWORK_CATEGORY or get("eventType") in _NETWORK_TYPES:
        return a.NETWORK
    return a.MANAGEMENT if category == "Management" or get("managementEvent") is True else a.DATA


def _left_out(get: Callable[..., Any], event: str, source: str, error: Any) -> str | None:
    """Why a record of S3 says nothing about who reaches what."""
    reason = _NO_REQUESTS.get(get("eventCategory")) or _NO_REQUEST_TYPES.get(get("eventType"))
    if reason:
        return reason
    if event in WITHOUT_AUTHORIZATION or error in a.BEFORE_AUTHORIZATION:
        return a.NO_AUTHORIZATION
    if source == a.NETWORK and error not in a.DENIALS:
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


def _key_and_prefix(
    user: tuple[str, ...], bucket: str, region: str, parameters: Mapping[str, str], distinctions: Distinctions
) -> tuple[str | None, str | None]:
    """A key that stands for that of the request, and what it begins with."""
    key = parameters.get("key")
    if key is not None:
        return distinctions.cell(user, bucket, a.partition_of(region), key)
    prefix = parameters.get("prefix")
    return None, None if prefix is None else distinctions.folder(user, a.shown_prefix(prefix))


def _copied_cell(
    user: tuple[str, ...], region: str, copied: Copied, distinctions: Distinctions
) -> tuple[str, str, str, str, bool]:
    key, prefix = distinctions.cell((*user, copied.bucket), copied.bucket, a.partition_of(region), copied.key)
    return copied.bucket, copied.point, key, prefix, copied.versioned


def _named(identity: Identity, said: Identity) -> Identity:
    """Who the message names, of whom the record has no more than the account."""
    if said.kind == UNREADABLE or (identity.account and said.account != identity.account):
        return identity
    return said._replace(unique_id=identity.unique_id, via=identity.via, internal=identity.internal)


def _accesses(
    made_of: tuple[Any, ...], parameters: Mapping[str, str], distinctions: Distinctions
) -> tuple[Access, ...]:
    """The accesses of a record that is made of this."""
    (
        event,
        source,
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
        owner,
        point,
        failed,
        _details,
        copied,
        context,
    ) = made_of
    error, (layer, said, action) = failed or ("", Said())
    if error == a.VPCE_ACCESS_DENIED:
        layer = "endpoint_policy"
    if said:
        identity = _named(identity, of_arn(said))
    flags = {
        a.CONSOLE: console,
        a.PRESIGNED: authentication == "QueryString",
        a.BATCH: event in BATCH_DELETES,
        a.ACL_REQUIRED: str(acl or "").lower() in ("yes", "true"),
        a.AWS_INTERNAL: identity.internal,
        a.PUBLIC_ADDRESS: public,
    }
    first = Access(
        source=source,
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
    if copied is not None and action:
        # One of the two was not allowed, and of the other nothing is told.
        if reads_objects(action):
            return (_source_of(first, *copied)._replace(action=action),)
        return (_about(first, action, distinctions),)
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


def _source_of(first: Access, bucket: str, point: str, key: str, prefix: str, versioned: bool) -> Access:
    """What a copy reads. It is another request of S3's, with the same caller and, we take it, on the same path."""
    return first._replace(
        action="s3:GetObjectVersion" if versioned else "s3:GetObject",
        bucket=bucket,
        bucket_account="" if bucket != first.bucket else first.bucket_account,
        access_point=point,
        prefix=prefix,
        key=key,
        flags=(*first.flags, a.COPY_SOURCE),
    )
