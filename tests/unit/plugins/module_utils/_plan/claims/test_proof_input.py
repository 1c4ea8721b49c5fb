# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claims as people write them."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.claims.proof_input import FORMS, read_claims
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

ROLE = "arn:aws:iam::111122223333:role/app"
VPCE = "vpce-1a2b3c4d"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}],
}
#: One of each.
CLAIMS = [
    {"claim": "only_through", "networks": [VPCE], "addresses": ["203.0.113.0/24"], "principals": [ROLE]},
    {"claim": "only_actions", "actions": ["s3:GetObject"]},
    {"claim": "only_principals", "principals": [ROLE, "111122223333"]},
    {"claim": "only_organization", "organization": "o-exampleorgid"},
    {"claim": "confined", "endpoint": VPCE, "buckets": ["another"]},
    {"claim": "not_public"},
    {"claim": "never", "requests": [{"action": "s3:DeleteObject"}]},
    {"claim": "always", "requests": [{"principal": ROLE, "action": "s3:GetObject", "through": VPCE}]},
    {"claim": "repairable_by", "principals": [ROLE], "through": "internet"},
    {"claim": "no_new_access", "before": None},
    {"claim": "equivalent", "to": POLICY},
]


AT = "claims[0].requests[0]"
#: Of another partition than the buckets.
GLASS = "arn:aws-cn:iam::111122223333:role/glass"


def read(*claims, given=("b", "c"), complete=True):
    return read_claims(list(claims), list(given), "aws", complete)


def problems_of(claim, **more):
    with pytest.raises(PolicyError) as raised:
        read(claim, **more)
    return [str(one) for one in raised.value.problems]


def test_every_claim_can_be_read():
    found = read(*CLAIMS)
    assert [one.claim for one in found] == list(FORMS)
    assert {one.buckets for one in found} == {("b", "c"), ("another",)}
    assert [one.endpoint for one in found if one.endpoint] == [VPCE]


#: What the documentation of perimeter_proof says that a claim needs, and what it may have besides.
TOLD = {
    "only_through": (
        "networks",
        "principals addresses allow_aws_services allow_forwarded_access require_tls within",
    ),
    "only_actions": ("actions", "within endpoint"),
    "only_principals": ("principals", "within endpoint"),
    "only_organization": ("organization", "allow_aws_services within endpoint"),
    "confined": ("endpoint buckets", "accounts organization"),
    "not_public": ("", "addresses"),
    "never": ("requests", "endpoint"),
    "always": ("requests", "endpoint"),
    "repairable_by": ("principals", "through"),
    "no_new_access": ("before", "endpoint"),
    "equivalent": ("to", "endpoint"),
}
VALUES = {
    "networks": [VPCE],
    "principals": [ROLE],
    "addresses": ["203.0.113.0/24"],
    "allow_aws_services": True,
    "allow_forwarded_access": True,
    "require_tls": True,
    "within": [{}],
    "actions": ["s3:GetObject"],
    "organization": "o-exampleorgid",
    "accounts": ["111122223333"],
    "requests": [{}],
    "through": "internet",
    "before": None,
    "to": None,
    "endpoint": VPCE,
}


@pytest.mark.parametrize("claim", TOLD)
def test_what_a_claim_has(claim):
    needs, may = (words.split() for words in TOLD[claim])
    least = {"claim": claim, **{key: VALUES.get(key, ["another"]) for key in needs}}
    assert read(least)[0].claim == claim
    assert read({**least, "name": "mine"})[0].name == "mine"
    for key in needs:
        left = {name: value for name, value in least.items() if name != key}
        assert any(f"The claim {claim!r} needs {key!r}." in one for one in problems_of(left)), key
    for key, value in VALUES.items():
        if key in needs:
            continue
        given = {**least, key: value}
        if key in may:
            assert key in read(given)[0].options
        else:
            assert any(f"The claim {claim!r} has no {key!r}." in one for one in problems_of(given)), key


@pytest.mark.parametrize(
    "text, flag",
    [("True", True), ("yes", True), (1, True), ("no", False), (False, False), ("on", True), ("off", False), (0, False)],
)
def test_flags_may_be_texts(text, flag):
    for key in ("allow_aws_services", "allow_forwarded_access", "require_tls"):
        (found,) = read({"claim": "only_through", "networks": [VPCE], key: text})
        assert found.options[key] is flag


def test_a_claim_can_be_about_an_endpoint_by_itself():
    (found,) = read({"claim": "never", "name": "mine", "endpoint": VPCE, "requests": [{}]}, given=())
    assert (found.endpoint, found.buckets, found.name, found.place) == (VPCE, (), "mine", "claims[0]")


