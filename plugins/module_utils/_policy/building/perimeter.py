# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The network perimeter of a bucket: Deny unless the request comes from where it may.

Several Deny statements add up, so two of them that each exempt one endpoint would deny both. Whoever may pass therefore
stands in ONE statement: an endpoint, a VPC and an exempted principal are values that the same statement exempts. The
statements bear fixed Sids that nobody else uses, so that a statement is told by its Sid to be ours; usual names such as
``DenyInsecureTransport`` are always somebody else's. :class:`Perimeter` is what they say, apart from how they say it.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html (the TLS example),
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ..language.arns import (
    ACCOUNT,
    bucket_arn,
    object_arn,
    principal_arn_patterns,
)
from ..language.document import Raw, strings
from ..language.errors import PolicyError
from ..language.scalars import condition_values
from ..language.vocabulary import spell_key
from .common import MANAGEMENT_ACTIONS, compact

NETWORK_SID = "PerimeterS3Network"
MANAGEMENT_SID = "PerimeterS3Management"
TLS_SID = "PerimeterS3Tls"
PERIMETER_SIDS = (NETWORK_SID, MANAGEMENT_SID, TLS_SID)

EVERY_ACTION = ("s3:*",)
ENDPOINT = re.compile(r"vpce-[0-9a-f]{8,17}")
VPC = re.compile(r"vpc-[0-9a-f]{8,17}")
VPC_ARN = re.compile(r"arn:aws[a-z-]*:ec2:[a-z0-9-]+:\d{12}:vpc/vpc-[0-9a-f]{8,17}")


@dataclass(frozen=True, slots=True)
class Perimeter:
    """Who may pass. The lists are sorted and without repetition; an empty one exempts nobody.

    ``endpoints`` (``vpce-...``), ``vpcs`` (``vpc-...``, unique in a Region only) and ``vpc_arns`` are networks. The
    rest are exceptions: ``principals`` (patterns of ``aws:PrincipalArn``) and ``accounts`` may do everything from
    everywhere, ``managers`` (patterns) may from everywhere read and repair the policy. ``services`` exempts AWS
    services that act for themselves (log delivery, replication by the service), ``forwarded`` those that act for a
    user (Athena, ...). ``actions`` are what is denied; ``tls`` denies requests without TLS, whoever makes them.
    """

    endpoints: tuple[str, ...] = ()
    vpcs: tuple[str, ...] = ()
    vpc_arns: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    actions: tuple[str, ...] = EVERY_ACTION
    services: bool = False
    forwarded: bool = False
    tls: bool = False

    @property
    def networks(self) -> tuple[str, ...]:
        """Every network that may pass."""
        return self.endpoints + self.vpcs + self.vpc_arns

    def union(self, other: Perimeter) -> Perimeter:
        """What exempts all whom either exempts, and denies all actions that either denies."""
        return Perimeter(**{name: _join(getattr(self, name), getattr(other, name)) for name in _FIELDS})

    def with_networks(self, networks: Collection[str]) -> Perimeter:
        """The same with those of its networks only that are among these, of whatever kind."""
        return replace(
            self,
            endpoints=tuple(name for name in self.endpoints if name in networks),
            vpcs=tuple(name for name in self.vpcs if name in networks),
            vpc_arns=tuple(name for name in self.vpc_arns if name in networks),
        )


_FIELDS = tuple(entry.name for entry in fields(Perimeter))


