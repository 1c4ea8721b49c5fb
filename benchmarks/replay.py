# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recorded accesses, read and replayed: records per second, lines per second, classes per second, and the memory.

- a million records of CloudTrail in 2,000 compressed files, with two processes: at most 60 s, and 300 MiB together
- server access logs: at least 100,000 lines a second and core
- an aggregate of 50,000 rows, read and decided: at most 5 s

The records are made up: 60 roles, 3 buckets, 6 operations, a key that is new each time, some duplicates and other
services among them. Run it so: ``make bench ARGS=replay``
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BUCKETS = ("payroll-reports", "payroll-archive", "payroll-inbox")
ACCOUNT = "111122223333"
ENDPOINTS = ("vpce-0a1b2c3d4e5f60718", "vpce-0a1b2c3d4e5f60719")
OPERATIONS = ("GetObject", "PutObject", "HeadObject", "ListObjects", "GetBucketLocation", "DeleteObject")
RECORDS, FILES, LINES, ROWS = 1_000_000, 2000, 200_000, 50_000
SECONDS, MEBIBYTES, LINES_PER_SECOND, AGGREGATE_SECONDS = 60, 300, 100_000, 5


def record(number: int, chance: random.Random) -> dict[str, Any]:
    """A data event as CloudTrail has them."""
    operation, bucket, role = chance.choice(OPERATIONS), chance.choice(BUCKETS), chance.randrange(60)
    key = f"year=2026/month={chance.randrange(1, 7):02d}/part-{number:08d}.parquet"
    inside = chance.random() < 0.9
    parameters = {"bucketName": bucket, "Host": f"{bucket}.s3.eu-central-1.amazonaws.com"}
    if operation == "ListObjects":
        parameters |= {"list-type": "2", "prefix": key.rpartition("/")[0] + "/"}
    elif operation != "GetBucketLocation":
        parameters["key"] = key
    seconds = number % 86_400
    when = f"2026-11-{number % 28 + 1:02d}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z"
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE{role:09d}:i-{number % 997:017x}",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/worker-{role}/i-{number % 997:017x}",
            "accountId": ACCOUNT,
            "accessKeyId": f"ASIAEXAMPLE{number % 997:09d}",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": f"AROAEXAMPLE{role:09d}",
                    "arn": f"arn:aws:iam::{ACCOUNT}:role/etl/worker-{role}",
                    "accountId": ACCOUNT,
                    "userName": f"worker-{role}",
                },
                "attributes": {"creationDate": "2026-11-01T00:00:00Z", "mfaAuthenticated": "false"},
                "ec2RoleDelivery": "2.0",
            },
        },
        "eventTime": when,
        "eventSource": "s3.amazonaws.com",
        "eventName": operation,
        "awsRegion": "eu-central-1",
        "sourceIPAddress": f"10.20.{number % 7}.{number % 251}" if inside else f"198.51.100.{number % 251}",
        "userAgent": "[aws-sdk-java/2.25.11 Linux/5.10.219 OpenJDK_64-Bit_Server_VM/17.0.11 vendor/Amazon.com_Inc.]",
        "requestParameters": parameters,
        "responseElements": None,
        "additionalEventData": {
            "SignatureVersion": "SigV4",
            "CipherSuite": "TLS_AES_128_GCM_SHA256",
            "bytesTransferredIn": 0,
            "AuthenticationMethod": "AuthHeader",
            "x-amz-id-2": f"6YyGGLKZXYf3vfASwZOXeSfV+THvl/YamrZ0rtLHzpt4vyqnkTLB3n1KJb2VdOujH{number:012x}=",
            "bytesTransferredOut": number % 100_000,
        },
        "requestID": f"{number:016X}",
        "eventID": f"{number:08x}-5be4-4a26-ab1b-0f4c54f49959",
        "readOnly": operation not in ("PutObject", "DeleteObject"),
        "resources": [
            {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"},
            {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"},
        ],
        "eventType": "AwsApiCall",
        "managementEvent": False,
        "recipientAccountId": ACCOUNT,
        **({"vpcEndpointId": ENDPOINTS[number % 2], "vpcEndpointAccountId": ACCOUNT} if inside else {}),
        "eventCategory": "Data",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{bucket}.s3.eu-central-1.amazonaws.com",
        },
    }


