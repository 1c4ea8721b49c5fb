# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a replay says as a whole: coverage, window, back-test, the proposal, what is unused, and the page."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.batch import Batch
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.reader import read_part
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Tally
from ansible_collections.perimeter.s3.plugins.module_utils._plan.pasted import is_template
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.page import page_of
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.result import replay
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.setting import read_setting
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

ACCOUNT = "111122223333"
REPORTS, ARCHIVE = "payroll-reports", "payroll-archive"
OWN, SECOND = "vpce-0000000a", "vpce-0000000b"
NIGHTLY, BATCH = f"arn:aws:iam::{ACCOUNT}:role/etl/nightly", f"arn:aws:iam::{ACCOUNT}:role/batch"


def record(number, key="year=2026/a", operation="GetObject", role=NIGHTLY, bucket=REPORTS, day=1, **changes):
    parameters = {"bucketName": bucket, **({"key": key} if key else {})}
    found = {
        "eventSource": "s3.amazonaws.com",
        "eventName": operation,
        "eventTime": f"2026-11-{day:02d}T10:15:00Z",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "10.20.3.4",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rpartition('/')[2]}/s",
            "accountId": ACCOUNT,
            "sessionContext": {"sessionIssuer": {"arn": role}},
        },
        "requestParameters": parameters,
        "eventCategory": "Data",
        "vpcEndpointId": OWN,
        "tlsDetails": {"tlsVersion": "TLSv1.3"},
        "eventID": f"e-{number}",
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


def setting(grants=None, current=None, **options):
    endpoints = {OWN: endpoint_policy(grants or [{"name": REPORTS, "access": "read_write"}])}
    closed = {name: bucket_perimeter(name, endpoints=[OWN], tls_only=True) for name in (REPORTS, ARCHIVE)}
    return read_setting(
        {
            "current_bucket_policies": current or dict.fromkeys(closed),
            "planned_bucket_policies": closed,
            "current_endpoint_policies": {OWN: None},
            "planned_endpoint_policies": endpoints,
            "endpoints": [{"id": OWN, "account": ACCOUNT}, {"id": SECOND, "vpc": "vpc-0000000b", "account": ACCOUNT}],
            "resource_accounts": dict.fromkeys(closed, ACCOUNT),
            **options,
        }
    )


def run(records, known=None, ignore=(), lines=(), **told):
    """``lines``: of a server access log or an aggregate."""
    known = known or setting()
    batch, tally = Batch(), Tally()
    for part in (json.dumps({"Records": records}), "\n".join(lines)):
        read_part("here", [part.encode()], known.distinctions(), batch)
    tally.add(batch.sent())
    tally.finish()
    return replay(tally, known, known.distinctions(), ignore, **told)


INTERNET = {"vpcEndpointId": None, "sourceIPAddress": "198.51.100.7"}
RECORDS = [
    *(record(number, f"year=2026/{number}", day=number % 28 + 1) for number in range(40)),
    record(50, "year=2025/x", "PutObject"),
    record(51, role=BATCH, vpcEndpointId=SECOND),
    record(52, role=BATCH, vpcEndpointId=SECOND, day=3),
    record(53, role=BATCH, **INTERNET),
]
OF_BUCKET = record(1, None, "GetBucketAcl", eventCategory="Management")


def test_no_evidence_is_no_safety():
    found = run(RECORDS).as_dict()
    assert found["coverage"][REPORTS]["evidence"] == "data_events"
    assert found["coverage"][ARCHIVE]["evidence"] == "none"
    assert run(RECORDS).uncovered() == [ARCHIVE]
    kinds = {(one["kind"], one["subject"]) for one in found["findings"]}
    assert ("evidence_none", ARCHIVE) in kinds and ("window_too_short", "window") in kinds
    assert run([OF_BUCKET]).uncovered() == [ARCHIVE, REPORTS]
    assert run([]).as_dict()["summary"]["classes"] == 0
    assert run([]).window == {"from": None, "until": None, "days": 0, "days_with_records": 0, "gaps": []}
    assert "No access was seen" in page_of(run([]).as_dict())


LINE = (
    f"{'79a5' * 16} {REPORTS} [06/Nov/2026:00:00:38 +0000] 10.0.0.1 {NIGHTLY} 3E57427F3EXAMPLE REST.GET.OBJECT a "
    '"GET /a HTTP/1.1" 200 - 113 113 7 5 "-" "agent" - x= SigV4 TLS AuthHeader host TLSv1.2 - -'
)
# Records, lines of a log -> the best evidence that they are, and what is said of it.
EVIDENCE = {
    "all three": ([record(1), OF_BUCKET], [LINE], "data_events", None),
    "a log": ([], [LINE], "access_logs", "server access logs only"),
    "a log and management events": ([OF_BUCKET], [LINE], "access_logs", "server access logs only"),
    "management events": ([OF_BUCKET], [], "management_events", "management events only"),
}


