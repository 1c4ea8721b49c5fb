# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person reads about a call that failed."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError, Reason, reason_of

USER = "arn:aws:iam::123456789012:user/app"
ENDPOINT = "arn:aws:ec2:us-east-1:123456789012:vpc-endpoint/vpce-1a2b3c4d"


def client_error(code: str, message: str, **metadata: object):
    return boto.ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}, "ModifyVpcEndpoint"
    )


def failed(exception: Exception) -> CallError:
    return CallError("change endpoint vpce-1a2b3c4d", "ec2:ModifyVpcEndpoint", "endpoint vpce-1a2b3c4d", exception)


# name, what boto raises, reason, what follows "Cannot change endpoint vpce-1a2b3c4d: "
CASES = [
    (
        "denied, told by the model of 2024",
        client_error(
            "UnauthorizedOperation",
            f"You are not authorized to perform this operation. User: {USER} is not authorized to perform: "
            f"ec2:CreateTags on resource: {ENDPOINT} because no identity-based policy allows the ec2:CreateTags "
            "action. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q",
        ),
        Reason.DENIED,
        f"{USER} has no permission for ec2:CreateTags on {ENDPOINT} because no identity-based policy allows the "
        "ec2:CreateTags action. Allow ec2:CreateTags for that identity.",
    ),
    (
        "denied explicitly",
        client_error(
            "UnauthorizedOperation",
            f"User: {USER} is not authorized to perform: ec2:ModifyVpcEndpoint on resource: {ENDPOINT} with an "
            "explicit deny in a service control policy",
        ),
        Reason.DENIED,
        f"{USER} has no permission for ec2:ModifyVpcEndpoint on {ENDPOINT} with an explicit deny in a service control "
        f"policy. An Allow does not outweigh that: take the Deny out, or except {USER} from it.",
    ),
    (
        "denied by a boundary",
        client_error(
            "UnauthorizedOperation",
            f"User: {USER} is not authorized to perform: ec2:ModifyVpcEndpoint on resource: {ENDPOINT} because no "
            "permissions boundary allows the ec2:ModifyVpcEndpoint action",
        ),
        Reason.DENIED,
        f"{USER} has no permission for ec2:ModifyVpcEndpoint on {ENDPOINT} because no permissions boundary allows the "
        "ec2:ModifyVpcEndpoint action. Allow ec2:ModifyVpcEndpoint there.",
    ),
    (
        "denied without details",
        client_error("UnauthorizedOperation", "You are not authorized to perform this operation."),
        Reason.DENIED,
        "the caller has no permission for ec2:ModifyVpcEndpoint on endpoint vpce-1a2b3c4d. "
        "Allow ec2:ModifyVpcEndpoint for that identity.",
    ),
    (
        "expired",
        client_error("RequestExpired", "Request has expired."),
        Reason.EXPIRED,
        "the credentials have expired (RequestExpired: Request has expired). Log in or assume the role again.",
    ),
    (
        "unknown key",
        client_error("AuthFailure", "AWS was not able to validate the provided access credentials"),
        Reason.BAD_CREDENTIALS,
        "AWS does not take the credentials (AuthFailure: AWS was not able to validate the provided access "
        "credentials). Check access_key, secret_key and session_token, whether they are for this region's partition, "
        "and the clock of the host.",
    ),
    (
        "no credentials",
        boto.NoCredentialsError(),
        Reason.NO_CREDENTIALS,
        "no credentials were found. Give access_key and secret_key, or profile, or set AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY where the module runs, or give that host a role.",
    ),
    (
        "throttled",
        client_error("RequestLimitExceeded", "Request limit exceeded."),
        Reason.THROTTLED,
        "AWS turned the request down again and again, because too many are made in this account and region "
        "(RequestLimitExceeded: Request limit exceeded). Run less at the same time, or later.",
    ),
    (
        "nobody there",
        boto.EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
        Reason.UNREACHABLE,
        "AWS cannot be reached (EndpointConnectionError: Could not connect to the endpoint URL: "
        '"http://127.0.0.1:9"). Check region, endpoint_url and the network.',
    ),
    (
        "nobody answers",
        boto.ConnectTimeoutError(endpoint_url="http://127.0.0.1:9"),
        Reason.UNREACHABLE,
        'AWS cannot be reached (ConnectTimeoutError: Connect timeout on endpoint URL: "http://127.0.0.1:9"). '
        "Check region, endpoint_url and the network.",
    ),
    (
        "an answer that was lost",
        boto.ReadTimeoutError(endpoint_url="http://127.0.0.1:9"),
        Reason.UNCERTAIN,
        "AWS failed, or its answer was lost, or something else answers at endpoint_url (ReadTimeoutError: Read timeout "
        'on endpoint URL: "http://127.0.0.1:9"). Run the task again: it does only what is missing.',
    ),
    (
        "an answer that is not AWS's",
        ResponseParserError("Unable to parse response, invalid XML received:\nb''"),
        Reason.UNCERTAIN,
        "AWS failed, or its answer was lost, or something else answers at endpoint_url (ResponseParserError: Unable to "
        "parse response, invalid XML received: b''). Run the task again: it does only what is missing.",
    ),
    (
        "an answer of a proxy",
        client_error("502", "Bad Gateway"),
        Reason.UNCERTAIN,
        "AWS failed, or its answer was lost, or something else answers at endpoint_url (502: Bad Gateway). Run the "
        "task again: it does only what is missing.",
    ),
    (
        "something else",
        client_error("InvalidParameter", "The parameter is not valid."),
        Reason.OTHER,
        "InvalidParameter: The parameter is not valid.",
    ),
]


