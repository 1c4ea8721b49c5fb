# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Where evidence is: files, folders, globs and objects of S3, one part after the other."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

from ..._plan.errors import Refusal
from ..api.s3_objects import get_object, list_level

_S3 = "s3://"
_CHUNK = 262_144
_DAY = 86_400
#: The date in the names of objects, by folders as CloudTrail and access logs have it, or as access logs begin.
_BY_FOLDERS = re.compile(r"/(\d{4})/(?:(\d\d)/(?:(\d\d)/)?)?")
_IN_NAME = re.compile(r"(?:^|/)[^/]*?(\d{4})-(\d\d)-(\d\d)-\d\d-\d\d-\d\d-[0-9A-F]+$")
#: Folders of CloudTrail beside those with records.
_WITHOUT_RECORDS = ("CloudTrail-Digest", "CloudTrail-Insight")


class Part(NamedTuple):
    """One file or object; ``bucket`` is empty for a file."""

    name: str
    form: str
    bucket: str
    key: str


def in_directory(evidence: Sequence[tuple[str, str]], directory: str | None) -> list[tuple[str, str]]:
    """The same evidence, whose relative paths begin in a directory; ``None``: where the module runs."""
    return [
        (path if path.startswith((_S3, "~")) else os.path.join(directory or "", path), form) for path, form in evidence
    ]


def parts_of(
    evidence: Sequence[tuple[str, str]], client: Any, since: int | None, until: int | None, empty: list[str]
) -> list[Part]:
    """All files and objects, each once.

    :param client: makes a client of S3 when it is called.
    :param empty: gets the folders and prefixes in which there is nothing.
    :raises Refusal: there is no such file.
    :raises CallError: AWS does not list the objects.
    """
    found: dict[tuple[str, str], Part] = {}
    for path, form in evidence:
        if path.startswith(_S3):
            bucket, _slash, prefix = path[len(_S3) :].partition("/")
            keys = _objects(client(), bucket, prefix, since, until)
            there = {(bucket, key): Part(f"{_S3}{bucket}/{key}", form, bucket, key) for key in keys}
        else:
            there = {("", os.path.realpath(name)): Part(name, form, "", name) for name in _files(path)}
        if not there:
            empty.append(path)
        # What an earlier entry has keeps its format.
        found = {**there, **found}
    return list(found.values())


def open_part(part: Part, client: Any) -> Iterator[bytes]:
    """Its bytes, piece by piece.

    :raises OSError: the file cannot be read.
    :raises CallError: the object cannot be read.
    """
    if part.bucket:
        yield from get_object(client, part.bucket, part.key)
        return
    with open(part.key, "rb") as file:
        while piece := file.read(_CHUNK):
            yield piece


def _files(path: str) -> list[str]:
    expanded = os.path.expanduser(path)
    if os.path.isdir(expanded):
        return sorted(
            os.path.join(folder, name)
            for folder, _folders, names in os.walk(expanded)
            for name in names
            if not name.startswith(".")
        )
    if os.path.isfile(expanded):
        return [expanded]
    matching = sorted(name for name in glob.glob(expanded, recursive=True) if os.path.isfile(name))
    if not matching:
        raise Refusal(
            "evidence",
            f"There is no file {path!r}.",
            "Give a file, a folder, a pattern such as logs/*.json.gz, or s3://bucket/prefix.",
        )
    return matching


def _objects(client: Any, bucket: str, prefix: str, since: int | None, until: int | None) -> Iterator[str]:
    """The keys with a prefix, folder by folder as long as their names may be dates that are not wanted."""
    # CloudTrail and access logs are delivered hours late.
    first = _date(since - _DAY) if since is not None else ""
    last = _date(until + _DAY) if until is not None else "9999"
    level = "/" if (since is not None or until is not None) else ""
    left = [prefix]
    while left:
        for objects, folders in list_level(client, bucket, left.pop(), level):
            for one in objects:
                key = one["Key"]
                if one.get("Size", 1) and not _has_no_records(key) and _within(_date_of(key), first, last):
                    yield key
            left += [one for one in folders if not _has_no_records(one) and _within(_date_of(one), first, last)]


def _has_no_records(key: str) -> bool:
    return any(f"/{name}" in f"/{key}" for name in _WITHOUT_RECORDS)


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(max(0, seconds), timezone.utc).strftime("%Y-%m-%d")


def _date_of(key: str) -> str:
    """The year, month or day that a name tells, such as ``2026-11``; empty if it tells none."""
    found = _IN_NAME.search(key)
    if found is None:
        # The last one: a prefix may look like a date as well.
        found = next(reversed(list(_BY_FOLDERS.finditer(f"/{key}"))), None)
    return "-".join(part for part in found.groups() if part) if found else ""


def _within(date: str, first: str, last: str) -> bool:
    """Whether a year, month or day has days of the window."""
    return not date or (date >= first[: len(date)] and date <= last[: len(date)])
