# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters as Ansible calls them."""

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.perimeter.s3.plugins.filter import (
    automation_policy,
    bucket_perimeter,
    endpoint_policy,
    policy_diff,
    policy_merge,
    policy_normalize,
    reach_matrix,
)

FILTERS = {
    name: function
    for module in (
        automation_policy,
        bucket_perimeter,
        endpoint_policy,
        policy_diff,
        policy_merge,
        policy_normalize,
        reach_matrix,
    )
    for name, function in module.FilterModule().filters().items()
}
ROLE = "arn:aws:iam::111122223333:role/app"
OURS = {
    "Sid": "Ours",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "arn:aws:s3:::examplebucket/*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
FOREIGN = {
    "Sid": "Foreign",
    "Effect": "Allow",
    "Principal": {"AWS": "111122223333"},
    "Action": "s3:getobject",
    "Resource": "arn:aws:s3:::examplebucket/*",
}
#: Account, endpoint and VPC of a proof.
PLACE = {"account": "111122223333", "endpoint_id": "vpce-1a2b3c4d", "vpc_id": "vpc-111bbb22"}
FAILURES = [
    (
        "automation_policy",
        [["one"], "111122223333", "eu-west-1", "fix"],
        {},
        r"perimeter\.s3\.automation_policy: Invalid declaration .* mode: 'fix' is not known here",
    ),
    ("automation_policy", [[{"nam": "one"}], 111122223333, "eu-west-1"], {}, r"buckets\[0\]: None is not the name"),
    (
        "endpoint_policy",
        [["a*b"]],
        {},
        r"perimeter\.s3\.endpoint_policy: Invalid declaration .* buckets\[0\]: 'a\*b' is not",
    ),
    (
        "endpoint_policy",
        [["one"]],
        {"aws_services": ["ecr"]},
        "region: The buckets of AWS have the Region in their names",
    ),
    ("endpoint_policy", [["one"]], {"region": "eu-west-1", "aws_services": "ecs"}, "'ecs' is no service with known"),
    ("endpoint_policy", [["one"]], {"region": "eu-west-1", "partition": "aws-cn"}, "in the partition 'aws', not in"),
    ("endpoint_policy", [["one"]], {"region": "moon"}, "'moon' is not an AWS Region"),
    ("endpoint_policy", [["one"]], {"statements": [{**FOREIGN}]}, "The Principal of a gateway endpoint's policy is"),
    ("endpoint_policy", [[]], {}, "No bucket is named"),
    ("bucket_perimeter", ["examplebucket"], {}, r"perimeter\.s3\.bucket_perimeter: .* No endpoint and no VPC"),
    ("bucket_perimeter", ["examplebucket"], {"endpoints": "eni-1"}, "'eni-1' is not the id of a VPC endpoint"),
    ("bucket_perimeter", ["examplebucket"], {"tls_only": "perhaps"}, "tls_only is a boolean, not 'perhaps'"),
    ("bucket_perimeter", [None], {"tls_only": True}, "None is not the name of a bucket"),
    ("policy_normalize", ["{"], {}, r"perimeter\.s3\.policy_normalize: .* not valid JSON"),
    ("policy_normalize", [None], {}, "A policy document is a JSON object, not null"),
    ("policy_merge", [[1]], {}, r"perimeter\.s3\.policy_merge: .* not a list"),
    ("policy_merge", [{}], {"statements": [{"Effect": "Deny"}]}, r"statements\[0\]: The statement has no Sid"),
    ("policy_merge", [{}], {"statements": ["text"]}, r"statements\[0\]: A statement is a mapping"),
    ("policy_diff", [{}, "text"], {}, r"perimeter\.s3\.policy_diff: Invalid policy after: .* not valid JSON"),
    ("reach_matrix", [["one"], ["one"]], PLACE, "Give the policies of the buckets by name"),
    ("reach_matrix", [{"one": None}, ["two"]], PLACE, "two: The policy of this bucket is not given"),
    ("reach_matrix", [{"one": "{"}, ["one"]], PLACE, "Invalid policy of bucket one: .* not valid JSON"),
    ("reach_matrix", [{}, [{"access": "read"}]], PLACE, r"buckets\[0\]\.name: None is not the name of a bucket"),
    ("reach_matrix", [{}, ["one"]], {**PLACE, "endpoint_id": None}, "endpoint_id: None is not such an id"),
    ("reach_matrix", [{}, ["one"]], {**PLACE, "vpc_id": "vpce-1a2b3c4d"}, "vpc_id: 'vpce-1a2b3c4d' is not such an id"),
    ("reach_matrix", [{}, ["one"]], {**PLACE, "account": 1}, "account: '1' is not an account id"),
    (
        "reach_matrix",
        [{}, ["one"]],
        {**PLACE, "peers": "x", "additional_endpoints": "x"},
        "neither an endpoint nor a VPC",
    ),
    (
        "reach_matrix",
        [{}, ["one"]],
        {**PLACE, "manager_principals": "*"},
        r"manager_principals\[0\]: '\*' does not name",
    ),
    ("reach_matrix", [{}, ["one"]], {**PLACE, "endpoint_scope": "all"}, "endpoint_scope: 'all' is not a scope"),
    (
        "reach_matrix",
        [{}, ["one"]],
        {**PLACE, "endpoint_scope": "organization"},
        "organization: The organization is not",
    ),
]


@pytest.mark.parametrize("name, arguments, options, message", FAILURES)
def test_failure(name, arguments, options, message):
    with pytest.raises(AnsibleFilterError, match=message):
        FILTERS[name](*arguments, **options)


def test_endpoint_policy():
    document = FILTERS["endpoint_policy"](
        ["my_secure_bucket"],
        region="cn-north-1",
        aws_services="ecr",
        manager_principals="arn:aws-cn:iam::111122223333:role/app",
        scope="account",
        account=111122223333,
        statements=[{**FOREIGN, "Principal": "*"}],
    )
    statements = {statement["Sid"]: statement for statement in document["Statement"]}
    assert list(statements) == [
        "PerimeterS3AllowAccount",
        "PerimeterS3AllowGetPut",
        "PerimeterS3AllowPolicyManagement",
        "PerimeterS3AllowAwsBuckets",
        "Foreign",
    ]
    assert statements["PerimeterS3AllowGetPut"]["Resource"] == [
        "arn:aws-cn:s3:::my_secure_bucket",
        "arn:aws-cn:s3:::my_secure_bucket/*",
    ]
    assert statements["PerimeterS3AllowAccount"]["Condition"] == {
        "StringEquals": {"aws:ResourceAccount": "111122223333"}
    }
    assert (
        statements["PerimeterS3AllowAwsBuckets"]["Resource"]
        == "arn:aws-cn:s3:::prod-cn-north-1-starport-layer-bucket/*"
    )


def test_endpoint_policy_of_one_name():
    assert FILTERS["endpoint_policy"]("one") == FILTERS["endpoint_policy"](["one"], "aws")
    assert FILTERS["endpoint_policy"]({"name": "one"}) == FILTERS["endpoint_policy"](["one"])


def test_bucket_perimeter():
    document = FILTERS["bucket_perimeter"](
        "examplebucket",
        "vpce-1a2b3c4d",
        vpcs="vpc-111bbb22",
        manager_principals=[ROLE],
        break_glass_principals=None,
        excepted_accounts=[127311923021],
        allow_aws_services="yes",
        allow_forwarded_access="false",
        tls_only=1,
        region="us-gov-west-1",
    )
    network, management, tls = document["Statement"]
    assert network["Resource"][0] == "arn:aws-us-gov:s3:::examplebucket"
    assert network["Condition"] == {
        "StringNotEquals": {
            "aws:SourceVpce": "vpce-1a2b3c4d",
            "aws:SourceVpc": "vpc-111bbb22",
            "aws:PrincipalAccount": "127311923021",
        },
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }
    assert management["Condition"]["ArnNotLike"] == {"aws:PrincipalArn": ROLE}
    assert tls["Condition"]["Bool"] == {"aws:SecureTransport": "false"}


def test_policy_normalize():
    forms = [
        FILTERS["policy_normalize"](document)
        for document in (
            {"Version": "2012-10-17", "Statement": FOREIGN},
            json.dumps({"Statement": [{**FOREIGN, "Action": ["s3:GetObject"]}]}),
        )
    ]
    assert forms[0] == forms[1]
    assert forms[0]["Statement"][0]["Action"] == ["s3:GetObject"]
    assert FILTERS["policy_normalize"](forms[0]) == forms[0]


def test_policy_merge():
    merge = FILTERS["policy_merge"]
    merged = merge(json.dumps({"Version": "2008-10-17", "Statement": [FOREIGN]}), [OURS])
    assert merged == {"Version": "2008-10-17", "Statement": [FOREIGN, OURS]}
    assert merge(merged, OURS) == merged
    assert merge(merged, remove_sids="Ours") == {"Version": "2008-10-17", "Statement": [FOREIGN]}
    assert merge(merged, [OURS], purge_statements="true")["Statement"] == [OURS]
    assert merge(merged, remove_sids=["Ours", "Foreign"]) is None
    assert merge("", [OURS]) == merge(None, [OURS]) == {"Version": "2012-10-17", "Statement": [OURS]}


def test_policy_diff():
    before, after = {"Statement": [FOREIGN, OURS]}, {"Statement": [{**OURS, "Effect": "Allow"}, FOREIGN]}
    (change,) = FILTERS["policy_diff"](before, after)
    assert (change["kind"], change["statement"], change["elements"]) == ("changed", "Ours", ["Effect"])
    assert FILTERS["policy_diff"](before, json.dumps(before)) == []
    assert [change["kind"] for change in FILTERS["policy_diff"](before, None)] == ["removed", "removed"]


def test_reach_matrix():
    policy = FILTERS["bucket_perimeter"]("one", "vpce-1a2b3c4d", tls_only=True)
    options = {**PLACE, "account": 111122223333, "endpoint_policy": json.dumps(FILTERS["endpoint_policy"]("one"))}
    proof = FILTERS["reach_matrix"]({"one": policy}, "one", **options)
    assert proof["holds"] is True
    assert proof == FILTERS["reach_matrix"]({"one": json.dumps(policy), "two": None}, ["one"], **options)
    open_to_all = FILTERS["reach_matrix"]({"one": None}, ["one"], **options, require_tls="no")
    assert open_to_all["holds"] is False


def test_input_is_not_changed():
    document = {"Statement": [FOREIGN]}
    FILTERS["policy_merge"](document, [OURS])
    FILTERS["policy_normalize"](document)
    assert document == {"Statement": [FOREIGN]}
