# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One AWS call as it arrives: who calls which operation on what."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from moto.iam.models import get_account_id_from

from tests.emulator.callers import account_of_root
from tests.emulator.s3_operations import operation_of

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Call:
    service: str  # "s3", "ec2", "sts", ... as in the signature
    operation: str  # in AWS's spelling
    resource: str  # bucket, bucket/key, or the id of the endpoint; "" when the call names none
    account: str  # of the caller
    region: str
    method: str
    query: Mapping[str, str]
    parameters: Mapping[str, str]  # of the query protocol (EC2, STS)
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)
    bucket: str = ""
    key: str = ""  # of the caller; "" when the request is not signed
    through: str = "internet"  # or the id of the endpoint

    def listed(self, name: str) -> list[str]:
        """The values of a list parameter such as ``RouteTableId.1``, in order."""
        pattern = re.compile(re.escape(name) + r"\.(\d+)")
        found = [(int(match[1]), value) for key, value in self.parameters.items() if (match := pattern.fullmatch(key))]
        return [value for _number, value in sorted(found)]


def read_call(environ: dict[str, Any], through: str = "internet") -> Call:
    """Read the request to its end; ``environ`` gets a fresh stream of the same bytes for those behind us."""
    body = _body(environ)
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
    # A presigned request has its signature in the query.
    signed = headers.get("authorization") or f"Credential={query.get('X-Amz-Credential', '')}"
    scope = _SCOPE.search(signed)
    key, region, service = scope.groups() if scope else ("", "us-east-1", "s3")
    if root := account_of_root(key):
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = headers["x-moto-account-id"] = root
    account = headers.get("x-moto-account-id") or get_account_id_from(key)
    method, parameters, bucket = environ["REQUEST_METHOD"], {}, ""
    if service == "s3":
        bucket, _slash, name = environ["PATH_INFO"].lstrip("/").partition("/")
        operation, resource = operation_of(method, bucket, name, query, headers), f"{bucket}/{name}".rstrip("/")
    else:
        parameters = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)) or query
        operation = parameters.get("Action", headers.get("x-amz-target", "").rpartition(".")[2])
        named = (value for key, value in parameters.items() if re.fullmatch(r"(VpcEndpoint|Vpc)Id(\.1)?", key))
        resource = next(named, "")
    return Call(
        service, operation, resource, account, region, method, query, parameters, headers, body, bucket, key, through
    )


def _body(environ: dict[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH")
    chunked = environ.get("wsgi.input_terminated", False)
    body = b""
    if length or chunked:
        body = environ["wsgi.input"].read(*([int(length)] if length else []))
    environ["wsgi.input"] = io.BytesIO(body)
    if chunked and not length:
        environ["CONTENT_LENGTH"] = str(len(body))
    return body
