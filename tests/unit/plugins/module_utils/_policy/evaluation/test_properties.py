# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of decisions that hold for all policies and requests, on random ones."""

from __future__ import annotations

import copy
from random import Random

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import RequestError, decide
from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.evaluate import POLICY_ACTIONS
from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical import canonical, equivalent

pytest.importorskip("hypothesis")
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

OWNER, OTHER = "111122223333", "444455556666"
BUCKET = "arn:aws:s3:::b"
DENIED = ("explicit_deny", "implicit_deny")

CALLERS = [
    f"arn:aws:iam::{OWNER}:user/alice",
    f"arn:aws:iam::{OWNER}:role/team/app",
    f"arn:aws:sts::{OWNER}:assumed-role/app/one",
    f"arn:aws:sts::{OWNER}:federated-user/bob",
    f"arn:aws:iam::{OTHER}:role/app",
    OWNER,
    OTHER,
    "anonymous",
    "logging.s3.amazonaws.com",
]
PRINCIPALS = [
    OWNER,
    f"arn:aws:iam::{OWNER}:root",
    OTHER,
    f"arn:aws:iam::{OWNER}:user/alice",
    f"arn:aws:iam::{OWNER}:role/team/app",
    f"arn:aws:iam::{OWNER}:role/app",
    f"arn:aws:sts::{OWNER}:assumed-role/app/one",
    f"arn:aws:sts::{OWNER}:federated-user/bob",
    "AIDACKCEVSQ6C2EXAMPLE",
    "*",
]
ACTIONS = ["s3:GetObject", "s3:getobject", "s3:Get*", "s3:ListBucket", "s3:PutBucketPolicy", "s3:*", "*"]
RESOURCES = [BUCKET, f"{BUCKET}/*", f"{BUCKET}/x", f"{BUCKET}/${{aws:username}}", f"{BUCKET}/a*", "*", "arn:aws:s3:::*"]
TEXTS = [
    "a",
    "a*",
    "A",
    "?",
    "*",
    "vpce-1",
    "vpce-2",
    f"arn:aws:iam::{OWNER}:role/*",
    "${aws:username}",
    "${s3:prefix}",
]
#: Operators with values of their type; every one can be negated, quantified and made to tolerate absent keys.
VALUES = {
    "StringEquals": TEXTS,
    "StringNotEquals": TEXTS,
    "StringLike": TEXTS,
    "StringNotLike": TEXTS,
    "StringEqualsIgnoreCase": TEXTS,
    "ArnEquals": [f"arn:aws:iam::{OWNER}:role/*", "arn:aws:iam::*:role/team/app", "*", "a"],
    "ArnNotLike": [f"arn:aws:iam::{OWNER}:role/app", f"arn:aws:iam::{OWNER}:role/*", "*"],
    "NumericLessThan": ["1", "1.0", "2"],
    "NumericNotEquals": [1, "1.0"],
    "DateGreaterThan": ["2026-01-01T00:00:00Z", "1767225600"],
    "Bool": ["true", False],
    "IpAddress": ["203.0.113.0/24", "0.0.0.0/0", "10.0.0.1", "2001:db8::/32"],
    "NotIpAddress": ["203.0.113.7", "203.0.113.7/32", "10.0.0.0/8"],
    "Null": ["true", "false"],
}
KEYS = [
    "aws:SourceVpce",
    "AWS:sourcevpce",
    "aws:SourceVpc",
    "aws:SourceIp",
    "aws:VpcSourceIp",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalTag/team",
    "aws:username",
    "aws:CurrentTime",
    "aws:SecureTransport",
    "aws:ResourceAccount",
    "s3:TlsVersion",
    "s3:prefix",
    "s3:RequestObjectTagKeys",
]
FITTING = {
    "ArnEquals": ["aws:PrincipalArn"],
    "ArnNotLike": ["aws:PrincipalArn"],
    "NumericLessThan": ["s3:TlsVersion"],
    "NumericNotEquals": ["s3:TlsVersion"],
    "DateGreaterThan": ["aws:CurrentTime"],
    "Bool": ["aws:SecureTransport"],
    "IpAddress": ["aws:SourceIp", "aws:VpcSourceIp"],
    "NotIpAddress": ["aws:SourceIp", "aws:VpcSourceIp"],
}
CONTEXT = {
    "aws:SourceVpce": ["vpce-1", "vpce-2", None],
    "aws:SourceVpc": ["vpc-1"],
    "aws:SourceIp": ["203.0.113.7", "198.51.100.1", "2001:db8::1", None],
    "aws:VpcSourceIp": ["10.0.0.1", "10.9.9.9"],
    "aws:PrincipalArn": [f"arn:aws:iam::{OWNER}:role/team/app", f"arn:aws:iam::{OWNER}:role/app"],
    "aws:PrincipalOrgID": ["a", "A", None],
    "aws:PrincipalTag/team": ["a", "ab", "*", "", None],
    "aws:CurrentTime": ["2026-06-01T00:00:00Z", "1"],
    "aws:SecureTransport": [True, "false"],
    "aws:userid": ["AROADBQP57FF2AEXAMPLE:one", "a"],
    "s3:TlsVersion": ["1.0", 1.2, None, "x"],
    "s3:prefix": ["a", "", "A*", None],
    "s3:RequestObjectTagKeys": [["a", "A"], [], ["a"], None, ""],
}


