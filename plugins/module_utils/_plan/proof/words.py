# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Requests in plain words, as they stand in verdicts, findings and refusals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..._policy.language.arns import parse_arn
from ..._policy.language.principals import ANONYMOUS, Kind, read_caller

INTERNET = "internet"
#: How the names begin that stand for any name which no document tells from others.
_ANY = "any-"
#: The same where nothing is known of the name but that it is one.
_SHORTEST = "x"
#: Keys that the other words of a sentence say already.
_SAID = frozenset(
    (
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principaltype",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:sourcevpce",
        "aws:sourcevpc",
        "aws:sourcevpcarn",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:viaawsservice",
        "aws:calledvia",
        "aws:calledviafirst",
        "aws:calledvialast",
        "aws:resourceaccount",
        "s3:resourceaccount",
        "aws:userid",
        "aws:username",
    )
)
_TLS, _TLS_VERSION = "aws:securetransport", "s3:tlsversion"


def sentence(request: Mapping[str, Any]) -> str:
    """``s3:GetObject on arn:aws:s3:::reports/x by any principal of account 111122223333 from the internet``.

    :param request: as the evaluator and the module access_check take it.
    """
    parts = [
        f"{request['action']} on {request['resource']}",
        f"by {principal(str(request['principal']))}",
        network_path(request),
        *carried(request),
    ]
    return " ".join(part for part in parts if part)


def principal(text: str) -> str:
    """Who makes a request, in words."""
    if text == ANONYMOUS:
        return text
    caller = read_caller(text, "aws")
    if caller is None:
        return text
    if caller.kind is Kind.SERVICE:
        return "any AWS service" if text.startswith(_ANY) else f"the AWS service {text}"
    if caller.kind is Kind.ROOT:
        return f"the root user of account {caller.account}"
    if caller.name.startswith(_ANY) or caller.name == _SHORTEST:
        if caller.kind in (Kind.ROLE, Kind.SESSION):
            return f"any principal of account {caller.account}"
        return f"any {caller.kind.value} of account {caller.account}"
    if caller.kind is Kind.SESSION and (caller.session or "").startswith(_ANY):
        return f"role {caller.name} of account {caller.account}"
    return text


def is_service(text: str) -> bool:
    """Whether an AWS service makes the request for itself."""
    caller = read_caller(text, "aws")
    return caller is not None and caller.kind is Kind.SERVICE


def network_path(request: Mapping[str, Any]) -> str:
    """The network path of a request, in words; empty if it is not known."""
    forwarded = request.get("called_via") or ()
    services = [forwarded] if isinstance(forwarded, str) else list(forwarded)
    if services:
        return f"forwarded by {' and '.join(services)}"
    through = request.get("through")
    if through is None:
        return ""
    if through == INTERNET:
        return "from the internet"
    if isinstance(through, Mapping):
        named = through.get("vpce") or through.get("vpc")
        return f"through {named}" if named else "through an endpoint"
    return f"through {through}"


def bucket_of(resource: str) -> str:
    """The bucket of a resource, or the resource itself where it has none."""
    arn = parse_arn(resource)
    return resource if arn is None or arn.account else arn.resource.partition("/")[0]


def carried(request: Mapping[str, Any]) -> list[str]:
    """What a request carries besides that tells it from others, such as ``without TLS``."""
    return list(_conditions(request.get("context") or {}))


def _conditions(context: Mapping[str, Any]) -> Iterator[str]:
    """What the context says besides, keys that are absent last."""
    lowered = {str(key).lower(): (str(key), value) for key, value in context.items()}
    if _TLS in lowered and str(lowered[_TLS][1]).lower() == "false":
        yield "without TLS"
    elif _TLS_VERSION in lowered and lowered[_TLS_VERSION][1] is not None:
        yield f"over TLS {lowered[_TLS_VERSION][1]}"
    told = [entry for key, entry in sorted(lowered.items()) if key not in _SAID and key not in (_TLS, _TLS_VERSION)]
    present = [f"{key} {_value(value)}" for key, value in told if value is not None]
    if present:
        yield f"with {', '.join(present)}"
    absent = [key for key, value in told if value is None]
    if absent:
        yield f"without {', '.join(absent)}"


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return " and ".join(map(_value, value))
    return repr(value) if isinstance(value, str) else str(value).lower()
