# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What policies tell apart stays apart, and the rest becomes one."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import distinctions as module
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.access import MANY
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.distinctions import MOST_PREFIXES, Distinctions

ACCOUNT, BUCKET, VPCE = "111122223333", "logs", "vpce-0aaa"
OBJECTS = f"arn:aws:s3:::{BUCKET}/"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/"
USER = ("somebody", "GetObject", BUCKET)


def policy(resource="*", principal="*", version="2012-10-17", element="Resource", **condition):
    statement = {"Effect": "Deny", "Principal": principal, "Action": "s3:*", element: resource}
    return {"Version": version, "Statement": [{**statement, "Condition": condition} if condition else statement]}


def known(*documents, **options):
    return Distinctions({BUCKET: documents}, {}, **options)


# Resource, two keys, whether they are told apart
KEYS = [
    ("*", "a", "b/c", False),
    (f"{OBJECTS}*", "a", "b/c", False),
    ("arn:aws:s3:::lo*", "a", "b/c", False),
    (f"arn:aws:s3:::{BUCKET}", "a", "b/c", False),
    ("arn:aws:s3:::others/a", "a", "b", False),
    ("arn:aws:s3:::others/*", "a", "b", False),
    ("arn:aws:s3:::l*/a", "a", "b", True),
    ("arn:aws:s3:::l?gs/a", "a", "b", True),
    (f"{OBJECTS}a", "a", "b", True),
    (f"{OBJECTS}a", "b", "c", False),
    (f"{OBJECTS}in/*", "in/a", "in/b", False),
    (f"{OBJECTS}in/*", "in/a", "out/b", True),
    (f"{OBJECTS}in/?", "in/a", "in/bc", True),
    (f"{OBJECTS}*.csv", "a.csv", "a.txt", True),
    (f"{OBJECTS}*.csv", "a.csv", "b.csv", False),
    ([f"{OBJECTS}in/*", "arn:aws:s3:::others/*"], "in/a", "out/b", True),
    # What is in a key is not known as long as it is not known whose request it is.
    (f"{OBJECTS}${{aws:username}}/*", "a", "b", True),
    ("arn:aws:s3:::others/${aws:username}/*", "a", "b", False),
    # An access point may be that of any bucket.
    ("arn:aws:s3:*:*:accesspoint/*", "a", "b", False),
    (f"arn:aws:s3:*:{ACCOUNT}:accesspoint/one", "a", "b", False),
    (f"arn:aws:s3:*:{ACCOUNT}:accesspoint/one/object/*", "a", "b", False),
    (f"arn:aws:s3:*:{ACCOUNT}:accesspoint/*/object/*", "a", "b", False),
    (f"arn:aws:s3:*:{ACCOUNT}:accesspoint/one/object/in/*", "a", "b", True),
]


@pytest.mark.parametrize("resource, one, other, apart", KEYS)
@pytest.mark.parametrize("element", ["Resource", "NotResource"])
def test_keys(resource, one, other, apart, element):
    document = policy(resource, element=element)
    # By the policy of the bucket, or by that of an endpoint, which is for all buckets.
    for found in (known(document), Distinctions({BUCKET: [None]}, {VPCE: [document]})):
        shown = [found.object_key(BUCKET, "aws", key) for key in (one, other)]
        assert shown == ([one, other] if apart else [one, one])


def test_policies_of_other_buckets_tell_no_keys_apart():
    found = Distinctions({BUCKET: [], "others": [policy("arn:aws:s3:::*/a")]}, {})
    assert [found.object_key(BUCKET, "aws", key) for key in "ab"] == ["a", "a"]
    assert [found.object_key("others", "aws", key) for key in "ba"] == ["b", "a"]
    assert [found.splits(name, "aws", "") for name in (BUCKET, "others")] == [False, True]


def test_keys_of_another_partition():
    found = known(policy("arn:aws-cn:s3:::logs/in/*"))
    assert [found.object_key(BUCKET, "aws", key) for key in ("in/a", "out/a")] == ["in/a", "in/a"]
    assert [found.object_key(BUCKET, "aws-cn", key) for key in ("out/a", "in/a", "in/b")] == ["out/a", "in/a", "in/a"]
    assert [found.splits(BUCKET, partition, "") for partition in ("aws", "aws-cn")] == [False, True]


def test_policies_of_2008_have_no_variables():
    found = known(policy(f"{OBJECTS}${{aws:username}}/*", version="2008-10-17"))
    assert [found.object_key(BUCKET, "aws", key) for key in ("a", "b", "${aws:username}/a")] == [
        "a", "a", "${aws:username}/a",
    ]  # fmt: skip
    assert found.keys == ()


