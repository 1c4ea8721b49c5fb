# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attacks on proofs: requests that would refute them, policies that are wider than those proved, and all requests of a
small alphabet."""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.request import Request
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import Claim, Declaration, Setting
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import compile_side
from tests.judge.documents import ARN, FOREIGN, ORG, OTHER, OWN, PEER, PEER_VPC, VPC, VPCE, WORLD

Raw = dict[str, Any]
#: Requests, each with the endpoint that it comes through.
Requests = Iterable[tuple[Request, str | None]]


def refuting(claim: Claim, requests: Requests) -> Iterator[Request]:
    """The requests that refute a claim, as the evaluator has it."""
    passing, unless, within = (one and compile_side(one) for one in (claim.passing, claim.unless, claim.within))
    for request, endpoint in requests:
        if claim.through is not None and endpoint not in claim.through:
            continue
        if (
            passing.passes(request, endpoint) is True
            and (unless is None or unless.passes(request, endpoint) is False)
            and (within is None or within.passes(request, endpoint) is True)
        ):
            yield request


# --- policies that are wider


def widened(rng: random.Random, claim: Claim) -> Claim:
    """A claim of which one statement of what may pass is wider: a Deny less, or an Allow for more."""
    passing = claim.passing
    if isinstance(passing, Declaration):
        return replace(claim, passing=Declaration(_wider(rng, list(passing.statements))))
    documents = [("policies", name) for name in passing.policies] + [("endpoints", name) for name in passing.endpoints]
    side, name = rng.choice(documents)
    given = getattr(passing, side)
    wider = {**given[name], "Statement": _wider(rng, given[name]["Statement"])}
    return replace(claim, passing=replace(passing, **{side: {**given, name: wider}}))


def _wider(rng: random.Random, statements: list[Raw]) -> list[Raw]:
    found = copy.deepcopy(statements)
    place = rng.randrange(len(found))
    one = found[place]
    if one["Effect"] == "Deny":
        if rng.random() < 0.5 and len(found) > 1:
            # A policy has no fewer statements than one.
            del found[place]
        else:
            one["Condition"] = {**one.get("Condition", {}), "DateLessThanEquals": {"aws:CurrentTime": "2026-06-01"}}
        return found
    changed: Raw = rng.choice([{"Action": "s3:*"}, {"Resource": "*"}, {"Principal": "*"}, {"Condition": {}}])
    left_out = {*changed, *(f"Not{element}" for element in changed)}
    kept = {key: value for key, value in one.items() if key not in left_out}
    found[place] = {**kept, **{key: value for key, value in changed.items() if value}}
    return found


# --- a small alphabet, of which every request is looked at

_WHO = [
    "anonymous",
    f"arn:aws:sts::{OWN}:assumed-role/app/s1",
    f"arn:aws:sts::{OWN}:assumed-role/x/s1",
    f"arn:aws:iam::{OWN}:user/x",
    f"arn:aws:iam::{OWN}:root",
    f"arn:aws:sts::{OTHER}:assumed-role/app/s1",
    f"arn:aws:iam::{OTHER}:user/x",
    f"arn:aws:iam::{OTHER}:root",
    "arn:aws:sts::777788889999:assumed-role/app/s1",
    "arn:aws:iam::777788889999:root",
]
_WHAT = [(action, f"{ARN}bk1/{key}") for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
         for key in ("logs/a", "x")]  # fmt: skip
_WHAT += [("s3:ListBucket", f"{ARN}bk1"), ("s3:PutBucketPolicy", f"{ARN}bk1")]
_PATHS: list[tuple[Any, Raw]] = [
    ("internet", {"aws:SourceIp": "203.0.113.7"}),
    ({"vpce": VPCE, "vpc": VPC, "account": OWN, "org": ORG, "region": "eu-central-1"}, {}),
    ({"vpce": PEER, "vpc": PEER_VPC, "account": OTHER, "org": FOREIGN, "region": "eu-central-1"}, {}),
]
_TLS: list[Raw] = [
    {"aws:SecureTransport": "true", "s3:TlsVersion": "1.2"},
    {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"},
    {"aws:SecureTransport": "false", "s3:TlsVersion": None},
]
_TEAMS = ["red", "other", None]
#: What the documents of the alphabet compare, and the only requests that claims over it are about.
_CONDITIONS: list[Raw] = [
    {},
    {"StringEquals": {"aws:SourceVpce": VPCE}},
    {"StringNotEquals": {"aws:SourceVpce": VPCE}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"NumericLessThan": {"s3:TlsVersion": "1.3"}},
    {"StringEquals": {"aws:PrincipalTag/team": "red"}},
    {"StringNotEqualsIfExists": {"aws:PrincipalTag/team": "red"}},
    {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/app"}},
    {"StringEquals": {"aws:PrincipalAccount": [OWN, OTHER]}},
]
_PRINCIPALS: list[Any] = ["*", {"AWS": OWN}, {"AWS": OTHER}, {"AWS": f"arn:aws:iam::{OWN}:role/app"}]
_WITHIN = Declaration(
    [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "s3:PutBucketPolicy"],
            "Resource": [f"{ARN}bk1", f"{ARN}bk1/*"],
            "Condition": {
                "StringNotEquals": {"aws:PrincipalType": "FederatedUser"},
                "Bool": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"},
            },
        }
    ]
)


def every_request() -> list[tuple[Request, str | None]]:
    """Every request of the alphabet."""
    found = []
    for who, (action, resource), (path, address), tls, team in itertools.product(_WHO, _WHAT, _PATHS, _TLS, _TEAMS):
        if team and (who == "anonymous" or who.endswith(":root")):
            continue
        context: Raw = {"aws:SourceIp": None, **address, **tls, "aws:PrincipalTag/team": team}
        if "assumed-role" in who:
            account, name = who.split(":")[4], who.split("/")[1]
            context["aws:PrincipalArn"] = f"arn:aws:iam::{account}:role/{name}"
        if path != "internet":
            del context["aws:SourceIp"]
        context["aws:ResourceAccount"] = context["s3:ResourceAccount"] = OWN
        made = {"principal": who, "action": action, "resource": resource, "through": path, "context": context}
        found.append((Request.from_mapping(made), path["vpce"] if isinstance(path, dict) else None))
    return found


def of_alphabet(rng: random.Random) -> Claim:
    """A claim over documents of the alphabet: no more of them than it has requests for."""

    def statements(most: int) -> list[Raw]:
        found = []
        for _turn in range(rng.randint(1, most)):
            one = {
                "Effect": rng.choice(["Allow", "Allow", "Deny"]),
                "Principal": rng.choice(_PRINCIPALS),
                "Action": rng.choice(["s3:*", "s3:GetObject", ["s3:PutObject", "s3:ListBucket"], "s3:*Object"]),
                "Resource": rng.choice([[f"{ARN}bk1", f"{ARN}bk1/*"], f"{ARN}bk1/logs/*", f"{ARN}bk1/*"]),
            }
            block = rng.choice(_CONDITIONS)
            found.append({**one, "Condition": block} if block else one)
        return found

    def policy() -> Raw:
        return {"Version": "2012-10-17", "Statement": statements(3)}

    one = Setting({"bucket": policy()}, {VPCE: policy()} if rng.random() < 0.5 else {})
    other: Any = Setting({"bucket": policy()}, one.endpoints) if rng.random() < 0.5 else Declaration(statements(3))
    return Claim("alphabet", one, other, WORLD, _WITHIN, known_actions=True, services=False)
