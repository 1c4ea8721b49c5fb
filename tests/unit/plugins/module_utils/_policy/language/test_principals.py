# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls, and whether a statement is about them; what comes of it is tested by the case tables of evaluation."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.principals import (
    EVERYBODY,
    NOBODY,
    Caller,
    Kind,
    Match,
    match_not_principal,
    match_principal,
    missing_of,
    read_caller,
)

ACCOUNT, OTHER = "111122223333", "444455556666"
IAM, STS = f"arn:aws:iam::{ACCOUNT}", f"arn:aws:sts::{ACCOUNT}"
ROOT, USER, ROLE, SESSION = f"{IAM}:root", f"{IAM}:user/x/alice", f"{IAM}:role/x/app", f"{STS}:assumed-role/app/s"
FEDERATED, SERVICE = f"{STS}:federated-user/bob", "logging.s3.amazonaws.com"
OF_ACCOUNT = {"partition": "aws", "account": ACCOUNT}

#: text, the caller that it names
CALLERS = [
    ("anonymous", Caller(Kind.ANONYMOUS, "anonymous")),
    (SERVICE, Caller(Kind.SERVICE, SERVICE, name=SERVICE)),
    (ACCOUNT, Caller(Kind.ROOT, ROOT, **OF_ACCOUNT, arn=ROOT)),
    (ROOT, Caller(Kind.ROOT, ROOT, **OF_ACCOUNT, arn=ROOT)),
    (USER, Caller(Kind.USER, USER, **OF_ACCOUNT, arn=USER, name="alice")),
    (f"{STS}:user/moto", Caller(Kind.USER, f"{IAM}:user/moto", **OF_ACCOUNT, arn=f"{IAM}:user/moto", name="moto")),
    (ROLE, Caller(Kind.ROLE, ROLE, **OF_ACCOUNT, arn=ROLE, name="app", role_arn=ROLE)),
    (FEDERATED, Caller(Kind.FEDERATED, FEDERATED, **OF_ACCOUNT, arn=FEDERATED, name="bob")),
    (SESSION, Caller(Kind.SESSION, SESSION, **OF_ACCOUNT, arn=SESSION, name="app", session="s")),
]


@pytest.mark.parametrize("text, caller", CALLERS)
def test_who_calls(text, caller):
    found = read_caller(text, "aws")
    assert found == caller
    assert found.signs is (caller.kind not in (Kind.ANONYMOUS, Kind.SERVICE))
    assert hash(found) == hash(dataclasses.replace(caller))


def test_an_account_is_the_root_user_in_the_partition_of_the_resource():
    assert read_caller(ACCOUNT, "aws-cn").arn == f"arn:aws-cn:iam::{ACCOUNT}:root"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "*",
        f"{ACCOUNT}0",
        f"{IAM}:root/",
        f"{IAM}:root/x",
        f"{IAM}:user",
        f"{IAM}:user/",
        f"{IAM}:user/al*",
        f"{IAM}:role/a?p",
        f"{IAM}:role/",
        f"{IAM}:group/admins",
        f"{STS}:role/app",
        f"{STS}:federated-user/",
        f"{STS}:assumed-role/app",
        f"{STS}:assumed-role/app/",
        f"{STS}:assumed-role//s",
        f"{STS}:assumed-role/x/app/s",
        f"arn:aws:iam:eu-west-1:{ACCOUNT}:root",
        "arn:aws:iam::1:root",
        f"arn:aws-mars:iam::{ACCOUNT}:root",
        f"arn:aws:s3::{ACCOUNT}:root",
    ],
)
def test_who_cannot_call(text):
    assert read_caller(text, "aws") is None


def caller(text, **known):
    return dataclasses.replace(read_caller(text, "aws"), **known)


def test_what_is_known_of_a_caller_is_part_of_it():
    plain = caller(SESSION)
    assert len({plain.key, caller(SESSION, role_arn=ROLE).key, caller(SESSION, session="t").key}) == 3
    assert plain != caller(SESSION, role_arn=ROLE)


LINKED = [
    (caller(f"{IAM}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"), True),
    (caller(f"{IAM}:role/AWSServiceRoleForX"), False),
    (caller(ROLE), False),
    (caller(SESSION), False),
    (caller(f"{STS}:assumed-role/AWSServiceRoleForX/s"), None),
    (caller(f"{STS}:assumed-role/AWSServiceRoleForX/s", role_arn=f"{IAM}:role/AWSServiceRoleForX"), False),
    (caller(f"{STS}:assumed-role/X/s", role_arn=f"{IAM}:role/aws-service-role/y/X"), True),
    (caller(f"{IAM}:user/AWSServiceRoleForX"), False),
    (caller(SERVICE), False),
]


@pytest.mark.parametrize("who, linked", LINKED)
def test_roles_that_are_linked_to_services(who, linked):
    assert who.linked is linked


