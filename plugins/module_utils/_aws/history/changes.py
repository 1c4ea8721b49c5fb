# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From the options of change_events_info to what it returns."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ..._plan.errors import Refusal
from ..._plan.history.changes import change_of, read_time
from ..api.cloudtrail import lookup_events
from ..api.errors import CallError
from ..module import Session, reported, warn_user

CHANGE_EVENTS_OPTIONS: dict[str, dict[str, Any]] = {
    "resources": {"type": "list", "elements": "str", "required": True},
    "event_names": {"type": "list", "elements": "str", "default": []},
    "until": {"type": "str"},
    "max_events": {"type": "int", "default": 1},
    "max_lookups": {"type": "int", "default": 4},
    "strict": {"type": "bool", "default": True},
}

# AWS allows two requests a second for each account and region.
SECONDS_BETWEEN_LOOKUPS = 0.5


def run_change_events_info(module: Any) -> None:
    """Look up who changed the resources that the options name, and leave the module."""
    options = module.params
    session = Session(module)
    with reported(module, session):
        for name in ("max_events", "max_lookups"):
            if options[name] < 1:
                raise Refusal(name, f"{options[name]} is less than 1.", "Give 1 or more.")
        until = read_time(options["until"], "until") if options["until"] else None
        lookup = Lookup(session.client("cloudtrail"), options, until, time.sleep)
        found = [lookup.about(resource) for resource in dict.fromkeys(options["resources"])]
        if lookup.failure:
            if options["strict"]:
                raise lookup.failure
            warn_user([f"Who changed what is not known. {lookup.failure}"])
        module.exit_json(changed=False, resources=found)


class Lookup:
    """Looks up one resource after the other, no faster than AWS allows.

    :ivar failure: what went wrong. What failed for one resource fails for the others, so none is looked up after it.
    """

    def __init__(
        self, client: Any, options: dict[str, Any], until: datetime | None, sleep: Callable[[float], None]
    ) -> None:
        self.failure: CallError | None = None
        self._client = client
        self._options = options
        self._until = {"EndTime": until} if until else {}
        self._sleep = sleep
        self._lookups = 0

    def about(self, resource: str) -> dict[str, Any]:
        """The entry of ``resources`` for one of them."""
        events: list[dict[str, Any]] = []
        more: dict[str, str] = {}
        complete = False
        for _lookup in range(0 if self.failure else self._options["max_lookups"]):
            try:
                page = self._page(resource, more)
            except CallError as error:
                self.failure = error
                break
            changes = (change_of(found, self._options["event_names"]) for found in page.get("Events", ()))
            events += [change.as_dict() for change in changes if change]
            complete = not page.get("NextToken")
            if complete or len(events) >= self._options["max_events"]:
                break
            more = {"NextToken": page["NextToken"]}
        return {
            "resource": resource,
            "events": events[: self._options["max_events"]],
            "complete": complete,
            "error": str(self.failure) if self.failure else None,
        }

    def _page(self, resource: str, more: dict[str, str]) -> dict[str, Any]:
        if self._lookups:
            self._sleep(SECONDS_BETWEEN_LOOKUPS)
        self._lookups += 1
        return lookup_events(self._client, resource, **self._until, **more)
