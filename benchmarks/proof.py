# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seconds of the proof engine, on one core: a perimeter among other statements, many buckets, and what is made hard.

A bucket policy of 20 statements stands behind an endpoint policy of 60 statements with 98 patterns. Nothing is
remembered from one round to the next but tables of actions. Run it so: ``make bench ARGS=proof``
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    Bucket,
    Claim,
    Declaration,
    Endpoint,
    Passing,
    Setting,
    Verdict,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import prove
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sharing import prove_all

OWN = "111122223333"
VPCE = "vpce-0aaaaaaaaaaaaaaa1"
RW = ["s3:GetObject", "s3:PutObject"]
GLASS = f"arn:aws:iam::{OWN}:role/break-glass"
#: Seconds that each may take.
LIMITS = {
    "claim 1: nothing else reaches the bucket": 0.05,
    "claim 3: what is declared passes": 0.05,
    "claim 4: it stays repairable": 0.05,
    "claim 2: nothing else passes the endpoint": 0.15,
    "1,000 buckets of one shape": 1.5,
    "1,000 buckets that differ": 15.0,
    "a policy at the limit of size": 2.0,
    "made hard: many patterns in one statement": 2.0,
    "made hard: many patterns with a condition each": 2.0,
    "made hard: states that double": 2.0,
}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def deny(sid: str, resource: Any, condition: dict[str, Any], action: Any = "s3:*") -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
        "Condition": condition,
    }


def allow(sid: str, principal: Any, resource: Any, action: Any, condition: Any = None) -> dict[str, Any]:
    statement = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def perimeter(bucket: str) -> list[dict[str, Any]]:
    both = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    spared = {"StringNotEquals": {"aws:SourceVpce": VPCE}, "ArnNotLike": {"aws:PrincipalArn": GLASS}}
    return [deny("Network", both, spared), deny("Tls", both, {"Bool": {"aws:SecureTransport": "false"}})]


