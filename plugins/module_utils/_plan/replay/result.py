# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a replay says: what becomes of each class, what the evidence covers, and how far it can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..history import access as a
from ..history.access import Access
from ..history.distinctions import Distinctions
from ..history.tally import Tally
from .cause import Cause, cause_of
from .classes import Class, classes_of
from .proposal import proposal_of, unused_of
from .setting import Setting
from .verdict import (
    AGREES,
    DISAGREES,
    GAINS,
    LOSES,
    NOT_EVALUATED,
    OPEN,
    OTHER_LAYER,
    UNDECIDED,
    VERDICTS,
    Verdict,
    verdict_of,
)

_DAY = 86_400
#: Days of evidence below which jobs of a month, and of a quarter, may be missing.
_MONTH, _QUARTER = 35, 100
#: Of each verdict, so many classes are returned; of the two that matter, so many more.
SHOWN = 200
_DISAGREEMENTS = 50

NO_EVIDENCE, MANAGEMENT_ONLY, LOGS_ONLY, DATA_EVENTS = "none", "management_events", "access_logs", "data_events"
_TOLD = {
    NO_EVIDENCE: "There is no evidence about {bucket}: nothing can be said of who uses it.",
    MANAGEMENT_ONLY: (
        "Of {bucket} there are management events only: who reads and writes objects is not in the evidence."
    ),
    LOGS_ONLY: (
        "Of {bucket} there are server access logs only, which do not tell endpoints and the paths of roles, and are "
        "delivered on a best effort basis."
    ),
}


