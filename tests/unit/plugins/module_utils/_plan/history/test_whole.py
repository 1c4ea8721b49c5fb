# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What records of all kinds say, to the last letter, as it was read beside the records.

``WRITE_WHOLE=1`` writes ``whole.json`` anew. Read the difference before you commit it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.access_log import read_line
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.cloudtrail import read_record
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.distinctions import Distinctions

WHOLE = Path(__file__).parent / "whole.json"
BUCKET, OTHER = "payroll-reports", "payroll-archive"
ACCOUNT, FOREIGN = "111122223333", "444455556666"
VPCE = "vpce-0aaa"
POINT = f"arn:aws:s3:eu-central-1:{ACCOUNT}:accesspoint/reports"
#: A record of CloudTrail and a line of a server access log, which the tests beside this one read as well.
SHARED = json.loads((Path(__file__).parent / "records.json").read_text(encoding="utf-8"))
BASE = SHARED["record"]
SESSION = BASE["userIdentity"]
KEY = "year=2026/month=11/a.csv"


def parameters(**more):
    return {"requestParameters": {"bucketName": BUCKET, **more}}


def who(**changes):
    return {"userIdentity": {**SESSION, **changes}}


def denied(message, **more):
    return {"errorCode": "AccessDenied", "errorMessage": message, **more}


