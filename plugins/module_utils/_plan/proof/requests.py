# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Partial requests, as people write them in claims, as statements that the prover takes.

A partial request has the form of a request; what it leaves out may be anything, and principal, action, resource and
the values of its context may have wildcards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..._policy.building.perimeter import ENDPOINT, VPC, VPC_ARN
from ..._policy.language.arns import ACCOUNT, bucket_arn, object_arn, parse_arn, principal_arn_patterns
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError, Problem
from ..._policy.language.principals import ANONYMOUS, Kind, read_caller
from ..._policy.language.scalars import condition_values
from ..._policy.language.vocabulary import expand_action, find_key, misspelt_key, spell_key

KEYS = ("principal", "action", "resource", "through", "called_via", "context")
INTERNET = "internet"

#: Type of a condition key -> the operator that compares it with one of several values.
_OPERATORS = {
    "String": "StringLike",
    "ARN": "ArnLike",
    "Bool": "Bool",
    "Numeric": "NumericEquals",
    "Date": "DateEquals",
    "IPAddress": "IpAddress",
}
_NETWORKS = ((ENDPOINT, "StringEquals", "aws:SourceVpce"), (VPC, "StringEquals", "aws:SourceVpc"),
             (VPC_ARN, "ArnEquals", "aws:SourceVpcArn"))  # fmt: skip


class Conditions:
    """The conditions of a statement, one after another; of one operator and key only one can be."""

    def __init__(self) -> None:
        self.block: Raw = {}

    def add(self, operator: str, key: str, values: Any) -> bool:
        """Whether there was room for it."""
        keys = self.block.setdefault(operator, {})
        if key in keys:
            return bool(keys[key] == values)
        keys[key] = values
        return True


def as_list(value: Any) -> list[Any]:
    """A lone value stands for a list of one."""
    if value is None:
        return []
    return [value] if isinstance(value, (str, int, bool, Mapping)) else list(value)


def read_partial(raw: Any, place: str, buckets: Sequence[str], partition: str, problems: list[Problem]) -> list[Raw]:
    """The statements about the requests that a partial request stands for: one for each kind of principal in it.

    :param buckets: whose requests are meant where it names no resource.
    """
    if not isinstance(raw, Mapping):
        problems.append(Problem(place, f"A partial request is a mapping of {', '.join(KEYS)}."))
        return []
    for key in raw:
        if key not in KEYS:
            problems.append(Problem(f"{place}.{key}", f"A request has no {key!r}.", f"It has {', '.join(KEYS)}."))
    actions = read_actions(raw.get("action"), f"{place}.action", problems)
    resources = _resources(raw.get("resource"), f"{place}.resource", buckets, partition, problems)
    shared = Conditions()
    _path(raw.get("through"), f"{place}.through", shared, problems)
    _called_via(raw.get("called_via"), f"{place}.called_via", shared, problems)
    read_context(raw.get("context"), f"{place}.context", shared, problems)
    made = []
    for block in principal_conditions(raw.get("principal"), f"{place}.principal", partition, problems):
        merged = {operator: dict(keys) for operator, keys in shared.block.items()}
        for operator, keys in block.items():
            if merged.get(operator, {}).keys() & keys.keys():
                twice = ", ".join(sorted(merged[operator].keys() & keys.keys()))
                problems.append(
                    Problem(f"{place}.context", f"{twice} follows from the principal.", "Leave the key out.")
                )
            merged[operator] = {**merged.get(operator, {}), **keys}
        made.append(about(actions, resources, merged))
    return made


def about(actions: Sequence[str], resources: Sequence[str], condition: Mapping[str, Any] | None = None) -> Raw:
    """A statement about requests."""
    made: Raw = {"Effect": "Allow", "Principal": "*", "Action": list(actions), "Resource": list(resources)}
    return {**made, "Condition": dict(condition)} if condition else made


def of_buckets(buckets: Sequence[str], partition: str) -> list[str]:
    """The buckets and all their objects."""
    return [arn for bucket in buckets for arn in (bucket_arn(bucket, partition), object_arn(bucket, partition))]


def read_actions(value: Any, place: str, problems: list[Problem]) -> list[str]:
    """The actions of a claim; none given means every action of S3."""
    actions = as_list(value)
    for action in actions:
        if not isinstance(action, str) or not action.lower().startswith("s3:"):
            problems.append(Problem(place, f"{action!r} is no action of S3.", "Write one such as 's3:GetObject'."))
        elif not expand_action(action):
            problems.append(Problem(place, f"No action of S3 is known that {action!r} names.", "Look at its spelling."))
    return [str(action) for action in actions] or ["s3:*"]


