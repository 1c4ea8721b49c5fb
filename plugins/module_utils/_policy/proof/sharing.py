# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Many claims, each about one bucket: what is true of one of them is true of all that differ in its name only.

Claims that differ in more are still proved in parts. Where the perimeter's own Denies carry a claim, those of others do
not matter. Of what has to pass, a Deny that takes nothing of it away does not matter, which is asked once of each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple, cast

from ..evaluation.layers import ASSUME_ALLOW
from ..language.document import Raw, statement_list, strings
from ..language.patterns import ARN_FIELDS, Wild, can_meet, pattern
from .claim import HOLDS, Claim, Counterexample, Declaration, Narrowed, Passing, Setting, Verdict
from .prove import CORE_KEYS, Options, prove

#: Resources that are about every bucket alike.
_ALIKE_FOR_ALL = ("*", "arn:{}:s3:::*", "arn:{}:s3:::*/*")
#: What stands for the ARN of a claim's bucket.
_MARK = "\x00"
_OF_DOCUMENTS = ("world", "passing", "unless", "within", "declared", "setting")
_WILD = re.compile(r"[*?$]")


class Shape(NamedTuple):
    """A claim as text with a mark for the ARN of its bucket, and that ARN."""

    text: str
    arn: str


class _About(NamedTuple):
    """A statement, and those of its resources that may be about a bucket."""

    number: int
    statement: Mapping[str, Any]
    resources: list[str]


@dataclass(frozen=True, slots=True)
class _Indexed:
    """What a document says of buckets: by the ARN of a bucket, and what may be about any; by numbers of statements."""

    statements: list[Mapping[str, Any]]
    exact: dict[str, dict[int, list[str]]]
    loose: dict[int, list[str]]

    def about(self, arn: str) -> list[_About]:
        exact = self.exact.get(arn, {})
        numbers = sorted({*exact, *self.loose})
        return [_About(one, self.statements[one], [*exact.get(one, ()), *self.loose.get(one, ())]) for one in numbers]


