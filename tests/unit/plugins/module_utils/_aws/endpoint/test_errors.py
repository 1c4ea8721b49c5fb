# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a run on one endpoint when other writers come in between, answers are lost or AWS refuses."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("botocore")

from botocore.exceptions import NoCredentialsError, ReadTimeoutError

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError
from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint.converge import (
    MAX_PASSING,
    MAX_ROUNDS,
    converge,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import Wanted
from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.endpoint import GuardRefusal
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.endpoint.endpoint_fake import (
    TIGHT,
    VPC,
    FakeEc2,
    Time,
    client_error,
    described,
    run,
)

LOOK, TABLES, SERVICES = "DescribeVpcEndpoints", "DescribeRouteTables", "DescribeVpcEndpointServices"
CREATE, MODIFY, DELETE = "CreateVpcEndpoint", "ModifyVpcEndpoint", "DeleteVpcEndpoints"
TAG, UNTAG = "CreateTags", "DeleteTags"


def test_another_writer_removes_the_endpoint_in_between():
    ec2 = FakeEc2(described(), events={MODIFY: [lambda fake: fake.endpoints.clear()]})
    outcome = run(ec2, policy=TIGHT)
    assert outcome.actions == ("ec2:CreateVpcEndpoint",)
    assert outcome.before.id == "vpce-1"
    assert outcome.after.id == "vpce-9"
    assert "Another writer changed endpoint vpce-1" in outcome.warnings[-1]


def test_another_writer_does_the_same_in_between():
    def overtake(fake):
        fake.endpoints["vpce-1"]["RouteTableIds"] = ["rtb-1"]
        raise client_error("RouteAlreadyExists")

    ec2 = FakeEc2(described(), events={MODIFY: [overtake]})
    outcome = run(ec2, route_table_ids=("rtb-1",))
    assert outcome.actions == ()
    assert ec2.calls == [LOOK, TABLES, MODIFY, LOOK]
    assert outcome.after.route_tables == ("rtb-1",)


def test_another_writer_creates_one_in_between():
    def overtake(fake):
        fake.endpoints["vpce-5"] = described("vpce-5", RouteTableIds=["rtb-1"])
        raise client_error("RouteAlreadyExists")

    ec2 = FakeEc2(events={CREATE: [overtake]})
    outcome = run(ec2, route_table_ids=("rtb-1",), policy=TIGHT)
    assert outcome.actions == ("ec2:ModifyVpcEndpoint",)
    assert outcome.after.id == "vpce-5"


def test_other_writers_again_and_again():
    def overtake(fake):
        tables = fake.endpoints["vpce-1"]["RouteTableIds"]
        tables.append(f"rtb-{len(tables) + 3}")
        raise client_error("InvalidParameter", "Something about a route table.")

    ec2 = FakeEc2(described(), events={MODIFY: [overtake] * 20})
    with pytest.raises(CallError, match="Something about a route table"):
        run(ec2, route_table_ids=("rtb-1",))
    assert ec2.calls.count(MODIFY) == MAX_ROUNDS + 1


def test_an_answer_that_was_lost():
    def lose(fake):
        fake.endpoints["vpce-1"]["PolicyDocument"] = json.dumps(TIGHT)
        raise ReadTimeoutError(endpoint_url="https://ec2")

    ec2 = FakeEc2(described(), events={MODIFY: [lose]})
    outcome = run(ec2, policy=TIGHT)
    assert outcome.actions == ("ec2:ModifyVpcEndpoint",)
    assert ec2.calls == [LOOK, MODIFY, LOOK]


def test_a_request_that_botocore_sent_twice():
    """The second is refused, because the first was carried out though its answer was lost."""

    def twice(fake):
        fake.endpoints["vpce-1"]["RouteTableIds"] = ["rtb-1"]
        raise client_error("RouteAlreadyExists", retries=1)

    outcome = run(FakeEc2(described(), events={MODIFY: [twice]}), route_table_ids=("rtb-1",))
    assert outcome.actions == ("ec2:ModifyVpcEndpoint",)


def test_the_same_creation_sent_twice_makes_one_endpoint():
    """The token is the same for what AWSRetry sends again, and another one for every creation."""
    ec2 = FakeEc2(events={CREATE: [client_error("InternalError"), None]})
    run(ec2)
    tokens = [request["ClientToken"] for request in ec2.requests if "ClientToken" in request]
    assert len(tokens) == 2
    assert tokens[0] == tokens[1]
    run(other := FakeEc2())
    assert all(request.get("ClientToken") != tokens[0] for request in other.requests)


@pytest.fixture(autouse=True)
def _no_sleep(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def test_what_was_done_before_a_failure_is_told():
    denied = client_error("UnauthorizedOperation", "You are not authorized to perform this operation.")
    ec2 = FakeEc2(described(), events={TAG: [denied]})
    actions: list[str] = []
    with pytest.raises(
        CallError, match=r"no permission for ec2:CreateTags on arn:aws:ec2:us-east-1:\*:vpc-endpoint/vpce-1"
    ):
        converge(ec2, Wanted(vpc_id=VPC, policy=TIGHT, tags={"a": "b"}), actions=actions, pace=Time().pace())
    assert actions == ["ec2:ModifyVpcEndpoint"]
    assert ec2.calls == [LOOK, MODIFY, TAG]


def test_a_failure_after_a_first_write_is_not_taken_for_another_writer():
    ec2 = FakeEc2(described(), events={TAG: [client_error("TagLimitExceeded")]})
    with pytest.raises(CallError, match="too many tags"):
        run(ec2, policy=TIGHT, tags={"a": "b"})
    assert ec2.calls == [LOOK, MODIFY, TAG, LOOK]


def test_what_passes_by_itself_is_tried_again():
    ec2 = FakeEc2(described(), events={MODIFY: [client_error("IncorrectState")] * 2})
    assert run(ec2, policy=TIGHT).actions == ("ec2:ModifyVpcEndpoint",)
    ec2 = FakeEc2(described(), events={MODIFY: [client_error("InvalidVpcEndpointId.NotFound")] * 20})
    with pytest.raises(CallError, match="AWS shows the endpoint but does not find it to change it"):
        run(ec2, policy=TIGHT)
    assert ec2.calls.count(MODIFY) == MAX_PASSING + 1


def test_what_passes_by_itself_is_given_time():
    slept = []
    ec2 = FakeEc2(described(), events={MODIFY: [client_error("IncorrectState")] * 2})
    run(ec2, policy=TIGHT, pauses=lambda: slept.append(1))
    # Once for each that failed, and once before the new policy is looked at again.
    assert len(slept) >= 2
    without = []
    run(FakeEc2(described()), policy=TIGHT, pauses=lambda: without.append(1))
    assert len(slept) == len(without) + 2


# name, endpoints, options, events, words of the message, reads that follow the failure
FAILURES = [
    (
        "the quota of endpoints",
        [],
        {},
        {CREATE: [client_error("VpcEndpointLimitExceeded", "The maximum number is reached.")]},
        "Cannot create the endpoint for com.amazonaws.us-east-1.s3 in vpc-1a: the account has all the gateway "
        "endpoints that its quota allows in this region or VPC (The maximum number is reached). Remove one, or",
    ),
    (
        "the quota of routes",
        [described()],
        {"route_table_ids": ("rtb-1",)},
        {MODIFY: [client_error("RouteLimitExceeded", "Too many routes.")]},
        "Cannot change endpoint vpce-1: a route table has no room for the endpoint's routes (Too many routes).",
    ),
    (
        "a service that vanished",
        [],
        {},
        {CREATE: [client_error("InvalidServiceName", "The Vpc Endpoint Service does not exist")]},
        "AWS does not know the service com.amazonaws.us-east-1.s3 here",
    ),
    (
        "a route that somebody made",
        [described()],
        {"route_table_ids": ("rtb-1",)},
        {MODIFY: [client_error("InvalidParameter", "route table rtb-1 already has a route with destination pl-4")]},
        "a route table has a route to the prefix list of this service already (route table rtb-1 already has a route "
        "with destination pl-4). No endpoint of this VPC holds it, so somebody made it: remove that route",
    ),
    (
        "routes of another endpoint",
        [described(), described("vpce-2", RouteTableIds=["rtb-2", "rtb-1"])],
        {"endpoint_id": "vpce-1", "route_table_ids": ("rtb-1", "rtb-2")},
        {},
        "vpce-2",
    ),
    (
        "what a change may not do",
        [described()],
        {"policy": TIGHT},
        {MODIFY: [client_error("OperationNotPermitted", "It is needed.")]},
        "Cannot change endpoint vpce-1: OperationNotPermitted: It is needed.",
    ),
    (
        "a removal that fails for something else",
        [described()],
        {"state": "absent"},
        {DELETE: [client_error("Strange", "odd")]},
        "Cannot remove endpoint vpce-1: Strange: odd.",
    ),
    (
        "an endpoint that something depends on",
        [described()],
        {"state": "absent"},
        {DELETE: [client_error("OperationNotPermitted", "It is needed.")]},
        "Cannot remove endpoint vpce-1: OperationNotPermitted: It is needed. An interface endpoint for S3 with",
    ),
    (
        "a region without the service",
        [],
        {"service": "s3express"},
        {},
        "The region us-east-1 has no gateway endpoints for s3express",
    ),
    ("an unknown VPC", [], {"vpc_id": "vpc-9"}, {}, "There is no VPC vpc-9 in this region and account."),
    (
        "a table of another VPC",
        [described()],
        {"route_table_ids": ("rtb-9",)},
        {},
        "rtb-9 is not a route table of vpc-1a",
    ),
    ("a subnet of another VPC", [described()], {"subnet_ids": ("subnet-9",)}, {}, "subnet-9 is not a subnet of vpc-1a"),
    ("two candidates", [described(), described("vpce-2")], {}, {}, "There are 2 of them: vpce-1"),
    (
        "an id of another VPC",
        [described(VpcId="vpc-2b")],
        {"endpoint_id": "vpce-1"},
        {},
        "endpoint vpce-1: It is in vpc-2b, not in vpc-1a.",
    ),
    (
        "an id of another type",
        [described(VpcEndpointType="Interface")],
        {"endpoint_id": "vpce-1"},
        {},
        "It is of type Interface",
    ),
    ("an unknown id", [], {"endpoint_id": "vpce-1"}, {}, "There is no such endpoint in this region and account."),
    ("no credentials", [], {}, {LOOK: [NoCredentialsError()]}, "Cannot list the endpoints: no credentials were found."),
    ("an expired token", [], {}, {LOOK: [client_error("RequestExpired", "Request has expired.")]}, "have expired"),
    (
        "no permission to look",
        [],
        {},
        {LOOK: [client_error("UnauthorizedOperation", "You are not authorized.")]},
        "Cannot list the endpoints: the caller has no permission for ec2:DescribeVpcEndpoints on *.",
    ),
    (
        "no permission to change",
        [described()],
        {"policy": TIGHT},
        {MODIFY: [client_error("UnauthorizedOperation", "You are not authorized.")]},
        "no permission for ec2:ModifyVpcEndpoint on arn:aws:ec2:us-east-1:*:vpc-endpoint/vpce-1 and its route tables.",
    ),
    (
        "throttled",
        [],
        {},
        {LOOK: [client_error("RequestLimitExceeded", "Request limit exceeded.")] * 99},
        "AWS turned the request down again and again",
    ),
]


@pytest.mark.parametrize(
    "endpoints, options, events, words", [case[1:] for case in FAILURES], ids=[case[0] for case in FAILURES]
)
def test_failures(endpoints, options, events, words):
    ec2 = FakeEc2(*json.loads(json.dumps(endpoints)), events={name: list(event) for name, event in events.items()})
    actions: list[str] = []
    with pytest.raises((CallError, Refusal)) as caught:
        converge(ec2, Wanted(**{"vpc_id": VPC, **options}), actions=actions, pace=Time().pace())
    assert words in str(caught.value)
    # Only a removal has to do with interface endpoints.
    assert ("interface endpoint" in str(caught.value)) is ("It is needed" in words and "remove" in words)
    assert actions == []
    assert ec2.endpoints == {one["VpcEndpointId"]: one for one in endpoints}


def test_throttling_passes():
    ec2 = FakeEc2(described(), events={LOOK: [client_error("RequestLimitExceeded")] * 3})
    assert run(ec2).after.id == "vpce-1"
    assert ec2.calls == [LOOK] * 4


# items of Unsuccessful, words of the error, or None
UNSUCCESSFUL = [
    ([], None),
    ([{"ResourceId": "vpce-1", "Error": {"Code": "InvalidVpcEndpoint.NotFound", "Message": "gone"}}], None),
    (
        [{"ResourceId": "vpce-1", "Error": {"Code": "InvalidParameter", "Message": "It is in use."}}],
        "Cannot remove endpoint vpce-1: InvalidParameter: It is in use.",
    ),
    (
        [{"ResourceId": "vpce-1", "Error": {"Code": "UnauthorizedOperation", "Message": "No."}}],
        "no permission for ec2:DeleteVpcEndpoints on arn:aws:ec2:us-east-1:*:vpc-endpoint/vpce-1",
    ),
]


@pytest.mark.parametrize("items, words", UNSUCCESSFUL)
def test_a_removal_that_aws_calls_a_success(items, words):
    ec2 = FakeEc2(described())

    def answer(VpcEndpointIds):  # noqa: N803
        if not words:
            ec2.endpoints.clear()
        return {"Unsuccessful": items}

    ec2._delete_vpc_endpoints = answer
    if not words:
        assert run(ec2, state="absent").actions == ("ec2:DeleteVpcEndpoints",)
        return
    with pytest.raises(CallError) as caught:
        run(ec2, state="absent")
    assert words in str(caught.value)


@pytest.mark.parametrize("check", [True, False])
def test_an_interface_endpoint_that_needs_the_gateway(check):
    interface = described(
        "vpce-2",
        VpcEndpointType="Interface",
        PrivateDnsEnabled=True,
        DnsOptions={"PrivateDnsOnlyForInboundResolverEndpoint": True},
    )
    ec2 = FakeEc2(described(), interface)
    with pytest.raises(GuardRefusal, match="Interface endpoint vpce-2 has private DNS only for inbound resolver"):
        run(ec2, state="absent", guarded=True, check=check)
    assert ec2.calls == [LOOK, LOOK]


def test_guards_cost_nothing_where_they_do_not_matter():
    ec2 = FakeEc2(described())
    outcome = run(ec2, guarded=True, policy=TIGHT)
    assert ec2.calls == [LOOK, MODIFY, LOOK]
    assert outcome.verdict.checked == ("dependents",)
