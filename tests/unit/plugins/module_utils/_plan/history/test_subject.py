# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a record is about: bucket, access point, owner, and what a copy reads."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import subject

POINT = "arn:aws:s3:eu-central-1:111122223333:accesspoint/reports"
BUCKET = {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::logs", "accountId": "111122223333"}
OBJECT = {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::logs/a/b"}

# As records have them, as texts
PARAMETERS = [
    ({"a": "1"}, {"a": "1"}),
    ({"a": ["1", "2"], "b": []}, {"a": "1", "b": ""}),
    ({"a": 7, "b": 1.5, "c": True}, {"a": "7", "b": "1.5", "c": "True"}),
    ({"a": None, "b": "x"}, {"b": "x"}),
    ({"a": {"b": 1}, "c": "x"}, {"a": "", "c": "x"}),
    (None, {}),
    ("text", {}),
    ({}, {}),
]


@pytest.mark.parametrize("given, texts", PARAMETERS)
def test_parameters_are_texts(given, texts):
    assert subject.plain_parameters(given) == texts


NAMES = [
    ("logs", False),
    (POINT, True),
    ("reports-abc-s3alias", True),
    ("x--ol-s3", True),
    ("x--op-s3", True),
    ("x.mrap", True),
    ("s3alias", False),
    ("mrap", False),
]


@pytest.mark.parametrize("name, point", NAMES)
def test_access_points(name, point):
    assert subject.is_access_point(name) is point


# Resources, the bucket; the owner and the access point
RESOURCES = [
    ([OBJECT, BUCKET], "logs", ("111122223333", "")),
    ([OBJECT], "logs", ("", "")),
    ([{"type": "AWS::S3::Object", "ARNPrefix": "arn:aws:s3:::logs/a"}], "logs", ("", "")),
    ([{"type": "AWS::S3::Bucket"}, OBJECT], "logs", ("", "")),
    ([{"type": "AWS::S3::AccessPoint", "ARN": POINT}, BUCKET], "logs", ("111122223333", POINT)),
    ([{"type": "AWS::S3::Access Point", "ARN": POINT}], "", ("", POINT)),
    ([{"type": "AWS::S3::AccessPoint"}], "", ("", "")),
    ([{"ARN": "arn:aws:s3:::logs"}], "", ("", "")),
    (["text", None, 7], "", ("", "")),
    (None, "", ("", "")),
    ("text", "", ("", "")),
]


@pytest.mark.parametrize("given, bucket, owner_and_point", RESOURCES)
def test_resources(given, bucket, owner_and_point):
    assert subject.bucket_of_resources(given) == bucket
    assert subject.owner_and_point(given) == owner_and_point


# The header, what is read
HEADERS = [
    ("other/a/b", subject.Copied("other", "a/b")),
    ("/other/a%2Fb%20c", subject.Copied("other", "a/b c")),
    ("other/a?versionId=3", subject.Copied("other", "a", True)),
    ("other/a?x=3", subject.Copied("other", "a", False)),
    (f"{POINT}/object/a/b", subject.Copied("", "a/b", False, POINT)),
    (f"{POINT}/object/a?versionId=3", subject.Copied("", "a", True, POINT)),
    ("reports-abc-s3alias/a", subject.Copied("", "a", False, "reports-abc-s3alias")),
    ("other", subject.UNTOLD),
    ("other/", subject.UNTOLD),
    ("/", subject.UNTOLD),
]


@pytest.mark.parametrize("header, copied", HEADERS)
def test_what_a_copy_reads(header, copied):
    assert subject.copied_by({"x-amz-copy-source": header, "key": "t"}, [OBJECT], "logs") == copied


def test_what_a_copy_reads_may_be_among_its_resources():
    source = {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::other/x/y"}
    assert subject.copied_by({"key": "a/b"}, [OBJECT, source], "logs") == subject.Copied("other", "x/y")
    assert subject.copied_by({"key": "a/b"}, [OBJECT], "logs") == subject.UNTOLD
    # The bucket of an object alone is none.
    assert subject.copied_by({"key": "t"}, [{**OBJECT, "ARN": "arn:aws:s3:::other"}], "logs") == subject.UNTOLD
    assert subject.copied_by({}, None, "logs") == subject.UNTOLD
