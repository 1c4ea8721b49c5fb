# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of what refutes a proof: how it is put right, by what lets it pass or denies it."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.input import read_declaration
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reach import prove
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reach_report import Report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.theorems import (
    DECLARED,
    PASSAGE,
    REACH,
    REPAIR,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    HOLDS,
    REFUTED,
    UNDECIDED,
    Counterexample,
    Narrowed,
    Statement,
    Verdict,
)

ACCOUNT, OTHER = "111122223333", "444455556666"
VPCE, VPC = "vpce-1a2b3c4d", "vpc-1a2b3c4d"
AUTOMATION = f"arn:aws:sts::{ACCOUNT}:assumed-role/automation/run"
BUCKET, OBJECTS = "examplebucket", "arn:aws:s3:::examplebucket/*"
LOGS = {
    "Sid": "Logs",
    "Effect": "Allow",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": OBJECTS,
}
PARTNER = {**LOGS, "Sid": "Partner", "Principal": {"AWS": OTHER}}
READ_ONLY = {**LOGS, "Sid": "ReadOnly", "Effect": "Deny", "Principal": "*"}
WIDE = {"Sid": "Wide", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}


def declare(**more):
    return read_declaration([BUCKET], ACCOUNT, VPCE, VPC, region="eu-central-1", managers=[AUTOMATION], **more)


def found(declaration, *others, policy=None, **perimeter):
    document = bucket_perimeter(BUCKET, endpoints=[VPCE], manager_principals=[AUTOMATION], tls_only=True, **perimeter)
    document["Statement"] += others
    result = prove(declaration, policy or endpoint_policy([BUCKET]), {BUCKET: document})
    assert not result["holds"]
    return result["mismatches"]


def remedies(*given, **more):
    return {one["remedy"] for one in found(*given, **more)}


BACK = "Nothing that is declared lets it pass: put the perimeter back as the role writes it"
# Declaration, statements of others, options, the remedy
REMEDIES = {
    "a service": (
        {},
        [LOGS],
        {"allow_aws_services": True},
        f"Give statement 'Logs' of the bucket policy a condition on aws:SourceAccount ({ACCOUNT}), and declare AWS "
        "services (allow_aws_services).",
    ),
    "a service, where services are declared": (
        {"services": True},
        [LOGS],
        {"allow_aws_services": True},
        f"Give statement 'Logs' of the bucket policy a condition on aws:SourceAccount ({ACCOUNT}).",
    ),
    "another account through the endpoint": (
        {},
        [PARTNER],
        {},
        "Declare it as access to the bucket, or take it out of the endpoint policy or the bucket policy.",
    ),
    "an exception, and a statement that lets in": (
        {},
        [PARTNER],
        {"excepted_accounts": [OTHER]},
        f"{BACK}, or take out statement 'Partner' of the bucket policy.",
    ),
    "an exception alone": ({}, [], {"break_glass_principals": [f"arn:aws:iam::{ACCOUNT}:role/glass"]}, f"{BACK}."),
    "what passes the endpoint": (
        {},
        [],
        {"policy": {"Version": "2012-10-17", "Statement": [WIDE]}},
        "Declare it, or take statement 'Wide' out of the endpoint policy.",
    ),
    "what the bucket policy denies": (
        {},
        [READ_ONLY],
        {},
        "Change statement 'ReadOnly' of the bucket policy, or declare only what it leaves.",
    ),
    "what the endpoint policy denies": (
        {},
        [],
        {"policy": endpoint_policy([BUCKET], statements=[{**READ_ONLY, "Principal": "*"}])},
        "Let the endpoint policy allow it, as the role writes it.",
    ),
    "what nothing lets through the endpoint": (
        {},
        [],
        {"policy": endpoint_policy([BUCKET], access="read")},
        "Let endpoint policy and bucket policy allow it, or do not declare it.",
    ),
    "a version of TLS": (
        {"minimum_tls": "1.3"},
        [],
        {},
        "Deny older versions of TLS in the bucket policy: NumericLessThan of s3:TlsVersion 1.3.",
    ),
}


@pytest.mark.parametrize("declared, others, more, remedy", REMEDIES.values(), ids=REMEDIES)
def test_how_it_is_put_right(declared, others, more, remedy):
    assert remedy in remedies(declare(**declared), *others, **more)


def test_without_anybody_who_has_to_repair_it_the_root_user_can():
    document = bucket_perimeter(BUCKET, endpoints=[VPCE], tls_only=True)
    result = prove(read_declaration([BUCKET], ACCOUNT, VPCE, VPC), endpoint_policy([BUCKET]), {BUCKET: document})
    assert [one["buckets"] for one in result["theorems"] if one["theorem"] == REPAIR] == [{HOLDS: [BUCKET]}]