def chance(random, share):
    return random.random() < share


def one_or_more(random, values, most=2):
    chosen = [random.choice(values) for _index in range(random.randint(1, most))]
    return chosen[0] if len(chosen) == 1 and chance(random, 0.5) else chosen


def make_condition(random):
    block = {}
    for _index in range(random.choice([0, 0, 1, 1, 1, 2])):
        base = random.choice(sorted(VALUES))
        operator = base
        if base != "Null":
            quantifier = random.choice(["", "", "", "ForAllValues:", "ForAnyValue:"])
            operator = f"{quantifier}{base}{random.choice(['', '', 'IfExists'])}"
        fitting = FITTING.get(base, KEYS) if chance(random, 0.7) else KEYS
        keys = random.sample(fitting, min(len(fitting), random.choice([1, 1, 2])))
        block[operator] = {key: one_or_more(random, VALUES[base]) for key in keys}
    return block


def make_statement(random, effects=("Allow", "Allow", "Deny"), principal=True):
    broad = chance(random, 0.5)
    statement = {
        "Effect": random.choice(effects),
        "Action": "s3:*" if broad else one_or_more(random, ACTIONS),
        "Resource": [BUCKET, f"{BUCKET}/*"] if broad else one_or_more(random, RESOURCES),
        "Condition": make_condition(random),
    }
    if chance(random, 0.1):
        statement["NotAction"] = one_or_more(random, ACTIONS)
        del statement["Action"]
    if chance(random, 0.1):
        statement["NotResource"] = one_or_more(random, RESOURCES)
        del statement["Resource"]
    if principal:
        statement["Principal"] = random.choice(
            [
                "*",
                {"AWS": one_or_more(random, PRINCIPALS, 3)},
                {"AWS": one_or_more(random, PRINCIPALS, 3)},
                {"Service": "logging.s3.amazonaws.com", "CanonicalUser": "a" * 64},
            ]
        )
        if statement["Effect"] == "Deny" and statement["Principal"] != "*" and chance(random, 0.3):
            statement["NotPrincipal"] = statement.pop("Principal")
    return statement


def make_document(random, principal=True, **kinds):
    count = random.randint(1, 3)
    return {
        "Version": random.choice(["2012-10-17", "2012-10-17", "2008-10-17"]),
        "Statement": [make_statement(random, principal=principal, **kinds) for _index in range(count)],
    }


EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def make_own(random):
    """A policy of the caller: mostly one that lets other layers decide."""
    return EVERYTHING if chance(random, 0.7) else make_document(random, principal=False)


