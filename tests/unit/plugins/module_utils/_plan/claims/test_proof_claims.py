# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the prover is asked for each claim; whether it holds is tested beside the report."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.claims.proof_claims import Documents, questions
from ansible_collections.perimeter.s3.plugins.module_utils._plan.claims.proof_input import read_claims
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import Bucket, Endpoint, Passing

ACCOUNT, OTHER, ORG = "111122223333", "444455556666", "o-a1b2c3d4e5"
VPCE, VPC = "vpce-1a2b3c4d", "vpc-1a2b3c4d"
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
BUCKET, OBJECTS = "arn:aws:s3:::reports", "arn:aws:s3:::reports/*"
REPAIRS = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]
POLICY = {"Version": "2012-10-17", "Statement": []}


def allow(principal="*", **condition):
    made = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": OBJECTS}
    return {**made, "Condition": condition} if condition else made


def documents(bucket=None, **more):
    given = {"owners": {"reports": ACCOUNT}, "account": ACCOUNT, "known": {VPCE: Endpoint(VPCE, VPC)}, **more}
    return Documents({"reports": bucket, "archive": POLICY}, {VPCE: POLICY}, **given)


def asked(claim, held=None):
    (read,) = read_claims([claim], ["reports"], "aws", True)
    return list(questions(read, held or documents()))


def of(condition=None, resources=(BUCKET, OBJECTS), actions=("s3:*",)):
    made = {"Effect": "Allow", "Principal": "*", "Action": list(actions), "Resource": list(resources)}
    return {**made, "Condition": condition} if condition else made


def equals(key, value, operator="StringEquals"):
    return {operator: {key: value}}


ROOT = of(equals("aws:PrincipalArn", [f"arn:aws:iam::{ACCOUNT}:root"], "ArnLike"), [BUCKET], REPAIRS)
SERVICES = equals("aws:PrincipalIsAWSService", "true", "Bool")
FORWARDED = equals("aws:ViaAWSService", "true", "Bool")
NETWORK = equals("aws:SourceVpce", VPCE)
#: claim -> what may pass besides
UNLESS = [
    ({"claim": "only_through", "networks": [VPCE]}, [of(NETWORK), ROOT]),
    (
        {
            "claim": "only_through",
            "networks": [VPCE, VPC],
            "addresses": ["203.0.113.0/24"],
            "principals": [APP, OTHER],
            "allow_forwarded_access": True,
            "allow_aws_services": True,
        },
        [
            of(NETWORK),
            of(equals("aws:SourceVpc", VPC)),
            of(equals("aws:SourceIp", ["203.0.113.0/24"], "IpAddress")),
            of(equals("aws:PrincipalArn", [APP], "ArnLike")),
            of(equals("aws:PrincipalAccount", [OTHER])),
            of(FORWARDED),
            of(SERVICES),
            ROOT,
        ],
    ),
    (
        {"claim": "only_through", "networks": [VPCE], "allow_forwarded_access": True, "require_tls": True},
        [
            of({**NETWORK, "Bool": {"aws:SecureTransport": "true"}}),
            of({"Bool": {"aws:ViaAWSService": "true", "aws:SecureTransport": "true"}}),
            ROOT,
        ],
    ),
    ({"claim": "only_actions", "actions": ["s3:GetObject"]}, [of(actions=["s3:GetObject"]), ROOT]),
    ({"claim": "only_actions", "endpoint": VPCE, "actions": ["s3:Get*"]}, [of(resources=["*"], actions=["s3:Get*"])]),
    ({"claim": "only_principals", "principals": [ACCOUNT]}, [of(equals("aws:PrincipalAccount", [ACCOUNT])), ROOT]),
    ({"claim": "only_organization", "organization": ORG}, [of(equals("aws:PrincipalOrgID", ORG)), ROOT]),
    (
        {"claim": "only_organization", "organization": ORG, "allow_aws_services": True},
        [of(equals("aws:PrincipalOrgID", ORG)), of({**SERVICES, **equals("aws:SourceOrgID", ORG)}), ROOT],
    ),
    ({"claim": "confined", "endpoint": VPCE, "buckets": ["reports"]}, [of()]),
    (
        {"claim": "confined", "endpoint": VPCE, "buckets": ["reports"], "accounts": [OTHER], "organization": ORG},
        [
            of(),
            of(equals("aws:ResourceAccount", [OTHER]), ["*"]),
            of(equals("aws:ResourceOrgID", ORG), ["*"]),
        ],
    ),
]


