# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How bad drift is, of all requests that there can be: the faults that sampling had."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.finding import Place
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.plan import bucket_findings, endpoint_findings
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.severity import Difference, Effect, difference
from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.compare import Change, Owner
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import Counterexample, Verdict

ACCOUNT, STRANGER = "111122223333", "999988887777"
PLACE = Place(ACCOUNT, "eu-central-1")
VPCE, VPC = "vpce-0aaa1111", "vpc-0aaa1111"
MANAGER = f"arn:aws:iam::{ACCOUNT}:role/manager"


def closed(*others):
    document = bucket_perimeter("bbb", endpoints=[VPCE], manager_principals=[MANAGER], tls_only=True)
    return {**document, "Statement": [*document["Statement"], *others]}


def without(document, sid):
    return {**document, "Statement": [one for one in document["Statement"] if one["Sid"] != sid]}


def spared(document, **condition):
    """The perimeter with a condition more in its statements about networks."""
    made = []
    for one in document["Statement"]:
        network = "Tls" not in one["Sid"] and one["Sid"].startswith("PerimeterS3")
        made.append({**one, "Condition": {**one["Condition"], **condition}} if network else one)
    return {**document, "Statement": made}


def allow(sid, **more):
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::bbb/*",
        **more,
    }


OF_US = allow("OfUs", Principal="*", Condition={"StringEquals": {"aws:ResourceAccount": ACCOUNT}})
DENY_STRANGER = {**allow("NotThem"), "Effect": "Deny", "Principal": {"AWS": "444455556666"}}


def drift(live, declared):
    return bucket_findings(PLACE, "bbb", live, declared)


def test_an_exception_for_every_address_is_critical():
    found = drift(spared(closed(), NotIpAddress={"aws:SourceIp": "0.0.0.0/0"}), closed())
    assert {one.severity for one in found} == {"critical"}
    assert all(any("from the internet" in said for said in one.opens) for one in found)


def test_a_statement_of_others_about_the_account_of_the_bucket_is_decided():
    found = drift(closed(OF_US, {**DENY_STRANGER, "Sid": "New", "Action": "s3:PutObject"}), closed(OF_US))
    assert [(one.what, one.severity) for one in found] == [("New is not declared", "minor")]


def test_a_denial_that_is_missing_cuts_nobody_off():
    for sid in ("PerimeterS3Network", "PerimeterS3Management", "PerimeterS3Tls"):
        (found,) = drift(without(closed(), sid), closed())
        assert found.severity == "critical"
        assert found.opens
        assert found.cuts == ()


def test_a_denial_of_what_nothing_allows_is_minor():
    (found,) = drift(closed(), closed(DENY_STRANGER))
    assert (found.what, found.severity, found.opens, found.cuts) == ("NotThem is missing", "minor", (), ())


def test_who_really_gets_in_comes_first():
    live = {"Version": "2012-10-17", "Statement": [allow("Stranger")]}
    found = drift(live, closed())
    stranger = next(one for one in found if one.what == "Stranger is not declared")
    assert (stranger.severity, len(stranger.opens)) == ("critical", len(set(stranger.opens)))
    assert all(STRANGER in said for said in stranger.opens)


def test_what_distinguishes_requests_is_in_the_line():
    (found,) = drift(without(closed(), "PerimeterS3Tls"), closed())
    assert all("without TLS" in said for said in found.opens)


def endpoint(document):
    return {
        "vpc_endpoint_id": VPCE,
        "vpc_id": VPC,
        "route_table_ids": [],
        "tags": {},
        "policy_document": document,
    }


def test_what_opens_a_wide_endpoint_policy_is_the_new_statement():
    wide = {"Sid": "Wide", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    declared = endpoint_policy(["b-bucket"])
    found = endpoint_findings(PLACE, endpoint({"Version": "2012-10-17", "Statement": [wide]}), endpoint(declared))
    severities = {one.what: one.severity for one in found}
    assert severities.pop("Wide is not declared") == "critical"
    assert all(severity != "critical" for severity in severities.values())
    assert not any(one.opens for one in found if "Wide" not in one.what)


@pytest.mark.parametrize(
    "live, declared, severity",
    [
        (closed(), closed(allow("Partner")), "major"),
        (closed(allow("Partner")), closed(), "critical"),
        (None, closed(), "critical"),
        (closed(), None, "major"),
        (spared(closed(), StringNotLike={"aws:userid": "AROAEXAMPLE:*"}), closed(), "critical"),
        # Nothing allows services anything, but nobody declared the exemption.
        (spared(closed(), BoolIfExists={"aws:PrincipalIsAWSService": "false"}), closed(), "critical"),
    ],
)
def test_severities(live, declared, severity):
    assert max(one.severity == severity for one in drift(live, declared))


OWNER = Owner("bucket", "bbb", ACCOUNT)
REQUEST = {"principal": "anonymous", "action": "s3:GetObject", "resource": "arn:aws:s3:::bbb/x", "through": "internet"}
HELD = Verdict("it", "holds")
REFUTED = Verdict("it", "refuted", (Counterexample(REQUEST, "allow", "Because."),))
OPEN = Verdict("it", "undecided", reason="More than 9 kinds.")
CAN = ("anonymous can s3:GetObject on arn:aws:s3:::bbb/x from the internet",)
CANNOT = ("anonymous cannot s3:GetObject on arn:aws:s3:::bbb/x from the internet",)
DOUBT = ("it is not decided: More than 9 kinds.",)


@pytest.mark.parametrize(
    "opens, cuts, effect",
    [
        (HELD, HELD, Effect("minor")),
        (REFUTED, HELD, Effect("critical", CAN)),
        (HELD, REFUTED, Effect("major", (), CANNOT)),
        (REFUTED, REFUTED, Effect("critical", CAN, CANNOT)),
        # What nobody knows is as grave as if it were refuted, and said.
        (OPEN, HELD, Effect("critical", DOUBT)),
        (HELD, OPEN, Effect("major", (), DOUBT)),
        (OPEN, REFUTED, Effect("critical", DOUBT, CANNOT)),
    ],
)
def test_what_verdicts_amount_to(opens, cuts, effect):
    assert Difference(OWNER, None, None, Change(opens, cuts)).effect == effect


ODD = {"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps"}]}


def test_what_cannot_be_read_is_critical():
    assert difference(OWNER, ODD, closed()).effect == Effect("critical")
    assert difference(OWNER, ODD, closed()).effect_of(closed(), closed()) == Effect("critical")
    read = difference(OWNER, closed(allow("Partner")), closed())
    assert read.effect.severity == "critical"
    assert read.effect_of(ODD, closed()) == Effect("critical")


def test_the_share_of_a_change():
    live, declared = closed(allow("Partner")), closed(allow("Reader", Principal={"AWS": "444455556666"}))
    told = difference(OWNER, live, declared)
    assert (told.effect.severity, bool(told.effect.opens), bool(told.effect.cuts)) == ("critical", True, True)
    came = told.effect_of(closed(*declared["Statement"][-1:], allow("Partner")), closed())
    assert (came.severity, bool(came.opens), came.cuts) == ("critical", True, ())
    assert all(STRANGER in said for said in came.opens)
    went = told.effect_of(closed(), closed(allow("Partner"), *declared["Statement"][-1:]))
    assert (went.severity, went.opens, bool(went.cuts)) == ("major", (), True)
    assert all("444455556666" in said for said in went.cuts)
    # Another name does nothing, whatever each half of it would do.
    renamed = difference(OWNER, closed(allow("New")), closed(allow("Old")))
    assert renamed.effect_of(closed(), closed()) == Effect("minor")