def make_policies(random):
    found = {"bucket": make_document(random) if chance(random, 0.9) else None}
    optional = {
        "identity": (0.85, lambda: [make_own(random) for _index in range(random.choice([0, 1, 1, 1, 2]))]),
        "endpoint": (0.85, lambda: make_document(random) if chance(random, 0.4) else None),
        "resource_account": (0.85, lambda: random.choice([OWNER, OWNER, OWNER, OTHER])),
        "scp": (0.2, lambda: [[make_own(random)], [make_own(random), make_own(random)]]),
        "rcp": (0.2, lambda: [[make_document(random, effects=("Deny",))]]),
        "boundary": (0.2, lambda: make_own(random)),
        "session": (0.2, lambda: [make_own(random)]),
        "block_public_access": (0.1, lambda: {"RestrictPublicBuckets": True}),
    }
    for layer, (share, make) in optional.items():
        if chance(random, share):
            found[layer] = make()
    return found


def make_request(random):
    action = random.choice(["s3:GetObject", "s3:ListBucket", "s3:PutBucketPolicy", "s3:PutObject"])
    path = random.choice(["internet", "vpce-1", "vpce-2", "vpc-1", None, {"vpce": "vpce-1", "org": None}])
    caller = random.choice([*CALLERS, *CALLERS[:3]])
    ruled_out = {"internet": ("aws:SourceVpce", "aws:SourceVpc", "aws:VpcSourceIp"), None: ("aws:SourceIp",)}.get(
        path if path is None or isinstance(path, str) else "", ("aws:SourceIp", "aws:SourceVpce", "aws:SourceVpc")
    )
    keys = [key for key in CONTEXT if key not in ruled_out]
    request = {
        "principal": caller,
        "action": action,
        "resource": f"{BUCKET}/{random.choice(['x', 'alice', 'a*'])}" if "Object" in action else BUCKET,
        "through": path,
        "context": {key: random.choice(CONTEXT[key]) for key in random.sample(keys, random.randint(0, 7))},
    }
    if "assumed-role" not in caller:
        request["context"].pop("aws:PrincipalArn", None)
    if chance(random, 0.1):
        request["called_via"] = ["athena.amazonaws.com"]
    return request


def made(make, **kinds):
    """What a function makes of chance; whole examples are made faster so than piece by piece."""
    return st.integers(0, 2**48).map(lambda seed: make(Random(seed), **kinds))


requests, policies, statements = made(make_request), made(make_policies), made(make_statement)
with_bucket = policies.filter(lambda found: found["bucket"] is not None)
with_identity = policies.filter(lambda found: "identity" in found)


often = settings(max_examples=400)


def decided(request, given_policies):
    """The decision, for requests that can be."""
    try:
        decision = decide(request, given_policies)
    except RequestError:
        assume(False)
    event(decision.decision)
    return decision


def kind(decision):
    return "denied" if decision.decision in DENIED else decision.decision


def with_statement(given_policies, layer, statement):
    """The same policies, and one statement more in a layer."""
    changed = copy.deepcopy(given_policies)
    if layer == "bucket":
        document = changed["bucket"] or {"Version": "2012-10-17", "Statement": []}
        changed["bucket"] = {**document, "Statement": [*document["Statement"], statement]}
    else:
        without = {key: value for key, value in statement.items() if "Principal" not in key}
        changed["identity"] = [*changed["identity"], {"Version": "2012-10-17", "Statement": [without]}]
    return changed


layers = st.sampled_from(["bucket", "identity"])


@often
@given(requests, policies)
def test_a_decision_tells_why(request, given_policies):
    decision = decided(request, given_policies).as_dict()
    assert decision["reason"].endswith(".")
    if decision["decision"] == "unknown":
        # Either something would decide it, or AWS's documentation is what leaves it open.
        assert decision["missing_keys"] or "AWS" in decision["reason"] or "canonical" in decision["reason"]
    else:
        assert not decision["missing_keys"]
    if decision["decision"] == "explicit_deny":
        assert decision["layer"]
        assert decision["statement"] or decision["layer"] == "block_public_access"


@often
@given(requests, policies, st.data())
def test_more_keys_never_flip_a_definite_decision(request, given_policies, data):
    some = data.draw(st.sets(st.sampled_from(sorted(request["context"])))) if request["context"] else ()
    fewer = {**request, "context": {key: value for key, value in request["context"].items() if key not in some}}
    known_less, known_more = decided(fewer, given_policies), decided(request, given_policies)
    if kind(known_less) != "unknown":
        assert kind(known_more) == kind(known_less)
    if known_less.decision == "explicit_deny":
        assert known_more.decision == "explicit_deny"


