# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILTER = ROOT / "extensions/eda/plugins/event_filter/cloudtrail.py"


def loaded():
    """The names of the file, loaded anew. ansible-rulebook uses runpy, which fails beside the hooks of ansible-test."""
    spec = importlib.util.spec_from_file_location("cloudtrail", FILTER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return vars(module)


OURS = "arn:aws:iam::111122223333:role/automation"
OPTIONS = {"accounts": ["111122223333"], "ignore_principals": [OURS, "arn:aws:iam::*:user/pipeline-?", "robot"]}
RECORD = {
    "eventSource": "s3.amazonaws.com",
    "eventName": "PutBucketPolicy",
    "eventID": "0f1e2d3c-0000-4000-8000-000000000001",
    "eventTime": "2026-01-02T03:04:05Z",
    "awsRegion": "us-east-1",
    "recipientAccountId": "111122223333",
    "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/mallory"},
    "requestParameters": {"bucketName": "reports", "policy": "", "bucketPolicy": {}},
}
WANTED = {
    "kind": "bucket",
    "resource": "reports",
    "action": "s3:PutBucketPolicy",
    "actor": "arn:aws:iam::111122223333:user/mallory",
    "account": "111122223333",
    "region": "us-east-1",
    "time": "2026-01-02T03:04:05Z",
    "event_id": "0f1e2d3c-0000-4000-8000-000000000001",
}
RAW = {"detail-type": "AWS API Call via CloudTrail", "source": "aws.s3", "account": "111122223333", "detail": RECORD}
SNS = {"Type": "Notification", "MessageId": "1", "Message": json.dumps(RAW)}
WRAPPED = {
    "eventbridge": RAW,
    "text": json.dumps(RAW),
    "sns": SNS,
    "webhook": {"payload": RAW, "meta": {"endpoint": "x"}},
    "webhook_sns": {"payload": SNS},
    "sqs_source": {"body": RAW, "meta": {"MessageId": "1"}},
    "sqs_source_sns": {"body": SNS, "meta": {}},
    "sqs_text": {"Body": json.dumps(SNS)},
    "sqs_records": {"Records": [{"body": json.dumps(RAW)}]},
    "cloudtrail_source": {"CloudTrailEvent": json.dumps(RECORD)},
}
DEEP = "[" * 200_000
NOT_EVENTS = [
    None,
    1,
    True,
    "",
    "no json",
    "{",
    DEEP,
    "9" * 5000,
    [],
    {},
    {"body": "no json"},
    {"payload": [1, [None]]},
]
NOT_EVENTS += [{"body": "x" * (1024 * 1024 + 1)}, {"detail": []}, {"Message": {"Message": {"Message": 1}}}, b"\xff"]
NOT_EVENTS += [{"Message": DEEP}, '"' + '\\"[' * 100_000, {"Message": '{"a":' * 200 + "1" + "}" * 200}]
DROPPED = {
    "read": {"eventName": "GetBucketPolicy"},
    "other_service": {"eventSource": "iam.amazonaws.com"},
    "failed": {"errorCode": "AccessDenied"},
    "other_account": {"recipientAccountId": "999988887777"},
    "no_account": {"recipientAccountId": None},
    "no_id": {"eventID": None},
    "no_time": {"eventTime": None},
    "time_in_words": {"eventTime": "yesterday"},
    "template_in_id": {"eventID": "{{ lookup('pipe', 'id') }}"},
    "no_identity": {"userIdentity": "root"},
    "template_as_bucket": {"requestParameters": {"bucketName": "{{ 1 }}"}},
    "newline_after_bucket": {"requestParameters": {"bucketName": "reports\n"}},
    "no_parameters": {"requestParameters": None},
    "own_user": {"userIdentity": {"arn": OURS}},
    "own_pattern": {"userIdentity": {"arn": "arn:aws:iam::111122223333:user/pipeline-2"}},
    "own_session": {"userIdentity": {"arn": "arn:aws:sts::111122223333:assumed-role/automation/run-7"}},
    "own_role": {"userIdentity": {"arn": "x", "sessionContext": {"sessionIssuer": {"arn": OURS}}}},
    "own_source_identity": {"userIdentity": {"arn": "x", "sessionContext": {"sourceIdentity": "robot"}}},
}
ID, OTHER = "vpce-0123456789abcdef0", "vpce-0123456789abcdef1"
EC2 = {
    "modify": ("ModifyVpcEndpoint", {"ModifyVpcEndpointRequest": {"VpcEndpointId": ID}}, [ID]),
    "delete": ("DeleteVpcEndpoints", {"DeleteVpcEndpointsRequest": {"VpcEndpointId": {"content": ID, "tag": 1}}}, [ID]),
    "delete_two": (
        "DeleteVpcEndpoints",
        {"DeleteVpcEndpointsRequest": {"VpcEndpointId": [{"content": ID, "tag": 1}, {"content": OTHER, "tag": 2}]}},
        [ID, OTHER],
    ),
    "tags": (
        "DeleteTags",
        {
            "resourcesSet": {"items": [{"resourceId": ID}, {"resourceId": "i-0123456789abcdef0"}]},
            "tagSet": {"items": [{"key": "a", "value": OTHER}]},
        },
        [ID],
    ),
    "create": (
        "CreateVpcEndpoint",
        {"CreateVpcEndpointRequest": {"VpcId": "vpc-0123456789abcdef0", "ServiceName": "com.amazonaws.us-east-1.s3"}},
        ["vpc-0123456789abcdef0"],
    ),
    "route_table": ("CreateRouteTable", {"vpcId": "vpc-0123456789abcdef0"}, ["vpc-0123456789abcdef0"]),
}


