# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of each bucket of many, and the message about those that failed."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket import input as declaring
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.fleet import declare_all, for_each
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.peers import Peer
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.validate import validate_bucket_policy

TLS = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::{bucket}", "arn:aws:s3:::{bucket}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def tls(bucket: str) -> dict:
    return {**TLS, "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}


def document(*statements: dict) -> dict:
    return {"Version": "2012-10-17", "Statement": list(statements)}


# name, options for all, options of the bucket, what comes of them without the bucket's name
MERGED = [
    ("only the task's", {"state": "absent", "sids": ["A"]}, {}, {"state": "absent", "sids": ["A"]}),
    ("only its own", {"state": None}, {"state": "absent"}, {"state": "absent"}),
    ("its own wins", {"wait": True, "peers": ["vpce-1"]}, {"wait": False, "peers": []}, {"wait": False, "peers": []}),
    ("missing is not an own", {"wait": True}, {"wait": None}, {"wait": True}),
    (
        "its document, not the task's statements",
        {"statements": [TLS], "sids": ["A"], "purge_statements": True, "peers": [], "wait": True},
        {"policy": "{}"},
        {"policy": "{}", "wait": True},
    ),
    ("its statements, not the task's document", {"policy": "{}"}, {"statements": []}, {"statements": []}),
    (
        "its sids, not the task's document",
        {"policy": "{}", "state": "absent"},
        {"sids": ["A"]},
        {"sids": ["A"], "state": "absent"},
    ),
    (
        "its statements, and the task's sids",
        {"statements": [TLS], "sids": ["Old"]},
        {"statements": [tls("other")]},
        {"statements": [tls("other")], "sids": ["Old"]},
    ),
    ("the name in statements", {"statements": [TLS]}, {}, {"statements": [tls("logs")]}),
    ("the name in a document", {"policy": document(TLS)}, {}, {"policy": document(tls("logs"))}),
    ("the name in JSON text", {"policy": json.dumps(document(TLS))}, {}, {"policy": document(tls("logs"))}),
    ("no name in its own", {"statements": []}, {"statements": [TLS]}, {"statements": [TLS]}),
    ("nor in other options", {"backup": "/b/{bucket}"}, {}, {"backup": "/b/{bucket}"}),
    (
        "no policy variable, and only texts",
        {"statements": [{"Sid": "A", "{bucket}": 1, "Resource": "arn:aws:s3:::{bucket}/${bucket}/{bucket}-{bucket }"}]},
        {},
        {"statements": [{"Sid": "A", "{bucket}": 1, "Resource": "arn:aws:s3:::logs/${bucket}/logs-{bucket }"}]},
    ),
]


@pytest.mark.parametrize("defaults, own, expected", [one[1:] for one in MERGED], ids=[one[0] for one in MERGED])
def test_the_options_of_a_bucket(defaults, own, expected):
    before = json.dumps([defaults, own])
    assert list(for_each([{"bucket": "logs", **own}], defaults)) == [{"bucket": "logs", **expected}]
    assert json.dumps([defaults, own]) == before, "what was given is as it was"


def test_each_bucket_gets_its_own_document():
    merged = list(for_each([{"bucket": "logs"}, {"bucket": "data"}], {"statements": [TLS]}))
    assert [one["statements"] for one in merged] == [[tls("logs")], [tls("data")]]


def test_endpoints_of_others_are_read_once_for_all_buckets():
    first, second = for_each([{"bucket": "logs"}, {"bucket": "data"}], {"peers": ["vpce-1"]})
    assert first["peers"] is second["peers"]
    assert first["peers"] == [Peer(("vpce-1",), trusted=True)]


def test_a_bucket_named_twice():
    with pytest.raises(
        PolicyError, match=r"^Invalid options: buckets: named more than once: logs\. Name each bucket once"
    ):
        list(for_each([{"bucket": name} for name in ("logs", "data", "logs")], {}))
    for number, end in ((50, r"b49\."), (51, r"b49, \.\.\.\.")):
        with pytest.raises(PolicyError, match=f"more than once: b0, .*, {end} Name each"):
            list(for_each([{"bucket": f"b{index}"} for index in range(number)] * 2, {}))


def test_a_document_that_cannot_be_read():
    with pytest.raises(PolicyError, match="policy for all buckets"):
        list(for_each([{"bucket": "logs"}], {"policy": "{"}))


def test_everything_wrong_is_said_before_anything_is_done():
    good = {"bucket": "logs", "statements": [tls("logs")]}
    assert [one.bucket for one in declare_all([good], "aws")] == ["logs"]
    bad = [{**good, "bucket": f"wrong-{number:02}"} for number in range(12)]
    with pytest.raises(PolicyError, match="Invalid statements for bucket wrong-00: statements") as one:
        declare_all([good, bad[0]], "aws")
    assert "of 2 buckets" not in str(one.value)
    with pytest.raises(PolicyError) as many:
        declare_all([good, *bad], "aws")
    assert "options of 12 of 13 buckets" in str(many.value)
    assert "bucket wrong-09" in str(many.value)
    assert "bucket wrong-10" not in str(many.value)
    assert "and 2 more buckets" in str(many.value)
    with pytest.raises(PolicyError) as ten:
        declare_all(bad[:10], "aws")
    assert "bucket wrong-09" in str(ten.value)
    assert "more buckets" not in str(ten.value)


def test_what_differs_in_the_bucket_only_is_looked_at_once(monkeypatch):
    looked = []

    def validate(document, bucket, *more, **options):
        looked.append(bucket)
        return validate_bucket_policy(document, bucket, *more, **options)

    monkeypatch.setattr(declaring, "validate_bucket_policy", validate)
    alike = [{"bucket": f"logs-{number}", "statements": [tls(f"logs-{number}")]} for number in range(3)]
    other = {"bucket": "other", "statements": [{**tls("other"), "Sid": "Other"}]}
    # The ARN of one bucket begins as that of another one does.
    longer = {"bucket": "logs", "statements": [tls("logs")]}
    assert [one.bucket for one in declare_all([*alike, other, longer], "aws")] == [
        *(one["bucket"] for one in alike),
        *("other", "logs"),
    ]
    assert looked == ["logs-0", "other"]
    # One that names the bucket of another is no other than that.
    looked.clear()
    with pytest.raises(PolicyError, match="Invalid statements for bucket logs-2"):
        declare_all([alike[0], {"bucket": "logs-2", "statements": [tls("logs-0")]}], "aws")
    assert looked == ["logs-0", "logs-2"]


def test_what_is_odd_is_said_of_each_bucket():
    odd = {**TLS, "Condition": {"Bool": {"aws:SecureTransprt": "false"}}}
    names = [f"logs-{number}" for number in range(3)]
    listed = for_each([{"bucket": name} for name in names], {"statements": [odd]})
    declared = declare_all(list(listed), "aws")
    assert all(f"Bucket {name}: " in one.warnings[0] for name, one in zip(names, declared, strict=True))
