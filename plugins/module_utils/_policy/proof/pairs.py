# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is asked for: actions and resources, one pair for all that the same statements name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..evaluation.evaluate import POLICY_ACTIONS
from ..evaluation.request import kind_of_resource
from ..language.patterns import Matches, Pattern, Wild, can_meet, completed, pattern, reaches_over_colons
from ..language.values import State, Value
from ..language.vocabulary import (
    ACCESS_POINT,
    ACCESS_POINT_OBJECT,
    BUCKET,
    OBJECT,
    SERVICE,
    Action,
    common_keys,
    expand_action,
    find_action,
    find_key,
)
from ..texts import languages
from ..texts.automaton import Cell, Gap, Language, Tokens, arn_tokens, cells, text_tokens
from .domains import renderings
from .space import Space
from .world import account_field, belongs_to_actions

#: Asked first, because they say most as an example.
_PREFERRED = ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject", "s3:PutBucketPolicy")
_STANDARD = frozenset((BUCKET, OBJECT, ACCESS_POINT, ACCESS_POINT_OBJECT))
EVERYTHING = "*"
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """An action and a resource that stand for others.

    ``covering``: bits of the statements that are about it; ``doubtful``: of those that may be. ``context``: what it
    decides of keys.
    """

    action: str
    action_key: str
    resource: str
    kind: str
    known: bool
    covering: int
    doubtful: int
    context: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class _Actions:
    """Actions that are not told apart, by the first of them."""

    name: str
    known: Action | None
    naming: int
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Resource:
    text: str
    kind: str
    covering: int
    doubtful: int
    context: tuple[tuple[str, Value], ...]


def pairs(space: Space, known_actions: bool) -> list[Pair]:
    """:raises TooMany: the patterns for resources or actions are too many to tell apart."""
    found: dict[object, Pair] = {}
    resources = list(_resources(space))
    for actions in _actions(space, known_actions):
        for resource in resources:
            if not _suits(actions.known, resource):
                continue
            covering, doubtful = resource.covering & actions.naming, resource.doubtful & actions.naming
            special = actions.name.lower() in POLICY_ACTIONS
            told = (
                covering,
                doubtful,
                special,
                actions.absent,
                resource.kind,
                resource.context,
                actions.known is not None,
                # What has variables is told apart by texts that nobody knows yet.
                resource.text if doubtful else "",
            )
            if told not in found:
                context = (*resource.context, *((key, State.ABSENT) for key in actions.absent))
                found[told] = Pair(
                    actions.name,
                    actions.name.lower(),
                    resource.text,
                    resource.kind,
                    actions.known is not None,
                    covering,
                    doubtful,
                    context,
                )
    return list(found.values())


def _suits(action: Action | None, resource: _Resource) -> bool:
    """Whether there is a request for an action about a resource; of actions that nobody knows, there may be any."""
    if action is None:
        return True
    if not action.resource_types or resource.kind == EVERYTHING:
        return not action.resource_types and resource.kind == EVERYTHING
    if resource.kind in (languages.BUCKET, languages.OBJECT):
        return resource.kind in action.resource_types
    kind = kind_of_resource(resource.text.split(":", 5)[5], True)
    return kind in action.resource_types if kind else bool(action.resource_types - _STANDARD)


@lru_cache(maxsize=1)
def _known() -> tuple[Action, ...]:
    every = {action.name: action for action in expand_action(f"{SERVICE}:*")}
    first = [every[name] for name in _PREFERRED]
    return (*first, *(action for action in every.values() if action not in first))


@lru_cache(maxsize=4096)
def _named(names_actions: Matches) -> tuple[bool, ...]:
    """Which of the known actions a statement names."""
    return tuple(names_actions(action.name.lower()) for action in _known())


