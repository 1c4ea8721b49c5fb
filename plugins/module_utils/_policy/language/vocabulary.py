# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The words of S3 policies: actions and condition keys, as AWS spells them and with what belongs to each.

AWS reads actions and condition keys without regard to case. A name that is not known here may be newer than this
table: callers warn, they do not refuse, unless it is all but that of another.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from .global_keys import GLOBAL_KEYS
from .vocabulary_data import ACTIONS, COMMON_KEYS, KEYS

SERVICE = "s3"
#: The resource types of https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html that a
#: bucket policy can be about; access points are named in endpoint policies only.
BUCKET, OBJECT, ACCESS_POINT, ACCESS_POINT_OBJECT = "bucket", "object", "accesspoint", "accesspointobject"

#: New keys of AWS have differed by more from those that were there.
_HARDLY_DIFFERENT = 0.9

_LEVELS = {"L": "List", "R": "Read", "W": "Write", "T": "Tagging", "P": "Permissions management"}


@dataclass(frozen=True, slots=True)
class Action:
    """An S3 action; ``name`` has the service prefix, ``resource_types`` is empty for one of the account as a whole.

    ``keys`` are the S3 condition keys beyond those that every action has.
    """

    name: str
    level: str
    resource_types: frozenset[str]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Key:
    """A condition key. ``name`` ends in "/" where the name of a tag follows.

    ``type`` is String, ARN, Bool, Numeric, Date, IPAddress, or Any where AWS documents none; ``multi`` says whether one
    request carries several values, so that a set operator is needed.
    """

    name: str
    type: str
    multi: bool


def find_action(name: str) -> Action | None:
    """The S3 action of this exact name (no wildcard), whatever its case; ``None`` for one that is not known."""
    return _actions().get(name.lower())


def spell_action(name: str) -> str | None:
    """``s3:getobject`` -> ``s3:GetObject``; ``None`` for a name that is not known, and for a pattern."""
    action = find_action(name)
    return action.name if action else None


@lru_cache(maxsize=1024)
def expand_action(pattern: str) -> tuple[Action, ...]:
    """The known S3 actions that a name with ``*`` and ``?`` stands for, sorted by name."""
    folded = pattern.lower()
    if "*" not in folded and "?" not in folded:
        action = find_action(folded)
        return (action,) if action else ()
    matcher = re.compile("".join({"*": ".*", "?": "."}.get(sign) or re.escape(sign) for sign in folded))
    return tuple(action for name, action in _actions().items() if matcher.fullmatch(name))


@lru_cache(maxsize=1024)
def resource_types_of(pattern: str) -> frozenset[str]:
    """All types of resources that the actions of :func:`expand_action` are about."""
    return frozenset(kind for action in expand_action(pattern) for kind in action.resource_types)


@lru_cache(maxsize=1024)
def keys_of(pattern: str) -> frozenset[str]:
    """All condition keys that requests for the actions of :func:`expand_action` may carry."""
    return frozenset(key for action in expand_action(pattern) for key in action.keys)


def find_key(key: str) -> Key | None:
    """The condition key of this name, whatever its case: ``aws:principaltag/Team`` -> ``aws:PrincipalTag/``."""
    prefix, slash, tag = key.lower().partition("/")
    # A tag key without the tag's name is no key.
    return None if slash and not tag else _keys().get(prefix + slash)


@lru_cache(maxsize=1024)
def misspelt_key(key: str) -> str | None:
    """The known condition key that a name is hardly different from; ``None`` for one that is known, or may be new."""
    prefix, slash, tag = key.partition("/")
    family = prefix.lower() + slash
    if family in _keys():
        return None
    near = difflib.get_close_matches(family, _keys(), cutoff=_HARDLY_DIFFERENT)
    return _keys()[near[0]].name + tag if near else None


def spell_key(key: str) -> str:
    """A condition key as AWS spells it; one that is not known in lower case.

    The name of a tag stays as it is: whether AWS folds its case depends on the service that keeps the tag.
    """
    found = find_key(key)
    prefix, slash, tag = key.partition("/")
    return found.name + tag if found else prefix.lower() + slash + tag


@cache
def common_keys() -> frozenset[str]:
    """The S3 condition keys that any action may be tested for."""
    names = [line.split()[1] for line in _lines(KEYS)]
    return frozenset(names[int(number)] for number in COMMON_KEYS.split(","))


@cache
def _actions() -> dict[str, Action]:
    names = [line.split()[1] for line in _lines(KEYS)]
    found = {}
    for line in _lines(ACTIONS):
        name, level, types, keys = line.split()
        action = Action(
            name=f"{SERVICE}:{name}",
            level=_LEVELS[level],
            resource_types=frozenset(types.split(",")) - {"-"},
            keys=frozenset(names[int(number)] for number in keys.split(",") if number != "-"),
        )
        found[action.name.lower()] = action
    return found


@cache
def _keys() -> dict[str, Key]:
    rows = [line.split() for line in _lines(GLOBAL_KEYS)] + [line.split()[1:] for line in _lines(KEYS)]
    return {row[0].lower(): Key(row[0], row[1], "multi" in row[2:]) for row in rows}


def _lines(table: str) -> Iterator[str]:
    return (line for line in table.splitlines() if line)
