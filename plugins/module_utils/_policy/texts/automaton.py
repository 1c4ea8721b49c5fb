# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which texts a set of patterns tells apart: one shortest text for each set of patterns that texts can fit at once.

All patterns run side by side, as one number with a bit for each place in each pattern (Shift-And), together with a
small automaton of the texts that there can be (a :class:`Language`). Letters are those that a pattern waits for, and
one other.
Source: Baeza-Yates and Gonnet, "A New Approach to Text Searching" (1992).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Union

from ..language.patterns import ARN_FIELDS, Pattern, Wild, arn_fields, fold_case


class Gap(NamedTuple):
    """A wildcard: one character or (``run``) any number of them, none of them ``excluded`` (":", "/" or both)."""

    run: bool
    excluded: str = ""


class Letter(NamedTuple):
    """A character; ``fold``: in either case."""

    text: str
    fold: bool = False


# Pylint of the sanity tests takes a class for no operand of "|" outside of annotations.
Token = Union[Gap, Letter]  # noqa: UP007
Tokens = tuple[Token, ...]

_RUN, _ONE = Gap(True), Gap(False)


def text_tokens(parts: Pattern, fold: bool = False, excluded: str = "") -> Tokens:
    """A pattern over a whole text, whose wildcards take everything but what is ``excluded``."""
    found: list[Token] = []
    for part in parts:
        if isinstance(part, Wild):
            found.append(Gap(part is Wild.RUN, excluded))
        else:
            found += [Letter(fold_case(sign) if fold else sign, fold) for sign in part]
    return tuple(found)


def arn_tokens(parts: Pattern) -> Tokens | None:
    """A pattern compared field by field, as ``arn_matcher`` of the evaluator does; ``None``: nothing fits it."""
    if parts == (Wild.RUN,):
        return (_RUN,)
    fields = arn_fields(parts)
    return None if fields is None else field_tokens([text_tokens(field) for field in fields])


def field_tokens(fields: Sequence[Tokens]) -> Tokens:
    """An ARN of these six fields: what is a wildcard in the first five does not reach over a colon."""
    found: list[Token] = []
    for number, field in enumerate(fields):
        inner = number < ARN_FIELDS - 1
        found += [Gap(one.run, one.excluded + ":") if inner and isinstance(one, Gap) else one for one in field]
        if inner:
            found.append(Letter(":"))
    return tuple(found)


class Choice(NamedTuple):
    """Letters that lead from a state of a language to another: ``samples`` of them, the nicest first.

    ``every``: all letters that there are, not the samples only; such a choice is the only one of its state.
    """

    samples: str
    target: int
    every: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """The texts that there can be, as a deterministic automaton whose first state is 0.

    ``accepting``: state -> what kind of text ends there; cells of different kinds are never one.
    """

    states: tuple[tuple[Choice, ...], ...]
    accepting: dict[int, str]

    def kind_of(self, text: str) -> str | None:
        """The kind of a text; ``None`` if it is none of the language."""
        state = self.state_after(text)
        return None if state is None else self.accepting.get(state)

    def state_after(self, text: str) -> int | None:
        """Where the texts are that begin with this one; ``None`` if there are none."""
        state: int | None = 0
        for sign in text:
            choices = self.states[state]  # type: ignore[index]
            state = next((one.target for one in choices if one.every or sign in one.samples), None)
            if state is None:
                return None
        return state


class Cell(NamedTuple):
    """A shortest text that fits exactly these patterns (by their place), and its kind in the language."""

    text: str
    fits: frozenset[int]
    kind: str