# Resource, what keys begin with, whether those that begin so are told apart
BEGINNINGS = [
    ("*", "", False),
    (f"{OBJECTS}in/*", "", True),
    (f"{OBJECTS}in/*", "in/", False),
    (f"{OBJECTS}in/*", "in/a/", False),
    (f"{OBJECTS}in/*", "out/", False),
    (f"{OBJECTS}in/a", "in/", True),
    (f"{OBJECTS}in/a", "in/b/", False),
    (f"{OBJECTS}*.csv", "in/", True),
    (f"{OBJECTS}${{aws:username}}/*", "in/", True),
    (f"{OBJECTS}in/${{aws:username}}/*", "out/", False),
]


@pytest.mark.parametrize("resource, prefix, split", BEGINNINGS)
def test_beginnings_of_keys(resource, prefix, split):
    found = known(policy(resource))
    assert found.splits(BUCKET, "aws", prefix) is split
    assert found.splits("others", "aws", prefix) is False
    # A folder whose keys are alike is looked at once.
    assert found.takes_alike(BUCKET, prefix) is False
    assert found.cell(USER, BUCKET, "aws", f"{prefix}x")[0] == f"{prefix}x"
    assert found.takes_alike(BUCKET, prefix) is not split


def test_a_key_that_stands_for_its_folder():
    found = known(policy(f"{OBJECTS}in/a"))
    assert found.cell(USER, BUCKET, "aws", "out/1/2/x") == ("out/1/2/x", "out/1/")
    assert found.cell(USER, BUCKET, "aws", "out/1/2/y") == ("out/1/2/x", "out/1/")
    # In a folder that is split each key is looked at.
    assert [found.cell(USER, BUCKET, "aws", f"in/{key}")[0] for key in "bac"] == ["out/1/2/x", "in/a", "out/1/2/x"]
    assert found.cell(USER, BUCKET, "aws", "top") == ("out/1/2/x", "")


@pytest.mark.parametrize("exact, last", [(False, MANY), (True, "last/")])
def test_more_folders_than_anybody_reads_are_one(exact, last):
    found = known(exact=exact)
    for number in range(MOST_PREFIXES + 1):
        assert found.folder(USER, f"{number}/") == f"{number}/"
    assert found.folder(USER, "last/") == last
    # Those that are known stay, and so does everybody else.
    assert found.folder(USER, "0/") == "0/"
    assert found.folder(("another",), "last/") == "last/"


# Condition, two values, whether they are told apart
VALUES = [
    ({"StringLike": {"aws:UserAgent": "*cli*"}}, "aws-cli", "cli/2", False),
    ({"StringLike": {"aws:UserAgent": "*cli*"}}, "aws-cli", "Boto3", True),
    ({"StringNotEquals": {"AWS:useragent": ["a", "b"]}}, "c", "d", False),
    ({"StringEquals": {"aws:UserAgent": "${aws:username}"}}, "c", "d", True),
    # A variable of another element, or what stands in the place of one.
    ({"StringLike": {"s3:prefix": "${aws:UserAgent}/*"}}, "c", "d", True),
    ({"StringEquals": {"aws:RequestedRegion": "a"}}, "a", "b", False),
]


@pytest.mark.parametrize("condition, one, other, apart", VALUES)
def test_values(condition, one, other, apart):
    found = known(policy(**condition))
    assert [found.value("aws:useragent", value) for value in (one, other)] == [one, other if apart else one]


def test_which_keys_policies_compare():
    found = known(
        policy(f"{OBJECTS}${{aws:PrincipalTag/team}}/*", StringLike={"s3:Prefix": "${aws:username}/*"}),
        policy(Bool={"aws:SecureTransport": "false"}),
    )
    assert found.keys == ("aws:principaltag/team", "aws:securetransport", "aws:username", "s3:prefix")


NETWORKS = (("10.20.0.0/16", VPCE), ("10.20.1.5/24", "vpce-0bbb"), ("10.30.0.1/16", "vpce-0bbb"))
# Address, path, whether it is compared with public ones, with private ones
PATHS = [
    ("198.51.100.7", "internet", True, False),
    ("203.0.113.9", "own_address", True, False),
    ("203.0.114.9", "internet", True, False),
    ("10.20.1.1", VPCE, False, True),
    ("10.30.1.1", "vpce-0bbb", False, True),
    ("10.40.1.1", "private", False, True),
    ("fd00::1", "private", False, True),
    ("2001:db8::1", "internet", True, False),
    ("athena.amazonaws.com", "untold", False, False),
    ("", "untold", False, False),
]


@pytest.mark.parametrize("address, path, public, private", PATHS)
def test_paths(address, path, public, private):
    options = {"networks": NETWORKS, "own_addresses": ["203.0.113.1/24"]}
    for key, compared in (("aws:SourceIp", public), ("aws:VpcSourceIp", private)):
        found = known(policy(IpAddress={key: "192.0.2.0/24"}), **options)
        assert found.path_of(address) == (path, address if compared else "")
        # The same again.
        assert found.path_of(address) == (path, address if compared else "")
    assert known(**options).path_of(address) == (path, "")
    assert known(exact=True, **options).path_of(address) == (path, address if public or private else "")