def test_a_sentence_says_it_all():
    for declaration, others, what in (
        (declare(), [PARTNER], "passes and is not declared"),
        (declare(), [READ_ONLY], "is declared and does not pass"),
    ):
        for one in found(declaration, *others):
            assert one["message"].startswith(f"{one['said']} {what}. ")
            assert one["remedy"] in one["message"]


ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
MINE, THEIRS = Statement("bucket_policy", "x", "Mine"), Statement("bucket_policy", "x", "Theirs")


def example(bucket="b0", role=ROLE, through=VPCE, statement=MINE, action="s3:GetObject", **context):
    request = {"principal": role, "action": action, "resource": f"arn:aws:s3:::{bucket}/k", "through": through}
    request["context"] = context
    return Counterexample(request, "allow", "Why.", statement)


def reported(*verdicts, **declared):
    """Of theorems, buckets and verdicts."""
    report = Report(declare(**declared))
    for theorem, bucket, verdict in verdicts:
        report.add(theorem, bucket, verdict)
    return report.as_dict([])


def refuted(*examples, **more):
    return Verdict("x", REFUTED, tuple(examples), **more)


def test_like_stands_with_like():
    found = reported(*((REACH, f"b{n}", refuted(example(f"b{n}", f"{ROLE}{n % 2}"))) for n in range(8)))
    [one] = found["mismatches"]
    assert (one["buckets"], one["principals"]) == ([f"b{n}" for n in range(8)], [f"{ROLE}0", f"{ROLE}1"])
    assert one["message"].endswith(f" So with 7 more buckets (b1, b2, b3, b4, b5, ...), 1 more principal ({ROLE}1).")
    assert list(one["examples"]) == one["buckets"]
    assert one["examples"]["b3"] == {
        "principal": f"{ROLE}1", "action": "s3:GetObject", "resource": "arn:aws:s3:::b3/k",
        "network_path": f"through {VPCE}",
        "said": f"s3:GetObject on arn:aws:s3:::b3/k by {ROLE}1 through {VPCE}",
    }  # fmt: skip
    assert (one["declared"], one["found"], one["layer"], one["statement"]) == ("deny", "allow", "bucket_policy", "Mine")
    [theorem] = [each for each in found["theorems"] if each["counterexamples"]]
    assert (theorem["theorem"], theorem["counterexamples"], theorem["verdict"]) == (REACH, [one], REFUTED)
    assert theorem["buckets"] == {REFUTED: [f"b{n}" for n in range(8)]}
    assert found["holds"] is False


# What differs from a first example -> how many entries there are
APART = [
    ({"bucket": "b1"}, 1),
    ({"through": "internet"}, 1),
    ({"role": f"{ROLE}2"}, 1),
    ({"statement": THEIRS}, 2),
    ({"statement": None}, 2),
    ({"action": "s3:PutObject"}, 2),
]


@pytest.mark.parametrize("changes, entries", APART)
def test_what_stands_apart(changes, entries):
    # Of theorem 3, whose remedy does not depend on the path.
    found = reported((DECLARED, "b0", refuted(example())), (DECLARED, "b0", refuted(example(**changes))))
    assert len(found["mismatches"]) == entries
    other = reported((DECLARED, "b0", refuted(example())), (REPAIR, "b0", refuted(example())))
    assert [one["theorem"] for one in other["mismatches"]] == [DECLARED, REPAIR]


def test_of_several_network_paths():
    found = reported((DECLARED, "b0", refuted(example(), example(through="internet"))))
    [one] = found["mismatches"]
    assert len(one["network_paths"]) == 2
    assert one["message"].endswith(f"So with 1 more network path ({one['network_paths'][1]}).")


def test_who_owns_the_bucket_is_not_known_of_what_passes_an_endpoint():
    for theorem, owned in ((REACH, True), (PASSAGE, False)):
        bucket = None if theorem == PASSAGE else "b0"
        [one] = reported((theorem, bucket, refuted(example())))["mismatches"]
        [options] = one["task"].values()
        assert options.get("resource_accounts") == ({"b0": ACCOUNT} if owned else None)
        assert options["requests"][0]["expect"] == "deny"
        assert one["buckets"] == ["b0"]


