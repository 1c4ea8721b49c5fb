# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which condition keys a request carries, and with which values, as far as its form tells.

The tables follow https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html; that S3
leaves network keys out when services call each other stands in example 6 of
https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html, and that the endpoint is not
preserved when a service acts on behalf of a caller in
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from ..language.arns import vpc_arn
from ..language.errors import Problem
from ..language.logic import Kleene
from ..language.principals import ANONYMOUS, Caller, Kind
from ..language.scalars import condition_values
from ..language.values import (
    Context,
    RoleOfSession,
    State,
    Value,
    find,
)
from ..language.vocabulary import misspelt_key, spell_key

SOURCE_IP = "aws:sourceip"
#: Keys of every request through an endpoint, and of no other.
ENDPOINT_KEYS = ("aws:sourcevpce", "aws:sourcevpc", "aws:sourcevpcarn", "aws:vpcsourceip", "aws:vpceaccount")
#: Keys of some requests through an endpoint: those of one in an organization.
_ORG_KEYS = ("aws:vpceorgid", "aws:vpceorgpaths")
RESOURCE_ACCOUNT_KEYS = ("aws:resourceaccount", "s3:resourceaccount")

_CALLED_VIA = ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast")
_ALWAYS = ("aws:currenttime", "aws:epochtime", "aws:requestedregion")
_OF_SERVICES = (
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
)
_WITHOUT_ORG = ("aws:principalorgid", "aws:principalorgpaths", "aws:principaltag/", "aws:username")
#: Not told of calls from service to service, even where other requests have them.
_REDACTED = (SOURCE_IP, "aws:vpcsourceip")
_TYPES = {
    Kind.USER: "User",
    Kind.ROLE: "AssumedRole",
    Kind.SESSION: "AssumedRole",
    Kind.FEDERATED: "FederatedUser",
    Kind.ROOT: "Account",
}
#: Parts of a path -> the key that each is the value of.
_PATH_KEYS = {
    "vpce": "aws:sourcevpce",
    "vpc": "aws:sourcevpc",
    "account": "aws:vpceaccount",
    "org": "aws:vpceorgid",
}

INTERNET = "internet"
#: A path, made hashable: the internet, the parts of an endpoint's description, or nothing known.
Path: TypeAlias = "str | tuple[tuple[str, str | None], ...] | None"


def _all(keys: Iterable[str], state: State) -> dict[str, Value]:
    return dict.fromkeys(keys, state)


def caller_keys(caller: Caller) -> Context:
    """The keys that the principal of a request decides."""
    if caller.kind is Kind.SERVICE:
        return {
            **_all(_WITHOUT_ORG, State.ABSENT),
            "aws:principalisawsservice": ("true",),
            "aws:principalservicename": (caller.name,),
        }
    form: dict[str, Value] = {**_all(_OF_SERVICES, State.ABSENT), "aws:securetransport": State.PRESENT}
    if not caller.signs:
        return {
            **form,
            **_all((*_WITHOUT_ORG, "aws:principalarn", "aws:principalisawsservice"), State.ABSENT),
            "aws:principalaccount": (ANONYMOUS,),
            "aws:userid": (ANONYMOUS,),
            "aws:principaltype": ("Anonymous",),
        }
    arn: Value = (caller.arn,)
    if caller.kind is Kind.SESSION:
        arn = RoleOfSession(caller.partition, caller.account, caller.name)
    return {
        **form,
        "aws:principalarn": arn,
        "aws:principalaccount": (caller.account,),
        "aws:principaltype": (_TYPES[caller.kind],),
        "aws:principalisawsservice": ("false",),
        "aws:username": (caller.name,) if caller.kind is Kind.USER else State.ABSENT,
        "aws:userid": (caller.account,) if caller.kind is Kind.ROOT else State.PRESENT,
    }


def path_keys(path: Path, called_via: tuple[str, ...], partition: str) -> Context:
    """The keys that the network path of a request decides, and the services on its way."""
    form = _all(_ALWAYS, State.PRESENT)
    if path == INTERNET:
        form |= {SOURCE_IP: State.PRESENT, **_all((*ENDPOINT_KEYS, *_ORG_KEYS), State.ABSENT)}
    elif isinstance(path, tuple):
        form |= {SOURCE_IP: State.ABSENT, **_all(ENDPOINT_KEYS, State.PRESENT)}
        parts = dict(path)
        for part, key in _PATH_KEYS.items():
            if part in parts:
                text = parts[part]
                form[key] = State.ABSENT if text is None else (text,)
        if parts.get("org", "") is None:
            form["aws:vpceorgpaths"] = State.ABSENT
        region, account, vpc = (parts.get(part) for part in ("region", "account", "vpc"))
        if region and account and vpc:
            form["aws:sourcevpcarn"] = (vpc_arn(vpc, partition, region, account),)
    if not called_via:
        return form | {"aws:viaawsservice": ("false",), **_all(_CALLED_VIA, State.ABSENT)}
    return form | {
        **_all((*ENDPOINT_KEYS, *_ORG_KEYS), State.ABSENT),
        "aws:viaawsservice": ("true",),
        "aws:calledvia": called_via,
        "aws:calledviafirst": called_via[:1],
        "aws:calledvialast": called_via[-1:],
    }


@lru_cache(maxsize=4096)
def form_keys(caller: Caller, path: Path, called_via: tuple[str, ...], partition: str) -> Context:
    """All keys that the form of a request decides."""
    form = {**path_keys(path, called_via, partition), **caller_keys(caller)}
    if caller.kind is Kind.SERVICE:
        for key in _REDACTED:
            if form.get(key) is State.PRESENT:
                del form[key]
    return form


