# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows that a query has counted: what each column says, and what is no row."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import access as a
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.aggregate import (
    read_header,
    read_object,
    read_row,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.distinctions import Distinctions

BUCKET, ACCOUNT = "payroll-reports", "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/etl/nightly"
ROW = {
    "principal_type": "AssumedRole",
    "principal": ROLE,
    "principal_id": "AROAEXAMPLE:s",
    "principal_account": ACCOUNT,
    "event_name": "GetObject",
    "bucket": BUCKET,
    "key_prefix": "a/b/c/",
    "count": 7,
    "region": "eu-central-1",
    "vpce": "vpce-0aaa",
    "vpce_account": ACCOUNT,
    "bucket_account": ACCOUNT,
    "tls": "TLSv1.3",
    "first_seen": "2026-11-01T00:00:00Z",
    "last_seen": "2026-11-09T00:00:00Z",
    "days": "5",
    "addresses": "1",
    "example": "e-1",
    "example_address": "10.20.3.4",
}
LOG = {"requester": ROLE, "operation": "REST.GET.OBJECT", "bucket": BUCKET, "key_prefix": "a%3D1/", "count": 1}


def distinctions(*keys):
    condition = {"NotIpAddress": dict.fromkeys(keys, "10.20.0.0/16")}
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}],
    }
    return Distinctions({BUCKET: [policy] if keys else []}, {})


def read(row=None, known=None, **changes):
    given = {**(ROW if row is None else row), **changes}
    given = {name: value for name, value in given.items() if value is not ...}
    return read_object(given, known or distinctions())[0]


def only(*given, **changes):
    found = read(*given, **changes)
    assert not isinstance(found, str), found
    (one,) = found.accesses
    return one


def test_a_row():
    found = read()
    (one,) = found.accesses
    assert (found.requests, found.days, found.addresses, found.event, found.address) == (7, 5, 1, "e-1", "10.20.3.4")
    assert (a.shown_time(found.first), a.shown_time(found.last)) == ("2026-11-01T00:00:00Z", "2026-11-09T00:00:00Z")
    assert one._asdict() == {
        "source": "data",
        "principal": ROLE,
        # Of whom the ARN is known the id is not needed.
        "unique_id": "",
        "account": ACCOUNT,
        "kind": "role",
        "via": "",
        "operation": "GetObject",
        "action": "s3:GetObject",
        "bucket": BUCKET,
        "bucket_account": ACCOUNT,
        "access_point": "",
        "prefix": "a/b/c/",
        "key": one.key,
        "path": "vpce-0aaa",
        "path_account": ACCOUNT,
        "region": "eu-central-1",
        "address": "",
        "tls": "1.3",
        "denied": "",
        "layer": "",
        "flags": ("aggregated",),
        "context": (),
    }


# Column, what it says there, what is known of the access then
COLUMNS = [
    (
        {"principal": "", "principal_type": ""},
        {"principal": "", "unique_id": "AROAEXAMPLE", "kind": "principal of an account"},
    ),
    ({"invoked_by": "athena.amazonaws.com"}, {"via": "athena.amazonaws.com", "path": "untold", "address": ""}),
    ({"invoked_by": "AWS Internal"}, {"via": "", "path": "untold", "flags": ("aggregated", "aws_internal")}),
    ({"invoked_by": "signin.amazonaws.com"}, {"via": "", "flags": ("aggregated", "console")}),
    ({"auth_method": "QueryString"}, {"flags": ("aggregated", "presigned")}),
    ({"auth_method": "AuthHeader"}, {"flags": ("aggregated",)}),
    ({"event_name": "DeleteObjects"}, {"flags": ("aggregated", "batch_delete"), "action": "s3:DeleteObject"}),
    ({"versioned": "TRUE"}, {"action": "s3:GetObjectVersion"}),
    ({"versioned": "yes"}, {"action": "s3:GetObjectVersion"}),
    ({"versioned": "1"}, {"action": "s3:GetObjectVersion"}),
    ({"versioned": True}, {"action": "s3:GetObjectVersion"}),
    ({"versioned": "false"}, {"action": "s3:GetObject"}),
    ({"versioned": False}, {"action": "s3:GetObject"}),
    ({"category": "Management"}, {"source": "management"}),
    ({"category": "NetworkActivity"}, {"source": "network_activity"}),
    ({"category": "Data"}, {"source": "data"}),
    ({"denied": "AccessDenied"}, {"denied": "AccessDenied", "layer": ""}),
    ({"denied": "403"}, {"denied": "AccessDenied", "layer": ""}),
    ({"denied": "VpceAccessDenied"}, {"denied": "VpceAccessDenied", "layer": "endpoint_policy"}),
    ({"denied": "NoSuchKey"}, {"denied": "", "layer": ""}),
    ({"tls": ""}, {"tls": ""}),
    ({"tls": "tlsv1.2"}, {"tls": "1.2"}),
    ({"event_name": "ListObjects"}, {"action": "s3:ListBucket", "key": None, "prefix": "a/b/c/"}),
    ({"event_name": "ListObjects", "key_prefix": ""}, {"action": "s3:ListBucket", "key": None, "prefix": None}),
    ({"event_name": "Invented"}, {"action": "", "operation": "Invented"}),
    ({"vpce": "", "from_where": "private", "example_address": ""}, {"path": "private"}),
    ({"vpce": "", "from_where": "public", "example_address": ""}, {"path": "internet"}),
    ({"vpce": "", "from_where": "moon"}, {"path": "untold"}),
    # The address of a single caller is nearer to it than what a query makes of all of them.
    ({"vpce": "", "from_where": "public"}, {"path": "private"}),
    ({"bucket": "x-s3alias"}, {"bucket": "", "access_point": "x-s3alias"}),
    ({"access_point": "-"}, {"access_point": ""}),
    ({"access_point": "arn:x"}, {"access_point": "arn:x", "bucket": BUCKET}),
]


