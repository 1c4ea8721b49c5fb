# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A call to AWS that failed, said so that a person can act on it.

EC2 and STS share their codes for what goes wrong before a call is looked at.
Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html,
https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import enum
import re
from typing import Any

try:
    from botocore import exceptions as boto
    from botocore.parsers import ResponseParserError
except ImportError:  # AnsibleAWSModule says so before anything here is called.
    boto = ResponseParserError = None

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError


class Reason(enum.Enum):
    """Why a call failed. With ``UNCERTAIN`` it may have been carried out, although no good answer came."""

    NO_CREDENTIALS = enum.auto()
    BAD_CREDENTIALS = enum.auto()
    EXPIRED = enum.auto()
    DENIED = enum.auto()
    THROTTLED = enum.auto()
    UNREACHABLE = enum.auto()
    UNCERTAIN = enum.auto()
    OTHER = enum.auto()


_CODES = {
    Reason.BAD_CREDENTIALS: (
        "AuthFailure",
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "OptInRequired",
    ),
    Reason.EXPIRED: ("RequestExpired", "ExpiredToken", "ExpiredTokenException"),
    Reason.DENIED: ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException"),
    Reason.THROTTLED: (
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    ),
    # The numbers are for answers that have no code: a proxy on the way, or a load balancer of AWS.
    Reason.UNCERTAIN: (
        "InternalError",
        "InternalFailure",
        "Unavailable",
        "ServiceUnavailable",
        "500",
        "502",
        "503",
        "504",
    ),
}
_REASON_OF_CODE = {code: reason for reason, codes in _CODES.items() for code in codes}

# What boto raises without having an answer; the names, because the classes are not there without botocore. The nearest
# class of an exception's ancestry counts. A connection that was never made has carried nothing out.
_TRANSPORT = {
    "NoCredentialsError": Reason.NO_CREDENTIALS,
    "PartialCredentialsError": Reason.BAD_CREDENTIALS,
    "CredentialRetrievalError": Reason.BAD_CREDENTIALS,
    "TokenRetrievalError": Reason.EXPIRED,
    "UnauthorizedSSOTokenError": Reason.EXPIRED,
    "SSOTokenLoadError": Reason.EXPIRED,
    "EndpointConnectionError": Reason.UNREACHABLE,
    "ConnectTimeoutError": Reason.UNREACHABLE,
    "ProxyConnectionError": Reason.UNREACHABLE,
    "SSLError": Reason.UNREACHABLE,
    "ConnectionError": Reason.UNCERTAIN,
    "HTTPClientError": Reason.UNCERTAIN,
    "ResponseParserError": Reason.UNCERTAIN,
}

_EXPLAINED = {
    Reason.NO_CREDENTIALS: "no credentials were found. Give access_key and secret_key, or profile, or set "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY where the module runs, or give that host a role",
    Reason.BAD_CREDENTIALS: "AWS does not take the credentials ({detail}). Check access_key, secret_key and "
    "session_token, whether they are for this region's partition, and the clock of the host",
    Reason.EXPIRED: "the credentials have expired ({detail}). Log in or assume the role again",
    Reason.THROTTLED: "AWS turned the request down again and again, because too many are made in this account and "
    "region ({detail}). Run less at the same time, or later",
    Reason.UNREACHABLE: "AWS cannot be reached ({detail}). Check region, endpoint_url and the network",
    Reason.UNCERTAIN: "AWS failed, or its answer was lost, or something else answers at endpoint_url ({detail}). Run "
    "the task again: it does only what is missing",
    Reason.OTHER: "{detail}",
}

# "... User: arn:... is not authorized to perform: ec2:CreateTags on resource: arn:... because no identity-based policy
# allows the ec2:CreateTags action. Encoded authorization failure message: ..."
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_DENIAL = re.compile(
    r"(?P<user>arn:\S+) is not authorized to perform: (?P<permission>[\w-]+:\w+)"
    r"(?: on resource: \"?(?P<resource>[^\s\"]+)\"?)?(?P<because> (?:because|with) [^.]+)?"
)
#: What AWS gives as the reason, and what helps then.
_REMEDIES = (
    ("with an explicit deny", "An Allow does not outweigh that: take the Deny out, or except {user} from it"),
    ("no VPC endpoint policy", "Allow {permission} in the policy of the endpoint on the way"),
    ("no identity-based policy", "Allow {permission} for that identity"),
    ("because no", "Allow {permission} there"),
    ("", "Allow {permission} for that identity"),
)


class CallError(AnsibleAWSError):
    """One call failed.

    :ivar call: as in ``actions``, and as the permission is called: ``ec2:ModifyVpcEndpoint``.
    :ivar code: AWS's error code; for a lost or missing answer the name of botocore's exception.
    :ivar text: AWS's own words.
    :ivar resent: botocore has sent the request more than once, so an earlier one may have been carried out.
    """

    def __init__(self, task: str, call: str, resource: str, exception: Exception, why: str = "") -> None:
        """``task`` completes "Cannot ..."; ``resource`` is what the permission is needed for; ``why`` explains it."""
        self.task = task
        self.call = call
        self.resource = resource
        response: dict[str, Any] = getattr(exception, "response", None) or {}
        answer = response.get("Error", {})
        self.code = str(answer.get("Code") or type(exception).__name__)
        self.text = " ".join(str(answer.get("Message") or exception).split())
        self.resent = bool(response.get("ResponseMetadata", {}).get("RetryAttempts"))
        self.reason = reason_of(exception)
        super().__init__(message=f"Cannot {task}: {why or self._why()}.", exception=exception)

    def because(self, why: str) -> CallError:
        """The same error with a better explanation."""
        return CallError(self.task, self.call, self.resource, self.exception, why)

    def _why(self) -> str:
        if self.reason is Reason.DENIED:
            return denial(self.text, self.call, self.resource)
        detail = self.text if self.code in self.text else f"{self.code}: {self.text}"
        return _EXPLAINED[self.reason].format(detail=detail.rstrip(". "))

    def __str__(self) -> str:
        return str(self.message)


class NotSettled(AnsibleAWSError):
    """AWS took a write, but does not show what it says."""

    def __init__(self, message: str) -> None:
        super().__init__(message=message)


def denial(text: str, permission: str, resource: str) -> str:
    """Who lacks which permission on what, and what helps.

    :param text: AWS's words, which say all of it to callers of the same account or organization;
    :param permission: what is said otherwise, as are ``resource`` and "the caller".
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    said = _DENIAL.search(text)
    found = {name: value for name, value in (said.groupdict() if said else {}).items() if value}
    user, named = found.get("user", "the caller"), found.get("permission", permission)
    because = found.get("because", "")
    remedy = next(remedy for reason, remedy in _REMEDIES if reason in because)
    return (
        f"{user} has no permission for {named} on {found.get('resource', resource)}{because}. "
        f"{remedy.format(user=user, permission=named)}"
    )


def reason_of(exception: BaseException) -> Reason:
    response: dict[str, Any] = getattr(exception, "response", None) or {}
    if response:
        return _REASON_OF_CODE.get(str(response.get("Error", {}).get("Code")), Reason.OTHER)
    names = [one.__name__ for one in type(exception).__mro__]
    return next((_TRANSPORT[name] for name in names if name in _TRANSPORT), Reason.OTHER)


def aws_errors() -> tuple[type[Exception], ...]:
    """What a call of boto3 raises; empty without botocore, when there is no call either."""
    return (boto.ClientError, boto.BotoCoreError, ResponseParserError) if boto else ()
