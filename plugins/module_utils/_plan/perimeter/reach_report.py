# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The theorems of a perimeter for people: what holds and on what it rests, and what does not, like with like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..._policy.evaluation.layers import BUCKET
from ..._policy.evaluation.layers import ENDPOINT as ENDPOINT_POLICY
from ..._policy.language.document import Raw
from ..._policy.proof.claim import HOLDS, REFUTED, UNDECIDED, Counterexample, Verdict
from ..proof import words
from ..proof.example import as_dict, reproduced_by, statement_dict
from .declared import Declaration
from .theorems import DECISIONS, DENY, PASSAGE, REACH, TITLES

#: What one entry collects of requests that differ in nothing else that matters.
_LISTS = ("buckets", "principals", "network_paths")
#: Names that a sentence gives before it leaves out the rest.
_MAX_SHOWN = 5


@dataclass(slots=True)
class Report:
    """Takes verdicts as they come; a bucket is ``None`` where a theorem is about all of them."""

    declaration: Declaration
    requests: int = 0
    _verdicts: dict[str, dict[str | None, str]] = field(default_factory=lambda: {name: {} for name in TITLES})
    _rests_on: dict[str, dict[Any, Raw]] = field(default_factory=lambda: {name: {} for name in TITLES})
    _mismatches: dict[Any, Raw] = field(default_factory=dict)
    _narrowed: dict[Any, Raw] = field(default_factory=dict)
    _undecided: dict[Any, Raw] = field(default_factory=dict)
    _assumed: dict[str, None] = field(default_factory=dict)

    def add(self, theorem: str, bucket: str | None, verdict: Verdict, first: bool = True) -> None:
        """What the prover says of a theorem; ``first``: it was asked, and not known from a bucket of the same shape."""
        self.requests += verdict.leaves if first else 0
        statuses = self._verdicts[theorem]
        statuses[bucket] = max(statuses.get(bucket, HOLDS), verdict.status, key=(HOLDS, UNDECIDED, REFUTED).index)
        for where in verdict.rests_on if verdict.holds else ():
            self._rests_on[theorem].setdefault((where.layer, where.label), statement_dict(where))
        self._assumed.update(dict.fromkeys(verdict.assumed))
        for example in verdict.counterexamples:
            self._collect(self._mismatches, theorem, bucket, example, _remedy(self.declaration, theorem, example))
        refuting = {one.statement for one in verdict.counterexamples}
        for one in verdict.narrowed:
            if one.statement in refuting:
                continue
            self._collect(self._narrowed, theorem, bucket, one.example, _remedy(self.declaration, theorem, one.example))
        if verdict.status == UNDECIDED:
            entry = self._undecided.setdefault(
                (theorem, verdict.reason), {"theorem": theorem, "buckets": {}, "reason": verdict.reason}
            )
            if bucket:
                entry["buckets"][bucket] = None

    def assume(self, sentence: str) -> None:
        """What was taken for granted."""
        self._assumed[sentence] = None

    def _collect(
        self, entries: dict[Any, Raw], theorem: str, bucket: str | None, example: Counterexample, remedy: str
    ) -> None:
        request = example.request
        where = example.statement
        label = where.label if where else None
        key = (theorem, request["action"], example.decision, where and where.layer, label, remedy)
        entry = entries.get(key)
        if entry is None:
            entry = entries[key] = self._entry(theorem, example, remedy)
        name = bucket or words.bucket_of(str(request["resource"]))
        path = words.network_path(request)
        for which, value in zip(_LISTS, (name, str(request["principal"]), path), strict=True):
            entry[which][value] = None
        entry["examples"].setdefault(
            name,
            {
                "principal": request["principal"],
                "action": request["action"],
                "resource": request["resource"],
                "network_path": path,
                "said": words.sentence(request),
            },
        )

    def _entry(self, theorem: str, example: Counterexample, remedy: str) -> Raw:
        found = as_dict(example)
        request = found["request"]
        declared = DECISIONS[theorem]
        return {
            "theorem": theorem,
            # In their order, and each once.
            **{name: {} for name in _LISTS},
            "examples": {},
            "action": request["action"],
            "resource": request["resource"],
            "declared": declared,
            "found": found["decision"],
            "layer": found["layer"],
            "statement": found["statement"],
            "request": request,
            "said": found["said"],
            "reason": found["reason"],
            "remedy": remedy,
            "task": reproduced_by(request, declared, self._owner(theorem)),
        }

    def _owner(self, theorem: str) -> str | None:
        return None if theorem == PASSAGE else self.declaration.account

    def as_dict(self, matrix: list[Raw]) -> Raw:
        refuted = [one for one in self._verdicts.values() if set(one.values()) - {HOLDS}]
        return {
            "holds": not refuted,
            "theorems": [self._theorem(name) for name in TITLES],
            "requests": self.requests,
            "matrix": matrix,
            "mismatches": [_finished(entry) for entry in self._mismatches.values()],
            "narrowed": [_finished(entry) for entry in self._narrowed.values()],
            "unknown": [_doubt(entry) for entry in self._undecided.values()],
            "assumed": [*_always_assumed(self.declaration), *self._assumed],
        }

    def _theorem(self, name: str) -> Raw:
        statuses = self._verdicts[name]
        worst = max(statuses.values(), key=(HOLDS, UNDECIDED, REFUTED).index, default=HOLDS)
        return {
            "theorem": name,
            "title": TITLES[name],
            "verdict": worst,
            "buckets": {
                status: found
                for status in (HOLDS, REFUTED, UNDECIDED)
                if (found := [bucket for bucket, one in statuses.items() if one == status and bucket])
            },
            "rests_on": list(self._rests_on[name].values()),
            "counterexamples": [_finished(entry) for entry in self._mismatches.values() if entry["theorem"] == name],
            "narrowed": [_finished(entry) for entry in self._narrowed.values() if entry["theorem"] == name],
        }


