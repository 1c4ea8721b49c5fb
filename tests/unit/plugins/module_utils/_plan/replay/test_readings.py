# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which requests a recorded access can have been."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import identity as who
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.access import Access
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.readings import NotEvaluated, readings_of
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.setting import Setting, Side
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import State

ACCOUNT, OTHER, ORG = "111122223333", "444455556666", "o-exampleorgid"
OWN, SECOND, THIRD, THEIRS = "vpce-0a", "vpce-0b", "vpce-0c", "vpce-0d"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
POINT = f"arn:aws:s3:eu-central-1:{ACCOUNT}:accesspoint/reports"
PRESENT, ABSENT = State.PRESENT, State.ABSENT


def policy(*principals):
    statement = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "s3:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def setting(current=None, planned=None, **more):
    options = {"endpoints": {OWN: {"vpc": "vpc-1", "account": ACCOUNT}}, "owners": {"logs": ACCOUNT}, **more}
    return Setting(Side({"logs": current}, {SECOND: None}), Side({"logs": planned}, {THIRD: None}), **options)


def access(**changes):
    values = {**dict.fromkeys(Access._fields, ""), "flags": (), "context": (), "principal": ROLE, "kind": who.ROLE}
    values |= {"account": ACCOUNT, "bucket": "logs", "action": "s3:GetObject", "key": "in/a", "path": OWN}
    return Access(**{**values, "region": "eu-central-1", "tls": "1.3", **changes})


def read(known=None, **changes):
    return readings_of(access(**changes), known or setting())


def context(key, known=None, **changes):
    """What all requests say of a key."""
    (found,) = {one.request.context.get(key) for one in read(known, **changes)}
    return found


def test_the_request_of_a_record():
    (found,) = read()
    request = found.request
    assert (request.caller.text, request.action, request.resource) == (ROLE, "s3:GetObject", "arn:aws:s3:::logs/in/a")
    assert dict(request.path) == {"vpce": OWN, "vpc": "vpc-1", "account": ACCOUNT}
    assert (found.endpoint, found.everybody, found.at_point) == (OWN, False, None)


REGION = {"region": "eu-central-1"}
SERVICE = {"kind": who.SERVICE, "principal": "logging.s3.amazonaws.com", "account": ""}
# What is recorded; the endpoints whose policies decide, the paths, the services on the way
WAYS = {
    "through an endpoint": ({}, [(OWN, {"vpce": OWN, "vpc": "vpc-1", "account": ACCOUNT}, ())]),
    "through one that has a policy in force": ({"path": SECOND}, [(SECOND, {"vpce": SECOND}, ())]),
    "through one of others": (
        {"path": THEIRS, "path_account": OTHER}, [(THEIRS, {"vpce": THEIRS, "account": OTHER}, ())],
    ),
    "by the id of AWS's own": (
        {"path": THEIRS, "flags": ("console",)}, [("", {"vpce": THEIRS}, ()), ("", "internet", ())],
    ),
    "beside a public address": (
        {"path": THEIRS, "flags": ("public_address",)}, [("", {"vpce": THEIRS}, ()), ("", "internet", ())],
    ),
    "in the console through an endpoint of ours": (
        {"flags": ("console",)}, [(OWN, {"vpce": OWN, "vpc": "vpc-1", "account": ACCOUNT}, ())],
    ),
    "in the console through one that is planned": (
        {"path": THIRD, "flags": ("console",)}, [(THIRD, {"vpce": THIRD}, ())],
    ),
    "from the internet": ({"path": "internet"}, [("", "internet", ())]),
    "from an address of ours": ({"path": "own_address"}, [("", "internet", ())]),
    "from nowhere": ({"path": "untold"}, [("", None, ())]),
    "through some endpoint": (
        {"path": "private"}, [(SECOND, {"vpce": SECOND}, ()), (THIRD, {"vpce": THIRD}, ()), ("", REGION, ())],
    ),
    "by a service for somebody": (
        {"path": "untold", "via": "athena.amazonaws.com"}, [("", None, ("athena.amazonaws.com",))],
    ),
    "by some service": (
        {"path": "untold", "flags": ("aws_internal",)},
        [("", None, ("unnamed.amazonaws.com",)), ("", "internet", ())],
    ),
    "by a service": ({"path": "untold", **SERVICE}, [("", "internet", ())]),
}  # fmt: skip


