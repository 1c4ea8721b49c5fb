# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms of one report: what stands in all of them, and what none of them lets others write into it."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.finding import Place
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.plan import (
    bucket_findings,
    endpoint_findings,
    fleet_findings,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.report import VERSION, report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.group import grouped
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.junit import junit_report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.markdown import markdown_report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.page import page
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.perimeter import perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.sarif import sarif_report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.terminal import (
    MOST_LINES,
    failure_text,
    text_report,
)

ACCOUNT, REGION, VPC = "111122223333", "us-east-1", "vpc-0aaaaaaaaaaaaaaaa"
ENDPOINT = "vpce-0aaaaaaaaaaaaaaaa"
PLACE = Place(ACCOUNT, REGION)
AT = "2026-11-29T11:20:03Z"
#: Of others, and hostile: a heading, an image, a message, the end of a tag, letters that XML does not have.
HOSTILE = (
    "b/a\r\r# All is well\n\n![](https://evil.example) @everybody <script>alert(1)</script> | \uffff\x00\ud800]]>`"
)


def outside(bucket):
    return {
        "Sid": "PerimeterS3DenyOutside",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"StringNotEquals": {"aws:SourceVpce": ENDPOINT}},
    }


def tls(bucket):
    return {
        **outside(bucket),
        "Sid": "PerimeterS3DenyInsecure",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def endpoint(tags=None):
    document = policy({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"})
    return {
        "vpc_endpoint_id": ENDPOINT,
        "vpc_id": VPC,
        "route_table_ids": ["rtb-1"],
        "tags": tags or {},
        "policy_document": document,
    }


def result(bucket, before):
    return {
        "bucket": bucket,
        "changed": before != policy(outside(bucket), tls(bucket)),
        "failed": False,
        "before": before,
        "policy": policy(outside(bucket), tls(bucket)),
        "actions": [],
    }


#: How buckets are damaged, one after the other.
DAMAGES = (
    lambda bucket: None,
    lambda bucket: policy(outside(bucket)),
    lambda bucket: policy(
        {**outside(bucket), "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0bbb"}}}, tls(bucket)
    ),
    lambda bucket: policy(
        outside(bucket),
        tls(bucket),
        {**tls(bucket), "Sid": "X", "Effect": "Allow", "Principal": {"AWS": "999988887777"}},
    ),
)


def fleet(buckets, damaged, failures=(), live_tags=None, failed_hosts=(), changes=()):
    """A report over so many buckets, of which some are damaged, in all ways in turn."""
    names = [f"fleet-bucket-{number:04}" for number in range(buckets)]
    results = [
        result(name, DAMAGES[number % len(DAMAGES)](name) if number < damaged else policy(outside(name), tls(name)))
        for number, name in enumerate(names)
    ]
    looked = {"before": endpoint(live_tags), "endpoint": endpoint(), "changed": False, "actions": []}
    findings = endpoint_findings(PLACE, looked["before"], looked["endpoint"])
    findings += fleet_findings(PLACE, [(each["bucket"], each["before"], each["policy"]) for each in results])
    results += [{"bucket": each["bucket"], "failed": True, "msg": each["msg"], "actions": []} for each in failures]
    seen = perimeter("localhost", ACCOUNT, REGION, VPC, looked, results)
    where = {"host": "localhost", "account": ACCOUNT, "region": REGION}
    return report(
        [each.as_dict() for each in findings],
        False,
        failed_hosts,
        changes,
        [{**where, **each} for each in failures],
        [seen],
        AT,
    )


FORMS = {
    "markdown": markdown_report,
    "junit": junit_report,
    "sarif": lambda report: json.dumps(sarif_report(report, "site.yml"), ensure_ascii=False),
    "text": lambda report: "\n".join(text_report(report)),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_when_where_and_of_how_much(form):
    text = FORMS[form](fleet(3, 0))
    assert VERSION in text
    if form == "sarif":
        assert AT in text
    else:
        assert "2026-11-29 11:20 UTC" in text
        plain = text.replace("\\", "")
        assert f"Account {ACCOUNT}, {REGION}, {VPC}: 1 endpoint and 3 buckets looked at" in plain
        if form != "junit":
            assert "4 resources as declared." in plain


def test_many_buckets_make_no_long_report():
    found = fleet(200, 150)
    assert (found["counts"]["drifted"], len(grouped(found["findings"]))) == (188, 5)
    text = markdown_report(found)
    assert text.count("\n") <= 400
    assert len(text) <= 65_536
    assert text.count("<details>") == text.count("</details>") == 5
    # What of which buckets, each by its name.
    assert all(f"`fleet-bucket-{number:04}`" in text for number in range(150))
    lines = text_report(found)
    assert len(lines) == 3 + 5 + 3
    assert len([line for line in lines if line.startswith("  ")]) == 3
    assert max(map(len, lines)) <= 240
    assert lines[0] == "Drift found. 151 critical, 0 major, 37 minor in 150 of 201 resources."


def kinds(count, live, declared):
    """As many findings of their own kind, of what is found of one: the Sid of what was found is each time another."""
    findings = []
    for each in bucket_findings(PLACE, "fleet-bucket", live, declared):
        shown = json.dumps(each.as_dict())
        findings += [json.loads(shown.replace("fleet-bucket", f"fleet-{n:04}").replace("Sid0", f"Sid{n}"))
                     for n in range(count)]  # fmt: skip
    return findings


def test_as_many_kinds_as_buckets_make_no_long_report_either():
    live = policy({**outside("fleet-bucket"), "Sid": "A" * 60 + "Sid0"})
    found = report(kinds(300, live, policy(outside("fleet-bucket"), tls("fleet-bucket"))), False)
    assert len(grouped(found["findings"])) > 300
    text = markdown_report(found)
    assert text.count("\n") <= 400
    assert len(text) <= 65_536
    assert "more kinds of these; the JSON report has all." in text
    assert re.search(r"The details of [0-9]+ kinds of drift are left out here", text)
    lines = text_report(found)
    assert len(lines) == 2 + MOST_LINES
    left = len(grouped(found["findings"])) - MOST_LINES + 1
    assert lines[-1] == f"{left} more kinds of drift: the report has all (drift_report_dir)"


def test_a_long_document_is_cut():
    many = [{**outside("b"), "Sid": f"S{number}"} for number in range(100)]
    finding = {
        "account": ACCOUNT, "region": REGION, "resource": "b", "kind": "bucket policy", "what": "has changed",
        "before": policy(*many), "after": None, "severity": "minor", "opens": [], "cuts": [], "remedy": "x" * 9000,
    }  # fmt: skip
    text = markdown_report(report([finding], False))
    assert "more lines\n" in text
    assert len(text) < 20_000


@pytest.mark.parametrize("form", FORMS)
def test_text_of_others_stays_text(form):
    live = policy({**outside("b"), "Sid": HOSTILE, "Resource": f"arn:aws:s3:::{HOSTILE}", "Effect": "Allow"})
    findings = [each.as_dict() for each in bucket_findings(PLACE, "b", live, policy(outside("b"), tls("b")))]
    findings += [each.as_dict() for each in endpoint_findings(PLACE, endpoint({HOSTILE: HOSTILE}), endpoint())]
    change = {"who": HOSTILE, "when": AT, "event": HOSTILE, "source_address": HOSTILE, "event_id": HOSTILE}
    where = {"host": HOSTILE, "account": ACCOUNT, "region": REGION, "bucket": HOSTILE, "msg": HOSTILE}
    told = report(findings, False, [HOSTILE], [{"resource": "b", "events": [change]}], [where], (), AT)
    text = FORMS[form](told)
    assert "All is well" in text
    assert not {"\x00", "\r", "\uffff", "\x0b"} & set(text)
    if form == "markdown":
        assert "<summary>" in text
        # What is left beside code, in lines, in indented blocks and in the HTML of a summary.
        left = re.sub(r"(?m)^    .*$", "", re.sub(r"<code>[^<]*</code>", "", text))
        left = re.sub(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)", "", left)
        assert not re.search(r"(?m)^#+ +All", left)
        assert not re.search(r"(?<!\\)<(?!/?details>|/?summary>|!-- -->)", left)
        assert not re.search(r"(?<!\\)!\[", left)
        assert "https://" not in left
        assert "@everybody" not in left
    if form == "junit":
        ElementTree.fromstring(text.encode())
    if form == "sarif":
        [run] = json.loads(text)["runs"]
        assert all("](" not in each["message"]["text"].replace("\\](", "") for each in run["results"])


def test_junit_has_a_test_for_each_resource():
    where = {"host": "localhost", "account": ACCOUNT, "region": REGION}
    missing = {"bucket": "missing-bucket", "msg": "There is no bucket of that name."}
    found = fleet(8, 4, [missing], failed_hosts=["two"])
    suite = ElementTree.fromstring(junit_report(found).encode())
    cases = suite.findall("testcase")
    green = [each.get("classname") for each in cases if len(each) == 0]
    assert green == [
        f"{ACCOUNT}.{REGION}.{name}" for name in (ENDPOINT, *(f"fleet-bucket-{number:04}" for number in range(4, 8)))
    ]
    drifted = len(found["findings"])
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == (str(len(cases)), str(drifted), "2")
    assert len(cases) == len(green) + drifted + 2
    assert [each.get("classname") for each in cases if each.find("error") is not None] == [
        f"{where['account']}.{where['region']}.missing-bucket", "two",
    ]  # fmt: skip
    assert suite.get("timestamp") == "2026-11-29T11:20:03"
    # Without the perimeters nobody knows what was looked at, and a suite without tests is taken for a mistake.
    bare = ElementTree.fromstring(junit_report(report([], False)).encode())
    assert [each.get("name") for each in bare.findall("testcase")] == ["no drift"]


def test_who_changed_it_is_told_of_each():
    change = {
        "who": "arn:aws:iam::111122223333:user/a|b", "when": "2026-11-23T10:15:00Z", "event": "s3:PutBucketPolicy",
        "source_address": "198.51.100.7", "event_id": "0f1e2d3c",
    }  # fmt: skip
    changes = [
        {"resource": "fleet-bucket-0000", "events": [change]},
        {"resource": "fleet-bucket-0004", "events": []},
        {"resource": "fleet-bucket-0008", "events": [], "error": "no permission"},
    ]
    text = markdown_report(fleet(12, 12, changes=changes))
    assert (
        "- Last changed `fleet-bucket-0000` by: arn:aws:iam::111122223333:user/a\\|b at 2026-11-23T10:15:00Z, "
        "s3:PutBucketPolicy from 198.51.100.7, event 0f1e2d3c\n"
    ) in text
    assert "- Last changed `fleet-bucket-0004` by: nobody that CloudTrail knows of." in text
    assert "- Last changed `fleet-bucket-0008` by: unknown, because CloudTrail could not be" in text
    assert "Last changed" not in markdown_report(fleet(12, 12))


def test_failures_that_are_alike_are_told_once():
    failures = [
        {"bucket": f"bucket-{number}", "msg": f"Bucket bucket-{number}: access denied."} for number in range(150)
    ]
    found = fleet(3, 0, failures)
    text = markdown_report(found)
    assert text.count("access denied") == 1
    assert "`bucket-0`, `bucket-1`, `bucket-10` and 147 more" in text
    assert [line for line in text_report(found) if "access denied" in line] == [
        "failed: bucket-0, bucket-1, bucket-10 and 147 more: Bucket bucket-0: access denied."
    ]


def test_sarif_is_the_same_in_each_run():
    first, second = (sarif_report(fleet(8, 8), "site.yml") for _turn in range(2))
    assert first == second
    [run] = first["runs"]
    prints = [each["partialFingerprints"]["perimeterS3/v1"] for each in run["results"]]
    assert len(set(prints)) == len(prints) == 10
    rules = run["tool"]["driver"]["rules"]
    for each in run["results"]:
        severity = each["properties"]["severity"]
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"] == f"bucket-policy-statement/{severity}"
        assert each["level"] == {"critical": "error", "minor": "note"}[severity]
        assert each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "site.yml"
    assert run["invocations"][0]["executionSuccessful"] is True
    failed = sarif_report(fleet(1, 0, [{"bucket": "x", "msg": "denied"}]), "site.yml")["runs"][0]["invocations"][0]
    assert failed["executionSuccessful"] is False
    assert failed["toolExecutionNotifications"][0]["message"]["text"] == "x: denied"


def test_several_places_are_counted():
    one = fleet(2, 0)["perimeters"][0]
    many = [{**one, "host": str(number), "account": f"{number:012}"} for number in range(30)]
    text = markdown_report(report([], False, perimeters=many))
    assert "30 accounts, 1 Region, 30 VPCs: 30 endpoints and 60 buckets looked at" in text
    assert "90 resources as declared." in text


@pytest.mark.parametrize(
    "holds, said",
    [
        (True, "Proved: what is declared passes, and nothing else."),
        (False, "The proof is refuted: what passes is not what is declared."),
    ],
)
def test_the_verdict_of_the_proof(holds, said):
    one = fleet(2, 0)["perimeters"][0]
    assert said in markdown_report(report([], False, perimeters=[{**one, "reach": {"holds": holds}}]))
    drifted = {**fleet(2, 1), "perimeters": [{**one, "reach": {"holds": holds}}]}
    assert f"Once corrected: {said[0].lower()}{said[1:]}" in text_report(drifted)[1]
    two = [{**one, "reach": {"holds": holds}}, {**one, "reach": {"holds": True}}]
    assert "Proof: " in "\n".join(text_report(report([], False, perimeters=two)))


def test_the_page_says_the_same():
    found = page(fleet(200, 150, [{"bucket": "misspelt", "msg": "There is no bucket of that name."}]))
    assert found["headline"] == "150 of 202 resources differ from what is declared"
    assert {each["label"]: each["number"] for each in found["tiles"]} == {
        "critical": "151", "major": "0", "minor": "37", "as declared": "51", "failed": "1",
    }  # fmt: skip
    assert [each["count"] for each in found["groups"]] == [38, 38, 38, 37, 37]
    assert [each["severity"] for each in found["groups"]] == ["critical"] * 4 + ["minor"]
    [seen] = found["perimeters"]
    assert (len(seen["buckets"]), seen["wrong"]) == (201, 151)
    assert seen["buckets"][-1] == {"name": "misspelt", "state": "failed", "findings": 0, "changed": False}
    assert [each["said"] for each in found["failures"]] == ["There is no bucket of that name."]
    task = found["groups"][0]["task"].split("\n")
    assert task[3:5] == ["  vars:", "    # Beside the variables of your declaration"]
    assert '"fleet-bucket-0000"' in task[-1]


@pytest.mark.parametrize(
    "told, said",
    [
        (fleet(3, 0), "As declared"),
        (fleet(3, 1), "1 of 4 resources differs from what is declared"),
        ({**fleet(3, 3), "status": "corrected"}, "3 resources corrected"),
        (fleet(3, 0, [{"bucket": "x", "msg": "denied"}]), "1 failure: not everything could be looked at"),
        (report([], False), "As declared"),
    ],
)
def test_headlines(told, said):
    assert page(told)["headline"] == said


def test_a_page_of_many_kinds_shows_the_documents_of_the_worst():
    live = policy({**outside("fleet-bucket"), "Sid": "Sid0"})
    found = page(report(kinds(130, live, policy(outside("fleet-bucket"))), False))["groups"]
    assert len(found) > 130
    assert [each["whole"] for each in found].count(True) == 120
    assert found[-1]["resources"]


def refuted(buckets):
    """A report of what no run corrects, so many buckets of each of two kinds."""
    mended = {"severity": "critical", "kind": "reach", "remedy": "Take it out.", "before": None, "after": None}
    found = [
        {
            **mended,
            "resource": f"b{number}",
            "account": ACCOUNT,
            "region": REGION,
            "what": what,
            "opens": [],
            "cuts": [],
        }
        for what in ("somebody passes", "nobody passes")
        for number in range(buckets)
    ]
    return report(found, False)


def test_why_a_run_fails_is_said_like_with_like():
    found = fleet(4, 4)
    fails = {fail_on: failure_text(found, fail_on, "localhost") for fail_on in ("critical", "minor", "never")}
    assert fails["never"] == []
    assert fails["minor"] == fails["critical"]
    assert fails["critical"] == [
        "4 critical, 0 major and 1 minor differences from the declaration.",
        "Run with drift_correct=true to correct them.",
    ]
    assert failure_text(report([], False), "minor", "localhost") == []
    corrected = {**found, "counts": {**found["counts"], "corrected": 5}}
    assert failure_text(corrected, "minor", "localhost") == []
    assert failure_text(refuted(150), "major", "localhost") == [
        "300 critical, 0 major and 0 minor differences from the declaration.",
        "No run corrects this: b0, b1, b10 and 147 more: nobody passes. Take it out.",
        "No run corrects this: b0, b1, b10 and 147 more: somebody passes. Take it out.",
    ]
    several = {**refuted(1), "counts": {**refuted(1)["counts"]}}
    several["findings"] = [{**refuted(1)["findings"][0], "what": f"what {number}"} for number in range(5)]
    said = failure_text(several, "major", "localhost")
    assert said[-1] == "And 2 more kinds that no run corrects."
    several["findings"].pop()
    assert failure_text(several, "major", "localhost")[-1] == "And 1 more kind that no run corrects."
    several["findings"].pop()
    assert failure_text(several, "major", "localhost")[-1].startswith("No run corrects this: b0: what 2.")


def test_a_host_fails_on_its_own_failures():
    failures = [{"bucket": f"b{number}", "msg": f"Bucket b{number}: access denied."} for number in range(150)]
    told = fleet(3, 0, failures)
    assert failure_text(told, "never", "elsewhere") == []
    assert failure_text(told, "never", "localhost") == [
        "Bucket b0: access denied.",
        "So for b1, b10, b100 and 146 more.",
    ]
    assert failure_text(fleet(3, 0, failures[:2]), "never", "localhost")[1:] == ["So for b1."]
    assert failure_text(fleet(3, 0, failures[:1]), "never", "localhost")[1:] == []
    unlike = fleet(3, 0, [{"bucket": f"b{number}", "msg": f"Why {number}."} for number in range(5)])
    assert failure_text(unlike, "never", "localhost")[-1] == "And 2 more kinds of failures."