class TooMany(Exception):
    """More states than the budget allows."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """Patterns side by side. Letter -> the places that it leads on from, and those that it leads back to."""

    start: int
    finals: dict[int, int]
    final_mask: int
    letters: list[tuple[str, ...]]
    steps: dict[str, int]
    loops: dict[str, int]
    other_step: int
    other_loop: int


def _cases(sign: str) -> tuple[str, ...]:
    """A letter in lower case, and in upper case if that is one letter which becomes it in lower case."""
    upper = sign.upper()
    return (sign, upper) if len(upper) == 1 and upper != sign and fold_case(upper) == sign else (sign,)


def _compile(patterns: Sequence[Tokens]) -> _Compiled:
    start, bit, final_mask = 0, 0, 0
    finals: dict[int, int] = {}
    letters: list[tuple[str, ...]] = []
    waits: list[tuple[int, Token]] = []
    loops_at: list[tuple[int, str]] = []
    for number, tokens in enumerate(patterns):
        start |= 1 << bit
        for token in tokens:
            if isinstance(token, Gap) and token.run:
                loops_at.append((bit, token.excluded))
                continue
            waits.append((bit, token))
            if isinstance(token, Letter):
                letters.append(_cases(token.text) if token.fold else (token.text,))
            else:
                letters.append(())
            bit += 1
        finals[bit] = number
        final_mask |= 1 << bit
        letters.append(())
        bit += 1
    alphabet = {sign for signs in letters for sign in signs} | {":", "/"}
    steps = dict.fromkeys(alphabet, 0)
    loops = dict.fromkeys(alphabet, 0)
    other_step = other_loop = 0
    for place, token in waits:
        if isinstance(token, Letter):
            for sign in letters[place]:
                steps[sign] |= 1 << place
            continue
        other_step |= 1 << place
        for sign in alphabet:
            if sign not in token.excluded:
                steps[sign] |= 1 << place
    # Two runs in one place let pass what either does.
    for place, excluded in loops_at:
        other_loop |= 1 << place
        for sign in alphabet:
            if sign not in excluded:
                loops[sign] |= 1 << place
    return _Compiled(start, finals, final_mask, letters, steps, loops, other_step, other_loop)


@lru_cache(maxsize=256)
def cells(
    patterns: tuple[Tokens, ...],
    language: Language,
    budget: int,
    start: str = "",
    nicer: tuple[str, ...] = (),
    head: str = "",
) -> tuple[Cell, ...]:
    """One cell for each set of patterns that a text of the language, written after ``start``, can fit.

    ``start`` is part of what the patterns see and of the texts of cells. A text of ``nicer`` (the first one that lies
    in a cell) is shown in place of the shortest one. ``head``: only texts of the language that begin with this are
    wanted, of which there are some.

    :raises TooMany: more than ``budget`` states would have to be looked at.
    """
    compiled = _compile(patterns)
    steps, loops = compiled.steps, compiled.loops
    other = (compiled.other_step, compiled.other_loop)
    places_of_start = _run(compiled, compiled.start, start)
    found: dict[tuple[int, str], str] = {}
    first = (_run(compiled, places_of_start, head), language.state_after(head) or 0)
    reached: dict[tuple[int, int], str] = {first: start + head}
    todo = [first]
    done = 0
    while done < len(todo):
        node = todo[done]
        done += 1
        places, state = node
        text = reached[node]
        kind = language.accepting.get(state)
        if kind is not None:
            found.setdefault((places & compiled.final_mask, kind), text)
        for sign, target in _moves(compiled, places, language.states[state]):
            after = ((places & steps.get(sign, other[0])) << 1) | (places & loops.get(sign, other[1]))
            reach = (after, target)
            if reach not in reached:
                reached[reach] = text + sign
                todo.append(reach)
        if len(todo) > budget:
            raise TooMany
    shown: dict[tuple[int, str], str] = {}
    for text in nicer:
        kind = language.kind_of(text)
        cell = (_run(compiled, places_of_start, text) & compiled.final_mask, kind or "")
        if kind is not None and cell in found and text.startswith(head):
            shown.setdefault(cell, start + text)
    return tuple(Cell(shown.get(cell, text), _numbers(compiled, cell[0]), cell[1]) for cell, text in found.items())


def _run(compiled: _Compiled, places: int, text: str) -> int:
    for sign in text:
        after = (places & compiled.steps.get(sign, compiled.other_step)) << 1
        places = after | (places & compiled.loops.get(sign, compiled.other_loop))
    return places


def _moves(compiled: _Compiled, places: int, choices: tuple[Choice, ...]) -> Iterable[tuple[str, int]]:
    """The letters worth trying, each with the state of the language that it leads to."""
    awaited: dict[str, None] = {":": None, "/": None}
    letters = compiled.letters
    left = places
    while left:
        low = left & -left
        left ^= low
        for sign in letters[low.bit_length() - 1]:
            awaited[sign] = None
    for choice in choices:
        samples = choice.samples
        for sign in samples:
            if sign not in awaited:
                yield sign, choice.target
                break
        for sign in awaited:
            if choice.every or sign in samples:
                yield sign, choice.target


def _numbers(compiled: _Compiled, fits: int) -> frozenset[int]:
    found = set()
    while fits:
        low = fits & -fits
        fits ^= low
        found.add(compiled.finals[low.bit_length() - 1])
    return frozenset(found)
