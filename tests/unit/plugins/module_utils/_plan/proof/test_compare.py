# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two documents of one bucket or endpoint, and what each says in vain."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.compare import Change, Owner
from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.findings import findings
from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.input import read_owner
from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.relation import relation
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    HOLDS,
    REFUTED,
    UNDECIDED,
    Verdict,
)

ACCOUNT, OTHER = "111122223333", "444455556666"
VPCE, VPC = "vpce-1a2b3c4d", "vpc-1a2b3c4d"
BUCKET = Owner("bucket", "reports", ACCOUNT)
ENDPOINT = Owner("endpoint", VPCE, ACCOUNT, "aws", VPC, "eu-central-1")
BOTH = ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action="s3:GetObject", resource="arn:aws:s3:::reports/*", **more):
    return {"Sid": "A", "Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource, **more}


def deny(action="s3:*", resource=None, **more):
    return {"Sid": "D", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource or BOTH, **more}


ONLY = {"StringNotEquals": {"aws:SourceVpce": VPCE}}
PARTNER = {"Principal": {"AWS": f"arn:aws:iam::{OTHER}:role/partner"}}


@pytest.mark.parametrize(
    "one, other, expected",
    [
        (policy(allow()), policy(allow()), "equal"),
        (policy(deny(Condition=ONLY)), None, "narrower"),
        (None, policy(deny(Condition=ONLY)), "wider"),
        (policy(allow(**PARTNER)), policy(allow("s3:PutObject", **PARTNER)), "incomparable"),
        (policy(allow("s3:Get*")), policy(allow("s3:GetObject")), "wider"),
        # Nothing allows it, so nobody misses the denial.
        (policy(deny("s3:GetObject", "arn:aws:s3:::reports/*", Principal={"AWS": OTHER})), None, "equal"),
        # What is said of another bucket is said of nothing.
        (policy(allow(resource="arn:aws:s3:::others/*")), None, "equal"),
        # An account without more says no more than no statement at all.
        (policy(allow(Principal={"AWS": ACCOUNT})), None, "equal"),
        (
            policy(allow(), deny(Condition=ONLY)),
            policy(allow(), deny("s3:Get*", Condition=ONLY), deny(NotAction="s3:Get*", Action=None, Condition=ONLY)),
            "equal",
        ),
        (
            policy(allow(Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})),
            policy(allow(Condition={"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}})),
            "equal",
        ),
    ],
)
def test_bucket_policies(one, other, expected):
    def clean(document):
        if document is None:
            return None
        return policy(*({key: value for key, value in each.items() if value} for each in document["Statement"]))

    found = relation(BUCKET, clean(one), clean(other))
    assert found["relation"] == expected, found
    assert bool(found["more"]) == (expected in ("wider", "incomparable"))
    assert bool(found["less"]) == (expected in ("narrower", "incomparable"))


@pytest.mark.parametrize(
    "one, other, expected",
    [
        (policy(allow()), None, "narrower"),
        (policy(allow("*", "*")), None, "equal"),
        (policy(allow("s3:*", "arn:aws:s3:::*")), policy(allow("s3:*", "*")), "narrower"),
        (policy(allow(Condition={"StringEquals": {"aws:SourceVpce": VPCE}})), policy(allow()), "equal"),
        (policy(allow(Condition={"StringEquals": {"aws:SourceVpc": "vpc-2b3c4d5e"}})), policy(allow()), "narrower"),
    ],
)
def test_endpoint_policies(one, other, expected):
    assert relation(ENDPOINT, one, other)["relation"] == expected


@pytest.mark.parametrize(
    "opens, cuts, relation",
    [
        (HOLDS, HOLDS, "equal"),
        (HOLDS, REFUTED, "narrower"),
        (REFUTED, HOLDS, "wider"),
        (REFUTED, REFUTED, "incomparable"),
        (UNDECIDED, HOLDS, "undecided"),
        (REFUTED, UNDECIDED, "undecided"),
        (UNDECIDED, UNDECIDED, "undecided"),
    ],
)
def test_how_one_is_to_the_other(opens, cuts, relation):
    assert Change(Verdict("x", opens), Verdict("x", cuts)).relation == relation


@pytest.mark.parametrize("one, other", [(policy(allow()), None), (None, policy(allow()))])
def test_what_is_taken_for_granted_is_said_once(one, other):
    said = relation(BUCKET, one, other)["assumed"]
    assert [each.split(",")[0] for each in said] == [
        "Only actions of 's3' are looked at", "AWS services call from within AWS",
    ]  # fmt: skip
    assert relation(ENDPOINT, one, other)["assumed"] == said[:1]


def test_a_request_each_way_in_words():
    found = relation(BUCKET, policy(allow(**PARTNER)), policy(allow("s3:PutObject", **PARTNER)))
    assert found["more"][0]["said"].startswith("s3:GetObject on arn:aws:s3:::reports/")
    assert found["less"][0]["said"].startswith("s3:PutObject on arn:aws:s3:::reports/")
    assert (found["more"][0]["statement"], found["more"][0]["decision"]) == ("A", "allow")
    assert found["message"].startswith("Each lets pass what the other does not. With it passes: s3:GetObject on ")


@pytest.mark.parametrize(
    "statements, expected",
    [
        ([allow()], []),
        ([allow(), allow("s3:Get*", Sid="More")], [("repeated", "A", ["More"])]),
        ([allow(), allow(Sid="Again")], [("repeated", "Again", ["A"])]),
        ([allow(), deny("s3:Get*")], [("overridden", "A", ["D"])]),
        ([allow(), deny(Condition=ONLY)], []),
        (
            [allow(Condition={"StringEquals": {"aws:SourceVpce": VPCE}, "Null": {"aws:SourceVpce": "true"}})],
            [("never_matches", "A", [])],
        ),
        (
            [deny(Condition={"StringNotEquals": {"aws:SourceVpce": VPCE}}), deny("s3:PutObject", Sid="All")],
            [],
        ),
        (
            [
                deny(
                    "s3:PutObject", Condition={"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/app"}}
                ),
                deny(
                    "s3:Put*",
                    Sid="Roles",
                    Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}},
                ),
            ],
            [("idle_exception", "D", ["Roles"])],
        ),
        (
            [deny(Condition={"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:PrincipalArn": "no-arn"}})],
            [("idle_exception", "D", [])],
        ),
        # Two together say what one says, and a third one has no part in it.
        (
            [
                allow(Sid="Left", Resource="arn:aws:s3:::reports/a*"),
                allow("s3:PutObject", Sid="Other"),
                allow(Sid="Right", Resource=["arn:aws:s3:::reports/b*"]),
                allow(Sid="Whole", Resource=["arn:aws:s3:::reports/a/*", "arn:aws:s3:::reports/b/*"]),
            ],
            [("repeated", "Whole", ["Left", "Right"])],
        ),
        (
            [
                allow(Resource=["arn:aws:s3:::reports/a/*", "arn:aws:s3:::reports/b/*"]),
                deny(Sid="Left", Resource=["arn:aws:s3:::reports/a*"]),
                deny("s3:PutObject", Sid="Other"),
                deny(Sid="Right", Resource=["arn:aws:s3:::reports/b*"]),
            ],
            [("overridden", "A", ["Left", "Right"])],
        ),
        # All but one, who is denied by none of them; and all but one again.
        (
            [
                {**deny(), "Principal": None, "NotPrincipal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}},
                deny("s3:GetObject", Sid="Less"),
            ],
            [],
        ),
        (
            [
                deny(Sid="All"),
                {**deny("s3:GetObject"), "Principal": None, "NotPrincipal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}},
            ],
            [("repeated", "D", ["All"])],
        ),
    ],
)
def test_what_is_said_in_vain(statements, expected):
    statements = [{name: value for name, value in one.items() if value is not None} for one in statements]
    found = findings(BUCKET, policy(*statements))
    assert [(one.finding, one.statement, list(one.by)) for one in found] == expected
    assert all(one.message and one.as_dict()["message"] == one.message for one in found)


@pytest.mark.parametrize(
    "given, said",
    [
        ({"bucket": "reports", "endpoint": VPCE}, "of a bucket or of an endpoint"),
        ({"bucket": "a/b"}, "is not the name of a bucket"),
        ({"endpoint": "mine"}, "endpoint_id: 'mine' is not such an id"),
        ({"vpc": "mine"}, "options: vpc_id: 'mine' is not such an id"),
        ({"account": 1}, "account: 1 is not such an id"),
        ({"organization": "mine"}, "organization: 'mine' is not such an id"),
        ({"partition": "moon"}, "is not an AWS partition"),
    ],
)
def test_whose_policies_they_are_is_checked(given, said):
    with pytest.raises(PolicyError, match=said):
        read_owner(**given)


def test_whose_policies_they_are():
    assert read_owner("reports", account=ACCOUNT) == BUCKET
    assert read_owner(endpoint=VPCE, account=ACCOUNT, vpc=VPC, region="eu-central-1") == ENDPOINT
    assert read_owner() == Owner("bucket")
