# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence in a bucket: what lies there, and what is in it."""

from __future__ import annotations

import io

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api import s3_objects
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import FakeModule, Refused


def ours(asked):
    """The requests without what botocore adds by itself."""
    added = ("EncodingType", "ChecksumMode")
    return [(name, {key: value for key, value in sent.items() if key not in added}) for name, sent in asked]


def listed(answers, *given):
    module = FakeModule({}, {"ListObjectsV2": answers})
    return list(s3_objects.list_level(module.client("s3"), "trail", *given)), ours(module.asked)


def test_one_level_page_by_page():
    def answer(asked):
        if "ContinuationToken" in asked:
            return {"Contents": [{"Key": "a/2"}], "IsTruncated": False}
        return {"CommonPrefixes": [{"Prefix": "a/b/"}], "IsTruncated": True, "NextContinuationToken": "t"}

    found, asked = listed(answer, "a/", "/")
    assert found == [([], ["a/b/"]), ([{"Key": "a/2"}], [])]
    first = {"Bucket": "trail", "Prefix": "a/", "Delimiter": "/"}
    assert asked == [("ListObjectsV2", first), ("ListObjectsV2", {**first, "ContinuationToken": "t"})]


def test_all_below_a_prefix():
    assert listed({}, "a/") == ([([], [])], [("ListObjectsV2", {"Bucket": "trail", "Prefix": "a/"})])


def test_who_may_not_list_is_told():
    with pytest.raises(CallError, match=r"^Cannot list s3://trail/a/: ") as caught:
        listed(Refused("AccessDenied"), "a/")
    assert (caught.value.call, caught.value.resource) == ("s3:ListBucket", "bucket trail")


class Body(io.BytesIO):
    """As botocore gives it; ``sizes`` has how much was asked for at once."""

    def __init__(self, data):
        super().__init__(data)
        self.sizes = []

    def read(self, size=-1):
        self.sizes.append(size)
        return super().read(size)


def test_an_object_comes_in_pieces():
    body = Body(bytes(600_000))
    module = FakeModule({}, {"GetObject": {"Body": body}})
    pieces = list(s3_objects.get_object(module.client("s3"), "trail", "a/1.gz"))
    # Of one of many gigabytes no more than a piece is in memory.
    assert [len(one) for one in pieces] == [262_144, 262_144, 75_712]
    assert set(body.sizes) == {262_144}
    assert body.closed
    assert ours(module.asked) == [("GetObject", {"Bucket": "trail", "Key": "a/1.gz"})]


def test_an_object_that_is_left_in_the_middle_is_closed():
    body = Body(bytes(600_000))
    pieces = s3_objects.get_object(FakeModule({}, {"GetObject": {"Body": body}}).client("s3"), "trail", "a")
    next(pieces)
    pieces.close()
    assert body.closed


def test_who_may_not_read_is_told():
    module = FakeModule({}, {"GetObject": Refused("AccessDenied")})
    with pytest.raises(CallError, match=r"^Cannot read s3://trail/a/1\.gz: ") as caught:
        list(s3_objects.get_object(module.client("s3"), "trail", "a/1.gz"))
    assert (caught.value.call, caught.value.resource) == ("s3:GetObject", "s3://trail/a/1.gz")
