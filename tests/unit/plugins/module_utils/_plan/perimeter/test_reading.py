# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What perimeter_info found, and the same after a run."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.routes import RouteTable
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reading import (
    PLACEHOLDER,
    Bucket,
    after,
    read_found,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

ACCOUNT, VPC, OTHER_VPC = "111122223333", "vpc-0aaa1", "vpc-0bbb1"
OWN, SECOND, PEER, DYNAMO = "vpce-0aaa1", "vpce-0aaa2", "vpce-0bbb1", "vpce-0ddd1"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


def endpoint(name=OWN, vpc=VPC, service="s3", state="available", **more):
    return {
        "vpc_endpoint_id": name, "vpc_endpoint_type": "Gateway", "vpc_id": vpc,
        "service_name": f"com.amazonaws.eu-central-1.{service}", "state": state, "policy_document": POLICY,
        "route_table_ids": ["rtb-1", "rtb-2"], "ip_address_type": "ipv4", "dns_record_ip_type": "service-defined",
        "tags": {"Name": "s3"}, "owner_id": ACCOUNT, "creation_timestamp": "2026-11-01T00:00:00Z",
        "requester_managed": False, "last_error": None, **more,
    }  # fmt: skip


def found(*endpoints, **more):
    return {
        "caller": {"account": int(ACCOUNT), "arn": f"arn:aws-cn:iam::{ACCOUNT}:user/automation"},
        "region": "eu-central-1",
        "vpc_ids": [VPC],
        "endpoints": list(endpoints),
        "route_tables": [
            {"id": "rtb-1", "vpc_id": VPC, "main": True, "subnets": ["subnet-1"], "edge": False, "ipv6": True}
        ],
        "buckets": {
            "one": {"policy": POLICY, "region": "eu-central-1", "problem": "", "kind": ""},
            "two": {"policy": None, "problem": "There is none.", "kind": "missing_bucket"},
        },
        **more,
    }


def read(*endpoints, **more):
    return read_found(json.dumps(found(*endpoints, **more)))


def test_all_of_it():
    reading = read(endpoint())
    assert (reading.account, reading.partition, reading.region, reading.vpc_ids) == (
        ACCOUNT, "aws-cn", "eu-central-1", (VPC,),
    )  # fmt: skip
    assert reading.tables == (
        RouteTable(id="rtb-1", vpc_id=VPC, main=True, subnets=("subnet-1",), edge=False, ipv6=True),
    )
    assert reading.buckets == {
        "one": Bucket(POLICY, "eu-central-1"), "two": Bucket(None, None, "There is none.", "missing_bucket"),
    }  # fmt: skip
    [one] = reading.endpoints
    # As it is returned.
    assert {name: value for name, value in one.as_dict().items() if name in endpoint()} == endpoint()


def test_whose_endpoints_they_are():
    reading = read(
        endpoint(), endpoint(SECOND, state="pending"), endpoint(PEER, OTHER_VPC), endpoint(DYNAMO, service="dynamodb"),
        endpoint("vpce-0eee1", state="deleted"), endpoint("vpce-0eee2", OTHER_VPC, state="deleting"),
    )  # fmt: skip
    assert [one.id for one in reading.own(VPC)] == [OWN, SECOND]
    assert [one.id for one in reading.others(VPC)] == [PEER]
    assert [one.id for one in reading.live] == [OWN, SECOND, PEER]


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "7", "null", "[]", "{}"),
        *(json.dumps({name: value for name, value in found().items() if name != missing}) for missing in found()),
        json.dumps(found({"vpc_endpoint_id": OWN})),
        json.dumps(found(route_tables=[{"id": "rtb-1"}])),
        json.dumps(found(buckets={"one": {"colour": "red"}})),
        json.dumps(found(buckets=[])),
    ],
)
def test_what_is_something_else(text):
    with pytest.raises(PolicyError, match="is not what perimeter_info returns as perimeter") as raised:
        read_found(text)
    assert [one.path for one in raised.value.problems] == ["found"]


# What gateway_endpoint returned; ids and states afterwards
AFTER = {
    "it was not run": ({"skipped": True}, [(OWN, "available"), (PEER, "available")]),
    "it was changed": (
        {"before": endpoint(), "endpoint": endpoint(state="pending")}, [(PEER, "available"), (OWN, "pending")],
    ),
    "it was made": (
        {"before": None, "endpoint": endpoint(SECOND)},
        [(OWN, "available"), (PEER, "available"), (SECOND, "available")],
    ),
    "it would be made": (
        {"before": None, "endpoint": endpoint(None, state=None)},
        [(OWN, "available"), (PEER, "available"), (PLACEHOLDER, "available")],
    ),
    "it was removed": ({"before": endpoint(), "endpoint": None}, [(PEER, "available")]),
    "it is not told what it was": ({"endpoint": endpoint(state="pending")}, [(PEER, "available"), (OWN, "pending")]),
}  # fmt: skip


@pytest.mark.parametrize("returned, endpoints", AFTER.values(), ids=AFTER)
def test_endpoints_after_a_run(returned, endpoints):
    before = read(endpoint(), endpoint(PEER, OTHER_VPC))
    reading = after(before, returned, [])
    assert [(one.id, one.state) for one in reading.endpoints] == endpoints
    assert reading.buckets == before.buckets
    assert (reading.account, reading.tables) == (before.account, before.tables)


def test_buckets_after_a_run():
    before = read()
    written = {"Version": "2012-10-17", "Statement": []}
    reading = after(before, {}, [{"bucket": "one", "policy": written}, {"bucket": "two", "failed": True}])
    assert reading.buckets["one"] == Bucket(written, "eu-central-1")
    assert reading.buckets["two"] is before.buckets["two"]
    assert after(before, {}, [{"bucket": "one", "policy": None}]).buckets["one"].policy is None
    # What was found stays as it is.
    assert before.buckets["one"].policy == POLICY
