# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of gateway_endpoint_info, and of gateway_endpoint as far as it only reads and says."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint import module as endpoint_module
from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint.info import (
    INFO_OPTIONS,
    run_gateway_endpoint_info,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint.module import (
    ENDPOINT_OPTIONS,
    run_gateway_endpoint,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import (
    ACCOUNT,
    ME,
    REGION,
    FakeModule,
    Refused,
    endpoint,
    fail,
    run,
)

VPC = "vpc-0aaaaaaa"
A, B, C = "vpce-0aaaaaaa", "vpce-0bbbbbbb", "vpce-0ccccccc"
GATEWAY = {"Name": "vpc-endpoint-type", "Values": ["Gateway"]}
PREFIX_LISTS = [
    {"PrefixListId": "pl-2", "OwnerId": "AWS"},
    {"PrefixListId": "pl-1", "OwnerId": "AWS"},
    {"PrefixListId": "pl-3", "OwnerId": ACCOUNT},
]


def answers(*endpoints):
    return {
        "DescribeVpcEndpoints": {"VpcEndpoints": list(endpoints)},
        "DescribeManagedPrefixLists": {"PrefixLists": PREFIX_LISTS},
    }


# options, what AWS is asked
ASKED = [
    ({}, {"Filters": [GATEWAY]}),
    ({"vpc_id": VPC}, {"Filters": [{"Name": "vpc-id", "Values": [VPC]}, GATEWAY][::-1]}),
    ({"vpc_endpoint_ids": [A]}, {"VpcEndpointIds": [A], "Filters": [GATEWAY]}),
    (
        {"filters": {"vpc-endpoint-type": "Interface", "tag:team": ["a", 1], "state": "available"}},
        {
            "Filters": [
                {"Name": "state", "Values": ["available"]},
                {"Name": "tag:team", "Values": ["a", "1"]},
                GATEWAY,
            ]
        },
    ),
]


@pytest.mark.parametrize("options, asked", ASKED)
def test_what_aws_is_asked(options, asked):
    module = FakeModule(INFO_OPTIONS, answers(), **options)
    assert run(run_gateway_endpoint_info, module) == {"changed": False, "endpoints": []}
    [(operation, found)] = module.asked
    assert operation == "DescribeVpcEndpoints"
    assert {**found, "Filters": sorted(found["Filters"], key=str)} == {
        **asked, "Filters": sorted(asked["Filters"], key=str),
    }  # fmt: skip


def test_endpoints_come_by_their_vpc():
    found = [endpoint(C, VpcId="vpc-2"), endpoint(B, VpcId="vpc-1"), endpoint(A, VpcId="vpc-1")]
    module = FakeModule(INFO_OPTIONS, answers(*found), caller=True)
    result = run(run_gateway_endpoint_info, module)
    assert [one["vpc_endpoint_id"] for one in result["endpoints"]] == [A, B, C]
    assert {one["prefix_list_ids"] for one in result["endpoints"]} == {None}
    assert (result["caller"]["account"], result["caller"]["arn"]) == (ACCOUNT, ME)


# address type, the names of the prefix lists that are looked up
S3, S3_OF_IPV6 = f"com.amazonaws.{REGION}.s3", f"com.amazonaws.{REGION}.ipv6.s3"
LISTS = [("ipv4", [S3]), ("ipv6", [S3_OF_IPV6]), ("dualstack", [S3, S3_OF_IPV6])]


@pytest.mark.parametrize("kind, names", LISTS)
def test_prefix_lists_are_looked_up_for_those_who_ask(kind, names):
    module = FakeModule(INFO_OPTIONS, answers(endpoint(A, IpAddressType=kind)), prefix_lists=True)
    [found] = run(run_gateway_endpoint_info, module)["endpoints"]
    # Those of AWS.
    assert found["prefix_list_ids"] == ["pl-1", "pl-2"]
    assert ("DescribeManagedPrefixLists", {"Filters": [{"Name": "prefix-list-name", "Values": names}]}) in module.asked


def test_an_id_that_cannot_be_is_said_before_aws_is_asked():
    module = FakeModule(INFO_OPTIONS, {}, endpoint_ids=["eni-1"])
    assert "eni-1" in fail(run_gateway_endpoint_info, module)["msg"]
    assert module.asked == []


POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}],
}


@pytest.fixture
def warned(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(endpoint_module, "warn_user", said.extend)
    return said


def module_of(diff=False, check=False, live=None, **options):
    module = FakeModule(
        ENDPOINT_OPTIONS, answers(endpoint(A, POLICY, VpcId=VPC, **(live or {}))), vpc_id=VPC, **options
    )
    module._diff, module.check_mode = diff, check
    return module


def test_what_is_as_wanted_is_not_written(warned):
    module = module_of(diff=True, policy=POLICY, route_table_ids=["rtb-1"])
    result = run(run_gateway_endpoint, module)
    assert (result["changed"], result["actions"]) == (False, [])
    assert result["endpoint"] == result["before"]
    assert result["endpoint"]["vpc_endpoint_id"] == A
    assert result["diff"]["before"] == result["diff"]["after"]
    assert result["guard"]["checked"] == []
    assert {name for name, _asked in module.asked} == {"DescribeVpcEndpoints"}


def test_check_mode_says_what_would_be_written(warned):
    module = module_of(diff=True, check=True, tags={"Name": "s3"}, prefix_lists=True)
    result = run(run_gateway_endpoint, module)
    assert (result["changed"], result["actions"]) == (True, ["ec2:CreateTags"])
    assert (result["before"]["tags"], result["endpoint"]["tags"]) == ({}, {"Name": "s3"})
    # They cost a call, so they are looked up once.
    assert (result["before"]["prefix_list_ids"], result["endpoint"]["prefix_list_ids"]) == (None, ["pl-1", "pl-2"])
    assert result["diff"]["before"] != result["diff"]["after"]
    assert "cutoff" in result["guard"]["checked"]
    assert "diff" not in run(run_gateway_endpoint, module_of(check=True, tags={"Name": "s3"}))


@pytest.mark.parametrize(
    "options, said",
    [
        ({"dependent_buckets": ["a/b"]}, "a/b"),
        ({"arriving_through": "the office"}, "arriving_through"),
        ({"dependent_policies": {"logs": "no JSON"}}, "dependent_policies.logs"),
    ],
)
def test_options_of_the_guards_are_checked_before_aws_is_asked(warned, options, said):
    module = module_of(tags={"Name": "s3"}, **options)
    assert said in fail(run_gateway_endpoint, module)["msg"]
    assert module.asked == []


def test_what_aws_refuses_fails_the_task(warned):
    module = module_of(tags={"Name": "s3"})
    module.answers["DescribeVpcEndpoints"] = Refused("UnauthorizedOperation")
    result = fail(run_gateway_endpoint, module)
    assert "ec2:DescribeVpcEndpoints" in result["msg"]
    assert (result["changed"], result["actions"]) == (False, [])
