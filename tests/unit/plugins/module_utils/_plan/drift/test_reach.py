# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a proof refutes becomes drift: by bucket and cause, as grave as what it lets pass or denies."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.finding import Place
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.reach import reach_findings
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.report import report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.input import read_declaration
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.reach import prove
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.theorems import (
    DECLARED,
    PASSAGE,
    REACH,
    REPAIR,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy

ACCOUNT, REGION = "111122223333", "eu-central-1"
PLACE = Place(ACCOUNT, REGION)
VPCE, VPC, STRANGER = "vpce-1a2b3c4d", "vpc-1a2b3c4d", "vpce-3c4d5e6f"
WORKLOAD = f"any principal of account {ACCOUNT}"
WRITER = f"arn:aws:iam::{ACCOUNT}:role/writer"


def refuted(declared, *others, endpoints=(VPCE,), extra=None, glass=()):
    """Findings about buckets that are closed as the role does it, each with these statements of others."""
    names = [one if isinstance(one, str) else one["name"] for one in declared]
    policies = {}
    for name in names:
        policies[name] = bucket_perimeter(name, endpoints=endpoints, tls_only=True, break_glass_principals=glass)
        given = {"Principal": "*", "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]}
        policies[name]["Statement"] += [{**given, **other} for other in others]
        policies[name]["Statement"][0]["Condition"] |= extra or {}
    declaration = read_declaration(declared, ACCOUNT, VPCE, VPC, region=REGION, break_glass=glass)
    proved = prove(declaration, endpoint_policy(declared), policies)
    return reach_findings(PLACE, proved["mismatches"], proved["narrowed"])


def test_what_is_cut_off_is_one_finding_for_each_bucket_and_statement():
    others = [{"Sid": f"No{verb}", "Effect": "Deny", "Action": [f"s3:{verb}Object"]} for verb in ("Get", "Put")]
    others.append({"Sid": "Nothing", "Effect": "Deny", "Action": "s3:*"})
    found = refuted(["first", "second"], *others[:2])
    assert [(each.resource, each.severity, each.before, each.after) for each in found] == [
        ("first", "major", "explicit_deny", "allow"),
        ("second", "major", "explicit_deny", "allow"),
    ] * 2
    assert [each.remedy.split("'")[1] for each in found] == ["NoGet", "NoGet", "NoPut", "NoPut"]

    [both] = refuted(["first"], others[2])
    assert both.what == (
        "what is declared does not pass (s3:GetObject): Bucket policy statement 'Nothing' denies s3:GetObject: it has "
        "no conditions"
    )
    assert both.remedy == "Change statement 'Nothing' of the bucket policy, or declare only what it leaves."
    assert (both.account, both.region, both.kind, both.opens) == (ACCOUNT, REGION, "reach", ())
    assert both.cuts == (f"s3:GetObject on arn:aws:s3:::first/any-object by {WORKLOAD} through {VPCE}",)


# theorem, buckets, on what it is said, how grave, what it says
DOUBTS = [
    (REACH, ["first", "second"], ["first", "second"], "critical", "nothing else reaches the bucket"),
    (PASSAGE, [], [VPCE], "critical", "nothing else passes the endpoint"),
    (DECLARED, ["first"], ["first"], "major", "what is declared passes"),
    (REPAIR, ["first"], ["first"], "major", "the policy of the bucket stays repairable"),
]


@pytest.mark.parametrize("theorem, buckets, resources, severity, said", DOUBTS)
def test_what_is_not_decided_is_as_grave_as_if_it_were_refuted(theorem, buckets, resources, severity, said):
    entry = {"theorem": theorem, "buckets": buckets, "reason": "More than 9 kinds of requests.", "message": "..."}
    found = reach_findings(PLACE, [], [], [entry], VPCE)
    assert [(each.resource, each.severity, each.before) for each in found] == [
        (name, severity, "undecided") for name in resources
    ]
    assert {each.what for each in found} == {f"it is not decided whether {said}: More than 9 kinds of requests"}
    assert report([each.as_dict() for each in found], corrected=False)["status"] == "drifted"


def test_examples_are_requests_for_that_bucket():
    declared = ["first", {"name": "second", "principals": [WRITER], "prefixes": ["in/"]}]
    first, second = refuted(declared, {"Sid": "ReadOnly", "Effect": "Deny", "Action": "s3:PutObject"})
    assert first.cuts == (f"s3:PutObject on arn:aws:s3:::first/any-object by {WORKLOAD} through {VPCE}",)
    assert second.cuts[0].startswith("s3:PutObject on arn:aws:s3:::second/in/")
    assert "role writer of" in second.cuts[0]


@pytest.mark.parametrize(
    "perimeter, path",
    [
        ({"endpoints": (VPCE, STRANGER)}, f"through {STRANGER}"),
        ({"extra": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}, "from the internet"),
    ],
)
def test_what_passes_and_is_not_declared_is_critical(perimeter, path):
    found = refuted(["first"], **perimeter)
    assert {each.severity for each in found} == {"critical"}
    assert found[0].what.startswith("what is not declared passes (s3:GetObject): ")
    assert found[0].opens[0].startswith(f"s3:GetObject on arn:aws:s3:::first/any-object by {WORKLOAD} {path}")
    assert all(each.remedy and not each.cuts for each in found)


def test_what_is_taken_from_some_is_drift():
    unencrypted = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    [found] = refuted(["first"], {"Sid": "Kms", "Effect": "Deny", "Action": "s3:PutObject", "Condition": unencrypted})
    assert found.severity == "major"
    assert found.what.startswith("some of what is declared does not pass (s3:PutObject): Bucket policy statement 'Kms'")
    assert found.cuts


def test_a_proof_that_holds_is_no_drift():
    assert refuted(["first", "second"]) == []


def test_no_correction_does_away_with_it():
    [found] = refuted(["first"], {"Sid": "A|B", "Effect": "Deny", "Action": "s3:PutObject"})
    corrected = report([found.as_dict(), {**found.as_dict(), "remedy": ""}], True)
    assert corrected["status"] == "drifted"
    assert corrected["counts"] == {"drifted": 2, "corrected": 1, "critical": 0, "major": 2, "minor": 0, "failed": 0}
