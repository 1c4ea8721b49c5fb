# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lines of server access logs say, of which the fields are those of AWS's page, and the values made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import access as a
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import access_log
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.access_log import read_line
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.distinctions import Distinctions

BUCKET, ACCOUNT = "payroll-reports", "111122223333"
#: A record of CloudTrail and a line of a server access log, which the tests beside this one read as well.
SHARED = json.loads((Path(__file__).parent / "records.json").read_text(encoding="utf-8"))
TAIL, SESSION = SHARED["line"]["tail"], SHARED["line"]["requester"]


def line(**changes):
    return " ".join({**SHARED["line"], **changes}.values())


def read(**changes):
    return read_line(line(**changes), Distinctions({BUCKET: []}, {}))


def only(**changes):
    (found,) = read(**changes)[0]
    return found


def test_a_line():
    accesses, at, identity, request, shared, _rank, event, address = read()
    (found,) = accesses
    assert (found.principal, found.account, found.kind) == (SESSION, ACCOUNT, "session")
    assert (found.action, found.bucket, found.prefix, found.path) == (
        "s3:GetObject",
        BUCKET,
        "year=2026/month=11/",
        a.PRIVATE,
    )
    assert (found.tls, found.denied, found.flags, found.source) == ("1.2", "", (), a.ACCESS_LOG)
    assert (at, shared, event, address) == (1793923238, False, "3E57427F3EXAMPLE", "10.20.3.4")
    assert identity and request == a.number_of("3E57427F3EXAMPLE")


ENDS = {
    "quotes inside of the agent": {"agent": '"Mozilla "quoted" 4.0"'},
    "quotes inside of the referer": {"referer": '"http://x/?q="452"" ', "agent": '"Mozilla"'},
    "quotes inside of the request": {"request": '"GET /a"b"c.csv HTTP/1.1"'},
    "neither referer nor agent": {"referer": "-", "agent": "-"},
    "no request": {"request": "-", "referer": "-", "agent": "-", "operation": "BATCH.DELETE.OBJECT"},
    "27 fields": {"tail": f"{TAIL} eu-central-1"},
    "fields of tomorrow": {"tail": f"{TAIL} eu-central-1 new newer"},
}


@pytest.mark.parametrize("changes", ENDS.values(), ids=ENDS)
def test_lines_are_read_from_both_ends(changes):
    found = only(**changes)
    assert (found.tls, found.denied) == ("1.2", "")


def test_a_line_of_2010_does_not_tell_tls():
    assert only(tail="-").tls == ""


def test_tls():
    plain = TAIL.replace("ECDHE-RSA-AES128-GCM-SHA256", "-").replace("TLSV1.2", "-")
    assert only(tail=plain).tls == "none"
    assert only(tail=plain, requester="svc:logging.s3.amazonaws.com", address="-").tls == ""


REQUESTERS = {
    f"arn:aws:iam::{ACCOUNT}:user/bob": (f"arn:aws:iam::{ACCOUNT}:user/bob", "user"),
    "-": ("anonymous", "anonymous"),
    "svc:cloudfront.amazonaws.com": ("cloudfront.amazonaws.com", "service"),
    "a" * 64: ("", "principal of an account"),
    "3272ee65a908a7677109fedda345db8d9554ba26398b2ca10581de88777e2b61": ("", "principal of an account"),
}


@pytest.mark.parametrize("requester, expected", REQUESTERS.items())
def test_requesters(requester, expected):
    found = only(requester=requester)
    assert (found.principal, found.kind) == expected


@pytest.mark.parametrize("requester", ["AmazonS3", "arn:aws:iam::162777425019:user/awslogsdelivery"])
def test_what_aws_does_by_itself_is_left_out(requester):
    assert read(requester=requester) == a.NO_AUTHORIZATION


OPERATIONS = {
    "REST.HEAD.OBJECT": "s3:GetObject",
    "WEBSITE.GET.OBJECT": "s3:GetObject",
    "REST.PUT.PART": "s3:PutObject",
    "REST.COPY.OBJECT_GET": "s3:GetObject",
    "BATCH.DELETE.OBJECT": "s3:DeleteObject",
    "REST.GET.UPLOAD": "s3:ListMultipartUploadParts",
    "REST.GET.ACL": "s3:GetObjectAcl",
    "REST.FUTURE.THING": "",
}


@pytest.mark.parametrize("operation, action", OPERATIONS.items())
def test_operations_about_a_key(operation, action):
    assert only(operation=operation).action == action


