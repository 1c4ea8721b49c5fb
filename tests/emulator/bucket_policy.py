# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What S3 accepts as the policy of a bucket, written apart from the collection's own rules so that both can be wrong.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import parse
from ansible_collections.perimeter.s3.plugins.module_utils._policy.rules.public import public_statements
from tests.emulator.answers import Refused

MAX_BYTES = 20 * 1024
_ELEMENTS = {"Version", "Id", "Statement"}
_STATEMENT_ELEMENTS = {
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"),
}
_REQUIRED = ("Effect", "Principal", "Action", "Resource")
_AWS_PRINCIPAL = re.compile(r"\*|\d{12}|A(ROA|IDA)\w+|arn:aws[\w-]*:(iam|sts)::\d{12}:.+")
_PRINCIPAL_KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}
# Actions on objects; those with a wildcard may mean both, and all others are for the bucket.
_OBJECT_ACTION = re.compile(
    r"s3:((Get|Put|Delete|Restore|Replicate|Update)Object\w*|AbortMultipartUpload|ListMultipartUploadParts"
    r"|BypassGovernanceRetention|InitiateReplication|ObjectOwnerOverrideToBucketOwner|Replicate(Delete|Tags))",
    re.IGNORECASE,
)


def check(body: bytes, bucket: str) -> dict[str, Any]:
    """The policy; raises ``Refused`` with MalformedPolicy for what S3 would not store."""
    if len(body) > MAX_BYTES:
        raise _malformed("Policy exceeds the maximum allowed document size.")
    try:
        policy = json.loads(body)
    except ValueError:
        policy = None
    if not isinstance(policy, dict):
        raise _malformed("Policies must be valid JSON and the first byte must be '{'")
    _known(policy, _ELEMENTS)
    if policy.get("Version", "2008-10-17") not in ("2008-10-17", "2012-10-17"):
        raise _malformed("The policy must contain a valid version string")
    if "Statement" not in policy:
        raise _malformed("Missing required field Statement")
    statements = _as_list(policy["Statement"])
    if not statements:
        raise _malformed("Could not parse the policy: Statement is empty!")
    for statement in statements:
        _check_statement(statement, bucket)
    return policy


def is_public(policy: dict[str, Any]) -> bool:
    """Whether AWS calls the policy public."""
    return bool(public_statements(parse(policy)))


def _check_statement(statement: Any, bucket: str) -> None:
    if not isinstance(statement, dict):
        raise _malformed("Invalid policy syntax.")
    _known(statement, _STATEMENT_ELEMENTS)
    for name in _REQUIRED:
        if name not in statement and f"Not{name}" not in statement:
            raise _malformed(f"Missing required field {name}")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise _malformed(f"Invalid effect : {statement['Effect']}")
    _check_principal(statement.get("Principal", statement.get("NotPrincipal")))
    actions = _as_list(statement.get("Action", statement.get("NotAction")))
    resources = _as_list(statement.get("Resource", statement.get("NotResource")))
    if not all(isinstance(action, str) and re.fullmatch(r"\*|s3:[\w*?]+", action, re.IGNORECASE) for action in actions):
        raise _malformed("Policy has invalid action")
    own = re.compile(rf"arn:aws[\w-]*:s3:::{re.escape(bucket)}(\*.*|/.+)?")
    if not resources or not all(isinstance(resource, str) and own.fullmatch(resource) for resource in resources):
        raise _malformed("Policy has invalid resource")
    if "Action" in statement and "Resource" in statement:
        _check_levels(actions, resources, bucket)


def _check_levels(actions: list[str], resources: list[str], bucket: str) -> None:
    """Each action needs a resource of its level in the same statement."""
    tails = [resource.split(f":::{bucket}", 1)[1] for resource in resources]
    on_bucket = any(tail == "" or tail.startswith("*") for tail in tails)
    on_objects = any(tail != "" for tail in tails)
    for action in actions:
        if "*" in action or "?" in action:
            continue
        if not (on_objects if _OBJECT_ACTION.fullmatch(action) else on_bucket):
            raise _malformed("Action does not apply to any resource(s) in statement")


def _check_principal(principal: Any) -> None:
    if principal == "*":
        return
    if not isinstance(principal, dict) or not principal or principal.keys() - _PRINCIPAL_KINDS:
        raise _malformed("Invalid principal in policy")
    for kind, values in principal.items():
        for value in _as_list(values):
            if not isinstance(value, str) or (kind == "AWS" and not _AWS_PRINCIPAL.fullmatch(value)):
                raise _malformed("Invalid principal in policy")


def _known(found: dict[str, Any], names: set[str]) -> None:
    for name in found:
        if name not in names:
            raise _malformed(f"Unknown field {name}")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _malformed(message: str) -> Refused:
    return Refused("MalformedPolicy", message)