def perimeter_statements(perimeter: Perimeter, bucket: str, partition: str) -> list[Raw]:
    """The statements of a bucket's policy that make up this perimeter.

    Managers are exempted for what repairs the policy, not for what is in the bucket: that takes a second statement,
    and the first leaves these actions to it. Without managers the one statement is that of AWS's examples.
    """
    both = compact((bucket_arn(bucket, partition), object_arn(bucket, partition)))
    statements: list[Raw] = []
    if perimeter.networks:
        exempted = _exempted(perimeter, perimeter.principals)
        managers = tuple(manager for manager in perimeter.managers if manager not in perimeter.principals)
        if managers and perimeter.actions == EVERY_ACTION:
            covered: Raw = {"NotAction": list(MANAGEMENT_ACTIONS)}
        else:
            covered = {"Action": compact(perimeter.actions)}
        statements.append(_deny(NETWORK_SID, covered, both, exempted))
        if "NotAction" in covered:
            repair: Raw = {"Action": list(MANAGEMENT_ACTIONS)}
            trusted = _exempted(perimeter, perimeter.principals + managers)
            statements.append(_deny(MANAGEMENT_SID, repair, bucket_arn(bucket, partition), trusted))
    if perimeter.tls:
        # Between its own services S3 withholds the key from the request, so they are told apart; IfExists, because an
        # anonymous request does not have the second key and is to be denied too.
        insecure: Raw = {"Bool": {"aws:SecureTransport": "false"}}
        if perimeter.services:
            insecure["BoolIfExists"] = {"aws:PrincipalIsAWSService": "false"}
        statements.append(_deny(TLS_SID, {"Action": "s3:*"}, both, insecure))
    return statements


def read_perimeter(statements: Iterable[Any]) -> Perimeter | None:
    """What the perimeter's statements among these (raw) ones say; ``None`` if the network's is not there.

    What does not belong into such a statement is passed over, so that building it again mends it.
    """
    found = _ours(statements)
    network = found.get(NETWORK_SID)
    if network is None:
        return None
    exempted, management = _read_condition(network), _read_condition(found.get(MANAGEMENT_SID, {}))
    principals = tuple(value for value in exempted["aws:PrincipalArn"] if _is_pattern(value))
    return Perimeter(
        endpoints=_matching(ENDPOINT, exempted["aws:SourceVpce"]),
        vpcs=_matching(VPC, exempted["aws:SourceVpc"]),
        vpc_arns=_matching(VPC_ARN, exempted["aws:SourceVpcArn"]),
        principals=principals,
        managers=tuple(
            value for value in management["aws:PrincipalArn"] if _is_pattern(value) and value not in principals
        ),
        accounts=_matching(ACCOUNT, exempted["aws:PrincipalAccount"]),
        actions=tuple(sorted(set(strings(network.get("Action", EVERY_ACTION)) or EVERY_ACTION))),
        services="false" in exempted["aws:PrincipalIsAWSService"],
        forwarded="false" in exempted["aws:ViaAWSService"],
        tls=TLS_SID in found,
    )


def read_repairs(statements: Iterable[Any]) -> Perimeter:
    """Whom the statement about managers exempts, as :func:`read_perimeter` reads the other: principals as ``managers``.

    Both statements exempt the same but for managers, unless somebody has edited one of them.
    """
    exempted = _read_condition(_ours(statements).get(MANAGEMENT_SID, {}))
    return Perimeter(
        endpoints=_matching(ENDPOINT, exempted["aws:SourceVpce"]),
        vpcs=_matching(VPC, exempted["aws:SourceVpc"]),
        vpc_arns=_matching(VPC_ARN, exempted["aws:SourceVpcArn"]),
        managers=tuple(value for value in exempted["aws:PrincipalArn"] if _is_pattern(value)),
        accounts=_matching(ACCOUNT, exempted["aws:PrincipalAccount"]),
        services="false" in exempted["aws:PrincipalIsAWSService"],
        forwarded="false" in exempted["aws:ViaAWSService"],
    )


def odd_conditions(statements: Iterable[Any]) -> tuple[str, ...]:
    """The conditions of the network's and the managers' statement that no perimeter has, as ``operator key value``.

    Each narrows a denial, so it exempts whom it is not true of.
    """
    found = _ours(statements)
    odd: list[str] = []
    for sid in (NETWORK_SID, MANAGEMENT_SID):
        block = found.get(sid, {}).get("Condition")
        for operator, keys in block.items() if isinstance(block, Mapping) else ():
            for key, value in keys.items() if isinstance(keys, Mapping) else ():
                known = _FORMS.get((str(operator).removesuffix("IfExists"), spell_key(str(key))))
                odd += [
                    f"{operator} {key} {one}"
                    for one in condition_values(value) or (str(value),)
                    if known is None or not known(one)
                ]
    return tuple(dict.fromkeys(odd))