BUCKET_OPERATIONS = {
    "REST.GET.BUCKET": "s3:ListBucket",
    "REST.GET.BUCKETVERSIONS": "s3:ListBucketVersions",
    "REST.GET.LOCATION": "s3:GetBucketLocation",
    "REST.GET.ACL": "s3:GetBucketAcl",
    "REST.GET.ENCRYPTION": "s3:GetEncryptionConfiguration",
}


@pytest.mark.parametrize("operation, action", BUCKET_OPERATIONS.items())
def test_operations_about_the_bucket(operation, action):
    found = only(operation=operation, key="-")
    assert (found.action, found.key, found.prefix) == (action, None, None)


@pytest.mark.parametrize("operation", ["S3.EXPIRE.OBJECT", "REST.OPTIONS.PREFLIGHT", "REST.POST.MULTI_OBJECT_DELETE"])
def test_operations_that_nothing_is_authorized_for(operation):
    assert read(operation=operation) == a.NO_AUTHORIZATION


def test_versions_presigned_urls_and_denials():
    assert only(request='"GET /a.csv?versionId=3 HTTP/1.1"').action == "s3:GetObjectVersion"
    assert only(tail=TAIL.replace("AuthHeader", "QueryString")).flags == (a.PRESIGNED,)
    assert only(status="403", error="AccessDenied").denied == a.ACCESS_DENIED
    assert only(status="403", error="InvalidObjectState").denied == ""
    assert read(status="403", error="SignatureDoesNotMatch") == a.NO_AUTHORIZATION


def test_other_buckets_are_left_out():
    assert read(bucket="somebody-else") == a.OTHER_BUCKET


def test_where_requests_of_private_addresses_come_from_is_what_the_task_says():
    known = Distinctions({BUCKET: []}, {}, networks=[("10.20.0.0/16", "vpce-0aaa")])
    assert read_line(line(), known)[0][0].path == "vpce-0aaa"
    assert read_line(line(address="10.21.3.4"), known)[0][0].path == a.PRIVATE
    assert read_line(line(address="198.51.100.7"), known)[0][0].path == a.INTERNET


def test_copies_of_a_line_are_one_and_lines_of_one_request_are_not():
    assert read()[2] == read()[2]
    batch = [read(operation="BATCH.DELETE.OBJECT", key=key)[2] for key in "ab"]
    assert batch[0] != batch[1]


BAD = {
    "nothing": "",
    "text": "hello world",
    "cut": line()[:120],
    "no time": line(time="06/Nov/2026:00:00:38 +0000"),
    "another month": line(time="[06/Foo/2026:00:00:38 +0000]"),
    "no zone": line(time="[06/Nov/2026:00:00:38 here]"),
    "a request without an end": line(request='"GET /a'),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_line(text):
    with pytest.raises(ValueError):
        read_line(text, Distinctions({BUCKET: []}, {}))


def test_zones():
    assert read(time="[06/Nov/2026:01:30:38 +0130]")[1] == read()[1]
    assert read(time="[05/Nov/2026:22:30:38 -0130]")[1] == read()[1]


@pytest.mark.parametrize("month", range(12))
def test_months_are_english_whatever_the_language_of_the_controller(month):
    name = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[month]
    seconds = read(time=f"[06/{name}/2026:10:00:38 +0000]")[1]
    assert a.shown_time(seconds) == f"2026-{month + 1:02d}-06T10:00:38Z"


WRONG_TIMES = ["[06/Okt/2026:00:00:38 +0000]", "[06/Nov/2026:24:00:38 +0000]", "[06/Nov/1999:00:00:38 +0000]"]


@pytest.mark.parametrize("time", [*WRONG_TIMES, "[31/Feb/2026:00:00:38 +0000]", "[06/Nov/2026:00:00:38 UTC]"])
def test_times_that_are_none(time):
    with pytest.raises(ValueError, match=r"no time|no zone|nobody|day"):
        read(time=time)


def policy(resource, **condition):
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition} if condition else statement]}


@pytest.mark.parametrize("region, apart", [("cn-north-1", True), ("eu-central-1", False), ("-", False)])
def test_keys_are_told_apart_in_the_partition_of_the_region(region, apart):
    known = Distinctions({BUCKET: [policy(f"arn:aws-cn:s3:::{BUCKET}/in/*")]}, {})
    keys = [read_line(line(key=key, tail=f"{TAIL} {region}"), known)[0][0].key for key in ("in/a", "out/a", "in/b")]
    assert keys == (["in/a", "out/a", "in/a"] if apart else ["in/a"] * 3)


