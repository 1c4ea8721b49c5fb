# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who can call: principals of each kind, one for all whom the documents and the claim do not tell apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..evaluation.context import caller_keys
from ..language.arns import parse_arn
from ..language.patterns import Wild
from ..language.principals import ANONYMOUS, Caller, Kind, read_caller
from ..language.values import State, Value, find
from ..texts import languages
from ..texts.automaton import Gap, Letter, Tokens, field_tokens, text_tokens
from .domains import answers, text_cells
from .readings import ANSWERS, DoubtfulStatement
from .space import Space
from .world import NEVER_ABSENT, SESSION_USER_ID, SHAPES, Shape, account_field, last_part

_RUN = (Gap(True),)
_ORDER = (Kind.ANONYMOUS, Kind.SESSION, Kind.USER, Kind.FEDERATED, Kind.SERVICE, Kind.ROOT)


@dataclass(frozen=True, slots=True)
class CallerCell:
    """A principal that stands for others. ``supplied``: keys that its text does not tell, as they go into a request.

    ``context``: what the principal decides. ``possible`` and ``certain``: bits of the statements that are perhaps and
    certainly about it; ``about``: the same for those whom each statement names in the same way.
    """

    caller: Caller
    supplied: dict[str, Value]
    context: dict[str, Value]
    possible: int
    certain: int
    about: int
    own: bool


def callers(space: Space, services: bool = True) -> list[CallerCell]:
    """One principal of each kind that is told apart; those first that tell most as an example.

    :raises TooMany: the patterns for principals are too many to tell apart.
    """
    found: dict[object, CallerCell] = {}
    for caller, supplied in _candidates(space, services):
        told, cell = _told(space, caller, supplied)
        found.setdefault(told, cell)
    return sorted(found.values(), key=lambda one: (_ORDER.index(one.caller.kind), one.own))


def _told(space: Space, caller: Caller, supplied: dict[str, Value]) -> tuple[object, CallerCell]:
    context = {**caller_keys(caller), **supplied}
    shadows = space.shadows(context)
    about = []
    possible = certain = 0
    for layer in space.layers:
        for statement in layer.statements:
            match = statement.about(caller, layer.account_is_root, layer.bounded)
            if isinstance(statement, DoubtfulStatement) and statement.is_certain(
                caller, layer.account_is_root, layer.bounded
            ):
                context[statement.reading] = ANSWERS[0]
            bit = 1 << space.bits[id(statement)]
            about.append(match)
            if match.any is not False:
                possible |= bit
                if (match.direct if statement.allows else match.any) is True:
                    certain |= bit
    answered: list[object] = []
    for key, checks in space.checks.items():
        value = find(context, key)
        if isinstance(value, tuple):
            closed = [check for check in checks if not check.open_terms]
            # What is compared with variables is compared with texts that nobody knows yet.
            answered.append((answers(closed, value), value if len(closed) < len(checks) else None))
        else:
            answered.append((value,))
    own = bool(caller.account) and caller.account == space.world.account
    # Whether the account of a resource is the caller's, the evaluator asks by itself.
    owner = caller.account if any(caller.account == bucket.account for bucket in space.world.buckets) else ""
    owning = [answers(space.checks.get(key, ()), (caller.account,)) for key in sorted(NEVER_ABSENT)]
    told = (
        caller.kind,
        own,
        owner,
        tuple(owning),
        caller.linked,
        tuple(about),
        tuple(answered),
        tuple(shadows.items()),
    )
    return told, CallerCell(caller, supplied, context, possible, certain, hash(tuple(about)), own)


def _candidates(space: Space, services: bool) -> Iterator[tuple[Caller, dict[str, Value]]]:
    partition = space.world.partition
    yield _caller(ANONYMOUS, partition), {}
    tokens = list(_arn_tokens(space))
    iam, sts = f"arn:{partition}:iam::", f"arn:{partition}:sts::"
    own = space.world.account
    roles = [f"{one}:role/{name}" for one, name in _accounts(own, "any-role", "any-other-role")]
    users = [f"{one}:user/{name}" for one, name in _accounts(own, "any-user", "any-other-user")]
    names = [tokens_ for key in ("aws:username",) for one in space.tokens(key) for tokens_ in last_part(one, "user/")]
    linked = text_tokens(("arn:", Wild.RUN, ":role/aws-service-role/", Wild.RUN))
    for cell in text_cells([*tokens, linked], Shape(languages.ROLE_ARN, tuple(roles), iam), space.budget):
        yield from _sessions(space, cell.text)
    for cell in text_cells([*tokens, *names], Shape(languages.USER_ARN, tuple(users), iam), space.budget):
        yield _caller(cell.text, partition), {}
    for cell in text_cells(
        [*tokens, *_user_ids_of_root(space)],
        Shape(languages.ROOT_ARN, tuple(f"{one}:root" for one, _kind in _accounts(own, "", "")), iam),
        space.budget,
    ):
        yield _caller(cell.text, partition), {}
    federated = tuple(f"{one}:federated-user/{name}" for one, name in _accounts(own, "any-user", "any-other-user"))
    for cell in text_cells(
        [*tokens, *_user_ids_of_federated(space)], Shape(languages.FEDERATED_ARN, federated, sts), space.budget
    ):
        caller = _caller(cell.text, partition)
        yield caller, {"aws:userid": (f"{caller.account}:{caller.name}",)} if "user id" in space.rules else {}
    if services:
        yield from _services(space)


