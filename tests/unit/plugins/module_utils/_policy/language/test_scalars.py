# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts that are numbers, times, addresses and truths, and those that are none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language import scalars

# What stands in a policy, the texts that AWS compares
VALUES = [
    ("a", ("a",)),
    ("", ("",)),
    (True, ("true",)),
    (False, ("false",)),
    (7, ("7",)),
    (1.5, ("1.5",)),
    (["a", True, 0], ("a", "true", "0")),
    ([], ()),
    (float("nan"), None),
    (float("inf"), None),
    (None, None),
    (["a", None], None),
    ({"a": 1}, None),
    ([["a"]], None),
]


@pytest.mark.parametrize("value, texts", VALUES)
def test_condition_values(value, texts):
    assert scalars.condition_values(value) == texts


# What reads it, the text, what it is; an exception: it is none
READ = [
    *((scalars.number, text, Decimal(text)) for text in ("1", "-1.5", "+2", ".5", "1e3", "1E-3", "1.")),
    *((scalars.number, text, "is not a number") for text in ("", "1_000", "one", "1e99999", "0x1", "Infinity", " 1")),
    (scalars.instant, "0", Decimal(0)),
    (scalars.instant, "1793491200", Decimal(1793491200)),
    (scalars.instant, "2026", Decimal(2026)),
    (scalars.instant, "2026-11", Decimal(1793491200)),
    (scalars.instant, "2026-11-01", Decimal(1793491200)),
    (scalars.instant, "2026-11-02", Decimal(1793491200 + 86_400)),
    (scalars.instant, "2026-11-01T01:02Z", Decimal(1793491200 + 3_720)),
    (scalars.instant, "2026-11-01T01:02:03", Decimal(1793491200 + 3_723)),
    (scalars.instant, "2026-11-01T00:00:00.25Z", Decimal("1793491200.25")),
    (scalars.instant, "2026-11-01T02:30:00+02:30", Decimal(1793491200)),
    (scalars.instant, "2026-10-31T22:45:00-01:15", Decimal(1793491200)),
    (scalars.instant, "1969-12-31T23:59:59Z", Decimal(-1)),
    (scalars.instant, "2026-13-01", "is not a date ("),
    (scalars.instant, "2026-02-30", "is not a date ("),
    (scalars.instant, "yesterday", "is not a date in ISO 8601"),
    (scalars.instant, "2026-11-01T01", "is not a date in ISO 8601"),
    (scalars.instant, "\u0661", "is not a date in ISO 8601"),
    (scalars.boolean, "true", True),
    (scalars.boolean, "TRUE", True),
    (scalars.boolean, "False", False),
    (scalars.boolean, "yes", "is neither 'true' nor 'false'"),
    (scalars.boolean, "", "is neither 'true' nor 'false'"),
    (scalars.octets, "AAE=", b"\x00\x01"),
    (scalars.octets, "AAE", "is not base64"),
    (scalars.octets, "A-E=", "is not base64"),
    (scalars.octets, "AAE=!", "is not base64"),
    (scalars.address, "10.0.0.1", (4, (10 << 24) + 1)),
    (scalars.address, "255.1.2.3", (4, (255 << 24) + (1 << 16) + (2 << 8) + 3)),
    (scalars.address, "::1", (6, 1)),
    (scalars.address, "10.0.0.01", "does not appear to be"),
    (scalars.address, "10.0.0", "does not appear to be"),
    (scalars.address, "10.0.0.256", "does not appear to be"),
    (scalars.span, "10.0.0.0/30", (4, 10 << 24, (10 << 24) + 3)),
    (scalars.span, "10.0.0.2/30", (4, 10 << 24, (10 << 24) + 3)),
    (scalars.span, "10.0.0.1", (4, (10 << 24) + 1, (10 << 24) + 1)),
    (scalars.span, "::/126", (6, 0, 3)),
    (scalars.span, "10.0.0.0/255.0.0.0", "is not an IP address or a network in CIDR notation"),
    (scalars.span, "10.0.0.0/33", "is not an IP address or a network in CIDR notation"),
    (scalars.span, "ten", "is not an IP address or a network in CIDR notation"),
]


@pytest.mark.parametrize("read, text, found", READ)
def test_texts_are_read(read, text, found):
    if isinstance(found, str):
        with pytest.raises(ValueError) as caught:
            read(text)
        assert found in str(caught.value)
    else:
        assert read(text) == found
        # The same again, from what is remembered.
        assert scalars.remembering(read)(text) == scalars.remembering(read)(text) == found


# An address, a network, whether it is in it
WITHIN = [
    ("10.0.0.0", "10.0.0.0/30", True),
    ("10.0.0.3", "10.0.0.0/30", True),
    ("10.0.0.4", "10.0.0.0/30", False),
    ("9.255.255.255", "10.0.0.0/30", False),
    ("::1", "0.0.0.0/0", False),
    ("0.0.0.1", "::/0", False),
    ("::1", "::1", True),
]


@pytest.mark.parametrize("address, network, inside", WITHIN)
def test_addresses_in_networks(address, network, inside):
    assert scalars.within(scalars.address(address), scalars.span(network)) is inside