@pytest.mark.parametrize(
    "claim, place, said",
    [
        ("never", "claims[0]", "A claim is a mapping with the key 'claim'"),
        ({"claim": "nevre", "requests": [{}]}, "claims[0].claim", "Did you mean 'never'"),
        ({"claim": "never", "request": [{}], "requests": [{}]}, "claims[0].request", "Did you mean 'requests'"),
        ({"claim": "never"}, "claims[0]", "needs 'requests'"),
        ({"claim": "never", "requests": []}, "claims[0].requests", "The list is empty"),
        ({"claim": "never", "requests": [{"action": "s3:Nothing"}]}, "claims[0].requests[0].action", "No action of S3"),
        ({"claim": "never", "requests": [{}], "buckets": ["d"]}, "claims[0].buckets[0]", "'d' is not the name"),
        (
            {"claim": "never", "requests": [{}], "buckets": ["ddd"]},
            "claims[0].buckets[0]",
            "policy of bucket 'ddd' is not",
        ),
        ({"claim": "never", "requests": [{}], "buckets": ["b"], "endpoint": VPCE}, "claims[0].buckets", "or about an"),
        ({"claim": "not_public", "endpoint": VPCE}, "claims[0].endpoint", "has no 'endpoint'"),
        (
            {"claim": "confined", "endpoint": "mine", "buckets": ["b"]},
            "claims[0].endpoint",
            "is not the id of an endpoint",
        ),
        ({"claim": "only_through", "networks": ["home"]}, "claims[0].networks[0]", "neither an endpoint nor a VPC"),
        ({"claim": "only_through", "networks": [VPCE], "addresses": ["home"]}, "claims[0].addresses", "'home'"),
        ({"claim": "only_principals", "principals": ["x"]}, "claims[0].principals[0]", "does not name principals"),
        ({"claim": "only_actions", "actions": []}, "claims[0].actions", "The list is empty"),
        ({"claim": "only_organization", "organization": "mine"}, "claims[0].organization", "not the id of an organ"),
        (
            {"claim": "repairable_by", "principals": [ROLE], "through": "x"},
            "claims[0].through[0]",
            "neither an endpoint",
        ),
        ({"claim": "equivalent", "to": {"Statement": []}}, "claims[0].to.Statement", "list of statements is empty"),
        ({"claim": "confined", "endpoint": VPCE, "buckets": ["b"], "accounts": [1]}, "claims[0].accounts[0]", "quoted"),
        ({"claim": "never", "requests": [{"context": {"aws:SourceIp": "home"}}]}, f"{AT}.context.aws:SourceIp", "home"),
        ({"claim": "never", "requests": [{"context": {"aws:SecureTransport": 3}}]}, f"{AT}.context.aws:SecureT", "'3'"),
        (
            {"claim": "always", "requests": [{"context": {"aws:CurrentTime": "x"}}]},
            f"{AT}.context.aws:Curr",
            "not a date",
        ),
        (
            {"claim": "never", "requests": [{"context": {"s3:TlsVersion": "x"}}]},
            f"{AT}.context.s3:TlsV",
            "not a number",
        ),
        ({"claim": "never", "requests": [{"principal": GLASS}]}, f"{AT}.principal", "in the partition 'aws-cn'"),
        ({"claim": "never", "requests": [{"resource": "arn:aws-cn:s3:::b/x"}]}, f"{AT}.resource", "partition 'aws-cn'"),
        ({"claim": "never", "requests": [{"resource": "arn:aws:s3:::other/x"}]}, f"{AT}.resource", "of bucket other"),
        ({"claim": "only_principals", "principals": [GLASS]}, "claims[0].principals[0]", "partition 'aws-cn'"),
        (
            {"claim": "only_through", "networks": [VPCE], "principals": [GLASS]},
            "claims[0].principals[0]",
            "partition 'aws-cn'",
        ),
        ({"claim": "repairable_by", "principals": [ROLE, GLASS]}, "claims[0].principals[1]", "partition 'aws-cn'"),
        (
            {"claim": "only_through", "networks": [VPCE], "require_tls": "maybe"},
            "claims[0].require_tls",
            "neither true nor false",
        ),
        (
            {"claim": "no_new_access", "before": {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}},
            "claims[0].before.Statement[0]",
            "Principal",
        ),
        (
            {"claim": "equivalent", "endpoint": VPCE, "to": {"Statement": {"Effect": "Deny", "Action": "*"}}},
            "claims[0].to.Statement[0]",
            "Missing",
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(claim, place, said):
    assert any(one.startswith(place) and said in one for one in problems_of(claim)), problems_of(claim)


STATEMENT = {"Effect": "Deny", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize(
    "claim, problem",
    [
        ({"claim": "unheard"}, "claims[0].claim: There is no claim 'unheard'. Known are only_through, only_actions, "),
        ({"claim": 7}, "claims[0]: A claim is a mapping with the key 'claim'. Known are only_through, "),
        (
            {"claim": "not_public", "zzz": 1},
            "claims[0].zzz: The claim 'not_public' has no 'zzz'. Known are claim, name, buckets, addresses.",
        ),
        ({"claim": "never", "requests": [{}], "endpoint": 7}, "claims[0].endpoint: 7 is not the id of an endpoint."),
        ({"claim": "not_public", "buckets": [7]}, "claims[0].buckets[0]: 7 is not the name of a bucket."),
        ({"claim": "only_actions", "actions": ["s3:GetObjekt"]}, "claims[0].actions: No action of S3 is known that"),
        ({"claim": "only_principals", "principals": []}, "claims[0].principals: The list is empty."),
        ({"claim": "only_organization", "organization": 7}, "claims[0].organization: 7 is not the id of an organizat"),
        ({"claim": "only_through", "networks": [VPCE, "x"]}, "claims[0].networks[1]: 'x' is neither an endpoint nor"),
        ({"claim": "never", "requests": [{}, 7]}, "claims[0].requests[1]: A partial request is a mapping"),
        (
            {"claim": "only_through", "networks": [VPCE], "within": [{"through": "home"}]},
            "claims[0].within[0].through: 'home' is no network path.",
        ),
        # Two kinds of principals, and one wrong value of both.
        (
            {
                "claim": "never",
                "requests": [{"principal": [ROLE, "111122223333"], "context": {"aws:SourceIp": "home"}}],
            },
            f"{AT}.context.aws:SourceIp: ",
        ),
        ({"claim": "equivalent", "to": "{"}, "claims[0].to: "),
        ({"claim": "no_new_access", "before": {"Statement": [STATEMENT]}}, "claims[0].before.Statement[0]: "),
        (
            {"claim": "no_new_access", "endpoint": VPCE, "before": {"Statement": [STATEMENT]}},
            "claims[0].before.Statement[0]: ",
        ),
    ],
)
def test_each_problem_is_said_once(claim, problem):
    (found,) = problems_of(claim)
    assert found.startswith(problem)


def test_each_bucket_is_looked_at():
    (found,) = problems_of({"claim": "not_public", "buckets": ["bbb", "zzz"]}, given=("bbb",))
    assert found.startswith("claims[0].buckets[1]: The policy of bucket 'zzz' is not given.")
    (found,) = problems_of({"claim": "never", "requests": [{"resource": "arn:aws:s3:::zzz"}]}, given=("bbb",))
    assert found.startswith(f"{AT}.resource: It is of bucket zzz, and the claim is about bbb.")


def test_of_many_buckets_some_are_named():
    many = [f"bucket-{number}" for number in range(9)]
    (found,) = problems_of({"claim": "never", "requests": [{"resource": "arn:aws:s3:::zzz/x"}]}, given=many)
    assert f"the claim is about {', '.join(many[:5])}." in found


@pytest.mark.parametrize("resource", ["arn:*:s3:::b/x", "arn:aws*:s3:::b/x", "arn:aw?:s3:::b/x", "*"])
def test_any_partition_is_that_of_the_buckets_too(resource):
    assert read({"claim": "never", "requests": [{"resource": resource}]}, given=("b",))


def test_what_is_null_is_not_given():
    (found,) = read({"claim": "not_public", "addresses": None, "name": None, "buckets": None})
    assert (found.options, found.name, found.buckets) == ({"claim": "not_public"}, "not_public", ("b", "c"))
    (found,) = read({"claim": "no_new_access", "before": None})
    assert found.options["before"] is None


def test_several_claims_have_places_of_their_own():
    with pytest.raises(PolicyError) as raised:
        read({"claim": "x"}, {"claim": "not_public"}, {"claim": "y"})
    assert [one.path for one in raised.value.problems] == ["claims[0].claim", "claims[2].claim"]


def test_buckets_that_can_be_read_need_not_be_given():
    (found,) = read({"claim": "not_public", "buckets": ["another"]}, given=(), complete=False)
    assert found.buckets == ("another",)
    assert problems_of({"claim": "not_public"}, given=(), complete=False) == [
        "claims[0]: It is about no bucket. Name buckets, or give their policies."
    ]


@pytest.mark.parametrize("given, read_as", [("false", False), ("True", True), (False, False), ("no", False)])
def test_flags_of_older_templates_are_texts(given, read_as):
    (found,) = read({"claim": "only_through", "networks": [VPCE], "require_tls": given})
    assert found.options["require_tls"] is read_as


def test_a_request_for_one_of_several_buckets_is_of_a_claim_of_its_own():
    claim = {"claim": "never", "requests": [{"resource": "arn:aws:s3:::bbb/x"}]}
    assert read({**claim, "buckets": ["bbb"]}, given=("bbb", "ccc"))
    [problem] = problems_of(claim, given=("bbb", "ccc"))
    assert problem == (
        "claims[0].requests[0].resource: It is of bucket bbb, and the claim is about bbb, ccc. Make the claim about "
        "that bucket alone (buckets: [bbb]), or leave the resource out."
    )
    # A pattern is of any, and an endpoint has no bucket of its own.
    assert read({"claim": "never", "requests": [{"resource": "arn:aws:s3:::*/x"}]}, given=("bbb", "ccc"))
    assert read({**claim, "endpoint": VPCE}, given=("bbb", "ccc"))
