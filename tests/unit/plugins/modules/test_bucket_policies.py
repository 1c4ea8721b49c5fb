# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run over many buckets returns: order, forms, sums, and where it stops."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.pace import Pace
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.s3_errors import BucketError, Kind
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet import module as fleet_module
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet import progress
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.discover import Found
from ansible_collections.perimeter.s3.plugins.modules import bucket_policies
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.bucket.bucket_fake import (
    Buckets,
    FakePlaces,
    client_error,
    document,
    statement,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.modules.test_bucket_policy import RESULT, FakeModule, Left

COMPACT = {"bucket", "changed", "failed", "actions"}
FULL = RESULT | {"bucket", "failed"}
SKIPPED = {"bucket", "changed", "failed", "actions", "skipped"}
FAILED = {"bucket", "changed", "failed", "actions", "msg", "guard"}
SUMMARY = {"converged", "changed", "failed", "skipped", "calls", "seconds"}


class Module(FakeModule):
    region = "eu-central-1"

    def __init__(self, **options: object) -> None:
        defaults = {"discover": None, "buckets": None, "concurrency": 1, "max_failures": None, "full_results": False}
        super().__init__(**{**defaults, **options})


@pytest.fixture
def run(monkeypatch):
    def run(client: Buckets, names: list[str] | None = None, **options: object):
        module = Module(**{"buckets": [{"bucket": name} for name in names or []], **options})
        guard_context = type("GuardContext", (), {"check": module.check_mode, "warnings": []})
        monkeypatch.setattr(fleet_module, "RegionalClients", lambda *_rest: FakePlaces(client))
        monkeypatch.setattr(fleet_module, "GuardContext", lambda *_rest: guard_context)
        monkeypatch.setattr(fleet_module, "warn_user", module.warnings.extend)
        monkeypatch.setattr(
            "ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket.module.pace_of",
            lambda _client, _options: Pace(settle=0, wait_timeout=0, spread=lambda low, high: 0),
        )
        monkeypatch.setattr(
            "ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket.guards.bucket_guards",
            lambda *_rest: {},
        )
        monkeypatch.setattr(bucket_policies, "create_module", lambda options, **rules: module)
        with pytest.raises(Left) as caught:
            bucket_policies.main()
        assert set(caught.value.result["summary"]) == SUMMARY
        return caught.value, module

    return run


def ours(name: str) -> dict:
    return {"Version": "2012-10-17", "Statement": [statement("Ours", Resource=f"arn:aws:s3:::{name}/*")]}


OPTIONS = {"statements": [statement("Ours", Resource="arn:aws:s3:::{bucket}/*")]}
NAMES = [f"bucket-{number:02}" for number in range(30)]


@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize("check_mode", [False, True])
def test_results_are_in_the_order_of_the_input(run, concurrency, check_mode):
    client = Buckets({name: ours(name) if name.endswith("1") else document("Theirs") for name in NAMES})
    names = list(reversed(NAMES))
    left, _module = run(client, names, check_mode=check_mode, concurrency=concurrency, **OPTIONS)
    assert not left.failed
    assert [one["bucket"] for one in left.result["results"]] == names
    for one in left.result["results"]:
        assert set(one) == (FULL if one["changed"] else COMPACT)
        assert one["changed"] is not one["bucket"].endswith("1")
        assert one["failed"] is False
    assert left.result["actions"] == ["s3:PutBucketPolicy"] * 27
    summary = left.result["summary"]
    assert [summary[key] for key in ("converged", "changed", "failed", "skipped")] == [30, 27, 0, 0]
    assert left.result["changed"] is True


def test_in_full(run):
    left, _module = run(Buckets({"logs": ours("logs")}), ["logs"], full_results=True, **OPTIONS)
    assert [set(one) for one in left.result["results"]] == [FULL]
    assert left.result["results"][0]["policy"] == ours("logs")


def test_differences_of_what_changes(run):
    client = Buckets({"a-logs": ours("a-logs"), "b-logs": None, "c-logs": document("Theirs")})
    left, _module = run(client, ["c-logs", "b-logs", "a-logs"], diff=True, **OPTIONS)
    assert [one["before_header"] for one in left.result["diff"]] == [
        "policy of bucket c-logs",
        "policy of bucket b-logs",
    ]


def test_others_are_done_when_some_fail(run):
    client = Buckets(dict.fromkeys(NAMES[:4]), {NAMES[1]: client_error("Odd", "odd")})
    left, _module = run(client, [*NAMES[:4], "logs-typo"], **OPTIONS)
    assert left.failed
    assert left.result["msg"].startswith("2 of 5 buckets failed. Cannot read the policy of bucket bucket-01: Odd: odd.")
    assert "bucket logs-typo: there is no bucket of that name" in left.result["msg"]
    assert [set(one) for one in left.result["results"]] == [FULL, FAILED, FULL, FULL, FAILED]
    assert [one["changed"] for one in left.result["results"]] == [True, False, True, True, False]
    summary = left.result["summary"]
    assert [summary[key] for key in ("converged", "changed", "failed", "skipped")] == [3, 3, 2, 0]
    assert left.result["actions"] == ["s3:PutBucketPolicy"] * 3


def test_progress_is_told_bucket_by_bucket(run, monkeypatch, tmp_path):
    told = tmp_path / "progress"
    told.touch()
    monkeypatch.setenv(progress.VARIABLE, str(told))
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0)
    client = Buckets({"a-logs": None, "b-logs": ours("b-logs"), "d-logs": None}, {"c-logs": client_error("Odd")})
    run(client, ["a-logs", "b-logs", "c-logs", "d-logs"], **OPTIONS)
    found = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()]
    assert found == [
        {"done": done, "changed": changed, "failed": failed, "total": 4}
        for done, changed, failed in [(1, 1, 0), (2, 1, 0), (3, 1, 1), (4, 2, 1)]
    ]


