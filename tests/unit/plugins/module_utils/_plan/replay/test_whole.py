# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A replay of requests of all kinds, its result and page, to the last letter, as they were read beside what is given.

``WRITE_WHOLE=1`` writes ``whole.json`` anew. Read the difference before you commit it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.batch import Batch
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.reader import read_part
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Tally
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.page import page_of
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.result import replay
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.setting import read_setting
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy

WHOLE = Path(__file__).parent / "whole.json"
ACCOUNT, FOREIGN = "111122223333", "444455556666"
REPORTS, ARCHIVE, QUIET = "payroll-reports", "payroll-archive", "payroll-quiet"
OWN, SECOND, THEIRS = "vpce-0000000a", "vpce-0000000b", "vpce-0000000c"
NIGHTLY, BATCH, PERSON = "etl/nightly", "batch", "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1"
POINT = f"arn:aws:s3:eu-central-1:{ACCOUNT}:accesspoint/reports"
OUTSIDE = {"vpcEndpointId": None, "sourceIPAddress": "198.51.100.7"}
PUBLIC = {
    "Sid": "Public",
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{REPORTS}/*",
}
NOT_PUT = {
    **PUBLIC,
    "Sid": "NoUploads",
    "Effect": "Deny",
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::{ARCHIVE}/*",
}


def identity(role, **changes):
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    return {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:s",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rpartition('/')[2]}/s",
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": {"arn": arn}},
        **changes,
    }


def record(number, key="year=2026/a", operation="GetObject", role=NIGHTLY, bucket=REPORTS, day=1, **changes):
    found = {
        "eventSource": "s3.amazonaws.com",
        "eventName": operation,
        "eventTime": f"2026-11-{day:02d}T10:15:00Z",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "10.20.3.4",
        "userIdentity": identity(role),
        "requestParameters": {"bucketName": bucket, **({"key": key} if key else {}), **changes.pop("parameters", {})},
        "eventCategory": "Data",
        "vpcEndpointId": OWN,
        "tlsDetails": {"tlsVersion": "TLSv1.3"},
        "eventID": f"e-{number}",
        "requestID": f"R-{number}",
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


def records():
    yield from (record(number, f"year=2026/{number}", day=number % 9 + 1) for number in range(12))
    yield record(20, "year=2025/x", "PutObject", additionalEventData={"aclRequired": "Yes"})
    yield record(21, role=BATCH, vpcEndpointId=SECOND)
    yield record(22, role=BATCH, vpcEndpointId=SECOND, day=3)
    yield record(23, role=BATCH, **OUTSIDE)
    yield record(24, role=PERSON, userAgent="[S3Console/0.4]", **OUTSIDE)
    yield record(25, role="athena", sourceIPAddress="athena.amazonaws.com", vpcEndpointId=None, userIdentity=identity(
        "athena", invokedBy="athena.amazonaws.com"
    ))  # fmt: skip
    yield record(26, role="odd", sourceIPAddress="AWS Internal", vpcEndpointId=None, userIdentity=identity(
        "odd", invokedBy="AWS Internal"
    ))  # fmt: skip
    yield record(27, **OUTSIDE, userIdentity={"type": "AWSAccount", "accountId": "anonymous", "principalId": ""})
    yield record(28, vpcEndpointId=THEIRS, vpcEndpointAccountId=FOREIGN, role="partner")
    yield record(29, vpcEndpointId=None, role="somewhere")
    yield record(30, **{**OUTSIDE, "sourceIPAddress": "203.0.113.9"}, role="nat")
    yield record(31, **OUTSIDE, role="signed", additionalEventData={"AuthenticationMethod": "QueryString"})
    yield record(32, "in/a", "PutObject", bucket=ARCHIVE, day=2)
    yield record(33, "in/a", "PutObject", bucket=ARCHIVE, day=4, errorCode="AccessDenied", errorMessage="Access Denied")
    yield record(34, None, "ListObjects", parameters={"prefix": "year=2026/"})
    yield record(35, operation="InventedOperation")
    yield record(36, parameters={"bucketName": POINT})
    yield record(37, "year=2026/copy", "CopyObject", parameters={"x-amz-copy-source": f"{ARCHIVE}/in/a"})
    yield record(38, role="old", tlsDetails={"tlsVersion": "TLSv1.1"})
    yield record(39, role="removed", **OUTSIDE)
    yield record(40, userIdentity={"type": "AWSService", "invokedBy": "logging.s3.amazonaws.com"}, vpcEndpointId=None,
                 operation="PutObject", key="logs/a")  # fmt: skip
    yield record(41, bucket="of-nobody")
    yield record(42, eventSource="ec2.amazonaws.com")
    yield record(1, "year=2026/1", day=2)
    yield {"eventSource": "s3.amazonaws.com"}


def replayed():
    closed = {
        name: bucket_perimeter(name, endpoints=[OWN], allow_aws_services=True, tls_only=True)
        for name in (REPORTS, ARCHIVE, QUIET)
    }
    closed[ARCHIVE]["Statement"].append(NOT_PUT)
    setting = read_setting(
        {
            "current_bucket_policies": {
                REPORTS: {"Version": "2012-10-17", "Statement": [PUBLIC]}, ARCHIVE: None, QUIET: None
            },
            "planned_bucket_policies": closed,
            "current_endpoint_policies": {OWN: None},
            "planned_endpoint_policies": {
                OWN: endpoint_policy([{"name": REPORTS, "access": "read_write"}, {"name": ARCHIVE}])
            },
            "endpoints": [{"id": OWN, "account": ACCOUNT}, {"id": SECOND, "vpc": "vpc-0000000b", "account": ACCOUNT}],
            "resource_accounts": dict.fromkeys(closed, ACCOUNT),
            "own_addresses": ["203.0.113.0/24"],
        }
    )  # fmt: skip
    batch, tally = Batch(), Tally()
    read_part("trail/1.json", [json.dumps({"Records": list(records())}).encode()], setting.distinctions(), batch)
    row = {
        "event_name": "GetObject", "bucket": REPORTS, "count": 1200, "days": 6, "key_prefix": "year=2024/",
        "principal_type": "AssumedRole", "principal": f"arn:aws:iam::{ACCOUNT}:role/{BATCH}",
        "principal_account": ACCOUNT, "from_where": "public", "tls": "TLSv1.2", "region": "eu-central-1",
        "first_seen": "2026-11-01 00:00:00", "last_seen": "2026-11-08 00:00:00",
    }  # fmt: skip
    read_part("athena/rows.json", [json.dumps(row).encode()], setting.distinctions(), batch)
    tally.add(batch.sent())
    tally.empty.append("s3://trail/AWSLogs/")
    tally.finish()
    declaration = {
        "private_access_buckets": [{"name": REPORTS, "prefixes": ["year=2026/", "old/"]}, ARCHIVE, QUIET],
        "private_access_break_glass_principals": [f"arn:aws:iam::{ACCOUNT}:role/never"],
    }
    ignored = [{"principal": "*role/removed", "reason": "goes at the end of the year"}]
    return replay(tally, setting, setting.distinctions(), ignored, declaration=declaration)


def test_to_the_last_letter():
    result = replayed().as_dict()
    found = json.loads(json.dumps({"result": result, "page": page_of(result).splitlines()}))
    if os.environ.get("WRITE_WHOLE"):
        WHOLE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(WHOLE.read_text(encoding="utf-8"))