def test_addresses_that_no_range_tells_apart_are_one():
    found = known(policy(IpAddress={"aws:SourceIp": "198.51.100.0/24"}))
    shown = [found.path_of(one)[1] for one in ("198.51.100.1", "198.51.100.2", "203.0.113.1", "203.0.114.1")]
    assert shown == ["198.51.100.1", "198.51.100.1", "203.0.113.1", "203.0.113.1"]


@pytest.mark.parametrize(
    "bucket, path, concerned",
    [(BUCKET, "", True), ("others", "", False), ("others", VPCE, True), ("", "", False), ("others", "vpce-0", False)],
)
def test_which_requests_are_decided_by_the_policies(bucket, path, concerned):
    assert Distinctions({BUCKET: []}, {VPCE: [None]}).concerns(bucket, path) is concerned


#: Policies; of sessions i-1, i-2 and x: which stand for them, and which ids do.
SESSIONS = {
    "nothing": ([], "111", "111", False),
    "the role": ([policy(principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"})], "111", "111", False),
    "one session": ([policy(principal={"AWS": f"{SESSION}i-2"})], "121", "121", True),
    "all but one session": ([{"Statement": [{
        "Effect": "Deny", "NotPrincipal": {"AWS": [f"{SESSION}i-2"]}, "Action": "s3:*", "Resource": "*",
    }]}], "121", "121", True),
    "ids of sessions": ([policy(StringLike={"aws:userid": "AROA1:i-*"})], "111", "113", True),
    "ids as a variable": ([policy(f"{OBJECTS}${{aws:userid}}/*")], "123", "123", True),
}  # fmt: skip


@pytest.mark.parametrize("documents, arns, ids, apart", SESSIONS.values(), ids=SESSIONS)
def test_sessions(documents, arns, ids, apart):
    names = {"1": "i-1", "2": "i-2", "3": "x"}
    found = known(*documents)
    assert found.sessions is apart
    sessions = [f"{SESSION}{name}" for name in names.values()]
    stand = [f"{SESSION}{names[one]}" for one in arns]
    assert [found.session_arn(one) for one in sessions] == stand
    assert [found.requester(one) for one in sessions] == stand
    assert [found.requester(one) for one in sessions] == stand
    assert [found.session(f"AROA1:{name}", f"{SESSION}{name}") for name in names.values()] == [
        f"AROA1:{names[one]}" for one in ids
    ]
    # Of another role, or of none, is another one.
    other = SESSION.replace("/app/", "/etl/")
    assert found.session_arn(f"{other}i-1") == found.requester(f"{other}i-1") == f"{other}i-1"
    assert found.session("AROA2:i-1", f"{other}i-1") == "AROA2:i-1"
    assert found.requester("arn:aws:iam::111122223333:user/bob") == "arn:aws:iam::111122223333:user/bob"


def test_exactly_is_exactly():
    found = known(exact=True)
    assert found.sessions is True
    assert [found.object_key(BUCKET, "aws", key) for key in "ab"] == ["a", "b"]
    assert [found.value("aws:useragent", value) for value in "ab"] == ["a", "b"]
    assert [found.session_arn(f"{SESSION}{name}") for name in "ab"] == [f"{SESSION}a", f"{SESSION}b"]
    assert [found.session(f"AROA1:{name}", "") for name in "ab"] == ["AROA1:a", "AROA1:b"]
    assert found.splits(BUCKET, "aws", "a/") is True


#: What is remembered -> what is asked, with a number.
REMEMBERED = {
    "_paths": lambda found, n: found.path_of(f"198.51.100.{n}"),
    "_folders": lambda found, n: found.cell(USER, BUCKET, "aws", f"{n}/a"),
    "_split": lambda found, n: found.splits(BUCKET, "aws", f"{n}/"),
    "_values": lambda found, n: found.value("aws:useragent", f"agent-{n}"),
    "_requesters": lambda found, n: found.requester(f"{SESSION}{n}"),
}


@pytest.mark.parametrize("name", REMEMBERED)
def test_what_is_remembered_has_an_end(name, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 8)
    ask, found = REMEMBERED[name], known(policy(f"{OBJECTS}in/*", StringLike={"aws:UserAgent": "*cli*"}))
    answers, sizes = [], []
    for number in range(20):
        answers.append(ask(found, number))
        sizes.append(len(getattr(found, name)))
    assert sizes == [*range(1, 9), *range(1, 9), *range(1, 5)]
    # And what was forgotten is found out again.
    assert [ask(found, number) for number in range(20)] == answers
