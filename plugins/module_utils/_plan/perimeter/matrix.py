# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who reaches what on which network path, for people to look at: always, never, or depending on something.

Each cell stands for many requests, and what it says is proved of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..._policy.building.endpoint import Grant
from ..._policy.language.access_levels import PREFIX_KEY
from ..._policy.language.arns import bucket_arn, object_arn
from ..._policy.language.document import Raw
from ..._policy.proof.claim import HOLDS, REFUTED, Claim, Verdict
from ..._policy.proof.claim import Declaration as Declared
from ..._policy.proof.prove import prove
from ..proof.requests import network_condition
from ..proof.words import sentence
from .declared import Declaration, whole
from .theorems import Subject

ALWAYS, NEVER, DEPENDS, UNDECIDED = "always", "never", "depends", "undecided"
#: Network paths, as they stand in results.
ENDPOINT, WITHOUT_TLS, INTERNET, ANOTHER, ADDITIONAL, FORWARDED = (
    "endpoint",
    "endpoint_without_tls",
    "internet",
    "another_endpoint",
    "additional_endpoints",
    "forwarded_by_a_service",
)
#: Name of a column -> its actions; the last one has all others.
ACTIONS = {
    "get": ("s3:GetObject",),
    "put": ("s3:PutObject",),
    "delete": ("s3:DeleteObject",),
    "list": ("s3:ListBucket",),
    "put_policy": ("s3:PutBucketPolicy",),
    "other": (),
}
_NAMED = tuple(action for name, actions in ACTIONS.items() if name != "other" for action in actions)
ALL_KEYS, DECLARED_KEYS, OTHER_KEYS = "all keys", "declared prefixes", "other keys"
_TLS: Raw = {"Bool": {"aws:SecureTransport": "true"}}