@pytest.mark.parametrize("records, lines, evidence, said", EVIDENCE.values(), ids=EVIDENCE)
def test_what_evidence_there_is_of_a_bucket(records, lines, evidence, said):
    found = run(records, lines=lines)
    assert found.coverage[REPORTS]["evidence"] == evidence
    texts = {one["kind"]: one["text"] for one in found.as_dict()["findings"] if one["subject"] == REPORTS}
    assert list(texts) == ([f"evidence_{evidence}"] if said else [])
    assert f"Of {REPORTS} there are {said}" in "".join(texts.values()) or not said


@pytest.mark.parametrize(
    "days, text",
    [
        ((1, 2, 3), None),
        ((1, 3), "There is no record of 2026-11-02."),
        ((1, 12), f"There is no record of {', '.join(f'2026-11-{day:02}' for day in range(2, 12))}."),
        ((1, 13), f"There is no record of {', '.join(f'2026-11-{day:02}' for day in range(2, 12))} and more days."),
    ],
)
def test_days_without_records_are_said(days, text):
    found = run([record(day, day=day) for day in days]).as_dict()["findings"]
    gaps = [(one["subject"], one["text"]) for one in found if one["kind"] == "gaps"]
    assert gaps == ([("window", text)] if text else [])


def test_the_verdicts_and_what_they_rest_on():
    found = run(RECORDS).as_dict()
    assert found["summary"] | {"keeps": 2, "loses": 2} == found["summary"]
    endpoint, internet = found["loses"]
    assert (endpoint["principal"], endpoint["path"], endpoint["count"], endpoint["days"]) == (BATCH, SECOND, 2, 2)
    assert (endpoint["cause"], endpoint["remedy"]["value"]) == ("other_endpoint", [SECOND])
    assert (internet["cause"], internet["remedy"]["variable"]) == ("internet", "private_access_break_glass_principals")
    assert endpoint["key_pattern"] == "year=2026/*" and endpoint["examples"] == ["e-51", "e-52"]
    assert found["backtest"]["agree"] == 1 and found["window"]["days"] == 28


def test_the_back_test_says_where_the_policies_in_force_were_others():
    current = {REPORTS: bucket_perimeter(REPORTS, endpoints=[OWN]), ARCHIVE: None}
    found = run(RECORDS, setting(current=current)).as_dict()
    assert found["backtest"]["disagreeing"] == 3 and found["backtest"]["agreeing"] == 41
    assert {one["principal"] for one in found["backtest"]["disagree"]} == {BATCH}
    assert "backtest" in {one["kind"] for one in found["findings"]}


def test_the_proposal_is_what_was_used():
    proposal = run(RECORDS).as_dict()["proposal"]
    assert proposal["variables"] == {
        "private_access_buckets": [
            {
                "name": REPORTS,
                "access": "get_put",
                "principals": [NIGHTLY],
                "prefixes": ["year=2025/", "year=2026/"],
            }
        ],
        "private_access_additional_endpoints": [SECOND],
        "private_access_break_glass_principals": [BATCH],
    }
    assert [line["variable"] for line in proposal["evidence"]] == list(proposal["variables"])
    assert [line["count"] for line in proposal["evidence"]] == [41, 2, 1]


PROPOSED = {
    "listing": [record(1, None, "ListObjects", requestParameters={"bucketName": REPORTS, "prefix": "year=2026/x"})],
    "listing of everything": [record(1, None, "ListObjects"), record(2)],
    "reading and the location": [record(1), record(2, None, "ListObjects"), record(3, None, "GetBucketLocation")],
    "an action that no level has": [record(1), record(2, operation="GetObjectAcl")],
    "keys without folders": [record(1, "top"), record(2)],
    "a short prefix and a listing": [
        record(1, "a/x"),
        record(2, None, "ListObjects", requestParameters={"bucketName": REPORTS, "prefix": "a/"}),
    ],
    "many folders": [record(number, f"{number}/x") for number in range(30)],
    "many principals": [record(number, role=f"{NIGHTLY}-{number}") for number in range(30)],
    "deletes and uploads": [record(1, operation="DeleteObject"), record(2, operation="UploadPart"), record(3)],
    "versions": [record(1, requestParameters={"bucketName": REPORTS, "key": "a/b/c", "versionId": "1"})],
}


