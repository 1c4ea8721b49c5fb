# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run that reads many policies returns, and what becomes of those that cannot be read."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.s3_errors import BucketError, Kind
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet import info as buckets_info
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.discover import Found
from ansible_collections.perimeter.s3.plugins.modules import bucket_policy_info
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.bucket.bucket_fake import (
    OWNER,
    Buckets,
    FakePlaces,
    client_error,
    document,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.modules.test_bucket_policy import FakeModule, Left


@pytest.fixture
def run(monkeypatch):
    def run(client: Buckets, **options: object):
        defaults = {"buckets": None, "discover": None, "concurrency": 4, "expected_bucket_owner": OWNER}
        module = FakeModule(**{**defaults, **options})
        module.region = "eu-central-1"
        monkeypatch.setattr(buckets_info, "RegionalClients", lambda *_rest: FakePlaces(client))
        monkeypatch.setattr(buckets_info, "warn_user", module.warnings.extend)
        monkeypatch.setattr(bucket_policy_info, "create_module", lambda options, **rules: module)
        with pytest.raises(Left) as caught:
            bucket_policy_info.main()
        return caught.value, module

    return run


def test_policies_are_in_the_order_of_the_input(run):
    names = [f"bucket-{number}" for number in range(20)]
    left, _module = run(Buckets({name: document(name) for name in names}), buckets=names[::-1])
    assert not left.failed
    assert [(one["bucket"], one["statements"]) for one in left.result["policies"]] == [
        (name, [name]) for name in names[::-1]
    ]


def test_every_bucket_that_could_not_be_read_is_named(run):
    client = Buckets({"two": document("Theirs")}, {"three-odd": client_error("Odd", "odd")})
    left, _module = run(client, buckets=["one-typo", "two", "three-odd"])
    assert left.failed
    assert "2 of 3 buckets failed" in left.result["msg"]
    assert "bucket one-typo: there is no bucket" in left.result["msg"]
    assert "bucket three-odd: Odd" in left.result["msg"]
    assert [one["bucket"] for one in left.result["policies"]] == ["two"]
    assert left.result["policies"][0]["statements"] == ["Theirs"]


def test_discovered_buckets(run, monkeypatch):
    odd = BucketError(Kind.DENIED, "odd", "GetBucketTagging", "why")
    found = [Found("logs", "eu-central-1"), Found("odd", "eu-central-1", odd)]
    monkeypatch.setattr(buckets_info, "discover", lambda *_rest: found)
    left, _module = run(Buckets({"logs": None}), discover={})
    assert left.result["msg"] == "1 of 2 buckets failed. Cannot read the tags of bucket odd: why."
    assert left.result["policies"] == [
        {"bucket": "logs", "region": None, "policy": None, "statements": [], "deleted_principals": {}},
    ]


def test_none_discovered(run, monkeypatch):
    monkeypatch.setattr(buckets_info, "discover", lambda *_rest: [])
    left, module = run(Buckets({}), discover={"name": "typo-*"})
    assert (left.failed, left.result["policies"]) == (False, [])
    assert module.warnings == ["discover describes no bucket of this account, so nothing was done."]


def test_a_bad_name_stops_before_the_first_call(run):
    client = Buckets({"logs": None})
    left, _module = run(client, buckets=["logs", "arn:aws:s3:::logs"])
    assert "is an ARN" in left.result["msg"]
    assert client.read == []
