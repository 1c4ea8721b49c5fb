# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The declaration that was learnt from use: no more than what was seen, each line with what it rests on; and what is
declared and was never seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional, TypeAlias

from ..._policy.building.endpoint import declared_grants
from ..._policy.language.access_levels import ACCESS_LEVELS, DEFAULT_ACCESS, is_about_objects, is_listing
from ..._policy.language.errors import PolicyError
from ..._policy.language.patterns import pattern, text_matcher
from ..._policy.language.principals import ANONYMOUS
from ..history import identity as who
from ..history.access import COPY_SOURCE, KEYS_UNTOLD, MANY, shown_time
from ..pasted import is_template
from .cause import (
    BREAK_GLASS_VARIABLE,
    BUCKETS_VARIABLE,
    ENDPOINTS_VARIABLE,
    FORWARDED_VARIABLE,
    PRESETS_VARIABLE,
    SERVICES_VARIABLE,
    Cause,
    is_declarable,
)
from .classes import Class
from .setting import Setting
from .verdict import LOSES, Verdict

#: More prefixes or principals than this are no least privilege, but a list that nobody reads.
_MOST_PREFIXES, _MOST_PRINCIPALS = 10, 20
#: Folders of a key that are told.
_FOLDERS = 2
_WHOLE_ACCOUNT = re.compile(r"arn:[a-z-]+:iam::(?P<account>\d{12}):root")
#: From the narrowest on; what is left is the list of the actions.
#: Management of the bucket is not access through the endpoint to what is in it.
_LISTS = (PRESETS_VARIABLE, ENDPOINTS_VARIABLE, BREAK_GLASS_VARIABLE)


@dataclass(slots=True)
class Rests:
    """What a line of the declaration rests on."""

    count: int = 0
    days: int = 0
    last: int = 0
    classes: list[int] = field(default_factory=list)

    def add(self, number: int, one: Class) -> None:
        self.count += one.seen.count
        self.days = max(self.days, one.seen.distinct_days)
        self.last = max(self.last, one.seen.last)
        self.classes.append(number)

    def as_dict(self) -> dict[str, Any]:
        last = shown_time(self.last) if self.last else None
        return {"count": self.count, "days": self.days, "last_seen": last, "classes": self.classes}


# Pylint of the sanity tests takes a class for no operand of "|" outside of annotations.
Found: TypeAlias = Sequence[tuple[Class, Verdict, Optional[Cause]]]  # noqa: UP045


def proposal_of(found: Found, setting: Setting) -> dict[str, Any]:
    """``{variables, evidence, left}``: what to declare, what each line rests on, and what nothing is proposed for."""
    variables: dict[str, Any] = {}
    evidence: list[dict[str, Any]] = []
    for bucket in sorted(setting.planned.buckets):
        seen = [(number, one) for number, (one, _verdict, _cause) in enumerate(found) if _is_use(one, bucket, setting)]
        if seen:
            entry, rests = _entry(bucket, seen)
            variables.setdefault(BUCKETS_VARIABLE, []).append(entry)
            evidence.append({"variable": BUCKETS_VARIABLE, "value": entry, **rests.as_dict()})
    lines: dict[tuple[str, str], Rests] = {}
    left: dict[tuple[str, str], Rests] = {}
    for number, (one, verdict, cause) in enumerate(found):
        if verdict.name != LOSES or cause is None or one.ignored or cause.variable == BUCKETS_VARIABLE:
            continue
        if cause.variable is None or cause.value is None or is_template(cause.value):
            left.setdefault((cause.name, cause.text), Rests()).add(number, one)
            continue
        for value in cause.value if cause.variable in _LISTS else [cause.value]:
            lines.setdefault((cause.variable, value), Rests()).add(number, one)
    # Break glass comes last: it lets through from everywhere.
    for (variable, value), rests in sorted(
        lines.items(), key=lambda line: (line[0][0] == BREAK_GLASS_VARIABLE, str(line))
    ):
        if variable in _LISTS:
            variables.setdefault(variable, []).append(value)
        else:
            variables[variable] = value
        evidence.append({"variable": variable, "value": value, **rests.as_dict()})
    return {
        "variables": variables,
        "evidence": evidence,
        "left": [{"cause": name, "text": text, **rests.as_dict()} for (name, text), rests in left.items()],
    }


def _is_use(one: Class, bucket: str, setting: Setting) -> bool:
    """Whether a class is use of a bucket through an endpoint whose policy is declared."""
    access = one.access
    return (
        access.bucket == bucket
        and not access.denied
        and not one.ignored
        and bool(access.action)
        and access.path in setting.planned.endpoints
        and access.kind != who.SERVICE
        and not access.via
    )


