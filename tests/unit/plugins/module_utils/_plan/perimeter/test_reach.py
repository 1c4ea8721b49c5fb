# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proof of a perimeter: what holds, what refutes it, what stays unknown, and how little it takes to say so."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.input import read_declaration
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reach import prove
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

ACCOUNT, OTHER = "111122223333", "444455556666"
VPCE, VPC, PEER, STRANGER = "vpce-1a2b3c4d", "vpc-1a2b3c4d", "vpce-2b3c4d5e", "vpce-3c4d5e6f"
AUTOMATION = f"arn:aws:sts::{ACCOUNT}:assumed-role/automation/run"
GLASS = f"arn:aws:iam::{ACCOUNT}:role/break-glass"
FOREIGN_GLASS = f"arn:aws:iam::{OTHER}:role/break-glass"
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
BUCKET = "examplebucket"
EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def declare(buckets=(BUCKET,), managers=(AUTOMATION,), **more):
    return read_declaration(list(buckets), ACCOUNT, VPCE, VPC, region="eu-central-1", managers=managers, **more)


def statement(effect, action, resource="", **more):
    return {
        "Effect": effect,
        "Action": action,
        "Resource": f"arn:aws:s3:::{BUCKET}{resource}",
        "Principal": "*",
        **more,
    }


def closed(*others, bucket=BUCKET, endpoints=(VPCE,), vpcs=(), managers=(AUTOMATION,), tls_only=True, **more):
    """The policy of a bucket as the role writes it, beside statements of others."""
    document = bucket_perimeter(
        bucket, endpoints=endpoints, vpcs=vpcs, manager_principals=managers, tls_only=tls_only, **more
    )
    document["Statement"] += others
    return document


def proof(*others, declaration=None, endpoint=None, buckets=(BUCKET,), **perimeter):
    policies = {BUCKET: closed(*others, **perimeter)}
    return prove(declaration or declare(buckets), endpoint or endpoint_policy(list(buckets)), policies)


def row(result, who, keys="all keys"):
    (found,) = (one for one in result["matrix"][0]["rows"] if one["who"] == who and keys in one["keys"])
    return found["reach"]


def messages(result):
    return [one["message"] for one in result["mismatches"]]


def test_what_the_role_writes_holds():
    result = proof()
    assert result["holds"] is True
    assert result["mismatches"] == result["unknown"] == []
    nowhere = {"endpoint_without_tls": [], "internet": [], "forwarded_by_a_service": [], "another_endpoint": []}
    repairing = {name: ["put_policy"] for name in nowhere} | {"endpoint_without_tls": []}
    assert row(result, "all principals of the account") == {"endpoint": ["get", "put"], **nowhere}
    assert row(result, "managers") == {"endpoint": ["get", "put"], **repairing}
    assert row(result, "principals of other accounts") == {"endpoint": [], **nowhere}
    assert row(result, "anonymous") == {
        "endpoint": [],
        "endpoint_without_tls": [],
        "internet": [],
        "another_endpoint": [],
    }
    assert row(result, "AWS services") == {"internet": []}
    assert "identity policies" in result["assumed"][0]


@pytest.mark.parametrize(
    "declared, perimeter",
    [
        pytest.param({"break_glass": [GLASS]}, {"break_glass_principals": [GLASS]}, id="break glass"),
        pytest.param(
            {"managers": (AUTOMATION, FOREIGN_GLASS)}, {"managers": (AUTOMATION, FOREIGN_GLASS)}, id="foreign manager"
        ),
        pytest.param({"additional": (PEER,)}, {"endpoints": (VPCE, PEER)}, id="additional endpoint"),
        pytest.param({}, {"endpoints": (), "vpcs": (VPC,)}, id="restricted to the VPC"),
        pytest.param({"forwarded": True}, {"allow_forwarded_access": True}, id="forwarded access"),
        pytest.param({"services": True}, {"allow_aws_services": True}, id="AWS services"),
        pytest.param({"tls": False}, {"tls_only": False}, id="without TLS"),
        pytest.param({"peers": (PEER,)}, {"endpoints": (VPCE, PEER)}, id="peer"),
        pytest.param(
            {"peers": (PEER,)},
            {
                "endpoints": (VPCE, PEER),
                "managers": (AUTOMATION, APP),
                "break_glass_principals": [GLASS],
                "allow_forwarded_access": True,
                "allow_aws_services": True,
            },
            id="exceptions of a peer",
        ),
        pytest.param(
            {"managers": (AUTOMATION, f"arn:aws:iam::{ACCOUNT}:role/team-*")},
            {"managers": (AUTOMATION, f"arn:aws:iam::{ACCOUNT}:role/team-*")},
            id="a pattern of managers",
        ),
    ],
)
def test_what_is_declared_holds(declared, perimeter):
    result = proof(declaration=declare(**declared), **perimeter)
    assert messages(result) == []
    assert result["unknown"] == []


