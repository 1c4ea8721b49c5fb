# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who changed a resource, as CloudTrail tells it.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any

from ..._policy.language.document import Raw
from ..errors import Refusal


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """One call that changed something; ``who`` and ``source_address`` are empty if CloudTrail does not say."""

    who: str
    when: str
    event: str
    source_address: str
    event_id: str

    def as_dict(self) -> Raw:
        return asdict(self)


def change_of(found: Mapping[str, Any], names: Collection[str] = ()) -> ChangeEvent | None:
    """What an item of LookupEvents says; ``None`` if it changed nothing, or its name is not among ``names``."""
    record = _record(found.get("CloudTrailEvent"))
    name = str(found.get("EventName") or record.get("eventName") or "")
    if _reads(found, record) or record.get("errorCode") or record.get("errorMessage"):
        return None
    if names and name not in names:
        return None
    service = str(found.get("EventSource") or record.get("eventSource") or "").partition(".")[0]
    return ChangeEvent(
        who=_who(found, record),
        when=_when(found, record),
        event=f"{service}:{name}",
        source_address=str(record.get("sourceIPAddress") or ""),
        event_id=str(found.get("EventId") or record.get("eventID") or ""),
    )


def read_time(text: str, name: str) -> datetime:
    """A time such as ``2026-11-23T10:15:00Z``.

    :raises Refusal: it is no time, or does not say in which zone.
    """
    remedy = "Write it as 2026-11-23T10:15:00Z."
    try:
        # Python 3.10 does not know the Z.
        time = datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", text.strip()))
    except ValueError:
        raise Refusal(name, f"{text!r} is not a time.", remedy) from None
    if time.tzinfo is None:
        raise Refusal(name, f"{text!r} does not say in which time zone.", remedy)
    return time


def _record(text: Any) -> Mapping[str, Any]:
    """The record that comes as text inside of an item; empty if there is none that can be read."""
    try:
        record = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        record = None
    return record if isinstance(record, Mapping) else {}


def _reads(found: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    # A text in the one, a boolean in the other.
    return str(found.get("ReadOnly", record.get("readOnly", ""))).lower() == "true"


def _who(found: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """The ARN of the caller; of an AWS service and of other accounts there is less."""
    identity = record.get("userIdentity")
    given = identity if isinstance(identity, Mapping) else {}
    known = (given.get("arn"), given.get("invokedBy"), found.get("Username"), given.get("accountId"))
    return next((str(name) for name in known if name), "")


def _when(found: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    if record.get("eventTime"):
        return str(record["eventTime"])
    time = found.get("EventTime")
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(time, datetime) else ""
