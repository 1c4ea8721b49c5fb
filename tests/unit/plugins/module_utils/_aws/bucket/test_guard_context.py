# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guards ask of AWS: as little as it takes, once, and what becomes of a refusal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.ec2 import MAX_FILTER_VALUES
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.sts import Caller
from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket.guard_context import GuardContext
from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket.guards import bucket_guards
from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint.guards import endpoint_guards
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.input import declare
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import decide
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.guard import run_guards

ACCOUNT = "111122223333"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run-7"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
VPCE = "vpce-0123456789abcdef0"
DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Any")


class Session:
    """Has the clients of a session; ``asked`` lists what was asked of them."""

    def __init__(self, endpoints=(), denied=()) -> None:
        self.asked: list[tuple] = []
        self.endpoints = endpoints
        self.denied = denied

    @property
    def caller(self) -> Caller:
        self.asked.append(("sts",))
        return Caller(ACCOUNT, SESSION, "AROAEXAMPLEROLEID123:run-7")

    def client(self, service: str):
        return SimpleNamespace(
            get_role=lambda RoleName: self._answer("iam", RoleName) or {"Role": {"Arn": ROLE}},  # noqa: N803
            get_paginator=lambda _name: SimpleNamespace(paginate=self._page),
            meta=SimpleNamespace(partition="aws", region_name="eu-central-1"),
        )

    def _page(self, Filters=(), VpcEndpointIds=()):  # noqa: N803
        assert [one["Name"] for one in Filters] == ["vpc-endpoint-id"][: len(Filters)]
        ids = [*VpcEndpointIds, *(name for one in Filters for name in one["Values"])]
        self._answer("ec2", tuple(ids))
        found = [one for one in self.endpoints if one["VpcEndpointId"] in ids]
        return SimpleNamespace(build_full_result=lambda: {"VpcEndpoints": found})

    def _answer(self, service, what) -> None:
        self.asked.append((service, what))
        if service in self.denied:
            raise DENIED


def plan_of(condition):
    statement = {
        "Sid": "Ours",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
        "Condition": condition,
    }
    return decide(None, declare({"bucket": "logs", "statements": [statement]}, "aws"))


SPARED = {"StringNotEquals": {"aws:SourceVpce": VPCE}, "ArnNotLike": {"aws:PrincipalArn": ROLE}}
THERE = {"VpcEndpointId": VPCE, "ServiceName": "com.amazonaws.eu-central-1.s3", "VpcId": "vpc-1", "State": "available"}


def verdict(session, condition, **options):
    guard_context = GuardContext(session, "eu-central-1", False)
    found = run_guards(plan_of(condition), bucket_guards(options, "aws", ACCOUNT, guard_context))
    return found, guard_context


def test_the_path_of_the_callers_role_is_looked_up_when_it_decides():
    session = Session([THERE])
    found, _knowledge = verdict(session, SPARED, arriving_through="internet")
    assert found.findings == ()
    assert [one for one in session.asked if one[0] == "iam"] == [("iam", "deploy")]

    session = Session([THERE])
    verdict(session, {"StringNotEquals": {"aws:SourceVpce": VPCE}}, arriving_through="internet")
    assert "iam" not in [one[0] for one in session.asked]


@pytest.mark.parametrize("given", [{}, {"request_context": {"aws:PrincipalArn": ROLE}}])
def test_who_may_not_look_it_up_can_give_it(given):
    session = Session([THERE], denied=["iam"])
    found, _knowledge = verdict(session, SPARED, arriving_through="internet", **given)
    assert len(found.refused) == (not given)
    for one in found.refused:
        assert "full ARN of the role" in one.remedy
        assert "aws:PrincipalArn" in one.reason


def test_a_role_of_another_account_is_not_the_callers_of_that_name():
    session = Session()
    guard_context = GuardContext(session, "eu-central-1", False)
    assert guard_context.full_arn("arn:aws:sts::444455556666:assumed-role/deploy/run-7") is None
    assert "iam" not in [one[0] for one in session.asked]


