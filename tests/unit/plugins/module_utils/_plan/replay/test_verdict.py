# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of an access when planned policies replace those in force, and what the back-test says."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.cloudtrail import read_record
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.cause import cause_of
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.setting import read_setting
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.verdict import verdict_of
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy

BUCKET, ACCOUNT, FOREIGN = "payroll-reports", "111122223333", "444455556666"
OWN, SECOND, UNKNOWN = "vpce-0000000a", "vpce-0000000b", "vpce-0000000c"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/etl/nightly"
CONSOLE = {"userAgent": "[S3Console/0.4]", "vpcEndpointId": "vpce-f40dc59d", "sourceIPAddress": "198.51.100.7"}
INTERNET = {"vpcEndpointId": None, "sourceIPAddress": "198.51.100.7"}


def identity(**changes):
    return {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:s",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/nightly/s",
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": {"arn": ROLE}},
        **changes,
    }


def record(**changes):
    found = {
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "eventTime": "2026-11-20T10:15:00Z",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "10.20.3.4",
        "userIdentity": identity(),
        "requestParameters": {"bucketName": BUCKET, "key": "a/b/c"},
        "eventCategory": "Data",
        "vpcEndpointId": OWN,
        "tlsDetails": {"tlsVersion": "TLSv1.3"},
        **changes,
    }
    return {key: value for key, value in found.items() if value is not None}


def closed(**options):
    return bucket_perimeter(BUCKET, **{"endpoints": [OWN], "allow_aws_services": True, "tls_only": True, **options})


def setting(current=None, planned=None, **options):
    return read_setting(
        {
            "current_bucket_policies": {BUCKET: current},
            "planned_bucket_policies": {BUCKET: closed() if planned is None else planned},
            "current_endpoint_policies": {OWN: None},
            "endpoints": [{"id": OWN, "vpc": "vpc-0000000a", "account": ACCOUNT}, {"id": SECOND, "account": ACCOUNT}],
            "resource_accounts": {BUCKET: ACCOUNT},
            **options,
        }
    )


def decide(known, **changes):
    accesses = read_record(record(**changes), known.distinctions())[0]
    return [(one, verdict_of(one, known)) for one in accesses]


def verdict(known, **changes):
    ((_access, found),) = decide(known, **changes)
    return found


def statement(effect="Deny", action="s3:*", principal="*", key="*", **condition):
    return {
        "Effect": effect,
        "Principal": principal,
        "Action": action,
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/{key}"],
        **({"Condition": condition} if condition else {}),
    }


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


CASES = {
    "through the endpoint": ({}, "keeps", None),
    "through another endpoint of ours": ({"vpcEndpointId": SECOND}, "loses", "other_endpoint"),
    "through an endpoint of others": (
        {"vpcEndpointId": UNKNOWN, "vpcEndpointAccountId": FOREIGN},
        "loses",
        "foreign_endpoint",
    ),
    "from the internet": (INTERNET, "loses", "internet"),
    "from a NAT gateway of ours": ({**INTERNET, "sourceIPAddress": "203.0.113.9"}, "loses", "bypasses_endpoint"),
    "in the console": (CONSOLE, "loses", "person"),
    "by a person": (
        {
            **INTERNET,
            "userIdentity": identity(
                sessionContext={
                    "sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/AWSReservedSSO_A_1"}
                }
            ),
        },
        "loses",
        "person",
    ),
    "by a presigned URL": (
        {**INTERNET, "additionalEventData": {"AuthenticationMethod": "QueryString"}},
        "loses",
        "presigned",
    ),
    "from a private address": ({"vpcEndpointId": None}, "unknown", None),
    "by a service": (
        {"userIdentity": {"type": "AWSService", "invokedBy": "logging.s3.amazonaws.com"}, "vpcEndpointId": "vpce-1"},
        "keeps",
        None,
    ),
    "by a service for the role": (
        {"userIdentity": identity(invokedBy="athena.amazonaws.com"), "sourceIPAddress": "athena.amazonaws.com"},
        "loses",
        "forwarded",
    ),
    "by a service without a name for the role": (
        {"userIdentity": identity(invokedBy="AWS Internal"), "sourceIPAddress": "AWS Internal"},
        "loses",
        "aws_internal",
    ),
    "by a role linked to a service": (
        {
            **INTERNET,
            "userIdentity": identity(
                sessionContext={
                    "sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/AWSServiceRoleForX"}
                }
            ),
        },
        "loses",
        "service_linked_role",
    ),
    "anonymously": (
        {**INTERNET, "userIdentity": {"type": "AWSAccount", "accountId": "anonymous", "principalId": ""}},
        "loses",
        "public",
    ),
    "by an origin access identity": (
        {**INTERNET, "userIdentity": {"type": "AWSAccount", "accountId": "CloudFront", "principalId": "AIDAX"}},
        "loses",
        "public",
    ),
    "by somebody of another account": (
        {**INTERNET, "userIdentity": {"type": "AWSAccount", "accountId": FOREIGN, "principalId": "AROAX:s"}},
        "loses",
        "internet",
    ),
    "by an operation that nobody knows": ({"eventName": "InventedOperation"}, "not_evaluated", None),
    "by nobody": ({"userIdentity": {"type": "Unknown"}}, "not_evaluated", None),
    "of a bucket that was another's": (
        {"resources": [{"type": "AWS::S3::Bucket", "accountId": FOREIGN}]},
        "not_evaluated",
        None,
    ),
}
OPENED = document(statement("Allow", "s3:GetObject"), statement("Deny", "s3:PutObject"))


