# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who needs the endpoint for a bucket, and is cut off by what is planned for it."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import (
    DEFAULT_POLICY,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.endpoint_cutoff import CutoffGuard, Dependent
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.guard.endpoint_plans import (
    ACCOUNT,
    BUCKET,
    EVERYTHING,
    FOR_ROLE,
    FOR_USER,
    ORG,
    OTHER_VPCE,
    READ_WRITE,
    REGION,
    ROLE,
    USER,
    VPC,
    VPCE,
    allow,
    deny,
    document,
    never,
    plan_of,
)


def cutoffs(plan, bucket_policy, *, context=None, overridden=False, problem=None, region=None):
    found = Dependent("logs", bucket_policy, problem, region)
    return CutoffGuard(lambda: [found], never, "aws", REGION, context or {}, overridden)(plan)


ONLY_VPCE = deny("s3:*", sid="OnlyHere", StringNotEquals={"aws:SourceVpce": VPCE})
ONLY_VPC = deny("s3:*", sid="OnlyHere", StringNotEquals={"aws:SourceVpc": VPC})
ONLY_OTHER = deny("s3:*", sid="OnlyHere", StringNotEquals={"aws:SourceVpce": OTHER_VPCE})
ONLY_ONE_FOLDER = deny("s3:*", resource=[BUCKET + "/in/*"], sid="OnlyHere", StringNotEquals={"aws:SourceVpce": VPCE})
EXEMPT = deny(
    "s3:*",
    sid="OnlyHere",
    StringNotEquals={"aws:SourceVpce": VPCE},
    ArnNotLike={"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"},
)
PUBLIC_HERE = allow("s3:GetObject", sid="OnlyHere", StringEquals={"aws:SourceVpce": VPCE})
TLS = deny("s3:*", sid="Tls", Bool={"aws:SecureTransport": "false"})
OTHER_BUCKET = document(allow("s3:*", resource=["arn:aws:s3:::app", "arn:aws:s3:::app/*"]))


@pytest.mark.parametrize("region, needed", [(REGION, True), (None, True), ("ap-south-1", False)])
def test_nothing_comes_to_a_bucket_of_another_region(region, needed):
    going = plan_of(None)
    assert bool(cutoffs(going, document(ONLY_VPCE), region=region)) is needed
    assert bool(cutoffs(going, None, problem="It cannot be read.", region=region)) is needed


# what, policy of the bucket, old and new policy of the endpoint (None: it goes), words of the finding (none: none)
CUTOFFS = [
    ("removal, the bucket needs the endpoint", [ONLY_VPCE], None, None, ["to be removed", "'OnlyHere'", VPCE]),
    ("removal, the bucket needs the VPC", [ONLY_VPC], None, None, ["to be removed", "'OnlyHere'"]),
    ("removal, the bucket needs another endpoint", [ONLY_OTHER], None, None, []),
    ("removal, the bucket needs none", [TLS], None, None, []),
    ("removal, one folder needs it", [ONLY_ONE_FOLDER], None, None, ["to be removed", "'OnlyHere'"]),
    ("removal, the anonymous come through it", [PUBLIC_HERE], None, None, ["to be removed", "s3:GetObject"]),
    ("everything to another bucket", [ONLY_VPCE], None, OTHER_BUCKET, ["does not let", "s3:GetObject"]),
    ("read and write of all that passed", [ONLY_VPCE], None, READ_WRITE, ["does not let", "s3:"]),
    ("read and write, as before", [ONLY_VPCE], READ_WRITE, document(allow("s3:Get*", "s3:PutObject")), []),
    (
        "one folder less",
        [ONLY_VPCE],
        EVERYTHING,
        document(allow("s3:*"), deny("s3:*", resource=[BUCKET + "/data/*"])),
        ["does not let", "arn:aws:s3:::logs/data/", "'Not'"],
    ),
    (
        "one action less",
        [ONLY_VPCE],
        EVERYTHING,
        document(allow("s3:*"), deny("s3:DeleteObject")),
        ["Endpoint policy statement 'Not' denies s3:DeleteObject", "'Not'"],
    ),
    ("read only", [ONLY_VPCE], None, document(allow("s3:GetObject")), ["s3:PutObject"]),
    (
        "it did not pass before",
        [ONLY_VPCE],
        OTHER_BUCKET,
        document(allow("s3:GetObject", resource=["arn:aws:s3:::app/*"])),
        [],
    ),
    ("a denial", [ONLY_VPC], EVERYTHING, document(allow("s3:*"), deny("s3:PutObject")), ["s3:PutObject", "'Not'"]),
    ("the bucket does not need the endpoint", [TLS], None, OTHER_BUCKET, []),
    ("the anonymous keep their path", [PUBLIC_HERE], document(allow("s3:Get*")), document(allow("s3:G*")), []),
    ("others lose theirs", [PUBLIC_HERE], None, document(allow("s3:GetObject")), ["does not let"]),
    (
        "an organization that was let pass",
        [ONLY_VPCE],
        document(allow("s3:*", **ORG)),
        document(allow("s3:*", sid="Same", **ORG), allow("s3:GetObject", sid="More")),
        [],
    ),
    (
        "another organization",
        [ONLY_VPCE],
        document(allow("s3:*", **ORG)),
        document(allow("s3:*", StringEquals={"aws:PrincipalOrgID": "o-0000000000"})),
        ["may not let", "aws:PrincipalOrgID"],
    ),
    (
        "a role that was let pass",
        [ONLY_VPCE],
        document(allow("s3:*", **FOR_ROLE)),
        document(allow("s3:*", **FOR_USER)),
        ["let this pass", ROLE],
    ),
    (
        "an organization that may be theirs",
        [ONLY_VPCE],
        None,
        document(allow("s3:*", **ORG)),
        ["may not let", "aws:PrincipalOrgID"],
    ),
]


