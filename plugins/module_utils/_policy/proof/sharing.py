# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Many claims: those that differ in the name of their bucket only are proved once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, cast

from ..evaluation.layers import ASSUME_ALLOW
from ..language.document import statement_list, strings
from ..language.patterns import Wild, can_meet, pattern
from .claim import Claim, Counterexample, Declaration, Narrowed, Passing, Setting, Verdict
from .prove import Options, prove


def prove_all(claims: Iterable[Claim | Passing], options: Options | None = None) -> list[Verdict]:
    """The verdicts of many claims, each about one bucket; those that differ in its name only are proved once.

    :raises PolicyError: as :func:`prove`.
    """
    options = options or Options()
    known_shapes: dict[str, tuple[str, Verdict]] = {}
    found = []
    for claim in claims:
        shape = _shape(claim)
        if shape is None:
            found.append(prove(claim, options))
            continue
        text, arn = shape
        if text not in known_shapes:
            known_shapes[text] = (arn, prove(claim, options))
        other, verdict = known_shapes[text]
        found.append(verdict if arn == other else _renamed(verdict, arn=other, other=arn))
    return found


#: Resources that are about every bucket alike.
_ALIKE_FOR_ALL = ("*", "arn:{}:s3:::*", "arn:{}:s3:::*/*")
#: What stands for the ARN of a claim's bucket.
_MARK = "\x00"


def _shape(claim: Claim | Passing) -> tuple[str, str] | None:
    """A claim with a mark for its bucket, and the bucket's ARN; ``None`` if the name matters otherwise."""
    if len(claim.world.buckets) != 1:
        return None
    name, partition = claim.world.buckets[0].name, claim.world.partition
    arn = f"arn:{partition}:s3:::{name}"
    alike = tuple(text.format(partition) for text in _ALIKE_FOR_ALL)
    limit = claim.declared if isinstance(claim, Passing) else claim.within
    if limit is None or not all(_is_of(arn, one.get("Resource")) for one in limit.statements):
        return None
    kept = [_kept(one, arn, alike) for one in _raw_statements(claim)]
    if None in kept:
        return None
    world = replace(claim.world, buckets=(replace(claim.world.buckets[0], name=""),))
    rest = [getattr(claim, one.name) for one in fields(claim) if one.name not in _OF_DOCUMENTS]
    text = re.sub(f'{re.escape(arn)}(?=[/"])', _MARK, json.dumps([kept, repr(world), repr(rest)], sort_keys=True))
    return None if name.lower() in text.lower() else (text, arn)


_OF_DOCUMENTS = ("world", "passing", "unless", "within", "declared", "setting")


def _is_of(arn: str, resource: object) -> bool:
    texts = [resource] if isinstance(resource, str) else resource
    return isinstance(texts, list) and all(text == arn or str(text).startswith(f"{arn}/") for text in texts)


def _raw_statements(claim: Claim | Passing) -> Iterator[tuple[str, Any, Any]]:
    """The statements of a claim, each with its document, and what else a document says."""
    sides = {one: getattr(claim, one, None) for one in _OF_DOCUMENTS}
    for side, given in sides.items():
        if isinstance(given, Declaration):
            yield side, given.statements, None
        elif isinstance(given, Setting):
            documents = {**given.policies, **{f"endpoint {one}": text for one, text in given.endpoints.items()}}
            for place, document in documents.items():
                listed = statement_list(document) if isinstance(document, Mapping) else None
                if place == "bucket" or place.startswith("endpoint "):
                    rest = document if listed is None else {**document, "Statement": None}
                    yield f"{side} {place}", listed, rest
                else:
                    yield f"{side} {place}", None, document


def _kept(given: tuple[str, Any, Any], arn: str, alike: tuple[str, ...]) -> tuple[str, list[Any], Any] | None:
    """The statements of one document that are about a bucket; ``None`` where its name is told apart otherwise."""
    place, statements, rest = given
    if statements is None and not (rest is None or rest == ASSUME_ALLOW or place.endswith(" block_public_access")):
        return None
    kept = []
    for number, statement in enumerate(statements or ()):
        resources = strings(statement.get("Resource")) if isinstance(statement, Mapping) else None
        if resources is None:
            return None
        about = [text for text in resources if _can_be_of(arn, text)]
        if not all(text in alike or _is_of(arn, text) for text in about) or _compares(arn, statement.get("Condition")):
            return None
        if about:
            label = statement.get("Sid") or number
            kept.append({**statement, "Sid": label, "Resource": about})
    return place, kept, rest


def _can_be_of(arn: str, text: str) -> bool:
    """Whether a resource of a statement may be about a bucket or its objects."""
    shape = pattern(text)
    return "${" in text or can_meet(shape, (arn,)) or can_meet(shape, (f"{arn}/", Wild.RUN))


def _compares(arn: str, condition: object) -> bool:
    """Whether a condition has a pattern that tells the ARN of a bucket from others."""
    if isinstance(condition, str):
        return condition != "*" and any(sign in condition for sign in "*?") and can_meet(pattern(condition), (arn,))
    values = condition.values() if isinstance(condition, Mapping) else condition
    return isinstance(values, Iterable) and any(_compares(arn, value) for value in values)


def _renamed(verdict: Verdict, arn: str, other: str) -> Verdict:
    """A verdict about another bucket."""
    text = re.compile(f"{re.escape(arn)}(?![a-zA-Z0-9._-])")

    def renamed(value: Any) -> Any:
        if isinstance(value, str):
            return text.sub(lambda found: other, value)
        if isinstance(value, Mapping):
            return {key: renamed(one) for key, one in value.items()}
        if isinstance(value, (tuple, list)):
            return type(value)(map(renamed, value))
        if isinstance(value, (Counterexample, Narrowed, Verdict)):
            return replace(value, **{one.name: renamed(getattr(value, one.name)) for one in fields(value)})
        return value

    return cast(Verdict, renamed(verdict))