@pytest.mark.parametrize(
    "access, reached", [("read", ["get", "list"]), ("all", ["get", "put", "delete", "list", "put_policy"])]
)
def test_access_decides_what_passes_the_endpoint(access, reached):
    buckets = [{"name": BUCKET, "access": access}]
    result = proof(buckets=buckets)
    assert messages(result) == []
    assert row(result, "all principals of the account")["endpoint"] == reached


def test_prefixes_and_principals_decide_what_passes_the_endpoint():
    buckets = [{"name": BUCKET, "access": "read", "prefixes": ["reports/"], "principals": [APP]}]
    result = proof(buckets=buckets)
    assert messages(result) == []
    assert row(result, "declared principals", "declared prefixes")["endpoint"] == ["get", "list"]
    assert row(result, "declared principals", "other keys")["endpoint"] == []
    assert row(result, "other principals of the account", "declared prefixes")["endpoint"] == []


@pytest.mark.parametrize("scope, organization", [("account", None), ("organization", "o-exampleorgid")])
def test_a_wide_endpoint_lets_everything_pass(scope, organization):
    policy = endpoint_policy([BUCKET], scope=scope, account=ACCOUNT, organization=organization)
    declaration = declare(scope=scope, organization=organization)
    result = proof(declaration=declaration, endpoint=policy)
    assert messages(result) == []
    assert row(result, "all principals of the account")["endpoint"] == ["get", "put", "delete", "list", "put_policy"]
    # What the endpoint lets pass beyond the access to the bucket is not declared either way.
    assert messages(proof(statement("Deny", "s3:DeleteObject", "/*"), declaration=declaration, endpoint=policy)) == []
    assert row(result, "principals of other accounts")["endpoint"] == []
    assert len(result["assumed"]) == (4 if organization else 3)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([statement("Allow", "s3:GetObject", "/*")], id="public"),
        pytest.param([statement("Allow", "s3:*", "/*", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})], id="account"),
        pytest.param([statement("Allow", "s3:GetObject", "/*", Principal={"AWS": APP})], id="own role"),
        # S3 lets the root user of the bucket's account mend its policy, whatever that says.
        pytest.param([statement("Allow", "s3:*", "/*", Principal={"AWS": ACCOUNT})], id="own account"),
    ],
)
def test_a_perimeter_covers_what_others_allow(others):
    result = proof(*others)
    assert messages(result) == []
    assert row(result, "anonymous")["internet"] == []


def test_what_others_allow_refutes_where_no_perimeter_covers_it():
    public = statement("Allow", "s3:GetObject", "/public/*", Sid="Public")
    policy = {"Version": "2012-10-17", "Statement": [public]}
    result = prove(declare(managers=()), endpoint_policy([BUCKET]), {BUCKET: policy})
    assert result["holds"] is False
    assert row(result, "anonymous", "keys named in the bucket policy")["internet"] == ["get"]
    found = next(one for one in result["mismatches"] if "from the internet" in one["ways"] and one["statement"])
    assert (found["declared"], found["found"], found["layer"], found["statement"]) == (
        "deny",
        "allow",
        "bucket_policy",
        "Public",
    )
    assert found["resource"] == f"arn:aws:s3:::{BUCKET}/public/any-object"
    assert "statement 'Public'" in found["message"]
    assert "anonymous" in found["principals"]


def test_a_perimeter_for_others_refutes():
    result = proof(endpoints=(STRANGER,))
    # Workloads are cut off, and the stranger gets in.
    cut = next(one for one in result["mismatches"] if one["declared"] == "allow")
    assert (cut["layer"], cut["statement"]) == ("bucket_policy", "PerimeterS3Network")
    opened = next(one for one in result["mismatches"] if one["declared"] == "deny")
    assert opened["ways"] == [f"through {STRANGER}, which is not declared"]


def test_a_network_that_is_neither_declared_nor_a_peer_refutes():
    result = proof(endpoints=(VPCE, STRANGER), declaration=declare(peers=(PEER,)))
    assert {way for one in result["mismatches"] for way in one["ways"]} == {
        f"through {STRANGER}, which is not declared"
    }


