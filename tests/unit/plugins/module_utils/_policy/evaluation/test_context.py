# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which keys the form of a request decides, and what a supplied context may add to them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html says of each key which requests
carry it.
"""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.context import (
    add_supplied,
    form_keys,
    through_endpoint,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.principals import read_caller
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import RoleOfSession, State

ABSENT, PRESENT = State.ABSENT, State.PRESENT
ACCOUNT = "111122223333"
IAM, STS = f"arn:aws:iam::{ACCOUNT}", f"arn:aws:sts::{ACCOUNT}"
ALWAYS = dict.fromkeys(("aws:currenttime", "aws:epochtime", "aws:requestedregion"), PRESENT)
BY_SERVICES = dict.fromkeys(
    (
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
    ),
    ABSENT,
)
WITHOUT_ORG = dict.fromkeys(
    ("aws:principalorgid", "aws:principalorgpaths", "aws:principaltag/", "aws:username"), ABSENT
)
NOT_FORWARDED = {
    "aws:viaawsservice": ("false",),
    "aws:calledvia": ABSENT,
    "aws:calledviafirst": ABSENT,
    "aws:calledvialast": ABSENT,
}
ENDPOINT = ("aws:sourcevpce", "aws:sourcevpc", "aws:sourcevpcarn", "aws:vpcsourceip", "aws:vpceaccount")
NETWORK = (*ENDPOINT, "aws:vpceorgid", "aws:vpceorgpaths")
FROM_INTERNET = {"aws:sourceip": PRESENT, **dict.fromkeys(NETWORK, ABSENT)}
SIGNED = {**BY_SERVICES, "aws:securetransport": PRESENT, "aws:principalisawsservice": ("false",)}


def signed(arn, kind, username=ABSENT, userid=PRESENT, shown=None):
    return {
        **SIGNED,
        "aws:principalarn": shown or (arn,),
        "aws:principalaccount": (ACCOUNT,),
        "aws:principaltype": (kind,),
        "aws:username": username,
        "aws:userid": userid,
    }


#: caller, the keys that it decides
CALLERS = [
    (f"{IAM}:user/x/alice", signed(f"{IAM}:user/x/alice", "User", username=("alice",))),
    (f"{IAM}:role/app", signed(f"{IAM}:role/app", "AssumedRole")),
    (
        f"{STS}:assumed-role/app/s",
        signed("", "AssumedRole", shown=RoleOfSession("aws", ACCOUNT, "app")),
    ),
    (f"{STS}:federated-user/bob", signed(f"{STS}:federated-user/bob", "FederatedUser")),
    (ACCOUNT, signed(f"{IAM}:root", "Account", userid=(ACCOUNT,))),
    (
        "anonymous",
        {
            **BY_SERVICES,
            **WITHOUT_ORG,
            "aws:securetransport": PRESENT,
            "aws:principalarn": ABSENT,
            "aws:principalisawsservice": ABSENT,
            "aws:principalaccount": ("anonymous",),
            "aws:userid": ("anonymous",),
            "aws:principaltype": ("Anonymous",),
        },
    ),
    (
        "ec2.amazonaws.com",
        {
            **WITHOUT_ORG,
            "aws:principalisawsservice": ("true",),
            "aws:principalservicename": ("ec2.amazonaws.com",),
        },
    ),
]


@pytest.mark.parametrize("text, keys", CALLERS)
def test_what_a_caller_decides(text, keys):
    found = form_keys(read_caller(text, "aws"), None, (), "aws")
    assert found == {**ALWAYS, **NOT_FORWARDED, **keys}


THROUGH = {"aws:sourceip": ABSENT, **dict.fromkeys(ENDPOINT, PRESENT)}
ARN = f"arn:aws-cn:ec2:cn-north-1:{ACCOUNT}:vpc/vpc-1"
#: path, services that call on behalf of the caller, the keys that they decide; in the partition of China
PATHS = [
    (None, (), NOT_FORWARDED),
    ("internet", (), {**FROM_INTERNET, **NOT_FORWARDED}),
    ((("vpce", "vpce-1"),), (), {**THROUGH, **NOT_FORWARDED, "aws:sourcevpce": ("vpce-1",)}),
    ((("vpc", "vpc-1"),), (), {**THROUGH, **NOT_FORWARDED, "aws:sourcevpc": ("vpc-1",)}),
    ((("account", ACCOUNT),), (), {**THROUGH, **NOT_FORWARDED, "aws:vpceaccount": (ACCOUNT,)}),
    ((("org", "o-a"),), (), {**THROUGH, **NOT_FORWARDED, "aws:vpceorgid": ("o-a",)}),
    ((("org", None),), (), {**THROUGH, **NOT_FORWARDED, "aws:vpceorgid": ABSENT, "aws:vpceorgpaths": ABSENT}),
    (
        (("account", ACCOUNT), ("region", "cn-north-1"), ("vpc", "vpc-1")),
        (),
        {
            **THROUGH,
            **NOT_FORWARDED,
            "aws:vpceaccount": (ACCOUNT,),
            "aws:sourcevpc": ("vpc-1",),
            "aws:sourcevpcarn": (ARN,),
        },
    ),
    ((("account", ACCOUNT), ("vpc", "vpc-1")), (), None),
    ((("region", "cn-north-1"), ("vpc", "vpc-1")), (), None),
    (
        None,
        ("athena.amazonaws.com", "glue.amazonaws.com"),
        {
            **dict.fromkeys(NETWORK, ABSENT),
            "aws:viaawsservice": ("true",),
            "aws:calledvia": ("athena.amazonaws.com", "glue.amazonaws.com"),
            "aws:calledviafirst": ("athena.amazonaws.com",),
            "aws:calledvialast": ("glue.amazonaws.com",),
        },
    ),
]


@pytest.mark.parametrize("path, called_via, keys", PATHS)
def test_what_a_path_decides(path, called_via, keys):
    who = read_caller(f"{IAM}:root", "aws")
    found = form_keys(who, path, called_via, "aws-cn")
    if keys is None:
        assert found["aws:sourcevpcarn"] is PRESENT
    else:
        assert found == {**form_keys(who, None, (), "aws"), **keys}


def test_addresses_are_not_told_of_calls_from_service_to_service():
    service = read_caller("ec2.amazonaws.com", "aws")
    assert "aws:sourceip" not in form_keys(service, "internet", (), "aws")
    through = form_keys(service, (("vpce", "vpce-1"),), (), "aws")
    assert "aws:vpcsourceip" not in through
    assert through["aws:sourceip"] is ABSENT


def supplied(given, path=None, form=None):
    form, problems = dict(form or {}), []
    add_supplied(form, path, given, problems)
    return form, [(one.path, one.rule, one.remedy) for one in problems]


OPEN = "The context gives values where principal, through and called_via leave them open."
#: what the form decides, what is supplied, what comes of it
SUPPLIED = [
    ({}, {"aws:UserAgent": "x"}, {"aws:useragent": ("x",)}),
    ({}, {"aws:UserAgent": ["x", 1, True]}, {"aws:useragent": ("x", "1", "true")}),
    ({}, {"aws:UserAgent": None}, {"aws:useragent": ABSENT}),
    ({}, {"aws:UserAgent": []}, {"aws:useragent": ABSENT}),
    ({"aws:userid": PRESENT}, {"aws:userid": "AIDAX"}, {"aws:userid": ("AIDAX",)}),
    ({"aws:username": ("a",)}, {"aws:UserName": "a"}, {"aws:username": ("a",)}),
    ({"aws:sourcevpc": ABSENT}, {"aws:SourceVpc": None}, {"aws:sourcevpc": ABSENT}),
    ({"aws:principaltag/": ABSENT}, {"aws:PrincipalTag/a": None}, {"aws:principaltag/a": ABSENT}),
    (
        {"aws:principalarn": RoleOfSession("aws", ACCOUNT, "app")},
        {"aws:PrincipalArn": f"{IAM}:role/x/app"},
        {"aws:principalarn": (f"{IAM}:role/x/app",)},
    ),
    # One key of a network tells of the others.
    ({}, {"aws:SourceVpce": "vpce-1"}, {"aws:sourcevpce": ("vpce-1",), "aws:sourceip": ABSENT}),
    ({}, {"aws:VpceOrgID": "o-a"}, {"aws:vpceorgid": ("o-a",), "aws:sourceip": ABSENT}),
    ({}, {"aws:SourceIp": "203.0.113.1"}, {"aws:sourceip": ("203.0.113.1",), **dict.fromkeys(NETWORK, ABSENT)}),
    ({}, {"aws:VpceOrgID": None}, {"aws:vpceorgid": ABSENT}),
    # Both keys for the account that owns the bucket are one.
    ({}, {"s3:ResourceAccount": ACCOUNT}, dict.fromkeys(("aws:resourceaccount", "s3:resourceaccount"), (ACCOUNT,))),
    ({}, {"aws:ResourceAccount": ACCOUNT}, dict.fromkeys(("aws:resourceaccount", "s3:resourceaccount"), (ACCOUNT,))),
    ({}, {"aws:ResourceAccount": None}, {"aws:resourceaccount": ABSENT}),
]


@pytest.mark.parametrize("form, given, added", SUPPLIED)
def test_what_a_context_adds(form, given, added):
    assert supplied(given, form=form) == ({**form, **added}, [])


#: what the form decides, what is supplied, what is said of it
REFUSED = [
    (
        {},
        {"aws:SourceVpce": "vpce-1", "AWS:sourcevpce": "vpce-2"},
        ("AWS:sourcevpce", "'AWS:sourcevpce' and 'aws:SourceVpce' are the same key.", "Condition keys have no case."),
    ),
    ({}, {"vpce": "x"}, ("vpce", "'vpce' is no condition key.", "Write one such as 'aws:SourceVpce'.")),
    (
        {},
        {"aws:SourceVpcee": "x"},
        ("aws:SourceVpcee", "'aws:SourceVpcee' is not a known condition key.", "Did you mean 'aws:SourceVpce'?"),
    ),
    (
        {},
        {"aws:PrincipalTags/Team": "x"},
        (
            "aws:PrincipalTags/Team",
            "'aws:PrincipalTags/Team' is not a known condition key.",
            "Did you mean 'aws:PrincipalTag/Team'?",
        ),
    ),
    (
        {},
        {"aws:UserAgent": {}},
        ("aws:UserAgent", "The value of 'aws:UserAgent' is not a string, boolean or number, nor a list of them.", ""),
    ),
    (
        {"aws:username": ("a",)},
        {"aws:username": ["b", "c"]},
        ("aws:username", "'aws:username' is 'b', 'c', but the request makes it 'a'.", OPEN),
    ),
    (
        {"aws:sourcevpce": ABSENT},
        {"aws:SourceVpce": "vpce-1"},
        ("aws:SourceVpce", "'aws:SourceVpce' is 'vpce-1', but such a request does not carry it.", OPEN),
    ),
    (
        {"aws:userid": PRESENT},
        {"aws:userid": None},
        ("aws:userid", "'aws:userid' is absent, but every such request carries it.", OPEN),
    ),
    *(
        (
            {"aws:principalarn": RoleOfSession("aws", ACCOUNT, "app")},
            {"aws:PrincipalArn": value},
            (
                "aws:PrincipalArn",
                f"'aws:PrincipalArn' is {shown}, but the session is one of a role 'app' in the account {ACCOUNT}.",
                OPEN,
            ),
        )
        for value, shown in (
            (f"{IAM}:role/other", f"'{IAM}:role/other'"),
            ([f"{IAM}:role/app", f"{IAM}:role/x/app"], f"'{IAM}:role/app', '{IAM}:role/x/app'"),
            (None, "absent"),
        )
    ),
    (
        {},
        {"aws:SourceIp": "203.0.113.1", "aws:SourceVpc": "vpc-1"},
        (
            "aws:SourceVpc",
            "A request carries either 'aws:SourceIp' or 'aws:SourceVpc', never both.",
            "Through an endpoint there is no public address: the private one is aws:VpcSourceIp.",
        ),
    ),
    (
        {},
        {"aws:SourceVpce": "vpce-1", "AWS:VpcSourceIp": None},
        (
            "AWS:VpcSourceIp",
            "'AWS:VpcSourceIp' is absent, but 'aws:SourceVpce' says that the request came through an endpoint.",
            "Requests through an endpoint carry both.",
        ),
    ),
    (
        {},
        {"aws:ResourceAccount": "1", "s3:resourceaccount": "2"},
        ("s3:resourceaccount", "'s3:resourceaccount' is not the same as aws:ResourceAccount.", ""),
    ),
]


@pytest.mark.parametrize("form, given, said", REFUSED)
def test_what_a_context_cannot_say(form, given, said):
    place, rule, remedy = said
    assert supplied(given, form=form)[1] == [(f"context.{place}", rule, remedy)]


def test_where_the_path_is_known_the_context_tells_none():
    assert supplied({"aws:SourceIp": "203.0.113.1"}, path="internet")[0] == {"aws:sourceip": ("203.0.113.1",)}


#: what is known of the keys, path, services, whether the request passes an endpoint
PASSES = [
    ({}, None, (), None),
    ({}, "internet", (), False),
    ({}, (("vpce", "vpce-1"),), (), True),
    ({}, (("vpce", "vpce-1"),), ("athena.amazonaws.com",), False),
    *(({key: ("x",)}, None, (), True) for key in NETWORK),
    *(({key: ABSENT}, None, (), False) for key in ENDPOINT),
    ({"aws:vpceorgid": ABSENT}, None, (), None),
    ({"aws:sourceip": ("203.0.113.1",)}, None, (), False),
    ({"aws:sourceip": ABSENT}, None, (), None),
]


@pytest.mark.parametrize("context, path, called_via, passes", PASSES)
def test_whether_a_request_passes_an_endpoint(context, path, called_via, passes):
    assert through_endpoint(context, path, called_via) is passes
