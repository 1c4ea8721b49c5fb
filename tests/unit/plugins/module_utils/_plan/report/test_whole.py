# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every form of a report, to the last letter, as somebody has read it and found it right.

A change that is meant changes the file beside this one too: ``WRITE_WHOLE=1 make pytest ARGS=...`` writes it, and the
difference is what there is to read.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.finding import Finding
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.report import report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.drawing import drawing
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.junit import junit_report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.markdown import markdown_report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.page import page
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.perimeter import perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.sarif import sarif_report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.summary import summary
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.terminal import text_report

WHOLE = Path(__file__).parent / "whole.json"
ACCOUNT, REGION, VPC, ENDPOINT = "111122223333", "eu-west-1", "vpc-0a", "vpce-0a"
AT = "2026-11-29T11:20:03Z"
ARN = "arn:aws:iam::111122223333:role"


def allow(name, sid="Read", principal=None, **more):
    principal = principal or {"AWS": f"{ARN}/app"}
    resource = f"arn:aws:s3:::{name}/*"
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": resource,
        **more,
    }


def deny(name, sid, operator, key, values):
    both = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    condition = {operator: {key: values}}
    return {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": both, "Condition": condition}


def policy(name):
    return {
        "Version": "2012-10-17",
        "Statement": [
            deny(name, "Outside", "StringNotEqualsIfExists", "aws:SourceVpce", [ENDPOINT, "vpce-0b"]),
            deny(name, "Insecure", "Bool", "aws:SecureTransport", "false"),
            deny(name, "OldTls", "NumericLessThan", "s3:TlsVersion", "1.2"),
            {key: value for key, value in allow(name, NotAction="s3:PutBucketPolicy").items() if key != "Action"},
        ],
    }


def subnet(number, table_tags=None):
    return {
        "subnet_id": f"subnet-{number}", "cidr_block": f"10.0.{number}.0/24", "availability_zone": "eu-west-1a",
        "tags": table_tags or {},
    }  # fmt: skip


#: As gateway_endpoint returns it.
BEFORE = {
    "vpc_endpoint_id": ENDPOINT, "vpc_id": VPC, "service_name": "com.amazonaws.eu-west-1.s3", "state": "available",
    "tags": {"Name": "old"}, "route_table_ids": ["rtb-1", "rtb-2"],
    "policy_document": {"Statement": [allow("a")]},
}  # fmt: skip
LOOKED = {
    "before": BEFORE,
    "endpoint": {
        **BEFORE, "tags": {"Name": "s3"}, "route_table_ids": ["rtb-1", "rtb-3"],
        "policy_document": {"Statement": [allow("a"), allow("b", "Write", "*", Action=["s3:PutObject", "s3:*"])]},
    },
    "changed": True,
    "actions": ["ec2:ModifyVpcEndpoint", "ec2:CreateTags"],
    "guard": {"overridden": [
        {"guard": "cutoff", "reason": "Bucket c is cut off.", "remedy": "Give it.", "overridden_by": "allow_cutoff"},
        {"guard": "routes", "reason": "Accepted.", "remedy": None, "overridden_by": "allow_routes"},
    ]},
}  # fmt: skip
#: As bucket_policies returns them.
RESULTS = [
    {"bucket": "a", "changed": False, "before": policy("a"), "policy": policy("a"), "actions": []},
    {
        "bucket": "b-logs", "changed": True, "before": None, "policy": policy("b-logs"),
        "actions": ["s3:PutBucketPolicy"],
        "guard": {"overridden": [{"guard": "lockout", "reason": "b-logs: You are locked out.", "remedy": None}]},
    },
    {"bucket": "c", "failed": True, "msg": "Bucket c: access denied.", "actions": []},
    {"bucket": "d", "skipped": True, "actions": []},
]  # fmt: skip
TABLES = [
    {"route_table_id": "rtb-1", "tags": {"Name": "private"}, "associations": [{"subnet_id": "subnet-1"}]},
    {"route_table_id": "rtb-2", "tags": {}, "associations": [{"main": True}]},
    {"route_table_id": "rtb-4", "tags": {}, "associations": [{"subnet_id": f"subnet-{n}"} for n in range(2, 8)]},
]
SUBNETS = [*(subnet(number) for number in range(2, 8)), subnet(1, {"Name": "app"}), subnet(9)]
PROVEN = {"title": "Nothing else.", "verdict": "holds", "rests_on": [{"statement": "Outside", "layer": "bucket"}]}
OPEN = {"title": "All that is declared.", "verdict": "undecided"}
REACH = {
    "holds": False,
    "theorems": [PROVEN, {"title": "All that is declared.", "verdict": "refuted", "narrowed": ["x", "y"]}],
    "requests": 12,
    "matrix": [
        {
            "buckets": ["a", "b-logs", "c", "d", "e"],
            "rows": [
                {
                    "principal": "role/app",
                    "keys": ["reports/*", "all keys"],
                    "reach": {
                        "endpoint": {
                            "get": {"passes": "always", "example": "role/app gets a/x"},
                            "put_policy": {"passes": "depends", "denied": "no TLS", "depends_on": "s3:TlsVersion"},
                            "other": {"passes": "undecided", "depends_on": "too many"},
                        },
                        "from_the_moon": {"get": {"passes": "never"}},
                    },
                },
                {"principal": "anybody", "reach": {"internet": {"get": {"passes": "never", "depends_on": "Outside"}}}},
            ],
        },
        {"buckets": ["x"], "rows": [{"said": "no principal"}]},
    ],
    "mismatches": [
        {"message": "role/x passes.", "buckets": ["a"], "statement": "Read", "layer": "bucket",
         "task": {"perimeter.s3.access_check": {"requests": [{"action": "s3:GetObject", "context": {}}], "on": "on"}}},
    ],
    "narrowed": [{"said": "role/y does not pass.", "task": "- name: Try it\n  debug:\n"}],
    "unknown": [{"message": "Not known."}],
    "assumed": ["Much."],
}  # fmt: skip
ACCESSES = {
    "summary": {"unchanged": 5, "loses_access": 1, "of": {"not": "shown"}},
    "changes": [{"said": "role/app loses s3:GetObject"}, {"message": "role/b"}, {"what": 1}, "no mapping"],
}
HINTS = [
    {"buckets": ["a", "b-logs"], "finding": "repeated", "statement": "Insecure", "by": ["OldTls"], "value": None,
     "message": "Statement 'Insecure' denies nothing that 'OldTls' does not."},
    {"buckets": ["a", "b-logs", "c", "d"], "finding": "never_matches", "statement": "Read|`", "by": [], "value": None,
     "message": "Statement 'Read|`' can never match: no request is as it says."},
]  # fmt: skip
CHANGE = {
    "who": f"{ARN}/Admin", "when": AT, "event": "s3:PutBucketPolicy", "source_address": "198.51.100.7",
    "event_id": "0f1e",
}  # fmt: skip
CHANGES = [
    {"resource": "b-logs", "events": [CHANGE, {**CHANGE, "who": "", "source_address": ""}]},
    {"resource": "a", "events": [], "error": "denied"},
    {"resource": ENDPOINT, "events": []},
]
FAILURES = [
    {"host": "two", "account": ACCOUNT, "region": REGION, "bucket": name, "msg": f"Bucket {name}: access denied."}
    for name in ("c", "x", "y")
] + [{"host": "three", "account": "444455556666", "region": "", "msg": "No credentials."}]


def finding(resource, kind, what, severity, **more):
    given = {"before": None, "after": None, **more}
    return Finding(
        more.pop("account", ACCOUNT), REGION, resource, kind, what, **{**given, "severity": severity}
    ).as_dict()


FINDINGS = [
    finding("a", "bucket policy statement", "Read is not declared [x]", "critical", before=allow("a"),
            opens=("role/x reads a/*", "anybody"), cuts=("role/y",)),
    finding("b-logs", "bucket policy statement", "Outside is missing", "major",
            after=deny("b-logs", "Outside", "Null", "aws:SourceVpce", "true")),
    finding("b-logs", "bucket policy statement", "Insecure has changed", "major", before={"a": [1]}, after={"a": [2]}),
    finding("e", "bucket policy statement", "Outside is missing", "major",
            after=deny("e", "Outside", "Null", "aws:SourceVpce", "true")),
    finding(ENDPOINT, "route table", "rtb-2 is not declared", "major", before="rtb-2",
            remedy="Declare it | remove it."),
    finding(ENDPOINT, "tags", "have changed", "minor", before={"Name": "old"}, after={"Name": "s3"}),
]  # fmt: skip


def seen(**more):
    given = {"route_tables": TABLES, "subnets": SUBNETS, "reach": REACH, "accesses": ACCESSES, "hints": HINTS, **more}
    vpc = {"tags": {"Name": "prod"}, "cidr_block_association_set": [{"cidr_block": "10.0.0.0/16"}, {}]}
    return perimeter("one", ACCOUNT, REGION, VPC, LOOKED, RESULTS, ["allow_routes"], vpc=vpc, **given)


BARE = perimeter("bare", "444455556666", REGION, "vpc-0b", None, RESULTS[:1], vpc={"cidr_block": "10.1.0.0/16"})
NEW = perimeter("new", ACCOUNT, REGION, VPC, {**LOOKED, "before": None}, RESULTS[:2], reach={"holds": True})
LONG = "a-name-that-is-longer-than-the-place-that-a-drawing-has-for-it"
#: More than is drawn, and names that are cut.
CROWDED = perimeter(
    "many", ACCOUNT, REGION, VPC, {**LOOKED, "before": {**BEFORE, "route_table_ids": ["rtb-01", f"rtb-{LONG}"]}},
    [{"bucket": f"{LONG}-{number:02}", "failed": number == 7} for number in range(14)],
    vpc={"tags": {"Name": LONG}, "cidr_blocks": [f"10.{number}.0.0/16" for number in range(9)]},
    route_tables=[
        {"id": f"rtb-{LONG}", "main": True, "subnets": [f"subnet-{number}" for number in range(6)]},
        *({"id": f"rtb-{number:02}"} for number in range(11)),
    ],
    names={"subnets": [{"id": f"subnet-{number}", "name": LONG, "cidr_block": "10.0.0.0/24"} for number in range(6)]},
)  # fmt: skip
STATES = {ENDPOINT: "major", f"{LONG}-13": "critical", f"{LONG}-12": "minor", f"{LONG}-11": "major"}
REPORTS = {
    "drift": report(FINDINGS[:1], False, perimeters=[{**BARE, "reach": REACH}], at=AT),
    "failed": report(FINDINGS, True, ["four", "five"], CHANGES, FAILURES, [seen(), BARE], AT),
    "corrected": report(FINDINGS[3:4], True, perimeters=[NEW], at=AT),
    "clean": report([], False, perimeters=[{**NEW, "reach": {"holds": False, "theorems": [OPEN]}}]),
    "proved": report([], False, perimeters=[NEW, BARE], at="today"),
    "refuted": report([], False, perimeters=[{**NEW, "reach": {"holds": False}}]),
    "nothing": report([], False),
}


def forms(told):
    # A document of JSON has no text of its own: its order is not looked at.
    return {
        "markdown": markdown_report(told).split("\n"),
        "junit": junit_report(told).split("\n"),
        "text": text_report(told),
        "sarif": sarif_report(told, "site.yml"),
        "page": page(told),
    }


SUMMARIES = {
    "changed": (LOOKED, seen(), False, REACH),
    "planned": ({**LOOKED, "before": None}, NEW, True, {"holds": True}),
    "removed": ({**LOOKED, "endpoint": None}, BARE, False, None),
    "absent": ({"before": None, "endpoint": None}, BARE, True, None),
    "unchanged": ({**LOOKED, "endpoint": BEFORE, "changed": False}, BARE, False, None),
    "touched": ({"before": BEFORE, "endpoint": BEFORE, "changed": True}, BARE, False, None),
    "unseen": (None, BARE, False, {"holds": False, "theorems": [OPEN]}),
}


def everything():
    told = {name: forms(each) for name, each in REPORTS.items()}
    said = {
        name: summary({"endpoint": looked, "buckets": RESULTS}, drawn, planned, reach)
        for name, (looked, drawn, planned, reach) in SUMMARIES.items()
    }
    drawings = [drawing(CROWDED, STATES, narrow, corrected) for narrow in (False, True) for corrected in (False, True)]
    return json.loads(json.dumps({**told, "summaries": said, "perimeter": seen(), "drawings": drawings}))


@pytest.fixture(scope="module")
def found():
    made = everything()
    if os.environ.get("WRITE_WHOLE"):
        WHOLE.write_text(json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    return made


@pytest.mark.parametrize("name", [*REPORTS, "summaries", "perimeter", "drawings"])
def test_a_report_is_as_it_was_read(found, name):
    assert found[name] == json.loads(WHOLE.read_text(encoding="utf-8"))[name]