@pytest.mark.parametrize("bucket, old, new, words", [row[1:] for row in CUTOFFS], ids=[row[0] for row in CUTOFFS])
def test_what_is_cut_off(bucket, old, new, words):
    findings = cutoffs(plan_of(new, old), document(*bucket))
    assert len(findings) == bool(words)
    statement = next((word.strip("'") for word in words if word.startswith("'")), None)
    for one in findings:
        assert (one.guard, one.statement) == ("cutoff", statement)
        assert f"{one.request['action']} on {one.request['resource']} by " in one.reason
        assert (one.request["through"] == "internet") is (new is None)
        assert "None" not in one.reason
        assert [word for word in [*words, "bucket logs"] if word not in one.reason] == []
        assert one.overridden_by is None
        assert "allow_cutoff" in one.remedy


@pytest.mark.parametrize("organization, verb", [("o-exampleorgid", None), ("o-0000000000", "does not let")])
def test_what_is_known_of_all_requests_decides_who_is_cut_off(organization, verb):
    plan = plan_of(document(allow("s3:*", **ORG)))
    found = cutoffs(plan, document(ONLY_VPCE), context={"aws:PrincipalOrgID": organization})
    assert len(found) == (verb is not None)
    assert all(f"the new policy of the endpoint {verb} this pass" in one.reason for one in found)


def test_the_last_route_table_counts_as_removal():
    assert "last route table" in cutoffs(plan_of(DEFAULT_POLICY, wanted_tables=()), document(ONLY_VPC))[0].reason
    more = plan_of(DEFAULT_POLICY, wanted_tables=("rtb-1", "rtb-2"))
    assert cutoffs(more, document(ONLY_VPC)) == []
    assert cutoffs(plan_of(None, tables=()), document(ONLY_VPC)) == []


def test_a_route_table_that_goes_cuts_its_subnets_off():
    one_less = plan_of(DEFAULT_POLICY, tables=("rtb-1", "rtb-2"), wanted_tables=("rtb-1",))
    (found,) = cutoffs(one_less, document(ONLY_VPC))
    assert "the subnets of rtb-2 are to lose their route to the endpoint" in found.reason
    assert cutoffs(one_less, document(TLS)) == []


def test_exempted_roles_do_not_need_the_endpoint_but_others_do():
    user = allow("s3:GetObject", sid="User")
    assert cutoffs(plan_of(None), document(EXEMPT, {**user, "Principal": {"AWS": USER}}))


def test_a_bucket_that_cannot_be_read():
    finding = cutoffs(plan_of(None), None, problem="AWS denies it.")[0]
    assert "AWS denies it." in finding.reason
    assert cutoffs(plan_of(None), None, problem="AWS denies it.", overridden=True)[0].overridden_by == "allow_cutoff"
    assert cutoffs(plan_of(None), None) == []
    assert "not known" in cutoffs(plan_of(None), document({**TLS, "Surprise": 1}))[0].reason


@pytest.mark.parametrize(
    "new, lost", [(None, "the endpoint is to be removed"), (document(allow("s3:PutObject")), "does not let this pass")]
)
def test_a_bucket_of_which_nobody_knows_who_depends_on_the_endpoint(new, lost):
    canonical = {**PUBLIC_HERE, "Principal": {"CanonicalUser": "a" * 64}}
    (found,) = cutoffs(plan_of(new), document(canonical))
    assert "or its VPC (perhaps: It is not known whether s3:GetObject is allowed" in found.reason
    assert lost in found.reason
    assert found.statement is None
    assert (found.request is None) is (new is None)


def test_buckets_are_read_only_if_it_matters():
    guard = CutoffGuard(never, never, "aws", REGION)
    assert guard(plan_of(READ_WRITE, READ_WRITE, wanted_tables=("rtb-1", "rtb-2"))) == []
    assert guard(plan_of(READ_WRITE, False)) == []
    # Whose the endpoint is matters to nobody then.
    assert CutoffGuard(list, never, "aws", REGION)(plan_of(None)) == []
