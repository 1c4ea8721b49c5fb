# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which buckets of an account a description means, and what is asked of AWS to know it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.discover import discover
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.bucket.bucket_fake import (
    OWNER,
    FakePlaces,
    client_error,
)

HOME = "eu-central-1"
#: Name -> region, tags; ``None``: no tags at all.
BUCKETS = {
    "app-data": (HOME, {"stage": "prod"}),
    "app-logs": (HOME, {"stage": "prod", "kind": "logs"}),
    "app-logs-2": (HOME, {"stage": "test", "kind": "logs"}),
    "data": (HOME, None),
    "far-logs": ("us-west-2", {"stage": "prod"}),
}


class Account:
    """Its buckets, a page for each; it knows the filters unless it is ``old``."""

    def __init__(self, old: bool = False, broken: dict | None = None) -> None:
        members = {"MaxBuckets"} if old else {"MaxBuckets", "Prefix", "BucketRegion"}
        shape = SimpleNamespace(input_shape=SimpleNamespace(members=members))
        model = SimpleNamespace(operation_model=lambda _name: shape)
        self.meta = SimpleNamespace(service_model=model, config=SimpleNamespace(retries=None))
        self.broken = broken or {}
        self.asked: list[tuple] = []
        self.regions: list[str | None] = []

    def client(self, service: str, region: str | None = None):
        self.regions.append(region)
        return self

    def list_buckets(self, MaxBuckets: int, Prefix="", BucketRegion=None, ContinuationToken=None) -> dict:  # noqa: N803
        if ContinuationToken is None:
            self.asked.append((Prefix, BucketRegion))
        names = [
            name
            for name, (region, _tags) in BUCKETS.items()
            if name.startswith(Prefix) and BucketRegion in (None, region)
        ]
        page = int(ContinuationToken or 0)
        answer = {"Buckets": [{"Name": name, "BucketRegion": BUCKETS[name][0]} for name in names[page : page + 1]]}
        return {**answer, "ContinuationToken": str(page + 1)} if page + 1 < len(names) else answer

    def get_bucket_tagging(self, Bucket: str, ExpectedBucketOwner: str) -> dict:  # noqa: N803
        self.asked.append((Bucket, ExpectedBucketOwner))
        if Bucket in self.broken:
            raise self.broken[Bucket]
        tags = BUCKETS[Bucket][1]
        if tags is None:
            raise client_error("NoSuchTagSet", status=404)
        return {"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}


def found_by(account: Account, wanted: dict) -> list:
    return discover(wanted, account, FakePlaces(account), OWNER, 4)


LOGS = ["app-logs", "app-logs-2"]
# description, names found, prefix and region that AWS is asked for
DESCRIPTIONS = [
    ({}, ["app-data", *LOGS, "data"], ("", HOME)),
    ({"prefix": "app-"}, ["app-data", *LOGS], ("app-", HOME)),
    ({"name": "app-l*"}, LOGS, ("app-l", HOME)),
    ({"name": "*-logs"}, ["app-logs"], ("", HOME)),
    ({"name": "app-logs?[12]"}, ["app-logs-2"], ("app-logs", HOME)),
    ({"name": "app-logs"}, ["app-logs"], ("app-logs", HOME)),
    ({"name": "APP-*"}, [], ("APP-", HOME)),
    ({"name": "*-2", "prefix": "app"}, ["app-logs-2"], ("app", HOME)),
    ({"name": "data*", "prefix": "app"}, [], ("data", HOME)),
    ({"region": "us-west-2"}, ["far-logs"], ("", "us-west-2")),
    ({"region": "all", "name": "*logs"}, ["app-logs", "far-logs"], ("", None)),
]


@pytest.mark.parametrize("wanted, names, asked", DESCRIPTIONS)
def test_by_name_and_region(wanted, names, asked):
    account = Account()
    found = found_by(account, wanted)
    assert [one.bucket for one in found] == names
    assert [one.region for one in found] == [BUCKETS[name][0] for name in names]
    assert account.asked == [asked]
    # A filter by region has to be sent to that region.
    assert account.regions == [asked[1] if asked[1] not in (None, HOME) else None]


# description, names found, names whose tags are read
TAGGED = [
    ({"tags": {"stage": "prod"}}, ["app-data", "app-logs"], ["app-data", *LOGS, "data"]),
    ({"tags": {"stage": "prod", "kind": "logs"}}, ["app-logs"], ["app-data", *LOGS, "data"]),
    ({"tags": {"stage": "prod"}, "name": "*logs*"}, ["app-logs"], LOGS),
    ({"tags": {"Stage": "prod"}}, [], ["app-data", *LOGS, "data"]),
    ({"tags": {}}, ["app-data", *LOGS, "data"], []),
]


@pytest.mark.parametrize("wanted, names, read", TAGGED)
def test_by_tags(wanted, names, read):
    account = Account()
    assert [one.bucket for one in found_by(account, wanted)] == names
    assert sorted(account.asked[1:]) == [(name, OWNER) for name in read]


def test_tags_that_cannot_be_read_are_nobodys_guess():
    broken = {"app-data": client_error("NoSuchBucket", status=404), "app-logs-2": client_error("Odd", "odd")}
    found = found_by(Account(broken=broken), {"tags": {"stage": "prod"}})
    assert [(one.bucket, str(one.error)) for one in found] == [
        ("app-logs", "None"),
        ("app-logs-2", "Cannot read the tags of bucket app-logs-2: Odd: odd."),
    ]


def test_who_may_not_read_tags_is_told_what_to_allow():
    said = (
        "User: arn:aws:iam::1:user/me is not authorized to perform: s3:GetBucketTagging on resource: "
        '"arn:aws:s3:::data" because no identity-based policy allows it'
    )
    broken = {"data": client_error("AccessDenied", said, status=403)}
    (found,) = found_by(Account(broken=broken), {"tags": {"stage": "prod"}, "name": "data"})
    assert str(found.error) == (
        "Cannot read the tags of bucket data: arn:aws:iam::1:user/me has no permission for s3:GetBucketTagging on "
        "arn:aws:s3:::data because no identity-based policy allows it. Allow s3:GetBucketTagging for that identity."
    )


def test_a_botocore_without_the_filters():
    account = Account(old=True)
    with pytest.raises(PolicyError, match=r"discover: needs botocore 1\.35\.42 or later"):
        found_by(account, {})
    assert account.asked == []