def _finished(entry: Raw) -> Raw:
    """The entry with the sentence that says it all: of its first request, and how many more there are."""
    lists = {name: list(entry[name]) for name in _LISTS}
    what = "passes and is not declared" if entry["declared"] == DENY else "is declared and does not pass"
    message = f"{entry['said']} {what}. {entry['reason']} {entry['remedy']}".strip()
    more = [
        f"{len(values) - 1} more {_counted(name, len(values) - 1)} ({_some(values[1:])})"
        for name, values in lists.items()
        if len(values) > 1
    ]
    return {**entry, **lists, "message": f"{message} So with {', '.join(more)}." if more else message}


def _counted(name: str, number: int) -> str:
    plural = name.replace("_", " ")
    return plural if number > 1 else plural[:-1]


def _some(names: list[str]) -> str:
    return ", ".join(names[:_MAX_SHOWN]) + (", ..." if len(names) > _MAX_SHOWN else "")


def _doubt(entry: Raw) -> Raw:
    buckets = list(entry["buckets"])
    of = f" of {_some(buckets)}" if buckets else ""
    title = TITLES[entry["theorem"]].rstrip(".")
    return {**entry, "buckets": buckets, "message": f"It is not decided{of} whether {title.lower()}. {entry['reason']}"}


def _remedy(declaration: Declaration, theorem: str, example: Counterexample) -> str:
    where = example.statement
    statement = f"statement {where.label!r}" if where else "the statement"
    if theorem == PASSAGE:
        return f"Declare it, or take {statement} out of the endpoint policy."
    if theorem == REACH:
        request = example.request
        if words.is_service(str(request["principal"])):
            return f"Give {statement} of the bucket policy a condition on aws:SourceAccount ({declaration.account})" + (
                "." if declaration.services else ", and declare AWS services (allow_aws_services)."
            )
        version = str((request.get("context") or {}).get("s3:TlsVersion", ""))
        if declaration.minimum_tls and version and version < declaration.minimum_tls:
            return (
                "Deny older versions of TLS in the bucket policy: NumericLessThan of s3:TlsVersion "
                f"{declaration.minimum_tls}."
            )
        if words.network_path(request) == f"through {declaration.endpoint}":
            return "Declare it as access to the bucket, or take it out of the endpoint policy or the bucket policy."
        out = f", or take out {statement} of the bucket policy" if where else ""
        return f"Nothing that is declared lets it pass: put the perimeter back as the role writes it{out}."
    if where and where.layer == ENDPOINT_POLICY:
        return "Let the endpoint policy allow it, as the role writes it."
    if where and where.layer == BUCKET:
        return f"Change {statement} of the bucket policy, or declare only what it leaves."
    return "Let endpoint policy and bucket policy allow it, or do not declare it."


def _always_assumed(declaration: Declaration) -> list[str]:
    said = [
        "What identity policies, permissions boundaries, session policies and policies of the organization say is not "
        "looked at: they may allow everything.",
        "Services of AWS other than S3 (s3express, s3-outposts, s3-object-lambda) are not looked at, nor are ACLs, "
        "policies of access points and keys of KMS.",
    ]
    open_to_all = [grant.bucket for grant in declaration.grants.values() if not grant.principals]
    if open_to_all:
        said.append(
            "Through the endpoint anybody may pass to the buckets that are declared without principals; whom their own "
            f"policies let in is for principals of {_accounts(declaration)}."
        )
    if declaration.organization:
        said.append(f"Account {declaration.account} is taken to be in the organization {declaration.organization}.")
    return said


def _accounts(declaration: Declaration) -> str:
    accounts = declaration.accounts
    return f"account {accounts[0]}" if len(accounts) == 1 else f"the accounts {', '.join(accounts)}"