def shown(path):
    return dict(path) if isinstance(path, tuple) else path


@pytest.mark.parametrize("changes, ways", WAYS.values(), ids=WAYS)
def test_ways(changes, ways):
    assert [(one.endpoint, shown(one.request.path), one.request.called_via) for one in read(**changes)] == ways


# What is recorded, of which key, the address that requests have there
ADDRESSES = [
    ({"address": "10.0.0.1"}, "aws:vpcsourceip", ("10.0.0.1",)),
    ({"address": "198.51.100.7", "flags": ("public_address",)}, "aws:vpcsourceip", PRESENT),
    ({"address": "198.51.100.7", "path": "internet"}, "aws:sourceip", ("198.51.100.7",)),
    ({"address": "198.51.100.7", "path": "own_address"}, "aws:sourceip", ("198.51.100.7",)),
    ({"address": "10.0.0.1", "path": "private"}, "aws:vpcsourceip", ("10.0.0.1",)),
    ({"path": "internet"}, "aws:sourceip", PRESENT),
]


@pytest.mark.parametrize("changes, key, value", ADDRESSES)
def test_addresses(changes, key, value):
    assert context(key, **changes) == value


def test_the_address_beside_an_id_of_aws_is_that_of_the_internet():
    for flags, value in ((("public_address",), ("198.51.100.7",)), (("console",), PRESENT)):
        through, internet = read(path=THEIRS, flags=flags, address="198.51.100.7")
        assert internet.request.context["aws:sourceip"] == value
        assert through.request.context["aws:sourceip"] is ABSENT


# What is recorded, whether it used TLS
TRANSPORT = [
    ({}, ("true",)),
    ({"tls": "TLS"}, ("true",)),
    ({"tls": "none"}, ("false",)),
    ({"tls": ""}, PRESENT),
    ({"tls": "", "via": "athena.amazonaws.com"}, ("true",)),
    ({"tls": "", "flags": ("aws_internal",)}, ("true",)),
]


@pytest.mark.parametrize("changes, value", TRANSPORT)
def test_transport(changes, value):
    assert context("aws:securetransport", **changes) == value
    untold = context("aws:securetransport", **SERVICE, path="untold", tls="")
    assert context("aws:securetransport", **{**changes, **SERVICE}) == untold


def test_which_services_were_on_the_way_is_told_of_the_last_alone():
    keys = ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast")
    assert [context(key, via="athena.amazonaws.com") for key in keys] == [PRESENT, PRESENT, ("athena.amazonaws.com",)]
    assert [read(flags=("aws_internal",))[0].request.context[key] for key in keys] == [PRESENT] * 3
    assert [context(key) for key in keys] == [ABSENT] * 3


def test_further_keys():
    given = (("s3:prefix", ("a", "b")), ("s3:delimiter", ()))
    assert context("s3:prefix", context=given) == ("a", "b")
    assert context("s3:delimiter", context=given) is ABSENT
    assert context("s3:dataaccesspointarn", access_point=POINT) == (POINT,)
    assert context("s3:dataaccesspointarn") is None


KNOWN = {"id": ORG, "accounts": [ACCOUNT]}
# What is known of the organization, what is recorded; the key, what requests have there
ORGANIZATIONS = [
    (KNOWN, {}, "aws:principalorgid", (ORG,)),
    ({"id": ORG, "accounts": [int(ACCOUNT)]}, {}, "aws:principalorgid", (ORG,)),
    ({"id": ORG, "accounts": [OTHER]}, {}, "aws:principalorgid", None),
    ({"accounts": [ACCOUNT]}, {}, "aws:principalorgid", None),
    (KNOWN, {"context": (("aws:principalorgid", ("o-other00000",)),)}, "aws:principalorgid", ("o-other00000",)),
    (KNOWN, {"account": ""}, "aws:principalorgid", None),
    (KNOWN, {}, "aws:resourceorgid", (ORG,)),
    (KNOWN, {"bucket": "x"}, "aws:resourceorgid", None),
    (KNOWN, {"bucket": "x", "bucket_account": ACCOUNT}, "aws:resourceorgid", (ORG,)),
    (KNOWN, {}, "aws:vpceorgid", (ORG,)),
    ({"id": ORG, "accounts": [OTHER]}, {"path": THEIRS, "path_account": OTHER}, "aws:vpceorgid", (ORG,)),
]


