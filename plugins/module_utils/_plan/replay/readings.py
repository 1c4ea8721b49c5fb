# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From an access to the requests that it can have been, which the evaluator decides.

Where a record leaves something open that is one of few things, there is a request for each; where it may be anything,
the evaluator is not told.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from ..._policy.evaluation.request import Request
from ..._policy.language.errors import RequestError
from ..._policy.language.principals import ANONYMOUS
from ..._policy.language.values import State
from ..history import access as a
from ..history import identity as who
from ..history.access import Access
from .setting import UNSUPPLIED, Setting

#: Stands for a service whose name is not told.
_SOME_SERVICE = "unnamed.amazonaws.com"
#: Of the services on the way, only the last is told.
_EARLIER = ("aws:calledvia", "aws:calledviafirst")
_LATEST = (*_EARLIER, "aws:calledvialast")
_SOMEBODY = "another-principal"
_SOME_KEY = "key"
_UNIQUE_ROLE, _UNIQUE_USER = "AROA", "AIDA"


class NotEvaluated(Exception):
    """Why an access cannot be decided."""


class Reading(NamedTuple):
    """A request that an access can have been; ``endpoint``: the id of the one whose policy it meets, or empty.

    ``everybody``: the bucket policy grants it by something that the evaluator does not know. ``at_point``: the same
    request of the access point that it goes through, which the policy of the endpoint has to let pass as well.
    """

    request: Request
    endpoint: str
    everybody: bool = False
    at_point: Request | None = None


def readings_of(access: Access, setting: Setting) -> list[Reading]:
    """The requests that an access can have been, at least one.

    :raises NotEvaluated: the record tells too little.
    """
    _check(access, setting)
    found = []
    try:
        for principal in _principals(access, setting):
            for through, via, endpoint, address in _ways(access, setting):
                request = _request(access, setting, principal, through, via, address)
                found.append(Reading(request, endpoint, access.kind == who.OAI, _at_point(access, request)))
    except RequestError as error:
        raise NotEvaluated(f"the record makes no request: {error.problems[0].rule}") from None
    return found


def _check(access: Access, setting: Setting) -> None:
    if not access.bucket:
        point = f"the access point {access.access_point}, and not its bucket" if access.access_point else ""
        raise NotEvaluated(f"the record tells {point}" if point else "the record does not tell the bucket")
    if not access.action:
        raise NotEvaluated(f"{access.operation} is no operation that is known")
    if not access.principal and not access.account and access.kind != who.OAI:
        told = {
            who.SERVICE: "the record does not name the service",
            who.FOREIGN: "the record tells the principal by a canonical id only",
        }
        raise NotEvaluated(told.get(access.kind, "the record does not tell the principal"))
    owner = setting.owners.get(access.bucket)
    if owner and access.bucket_account and access.bucket_account != owner:
        raise NotEvaluated(f"the bucket belonged to the account {access.bucket_account} then")


def _principals(access: Access, setting: Setting) -> list[str]:
    if access.kind == who.OAI:
        return [ANONYMOUS]
    if access.principal:
        return [access.principal]
    partition, account = a.partition_of(access.region), access.account
    if access.unique_id == account:
        return [f"arn:{partition}:iam::{account}:root"]
    # Any principal of the account: those that policies name, and one that they do not.
    return [f"arn:{partition}:iam::{account}:{rest}" for rest in _named_in(access, setting)]


def _named_in(access: Access, setting: Setting) -> list[str]:
    kinds = {_UNIQUE_ROLE: ("role",), _UNIQUE_USER: ("user",)}.get(access.unique_id[:4], ("role", "user"))
    texts = [
        setting.text(planned, kind, name)
        for planned in (False, True)
        for kind, name in (("buckets", access.bucket), ("endpoints", access.path))
    ]
    pattern = re.compile(rf"arn:[a-z-]+:(?:iam|sts)::{access.account}:(role|user|assumed-role)/([^\"]+)")
    found = dict.fromkeys(f"{kind}/{_SOMEBODY}" for kind in kinds)
    for kind, name in (match.groups() for text in texts for match in pattern.finditer(text)):
        if kind == "assumed-role":
            kind, name = "role", name.partition("/")[0]
        if kind in kinds:
            found[f"{kind}/{name.replace('*', 'x').replace('?', 'x')}"] = None
    return list(found)