@pytest.mark.parametrize("records", PROPOSED.values(), ids=PROPOSED)
def test_what_is_proposed_keeps_all_that_was_used(records):
    (grant,) = run(records).as_dict()["proposal"]["variables"]["private_access_buckets"]
    after = run(records, setting([grant])).as_dict()
    assert after["summary"]["keeps"] == after["summary"]["classes"]


def test_nothing_proposed_is_evaluated():
    """Whoever may write an object chooses its key, and what is proposed is pasted into a playbook."""
    found = run([record(1, "{{ lookup('pipe', 'id') }}/x"), record(2, "{% for %}/x"), record(3)]).as_dict()
    assert not is_template(found["proposal"]["variables"])
    assert [one["name"] for one in found["proposal"]["variables"]["private_access_buckets"]] == [REPORTS]


def test_what_was_never_seen():
    declaration = {
        "private_access_buckets": [
            {"name": REPORTS, "access": "get_put", "prefixes": ["year=2026/", "old/"], "principals": [NIGHTLY, BATCH]},
            {"name": ARCHIVE, "access": "read"},
        ],
        "private_access_additional_endpoints": [SECOND, "vpce-0000000c"],
        "private_access_allow_aws_services": True,
    }
    found = run(RECORDS, declaration=declaration).as_dict()["unused"]
    assert found == [
        {"bucket": REPORTS, "kind": "prefixes", "values": ["old/"]},
        {"bucket": REPORTS, "kind": "principals", "values": [BATCH]},
        {"bucket": None, "kind": "private_access_additional_endpoints", "values": ["vpce-0000000c"]},
        {"bucket": None, "kind": "private_access_allow_aws_services", "values": [True]},
    ]


def test_what_was_not_there_or_not_told_is_a_finding():
    point = f"arn:aws:s3:eu-central-1:{ACCOUNT}:accesspoint/reports"
    found = run([record(1, requestParameters={"bucketName": point, "key": "a"}), record(2)])
    found.tally.empty.append("logs/")
    texts = {one["kind"]: one["text"] for one in found.as_dict()["findings"]}
    assert "logs/" in texts["nothing_there"] and "the bucket: 1. It may" in texts["access_points"]
    (untold,) = found.as_dict()["not_evaluated"]
    assert (untold["bucket"], untold["access_point"]) == ("", point) and point in page_of(found.as_dict()).replace(
        "\\", ""
    )


def role(name):
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


SEEN = {
    "actions": (["s3:Get*", "s3:getobjectacl", "s3:Put*", "s3:GetObject"], ["s3:Put*", "s3:getobjectacl"]),
    "principals": (
        [role("etl/*"), role("other/*"), f"arn:aws:iam::{ACCOUNT}:root", "arn:aws:iam::444455556666:root", BATCH],
        [role("other/*"), "arn:aws:iam::444455556666:root", BATCH],
    ),
    "prefixes": (["year=2026/", "year=2026/a/", "yea", "a/b/", "a/b/c/", "a/c/", "b/"], ["year=2026/a/", "a/c/", "b/"]),
}


@pytest.mark.parametrize("kind", SEEN)
def test_what_is_declared_by_patterns_may_be_unused_as_well(kind):
    declared, never = SEEN[kind]
    entry = {"name": REPORTS, "access": ["s3:GetObject"], {"actions": "access"}.get(kind, kind): declared}
    records = [record(1), record(2, "a/b/x/y/z"), record(3, "top")]
    found = run(records, declaration={"private_access_buckets": [entry]}).as_dict()["unused"]
    assert [sorted(one["values"]) for one in found if one["kind"] == kind] == [sorted(never)]


def test_break_glass_by_patterns_may_be_unused_as_well():
    declared = [role("etl/*"), role("never/*"), BATCH]
    found = run(RECORDS, declaration={"private_access_break_glass_principals": declared}).as_dict()["unused"]
    assert [one["values"] for one in found] == [[role("never/*")]]


ODD_KEYS = ["{{ lookup('pipe', 'id') }}/x", "{% raw %}/x", "a*b/x", "what?/x", "${aws:username}/x"]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_what_keys_are_called_is_no_code_in_a_declaration(key):
    found = run([record(1, key), record(2, f"a/{key}")]).as_dict()
    assert "prefixes" not in found["proposal"]["variables"]["private_access_buckets"][0]
    lost = run([record(1, key), record(2)], setting([{"name": REPORTS, "prefixes": ["year=2026/"]}])).as_dict()["loses"]
    assert [one["remedy"]["value"] for one in lost] == [[{"name": REPORTS, "access": ["s3:GetObject"]}]]