def test_who_may_not_list_endpoints_is_warned():
    session = Session(denied=["ec2"])
    found, guard_context = verdict(session, SPARED, arriving_through=VPCE)
    assert found.findings == ()
    assert ["was not examined" in one and "ec2:DescribeVpcEndpoints" in one for one in guard_context.warnings] == [True]


def test_one_lookup_for_many_threads():
    session = Session([THERE])
    guard_context = GuardContext(session, "eu-central-1", False)
    with ThreadPoolExecutor(8) as pool:
        known = list(pool.map(guard_context.endpoints, [frozenset([VPCE])] * 20))
        arns = list(pool.map(guard_context.full_arn, [SESSION] * 20))
    assert [list(one) for one in known] == [[VPCE]] * 20
    assert set(arns) == {ROLE}
    assert sorted(session.asked) == [("ec2", (VPCE,)), ("iam", "deploy"), ("sts",)]


ABSENT = ["InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound", "InvalidVpcEndpointId.Malformed"]


@pytest.mark.parametrize("code", ABSENT)
def test_one_that_is_not_there_is_asked_for_by_its_id(code):
    session = Session()
    asked = []

    def refuse(**how):
        asked.append(how)
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeVpcEndpoints")

    session._page = refuse
    guard_context = GuardContext(session, "eu-central-1", False)
    assert guard_context.endpoints(frozenset([VPCE])) == {}
    assert asked == [{"VpcEndpointIds": [VPCE]}]
    assert guard_context.warnings == []


def test_no_more_ids_than_a_filter_takes():
    session = Session()
    GuardContext(session, "eu-central-1", False).endpoints(frozenset(f"vpce-{n:017x}" for n in range(450)))
    assert [len(ids) for _ec2, ids in session.asked] == [MAX_FILTER_VALUES, MAX_FILTER_VALUES, 50]


class Places:
    """Has endpoints and VPCs in several Regions; ``asked`` lists in which one what was looked up."""

    def __init__(self, networks: dict[str, list[str]]) -> None:
        self.networks = networks
        self.asked: list[tuple[str, str]] = []

    def client(self, _service: str, region: str = "eu-central-1"):
        def paginate(Filters=(), VpcEndpointIds=()):  # noqa: N803
            ids = [*VpcEndpointIds, *(name for one in Filters for name in one["Values"])]
            self.asked.append((region, *ids))
            found = [name for name in ids if name in self.networks.get(region, ())]
            described = {
                "VpcEndpoints": [{"VpcEndpointId": name, "State": "available"} for name in found],
                "Vpcs": [{"VpcId": name} for name in found],
            }
            return SimpleNamespace(build_full_result=lambda: described)

        return SimpleNamespace(get_paginator=lambda _name: SimpleNamespace(paginate=paginate))


def test_networks_are_looked_up_in_the_region_of_the_bucket_and_then_in_that_of_the_module():
    for look_up, here, there, nowhere in (
        ("endpoints", VPCE, "vpce-1", "vpce-2"),
        ("vpcs", "vpc-0", "vpc-1", "vpc-2"),
    ):
        session = Places({"eu-central-1": [here], "us-west-2": [there]})
        guard_context = GuardContext(session, "eu-central-1", False)
        for _time in range(2):
            found = getattr(guard_context, look_up)(frozenset([there]), "us-west-2")
            assert {name: one.region for name, one in found.items()} == {there: "us-west-2"}
            found = getattr(guard_context, look_up)(frozenset([here]), "us-west-2")
            assert {name: one.region for name, one in found.items()} == {here: "eu-central-1"}
            assert getattr(guard_context, look_up)(frozenset([nowhere]), None) == {}
        assert session.asked == [
            ("us-west-2", there),
            ("us-west-2", here),
            ("eu-central-1", here),
            ("eu-central-1", nowhere),
        ]


def test_only_sessions_of_roles_have_a_role_to_look_up():
    session = Session()
    guard_context = GuardContext(session, "eu-central-1", False)
    assert [guard_context.full_arn(arn) for arn in (ROLE, f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "me")] == [
        None
    ] * 3
    assert session.asked == []