SAID = (
    f"User: arn:aws:sts::{ACCOUNT}:assumed-role/nightly/i-0abc is not authorized to perform: s3:GetObject on resource: "
    f'"arn:aws:s3:::{BUCKET}/{KEY}" '
)
OUTSIDE = {"vpcEndpointId": None, "vpcEndpointAccountId": None, "sourceIPAddress": "198.51.100.7"}
RECORDS = {
    "plain": {},
    "a user": who(type="IAMUser", arn=f"arn:aws:iam::{ACCOUNT}:user/bob", sessionContext=None),
    "root": who(type="Root", arn=f"arn:aws:iam::{ACCOUNT}:root", sessionContext=None),
    "a session whose role is not told": who(sessionContext={}),
    "federated": who(type="FederatedUser", arn=f"arn:aws:sts::{ACCOUNT}:federated-user/bob", sessionContext=None),
    "another account": {"userIdentity": {"type": "AWSAccount", "accountId": FOREIGN, "principalId": "AROAX:s"}},
    "anonymous": {"userIdentity": {"type": "AWSAccount", "accountId": "anonymous", "principalId": ""}},
    "anonymous of before": {"userIdentity": {"type": "AWSAccount", "accountId": "ANONYMOUS_PRINCIPAL"}},
    "an origin access identity": {
        "userIdentity": {"type": "AWSAccount", "accountId": "CloudFront", "principalId": "A"}
    },
    "a service": {"userIdentity": {"type": "AWSService", "invokedBy": "logging.s3.amazonaws.com"}},
    "a service in China": {"userIdentity": {"type": "AWSService", "invokedBy": "logging.s3.amazonaws.com.cn"}},
    "a service without a name": {"userIdentity": {"type": "AWSService", "invokedBy": "AWS Internal"}},
    "forwarded": {**who(invokedBy="athena.amazonaws.com"), "sourceIPAddress": "athena.amazonaws.com"},
    "forwarded by nobody": {**who(invokedBy="AWS Internal"), "sourceIPAddress": "AWS Internal"},
    "nobody": {"userIdentity": {}},
    "no identity": {"userIdentity": None},
    "the console": {"userAgent": "[S3Console/0.4, aws-internal/3]", **OUTSIDE},
    "the console by its service": who(invokedBy="signin.amazonaws.com"),
    "the console by its credentials": {"sessionCredentialFromConsole": "true"},
    "the internet": OUTSIDE,
    "the internet through an endpoint": {"sourceIPAddress": "198.51.100.7"},
    "a private address without an endpoint": {"vpcEndpointId": None},
    "an endpoint beside the record": {"vpcEndpointId": None, "additionalEventData": {"vpcEndpointId": "vpce-0bbb"}},
    "presigned": {"additionalEventData": {"AuthenticationMethod": "QueryString"}},
    "an ACL": {"additionalEventData": {"aclRequired": "Yes"}},
    "no TLS version": {"tlsDetails": None, "additionalEventData": {"CipherSuite": "ECDHE"}},
    "TLS not told": {"tlsDetails": None},
    "a version of the object": parameters(key=KEY, versionId="3"),
    "an upload with an ACL": {"eventName": "PutObject", **parameters(key=KEY, **{"x-amz-acl": "private"})},
    "attributes": {"eventName": "GetObjectAttributes"},
    "a listing": {"eventName": "ListObjects", **parameters(prefix="year=2026/month=11/day=1/")},
    "a listing of everything": {"eventName": "ListObjects", **parameters()},
    "the bucket": {"eventName": "GetBucketPolicy", **parameters(), "eventCategory": "Management"},
    "of management without a category": {"eventName": "GetBucketPolicy", **parameters(), "managementEvent": True},
    "many deletions": {"eventName": "DeleteObjects", **parameters()},
    "a copy": {"eventName": "CopyObject", **parameters(key=KEY, **{"x-amz-copy-source": f"{OTHER}/a/b/c"})},
    "a copy of a version": {
        "eventName": "CopyObject",
        **parameters(key=KEY, **{"x-amz-copy-source": f"/{OTHER}/a%2Fb?versionId=3"}),
    },
    "a copy through an access point": {
        "eventName": "CopyObject",
        **parameters(key=KEY, **{"x-amz-copy-source": f"{POINT}/object/a/b/c"}),
    },
    "a part that is copied": {
        "eventName": "UploadPartCopy",
        **parameters(key=KEY, **{"x-amz-copy-source": f"{OTHER}/a"}),
    },
    "an access point": {**parameters(bucketName=POINT, key=KEY), "resources": None},
    "an access point of a bucket": {
        **parameters(bucketName=POINT, key=KEY),
        "resources": [{"ARN": POINT}, *BASE["resources"]],
    },
    "an alias": {**parameters(bucketName="reports-abc-s3alias", key=KEY), "resources": None},
    "no bucket": {"requestParameters": {}, "resources": []},
    "another bucket": {**parameters(bucketName="of-nobody"), "vpcEndpointId": None, "resources": None},
    "another bucket through our endpoint": {**parameters(bucketName="of-nobody", key="a"), "resources": None},
    "denied": denied("Access Denied"),
    "denied by the policy of the bucket": denied(SAID + "with an explicit deny in a resource-based policy"),
    "denied by the policy of the endpoint": denied(
        SAID + "because no VPC endpoint policy allows the s3:GetObject action"
    ),
    "denied by an identity policy": denied(SAID + "because no identity-based policy allows the s3:GetObject action"),
    "denied, and told by the message": denied(
        SAID.replace("assumed-role/nightly/i-0abc", "assumed-role/nightly/x"),
        userIdentity={"type": "AWSAccount", "accountId": ACCOUNT, "principalId": "AROAX:s"},
    ),
    "denied by the endpoint": {
        "errorCode": "VpceAccessDenied",
        "eventType": "AwsVpceEvent",
        "eventCategory": "NetworkActivity",
    },
    "denied by the endpoint, of no bucket": {
        "errorCode": "VpceAccessDenied",
        "eventType": "AwsVpceEvents",
        "eventCategory": None,
        "requestParameters": None,
        "resources": None,
    },
    "denied by the endpoint, of no bucket, by its category": {
        "errorCode": "VpceAccessDenied",
        "eventCategory": "NetworkActivity",
        "requestParameters": None,
        "resources": None,
    },
    "a bucket among the resources": {"requestParameters": {"key": KEY}},
    "allowed by the endpoint, by its category": {"eventCategory": "NetworkActivity"},
    "allowed by the endpoint": {"eventType": "AwsVpceEvent", "eventCategory": "NetworkActivity"},
    "not found": {"errorCode": "NoSuchKey"},
    "failed before": {"errorCode": "SignatureDoesNotMatch"},
    "a preflight": {"eventName": "PreflightRequest"},
    "an operation of tomorrow": {"eventName": "InventedOperation"},
    "of another service": {"eventSource": "ec2.amazonaws.com"},
    "an insight": {"eventCategory": "Insight"},
    "an insight of another service": {"eventSource": "ec2.amazonaws.com", "eventCategory": "Insight"},
    "an insight of before": {"eventType": "AwsCloudTrailInsight"},
    "aggregated": {"eventCategory": "Aggregated", "eventSource": None},
    "aggregated of before": {"eventType": "AwsAggregatedEvent", "eventSource": None},
    "a digest": {"eventSource": None, "digestStartTime": "x"},
    "shared with another account": {"sharedEventID": "s-1"},
    "without ids": {"eventID": None, "requestID": None},
    "in China": {"awsRegion": "cn-north-1"},
    "no record": {"eventSource": None},
    "without a name": {"eventName": None},
    "without a time": {"eventTime": None},
}
TAIL = SHARED["line"]["tail"]
LINES = {
    "plain": {},
    "a request for a version": {"request": '"GET /a.csv?versionId=3HL4kqtJlcpXrof3 HTTP/1.1"'},
    "an object that has versions": {"tail": TAIL.replace("- s9lz", "3HL4kqtJlcpXrof3 s9lz")},
    "presigned": {"tail": TAIL.replace("AuthHeader", "QueryString")},
    "an access point": {"tail": TAIL.replace("TLSV1.2 - -", f"TLSV1.2 {POINT} -")},
    "an ACL": {"tail": TAIL.replace("TLSV1.2 - -", "TLSV1.2 - Yes")},
    "with its Region": {"tail": f"{TAIL} eu-west-1"},
    "without TLS": {"tail": TAIL.replace("ECDHE-RSA-AES128-GCM-SHA256", "-").replace("TLSV1.2", "-")},
    "of before TLS was told": {"tail": "-"},
    "anonymous": {"requester": "-"},
    "a user": {"requester": f"arn:aws:iam::{ACCOUNT}:user/bob"},
    "an account": {"requester": "a" * 64},
    "a service": {"requester": "svc:cloudfront.amazonaws.com", "address": "-"},
    "nobody": {"requester": "odd"},
    "S3 itself": {"requester": "AmazonS3"},
    "the internet": {"address": "198.51.100.7"},
    "no address": {"address": "-"},
    "denied": {"status": "403", "error": "AccessDenied"},
    "denied without a code": {"status": "403"},
    "denied for another reason": {"status": "403", "error": "InvalidObjectState"},
    "failed before": {"status": "403", "error": "InvalidAccessKeyId"},
    "not found": {"status": "404", "error": "NoSuchKey"},
    "a listing": {"operation": "REST.GET.BUCKET", "key": "-"},
    "an ACL of the object": {"operation": "REST.GET.ACL"},
    "an ACL of the bucket": {"operation": "REST.GET.ACL", "key": "-"},
    "what a copy reads": {"operation": "REST.COPY.OBJECT_GET"},
    "what a copy writes": {"operation": "REST.COPY.OBJECT"},
    "a deletion among many": {"operation": "BATCH.DELETE.OBJECT"},
    "an operation of tomorrow": {"operation": "REST.FUTURE.THING"},
    "a lifecycle": {"operation": "S3.EXPIRE.OBJECT"},
    "another bucket": {"bucket": "of-nobody"},
    "another zone": {"time": "[06/Nov/2026:00:00:38 +0130]"},
    "no line": {"status": "OK"},
}


