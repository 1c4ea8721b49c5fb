# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The corrections of moto, by service."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tests.emulator import moto_patches
from tests.emulator.answers import Answer, Refused
from tests.emulator.buckets import Buckets
from tests.emulator.call import Call
from tests.emulator.decide import decide
from tests.emulator.endpoints import Endpoints
from tests.emulator.iam import Iam
from tests.emulator.identity import Identity
from tests.emulator.organizations import Organizations
from tests.emulator.records import Records
from tests.emulator.state import Settings
from tests.emulator.trail import Trail

Moto = Callable[[], Answer]


class Corrections:
    """Takes each call before moto and may refuse it, answer it, or change what moto made of it."""

    def __init__(self, settings: Settings) -> None:
        moto_patches.apply()
        self._settings = settings
        self._trail = Trail()
        self._records = Records(settings)
        self._services: dict[str, Endpoints | Buckets | Iam | Identity | Organizations | Trail] = {
            "ec2": Endpoints(settings),
            "s3": Buckets(settings),
            "sts": Identity(settings),
            "iam": Iam(),
            "organizations": Organizations(settings),
            "cloudtrail": self._trail,
        }
        # A check and the write that it allows belong together, and moto has no locks.
        self._lock = threading.RLock()

    def answer(self, call: Call, moto: Moto, stale: bool = False) -> Answer:
        """AWS's answer; raises ``Refused``. ``stale``: the next reads show the policy as it was before this write."""
        with self._lock:
            try:
                answer = self._answer(call, moto, stale)
            except Refused as refused:
                self._trail.record(call, refused.code)
                self._records.note(call, refused)
                raise
            self._trail.record(call, "Refused" if answer.status >= 300 else None)
            self._records.note(call, answer)
            return answer

    def _answer(self, call: Call, moto: Moto, stale: bool) -> Answer:
        service = self._services.get(call.service)
        decide(call, self._settings)
        if service is None:
            return moto()
        if stale and isinstance(service, Buckets):
            service.hide_next_write()
        answer = service.before(call)
        return service.after(call, moto()) if answer is None else answer

    def reset(self) -> None:
        """Forget what belongs to the resources that are gone."""
        for service in self._services.values():
            service.reset()
        self._records.forget()

    def write_records(self) -> list[str]:
        """Write the records that wait (see ``records``); returns the files."""
        with self._lock:
            return self._records.write()
