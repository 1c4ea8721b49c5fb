# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Server access logs of S3: one line for each request.

Fields are separated by blanks; the request, the referer and the user agent stand in quotes and may have quotes of their
own inside, so that a line is read from both ends. Lines have become longer over the years, and may again.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from . import access as a
from .access import Access, Told
from .distinctions import REMEMBERED, Distinctions
from .identity import SERVICE, requester_of
from .operations import about_objects, actions_of, logged_operation

_STATUS_DENIED = "403"
_NONE = "-"
#: Fields before the request.
_FIXED = 9
#: Fields behind the user agent before the cipher, which tell nothing: version, host and signature.
_UNTOLD = 3
#: The others, from there on; lines of former years end earlier.
_FIELDS = ("cipher", "authentication", "host", "tls", "point", "acl", "region")
#: A request of a version has it in the query of its URL.
_VERSION = "versionId="
_LONGEST = 65_536
_MINUTE = re.compile(
    r"\[\d\d/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\d{4}:(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII
)
_SECONDS = {f":{number:02d}": number for number in range(61)}
_ZONE = re.compile(r"[+-]\d{4}\]", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MASK = 0xFFFFFFFFFFFFFFFF


def read_line(line: str, distinctions: Distinctions) -> Told | str:
    """What one line says, or why it is left out.

    Most lines are of a kind that was there before: what an access is made of is gathered first, and looked up.

    :raises ValueError: it is no line of a server access log.
    """
    parts = line.split(" ", _FIXED)
    if len(parts) <= _FIXED or len(line) > _LONGEST or parts[2][:1] != "[":
        raise ValueError("no line of a server access log")
    _owner, bucket, day, zone, address, requester, request_id, name, key, rest = parts
    if not distinctions.concerns(bucket, ""):
        return a.OTHER_BUCKET
    status, error, versioned, fields = _rest(rest)
    requester = distinctions.requester(requester)
    path, compared = distinctions.path_of(address)
    keys = None if key == _NONE else _key_and_prefix(bucket, (requester, name, bucket), fields, key, distinctions)
    made_of = (bucket, requester, name, keys, status, error, versioned, path, compared, fields)
    memory = distinctions.memory
    accesses = memory.get(made_of)
    if accesses is None:
        accesses = memory[made_of] = _accesses(made_of, distinctions)
    if isinstance(accesses, str):
        return accesses
    if path == a.UNTOLD:
        address = ""
    second = _SECONDS.get(day[18:])
    if second is None:
        raise ValueError(f"{day[:40]!r} is no time such as '[06/Feb/2026:00:00:38'")
    seconds = _minute(day[:18], zone) + second
    if request_id == _NONE:
        # Without an id, the same line is the same request.
        return accesses, seconds, a.number_of(line), 0, False, 1, "", address
    identity, request = hash((request_id, name, key)) & _MASK, hash(request_id) & _MASK
    return accesses, seconds, identity or 1, request or 1, False, 1, request_id, address


def _accesses(made_of: tuple[Any, ...], distinctions: Distinctions) -> tuple[Access, ...] | str:
    """The accesses of a line that is made of this, or why it is left out."""
    bucket, requester, name, keys, status, error, versioned, path, compared, told = made_of
    operation = logged_operation(name, keys is not None)
    identity = requester_of(requester)
    if operation == "" or identity is None or error in a.BEFORE_AUTHORIZATION:
        return a.NO_AUTHORIZATION
    if identity.kind == SERVICE:
        path, compared = a.UNTOLD, ""
    fields = _fields(told)
    actions = actions_of(operation, {_VERSION[:-1]: ""} if versioned else {}) if operation else ()
    flags = {
        a.PRESIGNED: fields.get("authentication") == "QueryString",
        a.ACL_REQUIRED: fields.get("acl") == "Yes",
        a.COPY_SOURCE: name.startswith("REST.COPY.") and name.endswith("_GET"),
    }
    point, region = fields.get("point", _NONE), fields.get("region", _NONE)
    found = []
    for action in actions or ("",):
        cell, prefix = keys if keys is not None and (not action or about_objects(action)) else (None, None)
        found.append(
            Access(
                source=a.ACCESS_LOG,
                principal=identity.principal,
                unique_id=identity.unique_id,
                account=identity.account,
                kind=identity.kind,
                via="",
                operation=operation or name,
                action=action,
                bucket=bucket,
                bucket_account="",
                access_point="" if point == _NONE else point,
                prefix=prefix,
                key=cell,
                path=path,
                path_account="",
                region="" if region == _NONE else region,
                address=compared,
                tls="" if identity.kind == SERVICE else _tls(fields),
                # What failed to authenticate has the status 403 as well, with an error code of its own.
                denied=a.ACCESS_DENIED if status == _STATUS_DENIED and error in (a.ACCESS_DENIED, _NONE) else "",
                layer="",
                flags=tuple(flag for flag, is_so in flags.items() if is_so),
                context=_context(fields, identity.kind, distinctions),
            )
        )
    return tuple(found)


def _fields(told: str) -> dict[str, str]:
    return dict(zip(_FIELDS, told.split(" ") if told else ()))  # noqa: B905 - lines of former years end earlier


def _key_and_prefix(
    bucket: str, user: tuple[str, ...], fields: str, key: str, distinctions: Distinctions
) -> tuple[str, str]:
    """A key that stands for that of the line, and what it begins with; the line has it as a URL does."""
    folder = key[: key.rfind("/") + 1]
    place = user, folder
    # A name with "%" may hold a blank or a slash of its own.
    plain = "%" not in key[len(folder) :]
    if plain and (known := distinctions.written.get(place)) is not None:
        return known
    decoded = unquote(key) if "%" in key else key
    found = distinctions.cell(user, bucket, _partition(fields), decoded)
    if plain and distinctions.takes_alike(bucket, decoded[: decoded.rfind("/") + 1]):
        if len(distinctions.written) >= REMEMBERED:
            distinctions.written.clear()
        distinctions.written[place] = found
    return found


@lru_cache(maxsize=1024)
def _partition(fields: str) -> str:
    return a.partition_of(_fields(fields).get("region", ""))


def _rest(rest: str) -> tuple[str, str, bool, str]:
    """Status, error code, whether a version was asked for, and the fields behind the user agent from the cipher on."""
    if rest[:1] == '"' and rest[:4] != '"-" ':
        # Between the request and the referer there are no quotes: the first end of one that a status follows.
        end = rest.find('" ')
        while end >= 0 and not _is_status(rest[end + 2 : end + 6]):
            end = rest.find('" ', end + 1)
        if end < 0:
            raise ValueError("no line of a server access log: its request does not end")
        start = end + 2
    else:
        start = rest.find(" ") + 1
    blank = rest.find(" ", start)
    error = rest[blank + 1 : rest.find(" ", blank + 1)]
    last = rest.rfind('" ')
    # Without quotes there are neither referer nor agent: status, error, sent, size, two times, referer, agent.
    tail = rest[last + 2 :].split(" ", _UNTOLD) if last >= start else rest[start:].split(" ", 8 + _UNTOLD)[8:]
    return rest[start:blank], error, _VERSION in rest[:start], tail[_UNTOLD] if len(tail) > _UNTOLD else ""


def _is_status(text: str) -> bool:
    return text[3:4] == " " and text[:3].isdigit()


@lru_cache(maxsize=4096)
def _minute(day: str, zone: str) -> int:
    """``[06/Feb/2026:00:00`` and ``+0000]`` as seconds since 1970; most lines are of the minute of the one before.

    Months are in English, whatever the language of the controller is.

    :raises ValueError: it is no time, or one of which no record can be.
    """
    if _MINUTE.fullmatch(day) is None:
        raise ValueError(f"{day[:40]!r} is no time such as '[06/Feb/2026:00:00:38'")
    if _ZONE.fullmatch(zone) is None:
        raise ValueError("a line whose time has no zone")
    number, month, year = int(day[1:3]), _MONTHS.index(day[4:7]) + 1, int(day[8:12])
    hour, minute = int(day[13:15]), int(day[16:18])
    at = int(datetime(year, month, number, hour, minute, tzinfo=timezone.utc).timestamp())
    a.check_time(at)
    shift = int(zone[1:3]) * 3600 + int(zone[3:5]) * 60
    return at + (shift if zone[0] == "-" else -shift)


def _tls(fields: Mapping[str, str]) -> str:
    """A line without cipher and version is of a request without TLS; an old one does not say."""
    version = fields.get("tls")
    if version is None:
        return ""
    if version != _NONE:
        return version.upper().removeprefix("TLSV")
    return "none" if fields["cipher"] == _NONE else "TLS"


def _context(
    fields: Mapping[str, str], kind: str, distinctions: Distinctions
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    key, version = "s3:tlsversion", fields.get("tls", _NONE)
    if key not in distinctions.keys or kind == SERVICE or version == _NONE:
        return ()
    return ((key, (distinctions.value(key, version.upper().removeprefix("TLSV")),)),)
