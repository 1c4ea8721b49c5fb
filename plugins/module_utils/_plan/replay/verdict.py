# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What becomes of an access when the planned policies replace those in force.

That a request was granted proves that identity policies, boundaries and the policies of organizations allowed it, so
that they are taken to allow it again. Of one that was denied nobody knows which layer did it, unless the message says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..._policy.evaluation.decide import ALLOW, UNKNOWN, Decision
from ..._policy.evaluation.layers import BUCKET, ENDPOINT
from ..history import access as a
from ..history.access import Access
from .readings import NotEvaluated, Reading, readings_of
from .setting import UNSUPPLIED, Setting

KEEPS, LOSES, GAINS, STAYS_DENIED, OPEN, NOT_EVALUATED = (
    "keeps",
    "loses",
    "gains",
    "stays_denied",
    "unknown",
    "not_evaluated",
)
VERDICTS = (LOSES, OPEN, GAINS, STAYS_DENIED, NOT_EVALUATED, KEEPS)
DENY = "deny"
#: What a back-test says of a class.
AGREES, DISAGREES, UNDECIDED, OTHER_LAYER = "agrees", "disagrees", "undecided", "other_layer"
_OURS = (BUCKET, ENDPOINT)
_GRANT_GONE = (
    "The bucket policy in force grants it by itself and the planned one does not: whether identity policies do is not "
    "told."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a class.

    ``reason``: one sentence; ``decision`` is the planned one that it rests on, where there is one, with its
    ``reading``. ``now``: what the policies in force say: ``allow``, ``deny`` or ``unknown``; ``tested``: whether that
    is what was recorded.
    """

    name: str
    reason: str = ""
    missing: tuple[str, ...] = ()
    layer: str | None = None
    statement: str | None = None
    decision: Decision | None = None
    reading: Reading | None = None
    now: str = UNKNOWN
    tested: str = UNDECIDED
    said: str = ""


def verdict_of(access: Access, setting: Setting) -> Verdict:
    """What becomes of an access."""
    try:
        readings = readings_of(access, setting)
    except NotEvaluated as error:
        return Verdict(NOT_EVALUATED, f"{str(error)[0].upper()}{str(error)[1:]}.")
    granted = not access.denied
    before = [_decide(False, access, setting, reading, granted) for reading in readings]
    now = _agreed(before)
    doubtful = next((one for one in before if one.decision == UNKNOWN), before[0])
    tested, said = _test(access, now), next((one.reason for one in before if _state(one) == now), doubtful.reason)
    if access.key is not None and a.KEYS_UNTOLD in access.flags:
        # What one key is allowed, another may not be.
        now, tested = UNKNOWN, UNDECIDED
    if not any(setting.changes(access.bucket, reading.endpoint) for reading in readings):
        same = (KEEPS if granted else STAYS_DENIED) if now != DENY or not granted else STAYS_DENIED
        reason = "The plan changes no policy that decides about it."
        return Verdict(same, reason, now=now, tested=tested, said=said)
    if access.key is not None and a.KEYS_UNTOLD in access.flags:
        reason = "The record does not tell the keys, and the policies tell them apart."
        return Verdict(OPEN, reason, ("key",), now=now, tested=tested, said=said)
    after = [_decide(True, access, setting, reading, granted) for reading in readings]
    name, shown = _verdict(access, setting, readings, now, after)
    decision = after[shown]
    reason, missing = decision.reason, decision.missing_keys
    if name == OPEN and decision.decision != UNKNOWN:
        states = {_state(one) for one in after}
        reason = _GRANT_GONE if len(states) == 1 else _several(access, after)
        missing = (
            ("identity policies",) if len(states) == 1 else ("the path" if len(readings) > 1 else "the principal",)
        )
    return Verdict(
        name,
        reason,
        missing if name == OPEN else (),
        decision.layer,
        decision.statement,
        decision,
        readings[shown],
        now,
        tested,
        said,
    )


def _verdict(
    access: Access, setting: Setting, readings: list[Reading], now: str, after: list[Decision]
) -> tuple[str, int]:
    """The verdict, and which of the planned decisions it rests on."""
    then = _agreed(after)
    shown = next((index for index, one in enumerate(after) if _state(one) != ALLOW), 0)
    if access.denied:
        return _verdict_of_denied(access, now, then), shown
    if now == DENY:
        # It was granted once, and is denied by what is in force.
        return {DENY: STAYS_DENIED, ALLOW: GAINS}.get(then, OPEN), shown
    if then == DENY:
        return LOSES, shown
    if then == UNKNOWN:
        kept = all(
            _state(one) == ALLOW or _passes_what_is_new(access, setting, reading)
            for one, reading in zip(after, readings, strict=True)
        )
        return (KEEPS if kept else OPEN), shown
    lost = next((index for index, reading in enumerate(readings) if _hung_on_the_grant(access, setting, reading)), None)
    return (KEEPS, 0) if lost is None else (OPEN, lost)


def _verdict_of_denied(access: Access, now: str, then: str) -> str:
    if then == DENY or (access.layer and access.layer not in _OURS):
        return STAYS_DENIED
    if UNKNOWN in (now, then):
        return OPEN
    # Both allow: another layer denies it, which stays.
    return GAINS if now == DENY else STAYS_DENIED


def _decide(planned: bool, access: Access, setting: Setting, reading: Reading, granted: bool) -> Decision:
    policies = setting.policies(
        planned, access.bucket, reading.endpoint, _owner(access, setting), granted, reading.everybody
    )
    decision = policies.decide(reading.request)
    at_point = _at_point(planned, setting, reading) if decision.decision == ALLOW else None
    return at_point or decision


def _at_point(planned: bool, setting: Setting, reading: Reading) -> Decision | None:
    """What the policy of the endpoint says of the access point on the way, unless it lets it pass."""
    if reading.at_point is None or not reading.endpoint:
        return None
    found = setting.passing(planned, reading.endpoint).decide(reading.at_point)
    return None if found.decision == ALLOW else found


def stopped_at_point(access: Access, setting: Setting, reading: Reading) -> bool:
    """Whether the plan allows the request on the bucket, and not on the access point on the way."""
    policies = setting.policies(True, access.bucket, reading.endpoint, _owner(access, setting), True, reading.everybody)
    return policies.decide(reading.request).decision == ALLOW and _at_point(True, setting, reading) is not None


def _owner(access: Access, setting: Setting) -> str:
    return setting.owners.get(access.bucket) or access.bucket_account


def _passes_what_is_new(access: Access, setting: Setting, reading: Reading) -> bool:
    """Whether what was granted passes all that the plan adds: what leaves it open is in force already."""
    policies = setting.narrowed(access.bucket, reading.endpoint, _owner(access, setting))
    return policies.decide(reading.request).decision == ALLOW and _at_point(True, setting, reading) is None


def _hung_on_the_grant(access: Access, setting: Setting, reading: Reading) -> bool:
    """Whether the bucket policy in force grants a request by itself, and the planned one does not."""
    if reading.everybody or setting.document(False, "buckets", access.bucket) in (None, UNSUPPLIED):
        return False
    if setting.text(False, "buckets", access.bucket) == setting.text(True, "buckets", access.bucket):
        return False
    owner = _owner(access, setting)
    alone = [setting.alone(planned, access.bucket, owner).decide(reading.request).decision for planned in (False, True)]
    return alone[0] == ALLOW and alone[1] != ALLOW


def _state(decision: Decision) -> str:
    return DENY if decision.denied else decision.decision


def _agreed(decisions: Iterable[Decision]) -> str:
    states = {_state(one) for one in decisions}
    return states.pop() if len(states) == 1 else UNKNOWN


def _test(access: Access, now: str) -> str:
    """Whether the policies in force say what was recorded."""
    if access.denied and access.layer and access.layer not in _OURS:
        return OTHER_LAYER
    if now == UNKNOWN:
        return UNDECIDED
    if not access.denied:
        return AGREES if now == ALLOW else DISAGREES
    if now == DENY:
        return AGREES
    return DISAGREES if access.layer else OTHER_LAYER


def _several(access: Access, after: list[Decision]) -> str:
    denied = next(one for one in after if _state(one) != ALLOW)
    return f"The record fits requests that are decided differently; of one of them: {denied.reason}"