@pytest.fixture
def keep():
    """The filter as ansible-rulebook loads it, with nothing seen yet, in the minute after the event."""
    names = loaded()
    names["_now"] = lambda: "2026-01-02T03:05:00"
    return lambda event, **options: names["main"](event, **{**OPTIONS, **options})


def at(time, **changes):
    """The record at another second, with an id of its own."""
    return {**RECORD, "eventID": f"{time}-{len(changes)}", "eventTime": f"2026-01-02T03:04:{time}Z", **changes}


@pytest.mark.parametrize("name", WRAPPED)
def test_unwraps(keep, name):
    assert keep(copy.deepcopy(WRAPPED[name])) == [WANTED]


@pytest.mark.parametrize("event", NOT_EVENTS, ids=range(len(NOT_EVENTS)))
def test_drops_what_is_no_event(keep, event):
    assert keep(event) == []
    assert keep(RAW) == [WANTED]


@pytest.mark.parametrize("name", DROPPED)
def test_drops_what_is_not_ours(keep, name):
    assert keep({**RAW, "detail": {**RECORD, **DROPPED[name]}}) == []


@pytest.mark.parametrize("name", EC2)
def test_endpoints_and_networks(keep, name):
    event_name, parameters, wanted = EC2[name]
    record = {
        **RECORD,
        "eventSource": "ec2.amazonaws.com",
        "eventName": event_name,
        "requestParameters": parameters,
    }
    kept = keep({"detail": record})
    assert sorted(one["resource"] for one in kept) == wanted
    assert {one["action"] for one in kept} == {f"ec2:{event_name}"}


def test_replay(keep):
    assert keep(RAW) == [WANTED]
    assert [keep(RAW) for _number in range(10_000)] == [[]] * 10_000


def test_burst_passes_once_for_each_resource_and_second(keep):
    burst = [
        at("05", eventID=f"{number}", requestParameters={"bucketName": f"reports-{number % 3}"})
        for number in range(10_000)
    ]
    assert len([change for record in burst for change in keep(record)]) == 3
    assert len(keep({"Records": [at("06", eventID=f"later-{number}") for number in range(10_000)]})) == 1


def test_says_when_a_message_is_too_large(keep, caplog):
    assert len(keep({"Records": [at("05"), *([{**RECORD, "eventName": "ListBuckets"}] * 10_000)]})) == 1
    assert "took the first 10000 events" in caplog.text


