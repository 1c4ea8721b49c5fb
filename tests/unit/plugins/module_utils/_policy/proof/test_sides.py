# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sides of a claim: what passes them, and what becomes of them where patterns are hard or variables unknown."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.request import Request
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.patterns import pattern
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import Declaration, Setting
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.sides import (
    Shadows,
    can_be_about,
    changed,
    compile_side,
    hardness,
    relaxed,
    resource_patterns,
    shadowed_keys,
    without_what_is_not_about,
)

OWN, OTHER, VPCE = "111122223333", "444455556666", "vpce-0aaaaaaaaaaaaaaa1"
ANN, BOB = f"arn:aws:iam::{OWN}:user/ann", f"arn:aws:iam::{OTHER}:user/bob"
BUCKET, OBJECTS = "arn:aws:s3:::reports", "arn:aws:s3:::reports/*"


def allow(condition=None, **elements):
    made = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS, **elements}
    made = {key: value for key, value in made.items() if value is not None}
    return {**made, "Condition": condition} if condition else made


def deny(condition=None, **elements):
    return allow(condition, **{"Effect": "Deny", **elements})


def attached(statement):
    return {key: value for key, value in statement.items() if key != "Principal"}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def side(*statements):
    return compile_side(Declaration(statements))


def request(principal=BOB, resource=f"{BUCKET}/k", through="internet", **context):
    owner = {"aws:ResourceAccount": OWN}
    return Request.from_mapping(
        {"principal": principal, "action": "s3:GetObject", "resource": resource, "through": through}
        | {"context": {**owner, **context}}
    )


@pytest.mark.parametrize(
    "text, hard",
    [
        ("", 0),
        ("reports", 0),
        ("r?ports", 0),
        ("reports/*", 0),
        ("*", 0),
        ("?*", 0),
        ("*?", 2),
        ("a*b?c", 2),
        ("a*b*", 1),
        ("*a*b", 1),
        ("a*?*?b", 5),
        ("a*b*c*d", 2),
    ],
)
def test_what_stands_behind_a_run_is_hard(text, hard):
    assert hardness(pattern(text)) == hard


ALLOWED, DENIED = policy(allow()), policy(allow(), deny(Sid="No"))
#: Policies, those of the endpoint, caller -> whether a request passes on the internet, and through the endpoint.
PASSING = {
    "nothing is said": ({}, {}, BOB, True, True),
    "identity policies may allow": ({"bucket": None}, {}, ANN, True, True),
    "but not for another account": ({"bucket": policy(deny(Action="s3:PutObject"))}, {}, BOB, False, False),
    "a bucket allows": ({"bucket": ALLOWED}, {}, BOB, True, True),
    "a bucket denies": ({"bucket": DENIED}, {}, ANN, False, False),
    "an endpoint lets nothing pass": ({}, {VPCE: policy(deny())}, ANN, True, False),
    "an endpoint lets pass": ({"bucket": ALLOWED}, {VPCE: ALLOWED}, BOB, True, True),
    "an endpoint means the root user by an account": (
        {},
        {VPCE: policy(allow(Principal={"AWS": OWN}))},
        ANN,
        True,
        False,
    ),
    "an endpoint of the default policy": ({}, {VPCE: None}, ANN, True, True),
    "another endpoint": ({}, {"vpce-1": policy(deny())}, ANN, True, True),
    "no identity policy": ({"identity": None}, {}, ANN, True, True),
    "an identity policy of nothing": (
        {"identity": None, "bucket": policy(deny(Action="s3:PutObject"))},
        {},
        ANN,
        False,
        False,
    ),
    "an organization": ({"scp": [[policy(attached(deny()))]]}, {}, ANN, False, False),
}


@pytest.mark.parametrize("policies, endpoints, who, internet, through", PASSING.values(), ids=PASSING)
def test_what_passes_a_setting(policies, endpoints, who, internet, through):
    made = compile_side(Setting(policies, endpoints))
    assert made.passes(request(who), None) is internet
    assert made.passes(request(who, through={"vpce": VPCE}), VPCE) is through


def test_which_statement_denies():
    made = compile_side(Setting({"bucket": DENIED}, {VPCE: policy(allow(), deny(Sid="Not through"))}))
    assert made.decide(request(ANN), None)[1].label == "No"
    through = compile_side(Setting({}, {VPCE: policy(allow(), deny(Sid="Not through"))}))
    answer, denier = through.decide(request(ANN, through={"vpce": VPCE}), VPCE)
    assert (answer, denier.label) == (False, "Not through")
    lacks = compile_side(Setting({"bucket": policy(deny(Action="s3:PutObject"))}))
    assert lacks.decide(request(BOB), None) == (False, None)
    declared = side(allow(), deny(Sid="Not declared", Resource=f"{BUCKET}/k"))
    answer, denier = declared.decide(request(), None)
    assert (answer, denier.label) == (False, "Not declared")
    assert declared.decide(request(resource=f"{BUCKET}/other"), None) == (True, None)
    assert side(allow(Action="s3:PutObject")).decide(request(), None) == (False, None)