def line(number: int, chance: random.Random) -> str:
    """A line of a server access log, with the 27 fields of today."""
    bucket, role = chance.choice(BUCKETS), chance.randrange(60)
    verb, operation = chance.choice((("GET", "REST.GET.OBJECT"), ("PUT", "REST.PUT.OBJECT")))
    key = f"year%3D2026/month%3D{chance.randrange(1, 7):02d}/part-{number:08d}.parquet"
    return (
        f"{'79a5' * 16} {bucket} [{number % 28 + 1:02d}/Nov/2026:00:{number // 60 % 60:02d}:{number % 60:02d} +0000] "
        f"10.20.{number % 7}.{number % 251} arn:aws:sts::{ACCOUNT}:assumed-role/worker-{role}/i-{number % 997:017x} "
        f'{number:016X} {operation} {key} "{verb} /{key} HTTP/1.1" 200 - 4406 4406 33 32 "-" "aws-sdk-java/2.25.11" - '
        f"6YyGGLKZXYf3vfASwZOXeSfV{number:012x}= SigV4 TLS_AES_128_GCM_SHA256 AuthHeader "
        f"{bucket}.s3.eu-central-1.amazonaws.com TLSv1.3 - - eu-central-1\n"
    )


def rows(count: int) -> Iterator[str]:
    """An aggregate as Athena gives it."""
    yield (
        '"principal_type","principal","principal_account","event_name","region","bucket","bucket_account","key_prefix",'
        '"vpce","vpce_account","from_where","auth_method","tls","category","count","addresses","first_seen",'
        '"last_seen","example","example_address"\n'
    )
    for number in range(count):
        operation, bucket = OPERATIONS[number % 6], BUCKETS[number // 6 % 3]
        yield (
            f'"AssumedRole","arn:aws:iam::{ACCOUNT}:role/etl/worker-{number // 126}","{ACCOUNT}","{operation}",'
            f'"eu-central-1","{bucket}","{ACCOUNT}","year=2026/month={number // 18 % 7:02d}/",'
            f'"{ENDPOINTS[number % 2]}","{ACCOUNT}","private","AuthHeader","TLSv1.3","Data",'
            f'"{number + 1}","3","2026-11-01T00:00:00Z","2026-11-28T00:00:00Z",'
            f'"{number:08x}-5be4-4a26-ab1b-0f4c54f49959","10.20.0.1"\n'
        )


def make_records(directory: Path, records: int, files: int) -> None:
    chance, each = random.Random(14), records // files
    for file in range(files):
        found = [record(file * each + number, chance) for number in range(each)]
        path = directory / f"{ACCOUNT}_CloudTrail_eu-central-1_{file:05d}.json.gz"
        path.write_bytes(gzip.compress(json.dumps({"Records": found}).encode(), 6))


def policies() -> dict[str, Any]:
    """The policies in force and those planned: three buckets that are closed around an endpoint."""
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy

    return {
        "current": {"bucket_policies": dict.fromkeys(BUCKETS), "endpoint_policies": dict.fromkeys(ENDPOINTS[:1])},
        "planned": {
            "bucket_policies": {
                name: bucket_perimeter(name, endpoints=ENDPOINTS[:1], allow_aws_services=True, tls_only=True)
                for name in BUCKETS
            },
            "endpoint_policies": {
                ENDPOINTS[0]: endpoint_policy(
                    [{"name": name, "access": "read_write", "prefixes": ["year=2026/"]} for name in BUCKETS]
                )
            },
        },
        "resource_accounts": dict.fromkeys(BUCKETS, ACCOUNT),
    }


def setting() -> Any:
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.setting import read_setting

    found = policies()
    return read_setting(
        {
            **{f"{when}_{kind}": found[when][kind] for when in ("current", "planned") for kind in found[when]},
            "resource_accounts": found["resource_accounts"],
            "endpoints": [{"id": name, "vpc": "vpc-0a1b2c3d", "account": ACCOUNT} for name in ENDPOINTS],
        }
    )


def read_and_replay(evidence: list[str]) -> dict[str, Any]:
    """What the module does between its options and its answer, in this process; seconds, and what was found."""
    from ansible_collections.perimeter.s3.plugins.module_utils._aws.history.evidence import parts_of
    from ansible_collections.perimeter.s3.plugins.module_utils._aws.history.parallel import read_all
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Tally
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.result import replay

    began = time.perf_counter()
    told = setting()
    distinctions, tally = told.distinctions(), Tally()
    parts = parts_of([(path, "auto") for path in evidence], None, None, None, tally.empty)
    read_all(parts, distinctions, tally, lambda: None)
    tally.finish()
    read = time.perf_counter() - began
    result = replay(tally, told, distinctions).as_dict()
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time(),
        "reading": read,
        "counted": result["read"]["counted"],
        "malformed": result["read"]["malformed"],
        "summary": result["summary"],
    }


