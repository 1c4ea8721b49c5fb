# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of bucket_policy and bucket_policy_info: results, differences, and every call that they make."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from tests.functional.module_run import Result, run_module

BUCKET = "functional-logs"
READ = ["GetCallerIdentity", "GetBucketPolicy"]
PUT = [*READ, "PutBucketPolicy", "GetBucketPolicy"]
# The endpoint that a statement newly names is looked up before the write.
LOOKED_UP = [*READ, "DescribeVpcEndpoints", "PutBucketPolicy", "GetBucketPolicy"]
DELETE = [*READ, "DeleteBucketPolicy", "GetBucketPolicy"]

LOG_DELIVERY = {
    "Sid": "AWSLogDeliveryWrite",
    "Effect": "Allow",
    "Principal": {"Service": "delivery.logs.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/*",
}
TLS_ONLY = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def restricted(endpoint: str) -> dict:
    return {
        "Sid": "OnlyThroughEndpoint",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": endpoint}},
    }


def document(*statements: dict) -> dict:
    return {"Version": "2012-10-17", "Statement": list(statements)}


FOREIGN_ENDPOINT = {"allow_unknown_endpoints": True}
# Kind of ownership -> steps: name, options, document after it, calls of a run that writes, words of the difference
FOREIGN = document(LOG_DELIVERY)
CYCLES = {
    "statements": (
        FOREIGN,
        [
            (
                "create",
                {"statements": [TLS_ONLY, restricted("vpce-1a2b3c4d")], **FOREIGN_ENDPOINT},
                document(LOG_DELIVERY, TLS_ONLY, restricted("vpce-1a2b3c4d")),
                LOOKED_UP,
                {"added": ["TlsOnly", "OnlyThroughEndpoint"], "kept": ["AWSLogDeliveryWrite"]},
            ),
            (
                "modify",
                {"statements": [TLS_ONLY, restricted("vpce-5e6f7a8b")], **FOREIGN_ENDPOINT},
                document(LOG_DELIVERY, TLS_ONLY, restricted("vpce-5e6f7a8b")),
                LOOKED_UP,
                {"changed": ["OnlyThroughEndpoint"], "kept": ["AWSLogDeliveryWrite", "TlsOnly"]},
            ),
            (
                "delete",
                {"state": "absent", "sids": ["TlsOnly", "OnlyThroughEndpoint"]},
                FOREIGN,
                PUT,
                {"removed": ["TlsOnly", "OnlyThroughEndpoint"], "kept": ["AWSLogDeliveryWrite"]},
            ),
        ],
    ),
    "document": (
        None,
        [
            ("create", {"policy": document(TLS_ONLY)}, document(TLS_ONLY), PUT, {"added": ["TlsOnly"]}),
            (
                "modify",
                {"policy": json.dumps(document(restricted("vpce-1a2b3c4d"))), **FOREIGN_ENDPOINT},
                document(restricted("vpce-1a2b3c4d")),
                LOOKED_UP,
                {"added": ["OnlyThroughEndpoint"], "removed": ["TlsOnly"]},
            ),
            ("delete", {"state": "absent"}, None, DELETE, {"removed": ["OnlyThroughEndpoint"]}),
        ],
    ),
}


class Aws:
    ACCOUNT = "123456789012"

    def __init__(self, emulator) -> None:
        self.emulator = emulator
        self.s3 = emulator.client("s3")

    def bucket(self, name: str, policy: dict | None) -> None:
        self.s3.create_bucket(Bucket=name)
        if policy is not None:
            self.put_policy(name, policy)

    def put_policy(self, bucket: str, policy: dict) -> None:
        self.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    def policy(self, bucket: str) -> dict | None:
        try:
            return json.loads(self.s3.get_bucket_policy(Bucket=bucket)["Policy"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucketPolicy":
                return None
            raise

    def run(self, module: str, **options) -> Result:
        return run_module(self.emulator, module, **options)


@pytest.fixture
def aws(emulator):
    return Aws(emulator)


def without_second_look(calls):
    """A policy that was read a while before it is written, as on a slow machine, is read again."""
    write = next(number for number, call in enumerate(calls) if call.startswith(("Put", "Delete")))
    again = calls[write - 1] == "GetBucketPolicy" and "GetBucketPolicy" in calls[: write - 1]
    return calls[: write - 1] + calls[write:] if again else calls


@pytest.mark.parametrize("start, steps", CYCLES.values(), ids=CYCLES)
def test_create_modify_delete_each_twice_and_in_check_mode(aws, start, steps):
    aws.bucket(BUCKET, start)
    before = start
    for name, options, after, calls, statements in steps:
        wanted = {"added": [], "changed": [], "removed": [], "kept": [], **statements}
        write = next(f"s3:{call}" for call in calls if call.startswith(("Put", "Delete")))

        predicted = aws.run("bucket_policy", bucket=BUCKET, **options, check=True)
        reads = [*READ, *(call for call in calls if call.startswith("Describe"))]
        assert (predicted.calls, aws.policy(BUCKET)) == (reads, before), name
        done = aws.run("bucket_policy", bucket=BUCKET, **options)
        assert (without_second_look(done.calls), aws.policy(BUCKET)) == (calls, after), name
        for result in (predicted, done):
            assert result["changed"] is True
            assert result["actions"] == [write]
            assert (result["before"], result["policy"]) == (before, after)
            assert result["statements"] == wanted
            assert result["guard"]["checked"] == ["lockout", "ownership", "public", "endpoints", "region"]
            assert result["guard"]["refused"] == []
            assert [one["overridden_by"] for one in result["guard"]["overridden"]] == (
                ["allow_unknown_endpoints"] if calls is LOOKED_UP else []
            )
        assert {**predicted} == {**done}
        assert done["diff"]["before"] != done["diff"]["after"]
        for sid in (*wanted["added"], *wanted["changed"]):
            assert f'"Sid": "{sid}"' in done["diff"]["after"]
        for sid in wanted["removed"]:
            assert f'"Sid": "{sid}"' in done["diff"]["before"]
            assert f'"Sid": "{sid}"' not in done["diff"]["after"]

        for check in (True, False):
            again = aws.run("bucket_policy", bucket=BUCKET, **options, check=check)
            assert again.calls == READ, name
            assert again["changed"] is False
            assert again["actions"] == []
            assert again["before"] == again["policy"] == after
            assert again["diff"]["before"] == again["diff"]["after"]
            assert {**again}.keys() == {**done}.keys()
        before = after


def test_no_caller_is_asked_for_when_the_owner_is_named(aws):
    aws.bucket(BUCKET, FOREIGN)
    done = aws.run("bucket_policy", bucket=BUCKET, statements=[LOG_DELIVERY], expected_bucket_owner=aws.ACCOUNT)
    assert done.calls == ["GetBucketPolicy"]


def test_what_aws_stores_differently_is_not_drift(aws):
    aws.bucket(BUCKET, FOREIGN)
    owned = {**restricted("vpce-1a2b3c4d"), "Action": ["s3:GetObject"], "Principal": {"AWS": ["*"]}}
    aws.run("bucket_policy", bucket=BUCKET, statements=[owned], **FOREIGN_ENDPOINT)
    aws.put_policy(BUCKET, {**document(restricted("vpce-1a2b3c4d"), LOG_DELIVERY), "Version": "2008-10-17"})
    again = aws.run("bucket_policy", bucket=BUCKET, statements=[owned])
    assert (again["changed"], again.calls) == (False, READ)


def test_backup(aws, tmp_path):
    aws.bucket(BUCKET, FOREIGN)
    done = aws.run("bucket_policy", bucket=BUCKET, state="absent", backup=str(tmp_path / "kept"))
    (path,) = done["backup_files"]
    restored = aws.run("bucket_policy", bucket=BUCKET, policy=Path(path).read_text(encoding="utf-8"))
    assert aws.policy(BUCKET) == restored["policy"] == FOREIGN


def test_a_policy_that_was_in_force_is_restored_whatever_speaks_against_it(aws):
    aws.bucket(BUCKET, FOREIGN)
    twice = document(LOG_DELIVERY, {**LOG_DELIVERY, "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs2/*"})
    refused = aws.run("bucket_policy", bucket=BUCKET, policy=twice)
    assert "The Sid 'AWSLogDeliveryWrite' is that of Statement[0] already" in refused["msg"]
    restored = aws.run("bucket_policy", bucket=BUCKET, policy=twice, restore=True)
    assert (restored["changed"], aws.policy(BUCKET)) == (True, twice)


def test_a_shared_perimeter(aws):
    ours, theirs, stranger = "vpce-1a2b3c4d", "vpce-5e6f7a8b", "vpce-0bad0bad"

    def perimeter(*endpoints, **exceptions):
        options = {"manager_principals": ["arn:aws:iam::123456789012:user/automation"], **exceptions}
        return bucket_perimeter(BUCKET, endpoints=list(endpoints), **options)["Statement"]

    def peer(policy):
        return {"vpc_endpoint_id": theirs, "vpc_id": "vpc-5e6f7a8b", "state": "available", "policy_document": policy}

    found = document(LOG_DELIVERY, *perimeter(ours, theirs, stranger, excepted_accounts=["999988887777"]))
    aws.bucket(BUCKET, found)
    naming = peer(endpoint_policy([BUCKET]))
    given = {"bucket": BUCKET, "statements": perimeter(ours), **FOREIGN_ENDPOINT}
    for check in (True, False):
        refused = aws.run("bucket_policy", **given, peers=[naming], check=check)
        assert refused["guard"]["refused"][0]["guard"] == "ownership"
        assert "999988887777" in refused["msg"]
        assert (refused["actions"], aws.policy(BUCKET)) == ([], found)
    accepted = {"excepted_accounts": ["999988887777"]}
    kept = aws.run("bucket_policy", **given, peers=[naming, stranger], accepted_exceptions=accepted)
    assert (kept["changed"], kept["undeclared"]) == (False, [])
    taken = aws.run("bucket_policy", **given, peers=[naming], exclusive=True)
    assert taken["policy"] == document(LOG_DELIVERY, *perimeter(ours, theirs))
    assert taken["undeclared"] == [
        {"kind": "network", "value": stranger},
        {"kind": "account", "value": "999988887777"},
    ]
    # The endpoint is there still, but does not name the bucket any more.
    silent = aws.run("bucket_policy", **given, peers=[peer(None)])
    assert f"network {theirs}" in silent["msg"]
    left = aws.run("bucket_policy", **given, peers=[peer(None)], state="absent")
    assert left["policy"] == document(LOG_DELIVERY, *perimeter(theirs))


def test_info(aws):
    iam = aws.emulator.client("iam")
    role = iam.create_role(RoleName="gone", AssumeRolePolicyDocument="{}")["Role"]
    aws.bucket(BUCKET, document(LOG_DELIVERY, {**TLS_ONLY, "Principal": {"AWS": role["Arn"]}}))
    iam.delete_role(RoleName="gone")
    aws.bucket("functional-empty", None)
    found = aws.run("bucket_policy_info", buckets=["functional-empty", BUCKET])
    assert found.calls == [*READ, "GetBucketPolicy"]
    assert [one["bucket"] for one in found["policies"]] == ["functional-empty", BUCKET]
    assert found["policies"][0]["policy"] is None
    assert found["policies"][1]["statements"] == ["AWSLogDeliveryWrite", "TlsOnly"]
    assert found["policies"][1]["deleted_principals"] == {"TlsOnly": [role["RoleId"]]}
    assert found["changed"] is False


# name, options, words of the message, calls
ERRORS = [
    ("no such bucket", {"bucket": "functional-typo", "state": "absent"}, "no bucket of that name", READ),
    ("not JSON", {"bucket": BUCKET, "policy": "{"}, "not valid JSON", []),
    ("two kinds of ownership", {"bucket": BUCKET, "policy": "{}", "statements": []}, "exclude each other", []),
    ("unknown element", {"bucket": BUCKET, "statements": [{**TLS_ONLY, "Efect": "Deny"}]}, "Did you mean 'Effect'", []),
    (
        "another bucket's resource",
        {"bucket": BUCKET, "statements": [{**TLS_ONLY, "Resource": "arn:aws:s3:::other"}]},
        "arn:aws:s3:::other",
        [],
    ),
    ("directory bucket", {"bucket": "x--use1-az4--x-s3", "state": "absent"}, "a directory bucket", []),
    ("not an account", {"bucket": BUCKET, "state": "absent", "expected_bucket_owner": "me"}, "12 digits", []),
]


@pytest.mark.parametrize("options, words, calls", [case[1:] for case in ERRORS], ids=[case[0] for case in ERRORS])
def test_errors(aws, options, words, calls):
    aws.bucket(BUCKET, FOREIGN)
    failed = aws.run("bucket_policy", **options)
    assert failed["failed"] is True
    assert words in failed["msg"]
    assert options["bucket"] in failed["msg"]
    assert failed["actions"] == []
    assert failed.calls == calls
    assert aws.policy(BUCKET) == FOREIGN


LOCKS_OUT = {**restricted("vpce-1a2b3c4d"), "Action": "s3:*", "Resource": TLS_ONLY["Resource"]}
PUBLIC = {"Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
# name, statement, options, guard, words of the message, option that overrides
REFUSED = [
    ("a lock-out", LOCKS_OUT, FOREIGN_ENDPOINT, "lockout", "user/automation might not be able", "allow_lockout"),
    (
        "a lock-out for sure",
        LOCKS_OUT,
        {**FOREIGN_ENDPOINT, "arriving_through": "internet"},
        "lockout",
        "aws:SourceVpce is absent",
        "allow_lockout",
    ),
    (
        "a lock-out of somebody else",
        {**LOCKS_OUT, "Principal": {"AWS": "arn:aws:iam::123456789012:role/break-glass"}},
        {**FOREIGN_ENDPOINT, "protected_principals": ["arn:aws:iam::123456789012:role/break-glass"]},
        "lockout",
        "protected principal arn:aws:iam::123456789012:role/break-glass might not be able",
        "allow_lockout",
    ),
    (
        "public",
        {**PUBLIC, "Resource": TLS_ONLY["Resource"][1]},
        {},
        "public",
        "bucket functional-logs public",
        "allow_public",
    ),
    ("no such endpoint", restricted("vpce-1a2b3c4d"), {}, "endpoints", "does not exist", "allow_unknown_endpoints"),
]


@pytest.mark.parametrize(
    "statement, options, guard, words, override", [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_guards(aws, statement, options, guard, words, override):
    aws.bucket(BUCKET, FOREIGN)
    for check in (True, False):
        failed = aws.run("bucket_policy", bucket=BUCKET, statements=[statement], check=check, **options)
        assert failed["failed"] is True
        assert words in failed["msg"] and override in failed["msg"]
        assert failed["actions"] == failed.writes == []
        assert [(one["guard"], one["statement"]) for one in failed["guard"]["refused"]] == [(guard, statement["Sid"])]
        assert aws.policy(BUCKET) == FOREIGN
    predicted = aws.run(
        "bucket_policy", bucket=BUCKET, statements=[statement], check=True, **options, **{override: True}
    )
    assert override in [one["overridden_by"] for one in predicted["guard"]["overridden"]]
    assert predicted["actions"] == ["s3:PutBucketPolicy"]
