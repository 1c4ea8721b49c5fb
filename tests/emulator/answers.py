# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the layer answers itself: refusals in the form of each protocol, and plain answers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from xml.sax.saxutils import escape

#: Services whose calls and answers are JSON.
JSON_SERVICES = ("organizations", "cloudtrail")


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


class Refused(Exception):
    """AWS would refuse the call with this code. ``more``: XML that S3 adds to the error; ``layer``: the kind of policy
    that refuses, as the evaluator names it."""

    def __init__(self, code: str, message: str, status: int = 400, more: str = "", layer: str | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.more, self.layer = code, message, status, more, layer

    def answer(self, service: str, method: str) -> Answer:
        error = f"<Code>{escape(self.code)}</Code><Message>{escape(self.message)}</Message>"
        request_id = uuid.uuid4()
        if service == "s3":
            text = f"<Error>{error}{self.more}<RequestId>{request_id}</RequestId></Error>"
        elif service == "ec2":
            text = f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
        elif service in JSON_SERVICES:
            return json_answer(json.dumps({"__type": self.code, "message": self.message}), self.status)
        else:
            text = f"<ErrorResponse><Error>{error}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        return xml("" if method == "HEAD" else text, self.status)


def xml(text: str, status: int = 200) -> Answer:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode() if text else b""
    return Answer(status, body, {"Content-Type": "application/xml"})


def json_answer(text: str, status: int = 200) -> Answer:
    return Answer(status, text.encode(), {"Content-Type": "application/json"})


def status_line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"
