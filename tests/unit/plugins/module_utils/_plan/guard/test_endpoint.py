# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What speaks against a new policy of an endpoint, or its removal: lock-outs, cut-offs, and other people's networks."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.identity import Found
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.plan import Surroundings, decide
from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import (
    DEFAULT_POLICY,
    Endpoint,
    Wanted,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.administrators import (
    Administrator,
    administrators_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.endpoint import GuardRefusal, run_guards
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.endpoint_cutoff import CutoffGuard, Dependent
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.endpoint_lockout import (
    EndpointLockoutGuard,
    root_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.endpoint_networks import NetworksGuard

ACCOUNT, OTHER_ACCOUNT, REGION = "111122223333", "444455556666", "us-east-1"
VPCE, VPC = "vpce-0123456789abcdef0", "vpc-0123456789abcdef0"
OTHER_VPCE, OTHER_VPC = "vpce-0bad0bad0bad0bad0", "vpc-0bad0bad0bad0bad0"
SERVICE = "com.amazonaws.us-east-1.s3"
USER = f"arn:aws:iam::{ACCOUNT}:user/automation"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run-7"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
BUCKET, OBJECTS = "arn:aws:s3:::logs", "arn:aws:s3:::logs/*"


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(*actions, resource=(BUCKET, OBJECTS), sid="Ours", **condition):
    statement = {"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": list(actions), "Resource": list(resource)}
    return {**statement, "Condition": condition} if condition else statement


def deny(*actions, resource=(BUCKET, OBJECTS), sid="Not", **condition):
    return {**allow(*actions, resource=resource, sid=sid, **condition), "Effect": "Deny"}


def plan_of(new, old=None, tables=("rtb-1",), wanted_tables=None):
    """The plan for a live endpoint (or, with ``old`` False, a new one) that gets a policy; ``new`` None: it goes."""
    wanted = Wanted(state="absent" if new is None else "present", vpc_id=VPC, policy=new, route_table_ids=wanted_tables)
    live = None
    if old is not False:
        live = Endpoint(
            VPCE, VPC, SERVICE, old or DEFAULT_POLICY, tables, state="available", facts={"owner_id": ACCOUNT}
        )
    return decide(Found(live), wanted, Surroundings(VPC, SERVICE, wanted_tables))


def never():
    raise AssertionError("asked without need")


def lockouts(plan, administrator=USER, *, through=VPC, context=None, full_arn=None, overridden=False):
    caller = Administrator(administrator, {"aws:userid": "AIDAEXAMPLE"}, "caller")
    root = root_of("aws", ACCOUNT)
    guard = EndpointLockoutGuard(
        lambda: [caller, root] if context is None else administrators_of(caller, [root.principal], context),
        lambda: ACCOUNT,
        "aws",
        REGION,
        through,
        overridden,
        lambda _session: full_arn,
    )
    return guard(plan)


READ_WRITE = document(allow("s3:GetObject", "s3:PutObject"))
EVERYTHING = document(allow("s3:*"))
ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}
FOR_ROLE = {"ArnEquals": {"aws:PrincipalArn": ROLE}}
FOR_USER = {"ArnEquals": {"aws:PrincipalArn": USER}}


def own_buckets(account):
    return document(allow("s3:*", resource=["*"], StringEquals={"aws:ResourceAccount": account}))


BOTH = ["caller", "root user"]
# what, new policy, old policy, administrator and network, who is locked out, words of the first finding
LOCKOUTS = [
    ("two actions after everything", READ_WRITE, None, {}, BOTH, ["would not be", "s3:GetBucketPol"]),
    ("through the endpoint by its id", READ_WRITE, None, {"through": VPCE}, BOTH, []),
    ("from elsewhere", READ_WRITE, None, {"through": "internet"}, [], []),
    ("through another endpoint", READ_WRITE, None, {"through": OTHER_VPCE}, [], []),
    ("from who knows where", READ_WRITE, None, {"through": None}, [], []),
    ("everything on one bucket, and nothing on those that nobody named", EVERYTHING, None, {}, BOTH, ["would not be"]),
    (
        "everything on every bucket but one",
        document(allow("s3:*", resource=["*"]), deny("s3:PutBucketPolicy", resource=["arn:aws:s3:::logs*"])),
        None,
        {},
        BOTH,
        ["of bucket logs", "'Not'"],
    ),
    ("everything on every bucket", document(allow("s3:*", resource=["arn:aws:s3:::*"])), None, {}, [], []),
    ("it was so before", READ_WRITE, document(allow("s3:GetObject")), {}, [], []),
    (
        "everything, taken off a bucket",
        document(allow("s3:*", resource=[BUCKET + "2"])),
        EVERYTHING,
        {},
        BOTH,
        ["bucket logs"],
    ),
    (
        "for one user only",
        document(allow("s3:*", resource=["*"], **FOR_USER)),
        None,
        {},
        ["root user"],
        ["endpoint policy binds the root"],
    ),
    (
        "a denial of the policy's own management",
        document(allow("s3:*"), deny("s3:PutBucketPolicy")),
        EVERYTHING,
        {},
        BOTH,
        ["'Not'", "s3:PutBucketPolicy"],
    ),
    (
        "for an organization that may be theirs",
        document(allow("s3:*", resource=["*"], **ORG)),
        None,
        {},
        BOTH,
        ["might not be", "aws:PrincipalOrgID"],
    ),
    (
        "for the organization, as before, and another statement",
        document(allow("s3:*", **ORG), allow("s3:GetObject", sid="New")),
        document(allow("s3:*", **ORG)),
        {},
        [],
        [],
    ),
    (
        "for another organization than before",
        document(allow("s3:*", StringEquals={"aws:PrincipalOrgID": "o-0000000000"})),
        document(allow("s3:*", **ORG)),
        {},
        BOTH,
        ["might not be"],
    ),
    (
        "a session whose role may have a path",
        document(allow("s3:*", resource=["*"], **FOR_ROLE)),
        None,
        {"administrator": SESSION},
        BOTH,
        ["might not be", "full ARN of the role"],
    ),
    (
        "a session whose role is looked up",
        document(allow("s3:*", resource=["*"], **FOR_ROLE)),
        None,
        {"administrator": SESSION, "full_arn": ROLE},
        ["root user"],
        [],
    ),
    ("everything on the buckets of their account", own_buckets(ACCOUNT), None, {}, [], []),
    (
        "everything on the buckets of another account",
        own_buckets(OTHER_ACCOUNT),
        None,
        {},
        BOTH,
        ["no statement of the endpoint policy allows it", f"aws:ResourceAccount is '{ACCOUNT}'"],
    ),
    (
        "everything on the buckets of the caller's account, which is not the endpoint's",
        own_buckets(OTHER_ACCOUNT),
        None,
        {"administrator": f"arn:aws:iam::{OTHER_ACCOUNT}:user/automation"},
        ["root user"],
        [],
    ),
    (
        "for one user id only",
        document(allow("s3:*", resource=["*"], StringLike={"aws:userid": "AIDAEXAMPLE"})),
        None,
        {},
        ["root user"],
        [],
    ),
    (
        "everything over TLS",
        document(allow("s3:*", resource=["*"]), deny("s3:*", resource=["*"], Bool={"aws:SecureTransport": "false"})),
        None,
        {},
        [],
        [],
    ),
    ("a new endpoint for those in the VPC", READ_WRITE, False, {}, BOTH, []),
    ("a new endpoint that lets everything through", DEFAULT_POLICY, False, {}, [], []),
]


@pytest.mark.parametrize("new, old, given, who, words", [row[1:] for row in LOCKOUTS], ids=[row[0] for row in LOCKOUTS])
def test_who_is_locked_out(new, old, given, who, words):
    findings = lockouts(plan_of(new, old), **given)
    assert [name for name in ("caller", "root user") if any(f"The {name} " in one.reason for one in findings)] == who
    assert len(findings) == len(who)
    if findings:
        assert [word for word in words if word not in f"{findings[0].reason} {findings[0].remedy}"] == []
        assert "able to repair the policy of bucket " in findings[0].reason
        assert "ec2:ModifyVpcEndpoint" in findings[0].reason
        assert all(one.overridden_by is None and "allow_lockout" in one.remedy for one in findings)


def test_the_organization_is_known():
    plan = plan_of(document(allow("s3:*", resource=["*"], **ORG)))
    context = {"aws:PrincipalOrgID": "o-exampleorgid"}
    assert [one.reason.split(" arn:")[0] for one in lockouts(plan, context=context)] == []


def test_what_a_task_says_that_no_request_of_theirs_can_have_is_no_proof():
    plan = plan_of(own_buckets(ACCOUNT))
    found = lockouts(plan, context={"aws:ResourceAccount": OTHER_ACCOUNT})
    assert len(found) == 2
    for one in found:
        assert "might not be able to repair the policies of buckets through endpoint" in one.reason
        assert (one.statement, one.request) == (None, None)


def test_lockout_overridden_and_refused():
    plan = plan_of(READ_WRITE)
    allowed = lockouts(plan, overridden=True)
    assert {one.overridden_by for one in allowed} == {"allow_lockout"}
    assert run_guards(plan, {"lockout": lambda _plan: allowed}).overridden == tuple(allowed)
    with pytest.raises(GuardRefusal, match="Nothing was changed") as caught:
        run_guards(plan, {"lockout": lambda _plan: lockouts(plan)})
    assert caught.value.details == {"guard": caught.value.verdict.as_dict()}


def test_who_calls_is_asked_only_if_it_matters():
    for plan, through in (
        (plan_of(READ_WRITE, READ_WRITE, wanted_tables=("rtb-2",)), VPC),
        (plan_of(None), VPC),
        (plan_of(READ_WRITE), None),
    ):
        assert EndpointLockoutGuard(never, never, "aws", REGION, through)(plan) == []


def test_what_is_assumed_is_said():
    guard = EndpointLockoutGuard(never, never, "aws", REGION)
    assert "arriving_through" in run_guards(plan_of(READ_WRITE), {"lockout": guard}).as_dict()["assumed"][0]
    assert run_guards(plan_of(READ_WRITE, READ_WRITE, wanted_tables=("rtb-2",)), {"lockout": guard}).assumed == ()


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


# what, statement of the new policy, words of the finding (none: no finding)
NETWORKS = [
    ("this endpoint", allow("s3:*", StringEquals={"aws:SourceVpce": VPCE}), None),
    ("this endpoint and another", allow("s3:*", StringEquals={"aws:SourceVpce": [OTHER_VPCE, VPCE]}), None),
    ("another endpoint", allow("s3:*", StringEquals={"aws:SourceVpce": OTHER_VPCE}), "lets nothing pass"),
    ("this VPC", allow("s3:*", StringEquals={"AWS:sourcevpc": VPC}), None),
    ("another VPC", allow("s3:*", StringEqualsIfExists={"aws:SourceVpc": OTHER_VPC}), "lets nothing pass"),
    ("this VPC's ARN", allow("s3:*", ArnLike={"aws:SourceVpcArn": f"arn:aws:ec2:*:{ACCOUNT}:vpc/{VPC}"}), None),
    (
        "another VPC's ARN",
        allow("s3:*", ArnLike={"aws:SourceVpcArn": f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/{OTHER_VPC}"}),
        "lets nothing pass",
    ),
    ("another account's endpoints", allow("s3:*", StringEquals={"aws:VpceAccount": "444455556666"}), "lets nothing"),
    ("a denial for another endpoint", deny("s3:*", StringEquals={"aws:SourceVpce": OTHER_VPCE}), "denies nothing"),
    ("a denial for all but this", deny("s3:*", StringNotEquals={"aws:SourceVpce": VPCE}), None),
    ("a denial for all but another", deny("s3:*", StringNotEquals={"aws:SourceVpce": OTHER_VPCE}), "denies all that"),
    ("not through another", allow("s3:*", StringNotEquals={"aws:SourceVpce": OTHER_VPCE}), None),
    ("no network", allow("s3:*", **ORG), None),
]


@pytest.mark.parametrize("statement, words", [row[1:] for row in NETWORKS], ids=[row[0] for row in NETWORKS])
def test_statements_for_other_networks(statement, words):
    plan = plan_of(document(allow("s3:GetObject", sid="Other"), statement))
    findings = NetworksGuard(never, "aws", REGION)(plan)
    assert len(findings) == (words is not None)
    for one in findings:
        assert words in one.reason
        assert one.statement == statement["Sid"]
        assert one.overridden_by is None
        assert (one.request["action"], one.request["through"]["vpce"]) == ("s3:*", VPCE)
        assert one.request.keys() == {"action", "through"}
    assert all(one.overridden_by == "allow_cutoff" for one in NetworksGuard(never, "aws", REGION, True)(plan))


@pytest.mark.parametrize(
    "elements, action",
    [({"Action": ["s3:GetObject", "s3:PutObject"]}, "s3:GetObject"), ({"NotAction": "s3:DeleteObject"}, "s3:*")],
)
def test_the_request_that_a_finding_is_about(elements, action):
    elsewhere = allow("s3:*", sid="Elsewhere", StringEquals={"aws:SourceVpce": OTHER_VPCE})
    del elsewhere["Action"]
    (found,) = NetworksGuard(never, "aws", REGION)(plan_of(document(allow("s3:GetObject"), {**elsewhere, **elements})))
    assert found.request["action"] == action


def test_what_is_in_force_is_not_examined():
    stale = allow("s3:*", sid="Stale", StringEquals={"aws:SourceVpce": OTHER_VPCE})
    plan = plan_of(document(stale, allow("s3:GetObject")), document({**stale, "Sid": "Older"}))
    assert NetworksGuard(never, "aws", REGION)(plan) == []
    assert NetworksGuard(never, "aws", REGION)(plan_of(None, document(stale))) == []


def test_a_new_endpoint_has_an_id_that_nobody_knows():
    ours = document(allow("s3:*", StringEquals={"aws:SourceVpce": VPCE}))
    guard = NetworksGuard(lambda: ACCOUNT, "aws", REGION)
    assert "lets nothing pass" in guard(plan_of(ours, False))[0].reason
    assert guard(plan_of(document(allow("s3:*", StringEquals={"aws:SourceVpc": VPC})), False)) == []


SIGNED = {"s3:authType": "REST-HEADER", "s3:signatureversion": "AWS4-HMAC-SHA256", "s3:signatureAge": "1"}


def test_keys_of_who_somebody_is_are_the_callers_alone():
    caller = Administrator(SESSION, {"aws:userid": "AROAEXAMPLE:run-7"}, "caller")
    context = {"aws:PrincipalArn": ROLE, "aws:PrincipalOrgID": "o-exampleorgid", "AWS:UserId": "wrong"}
    first, second = administrators_of(caller, [USER, SESSION, USER], context)
    assert first.context == {
        **SIGNED,
        "aws:PrincipalArn": ROLE,
        "aws:PrincipalOrgID": "o-exampleorgid",
        "aws:userid": "AROAEXAMPLE:run-7",
    }
    assert (second.principal, second.context) == (USER, {"aws:PrincipalOrgID": "o-exampleorgid"})


@pytest.mark.parametrize(
    "key",
    [
        "aws:PrincipalTag/team",
        "AWS:principaltag/Team",
        "aws:MultiFactorAuthPresent",
        "aws:MultiFactorAuthAge",
        "aws:SourceIdentity",
        "aws:TokenIssueTime",
        "aws:FederatedProvider",
        "aws:UserAgent",
        "aws:AssumedRoot",
        "s3:signatureversion",
        "saml:sub",
    ],
)
def test_what_describes_the_caller_is_lent_to_nobody(key):
    caller = Administrator(SESSION, {}, "caller")
    first, second = administrators_of(caller, [USER], {key: "x"})
    assert first.context[key] == "x"
    assert second.context == {}


@pytest.mark.parametrize(
    "key",
    [
        "aws:SourceIp",
        "aws:VpceOrgID",
        "aws:VpceOrgPaths",
        "aws:VpceAccount",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:SourceVpcArn",
        "aws:VpcSourceIp",
        "s3:TlsVersion",
        "aws:SecureTransport",
        "aws:CurrentTime",
        "aws:EpochTime",
        "aws:RequestedRegion",
        "aws:ResourceAccount",
        "aws:ResourceOrgID",
        "aws:ResourceOrgPaths",
        "s3:ResourceAccount",
        "aws:ResourceTag/a",
        "s3:BucketTag/b",
    ],
)
def test_what_describes_a_request_holds_for_all(key):
    _first, second = administrators_of(Administrator(SESSION, {}, "caller"), [USER], {key: "x"})
    assert second.context == {key: "x"}


def test_an_organization_is_that_of_its_account():
    known = {"aws:PrincipalOrgID": "o-exampleorgid"}
    other = "arn:aws:iam::999988887777:role/backup"
    contexts = {
        one.principal: one.context
        for one in administrators_of(Administrator(SESSION, {}, "caller"), [USER, other], known)
    }
    assert contexts[USER] == known
    assert contexts[other] == {}


def test_how_our_calls_are_signed_is_known_of_them_alone_and_can_be_said():
    first, second = administrators_of(Administrator(SESSION, {}, "caller"), [USER], {"S3:AuthType": "POST"})
    assert first.context == {"S3:AuthType": "POST", "s3:signatureversion": "AWS4-HMAC-SHA256", "s3:signatureAge": "1"}
    assert second.context == {}


@pytest.mark.parametrize(
    "operator, version, refused",
    [
        ("NumericGreaterThan", "1.2", True),
        ("NumericEquals", "1.3", True),
        ("NumericNotEquals", "1.2", True),
        ("NumericLessThan", "1.3", True),
        ("NumericLessThan", "1.2", False),
        ("NumericGreaterThan", "1.3", False),
    ],
)
def test_both_versions_of_tls_have_to_pass_an_endpoint(operator, version, refused):
    old = document(allow("s3:*"))
    new = document(
        allow("s3:*"), {**allow("s3:*", sid="Tls", **{operator: {"s3:TlsVersion": version}}), "Effect": "Deny"}
    )
    assert bool(lockouts(plan_of(new, old))) is refused
