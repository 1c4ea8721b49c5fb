# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.finding import Place
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.plan import bucket_findings, endpoint_findings
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.render import junit, markdown
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.report import report

PLACE = Place("111122223333", "us-east-1")
OUTSIDE = {
    "Sid": "DenyOutside",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
    "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-11111111"}},
}
READ = {
    "Sid": "Read",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::444455556666:role/reader"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b/*",
}
FOREIGN = {**READ, "Sid": "Foreign", "Principal": {"AWS": "arn:aws:iam::777788889999:role/x"}}
ENDPOINT = {
    "vpc_endpoint_id": "vpce-11111111",
    "vpc_id": "vpc-11111111",
    "route_table_ids": ["rtb-1"],
    "tags": {"Name": "s3"},
    "policy_document": {
        "Version": "2012-10-17",
        "Statement": [{**READ, "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject"]}],
    },
}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def narrower(network):
    return {**OUTSIDE, "Condition": {"StringNotEquals": {"aws:SourceVpce": network}}}


@pytest.mark.parametrize(
    "live, declared, expected",
    [
        (policy(OUTSIDE), policy(OUTSIDE), []),
        (None, policy(OUTSIDE), [("DenyOutside is missing", "critical")]),
        (policy(OUTSIDE), policy(OUTSIDE, READ), [("Read is missing", "major")]),
        (policy(READ, FOREIGN), policy(READ), [("Foreign is not declared", "critical")]),
        (
            policy(narrower(["vpce-11111111", "vpce-22222222"])),
            policy(OUTSIDE),
            [("DenyOutside has changed in Condition", "critical")],
        ),
        (
            policy({**READ, "Sid": "Renamed"}),
            policy(READ),
            [("Renamed is not declared", "minor"), ("Read is missing", "minor")],
        ),
        (policy({**READ, "Action": "s3:*"}), policy(READ), [("Read has changed in Action", "critical")]),
        (policy({**READ, "Resource": "arn:aws:s3:::b/x"}), policy(READ), [("Read has changed in Resource", "major")]),
    ],
)
def test_bucket(live, declared, expected):
    found = bucket_findings(PLACE, "b", live, declared)
    assert [(each.what, each.severity) for each in found] == expected
    for each in found:
        assert bool(each.opens) == (each.severity == "critical")


@pytest.mark.parametrize(
    "change, expected",
    [
        ({}, []),
        ({"route_table_ids": []}, [("route table", "major")]),
        ({"route_table_ids": ["rtb-1", "rtb-2"]}, [("route table", "critical")]),
        ({"tags": {}}, [("tag", "minor")]),
        ({"tags": {"Name": "s4", "More": "x"}}, [("tag", "minor"), ("tag", "minor")]),
        (
            {"policy_document": policy({**READ, "Principal": "*", "Action": "*", "Resource": "*"})},
            [("endpoint policy statement", "critical")],
        ),
    ],
)
def test_endpoint(change, expected):
    found = endpoint_findings(PLACE, {**ENDPOINT, **change}, ENDPOINT)
    assert [(each.kind, each.severity) for each in found] == expected


def test_missing_endpoint():
    [found] = endpoint_findings(PLACE, None, ENDPOINT)
    assert (found.resource, found.severity) == ("vpc-11111111", "major")


def test_report_and_renderings():
    findings = [each.as_dict() for each in endpoint_findings(PLACE, {**ENDPOINT, "tags": {"a|b": "<x>\x01"}}, ENDPOINT)]
    findings += [each.as_dict() for each in bucket_findings(PLACE, "b", None, policy(OUTSIDE))]
    found = report(findings, False)
    assert (found["status"], found["findings"][0]["severity"]) == ("drifted", "critical")
    assert found["counts"] == {"drifted": 3, "corrected": 0, "critical": 1, "major": 0, "minor": 2, "failed": 0}
    suite = ElementTree.fromstring(junit(found).encode())
    assert (suite.get("failures"), len(suite.findall("testcase/failure"))) == ("3", 3)
    assert "a\\|b" in markdown(found)


CHANGE = {
    "who": "arn:aws:iam::111122223333:user/a|b",
    "when": "2026-11-23T10:15:00Z",
    "event": "s3:PutBucketPolicy",
    "source_address": "198.51.100.7",
    "event_id": "0f1e2d3c",
}


@pytest.mark.parametrize(
    "found, by, line",
    [
        (
            {"events": [CHANGE]},
            [CHANGE],
            "- Last changed by: arn:aws:iam::111122223333:user/a\\|b at 2026-11-23T10:15:00Z, s3:PutBucketPolicy from "
            "198.51.100.7, event 0f1e2d3c\n",
        ),
        ({"events": []}, [], "- Last changed by: nobody that CloudTrail knows of."),
        ({"events": [], "error": "no permission"}, None, "- Last changed by: unknown, because CloudTrail could not be"),
    ],
)
def test_who_changed_it(found, by, line):
    findings = [each.as_dict() for each in bucket_findings(PLACE, "b", None, policy(OUTSIDE))]
    told = report(findings, False, changes=[{"resource": "other", "events": [CHANGE]}, {"resource": "b", **found}])
    assert told["findings"][0]["by"] == by
    assert line in markdown(told)
    assert '"by": ' in junit(told).replace("&quot;", '"')
    untold = report(findings, False)
    assert "by" not in untold["findings"][0]
    assert "Last changed by" not in markdown(untold)


@pytest.mark.parametrize(
    "findings, corrected, failed, status",
    [([], False, [], "clean"), ([], True, [], "clean"), ([], False, ["h"], "failed")],
)
def test_status(findings, corrected, failed, status):
    found = report(findings, corrected, failed)
    assert found["status"] == status
    assert ElementTree.fromstring(junit(found).encode()).get("errors") == str(len(failed))
    assert markdown(found).startswith("# ")


def test_what_failed_is_reported_beside_the_rest():
    where = {"host": "one", "account": "111122223333", "region": "us-east-1"}
    failures = [{**where, "bucket": "b", "msg": "no such | bucket"}, {**where, "bucket": "a", "msg": "denied"}]
    found = report([], True, ["two"], failures=failures)
    assert (found["status"], found["counts"]["failed"]) == ("failed", 3)
    assert [each["bucket"] for each in found["failures"]] == ["a", "b"]
    assert "| b | 111122223333 | us-east-1 | no such \\| bucket |" in markdown(found)
    suite = ElementTree.fromstring(junit(found).encode())
    assert (suite.get("tests"), suite.get("errors")) == ("3", "3")
    assert [case.get("classname") for case in suite] == ["111122223333.us-east-1.a", "111122223333.us-east-1.b", "two"]
