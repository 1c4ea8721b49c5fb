# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps the CloudTrail events that can mean drift of a perimeter, in one small shape; drops all others.

ansible-rulebook loads this file by its path, so that it imports nothing of the collection.
"""

from __future__ import annotations

import fnmatch
import json
import logging
import re
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

DOCUMENTATION = r"""
short_description: Keep the CloudTrail events that can mean drift of a perimeter.
description:
  - Takes AWS API calls as Amazon EventBridge sends them, directly, through Amazon SNS, Amazon SQS or a webhook.
  - Each event becomes C(kind), C(resource), C(action), C(actor), C(account), C(region), C(time) and C(event_id).
  - Drops calls that failed, that change nothing of a perimeter or came before, calls of other accounts, and what is
    not an event at all.
options:
  accounts:
    description: Ids of the accounts whose events count.
    type: list
    elements: str
    required: true
  ignore_principals:
    description:
      - Patterns with V(*) and V(?) of the principals whose changes are not drift, above all the automation's own role.
      - They are compared with the ARN of the caller, the ARN of the role it has assumed, and its source identity.
    type: list
    elements: str
    required: true
  buckets:
    description: Names of the buckets whose events count; those of all buckets if it is not given.
    type: list
    elements: str
  endpoints:
    description: Ids of the endpoints whose events count; those of all endpoints if it is not given.
    type: list
    elements: str
  vpcs:
    description: Ids of the VPCs whose events count; those of all VPCs if it is not given.
    type: list
    elements: str
  remember:
    description: How many events are remembered, so that one that is delivered again is dropped.
    type: int
    default: 100000