def _resources(value: Any, place: str, buckets: Sequence[str], partition: str, problems: list[Problem]) -> list[str]:
    given = as_list(value)
    for one in given:
        arn = parse_arn(one) if isinstance(one, str) else None
        if one != "*" and (arn is None or not arn.service.startswith("s3")):
            problems.append(
                Problem(place, f"{one!r} is no resource of S3.", "Give an ARN such as 'arn:aws:s3:::bucket/key'.")
            )
    return [str(one) for one in given] or of_buckets(buckets, partition) or ["*"]


def principal_conditions(value: Any, place: str, partition: str, problems: list[Problem]) -> list[Raw]:
    """A block of conditions for each kind of principal among those given; of none given an empty one: everybody."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for one in as_list(value):
        if one == "*":
            return [{}]
        found = _principal(str(one), partition)
        if isinstance(found, Problem):
            problems.append(Problem(place, found.rule, found.remedy))
            continue
        operator, key, texts = found
        kinds.setdefault((operator, key), []).extend(texts)
    blocks: list[Raw] = [{operator: {key: texts}} for (operator, key), texts in kinds.items()]
    return blocks if as_list(value) else [{}]


def _principal(text: str, partition: str) -> tuple[str, str, list[str]] | Problem:
    if text == ANONYMOUS:
        return "StringEquals", "aws:PrincipalType", ["Anonymous"]
    if ACCOUNT.fullmatch(text):
        return "StringEquals", "aws:PrincipalAccount", [text]
    if text.startswith("o-"):
        return "StringEquals", "aws:PrincipalOrgID", [text]
    caller = read_caller(text, partition)
    if caller is not None and caller.kind is Kind.SERVICE:
        return "StringEquals", "aws:PrincipalServiceName", [text]
    try:
        return "ArnLike", "aws:PrincipalArn", list(principal_arn_patterns(text))
    except PolicyError as error:
        one = error.problems[0]
        return Problem("", one.rule, f"{one.remedy} Or give an account id, in quotes, 'anonymous', or a service.")


def network_condition(name: Any) -> Raw | None:
    """The condition of requests through an endpoint or a VPC, by id or by the ARN of the VPC; ``None``: it is none."""
    for form, operator, key in _NETWORKS:
        if isinstance(name, str) and form.fullmatch(name):
            return {operator: {key: name}}
    return None


def _path(value: Any, place: str, into: Conditions, problems: list[Problem]) -> None:
    if value is None:
        return
    if value == INTERNET:
        into.add("Null", "aws:SourceVpce", "true")
        into.add("Bool", "aws:ViaAWSService", "false")
        return
    found = network_condition(value)
    if found is None:
        problems.append(
            Problem(place, f"{value!r} is no network path.", "Give 'internet', or the id of an endpoint or of a VPC.")
        )
        return
    for operator, keys in found.items():
        for key, name in keys.items():
            into.add(operator, key, name)


def _called_via(value: Any, place: str, into: Conditions, problems: list[Problem]) -> None:
    services = as_list(value)
    for one in services:
        caller = read_caller(one, "aws") if isinstance(one, str) else None
        if caller is None or caller.kind is not Kind.SERVICE:
            problems.append(Problem(place, f"{one!r} is no service.", "Write 'athena.amazonaws.com'."))
    if services:
        into.add("Bool", "aws:ViaAWSService", "true")
        into.add("ForAnyValue:StringEquals", "aws:CalledVia", [str(one) for one in services])


def read_context(value: Any, place: str, into: Conditions, problems: list[Problem]) -> None:
    """The conditions that a context of condition keys and their values (``None``: absent) amounts to."""
    if value is None:
        return
    if not isinstance(value, Mapping):
        problems.append(Problem(place, "The context is a mapping of condition keys to their values."))
        return
    for name, given in value.items():
        problems += _key(str(name), given, f"{place}.{name}", into)


def _key(name: str, given: Any, place: str, into: Conditions) -> Iterator[Problem]:
    meant = misspelt_key(name)
    if ":" not in name or meant:
        remedy = f"Did you mean {meant!r}?" if meant else "Write one such as 'aws:SourceIp'."
        yield Problem(place, f"{name!r} is not a known condition key.", remedy)
        return
    spelled, known = spell_key(name), find_key(name)
    if given is None:
        fits = into.add("Null", spelled, "true")
    else:
        values = condition_values(given)
        if not values:
            yield Problem(place, f"The value of {name!r} is not a string, boolean or number, nor a list of them.")
            return
        operator = _OPERATORS.get(known.type if known else "String", "StringLike")
        several = "ForAnyValue:" if known and known.multi else ""
        fits = into.add(several + operator, spelled, list(values))
    if not fits:
        yield Problem(
            place, f"{spelled} is said twice, and not the same.", "No request is both: leave one of the two out."
        )
