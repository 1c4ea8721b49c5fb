# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From what was counted to classes: kinds of access that all policies decide alike, as people think of them.

Readers have merged most of it; here come together what different parts of the evidence had in common, and what is too
fine to be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ..history import access as a
from ..history.access import Access, shown_time
from ..history.batch import ADDRESSES, MOST_ADDRESSES
from ..history.distinctions import MOST_PREFIXES, Distinctions
from ..history.tally import Seen, add_seen


@dataclass(slots=True)
class Class:
    """One kind of access; ``ignored``: the reason why it is left out of the verdict, if the task gives one."""

    access: Access
    seen: Seen
    ignored: str = ""

    @property
    def many(self) -> bool:
        """Whether its keys have no prefix in common that is worth showing."""
        return self.access.prefix == a.MANY

    @property
    def who(self) -> str:
        """The principal, as far as it is told."""
        return self.access.principal or self.access.unique_id or self.access.account or self.access.kind

    def as_dict(self) -> dict[str, Any]:
        access, seen = self.access, self.seen
        shown = sorted(seen.addresses)[:ADDRESSES]
        more = max(len(seen.addresses), seen.more_addresses) - len(shown)
        # Beyond a number they are not counted, unless a query did.
        least = " or more" if more + len(shown) >= MOST_ADDRESSES > seen.more_addresses else ""
        return {
            "principal": self.who,
            "kind": access.kind,
            "via": access.via,
            "action": access.action or access.operation,
            "bucket": access.bucket,
            "access_point": access.access_point,
            "key_pattern": access.prefix if access.prefix is None or self.many else f"{access.prefix}*",
            "path": access.path,
            "path_account": access.path_account,
            "source": access.source,
            "tls": access.tls,
            "recorded": "denied" if access.denied else "allowed",
            "flags": list(access.flags),
            "count": seen.count,
            "days": seen.distinct_days,
            "first_seen": shown_time(seen.first) if seen.first else None,
            "last_seen": shown_time(seen.last) if seen.last else None,
            "addresses": [*shown, *([f"+{more}{least}"] if more > 0 else [])],
            "examples": seen.examples,
        }


def classes_of(
    seen: Mapping[Access, Seen], distinctions: Distinctions, ignore: Sequence[Mapping[str, Any]] = ()
) -> list[Class]:
    """The classes of all evidence, those of the most days first."""
    merged: dict[Access, Seen] = {}
    for access, one in seen.items():
        add_seen(merged, _as_one(access, distinctions), one)
    merged = _with_fewer_prefixes(_without_batches(merged))
    found = [Class(access, one, _reason(access, ignore)) for access, one in merged.items()]
    found.sort(key=lambda one: (-one.seen.distinct_days, -one.seen.count, one.who, one.access.action, str(one.access)))
    return found


def _as_one(access: Access, distinctions: Distinctions) -> Access:
    """The access with values that all parts of the evidence share; each part has taken the first of its own."""
    changed: dict[str, Any] = {}
    if access.key:
        changed["key"] = distinctions.object_key(access.bucket, a.partition_of(access.region), access.key)
    if access.address:
        name = "aws:sourceip" if access.path in a.PUBLIC or a.PUBLIC_ADDRESS in access.flags else "aws:vpcsourceip"
        changed["address"] = distinctions.value(name, access.address)
    if access.context:
        changed["context"] = tuple(
            (key, values if key == "aws:userid" else tuple(distinctions.value(key, value) for value in values))
            for key, values in access.context
        )
    return access._replace(**changed) if changed else access


def _without_batches(merged: Mapping[Access, Seen]) -> dict[Access, Seen]:
    """A batch of deletes has a record of its own beside one for each key, and is about the same."""
    single = {_deleter(access) for access in merged if a.BATCH not in access.flags}
    return {
        access: seen for access, seen in merged.items() if a.BATCH not in access.flags or _deleter(access) not in single
    }


def _deleter(access: Access) -> tuple[str, ...]:
    return (access.principal, access.unique_id, access.via, access.action, access.bucket, access.path, access.denied)


def _with_fewer_prefixes(merged: Mapping[Access, Seen]) -> dict[Access, Seen]:
    """Where there are too many prefixes to read, the rest become one class for each answer of the policies."""
    numbers: dict[tuple[str, ...], set[str]] = {}
    for access in merged:
        if access.prefix is not None:
            numbers.setdefault(_user(access), set()).add(access.prefix)
    # Readers have merged what was too much for one operation in their part of the evidence.
    crowded = {user for user, prefixes in numbers.items() if len(prefixes) > MOST_PREFIXES or a.MANY in prefixes}
    if not crowded:
        return dict(merged)
    found: dict[Access, Seen] = {}
    for access, seen in merged.items():
        if access.prefix is not None and _user(access) in crowded:
            access = access._replace(prefix=a.MANY)
        add_seen(found, access, seen)
    return found


def _user(access: Access) -> tuple[str, ...]:
    return (access.principal, access.unique_id, access.action, access.bucket)


def _reason(access: Access, ignore: Sequence[Mapping[str, Any]]) -> str:
    """The reason of the first entry that fits; patterns have asterisks."""
    told = {
        "principal": access.principal or access.unique_id or access.account or access.kind,
        "action": access.action,
        "bucket": access.bucket,
        "through": access.path,
    }
    for entry in ignore:
        if all(fnmatchcase(told[key], str(entry[key])) for key in told if entry.get(key)):
            return str(entry["reason"])
    return ""
