# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.changes import (
    ChangeEvent,
    change_of,
    read_time,
)

ALICE = "arn:aws:sts::111122223333:assumed-role/admin/alice"
RECORD = {
    "eventTime": "2026-11-23T10:15:00Z",
    "sourceIPAddress": "198.51.100.7",
    "userIdentity": {"type": "AssumedRole", "arn": ALICE, "accountId": "111122223333"},
}
ITEM = {
    "EventId": "0f1e2d3c",
    "EventName": "PutBucketPolicy",
    "ReadOnly": "false",
    "EventTime": datetime(2026, 11, 23, 10, 15, tzinfo=timezone.utc),
    "EventSource": "s3.amazonaws.com",
    "Username": "alice",
    "CloudTrailEvent": json.dumps(RECORD),
}
CHANGE = ChangeEvent(ALICE, "2026-11-23T10:15:00Z", "s3:PutBucketPolicy", "198.51.100.7", "0f1e2d3c")


def item(**changes):
    """The item with another record inside."""
    return {**ITEM, "CloudTrailEvent": json.dumps({**RECORD, **changes})}


def test_change():
    assert change_of(ITEM) == CHANGE
    assert change_of(ITEM, ["PutBucketPolicy"]) == CHANGE
    assert CHANGE.as_dict()["who"] == ALICE


@pytest.mark.parametrize(
    "found, names",
    [
        ({**ITEM, "ReadOnly": "true"}, ()),
        (item(errorCode="AccessDenied"), ()),
        (ITEM, ["DeleteBucketPolicy"]),
        ({"CloudTrailEvent": json.dumps({**RECORD, "readOnly": True})}, ()),
    ],
    ids=["reads", "failed", "other_name", "reads_by_record"],
)
def test_what_changed_nothing_is_left_out(found, names):
    assert change_of(found, names) is None


@pytest.mark.parametrize(
    "found, who",
    [
        (
            item(userIdentity={"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}),
            "cloudformation.amazonaws.com",
        ),
        (item(userIdentity={"accountId": "444455556666"}), "alice"),
        ({**item(userIdentity={"accountId": "444455556666"}), "Username": ""}, "444455556666"),
        ({**item(userIdentity=None), "Username": None}, ""),
    ],
)
def test_who(found, who):
    assert change_of(found).who == who


@pytest.mark.parametrize("text", [None, "", "{", "[]", "1"])
def test_without_a_record(text):
    expected = ChangeEvent("alice", "2026-11-23T10:15:00Z", "s3:PutBucketPolicy", "", "0f1e2d3c")
    assert change_of({**ITEM, "CloudTrailEvent": text}) == expected


@pytest.mark.parametrize(
    "field, name, value",
    [("EventName", "eventName", CHANGE.event[3:]), ("EventSource", "eventSource", ITEM["EventSource"]),
     ("EventId", "eventID", CHANGE.event_id)],
)  # fmt: skip
def test_what_the_item_does_not_tell_its_record_may(field, name, value):
    told = item(**{name: value})
    del told[field]
    assert change_of(told) == change_of({**told, field: None}) == CHANGE
    # The item goes first.
    assert change_of(item(**{name: "other"})) == CHANGE


def test_the_time_of_the_record_goes_first():
    assert change_of(item(eventTime="2026-11-24T08:00:00Z")).when == "2026-11-24T08:00:00Z"
    there = ITEM["EventTime"].astimezone(timezone(timedelta(hours=5)))
    for time, said in ((there, CHANGE.when), (None, ""), ("2026-11-23", "")):
        assert change_of({**item(eventTime=None), "EventTime": time}).when == said


def test_nothing_known():
    assert change_of({}) == ChangeEvent("", "", ":", "", "")


def test_times():
    assert read_time("2026-11-23T10:15:00Z", "until") == ITEM["EventTime"]
    assert read_time("2026-11-23T11:15:00+01:00", "until") == ITEM["EventTime"]
    for text in ("yesterday", "", "2026-11-23T10:15:00"):
        with pytest.raises(Refusal, match=r"until: .*2026-11-23T10:15:00Z"):
            read_time(text, "until")
