# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What records of CloudTrail say. Shapes are those of records that others have published, names are made up."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import access as a
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.cloudtrail import read_record
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.distinctions import Distinctions
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.history.cloudtrail_read import (
    ACCOUNT,
    BASE,
    BUCKET,
    FOREIGN,
    OTHER,
    ROLE,
    SESSION,
    STRANGER,
    distinctions,
    only,
    read,
)


def test_a_session_is_its_role_with_its_path():
    found = only()
    assert found[:13] == (
        a.DATA,
        ROLE,
        "",
        ACCOUNT,
        "role",
        "",
        "GetObject",
        "s3:GetObject",
        BUCKET,
        ACCOUNT,
        "",
        "year=2026/month=11/",
        "year=2026/month=11/a.csv",
    )
    assert (found.path, found.path_account, found.tls, found.denied) == ("vpce-0aaa", ACCOUNT, "1.3", "")
    assert found.resource == f"arn:aws:s3:::{BUCKET}/year=2026/month=11/a.csv"


def test_what_identifies_a_record():
    _accesses, at, identity, request, shared, rank, event, address = read()
    assert (at, shared, rank, event, address) == (1795169700, False, 0, "e-1", "10.20.3.4")
    assert identity == a.number_of("e-1") and request == a.number_of("R1")
    assert read(sharedEventID="s-1")[2:5] == (a.number_of("s-1"), a.number_of("R1"), True)
    # Without an id, the same record is the same request, and another one is another.
    assert read(eventID=None)[2] == read(eventID=None)[2] != read(eventID=None, userAgent="x")[2]
    # In whichever order its fields come.
    turned = dict(reversed([(name, value) for name, value in BASE.items() if name != "eventID"]))
    assert read_record(turned, distinctions())[2] == read(eventID=None)[2]


