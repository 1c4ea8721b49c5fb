# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose statement it is, and who said that it may stay: from the options of a task to the plan and its guard."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.input import declare
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import decide
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.bucket_ownership import OwnershipGuard
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.guard import run_guards
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.perimeter import read_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

ONE, TWO, STRANGER = "vpce-11111111111111111", "vpce-22222222222222222", "vpce-0bad0bad0bad0bad0"
MANAGER_ONE, MANAGER_TWO = "arn:aws:iam::111122223333:role/one", "arn:aws:iam::111122223333:role/two"
FOREIGN = {
    "Sid": "AWSLogDeliveryWrite",
    "Effect": "Allow",
    "Principal": {"Service": "delivery.logs.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::shared/logs/*",
}


def endpoint(identity, policy):
    return {"vpc_endpoint_id": identity, "vpc_id": identity.replace("vpce", "vpc"), "policy_document": policy}


#: The other declaration's endpoint names the bucket, or lets everything through.
NAMING, SILENT = endpoint(TWO, endpoint_policy(["shared"])), endpoint(TWO, None)


def statements(*endpoints, manager=MANAGER_ONE, **options):
    managers = [manager] if manager else []
    options = {"tls_only": True, **options}
    return bucket_perimeter("shared", endpoints=list(endpoints), manager_principals=managers, **options)["Statement"]


def document(*found):
    return {"Version": "2012-10-17", "Statement": [FOREIGN, *found]}


def planned(live, wanted, peers, state="present", **options):
    options = {"bucket": "shared", "state": state, "statements": wanted, "peers": peers, **options}
    plan = decide(copy.deepcopy(live), declare(options, "aws"))
    refused = run_guards(plan, {"ownership": OwnershipGuard(options.get("exclusive", False))}).refused
    return plan, read_perimeter((plan.after or {}).get("Statement", [])), refused


PRESENT = {
    "the first one": (document(), [NAMING], (ONE,)),
    "the second one keeps the first": (document(*statements(TWO)), [NAMING], (ONE, TWO)),
    "by its id alone": (document(*statements(TWO)), [TWO], (ONE, TWO)),
    "a stranger goes": (document(*statements(ONE, STRANGER)), [NAMING], (ONE,)),
    "exceptions that nobody else can own go": (document(*statements(STRANGER, manager=MANAGER_TWO)), [NAMING], (ONE,)),
    "peers that are not there are not added": (document(*statements(ONE)), [NAMING], (ONE,)),
}


@pytest.mark.parametrize("live, peers, endpoints", PRESENT.values(), ids=PRESENT)
def test_present(live, peers, endpoints):
    plan, perimeter, refused = planned(live, statements(ONE), peers)
    assert (perimeter.endpoints, refused) == (endpoints, ())
    assert plan.after["Statement"][0] == FOREIGN
    again, _perimeter, _refused = planned(plan.after, statements(ONE), peers)
    assert (again.changed, again.warnings) == (False, ())


CONTESTED = {
    "a stranger beside a peer": (statements(ONE, TWO, STRANGER), NAMING, {}, f"network {STRANGER}"),
    "a manager beside a peer": (
        statements(ONE, TWO, manager=MANAGER_TWO),
        NAMING,
        {},
        f"manager of the policy {MANAGER_TWO}",
    ),
    "an endpoint that does not name the bucket": (statements(ONE, TWO), SILENT, {}, f"network {TWO}"),
    "an account beside a peer": (
        statements(ONE, TWO, excepted_accounts=["999988887777"]),
        NAMING,
        {"excepted_accounts": ["999988887777"]},
        "account 999988887777",
    ),
    "services beside a peer": (
        statements(ONE, TWO, allow_aws_services=True),
        NAMING,
        {"allow_aws_services": True},
        "AWS services that act for themselves",
    ),
}


@pytest.mark.parametrize("live, peer, accepted, said", CONTESTED.values(), ids=CONTESTED)
def test_what_may_be_anothers_is_neither_kept_nor_taken_out(live, peer, accepted, said):
    wanted = statements(ONE)
    plan, _perimeter, refused = planned(document(*live), wanted, [peer])
    assert plan.changed
    assert said in [str(one) for one in plan.undeclared]
    [finding] = refused
    assert f"exempts what is not declared: {said}" in finding.reason
    assert f"({TWO})" in finding.reason
    for way_out in (
        "private_access_additional_endpoints",
        "private_access_accepted_exceptions",
        "private_access_exclusive",
    ):
        assert way_out in finding.remedy
    # Both ways out.
    plan, perimeter, refused = planned(document(*live), wanted, [peer], exclusive=True)
    assert (refused, said in plan.warnings[0]) == ((), True)
    assert "That is taken out" in plan.warnings[0]
    if accepted:
        plan, perimeter, refused = planned(document(*live), wanted, [peer], accepted_exceptions=accepted)
        assert (plan.changed, plan.undeclared) == (False, ())
        assert perimeter.endpoints == (ONE, TWO)


def test_the_stranger_of_a_perimeter_edited_by_hand():
    live = statements(ONE, TWO, excepted_accounts=["999988887777"], allow_forwarded_access=True)
    live[0]["Condition"]["ArnNotLike"] = {"aws:PrincipalArn": "arn:aws:iam::999988887777:role/*"}
    for policy in (None, endpoint_policy(["another"])):
        plan, perimeter, [finding] = planned(document(*live), statements(ONE), [endpoint(TWO, policy)])
        for each in (TWO, "999988887777", "arn:aws:iam::999988887777:role/*", "forwarded"):
            assert each in finding.reason
        assert (perimeter.endpoints, perimeter.accounts, perimeter.principals) == ((ONE,), (), ())
        assert "999988887777" not in json.dumps(plan.after)


def test_where_nobody_else_declares_drift_is_corrected_and_said():
    live = document(*statements(ONE, STRANGER, manager=MANAGER_TWO, excepted_accounts=["999988887777"]))
    plan, perimeter, refused = planned(live, statements(ONE), [NAMING, SILENT])
    assert refused == ()
    assert (perimeter.endpoints, perimeter.accounts) == ((ONE,), ())
    [warning] = plan.warnings
    for each in (STRANGER, MANAGER_TWO, "999988887777", "name them all in manager_principals"):
        assert each in warning
    assert f"exempts what is not declared: {'; '.join(map(str, plan.undeclared))}. That" in warning


ABSENT = {
    "the last one": (document(*statements(ONE)), [NAMING], ()),
    "the other stays": (document(*statements(ONE, TWO)), [NAMING], (TWO,)),
    "the other may be another's": (document(*statements(ONE, TWO)), [SILENT], (TWO,)),
    "a stranger does not count as another": (document(*statements(ONE, STRANGER)), [NAMING], ()),
    "nothing is there": (document(), [NAMING], ()),
}


@pytest.mark.parametrize("live, peers, endpoints", ABSENT.values(), ids=ABSENT)
def test_absent(live, peers, endpoints):
    plan, perimeter, refused = planned(live, statements(ONE), peers, state="absent")
    assert ((perimeter.endpoints if perimeter else ()), refused) == (endpoints, ())
    assert plan.after["Statement"][0] == FOREIGN
    assert (len(plan.after["Statement"]) == 1) == (not endpoints)
    assert not planned(plan.after, statements(ONE), peers, state="absent")[0].changed


def test_leaving_a_shared_perimeter_says_what_it_leaves():
    live = document(*statements(ONE, TWO, STRANGER, excepted_accounts=["999988887777"]))
    plan, perimeter, refused = planned(live, statements(ONE), [NAMING], state="absent")
    assert (perimeter.endpoints, perimeter.accounts, refused) == ((STRANGER, TWO), ("999988887777",), ())
    [warning] = plan.warnings
    assert STRANGER in warning
    assert "account 999988887777" in warning
    assert f"It stays, because the perimeter is shared with another declaration ({TWO})" in warning
    plan, perimeter, _refused = planned(live, statements(ONE), [NAMING], state="absent", exclusive=True)
    assert (perimeter.endpoints, perimeter.accounts) == ((TWO,), ())


SWITCHED_OFF = {
    "TLS": (document(*statements(ONE)), {"tls_only": False}, ["PerimeterS3Tls"]),
    "managers": (document(*statements(ONE)), {"manager": None}, ["PerimeterS3Management"]),
    "a peer's TLS stays": (document(*statements(TWO)), {"tls_only": False}, []),
    "TLS of a perimeter that was taken apart": (
        document(*statements(ONE)[2:]),
        {"tls_only": False},
        ["PerimeterS3Tls"],
    ),
}


@pytest.mark.parametrize("live, wanted, removed", SWITCHED_OFF.values(), ids=SWITCHED_OFF)
def test_what_is_switched_off_goes(live, wanted, removed):
    plan, _perimeter, _refused = planned(live, statements(ONE, **wanted), [NAMING])
    assert list(plan.statements.removed) == removed
    assert not planned(plan.after, statements(ONE, **wanted), [NAMING])[0].changed


def test_two_declarations_in_turn_come_to_rest():
    first, second = endpoint(ONE, endpoint_policy(["shared"])), NAMING
    managers = {"manager_principals": [MANAGER_ONE, MANAGER_TWO]}
    live = document()
    for _round in range(2):
        live = planned(live, statements(ONE), [second], accepted_exceptions=managers)[0].after
        live = planned(live, statements(TWO, manager=MANAGER_TWO), [first], accepted_exceptions=managers)[0].after
    for wanted, peer in ((statements(ONE), second), (statements(TWO, manager=MANAGER_TWO), first)):
        assert not planned(live, wanted, [peer], accepted_exceptions=managers)[0].changed


@pytest.mark.parametrize(
    "options, message",
    [
        ({"statements": [FOREIGN], "peers": [ONE]}, "peers: None of the statements is the perimeter's"),
        ({"statements": [FOREIGN], "exclusive": True}, "exclusive: None of the statements is the perimeter's"),
        ({"statements": statements(ONE), "exclusive": True}, "exclusive: Nothing says that the perimeter is shared"),
        (
            {"statements": statements(ONE), "peers": [], "accepted_exceptions": {"excepted_accounts": ["1"]}},
            "accepted_exceptions.excepted_accounts",
        ),
    ],
)
def test_options_that_say_nothing(options, message):
    with pytest.raises(PolicyError, match=message):
        declare({"bucket": "shared", **options}, "aws")


# --- statements of others, under AWS's usual names ---

BOTH = ["arn:aws:s3:::shared", "arn:aws:s3:::shared/*"]
DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BOTH}
OTHERS = {
    "TLS, as AWS's examples name it": {
        "Sid": "DenyInsecureTransport",
        **DENY,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    },
    "TLS 1.3": {"Sid": "DenyInsecureTransport", **DENY, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.3"}}},
    "an organization": {
        "Sid": "DenyOutsidePerimeter",
        **DENY,
        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
    },
    "another endpoint": {
        "Sid": "DenyManagementOutsidePerimeter",
        **DENY,
        "Action": "s3:PutBucketPolicy",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": STRANGER}},
    },
    "without a name": {**DENY, "Condition": {"Bool": {"aws:SecureTransport": False}}},
    "nearly ours": {"Sid": "PerimeterS3", **DENY, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
}


@pytest.mark.parametrize("tls", [True, False])
@pytest.mark.parametrize("theirs", OTHERS.values(), ids=OTHERS)
def test_what_others_call_as_they_like_stays(theirs, tls):
    for peers in ([], [NAMING], None):
        live = {"Version": "2012-10-17", "Statement": [theirs]}
        options = {} if peers is None else {"peers": peers}
        wanted = {"bucket": "shared", "statements": statements(ONE, tls_only=tls), **options}
        present = decide(live, declare(wanted, "aws")).after
        assert present["Statement"][0] == theirs
        assert [one["Sid"] for one in present["Statement"][1:]] == [one["Sid"] for one in wanted["statements"]]
        absent = decide(present, declare({**wanted, "state": "absent"}, "aws")).after
        assert json.dumps(absent) == json.dumps(live)
        # Of a bucket that never had a perimeter nothing is taken.
        assert not decide(live, declare({**wanted, "state": "absent"}, "aws")).changed


SIDS = st.sampled_from(
    [None, "", "DenyInsecureTransport", "DenyOutsidePerimeter", "PerimeterS3", "perimeterS3Tls", "A", "B"]
)
FOREIGN_STATEMENTS = st.lists(
    st.builds(
        lambda sid, statement: {
            **({} if sid is None else {"Sid": sid}),
            **{k: v for k, v in statement.items() if k != "Sid"},
        },
        SIDS,
        st.sampled_from([FOREIGN, *OTHERS.values()]),
    ),
    max_size=5,
)


@given(
    before=FOREIGN_STATEMENTS,
    between=FOREIGN_STATEMENTS,
    found=st.sampled_from([[], statements(ONE), statements(TWO), statements(ONE, TWO), statements(STRANGER, ONE)]),
    peers=st.sampled_from([None, [], [NAMING], [SILENT]]),
    tls=st.booleans(),
    state=st.sampled_from(["present", "absent"]),
    exclusive=st.booleans(),
)
def test_statements_of_others_survive_byte_for_byte(before, between, found, peers, tls, state, exclusive):
    live = {"Version": "2012-10-17", "Statement": [*before, *found[:1], *between, *found[1:]]}
    options = {} if peers is None else {"peers": peers, "exclusive": exclusive}
    wanted = {"bucket": "shared", "statements": statements(ONE, tls_only=tls), "state": state, **options}
    after = decide(copy.deepcopy(live) if live["Statement"] else None, declare(wanted, "aws")).after
    names = {"PerimeterS3Network", "PerimeterS3Management", "PerimeterS3Tls"}
    kept = [one for one in (after or {"Statement": []})["Statement"] if one.get("Sid") not in names]
    assert json.dumps(kept) == json.dumps([*before, *between])