def test_what_is_ignored_is_shown():
    found = run(RECORDS, ignore=[{"principal": "*role/batch", "reason": "is going to be removed"}]).as_dict()
    assert (found["summary"]["loses"], found["summary"]["ignored"], len(found["ignored"])) == (0, 2, 2)
    assert "going to be removed" in page_of(found)
    assert found["proposal"]["variables"].keys() == {"private_access_buckets"}


def test_the_page():
    page = page_of(run(RECORDS).as_dict())
    assert "**2 stop**" in page and "private_access_additional_endpoints" in page
    assert "nothing can be said of who uses it" in page


def test_the_page_shows_names_of_others_as_text():
    odd = "year=2026/[x](http://y)|\x1b[31m`/z"
    page = page_of(run([record(1, f"{odd}/k", **INTERNET)]).as_dict())
    assert "\x1b" not in page
    assert "[x](" not in page


def test_many_classes():
    records = [
        record(number, f"p{number}/q/r", role=f"{NIGHTLY}{number % 200}", **INTERNET) for number in range(10_000)
    ]
    found = run(records).as_dict(shown=10)
    assert found["summary"]["loses"] == 10_000 and len(found["loses"]) == 10
    assert len(page_of(found)) < 100_000


def test_too_many_prefixes_are_shown_as_one():
    found = run([record(number, f"p{number}/q/r") for number in range(200)]).as_dict()
    (one,) = found["keeps"]
    assert (one["key_pattern"], one["count"]) == ("*", 200)


BAD_OPTIONS = {
    "current_bucket_policies": ({REPORTS: {"Statement": 7}}, "current_bucket_policies"),
    "planned_endpoint_policies": ({OWN: "{"}, "planned_endpoint_policies"),
    "resource_accounts": ({REPORTS: "1"}, "resource_accounts"),
    "endpoints": ([{"id": "vpc-1"}], "endpoints"),
    "networks": ([{"cidr": "10.0.0.0/99", "endpoint": OWN}], "networks"),
    "own_addresses": (["home"], "own_addresses"),
}


@pytest.mark.parametrize("option", BAD_OPTIONS)
def test_bad_options_are_named(option):
    given, named = BAD_OPTIONS[option]
    with pytest.raises(PolicyError, match=named):
        read_setting({option: given})


def test_options_are_read():
    found = read_setting(
        {
            "networks": [{"cidr": "10.0.0.0/16", "endpoint": OWN}, {"cidr": "10.1.0.0/16"}],
            "own_addresses": ["203.0.113.9/24"],
            "endpoints": [{"id": OWN, "vpc": "vpc-1a2b3c4d", "account": ""}],
            "resource_accounts": {REPORTS: "111122223333"},
            "current_bucket_policies": {REPORTS: ""},
        }
    )
    assert found.networks == [("10.0.0.0/16", OWN), ("10.1.0.0/16", "")]
    assert found.own_addresses == ["203.0.113.9/24"]
    assert found.endpoints == {OWN: {"vpc": "vpc-1a2b3c4d"}}
    assert found.owners == {REPORTS: "111122223333"}
    # An empty text stands for no policy at all.
    assert dict(found.current.buckets) == {REPORTS: None}


AT_POINT = {"bucketName": f"arn:aws:s3:eu-central-1:{ACCOUNT}:accesspoint/reports", "key": "a"}
COPY = {"bucketName": REPORTS, "key": "a", "x-amz-copy-source": f"/{ARCHIVE}/a"}
ROW = json.dumps({"principal": NIGHTLY, "event_name": "GetObject", "bucket": REPORTS, "count": 1})
FORWARDED = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/a", "invokedBy": "athena.amazonaws.com"}
# Records, rows of an aggregate -> how what is taken for granted of them begins, beside what always is.
ASSUMED = {
    "a record": ([record(1)], [], []),
    "a row": ([], [ROW], []),
    "both": ([record(1)], [ROW], ["Aggregates and records do not speak of the same requests"]),
    "a service on the way": ([record(1, userIdentity=FORWARDED)], [], ["Requests that services make for somebody"]),
    "a copy": ([record(1, operation="CopyObject", requestParameters=COPY)], [], ["What a copy reads is read on"]),
    "an access point": ([record(1, requestParameters=AT_POINT)], [], ["The policies of access points are as they are"]),
    "an access control list": (
        [record(1, additionalEventData={"aclRequired": "Yes"})], [], ["Access control lists, which some of"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("records, rows, said", ASSUMED.values(), ids=ASSUMED)
def test_what_is_taken_for_granted(records, rows, said):
    always = ["What was granted is still allowed by identity policies", "The policies in force were in force when"]
    found = run(records, lines=rows).as_dict()["assumed"]
    assert len(found) == len(always + said)
    assert all(one.startswith(start) for one, start in zip(found, always + said, strict=True))