@dataclass
class Result:
    """All that a replay says."""

    found: list[tuple[Class, Verdict, Cause | None]]
    tally: Tally
    setting: Setting
    minimum_days: int = 0
    declaration: Mapping[str, Any] = field(default_factory=dict)
    since: int | None = None
    until: int | None = None

    @property
    def summary(self) -> dict[str, int]:
        counts = Counter(verdict.name for one, verdict, _cause in self.found if not one.ignored)
        return {
            "classes": sum(counts.values()),
            **{name: counts[name] for name in VERDICTS},
            "ignored": sum(bool(one.ignored) for one, _verdict, _cause in self.found),
        }

    @property
    def window(self) -> dict[str, Any]:
        """The days that the evidence is of; ``gaps``: days within it without a record."""
        tally = self.tally
        if not tally.first:
            return {"from": None, "until": None, "days": 0, "days_with_records": 0, "gaps": []}
        days = tally.last // _DAY - tally.first // _DAY + 1
        return {
            "from": a.shown_time(tally.first),
            "until": a.shown_time(tally.last),
            "days": days,
            "days_with_records": tally.days.bit_count(),
            "gaps": tally.gaps(),
        }

    @cached_property
    def coverage(self) -> dict[str, dict[str, Any]]:
        """Bucket -> which evidence there is of it."""
        found: dict[str, dict[str, Any]] = {}
        by_bucket: dict[str, list[Class]] = {}
        for one, _verdict, _cause in self.found:
            by_bucket.setdefault(one.access.bucket, []).append(one)
        for bucket in self.setting.buckets:
            own = by_bucket.get(bucket, [])
            sources = sorted({one.access.source for one in own})
            firsts = [one.seen.first for one in own if one.seen.first]
            found[bucket] = {
                "evidence": _evidence(own),
                "sources": sources,
                "count": sum(one.seen.count for one in own),
                "first": a.shown_time(min(firsts)) if firsts else None,
                "last": a.shown_time(max(one.seen.last for one in own)) if firsts else None,
            }
        return found

    @cached_property
    def backtest(self) -> dict[str, Any]:
        """How much of what was recorded the policies in force say as well, by numbers of requests."""
        counts: Counter[str] = Counter()
        against = []
        for number, (one, verdict, _cause) in enumerate(self.found):
            if verdict.name != NOT_EVALUATED:
                counts[verdict.tested] += one.seen.count
            if verdict.tested == DISAGREES:
                against.append(
                    {
                        "class": number,
                        "principal": one.who,
                        "action": one.access.action,
                        "bucket": one.access.bucket,
                        "recorded": "denied" if one.access.denied else "allowed",
                        "evaluated": verdict.now,
                        "count": one.seen.count,
                        "reason": verdict.said,
                    }
                )
        decided = counts[AGREES] + counts[DISAGREES]
        return {
            "agree": round(counts[AGREES] / decided, 6) if decided else None,
            "agreeing": counts[AGREES],
            "disagreeing": counts[DISAGREES],
            "undecided": counts[UNDECIDED],
            "other_layer": counts[OTHER_LAYER],
            "disagree": against[:_DISAGREEMENTS],
        }

    @property
    def findings(self) -> list[dict[str, str]]:
        """What keeps the replay from being sure: no evidence is no safety."""
        found = [
            {
                "kind": f"evidence_{one['evidence']}",
                "subject": bucket,
                "text": _TOLD[one["evidence"]].format(bucket=bucket),
            }
            for bucket, one in self.coverage.items()
            if one["evidence"] in _TOLD
        ]
        window, tally = self.window, self.tally
        days = window["days"]
        least = self.minimum_days or _MONTH
        if tally.first and days < max(least, _QUARTER):
            missing = "week or month" if days < _MONTH else "quarter or year"
            kind = "window_too_short" if days < least else "window_short"
            text = f"The evidence is of {days} days: what happens once in a {missing} may not be among it."
            found.append({"kind": kind, "subject": "window", "text": text})
        if window["gaps"]:
            more = " and more days" if len(window["gaps"]) > 10 else ""
            text = f"There is no record of {', '.join(window['gaps'][:10])}{more}."
            found.append({"kind": "gaps", "subject": "window", "text": text})
        if tally.empty:
            text = f"There is no file, or no object of these days, in {', '.join(tally.empty)}."
            found.append({"kind": "nothing_there", "subject": "evidence", "text": text})
        points = sum(one.seen.count for one, _verdict, _cause in self.found if _is_of_untold_bucket(one.access))
        if points:
            text = f"Requests through access points of which the records do not tell the bucket: {points}. "
            text += "It may be one of these."
            found.append({"kind": "access_points", "subject": "evidence", "text": text})
        if tally.malformed:
            named = "; ".join(tally.named[:5])
            text = f"Places of the evidence that cannot be read: {tally.malformed} ({named})."
            found.append({"kind": "malformed", "subject": "evidence", "text": text})
        if tally.without_zone:
            text = f"Times without a zone, which are taken for UTC: {tally.without_zone}."
            found.append({"kind": "without_zone", "subject": "evidence", "text": text})
        agree = self.backtest["agree"]
        if agree is not None and agree < 1:
            text = f"The policies in force say of {1 - agree:.2%} of the requests that were decided something else."
            found.append({"kind": "backtest", "subject": "policies in force", "text": text})
        return found

    def uncovered(self) -> list[str]:
        """The buckets whose policy the plan changes, and of which there is no evidence about objects."""
        return [
            bucket
            for bucket, one in self.coverage.items()
            if one["evidence"] in (NO_EVIDENCE, MANAGEMENT_ONLY) and self.setting.changes(bucket, "")
        ]

    def classes(self, names: Iterable[str], shown: int) -> list[dict[str, Any]]:
        """The classes of some verdicts, up to a number each."""
        left = dict.fromkeys(names, shown)
        found = []
        for number, (one, verdict, cause) in enumerate(self.found):
            if one.ignored or left.get(verdict.name, 0) < 1:
                continue
            left[verdict.name] -= 1
            found.append(_shown(number, one, verdict, cause))
        return found

    def as_dict(self, shown: int = SHOWN) -> dict[str, Any]:
        """The result of the module.

        :param shown: how many classes of each verdict; the summary counts all.
        """
        tally = self.tally
        proposal = proposal_of(self.found, self.setting)
        covered = [name for name, one in self.coverage.items() if one["evidence"] in (DATA_EVENTS, LOGS_ONLY)]
        classes = self.classes(VERDICTS, shown)
        return {
            "window": self.window,
            "read": {
                "files": tally.files,
                "records": tally.records,
                "counted": tally.counted,
                "duplicates": tally.duplicates,
                "skipped": dict(sorted(tally.skipped.items())),
                "malformed": tally.malformed,
                "malformed_places": tally.named,
            },
            "coverage": self.coverage,
            "findings": self.findings,
            "backtest": self.backtest,
            "summary": self.summary,
            **{name: [one for one in classes if one["verdict"] == name] for name in VERDICTS},
            "ignored": [
                {"number": number, **one.as_dict(), "reason": one.ignored}
                for number, (one, _verdict, _cause) in enumerate(self.found)
                if one.ignored
            ][:shown],
            "proposal": proposal,
            "unused": unused_of(self.found, self.setting, self.declaration, covered) if self.declaration else [],
            "assumed": list(_assumed(self.found)),
        }


