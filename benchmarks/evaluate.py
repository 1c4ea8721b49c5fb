# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decisions per second of the policy evaluator, on one core.

A bucket policy of 20 statements and an endpoint policy with 5 condition operators decide requests no two of which are
the same: callers, actions, keys, network paths, addresses and TLS versions vary. Policies are compiled anew for every
round, so that nothing is remembered from the one before. Run it so: ``make exec ARGS="python benchmarks/evaluate.py"``
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import (
    Policies,
    Request,
    compile_policies,
)

TARGET = 40_000
BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
BOTH = [BUCKET, f"{BUCKET}/*"]
OWNER, PARTNER = "111122223333", "444455556666"
ENDPOINTS = [f"vpce-{number:08x}" for number in range(1, 7)]
PREFIXES = [f"team-{number:02d}" for number in range(12)]


def bucket_policy() -> dict[str, Any]:
    """20 statements: a perimeter with its exceptions, transport and encryption rules, and a grant for each prefix."""

    def deny(sid: str, condition: dict[str, Any], action: str = "s3:*") -> dict[str, Any]:
        return {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": "*",
            "Action": action,
            "Resource": BOTH,
            "Condition": condition,
        }

    denies = [
        deny(
            "OnlyEndpoints",
            {
                "StringNotEquals": {"aws:SourceVpce": ENDPOINTS[:5]},
                "ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWNER}:role/admin/*"},
                "Bool": {"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"},
            },
        ),
        deny("OnlyTls", {"Bool": {"aws:SecureTransport": "false"}}),
        deny("OnlyModernTls", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
        deny("OnlyOrganization", {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"}}),
        deny(
            "OnlyEncrypted", {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption": "aws:kms"}}, "s3:PutObject"
        ),
        deny("NotFromGuests", {"IpAddress": {"aws:VpcSourceIp": ["10.66.0.0/16", "10.67.0.0/16"]}}),
        deny("NoDeletes", {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWNER}:role/*/cleaner"}}, "s3:Delete*"),
        deny(
            "NoPolicyWork",
            {"StringNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWNER}:role/admin/*"}},
            "s3:Put*Policy",
        ),
    ]
    grants: list[dict[str, Any]] = [
        {
            "Sid": f"Prefix{prefix}",
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:aws:iam::{OWNER}:role/{prefix}/app", f"arn:aws:iam::{PARTNER}:role/{prefix}"]},
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": f"{BUCKET}/{prefix}/*",
        }
        for prefix in PREFIXES
    ]
    return {"Version": "2012-10-17", "Statement": denies + grants}


def endpoint_policy() -> dict[str, Any]:
    """One statement with 5 operators of different kinds, beside a plain one for a bucket of AWS's."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Ours",
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {
                    "StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid", "aws:ResourceAccount": OWNER},
                    "ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/*"]},
                    "IpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8", "192.168.0.0/16"]},
                    "NumericGreaterThanEquals": {"s3:TlsVersion": "1.2"},
                    "Bool": {"aws:SecureTransport": "true"},
                },
            },
            {
                "Sid": "AmazonLinux",
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::al2023-repos-*/*",
            },
        ],
    }


def requests(count: int, seed: int = 20260801) -> list[dict[str, Any]]:
    """Requests that differ from each other, at least by their key."""
    choose = random.Random(seed)
    callers = [
        *(f"arn:aws:iam::{OWNER}:role/{prefix}/app" for prefix in PREFIXES),
        *(f"arn:aws:iam::{PARTNER}:role/{prefix}" for prefix in PREFIXES),
        *(f"arn:aws:iam::{OWNER}:user/user-{number:03d}" for number in range(150)),
        f"arn:aws:iam::{OWNER}:role/admin/breakglass",
        f"arn:aws:iam::{OWNER}:role/ops/cleaner",
        f"arn:aws:iam::{OWNER}:root",
    ]
    actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "s3:PutBucketPolicy"]
    found = []
    for number in range(count):
        action = choose.choices(actions, (50, 25, 10, 10, 5))[0]
        about_object = "Object" in action
        through = choose.choices([*ENDPOINTS, "internet"], (20, 20, 10, 10, 10, 10, 20))[0]
        context: dict[str, Any] = {
            "aws:PrincipalOrgID": "o-exampleorgid" if choose.random() < 0.95 else "o-otherorgid01",
            "aws:SecureTransport": choose.random() < 0.98,
            "s3:TlsVersion": choose.choice(["1.2", "1.3"]),
            "s3:x-amz-server-side-encryption": choose.choice(["aws:kms", None]),
        }
        address = f"{choose.randrange(256)}.{choose.randrange(256)}.{choose.randrange(1, 255)}"
        context.update(
            {"aws:SourceIp": f"203.{address}"} if through == "internet" else {"aws:VpcSourceIp": f"10.{address}"}
        )
        found.append(
            {
                "principal": choose.choice(callers),
                "action": action,
                "resource": f"{BUCKET}/{choose.choice(PREFIXES)}/{number}.csv" if about_object else BUCKET,
                "through": through,
                "context": context,
            }
        )
    return found


def compiled() -> Policies:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    return compile_policies(
        {
            "identity": [everything],
            "bucket": bucket_policy(),
            "endpoint": endpoint_policy(),
            "resource_account": OWNER,
        }
    )


def rate(work: Callable[[Policies], int], rounds: int) -> dict[str, float]:
    """How often a second ``work``, which says how much it did, does one; of CPU time, by freshly compiled policies."""
    rates = []
    for _round in range(rounds):
        policies = compiled()
        begin = time.process_time()
        done = work(policies)
        rates.append(done / (time.process_time() - begin))
    return {"median": statistics.median(rates), "best": max(rates), "worst": min(rates)}


def table(rows: Iterable[tuple[str, dict[str, float]]]) -> str:
    lines = [f"{'':48}{'median':>12}{'best':>12}{'worst':>12}   per second"]
    lines += [
        f"{name:48}" + "".join(f"{row[key]:>12,.0f}" for key in ("median", "best", "worst")) for name, row in rows
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--check", action="store_true", help=f"fail below {TARGET} decisions per second")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)

    compiled_once = compiled()
    raw = requests(options.requests)
    prepared = [Request.from_mapping(one) for one in raw]
    decided = [(one, compiled_once.decide(one).decision) for one in prepared]
    decisions = Counter(decision for _request, decision in decided)
    allowed = [request for request, decision in decided if decision == "allow"]

    def decide(policies: Policies) -> int:
        for request in prepared:
            policies.decide(request)
        return len(prepared)

    def decide_allowed(policies: Policies) -> int:
        for request in allowed:
            policies.decide(request)
        return len(allowed)

    def read_and_decide(policies: Policies) -> int:
        for one in raw:
            policies.decide(one)
        return len(raw)

    def decide_and_explain(policies: Policies) -> int:
        for request in prepared:
            policies.decide(request).as_dict()
        return len(prepared)

    def compile_again(policies: Policies) -> int:
        for _time in range(100):
            compiled()
        return 100

    rows = {
        "decisions": rate(decide, options.rounds),
        "decisions of requests that pass every layer": rate(decide_allowed, options.rounds),
        "decisions, requests read from mappings": rate(read_and_decide, options.rounds),
        "decisions with their reasons": rate(decide_and_explain, options.rounds),
        "compilations of all policies": rate(compile_again, options.rounds),
    }
    print(table(rows.items()))
    result = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "requests": options.requests,
        "statements": len(bucket_policy()["Statement"]),
        "outcomes": dict(sorted(decisions.items())),
        "target_per_second": TARGET,
        "per_second": {name: {key: round(value) for key, value in row.items()} for name, row in rows.items()},
    }
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 1 if options.check and rows["decisions"]["median"] < TARGET else 0


if __name__ == "__main__":
    raise SystemExit(main())
