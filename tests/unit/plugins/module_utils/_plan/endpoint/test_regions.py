# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Buckets of another Region than an endpoint's."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.regions import (
    elsewhere,
    region_of_name,
    region_problems,
)

HERE = "eu-central-1"
REGIONAL = "logs-111122223333-us-west-2-an"

# Regions of buckets -> those elsewhere
REGIONS = [
    ("all here", {"a": HERE, "b": HERE}, {}),
    ("one elsewhere", {"b": "us-west-2", "a": HERE}, {"b": "us-west-2"}),
    ("not known", {"a": None}, {}),
    ("told by its name", {REGIONAL: None}, {REGIONAL: "us-west-2"}),
    ("S3 says it", {REGIONAL: HERE}, {}),
    ("two elsewhere", {"b": "us-west-2", "a": "eu-south-2"}, {"a": "eu-south-2", "b": "us-west-2"}),
]


@pytest.mark.parametrize("regions, found", [row[1:] for row in REGIONS], ids=[row[0] for row in REGIONS])
def test_which_buckets_are_elsewhere(regions, found):
    assert elsewhere(regions, HERE) == found
    problems = region_problems(regions, HERE, "allow_it", "buckets")
    assert len(problems) == bool(found)
    for one in problems:
        assert one.path == "buckets"
        assert f": {', '.join(f'{bucket} ({region})' for bucket, region in found.items())}. A gateway" in one.rule
        assert one.rule.startswith(f"{len(found)} {'bucket is' if len(found) == 1 else 'buckets are'} not in {HERE}")
        assert "allow_it" in one.remedy


def test_a_message_stays_short():
    (one,) = region_problems({f"bucket-{number:03}": "us-west-2" for number in range(200)}, HERE, "allow_it")
    assert "200 buckets are" in one.rule
    assert "bucket-009 (us-west-2) and 190 more" in one.rule
    assert "bucket-010" not in one.rule
    (one,) = region_problems({f"bucket-{number:03}": "us-west-2" for number in range(10)}, HERE, "allow_it")
    assert "bucket-009 (us-west-2). A gateway endpoint" in one.rule


NAMES = [
    ("logs-111122223333-eu-central-1-an", "eu-central-1"),
    ("a-b-111122223333-us-gov-west-1-an", "us-gov-west-1"),
    ("logs-111122223333-eu-central-1", None),
    ("logs-1111-eu-central-1-an", None),
    ("-111122223333-eu-central-1-an", None),
]


@pytest.mark.parametrize("name, region", NAMES)
def test_what_a_name_tells(name, region):
    assert region_of_name(name) == region