def _entry(bucket: str, seen: Sequence[tuple[int, Class]]) -> tuple[dict[str, Any], Rests]:
    rests = Rests()
    for number, one in seen:
        rests.add(number, one)
    classes = [one for _number, one in seen]
    actions = {one.access.action for one in classes}
    access, granted = _level(actions)
    entry: dict[str, Any] = {"name": bucket, "access": access}
    principals = _principals(classes)
    if principals:
        entry["principals"] = principals
    prefixes = _prefixes(classes, granted)
    if prefixes and _fits({**entry, "prefixes": prefixes}):
        entry["prefixes"] = prefixes
    return entry, rests


def _level(actions: set[str]) -> tuple[Any, tuple[str, ...]]:
    """The level that has these actions and no other, or their list."""
    listed = tuple(sorted(actions))
    level = next((name for name, granted in ACCESS_LEVELS.items() if actions == set(granted)), None)
    return level or list(listed), listed


def _principals(classes: Iterable[Class]) -> list[str]:
    """Roles and users by their ARNs; none if somebody's is not known, for a list of the others would leave them out."""
    found = set()
    for one in classes:
        access = one.access
        if access.principal == ANONYMOUS or access.kind not in (who.ROLE, who.USER, who.ROOT):
            return []
        found.add(access.principal)
    return sorted(found) if len(found) <= _MOST_PRINCIPALS else []


def _prefixes(classes: Iterable[Class], granted: Iterable[str]) -> list[str]:
    """What all keys begin with: the first segments; none if some have none."""
    found = set()
    for one in classes:
        access = one.access
        about_keys = is_about_objects(access.action) or is_listing(access.action)
        if not about_keys:
            continue
        if not access.prefix or "/" not in access.prefix or not is_declarable(access.prefix):
            return []
        found.add(f"{access.prefix.partition('/')[0]}/")
    return sorted(found) if len(found) <= _MOST_PREFIXES else []


def _fits(entry: Mapping[str, Any]) -> bool:
    """Whether an endpoint policy can say so."""
    try:
        declared_grants([entry])
    except PolicyError:
        return False
    return True


def unused_of(
    found: Found, setting: Setting, declaration: Mapping[str, Any], covered: Iterable[str]
) -> list[dict[str, Any]]:
    """What is declared and was not seen, of the buckets that there is evidence for.

    :param declaration: variables of the role by their names.
    :raises PolicyError: what is declared for the buckets is wrong.
    """
    used = [one for one, _verdict, _cause in found if not one.access.denied]
    unused: list[dict[str, Any]] = []
    evidence = set(covered)
    buckets = declaration.get(BUCKETS_VARIABLE) or []
    for grant in declared_grants(buckets, declaration.get("private_access_access") or DEFAULT_ACCESS):
        if grant.bucket not in evidence:
            continue
        own = [
            one for one in used if one.access.bucket == grant.bucket and one.access.path in setting.planned.endpoints
        ]
        actions = {one.access.action.lower() for one in own}
        for kind, declared in (
            ("actions", [one for one in grant.actions if not any(map(text_matcher(pattern(one.lower())), actions))]),
            ("prefixes", [one for one in grant.prefixes if not any(_below(each, one) for each in own)]),
            ("principals", [one for one in grant.principals if not any(_is_of(each, one) for each in own)]),
        ):
            if declared:
                unused.append({"bucket": grant.bucket, "kind": kind, "values": declared})
    if not evidence:
        return unused
    for variable, is_seen in (
        (ENDPOINTS_VARIABLE, lambda one, name: one.access.path == name),
        (BREAK_GLASS_VARIABLE, _is_of),
    ):
        never = [name for name in declaration.get(variable) or () if not any(is_seen(one, str(name)) for one in used)]
        if never:
            unused.append({"bucket": None, "kind": variable, "values": never})
    for variable, is_used in (
        (SERVICES_VARIABLE, any(one.access.kind == who.SERVICE for one in used)),
        (FORWARDED_VARIABLE, any(one.access.via for one in used)),
    ):
        if declaration.get(variable) is True and not is_used:
            unused.append({"bucket": None, "kind": variable, "values": [True]})
    return unused


def _below(one: Class, prefix: str) -> bool:
    """Whether a class may have used what begins so."""
    told = one.access.prefix
    if told is None or told == MANY or told.startswith(prefix):
        return True
    if COPY_SOURCE in one.access.flags or not prefix.startswith(told):
        return False
    # Of keys deeper than two folders no more is told; those in less are right there, unless the record lists them.
    return told.count("/") >= _FOLDERS or KEYS_UNTOLD in one.access.flags or not is_about_objects(one.access.action)


def _is_of(one: Class, principal: str) -> bool:
    """Whether a class may be of a principal as a declaration names it: an account, somebody, or a pattern."""
    access = one.access
    if account := _WHOLE_ACCOUNT.fullmatch(principal):
        return access.account == account["account"]
    if not access.principal:
        # Somebody of an account.
        return f":{access.account}:" in principal or "*" in principal
    if text_matcher(pattern(principal))(access.principal):
        return True
    # The session of a role, whose path is not told.
    role = f":role/{principal.rpartition('/')[2]}"
    return access.kind == who.SESSION and text_matcher(pattern(f"*{role}"))(f":role/{access.principal.split('/')[1]}")