def _ours(statements: Iterable[Any]) -> dict[str, Mapping[str, Any]]:
    return {
        entry["Sid"]: entry for entry in statements if isinstance(entry, Mapping) and entry.get("Sid") in PERIMETER_SIDS
    }


def _deny(sid: str, covered: Raw, resource: str | list[str], condition: Raw) -> Raw:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        **covered,
        "Resource": resource,
        "Condition": condition,
    }


def _exempted(perimeter: Perimeter, principals: tuple[str, ...]) -> Raw:
    """The condition that is true for all but those who may pass.

    A key that the request lacks makes a negated operator true, and so does IfExists for Bool: from outside of a VPC, or
    anonymous, one is denied.
    """
    rows = (
        ("StringNotEquals", "aws:SourceVpce", perimeter.endpoints),
        ("StringNotEquals", "aws:SourceVpc", perimeter.vpcs),
        ("ArnNotEquals", "aws:SourceVpcArn", perimeter.vpc_arns),
        ("StringNotEquals", "aws:PrincipalAccount", perimeter.accounts),
        ("ArnNotLike", "aws:PrincipalArn", principals),
        ("BoolIfExists", "aws:PrincipalIsAWSService", ("false",) if perimeter.services else ()),
        ("BoolIfExists", "aws:ViaAWSService", ("false",) if perimeter.forwarded else ()),
    )
    condition: Raw = {}
    for operator, key, values in rows:
        if values:
            condition.setdefault(operator, {})[key] = compact(values)
    return condition


class _Values(dict[str, tuple[str, ...]]):
    """Condition key -> its values, none for one that is not there."""

    def __missing__(self, key: str) -> tuple[str, ...]:
        return ()


def _read_condition(statement: Mapping[str, Any]) -> _Values:
    """The values under operators that exempt: the negated ones, and Bool."""
    found = _Values()
    block = statement.get("Condition")
    for operator, keys in block.items() if isinstance(block, Mapping) else ():
        base = str(operator).removesuffix("IfExists")
        if base != "Bool" and "Not" not in base:
            continue
        for key, value in keys.items() if isinstance(keys, Mapping) else ():
            spelled = spell_key(str(key))
            found[spelled] = tuple(sorted({*found[spelled], *(condition_values(value) or ())}))
    return found


def _matching(pattern: re.Pattern[str], values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for value in values if pattern.fullmatch(value))


def _is_pattern(value: str) -> bool:
    try:
        return principal_arn_patterns(value) == (value,)
    except PolicyError:
        return False


def _join(one: Any, other: Any) -> Any:
    if isinstance(one, bool):
        return one or other
    joined = set(one) | set(other)
    return EVERY_ACTION if EVERY_ACTION[0] in joined else tuple(sorted(joined))


def _is_false(value: str) -> bool:
    return value == "false"


#: What a perimeter asks for: (operator, key) -> whether a value has the form that it has there.
_FORMS: dict[tuple[str, str], Callable[[str], object]] = {
    ("StringNotEquals", "aws:SourceVpce"): ENDPOINT.fullmatch,
    ("StringNotEquals", "aws:SourceVpc"): VPC.fullmatch,
    ("ArnNotEquals", "aws:SourceVpcArn"): VPC_ARN.fullmatch,
    ("StringNotEquals", "aws:PrincipalAccount"): ACCOUNT.fullmatch,
    ("ArnNotLike", "aws:PrincipalArn"): _is_pattern,
    ("ArnNotEquals", "aws:PrincipalArn"): _is_pattern,
    ("Bool", "aws:PrincipalIsAWSService"): _is_false,
    ("Bool", "aws:ViaAWSService"): _is_false,
}