def replay(
    tally: Tally,
    setting: Setting,
    distinctions: Distinctions,
    ignore: Sequence[Mapping[str, Any]] = (),
    **told: Any,
) -> Result:
    """Decide all that was seen. ``told``: further fields of :class:`Result`."""
    found = []
    # What is shown apart, such as keys of other folders that no policy tells apart, is decided once.
    known: dict[Access, Verdict] = {}
    for one in classes_of(tally.seen, distinctions, ignore):
        decided = one.access._replace(
            source="", operation="" if one.access.action else one.access.operation, prefix=None
        )
        verdict = known.get(decided)
        if verdict is None:
            verdict = known[decided] = verdict_of(one.access, setting)
        cause = cause_of(one.access, verdict, setting) if verdict.name == LOSES else None
        found.append((one, verdict, cause))
    return Result(found, tally, setting, **told)


def _is_of_untold_bucket(access: Access) -> bool:
    return bool(access.access_point) and not access.bucket


def _evidence(own: Sequence[Class]) -> str:
    sources = {one.access.source for one in own}
    if a.DATA in sources:
        return DATA_EVENTS
    if a.ACCESS_LOG in sources:
        return LOGS_ONLY
    return MANAGEMENT_ONLY if a.MANAGEMENT in sources else NO_EVIDENCE


def _shown(number: int, one: Class, verdict: Verdict, cause: Cause | None) -> dict[str, Any]:
    found = {
        "number": number,
        **one.as_dict(),
        "verdict": verdict.name,
        "reason": verdict.reason,
        "layer": verdict.layer if verdict.name in (LOSES, OPEN, GAINS) else None,
        "statement": verdict.statement if verdict.name in (LOSES, OPEN, GAINS) else None,
        "missing": list(verdict.missing),
    }
    return {**found, **cause.as_dict()} if cause else found


def _assumed(found: Iterable[tuple[Class, Verdict, Cause | None]]) -> Iterable[str]:
    """What was taken for granted, as far as it is about these classes."""
    kinds = [one.access for one, _verdict, _cause in found]
    yield "What was granted is still allowed by identity policies, boundaries, service and resource control policies."
    yield "The policies in force were in force when the requests were made; the back-test shows where they were not."
    if any(one.via for one in kinds):
        yield "Requests that services make for somebody use TLS, and come through no endpoint."
    if any(a.COPY_SOURCE in one.flags for one in kinds):
        yield "What a copy reads is read on the same network path as the copy is asked for."
    if any(one.access_point for one in kinds):
        yield "The policies of access points are as they are, and let pass what they let pass."
    if len({a.AGGREGATED_ROW in one.flags for one in kinds}) > 1:
        yield "Aggregates and records do not speak of the same requests, which could not be told."
    if any(a.ACL_REQUIRED in one.flags for one in kinds):
        yield "Access control lists, which some of the requests needed, stay as they are."
