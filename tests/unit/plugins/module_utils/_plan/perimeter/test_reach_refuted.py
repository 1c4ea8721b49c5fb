# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What refutes a theorem of a perimeter, and what is said of it."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reach import prove
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.perimeter.reach_found import (
    ACCOUNT,
    APP,
    AUTOMATION,
    BUCKET,
    DECLARED,
    EVERYTHING,
    GLASS,
    OTHER,
    PASSAGE,
    PEER,
    REACH,
    REPAIR,
    STRANGER,
    VPC,
    VPCE,
    closed,
    declare,
    messages,
    proof,
    refuted,
    statement,
)


def test_a_vpc_that_the_buckets_are_not_restricted_to_refutes():
    result = proof(declaration=declare(restrict_by="vpce"), vpcs=(VPC,))
    assert refuted(result) == {REACH}


@pytest.mark.parametrize(
    "other, who",
    [
        (statement("Allow", "s3:GetObject", "/*", Sid="Public"), "by anonymous"),
        (statement("Allow", "s3:GetObject", "/*", Sid="Partner", Principal={"AWS": OTHER}), f"account {OTHER}"),
    ],
)
def test_what_others_allow_to_others_through_the_own_endpoint_refutes(other, who):
    result = proof(other)
    assert refuted(result) == {REACH}
    found = next(one for one in result["mismatches"] if who in one["said"])
    assert (found["declared"], found["found"], found["statement"]) == ("deny", "allow", other["Sid"])
    assert found["network_paths"] == [f"through {VPCE}"]
    assert found["buckets"] == [BUCKET]
    assert found["message"].startswith(f"{found['said']} passes and is not declared.")


def test_what_others_allow_refutes_where_no_perimeter_covers_it():
    public = statement("Allow", "s3:GetObject", "/public/*", Sid="Public")
    policy = {"Version": "2012-10-17", "Statement": [public]}
    result = prove(declare(managers=()), endpoint_policy([BUCKET]), {BUCKET: policy})
    assert REACH in refuted(result)
    found = next(one for one in result["mismatches"] if one["statement"] == "Public")
    assert found["resource"].startswith(f"arn:aws:s3:::{BUCKET}/public/")
    assert "anonymous" in found["principals"]
    assert found["task"]["perimeter.s3.access_check"]["requests"][0]["expect"] == "deny"


def test_a_perimeter_for_others_refutes():
    result = proof(endpoints=(STRANGER,))
    # Workloads are cut off, and the stranger gets in.
    assert {REACH, DECLARED} <= refuted(result)
    assert any(f"through {STRANGER}" in one["network_paths"] for one in result["mismatches"])


def test_a_network_that_is_neither_declared_nor_a_peer_refutes():
    result = proof(endpoints=(VPCE, STRANGER), declaration=declare(peers=(PEER,)))
    assert refuted(result) == {REACH}
    assert {path for one in result["mismatches"] for path in one["network_paths"]} == {f"through {STRANGER}"}


def test_a_peer_of_another_bucket_refutes():
    second = "secondbucket"
    policies = {name: closed(bucket=name, endpoints=(VPCE, PEER)) for name in (BUCKET, second)}
    result = prove(declare(policies, peers={BUCKET: [PEER]}), endpoint_policy(list(policies)), policies)
    assert result["theorems"][0]["buckets"] == {"holds": [BUCKET], "refuted": [second]}
    result = prove(declare(policies, peers=[PEER]), endpoint_policy(list(policies)), policies)
    assert result["theorems"][0]["buckets"] == {"holds": [BUCKET, second]}


@pytest.mark.parametrize("fields", ["arn:aws:s3:*:*:", "arn:aws:s3::*:", "arn:*:s3:*:*:"])
def test_a_wildcard_for_fields_of_an_arn_is_no_wildcard_for_buckets(fields):
    second = "secondbucket"
    policies = {name: closed(bucket=name) for name in (BUCKET, second)}
    endpoint = endpoint_policy(list(policies), access="read")
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:ListBucket", "Resource": f"{fields}{second}"}
    alone = prove(
        declare([second], access="read"),
        endpoint_policy([second], access="read", statements=[denied]),
        {second: policies[second]},
    )
    endpoint["Statement"].append(denied)
    found = prove(declare(policies, access="read"), endpoint, policies)["theorems"][2]["buckets"]
    assert alone["theorems"][2]["verdict"] != "holds"
    assert second in found[alone["theorems"][2]["verdict"]]
    assert BUCKET in found["holds"]


@pytest.mark.parametrize(
    "perimeter",
    [
        pytest.param({"break_glass_principals": [GLASS]}, id="principal"),
        pytest.param({"managers": (AUTOMATION, APP)}, id="manager"),
        pytest.param({"allow_forwarded_access": True}, id="forwarded access"),
        pytest.param({"tls_only": False}, id="no TLS"),
    ],
)
@pytest.mark.parametrize("peers", [(), (PEER,)])
def test_an_exception_that_nobody_declared_refutes_whatever_stands_beside_it(perimeter, peers):
    result = proof(declaration=declare(peers=peers), endpoints=(VPCE, *peers), **perimeter)
    assert refuted(result) == {REACH}