@pytest.mark.parametrize("claim, unless", UNLESS)
def test_what_may_pass_besides(claim, unless):
    (question,) = asked(claim)
    ((found, wanted),) = question.claims
    assert list(found.unless.statements) == unless
    everything = of(resources=["*"]) if "endpoint" in claim else of()
    assert (list(found.within.statements), wanted) == ([everything], "deny")
    assert found.through == ((VPCE,) if "endpoint" in claim else None)
    assert any("root user" in one for one in question.assumed) is (ROOT in unless)


def test_within():
    claim = {"claim": "only_through", "networks": [VPCE], "within": [{"action": "s3:PutObject", "principal": APP}]}
    (question,) = asked(claim)
    arn = equals("aws:PrincipalArn", [APP], "ArnLike")
    assert list(question.claims[0][0].within.statements) == [of(arn, actions=["s3:PutObject"])]


NAMED = equals("aws:PrincipalAccount", [ACCOUNT])
#: bucket policy, options, who gets in from the internet without its being public
PUBLIC = [
    (None, {}, [of(NAMED), of(SERVICES)]),
    (
        {
            "Statement": [
                allow({"AWS": f"arn:aws:iam::{OTHER}:role/x", "Service": "ec2.amazonaws.com"}),
                allow(StringEquals={"aws:PrincipalOrgID": [ORG, "o-*"], "aws:username": "555566667777"}),
                allow(StringEquals={"AWS:PrincipalAccount": "777788889999"}),
                allow(ArnLike={"aws:PrincipalArn": ["arn:aws:iam::888899990000:role/*", "arn:aws:iam::*:role/x"]}),
                {**allow({"AWS": "666677778888"}), "Effect": "Deny"},
            ]
        },
        {"addresses": ["203.0.113.0/24"]},
        [
            of(equals("aws:PrincipalAccount", [ACCOUNT, OTHER, "777788889999", "888899990000"])),
            of(SERVICES),
            of(equals("aws:PrincipalOrgID", [ORG])),
            of(equals("aws:SourceIp", ["203.0.113.0/24"], "IpAddress")),
        ],
    ),
]


@pytest.mark.parametrize("bucket, options, unless", PUBLIC)
def test_who_gets_in_without_its_being_public(bucket, options, unless):
    (question,) = asked({"claim": "not_public", **options}, documents(bucket))
    ((found, wanted),) = question.claims
    assert list(found.unless.statements) == unless
    assert (list(found.within.statements), wanted) == ([of(equals("aws:SourceVpce", "true", "Null"))], "deny")


def test_whose_the_bucket_is_may_get_in():
    (question,) = asked({"claim": "not_public"}, documents(owners={"reports": OTHER}))
    assert question.claims[0][0].unless.statements[0] == of(equals("aws:PrincipalAccount", [OTHER]))
    (question,) = asked({"claim": "only_principals", "principals": [APP]}, documents(owners={"reports": OTHER}))
    root = {"ArnLike": {"aws:PrincipalArn": [f"arn:aws:iam::{OTHER}:root"]}}
    assert question.claims[0][0].unless.statements[-1]["Condition"] == root


def test_where_nobody_knows_an_account_none_is_named():
    (question,) = asked({"claim": "not_public"}, documents(owners={}, account=None))
    # No account is called so.
    assert question.claims[0][0].unless.statements[0] == of(equals("aws:PrincipalAccount", ["-"]))
    (question,) = asked({"claim": "only_principals", "principals": [OTHER]}, documents(owners={}, account=None))
    assert (len(question.claims[0][0].unless.statements), question.assumed) == (1, ())