def _actions(space: Space, known_actions: bool) -> Iterator[_Actions]:
    masks: dict[Matches, int] = {}
    for bit, statement in enumerate(space.statements):
        masks[statement.names_actions] = masks.get(statement.names_actions, 0) | 1 << bit
    keys = (
        [key for key in sorted(space.mentioned) if belongs_to_actions(key)] if "keys of action" in space.rules else []
    )
    yield from _known_actions(tuple(masks.items()), tuple(keys))
    if not known_actions:
        yield from _unknown_actions(space, masks)


@lru_cache(maxsize=128)
def _known_actions(masks: tuple[tuple[Matches, int], ...], keys: tuple[str, ...]) -> tuple[_Actions, ...]:
    """The known actions, by which statements name them and which of these keys they carry."""
    tables = [(_named(names), mask) for names, mask in masks]
    found: dict[object, _Actions] = {}
    for place, action in enumerate(_known()):
        naming = 0
        for table, mask in tables:
            if table[place]:
                naming |= mask
        absent = tuple(key for key in keys if not _carries(action, key))
        special = action.name.lower() in POLICY_ACTIONS
        found.setdefault(
            (naming, absent, action.resource_types, special), _Actions(action.name, action, naming, absent)
        )
    return tuple(found.values())


@lru_cache(maxsize=4096)
def _carries(action: Action, key: str) -> bool:
    key_found = find_key(key)
    return key_found is None or key_found.name in action.keys or key_found.name in common_keys()


def _unknown_actions(space: Space, masks: dict[Matches, int]) -> Iterator[_Actions]:
    patterns: dict[Tokens, bool] = {}
    for statement in space.statements:
        for name in statement.source.actions or statement.source.not_actions or ():
            parts = pattern(name.lower())
            patterns[text_tokens(parts)] = len(parts) == 1 and isinstance(parts[0], str)
    exact = {place for place, is_exact in enumerate(patterns.values()) if is_exact}
    seen = set()
    for cell in cells(tuple(patterns), languages.ACTION, space.budget, f"{SERVICE}:", ("anyotheraction",)):
        text = _unknown_name(cell, bool(exact & cell.fits))
        if text is None:
            continue
        naming = 0
        for names, mask in masks.items():
            if names(text):
                naming |= mask
        if naming not in seen:
            seen.add(naming)
            yield _Actions(text, None, naming, ())


def _unknown_name(cell: Cell, is_exact: bool) -> str | None:
    """A name of the cell that is no known action; ``None`` if the cell has known ones only."""
    if find_action(cell.text) is None:
        return cell.text
    # A cell that one exact name makes has this text only. Otherwise its first text happens to be known: the name stands
    # for unknown ones then, of which the evaluator knows no more than what statements say of it.
    return None if is_exact else cell.text