@pytest.mark.parametrize("changes, name, cause", CASES.values(), ids=CASES)
def test_closing_a_bucket(changes, name, cause):
    # The bucket is public by now, and would be closed.
    known = setting(OPENED, document(*closed()["Statement"], OPENED["Statement"][0]), own_addresses=["203.0.113.0/24"])
    ((access, found),) = decide(known, **changes)
    assert (found.name, found.tested in ("agrees", "undecided")) == (name, True)
    if cause:
        assert cause_of(access, found, known).name == cause
    assert found.reason


def test_nothing_changes_where_the_plan_changes_nothing():
    known = setting(closed())
    assert verdict(known).name == "keeps"
    # It is denied already, so that the plan takes nothing away; the back-test tells that something is not as recorded.
    found = verdict(known, **INTERNET)
    assert (found.name, found.tested) == ("stays_denied", "disagrees")
    assert verdict(known, vpcEndpointId=None).name == "keeps"


def test_an_endpoint_that_lets_less_through():
    narrow = endpoint_policy([{"name": BUCKET, "access": "list"}])
    known = setting(planned_endpoint_policies={OWN: narrow})
    ((access, found),) = decide(known)
    assert (found.name, found.layer) == ("loses", "endpoint_policy")
    cause = cause_of(access, found, known)
    assert cause.name == "not_declared"
    assert cause.value == [{"name": BUCKET, "access": ["s3:GetObject"], "prefixes": ["a/b/"]}]


DENIED = {"errorCode": "AccessDenied"}
SAID = "User: x is not authorized to perform: s3:GetObject on resource: y because no identity-based policy allows it"


def test_what_was_denied():
    shut = document(statement())
    assert verdict(setting(shut), **DENIED).name == "gains"
    assert verdict(setting(shut), **DENIED).tested == "agrees"
    assert verdict(setting(shut), **DENIED, **INTERNET).name == "stays_denied"
    # Neither policy denies it: some other layer did.
    found = verdict(setting(), **DENIED)
    assert (found.name, found.tested) == ("stays_denied", "other_layer")
    found = verdict(setting(shut), **DENIED, errorMessage=SAID)
    assert (found.name, found.tested) == ("stays_denied", "other_layer")


def test_what_is_not_known_is_unknown_and_named():
    organization = statement(StringNotEqualsIfExists={"aws:PrincipalOrgID": "o-exampleorgid"})
    known = setting(planned=document(organization))
    found = verdict(known)
    assert (found.name, found.missing) == ("unknown", ("aws:PrincipalOrgID",))
    told = {"id": "o-exampleorgid", "accounts": [ACCOUNT]}
    assert verdict(setting(planned=document(organization), organization=told)).name == "keeps"
    told = {"id": "o-anotherorgid", "accounts": [ACCOUNT]}
    assert verdict(setting(planned=document(organization), organization=told)).name == "loses"