def test_an_exception_that_nobody_declared_refutes():
    result = proof(break_glass_principals=[GLASS])
    assert {name for one in result["mismatches"] for name in one["principals"]} == {GLASS}
    assert {one["found"] for one in result["mismatches"]} == {"allow"}


@pytest.mark.parametrize(
    "others, reached",
    [
        pytest.param([], [], id="nothing allows it"),
        pytest.param(
            [statement("Allow", "s3:GetObject", "/*", Principal={"AWS": FOREIGN_GLASS})], ["get"], id="others allow it"
        ),
        pytest.param(
            [
                statement(
                    "Allow",
                    "s3:GetObject",
                    "/*",
                    Principal={"AWS": FOREIGN_GLASS},
                    Condition={"StringEquals": {"aws:PrincipalTag/team": "security"}},
                )
            ],
            ["get (unknown)"],
            id="others perhaps allow it",
        ),
    ],
)
def test_break_glass_of_another_account_need_not_be_allowed(others, reached):
    declaration = declare(break_glass=[FOREIGN_GLASS])
    result = proof(*others, declaration=declaration, break_glass_principals=[FOREIGN_GLASS])
    assert messages(result) == []
    assert result["unknown"] == []
    assert row(result, "break glass")["internet"] == reached


def test_an_explicit_denial_of_break_glass_of_another_account_refutes():
    result = proof(declaration=declare(break_glass=[FOREIGN_GLASS]))
    assert result["holds"] is False
    assert {(one["declared"], one["found"]) for one in result["mismatches"]} == {("no_explicit_deny", "explicit_deny")}
    assert {name for one in result["mismatches"] for name in one["principals"]} == {FOREIGN_GLASS}
    assert {way for one in result["mismatches"] for way in one["ways"]} == {
        "from the internet",
        "forwarded by athena.amazonaws.com",
        "through another endpoint (vpce-0ffffffffffffffff)",
    }
    assert messages(result)[0] == (
        f"{FOREIGN_GLASS} s3:ListBucket arn:aws:s3:::{BUCKET} from the internet: declared no_explicit_deny, found "
        "explicit_deny. Bucket policy statement 'PerimeterS3Network' denies s3:ListBucket: aws:SourceVpce is absent "
        "on requests from the internet, and StringNotEquals is true for an absent key. Change statement "
        "'PerimeterS3Network' of the bucket policy, or declare only what it leaves. So with 2 more ways (through "
        "another endpoint (vpce-0ffffffffffffffff), forwarded by athena.amazonaws.com)."
    )


def test_what_may_deny_break_glass_of_another_account_is_unknown_where_it_is_allowed():
    declaration = declare(break_glass=[FOREIGN_GLASS])
    encrypted = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    deny = statement("Deny", "s3:PutObject", "/*", Sid="Encrypted", Principal={"AWS": FOREIGN_GLASS})
    deny["Condition"] = encrypted
    allow = statement("Allow", "s3:PutObject", "/*", Principal={"AWS": FOREIGN_GLASS})
    result = proof(allow, deny, declaration=declaration, break_glass_principals=[FOREIGN_GLASS])
    assert result["holds"] is True
    (found,) = result["unknown"]
    assert (found["declared"], found["found"]) == ("no_explicit_deny", "unknown")
    assert found["missing_keys"] == ["s3:x-amz-server-side-encryption"]
    assert found["remedy"] == "Ask access_check with the keys that such requests carry."


def test_an_excepted_account_refutes_where_a_statement_lets_it_in():
    assert messages(proof(excepted_accounts=[OTHER])) == []
    result = proof(statement("Allow", "s3:GetObject", "/*", Sid="Public"), excepted_accounts=[OTHER])
    found = next(one for one in result["mismatches"] if one["found"] == "allow")
    assert (found["principals"], found["statement"]) == ([f"arn:aws:iam::{OTHER}:role/any"], "Public")


def test_a_wide_endpoint_policy_refutes():
    result = proof(endpoint={"Version": "2012-10-17", "Statement": [EVERYTHING]})
    assert {one["action"] for one in result["mismatches"]} == {"s3:DeleteObject", "s3:ListBucket", "s3:PutBucketPolicy"}
    assert all("take it out of the endpoint policy" in message for message in messages(result))
    # None is the default policy, which is as wide.
    assert prove(declare(), None, {BUCKET: closed()})["holds"] is False


