# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times, addresses, Regions and beginnings of keys, as records have them."""

from __future__ import annotations

import calendar

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import access as a


def at(*moment):
    return calendar.timegm((*moment, *(0,) * (6 - len(moment))))


# Text, seconds since 1970, whether it says its zone
TIMES = [
    ("2026-11-23T10:15:09Z", at(2026, 11, 23, 10, 15, 9), True),
    ("2026-11-23T00:00:00Z", at(2026, 11, 23), True),
    ("2026-11-23T23:59:59Z", at(2026, 11, 23, 23, 59, 59), True),
    ("2026-11-23 10:15:09", at(2026, 11, 23, 10, 15, 9), False),
    ("2026-11-23 10:15:09.123 UTC", at(2026, 11, 23, 10, 15, 9), True),
    ("2026-11-23t10:15:09,5z", at(2026, 11, 23, 10, 15, 9), True),
    ("2026-11-23T10:15:09+01:30", at(2026, 11, 23, 8, 45, 9), True),
    ("2026-11-23T10:15:09-0215", at(2026, 11, 23, 12, 30, 9), True),
    ("2026-11-23T10:15:09+13:45", at(2026, 11, 22, 20, 30, 9), True),
    ("2026-11-23T10:15:09-1100", at(2026, 11, 23, 21, 15, 9), True),
    ("  2026-11-23T10:15:09Z ", at(2026, 11, 23, 10, 15, 9), True),
    # A leap second is the first of the next minute.
    ("2016-12-31T23:59:60+00:00", at(2017, 1, 1), True),
]


@pytest.mark.parametrize("text, seconds, zoned", TIMES)
def test_times(text, seconds, zoned):
    assert a.read_at(text) == (seconds, zoned)
    assert a.recorded_at(text) == (seconds, zoned)


NO_TIMES = [
    "",
    "yesterday",
    "2026-11-23",
    "2026-11-23T10:15Z",
    "2026-02-30T10:15:00Z",
    "2026-11-23T24:00:00Z",
    "2026-11-23T10:60:00Z",
    "2026-11-23T10:15:61Z",
    "2026-13-23T10:15:00Z",
    "2026-11-23T10:15:00Q",
    f"2026-11-23T10:15:00.{'1' * 60}Z",
]


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time(text):
    assert a.read_at(text) is None
    with pytest.raises(ValueError, match="is no time such as 2026-11-23T10:15:00Z"):
        a.recorded_at(text)


# S3 began in 2006; clocks of the year 2100 are wrong
IMPOSSIBLE = ["2005-12-31T23:59:59Z", "2100-01-01T00:00:00Z", "1970-01-01T00:00:00+00:00", "2100-01-01 00:00:00"]


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_times_of_which_no_record_can_be(text):
    assert a.read_at(text)
    with pytest.raises(ValueError, match=f"it is of {text[:10]}, when nobody made a record"):
        a.recorded_at(text)


@pytest.mark.parametrize("text", ["2006-01-01T00:00:00Z", "2099-12-31T23:59:59Z"])
def test_the_first_and_the_last_time(text):
    assert a.shown_time(a.recorded_at(text)[0]) == text


# Address, whether nobody on the internet has it: RFC 1918, RFC 6598, RFC 4193
PRIVATE = [
    ("10.0.0.1", True),
    ("11.0.0.1", False),
    ("192.168.0.1", True),
    ("192.169.0.1", False),
    ("172.15.255.255", False),
    ("172.16.0.1", True),
    ("172.31.255.255", True),
    ("172.32.0.1", False),
    ("171.16.0.1", False),
    ("100.63.0.1", False),
    ("100.64.0.1", True),
    ("100.127.0.1", True),
    ("100.128.0.1", False),
    ("101.64.0.1", False),
    ("fc00::1", True),
    ("fd12::1", True),
    ("fe80::1", False),
    ("2001:db8::1", False),
    ("172.x", False),
    ("athena.amazonaws.com", False),
    ("", False),
]


@pytest.mark.parametrize("address, private", PRIVATE)
def test_private_addresses(address, private):
    assert a.is_private(address) is private


@pytest.mark.parametrize(
    "text, found", [("10.0.0.1", True), ("::1", True), ("10.0.0", False), ("s3.amazonaws.com", False), ("", False)]
)
def test_addresses(text, found):
    assert a.is_address(text) is found


PREFIXES = [
    ("a", ""),
    ("a/b", "a/"),
    ("a/b/c", "a/b/"),
    ("a/b/c/d", "a/b/"),
    ("a/", "a/"),
    ("/a/b", "/a/"),
    ("", ""),
]


@pytest.mark.parametrize("key, prefix", PREFIXES)
def test_what_people_call_the_folder_of_a_key(key, prefix):
    assert a.shown_prefix(key) == prefix


REGIONS = [
    ("eu-central-1", "aws"),
    ("us-east-1", "aws"),
    ("cn-north-1", "aws-cn"),
    ("us-gov-west-1", "aws-us-gov"),
    ("eusc-de-east-1", "aws-eusc"),
    ("us-iso-east-1", "aws-iso"),
    ("us-isob-east-1", "aws-iso-b"),
    ("", "aws"),
    ("moon-1", "aws"),
]


@pytest.mark.parametrize("region, partition", REGIONS)
def test_the_partition_of_a_region(region, partition):
    assert a.partition_of(region) == partition


def test_numbers_tell_texts_apart():
    numbers = {a.number_of(str(one)) for one in range(1000)}
    assert len(numbers) == 1000
    assert all(0 < one < 1 << 64 for one in numbers)
    assert a.number_of("a") == a.number_of("a")


#: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: before anybody is asked whether it is allowed
FAILED_BEFORE = (
    "AuthorizationHeaderMalformed AuthorizationQueryParametersError ExpiredToken InternalError InvalidAccessKeyId "
    "InvalidSecurity InvalidToken NoSuchBucket NotSignedUp PermanentRedirect Redirect RequestTimeTooSkewed "
    "RequestTimeout ServiceUnavailable SignatureDoesNotMatch SlowDown TemporaryRedirect TokenRefreshRequired"
)


def test_errors():
    assert set(FAILED_BEFORE.split()) == a.BEFORE_AUTHORIZATION
    assert a.DENIALS == ("AccessDenied", "VpceAccessDenied")
    assert not a.BEFORE_AUTHORIZATION & {*a.DENIALS, "NoSuchKey", "PreconditionFailed"}