def _resources(space: Space) -> Iterator[_Resource]:
    tokens: dict[Tokens, None] = {}
    distinct = {id(one.resources): one.resources for one in space.statements}
    for resources in distinct.values():
        shapes = [*resources.patterns]
        for template in resources.templates:
            shapes += [shape for one in renderings(template, space.singles) for shape in (one, completed(one))]
        for shape in shapes:
            if space.about is not None and not any(can_meet(shape, one) for one in space.about):
                continue
            exact = arn_tokens(shape)
            if exact is not None:
                tokens[exact] = None
            if reaches_over_colons(shape):
                tokens[text_tokens(shape)] = None
    partition = space.world.partition
    own = dict.fromkeys(tokens)
    for bucket in space.world.buckets:
        for shape in ((f"arn:{partition}:s3:::{bucket.name}",), (f"arn:{partition}:s3:::{bucket.name}/", Wild.RUN)):
            own[text_tokens(shape)] = None
    nicer = ["any-other-bucket", "any-other-bucket/any-object"]
    for bucket in space.world.buckets:
        nicer += [bucket.name, f"{bucket.name}/any-object"]
    masks: dict[int, int] = {}
    for bit, statement in enumerate(space.statements):
        masks[id(statement.resources)] = masks.get(id(statement.resources), 0) | 1 << bit
    by_id = [(distinct[number], mask) for number, mask in masks.items()]
    found: dict[object, _Resource] = {}
    start = f"arn:{partition}:s3:"
    odd = any(len(bucket.name) < _SHORTEST_NAME for bucket in space.world.buckets) or any(
        _names_short(shape) for resources in distinct.values() for shape in resources.patterns
    )
    names = languages.ODD_BUCKET_OR_OBJECT if odd else languages.BUCKET_OR_OBJECT
    head = _head(space, names, f"{start}::")
    for cell in cells(tuple(own), names, space.budget, f"{start}::", tuple(nicer), head):
        _add(space, found, by_id, cell.text, cell.kind)
    if head:
        # What lies in a Region is not about it, nor is "*".
        yield from found.values()
        return
    access_point = (*text_tokens((start, Wild.RUN, ":", Wild.RUN, ":accesspoint/")), Gap(False, "/:"), Gap(True, "/:"))
    tokens[access_point] = None
    tokens[(*access_point, *text_tokens(("/object/", Wild.ONE, Wild.RUN)))] = None
    points = [
        f"eu-central-1:{account}:accesspoint/any{key}" for account in _owners(space) for key in ("", "/object/any")
    ]
    for account in (*space.accounts, *(text_tokens((one,)) for one in _owners(space))):
        tokens.update(dict.fromkeys(account_field(account)))
    for cell in cells(tuple(tokens), languages.LOCATED_RESOURCE, space.budget, start, tuple(points)):
        _add(space, found, by_id, cell.text, cell.kind)
    _add(space, found, by_id, EVERYTHING, EVERYTHING)
    yield from found.values()


def _head(space: Space, names: Language, start: str) -> str:
    """What the names of all buckets begin with that matter, behind ``start``; empty if it is not known."""
    heads = [shape[0] if shape and isinstance(shape[0], str) else "" for shape in space.about or ()]
    if not heads:
        return ""
    low, high = min(heads), max(heads)
    same = next((place for place, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))
    head = low[:same].removeprefix(start) if low[:same].startswith(start) else ""
    return head if names.state_after(head) is not None else ""


def _names_short(shape: Pattern) -> bool:
    """Whether a pattern is about one bucket of a name that S3 would not give."""
    text = shape[0] if shape and isinstance(shape[0], str) else ""
    rest = text.partition(":::")[2]
    name = rest.partition("/")[0]
    return 0 < len(name) < _SHORTEST_NAME and (name != rest or len(shape) == 1)


def _owners(space: Space) -> list[str]:
    return [*([space.world.account] if space.world.account else []), "999999999999"]


def _add(space: Space, found: dict[object, _Resource], by_id: list, text: str, kind: str) -> None:  # type: ignore[type-arg]
    covering = doubtful = 0
    for resources, mask in by_id:
        covers = resources.cover(text, {})
        if covers:
            covering |= mask
        elif covers is None:
            doubtful |= mask
    context = _facts(space, text, kind)
    located = kind_of_resource(text.split(":", 5)[5], True) if kind == languages.LOCATED else None
    # What has variables is told apart by texts that nobody knows yet.
    apart = text if doubtful else None
    told = (covering, doubtful, kind, located, context, apart)
    found.setdefault(told, _Resource(text, kind, covering, doubtful, context))


def _facts(space: Space, text: str, kind: str) -> tuple[tuple[str, Value], ...]:
    """Who owns a resource, as far as that is known."""
    if "account of resource" not in space.rules or kind == EVERYTHING:
        return ()
    fields = text.split(":", 5)
    if kind == languages.LOCATED:
        return _owned(fields[4])
    name = fields[5].partition("/")[0]
    for bucket in space.world.buckets:
        if bucket.name == name:
            facts = _owned(bucket.account) if bucket.account else ()
            if bucket.organization is not None:
                value: Value = (bucket.organization,) if bucket.organization else State.ABSENT
                facts += (("aws:resourceorgid", value),)
            return facts
    return ()


def _owned(account: str) -> tuple[tuple[str, Value], ...]:
    return (("aws:resourceaccount", (account,)), ("s3:resourceaccount", (account,)))
