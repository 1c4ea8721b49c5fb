# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who asks for what, and on which way, to prove the reach of a bucket.

Asked are those who are declared, some whom nothing names, and those whom the bucket's policy names: a statement of
others that opens the bucket to one role, one key or one network is found only by asking for these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..._policy.building.endpoint import Grant
from ..._policy.building.perimeter import ENDPOINT, VPC, VPC_ARN
from ..._policy.evaluation.request import Request
from ..._policy.language.arns import bucket_arn, object_arn, parse_arn
from ..._policy.language.document import Document
from ..._policy.language.principals import ANONYMOUS, Kind, read_caller
from . import declared
from .declared import Ask, Declaration, Who

#: Ids and accounts that no document names: AWS has never issued them.
OTHER_ENDPOINT = "vpce-0ffffffffffffffff"
_OTHER_VPC = "vpc-0ffffffffffffffff"
_OTHER_ACCOUNT = "000000000000"
_SERVICE = "logging.s3.amazonaws.com"
_FORWARDING = "athena.amazonaws.com"
#: Of what a policy names, no more than these are tried.
_MAX_NAMED = 20

ALL_KEYS, DECLARED_KEYS, OTHER_KEYS, NAMED_KEYS = (
    "all keys",
    "declared prefixes",
    "other keys",
    "keys named in the bucket policy",
)
_KEY = "any-object"
#: What the usual request of today carries; a version that is too old for a bucket would be the client's fault.
_USUAL = {"s3:TlsVersion": "1.3"}
_NETWORK_KEYS = ("aws:sourcevpce", "aws:sourcevpc", "aws:sourcevpcarn")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a bucket: ``name`` in results, ``through`` as requests have it, ``said`` in sentences."""

    name: str
    through: Any
    said: str
    called_via: tuple[str, ...] = ()

    @property
    def passes_the_endpoint(self) -> bool:
        return self.name in (declared.ENDPOINT, declared.WITHOUT_TLS)

    def suits(self, who: Who) -> bool:
        """Whether such a caller comes that way at all."""
        if who.service:
            return self.name == declared.INTERNET
        return who.signs or not self.called_via


def everybody(declaration: Declaration) -> list[Who]:
    """Those who are asked for every bucket."""
    partition = declaration.partition
    return [
        *_named("break glass", _instances(declaration.break_glass, partition), declaration),
        *_named("managers", _instances(declaration.managers, partition), declaration),
        *_named("principals of other accounts", [f"arn:{partition}:iam::{_OTHER_ACCOUNT}:role/any"], declaration),
        *_named("anonymous", [ANONYMOUS], declaration),
        *_named("AWS services", [_SERVICE], declaration),
    ]


def concerned(declaration: Declaration, grant: Grant, document: Document | None) -> list[Who]:
    """Those who are asked for one bucket in particular."""
    account, partition = declaration.account, declaration.partition
    kind = "other principals" if grant.principals else "all principals"
    found = [
        *_named("declared principals", _instances(grant.principals, partition), declaration),
        *_named(f"{kind} of the account", [f"arn:{partition}:iam::{account}:role/any-workload"], declaration),
    ]
    everywhere = (*declaration.break_glass_patterns, *declaration.manager_patterns)
    known = {who.principal for who in found} | {*_instances(everywhere, partition)}
    named = [name for name in _instances(_of_policy(document, partition), partition) if name not in known]
    return [*found, *_named("principals named in the bucket policy", named[:_MAX_NAMED], declaration, found=True)]


def ways(declaration: Declaration, document: Document | None) -> Iterator[Way]:
    """The ways to a bucket: those that are declared, and those that its policy names besides."""
    network = {"vpce": declaration.endpoint, "vpc": declaration.vpc}
    account = declaration.endpoint_account or declaration.account
    own = {**network, "account": account, **({"region": declaration.region} if declaration.region else {})}
    yield Way(declared.ENDPOINT, own, f"through {declaration.endpoint}")
    yield Way(declared.INTERNET, "internet", "from the internet")
    other = {"vpce": OTHER_ENDPOINT, "vpc": _OTHER_VPC}
    yield Way(declared.ANOTHER, other, f"through another endpoint ({OTHER_ENDPOINT})")
    for name in _networks(document):
        if name not in declaration.networks and name not in declaration.peers:
            yield Way(declared.ANOTHER, network_of(name), f"through {name}, which is not declared")
    for name in declaration.additional:
        yield Way(declared.ADDITIONAL, network_of(name), f"through {name}")
    yield Way(declared.FORWARDED, "internet", f"forwarded by {_FORWARDING}", (_FORWARDING,))
    if declaration.tls:
        yield Way(declared.WITHOUT_TLS, own, f"through {declaration.endpoint} without TLS")


def asks(declaration: Declaration, grant: Grant, document: Document | None) -> list[Ask]:
    """What is asked for in a bucket."""
    bucket, partition = grant.bucket, declaration.partition
    whole = bucket_arn(bucket, partition)
    keys = [(DECLARED_KEYS, f"{prefix}{_KEY}") for prefix in grant.prefixes]
    keys.append((OTHER_KEYS if grant.prefixes else ALL_KEYS, _KEY))
    found = [Ask(declared.PUT_POLICY, whole, keys[0][0], "")]
    for label, key in keys:
        context = (("s3:prefix", key),) if grant.prefixes else ()
        found.append(Ask(declared.LIST, whole, label, key, context))
    keys += [(NAMED_KEYS, key) for key in _keys(document, object_arn(bucket, partition, "")) if key != _KEY]
    for label, key in keys:
        arn = object_arn(bucket, partition, key)
        named = label == NAMED_KEYS
        found += [Ask(action, arn, label, key, found=named) for action in (declared.GET, declared.PUT, declared.DELETE)]
    return found


class Requests:
    """Makes requests; those that differ in action and resource only share all that is worked out of the rest."""

    def __init__(self, declaration: Declaration) -> None:
        self._organization = declaration.organization
        self._some_object = object_arn("any-bucket", declaration.partition, _KEY)
        self._made: dict[Any, Request] = {}

    def make(self, who: Who, way: Way, ask: Ask, usual: bool) -> Request:
        """A request, a usual one or one of which no more is known than its form."""
        key = (who.principal, way.said, ask.context, usual)
        if key not in self._made:
            self._made[key] = self._base(who, way, ask, usual)
        base = self._made[key]
        return Request(
            caller=base.caller,
            action=ask.action,
            action_key=ask.action.lower(),
            resource=ask.resource,
            path=base.path,
            called_via=base.called_via,
            context=base.context,
            endpoint=base.endpoint,
        )

    def _base(self, who: Who, way: Way, ask: Ask, usual: bool) -> Request:
        context: dict[str, Any] = dict(ask.context)
        if way.name == declared.WITHOUT_TLS:
            context["aws:SecureTransport"] = False
        elif not who.service:
            # What S3 is asked by services does not say. What is not declared to pass is asked for every version of TLS.
            context |= {"aws:SecureTransport": True, **(_USUAL if usual else {})}
        if self._organization and who.own and who.signs:
            context.update({"aws:PrincipalOrgID": self._organization, "aws:ResourceOrgID": self._organization})
        return Request.from_mapping(
            {
                "principal": who.principal,
                "action": declared.GET,
                "resource": self._some_object,
                "through": way.through,
                "called_via": list(way.called_via),
                "context": context,
            }
        )


def _named(label: str, principals: Iterable[str], declaration: Declaration, found: bool = False) -> Iterator[Who]:
    for principal in principals:
        caller = read_caller(principal, declaration.partition)
        if caller is None or (caller.partition and caller.partition != declaration.partition):
            continue
        some = object_arn("any-bucket", declaration.partition, _KEY)
        request = Request.from_mapping({"principal": principal, "action": declared.GET, "resource": some})
        yield Who(
            label,
            principal,
            caller.account == declaration.account,
            request.context,
            caller.signs,
            caller.kind is Kind.SERVICE,
            found,
        )


def _instances(patterns: Iterable[str], partition: str) -> list[str]:
    """A principal for each pattern; what names nobody who can call (a canonical user, an id) is left out."""
    filled = (one.replace("*", "any").replace("?", "x") for one in patterns if one != "*")
    return [name for name in dict.fromkeys(filled) if read_caller(name, partition)]


def _of_policy(document: Document | None, partition: str) -> Iterator[str]:
    """The principals whom a policy names: whom it allows, and whom its denials spare."""
    for statement in document.statements if document else ():
        for names in (statement.principal, statement.not_principal):
            yield from (names or {}).get("AWS", ())
            yield from (names or {}).get("Service", ())
        for one in statement.conditions:
            values = [value for value in one.values if "$" not in value]
            if one.key.lower() == "aws:principalarn":
                yield from values
            elif one.key.lower() == "aws:principalaccount":
                yield from (f"arn:{partition}:iam::{account}:role/any" for account in values)


def _networks(document: Document | None) -> list[str]:
    """The networks that a policy names."""
    found = [
        value
        for statement in (document.statements if document else ())
        for one in statement.conditions
        if one.key.lower() in _NETWORK_KEYS
        for value in one.values
        if network_of(value) is not None
    ]
    return list(dict.fromkeys(found))[:_MAX_NAMED]


def _keys(document: Document | None, start: str) -> list[str]:
    """Keys that the Allow statements of a policy name."""
    found = [
        one.removeprefix(start).replace("*", _KEY).replace("?", "x")
        for statement in (document.statements if document else ())
        if statement.effect == "Allow"
        for one in statement.resources or ()
        if one.startswith(start) and "$" not in one
    ]
    return [key for key in dict.fromkeys(found) if key][:_MAX_NAMED]


def network_of(name: str) -> Mapping[str, str] | None:
    """The way through an endpoint or a VPC, by id or by the ARN of the VPC; ``None`` for anything else."""
    if ENDPOINT.fullmatch(name):
        return {"vpce": name}
    if VPC.fullmatch(name):
        return {"vpc": name}
    arn = parse_arn(name)
    if arn is None or not VPC_ARN.fullmatch(name):
        return None
    return {"vpc": arn.resource.removeprefix("vpc/"), "account": arn.account, "region": arn.region}