@pytest.mark.parametrize("organization, changes, key, value", ORGANIZATIONS)
def test_organizations(organization, changes, key, value):
    assert context(key, setting(organization=organization), **changes) == value


def iam(rest, account=ACCOUNT, service="iam"):
    return f"arn:aws:{service}::{account}:{rest}"


UNTOLD = {"principal": "", "account": OTHER, "kind": who.FOREIGN}
NAMED = [iam("role/a/b", OTHER), iam("user/*", OTHER), iam("assumed-role/c/s?", OTHER, "sts"), iam("role/ours")]
# The unique id of who is not named, who it may be
PRINCIPALS = [
    ("", ["role/another-principal", "user/another-principal", "role/a/b", "user/x", "role/c"]),
    ("AROA1", ["role/another-principal", "role/a/b", "role/c"]),
    ("AIDA1", ["user/another-principal", "user/x"]),
    (OTHER, ["root"]),
]


@pytest.mark.parametrize("unique_id, names", PRINCIPALS)
def test_who_it_may_be(unique_id, names):
    for known in (setting(policy(*NAMED)), setting(None, policy(*NAMED))):
        found = read(known, **UNTOLD, unique_id=unique_id)
        assert [one.request.caller.text for one in found] == [iam(name, OTHER) for name in names]
        assert {one.request.context["aws:userid"] for one in found} == {PRESENT}
    # Those that only the policy of an endpoint names.
    known = Setting(Side({}, {OWN: policy(iam("role/d", OTHER))}), Side({}, {}))
    found = [one.request.caller.text for one in read(known, **UNTOLD, unique_id="AROA1")]
    assert found == [iam(name, OTHER) for name in ("role/another-principal", "role/d")]


def test_an_origin_access_identity_may_be_granted_what_the_evaluator_does_not_know():
    (found,) = read(principal="", account="", kind=who.OAI, unique_id="AIDAX")
    assert (found.request.caller.text, found.everybody) == ("anonymous", True)
    assert found.request.context["aws:userid"] is not PRESENT


# The access point, the key; what the policy of the endpoint has to let pass besides
POINTS = [
    (POINT, "in/a", f"{POINT}/object/in/a"),
    (POINT, "", f"{POINT}/object/key"),
    (POINT, None, POINT),
    ("reports-abc-s3alias", "in/a", None),
    ("", "in/a", None),
]


@pytest.mark.parametrize("point, key, resource", POINTS)
def test_the_access_point_on_the_way(point, key, resource):
    action = "s3:GetObject" if key is not None else "s3:ListBucket"
    (found,) = read(access_point=point, key=key, action=action)
    assert (found.at_point and found.at_point.resource) == resource


# What is recorded, why it is not evaluated
TOO_LITTLE = [
    ({"bucket": ""}, "the record does not tell the bucket"),
    ({"bucket": "", "access_point": POINT}, f"the record tells the access point {POINT}, and not its bucket"),
    ({"action": "", "operation": "Invented"}, "Invented is no operation that is known"),
    ({**SERVICE, "principal": ""}, "the record does not name the service"),
    ({**UNTOLD, "account": ""}, "the record tells the principal by a canonical id only"),
    ({**UNTOLD, "account": "", "kind": who.UNREADABLE}, "the record does not tell the principal"),
    ({"bucket_account": OTHER}, f"the bucket belonged to the account {OTHER} then"),
    ({"principal": "x"}, "the record makes no request: 'x' is no principal that can call."),
]


@pytest.mark.parametrize("changes, why", TOO_LITTLE)
def test_what_tells_too_little(changes, why):
    with pytest.raises(NotEvaluated) as raised:
        read(**changes)
    assert str(raised.value) == why


def test_an_owner_that_nobody_says_is_the_one_that_is_recorded():
    assert read(bucket_account=ACCOUNT) and read(setting(owners={}), bucket_account=OTHER)
