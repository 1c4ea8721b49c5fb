# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is refused, and what is warned of, in bucket policies and endpoint policies."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.presets import (
    aws_service_names,
    aws_service_statements,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.arns import PARTITIONS
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import parse
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.vocabulary import expand_action
from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.validate import (
    validate_bucket_policy,
    validate_endpoint_policy,
    warn_bucket_policy,
    warn_endpoint_policy,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._policy.rules.statements import (
    ALLOW_ALL,
    MISSING,
    OBJECTS,
    ROLE,
    STATEMENT,
    condition,
    document,
    shown,
)


@pytest.mark.parametrize("validate", [lambda it: validate_bucket_policy(it, "examplebucket"), validate_endpoint_policy])
def test_duplicate_sids(validate):
    statement = {"Sid": "A", **ALLOW_ALL, "Resource": OBJECTS}
    problems = validate({"Statement": [statement, {**statement, "Sid": "B"}, statement]})
    assert shown(problems) == [
        "Statement[2].Sid: The Sid 'A' is that of Statement[0] already. Give each statement a Sid of its own."
    ]


@pytest.mark.parametrize("validate", [lambda it: validate_bucket_policy(it, "examplebucket"), validate_endpoint_policy])
@pytest.mark.parametrize("source", ["{", "[]", {}, {"Statement": []}, {"Statement": [5]}, {"Statment": [ALLOW_ALL]}])
def test_grammar(validate, source):
    assert validate(source)


def test_text_and_parsed_documents_are_taken_too():
    raw = document({"Action": "kms:Decrypt"})
    expected = shown(validate_bucket_policy(raw, "examplebucket"))
    assert expected
    assert shown(validate_bucket_policy(json.dumps(raw), "examplebucket")) == expected
    assert shown(validate_bucket_policy(parse(raw), "examplebucket")) == expected
    with pytest.raises(PolicyError):
        warn_endpoint_policy("{")


def test_every_problem_is_found_at_once():
    raw = document({"Principal": MISSING, "Action": "kms:Decrypt", "Resource": "*", **condition("Foo", "bar", "x")})
    assert [problem.path for problem in validate_bucket_policy(raw, "examplebucket")] == [
        "Statement[0]",
        "Statement[0].Action",
        "Statement[0].Resource",
        "Statement[0].Condition.Foo",
        "Statement[0].Condition.Foo.bar",
    ]


def padded(statement, size, measure):
    """A document of exactly this size: a Sid of the right length makes up what is missing."""
    raw = {"Statement": [{"Sid": "", **copy.deepcopy(statement)}]}
    raw["Statement"][0]["Sid"] = "x" * (size - measure(json.dumps(raw, separators=(",", ":"), ensure_ascii=False)))
    return raw


def test_bucket_policy_is_measured_in_bytes_without_white_space():
    statement = {**STATEMENT, "Resource": [OBJECTS, "arn:aws:s3:::examplebucket/größe/*"]}

    def bytes_of(text):
        return len(text.encode())

    assert shown(validate_bucket_policy(padded(statement, 20_480, bytes_of), "examplebucket")) == []
    problems = validate_bucket_policy(padded(statement, 20_481, bytes_of), "examplebucket")
    assert "takes 20,481 bytes without white space, S3 accepts 20,480" in str(problems[0])
    blown_up = json.dumps(padded(statement, 20_480, bytes_of), indent=200)
    assert shown(validate_bucket_policy(blown_up, "examplebucket")) == []


def test_endpoint_policy_is_measured_in_characters():
    statement = {**ALLOW_ALL, "Resource": ["*", "arn:aws:s3:::examplebucket/größe/*"]}
    assert shown(validate_endpoint_policy(padded(statement, 20_480, len))) == []
    problems = validate_endpoint_policy(padded(statement, 20_481, len))
    assert "is 20,481 characters long without white space" in str(problems[0])


def test_variables_in_the_old_version():
    changes = {"Resource": "arn:aws:s3:::examplebucket/${aws:username}/*"}
    found = warn_bucket_policy(document(changes, version="2008-10-17"), "examplebucket")
    assert len(found) == 1
    assert "is plain text in version 2008-10-17" in str(found[0])
    raw = document({**changes, "Principal": "*"}, version="2008-10-17")
    assert len(warn_endpoint_policy(raw)) == 1
    changes = condition("StringLike", "aws:UserAgent", "${aws:username}-agent")
    (found,) = warn_bucket_policy(document(changes, version="2008-10-17"), "examplebucket")
    assert "'${aws:username}-agent' is plain text" in found.rule


@pytest.mark.parametrize("partition, named", [(None, "aws"), ("aws", "aws"), ("aws-cn", "aws-cn")])
def test_remedies_are_of_the_partition(partition, named):
    own = f"arn:{named}:s3:::examplebucket"
    found = validate_bucket_policy(document({"Resource": "arn:aws:s3:::another/*"}), "examplebucket", partition)
    assert f"Write {own!r}, or '{own}/*' for its objects." in [one.remedy for one in found]
    listing = {"Action": "s3:ListBucket", "Resource": f"{own}/*"}
    reading = {"Action": "s3:GetObject", "Resource": own}
    for changes, arn in ((listing, own), (reading, f"{own}/*")):
        found = validate_bucket_policy(document(changes), "examplebucket", partition)
        assert any(f"'{arn}', to Resource." in one.remedy for one in found), shown(found)


@pytest.mark.parametrize("element", ["Resource", "NotResource"])
def test_the_partition_is_that_of_the_first_resource(element):
    resources = ["*", "arn:aws-cn:s3:::examplebucket", OBJECTS]
    changes = {"Principal": "*", "Effect": "Deny", "Action": "*", "Resource": MISSING, element: resources}
    found = validate_bucket_policy(document(changes), "examplebucket")
    assert [(one.path, one.rule.partition("resource: ")[2]) for one in found] == [
        (f"Statement[0].{element}", "'*' is not the ARN of a bucket or of its objects."),
        (f"Statement[0].{element}", f"{OBJECTS!r} is not in the partition 'aws-cn'."),
    ]


def test_the_usual_partition_where_nothing_says_another():
    (found,) = validate_bucket_policy(document({"Resource": "*"}), "examplebucket")
    assert found.remedy == "Write 'arn:aws:s3:::examplebucket', or 'arn:aws:s3:::examplebucket/*' for its objects."


@pytest.mark.parametrize("element", ["Principal", "NotPrincipal"])
def test_where_a_deleted_principal_stands(element):
    changes = {"Principal": MISSING, "Effect": "Deny", element: {"AWS": [ROLE, "AIDAEXAMPLEEXAMPLE12"]}}
    found = warn_bucket_policy(document(changes), "examplebucket")
    assert [one.path for one in found if "AIDAEXAMPLEEXAMPLE12" in one.rule] == [f"Statement[0].{element}.AWS"]


def test_a_wildcard_in_the_id_of_an_account_is_told_once():
    changes = condition("StringEquals", "aws:ResourceAccount", "1111*")
    assert shown(validate_bucket_policy(document(changes), "examplebucket")) == []
    (found,) = warn_bucket_policy(document(changes), "examplebucket")
    assert found.rule == "'1111*' has a wildcard, 'aws:ResourceAccount' holds ids that AWS makes up."


def test_the_guard_of_endpoints_looks_at_the_networks_of_a_bucket_policy():
    changes = condition("StringEquals", "aws:SourceVpc", "vpce-1a2b3c4d")
    assert shown(warn_bucket_policy(document(changes), "examplebucket")) == []
    (found,) = warn_endpoint_policy(document(changes, ALLOW_ALL))
    assert "it is the id of an endpoint, and aws:SourceVpc holds ids of VPCs" in found.rule
    assert found.remedy == "Use aws:SourceVpce."


@pytest.mark.parametrize("partition", PARTITIONS)
def test_partitions(partition):
    raw = json.loads(json.dumps(document({})).replace("arn:aws:", f"arn:{partition}:"))
    assert shown(validate_bucket_policy(raw, "examplebucket", partition)) == []
    assert shown(validate_bucket_policy(raw, "examplebucket")) == []
    other = "aws-cn" if partition == "aws" else "aws"
    assert {problem.path for problem in validate_bucket_policy(raw, "examplebucket", other)} == {
        "Statement[0].Principal.AWS",
        "Statement[0].Resource",
    }


@pytest.mark.parametrize("partition", PARTITIONS)
@pytest.mark.parametrize("access", ["get_put", "list", "read", "write", "read_write", "all"])
@pytest.mark.parametrize("prefixes", [None, ["logs/2024/", "home/${aws:username}/"]])
def test_built_endpoint_policies_are_valid(partition, access, prefixes):
    if access == "all" and prefixes:
        prefixes = None
    session = f"arn:{partition}:sts::111122223333:assumed-role/app/session"
    built = endpoint_policy(
        ["my_secure_bucket", {"name": "other", "prefixes": prefixes, "principals": [session]}],
        partition,
        access=access,
        scope="organization",
        organization="o-1234567890",
        manager_principals=[session],
    )
    assert shown(validate_endpoint_policy(built)) == []
    assert shown(warn_endpoint_policy(built)) == []


@pytest.mark.parametrize("partition", PARTITIONS)
def test_built_perimeters_are_valid(partition):
    built = bucket_perimeter(
        "My_Old_Bucket",
        partition,
        endpoints=["vpce-1a2b3c4d"],
        vpcs=["vpc-111bbb22", f"arn:{partition}:ec2:eu-west-1:111122223333:vpc/vpc-111bbb22"],
        break_glass_principals=[f"arn:{partition}:iam::111122223333:root"],
        manager_principals=[f"arn:{partition}:sts::111122223333:assumed-role/app/session"],
        excepted_accounts=["127311923021"],
        allow_aws_services=True,
        allow_forwarded_access=True,
        tls_only=True,
    )
    assert shown(validate_bucket_policy(built, "My_Old_Bucket", partition)) == []
    assert shown(warn_bucket_policy(built, "My_Old_Bucket", partition)) == []


LEVELS = st.sampled_from(["get_put", "list", "read", "write", "read_write"])
NAMED_ACTIONS = st.lists(
    st.sampled_from(
        [action.name for action in expand_action("s3:*") if action.resource_types & frozenset(("bucket", "object"))]
    ),
    min_size=1,
)
DECLARED_BUCKETS = st.fixed_dictionaries(
    {"name": st.from_regex(r"[a-zA-Z0-9_-]{3,20}", fullmatch=True)},
    optional={
        "access": LEVELS | NAMED_ACTIONS,
        "prefixes": st.lists(st.from_regex(r"[a-zA-Z0-9/_.-]{6,20}", fullmatch=True), min_size=1, max_size=3),
        "principals": st.lists(
            st.from_regex(r"arn:aws:iam::[0-9]{12}:role/[a-z*]{1,10}", fullmatch=True), min_size=1, max_size=3
        ),
    },
)


@given(st.lists(DECLARED_BUCKETS, min_size=1, max_size=5), LEVELS)
def test_whatever_is_built_for_an_endpoint_is_valid(buckets, access):
    built = endpoint_policy(buckets, access=access)
    assert shown(validate_endpoint_policy(built)) == []
    assert shown(warn_endpoint_policy(built)) == []


def test_presets_are_valid():
    built = {"Version": "2012-10-17", "Statement": aws_service_statements(aws_service_names(), "eu-west-1")}
    assert shown(validate_endpoint_policy(built)) == []
    assert shown(warn_endpoint_policy(built)) == []