def test_an_exception_for_services_refutes_where_they_are_not_declared():
    logs = statement("Allow", "s3:PutObject", "/*", Principal={"Service": "logging.s3.amazonaws.com"}, Sid="Logs")
    ours = {**logs, "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}
    theirs = {**logs, "Condition": {"StringEquals": {"aws:SourceAccount": OTHER}}}
    assert refuted(proof(ours, allow_aws_services=True)) == {REACH}
    declared = declare(services=True)
    assert messages(proof(ours, declaration=declared, allow_aws_services=True)) == []
    for open_to_others in (logs, theirs):
        result = proof(open_to_others, declaration=declared, allow_aws_services=True)
        assert refuted(result) == {REACH}
        assert any(one["statement"] == "Logs" and "aws:SourceAccount" in one["remedy"] for one in result["mismatches"])


def test_a_denial_of_break_glass_refutes():
    result = proof(declaration=declare(break_glass=[GLASS]))
    assert refuted(result) == {DECLARED, REPAIR}
    assert {one["statement"] for one in result["mismatches"]} <= {"PerimeterS3Network", "PerimeterS3Management"}


def test_an_excepted_account_refutes_where_a_statement_lets_it_in():
    assert messages(proof(excepted_accounts=[OTHER])) == []
    result = proof(statement("Allow", "s3:GetObject", "/*", Sid="Public"), excepted_accounts=[OTHER])
    assert any("from the internet" in one["network_paths"] for one in result["mismatches"])


def test_a_wide_endpoint_policy_refutes():
    result = proof(endpoint={"Version": "2012-10-17", "Statement": [EVERYTHING]})
    assert refuted(result) == {REACH, PASSAGE}
    assert any("out of the endpoint policy" in message for message in messages(result))
    # None is the default policy, which is as wide.
    assert prove(declare(), None, {BUCKET: closed()})["holds"] is False


def test_an_endpoint_that_lets_pass_to_another_bucket_refutes():
    policy = endpoint_policy([BUCKET])
    policy["Statement"].append(
        {"Sid": "Out", "Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::loot/*"}
    )
    result = proof(endpoint=policy)
    assert refuted(result) == {PASSAGE}
    (found,) = result["mismatches"]
    assert (found["statement"], found["buckets"], found["layer"]) == ("Out", ["loot"], "endpoint_policy")


def test_a_denial_of_others_refutes_what_is_declared():
    result = proof(statement("Deny", "s3:PutObject", "/*", Sid="ReadOnly"))
    assert refuted(result) == {DECLARED}
    (found,) = result["mismatches"]
    assert (found["action"], found["declared"], found["statement"]) == ("s3:PutObject", "allow", "ReadOnly")
    assert "is declared and does not pass" in found["message"]
    assert "Change statement 'ReadOnly' of the bucket policy" in found["remedy"]


@pytest.mark.parametrize(
    "denial",
    [
        pytest.param({"Principal": {"AWS": APP}}, id="one role"),
        pytest.param({"Condition": {"ArnLike": {"aws:PrincipalArn": f"{APP}*"}}}, id="roles of a pattern"),
        pytest.param({"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.3"}}}, id="old versions of TLS"),
        pytest.param(
            {"Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}}, id="not encrypted"
        ),
    ],
)
def test_what_others_take_from_some_is_named(denial):
    result = proof(statement("Deny", "s3:PutObject", "/*", Sid="Some", **denial))
    assert messages(result) == []
    assert result["holds"] is True
    assert {(one["theorem"], one["statement"]) for one in result["narrowed"]} == {(DECLARED, "Some")}
    assert {one["theorem"] for one in result["theorems"] if one["narrowed"]} == {DECLARED}


def test_a_version_of_tls_that_is_not_declared_may_be_denied():
    denial = statement("Deny", "s3:PutObject", "/*", Condition={"NumericLessThan": {"s3:TlsVersion": "1.3"}})
    assert proof(denial, declaration=declare(minimum_tls="1.3"))["narrowed"] == []


def test_a_minimum_version_of_tls_has_to_be_demanded():
    found = proof(declaration=declare(minimum_tls="1.3"))
    assert refuted(found) == {REACH}
    remedy = "Deny older versions of TLS in the bucket policy: NumericLessThan of s3:TlsVersion 1.3."
    assert {one["remedy"] for one in found["mismatches"]} == {remedy}
    both = {"Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]}
    old = statement("Deny", "s3:*", Condition={"NumericLessThan": {"s3:TlsVersion": "1.3"}}, **both)
    assert messages(proof(old, declaration=declare(minimum_tls="1.3"))) == []


def test_what_is_not_declared_and_hangs_on_a_key_refutes():
    policy = closed(managers=())
    policy["Statement"][0]["Condition"]["NotIpAddress"] = {"aws:SourceIp": "203.0.113.0/24"}
    result = prove(declare(managers=()), endpoint_policy([BUCKET]), {BUCKET: policy})
    assert refuted(result) == {REACH}
    assert any("aws:SourceIp" in one["said"] for one in result["mismatches"])


def test_a_policy_without_the_exception_of_a_manager_refutes():
    result = proof(managers=())
    assert refuted(result) == {REPAIR}
    assert {one["statement"] for one in result["mismatches"]} == {"PerimeterS3Network"}
