# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a policy says in vain: statements that can never match, that others override or repeat, and exceptions that let
nobody in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..._policy.language.document import Condition, Document, Raw, Statement, parse
from ..._policy.proof.claim import Claim, Declaration, Verdict
from ..._policy.proof.prove import prove
from .compare import Owner

NEVER_MATCHES, OVERRIDDEN, REPEATED, IDLE_EXCEPTION = "never_matches", "overridden", "repeated", "idle_exception"

#: Operator that exempts -> the one that says who is exempted.
_EXEMPTING = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
}
_EFFECTS = {"Allow": "allows", "Deny": "denies"}


@dataclass(frozen=True, slots=True)
class InVain:
    """One finding: ``statement`` is the label of the statement, ``by`` those of the ones that override or repeat it."""

    finding: str
    statement: str
    message: str
    by: tuple[str, ...] = ()
    value: str | None = None

    def as_dict(self) -> Raw:
        return {
            "finding": self.finding,
            "statement": self.statement,
            "by": list(self.by),
            "value": self.value,
            "message": self.message,
        }


def findings(owner: Owner, raw: Raw) -> list[InVain]:
    """What the document says in vain; what the prover leaves undecided is no finding.

    :raises PolicyError: the document cannot be read.
    """
    document = parse(raw)
    return [found for one in document.statements for found in _of_statement(owner, document, one)]


def _of_statement(owner: Owner, document: Document, one: Statement) -> Iterator[InVain]:
    label = one.label
    if _covered(owner, [_requests(one)], None).holds:
        yield InVain(NEVER_MATCHES, label, f"Statement {label!r} can never match: no request is as it says.")
        return
    others = [other for other in document.statements if other is not one]
    same = [other for other in others if other.effect == one.effect]
    # Of two that say the same, the later one is the repetition.
    repeating = [other for other in same if other.index < one.index or not _says_all_of(owner, one, other)]
    by = _by(owner, one, repeating)
    if by:
        yield InVain(
            REPEATED, label, f"Statement {label!r} {_EFFECTS[one.effect]} nothing that {_named(by)} does not.", by
        )
        return
    if one.effect == "Allow":
        by = _by(owner, one, [other for other in others if other.effect == "Deny"])
        if by:
            yield InVain(OVERRIDDEN, label, f"Statement {label!r} allows nothing: {_named(by)} denies all of it.", by)
        return
    for condition in one.conditions:
        yield from _idle(owner, one, condition, same)


def _says_all_of(owner: Owner, one: Statement, other: Statement) -> bool:
    """Whether a statement is about all that another one is about."""
    return _covered(owner, [_requests(other)], [_requests(one)]).holds


def _by(owner: Owner, one: Statement, others: Sequence[Statement]) -> tuple[str, ...]:
    """The labels of those who together are about all that a statement is about; as few as can be told easily."""
    if not others or not _covered(owner, [_requests(one)], [_requests(other) for other in others]).holds:
        return ()
    for other in others:
        if _says_all_of(owner, one=other, other=one):
            return (other.label,)
    kept = list(others)
    for other in others:
        rest = [each for each in kept if each is not other]
        if rest and _covered(owner, [_requests(one)], [_requests(each) for each in rest]).holds:
            kept = rest
    return tuple(other.label for other in kept)


def _idle(owner: Owner, one: Statement, condition: Condition, same: Sequence[Statement]) -> Iterator[InVain]:
    positive = _EXEMPTING.get(condition.operator.removesuffix("IfExists"))
    if positive is None:
        return
    for value in condition.values:
        exempted = [_exempting(one, condition, positive, value)]
        said = f"The exception for {condition.key} {value} in statement {one.label!r}"
        if _covered(owner, exempted, None).holds:
            yield InVain(IDLE_EXCEPTION, one.label, f"{said} is for no request that there can be.", (), value)
            continue
        others = [_requests(other) for other in same]
        if others and _covered(owner, exempted, others).holds:
            by = tuple(
                other.label for other in same if not _covered(owner, exempted, _without(same, other)).holds
            ) or tuple(other.label for other in same)
            yield InVain(IDLE_EXCEPTION, one.label, f"{said} lets nobody in: {_named(by)} denies them all.", by, value)


def _without(same: Sequence[Statement], other: Statement) -> list[Raw]:
    return [_requests(each) for each in same if each is not other]


def _requests(one: Statement) -> Raw:
    """The requests that a statement is about, as the prover takes them."""
    return (
        {"Principal": "*", **one.raw, "Effect": "Allow"}
        if "NotPrincipal" not in one.raw
        else {**one.raw, "Effect": "Allow"}
    )


def _exempting(one: Statement, condition: Condition, positive: str, value: str) -> Raw:
    """The requests that a statement would be about but for one value of a condition."""
    block = {operator: dict(keys) for operator, keys in one.raw["Condition"].items()}
    del block[condition.operator][condition.key]
    keys = block.setdefault(positive, {})
    if condition.key not in keys:
        keys[condition.key] = value
    return {**_requests(one), "Condition": {operator: keys for operator, keys in block.items() if keys}}


def _covered(owner: Owner, these: list[Raw], by: list[Raw] | None) -> Verdict:
    """Whether all these requests are among others, or, without others, whether there are none."""
    unless = None if by is None else Declaration(by)
    if by == []:
        unless = None
    return prove(Claim("in_vain", Declaration(these), unless, owner.world, within=owner.within, through=owner.through))


def _named(labels: Sequence[str]) -> str:
    return " and ".join(map(repr, labels))
