# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The values of conditions: as strings, and what those are that are not compared as text (numbers, instants, ...).

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import base64
import ipaddress
import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

_DECIMAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,4})?")
_CIDR = re.compile(r"[0-9A-Fa-f.:]+(/[0-9]{1,3})?")
# Without leading zeros, which are refused since some read them as octal.
_OCTETS = {str(number): number for number in range(256)}
# https://www.w3.org/TR/NOTE-datetime
_DATE = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(?P<fraction>\.\d+)?)?(?P<zone>Z|[+-]\d\d:\d\d)?)?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


_DATE_PARTS = (("day", 1), ("hour", 0), ("minute", 0), ("second", 0))

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
#: The version of IP, and the numbers of the first and the last address.
Span: TypeAlias = tuple[int, int, int]


def scalar_text(value: Any) -> str | None:
    """The string that AWS makes of a condition value: JSON booleans and numbers are read as their text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    return None


def condition_values(value: Any) -> tuple[str, ...] | None:
    """One value or a list of values as AWS's strings; ``None`` when there is something else among them."""
    text = scalar_text(value)
    if text is not None:
        return (text,)
    if not isinstance(value, Sequence):
        return None
    texts = tuple(text for item in value if (text := scalar_text(item)) is not None)
    return texts if len(texts) == len(value) else None


@lru_cache(maxsize=32)
def remembering(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """``parse`` for the values of requests, of which the same come again and again."""
    return lru_cache(maxsize=1024)(parse)


def number(text: str) -> Decimal:
    """:raises ValueError: it is no decimal number."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError("is not a number")
    return Decimal(text)


def network(text: str) -> Network:
    """An address without a prefix length is a network of one.

    :raises ValueError: it is neither an address nor a network in CIDR notation.
    """
    if not _CIDR.fullmatch(text):
        raise ValueError("is not an IP address or a network in CIDR notation")
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError("is not an IP address or a network in CIDR notation") from error


def instant(text: str) -> Decimal:
    """Seconds since 1970, of ISO 8601 or of such seconds; a time without a zone is in UTC.

    :raises ValueError: it is neither.
    """
    if text.isascii() and text.isdigit():
        return Decimal(text)
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError("is not a date in ISO 8601 or in seconds since 1970")
    day, hour, minute, second = (int(found[name] or start) for name, start in _DATE_PARTS)
    try:
        moment = datetime(int(found["year"]), int(found["month"]), day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError as error:
        raise ValueError(f"is not a date ({error})") from error
    zone = found["zone"]
    if zone and zone != "Z":
        hours, minutes = zone[1:].split(":")
        moment -= timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if zone[0] == "-" else 1)
    passed = moment - _EPOCH
    return Decimal(passed.days * 86400 + passed.seconds) + Decimal(found["fraction"] or 0)


def boolean(text: str) -> bool:
    """:raises ValueError: it is neither true nor false."""
    folded_text = text.lower()
    if folded_text not in ("true", "false"):
        raise ValueError("is neither 'true' nor 'false'")
    return folded_text == "true"


def octets(text: str) -> bytes:
    """:raises ValueError: it is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError("is not base64") from error


def span(text: str) -> Span:
    """:raises ValueError: as :func:`network`."""
    wanted = network(text)
    return wanted.version, int(wanted[0]), int(wanted[-1])


def address(text: str) -> tuple[int, int]:
    """The version of IP and the number of an address.

    :raises ValueError: it is no address.
    """
    try:
        # Most addresses look so, and this takes a fraction of the time that the library takes.
        first, second, third, fourth = text.split(".")
        return 4, (_OCTETS[first] << 24) + (_OCTETS[second] << 16) + (_OCTETS[third] << 8) + _OCTETS[fourth]
    except (KeyError, ValueError):
        found = ipaddress.ip_address(text)
    return found.version, int(found)


def within(found: tuple[int, int], wanted: Span) -> bool:
    """An address is in no network of the other family."""
    return found[0] == wanted[0] and wanted[1] <= found[1] <= wanted[2]