def _accounts(own: str | None, of_ours: str, of_others: str) -> list[tuple[str, str]]:
    return [*([(own, of_ours)] if own else []), ("999999999999", of_others), ("888888888888", of_others)]


def _caller(text: str, partition: str) -> Caller:
    caller = read_caller(text, partition)
    if caller is None:
        raise ValueError(f"{text!r} is no principal")
    return caller


def _arn_tokens(space: Space) -> Iterator[Tokens]:
    """What tells apart the ARNs of principals of accounts."""
    yield from space.tokens("aws:principalarn")
    for name in space.principal_names():
        arn = parse_arn(name)
        if arn is not None:
            kind, _slash, rest = arn.resource.partition("/")
            if kind == "assumed-role":
                role = f"arn:{arn.partition}:iam::{arn.account}:role/"
                yield text_tokens((role + rest.partition("/")[0],))
                yield text_tokens((role, Wild.RUN, "/" + rest.partition("/")[0]))
            else:
                yield text_tokens((name,))
    for tokens in space.accounts:
        yield from account_field(tokens)


def _sessions(space: Space, role: str) -> Iterator[tuple[Caller, dict[str, Value]]]:
    """Sessions of a role: their names matter only where something names them."""
    arn = parse_arn(role)
    if arn is None:
        return
    name = arn.resource.rpartition("/")[2]
    start = f"arn:{arn.partition}:sts::{arn.account}:assumed-role/{name}/"
    named = [one.rpartition("/")[2] for one in space.principal_names() if one.startswith(start)]
    base: dict[str, Value] = {"aws:principalarn": (role,)}
    if (not named and "aws:userid" not in space.mentioned) or "user id" not in space.rules:
        for session in dict.fromkeys((*named, "any-session")):
            yield _session(start + session, role, session), base
        return
    tokens = [*space.tokens("aws:userid"), *(text_tokens((Wild.RUN, f":{session}")) for session in named)]
    for cell in text_cells(tokens, SESSION_USER_ID, space.budget):
        session = cell.text.partition(":")[2]
        yield _session(start + session, role, session), {**base, "aws:userid": (cell.text,)}


def _session(text: str, role: str, session: str) -> Caller:
    caller = _caller(text, text.split(":")[1])
    return dataclasses.replace(caller, role_arn=role, session=session)


def _user_ids_of_root(space: Space) -> Iterator[Tokens]:
    for tokens in space.tokens("aws:userid"):
        yield from account_field(tokens)


def _user_ids_of_federated(space: Space) -> Iterator[Tokens]:
    """Patterns of ARNs for patterns of ``account:name``: the colon may be met by a letter or by a wildcard."""
    for tokens in space.tokens("aws:userid"):
        for place, token in enumerate(tokens):
            before, after = tokens[:place], tokens[place + 1 :]
            if isinstance(token, Letter):
                splits = [(before, after)] if token.text == ":" else []
            elif token.run:
                splits = [((*before, token), (token, *after))]
            else:
                splits = [(before, after)]
            for account, name in splits:
                inner = (*text_tokens(("federated-user/",)), *name)
                yield field_tokens((_RUN, _RUN, _RUN, _RUN, account, inner))


def _services(space: Space) -> Iterator[tuple[Caller, dict[str, Value]]]:
    tokens = list(space.tokens("aws:principalservicename"))
    for statement in space.statements:
        for element in (statement.source.principal, statement.source.not_principal):
            tokens += [text_tokens((name,)) for name in (element.get("Service", ()) if element else ())]
    for cell in text_cells(tokens, SHAPES["aws:principalservicename"], space.budget):
        yield _caller(cell.text, space.world.partition), {}


def as_supplied(values: Iterable[tuple[str, Value]]) -> dict[str, Any]:
    """Keys of a context as a request has them: ``null`` for absent, a lone value without its list."""
    found: dict[str, Any] = {}
    for key, value in values:
        if value is State.ABSENT:
            found[key] = None
        elif isinstance(value, tuple):
            found[key] = value[0] if len(value) == 1 else list(value)
    return found