def test_what_it_rests_on():
    holds = Verdict("x", HOLDS, rests_on=(MINE, THEIRS), assumed=("Much.",), leaves=3)
    found = reported((REACH, "a", holds), (REACH, "b", holds), (DECLARED, "a", refuted(example(), rests_on=(MINE,))))
    theorems = {one["theorem"]: one for one in found["theorems"]}
    assert theorems[REACH]["rests_on"] == [
        {"layer": "bucket_policy", "statement": "Mine"}, {"layer": "bucket_policy", "statement": "Theirs"},
    ]  # fmt: skip
    assert (theorems[REACH]["verdict"], theorems[REACH]["buckets"]) == (HOLDS, {HOLDS: ["a", "b"]})
    assert theorems[DECLARED]["rests_on"] == []
    assert (found["requests"], found["assumed"].count("Much."), found["assumed"][-1]) == (6, 1, "Much.")
    assert reported((REACH, "a", holds))["holds"] is True
    # One of the same shape was not asked.
    report = Report(declare())
    report.add(REACH, "a", holds)
    report.add(REACH, "b", holds, False)
    assert report.requests == 3


@pytest.mark.parametrize("statuses", [(HOLDS, UNDECIDED, REFUTED), (REFUTED, HOLDS, UNDECIDED)])
def test_the_worst_counts(statuses):
    found = reported(*((REACH, name, Verdict("x", status)) for status in statuses for name in ("a", status)))
    [theorem] = [one for one in found["theorems"] if one["theorem"] == REACH]
    assert theorem["verdict"] == REFUTED
    assert {status: sorted(names) for status, names in theorem["buckets"].items()} == {
        HOLDS: [HOLDS], REFUTED: ["a", REFUTED], UNDECIDED: [UNDECIDED],
    }  # fmt: skip


def test_what_narrows_and_what_refutes():
    verdict = refuted(example(), narrowed=(Narrowed(MINE, example()), Narrowed(THEIRS, example(statement=THEIRS))))
    found = reported((DECLARED, "b0", verdict))
    assert [one["statement"] for one in found["mismatches"]] == ["Mine"]
    # What refutes is not said once more.
    assert [one["statement"] for one in found["narrowed"]] == ["Theirs"]
    [theorem] = [one for one in found["theorems"] if one["theorem"] == DECLARED]
    assert theorem["narrowed"] == found["narrowed"]
    holds = Verdict("x", HOLDS, narrowed=(Narrowed(THEIRS, example(statement=THEIRS)),))
    assert reported((DECLARED, "b0", holds))["holds"] is True


@pytest.mark.parametrize(
    "buckets, said",
    [
        (["a"], "It is not decided of a whether nothing else reaches the bucket. Too hard."),
        (list("abcde"), "It is not decided of a, b, c, d, e whether nothing else reaches the bucket. Too hard."),
        (list("abcdef"), "It is not decided of a, b, c, d, e, ... whether nothing else reaches the bucket. Too hard."),
        ([None], "It is not decided whether nothing else reaches the bucket. Too hard."),
    ],
)
def test_what_is_not_decided(buckets, said):
    found = reported(*((REACH, name, Verdict("x", UNDECIDED, reason="Too hard.")) for name in buckets))
    [one] = found["unknown"]
    assert one["message"] == said
    assert (one["theorem"], one["reason"]) == (REACH, "Too hard.")
    assert one["buckets"] == [name for name in buckets if name]
    assert found["holds"] is False


# What is declared, what is taken for granted of it
ASSUMED = [
    ({}, f"principals of account {ACCOUNT}."),
    ({"principal_accounts": [OTHER]}, f"principals of the accounts {ACCOUNT}, {OTHER}."),
    (
        {"organization": "o-exampleorgid"},
        f"Account {ACCOUNT} is taken to be in the organization o-exampleorgid.",
    ),
]


@pytest.mark.parametrize("declared, said", ASSUMED)
def test_what_is_always_taken_for_granted(declared, said):
    found = reported(**declared)["assumed"]
    assert said in " ".join(found)
    assert len(found) == 3 + ("organization" in declared)
    narrow = read_declaration([{"name": BUCKET, "principals": [ROLE]}], ACCOUNT, VPCE, VPC, **declared)
    assert len(Report(narrow).as_dict([])["assumed"]) == len(found) - 1


# What is declared, which version the request has, whether that is the remedy
VERSIONS = [
    ({"minimum_tls": "1.3"}, {"s3:TlsVersion": "1.2"}, True),
    ({"minimum_tls": "1.3"}, {"s3:TlsVersion": "1.3"}, False),
    ({"minimum_tls": "1.3"}, {}, False),
    ({}, {"s3:TlsVersion": "1.2"}, False),
]


@pytest.mark.parametrize("declared, context, older", VERSIONS)
def test_an_older_version_of_tls_is_put_right_by_itself(declared, context, older):
    [one] = reported((REACH, "b0", refuted(example(**context))), **declared)["mismatches"]
    assert ("Deny older versions of TLS" in one["remedy"]) is older