@pytest.mark.parametrize("changes, known", COLUMNS)
def test_what_a_column_says(changes, known):
    found = only(**changes)._asdict()
    assert {name: found[name] for name in known} == known


# Of a log: what changes, what is known of the access then
LOGGED = [
    ({}, {"source": "access_log", "principal": ROLE, "kind": "role", "prefix": "a=1/", "operation": "GetObject"}),
    ({"tls": "-"}, {"tls": "none"}),
    ({"tls": ""}, {"tls": ""}),
    ({"tls": "TLSv1.2"}, {"tls": "1.2"}),
    ({"requester": "svc:logging.s3.amazonaws.com", "tls": "-"}, {"tls": "", "kind": "service", "path": "untold"}),
    ({"requester": ...}, {"principal": "anonymous", "kind": "anonymous"}),
    ({"operation": "REST.GET.ACL"}, {"operation": "GetObjectAcl"}),
    ({"operation": "REST.GET.ACL", "key_prefix": ""}, {"operation": "GetBucketAcl"}),
    ({"operation": "REST.FUTURE.OBJECT", "key_prefix": ""}, {"operation": "REST.FUTURE.OBJECT", "action": ""}),
]


@pytest.mark.parametrize("changes, known", LOGGED)
def test_rows_of_a_log(changes, known):
    found = only(LOG, **changes)._asdict()
    assert {name: found[name] for name in known} == known


def test_sessions_of_a_role_are_one():
    sessions = [f"arn:aws:sts::{ACCOUNT}:assumed-role/nightly/{name}" for name in ("a", "b")]
    known = distinctions()
    first, second = (only(LOG, known, requester=one) for one in sessions)
    assert first == second


# What is left out, and why
LEFT_OUT = [
    (None, {"bucket": ""}, a.NO_BUCKET),
    (None, {"bucket": "another"}, a.OTHER_BUCKET),
    (None, {"denied": "NoSuchBucket"}, a.NO_AUTHORIZATION),
    (None, {"event_name": "PreflightRequest"}, a.NO_AUTHORIZATION),
    (LOG, {"operation": "REST.OPTIONS.PREFLIGHT"}, a.NO_AUTHORIZATION),
    (LOG, {"requester": "AmazonS3"}, a.NO_AUTHORIZATION),
]


@pytest.mark.parametrize("row, changes, why", LEFT_OUT)
def test_what_is_left_out(row, changes, why):
    given = {**(row or ROW), "first_seen": "2026-11-01 00:00:00", **changes}
    # Its times are not looked at, so none of them is counted for lack of a zone.
    assert read_object(given, distinctions()) == (why, True)


# What is wrong, what is said
WRONG = [
    ({"count": ...}, "it has no count"),
    ({"count": ..., "bucket": ...}, "it has no bucket and no count"),
    ({"count": None}, "it has no count"),
    ({"count": "many"}, "count, days and addresses are numbers"),
    ({"days": "few"}, "count, days and addresses are numbers"),
    ({"addresses": "x"}, "count, days and addresses are numbers"),
    ({"count": 0}, "the count 0 is less than 1"),
    ({"first_seen": "yesterday"}, "'yesterday' is no time"),
]


@pytest.mark.parametrize("changes, said", WRONG)
def test_what_is_no_row(changes, said):
    with pytest.raises(ValueError, match=said):
        read(**changes)


