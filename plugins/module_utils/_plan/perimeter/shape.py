# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Buckets of one shape: what is true of one of them is true of all, but for the name.

Two buckets are of one shape if their policies, their grants, and the statements of the endpoint policy that can be
about them differ in nothing but the name of the bucket. Where that cannot be told by looking, a bucket is of a shape
of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..._policy.language.document import Raw, statement_list, strings
from ..._policy.proof.claim import Counterexample, Verdict
from .theorems import Subject

#: Stands for the name of the bucket; no name and no ARN has it.
NAMELESS = "\0"
_WILD = ("*", "?", "$")
_RESOURCES = ("Resource", "NotResource")


def shape_of(subject: Subject) -> str:
    """A text that is the same for buckets of one shape."""
    name, grant = subject.grant.bucket, subject.grant
    of_bucket = list(_statements(subject.policy, name, kept=True))
    of_endpoint = list(_statements(subject.endpoint_policy, name, kept=False))
    version = [None if one is None else one.get("Version") for one in (subject.policy, subject.endpoint_policy)]
    none = [subject.policy is None, subject.endpoint_policy is None]
    peers = sorted(subject.declaration.peers.get(name, ()))
    told_apart = subject.declaration.scope in ("pattern",) and name
    declared = [grant.actions, grant.prefixes, grant.principals, peers, told_apart]
    return json.dumps([of_bucket, of_endpoint, version, none, declared], sort_keys=True, default=str)


def _statements(document: Raw | None, name: str, kept: bool) -> Iterator[Any]:
    """The statements that can be about a bucket, without its name; ``kept``: all of them, whatever they are about."""
    for statement in statement_list(document) or [] if document else []:
        made = {key: _without(value, name) for key, value in statement.items() if key not in _RESOURCES}
        for element in _RESOURCES:
            if element in statement:
                given = strings(statement[element]) or ()
                made[element] = [
                    shown
                    for one in given
                    if (shown := _resource(one, name, kept or element == "NotResource")) is not None
                ]
        if kept or made.get("Resource") != []:
            yield made


def _resource(text: str, name: str, kept: bool) -> str | None:
    """A resource without the name of the bucket; ``None``: it cannot be about the bucket."""
    start, found, rest = text.partition(":::")
    if not found:
        # A wildcard may stand for fields, as in arn:aws:s3:*:*:bucket, so that it is about some buckets and not others.
        return f"{text} {name}" if text != "*" and any(sign in text for sign in _WILD) else text
    bucket = rest.partition("/")[0]
    if bucket == name:
        return f"{start}:::{NAMELESS}{rest.removeprefix(name)}"
    if rest in ("*", "*/*"):
        return text
    if not any(sign in bucket for sign in _WILD):
        return text if kept else None
    head = rest[: min(rest.index(sign) for sign in _WILD if sign in rest)]
    if name.startswith(head) or head.startswith(f"{name}/"):
        # Whether it fits hangs on the name, so the bucket is of its own shape.
        return f"{text} {name}"
    return text if kept else None


def _without(value: Any, name: str) -> Any:
    """A value in which the bucket's ARNs do not name it."""
    if isinstance(value, str):
        start, found, rest = value.partition(":::")
        if found and rest.partition("/")[0] == name:
            return f"{start}:::{NAMELESS}{rest.removeprefix(name)}"
        return value
    if isinstance(value, dict):
        return {key: _without(one, name) for key, one in value.items()}
    return [_without(one, name) for one in value] if isinstance(value, list) else value


def of_another(verdict: Verdict, name: str, other: str) -> Verdict:
    """What is true of a bucket, said of another one of the same shape."""
    if name == other or not (verdict.counterexamples or verdict.narrowed):
        return verdict
    named = re.compile(f":::{re.escape(name)}(?![A-Za-z0-9._-])")

    def renamed(value: Any) -> Any:
        if isinstance(value, str):
            return named.sub(f":::{other}", value)
        if isinstance(value, Mapping):
            return {key: renamed(one) for key, one in value.items()}
        return [renamed(one) for one in value] if isinstance(value, (list, tuple)) else value

    def example(one: Counterexample) -> Counterexample:
        return replace(one, request=renamed(one.request), reason=renamed(one.reason))

    return replace(
        verdict,
        counterexamples=tuple(map(example, verdict.counterexamples)),
        narrowed=tuple(replace(one, example=example(one.example)) for one in verdict.narrowed),
    )
