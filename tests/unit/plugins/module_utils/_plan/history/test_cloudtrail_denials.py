# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What records of CloudTrail say of requests that were denied or failed."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import access as a
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.history.cloudtrail_read import (
    ACCOUNT,
    BUCKET,
    FOREIGN,
    OTHER,
    SESSION,
    STRANGER,
    distinctions,
    only,
    read,
)


def test_the_message_of_a_denial_names_what_the_record_does_not():
    message = (
        f"User: arn:aws:sts::{FOREIGN}:assumed-role/loader/s is not authorized to perform: s3:GetObject on resource: "
        f'"arn:aws:s3:::{BUCKET}/a" because no resource-based policy allows the s3:GetObject action'
    )
    found = only(
        userIdentity=STRANGER,
        eventName="HeadObject",
        errorCode="AccessDenied",
        errorMessage=message,
    )
    assert found.principal == f"arn:aws:sts::{FOREIGN}:assumed-role/loader/s"
    assert (found.denied, found.layer, found.action) == ("AccessDenied", "bucket_policy", "s3:GetObject")


USER = f"arn:aws:iam::{ACCOUNT}:user/x"
# Who a record tells, who the message names; the principal, account and kind that are taken
NAMED = {
    "nobody that can be read": (STRANGER, "bob", ("", FOREIGN, "principal of an account")),
    "somebody of another account": (STRANGER, USER, ("", FOREIGN, "principal of an account")),
    "nobody that can be read, for CloudFront": (
        {"type": "AWSAccount", "principalId": "AIDAOAI", "accountId": "CloudFront"},
        "bob",
        ("", "", "origin access identity"),
    ),
    "whom the record does not tell at all": ({"type": "Unknown"}, USER, (USER, ACCOUNT, "user")),
}


@pytest.mark.parametrize("told, named, taken", NAMED.values(), ids=NAMED)
def test_the_message_is_believed_where_it_fits_the_record(told, named, taken):
    message = f"User: {named} is not authorized to perform: s3:GetObject on resource: x"
    found = only(userIdentity=told, errorCode="AccessDenied", errorMessage=message)
    assert (found.principal, found.account, found.kind) == taken


LAYERS = {
    "because no identity-based policy allows the s3:GetObject action": "identity_policy",
    "with an explicit deny in a resource-based policy": "bucket_policy",
    "with an explicit deny in a VPC endpoint policy": "endpoint_policy",
    "because no VPC endpoint policy allows the s3:GetObject action": "endpoint_policy",
    "with an explicit deny in a service control policy": "service_control_policy",
    "with an explicit deny in a resource control policy": "resource_control_policy",
    "because no permissions boundary allows the s3:GetObject action": "permissions_boundary",
    "because no session policy allows the s3:GetObject action": "session_policy",
    "for reasons of our own": "",
}


@pytest.mark.parametrize("why, layer", LAYERS.items())
def test_the_layer_that_denied(why, layer):
    text = f"User: {SESSION['arn']} is not authorized to perform: s3:GetObject on resource: x {why}"
    assert only(errorCode="AccessDenied", errorMessage=text).layer == layer


@pytest.mark.parametrize("error", ["NoSuchBucketPolicy", "NoSuchKey", "BucketNotEmpty", "InvalidObjectState"])
def test_an_error_that_is_no_denial_has_passed(error):
    assert only(errorCode=error).denied == ""


COPY_DENIED = {
    "s3:GetObject": [("s3:GetObject", OTHER)],
    "s3:PutObject": [("s3:PutObject", BUCKET)],
    "s3:PutObjectTagging": [("s3:PutObjectTagging", BUCKET)],
    None: [("s3:PutObject", BUCKET), ("s3:GetObject", OTHER)],
}


@pytest.mark.parametrize("action", COPY_DENIED)
def test_of_a_copy_that_was_denied_no_more_is_denied_than_the_message_says(action):
    parameters = {"bucketName": BUCKET, "key": "to/x", "x-amz-copy-source": f"{OTHER}/y"}
    message = f"User: {SESSION['arn']} is not authorized to perform: {action} on resource: x" if action else "Denied"
    found = read(eventName="CopyObject", requestParameters=parameters, errorCode="AccessDenied", errorMessage=message)
    assert [(one.action, one.bucket) for one in found[0]] == COPY_DENIED[action]
    assert all(one.denied for one in found[0])


def test_denials_that_differ_in_their_messages_only_are_one_kind():
    known = distinctions()
    for number in range(50):
        session = {**SESSION, "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/nightly/i-{number}"}
        text = f"User: {session['arn']} is not authorized to perform: s3:GetObject on resource: key-{number}"
        found = read(known, userIdentity=session, errorCode="AccessDenied", errorMessage=text)
        assert found[0][0].denied
    assert len(known.memory) == 1


@pytest.mark.parametrize("error", ["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "PermanentRedirect"])
def test_what_fails_before_it_is_authorized_is_left_out(error):
    assert read(errorCode=error) == a.NO_AUTHORIZATION


def test_what_an_endpoint_denied():
    message = "The request was denied due to a VPC endpoint policy"
    event = {"eventCategory": "NetworkActivity", "errorCode": "VpceAccessDenied", "errorMessage": message}
    found = only(**event)
    assert (found.source, found.denied, found.layer) == (a.NETWORK, "VpceAccessDenied", "endpoint_policy")
    assert only(**event, requestParameters=None, resources=None).bucket == ""