@pytest.mark.parametrize(
    "given",
    [
        Setting({"bucket": policy(allow(), deny({"StringEquals": {"aws:SourceIp": "unknown"}}))}),
        Declaration([allow(), deny({"StringEquals": {"aws:PrincipalTag/t": "a"}})]),
        Declaration([allow({"StringEquals": {"aws:PrincipalTag/t": "a"}})]),
        Setting({"bucket": policy(allow(), deny({"StringEquals": {"aws:PrincipalTag/t": "a"}}))}),
        Setting({"bucket": policy(allow({"StringEquals": {"aws:PrincipalTag/t": "a"}}))}),
    ],
)
def test_what_nobody_knows_yet(given):
    assert compile_side(given).decide(request(), None) == (None, None)


def test_the_session_of_a_federated_user_is_as_open_as_identity_policies():
    joe = f"arn:aws:sts::{OWN}:federated-user/joe"
    silent = {"bucket": policy(deny(Action="s3:PutObject"))}
    assert compile_side(Setting(silent)).passes(request(joe), None) is True
    known = Setting({"identity": [policy(attached(allow(Resource="*")))], **silent})
    assert compile_side(known).passes(request(joe), None) is None
    narrow = Setting({"session": [policy(attached(allow(Action="s3:PutObject", Resource="*")))], **silent})
    assert compile_side(narrow).passes(request(joe), None) is False


def test_a_permissions_boundary_counts_at_the_endpoint_too():
    """NotPrincipal always hits principals with a boundary."""
    spares = policy(allow(), deny(Principal=None, NotPrincipal={"AWS": [OWN, ANN]}))
    through = request(ANN, through={"vpce": VPCE})
    assert compile_side(Setting({}, {VPCE: spares})).passes(through, VPCE) is True
    boundary = policy(attached(allow(Action="*", Resource="*")))
    assert compile_side(Setting({"boundary": boundary}, {VPCE: spares})).passes(through, VPCE) is False


def test_the_region_of_buckets():
    public = {"bucket": ALLOWED}
    made = compile_side(Setting(public), "eu-central-1")
    elsewhere = {"vpce": VPCE, "region": "us-east-1"}
    assert made.passes(request(through={**elsewhere, "region": "eu-central-1"}), VPCE) is True
    assert made.passes(request(through=elsewhere), VPCE) is False
    assert compile_side(Setting(public)).passes(request(through=elsewhere), VPCE) is True


def names(layers):
    return [layer.name for layer in layers]


def test_layers():
    policies = {
        "bucket": ALLOWED,
        "identity": [policy(attached(allow()))],
        "scp": [[policy(attached(allow()))]],
        "rcp": [[policy(deny())]],
        "boundary": policy(attached(allow())),
        "session": [policy(attached(allow()))],
    }
    made = compile_side(Setting(policies, {VPCE: ALLOWED}))
    common = [
        "resource_control_policy",
        "service_control_policy",
        "identity_policy",
        "permissions_boundary",
        "session_policy",
    ]
    assert names(made.of(None)) == ["bucket_policy", *common]
    assert names(made.of("vpce-of-nobody")) == ["bucket_policy", *common]
    assert names(made.of(VPCE)) == ["bucket_policy", "endpoint_policy", *common]
    assert names(made.all_layers) == ["bucket_policy", *common, "endpoint_policy"]
    assert names(side(allow()).all_layers) == names(side(allow()).of(VPCE)) == ["declaration"]
    assert names(compile_side(Setting({})).all_layers) == []
    without = changed(made, lambda statement, layer: statement if layer.name == "endpoint_policy" else None)
    assert names(without.all_layers) == ["endpoint_policy"]
    assert without.of(VPCE)[0].account_is_root
    kept = changed(made, lambda statement, layer: statement)
    assert names(kept.all_layers) == names(made.all_layers)
    # What is in force on each path alike stays one layer.
    assert kept.of(None)[0] is kept.of(VPCE)[0]


def test_changes_are_told_the_layer():
    seen = []
    made = changed(side(allow(), deny()), lambda statement, layer: seen.append(layer.name) or None)
    assert seen == ["declaration"] * 2
    assert made.all_layers[0].statements == ()


def shown(patterns):
    return ["".join(getattr(part, "value", part) for part in one) for one in patterns]