KNOWN = caller(SESSION, role_arn=ROLE)
AWS, CANONICAL = "AWS", {"CanonicalUser": ("a" * 64,)}
#: principals of a statement, caller, how it is about them
MATCHES = [
    ({AWS: ("*",)}, caller("anonymous"), EVERYBODY),
    ({AWS: (ROOT,)}, caller("anonymous"), NOBODY),
    ({AWS: ("x", "*")}, caller(SERVICE), EVERYBODY),
    ({"Service": (SERVICE,)}, caller(SERVICE), EVERYBODY),
    ({"Service": ("ec2.amazonaws.com",), AWS: (SERVICE,)}, caller(SERVICE), NOBODY),
    ({"Service": (USER, ACCOUNT)}, caller(USER), NOBODY),
    ({AWS: (USER,)}, caller(USER), Match(direct=True)),
    ({AWS: (ACCOUNT,)}, caller(USER), Match(account=True)),
    ({AWS: (ROOT,)}, caller(USER), Match(account=True)),
    ({AWS: (ROOT, USER)}, caller(USER), Match(direct=True, account=True)),
    ({AWS: (OTHER, f"arn:aws-cn:iam::{ACCOUNT}:root")}, caller(USER), NOBODY),
    ({AWS: (ACCOUNT,)}, caller(ROOT), Match(direct=True, account=True)),
    ({AWS: (ROOT,)}, caller(ROOT), Match(direct=True, account=True)),
    ({AWS: (USER,)}, caller(ROOT), NOBODY),
    ({AWS: (ROLE,)}, caller(ROLE), Match(role=True)),
    ({AWS: (SESSION,)}, caller(ROLE), Match(direct=None)),
    ({AWS: (SESSION,)}, caller(ROLE, session="s"), Match(direct=True)),
    ({AWS: (SESSION,)}, caller(ROLE, session="t"), NOBODY),
    ({AWS: (f"{STS}:assumed-role/other/s",)}, caller(ROLE), NOBODY),
    ({AWS: (SESSION,)}, caller(SESSION), Match(direct=True)),
    ({AWS: (ROLE,)}, caller(SESSION), Match(role=None)),
    ({AWS: (ROLE,)}, KNOWN, Match(role=True)),
    ({AWS: (f"{IAM}:role/app",)}, KNOWN, NOBODY),
    ({AWS: (f"{IAM}:role/other", f"arn:aws:iam::{OTHER}:role/app")}, caller(SESSION), NOBODY),
    ({AWS: (f"{IAM}:user/app",)}, caller(SESSION), NOBODY),
    ({AWS: (FEDERATED,)}, caller(FEDERATED), Match(direct=True)),
    (CANONICAL, caller(USER), Match(direct=None)),
    ({**CANONICAL, AWS: (USER,)}, caller(USER), Match(direct=True)),
    (CANONICAL, caller(SERVICE), NOBODY),
    (CANONICAL, caller("anonymous"), NOBODY),
]


@pytest.mark.parametrize("principals, who, match", MATCHES)
def test_principal(principals, who, match):
    assert match_principal(principals, who) == match
    # In the policy of an endpoint an account is its root user alone.
    rooted = match_principal(principals, who, account_is_root=True)
    assert rooted == dataclasses.replace(match, account=False)


@pytest.mark.parametrize(
    "match, either",
    [
        (Match(), False),
        (Match(direct=None), None),
        (Match(role=None), None),
        (Match(account=None), None),
        (Match(direct=None, role=True), True),
        (Match(account=True), True),
        (Match(direct=True), True),
    ],
)
def test_each_way_is_enough(match, either):
    assert match.any is either


MIGHT = Match(direct=None)
#: principals that a statement excepts, caller, how it is about them
NOT_MATCHES = [
    ({AWS: ("*",)}, caller("anonymous"), NOBODY),
    ({AWS: (ACCOUNT,)}, caller("anonymous"), EVERYBODY),
    ({AWS: ("*",)}, caller(SERVICE), NOBODY),
    ({"Service": (SERVICE,)}, caller(SERVICE), NOBODY),
    ({"Service": ("ec2.amazonaws.com",)}, caller(SERVICE), EVERYBODY),
    ({AWS: ("*",)}, caller(USER), NOBODY),
    ({AWS: (ACCOUNT, USER)}, caller(USER), NOBODY),
    ({AWS: (ACCOUNT,)}, caller(USER), MIGHT),
    ({AWS: (USER,)}, caller(USER), MIGHT),
    ({AWS: (OTHER,)}, caller(USER), EVERYBODY),
    ({AWS: (ACCOUNT,)}, caller(ROOT), NOBODY),
    ({AWS: (USER,)}, caller(ROOT), EVERYBODY),
    ({AWS: (ACCOUNT, ROLE, SESSION)}, KNOWN, NOBODY),
    ({AWS: (ACCOUNT, ROLE, SESSION)}, caller(SESSION), MIGHT),
    ({AWS: (ACCOUNT, SESSION)}, KNOWN, MIGHT),
    ({AWS: (ACCOUNT, ROLE, SESSION)}, caller(ROLE, session="s"), NOBODY),
    ({AWS: (OTHER,)}, caller(ROLE), EVERYBODY),
    ({AWS: (ACCOUNT, USER), **CANONICAL}, caller(USER), MIGHT),
    ({AWS: (OTHER,), **CANONICAL}, caller(USER), MIGHT),
]


@pytest.mark.parametrize("principals, who, match", NOT_MATCHES)
def test_not_principal(principals, who, match):
    assert match_not_principal(principals, who, bounded=False) == match
    # Who has a permissions boundary is always hit; a root user has none, nor has who is of no account.
    bounded = who.signs and who.kind is not Kind.ROOT
    assert match_not_principal(principals, who, bounded=True) == (EVERYBODY if bounded else match)


#: names, caller, the keys that would tell whether it is among them
MISSING = [
    ((ROLE,), caller(SESSION), ("aws:PrincipalArn",)),
    ((ROLE,), KNOWN, ()),
    ((f"{IAM}:role/other",), caller(SESSION), ()),
    ((SESSION,), caller(ROLE), ("aws:userid",)),
    ((SESSION,), caller(ROLE, session="s"), ()),
    ((f"{STS}:assumed-role/other/s",), caller(ROLE), ()),
    ((ROLE, SESSION), caller(SESSION), ("aws:PrincipalArn",)),
    ((USER,), caller(USER), ()),
]


@pytest.mark.parametrize("names, who, missing", MISSING)
def test_what_would_tell(names, who, missing):
    assert missing_of(names, who) == missing