# Keys as URLs have them, one after the other, the beginnings that are shown
WRITTEN = [
    (["in/a", "in/b"], ["in/", "in/"]),
    # What is written as one name may have a folder in it.
    (["in/a", "in/b%2Fc", "in/d"], ["in/", "in/b/", "in/"]),
    (["in%2Fx/a", "in%2Fx/b"], ["in/x/", "in/x/"]),
    (["a", "b%20c"], ["", ""]),
]


@pytest.mark.parametrize("keys, prefixes", WRITTEN)
def test_folders_as_logs_write_them(keys, prefixes):
    known = Distinctions({BUCKET: []}, {})
    assert [read_line(line(key=key), known)[0][0].prefix for key in keys] == prefixes


def test_what_is_remembered_of_folders_has_an_end(monkeypatch):
    monkeypatch.setattr(access_log, "REMEMBERED", 8)
    known, sizes = Distinctions({BUCKET: []}, {}), []
    for number in range(20):
        assert read_line(line(key=f"{number}/a"), known)[0][0].prefix == f"{number}/"
        sizes.append(len(known.written))
    assert sizes == [*range(1, 9), *range(1, 9), *range(1, 5)]


NO_TLS = TAIL.replace("ECDHE-RSA-AES128-GCM-SHA256", "-").replace("TLSV1.2", "-")
# The end of a line, what it says of TLS, and of the key that policies compare
VERSIONS = [
    (TAIL, "1.2", ("1.2",)),
    (TAIL.replace("TLSV1.2", "TLSv1.3"), "1.3", ("1.3",)),
    (TAIL.replace("TLSV1.2", "-"), "TLS", None),
    (NO_TLS, "none", None),
    ("-", "", None),
    # The line ends before its version.
    (TAIL[: TAIL.index(" TLSV1.2")], "", None),
]


@pytest.mark.parametrize("tail, tls, values", VERSIONS)
def test_versions_of_tls(tail, tls, values):
    known = Distinctions({BUCKET: [policy("*", NumericLessThan={"s3:TlsVersion": "1.2"})]}, {})
    (found,) = read_line(line(tail=tail), known)[0]
    assert (found.tls, dict(found.context).get("s3:tlsversion")) == (tls, values)
    # Nobody compares it, or it is that of a service.
    assert only(tail=tail).context == ()
    (found,) = read_line(line(tail=tail, requester="svc:logging.s3.amazonaws.com"), known)[0]
    assert (found.tls, found.context) == ("", ())


# Address, requester; the path, the address that policies compare, and the one that is shown
CALLERS = [
    ("10.20.3.4", SESSION, a.PRIVATE, "10.20.3.4", "10.20.3.4"),
    ("-", SESSION, a.UNTOLD, "", ""),
    ("10.20.3.4", "svc:logging.s3.amazonaws.com", a.UNTOLD, "", "10.20.3.4"),
]


@pytest.mark.parametrize("address, requester, path, compared, shown", CALLERS)
def test_callers(address, requester, path, compared, shown):
    known = Distinctions({BUCKET: [policy("*", IpAddress={"aws:VpcSourceIp": "10.0.0.0/9"})]}, {})
    accesses, *_numbers, found = read_line(line(address=address, requester=requester), known)
    assert (accesses[0].path, accesses[0].address, found) == (path, compared, shown)


def test_a_line_without_an_id_is_told_by_all_of_it():
    accesses, _at, identity, request, _shared, rank, event, _address = read(id="-")
    assert (identity, request, rank, event) == (a.number_of(line(id="-")), 0, 1, "")
    assert read(id="-", key="b")[2] != identity and len(accesses) == 1


LONG = "x" * 65_536
NO_LINES = {
    "too long": line(key=LONG[: -len(line()) + len("year%3D2026/month%3D11/a.csv") + 1]),
    "too few fields": " ".join(line().split(" ")[:9]),
    "a status of two digits": line(status="20"),
    "no status": line(status="2OO"),
}


@pytest.mark.parametrize("text", NO_LINES.values(), ids=NO_LINES)
def test_what_ends_too_early_or_too_late_is_no_line(text):
    with pytest.raises(ValueError, match="no line of a server access log"):
        read_line(text, Distinctions({BUCKET: []}, {}))
    longest = line(key=LONG[: -len(line()) + len("year%3D2026/month%3D11/a.csv")])
    assert len(longest) == 65_536
    assert read_line(longest, Distinctions({BUCKET: []}, {}))[0]
