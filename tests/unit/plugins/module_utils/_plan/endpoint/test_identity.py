# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS says of an endpoint, and which endpoint is meant."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.identity import Found, select, service_name
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.plan import Surroundings, decide
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import DEFAULT_POLICY, Endpoint, Wanted
from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.endpoint import (
    GuardRefusal,
    dependents,
    needs_dependents,
    run_guards,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

VPC, OTHER_VPC = "vpc-1a", "vpc-2b"
DESCRIBED = {
    "VpcEndpointId": "vpce-1a",
    "VpcEndpointType": "Gateway",
    "VpcId": VPC,
    "ServiceName": "com.amazonaws.us-east-1.s3",
    "State": "Available",
    "PolicyDocument": '{"Version":"2008-10-17","Statement":[]}',
    "RouteTableIds": ["rtb-2", "rtb-1"],
    "IpAddressType": "dualstack",
    "DnsOptions": {"DnsRecordIpType": "ipv6"},
    "Tags": [{"Key": "Name", "Value": "s3"}],
    "CreationTimestamp": datetime.datetime(2026, 11, 23, 10, 15, tzinfo=datetime.timezone.utc),
    "OwnerId": "111122223333",
    "RequesterManaged": False,
}


def test_from_description():
    assert Endpoint.from_description(DESCRIBED).as_dict() == {
        "vpc_endpoint_id": "vpce-1a",
        "vpc_endpoint_type": "Gateway",
        "vpc_id": VPC,
        "service_name": "com.amazonaws.us-east-1.s3",
        "state": "available",
        "policy_document": {"Version": "2008-10-17", "Statement": []},
        "route_table_ids": ["rtb-1", "rtb-2"],
        "ip_address_type": "dualstack",
        "dns_record_ip_type": "ipv6",
        "tags": {"Name": "s3"},
        "owner_id": "111122223333",
        "creation_timestamp": "2026-11-23T10:15:00+00:00",
        "requester_managed": False,
        "last_error": None,
    }


def test_from_the_least_that_aws_says():
    least = {name: DESCRIBED[name] for name in ("VpcEndpointId", "VpcId", "ServiceName")}
    endpoint = Endpoint.from_description(least)
    assert (endpoint.ip_address_type, endpoint.dns_record_ip_type) == ("ipv4", "service-defined")
    assert (endpoint.route_tables, endpoint.tags, endpoint.type) == ((), {}, "Gateway")
    assert endpoint.policy == DEFAULT_POLICY
    assert (endpoint.state, endpoint.is_live) == ("", False)
    shown = endpoint.as_dict()
    assert (shown["requester_managed"], shown["owner_id"], shown["creation_timestamp"]) == (False, None, None)
    assert Endpoint("vpce-1", "vpc-1", "s", DEFAULT_POLICY, ()).as_dict()["requester_managed"] is False


def test_a_failed_one_says_why():
    failed = {**DESCRIBED, "State": "failed", "LastError": {"Code": "x", "Message": "no room"}}
    assert Endpoint.from_description(failed).as_dict()["last_error"] == "no room"
    older = {**DESCRIBED, "State": "failed", "FailureReason": "no route"}
    assert Endpoint.from_description(older).as_dict()["last_error"] == "no route"


def test_one_that_another_service_keeps_and_whose_time_is_text():
    shown = Endpoint.from_description(
        {**DESCRIBED, "RequesterManaged": True, "CreationTimestamp": "2026-11-23T10:15:00Z"}
    ).as_dict()
    assert (shown["requester_managed"], shown["creation_timestamp"]) == (True, "2026-11-23T10:15:00Z")


def test_a_policy_that_is_no_policy():
    with pytest.raises(PolicyError, match="live policy of endpoint vpce-1a"):
        Endpoint.from_description({**DESCRIBED, "PolicyDocument": "{"})


def endpoint(name: str, **changes) -> Endpoint:
    given = {"vpc_id": VPC, "service_name": "com.amazonaws.us-east-1.s3", "policy": None, "state": "available"}
    return Endpoint(id=name, **{**given, **changes})


LIVE = endpoint("vpce-1")
IN_VPC = Wanted(vpc_id=VPC)
BY_ID = Wanted(endpoint_id="vpce-1")

# name, endpoints, wanted, id of the one that is meant, ids of its siblings
MEANT = [
    ("none", [], IN_VPC, None, []),
    ("the one", [LIVE], IN_VPC, "vpce-1", []),
    *[
        (f"in the state {state}", [endpoint("vpce-1", state=state)], IN_VPC, "vpce-1", [])
        for state in ("pending", "pendingacceptance", "partial")
    ],
    *[
        (f"in the state {state}", [endpoint("vpce-1", state=state)], IN_VPC, None, [])
        for state in ("deleted", "failed", "rejected", "expired")
    ],
    ("being deleted", [endpoint("vpce-1", state="deleting")], IN_VPC, None, ["vpce-1"]),
    ("beside one that is being deleted", [endpoint("vpce-2", state="deleting"), LIVE], IN_VPC, "vpce-1", ["vpce-2"]),
    (
        "beside one of another service",
        [endpoint("vpce-2", service_name="com.amazonaws.us-east-1.dynamodb"), LIVE],
        IN_VPC,
        "vpce-1",
        [],
    ),
    (
        "beside one of S3 Express",
        [endpoint("vpce-2", service_name="com.amazonaws.us-east-1.s3express"), LIVE],
        IN_VPC,
        "vpce-1",
        [],
    ),
    ("beside one of another VPC", [endpoint("vpce-2", vpc_id=OTHER_VPC), LIVE], IN_VPC, "vpce-1", []),
    ("only one of another VPC", [endpoint("vpce-2", vpc_id=OTHER_VPC)], IN_VPC, None, []),
    ("by its id, beside one of another VPC", [endpoint("vpce-2", vpc_id=OTHER_VPC), LIVE], BY_ID, "vpce-1", []),
    ("by its id, beside one of its VPC", [LIVE, endpoint("vpce-2")], BY_ID, "vpce-1", ["vpce-2"]),
    ("beside an interface endpoint", [endpoint("vpce-2", type="Interface"), LIVE], IN_VPC, "vpce-1", []),
    ("only an interface endpoint", [endpoint("vpce-2", type="Interface")], IN_VPC, None, []),
    ("of another partition", [endpoint("vpce-1", service_name="com.amazonaws.cn-north-1.s3")], IN_VPC, "vpce-1", []),
    ("of an older spelling", [endpoint("vpce-1", type="gateway")], IN_VPC, "vpce-1", []),
    (
        "S3 Express",
        [LIVE, endpoint("vpce-2", service_name="com.amazonaws.us-east-1.s3express")],
        Wanted(vpc_id=VPC, service="s3express"),
        "vpce-2",
        [],
    ),
    ("by its id", [LIVE], BY_ID, "vpce-1", []),
    ("by its id among several", [LIVE, endpoint("vpce-2")], replace(BY_ID, vpc_id=VPC), "vpce-1", ["vpce-2"]),
    ("absent and not there", [], replace(BY_ID, state="absent"), None, []),
    ("absent and deleted", [endpoint("vpce-1", state="deleted")], replace(BY_ID, state="absent"), None, []),
    (
        "absent and being deleted",
        [endpoint("vpce-1", state="deleting")],
        replace(BY_ID, state="absent"),
        None,
        ["vpce-1"],
    ),
    ("absent and failed", [endpoint("vpce-1", state="failed")], replace(BY_ID, state="absent"), "vpce-1", []),
]


@pytest.mark.parametrize(
    "endpoints, wanted, current, siblings", [case[1:] for case in MEANT], ids=[case[0] for case in MEANT]
)
def test_select(endpoints, wanted, current, siblings):
    found = select(endpoints, wanted)
    assert (found.current.id if found.current else None) == current
    assert [one.id for one in found.siblings] == siblings


# name, endpoints, wanted, words of the refusal
REFUSALS = [
    (
        "two candidates",
        [endpoint("vpce-2", route_tables=("rtb-1", "rtb-2")), endpoint("vpce-1", tags={"Name": "mine"})],
        IN_VPC,
        "gateway endpoint for s3 in vpc-1a: There are 2 of them: vpce-1 (mine, route tables: none); "
        "vpce-2 (no name, route tables: rtb-1, rtb-2). Say which by endpoint_id.",
    ),
    ("two to remove", [LIVE, endpoint("vpce-2")], replace(IN_VPC, state="absent"), "Say which by endpoint_id."),
    ("no such id", [], BY_ID, "endpoint vpce-1: There is no such endpoint in this region and account."),
    ("deleted", [endpoint("vpce-1", state="deleted")], BY_ID, "There is no such endpoint"),
    ("interface", [endpoint("vpce-1", type="Interface")], BY_ID, "It is of type Interface, not a gateway endpoint."),
    ("another VPC", [LIVE], replace(BY_ID, vpc_id=OTHER_VPC), "It is in vpc-1a, not in vpc-2b."),
    (
        "another service",
        [endpoint("vpce-1", service_name="com.amazonaws.us-east-1.dynamodb")],
        BY_ID,
        "It is for com.amazonaws.us-east-1.dynamodb, not for s3. Check service and the id.",
    ),
    ("another service to remove", [LIVE], replace(BY_ID, service="s3express", state="absent"), "not for s3express"),
    ("failed", [endpoint("vpce-1", state="failed")], BY_ID, "Its state is failed, so it cannot be changed any more."),
    ("being deleted", [endpoint("vpce-1", state="deleting")], BY_ID, "Its state is deleting"),
]


@pytest.mark.parametrize(
    "endpoints, wanted, words", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_refused(endpoints, wanted, words):
    with pytest.raises(Refusal) as caught:
        select(endpoints, wanted)
    assert words in str(caught.value)


# region's services, service, full name
SERVICES = [
    (["com.amazonaws.us-east-1.dynamodb", "com.amazonaws.us-east-1.s3", "com.amazonaws.us-east-1.s3express"], "s3", 1),
    (
        ["com.amazonaws.us-east-1.dynamodb", "com.amazonaws.us-east-1.s3", "com.amazonaws.us-east-1.s3express"],
        "s3express",
        2,
    ),
    (["com.amazonaws.cn-north-1.dynamodb", "com.amazonaws.cn-north-1.s3"], "s3", 1),
    (["com.amazonaws.eusc-de-east-1.s3"], "s3", 0),
]


@pytest.mark.parametrize("names, service, index", SERVICES)
def test_service_name(names, service, index):
    assert service_name(names, Wanted(vpc_id=VPC, service=service), "x") == names[index]


def test_a_region_without_the_service():
    names = ["com.amazonaws.us-west-1.s3", "com.amazonaws.us-west-1.dynamodb"]
    with pytest.raises(Refusal) as caught:
        service_name(names, Wanted(vpc_id=VPC, service="s3express"), "us-west-1")
    assert "The region us-west-1 has no gateway endpoints for s3express" in str(caught.value)
    assert "for: com.amazonaws.us-west-1.dynamodb, com.amazonaws.us-west-1.s3." in str(caught.value)
    with pytest.raises(Refusal, match="it has them for: none"):
        service_name([], Wanted(vpc_id=VPC), "us-west-1")


INBOUND = {"private_dns_only_for_inbound_resolver_endpoint": True}
# name, siblings, interface endpoints, ids of those that forbid the removal
DEPENDENTS = [
    ("none", (), [], []),
    ("one that needs none", (), [endpoint("vpce-9", type="Interface")], []),
    ("one that needs it", (), [endpoint("vpce-9", type="Interface", facts=INBOUND)], ["vpce-9"]),
    ("one that is going", (), [endpoint("vpce-9", type="Interface", facts=INBOUND, state="deleting")], []),
    (
        "one for another service",
        (),
        [endpoint("vpce-9", type="Interface", facts=INBOUND, service_name="com.amazonaws.us-east-1.dynamodb")],
        [],
    ),
    ("another gateway endpoint stays", (endpoint("vpce-2"),), None, []),
    (
        "another gateway endpoint goes as well",
        (endpoint("vpce-2", state="deleting"),),
        [endpoint("vpce-9", type="Interface", facts=INBOUND)],
        ["vpce-9"],
    ),
]


@pytest.mark.parametrize(
    "siblings, interfaces, ids", [case[1:] for case in DEPENDENTS], ids=[case[0] for case in DEPENDENTS]
)
def test_dependents(siblings, interfaces, ids):
    plan = decide(Found(LIVE, siblings), replace(IN_VPC, state="absent"), Surroundings())
    assert needs_dependents(plan) is (interfaces is not None)
    findings = list(dependents(plan, interfaces or []))
    assert [name for name in ("vpce-9",) if any(name in one.reason for one in findings)] == ids
    guards = {"dependents": lambda plan: findings}
    if not ids:
        assert run_guards(plan, guards).as_dict() == {
            "checked": ["dependents"],
            "refused": [],
            "overridden": [],
            "assumed": [],
        }
        return
    with pytest.raises(GuardRefusal) as caught:
        run_guards(plan, guards)
    assert "Nothing was changed." in str(caught.value)
    assert caught.value.details["guard"]["refused"][0]["guard"] == "dependents"


def test_only_a_removal_has_dependents():
    assert not needs_dependents(decide(Found(LIVE), replace(IN_VPC, reset_policy=True), Surroundings(VPC)))


def test_what_is_not_written_is_not_judged():
    def never(plan):
        raise AssertionError

    assert run_guards(decide(Found(LIVE), IN_VPC, Surroundings(VPC)), {"never": never}).checked == ()


def test_from_description_of_an_interface_endpoint():
    described = {
        **DESCRIBED,
        "VpcEndpointType": "Interface",
        "PrivateDnsEnabled": True,
        "DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": True},
    }
    interface = Endpoint.from_description(described)
    assert (interface.type, interface.is_gateway) == ("Interface", False)
    assert interface.facts["private_dns_only_for_inbound_resolver_endpoint"] is True
    described["PrivateDnsEnabled"] = False
    assert Endpoint.from_description(described).facts["private_dns_only_for_inbound_resolver_endpoint"] is False