def alone(evidence: list[str], cores: int) -> dict[str, Any]:
    """The same in a process of its own, on so many cores, and the most memory that it and its children had at once."""
    words = [sys.executable, __file__, "--read", *evidence]
    chosen = sorted(os.sched_getaffinity(0))[:cores]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as told:
        process = subprocess.Popen(words, stdout=told, preexec_fn=lambda: os.sched_setaffinity(0, chosen))
        most = 0.0
        while process.poll() is None:
            most = max(most, mebibytes(process.pid))
            time.sleep(0.1)
        if process.returncode:
            raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
        told.seek(0)
        return {**json.load(told), "mebibytes": most}


def mebibytes(process: int) -> float:
    """Of a process and its children together; a page that several of them share counts once."""
    place = Path(f"/proc/{process}")
    try:
        children = (place / "task" / str(process) / "children").read_text(encoding="ascii").split()
        rows = (place / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0  # It has ended.
    shared_out = next(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
    return shared_out / 1024 + sum(mebibytes(int(child)) for child in children)


def lines_per_second(directory: Path) -> float:
    """Lines of server access logs on one core, in seconds of that core."""
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.batch import Batch
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.reader import read_part
    from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Tally

    data = (directory / "log").read_bytes()
    found = []
    for _round in range(3):
        distinctions, tally, batch = setting().distinctions(), Tally(), Batch()
        began = time.process_time()
        read_part("log", [data[at : at + 262_144] for at in range(0, len(data), 262_144)], distinctions, batch)
        tally.add(batch)
        tally.finish()
        found.append(LINES / (time.process_time() - began))
        if tally.counted != LINES:
            raise SystemExit(f"{tally.counted} of {LINES} lines were counted: {tally.named}")
    return statistics.median(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    parser.add_argument("--records", type=int, default=RECORDS, help="how many records of CloudTrail")
    parser.add_argument("--read", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        print(json.dumps(read_and_replay(options.read)))
        return 0
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        trail = directory / "trail"
        trail.mkdir()
        make_records(trail, options.records, FILES)
        figures["cloudtrail"] = alone([str(trail)], 2)
        chance = random.Random(15)
        (directory / "log").write_text("".join(line(number, chance) for number in range(LINES)), encoding="utf-8")
        figures["lines_per_second"] = lines_per_second(directory)
        (directory / "rows.csv").write_text("".join(rows(ROWS)), encoding="utf-8")
        figures["aggregate"] = alone([str(directory / "rows.csv")], 1)
    found = figures["cloudtrail"]
    print(f"{'measure':<44}{'is':>14}{'at most':>12}")
    print(f"{f'{options.records:,} records of CloudTrail, 2 cores, s':<44}{found['seconds']:>14.1f}{SECONDS:>12}")
    print(f"{'  memory of its three processes, MiB':<44}{found['mebibytes']:>14.0f}{MEBIBYTES:>12}")
    print(f"{'  kinds of access':<44}{found['summary']['classes']:>14,}")
    seconds = figures["aggregate"]["seconds"]
    print(f"{f'an aggregate of {ROWS:,} rows, 1 core, s':<44}{seconds:>14.1f}{AGGREGATE_SECONDS:>12}")
    print(f"{'measure':<44}{'is':>14}{'at least':>12}")
    speed = figures["lines_per_second"]
    print(f"{'lines of server access logs a second, 1 core':<44}{speed:>14,.0f}{LINES_PER_SECOND:>12,}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
