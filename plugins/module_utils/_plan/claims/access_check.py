# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Many requests, decided by policies that are supplied or read: the core of access_check, the test policy_allows and
whoever asserts who reaches what.

The policies of requests that meet the same documents are compiled once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..._policy.evaluation.decide import (
    ALLOW,
    ASSUME_ALLOW,
    Decision,
    Policies,
    Request,
    RequestError,
    compile_policies,
)
from ..._policy.language.arns import parse_arn
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError, Problem

EXPECTATIONS = ("allow", "deny")
#: What a request carries unless it says otherwise: hardly anybody asks about S3 without TLS, and policies ask for it.
_TLS = "aws:SecureTransport"
#: Options with the policies of principals -> their layer.
_OF_PRINCIPALS = {
    "identity_policies": "identity",
    "permissions_boundaries": "boundary",
    "session_policies": "session",
}
#: Options with the policies of buckets -> their layer, or what they say of it.
_OF_BUCKETS = {
    "bucket_policies": "bucket",
    "block_public_access": "block_public_access",
    "resource_accounts": "resource_account",
    "resource_regions": "resource_region",
}
#: Options with the policies of an organization -> their layer.
_OF_ALL = {"service_control_policies": "scp", "resource_control_policies": "rcp"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a task, read; ``expect`` is ``allow``, ``deny`` or ``None``."""

    raw: Raw
    request: Request
    bucket: str | None
    endpoint: str | None
    expect: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is decided of one request; ``met`` is ``None`` where nothing was expected."""

    asked: Asked
    decision: Decision

    @property
    def met(self) -> bool | None:
        if self.asked.expect is None:
            return None
        # A decision of unknown meets nothing.
        return self.decision.decision == ALLOW if self.asked.expect == "allow" else self.decision.denied

    def as_dict(self) -> Raw:
        raw = self.asked.raw
        return {
            **{
                key: raw[key]
                for key in ("principal", "action", "resource", "through", "expect")
                if raw.get(key) is not None
            },
            **self.decision.as_dict(),
            **({"met": self.met} if self.met is not None else {}),
        }

    @property
    def complaint(self) -> str:
        """Why the expectation is not met, in one sentence."""
        raw = self.asked.raw
        through = f" through {raw['through']}" if raw.get("through") else ""
        missing = self.decision.missing_keys
        # Policies may be missing, too.
        hint = " Give it in the context of the request." if any(":" in one for one in missing) else ""
        keys = f" It hangs on {', '.join(missing)}.{hint}" if missing else ""
        return (
            f"{raw['principal']} {raw['action']} {raw['resource']}{through}: expected {self.asked.expect}, "
            f"found {self.decision.decision}. {self.decision.reason}{keys}"
        )


def read_requests(requests: Sequence[Any]) -> list[Asked]:
    """The requests of a task.

    :raises PolicyError: with every problem, each with its place, such as ``requests[3].resource``.
    """
    problems: list[Problem] = []
    found = []
    for index, raw in enumerate(requests):
        place = f"requests[{index}]"
        if not isinstance(raw, Mapping):
            problems.append(Problem(place, "A request is a mapping of principal, action and resource."))
            continue
        expect = raw.get("expect")
        if expect is not None and expect not in EXPECTATIONS:
            problems.append(Problem(f"{place}.expect", f"{expect!r} cannot be expected.", "Expect allow or deny."))
        try:
            request = Request.from_mapping(
                _over_tls({key: value for key, value in raw.items() if key != "expect" and value is not None})
            )
        except RequestError as error:
            problems += [
                Problem(f"{place}.{one.path}" if one.path else place, one.rule, one.remedy) for one in error.problems
            ]
            continue
        found.append(Asked(dict(raw), request, bucket_of(raw["resource"]), endpoint_of(raw.get("through")), expect))
    if problems:
        raise PolicyError(problems, "requests")
    return found


def _over_tls(raw: Raw) -> Raw:
    context = raw.get("context", {})
    if not isinstance(context, Mapping) or any(str(key).lower() == _TLS.lower() for key in context):
        return raw
    return {**raw, "context": {**context, _TLS: "true"}}


def bucket_of(resource: str) -> str | None:
    """The bucket that an ARN is about; ``None`` for ``*`` and for access points."""
    arn = parse_arn(resource)
    return None if arn is None or arn.account or arn.region else arn.resource.partition("/")[0]


def endpoint_of(through: Any) -> str | None:
    """The endpoint that a request passes, as far as it is known."""
    if isinstance(through, Mapping):
        through = through.get("vpce")
    return through if isinstance(through, str) and through.startswith("vpce-") else None


@dataclass(slots=True)
class Supplied:
    """The policies of a task, by whom or what they are for; see the options of access_check.

    ``unknown_identity``: what an identity is taken to be allowed of which there are no policies here: nothing is known
    of it, or, if it is ``ASSUME_ALLOW``, everything.
    """

    options: Mapping[str, Any]
    assume_identity_allows: bool = False
    _compiled: dict[tuple[str | None, str | None, str | None], Policies] = field(default_factory=dict)

    def check(self) -> None:
        """Look at every document, whether a request meets it or not.

        :raises PolicyError: with every problem, each with its option and its place.
        """
        problems: list[Problem] = []
        for option, layer in {**_OF_PRINCIPALS, **_OF_BUCKETS, "endpoint_policies": "endpoint"}.items():
            for name, value in self._of(option).items():
                problems += _problems(f"{option}[{name}]", layer, value)
        for option, layer in _OF_ALL.items():
            if self.options.get(option) is not None:
                problems += _problems(option, layer, self.options[option])
        if problems:
            raise PolicyError(problems, "policies")

    def missing(self, option: str, names: Iterable[str | None]) -> list[str]:
        """Those of these that an option says nothing about, in their order."""
        known = self._of(option)
        return [name for name in dict.fromkeys(names) if name is not None and name not in known]

    def decide(self, asked: Asked) -> Decision:
        return self._policies(asked).decide(asked.request)

    def _policies(self, asked: Asked) -> Policies:
        principal = str(asked.raw["principal"])
        named = any(principal in self._of(option) for option in _OF_PRINCIPALS)
        key = (principal if named else None, asked.bucket, asked.endpoint)
        if key not in self._compiled:
            self._compiled[key] = compile_policies(self._layers(principal, asked))
        return self._compiled[key]

    def _layers(self, principal: str, asked: Asked) -> Raw:
        layers: Raw = {layer: self.options[option] for option, layer in _OF_ALL.items() if self.options.get(option)}
        for option, layer in _OF_PRINCIPALS.items():
            if principal in self._of(option):
                layers[layer] = self._of(option)[principal]
        if "identity" not in layers and self.assume_identity_allows:
            layers["identity"] = ASSUME_ALLOW
        for option, layer in _OF_BUCKETS.items():
            if asked.bucket in self._of(option):
                layers[layer] = self._of(option)[asked.bucket]
        if asked.bucket is None:
            layers["bucket"] = None
        if asked.endpoint in self._of("endpoint_policies"):
            layers["endpoint"] = self._of("endpoint_policies")[asked.endpoint]
        return layers

    def _of(self, option: str) -> Mapping[Any, Any]:
        return self.options.get(option) or {}


def _problems(place: str, layer: str, value: Any) -> list[Problem]:
    try:
        compile_policies({layer: value})
    except PolicyError as error:
        # The layer of the error is the option of the task.
        return [Problem(place + one.path.removeprefix(layer), one.rule, one.remedy) for one in error.problems]
    return []


def answer_all(requests: Iterable[Asked], decide: Callable[[Asked], Decision]) -> list[Answer]:
    """The answers to all requests, in their order."""
    return [Answer(asked, decide(asked)) for asked in requests]


def summary_of(answers: Iterable[Answer]) -> dict[str, int]:
    """How many requests are decided how, and how many expectations are not met."""
    counts = {"requests": 0, "allow": 0, "explicit_deny": 0, "implicit_deny": 0, "unknown": 0, "unmet": 0}
    for one in answers:
        counts["requests"] += 1
        counts[one.decision.decision] += 1
        counts["unmet"] += one.met is False
    return counts