def test_out_of_order(keep):
    assert [len(keep(at(second))) for second in ("05", "04", "06", "05", "07")] == [1, 0, 1, 0, 1]
    other = {"requestParameters": {"bucketName": "other"}}
    assert len(keep(at("04", **other))) == 1


def test_an_event_from_the_future_does_not_silence_its_resource(keep):
    assert len(keep({**RECORD, "eventID": "future", "eventTime": "9999-01-01T00:00:00Z"})) == 1
    assert len(keep({**RECORD, "eventTime": "2026-01-02T03:05:01Z"})) == 1


def test_remembers_no_more_than_told(keep):
    def record(number):
        return {**RECORD, "eventID": f"event-{number}", "requestParameters": {"bucketName": f"reports-{number}"}}

    assert [len(keep(record(number), remember=2)) for number in range(3)] == [1, 1, 1]
    assert [len(keep(record(number), remember=2)) for number in (2, 0)] == [0, 1]


def test_brackets_in_texts_hide_nothing(keep):
    assert keep(json.dumps({**RAW, "detail": {**RECORD, "userAgent": '\\"[' * 1000}})) == [WANTED]


def test_services_are_actors_too(keep):
    identity = {"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}
    assert keep({**RECORD, "userIdentity": identity}) == [{**WANTED, "actor": "cloudformation.amazonaws.com"}]


def test_allow_list(keep):
    assert keep(RAW, buckets=["other"]) == []
    assert keep(RAW, buckets=["reports"], endpoints=[]) == [WANTED]


def test_documented_pattern_has_the_calls_of_the_filter():
    text = (ROOT / "docs/docsite/rst/events.rst").read_text(encoding="utf-8")
    block = text[text.index('   .. code-block:: json\n\n       {\n         "detail-type"') :]
    detail = json.JSONDecoder().raw_decode(block[block.index("{") :])[0]["detail"]
    calls = loaded()["CALLS"]
    assert set(detail["eventSource"]) == {source for source, _name in calls}
    assert sorted(detail["eventName"]) == sorted(name for _source, name in calls)


@pytest.mark.parametrize("bucket", ["my_secure_bucket", "Acme-Logs", "_old", "a" * 255, "UPPER.CASE_1"])
def test_names_of_before_2018_are_names(keep, bucket):
    assert keep({**RECORD, "requestParameters": {"bucketName": bucket}}) == [{**WANTED, "resource": bucket}]


@pytest.mark.parametrize("bucket", ["a" * 256, "-rf", "a/b", "a b", "ab", "$(id)", "\u00e4bc"])
def test_what_no_bucket_was_ever_called(keep, bucket):
    assert keep({**RECORD, "requestParameters": {"bucketName": bucket}}) == []


@pytest.mark.parametrize(
    "region", ["eusc-de-east-1", "us-gov-west-1", "us-isob-east-1", "cn-northwest-1", "us-isof-south-1"]
)
def test_regions_of_every_partition(keep, region):
    assert keep({**RECORD, "awsRegion": region}) == [{**WANTED, "region": region}]


@pytest.mark.parametrize("region", ["", "eu-central", "EU-central-1", "eu-central-1; id", "europe-de-east-1"])
def test_what_is_no_region(keep, region):
    assert keep({**RECORD, "awsRegion": region}) == []


# 012345670123 without quotes, a number without its zero, a digit too many, not a number
@pytest.mark.parametrize("account", [0o12345670123, 12345670123, "1111222233334", "production", None])
def test_an_account_that_is_none(keep, account):
    with pytest.raises(
        ValueError, match=f"{account!r} in accounts is not the id of an account. Give its 12 digits, in"
    ):
        keep(RAW, accounts=["111122223333", account])


def test_an_account_without_quotes_that_stays_itself(keep):
    assert keep(RAW, accounts=[111122223333]) == [WANTED]


@pytest.mark.parametrize(
    "options",
    [{"accounts": []}, {"accounts": "111122223333"}, {"ignore_principals": []}, {"remember": 0}, {"buckets": ""}],
)
def test_wrong_options(keep, options):
    with pytest.raises(ValueError, match=next(iter(options))):
        keep(RAW, **options)
