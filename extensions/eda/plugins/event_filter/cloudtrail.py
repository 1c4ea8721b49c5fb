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
from datetime import datetime, timezone
from typing import Any

DOCUMENTATION = r"""
short_description: Keep the CloudTrail events that can mean drift of a perimeter.
description:
  - Takes AWS API calls as Amazon EventBridge sends them, directly, through Amazon SNS, Amazon SQS or a webhook.
  - Each event becomes C(kind), C(resource), C(action), C(actor), C(account), C(region), C(time) and C(event_id).
  - Drops calls that failed or change nothing of a perimeter, calls of other accounts and of the automation itself, and
    what is not an event at all.
  - Drops an event that came before, and one of a resource of which an event of the same second or a later one has
    passed. What that one starts reads what this one did, if it starts a second later; so throttle with C(once_after).
options:
  accounts:
    description:
      - Ids of the accounts whose events count, each in quotes. YAML reads one with a leading zero as another number.
    type: list
    elements: str
    required: true
  ignore_principals:
    description:
      - Patterns with V(*) and V(?) of the principals whose changes are not drift, above all the automation's own role.
      - They are compared with the ARN of the caller, the ARN of the role it has assumed, and its source identity, so
        that the ARN of a role covers its sessions.
      - The user agent does not count, because every caller can choose its own.
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
    description: How many events, and how many resources, are remembered for that.
    type: int
    default: 100000
"""

logger = logging.getLogger(__name__)

# (eventSource, eventName) -> (kind, key of requestParameters whose strings are the resources, at any depth).
# Names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html and the EC2 API.
CALLS = {
    # A bucket that is made anew has no policy.
    ("s3.amazonaws.com", "CreateBucket"): ("bucket", "bucketname"),
    ("s3.amazonaws.com", "PutBucketPolicy"): ("bucket", "bucketname"),
    ("s3.amazonaws.com", "DeleteBucketPolicy"): ("bucket", "bucketname"),
    ("ec2.amazonaws.com", "ModifyVpcEndpoint"): ("endpoint", "vpcendpointid"),
    ("ec2.amazonaws.com", "DeleteVpcEndpoints"): ("endpoint", "vpcendpointid"),
    ("ec2.amazonaws.com", "CreateTags"): ("endpoint", "resourceid"),
    ("ec2.amazonaws.com", "DeleteTags"): ("endpoint", "resourceid"),
    # A second endpoint of the VPC is a way around the first one.
    ("ec2.amazonaws.com", "CreateVpcEndpoint"): ("vpc", "vpcid"),
    # A new route table has no route to the endpoint. Calls for single routes cannot touch those of gateway endpoints:
    # https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    ("ec2.amazonaws.com", "CreateRouteTable"): ("vpc", "vpcid"),
}
# What passes is used in templates and command lines; these forms leave no room for anything else.
FORMS = {
    # Before March 2018 names in us-east-1 had capitals and underscores too; such buckets live on. None that begins with
    # a dash passes, which a command line would take for an option.
    "bucket": re.compile(r"[A-Za-z0-9._][A-Za-z0-9._-]{2,254}"),
    "endpoint": re.compile(r"vpce-[0-9a-f]{8,17}"),
    "vpc": re.compile(r"vpc-[0-9a-f]{8,17}"),
}
ACCOUNT = re.compile(r"[0-9]{12}")
REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}")
EVENT_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z")
ARN = re.compile(r"arn:[A-Za-z0-9_+=,.@:/-]{1,2000}")
SERVICE = re.compile(r"[a-z0-9.-]{1,128}")
SESSION = re.compile(r"arn:([a-z-]+):sts::([0-9]{12}):assumed-role/([^/]+)/.+")
# Keys that something else is wrapped in: webhook, SQS source and SQS itself, SNS, aws_cloudtrail source.
WRAPPINGS = ("payload", "body", "Body", "Message", "CloudTrailEvent", "detail", "Records")
LARGEST = 1024 * 1024  # characters of JSON; EventBridge, SNS and SQS carry 1 MiB at most
DEEPEST = 8  # wrappings
# Brackets inside brackets. Python itself stops at some ten thousand, but not inside ansible-rulebook, where the stack
# of the main thread belongs to Java: there the process ends.
DEEPEST_JSON = 100
JSON_MARKS = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[{\]}]', re.DOTALL)
MOST = 10_000  # events in one message