@pytest.mark.parametrize("exception, reason, message", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_message(exception, reason, message):
    error = failed(exception)
    assert (error.reason, reason_of(exception)) == (reason, reason)
    assert str(error) == f"Cannot change endpoint vpce-1a2b3c4d: {message}"


def test_code_text_and_number_of_attempts():
    error = failed(client_error("InvalidParameter", "The parameter is not valid.", RetryAttempts=1))
    assert (error.code, error.text, error.resent) == ("InvalidParameter", "The parameter is not valid.", True)
    assert not failed(client_error("InvalidParameter", "no", RetryAttempts=0)).resent
    assert failed(boto.NoCredentialsError()).code == "NoCredentialsError"


def test_better_explanation():
    error = failed(client_error("VpcEndpointLimitExceeded", "x")).because("there are too many")
    assert str(error) == "Cannot change endpoint vpce-1a2b3c4d: there are too many."
    assert error.code == "VpcEndpointLimitExceeded"


#: Error codes of EC2 and of all services, by what AWS's pages say of them.
#: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
#: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
CODES = {
    Reason.BAD_CREDENTIALS: (
        "AuthFailure IncompleteSignature InvalidAccessKeyId InvalidClientTokenId MissingAuthenticationToken "
        "OptInRequired SignatureDoesNotMatch UnrecognizedClientException"
    ),
    Reason.EXPIRED: "ExpiredToken ExpiredTokenException RequestExpired",
    Reason.DENIED: "AccessDenied AccessDeniedException UnauthorizedOperation",
    Reason.THROTTLED: (
        "RequestLimitExceeded ThrottledException Throttling ThrottlingException TooManyRequestsException"
    ),
    Reason.UNCERTAIN: "InternalError InternalFailure ServiceUnavailable Unavailable 500 502 503 504",
    Reason.OTHER: "InvalidParameter ValidationError InvalidVpcID.NotFound 501 400",
}


@pytest.mark.parametrize("code, reason", [(code, reason) for reason, codes in CODES.items() for code in codes.split()])
def test_codes(code, reason):
    assert reason_of(client_error(code, "said")) is reason


#: What botocore raises by itself: https://botocore.amazonaws.com/v1/documentation/api/latest/client_upgrades.html and
#: botocore/exceptions.py.
WITHOUT_ANSWER = [
    (boto.NoCredentialsError(), Reason.NO_CREDENTIALS),
    (boto.PartialCredentialsError(provider="env", cred_var="secret"), Reason.BAD_CREDENTIALS),
    (boto.CredentialRetrievalError(provider="process", error_msg="no"), Reason.BAD_CREDENTIALS),
    (boto.TokenRetrievalError(provider="sso", error_msg="no"), Reason.EXPIRED),
    (boto.UnauthorizedSSOTokenError(), Reason.EXPIRED),
    (boto.SSOTokenLoadError(error_msg="no"), Reason.EXPIRED),
    (boto.EndpointConnectionError(endpoint_url="u"), Reason.UNREACHABLE),
    (boto.ConnectTimeoutError(endpoint_url="u"), Reason.UNREACHABLE),
    (boto.ProxyConnectionError(proxy_url="u"), Reason.UNREACHABLE),
    (boto.SSLError(endpoint_url="u", error="no"), Reason.UNREACHABLE),
    (boto.ReadTimeoutError(endpoint_url="u"), Reason.UNCERTAIN),
    (boto.ConnectionClosedError(endpoint_url="u"), Reason.UNCERTAIN),
    (boto.HTTPClientError(error="no"), Reason.UNCERTAIN),
    (ResponseParserError("no"), Reason.UNCERTAIN),
    (boto.NoRegionError(), Reason.OTHER),
    (ValueError("no"), Reason.OTHER),
]


@pytest.mark.parametrize(
    "exception, reason", WITHOUT_ANSWER, ids=[type(exception).__name__ for exception, _reason in WITHOUT_ANSWER]
)
def test_what_comes_without_an_answer(exception, reason):
    assert reason_of(exception) is reason


# What AWS gives as the reason, what helps
REMEDIES = [
    (" with an explicit deny in an identity-based policy", f"take the Deny out, or except {USER} from it."),
    (" because no VPC endpoint policy allows the a:B action", "Allow a:B in the policy of the endpoint on the way."),
    (" because no identity-based policy allows the a:B action", "Allow a:B for that identity."),
    (" because no session policy allows the a:B action", "Allow a:B there."),
    (" because no service control policy allows the a:B action", "Allow a:B there."),
    ("", "Allow a:B for that identity."),
]


@pytest.mark.parametrize("because, remedy", REMEDIES)
def test_what_helps_against_a_denial(because, remedy):
    error = failed(
        client_error("AccessDenied", f"User: {USER} is not authorized to perform: a:B on resource: r{because}")
    )
    assert str(error).startswith(
        f"Cannot change endpoint vpce-1a2b3c4d: {USER} has no permission for a:B on r{because}. "
    )
    assert str(error).endswith(remedy)