#: Statements of a declaration -> the resources that it is about.
ABOUT = [
    ([allow()], [OBJECTS]),
    ([allow(Resource=[BUCKET, OBJECTS]), allow()], [BUCKET, OBJECTS]),
    ([allow(), deny(Resource="*")], [OBJECTS]),
    ([allow(Resource=None, NotResource=BUCKET)], None),
    ([allow(), deny(Resource=None, NotResource=BUCKET)], [OBJECTS]),
    ([allow(Resource=f"{BUCKET}/${{aws:username}}/x")], [f"{OBJECTS}/x"]),
    ([allow(Resource="arn:aws:s3")], ["arn:aws:s3", "arn:aws:s3:*:*:*"]),
]


@pytest.mark.parametrize("statements, found", ABOUT)
def test_what_a_declaration_is_about(statements, found):
    about = resource_patterns(side(*statements))
    assert (about if about is None else shown(about)) == found


def test_a_setting_may_be_about_anything():
    assert resource_patterns(compile_side(Setting({"bucket": ALLOWED}))) is None
    assert resource_patterns(compile_side(Setting({"bucket": policy(deny())}))) == ()


#: Resource of a statement -> whether it can be about the objects of a bucket.
CAN_BE = [
    ({"Resource": "*"}, True),
    ({"Resource": f"{BUCKET}/a*"}, True),
    ({"Resource": "arn:aws:s3:::rep*"}, True),
    ({"Resource": BUCKET}, False),
    ({"Resource": "arn:aws:s3:::other/*"}, False),
    ({"Resource": ["arn:aws:s3:::other/*", OBJECTS]}, True),
    ({"Resource": None, "NotResource": OBJECTS}, True),
    ({"Resource": "arn:aws:s3:::${aws:username}/*"}, True),
    ({"Resource": "arn:aws:s3:::other/${aws:username}"}, False),
]


@pytest.mark.parametrize("elements, can", CAN_BE)
def test_what_can_be_about_a_bucket(elements, can):
    (layer,) = side(allow(**elements)).all_layers
    about = (pattern(OBJECTS),)
    assert can_be_about(layer.statements[0].resources, about) is can
    kept = without_what_is_not_about(side(allow(**elements), allow()), about)
    assert len(kept.all_layers[0].statements) == 1 + can


HARD = "*a?b*c"
#: Statement, limit -> a request that may be hit, and one that certainly is not, or is.
RELAXED = [
    (allow(Resource=f"{BUCKET}/x{HARD}"), 2, f"{BUCKET}/xanb", None),
    (allow(Resource=f"{BUCKET}/x{HARD}"), 2, f"{BUCKET}/yanb", False),
    (allow(Resource=f"{BUCKET}/x{HARD}"), 3, f"{BUCKET}/xanb", False),
    (allow(Resource=[f"{BUCKET}/x{HARD}", f"{BUCKET}/y*"]), 2, f"{BUCKET}/yes", True),
    (allow(Resource=[f"{BUCKET}/x{HARD}", f"{BUCKET}/y*"]), 2, f"{BUCKET}/z", False),
    # What is as hard as the limit stays, whatever is given up beside it.
    (allow(Resource=[f"{BUCKET}/x{HARD}", f"{BUCKET}/y{HARD}?*d"]), 3, f"{BUCKET}/xanbc", True),
    (allow(Resource=[f"{BUCKET}/x{HARD}", f"{BUCKET}/y{HARD}?*d"]), 3, f"{BUCKET}/xanb", False),
    (allow(Resource=[f"{BUCKET}/x{HARD}", f"{BUCKET}/y{HARD}?*d"]), 3, f"{BUCKET}/yanb", None),
    # Wildcards in other fields of an ARN: nothing is known of any resource.
    (allow(Resource="arn:aws:s3:::rep*t?a*"), 2, f"{BUCKET}/a", None),
    (allow(Resource="arn:aws:s3:::rep*t?a*"), 2, "arn:aws:s3:::other/a", False),
    # What has two readings stays as it is.
    (allow(Resource=f"arn:aws:s3:*:*:x{HARD}"), 2, f"{BUCKET}/xanb", False),
]


@pytest.mark.parametrize("statement, limit, resource, passes", RELAXED)
def test_hard_patterns_are_given_up(statement, limit, resource, passes):
    made = changed(relaxed(side(statement), limit), Shadows().statement)
    assert made.passes(request(resource=resource), None) is passes