# What has passed: (event, resource), and (kind, resource) -> its newest time.
_seen: OrderedDict[tuple[str, str], str] = OrderedDict()
_newest: OrderedDict[tuple[str, str], str] = OrderedDict()


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
    for account in accounts:
        if not ACCOUNT.fullmatch(str(account)):
            # YAML reads 012345670123 without quotes as 1402433619, and no event has that account.
            raise ValueError(
                f"perimeter.s3.cloudtrail: {account!r} in accounts is not the id of an account. Give its 12 digits, in "
                "quotes."
            )
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
            if (names is None or change["resource"] in names) and is_new(change, remember):
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
            waiting += [(item, depth - 1) for item in reversed(value)]
    if waiting:
        logger.warning("perimeter.s3.cloudtrail: took the first %d events of a message and dropped the others", MOST)
    return found


def changes(record: dict[str, Any], accounts: list[str], ignore_principals: list[str]) -> Iterator[dict[str, Any]]:
    """The changes that a record tells of; none if the call failed, is not in the table, is ours or of others."""
    kind, key = CALLS.get((record["eventSource"], record["eventName"]), (None, ""))
    if kind is None or record.get("errorCode") or record.get("errorMessage"):
        return
    account = _form(ACCOUNT, record.get("recipientAccountId"))
    event_id, region = _form(EVENT_ID, record.get("eventID")), _form(REGION, record.get("awsRegion"))
    time, identity = _form(TIME, record.get("eventTime")), record.get("userIdentity")
    if account not in accounts or not (event_id and region and time) or not isinstance(identity, dict):
        return
    if any(fnmatch.fnmatchcase(name, pattern) for name in _names(identity) for pattern in ignore_principals):
        return
    for resource in dict.fromkeys(_strings(record.get("requestParameters"), key)):
        if FORMS[kind].fullmatch(resource):
            yield {
                "kind": kind,
                "resource": resource,
                "action": f"{record['eventSource'].partition('.')[0]}:{record['eventName']}",
                "actor": _form(ARN, identity.get("arn")) or _form(SERVICE, identity.get("invokedBy")),
                "account": account,
                "region": region,
                "time": time,
                "event_id": event_id,
            }


def is_new(change: dict[str, Any], remember: int) -> bool:
    """Whether it did not come before, and is newer than what passed of its resource; remembers it if so."""
    event, resource = (change["event_id"], change["resource"]), (change["kind"], change["resource"])
    time = change["time"][:19]
    if event in _seen or time <= _newest.get(resource, ""):
        return False
    _keep(_seen, event, time, remember)
    # An event from the future must not silence its resource until then.
    _keep(_newest, resource, min(time, _now()), remember)
    return True


def _keep(table: OrderedDict[tuple[str, str], str], key: tuple[str, str], time: str, remember: int) -> None:
    """Put it in; what came first goes out beyond the limit."""
    table[key] = time
    table.move_to_end(key)
    while len(table) > remember:
        table.popitem(last=False)


def _now() -> str:
    """In UTC to the second, in the form of an event's time, so that texts compare as times."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


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
    names = [name for name in found if isinstance(name, str)]
    # Names of roles are unique in an account, whatever their paths, which ARNs of sessions leave out.
    parts = [match.groups() for name in names if (match := SESSION.fullmatch(name))]
    return names + [f"arn:{partition}:iam::{account}:role/{role}" for partition, account, role in parts]


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
            waiting += [(one, below, depth - 1) for one in item]


def _form(pattern: re.Pattern[str], value: Any) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def _from_json(text: str) -> Any:
    if len(text) > LARGEST:
        logger.warning("perimeter.s3.cloudtrail: dropped a message of %d characters", len(text))
        return None
    if _is_deep(text):
        logger.warning("perimeter.s3.cloudtrail: dropped a message with more than %d levels", DEEPEST_JSON)
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_deep(text: str) -> bool:
    depth = 0
    for mark in JSON_MARKS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark[0], 0)
        if depth > DEEPEST_JSON:
            return True
    return False
