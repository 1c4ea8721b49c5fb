# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often CloudTrail is asked, how fast, and what a run returns."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

exceptions = pytest.importorskip("botocore.exceptions")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.history import changes  # noqa: E402
from ansible_collections.perimeter.s3.plugins.module_utils._aws.history.changes import (  # noqa: E402
    CHANGE_EVENTS_OPTIONS,
    Lookup,
    run_change_events_info,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import (  # noqa: E402
    FakeModule,
    Refused,
    fail,
    run,
)

MIDNIGHT = datetime(2026, 11, 29, tzinfo=timezone.utc)
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
    client = Client({"Events": [READ], "NextToken": "2"}, {"Events": []})
    asking = Lookup(client, OPTIONS, MIDNIGHT, lambda _seconds: None)
    assert asking.about("reports")["complete"] is True
    assert [one["EndTime"] for one in client.asked] == [MIDNIGHT, MIDNIGHT]


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


@pytest.fixture
def warned(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(changes, "warn_user", said.extend)
    monkeypatch.setattr(changes.time, "sleep", lambda _seconds: None)
    return said


def module_of(answer, *resources, **given):
    return FakeModule(CHANGE_EVENTS_OPTIONS, {"LookupEvents": answer}, resources=list(resources), **given)


def looked_up(module):
    return [asked["LookupAttributes"][0]["AttributeValue"] for _name, asked in module.asked]


def test_each_resource_is_looked_up_once_in_the_order_of_the_task(warned):
    module = module_of({"Events": [WRITE]}, "reports", "archive", "reports")
    result = run(run_change_events_info, module)
    assert (result["changed"], warned) == (False, [])
    assert [one["resource"] for one in result["resources"]] == looked_up(module) == ["reports", "archive"]
    assert [one["events"][0]["who"] for one in result["resources"]] == ["alice", "alice"]


@pytest.mark.parametrize("until, sent", [({}, {}), ({"until": "2026-11-29T00:00:00Z"}, {"EndTime": MIDNIGHT})])
def test_the_end_of_the_window_is_sent(warned, until, sent):
    module = module_of({"Events": []}, "reports", **until)
    run(run_change_events_info, module)
    [(_name, asked)] = module.asked
    assert {key: value for key, value in asked.items() if key != "LookupAttributes"} == sent


# An option that cannot be, what is said of it
WRONG = [
    ({"max_events": 0}, "max_events: 0 is less than 1. Give 1 or more."),
    ({"max_lookups": -1}, "max_lookups: -1 is less than 1. Give 1 or more."),
    ({"until": "yesterday"}, "until: 'yesterday' is not a time. Write it as 2026-11-23T10:15:00Z."),
]


@pytest.mark.parametrize("given, said", WRONG)
def test_what_is_wrong_is_said_before_aws_is_asked(warned, given, said):
    module = module_of({"Events": []}, "reports", **given)
    assert fail(run_change_events_info, module)["msg"] == said
    assert module.asked == []


def test_one_event_and_one_lookup_are_enough(warned):
    module = module_of({"Events": [WRITE, WRITE], "NextToken": "2"}, "reports", max_events=1, max_lookups=1)
    [found] = run(run_change_events_info, module)["resources"]
    assert (len(found["events"]), found["complete"], len(module.asked)) == (1, False, 1)


@pytest.mark.parametrize("strict", [True, False])
def test_a_refusal_fails_the_task_or_is_a_warning(warned, strict):
    module = module_of(Refused("AccessDeniedException"), "reports", "archive", strict=strict)
    result = (fail if strict else run)(run_change_events_info, module)
    assert (result["changed"], looked_up(module)) == (False, ["reports"])
    if strict:
        assert "no permission for cloudtrail:LookupEvents" in result["msg"]
        assert warned == []
        return
    [warning] = warned
    assert warning.startswith("Who changed what is not known. ")
    assert "no permission for cloudtrail:LookupEvents" in warning
    assert all(one["error"] in warning and not one["events"] for one in result["resources"])
