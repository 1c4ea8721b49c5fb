# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A request that AWS could be asked to authorize.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-reqcontext.html,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..language.arns import ACCOUNT, PARTITIONS, parse_arn
from ..language.errors import Problem, RequestError
from ..language.logic import Kleene
from ..language.principals import Caller, Kind, read_caller
from ..language.values import Context, Value
from ..language.vocabulary import (
    ACCESS_POINT,
    ACCESS_POINT_OBJECT,
    BUCKET,
    OBJECT,
    SERVICE,
    find_action,
)
from .context import (
    INTERNET,
    Path,
    add_supplied,
    form_keys,
    through_endpoint,
)

KEYS = ("principal", "action", "resource", "through", "called_via", "context")
_KEY_SET = frozenset(KEYS)

_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
_ENDPOINT = re.compile(r"vpce-[0-9A-Za-z]+")
_VPC = re.compile(r"vpc-[0-9A-Za-z]+")
_CALLING_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_ACCESS_POINT_RESOURCE = re.compile(r"accesspoint[:/][^/:]+(?P<object>[/:]object[/:].+)?", re.DOTALL)
#: Parts of a path given as a mapping -> how each looks, and how to say so.
_PATH_PARTS: dict[str, tuple[re.Pattern[str], str]] = {
    "vpce": (_ENDPOINT, "the id of an endpoint such as 'vpce-0123456789abcdef0'"),
    "vpc": (_VPC, "the id of a VPC such as 'vpc-0123456789abcdef0'"),
    "account": (ACCOUNT, "an account id of twelve digits"),
    "org": (re.compile(r"o-[a-z0-9]+"), "the id of an organization such as 'o-exampleorgid', or null"),
    "region": (re.compile(r"[a-z0-9-]+"), "a Region such as 'eu-central-1'"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request; make it with :meth:`from_mapping`.

    ``action`` is as it was given, ``context`` what is known of all keys, ``endpoint`` whether it passes an endpoint.
    """

    caller: Caller
    action: str
    action_key: str
    resource: str
    path: Path
    called_via: tuple[str, ...]
    context: Context
    endpoint: Kleene

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any]) -> Request:
        """The request ``{principal, action, resource, through?, called_via?, context?}``.

        - ``principal``: the ARN of a user, a role (a session of it), an assumed-role session, a federated user or a
          root user; an account's number (its root user); ``anonymous``; or a service: ``logging.s3.amazonaws.com``
        - ``through``: ``internet``, an endpoint's id, a VPC's id, or a mapping of ``vpce``, ``vpc``, ``account``,
          ``org`` (null: in none) and ``region`` of an endpoint; not known if it is missing
        - ``called_via``: the services that call on behalf of the principal, in their order
        - ``context``: condition key -> string, boolean, number or list of them; null: known to be absent

        :raises RequestError: with every problem of the request.
        """
        problems: list[Problem] = []
        if not isinstance(raw, Mapping):
            raise RequestError([Problem("", "A request is a mapping of principal, action and resource.")])
        for key in raw.keys() - _KEY_SET:
            problems.append(Problem(str(key), f"A request has no {key!r}.", f"It has {', '.join(KEYS)}."))
        for key in KEYS[:3]:
            if not isinstance(raw.get(key), str) or not raw[key]:
                problems.append(Problem(key, f"The {key} of a request is a non-empty string, not {raw.get(key)!r}."))
        if problems:
            raise RequestError(problems)
        action, resource = raw["action"], raw["resource"]
        action_key, types, problem = _read_action(action)
        if problem:
            problems.append(problem)
        partition = "" if problem else _partition(resource, action, types, problems)
        caller = _caller(raw["principal"], partition, problems)
        path = _path(raw.get("through"), problems)
        called_via = _called_via(raw.get("called_via"), problems)
        supplied = raw.get("context") or {}
        if not isinstance(supplied, Mapping):
            problems.append(Problem("context", "The context is a mapping of condition keys to their values."))
        if caller and called_via and not caller.signs:
            problems.append(
                Problem(
                    "called_via",
                    f"No service acts on behalf of {caller.text!r}.",
                    "They do on behalf of principals of an account.",
                )
            )
        if problems or caller is None:
            raise RequestError(problems)
        context = dict(form_keys(caller, path, called_via, partition))
        if supplied:
            add_supplied(context, path, supplied, problems)
            if problems:
                raise RequestError(problems)
            caller = _knowing(caller, context)
        return cls(
            caller=caller,
            action=action,
            action_key=action_key,
            resource=resource,
            path=path,
            called_via=called_via,
            context=context,
            endpoint=through_endpoint(context, path, called_via),
        )


def _knowing(caller: Caller, context: Context) -> Caller:
    """The caller, with what the context tells of its role and session."""
    if caller.kind is Kind.SESSION:
        arn = context["aws:principalarn"]
        return dataclasses.replace(caller, role_arn=arn[0]) if isinstance(arn, tuple) else caller
    if caller.kind is Kind.ROLE:
        user_id: Value = context["aws:userid"]
        if isinstance(user_id, tuple) and ":" in user_id[0]:
            return dataclasses.replace(caller, session=user_id[0].partition(":")[2])
    return caller


def _caller(text: str, partition: str, problems: list[Problem]) -> Caller | None:
    caller = read_caller(text, partition)
    if caller is None:
        problems.append(
            Problem(
                "principal",
                f"{text!r} is no principal that can call.",
                "Give the ARN of a user, a role, an assumed-role session, a federated user or a root user, an account "
                "id, 'anonymous', or a service such as 'logging.s3.amazonaws.com'.",
            )
        )
    elif caller.partition and partition and caller.partition != partition:
        problems.append(
            Problem(
                "principal",
                f"The principal is in the partition {caller.partition!r}, the resource in {partition!r}.",
                "Principals and buckets of different partitions do not meet.",
            )
        )
    return caller


@lru_cache(maxsize=1024)
def _read_action(text: str) -> tuple[str, frozenset[str], Problem | None]:
    """An action in lower case, the types of resources that it is known to be about, and what is wrong with it."""
    key, known = text.lower(), find_action(text)
    types = known.resource_types if known else frozenset[str]()
    if _ACTION.fullmatch(text):
        return key, types, None
    remedy = "Write the service and the name of one action, such as 's3:GetObject'."
    return key, types, Problem("action", f"{text!r} is no action of a request.", remedy)


def _partition(resource: str, action: str, types: frozenset[str], problems: list[Problem]) -> str:
    """The partition of the resource of an action, which is about resources of some types; empty if there is none."""
    if resource == "*":
        if not types:
            return "aws"
        problems.append(Problem("resource", f"{action} is about one resource, not about '*'.", "Give its ARN."))
        return ""
    arn = parse_arn(resource)
    if arn is None or arn.partition not in PARTITIONS:
        remedy = "Give an ARN such as 'arn:aws:s3:::bucket' or 'arn:aws:s3:::bucket/key'."
        problems.append(Problem("resource", f"{resource!r} is not the ARN of a resource.", remedy))
        return ""
    if not arn.service.startswith(SERVICE) and action.partition(":")[0].lower() == SERVICE:
        rule = f"{resource!r} is no resource of an S3 action."
        problems.append(Problem("resource", rule, "Give a bucket or an object."))
        return ""
    if types:
        kind = kind_of_resource(arn.resource, bool(arn.region or arn.account))
        if kind and kind not in types:
            rule = f"{action} does not apply to {resource!r}, of type {kind}."
            problems.append(Problem("resource", rule, f"Its resource is of the type {' or '.join(sorted(types))}."))
    return arn.partition


def kind_of_resource(resource: str, local: bool) -> str | None:
    """The type of an S3 resource as the table of actions has it; ``None`` for the rarer ones."""
    if not local:
        return OBJECT if "/" in resource else BUCKET
    found = _ACCESS_POINT_RESOURCE.fullmatch(resource)
    if not found:
        return None
    return ACCESS_POINT_OBJECT if found["object"] else ACCESS_POINT


def _path(through: Any, problems: list[Problem]) -> Path:
    if through is None or through == INTERNET:
        return INTERNET if through else None
    if isinstance(through, str):
        if path := _path_of_id(through):
            return path
    elif isinstance(through, Mapping) and through:
        return _path_of_parts(through, problems)
    shown = f"{through!r} is no path" if through else "The path through an endpoint says nothing"
    problems.append(
        Problem(
            "through",
            f"{shown} of a request.",
            f"Give 'internet', an endpoint's id, a VPC's id, or a mapping of {', '.join(_PATH_PARTS)}.",
        )
    )
    return None


@lru_cache(maxsize=1024)
def _path_of_id(text: str) -> Path:
    return next((((part, text),) for part in ("vpce", "vpc") if _PATH_PARTS[part][0].fullmatch(text)), None)


def _path_of_parts(through: Mapping[Any, Any], problems: list[Problem]) -> Path:
    for part, text in through.items():
        if part not in _PATH_PARTS:
            problems.append(
                Problem(
                    f"through.{part}", f"The path of a request has no {part!r}.", f"It has {', '.join(_PATH_PARTS)}."
                )
            )
            continue
        looks, said = _PATH_PARTS[part]
        if not (text is None and part == "org") and not (isinstance(text, str) and looks.fullmatch(text)):
            problems.append(Problem(f"through.{part}", f"{text!r} is not {said}."))
    return None if problems else tuple(sorted(through.items()))


def _called_via(raw: Any, problems: list[Problem]) -> tuple[str, ...]:
    if raw is None:
        return ()
    services = [raw] if isinstance(raw, str) else raw
    if not isinstance(services, (list, tuple)):
        services = [services]
    for service in services:
        if not isinstance(service, str) or not _CALLING_SERVICE.fullmatch(service):
            problems.append(Problem("called_via", f"{service!r} is no service.", "Write 'athena.amazonaws.com'."))
    return tuple(str(service) for service in services)
