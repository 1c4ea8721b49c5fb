# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is declared and was never seen, access by access."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import identity as who
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.access import (
    COPY_SOURCE,
    KEYS_UNTOLD,
    MANY,
    Access,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.classes import Class
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.proposal import unused_of
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.setting import Setting, Side

ACCOUNT, OTHER = "111122223333", "444455556666"
OWN = "vpce-0000000a"
ROLE, USER = f"arn:aws:iam::{ACCOUNT}:role/etl/nightly", f"arn:aws:iam::{ACCOUNT}:user/ann"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/nightly"
SETTING = Setting(Side({}, {}), Side({"logs": None}, {OWN: None}))


def of(principal=ROLE, kind=who.ROLE, account=ACCOUNT, prefix="in/", **more):
    values = {**dict.fromkeys(Access._fields, ""), "bucket": "logs", "path": OWN, "action": "s3:GetObject"}
    values |= {"key": None, "flags": (), "context": (), "principal": principal, "kind": kind}
    return Class(Access(**{**values, "account": account, "prefix": prefix, **more}), None)


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
