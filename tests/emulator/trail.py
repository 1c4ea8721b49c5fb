# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event history of CloudTrail: the calls about buckets and endpoints, and LookupEvents, which moto does not have.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html. AWS takes minutes until it shows an
event; here it is there at once.
"""

from __future__ import annotations

import json
import time
import uuid
from collections import deque
from typing import Any

from tests.emulator.answers import Answer, Refused, json_answer
from tests.emulator.call import Call
from tests.emulator.callers import find_caller

_TYPES = {"s3": "AWS::S3::Bucket", "ec2": "AWS::EC2::VPCEndpoint"}
_READS = ("Get", "List", "Head", "Describe")
#: Attribute of a lookup -> where an event has it; those that the collection asks for.
_ATTRIBUTES = ("ResourceName",)


class Trail:
    """The newest events last; the oldest fall out."""

    def __init__(self) -> None:
        self._events: deque[dict[str, Any]] = deque(maxlen=10_000)

    def record(self, call: Call, error: str | None) -> None:
        """Remember a call about one bucket or endpoint, with the error code that AWS answered."""
        name = call.bucket if call.service == "s3" else call.resource
        if call.service not in _TYPES or not name or (call.service == "s3" and call.resource != name):
            return
        if call.service == "ec2" and not name.startswith("vpce-"):
            return
        caller, reads, now = find_caller(call.key, call.account), call.operation.startswith(_READS), time.time()
        event_id = str(uuid.uuid4())
        record = {
            "eventID": event_id,
            "eventName": call.operation,
            "eventSource": f"{call.service}.amazonaws.com",
            "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            "readOnly": reads,
            "sourceIPAddress": "127.0.0.1",
            "userIdentity": {"arn": caller.arn, "accountId": caller.account},
            **({"errorCode": error} if error else {}),
        }
        self._events.append(
            {
                "EventId": event_id,
                "EventName": call.operation,
                "EventSource": record["eventSource"],
                "EventTime": int(now),
                "ReadOnly": str(reads).lower(),
                "Username": caller.arn.rpartition("/")[2],
                "Resources": [{"ResourceType": _TYPES[call.service], "ResourceName": name}],
                "CloudTrailEvent": json.dumps(record),
            }
        )

    def before(self, call: Call) -> Answer | None:
        if call.operation != "LookupEvents":
            return None
        asked = json.loads(call.body)
        attributes = asked.get("LookupAttributes", [])
        if len(attributes) > 1 or any(each["AttributeKey"] not in _ATTRIBUTES for each in attributes):
            raise Refused("InvalidLookupAttributesException", "Only one ResourceName can be looked up here.")
        size = asked.get("MaxResults", 50)
        if not 1 <= size <= 50:
            raise Refused("InvalidMaxResultsException", "MaxResults is 1 to 50.")
        names = [each["AttributeValue"] for each in attributes]
        found = [
            event
            for event in reversed(self._events)
            if event["EventTime"] <= asked.get("EndTime", event["EventTime"])
            and (not names or event["Resources"][0]["ResourceName"] in names)
        ]
        start = int(asked.get("NextToken", 0))
        page: dict[str, Any] = {"Events": found[start : start + size]}
        if len(found) > start + size:
            page["NextToken"] = str(start + size)
        return json_answer(json.dumps(page))

    def after(self, _call: Call, answer: Answer) -> Answer:
        """Nothing to correct."""
        return answer

    def reset(self) -> None:
        self._events.clear()