def test_the_guards_of_an_endpoint_ask_for_nothing_by_themselves():
    session = Session()
    guards = endpoint_guards({"dependent_buckets": ["logs"]}, session.client("ec2"), session, False)
    assert list(guards) == ["dependents", "lockout", "cutoff", "networks"]
    assert session.asked == []


#: Guard -> options of a task that speak against the write, the condition of its Deny, its override.
SPEAKING = {
    "lockout": ({"arriving_through": "internet"}, {"StringNotEquals": {"aws:SourceVpce": VPCE}}, "allow_lockout"),
    "endpoints": (
        {"arriving_through": VPCE},
        {"StringNotEquals": {"aws:SourceVpce": [VPCE, "vpc-1a2b3c4d"]}},
        "allow_unknown_endpoints",
    ),
}


@pytest.mark.parametrize("name", SPEAKING)
@pytest.mark.parametrize("allowed", [False, True])
def test_what_speaks_against_a_write_is_refused_unless_it_is_allowed(name, allowed):
    options, condition, override = SPEAKING[name]
    found, _context = verdict(Session([THERE]), condition, **options, **{override: allowed})
    assert [one.guard for one in found.refused] == ([] if allowed else [name])
    assert [(one.guard, one.overridden_by) for one in found.overridden] == ([(name, override)] if allowed else [])


def test_the_user_id_of_the_caller_is_known():
    caller = GuardContext(Session(), "eu-central-1", False).caller
    assert (caller.principal, caller.context) == (SESSION, {"aws:userid": "AROAEXAMPLEROLEID123:run-7"})
    spared = {"StringNotEquals": {"aws:SourceVpce": VPCE}, "StringNotLike": {"aws:userid": "AROAEXAMPLEROLEID123:*"}}
    found, _context = verdict(Session([THERE]), spared, arriving_through="internet")
    assert found.findings == ()


@pytest.mark.parametrize("principals, refused", [(None, 0), ([], 0), ([f"arn:aws:iam::{ACCOUNT}:role/other"], 1)])
def test_principals_that_a_task_protects_are_examined(principals, refused):
    found, _context = verdict(Session([THERE]), SPARED, arriving_through="internet", protected_principals=principals)
    assert len(found.refused) == refused
    assert all("role/other" in one.reason for one in found.refused)


@pytest.mark.parametrize("allowed", [False, True])
def test_a_public_grant_is_refused_unless_it_is_allowed(allowed):
    grant = {
        "Sid": "Ours",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::logs/*",
    }
    plan = decide(None, declare({"bucket": "logs", "statements": [grant]}, "aws"))
    guards = bucket_guards({"allow_public": allowed}, "aws", ACCOUNT, GuardContext(Session(), "eu-central-1", False))
    found = run_guards(plan, guards)
    assert [one.guard for one in found.refused] == ([] if allowed else ["public"])
    assert [one.overridden_by for one in found.overridden] == (["allow_public"] if allowed else [])


@pytest.mark.parametrize("allowed", [False, True])
def test_an_endpoint_of_another_region_is_refused_unless_it_is_allowed(allowed):
    outside = {
        "Sid": "Ours",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
        "Condition": {"StringNotEquals": {"aws:SourceVpce": VPCE}},
    }
    plan = decide(None, declare({"bucket": "logs", "statements": [outside]}, "aws"))
    session = Places({"eu-central-1": [VPCE], "us-west-2": []})
    session.caller = Session().caller
    context = GuardContext(session, "eu-central-1", False)
    options = {"allow_other_region": allowed, "allow_lockout": True, "allow_unknown_endpoints": True}
    found = run_guards(plan, bucket_guards(options, "aws", ACCOUNT, context, "us-west-2"))
    assert [one.guard for one in found.refused] == ([] if allowed else ["region"])
    assert [one.overridden_by for one in found.overridden if one.guard == "region"] == (
        ["allow_other_region"] if allowed else []
    )
