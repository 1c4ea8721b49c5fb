# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls of a run on one endpoint: how many, in which order, and what is waited for."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("botocore")


from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError, NotSettled
from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint.converge import (
    converge,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import Wanted
from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal
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


# name, endpoints, options, reads before a write, writes, reads after it
CYCLES = [
    ("nothing to do", [described(policy=TIGHT)], {"policy": TIGHT}, [LOOK], [], []),
    ("nothing said", [described()], {}, [LOOK], [], []),
    ("tables as they are", [described(RouteTableIds=["rtb-1"])], {"route_table_ids": ("rtb-1",)}, [LOOK], [], []),
    (
        "all tables as they are",
        [described(RouteTableIds=["rtb-0", "rtb-1", "rtb-2"])],
        {"all_route_tables": True},
        [LOOK, TABLES],
        [],
        [],
    ),
    (
        "a subnet's table as it is",
        [described(RouteTableIds=["rtb-1"])],
        {"subnet_ids": ("subnet-1",)},
        [LOOK, TABLES],
        [],
        [],
    ),
    (
        "the main table as it is",
        [described(RouteTableIds=["rtb-0"])],
        {"subnet_ids": ("subnet-2",)},
        [LOOK, TABLES, "DescribeSubnets"],
        [],
        [],
    ),
    ("by its id", [described()], {"vpc_id": None, "endpoint_id": "vpce-1"}, [LOOK], [], []),
    ("by its id and VPC", [described(), described("vpce-2")], {"endpoint_id": "vpce-1"}, [LOOK], [], []),
    ("policy", [described()], {"policy": TIGHT}, [LOOK], [MODIFY], [LOOK]),
    ("policy reset", [described(policy=TIGHT)], {"reset_policy": True}, [LOOK], [MODIFY], [LOOK]),
    ("a table less", [described(RouteTableIds=["rtb-1"])], {"route_table_ids": ()}, [LOOK], [MODIFY], [LOOK]),
    ("a table more", [described()], {"route_table_ids": ("rtb-1",)}, [LOOK, TABLES], [MODIFY], [LOOK]),
    (
        "policy, tables and addresses in one call, tags in two",
        [described(Tags=[{"Key": "Name", "Value": "x"}])],
        {"policy": TIGHT, "all_route_tables": True, "ip_address_type": "dualstack", "tags": {"Team": "blue"}},
        [LOOK, TABLES],
        [MODIFY, TAG, UNTAG],
        [LOOK],
    ),
    (
        "creation",
        [],
        {"policy": TIGHT, "route_table_ids": ("rtb-1",), "tags": {"Name": "s3"}},
        [LOOK, TABLES, SERVICES],
        [CREATE],
        [LOOK],
    ),
    (
        "creation beside an interface endpoint",
        [described(VpcEndpointType="Interface")],
        {},
        [LOOK, TABLES, SERVICES],
        [CREATE],
        [LOOK],
    ),
    (
        "creation beside one that was deleted",
        [described(State="deleted")],
        {},
        [LOOK, TABLES, SERVICES],
        [CREATE],
        [LOOK],
    ),
    ("removal", [described()], {"state": "absent"}, [LOOK], [DELETE], [LOOK]),
    ("removal by id", [described()], {"state": "absent", "endpoint_id": "vpce-1"}, [LOOK], [DELETE], [LOOK]),
    (
        "a table more by its id",
        [described()],
        {"vpc_id": None, "endpoint_id": "vpce-1", "route_table_ids": ("rtb-1",)},
        [LOOK, TABLES, LOOK],
        [MODIFY],
        [LOOK],
    ),
    (
        "policy by its id",
        [described(), described("vpce-2", RouteTableIds=["rtb-1"])],
        {"vpc_id": None, "endpoint_id": "vpce-1", "policy": TIGHT},
        [LOOK],
        [MODIFY],
        [LOOK],
    ),
    (
        "removal by its id alone",
        [described()],
        {"state": "absent", "vpc_id": None, "endpoint_id": "vpce-1"},
        [LOOK, LOOK],
        [DELETE],
        [LOOK],
    ),
    ("nothing to remove", [], {"state": "absent"}, [LOOK], [], []),
    ("nothing to remove by id", [], {"state": "absent", "vpc_id": None, "endpoint_id": "vpce-1"}, [LOOK], [], []),
    ("nothing to remove by id and VPC", [], {"state": "absent", "endpoint_id": "vpce-1"}, [LOOK, LOOK], [], []),
]


@pytest.mark.parametrize(
    "endpoints, options, reads, writes, after", [case[1:] for case in CYCLES], ids=[case[0] for case in CYCLES]
)
def test_calls(endpoints, options, reads, writes, after):
    ec2 = FakeEc2(*json.loads(json.dumps(endpoints)))
    predicted = run(ec2, check=True, **options)
    assert ec2.calls == reads

    ec2.calls.clear()
    done = run(ec2, **options)
    assert ec2.calls == [*reads, *writes, *after]
    assert list(done.actions) == list(predicted.actions) == [f"ec2:{name}" for name in writes]
    assert done.before == predicted.before
    assert done.warnings == predicted.warnings
    assert (done.after is None) == (predicted.after is None) == (options.get("state") == "absent")

    ec2.calls.clear()
    again = run(ec2, **options)
    assert again.actions == ()
    assert set(ec2.calls).isdisjoint({CREATE, MODIFY, DELETE, TAG, UNTAG})
    # One, and another one for an id that the VPC does not have.
    missing = options.get("endpoint_id") and options.get("vpc_id", VPC) and again.after is None
    assert ec2.calls.count(LOOK) == (2 if missing else 1)


def test_without_waiting_nothing_is_read_afterwards():
    ec2 = FakeEc2(described())
    outcome = run(ec2, wait=False, policy=TIGHT)
    assert ec2.calls == [LOOK, MODIFY]
    assert outcome.after.policy == TIGHT

    ec2 = FakeEc2()
    outcome = run(ec2, wait=False, policy=TIGHT)
    assert ec2.calls == [LOOK, TABLES, SERVICES, CREATE]
    assert (outcome.after.id, outcome.after.state, outcome.after.policy) == ("vpce-9", "available", TIGHT)

    ec2 = FakeEc2(described())
    assert run(ec2, wait=False, state="absent").after is None
    assert ec2.calls == [LOOK, DELETE]


def test_a_new_endpoint_may_not_be_found_at_first():
    missing = client_error("InvalidVpcEndpointId.NotFound")
    ec2 = FakeEc2(events={LOOK: [None, missing, missing]})
    assert run(ec2).after.id == "vpce-9"
    assert ec2.calls.count(LOOK) == 4


def test_the_endpoint_is_waited_for():
    ec2 = FakeEc2(described(State="Pending"))
    states = iter(["pending", "Available"])

    def advance():
        ec2.endpoints["vpce-1"]["State"] = next(states)

    assert run(ec2, pauses=advance).after.state == "available"
    assert ec2.calls == [LOOK] * 4
    assert run(FakeEc2(described(State="Pending")), wait=False).after.state == "pending"
    assert run(FakeEc2(described(State="Pending")), check=True).after.state == "pending"


def test_what_aws_shows_late_is_waited_for():
    ec2 = FakeEc2(described())
    ec2.events[LOOK] = [
        None,
        lambda fake: fake.endpoints.update({"vpce-1": described()}),
        lambda fake: fake.endpoints.update({"vpce-1": described(policy=TIGHT)}),
    ]
    outcome = run(ec2, policy=TIGHT)
    assert outcome.after.policy == TIGHT
    assert outcome.actions == ("ec2:ModifyVpcEndpoint",)


def test_what_aws_never_shows():
    ec2 = FakeEc2(described())
    ec2.events[LOOK] = [None, *[lambda fake: fake.endpoints.update({"vpce-1": described()})] * 100]
    actions: list[str] = []
    with pytest.raises(NotSettled) as caught:
        converge(ec2, Wanted(vpc_id=VPC, policy=TIGHT), actions=actions, pace=Time().pace())
    assert "shows another policy after 60 seconds (wait_timeout)" in str(caught.value)
    assert actions == ["ec2:ModifyVpcEndpoint"]
    assert ec2.calls.count(MODIFY) == 1


def test_an_endpoint_that_fails():
    failed = described("vpce-9", State="failed", LastError={"Code": "x", "Message": "no room"})
    ec2 = FakeEc2(events={LOOK: [None, lambda fake: fake.endpoints.update({"vpce-9": failed})]})
    with pytest.raises(NotSettled, match="Endpoint vpce-9 does not become available, its state is failed: no room"):
        run(ec2)


def test_the_end_of_another_endpoint_is_waited_for():
    leaving = described("vpce-2", State="deleting", RouteTableIds=["rtb-1"])
    ec2 = FakeEc2(leaving)
    outcome = run(ec2, pauses=lambda: ec2.endpoints.pop("vpce-2", None), route_table_ids=("rtb-1",))
    assert outcome.after.id == "vpce-9"
    assert ec2.calls == [LOOK, TABLES, SERVICES, LOOK, LOOK, CREATE, LOOK]


def test_without_waiting_the_route_of_another_endpoint_is_an_error():
    leaving = described("vpce-2", State="deleting", RouteTableIds=["rtb-1"])
    taken = client_error(
        "RouteAlreadyExists", "route table rtb-1 already has a route with destination-prefix-list-id pl-4"
    )
    ec2 = FakeEc2(leaving, events={CREATE: [taken]})
    with pytest.raises(CallError, match="still holds the route of endpoint vpce-2, which is being deleted"):
        run(ec2, wait=False, route_table_ids=("rtb-1",))


def test_absent_waits_for_the_end():
    ec2 = FakeEc2(described(State="deleting"))
    assert run(ec2, state="absent", pauses=ec2.endpoints.clear).actions == ()
    assert ec2.calls == [LOOK] * 3
    with pytest.raises(NotSettled, match="Endpoint vpce-1 is still being deleted after 60 seconds"):
        run(FakeEc2(described(State="deleting")), state="absent")
    assert run(FakeEc2(described(State="deleting")), state="absent", wait=False).actions == ()


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "options",
    [{"route_table_ids": ("rtb-1",)}, {"subnet_ids": ("subnet-1",)}, {"all_route_tables": True}],
)
def test_the_route_of_another_endpoint_is_in_the_way_in_check_mode_too(check, options):
    ec2 = FakeEc2(described(), described("vpce-2", RouteTableIds=["rtb-1"]))
    with pytest.raises(Refusal, match="rtb-1 holds the route of endpoint vpce-2"):
        run(ec2, vpc_id=None, endpoint_id="vpce-1", check=check, **options)
    assert not {CREATE, MODIFY, DELETE} & set(ec2.calls)