@dataclass(slots=True)
class Shared:
    """Proves claims one after the other, and remembers what is true of a shape."""

    options: Options = field(default_factory=Options)
    _verdicts: dict[str, tuple[str, Verdict]] = field(default_factory=dict)
    _indexed: dict[int, _Indexed | None] = field(default_factory=dict)
    _given: list[object] = field(default_factory=list)
    _said: dict[tuple[int, str], list[Raw] | None] = field(default_factory=dict)
    #: What has to pass -> whether a statement takes something of it away.
    _parts: dict[str, dict[str, bool]] = field(default_factory=dict)

    def prove(self, claim: Claim | Passing) -> Verdict:
        """The verdict on a claim.

        :raises PolicyError: as :func:`prove.prove`.
        """
        shape = self.shape(claim)
        if shape is None:
            return prove(claim, self.options)
        known = self._verdicts.get(shape.text)
        if known is None:
            in_parts = self._in_parts(claim) if isinstance(claim, Passing) else self._by_core(claim)
            known = (shape.arn, in_parts or prove(claim, self.options))
            self._verdicts[shape.text] = known
        return renamed(known[1], known[0], shape.arn)

    def shape(self, claim: Claim | Passing) -> Shape | None:
        """What is the same for claims that differ in the name of their bucket; ``None`` if it matters otherwise."""
        if len(claim.world.buckets) != 1:
            return None
        name, partition = claim.world.buckets[0].name, claim.world.partition
        arn = f"arn:{partition}:s3:::{name}"
        limit = claim.declared if isinstance(claim, Passing) else claim.within
        if limit is None and isinstance(claim, Claim) and isinstance(claim.passing, Declaration):
            limit = claim.passing
        if limit is None or not all(_is_of(arn, one.get("Resource")) for one in limit.statements):
            return None
        alike = tuple(text.format(partition) for text in _ALIKE_FOR_ALL)
        kept: list[object] = []
        for side in _OF_DOCUMENTS:
            given = getattr(claim, side, None)
            if isinstance(given, Declaration):
                indexed = _index(given.statements)
                said = None if indexed is None else _kept(indexed.about(arn), arn, alike)
                if said is None:
                    return None
                kept.append((side, said))
            elif isinstance(given, Setting):
                for place, document in _documents(given):
                    of = self._kept(place, document, arn, alike)
                    if of is None:
                        return None
                    kept.append((side, place, of))
        world = replace(claim.world, buckets=(replace(claim.world.buckets[0], name=""),))
        rest = [getattr(claim, one.name) for one in fields(claim) if one.name not in _OF_DOCUMENTS]
        text = _marked(json.dumps([kept, repr(world), repr(rest)], sort_keys=True), arn)
        return None if name.lower() in text.lower() else Shape(text, arn)

    def _kept(self, place: str, document: Any, arn: str, alike: tuple[str, ...]) -> object | None:
        """What a document says of a bucket."""
        listed = place == "bucket" or place.startswith("endpoint ")
        if not listed or not isinstance(document, Mapping):
            is_known = document is None or document == ASSUME_ALLOW or place == "block_public_access"
            return [document] if is_known else None
        told = (id(document), arn)
        if told not in self._said:
            if id(document) not in self._indexed:
                # Kept, so that no other document gets its number.
                self._given.append(document)
                self._indexed[id(document)] = _index(statement_list(document))
            indexed = self._indexed[id(document)]
            self._said[told] = None if indexed is None else _kept(indexed.about(arn), arn, alike)
        said = self._said[told]
        return None if said is None else [{**document, "Statement": said}]

    def _by_core(self, claim: Claim) -> Verdict | None:
        """That a claim holds by its core, whatever else is denied; ``None`` if that does not carry it."""
        passing = claim.passing
        if not isinstance(passing, Setting):
            return None

        def is_core(statement: Mapping[str, Any]) -> bool:
            if claim.core:
                return statement.get("Sid") in claim.core
            return any(key.lower() in CORE_KEYS for keys in statement.get("Condition", {}).values() for key in keys)

        setting = _without(passing, lambda one: not is_core(one))
        if setting is None:
            return None
        reduced = replace(claim, passing=setting)
        shape = self.shape(reduced)
        if shape is None:
            return None
        if shape.text not in self._verdicts:
            self._verdicts[shape.text] = (shape.arn, prove(reduced, self.options))
        arn, verdict = self._verdicts[shape.text]
        return renamed(verdict, arn, shape.arn) if verdict.status == HOLDS else None

    def _in_parts(self, claim: Passing) -> Verdict | None:
        """What is true without the Denies that take nothing away; ``None`` if each of them may."""
        bare = self.shape(replace(claim, setting=Setting()))
        if bare is None or bare.text not in self._parts:
            # The first of its kind is proved at once: only where others follow, parts are shared.
            if bare is not None:
                self._parts[bare.text] = {}
            return None
        takes, arn = self._parts[bare.text], bare.arn
        document = claim.setting.policies.get("bucket") or {}

        def takes_nothing(statement: Mapping[str, Any]) -> bool:
            told = {key: value for key, value in statement.items() if key != "Sid"}
            text = _marked(json.dumps([told, document.get("Version")], sort_keys=True), arn)
            if text not in takes:
                alone = replace(claim, setting=Setting({"bucket": {**document, "Statement": [statement]}}))
                verdict = prove(alone, self.options)
                takes[text] = verdict.status != HOLDS or bool(verdict.narrowed)
            return not takes[text]

        setting = _without(claim.setting, takes_nothing)
        return None if setting is None else self.prove(replace(claim, setting=setting))


def prove_all(claims: Iterable[Claim | Passing], options: Options | None = None) -> list[Verdict]:
    """The verdicts of many claims.

    :raises PolicyError: as :func:`prove.prove`.
    """
    shared = Shared(options or Options())
    return [shared.prove(claim) for claim in claims]


def _marked(text: str, arn: str) -> str:
    return text.replace(f'{arn}"', f'{_MARK}"').replace(f"{arn}/", f"{_MARK}/")


def _documents(setting: Setting) -> Iterable[tuple[str, Any]]:
    yield from setting.policies.items()
    yield from ((f"endpoint {one}", document) for one, document in setting.endpoints.items())


