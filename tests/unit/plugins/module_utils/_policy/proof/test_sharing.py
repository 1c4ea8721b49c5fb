# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claims about many buckets: which are of one shape, and what is proved only once though they differ."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof import sharing
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    HOLDS,
    Bucket,
    Claim,
    Declaration,
    Passing,
    Setting,
    World,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.prove import prove

OWN, VPCE = "111122223333", "vpce-1a2b3c4d"


def arns(bucket):
    return (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*")


def allow(*resources, **more):
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": list(resources), **more}


def deny(*resources, **more):
    return allow(*resources, **{"Effect": "Deny", **more})


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def never(bucket, document, endpoint=None):
    setting = Setting({"bucket": document}, {VPCE: endpoint})
    within = Declaration([allow(*arns(bucket))])
    return Claim("never", setting, None, World(account=OWN, buckets=(Bucket(bucket, OWN),)), within)


def shape(bucket, document, endpoint=None):
    found = sharing.Shared().shape(never(bucket, document, endpoint))
    return bucket if found is None else found.text


@pytest.mark.parametrize(
    "of, alike",
    [
        (lambda name: policy(allow(*arns(name))), True),
        (lambda name: policy(allow(f"arn:aws:s3:::{name}/in/*", "arn:aws:s3:::third/*")), True),
        (lambda name: policy(allow("arn:aws:s3:::*", "*")), True),
        (lambda name: policy(allow(*arns("alpha"))), False),
        (lambda name: policy(allow("arn:aws:s3:::alpha*")), False),
        (lambda name: policy(allow("arn:aws:s3:*:*:alpha")), False),
        (lambda name: policy(allow("*alpha/*")), False),
        (lambda name: policy(allow("arn:aws:s3")), False),
        (lambda name: policy(allow("arn:aws:s3:::alpha${aws:username}/*")), False),
        (lambda name: policy(allow("arn:aws:s3:eu-central-1:111122223333:accesspoint/mine")), True),
        (lambda name: policy(allow(*arns(name), Condition={"StringEquals": {"s3:prefix": name}})), False),
        (
            lambda name: policy(
                allow(*arns(name), Condition={"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{name}"}}),
            ),
            True,
        ),
        (lambda name: None, True),
        (lambda name: policy(allow(*arns(name), Sid="Alpha" if name == "alpha" else "Beta")), False),
    ],
)
def test_policies_that_differ_in_the_name_only_are_alike(of, alike):
    assert (shape("alpha", of("alpha")) == shape("alphabet", of("alphabet"))) is alike


@pytest.mark.parametrize(
    "statements, alike",
    [
        ([allow(*arns("alpha"), *arns("alphabet"))], True),
        ([allow(*arns("alpha"), Sid="Own"), allow(*arns("alphabet"), Sid="Own")], True),
        ([allow(*arns("alpha")), allow(*arns("third"))], False),
        ([allow(*arns("alpha"), *arns("alphabet")), allow("arn:aws:s3:::aws-*/*")], True),
        ([allow("arn:aws:s3:::alphab*")], False),
        ([allow("*")], True),
        ([{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "NotResource": "arn:aws:s3:::alpha"}], False),
        ([{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "NotResource": "arn:aws:s3:::third"}], True),
    ],
)
def test_the_endpoint_counts_as_far_as_it_can_be_about_them(statements, alike):
    found = [shape(name, policy(allow(*arns(name))), policy(*statements)) for name in ("alpha", "alphabet")]
    assert (found[0] == found[1]) is alike


@pytest.mark.parametrize("element", ["Resource", "NotResource"])
def test_a_statement_without_a_name_is_known_by_its_place(element):
    """Of a verdict that is shared people read which statement it was."""
    others, about = allow(*arns("third")), "*" if element == "Resource" else "arn:aws:s3:::third"
    open_ = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", element: about}
    assert shape("alpha", policy(others, open_)) != shape("beta", policy(open_, others))
    assert shape("alpha", policy(others, open_)) == shape("beta", policy(others, open_))
    named = {**open_, "Sid": "Open"}
    assert shape("alpha", policy(others, named)) == shape("beta", policy(named, others))


def test_a_missing_policy_counts():
    assert shape("alpha", None) != shape("alpha", policy(allow(*arns("alpha"))))
    assert shape("alpha", None, None) != shape("alpha", None, policy(allow("arn:aws:s3:::third")))


NETWORK = {"StringNotEquals": {"aws:SourceVpce": VPCE}}
DECLARED = {"StringEquals": {"aws:SourceVpce": VPCE, "aws:PrincipalAccount": OWN}}
NAMES = [f"bucket-{number}" for number in range(5)]


def counted(monkeypatch, claims):
    """The verdicts on claims, and how many were proved."""
    calls = []
    monkeypatch.setattr(sharing, "prove", lambda claim, options: calls.append(claim) or prove(claim, options))
    return sharing.prove_all(claims), len(calls)


def essence(verdict):
    return verdict.status, verdict.reason, verdict.counterexamples, verdict.narrowed, verdict.vacuous


