# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The condition keys that a record of CloudTrail tells beyond the form of the request, if policies compare them.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from .distinctions import Distinctions
from .identity import ROLE, SERVICE, Identity

#: The values of a key; none: the request did not carry it; ``None``: not told.
Told: TypeAlias = tuple[str, ...] | None
_From: TypeAlias = Callable[[Mapping[str, Any], Mapping[str, str]], Told]

#: Parameters of the query: a request that does not have one does not carry the key.
_PARAMETERS = {
    "s3:prefix": "prefix",
    "s3:delimiter": "delimiter",
    "s3:max-keys": "max-keys",
    "s3:versionid": "versionId",
}
_HEADERS = "s3:x-amz-"
_SIGNATURES = {"SIGV4": "AWS4-HMAC-SHA256", "SIGV4A": "AWS4-ECDSA-P256-SHA256", "SIGV2": "AWS"}
_AUTHENTICATION = {"AuthHeader": "REST-HEADER", "QueryString": "REST-QUERY-STRING", "HtmlForm": "POST"}


def _section(record: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    found: Any = record
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _text(value: Any) -> Told:
    return (str(value),) if value not in (None, "") else None


def _mfa(record: Mapping[str, Any], _parameters: Mapping[str, str]) -> Told:
    # Requests with credentials that do not expire do not carry it.
    if "sessionContext" not in _section(record, "userIdentity"):
        return ()
    return _text(_section(record, "userIdentity", "sessionContext", "attributes").get("mfaAuthenticated"))


def _session_value(name: str) -> _From:
    return lambda record, _parameters: _text(_section(record, "userIdentity", "sessionContext").get(name)) or ()


def _tls_version(record: Mapping[str, Any], _parameters: Mapping[str, str]) -> Told:
    version = _section(record, "tlsDetails").get("tlsVersion")
    return (str(version).upper().removeprefix("TLSV"),) if version else None


def _more(name: str, spelled: Mapping[str, str]) -> _From:
    def told(record: Mapping[str, Any], _parameters: Mapping[str, str]) -> Told:
        value = str(_section(record, "additionalEventData").get(name) or "")
        found = spelled.get(value) or spelled.get(value.upper())
        return (found,) if found else None

    return told


#: Key -> where a record has it. Times are left out: a request comes again at another one.
_TOLD: dict[str, _From] = {
    "aws:requestedregion": lambda record, _parameters: _text(record.get("awsRegion")),
    "aws:useragent": lambda record, _parameters: _text(record.get("userAgent")),
    "aws:multifactorauthpresent": _mfa,
    "aws:sourceidentity": _session_value("sourceIdentity"),
    "ec2:roledelivery": _session_value("ec2RoleDelivery"),
    "aws:federatedprovider": lambda record, _parameters: (
        _text(_section(record, "userIdentity", "sessionContext", "webIdFederationData").get("federatedProvider")) or ()
    ),
    "s3:tlsversion": _tls_version,
    "s3:authtype": _more("AuthenticationMethod", _AUTHENTICATION),
    "s3:signatureversion": _more("SignatureVersion", _SIGNATURES),
}
_USER_ID = "aws:userid"
#: What the form of a request decides: principal, path and services on the way have fields of their own.
_OF_THE_FORM = frozenset(
    f"aws:{name}"
    for name in (
        "calledvia",
        "calledviafirst",
        "calledvialast",
        "currenttime",
        "epochtime",
        "principalaccount",
        "principalarn",
        "principalisawsservice",
        "principalservicename",
        "principaltype",
        "resourceaccount",
        "securetransport",
        "sourceip",
        "sourcevpc",
        "sourcevpcarn",
        "sourcevpce",
        "tokenissuetime",
        "userid",
        "username",
        "viaawsservice",
        "vpceaccount",
        "vpcsourceip",
    )
)


def context_of(
    record: Mapping[str, Any],
    parameters: Mapping[str, str],
    identity: Identity,
    distinctions: Distinctions,
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The keys that policies compare and the record tells, in their order."""
    if identity.kind == SERVICE:
        return ()
    evaluated = _section(record, "eventContext", "requestContext") if "eventContext" in record else {}
    known = {str(name).lower(): value for name, value in evaluated.items()}
    found = []
    for key in _further(distinctions.keys):
        told = _evaluated(known[key]) if key in known else _told(key, record, parameters)
        if told is not None:
            found.append((key, tuple(distinctions.value(key, value) for value in told)))
    if distinctions.sessions and identity.kind == ROLE:
        given = _section(record, "userIdentity")
        user_id = str(given.get("principalId") or "")
        if ":" in user_id:
            found.append((_USER_ID, (distinctions.session(user_id, str(given.get("arn") or "")),)))
    return tuple(found)


@lru_cache(maxsize=64)
def _further(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key for key in keys if key not in _OF_THE_FORM)


def _told(key: str, record: Mapping[str, Any], parameters: Mapping[str, str]) -> Told:
    if key in _TOLD:
        return _TOLD[key](record, parameters)
    if key in _PARAMETERS:
        value = parameters.get(_PARAMETERS[key])
        return () if value is None else (value,)
    if key.startswith(_HEADERS):
        # Which headers CloudTrail writes down is not documented, so that one which is not there may have been.
        return _text(parameters.get(key.removeprefix("s3:")))
    return None


def _evaluated(value: Any) -> Told:
    """A key as IAM evaluated it, which event stores of CloudTrail Lake can be told to keep."""
    if isinstance(value, list):
        return tuple(map(str, value))
    return (str(value).lower() if isinstance(value, bool) else str(value),)