@often
@given(requests, policies, st.sampled_from(["identity", "endpoint", "resource_account"]))
def test_more_layers_never_flip_a_definite_decision(request, given_policies, layer):
    fewer = {key: value for key, value in given_policies.items() if key != layer}
    known_less, known_more = decided(request, fewer), decided(request, given_policies)
    if kind(known_less) != "unknown":
        assert kind(known_more) == kind(known_less)


@often
@given(requests, policies)
def test_a_narrower_path_never_flips_a_definite_decision(request, given_policies):
    wide = decided({**request, "through": None}, given_policies)
    narrow = decided(request, given_policies)
    if kind(wide) != "unknown":
        assert kind(narrow) == kind(wide)


@often
@given(requests, with_identity, layers, statements)
def test_an_explicit_denial_stays_whatever_is_added(request, given_policies, layer, statement):
    if decided(request, given_policies).decision == "explicit_deny":
        assert decided(request, with_statement(given_policies, layer, statement)).decision == "explicit_deny"


@often
@given(requests, policies)
def test_a_deny_of_everything_is_an_explicit_denial(request, given_policies):
    deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    is_root = request["principal"] in (OWNER, OTHER)
    assume(not (is_root and request["action"].lower() in POLICY_ACTIONS))
    assert decided(request, with_statement(given_policies, "bucket", deny)).decision == "explicit_deny"


@often
@given(requests, with_identity, layers, made(make_statement, effects=("Allow",)))
def test_an_added_allow_never_removes_access(request, given_policies, layer, statement):
    # Unless it makes the policy public, which is what RestrictPublicBuckets is for.
    given_policies.pop("block_public_access", None)
    before, after = decided(request, given_policies), decided(request, with_statement(given_policies, layer, statement))
    order = ["denied", "unknown", "allow"]
    assert order.index(kind(after)) >= order.index(kind(before))


@often
@given(requests, with_identity, layers, made(make_statement, effects=("Deny",)))
def test_an_added_deny_never_adds_access(request, given_policies, layer, statement):
    before, after = decided(request, given_policies), decided(request, with_statement(given_policies, layer, statement))
    order = ["denied", "unknown", "allow"]
    assert order.index(kind(after)) <= order.index(kind(before))


@often
@given(requests, with_bucket)
def test_the_canonical_form_decides_alike(request, given_policies):
    form = {**given_policies, "bucket": canonical(given_policies["bucket"])}
    assert equivalent(given_policies["bucket"], form["bucket"])
    one, other = decided(request, given_policies), decided(request, form)
    assert (one.decision, one.layer) == (other.decision, other.layer)


@often
@given(requests, with_bucket, st.randoms(use_true_random=False))
def test_equivalent_policies_decide_alike(request, given_policies, random):
    respelled = {**given_policies, "bucket": _respelled(given_policies["bucket"], random)}
    assert equivalent(given_policies["bucket"], respelled["bucket"])
    assert decided(request, given_policies).decision == decided(request, respelled).decision


def _respelled(document, random):
    """The same policy in other words: other order, other case of names, single values as lists."""
    result = copy.deepcopy(document)
    random.shuffle(result["Statement"])
    for statement in result["Statement"]:
        for element in ("Action", "NotAction"):
            if element in statement:
                names = statement[element] if isinstance(statement[element], list) else [statement[element]]
                statement[element] = random.sample([name.upper() for name in names], len(names))
        for element in ("Principal", "NotPrincipal"):
            if statement.get(element) == "*":
                statement[element] = {"AWS": ["*"]}
            elif isinstance(statement.get(element), dict) and statement[element].get("AWS") == OWNER:
                statement[element] = {"AWS": [f"arn:aws:iam::{OWNER}:root"]}
        for operator, keys in statement.get("Condition", {}).items():
            if len({key.lower() for key in keys}) == len(keys):
                statement["Condition"][operator] = {
                    key.upper().replace("/TEAM", "/team"): value if isinstance(value, list) else [value]
                    for key, value in keys.items()
                }
    return result