@dataclass(frozen=True, slots=True)
class _Part:
    """Requests of one row, or of one network path: what all of them have in common."""

    label: str
    condition: Raw


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell of a row, and the requests that it stands for."""

    path: str
    name: str
    requests: list[Raw]


def matrix(subject: Subject) -> list[Raw]:
    """The rows of one bucket: ``principal``, ``keys`` and ``reach``, which has for each network path each action."""
    rows: list[Raw] = []
    for row in _rows(subject.declaration, subject.grant):
        paths = list(_paths(subject.declaration, row.label))
        for keys in _keys(subject.grant):
            cells = [
                _Cell(path.label, name, _requests(subject, name, keys, _both(row.condition, path.condition)))
                for path in paths
                for name in ACTIONS
            ]
            found: dict[str, Raw] = {path.label: {} for path in paths}
            for cell, said in _split(subject, cells, "path"):
                found[cell.path][cell.name] = said
            reach = {path: {name: cells[name] for name in ACTIONS} for path, cells in found.items()}
            same = next((one for one in rows if one["principal"] == row.label and one["reach"] == reach), None)
            if same is None:
                rows.append({"principal": row.label, "keys": [keys], "reach": reach})
            else:
                same["keys"].append(keys)
    return rows


def _split(subject: Subject, cells: list[_Cell], by: str) -> Iterator[tuple[_Cell, Raw]]:
    """What is to be said of each cell; cells of which the same is true are asked about together."""
    if len(cells) == 1:
        yield cells[0], _one(subject, cells[0].requests)
        return
    requests = [one for cell in cells for one in cell.requests]
    some = _never(subject, requests)
    if some.status == HOLDS:
        yield from ((cell, {"passes": NEVER}) for cell in cells)
        return
    if some.status == REFUTED and by == "name" and _always(subject, requests).status == HOLDS:
        yield from ((cell, _passing(subject, cell)) for cell in cells)
        return
    for group, step in _groups(cells, by):
        yield from _split(subject, group, step)


def _passing(subject: Subject, cell: _Cell) -> Raw:
    """What is to be said of a cell whose requests all pass, with one of its own: that of a group is of one cell."""
    some = _never(subject, cell.requests)
    if some.status == HOLDS:
        # There is no such request.
        return {"passes": NEVER}
    examples = [sentence(one.request) for one in some.counterexamples[:1]]
    return {"passes": ALWAYS, **({"example": examples[0]} if examples else {})}


#: Network paths that most policies treat alike, and actions.
_OUTSIDE = (INTERNET, ANOTHER, FORWARDED)
_OBJECTS = ("get", "put", "delete", "list")


def _groups(cells: list[_Cell], by: str) -> Iterator[tuple[list[_Cell], str]]:
    """Smaller groups: first by network path, then those outside by what is asked for, then each by itself."""
    if by == "path":
        outside = [cell for cell in cells if cell.path in _OUTSIDE]
        for path in dict.fromkeys(cell.path for cell in cells if cell.path not in _OUTSIDE):
            yield [cell for cell in cells if cell.path == path], "action"
        if outside:
            yield outside, "action"
    elif by == "action":
        objects = [cell for cell in cells if cell.name in _OBJECTS]
        if objects:
            yield objects, "name"
        for name in dict.fromkeys(cell.name for cell in cells if cell.name not in _OBJECTS):
            yield [cell for cell in cells if cell.name == name], "name"
    elif len({cell.name for cell in cells}) > 1:
        for name in dict.fromkeys(cell.name for cell in cells):
            yield [cell for cell in cells if cell.name == name], "name"
    else:
        yield from (([cell], "name") for cell in cells)


def _rows(declaration: Declaration, grant: Grant) -> Iterator[_Part]:
    account, arns = declaration.account, "aws:PrincipalArn"
    glass = [pattern for patterns in declaration.break_glass.values() for pattern in patterns]
    managers = [pattern for patterns in declaration.managers.values() for pattern in patterns]
    root = f"arn:{declaration.partition}:iam::{account}:root"
    named = [*grant.principals, *glass, *managers]
    if grant.principals:
        yield _Part("declared principals", {"ArnLike": {arns: list(grant.principals)}})
    label = f"{'other' if grant.principals else 'all'} principals of the account"
    own: Raw = {"StringEquals": {"aws:PrincipalAccount": account}}
    yield _Part(label, {**own, "ArnNotLike": {arns: [*named, root]}})
    if glass:
        yield _Part("break glass", {"ArnLike": {arns: glass}})
    if managers:
        yield _Part("managers", {"ArnLike": {arns: managers}})
    yield _Part("root user", {"ArnEquals": {arns: root}})
    others: Raw = {"StringNotEquals": {"aws:PrincipalAccount": account}, "Null": {arns: "false"}}
    yield _Part(
        "principals of other accounts",
        {
            **others,
            "Bool": {"aws:PrincipalIsAWSService": "false"},
            **({"ArnNotLike": {arns: named}} if named else {}),
        },
    )
    yield _Part("anonymous", {"StringEquals": {"aws:PrincipalType": "Anonymous"}})
    yield _Part(_SERVICES, {"Bool": {"aws:PrincipalIsAWSService": "true"}})


_SERVICES = "AWS services"


def _paths(declaration: Declaration, row: str) -> Iterator[_Part]:
    if row == _SERVICES:
        # They do not say how they come.
        yield _Part(INTERNET, {})
        return
    own: Raw = {"StringEquals": {"aws:SourceVpce": declaration.endpoint}}
    yield _Part(ENDPOINT, _both(own, _TLS))
    yield _Part(WITHOUT_TLS, _both(own, {"Bool": {"aws:SecureTransport": "false"}}))
    direct: Raw = {"Bool": {"aws:ViaAWSService": "false"}}
    yield _Part(INTERNET, _both({"Null": {"aws:SourceVpce": "true"}}, _both(direct, _TLS)))
    named = [declaration.endpoint, *(one for one in declaration.additional if one.startswith("vpce-"))]
    other: Raw = {"Null": {"aws:SourceVpce": "false"}, "StringNotEquals": {"aws:SourceVpce": named}}
    networks = [one for one in declaration.additional if one.startswith("vpc-")]
    if networks:
        other["StringNotEquals"]["aws:SourceVpc"] = networks
    arns = [one for one in declaration.additional if one.startswith("arn:")]
    if arns:
        other["ArnNotEquals"] = {"aws:SourceVpcArn": arns}
    yield _Part(ANOTHER, _both(other, _TLS))
    for name in declaration.additional:
        yield _Part(f"{ADDITIONAL} ({name})", _both(network_condition(name) or {}, _TLS))
    if row != "anonymous":
        yield _Part(FORWARDED, _both({"Bool": {"aws:ViaAWSService": "true"}}, _TLS))


def _keys(grant: Grant) -> tuple[str, ...]:
    return (DECLARED_KEYS, OTHER_KEYS) if grant.prefixes else (ALL_KEYS,)


def _one(subject: Subject, requests: list[Raw]) -> Raw:
    """What is to be said of the requests of one cell."""
    some = _never(subject, requests)
    if some.status == HOLDS:
        return {"passes": NEVER}
    every = _always(subject, requests)
    if some.status != REFUTED or every.status not in (HOLDS, REFUTED):
        return {"passes": UNDECIDED, "depends_on": some.reason or every.reason}
    example = sentence(some.counterexamples[0].request)
    if every.status == HOLDS:
        return {"passes": ALWAYS, "example": example}
    denied = every.counterexamples[0]
    return {
        "passes": DEPENDS,
        "example": example,
        "depends_on": denied.reason,
        "denied": sentence(denied.request),
    }


def _always(subject: Subject, requests: list[Raw]) -> Verdict:
    return prove(Claim("always", Declared(requests), subject.setting, subject.world))


def _never(subject: Subject, requests: list[Raw]) -> Verdict:
    return prove(Claim("never", subject.setting, None, subject.world, within=Declared(requests)))


def _requests(subject: Subject, name: str, keys: str, condition: Raw) -> list[Raw]:
    """The requests of a cell: those that are allowed here, less those that are denied."""
    partition, bucket = subject.declaration.partition, subject.grant.bucket
    actions = ACTIONS[name]
    if name == "other":
        made = _about(_NAMED, whole(bucket, partition), condition)
        return [{"NotAction": made.pop("Action"), **made}]
    if name == "put_policy":
        return [_about(actions, [bucket_arn(bucket, partition)], condition)]
    prefixes = [f"{prefix}*" for prefix in subject.grant.prefixes]
    if name == "list":
        narrowed: Raw = {"StringLike" if keys == DECLARED_KEYS else "StringNotLike": {PREFIX_KEY: prefixes}}
        merged = condition if keys == ALL_KEYS else _both(condition, narrowed)
        return [_about(actions, [bucket_arn(bucket, partition)], merged)]
    within = [object_arn(bucket, partition, prefix) for prefix in prefixes]
    if keys == DECLARED_KEYS:
        return [_about(actions, within, condition)]
    found = [_about(actions, [object_arn(bucket, partition)], condition)]
    # No other cell has these actions on these keys, so that it takes nothing out of those that are asked about with it.
    return [*found, {**_about(actions, within), "Effect": "Deny"}] if keys == OTHER_KEYS else found


def _about(actions: tuple[str, ...], resources: list[str], condition: Raw | None = None) -> Raw:
    made: Raw = {"Effect": "Allow", "Principal": "*", "Action": list(actions), "Resource": resources}
    return {**made, "Condition": condition} if condition else made


def _both(one: Raw, other: Raw) -> Raw:
    """Two blocks of conditions that hold together; no key is in both under one operator."""
    return {operator: {**one.get(operator, {}), **other.get(operator, {})} for operator in {**one, **other}}