def add_supplied(form: dict[str, Value], path: Path, supplied: Mapping[Any, Any], problems: list[Problem]) -> None:
    """Put the supplied keys into the form of a request on a path; what contradicts the form becomes a problem."""
    spelled: dict[str, str] = {}
    for given, raw in supplied.items():
        name = str(given)
        key, problem = _read_name(name)
        if key in spelled:
            rule = f"{name!r} and {spelled[key]!r} are the same key."
            problems.append(Problem(f"context.{name}", rule, "Condition keys have no case."))
            continue
        spelled[key] = name
        if problem:
            problems.append(problem)
            continue
        values = (raw,) if isinstance(raw, str) else () if raw is None else condition_values(raw)
        if values is None:
            rule = f"The value of {name!r} is not a string, boolean or number, nor a list of them."
            problems.append(Problem(f"context.{name}", rule))
            continue
        value: Value = values or State.ABSENT
        known = find(form, key)
        if known is State.UNKNOWN or known == value or _settles(known, value):
            form[key] = value
        else:
            rule = f"{name!r} {_shown(value)}, but {_expected(known)}."
            problems.append(Problem(f"context.{name}", rule, _REMEDY))
    if path is None:
        _agree_on_the_path(form, spelled, problems)
    if not spelled.keys().isdisjoint(RESOURCE_ACCOUNT_KEYS):
        _agree_on_the_account(form, spelled, problems)


@lru_cache(maxsize=1024)
def _read_name(name: str) -> tuple[str, Problem | None]:
    """The key that a name in the context stands for, and what is wrong with the name."""
    key, place = name.lower(), f"context.{name}"
    if ":" not in key:
        return key, Problem(place, f"{name!r} is no condition key.", "Write one such as 'aws:SourceVpce'.")
    if meant := misspelt_key(name):
        return key, Problem(place, f"{name!r} is not a known condition key.", f"Did you mean {meant!r}?")
    return key, None


_REMEDY = "The context gives values where principal, through and called_via leave them open."


def _settles(known: Value, value: Value) -> bool:
    """Whether a value says more than what is known already, and nothing else."""
    if known is State.PRESENT:
        return value is not State.ABSENT
    if isinstance(known, RoleOfSession):
        return isinstance(value, tuple) and len(value) == 1 and known.allows(value[0])
    return False


def _shown(value: Value) -> str:
    return f"is {', '.join(map(repr, value))}" if isinstance(value, tuple) else "is absent"


def _expected(known: Value) -> str:
    if isinstance(known, tuple):
        return f"the request makes it {', '.join(map(repr, known))}"
    if isinstance(known, RoleOfSession):
        return f"the session is one of a role {known.name!r} in the account {known.account}"
    return "such a request does not carry it" if known is State.ABSENT else "every such request carries it"


def _agree_on_the_path(form: dict[str, Value], spelled: Mapping[str, str], problems: list[Problem]) -> None:
    """Supplied network keys tell the path where nothing else does: a request has a public address or an endpoint."""
    valued = [key for key in (*ENDPOINT_KEYS, *_ORG_KEYS) if isinstance(form.get(key), tuple)]
    absent = [key for key in ENDPOINT_KEYS if form.get(key) is State.ABSENT and key in spelled]
    if valued and isinstance(form.get(SOURCE_IP), tuple):
        name = spelled.get(valued[0], spell_key(valued[0]))
        problems.append(
            Problem(
                f"context.{name}",
                f"A request carries either {spelled.get(SOURCE_IP, 'aws:SourceIp')!r} or {name!r}, never both.",
                "Through an endpoint there is no public address: the private one is aws:VpcSourceIp.",
            )
        )
    elif valued and absent:
        name = spelled[absent[0]]
        problems.append(
            Problem(
                f"context.{name}",
                f"{name!r} is absent, but {spell_key(valued[0])!r} says that the request came through an endpoint.",
                "Requests through an endpoint carry both.",
            )
        )
    elif valued:
        form.setdefault(SOURCE_IP, State.ABSENT)
    elif isinstance(form.get(SOURCE_IP), tuple):
        for key in (*ENDPOINT_KEYS, *_ORG_KEYS):
            form.setdefault(key, State.ABSENT)


def _agree_on_the_account(form: dict[str, Value], spelled: Mapping[str, str], problems: list[Problem]) -> None:
    """Both keys for the account of the resource have the same value."""
    given = {key: form[key] for key in RESOURCE_ACCOUNT_KEYS if isinstance(form.get(key), tuple)}
    if len(set(given.values())) > 1:
        name = spelled[RESOURCE_ACCOUNT_KEYS[1]]
        problems.append(Problem(f"context.{name}", f"{name!r} is not the same as aws:ResourceAccount."))
    for key in RESOURCE_ACCOUNT_KEYS:
        for value in given.values():
            form.setdefault(key, value)


def through_endpoint(context: Context, path: Path, called_via: tuple[str, ...]) -> Kleene:
    """Whether a request passes an endpoint, whose policy must then allow it."""
    if called_via or path == INTERNET:
        return False
    if path is not None or any(isinstance(context.get(key), tuple) for key in (*ENDPOINT_KEYS, *_ORG_KEYS)):
        return True
    absent = any(context.get(key) is State.ABSENT for key in ENDPOINT_KEYS)
    return False if absent or isinstance(context.get(SOURCE_IP), tuple) else None
