# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often CloudTrail is asked, and how fast."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

exceptions = pytest.importorskip("botocore.exceptions")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.history.changes import Lookup  # noqa: E402

OPTIONS = {"event_names": [], "max_events": 1, "max_lookups": 3}
READ = {"EventName": "GetBucketPolicy", "EventSource": "s3.amazonaws.com", "ReadOnly": "true"}
WRITE = {"EventName": "PutBucketPolicy", "EventSource": "s3.amazonaws.com", "ReadOnly": "false", "Username": "alice"}


class Client:
    """Answers with one page after the other."""

    def __init__(self, *pages) -> None:
        self.pages = list(pages)
        self.asked = []

    def lookup_events(self, **parameters):
        self.asked.append(parameters)
        page = self.pages.pop(0)
        if isinstance(page, Exception):
            raise page
        return page


def refused(code):
    return exceptions.ClientError({"Error": {"Code": code, "Message": "No."}}, "LookupEvents")


def lookup(client, **options):
    slept = []
    return Lookup(client, {**OPTIONS, **options}, None, slept.append), slept


def test_stops_at_the_first_change():
    client = Client({"Events": [READ], "NextToken": "2"}, {"Events": [READ, WRITE, WRITE], "NextToken": "3"})
    asking, slept = lookup(client)
    found = asking.about("reports")
    assert ([each["who"] for each in found["events"]], found["complete"], found["error"]) == (["alice"], False, None)
    attributes = [{"AttributeKey": "ResourceName", "AttributeValue": "reports"}]
    assert client.asked == [{"LookupAttributes": attributes}, {"LookupAttributes": attributes, "NextToken": "2"}]
    assert slept == [0.5]


def test_looks_no_further_than_it_is_told():
    until = datetime(2026, 11, 29, tzinfo=timezone.utc)
    client = Client({"Events": [READ], "NextToken": "2"}, {"Events": []})
    asking = Lookup(client, OPTIONS, until, lambda _seconds: None)
    assert asking.about("reports")["complete"] is True
    assert [one["EndTime"] for one in client.asked] == [until, until]


def test_stops_after_so_many_lookups():
    client = Client(*[{"Events": [READ], "NextToken": "more"}] * 6)
    asking, slept = lookup(client)
    found = [asking.about(name) for name in ("reports", "archive")]
    assert [(each["events"], each["complete"]) for each in found] == [([], False), ([], False)]
    assert len(client.asked) == 6
    assert slept == [0.5] * 5


def test_an_empty_history_is_complete():
    asking, slept = lookup(Client({"Events": []}))
    assert asking.about("reports") == {"resource": "reports", "events": [], "complete": True, "error": None}
    assert slept == []


def test_a_refusal_ends_the_lookups():
    client = Client({"Events": [WRITE]}, refused("AccessDeniedException"))
    asking, _slept = lookup(client)
    assert asking.about("one")["error"] is None
    found = [asking.about(name) for name in ("two", "three")]
    assert len(client.asked) == 2
    assert [each["events"] for each in found] == [[], []]
    assert all("no permission for cloudtrail:LookupEvents" in each["error"] for each in found)
    assert asking.failure.call == "cloudtrail:LookupEvents"
