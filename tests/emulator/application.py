# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The WSGI application: the control API, and AWS calls that pass the corrections on their way to moto and back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from tests.emulator.answers import Answer, Refused, json_answer, status_line
from tests.emulator.call import Call, read_call
from tests.emulator.corrections import Corrections
from tests.emulator.faults import FAILED, LOST, REFUSALS, RESET, SLOW, STALE, WRITE_REFUSALS, Faults
from tests.emulator.network import take_prefix
from tests.emulator.regions import told
from tests.emulator.state import CallLog, Settings

SLOW_SECONDS = 0.5
CONTROL = "/_emulator/"
# Headers that describe one connection or one form of the body; the server writes its own.
_NOT_PASSED_ON = ("connection", "transfer-encoding")


_SIGNED = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/s3/aws4_request"


class Application:
    """:ivar log: the AWS calls; :ivar settings: see ``state.DEFAULTS``"""

    def __init__(self) -> None:
        self.log = CallLog()
        self.settings = Settings()
        self._faults = Faults()
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._corrections = Corrections(self.settings)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        through = take_prefix(environ) or self.settings["through"]
        call = read_call(environ, through)
        path = environ["PATH_INFO"]
        if path.startswith(CONTROL):
            answer = self._control(call.method, path.removeprefix(CONTROL), call.body)
        elif path.startswith("/moto-api"):
            answer = self._ask_moto(environ)
        else:
            # Who may do what is decided before moto, which would refuse unsigned requests by its own rules.
            environ.setdefault("HTTP_AUTHORIZATION", _SIGNED)
            time.sleep(self.settings["latency_ms"] / 1000)
            answer = self._aws(call, environ)
            self.log.add(call.service, call.operation, call.resource, answer.status)
        start_response(status_line(answer.status), list(answer.headers.items()))
        return [answer.body]

    def _aws(self, call: Call, environ: dict[str, Any]) -> Answer:
        fault = self._faults.next(call.operation, call.resource)
        if fault == SLOW:
            time.sleep(SLOW_SECONDS)
        elif fault == RESET:
            raise ConnectionResetError(f"{call.operation} meets a fault")
        try:
            if refusal := {**REFUSALS, **WRITE_REFUSALS}.get(fault or ""):
                raise Refused(*refusal)
            answer = self._corrections.answer(call, lambda: self._ask_moto(environ), stale=fault == STALE)
            if fault == LOST and answer.status < 300:
                raise ConnectionResetError(f"The answer to {call.operation} is lost")
            if fault == FAILED and answer.status < 300:
                raise Refused(*REFUSALS["internal_error"])
        except Refused as refused:
            answer = refused.answer(call.service, call.method)
        return told(call, answer) if call.service == "s3" else answer

    def _ask_moto(self, environ: dict[str, Any]) -> Answer:
        begun: list[Any] = []
        parts = self._moto(environ, lambda status, headers, _error=None: begun.extend((status, headers)))
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        status, headers = begun
        kept = {name: value for name, value in headers if name.lower() not in _NOT_PASSED_ON}
        return Answer(int(status.split(" ", 1)[0]), body, kept)

    def _control(self, method: str, name: str, body: bytes) -> Answer:
        match method, name:
            case "GET", "calls":
                return json_answer(json.dumps(self.log.all()))
            case "DELETE", "calls":
                self.log.clear()
                return json_answer("null")
            case "POST", "records":
                return json_answer(json.dumps(self.write_records()))
            case "POST", "settings":
                try:
                    values = self.settings.update(json.loads(body))
                    if any(name.startswith("fault_") for name in json.loads(body)):
                        self._faults = Faults(values["fault_rate"], values["fault_seed"], values["fault_kinds"])
                    return json_answer(json.dumps(values))
                except (ValueError, AttributeError) as error:
                    return json_answer(json.dumps({"error": str(error)}), 400)
            case "POST", "reset":
                self._reset()
                return json_answer("null")
        return json_answer(json.dumps({"error": f"the control API has no {method} {name}"}), 404)

    def write_records(self) -> list[str]:
        """Write the records that wait (see ``records``); returns the files."""
        return self._corrections.write_records() if self.settings["records"] else []

    def _reset(self) -> None:
        from moto.moto_api._internal import moto_api_backend

        moto_api_backend.reset()
        self.log.clear()
        self.settings.reset()
        self._faults = Faults()
        self._corrections.reset()