def test_a_denial_of_others_refutes_what_is_declared():
    deny = statement("Deny", "s3:PutObject", "/*", Sid="ReadOnly")
    (found,) = proof(deny)["mismatches"]
    assert found["principals"] == [f"arn:aws:iam::{ACCOUNT}:role/any-workload", AUTOMATION]
    assert found["message"] == (
        f"arn:aws:iam::{ACCOUNT}:role/any-workload s3:PutObject arn:aws:s3:::{BUCKET}/any-object through {VPCE}: "
        "declared allow, found explicit_deny. Bucket policy statement 'ReadOnly' denies s3:PutObject: it has no "
        "conditions. Change statement 'ReadOnly' of the bucket policy, or declare only what it leaves. So with 1 more "
        f"principal ({AUTOMATION})."
    )


@pytest.mark.parametrize(
    "denial",
    [
        pytest.param({"Principal": {"AWS": APP}}, id="one role"),
        pytest.param({"Condition": {"ArnLike": {"aws:PrincipalArn": f"{APP}*"}}}, id="roles of a pattern"),
        pytest.param({"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.3"}}}, id="old versions of TLS"),
    ],
)
def test_others_may_keep_out_some(denial):
    assert messages(proof(statement("Deny", "s3:*", "/*", **denial))) == []


def test_others_may_close_keys_that_they_open():
    opened = statement("Allow", "s3:GetObject", "/public/*")
    assert messages(proof(opened, statement("Deny", "s3:PutObject", "/public/*"))) == []


def test_a_declared_principal_of_another_account_needs_an_allow():
    foreign = f"arn:aws:iam::{OTHER}:role/partner"
    buckets = [{"name": BUCKET, "principals": [foreign]}]
    result = proof(buckets=buckets)
    assert {one["found"] for one in result["mismatches"]} == {"implicit_deny"}
    assert all("Let the bucket policy allow it" in message for message in messages(result))
    allow = statement("Allow", ["s3:GetObject", "s3:PutObject"], "/*", Principal={"AWS": foreign})
    assert messages(proof(allow, buckets=buckets)) == []


def test_what_is_declared_and_hangs_on_a_key_is_unknown_and_no_mismatch():
    encrypted = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    result = proof(statement("Deny", "s3:PutObject", "/*", Sid="Encrypted", Condition=encrypted))
    assert result["holds"] is True
    (found,) = result["unknown"]
    assert found["missing_keys"] == ["s3:x-amz-server-side-encryption"]
    assert row(result, "all principals of the account")["endpoint"] == ["get", "put (unknown)"]


def test_what_is_not_declared_and_hangs_on_a_key_refutes():
    policy = closed(managers=())
    policy["Statement"][0]["Condition"]["NotIpAddress"] = {"aws:SourceIp": "203.0.113.0/24"}
    result = prove(declare(managers=()), endpoint_policy([BUCKET]), {BUCKET: policy})
    assert result["holds"] is False
    found = next(one for one in result["mismatches"] if "from the internet" in one["ways"])
    assert (found["declared"], found["found"], found["missing_keys"]) == ("deny", "unknown", ["aws:SourceIp"])


def test_a_policy_without_the_exception_of_a_manager_refutes():
    (found,) = proof(managers=())["mismatches"]
    assert (found["principals"], found["action"], found["declared"]) == ([AUTOMATION], "s3:PutBucketPolicy", "allow")
    assert found["statement"] == "PerimeterS3Network"


def test_buckets_that_are_reached_alike_stand_together():
    names = [f"bucket-{number:04d}" for number in range(40)]
    policies = {name: closed(bucket=name) for name in names}
    policies["bucket-0007"]["Statement"].append(
        {**statement("Deny", "s3:GetObject"), "Resource": "arn:aws:s3:::bucket-0007/*", "Sid": "Closed"}
    )
    result = prove(declare(names), endpoint_policy(names), policies)
    assert [len(pattern["buckets"]) for pattern in result["matrix"]] == [39, 1]
    assert [one["buckets"] for one in result["mismatches"]] == [["bucket-0007"]]


def test_the_policy_of_every_declared_bucket_is_needed():
    with pytest.raises(PolicyError, match="examplebucket: The policy of this bucket is not given"):
        prove(declare(), None, {"another": None})


def test_a_bucket_policy_that_cannot_be_read_is_named():
    with pytest.raises(PolicyError, match="policy of bucket examplebucket"):
        prove(declare(), None, {BUCKET: {"Statement": [statement("Deny", "s3:*", Condition={"Like": {"aws:x": "y"}})]}})