"""

logger = logging.getLogger(__name__)

# (eventSource, eventName) -> (kind, key of requestParameters whose strings are the resources, at any depth).
# Names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html and the EC2 API.
CALLS = {
    ("s3.amazonaws.com", "PutBucketPolicy"): ("bucket", "bucketname"),
    ("s3.amazonaws.com", "DeleteBucketPolicy"): ("bucket", "bucketname"),
    ("ec2.amazonaws.com", "ModifyVpcEndpoint"): ("endpoint", "vpcendpointid"),
    ("ec2.amazonaws.com", "DeleteVpcEndpoints"): ("endpoint", "vpcendpointid"),
    ("ec2.amazonaws.com", "CreateTags"): ("endpoint", "resourceid"),
    ("ec2.amazonaws.com", "DeleteTags"): ("endpoint", "resourceid"),
    # A new route table has no route to the endpoint.
    ("ec2.amazonaws.com", "CreateRouteTable"): ("vpc", "vpcid"),
}
# What passes is used in templates and command lines; these forms leave no room for anything else.
FORMS = {
    "bucket": re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
    "endpoint": re.compile(r"vpce-[0-9a-f]{8,17}"),
    "vpc": re.compile(r"vpc-[0-9a-f]{8,17}"),
}
ACCOUNT = re.compile(r"[0-9]{12}")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
EVENT_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z")
ARN = re.compile(r"arn:[A-Za-z0-9_+=,.@:/-]{1,2000}")
# Keys that something else is wrapped in: webhook, SQS source and SQS itself, SNS, aws_cloudtrail source.
WRAPPINGS = ("payload", "body", "Body", "Message", "CloudTrailEvent", "detail", "Records")
LARGEST = 1024 * 1024  # characters of JSON; EventBridge, SNS and SQS carry 1 MiB at most
DEEPEST = 8
MOST = 1000  # events in one message

_seen: OrderedDict[tuple[str, str], None] = OrderedDict()


def main(
    event: Any,
    accounts: list[str],
    ignore_principals: list[str],
    buckets: list[str] | None = None,
    endpoints: list[str] | None = None,
    vpcs: list[str] | None = None,
    remember: int = 100000,
) -> list[dict[str, Any]]:
    """What ansible-rulebook calls for each event; it puts each item of the list into the queue, so [] drops it.

    Raises ValueError for wrong options, and nothing whatever the event is: an exception would end the source.
    """
    for name, value in (("accounts", accounts), ("ignore_principals", ignore_principals)):
        if not isinstance(value, list) or not value:
            raise ValueError(f"perimeter.s3.cloudtrail: {name} must be a list that is not empty.")
    if not isinstance(remember, int) or remember < 1:
        raise ValueError("perimeter.s3.cloudtrail: remember must be 1 or more.")
    allowed = {"bucket": buckets, "endpoint": endpoints, "vpc": vpcs}
    for kind, names in allowed.items():
        if names is not None and not isinstance(names, list):
            raise ValueError(f"perimeter.s3.cloudtrail: {kind}s must be a list.")
    kept = []
    for record in records(event):
        for change in changes(record, [str(account) for account in accounts], ignore_principals):
            names = allowed[change["kind"]]
            if (names is None or change["resource"] in names) and is_new(_seen, change, remember):
                kept.append(change)
    return kept


def records(event: Any) -> list[dict[str, Any]]:
    """The CloudTrail records in whatever they are wrapped; [] if there are none."""
    found: list[dict[str, Any]] = []
    waiting = [(event, DEEPEST)]
    while waiting and len(found) < MOST:
        value, depth = waiting.pop()
        if isinstance(value, str):
            value = _from_json(value)
        if isinstance(value, dict):
            if isinstance(value.get("eventName"), str) and isinstance(value.get("eventSource"), str):
                found.append(value)
            elif depth:
                waiting += [(value[key], depth - 1) for key in WRAPPINGS if key in value]
        elif isinstance(value, list) and depth:
            waiting += [(item, depth - 1) for item in reversed(value[:MOST])]
    return found


def changes(record: dict[str, Any], accounts: list[str], ignore_principals: list[str]) -> Iterator[dict[str, Any]]:
    """The changes that a record tells of; none if the call failed, is not in the table, is ours or of others."""
    kind, key = CALLS.get((record["eventSource"], record["eventName"]), (None, ""))
    if kind is None or record.get("errorCode") or record.get("errorMessage"):
        return
    account = _form(ACCOUNT, record.get("recipientAccountId"))
    event_id, region = _form(EVENT_ID, record.get("eventID")), _form(REGION, record.get("awsRegion"))
    identity = record.get("userIdentity")
    if account not in accounts or not event_id or not region or not isinstance(identity, dict):
        return
    if any(fnmatch.fnmatchcase(name, pattern) for name in _names(identity) for pattern in ignore_principals):
        return
    for resource in dict.fromkeys(_strings(record.get("requestParameters"), key)):
        if FORMS[kind].fullmatch(resource):
            yield {
                "kind": kind,
                "resource": resource,
                "action": f"{record['eventSource'].partition('.')[0]}:{record['eventName']}",
                "actor": _form(ARN, identity.get("arn")),
                "account": account,
                "region": region,
                "time": _form(TIME, record.get("eventTime")),
                "event_id": event_id,
            }


def is_new(seen: OrderedDict[tuple[str, str], None], change: dict[str, Any], remember: int) -> bool:
    """Whether the change was not seen before; remembers it, and forgets the oldest beyond the limit."""
    key = (change["event_id"], change["resource"])
    if key in seen:
        return False
    seen[key] = None
    while len(seen) > remember:
        seen.popitem(last=False)
    return True


def _names(identity: dict[str, Any]) -> list[str]:
    """What the caller can be known by: its ARN, that of the assumed role, and the source identity."""
    session = identity.get("sessionContext")
    session = session if isinstance(session, dict) else {}
    issuer = session.get("sessionIssuer")
    found = [
        identity.get("arn"),
        issuer.get("arn") if isinstance(issuer, dict) else None,
        session.get("sourceIdentity"),
    ]
    return [name for name in found if isinstance(name, str)]


def _strings(value: Any, key: str) -> Iterator[str]:
    """The strings at or below the key, whatever its case; EC2 wraps lists in several ways."""
    waiting = [(value, False, DEEPEST)]
    while waiting:
        item, below, depth = waiting.pop()
        if isinstance(item, str) and below:
            yield item
        elif isinstance(item, dict) and depth:
            waiting += [(one, below or str(name).lower() == key, depth - 1) for name, one in item.items()]
        elif isinstance(item, list) and depth:
            waiting += [(one, below, depth - 1) for one in item[:MOST]]


def _form(pattern: re.Pattern[str], value: Any) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def _from_json(text: str) -> Any:
    if len(text) > LARGEST:
        logger.warning("perimeter.s3.cloudtrail: dropped a message of %d characters", len(text))
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