ARNS = "arn:aws:iam::*:role/x*a?b*c"
#: Condition, limit, value -> whether it is met.
RELAXED_TERMS = [
    ({"StringLike": {"aws:PrincipalTag/t": f"x{HARD}"}}, 2, "xanb", None),
    ({"StringLike": {"aws:PrincipalTag/t": f"x{HARD}"}}, 2, "y", False),
    ({"StringLike": {"aws:PrincipalTag/t": f"x{HARD}"}}, 3, "xanb", False),
    ({"StringLike": {"aws:PrincipalTag/t": [f"x{HARD}", "y*"]}}, 2, "yes", True),
    ({"StringLike": {"aws:PrincipalTag/t": HARD}}, 2, "y", None),
    ({"StringNotLike": {"aws:PrincipalTag/t": [f"x{HARD}", "y*"]}}, 2, "yes", False),
    ({"StringEquals": {"aws:PrincipalTag/t": f"x{HARD}"}}, 2, "xanb", False),
    ({"ArnLike": {"aws:PrincipalTag/t": ARNS}}, 2, "arn:aws:iam::1:role/xanb", None),
    # Of an ARN only the last field may be anything; where a wildcard stands before it, nothing is known.
    ({"ArnLike": {"aws:PrincipalTag/t": ARNS}}, 2, "arn:aws:iam::1:role/y", None),
    ({"ArnLike": {"aws:PrincipalTag/t": "arn:aws:iam::1:role/x*a?b*c"}}, 2, "arn:aws:iam::1:role/y", False),
    ({"ArnLike": {"aws:PrincipalTag/t": "arn:aws:iam::1:role/x*a?b*c"}}, 2, "arn:aws:iam::1:role/x", None),
    ({"StringEquals": {"aws:PrincipalTag/t": "x${aws:username}"}}, 0, "xbob", True),
    ({"NumericEquals": {"aws:PrincipalTag/t": "5"}}, 0, "5", True),
]


@pytest.mark.parametrize("condition, limit, value, met", RELAXED_TERMS)
def test_hard_patterns_of_conditions_are_given_up(condition, limit, value, met):
    made = relaxed(side(allow(condition)), limit)
    assert made.passes(request(**{"aws:PrincipalTag/t": value}), None) is met
    # And what is remembered of the check as it was does not count.
    given = side(allow(condition))
    given.passes(request(**{"aws:PrincipalTag/t": value}), None)
    assert relaxed(given, limit).passes(request(**{"aws:PrincipalTag/t": value}), None) is met


def test_what_is_not_hard_is_left_alone():
    given = side(allow({"StringLike": {"aws:PrincipalTag/t": "x*"}}))
    before, after = given.all_layers[0].statements[0], relaxed(given, 0).all_layers[0].statements[0]
    assert after.checks == before.checks
    assert after.resources is before.resources


#: Statement -> the keys of its variables.
SHADOWED = [
    (allow(), set()),
    (allow(Resource=f"{BUCKET}/${{aws:username}}/*"), {"aws:username"}),
    (allow({"StringEquals": {"s3:prefix": "${aws:userid}"}}), {"aws:userid"}),
    (allow({"Bool": {"aws:ViaAWSService": "${aws:PrincipalTag/t}"}}), {"aws:principaltag/t"}),
    # What has several values is no variable.
    (allow({"StringEquals": {"s3:prefix": "${aws:TagKeys}"}}), set()),
]


@pytest.mark.parametrize("statement, keys", SHADOWED)
def test_variables_have_shadows(statement, keys):
    shadows = Shadows()
    once = changed(side(statement), shadows.statement)
    assert shadowed_keys(once.all_layers[0].statements) == keys
    again = changed(once, shadows.statement)
    assert shadowed_keys(again.all_layers[0].statements) == keys
    assert shadowed_keys(side(statement).all_layers[0].statements) == set()


def test_an_opaque_text_has_no_shadow():
    made = changed(relaxed(side(allow(Resource=f"{BUCKET}/{HARD}")), 0), Shadows().statement)
    assert shadowed_keys(made.all_layers[0].statements) == set()


def test_a_variable_is_known_by_its_shadow():
    made = changed(side(allow({"StringEquals": {"s3:prefix": "${aws:username}"}})), Shadows().statement)
    asked = request(**{"s3:prefix": "bob"})
    assert made.passes(asked, None) is None
    asked.context["~aws:username"] = ("bob",)
    assert made.passes(asked, None) is True
    asked.context["~aws:username"] = ("ann",)
    assert made.passes(asked, None) is False


def test_resources_that_are_one_stay_one():
    texts = [f"{BUCKET}/${{aws:username}}/*"]
    given = side(allow(Resource=texts), deny(Resource=texts))
    first, second = changed(given, Shadows().statement).all_layers[0].statements
    assert first.resources is second.resources
    plain = side(allow())
    assert changed(plain, Shadows().statement).all_layers[0].statements[0] is plain.all_layers[0].statements[0]
