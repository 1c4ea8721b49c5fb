# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Buckets that drifted alike: whatever changed a hundred policies changed most of them in the same way.

To prove what a change opens takes a second. Policies that differ in nothing but the name of their bucket are decided
alike, so one of them is decided, under a name that stands in for theirs, and the others take over what is found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from ..._policy.language.document import Raw
from .finding import Finding

#: Of a form that a bucket may have, so that nothing is decided otherwise because of it.
_STAND_IN = "perimeter-s3-stands-for-a-bucket"
_NAME = re.compile(r"[A-Za-z0-9._-]{3,255}\Z")
_EVERY_BUCKET = re.compile(r"\*|arn:aws[a-z-]*:s3:::\*\Z")
_RESOURCES = ("Resource", "NotResource")

Compare: TypeAlias = Callable[[str, "Raw | None", "Raw | None"], list[Finding]]


class Alike:
    """Compares the policies of many buckets, and those that are alike once.

    :param compare: the findings of a bucket: its name, its policy in force, the declared one.
    """

    def __init__(self, compare: Compare) -> None:
        self._compare = compare
        self._known: dict[str, list[Finding]] = {}

    def findings(self, bucket: str, live: Raw | None, declared: Raw | None) -> list[Finding]:
        text = stood_in(bucket, [live, declared])
        if text is None:
            return self._compare(bucket, live, declared)
        if text not in self._known:
            self._known[text] = self._compare(_STAND_IN, *json.loads(text))
        return [_of(bucket, each) for each in self._known[text]]


def stood_in(bucket: str, documents: list[Raw | None]) -> str | None:
    """The documents as text with the stand-in for the name of the bucket.

    ``None`` where the name itself may decide: a pattern that some names match, a name in a condition, other buckets.
    """
    if not _NAME.match(bucket):
        return None
    own = re.compile(rf"(arn:aws[a-z-]*:s3:::){re.escape(bucket)}(?=/|\Z)")
    try:
        renamed = [_renamed(document, own) for document in documents]
        before, text = json.dumps(documents), json.dumps(renamed)
    except (TypeError, ValueError):
        return None
    return None if bucket in text.replace(_STAND_IN, "") or _STAND_IN in before else text


def _renamed(document: Raw | None, own: re.Pattern[str]) -> Raw | None:
    if document is None:
        return None
    statements = document.get("Statement")
    if not isinstance(statements, list):
        raise TypeError(type(statements).__name__)
    return {**document, "Statement": [_statement(each, own) for each in statements]}


def _statement(statement: Raw, own: re.Pattern[str]) -> Raw:
    if not isinstance(statement, Mapping):
        raise TypeError(type(statement).__name__)
    found = {key: statement[key] for key in _RESOURCES if key in statement}
    return {**statement, **{key: _resources(value, own) for key, value in found.items()}}


def _resources(value: Any, own: re.Pattern[str]) -> Any:
    if isinstance(value, list):
        return [_resources(each, own) for each in value]
    if _EVERY_BUCKET.match(value):
        return value
    if not own.match(value):
        raise ValueError(value)
    return own.sub(rf"\g<1>{_STAND_IN}", value, count=1)


def _of(bucket: str, finding: Finding) -> Finding:
    def said(text: str) -> str:
        return text.replace(_STAND_IN, bucket)

    def document(found: Any) -> Any:
        return json.loads(said(json.dumps(found)))

    return replace(
        finding,
        resource=said(finding.resource),
        what=said(finding.what),
        before=document(finding.before),
        after=document(finding.after),
        opens=tuple(map(said, finding.opens)),
        cuts=tuple(map(said, finding.cuts)),
        remedy=said(finding.remedy),
    )