def test_what_the_perimeter_carries_is_proved_once_whatever_others_deny(monkeypatch):
    def nothing_else(number, name):
        others = deny(f"arn:aws:s3:::{name}/{number}/*", Condition={"Bool": {"aws:SecureTransport": "false"}})
        network = deny(*arns(name), Action="s3:*", Condition=NETWORK)
        document = policy(others, {**network, "Sid": "Network"}, allow(*arns(name), Principal={"AWS": OWN}))
        declared = Declaration([allow(*arns(name), Action="s3:*", Condition={"StringEquals": {"aws:SourceVpce": VPCE}}),
                                allow(*arns(name), Action="s3:*BucketPolicy", Principal={"AWS": OWN})])  # fmt: skip
        world, within = (
            World(account=OWN, buckets=(Bucket(name, OWN),)),
            Declaration([allow(*arns(name), Action="s3:*")]),
        )
        return Claim("1", Setting({"bucket": document}), declared, world, within, core=frozenset(["Network"]))

    claims = [nothing_else(*each) for each in enumerate(NAMES)]
    found, proved = counted(monkeypatch, claims)
    assert [essence(one) for one in found] == [essence(prove(claim)) for claim in claims]
    assert {one.status for one in found} == {HOLDS}
    assert [one.label for one in found[3].rests_on] == ["Network"]
    assert proved == 1


def test_what_has_to_pass_is_proved_in_parts(monkeypatch):
    def passing(number, name):
        harmless = deny(f"arn:aws:s3:::{name}/{number}/*", Condition=NETWORK)
        harmful = deny(f"arn:aws:s3:::{name}/secret/*", Condition={"StringEquals": {"aws:PrincipalType": "User"}})
        declared = Declaration([allow(*arns(name), Condition=DECLARED)])
        world = World(account=OWN, buckets=(Bucket(name, OWN),))
        return Passing("3", declared, Setting({"bucket": policy(harmless, harmful)}), world, (VPCE,))

    claims = [passing(*each) for each in enumerate(NAMES)]
    found, proved = counted(monkeypatch, claims)
    assert [essence(one) for one in found] == [essence(prove(claim)) for claim in claims]
    assert [one.statement.label for one in found[4].narrowed] == ["Statement[1]"]
    # The first one, then a Deny of each of the others, and once what is left without it.
    assert proved == 1 + (len(NAMES) - 1) + 1 + 1


def test_a_policy_of_which_nothing_matters(monkeypatch):
    def passing(number, name):
        document = policy(deny(f"arn:aws:s3:::{name}/{number}/*", Condition=NETWORK))
        declared = Declaration([allow(*arns(name), Condition=DECLARED)])
        world = World(account=OWN, buckets=(Bucket(name, OWN),))
        return Passing("3", declared, Setting({"bucket": document}), world, (VPCE,))

    found, _proved = counted(monkeypatch, [passing(*each) for each in enumerate(NAMES)])
    assert {essence(one) for one in found} == {(HOLDS, "", (), (), False)}


def test_parts_that_differ_in_their_names_are_one(monkeypatch):
    """A Deny that takes nothing away is asked for once, however it is called; not so in a policy of another version."""

    def passing(number, name, version="2012-10-17"):
        harmless = deny(f"arn:aws:s3:::{name}/x/*", Condition=NETWORK, Sid=f"Deny{number}")
        harmful = deny(f"arn:aws:s3:::{name}/{number}/*", Condition={"StringEquals": {"aws:PrincipalType": "User"}})
        declared = Declaration([allow(*arns(name), Condition=DECLARED)])
        setting = Setting({"bucket": {**policy(harmless, harmful), "Version": version}})
        return Passing("3", declared, setting, World(account=OWN, buckets=(Bucket(name, OWN),)), (VPCE,))

    claims = [passing(*each) for each in enumerate(NAMES)]
    _found, proved = counted(monkeypatch, claims)
    # The first one; the harmless part once; of each of the others the harmful part, and what is left.
    assert proved == 1 + 1 + 2 * (len(NAMES) - 1)
    older = [*claims, passing(9, "bucket-9"), passing(10, "bucket-10", "2008-10-17")]
    _found, more = counted(monkeypatch, older)
    assert more == proved + 2 + 3


def test_a_core_is_what_compares_networks(monkeypatch):
    """Where no statements are named as the perimeter's, those count that compare endpoints, VPCs or TLS."""

    def never(number, name):
        others = deny(f"arn:aws:s3:::{name}/{number}/*", Condition={"StringEquals": {"aws:PrincipalType": "User"}})
        document = policy(others, deny(*arns(name), Condition=NETWORK), allow(*arns(name), Principal={"AWS": OWN}))
        elsewhere = allow(*arns(name), Condition={**NETWORK, "StringEquals": {"aws:PrincipalAccount": OWN}})
        world = World(account=OWN, buckets=(Bucket(name, OWN),))
        return Claim("never", Setting({"bucket": document}), None, world, Declaration([elsewhere]))

    claims = [never(*each) for each in enumerate(NAMES)]
    found, proved = counted(monkeypatch, claims)
    assert {one.status for one in found} == {HOLDS}
    assert proved == 1
