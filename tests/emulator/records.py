# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the emulator decides, written as the records that AWS would deliver: it knows the truth of each.

Off unless a folder is named: by ``--records DIR``, by ``running_emulator(records=DIR)``, or by the setting ``records``
(``emulator.settings(records=str(DIR))``). Then each S3 request about a bucket that is there, and that is of the Region
it was sent to, becomes

- data or management events of CloudTrail, in
  ``DIR/AWSLogs/<account>/CloudTrail/<Region>/<year>/<month>/<day>/*.json.gz``, in the trail of the bucket's account,
  and of the caller's if that is another (both with one ``sharedEventID``); one that a policy refuses has the
  ``errorCode`` ``AccessDenied``; DeleteObjects is one event, and one for each key;
- or, if the policy of an endpoint refuses it, a network activity event (``VpceAccessDenied``) in the same layout, in
  the trail of the endpoint's account, and nothing else;
- a line of the server access log, in ``DIR/ServerAccessLogs/<account>/<Region>/<bucket>/<year>/<month>/<day>/*``.

Records wait in memory for ``emulator.write_records()``, which returns the files that it wrote; they are written as well
when a thousand wait, and when the emulator ends. A reset of the emulator forgets those that wait, and the folder.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import re
import time
import uuid
from collections import defaultdict
from pathlib import Path
from typing import Any

from moto.backends import get_backend

from tests.emulator.answers import Answer, Refused
from tests.emulator.call import Call
from tests.emulator.callers import find_caller
from tests.emulator.decide import denied_objects
from tests.emulator.network import find_network
from tests.emulator.permissions import keys_to_delete
from tests.emulator.record_events import Access, events
from tests.emulator.record_lines import line
from tests.emulator.regions import REDIRECTS, region_of
from tests.emulator.state import Settings

MOST_WAITING = 1000
_CODE = re.compile(rb"<Code>([^<]+)</Code>(?:\s*<Message>([^<]*)</Message>)?")


class Records:
    """Those that wait, by the file that they are going to be in. Called under the lock of the corrections."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._events: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self._lines: dict[tuple[str, str, str], list[str]] = defaultdict(list)

    def note(self, call: Call, answer: Answer | Refused) -> None:
        """Remember a request and what became of it."""
        if not self._settings["records"] or call.service != "s3" or not call.bucket:
            return
        place, owner = region_of(call.bucket), get_backend("s3").bucket_accounts.get(call.bucket, ("", ""))[1]
        if place is None or (isinstance(answer, Refused) and answer.code in REDIRECTS):
            return
        access = Access(
            call,
            find_caller(call.key, call.account),
            find_network(call.through),
            owner,
            place,
            answer.status,
            _error(answer),
            answer.layer if isinstance(answer, Refused) else None,
            len(answer.body) if isinstance(answer, Answer) else 0,
            uuid.uuid4().hex[:16].upper(),
        )
        self._keep(access)
        if call.operation == "DeleteObjects":
            self._note_keys(access)
        if sum(map(len, self._events.values())) >= MOST_WAITING:
            self.write()

    def write(self) -> list[str]:
        """Write what waits; returns the paths of the files."""
        written, now = [], time.gmtime()
        day, root = time.strftime("%Y/%m/%d", now), Path(self._settings["records"])
        for (account, region), records in self._events.items():
            name = f"{account}_CloudTrail_{region}_{time.strftime('%Y%m%dT%H%MZ', now)}_{uuid.uuid4().hex[:16]}.json.gz"
            path = root / "AWSLogs" / account / "CloudTrail" / region / day / name
            written.append(_put(path, gzip.compress(json.dumps({"Records": records}).encode())))
        for (account, region, bucket), lines in self._lines.items():
            name = f"{time.strftime('%Y-%m-%d-%H-%M-%S', now)}-{uuid.uuid4().hex[:16].upper()}"
            path = root / "ServerAccessLogs" / account / region / bucket / day / name
            written.append(_put(path, "".join(f"{one}\n" for one in lines).encode()))
        self.forget()
        return written

    def forget(self) -> None:
        """Those that wait are not written."""
        self._events.clear()
        self._lines.clear()

    def _note_keys(self, batch: Access) -> None:
        denied = denied_objects(batch.call)
        for key in keys_to_delete(batch.call.body):
            name = f"{batch.call.bucket}/{key}"
            call = dataclasses.replace(batch.call, operation="DeleteObject", method="DELETE", resource=name, query={})
            error = ("AccessDenied", "Access Denied") if key in denied else None
            status = 403 if error else 204
            self._keep(
                dataclasses.replace(batch, call=call, status=status, error=error, layer=denied.get(key)), batch=True
            )

    def _keep(self, access: Access, batch: bool = False) -> None:
        for account, region, event in events(access):
            self._events[account, region].append(event)
        if (found := line(access, batch)) is not None:
            self._lines[access.owner, access.place, access.call.bucket].append(found)


def _error(answer: Answer | Refused) -> tuple[str, str] | None:
    if isinstance(answer, Refused):
        return answer.code, answer.message
    if answer.status < 300:
        return None
    found = _CODE.search(answer.body)
    if found is None:
        # An answer to HEAD has no body.
        return ("NoSuchKey" if answer.status == 404 else str(answer.status)), ""
    return found[1].decode(), (found[2] or b"").decode()


def _put(path: Path, content: bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return str(path)