#: through, called_via, the endpoint whose policy counts, the key for the address.
_Way: TypeAlias = tuple[Any, "list[str] | None", str, str]


def _ways(access: Access, setting: Setting) -> Iterator[_Way]:
    if access.kind == who.SERVICE:
        # The network is left out of calls from service to service.
        yield a.INTERNET, None, "", ""
    elif access.via:
        yield None, [access.via], "", ""
    elif a.AWS_INTERNAL in access.flags:
        yield None, [_SOME_SERVICE], "", ""
        yield a.INTERNET, None, "", ""
    elif access.path in a.PUBLIC:
        yield a.INTERNET, None, "", "aws:SourceIp"
    elif access.path == a.UNTOLD:
        yield None, None, "", ""
    elif access.path == a.PRIVATE:
        # Some endpoint, nobody knows which.
        for name in sorted({*setting.current.endpoints, *setting.planned.endpoints}):
            yield _through(name, access, setting), None, name, "aws:VpcSourceIp"
        yield {"region": access.region or "unknown"}, None, "", "aws:VpcSourceIp"
    else:
        yield from _through_named(access, setting)


def _through_named(access: Access, setting: Setting) -> Iterator[_Way]:
    known = access.path in setting.endpoints or any(
        setting.document(planned, "endpoints", access.path) is not UNSUPPLIED for planned in (False, True)
    )
    through = _through(access.path, access, setting)
    if known or not {a.CONSOLE, a.PUBLIC_ADDRESS} & {*access.flags}:
        yield through, None, access.path, "" if a.PUBLIC_ADDRESS in access.flags else "aws:VpcSourceIp"
        return
    # An endpoint of AWS's own, as the console has them, which S3 may show to policies or not.
    yield through, None, "", ""
    yield a.INTERNET, None, "", "aws:SourceIp" if a.PUBLIC_ADDRESS in access.flags else ""


def _through(name: str, access: Access, setting: Setting) -> dict[str, str | None]:
    known = dict(setting.endpoints.get(name, {}))
    if access.path == name and access.path_account:
        known.setdefault("account", access.path_account)
    if setting.in_organization(str(known.get("account") or "")) and setting.organization.get("id"):
        known.setdefault("org", str(setting.organization["id"]))
    return {"vpce": name, **known}


def _request(
    access: Access, setting: Setting, principal: str, through: Any, via: list[str] | None, address: str
) -> Request:
    """:raises RequestError: there is no such request."""
    raw: dict[str, Any] = {
        "principal": principal,
        "action": access.action,
        "resource": access.resource,
        "context": _context(access, setting),
    }
    if through is not None:
        raw["through"] = through
    if via:
        raw["called_via"] = via
    if address and access.address:
        raw["context"][address] = access.address
    request = Request.from_mapping(raw)
    untold: dict[str, Any] = {}
    if via:
        untold |= dict.fromkeys(_LATEST if via == [_SOME_SERVICE] else _EARLIER, State.PRESENT)
    if not access.principal and access.kind not in (who.OAI, ANONYMOUS):
        untold["aws:userid"] = State.PRESENT
    if untold:
        return dataclasses.replace(request, context={**request.context, **untold})
    return request


def _at_point(access: Access, request: Request) -> Request | None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-vpc.html: the policy of an endpoint has to
    allow a request on both, the access point and the bucket."""
    if not access.access_point.startswith("arn:"):
        return None
    key = "" if access.key is None else f"/object/{access.key or _SOME_KEY}"
    return dataclasses.replace(request, resource=f"{access.access_point}{key}")


def _context(access: Access, setting: Setting) -> dict[str, Any]:
    context: dict[str, Any] = {key: list(values) if values else None for key, values in access.context}
    if access.kind != who.SERVICE and (access.tls or access.via or a.AWS_INTERNAL in access.flags):
        # Calls that services make for somebody are AWS's own, and not told; they have TLS.
        context["aws:SecureTransport"] = "false" if access.tls == "none" else "true"
    organization = setting.organization.get("id")
    if organization:
        if setting.in_organization(access.account) and access.principal:
            context.setdefault("aws:principalorgid", str(organization))
        if setting.in_organization(setting.owners.get(access.bucket, access.bucket_account)):
            context.setdefault("aws:resourceorgid", str(organization))
    if access.access_point:
        context.setdefault("s3:dataaccesspointarn", access.access_point)
    return context
