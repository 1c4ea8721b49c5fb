# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A class and its records are decided alike, whatever the policies and the records are."""

from __future__ import annotations

import json
import random

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.batch import Batch
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.cloudtrail import read_record
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.reader import read_part
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Tally
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.classes import classes_of
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.setting import read_setting
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.verdict import verdict_of

ACCOUNT, FOREIGN = "111122223333", "444455556666"
BUCKETS = ("payroll-reports", "payroll-archive")
ENDPOINTS = ("vpce-0000000a", "vpce-0000000b", "vpce-0000000c")
ROLES = [f"arn:aws:iam::{ACCOUNT}:role/etl/nightly", f"arn:aws:iam::{ACCOUNT}:role/app"]
KEYS = ["a/b/c.csv", "a/x.csv", "a/b/secret", "logs/1", "log", "x", "home/bob/1", "home/app/1", "ä:1/b"]
PATTERNS = ["*", "a/*", "a/b/*", "*.csv", "*secret*", "logs/?", "home/${aws:username}/*", "home/${aws:userid}/*", "*:*"]
CONDITIONS = [
    ("StringNotEquals", "aws:SourceVpce", list(ENDPOINTS[:1])),
    ("StringEquals", "aws:SourceVpc", "vpc-0000000b"),
    ("IpAddress", "aws:VpcSourceIp", ["10.0.0.0/9", "10.5.0.0/16"]),
    ("NotIpAddress", "aws:SourceIp", "198.51.100.0/25"),
    ("StringLike", "aws:userid", "AROA1:i-1*"),
    ("StringNotLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/etl/*"),
    ("Bool", "aws:SecureTransport", "false"),
    ("BoolIfExists", "aws:PrincipalIsAWSService", "false"),
    ("NumericLessThan", "s3:TlsVersion", "1.3"),
    ("StringLike", "s3:prefix", ["a/*", "home/${aws:username}/*"]),
    ("StringNotEqualsIfExists", "s3:x-amz-server-side-encryption", "aws:kms"),
    ("Null", "s3:VersionId", "true"),
    ("StringLike", "aws:UserAgent", "*cli*"),
    ("ForAnyValue:StringEquals", "aws:CalledVia", "athena.amazonaws.com"),
    ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-exampleorgid"),
    ("DateGreaterThan", "aws:CurrentTime", "2026-11-15T00:00:00Z"),
]
OPERATIONS = [
    "GetObject",
    "PutObject",
    "ListObjects",
    "DeleteObject",
    "GetBucketPolicy",
    "CopyObject",
    "GetObjectAttributes",
]