# First and last time as they are told, as they are taken, whether both say their zones
TIMES = [
    (("2026-11-01T00:00:00Z", "2026-11-09T00:00:00Z"), ("2026-11-01", "2026-11-09"), True),
    (("2026-11-01T00:00:00Z", ""), ("2026-11-01", "2026-11-01"), True),
    (("", "2026-11-09T00:00:00Z"), ("2026-11-09", "2026-11-09"), True),
    (("2026-11-01 00:00:00", "2026-11-09T00:00:00Z"), ("2026-11-01", "2026-11-09"), False),
    (("2026-11-01T00:00:00Z", "2026-11-09 00:00:00"), ("2026-11-01", "2026-11-09"), False),
    (("", ""), ("1970-01-01", "1970-01-01"), True),
]


@pytest.mark.parametrize("told, taken, zoned", TIMES)
def test_when_it_was(told, taken, zoned):
    found, said = read_object({**ROW, "first_seen": told[0], "last_seen": told[1]}, distinctions())
    assert (a.shown_time(found.first)[:10], a.shown_time(found.last)[:10]) == taken
    assert said is zoned


# Where it came from, whether policies compare addresses; path and address
ADDRESSES = [
    ({}, ("vpce-0aaa", True)),
    ({"addresses": ""}, ("vpce-0aaa", True)),
    ({"addresses": "2"}, ("vpce-0aaa", False)),
    ({"example_address": "AWS Internal"}, ("vpce-0aaa", False)),
    ({"vpce": ""}, ("untold", False)),
    ({"vpce": "", "from_where": "private"}, ("private", True)),
    ({"vpce": "", "from_where": "public", "example_address": "198.51.100.7"}, ("internet", True)),
]


@pytest.mark.parametrize("changes, expected", ADDRESSES)
def test_addresses_count_where_policies_compare_them(changes, expected):
    known = distinctions("aws:VpcSourceIp", "aws:SourceIp")
    found = only(None, known, **changes)
    assert (found.path, bool(found.address)) == expected
    assert only(**changes).address == ""


def test_a_copy_is_two_accesses():
    copy = {"event_name": "CopyObject", "bucket": "another", "copy_source_bucket": BUCKET}
    written, source = read(**copy).accesses
    assert (written.bucket, written.action, written.flags) == ("another", "s3:PutObject", ("aggregated",))
    assert (source.bucket, source.action, source.prefix) == (BUCKET, "s3:GetObject", "")
    assert source.flags == ("aggregated", "copy_source")
    # Whose bucket it was is told of the one that was written.
    assert (written.bucket_account, source.bucket_account) == (ACCOUNT, "")
    assert read(**{**copy, "bucket": BUCKET}).accesses[1].bucket_account == ACCOUNT
    point = read(**{**copy, "bucket": BUCKET, "copy_source_bucket": "y-s3alias"}).accesses[1]
    assert (point.bucket, point.access_point) == ("", "y-s3alias")


# A line, its columns and what separates them; none: it is no header
HEADERS = [
    ("bucket,count,event_name", (("bucket", "count", "event_name"), ",")),
    (" Bucket ; COUNT;operation\r", (("bucket", "count", "operation"), ";")),
    ("count\tbucket\toperation", (("count", "bucket", "operation"), "\t")),
    ('"bucket","count","event_name"', (("bucket", "count", "event_name"), ",")),
    ("bucket,event_name", None),
    ("count,event_name", None),
    ("bucket,count", None),
    ("event_name,operation", None),
    ("", None),
]


@pytest.mark.parametrize("line, found", HEADERS)
def test_headers(line, found):
    header = read_header(line)
    assert (header and (header.columns, header.delimiter)) == found


def test_a_row_has_the_columns_of_its_header():
    header = read_header("bucket;count;event_name")
    assert list(header.rows(["a;1;b", '"a;x";2;c'])) == [["a", "1", "b"], ["a;x", "2", "c"]]
    found, zoned = read_row(header, [BUCKET, "3", "GetObject"], distinctions())
    assert (found.requests, zoned, found.accesses[0].kind) == (3, True, "principal that is not told")
    with pytest.raises(ValueError, match="it has 2 columns, the first line 3"):
        read_row(header, [BUCKET, "3"], distinctions())


def test_names_of_columns_are_read_without_regard_to_case():
    found = read({name.upper(): value for name, value in ROW.items()} | {"unknown": "x"})
    assert found.requests == 7
    # The same row is the same one, whatever else stands in it.
    assert found.identity == read().identity
    assert found.identity != read(count=8).identity
