# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The corrections of moto, by service."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tests.emulator import moto_patches
from tests.emulator.answers import Answer
from tests.emulator.buckets import Buckets
from tests.emulator.call import Call
from tests.emulator.decide import decide
from tests.emulator.endpoints import Endpoints
from tests.emulator.identity import Identity
from tests.emulator.organizations import Organizations
from tests.emulator.state import Settings

Moto = Callable[[], Answer]


class Corrections:
    """Takes each call before moto and may refuse it, answer it, or change what moto made of it."""

    def __init__(self, settings: Settings) -> None:
        moto_patches.apply()
        self._services: dict[str, Endpoints | Buckets | Identity | Organizations] = {
            "ec2": Endpoints(),
            "s3": Buckets(settings),
            "sts": Identity(),
            "organizations": Organizations(settings),
        }
        # A check and the write that it allows belong together, and moto has no locks.
        self._lock = threading.RLock()

    def answer(self, call: Call, moto: Moto, stale: bool = False) -> Answer:
        """AWS's answer; raises ``Refused``. ``stale``: the next reads show the policy as it was before this write."""
        service = self._services.get(call.service)
        with self._lock:
            decide(call)
            if service is None:
                return moto()
            if stale and isinstance(service, Buckets):
                service.hide_next_write()
            answer = service.before(call)
            if answer is None:
                answer = moto()
                answer = service.after(call, answer)
            return answer

    def reset(self) -> None:
        """Forget what belongs to the resources that are gone."""
        for service in self._services.values():
            service.reset()