REQUESTS = [{"action": "s3:GetObject"}, {"action": "s3:PutObject", "principal": [APP, OTHER]}]
DECLARED = [
    of(actions=["s3:GetObject"]),
    of(equals("aws:PrincipalArn", [APP], "ArnLike"), actions=["s3:PutObject"]),
    of(equals("aws:PrincipalAccount", [OTHER]), actions=["s3:PutObject"]),
]


def test_what_never_passes():
    (question,) = asked({"claim": "never", "requests": REQUESTS})
    assert [(one.unless, *one.within.statements, wanted) for one, wanted in question.claims] == [
        (None, statement, "deny") for statement in DECLARED
    ]


def test_what_always_passes():
    (question,) = asked({"claim": "always", "requests": REQUESTS})
    assert [(*one.passing.statements, wanted) for one, wanted in question.claims] == [
        (statement, "allow") for statement in DECLARED
    ]
    assert all(one.unless.policies == {"bucket": None} for one, _wanted in question.claims)


INTERNET = {"Null": {"aws:SourceVpce": "true"}, "Bool": {"aws:ViaAWSService": "false"}}


@pytest.mark.parametrize(
    "options, path, through",
    [
        ({}, INTERNET, None),
        ({"through": "internet"}, INTERNET, None),
        ({"through": VPCE}, NETWORK, (VPCE,)),
        ({"through": "vpce-99999999"}, equals("aws:SourceVpce", "vpce-99999999"), None),
    ],
)
def test_who_repairs_the_policy(options, path, through):
    (question,) = asked({"claim": "repairable_by", "principals": [APP, OTHER], **options})
    expected = [equals("aws:PrincipalArn", [APP], "ArnLike"), equals("aws:PrincipalAccount", [OTHER])]
    assert [wanted for _one, wanted in question.claims] == ["allow", "allow"]
    for (one, _wanted), principal in zip(question.claims, expected, strict=True):
        assert isinstance(one, Passing)
        condition = {
            operator: {**principal.get(operator, {}), **path.get(operator, {})} for operator in {**principal, **path}
        }
        assert list(one.declared.statements) == [of(condition, [BUCKET], REPAIRS)]
        assert one.through == through


@pytest.mark.parametrize("claim, option, asks", [("no_new_access", "before", 1), ("equivalent", "to", 2)])
@pytest.mark.parametrize("endpoint", [False, True])
def test_what_is_compared(claim, option, asks, endpoint):
    about = {"endpoint": VPCE} if endpoint else {}
    other = {"Version": "2012-10-17", "Statement": [allow()]}
    (question,) = asked({"claim": claim, option: other, **about})
    found = [(one.passing, one.unless) for one, _wanted in question.claims]
    assert [wanted for _one, wanted in question.claims] == ["deny", "allow"][:asks]
    for (now, before), turned in zip(found, (False, True), strict=False):
        now, before = (before, now) if turned else (now, before)
        if endpoint:
            assert (now.endpoints[VPCE], before.endpoints[VPCE]) == (POLICY, other)
        else:
            assert (now.policies["bucket"], before.policies["bucket"]) == (None, other)
    for one, _wanted in question.claims:
        assert one.name == claim
        assert list(one.within.statements) == [of(resources=["*"]) if endpoint else of()]
        assert one.through == ((VPCE,) if endpoint else None)
        assert one.world == documents().world(None if endpoint else "reports")


def test_the_other_document_may_be_json():
    (question,) = asked({"claim": "no_new_access", "before": json.dumps({"Statement": [allow()]})})
    assert question.claims[0][0].unless.policies["bucket"]["Statement"] == [allow()]


@pytest.mark.parametrize("claim", ["never", "always"])
def test_requests_through_an_endpoint_by_itself(claim):
    (question,) = asked({"claim": claim, "name": "mine", "endpoint": VPCE, "requests": [{"action": "s3:GetObject"}]})
    [(found, _wanted)] = question.claims
    assert (question.bucket, found.through, found.name) == (None, (VPCE,), "mine")
    requests = found.within if claim == "never" else found.passing
    assert list(requests.statements) == [of(actions=["s3:GetObject"], resources=["*"])]