def distinctions():
    condition = {
        "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24", "aws:VpcSourceIp": "10.0.0.0/8"},
        "StringNotLike": {"aws:UserAgent": "aws-cli*"},
        "NumericLessThan": {"s3:TlsVersion": "1.2"},
    }
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/year=2026/*"],
                "Condition": condition,
            }
        ],
    }
    return Distinctions({BUCKET: [policy], OTHER: []}, {VPCE: [None]})


def line(**changes):
    return " ".join({**SHARED["line"], **changes}.values())


def told(read, given):
    """What is read, without what is empty and without numbers that differ from run to run."""
    try:
        found = read(given, distinctions())
    except ValueError as error:
        return f"error: {error}"
    if isinstance(found, str):
        return f"left out: {found}"
    accesses, at, _identity, request, shared, rank, event, address = found
    shown = [{name: value for name, value in one._asdict().items() if value not in ("", None, ())} for one in accesses]
    return {
        "accesses": shown,
        "about": [one.resource for one in accesses],
        "at": at,
        "of a request": bool(request),
        "shared": shared,
        "rank": rank,
        "event": event,
        "address": address,
    }


def everything():
    records = {
        name: told(read_record, {key: value for key, value in {**BASE, **changes}.items() if value is not None})
        for name, changes in RECORDS.items()
    }
    made = {"records": records, "lines": {name: told(read_line, line(**changes)) for name, changes in LINES.items()}}
    return json.loads(json.dumps(made))


@pytest.fixture(scope="module")
def found():
    made = everything()
    if os.environ.get("WRITE_WHOLE"):
        WHOLE.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    return made


@pytest.mark.parametrize("kind, name", [*(("records", name) for name in RECORDS), *(("lines", name) for name in LINES)])
def test_a_record_says_what_was_read(found, kind, name):
    assert found[kind][name] == json.loads(WHOLE.read_text(encoding="utf-8"))[kind][name]