# name, what reads raise, limit, number of buckets looked at, words
STOPS = [
    ("no limit", client_error("Odd"), None, 30, "30 of 30 buckets failed"),
    ("first failure", client_error("Odd"), 1, 1, "29 buckets were skipped, because max_failures is 1."),
    ("third failure", client_error("Odd"), 3, 3, "27 buckets were skipped, because max_failures is 3."),
    ("not reached", client_error("Odd"), 31, 30, "30 of 30 buckets failed"),
    ("credentials", client_error("ExpiredToken"), None, 1, "skipped, because the credentials are the same for all."),
    ("a bug", KeyError("why"), None, 1, "Bucket bucket-00: unexpected KeyError: 'why'"),
]


@pytest.mark.parametrize("error, limit, looked_at, words", [one[1:] for one in STOPS], ids=[one[0] for one in STOPS])
def test_where_it_stops(run, error, limit, looked_at, words):
    client = Buckets({}, dict.fromkeys(NAMES, error))
    left, _module = run(client, NAMES, max_failures=limit, **OPTIONS)
    assert left.failed
    assert client.read == NAMES[:looked_at]
    assert words in left.result["msg"]
    results = left.result["results"]
    assert [one["bucket"] for one in results] == NAMES
    assert [one["failed"] for one in results] == [True] * looked_at + [False] * (30 - looked_at)
    assert [set(one) for one in results[looked_at:]] == [SKIPPED] * (30 - looked_at)
    summary = left.result["summary"]
    assert (summary["failed"], summary["skipped"]) == (looked_at, 30 - looked_at)
    assert ("exception" in left.result) == isinstance(error, KeyError)


# options, words
REFUSED = [
    ({"buckets": [{"bucket": "logs"}, {"bucket": "logs"}]}, "named more than once: logs."),
    ({"buckets": [{"bucket": "logs"}], "statements": None}, "Nothing says what the policy shall be."),
    ({"buckets": [{"bucket": "logs"}], "concurrency": 0}, "concurrency: has to be from 1 to 256."),
    ({"buckets": [{"bucket": "logs"}], "concurrency": 257}, "concurrency: has to be from 1 to 256."),
    ({"buckets": [{"bucket": "logs"}], "max_failures": 0}, "max_failures: has to be 1 or more."),
    ({"buckets": [{"bucket": "logs"}, {"bucket": "x"}]}, "'x' is not the name of a bucket."),
]


@pytest.mark.parametrize("options, words", REFUSED)
def test_bad_options_stop_before_the_first_call(run, options, words):
    client = Buckets({"logs": None})
    left, _module = run(client, **{**OPTIONS, **options})
    assert left.failed
    assert words in left.result["msg"]
    assert (left.result["results"], left.result["actions"], left.result["changed"]) == ([], [], False)
    assert client.read == []


def test_no_region(run, monkeypatch):
    monkeypatch.setattr(Module, "region", None)
    left, _module = run(Buckets({}), ["logs"], **OPTIONS)
    assert "region: is not known" in left.result["msg"]


def test_warnings_are_few_and_the_results_have_all(run):
    gone = statement("Gone", Principal={"AWS": "AROAEXAMPLEID12345678"})
    client = Buckets({name: {"Version": "2012-10-17", "Statement": [gone, *ours(name)["Statement"]]} for name in NAMES})
    left, module = run(client, NAMES, **OPTIONS)
    [warning] = module.warnings
    assert warning.endswith("So too bucket-01, bucket-02, bucket-03, bucket-04, bucket-05 and 24 more.")
    assert [len(one["warnings"]) for one in left.result["results"]] == [1] * 30
    assert {*left.result["results"][0]} == COMPACT | {"warnings"}
    # Not of a kind.
    unlike = {
        name: {"Version": "2012-10-17", "Statement": [{**gone, "Sid": f"Gone{number}"}, *ours(name)["Statement"]]}
        for number, name in enumerate(NAMES)
    }
    _left, module = run(Buckets(unlike), NAMES, **OPTIONS)
    assert len(module.warnings) == 3
    assert module.warnings[-1] == "28 more kinds of warnings are in the results of their buckets."


def test_discovered_buckets(run, monkeypatch):
    error = BucketError(Kind.DENIED, "b-logs", "GetBucketTagging", "why")
    found = [Found("a-logs", "eu-west-1"), Found("b-logs", "eu-west-1", error)]
    monkeypatch.setattr(fleet_module, "discover", lambda *_rest: found)
    left, _module = run(Buckets({"a-logs": None}), buckets=None, discover={}, **OPTIONS)
    assert left.result["msg"] == "1 of 2 buckets failed. Cannot read the tags of bucket b-logs: why."
    assert [one["changed"] for one in left.result["results"]] == [True, False]


def test_none_discovered(run, monkeypatch):
    monkeypatch.setattr(fleet_module, "discover", lambda *_rest: [])
    left, module = run(Buckets({}), buckets=None, discover={}, **OPTIONS)
    assert not left.failed
    assert left.result["results"] == []
    assert module.warnings == ["discover describes no bucket of this account, so nothing was done."]
