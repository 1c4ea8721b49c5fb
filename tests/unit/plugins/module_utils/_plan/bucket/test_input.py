# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that are refused before anything is asked of AWS, and what the message says."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.input import declare
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.names import check_bucket
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

READ = {
    "Sid": "Read",
    "Effect": "Allow",
    "Principal": {"AWS": "111122223333"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::logs/*",
}
POLICY = {"Version": "2012-10-17", "Statement": [READ]}


def without(element: str) -> dict:
    return {name: value for name, value in READ.items() if name != element}


# options besides bucket, words of the message
REFUSED = [
    ({}, "Nothing says what the policy shall be"),
    ({"sids": ["Read"]}, "Nothing says what the policy shall be"),
    ({"policy": POLICY, "statements": [READ]}, "exclude each other"),
    ({"policy": POLICY, "sids": ["Read"], "state": "absent"}, "exclude each other"),
    ({"policy": POLICY, "purge_statements": True}, "Purging goes with state=present and statements only"),
    ({"statements": [READ], "purge_statements": True, "state": "absent"}, "Purging goes with"),
    ({"statements": [], "purge_statements": True}, "would remove the whole policy"),
    ({"statements": [], "state": "absent"}, "names nothing to remove"),
    ({"statements": [without("Sid")], "state": "absent"}, "statements[0]: The statement has no Sid"),
    ({"statements": ["Read"]}, "statements[0]: A statement is a mapping"),
    ({"statements": [READ], "expected_bucket_owner": "1111"}, "'1111' is not an account"),
    ({"policy": "{"}, "not valid JSON"),
    ({"policy": "[]"}, "is a JSON object, not a list"),
    ({"policy": '{"Statement": [], "Statement": []}'}, "more than once"),
    ({"policy": {"Version": "2012-10-17", "Statement": []}}, "list of statements is empty"),
    ({"policy": {**POLICY, "Version": "2015-01-01"}}, "not a policy version"),
    ({"policy": {**POLICY, "Statement": [without("Principal")]}}, "Statement[0]: Missing required field Principal"),
    ({"statements": [READ, without("Principal") | {"Sid": "B"}]}, "statements[1]: Missing required field Principal"),
    ({"statements": [READ | {"Condtion": {}}]}, "Did you mean 'Condition'?"),
    ({"statements": [READ, READ]}, "statements[1].Sid: The Sid 'Read'"),
    ({"statements": [READ | {"Resource": "arn:aws:s3:::other/*"}]}, "arn:aws:s3:::other/*"),
    ({"statements": [READ | {"Resource": "arn:aws:s3:::logs"}]}, "s3:GetObject"),
    ({"statements": [READ], "arriving_through": "the office"}, "arriving_through: "),
    ({"policy": {**POLICY, "Statement": [without("Principal")]}}, "policy for bucket logs"),
    ({"statements": [without("Principal")]}, "statements for bucket logs"),
    ({"statements": [READ], "restore": True}, "restore: Only a whole policy can have been in force"),
]


@pytest.mark.parametrize("options, words", REFUSED)
def test_refused(options, words):
    with pytest.raises(PolicyError) as caught:
        declare({"bucket": "logs", **options}, "aws")
    assert words in str(caught.value)
    assert "bucket logs" in str(caught.value)


def test_declare():
    given = {"bucket": "logs", "statements": [READ], "purge_statements": True, "drop_deleted_principals": True}
    found = declare({**given, "sids": ["Old"]}, "aws")
    assert (found.bucket, found.state, found.policy, found.statements) == ("logs", "present", None, (READ,))
    assert (found.sids, found.purge_statements, found.drop_deleted_principals) == (("Old",), True, True)
    found = declare({"bucket": "logs", "policy": POLICY}, "aws")
    assert (found.policy, found.statements, found.sids, found.restore) == (POLICY, None, (), False)
    assert not found.purge_statements
    assert not found.drop_deleted_principals


@pytest.mark.parametrize("other", ["statements", "sids"])
def test_what_a_whole_policy_excludes_is_named(other):
    with pytest.raises(PolicyError, match=f"{other} owns single statements"):
        declare({"bucket": "logs", "policy": POLICY, other: [READ] if other == "statements" else ["Read"]}, "aws")


# name, words of the message
NOT_BUCKETS = [
    ("lo", "not the name of a bucket"),
    ("my bucket", "not the name of a bucket"),
    ("logs/prefix", "not the name of a bucket"),
    ("x" * 256, "not the name of a bucket"),
    ("arn:aws:s3:::logs", "is an ARN"),
    ("logs--use1-az4--x-s3", "a directory bucket"),
    ("logs--use1-az4--xa-s3", "an access point of a directory bucket"),
    ("logs--table-s3", "a table bucket"),
    ("logs-abcdef-s3alias", "the alias of an access point"),
    ("logs-abcdef--ol-s3", "Object Lambda"),
    ("m1234567890.mrap", "Multi-Region Access Point"),
]


@pytest.mark.parametrize("bucket, words", NOT_BUCKETS)
def test_names_that_are_not_buckets(bucket, words):
    for check in (lambda: declare({"bucket": bucket, "state": "absent"}, "aws"), lambda: check_bucket(bucket, None)):
        with pytest.raises(PolicyError) as caught:
            check()
        assert words in str(caught.value)
        assert {one.path for one in caught.value.problems} == {"bucket"}


@pytest.mark.parametrize("bucket", ["logs", "my.dotted.logs", "My_Legacy_Bucket", "x" * 255, "_odd_", "123"])
def test_names_of_buckets(bucket):
    assert declare({"bucket": bucket, "state": "absent"}, "aws").bucket == bucket
    check_bucket(bucket, "111122223333")


def test_the_owner_of_a_bucket_that_is_only_read_is_an_account():
    with pytest.raises(PolicyError, match="options of bucket logs: expected_bucket_owner: '1111' is not an account"):
        check_bucket("logs", "1111")


def test_json_text_and_mapping_are_the_same():
    assert declare({"bucket": "logs", "policy": json.dumps(POLICY)}, "aws") == declare(
        {"bucket": "logs", "policy": POLICY, "statements": None, "sids": None, "state": "present"}, "aws"
    )


def test_every_problem_is_named():
    with pytest.raises(PolicyError) as caught:
        declare({"bucket": "x", "expected_bucket_owner": "1", "purge_statements": True}, "aws")
    assert {problem.path for problem in caught.value.problems} == {
        "bucket",
        "expected_bucket_owner",
        "",
        "purge_statements",
    }


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"])
def test_partitions(partition):
    there = READ | {"Resource": f"arn:{partition}:s3:::logs/*"}
    assert declare({"bucket": "logs", "statements": [there]}, partition).statements == (there,)
    with pytest.raises(PolicyError):
        declare({"bucket": "logs", "statements": [there]}, "aws" if partition != "aws" else "aws-cn")


def test_what_aws_takes_but_is_hardly_meant_is_a_warning():
    declaration = declare(
        {"bucket": "logs", "statements": [READ | {"Action": ["s3:GetObject", "s3:GetObjcet"]}]}, "aws"
    )
    assert len(declaration.warnings) == 1
    assert "Bucket logs: statements[0]" in declaration.warnings[0]
    assert "GetObjcet" in declaration.warnings[0]


@pytest.mark.parametrize(
    "options",
    [
        {"sids": ["Old"]},
        {"statements": [{"Sid": "Old"}]},
        {"statements": [], "sids": ["Old"]},
        {"policy": POLICY},
        {"restore": True},
        {},
    ],
)
def test_what_goes_need_not_be_valid(options):
    declaration = declare({"bucket": "logs", "state": "absent", **options}, "aws")
    assert declaration.owns_document is not bool({"sids", "statements"} & options.keys())


@pytest.mark.parametrize(
    "options, path",
    [
        ({"policy": POLICY, "statements": [READ]}, "policy"),
        ({"statements": [], "state": "absent"}, "statements"),
        ({"statements": [], "purge_statements": True}, "statements"),
        ({"policy": POLICY, "purge_statements": True}, "purge_statements"),
        ({"statements": [READ], "restore": True}, "restore"),
        ({"statements": [READ | {"Sid": "B"}, READ, READ]}, "statements[2].Sid"),
    ],
)
def test_where_a_problem_is(options, path):
    with pytest.raises(PolicyError) as caught:
        declare({"bucket": "logs", **options}, "aws")
    assert [one.path for one in caught.value.problems] == [path]