def _without(setting: Setting, left_out: Callable[[Mapping[str, Any]], bool]) -> Setting | None:
    """A setting without some Denies of its bucket policy; ``None`` if that changes nothing."""
    document = setting.policies.get("bucket")
    statements = statement_list(document) if isinstance(document, Mapping) else None
    if statements is None or not all(isinstance(one, Mapping) for one in statements):
        return None
    # What has no name is known by its place, which is another one where some are left out.
    named = [{**one, "Sid": one.get("Sid") or f"Statement[{number}]"} for number, one in enumerate(statements)]
    kept = [one for one in named if one.get("Effect") != "Deny" or not left_out(one)]
    if len(kept) == len(named):
        return None
    bucket: Raw | None = {**document, "Statement": kept} if kept and document else None
    return replace(setting, policies={**setting.policies, "bucket": bucket})


def _index(statements: Sequence[Any] | None) -> _Indexed | None:
    if statements is None or not all(isinstance(one, dict) for one in statements):
        return None
    found = _Indexed(list(statements), {}, {})
    for number, statement in enumerate(statements):
        texts = strings(statement.get("Resource"))
        if texts is None:
            found.loose[number] = list(strings(statement.get("NotResource")) or ())
            continue
        for text in texts:
            arn = text.partition("/")[0]
            loose = _WILD.search(arn) is not None or arn.count(":") < ARN_FIELDS - 1
            into = found.loose if loose else found.exact.setdefault(arn, {})
            into.setdefault(number, []).append(text)
    return found


def _kept(statements: Iterable[_About], arn: str, alike: tuple[str, ...]) -> list[Raw] | None:
    """What statements say of a bucket; ``None`` where its name is told apart otherwise."""
    kept = []
    for number, statement, resources in statements:
        about = [text for text in resources if text in alike or _can_be_of(arn, text)]
        if not all(text in alike or _is_of(arn, text) for text in about) or _compares(arn, statement.get("Condition")):
            return None
        label = statement.get("Sid") or number
        if "Resource" in statement:
            if about:
                kept.append({**statement, "Sid": label, "Resource": about})
        elif "NotResource" in statement:
            kept.append({**statement, "Sid": label, "NotResource": resources})
        else:
            return None
    return kept


def _is_of(arn: str, resource: object) -> bool:
    texts = [resource] if isinstance(resource, str) else resource
    return isinstance(texts, list) and all(text == arn or str(text).startswith(f"{arn}/") for text in texts)


def _can_be_of(arn: str, text: str) -> bool:
    """Whether a resource of a statement may be about a bucket or its objects."""
    bucket = text.partition("/")[0]
    if _WILD.search(bucket) is None:
        # What is short may be completed by wildcards.
        return bucket == arn or bucket.count(":") < ARN_FIELDS - 1
    shape = pattern(text)
    return "${" in text or can_meet(shape, (arn,)) or can_meet(shape, (f"{arn}/", Wild.RUN))


def _compares(arn: str, condition: object) -> bool:
    """Whether a condition has a pattern that tells the ARN of a bucket from others."""
    if isinstance(condition, str):
        if condition == "*" or ("*" not in condition and "?" not in condition):
            return False
        return can_meet(pattern(condition), (arn,))
    values = condition.values() if isinstance(condition, dict) else condition
    return isinstance(values, Iterable) and any(_compares(arn, value) for value in values)


def renamed(verdict: Verdict, arn: str, other: str) -> Verdict:
    """A verdict about one bucket, said of another one."""
    if arn == other or not (verdict.counterexamples or verdict.narrowed or verdict.reason):
        return verdict
    # A dot may go on with another name, or end a sentence.
    text = re.compile(rf"{re.escape(arn)}(?!\.?[a-zA-Z0-9_-])")

    def of(value: Any) -> Any:
        if isinstance(value, str):
            return text.sub(lambda found: other, value) if arn in value else value
        if isinstance(value, dict):
            return {key: of(one) for key, one in value.items()}
        if isinstance(value, (tuple, list)):
            return type(value)(map(of, value))
        if isinstance(value, (Counterexample, Narrowed, Verdict)):
            return replace(value, **{one.name: of(getattr(value, one.name)) for one in fields(value)})
        return value

    return cast(Verdict, of(verdict))