def test_what_is_in_force_already_was_passed():
    organization = statement(StringNotEqualsIfExists={"aws:PrincipalOrgID": "o-exampleorgid"})
    known = setting(document(organization), document(organization, *closed()["Statement"]))
    assert verdict(known).name == "keeps"
    assert verdict(known, **INTERNET).name == "loses"
    # By another name, and by itself.
    planned = document({**organization, "Sid": "Named"}, *closed()["Statement"])
    assert verdict(setting({**document(), "Statement": organization}, planned)).name == "keeps"
    # In another version of the language the same words may mean something else.
    assert verdict(setting({**document(organization), "Version": "2008-10-17"}, planned)).name == "unknown"
    # Of several, others are not.
    another = statement(StringNotEqualsIfExists={"aws:PrincipalOrgID": "o-anotherorgid"})
    assert verdict(setting(document(another), planned)).name == "unknown"
    # What is in force and nothing else, as the second of two.
    assert verdict(setting(document(another, organization), document(organization))).name == "keeps"


def test_an_endpoint_that_lets_nothing_through_any_more_is_not_one_without_a_policy():
    deny, allow = statement(action="s3:DeleteObject"), {**statement("Allow"), "Resource": "*"}
    known = setting(
        planned_bucket_policies={},
        current_endpoint_policies={OWN: document(deny, allow), SECOND: None},
        planned_endpoint_policies={OWN: document(deny)},
    )
    assert verdict(known).name == "loses"
    assert verdict(known, vpcEndpointId=SECOND).name == "keeps"
    # Through one of the two.
    assert verdict(known, vpcEndpointId=None).name == "unknown"


def test_a_grant_that_goes_away_may_have_been_what_it_hung_on():
    granted = document(statement("Allow", "s3:GetObject", {"AWS": ROLE}))
    known = setting(granted)
    assert (verdict(known).name, verdict(known).missing) == ("unknown", ("identity policies",))
    foreign = identity(
        accountId=FOREIGN,
        sessionContext={"sessionIssuer": {"arn": f"arn:aws:iam::{FOREIGN}:role/loader"}},
    )
    shared = document(statement("Allow", "s3:GetObject", {"AWS": f"arn:aws:iam::{FOREIGN}:root"}))
    assert verdict(setting(shared), userIdentity=foreign).name == "loses"


def test_a_grant_that_stays_is_what_it_hung_on_as_before():
    granted = document(statement("Allow", "s3:GetObject", {"AWS": ROLE}))
    narrower = {OWN: endpoint_policy([{"name": BUCKET, "access": "read"}])}
    assert verdict(setting(granted, granted, planned_endpoint_policies=narrower)).name == "keeps"
    also = document(*granted["Statement"], statement("Allow", "s3:PutObject"))
    assert verdict(setting(granted, also, planned_endpoint_policies=narrower)).name == "keeps"


def test_a_principal_that_is_not_named_may_be_one_that_is_excepted():
    excepted = closed(break_glass_principals=[f"arn:aws:iam::{FOREIGN}:role/loader"])
    shared = statement("Allow", "s3:GetObject", {"AWS": f"arn:aws:iam::{FOREIGN}:root"})
    known = setting(document(shared), document(shared, *excepted["Statement"]))
    foreign = {"type": "AWSAccount", "accountId": FOREIGN, "principalId": "AROAX:s"}
    assert verdict(known, **INTERNET, userIdentity=foreign).name == "unknown"
    assert verdict(known, **INTERNET, userIdentity={**foreign, "principalId": "AIDAX"}).name == "loses"


def test_keys_that_a_batch_does_not_tell():
    batch = {"eventName": "DeleteObjects", "requestParameters": {"bucketName": BUCKET, "delete": ""}}
    assert verdict(setting(), **batch).name == "keeps"
    # The policy tells keys apart, and the record does not tell them.
    split = document(*closed()["Statement"], statement("Deny", "s3:DeleteObject", key="archive/*"))
    assert verdict(setting(planned=split), **batch).name == "unknown"


def test_a_copy_may_lose_what_it_reads_alone():
    other = "payroll-archive"
    closed_other = bucket_perimeter(other, endpoints=[SECOND])
    known = setting(
        planned_bucket_policies={other: closed_other},
        current_bucket_policies={other: None, BUCKET: None},
        resource_accounts={other: ACCOUNT, BUCKET: ACCOUNT},
    )
    parameters = {"bucketName": BUCKET, "key": "k", "x-amz-copy-source": f"/{other}/k"}
    found = [
        (one.action, verdict.name)
        for one, verdict in decide(known, eventName="CopyObject", requestParameters=parameters)
    ]
    assert found == [("s3:PutObject", "keeps"), ("s3:GetObject", "loses")]