def statement(chance, bucket):
    names = ["s3:*", "s3:Get*", "s3:PutObject", "s3:List*", ["s3:GetObject", "s3:DeleteObject"]]
    sessions = [f"arn:aws:sts::{ACCOUNT}:assumed-role/nightly/i-11", *ROLES, f"arn:aws:iam::{FOREIGN}:root"]
    condition = {}
    for operator, key, values in chance.sample(CONDITIONS, chance.randrange(3)):
        condition.setdefault(operator, {})[key] = values
    element = "NotResource" if chance.random() < 0.1 else "Resource"
    found = {
        "Effect": chance.choice(["Allow", "Deny", "Deny"]),
        "Principal": chance.choice(["*", {"AWS": chance.choice(sessions)}]),
        "Action": chance.choice(names),
        element: [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/{chance.choice(PATTERNS)}"],
    }
    return {**found, "Condition": condition} if condition else found


def document(chance, bucket):
    return {"Version": "2012-10-17", "Statement": [statement(chance, bucket) for _one in range(chance.randrange(1, 5))]}


def setting_of(chance):
    options = {
        f"{when}_{kind}": {
            name: document(chance, chance.choice(BUCKETS) if kind == "endpoint_policies" else name)
            for name in names
            if chance.random() < 0.9
        }
        for when in ("current", "planned")
        for kind, names in (("bucket_policies", BUCKETS), ("endpoint_policies", ENDPOINTS[:2]))
    }
    return read_setting(
        {
            **options,
            "endpoints": [{"id": name, "vpc": f"vpc-{name[5:]}", "account": ACCOUNT} for name in ENDPOINTS[:2]],
            "resource_accounts": dict.fromkeys(BUCKETS, ACCOUNT),
        }
    )


def identity(chance):
    role = chance.choice(ROLES)
    name = role.rpartition("/")[2]
    session = f"i-{chance.randrange(8, 14)}"
    return chance.choice(
        [
            {
                "type": "AssumedRole",
                "principalId": f"AROA{ROLES.index(role)}:{session}",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
                "accountId": ACCOUNT,
                "sessionContext": {"sessionIssuer": {"arn": role}},
                **(
                    {"invokedBy": chance.choice(["athena.amazonaws.com", "AWS Internal"])}
                    if chance.random() < 0.2
                    else {}
                ),
            },
            {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/bob", "accountId": ACCOUNT, "userName": "bob"},
            {"type": "AWSAccount", "accountId": FOREIGN, "principalId": chance.choice(["AROAX:s", "AIDAX"])},
            {"type": "AWSAccount", "accountId": "anonymous", "principalId": ""},
            {"type": "AWSService", "invokedBy": "logging.s3.amazonaws.com"},
            {
                "type": "AssumedRole",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/nightly/{session}",
                "accountId": ACCOUNT,
            },
        ]
    )


def record(chance, number):
    bucket, operation = chance.choice(BUCKETS), chance.choice(OPERATIONS)
    parameters = {"bucketName": bucket}
    if "Object" in operation and operation != "ListObjects":
        parameters["key"] = chance.choice(KEYS)
    if operation == "ListObjects" and chance.random() < 0.8:
        parameters["prefix"] = chance.choice(["a/", "a/b/", "home/bob/1", "", "z/"])
    if operation == "CopyObject":
        parameters["x-amz-copy-source"] = f"/{chance.choice(BUCKETS)}/{chance.choice(KEYS)}"
    if chance.random() < 0.2:
        parameters["versionId"] = "3"
    if chance.random() < 0.3:
        parameters["x-amz-server-side-encryption"] = chance.choice(["aws:kms", "AES256"])
    through = chance.random() < 0.6
    return {
        "eventSource": "s3.amazonaws.com",
        "eventName": operation,
        "eventTime": f"2026-11-{chance.randrange(1, 29):02d}T10:15:00Z",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": chance.choice(["10.1.2.3", "10.5.2.3", "10.200.1.1", "198.51.100.7", "198.51.100.200"]),
        "userAgent": chance.choice(["aws-cli/2", "[S3Console/0.4]", "Boto3"]),
        "userIdentity": identity(chance),
        "requestParameters": parameters,
        "eventID": str(number),
        "eventCategory": "Data",
        **({"vpcEndpointId": chance.choice(ENDPOINTS)} if through else {}),
        **({"tlsDetails": {"tlsVersion": chance.choice(["TLSv1.2", "TLSv1.3"])}} if chance.random() < 0.8 else {}),
        **({"errorCode": "AccessDenied"} if chance.random() < 0.2 else {}),
    }


def shown(verdict):
    return (verdict.name, verdict.now, verdict.tested)


@pytest.mark.parametrize("seed", range(16))
def test_a_class_and_its_records_are_decided_alike(seed):
    chance = random.Random(seed)
    known = setting_of(chance)
    check_alike(known, [record(chance, number) for number in range(400)])


@pytest.mark.parametrize("operator, key, values", CONDITIONS, ids=[one[1] for one in CONDITIONS])
def test_what_one_condition_tells_apart_is_told_apart(operator, key, values):
    """By itself each decides, which among others it seldom does."""
    chance = random.Random(key)
    closed = {
        name: {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
                "Condition": {operator: {key: values}},
            },
        }
        for name in BUCKETS
    }
    known = read_setting(
        {
            "current_bucket_policies": dict.fromkeys(BUCKETS),
            "planned_bucket_policies": closed,
            "endpoints": [{"id": name, "vpc": f"vpc-{name[5:]}", "account": ACCOUNT} for name in ENDPOINTS[:2]],
            "resource_accounts": dict.fromkeys(BUCKETS, ACCOUNT),
        }
    )
    check_alike(known, [record(chance, number) for number in range(150)])


def check_alike(known, records):
    tally = Tally()
    # Each part of the evidence has what stands for the others of its own, as processes have.
    for start in range(0, len(records), 100):
        batch = Batch()
        part = json.dumps({"Records": records[start : start + 100]}).encode()
        read_part("part", [part], known.distinctions(), batch)
        assert not batch.malformed, batch.named
        tally.add(batch.sent())
    tally.finish()
    exact = known.distinctions(exact=True)
    expected = {}
    different = set()
    for one in records:
        for access in set(read_record(one, exact)[0]):
            different.add(access)
            verdict = shown(verdict_of(access, known))
            place = (
                access.principal or access.unique_id,
                access.via,
                access.action,
                access.bucket,
                access.path,
                verdict,
            )
            expected[place] = expected.get(place, 0) + 1
    found = {}
    classes = classes_of(tally.seen, known.distinctions())
    for one in classes:
        access = one.access
        verdict = shown(verdict_of(access, known))
        place = (access.principal or access.unique_id, access.via, access.action, access.bucket, access.path, verdict)
        found[place] = found.get(place, 0) + one.seen.count
    # Sessions whose role is not told are merged under the name of the first.
    assert merged(found) == merged(expected)
    assert len(classes) <= len(different)


def merged(counts):
    result = {}
    for (who, *rest), count in counts.items():
        role = who.rpartition("/")[0] if ":assumed-role/" in who else who
        place = (role, *rest)
        result[place] = result.get(place, 0) + count
    return result
