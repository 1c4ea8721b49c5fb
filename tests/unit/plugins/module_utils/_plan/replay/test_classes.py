# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinds of access as reports have them."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import access as a
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.access import Access
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Seen
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.classes import Class, classes_of
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.setting import Setting, Side

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
DISTINCTIONS = Setting(Side({}, {}), Side({}, {})).distinctions()


def access(**changes):
    values = dict.fromkeys(Access._fields, "")
    values |= {"prefix": None, "key": None, "flags": (), "context": (), "principal": ROLE, "bucket": "logs"}
    values |= {"action": "s3:GetObject", "operation": "GetObject", "kind": "role", "path": "internet"}
    return Access(**{**values, **changes})


def seen(count=1, days=1, **more):
    return Seen(count, 1_700_000_000, 1_700_000_001, days, **more)


def told(one=None, **more):
    return Class(one or access(), seen(**more)).as_dict()


@pytest.mark.parametrize(
    "changes, who",
    [
        ({}, ROLE),
        ({"unique_id": "AROAX", "account": ACCOUNT}, ROLE),
        ({"principal": "", "unique_id": "AROAX", "account": ACCOUNT}, "AROAX"),
        ({"principal": "", "account": ACCOUNT}, ACCOUNT),
        ({"principal": ""}, "role"),
    ],
)
def test_who_it_is_as_far_as_it_is_told(changes, who):
    assert told(access(**changes))["principal"] == who
    # So it can be left out, too.
    for pattern, reason in ((who, "known"), (f"{who[:3]}*", "known"), ("another", "")):
        (found,) = classes_of({access(**changes): seen()}, DISTINCTIONS, [{"principal": pattern, "reason": "known"}])
        assert found.ignored == reason


@pytest.mark.parametrize("prefix, pattern", [(None, None), ("", "*"), ("in/", "in/*"), (a.MANY, a.MANY)])
def test_which_keys(prefix, pattern):
    assert told(access(prefix=prefix))["key_pattern"] == pattern


def test_what_it_is():
    found = told(access(action="", via="athena.amazonaws.com", denied="AccessDenied", flags=("x",), tls="1.3"), count=7)
    assert found == {
        "principal": ROLE,
        "kind": "role",
        "via": "athena.amazonaws.com",
        "action": "GetObject",
        "bucket": "logs",
        "access_point": "",
        "key_pattern": None,
        "path": "internet",
        "path_account": "",
        "source": "",
        "tls": "1.3",
        "recorded": "denied",
        "flags": ["x"],
        "count": 7,
        "days": 1,
        "first_seen": "2023-11-14T22:13:20Z",
        "last_seen": "2023-11-14T22:13:21Z",
        "addresses": [],
        "examples": [],
    }
    assert told()["recorded"] == "allowed" and told()["action"] == "s3:GetObject"
    empty = Class(access(), Seen()).as_dict()
    assert (empty["first_seen"], empty["last_seen"]) == (None, None)


IGNORED = {
    "all of it": ({"principal": ROLE, "action": "s3:Get*", "bucket": "logs", "through": "internet"}, True),
    "nothing said": ({}, True),
    "another action": ({"principal": ROLE, "action": "s3:Put*"}, False),
    "another bucket": ({"bucket": "log"}, False),
    "another path": ({"bucket": "logs", "through": "vpce-*"}, False),
    "in another case": ({"bucket": "Logs"}, False),
}


@pytest.mark.parametrize("entry, fits", IGNORED.values(), ids=IGNORED)
def test_what_is_left_out(entry, fits):
    entries = [{**entry, "reason": "first"}, {"reason": "second"}]
    (found,) = classes_of({access(): seen()}, DISTINCTIONS, entries)
    assert found.ignored == ("first" if fits else "second")


def test_a_batch_is_about_what_its_deletes_are():
    batch, single = access(flags=(a.BATCH,)), access(prefix="in/")
    assert [one.access for one in classes_of({batch: seen(), single: seen()}, DISTINCTIONS)] == [single]
    # By itself it tells what nothing else does, and so it does of another.
    assert [one.access for one in classes_of({batch: seen()}, DISTINCTIONS)] == [batch]
    for changes in (
        {"principal": "x"}, {"unique_id": "x"}, {"via": "x"}, {"action": "x"}, {"bucket": "x"}, {"path": "x"},
        {"denied": "x"},
    ):  # fmt: skip
        other = single._replace(**changes)
        assert {one.access for one in classes_of({batch: seen(), other: seen()}, DISTINCTIONS)} == {batch, other}


def test_those_of_the_most_days_come_first():
    rows = [("a", 1, 0b111), ("b", 9, 0b11), ("c", 5, 0b11), ("d", 9, 0b1), ("e", 9, 0b1)]
    given = {access(principal=name): seen(count, days) for name, count, days in reversed(rows)}
    assert [one.who for one in classes_of(given, DISTINCTIONS)] == list("abcde")
    given = {access(action=name): seen() for name in ("s3:PutObject", "s3:GetObject")}
    assert [one.access.action for one in classes_of(given, DISTINCTIONS)] == ["s3:GetObject", "s3:PutObject"]


@pytest.mark.parametrize("prefixes, many", [(49, False), (50, False), (51, True), (52, True)])
def test_too_many_prefixes_to_read_are_one(prefixes, many):
    given = {access(prefix=f"{number}/"): seen(2) for number in range(prefixes)}
    others = {access(): seen(), access(prefix="in/", principal="x"): seen(), access(prefix="in/", action="x"): seen()}
    found = {one.access: one.seen.count for one in classes_of({**given, **others}, DISTINCTIONS)}
    assert {one: found.pop(one) for one in others} == dict.fromkeys(others, 1)
    assert found == ({access(prefix=a.MANY): 2 * prefixes} if many else dict.fromkeys(given, 2))


def test_what_readers_have_made_one_stays_one():
    given = {access(prefix=a.MANY): seen(3), access(prefix="in/"): seen(4)}
    (found,) = classes_of(given, DISTINCTIONS)
    assert (found.access.prefix, found.many, found.seen.count) == (a.MANY, True, 7)


# How many addresses are kept, how many a query counted -> what is said of those that are not shown.
ADDRESSES = [
    (0, 0, []), (1, 0, []), (5, 0, []), (6, 0, ["+1"]), (9, 0, ["+4"]), (15, 0, ["+10"]), (16, 0, ["+11 or more"]),
    (1, 40, ["+39"]), (16, 17, ["+12"]), (16, 16, ["+11"]), (0, 2, ["+2"]),
]  # fmt: skip


@pytest.mark.parametrize("kept, counted, more", ADDRESSES)
def test_addresses(kept, counted, more):
    addresses = [f"198.51.100.{number}" for number in range(100, 100 + kept)]
    found = told(addresses=set(addresses), more_addresses=counted)["addresses"]
    assert found == [*addresses[:5], *more]
