# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is proposed, and what is declared and was never seen, access by access."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import identity as who
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.access import (
    COPY_SOURCE,
    KEYS_UNTOLD,
    MANY,
    Access,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Seen
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.cause import Cause
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.classes import Class
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.proposal import proposal_of, unused_of
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.setting import Setting, Side
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.verdict import Verdict
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.access_levels import ACCESS_LEVELS

ACCOUNT, OTHER = "111122223333", "444455556666"
OWN = "vpce-0000000a"
ROLE, USER = f"arn:aws:iam::{ACCOUNT}:role/etl/nightly", f"arn:aws:iam::{ACCOUNT}:user/ann"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/nightly"
SETTING = Setting(Side({}, {}), Side({"logs": None}, {OWN: None}))


def of(principal=ROLE, kind=who.ROLE, account=ACCOUNT, prefix="in/", **more):
    values = {**dict.fromkeys(Access._fields, ""), "bucket": "logs", "path": OWN, "action": "s3:GetObject"}
    values |= {"key": None, "flags": (), "context": (), "principal": principal, "kind": kind}
    return Class(
        Access(**{**values, "account": account, "prefix": prefix, **more}), Seen(2, 1_700_000_000, 1_700_000_001, 1)
    )


def unused(one, **grant):
    buckets = [{"name": "logs", "access": ["s3:GetObject"], **grant}]
    found = unused_of([(one, None, None)], SETTING, {"private_access_buckets": buckets}, ["logs"])
    return {each["kind"]: each["values"] for each in found}


# Who was seen, who is declared -> whether that is the same, as far as anybody knows.
WHO = {
    "the role": (of(), ROLE, True),
    "another role": (of(), f"{ROLE}2", False),
    "roles of a path": (of(), f"arn:aws:iam::{ACCOUNT}:role/etl/*", True),
    "roles of another path": (of(), f"arn:aws:iam::{ACCOUNT}:role/elt/*", False),
    "its account": (of(), f"arn:aws:iam::{ACCOUNT}:root", True),
    "another account": (of(), f"arn:aws:iam::{OTHER}:root", False),
    "an account of another partition": (of(), f"arn:aws-us-gov:iam::{ACCOUNT}:root", True),
    "somebody of the account": (of("", "", ACCOUNT), ROLE, True),
    "somebody of another account": (of("", "", OTHER), ROLE, False),
    "somebody of another account and a pattern": (of("", "", OTHER), f"arn:aws:iam::{ACCOUNT}:role/*", True),
    "a session of the role": (of(SESSION, who.SESSION), ROLE, True),
    "a session of another role": (of(f"{SESSION}s", who.SESSION), ROLE, False),
    "a session of roles of a name": (of(SESSION, who.SESSION), f"arn:aws:iam::{ACCOUNT}:role/night*", True),
    "a session of a role and a user": (of(SESSION, who.SESSION), USER, False),
    "the user": (of(USER, who.USER), USER, True),
}


@pytest.mark.parametrize("one, declared, seen", WHO.values(), ids=WHO)
def test_who_was_seen(one, declared, seen):
    assert unused(one, principals=[declared]) == ({} if seen else {"principals": [declared]})


# What was seen, the prefix that is declared -> whether it may have been used.
WHAT = {
    "its folder": (of(prefix="in/"), "in/", True),
    "a folder in it": (of(prefix="in/a/"), "in/", True),
    "another folder": (of(prefix="out/"), "in/", False),
    "a deeper folder than is told": (of(prefix="in/a/"), "in/a/b/", True),
    "a folder of which more would be told": (of(prefix="in/"), "in/a/", False),
    "keys that the record lists": (of(prefix="in/", flags=(KEYS_UNTOLD,)), "in/a/", True),
    "a source of a copy": (of(prefix="in/a/", flags=(COPY_SOURCE,)), "in/a/b/", False),
    "a list of the folder above": (of(prefix="in/", action="s3:ListBucket"), "in/a/", True),
    "many folders": (of(prefix=MANY), "in/", True),
    "keys that nobody tells": (of(prefix=None), "in/", True),
}


@pytest.mark.parametrize("one, declared, seen", WHAT.values(), ids=WHAT)
def test_which_keys_were_seen(one, declared, seen):
    found = unused(one, prefixes=[declared])
    assert found.get("prefixes", []) == ([] if seen else [declared])


@pytest.mark.parametrize(
    "one, seen",
    [
        (of(), True),
        (of(path="vpce-0000000b"), False),
        (of(bucket="others"), False),
        (of(denied="AccessDenied"), False),
        (of(action="s3:GETOBJECT"), True),
        (of(action="s3:PutObject"), False),
    ],
)
def test_which_actions_were_seen(one, seen):
    assert unused(one) == ({} if seen else {"actions": ["s3:GetObject"]})


@pytest.mark.parametrize(
    "variable, value, seen, unseen",
    [
        ("additional_endpoints", ["vpce-0000000b"], of(path="vpce-0000000b"), of()),
        ("break_glass_principals", [USER], of(USER, who.USER), of()),
        ("break_glass_principals", [ROLE], of(SESSION, who.SESSION), of(USER, who.USER)),
        ("allow_aws_services", True, of(kind=who.SERVICE), of()),
        ("allow_forwarded_access", True, of(via="athena.amazonaws.com"), of()),
    ],
)
def test_what_else_was_seen(variable, value, seen, unseen):
    name = f"private_access_{variable}"
    never = [{"bucket": None, "kind": name, "values": value if isinstance(value, list) else [True]}]
    for one, expected in ((seen, []), (unseen, never)):
        found = [(one, None, None)]
        assert unused_of(found, SETTING, {name: value}, ["logs"]) == expected
        # Without evidence nothing is said.
        assert unused_of(found, SETTING, {name: value}, []) == []
    if value is True:
        assert unused_of([(unseen, None, None)], SETTING, {name: False}, ["logs"]) == []


def proposed(*classes):
    found = [(one, Verdict("keeps"), None) for one in classes]
    return proposal_of(found, SETTING)["variables"].get("private_access_buckets", [{}])[0]


# What was used; principals and prefixes that are proposed.
USED = {
    "a role": ([of()], [ROLE], ["in/"]),
    "a role and a user": ([of(USER, who.USER, prefix="out/a/"), of()], [ROLE, USER], ["in/", "out/"]),
    "the root user": ([of(f"arn:aws:iam::{ACCOUNT}:root", who.ROOT)], [f"arn:aws:iam::{ACCOUNT}:root"], ["in/"]),
    "a session whose role is not told": ([of(), of(SESSION, who.SESSION)], None, ["in/"]),
    "everybody": ([of(), of("anonymous", who.ROLE)], None, ["in/"]),
    "many principals": ([of(f"{ROLE}{n:02}") for n in range(20)], [f"{ROLE}{n:02}" for n in range(20)], ["in/"]),
    "too many principals": ([of(f"{ROLE}{number}") for number in range(21)], None, ["in/"]),
    "many folders": ([of(prefix=f"{n}/") for n in range(10)], [ROLE], [f"{n}/" for n in range(10)]),
    "too many folders": ([of(prefix=f"{n}/") for n in range(11)], [ROLE], None),
    "no folder": ([of(), of(prefix="")], [ROLE], None),
    "keys that nobody tells": ([of(), of(prefix=None)], [ROLE], None),
    "many": ([of(), of(prefix=MANY)], [ROLE], None),
    "what no declaration can have": ([of(), of(prefix="a*/")], [ROLE], None),
    "a list of a folder": ([of(prefix="inbound/a/", action="s3:ListBucket")], [ROLE], ["inbound/"]),
    # An endpoint policy can narrow no list to so few letters.
    "a list of a short folder": ([of(), of(prefix="in/", action="s3:ListBucket")], [ROLE], None),
    "a list of everything": ([of(), of(prefix=None, action="s3:ListBucket")], [ROLE], None),
    "what is not about keys": ([of(), of(prefix=None, action="s3:GetBucketLocation")], [ROLE], ["in/"]),
}  # fmt: skip


@pytest.mark.parametrize("classes, principals, prefixes", USED.values(), ids=USED)
def test_what_is_proposed_of_use(classes, principals, prefixes):
    found = proposed(*classes)
    assert (found["name"], found.get("principals"), found.get("prefixes")) == ("logs", principals, prefixes)


NO_USE = [
    {"bucket": "others"}, {"denied": "AccessDenied"}, {"action": ""}, {"path": "vpce-0000000b"}, {"kind": who.SERVICE},
    {"via": "athena.amazonaws.com"},
]  # fmt: skip


@pytest.mark.parametrize("changes", NO_USE, ids=[next(iter(one)) for one in NO_USE])
def test_what_is_no_use_of_a_bucket_through_its_endpoint(changes):
    assert proposed(of(**changes)) == {}
    assert proposed(of(), of(**changes))["principals"] == [ROLE]
    ignored = of()
    ignored.ignored = "It goes."
    assert proposed(ignored) == {}


LEVELS = [
    (["s3:GetObject"], ["s3:GetObject"]),
    (["s3:GetObject", "s3:PutObject"], "get_put"),
    (["s3:GetObject", "s3:GetObjectAcl"], ["s3:GetObject", "s3:GetObjectAcl"]),
    (["s3:ListBucket"], ["s3:ListBucket"]),
    ([*ACCESS_LEVELS["list"]], "list"),
]


@pytest.mark.parametrize("actions, access", LEVELS)
def test_the_level_of_access(actions, access):
    assert proposed(*(of(action=action) for action in reversed(actions)))["access"] == access


GLASS, SERVICES = "private_access_break_glass_principals", "private_access_allow_aws_services"
MORE_ENDPOINTS = "private_access_additional_endpoints"


def test_what_would_keep_what_is_lost():
    causes = [
        Cause("internet", "It comes from the internet.", GLASS, [ROLE]),
        Cause("internet", "It comes from the internet.", GLASS, [ROLE, USER]),
        Cause("other_endpoint", "It comes through another one.", MORE_ENDPOINTS, ["vpce-0000000c", "vpce-0000000b"]),
        Cause("aws_service", "It acts.", SERVICES, True),
        Cause("not_declared", "It is not declared.", "private_access_buckets", [{"name": "logs"}]),
        Cause("public", "It is public."),
        Cause("public", "It is public."),
        Cause("person", "A person.", GLASS, None),
        Cause("odd", "An odd name.", GLASS, ["{{ x }}"]),
        None,
    ]
    found = [(of(path="internet"), Verdict("loses"), cause) for cause in causes]
    found += [(of(path="internet"), Verdict("keeps"), causes[2]), (of(path="internet"), Verdict("loses"), causes[5])]
    found[-1][0].ignored = "It goes."
    proposal = proposal_of(found, SETTING)
    assert proposal["variables"] == {
        MORE_ENDPOINTS: ["vpce-0000000b", "vpce-0000000c"], SERVICES: True, GLASS: [ROLE, USER],
    }  # fmt: skip
    rests = {"days": 1, "last_seen": "2023-11-14T22:13:21Z"}
    assert proposal["evidence"] == [
        {"variable": variable, "value": value, "count": 2 * len(classes), **rests, "classes": classes}
        for variable, value, classes in (
            (MORE_ENDPOINTS, "vpce-0000000b", [2]), (MORE_ENDPOINTS, "vpce-0000000c", [2]), (SERVICES, True, [3]),
            (GLASS, ROLE, [0, 1]), (GLASS, USER, [1]),
        )
    ]  # fmt: skip
    assert [(one["cause"], one["text"], one["classes"]) for one in proposal["left"]] == [
        ("public", "It is public.", [5, 6]), ("person", "A person.", [7]), ("odd", "An odd name.", [8]),
    ]  # fmt: skip
    assert list(proposal["variables"])[-1] == GLASS


def test_what_a_line_rests_on():
    late, many = of(), of(prefix="out/")
    late.seen = Seen(1, 1_700_000_000, 1_700_000_009, 0b1)
    many.seen = Seen(40, 1_600_000_000, 1_600_000_001, 0b111)
    never = of(prefix="a/")
    never.seen = Seen(1)
    rests = {"count": 41, "days": 3, "last_seen": "2023-11-14T22:13:29Z", "classes": [1, 2]}
    proposal = proposal_of([(one, Verdict("keeps"), None) for one in (of(bucket="x"), late, many)], SETTING)
    assert proposal["evidence"] == [
        {"variable": "private_access_buckets", "value": proposal["variables"]["private_access_buckets"][0], **rests}
    ]
    [line] = proposal_of([(never, Verdict("keeps"), None)], SETTING)["evidence"]
    assert (line["count"], line["days"], line["last_seen"]) == (1, 0, None)
