# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The neutral aggregate: a row for each kind of access, as queries in Athena or CloudTrail Lake give it.

A row has the columns of the queries in the documentation, by name and in any order; those that are missing are not
known. It comes as CSV or as JSON, one object per line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from . import access as a
from .access import Access, Row
from .distinctions import Distinctions
from .identity import SERVICE, Identity, identity_of, requester_of
from .operations import BATCH_DELETES, WITHOUT_AUTHORIZATION, about_objects, actions_of, logged_operation
from .subject import is_access_point

#: Columns of which a row needs one, and those that every row needs.
_OPERATIONS = ("event_name", "operation")
_NEEDED = ("bucket", "count")
_KNOWN = frozenset(
    (
        *_OPERATIONS,
        *_NEEDED,
        "principal_type",
        "principal",
        "principal_id",
        "principal_account",
        "requester",
        "invoked_by",
        "region",
        "bucket_account",
        "access_point",
        "key_prefix",
        "copy_source_bucket",
        "versioned",
        "vpce",
        "vpce_account",
        "from_where",
        "auth_method",
        "tls",
        "denied",
        "category",
        "addresses",
        "first_seen",
        "last_seen",
        "days",
        "example",
        "example_address",
    )
)
_TRUE = ("true", "1", "yes")
_CATEGORIES = {"Management": a.MANAGEMENT, "NetworkActivity": a.NETWORK}
#: Error codes of denials that a row has, also as HTTP has them.
_DENIED = {"AccessDenied": a.ACCESS_DENIED, "403": a.ACCESS_DENIED, "VpceAccessDenied": a.VPCE_ACCESS_DENIED}
#: Stands for the rest of a key of which only the beginning is told.
_SOME = "..."


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a CSV file, and what separates them."""

    columns: tuple[str, ...]
    delimiter: str

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self.delimiter)


def read_header(line: str) -> Header | None:
    """The header of a CSV file of rows; ``None`` if it is another line."""
    for delimiter in (",", "\t", ";"):
        try:
            row = next(csv.reader([line.rstrip("\r")], delimiter=delimiter), [])
        except csv.Error:
            continue
        columns = tuple(name.strip().lower() for name in row)
        if set(_NEEDED) <= set(columns) and not set(_OPERATIONS).isdisjoint(columns):
            return Header(columns, delimiter)
    return None


def read_row(header: Header, row: Sequence[str], distinctions: Distinctions) -> tuple[Row | str, bool]:
    """What one row of a CSV file says, or why it is left out, and whether its times say their zone.

    :raises ValueError: the row has not the columns of its header, or a value is none.
    """
    if len(row) != len(header.columns):
        raise ValueError(f"it has {len(row)} columns, the first line {len(header.columns)}")
    return _read(dict(zip(header.columns, row, strict=True)), "\n".join(row), distinctions)


def read_object(row: Mapping[str, Any], distinctions: Distinctions) -> tuple[Row | str, bool]:
    """The same of an object; a value of ``null`` is not told."""
    given = {}
    for name, value in row.items():
        if isinstance(value, bool):
            value = "true" if value else ""
        if value is not None and name.lower() in _KNOWN:
            given[name.lower()] = str(value)
    missing = [name for name in _NEEDED if name not in given]
    if missing:
        raise ValueError(f"it has no {' and no '.join(missing)}")
    return _read(given, "\n".join(f"{name}={given[name]}" for name in sorted(given)), distinctions)


def _read(row: Mapping[str, str], text: str, distinctions: Distinctions) -> tuple[Row | str, bool]:
    bucket, vpce = row.get("bucket", ""), row.get("vpce", "")
    source_bucket = row.get("copy_source_bucket", "")
    if not bucket:
        return a.NO_BUCKET, True
    point = row.get("access_point", "")
    point = "" if point == "-" else point
    if is_access_point(bucket):
        # Of whichever bucket it is.
        bucket, point = "", point or bucket
    # What is told by an access point only may be of any bucket.
    names = (bucket, source_bucket) if source_bucket else (bucket,)
    if not any(not name or is_access_point(name) or distinctions.concerns(name, vpce) for name in names):
        return a.OTHER_BUCKET, True
    try:
        count, days = int(row["count"]), int(row.get("days") or 0)
        addresses = int(row.get("addresses") or 0)
    except ValueError as error:
        raise ValueError(f"count, days and addresses are numbers: {error}") from None
    if count < 1:
        raise ValueError(f"the count {count} is less than 1")
    (first, zoned), (last, also_zoned) = (
        a.recorded_at(row[name]) if row.get(name) else (0, True) for name in ("first_seen", "last_seen")
    )
    accesses = _accesses(row, bucket, point, vpce, distinctions)
    if isinstance(accesses, str):
        return accesses, True
    if source_bucket:
        accesses = (*accesses, _copied(accesses[0], source_bucket, distinctions))
    example = row.get("example_address", "")
    found = Row(
        accesses,
        first or last,
        last or first,
        # The same row twice is the same file twice: a query gives each once.
        a.number_of(text),
        count,
        days,
        addresses,
        row.get("example", ""),
        example if a.is_address(example) else "",
    )
    return found, zoned and also_zoned


def _accesses(
    row: Mapping[str, str], bucket: str, point: str, vpce: str, distinctions: Distinctions
) -> tuple[Access, ...] | str:
    logged = "requester" in row or "event_name" not in row
    prefix = row.get("key_prefix", "")
    if logged:
        # Logs have keys as URLs do.
        prefix = unquote(prefix)
        name = row.get("operation", "")
        operation = logged_operation(name, bool(prefix) or ".OBJECT" in name)
        requester = row.get("requester") or "-"
        if ":assumed-role/" in requester:
            requester = distinctions.session_arn(requester)
        identity = requester_of(requester)
        if operation == "" or identity is None:
            return a.NO_AUTHORIZATION
        operation = operation or name
    else:
        operation = row["event_name"]
        if operation in WITHOUT_AUTHORIZATION:
            return a.NO_AUTHORIZATION
        identity = _identity(row)
    denied = row.get("denied", "")
    if denied in a.BEFORE_AUTHORIZATION:
        return a.NO_AUTHORIZATION
    actions = actions_of(operation, {"versionId": ""} if row.get("versioned", "").lower() in _TRUE else {}) or ("",)
    region = row.get("region", "")
    flags = [a.AGGREGATED_ROW]
    source = a.ACCESS_LOG if logged else _CATEGORIES.get(row.get("category", ""), a.DATA)
    if row.get("auth_method") == "QueryString":
        flags.append(a.PRESIGNED)
    if operation in BATCH_DELETES:
        flags.append(a.BATCH)
    if identity.console:
        flags.append(a.CONSOLE)
    if identity.internal:
        flags.append(a.AWS_INTERNAL)
    found = []
    shown = distinctions.folder((identity.principal or identity.unique_id, operation, bucket), prefix)
    for action in actions:
        objects = not action or about_objects(action)
        partition = a.partition_of(region)
        key = distinctions.object_key(bucket, partition, f"{prefix}{_SOME}") if objects else None
        # Of a key, no more than its beginning is told: policies that look further do not decide about it.
        untold = (a.KEYS_UNTOLD,) if objects and distinctions.splits(bucket, partition, prefix) else ()
        path, address = _path(row, vpce, identity, distinctions)
        found.append(
            Access(
                source=source,
                principal=identity.principal,
                unique_id="" if identity.principal else identity.unique_id.partition(":")[0],
                account=identity.account,
                kind=identity.kind,
                via=identity.via,
                operation=operation,
                action=action,
                bucket=bucket,
                bucket_account=row.get("bucket_account", ""),
                access_point=point,
                prefix=shown if objects or prefix else None,
                key=key,
                path=path,
                path_account=row.get("vpce_account", ""),
                region=region,
                address=address,
                tls=_tls(row.get("tls", ""), logged, identity),
                denied=_DENIED.get(denied, ""),
                layer="endpoint_policy" if denied == a.VPCE_ACCESS_DENIED else "",
                flags=(*flags, *untold),
                context=(),
            )
        )
    return tuple(found)


def _identity(row: Mapping[str, str]) -> Identity:
    """Rows have the role where it is a session of one."""
    return identity_of(
        {
            "type": row.get("principal_type", ""),
            "arn": row.get("principal", ""),
            "accountId": row.get("principal_account", ""),
            "principalId": row.get("principal_id", ""),
            "invokedBy": row.get("invoked_by", ""),
        }
    )


def _path(row: Mapping[str, str], vpce: str, identity: Identity, distinctions: Distinctions) -> tuple[str, str]:
    """The path, and the address where policies compare it."""
    if identity.kind == SERVICE or identity.via or identity.internal:
        return a.UNTOLD, ""
    where, address = row.get("from_where", ""), row.get("example_address", "")
    path = vpce or {"private": a.PRIVATE, "public": a.INTERNET}.get(where, a.UNTOLD)
    # One of several addresses says nothing of the others.
    if path == a.UNTOLD or row.get("addresses", "") not in ("1", "") or not a.is_address(address):
        return path, ""
    if vpce:
        return vpce, distinctions.address("aws:vpcsourceip", address)
    return distinctions.path_of(address)


def _tls(text: str, logged: bool, identity: Identity) -> str:
    if logged and text in ("", "-"):
        return "" if identity.kind == SERVICE or text == "" else "none"
    return text.upper().removeprefix("TLSV")


def _copied(first: Access, bucket: str, distinctions: Distinctions) -> Access:
    bucket, point = ("", bucket) if is_access_point(bucket) else (bucket, "")
    untold = (a.KEYS_UNTOLD,) if distinctions.splits(bucket, a.partition_of(first.region), "") else ()
    return first._replace(
        action="s3:GetObject",
        bucket=bucket,
        bucket_account=first.bucket_account if bucket == first.bucket else "",
        access_point=point,
        prefix="",
        key=distinctions.object_key(bucket, a.partition_of(first.region), _SOME),
        flags=tuple(dict.fromkeys((*first.flags, a.COPY_SOURCE, *untold))),
    )