POINT = f"arn:aws:s3:eu-central-1:{ACCOUNT}:accesspoint/reports"


def through_point(known, key="a/b/c"):
    resources = [
        {"type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{BUCKET}", "accountId": ACCOUNT},
        {"type": "AWS::S3::AccessPoint", "ARN": POINT},
    ]
    return decide(known, requestParameters={"bucketName": POINT, "key": key}, resources=resources)[0]


def granting(*more):
    found = endpoint_policy([{"name": BUCKET, "access": "read"}])
    point = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": list(more)}
    return {**found, "Statement": [*found["Statement"], *([point] if more else [])]}


def test_an_endpoint_has_to_let_the_access_point_through_as_well():
    known = setting(planned_endpoint_policies={OWN: granting()})
    access, found = through_point(known)
    assert (found.name, found.layer) == ("loses", "endpoint_policy") and "accesspoint" in found.reason
    cause = cause_of(access, found, known)
    assert (cause.name, cause.variable) == ("access_point", None)
    for resource in (f"{POINT}/object/*", "arn:aws:s3:*:*:accesspoint/*"):
        assert through_point(setting(planned_endpoint_policies={OWN: granting(resource)}))[1].name == "keeps"


def test_keys_that_patterns_of_access_points_tell_apart_are_told_apart():
    known = setting(planned_endpoint_policies={OWN: granting(f"{POINT}/object/a/*")})
    assert through_point(known, "a/x")[1].name == "keeps"
    assert through_point(known, "b/x")[1].name == "loses"
    distinctions = known.distinctions()
    keys = {distinctions.cell(("u",), BUCKET, "aws", key)[0] for key in ("a/x", "b/x")}
    assert len(keys) == 2


def test_an_access_point_whose_bucket_is_not_told_is_not_decided():
    found = verdict(setting(), requestParameters={"bucketName": POINT, "key": "a"}, vpcEndpointId=SECOND)
    assert found.name == "not_evaluated" and POINT in found.reason


def test_what_is_known_of_organizations():
    organization = {"id": "o-exampleorgid", "accounts": [ACCOUNT]}
    deny = statement(StringNotEquals={"aws:PrincipalOrgID": "o-exampleorgid"})
    planned = document(deny)
    known = setting(None, planned, organization=organization)
    assert verdict(known).name == "keeps"
    foreign = {"userIdentity": identity(accountId=FOREIGN, sessionContext={
        "sessionIssuer": {"arn": f"arn:aws:iam::{FOREIGN}:role/x"}
    })}  # fmt: skip
    assert verdict(setting(document(statement("Allow")), planned, organization=organization), **foreign).name != "keeps"
    # Nobody knows of which organization it is.
    assert verdict(setting(None, planned)).name == "unknown"


# The service on the way, and TLS as it is told; whether it is taken for a request over TLS
TLS_OF_SERVICES = [
    ({"userIdentity": identity(invokedBy="athena.amazonaws.com"), "tlsDetails": None}, "keeps"),
    ({"userIdentity": identity(invokedBy="AWS Internal"), "tlsDetails": None}, "keeps"),
    ({"tlsDetails": None}, "unknown"),
    ({}, "keeps"),
]


@pytest.mark.parametrize("changes, name", TLS_OF_SERVICES)
def test_services_on_the_way_use_tls(changes, name):
    known = setting(None, document(statement(Bool={"aws:SecureTransport": "false"})))
    assert verdict(known, **changes).name == name


@pytest.mark.parametrize("key", ["aws:CalledViaFirst", "aws:CalledViaLast"])
def test_which_service_was_on_the_way(key):
    known = setting(planned=document(statement(StringEquals={key: "athena.amazonaws.com"})))

    def by(name):
        return verdict(known, userIdentity=identity(invokedBy=name), sourceIPAddress=name).name

    # Only of the last one is told.
    assert by("athena.amazonaws.com") == ("loses" if key == "aws:CalledViaLast" else "unknown")
    assert by("glue.amazonaws.com") == ("keeps" if key == "aws:CalledViaLast" else "unknown")
    assert by("AWS Internal") == "unknown"