IDENTITIES = {
    "user with a path": (
        {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/people/bob", "accountId": ACCOUNT},
        (f"arn:aws:iam::{ACCOUNT}:user/people/bob", ACCOUNT, "user"),
    ),
    "root": (
        {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT, "principalId": ACCOUNT},
        (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "root user"),
    ),
    "federated": (
        {"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/x", "accountId": ACCOUNT},
        (f"arn:aws:sts::{ACCOUNT}:federated-user/x", ACCOUNT, "federated user"),
    ),
    "nobody, as it was written once": (
        {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"},
        ("anonymous", "", "anonymous"),
    ),
    "session whose issuer is not told": (
        {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", "accountId": ACCOUNT},
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", ACCOUNT, "session"),
    ),
    "of another account": (STRANGER, ("", FOREIGN, "principal of an account")),
    "anonymous": ({"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}, ("anonymous", "", "anonymous")),
    "origin access identity": (
        {"type": "AWSAccount", "principalId": "AIDAOAI", "accountId": "CloudFront"},
        ("", "", "origin access identity"),
    ),
    "service": (
        {"type": "AWSService", "invokedBy": "cloudfront.amazonaws.com"},
        ("cloudfront.amazonaws.com", "", "service"),
    ),
    "unnamed service": ({"type": "AWSService", "invokedBy": "AWS Internal"}, ("", "", "service")),
    "nobody": ({"type": "Unknown"}, ("", "", "principal that is not told")),
}


@pytest.mark.parametrize("given, expected", IDENTITIES.values(), ids=IDENTITIES)
def test_principals(given, expected):
    found = only(userIdentity=given)
    assert (found.principal, found.account, found.kind) == expected


def test_of_a_principal_that_is_not_named_the_unique_id_is_kept():
    found = only(userIdentity=STRANGER)
    assert found.unique_id == "AROAFOREIGN"
    assert read(userIdentity=STRANGER)[5] == 1


PATHS = {
    "internet": ({"vpcEndpointId": None, "sourceIPAddress": "198.51.100.7"}, a.INTERNET, ()),
    "private": ({"vpcEndpointId": None}, a.PRIVATE, ()),
    "IPv6": ({"vpcEndpointId": None, "sourceIPAddress": "2001:db8::1"}, a.INTERNET, ()),
    "unique local IPv6": ({"vpcEndpointId": None, "sourceIPAddress": "fd00::1"}, a.PRIVATE, ()),
    "no address": ({"vpcEndpointId": None, "sourceIPAddress": "AWS Internal"}, a.UNTOLD, ()),
    "id where it was until 2019": (
        {"vpcEndpointId": None, "additionalEventData": {"vpcEndpointId": "vpce-0bbb"}},
        "vpce-0bbb",
        (),
    ),
    "id with a public address": ({"sourceIPAddress": "198.51.100.7"}, "vpce-0aaa", (a.PUBLIC_ADDRESS,)),
    "console": (
        {"sourceIPAddress": "198.51.100.7", "userAgent": "[S3Console/0.4, aws-internal/3]"},
        "vpce-0aaa",
        (a.CONSOLE, a.PUBLIC_ADDRESS),
    ),
    "console since 2022": ({"sessionCredentialFromConsole": "true"}, "vpce-0aaa", (a.CONSOLE,)),
    "the id of a service is not that of the caller": (
        {"userIdentity": {**SESSION, "invokedBy": "athena.amazonaws.com"}, "sourceIPAddress": "athena.amazonaws.com"},
        a.UNTOLD,
        (),
    ),
    "a service of AWS that is not named": (
        {"userIdentity": {**SESSION, "invokedBy": "AWS Internal"}, "sourceIPAddress": "AWS Internal/3"},
        a.UNTOLD,
        (a.AWS_INTERNAL,),
    ),
    "service principal": ({"userIdentity": IDENTITIES["service"][0]}, a.UNTOLD, ()),
}


@pytest.mark.parametrize("changes, path, flags", PATHS.values(), ids=PATHS)
def test_paths(changes, path, flags):
    found = only(**changes)
    assert (found.path, found.flags) == (path, flags)


def test_forwarded_access_names_the_service():
    assert only(userIdentity={**SESSION, "invokedBy": "athena.amazonaws.com"}).via == "athena.amazonaws.com"


OPERATIONS = {
    "HeadObject": ({}, ["s3:GetObject"]),
    "version": ({"eventName": "GetObject", "parameters": {"versionId": "3"}}, ["s3:GetObjectVersion"]),
    "GetObjectAttributes": ({}, ["s3:GetObject", "s3:GetObjectAttributes"]),
    "PutObject": ({"parameters": {"x-amz-acl": "private", "x-amz-tagging": "a=b"}}, None),
    "UploadPart": ({}, ["s3:PutObject"]),
    "ListObjects": ({"parameters": {"prefix": "a/b/c", "list-type": "2"}, "key": None}, ["s3:ListBucket"]),
    "HeadBucket": ({"key": None}, ["s3:ListBucket"]),
    "GetBucketEncryption": ({"key": None}, ["s3:GetEncryptionConfiguration"]),
    "DeleteBucketLifecycle": ({"key": None}, ["s3:PutLifecycleConfiguration"]),
    "GetBucketPolicyStatus": ({"key": None}, ["s3:GetBucketPolicyStatus"]),
    "InventedOperation": ({}, [""]),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations(name):
    given, actions = OPERATIONS[name]
    parameters = {"bucketName": BUCKET, "key": given.get("key", "a/b/c"), **given.get("parameters", {})}
    parameters = {key: value for key, value in parameters.items() if value is not None}
    found = [one.action for one in read(eventName=given.get("eventName", name), requestParameters=parameters)[0]]
    assert found == (actions or ["s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging"])


def test_a_listing_has_the_prefix_that_it_asks_for_and_no_key():
    found = only(eventName="ListObjects", requestParameters={"bucketName": BUCKET, "prefix": "a/b/c"})
    assert (found.prefix, found.key) == ("a/b/", None)


def test_a_batch_deletes_objects_whose_keys_are_not_told():
    found = only(eventName="DeleteObjects", requestParameters={"bucketName": BUCKET, "delete": ""})
    assert (found.action, found.key, found.prefix, found.flags) == ("s3:DeleteObject", "", "", (a.BATCH,))


def test_a_copy_reads_and_writes():
    parameters = {"bucketName": BUCKET, "key": "to/x", "x-amz-copy-source": f"/{OTHER}/from%20here/y?versionId=1"}
    target, source = read(eventName="CopyObject", requestParameters=parameters)[0]
    assert (target.action, target.bucket, target.key) == ("s3:PutObject", BUCKET, "to/x")
    assert (source.action, source.bucket, source.key) == ("s3:GetObjectVersion", OTHER, "from here/y")
    assert a.COPY_SOURCE in source.flags


def test_a_copy_out_of_a_bucket_in_question_counts():
    parameters = {"bucketName": OTHER, "key": "to/x", "x-amz-copy-source": f"{BUCKET}/y"}
    found = read(eventName="CopyObject", requestParameters=parameters, vpcEndpointId=None)
    assert [one.bucket for one in found[0]] == [OTHER, BUCKET]


POINT = f"arn:aws:s3:eu-central-1:{ACCOUNT}:accesspoint/reports"
POINTS = [*BASE["resources"], {"type": "AWS::S3::AccessPoint", "ARN": POINT, "accountId": ACCOUNT}]


@pytest.mark.parametrize("name", [POINT, "reports-a1b2c3-s3alias", BUCKET])
def test_a_request_through_an_access_point_is_about_its_bucket(name):
    found = only(requestParameters={"bucketName": name, "key": "a"}, resources=POINTS, vpcEndpointId=None)
    assert (found.bucket, found.access_point, found.bucket_account) == (BUCKET, POINT, ACCOUNT)


@pytest.mark.parametrize("name", [POINT, "reports-a1b2c3-s3alias", "mfzwi23gnjvgw.mrap"])
def test_an_access_point_whose_bucket_is_not_told_may_be_of_any_bucket(name):
    found = only(requestParameters={"bucketName": name, "key": "a"}, resources=None, vpcEndpointId=None)
    assert (found.bucket, found.access_point) == ("", name)


SOURCES = {
    "access point": (f"{POINT}/object/from/y", ("", POINT, "from/y")),
    "encoded": (f"{POINT}/object/from/y".replace(":", "%3A").replace("/", "%2F"), ("", POINT, "from/y")),
    "alias": ("reports-a1b2c3-s3alias/from/y", ("", "reports-a1b2c3-s3alias", "from/y")),
    "not told": (None, ("", "", "")),
}


@pytest.mark.parametrize("header, expected", SOURCES.values(), ids=SOURCES)
def test_what_a_copy_reads_is_never_left_out(header, expected):
    parameters = {"bucketName": OTHER, "key": "to/x", **({"x-amz-copy-source": header} if header else {})}
    found = read(eventName="CopyObject", requestParameters=parameters, resources=None, vpcEndpointId=None)
    target, source = found[0]
    assert (target.bucket, source.bucket, source.access_point, source.key) == (OTHER, *expected)
    assert a.COPY_SOURCE in source.flags


def test_what_a_copy_reads_may_be_told_by_the_resources_only():
    source = {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{OTHER}/from/y"}
    parameters = {"bucketName": BUCKET, "key": "year=2026/month=11/a.csv"}
    found = read(eventName="CopyObject", requestParameters=parameters, resources=[*BASE["resources"], source])
    assert (found[0][1].bucket, found[0][1].key) == (OTHER, "from/y")


def test_users_of_very_many_folders_have_some_hundred_kinds_at_most():
    known = distinctions()
    for number in range(500):
        read(
            known,
            requestParameters={"bucketName": BUCKET, "key": f"{number:04x}/b/c", f"x-{number}": "", "y": "", "z": ""},
        )
    assert len(known.memory) < 60
    assert read(known, requestParameters={"bucketName": BUCKET, "key": "new/b/c"})[0][0].prefix == a.MANY


def test_times_of_which_no_record_can_be():
    for when in ("1970-01-01T00:00:00Z", "2199-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-20T24:15:00Z"):
        with pytest.raises(ValueError, match=r"is no time|nobody made a record"):
            read(eventTime=when)
    assert read(eventTime="2026-11-20T10:15:59Z")[1] == 1795169759
    assert read(eventTime="2026-11-20T12:15:00+02:00")[1] == 1795169700


def test_records_of_lists_as_they_were_once():
    assert only(requestParameters={"bucketName": [BUCKET], "key": ["k"]}).key == "k"


SKIPPED = {
    a.OTHER_SERVICE: {"eventSource": "ec2.amazonaws.com"},
    a.OTHER_BUCKET: {"requestParameters": {"bucketName": OTHER}, "vpcEndpointId": None},
    a.NO_BUCKET: {"eventName": "ListBuckets", "requestParameters": None, "resources": None},
    a.NO_AUTHORIZATION: {"eventName": "PreflightRequest"},
    a.INSIGHT: {"eventCategory": "Insight"},
    a.AGGREGATED: {"eventCategory": "Aggregated", "eventType": "AwsAggregatedEvent"},
    a.ALLOWED_NETWORK: {"eventCategory": "NetworkActivity", "eventType": "AwsVpceEvent"},
}


@pytest.mark.parametrize("reason", SKIPPED)
def test_what_is_left_out(reason):
    assert read(**SKIPPED[reason]) == reason


def test_digests_are_known_and_other_things_are_not():
    assert read_record({"awsAccountId": ACCOUNT, "digestStartTime": "2026-11-20T10:00:00Z"}, distinctions()) == a.DIGEST
    with pytest.raises(ValueError, match="no eventSource"):
        read_record({"hello": "world"}, distinctions())


def test_a_bucket_of_others_counts_on_an_endpoint_in_question():
    known = Distinctions({BUCKET: []}, {"vpce-0aaa": [None]})
    assert read(known, requestParameters={"bucketName": OTHER, "key": "k"})[0][0].bucket == OTHER


CONTEXT = {
    "aws:UserAgent": ("aws:useragent", ("[aws-cli/2]",)),
    "aws:RequestedRegion": ("aws:requestedregion", ("eu-central-1",)),
    "s3:TlsVersion": ("s3:tlsversion", ("1.3",)),
    "s3:prefix": ("s3:prefix", ()),
    "s3:VersionId": ("s3:versionid", ()),
    "aws:SourceIdentity": ("aws:sourceidentity", ()),
    "aws:userid": ("aws:userid", ("AROAEXAMPLE:i-0abc",)),
}


@pytest.mark.parametrize("key", CONTEXT)
def test_keys_that_policies_compare(key):
    (found,) = read(distinctions(key))[0]
    assert found.context == (CONTEXT[key],)


@pytest.mark.parametrize("key", ["aws:PrincipalOrgID", "s3:x-amz-acl", "aws:PrincipalTag/team", "aws:CurrentTime"])
def test_keys_that_are_not_told(key):
    (found,) = read(distinctions(key))[0]
    assert found.context == ()


def test_keys_as_iam_evaluated_them():
    record = {"eventContext": {"requestContext": {"aws:PrincipalOrgID": "o-exampleorgid"}}}
    (found,) = read(distinctions("aws:PrincipalOrgID"), **record)[0]
    assert found.context == (("aws:principalorgid", ("o-exampleorgid",)),)


def test_addresses_are_kept_only_if_policies_compare_them():
    assert only().address == ""
    assert read(distinctions("aws:VpcSourceIp"))[0][0].address == "10.20.3.4"
    assert read(distinctions("aws:SourceIp"))[0][0].address == ""