def others(bucket: str) -> list[dict[str, Any]]:
    """18 statements of others, with conditions of every kind."""
    arn, objects = f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"
    role = f"arn:aws:iam::{OWN}:role"
    put = "s3:PutObject"
    return [
        deny("Encrypted", objects, {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}, put),
        deny("Key", objects, {"StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:k"}}, put),
        deny("Modern", objects, {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
        deny("Guests", objects, {"IpAddress": {"aws:VpcSourceIp": ["10.66.0.0/16", "10.67.0.0/16"]}}),
        deny("Cleaner", objects, {"ArnNotLike": {"aws:PrincipalArn": f"{role}/*/cleaner"}}, "s3:Delete*"),
        deny("Mfa", arn, {"NumericGreaterThan": {"aws:MultiFactorAuthAge": "3600"}}, "s3:Put*Policy"),
        deny("Org", objects, {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"}}),
        deny("Night", objects, {"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, put),
        deny("Tagged", objects, {"StringNotEquals": {"s3:RequestObjectTag/class": ["a", "b"]}}, put),
        deny("Listing", arn, {"StringNotLike": {"s3:prefix": ["team-*", ""]}}, "s3:ListBucket"),
        deny("Athena", objects, {"ForAnyValue:StringEquals": {"aws:CalledVia": ["athena.amazonaws.com"]}}, put),
        allow("Apps", {"AWS": [f"{role}/app", f"{role}/team/app"]}, objects, RW),
        allow("Partner", {"AWS": "arn:aws:iam::444455556666:role/partner"}, f"{arn}/partner/*", "s3:GetObject"),
        allow("Red", {"AWS": OWN}, f"{arn}/red/*", RW, {"StringEquals": {"aws:PrincipalTag/team": "red"}}),
        allow("Office", "*", f"{arn}/pub/*", "s3:GetObject", {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        allow("Users", {"AWS": OWN}, f"{arn}/home/*", RW),
        allow("Lists", {"AWS": OWN}, arn, "s3:ListBucket", {"StringLike": {"s3:prefix": "team-*"}}),
        allow("Member", "*", objects, "s3:GetObject", {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}),
    ]


def passage(bucket: str) -> list[dict[str, Any]]:
    """60 statements with 98 patterns, of which one is about the bucket."""
    own = {"StringEquals": {"aws:PrincipalAccount": OWN}}
    found = [allow("Own", "*", f"arn:aws:s3:::{bucket}/*", RW, own)]
    for number in range(59):
        other = [f"arn:aws:s3:::team-{number:02d}-data/*", f"arn:aws:s3:::team-{number:02d}-logs-*/in/*"]
        found.append(allow(f"Team{number}", "*", other[: 1 + (number < 38)], RW, own))
    return found


def world(bucket: str) -> World:
    endpoint = Endpoint(VPCE, "vpc-0aaaaaaaaaaaaaaa1", OWN, "eu-central-1")
    return World("aws", OWN, "o-exampleorgid", "eu-central-1", (endpoint,), (Bucket(bucket, OWN),))


def setting(bucket: str, more: Sequence[dict[str, Any]] = (), endpoint: Any = None) -> Setting:
    policies = {"bucket": document(*perimeter(bucket), *more)}
    return Setting(policies, {VPCE: document(*(endpoint or passage(bucket)))})


TLS = {"Bool": {"aws:SecureTransport": "true"}}


def nothing_else(bucket: str, given: Setting) -> Claim:
    arn = f"arn:aws:s3:::{bucket}"
    both = [arn, f"{arn}/*"]
    policy = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]
    declared = [
        allow("endpoint", {"AWS": OWN}, f"{arn}/*", RW, {"StringEquals": {"aws:SourceVpce": VPCE}, **TLS}),
        allow("glass", "*", both, "s3:*", {"ArnLike": {"aws:PrincipalArn": GLASS}, **TLS}),
        allow("root", {"AWS": OWN}, arn, policy, {"StringEquals": {"aws:PrincipalType": "Account"}}),
    ]
    within = Declaration([allow("bucket", "*", both, "s3:*")])
    return Claim("1", given, Declaration(declared), world(bucket), within, core=frozenset(("Network", "Tls")))


def what_is_declared(bucket: str, given: Setting) -> Passing:
    condition = {"StringEquals": {"aws:SourceVpce": VPCE}}
    declared = Declaration([allow("declared", {"AWS": OWN}, f"arn:aws:s3:::{bucket}/*", RW, condition)])
    return Passing("3", declared, given, world(bucket), (VPCE,))


def repairable(bucket: str, given: Setting) -> Claim:
    condition = {"ArnEquals": {"aws:PrincipalArn": GLASS}, **TLS, "Null": {"aws:SourceIp": "false"}}
    actions = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]
    condition["NumericLessThan"] = {"aws:MultiFactorAuthAge": "3600"}
    asked = Declaration([allow("repair", "*", f"arn:aws:s3:::{bucket}", actions, condition)])
    return Claim("4", asked, given, world(bucket))


def confined(bucket: str) -> Claim:
    declared = [allow(one["Sid"], {"AWS": OWN}, one["Resource"], RW) for one in passage(bucket)]
    given = Setting({}, {VPCE: document(*passage(bucket))})
    return Claim("2", given, Declaration(declared), world(bucket), through=(VPCE,))


def many(same: bool) -> list[Claim | Passing]:
    names = [f"bucket-{number:04d}" for number in range(1000)]
    found: list[Claim | Passing] = []
    for number, name in enumerate(names):
        more = others(name)[: 4 if same else 3]
        if not same:
            more.append(deny("Own", f"arn:aws:s3:::{name}/{number}/*", {"Bool": {"aws:SecureTransport": "false"}}))
        given = setting(name, more, passage(name)[:1])
        found += [nothing_else(name, given), what_is_declared(name, given)]
    return found


def of_full_size() -> Claim:
    more = [
        deny(
            f"Role{number}",
            f"arn:aws:s3:::reports/{number:03d}/*",
            {"ArnLike": {"aws:PrincipalArn": f"{GLASS}-{number}"}},
        )
        for number in range(90)
    ]
    return nothing_else("reports", setting("reports", more))


def hard(kind: int) -> Claim:
    arn = "arn:aws:s3:::reports"
    letters = "abcdefghijkl"
    if kind == 0:
        more = [allow("Hard", {"AWS": OWN}, [f"{arn}/*{letter}*" for letter in letters], "s3:GetObject")]
    elif kind == 1:
        more = [
            allow(
                f"Hard{one}", "*", f"{arn}/*{one}*", "s3:GetObject", {"StringLike": {f"aws:PrincipalTag/{one}": "*x*"}}
            )
            for one in letters
        ]
    else:
        more = [allow("Hard", "*", f"{arn}/*a????????????????b*", "s3:GetObject")]
    claim = nothing_else("reports", setting("reports", more))
    # Without the perimeter, so that nothing shortens the search.
    given = Setting({"bucket": document(*more)}, claim.passing.endpoints if isinstance(claim.passing, Setting) else {})
    declared = Declaration([allow("all", "*", f"{arn}/*", "s3:GetObject", {"StringLike": {"aws:PrincipalTag/z": "z"}})])
    return Claim("hard", given, declared, claim.world, claim.within)


def measured(work: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    seconds = []
    result = None
    for _round in range(rounds):
        begin = time.process_time()
        result = work()
        seconds.append(time.process_time() - begin)
    return statistics.median(seconds), result


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--check", action="store_true", help="fail where one takes longer than it may")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    given = setting("reports", others("reports"))
    asked: dict[str, tuple[Callable[[], Any], int]] = {
        "claim 1: nothing else reaches the bucket": (lambda: prove(nothing_else("reports", given)), options.rounds),
        "claim 3: what is declared passes": (lambda: prove(what_is_declared("reports", given)), options.rounds),
        "claim 4: it stays repairable": (lambda: prove(repairable("reports", given)), options.rounds),
        "claim 2: nothing else passes the endpoint": (lambda: prove(confined("reports")), options.rounds),
        "1,000 buckets of one shape": (lambda: prove_all(many(True)), 1),
        "1,000 buckets that differ": (lambda: prove_all(many(False)), 1),
        "a policy at the limit of size": (lambda: prove(of_full_size()), 1),
        "made hard: many patterns in one statement": (lambda: prove(hard(0)), 1),
        "made hard: many patterns with a condition each": (lambda: prove(hard(1)), 1),
        "made hard: states that double": (lambda: prove(hard(2)), 1),
    }
    figures: dict[str, float] = {}
    print(f"{'':50}{'seconds':>10}{'limit':>8}   verdict, requests looked at")
    for name, (work, rounds) in asked.items():
        seconds, verdict = measured(work, rounds)
        figures[name] = seconds
        one: Verdict = verdict if isinstance(verdict, Verdict) else verdict[0]
        said = f"{one.status}, {one.leaves}" + (f", {len(one.narrowed)} narrowed" if one.narrowed else "")
        print(f"{name:50}{seconds:>10.3f}{LIMITS[name]:>8.2f}   {said}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    late = [name for name, seconds in figures.items() if seconds > LIMITS[name]]
    if late:
        print(f"\nLonger than it may take: {'; '.join(late)}")
    return 1 if late and options.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
