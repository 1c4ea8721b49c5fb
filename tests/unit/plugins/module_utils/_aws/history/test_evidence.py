# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which files and objects are read, and that many processes count what one does."""

from __future__ import annotations

import gzip
import json
import os

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._aws.history import evidence, parallel
from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.distinctions import Distinctions
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Tally

BUCKET, ACCOUNT = "payroll-reports", "111122223333"
TRAIL = f"AWSLogs/{ACCOUNT}/CloudTrail/eu-central-1"
DAY = 86_400
FIRST = 1793491200  # 2026-11-01


def write(path, *numbers):
    records = [
        {
            "eventSource": "s3.amazonaws.com",
            "eventName": "GetObject",
            "eventTime": "2026-11-20T10:15:00Z",
            "awsRegion": "eu-central-1",
            "sourceIPAddress": "10.0.0.1",
            "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/bob", "accountId": ACCOUNT},
            "requestParameters": {"bucketName": BUCKET, "key": f"k{number}"},
            "eventID": f"e-{number}",
        }
        for number in numbers
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps({"Records": records}).encode()))


def parts(*paths, client=None, since=None, until=None):
    return evidence.parts_of([(str(path), "auto") for path in paths], lambda: client, since, until, [])


def test_files_folders_and_patterns_each_once(tmp_path):
    write(tmp_path / "a" / "1.json.gz", 1)
    write(tmp_path / "a" / "b" / "2.json.gz", 2)
    (tmp_path / "a" / ".hidden").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "a" / "1.json.gz")
    found = parts(tmp_path / "a", tmp_path / "a" / "1.json.gz", f"{tmp_path}/**/*.gz", tmp_path / "link")
    assert sorted(os.path.basename(one.key) for one in found) == ["1.json.gz", "2.json.gz"]
    assert parts(f"{tmp_path}/a/**/*.gz")[0].form == "auto"


def test_a_path_that_is_nothing_is_refused(tmp_path):
    with pytest.raises(Refusal, match="no file"):
        parts(tmp_path / "missing")


def test_where_there_is_nothing_is_told(tmp_path):
    (tmp_path / "empty").mkdir()
    write(tmp_path / "full" / "1.json.gz", 1)
    empty = []
    client = Objects(f"{TRAIL}/2026/11/20/a.json.gz")
    paths = [str(tmp_path / "empty"), str(tmp_path / "full"), f"s3://trail/{TRAIL}/", "s3://trail/nothing/"]
    found = evidence.parts_of([(path, "auto") for path in paths], lambda: client, None, None, empty)
    assert (len(found), empty) == (2, [paths[0], paths[3]])


class Objects:
    """As much of a client of S3 as is used."""

    def __init__(self, *keys):
        self.keys = keys
        self.listed = []

    def get_paginator(self, name):
        assert name == "list_objects_v2"
        return self

    def paginate(self, Bucket, Prefix, Delimiter=""):  # noqa: N803 - as boto3 has them
        assert Bucket == "trail"
        self.listed.append(Prefix)
        objects, folders = [], {}
        for key in self.keys:
            if not key.startswith(Prefix):
                continue
            rest = key[len(Prefix) :]
            if Delimiter and Delimiter in rest:
                folders[Prefix + rest.partition(Delimiter)[0] + Delimiter] = None
            else:
                objects.append({"Key": key, "Size": 1})
        yield {"Contents": objects, "CommonPrefixes": [{"Prefix": one} for one in folders]}


KEYS = [
    *(
        f"{TRAIL}/2026/{month:02d}/{day:02d}/{ACCOUNT}_CloudTrail_x.json.gz"
        for month in (10, 11)
        for day in (1, 2, 15, 30)
    ),
    f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/eu-central-1/2026/11/02/x.json.gz",
    "access/2026-11-02-10-15-00-0123456789ABCDEF",
    "access/2026-09-02-10-15-00-0123456789ABCDEF",
    "other.txt",
]


def test_objects_by_date():
    client = Objects(*KEYS)
    found = [one.key for one in parts("s3://trail/", client=client, since=FIRST + DAY, until=FIRST + 2 * DAY)]
    # A day on both sides, for logs come late.
    days = {key.split("/")[-2] for key in found if "_CloudTrail_" in key and "/11/" in key}
    assert days == {"01", "02"}
    assert "access/2026-11-02-10-15-00-0123456789ABCDEF" in found and "other.txt" in found
    assert not any("/10/01/" in key or "Digest" in key or "2026-09" in key for key in found)
    assert not any("/2026/10/15/" in prefix or "Digest" in prefix for prefix in client.listed)


def test_all_objects_without_dates():
    client = Objects(*KEYS)
    assert len(parts("s3://trail/AWSLogs/", client=client)) == 8
    assert client.listed == ["AWSLogs/"]


def count(found):
    tally = Tally()
    parallel.read_all(found, Distinctions({BUCKET: []}, {}), tally, lambda: None)
    tally.finish()
    return tally


@pytest.mark.parametrize("cores", [1, 2, 3])
def test_processes_count_what_one_does(tmp_path, monkeypatch, cores):
    monkeypatch.setattr(parallel, "usable_cores", lambda: cores)
    for number in range(80):
        write(tmp_path / f"{number}.json.gz", *range(number * 10, number * 10 + 12))
    (tmp_path / "bad.json.gz").write_bytes(b"\x1f\x8b broken")
    found = count(parts(tmp_path))
    assert (found.files, found.records, found.counted, found.duplicates) == (81, 960, 802, 158)
    assert found.malformed == 1 and "bad.json.gz" in found.named[0]


def test_a_process_that_dies_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "usable_cores", lambda: 2)
    monkeypatch.setattr(parallel, "_PARTS_PER_BATCH", 4)
    here = os.getpid()
    for number in range(64):
        write(tmp_path / f"{number:02d}.json.gz", number)
    opened = parallel.open_part

    def dying(part, client):
        if part.key.endswith("/40.json.gz") and os.getpid() != here:
            os._exit(1)
        return opened(part, client)

    monkeypatch.setattr(parallel, "open_part", dying)
    found = count(parts(tmp_path))
    assert (found.counted, found.duplicates) == (64, 0)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    found = count([evidence.Part("gone", "auto", "", str(tmp_path / "gone"))])
    assert found.malformed == 1 and "gone" in found.named[0]


def test_relative_paths_begin_in_a_directory():
    paths = ["a", "logs/**/*.gz", "/abs/a", "~/a", "s3://a/b"]
    given = [(path, "auto") for path in paths]
    assert evidence.in_directory(given, None) == given
    found = [path for path, _form in evidence.in_directory(given, "/started/here")]
    assert found == ["/started/here/a", "/started/here/logs/**/*.gz", *paths[2:]]