def test_another_partition():
    held = documents(partition="aws-cn")
    app, here = APP.replace("aws", "aws-cn"), [BUCKET.replace("aws", "aws-cn"), OBJECTS.replace("aws", "aws-cn")]
    (read,) = read_claims([{"claim": "only_principals", "principals": [app]}], ["reports"], "aws-cn", True)
    (question,) = questions(read, held)
    root = [f"arn:aws-cn:iam::{ACCOUNT}:root"]
    assert list(question.claims[0][0].unless.statements) == [
        of(equals("aws:PrincipalArn", [app], "ArnLike"), here),
        of(equals("aws:PrincipalArn", root, "ArnLike"), here[:1], REPAIRS),
    ]
    assert question.claims[0][0].world.partition == "aws-cn"


def test_what_comes_through_a_network_of_others_is_taken_for_granted():
    (question,) = asked({"claim": "only_through", "networks": [VPCE, VPC], "allow_aws_services": True})
    assert [one for one in question.assumed if "root user" not in one] == [
        "AWS services may act for anybody: allow_aws_services is set.",
        f"What comes through {VPC} is not looked at any further.",
    ]


UNSEEN = "Endpoints whose policies are neither supplied nor read let everything pass."
#: What has to pass -> whether an endpoint may be on its way whose policy nobody knows.
WAYS = [
    ({"claim": "always", "requests": [{"through": "internet"}, {"through": VPCE}]}, False),
    ({"claim": "always", "requests": {"through": "vpce-99999999"}}, True),
    ({"claim": "always", "requests": [{"through": VPCE}, {"through": VPC}]}, True),
    ({"claim": "always", "requests": {"context": {"aws:SourceVpce": "vpce-99999999"}}}, True),
    ({"claim": "always", "requests": {"principal": APP}}, True),
    ({"claim": "always", "endpoint": VPCE, "requests": {"principal": APP}}, False),
    ({"claim": "repairable_by", "principals": [APP]}, False),
    ({"claim": "repairable_by", "principals": [APP], "through": VPCE}, False),
    ({"claim": "repairable_by", "principals": [APP], "through": "vpce-99999999"}, True),
    # What never passes does not on a way where nothing is in the way.
    ({"claim": "never", "requests": {"through": "vpce-99999999"}}, False),
]


@pytest.mark.parametrize("claim, unseen", WAYS)
def test_an_endpoint_on_the_way_whose_policy_nobody_knows_is_taken_for_granted(claim, unseen):
    question, *_others = asked(claim)
    assert (UNSEEN in question.assumed) is unseen
    assert question.assumed.count(UNSEEN) <= 1


def test_a_bucket_of_which_nobody_says_whose_it_is_is_taken_for_one_of_those_who_repair_it():
    claim = {"claim": "repairable_by", "principals": [APP]}
    for held, said in (
        (documents(), []),
        (documents(owners={}), []),
        (documents(owners={}, account=None),
         ["Nobody says whose bucket reports is: it is taken to belong to the account of the principals."]),
    ):  # fmt: skip
        (question,) = asked(claim, held)
        assert list(question.assumed) == said


def test_the_world_of_a_claim():
    held = documents(
        owners={"reports": OTHER},
        organization=ORG,
        regions={"reports": "eu-west-1"},
        others={"scp": [[POLICY]]},
        block_public_access={"reports": {"RestrictPublicBuckets": True}},
    )
    world = held.world("reports")
    assert (world.account, world.organization, world.region, world.partition) == (ACCOUNT, ORG, "eu-west-1", "aws")
    assert world.endpoints == (Endpoint(VPCE, VPC),)
    # Of the organization of another account nothing is known.
    assert world.buckets == (Bucket("reports", OTHER, None),)
    assert held.world(None).buckets == (Bucket("reports", OTHER, None), Bucket("archive", ACCOUNT, ORG))
    assert held.setting("reports").policies == {
        "scp": [[POLICY]],
        "bucket": None,
        "block_public_access": {"RestrictPublicBuckets": True},
    }
    assert held.setting("archive").policies == {"scp": [[POLICY]], "bucket": POLICY}
    assert held.setting(None).policies == {"scp": [[POLICY]]}
    assert held.setting(None).endpoints == {VPCE: POLICY}
