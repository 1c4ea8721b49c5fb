# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a gateway endpoint: tables of what is there, what is wanted, and the calls that it takes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.diff import endpoint_diff
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.identity import Found
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.plan import Surroundings, decide, differences
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import (
    DEFAULT_POLICY,
    Endpoint,
    Wanted,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal

VPC = "vpc-111bbb22"
SERVICE = "com.amazonaws.us-east-1.s3"
TIGHT = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Ours",
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": ["arn:aws:s3:::my_secure_bucket", "arn:aws:s3:::my_secure_bucket/*"],
        }
    ],
}
SENT = json.dumps(TIGHT, separators=(",", ":"))
LIVE = Endpoint(
    id="vpce-1a",
    vpc_id=VPC,
    service_name=SERVICE,
    policy=TIGHT,
    route_tables=("rtb-1", "rtb-2"),
    tags={"Name": "s3", "aws:cloudformation:stack-name": "base"},
    state="available",
    facts={"owner_id": "111122223333"},
)
MODIFY, CREATE, DELETE = "ec2:ModifyVpcEndpoint", "ec2:CreateVpcEndpoint", "ec2:DeleteVpcEndpoints"
TAG, UNTAG = "ec2:CreateTags", "ec2:DeleteTags"


def planned(wanted: Wanted, live: Endpoint | None = LIVE, siblings: tuple[Endpoint, ...] = (), ipv6: bool = False):
    around = Surroundings(VPC, SERVICE, wanted.route_table_ids, ipv6)
    return decide(Found(live, siblings), wanted, around)


def wanting(**options) -> Wanted:
    return Wanted(vpc_id=VPC, **options)


def modification(**parameters):
    return [(MODIFY, {"VpcEndpointId": "vpce-1a", **parameters})]


# name, wanted, the calls on LIVE
CHANGES = [
    ("nothing is said", wanting(), []),
    ("all as it is", wanting(policy=TIGHT, route_table_ids=("rtb-1", "rtb-2"), tags={"Name": "s3"}), []),
    (
        "the same policy in other words",
        wanting(
            policy={
                "Statement": {
                    "Sid": "Ours",
                    "Action": ["S3:putobject", "s3:GetObject"],
                    "Effect": "Allow",
                    "Resource": ["arn:aws:s3:::my_secure_bucket/*", "arn:aws:s3:::my_secure_bucket"],
                    "Principal": {"AWS": ["*"]},
                },
                "Version": "2008-10-17",
            }
        ),
        [],
    ),
    (
        "policy",
        wanting(policy=DEFAULT_POLICY),
        modification(PolicyDocument=json.dumps(DEFAULT_POLICY, separators=(",", ":"))),
    ),
    ("policy reset", wanting(reset_policy=True), modification(ResetPolicy=True)),
    ("a table more", wanting(route_table_ids=("rtb-1", "rtb-2", "rtb-3")), modification(AddRouteTableIds=["rtb-3"])),
    ("a table less", wanting(route_table_ids=("rtb-1",)), modification(RemoveRouteTableIds=["rtb-2"])),
    ("no table", wanting(route_table_ids=()), modification(RemoveRouteTableIds=["rtb-1", "rtb-2"])),
    (
        "other tables",
        wanting(route_table_ids=("rtb-3", "rtb-4")),
        modification(AddRouteTableIds=["rtb-3", "rtb-4"], RemoveRouteTableIds=["rtb-1", "rtb-2"]),
    ),
    (
        "other tables without purging",
        wanting(route_table_ids=("rtb-2", "rtb-3"), purge_route_tables=False),
        modification(AddRouteTableIds=["rtb-3"]),
    ),
    ("no table without purging", wanting(route_table_ids=(), purge_route_tables=False), []),
    ("addresses", wanting(ip_address_type="dualstack"), modification(IpAddressType="dualstack")),
    ("the same addresses", wanting(ip_address_type="ipv4", dns_record_ip_type="service-defined"), []),
    ("records", wanting(dns_record_ip_type="ipv4"), modification(DnsOptions={"DnsRecordIpType": "ipv4"})),
    (
        "everything at once takes one call",
        wanting(
            reset_policy=True,
            route_table_ids=("rtb-1", "rtb-3"),
            ip_address_type="dualstack",
            dns_record_ip_type="dualstack",
        ),
        modification(
            ResetPolicy=True,
            AddRouteTableIds=["rtb-3"],
            RemoveRouteTableIds=["rtb-2"],
            IpAddressType="dualstack",
            DnsOptions={"DnsRecordIpType": "dualstack"},
        ),
    ),
    (
        "a tag changed and one more",
        wanting(tags={"Name": "other", "Team": "blue"}),
        [
            (
                TAG,
                {
                    "Resources": ["vpce-1a"],
                    "Tags": [{"Key": "Name", "Value": "other"}, {"Key": "Team", "Value": "blue"}],
                },
            )
        ],
    ),
    (
        "another tag",
        wanting(tags={"Team": "blue"}),
        [
            (TAG, {"Resources": ["vpce-1a"], "Tags": [{"Key": "Team", "Value": "blue"}]}),
            (UNTAG, {"Resources": ["vpce-1a"], "Tags": [{"Key": "Name"}]}),
        ],
    ),
    (
        "another case of a key",
        wanting(tags={"name": "s3"}, purge_tags=False),
        [(TAG, {"Resources": ["vpce-1a"], "Tags": [{"Key": "name", "Value": "s3"}]})],
    ),
    ("no tags: those of AWS stay", wanting(tags={}), [(UNTAG, {"Resources": ["vpce-1a"], "Tags": [{"Key": "Name"}]})]),
    ("no tags without purging", wanting(tags={}, purge_tags=False), []),
    (
        "policy and tags",
        wanting(reset_policy=True, tags={}),
        [*modification(ResetPolicy=True), (UNTAG, {"Resources": ["vpce-1a"], "Tags": [{"Key": "Name"}]})],
    ),
    ("removal", wanting(state="absent"), [(DELETE, {"VpcEndpointIds": ["vpce-1a"]})]),
]


@pytest.mark.parametrize("wanted, calls", [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_change(wanted, calls):
    plan = planned(wanted)
    assert [(call.action, call.parameters) for call in plan.calls] == calls
    assert plan.changed is bool(calls)
    assert plan.actions == tuple(action for action, _parameters in calls)
    assert plan.before is LIVE
    if not calls:
        assert plan.after is LIVE


@pytest.mark.parametrize("wanted, calls", [case[1:] for case in CHANGES[:-1]], ids=[case[0] for case in CHANGES[:-1]])
def test_after_a_change_there_is_nothing_left_to_do(wanted, calls):
    after = planned(wanted).after
    assert planned(wanted, after).calls == ()
    assert bool(differences(LIVE, after)) is bool(calls)
    assert after.as_dict().keys() == LIVE.as_dict().keys()


SPELLINGS = [
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]},
    {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]},
    {
        "Version": "2008-10-17",
        "Statement": [{"Sid": "", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
    },
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["*"], "Resource": ["*"]},
    },
]


@pytest.mark.parametrize("live", SPELLINGS)
def test_a_policy_that_is_the_default_is_not_reset(live):
    assert planned(wanting(reset_policy=True), replace(LIVE, policy=live)).calls == ()


# name, wanted, parameters of the creation beside type, VPC and service
CREATIONS = [
    ("bare", wanting(), {}),
    ("with a policy", wanting(policy=TIGHT), {"PolicyDocument": SENT}),
    ("with the default policy", wanting(reset_policy=True), {}),
    ("in tables", wanting(route_table_ids=("rtb-1", "rtb-2")), {"RouteTableIds": ["rtb-1", "rtb-2"]}),
    ("in no tables", wanting(route_table_ids=()), {}),
    (
        "with addresses",
        wanting(ip_address_type="dualstack", dns_record_ip_type="ipv6"),
        {"IpAddressType": "dualstack", "DnsOptions": {"DnsRecordIpType": "ipv6"}},
    ),
    (
        "with tags",
        wanting(tags={"Team": "blue", "Name": "s3"}),
        {
            "TagSpecifications": [
                {
                    "ResourceType": "vpc-endpoint",
                    "Tags": [{"Key": "Name", "Value": "s3"}, {"Key": "Team", "Value": "blue"}],
                }
            ]
        },
    ),
    ("without tags", wanting(tags={}), {}),
]


@pytest.mark.parametrize("wanted, parameters", [case[1:] for case in CREATIONS], ids=[case[0] for case in CREATIONS])
def test_creation(wanted, parameters):
    plan = planned(wanted, None)
    assert [(call.action, call.parameters) for call in plan.calls] == [
        (CREATE, {"VpcEndpointType": "Gateway", "VpcId": VPC, "ServiceName": SERVICE, **parameters})
    ]
    assert plan.before is None
    assert plan.after.id is plan.after.state is None
    assert plan.after.as_dict().keys() == LIVE.as_dict().keys()
    assert planned(wanted, replace(plan.after, id="vpce-1a", state="available")).calls == ()


def test_nothing_to_remove():
    plan = planned(wanting(state="absent"), None)
    assert (plan.calls, plan.before, plan.after) == ((), None, None)


def test_absent_does_not_look_at_anything_else():
    assert planned(wanting(state="absent", policy=TIGHT, route_table_ids=("rtb-9",))).actions == (DELETE,)


OTHER = replace(LIVE, id="vpce-2b", route_tables=("rtb-3",), tags={})


@pytest.mark.parametrize("live", [LIVE, None])
def test_a_table_that_another_endpoint_holds_is_refused(live):
    with pytest.raises(Refusal) as caught:
        planned(wanting(route_table_ids=("rtb-3", "rtb-4")), live, (OTHER,))
    assert "Route table rtb-3 holds the route of endpoint vpce-2b" in str(caught.value)
    assert "endpoint_id: vpce-2b" in str(caught.value)


def test_a_table_that_nobody_adds_is_nobodys_trouble():
    assert planned(wanting(route_table_ids=("rtb-1",)), siblings=(OTHER,)).actions == (MODIFY,)


@pytest.mark.parametrize("live", [LIVE, None])
def test_the_end_of_an_endpoint_is_waited_for_if_it_holds_a_route(live):
    leaving = replace(OTHER, state="deleting")
    assert planned(wanting(route_table_ids=("rtb-3",)), live, (leaving,)).blocked_by == ("vpce-2b",)
    assert planned(wanting(route_table_ids=("rtb-4",)), live, (leaving,)).blocked_by == ()


# live address type, live records, wanted, words of the refusal
MISFITS = [
    (
        "ipv4",
        "service-defined",
        {"dns_record_ip_type": "ipv6"},
        "address type ipv4 does not go with DNS records of type ipv6",
    ),
    ("dualstack", "dualstack", {"ip_address_type": "ipv4"}, "Set dns_record_ip_type to ipv4 or service-defined"),
    ("ipv6", "ipv6", {"dns_record_ip_type": "dualstack"}, "or ip_address_type to dualstack"),
]


def test_a_new_endpoint_has_ipv4_addresses_unless_others_are_wanted():
    with pytest.raises(Refusal, match="address type ipv4 does not go with DNS records of type ipv6"):
        planned(wanting(dns_record_ip_type="ipv6"), None)


def test_address_types_that_nobody_knows_yet_are_for_aws_to_judge():
    live = replace(LIVE, ip_address_type="ipv7")
    assert planned(wanting(dns_record_ip_type="ipv6"), live).actions == (MODIFY,)


@pytest.mark.parametrize("ip_type, record_type, options, words", MISFITS)
def test_address_types_have_to_go_together(ip_type, record_type, options, words):
    live = replace(LIVE, ip_address_type=ip_type, dns_record_ip_type=record_type)
    with pytest.raises(Refusal, match=words):
        planned(wanting(**options), live)


# name, live, wanted, does the VPC have IPv6, words of the warnings
WARNINGS = [
    ("nothing to do", LIVE, wanting(policy=TIGHT), True, []),
    ("another policy", LIVE, wanting(reset_policy=True), False, []),
    ("routes come and go", LIVE, wanting(route_table_ids=("rtb-1", "rtb-3")), False, ["Route table rtb-2, rtb-3: "]),
    (
        "routes of other addresses",
        LIVE,
        wanting(ip_address_type="dualstack"),
        True,
        ["Route table rtb-1, rtb-2: where the route"],
    ),
    ("no route left", LIVE, wanting(route_table_ids=()), False, ["Route table rtb-1, rtb-2", "has no route table"]),
    (
        "IPv6 goes past",
        LIVE,
        wanting(route_table_ids=("rtb-1", "rtb-2", "rtb-3")),
        True,
        ["Route table rtb-3: ", "vpc-111bbb22 has IPv6"],
    ),
    (
        "a new one without a policy",
        None,
        wanting(route_table_ids=("rtb-1",)),
        False,
        ["Route table rtb-1: ", "AWS's default policy, which lets everything through"],
    ),
    ("a new one with all that it needs", None, wanting(policy=TIGHT), False, ["has no route table"]),
    ("the default policy as declared", None, wanting(reset_policy=True), False, ["has no route table"]),
    ("a removal", LIVE, wanting(state="absent"), None, ["Route table rtb-1, rtb-2: "]),
    ("about the policy", LIVE, wanting(policy=TIGHT, warnings=("odd",)), None, ["odd"]),
]


@pytest.mark.parametrize(
    "live, wanted, ipv6, words", [case[1:] for case in WARNINGS], ids=[case[0] for case in WARNINGS]
)
def test_warnings(live, wanted, ipv6, words):
    warnings = planned(wanted, live, ipv6=ipv6).warnings
    assert len(warnings) == len(words)
    for warning, expected in zip(warnings, words, strict=True):
        assert expected in warning


def test_difference():
    plan = planned(wanting(route_table_ids=("rtb-1", "rtb-3"), tags={"Name": "new"}, reset_policy=True))
    shown = endpoint_diff(plan.before, plan.after)
    assert shown["before_header"] == shown["after_header"] == "vpce-1a (s3 in vpc-111bbb22)"
    before, after = shown["before"].splitlines(), shown["after"].splitlines()
    assert [line for line in before if line not in after][:2] == ["  - rtb-2", "  Name: s3"]
    assert [line for line in after if line not in before][:2] == ["  - rtb-3", "  Name: new"]
    assert '          "arn:aws:s3:::my_secure_bucket",' in before
    assert '          "*"' in after
    assert after[:3] == ["ip_address_type: ipv4", "dns_record_ip_type: service-defined", "route_table_ids:"]
    assert [line for line in after if not line.startswith(" ")][3:] == ["tags:", "policy:"]


@pytest.mark.parametrize(
    "option, change",
    [
        ("policy", {"policy": DEFAULT_POLICY}),
        ("route_table_ids", {"route_tables": ()}),
        ("ip_address_type", {"ip_address_type": "dualstack"}),
        ("dns_record_ip_type", {"dns_record_ip_type": "dualstack"}),
        ("tags", {"tags": {}}),
    ],
)
def test_options_in_which_two_forms_differ(option, change):
    assert differences(LIVE, replace(LIVE, **change)) == (option,)
    assert differences(LIVE, replace(LIVE, state="deleting", facts={"owner_id": "1"})) == ()


def test_difference_of_what_is_not_there():
    created = endpoint_diff(None, planned(wanting(policy=TIGHT), None).after)
    assert created["before"] == ""
    assert created["after_header"] == "gateway endpoint (s3 in vpc-111bbb22)"
    assert '"Sid": "Ours"' in created["after"]
    removed = endpoint_diff(LIVE, None)
    assert removed["after"] == ""
    assert "  - rtb-1\n" in removed["before"]
    assert endpoint_diff(None, None)["before"] == ""


def test_another_spelling_is_no_difference():
    shown = endpoint_diff(replace(LIVE, policy=SPELLINGS[0]), replace(LIVE, policy=SPELLINGS[3]))
    assert shown["before"] == shown["after"]
