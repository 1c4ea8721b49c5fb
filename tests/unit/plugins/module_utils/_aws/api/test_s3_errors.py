# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What converge does when calls fail, and what it says."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from botocore import exceptions as botocore_exceptions

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.s3_errors import (
    BucketError,
    Kind,
    from_aws,
    from_transport,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket import converge as buckets
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import Declaration
from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.guard import Finding
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.bucket.bucket_fake import (
    OURS,
    FakeS3,
    Lost,
    Time,
    client_error,
    converge,
    document,
    overwrite,
    settled,
    statement,
)

# --- failures: event on put, what is left to see

RETRIED = [
    ("too fast", client_error("SlowDown", status=503)),
    ("too fast, without a known code", client_error("Whatever", status=503)),
    ("another change under way", client_error("OperationAborted", status=409)),
    ("a new principal", client_error("MalformedPolicy", "Invalid principal in policy", Detail='"AWS" : "arn:x"')),
    ("internal error", client_error("InternalError", status=500)),
    ("no connection", botocore_exceptions.EndpointConnectionError(endpoint_url="https://s3")),
    ("a new bucket not known everywhere", client_error("NoSuchBucket", status=404)),
]


@pytest.mark.parametrize("event", [case[1] for case in RETRIED], ids=[case[0] for case in RETRIED])
def test_a_write_that_failed_is_planned_again_before_it_is_repeated(event):
    s3 = FakeS3(document("Theirs"), put=[event, event])
    s3.script["get"] = [None, overwrite("Theirs", "Third")]
    outcome = converge(s3, OURS)
    assert s3.calls == ["get", "put", "get", "put", "get", "put", "get"]
    assert settled(s3, "Theirs", "Third", "Ours")
    assert outcome.actions == ("s3:PutBucketPolicy",)


@pytest.mark.parametrize("operation, declaration", [("put", OURS), ("delete", Declaration("logs", state="absent"))])
def test_a_lost_answer_is_looked_up_and_not_repeated(operation, declaration):
    s3 = FakeS3(document("Theirs"), **{operation: [Lost()]})
    outcome = converge(s3, declaration)
    assert s3.calls == ["get", operation, "get", "get"]
    assert len(outcome.actions) == 1


def test_a_lost_answer_and_another_writer_after_it():
    s3 = FakeS3(document("Theirs"), put=[Lost()])
    s3.script["get"] = [None, overwrite("Theirs", "Ours", "Third")]
    outcome = converge(s3, OURS)
    assert s3.calls.count("put") == 1
    assert outcome.after == document("Theirs", "Ours", "Third")
    assert outcome.changed


READ_RETRIED = [case for case in RETRIED if case[0] in ("too fast", "internal error", "no connection")]


@pytest.mark.parametrize("event", [case[1] for case in READ_RETRIED], ids=[case[0] for case in READ_RETRIED])
def test_a_read_that_failed_is_repeated(event):
    s3 = FakeS3(document("Theirs", "Ours"), get=[event, event])
    assert not converge(s3, OURS).changed
    assert s3.calls == ["get"] * 3


# --- errors: event on get / put, seconds it may take, kind, what the message says
DENIED = client_error("AccessDenied", "Access Denied", 403)
ERRORS = [
    ("get", client_error("NoSuchBucket", status=404), 0, Kind.MISSING_BUCKET, "there is no bucket of that name"),
    ("get", client_error("MethodNotAllowed", status=405), 0, Kind.FOREIGN_ACCOUNT, "belongs to another account"),
    (
        "get",
        client_error("PermanentRedirect", status=301, Region="eu-west-1"),
        0,
        Kind.WRONG_REGION,
        "region eu-west-1",
    ),
    ("get", client_error("ExpiredToken", "expired"), 0, Kind.CREDENTIALS, "wrong or expired"),
    ("get", botocore_exceptions.NoCredentialsError(), 0, Kind.CREDENTIALS, "Unable to locate credentials"),
    ("get", client_error("NotImplemented", status=501), 0, Kind.UNSUPPORTED, "kind of bucket"),
    ("get", client_error("Strange", "odd thing", 418), 0, Kind.OTHER, "odd thing"),
    ("get", client_error("SlowDown", status=503), 120, Kind.THROTTLED, "too many requests"),
    ("get", client_error("InternalError", "oops", 500), 60, Kind.UNCERTAIN, "oops"),
    ("get", botocore_exceptions.EndpointConnectionError(endpoint_url="https://x"), 10, Kind.UNREACHABLE, "https://x"),
    ("put", client_error("MalformedPolicy", "Policy has invalid action", Detail="s3:X"), 0, Kind.MALFORMED, "s3:X"),
    (
        "put",
        client_error("MalformedPolicy", "Invalid principal in policy", Detail='"AWS" : "arn:aws:iam::1:role/x"'),
        90,
        Kind.INVALID_PRINCIPAL,
        "arn:aws:iam::1:role/x",
    ),
    ("put", client_error("OperationAborted", status=409), 90, Kind.CONFLICT, "another change"),
    ("put", client_error("NoSuchBucket", status=404), 10, Kind.MISSING_BUCKET, "no bucket of that name"),
]


@pytest.mark.parametrize("operation, event, seconds, kind, words", ERRORS)
def test_errors(operation, event, seconds, kind, words):
    s3 = FakeS3(document("Theirs"), **{operation: [event] * 1000})
    watch = Time()
    with pytest.raises(BucketError) as caught:
        converge(s3, OURS, watch)
    assert caught.value.kind is kind
    assert words in str(caught.value)
    assert "bucket logs" in str(caught.value)
    assert watch.now <= seconds
    assert s3.policy == document("Theirs")
    assert seconds > 0 or len(s3.calls) == (1 if operation == "get" else 2)


# what HeadBucket answers with the expected owner, and without it; what the message says
DENIALS = [
    (DENIED, None, "does not belong to account 111122223333"),
    (None, None, "the caller has no permission for s3:GetBucketPolicy on it (AccessDenied: "),
    (DENIED, DENIED, "S3 does not say which"),
    (client_error("InternalError", status=500), client_error("InternalError", status=500), "S3 does not say which"),
]


@pytest.mark.parametrize("expected, anyone, words", DENIALS)
def test_a_denial_without_a_reason_is_looked_into(expected, anyone, words):
    s3 = FakeS3(get=[DENIED], head=[expected], **{"head anyone's": [anyone]})
    with pytest.raises(BucketError) as caught:
        converge(s3, OURS)
    assert caught.value.kind is Kind.DENIED
    assert words in str(caught.value)
    assert len(s3.calls) == 3


USER = "arn:aws:iam::111122223333:user/robot"
# S3's reason, what the message says about it
REASONS = [
    (
        "because no identity-based policy allows the s3:GetBucketPolicy action",
        "Allow s3:GetBucketPolicy for that identity.",
    ),
    (
        "because no VPC endpoint policy allows the s3:GetBucketPolicy action",
        "Allow s3:GetBucketPolicy in the policy of the endpoint on the way.",
    ),
    (
        "with an explicit deny in a resource-based policy",
        f"An Allow does not outweigh that: take the Deny out, or except {USER} from it.",
    ),
]


@pytest.mark.parametrize("reason, remedy", REASONS)
def test_a_denial_with_a_reason_says_what_helps(reason, remedy):
    said = f'User: {USER} is not authorized to perform: s3:GetBucketPolicy on resource: "arn:aws:s3:::logs" {reason}'
    s3 = FakeS3(get=[client_error("AccessDenied", said, 403)])
    with pytest.raises(BucketError) as caught:
        converge(s3, OURS)
    assert str(caught.value) == (
        f"Cannot read the policy of bucket logs: {USER} has no permission for s3:GetBucketPolicy on arn:aws:s3:::logs "
        f"{reason}. {remedy}"
    )
    assert s3.calls == ["get"]


def test_block_public_access_is_named_with_its_level():
    message = "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
    refusal = client_error("AccessDenied", message, 403)
    s3 = FakeS3(put=[refusal])
    with pytest.raises(BucketError, match="BlockPublicPolicy of the bucket refuses") as caught:
        converge(s3, OURS)
    assert caught.value.kind is Kind.PUBLIC_BLOCKED
    s3 = FakeS3(put=[refusal], block=[client_error("NoSuchPublicAccessBlockConfiguration", status=404)])
    with pytest.raises(BucketError, match="of the account or organization"):
        converge(s3, OURS)


def test_deleted_principals_are_not_waited_for():
    live = {"Version": "2012-10-17", "Statement": [statement("Gone", Principal={"AWS": "AROAEXAMPLEID12345678"})]}
    refusal = client_error("MalformedPolicy", "Invalid principal in policy")
    s3 = FakeS3(live, put=[refusal] * 100)
    with pytest.raises(BucketError, match=r"Gone: AROAEXAMPLEID12345678.*drop_deleted_principals"):
        converge(s3, OURS)
    assert s3.calls == ["get", "put"]
    assert s3.policy == live


def test_a_policy_that_blinds_the_caller_is_an_error_unless_asked_for():
    s3 = FakeS3(get=[None, DENIED])
    with pytest.raises(buckets.NotSettledError, match="now denies the caller to read it") as caught:
        converge(s3, OURS)
    assert caught.value.outcome.actions == ("s3:PutBucketPolicy",)
    s3 = FakeS3(get=[None, DENIED])
    finding = Finding("lockout", "Nobody can repair it.", "", overridden_by="allow_lockout")
    outcome = converge(s3, OURS, guards=lambda _region: {"lockout": lambda plan: [finding]})
    assert outcome.after == document("Ours")
    assert "now denies the caller to read it" in outcome.warnings[0]
    assert outcome.verdict.overridden == (finding,)


#: Error codes of S3, by what its page says of them, and answers without a code:
#: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
CODES = {
    Kind.MISSING_BUCKET: "NoSuchBucket 404",
    Kind.DENIED: "AccessDenied AccountProblem AllAccessDisabled 403",
    Kind.FOREIGN_ACCOUNT: "MethodNotAllowed 405",
    Kind.WRONG_REGION: (
        "AuthorizationHeaderMalformed IllegalLocationConstraintException PermanentRedirect TemporaryRedirect 301 307"
    ),
    Kind.MALFORMED: "EntityTooLarge InvalidPolicyDocument MalformedPolicy PolicyTooLarge",
    Kind.CONFLICT: "OperationAborted 409",
    Kind.THROTTLED: (
        "BandwidthLimitExceeded RequestLimitExceeded ServiceUnavailable SlowDown Throttling ThrottlingException "
        "TooManyRequestsException 429 503"
    ),
    Kind.UNCERTAIN: "InternalError InternalFailure RequestTimeout 500 502 504",
    Kind.CREDENTIALS: (
        "ExpiredToken InvalidAccessKeyId InvalidToken NotSignedUp RequestTimeTooSkewed SignatureDoesNotMatch "
        "TokenRefreshRequired"
    ),
    Kind.UNSUPPORTED: "NotImplemented 501",
    Kind.OTHER: "Strange 418 InvalidBucketName",
}


@pytest.mark.parametrize("code, kind", [(code, kind) for kind, codes in CODES.items() for code in codes.split()])
def test_codes(code, kind):
    answer = {"Error": {"Code": code, "Message": "said"}, "ResponseMetadata": {"HTTPStatusCode": 200}}
    error = from_aws(answer, "GetBucketPolicy", "logs")
    assert (error.kind, error.bucket, error.operation, error.message) == (
        kind,
        "logs",
        "GetBucketPolicy",
        f"{code}: said",
    )
    if code.isdigit():
        # A code that nobody knows means what its status means.
        answer = {"Error": {"Code": "Odd"}, "ResponseMetadata": {"HTTPStatusCode": int(code)}}
        assert from_aws(answer, "HeadBucket", "logs").kind is kind


#: Operation -> what cannot be done.
TASKS = {
    "GetBucketPolicy": "read the policy of",
    "PutBucketPolicy": "write the policy of",
    "DeleteBucketPolicy": "remove the policy of",
    "GetPublicAccessBlock": "read the Block Public Access settings of",
    "GetBucketTagging": "read the tags of",
    "HeadBucket": "look up",
}


@pytest.mark.parametrize("operation, task", TASKS.items())
def test_what_cannot_be_done(operation, task):
    error = from_aws({"Error": {"Code": "NoSuchBucket"}}, operation, "logs")
    assert str(error).startswith(f"Cannot {task} bucket logs: there is no bucket of that name.")


# Where the answer says that the bucket is, where the message says so
PLACES = [
    ({"HTTPHeaders": {"x-amz-bucket-region": "eu-west-1"}}, {}, "eu-west-1"),
    ({}, {"Region": "eu-west-2"}, "eu-west-2"),
    ({"HTTPHeaders": {"x-amz-bucket-region": "eu-west-1"}}, {"Region": "eu-west-2"}, "eu-west-1"),
    ({}, {}, None),
]


@pytest.mark.parametrize("metadata, more, region", PLACES)
def test_where_a_bucket_is(metadata, more, region):
    answer = {"Error": {"Code": "PermanentRedirect", **more}, "ResponseMetadata": metadata}
    error = from_aws(answer, "GetBucketPolicy", "logs")
    assert error.region == region
    assert f"the bucket is in {f'region {region}' if region else 'another region'}, and" in str(error)


# Message and detail of a policy that is refused, and what it means
POLICIES = [
    ("Invalid principal in policy", '"AWS" : "x"', Kind.INVALID_PRINCIPAL, 'of the policy ("AWS" : "x"). If'),
    ("INVALID PRINCIPAL", "", Kind.INVALID_PRINCIPAL, "of the policy. If"),
    ("Policy has invalid action", "s3:X", Kind.MALFORMED, "MalformedPolicy: Policy has invalid action (s3:X)."),
    ("Policy has invalid resource", "", Kind.MALFORMED, "MalformedPolicy: Policy has invalid resource."),
]


@pytest.mark.parametrize("message, detail, kind, words", POLICIES)
def test_what_is_wrong_with_a_policy(message, detail, kind, words):
    answer = {"Error": {"Code": "MalformedPolicy", "Message": message, "Detail": detail}}
    error = from_aws(answer, "PutBucketPolicy", "logs")
    assert (error.kind, error.detail) == (kind, detail)
    assert words in str(error)
    # Of another error the same words mean nothing.
    answer["Error"]["Code"] = "AccessDenied"
    assert from_aws(answer, "PutBucketPolicy", "logs").kind is Kind.DENIED


def test_block_public_access_denies():
    answer = {"Error": {"Code": "AccessDenied", "Message": "by the BlockPublicPolicy setting"}}
    assert from_aws(answer, "PutBucketPolicy", "logs").kind is Kind.PUBLIC_BLOCKED
    answer["Error"]["Code"] = "InternalError"
    assert from_aws(answer, "PutBucketPolicy", "logs").kind is Kind.UNCERTAIN


# What botocore raises by itself
WITHOUT_ANSWER = [
    (botocore_exceptions.NoCredentialsError(), Kind.CREDENTIALS),
    (botocore_exceptions.PartialCredentialsError(provider="env", cred_var="secret"), Kind.CREDENTIALS),
    (botocore_exceptions.UnauthorizedSSOTokenError(), Kind.CREDENTIALS),
    (botocore_exceptions.EndpointConnectionError(endpoint_url="u"), Kind.UNREACHABLE),
    (botocore_exceptions.ReadTimeoutError(endpoint_url="u"), Kind.UNCERTAIN),
    (botocore_exceptions.NoRegionError(), Kind.OTHER),
]


@pytest.mark.parametrize("exception, kind", WITHOUT_ANSWER)
def test_what_comes_without_an_answer(exception, kind):
    error = from_transport(exception, "GetBucketPolicy", "logs")
    assert (error.kind, error.region, error.detail) == (kind, None, "")
    assert str(error).startswith("Cannot read the policy of bucket logs: ")
    assert not str(error).endswith("..")


def test_a_better_explanation_keeps_what_is_known():
    answer = {"Error": {"Code": "AccessDenied", "Message": "m", "Detail": "d", "Region": "eu-west-1"}}
    error = from_aws(answer, "GetBucketPolicy", "logs").because("of that")
    assert str(error) == "Cannot read the policy of bucket logs: of that."
    assert (error.kind, error.message, error.detail, error.region) == (Kind.DENIED, "AccessDenied: m", "d", "eu-west-1")
    assert error.done == ()
